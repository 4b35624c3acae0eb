//! One line of text that is not shown: typed blind, wiped when dropped.

use std::fmt;

use crossterm::event::{KeyCode, KeyModifiers};
use zeroize::Zeroizing;

use super::KeyPress;

/// Room for any credential of Atlas, reserved at once so that growing leaves no copy behind.
const CAPACITY: usize = 4096;

/// A line for a secret. It keeps no history, its `Debug` shows nothing, and it can only be appended to,
/// shortened or emptied: who cannot see the text cannot edit in its middle.
pub struct MaskedLine {
    text: Zeroizing<String>,
}

impl Default for MaskedLine {
    fn default() -> Self {
        Self { text: Zeroizing::new(String::with_capacity(CAPACITY)) }
    }
}

impl Clone for MaskedLine {
    fn clone(&self) -> Self {
        let mut line = Self::default();
        line.text.push_str(&self.text);
        line
    }
}

impl fmt::Debug for MaskedLine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("MaskedLine(..)")
    }
}

impl MaskedLine {
    /// How many characters there are.
    pub fn length(&self) -> usize {
        self.text.chars().count()
    }

    /// The text, to make a credential of.
    pub(super) fn text(&self) -> &str {
        &self.text
    }

    /// Appends what can be part of a credential: visible ASCII. False when nothing was.
    pub fn append(&mut self, text: &str) -> bool {
        let before = self.text.len();
        for character in text.chars().filter(char::is_ascii_graphic) {
            if self.text.len() == CAPACITY {
                break;
            }
            self.text.push(character);
        }
        self.text.len() > before
    }

    /// Handles a key; false when it means nothing to this line.
    pub fn press(&mut self, key: KeyPress) -> bool {
        if let Some(character) = key.text() {
            return self.append(character.encode_utf8(&mut [0; 4]));
        }
        match (key.code, key.modifiers) {
            (KeyCode::Backspace, KeyModifiers::NONE) => self.text.pop().is_some(),
            (KeyCode::Char('u' | 'w'), KeyModifiers::CONTROL) => {
                let had_text = !self.text.is_empty();
                *self = Self::default();
                had_text
            }
            _ => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_typed_is_kept_and_not_shown() {
        let mut line = MaskedLine::default();
        assert!(!line.append("") && !line.append(" \n\u{e9}"), "nothing in it counts");
        assert!(line.append("fake value\n"));
        assert_eq!((line.text(), line.length()), ("fakevalue", 9));
        assert!(!format!("{line:?}").contains("fake"));
    }

    #[test]
    fn it_never_grows_past_its_first_capacity() {
        let mut line = MaskedLine::default();
        line.append(&"x".repeat(2 * CAPACITY));
        assert_eq!((line.length(), line.text.capacity()), (CAPACITY, CAPACITY));
    }

    #[test]
    fn keys_shorten_and_empty_it() {
        let press = |line: &mut MaskedLine, code, modifiers| line.press(KeyPress { code, modifiers });
        let mut line = MaskedLine::default();
        line.append("abc");
        assert!(press(&mut line, KeyCode::Backspace, KeyModifiers::NONE));
        assert_eq!(line.length(), 2);
        assert!(press(&mut line, KeyCode::Char('u'), KeyModifiers::CONTROL));
        assert!(!press(&mut line, KeyCode::Backspace, KeyModifiers::NONE));
        assert!(!press(&mut line, KeyCode::Left, KeyModifiers::NONE));
    }
}
