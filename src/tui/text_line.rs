//! One line of text that is being typed, with the terminal's cursor at its caret.

use crossterm::event::{KeyCode, KeyModifiers};
use ratatui::Frame;
use ratatui::layout::{Position, Rect};
use ratatui::text::Line;
use ratatui::widgets::Paragraph;
use tui_input::{Input, InputRequest};

use crate::domain::is_invisible;

use super::KeyPress;

/// Longer than anything that belongs into a field; a key or paste beyond it changes nothing.
const LONGEST: usize = 96;

/// Longer than any path or command line that is typed.
const LONGEST_ROOMY: usize = 1024;

/// One line with a caret, and the keys of a shell.
#[derive(Clone, Debug)]
pub struct TextLine {
    input: Input,
    longest: usize,
}

impl Default for TextLine {
    fn default() -> Self {
        Self::new("")
    }
}

impl TextLine {
    /// A line that holds `text`, the caret behind it.
    pub fn new(text: &str) -> Self {
        Self { input: Input::new(text.to_owned()), longest: LONGEST }
    }

    /// An empty line for a path or a command line.
    pub fn roomy() -> Self {
        Self { longest: LONGEST_ROOMY, ..Self::default() }
    }

    /// What was typed.
    pub fn text(&self) -> &str {
        self.input.value()
    }

    /// The caret's distance from the start, in columns.
    pub fn caret_column(&self) -> usize {
        self.input.visual_cursor()
    }

    /// How many columns are scrolled out to the left when `width` columns can be seen.
    pub fn scroll(&self, width: usize) -> usize {
        self.input.visual_scroll(width)
    }

    /// Replaces everything, the caret behind it.
    pub fn set(&mut self, text: &str) {
        self.input = Input::new(text.to_owned());
    }

    /// Inserts text at the caret; control characters are left out. False when nothing was inserted.
    pub fn insert(&mut self, text: &str) -> bool {
        let mut changed = false;
        for character in text.chars().filter(|character| !character.is_control() && !is_invisible(*character))
        {
            if self.text().chars().count() >= self.longest {
                break;
            }
            self.input.handle(InputRequest::InsertChar(character));
            changed = true;
        }
        changed
    }

    /// Handles a key. `None` when the key means nothing to a line, else whether the text changed.
    pub fn press(&mut self, key: KeyPress) -> Option<bool> {
        if let Some(character) = key.text() {
            return Some(self.insert(character.encode_utf8(&mut [0; 4])));
        }
        let before = self.text().len();
        self.input.handle(editing_request(key)?);
        Some(self.text().len() != before)
    }

    /// Draws the part of the line around its caret, and puts the terminal's cursor there.
    pub(super) fn draw(&self, frame: &mut Frame, area: Rect) {
        let scroll = self.scroll(usize::from(area.width.saturating_sub(1)));
        draw_scrolled(frame, area, Line::raw(self.text()), scroll, self.caret_column(), true);
    }
}

/// Draws a line, so many columns scrolled out to the left.
pub(super) fn draw_scrolled(
    frame: &mut Frame,
    area: Rect,
    line: Line,
    scroll: usize,
    caret: usize,
    has_focus: bool,
) {
    if area.is_empty() {
        return;
    }
    let columns = |count: usize| u16::try_from(count).unwrap_or(u16::MAX);
    frame.render_widget(Paragraph::new(line).scroll((0, columns(scroll))), area);
    if has_focus {
        let caret = columns(caret.saturating_sub(scroll));
        let x = area.x.saturating_add(caret).min(area.right().saturating_sub(1));
        frame.set_cursor_position(Position { x, y: area.y });
    }
}

fn editing_request(key: KeyPress) -> Option<InputRequest> {
    let control = key.modifiers.contains(KeyModifiers::CONTROL);
    let alt = key.modifiers.contains(KeyModifiers::ALT);
    let request = match (key.code, control, alt) {
        (KeyCode::Left, true, _) | (KeyCode::Left | KeyCode::Char('b'), false, true) => {
            InputRequest::GoToPrevWord
        }
        (KeyCode::Right, true, _) | (KeyCode::Right | KeyCode::Char('f'), false, true) => {
            InputRequest::GoToNextWord
        }
        (KeyCode::Left, false, false) | (KeyCode::Char('b'), true, false) => InputRequest::GoToPrevChar,
        (KeyCode::Right, false, false) | (KeyCode::Char('f'), true, false) => InputRequest::GoToNextChar,
        (KeyCode::Home, ..) | (KeyCode::Char('a'), true, false) => InputRequest::GoToStart,
        (KeyCode::End, ..) | (KeyCode::Char('e'), true, false) => InputRequest::GoToEnd,
        (KeyCode::Char('u'), true, false) => InputRequest::DeleteFromStart,
        (KeyCode::Char('k'), true, false) => InputRequest::DeleteTillEnd,
        (KeyCode::Char('w'), true, false) | (KeyCode::Backspace, false, true) => InputRequest::DeletePrevWord,
        (KeyCode::Char('d'), false, true) => InputRequest::DeleteNextWord,
        (KeyCode::Char('d'), true, false) | (KeyCode::Delete, ..) => InputRequest::DeleteNextChar,
        (KeyCode::Char('h'), true, false) | (KeyCode::Backspace, false, false) => {
            InputRequest::DeletePrevChar
        }
        _ => return None,
    };
    Some(request)
}

#[cfg(test)]
mod tests {
    use super::*;

    type Chord = (KeyCode, KeyModifiers);

    fn press(line: &mut TextLine, code: KeyCode, modifiers: KeyModifiers) -> Option<bool> {
        line.press(KeyPress { code, modifiers })
    }

    #[test]
    fn keys_do_what_hands_know() {
        let none = KeyModifiers::NONE;
        let control = KeyModifiers::CONTROL;
        let alt = KeyModifiers::ALT;
        let rows: [(&[Chord], &str, usize); 15] = [
            (&[(KeyCode::Char('c'), none)], "one twoc", 8),
            (&[(KeyCode::Home, none), (KeyCode::Delete, none)], "ne two", 0),
            (&[(KeyCode::Char('a'), control), (KeyCode::Char('x'), none)], "xone two", 1),
            (&[(KeyCode::Left, control)], "one two", 4),
            (&[(KeyCode::Char('b'), alt), (KeyCode::Char('b'), alt)], "one two", 0),
            (&[(KeyCode::Home, none), (KeyCode::Char('f'), alt)], "one two", 4),
            (&[(KeyCode::Char('w'), control)], "one ", 4),
            (&[(KeyCode::Char('u'), control)], "", 0),
            (&[(KeyCode::Left, control), (KeyCode::Char('k'), control)], "one ", 4),
            (&[(KeyCode::Backspace, none), (KeyCode::End, none)], "one tw", 6),
            (&[(KeyCode::Home, none), (KeyCode::End, none), (KeyCode::Char('x'), none)], "one twox", 8),
            (&[(KeyCode::Home, none), (KeyCode::Char('e'), control)], "one two", 7),
            (&[(KeyCode::Home, none), (KeyCode::Right, none), (KeyCode::Delete, none)], "oe two", 1),
            (&[(KeyCode::Home, none), (KeyCode::Char('f'), control)], "one two", 1),
            (&[(KeyCode::Home, none), (KeyCode::Char('d'), alt)], "two", 0),
        ];
        for (keys, text, caret) in rows {
            let mut line = TextLine::new("one two");
            for (code, modifiers) in keys {
                press(&mut line, *code, *modifiers);
            }
            assert_eq!((line.text(), line.caret_column()), (text, caret), "{keys:?}");
        }
    }

    #[test]
    fn a_long_line_scrolls_with_its_caret() {
        let line = TextLine::new("abcdefghij");
        assert_eq!((line.scroll(20), line.scroll(5), line.caret_column()), (0, 5, 10));
    }

    #[test]
    fn a_key_says_whether_the_text_changed() {
        let mut line = TextLine::new("");
        assert_eq!(press(&mut line, KeyCode::Char('a'), KeyModifiers::NONE), Some(true));
        assert_eq!(press(&mut line, KeyCode::Left, KeyModifiers::NONE), Some(false));
        assert_eq!(press(&mut line, KeyCode::Backspace, KeyModifiers::NONE), Some(false));
        assert_eq!(press(&mut line, KeyCode::F(5), KeyModifiers::NONE), None);
    }

    #[test]
    fn graphemes_stay_whole_and_the_line_ends_somewhere() {
        let mut line = TextLine::new("e\u{301}漢");
        press(&mut line, KeyCode::Backspace, KeyModifiers::NONE);
        press(&mut line, KeyCode::Backspace, KeyModifiers::NONE);
        assert_eq!(line.text(), "");
        line.insert(&"1".repeat(1000));
        assert_eq!(line.text().len(), LONGEST);
        let mut roomy = TextLine::roomy();
        roomy.insert(&"1".repeat(100_000));
        assert_eq!(roomy.text().len(), LONGEST_ROOMY);
        line.set("");
        line.insert("a\u{1b}[2J\r\nb");
        assert_eq!(line.text(), "a[2Jb");
    }
}
