//! Untrusted text that is made safe to show.

use std::fmt;
use std::path::Path;

use serde::{Deserialize, Serialize};

/// The maximum number of characters that are kept. An error's `detail` is one or two sentences.
const MAX_LENGTH: usize = 400;

/// The maximum number of combining marks that are kept per character. Hebrew uses three: a dot, a vowel and an accent.
/// More would cover the rows above and below.
const MAX_MARKS: usize = 3;

/// Text from outside (a server, a file, another program) that may be shown on a terminal.
///
/// Control characters, including those that begin escape sequences, bidirectional overrides, invisible characters, and
/// more than three combining marks per character are removed. Line breaks and tabs become a space. After 400 characters
/// the text is cut and `...` is appended. Text is converted once, where it comes in.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(from = "String")]
pub struct ServerText(String);

impl ServerText {
    pub fn new(text: &str) -> Self {
        let mut safe = String::new();
        let (mut kept, mut marks) = (0, MAX_MARKS);
        for character in text.chars() {
            let Some(character) = displayed_as(character) else {
                continue;
            };
            if character == ' ' && (safe.is_empty() || safe.ends_with(' ')) {
                continue;
            }
            marks = if is_mark(character) { marks + 1 } else { 0 };
            if marks > MAX_MARKS {
                continue;
            }
            if kept == MAX_LENGTH {
                safe.push_str("...");
                return Self(safe);
            }
            safe.push(character);
            kept += 1;
        }
        safe.truncate(safe.trim_end().len());
        Self(safe)
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl From<String> for ServerText {
    fn from(text: String) -> Self {
        Self::new(&text)
    }
}

impl fmt::Display for ServerText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// True for a character that is shown unchanged.
pub(super) fn is_drawn(character: char) -> bool {
    displayed_as(character) == Some(character)
}

fn displayed_as(character: char) -> Option<char> {
    match character {
        '\n' | '\r' | '\t' | '\u{2028}' | '\u{2029}' => Some(' '),
        character if character.is_control() || is_invisible(character) => None,
        character => Some(character),
    }
}

/// True for a combining mark, which is drawn on the character before it.
fn is_mark(character: char) -> bool {
    !character.is_ascii() && textwrap::core::display_width(character.encode_utf8(&mut [0; 4])) == 0
}

/// Trims white space and invisible characters, such as a byte order mark.
pub fn trim_visible(text: &str) -> &str {
    text.trim_matches(|character: char| character.is_whitespace() || is_invisible(character))
}

/// Returns the path as text, or escaped if a terminal would not show it exactly; the text then says so. A very long
/// path is cut.
pub fn path_text(path: &Path) -> ServerText {
    let exact = path.to_str().map(ServerText::new).filter(|text| Some(text.as_str()) == path.to_str());
    exact.unwrap_or_else(|| {
        let escaped = path.as_os_str().as_encoded_bytes().escape_ascii().to_string();
        ServerText::new(&format!("{} (shown escaped)", escaped.replace("  ", r" \x20")))
    })
}

/// The ASCII character for a full-width one, which East Asian keyboards type.
pub fn half_width(character: char) -> char {
    match character {
        '\u{FF10}'..='\u{FF5A}' => char::from_u32(u32::from(character) - 0xFEE0).unwrap_or(character),
        _ => character,
    }
}

/// What to do about quotes: they belong to a shell or a file, not to the value.
pub(crate) const QUOTED: &str = "remove the quotes around it";

/// True if the text begins or ends with a straight or curly quote. `docker --env-file` and `set` on Windows keep them,
/// but no ID, credential, URL or name of Atlas has one there.
pub fn is_quoted(text: &str) -> bool {
    const QUOTES: [char; 13] = [
        '"', '\'', '`', '\u{201C}', '\u{201D}', '\u{201E}', '\u{2018}', '\u{2019}', '\u{201A}', '\u{AB}',
        '\u{BB}', '\u{2039}', '\u{203A}',
    ];
    text.starts_with(QUOTES) || text.ends_with(QUOTES)
}

/// The characters of Unicode's general category Cf and similar ones: they change how the text around them is read, are
/// invisible, or have a width that depends on the terminal. They are the soft hyphen, joiners, direction marks and
/// overrides, variation selectors, tags, Hangul fillers, the Braille blank, and signs that enclose the numbers after
/// them.
pub fn is_invisible(character: char) -> bool {
    matches!(character,
        '\u{00AD}' | '\u{034F}' | '\u{0600}'..='\u{0605}' | '\u{061C}' | '\u{06DD}' | '\u{070F}'
        | '\u{0890}'..='\u{0891}' | '\u{08E2}' | '\u{115F}' | '\u{1160}' | '\u{17B4}' | '\u{17B5}'
        | '\u{180B}'..='\u{180F}' | '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}'
        | '\u{2060}'..='\u{206F}' | '\u{2800}' | '\u{3164}' | '\u{FE00}'..='\u{FE0F}' | '\u{FEFF}' | '\u{FFA0}'
        | '\u{FFF0}'..='\u{FFFB}' | '\u{110BD}' | '\u{110CD}' | '\u{13430}'..='\u{1343F}' | '\u{1BCA0}'..='\u{1BCA3}' | '\u{1D173}'..='\u{1D17A}'
        | '\u{E0000}'..='\u{E0FFF}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn control_characters_are_removed() {
        let rows = [
            ("\u{1b}[31mred\u{1b}[0m", "[31mred[0m"),
            ("\u{1b}]52;c;ZmFrZQ==\u{7}", "]52;c;ZmFrZQ=="),
            ("a\u{9b}2Jb", "a2Jb"),
            ("one\r\ntwo\tthree", "one two three"),
            ("\u{202e}evil\u{2066}", "evil"),
            ("zero\u{200b}width\u{feff}", "zerowidth"),
            ("  around  ", "around"),
            ("Ünïcödé 漢字", "Ünïcödé 漢字"),
            // Scripts that use combining marks are unchanged.
            ("ye\u{302}\u{301}u", "ye\u{302}\u{301}u"),
            ("\u{5d1}\u{5bc}\u{5b8}\u{591}", "\u{5d1}\u{5bc}\u{5b8}\u{591}"),
            ("\u{e17}\u{e35}\u{e48}", "\u{e17}\u{e35}\u{e48}"),
            ("a\u{300}\u{301}\u{302}\u{303}\u{304}b\u{300}", "a\u{300}\u{301}\u{302}b\u{300}"),
            ("\u{300}a", "a"),
        ];
        for (text, expected) in rows {
            assert_eq!(ServerText::new(text).as_str(), expected, "{text:?}");
        }
    }

    /// The first and last characters of the ranges of Cf in `DerivedGeneralCategory.txt` of Unicode 16.0, and U+2800,
    /// which looks like a space.
    #[test]
    fn every_format_character_is_invisible() {
        let ranges = [
            0xAD, 0xAD, 0x600, 0x605, 0x61C, 0x61C, 0x6DD, 0x6DD, 0x70F, 0x70F, 0x890, 0x891, 0x8E2, 0x8E2,
            0x180E, 0x180E, 0x200B, 0x200F, 0x202A, 0x202E, 0x2060, 0x2064, 0x2066, 0x206F, 0x2800, 0x2800,
            0xFEFF, 0xFEFF, 0xFFF9, 0xFFFB, 0x110BD, 0x110BD, 0x110CD, 0x110CD, 0x13430, 0x1343F, 0x1BCA0,
            0x1BCA3, 0x1D173, 0x1D17A, 0xE0001, 0xE0001, 0xE0020, 0xE007F,
        ];
        for range in ranges.chunks(2) {
            for character in (range[0]..=range[1]).filter_map(char::from_u32) {
                assert!(is_invisible(character), "{:x}", u32::from(character));
                assert_eq!(ServerText::new(&format!("a{character}b")).as_str(), "ab");
            }
        }
        for character in ['a', '\u{301}', '漢', 'ا', '\u{2801}', '€'] {
            assert!(!is_invisible(character), "{character:?}");
        }
    }

    #[test]
    fn long_text_is_cut() {
        let text = ServerText::new(&"x".repeat(10_000_000));
        assert_eq!(text.as_str().chars().count(), MAX_LENGTH + 3);
        assert!(text.as_str().ends_with("..."));
        assert_eq!(ServerText::new(&"x".repeat(MAX_LENGTH)).as_str().chars().count(), MAX_LENGTH);
    }
}
