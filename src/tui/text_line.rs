//! One line of text that is being typed: with the terminal's cursor at its caret, or blind for a secret.

use std::fmt;

use crossterm::event::{KeyCode, KeyModifiers};
use ratatui::style::Style;
use ratatui::text::{Line, Span};
use tui_input::{Input, InputRequest};
use zeroize::Zeroizing;

use crate::domain::is_invisible;

use super::canvas::{Canvas, LABEL_WIDTH};
use super::{KeyPress, Theme};

/// Longer than anything that belongs into a field; a key or paste beyond it changes nothing.
const LONGEST: usize = 96;

/// Longer than any path or command line that is typed.
const LONGEST_PATH: usize = 1024;

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
    pub fn long() -> Self {
        Self { longest: LONGEST_PATH, ..Self::default() }
    }

    /// What was typed.
    pub fn text(&self) -> &str {
        self.input.value()
    }

    /// The caret's distance from the start, in columns.
    pub fn caret_column(&self) -> usize {
        self.input.visual_cursor()
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

    /// The row in which it is typed, behind a label or a symbol.
    pub(super) fn row<'a>(&'a self, lead: Span<'a>) -> InputRow<'a> {
        InputRow { lead, text: Line::raw(self.text()), caret: self.caret_column(), has_focus: true }
    }
}

/// A row in which something is typed.
pub(super) struct InputRow<'a> {
    /// What stands before it.
    pub lead: Span<'a>,
    pub text: Line<'a>,
    /// How many columns of the text are before the caret.
    pub caret: usize,
    pub has_focus: bool,
}

impl InputRow<'_> {
    /// Draws the part of the text around its caret, with the terminal's cursor there, and `beside` in so many columns to the
    /// right of it.
    pub fn draw(self, columns: u16, beside: Line, canvas: &mut Canvas) {
        let Self { lead, text, caret, has_focus } = self;
        let lead_width = lead.width();
        let width = usize::from(canvas.width().saturating_sub(columns)).saturating_sub(lead_width);
        let mut line = Line::from(lead);
        let scrolled = push_window(&mut line, &text, caret + usize::from(has_focus), width, canvas.theme);
        line.spans.extend(beside.spans);
        if has_focus && width > 0 {
            canvas.line_with_cursor(line, lead_width + caret.saturating_sub(scrolled).min(width - 1));
        } else {
            canvas.line(line);
        }
    }
}

/// The label of a field in which something is typed, with the pointer where it has the focus.
pub(super) fn field_label(label: &str, has_focus: bool, theme: &Theme) -> Span<'static> {
    let (pointer, style) = if has_focus { (theme.glyphs.pointer, theme.strong) } else { ("", theme.faint) };
    Span::styled(format!("{:<width$}", format!("{label} {pointer}"), width = usize::from(LABEL_WIDTH)), style)
}

/// Adds exactly so many columns of a text, with a mark at a side where more of it is, and says how many are left out before
/// it. The caret's cell ends at `end`.
fn push_window(line: &mut Line, text: &Line, end: usize, width: usize, theme: &Theme) -> usize {
    let mark = Span::styled(theme.glyphs.ellipsis, theme.faint);
    let mark_width = if width > 3 * mark.width() { mark.width() } else { 0 };
    let whole = text.width();
    let wanted = scroll_to(whole, end, width, mark_width);
    let mut whole_until = 0;
    let characters = text.styled_graphemes(Style::new()).map(|grapheme| {
        let character = Span::styled(grapheme.symbol.to_owned(), grapheme.style);
        let from = whole_until;
        whole_until += character.width();
        (from, whole_until, character)
    });
    let characters: Vec<_> = characters.collect();
    // No character is cut in two.
    let scrolled = characters.iter().map(|(from, ..)| *from).find(|from| *from >= wanted).unwrap_or(whole);
    let first = scrolled + if scrolled > 0 { mark_width } else { 0 };
    let last = scrolled + width - if whole > scrolled + width { mark_width } else { 0 };
    if first > scrolled {
        line.push_span(mark.clone());
    }
    let mut column = first;
    for (from, to, character) in characters.into_iter().filter(|(from, to, _)| *from >= first && *to <= last)
    {
        line.push_span(" ".repeat(from - column));
        line.push_span(character);
        column = to;
    }
    line.push_span(" ".repeat(last - column));
    if last < scrolled + width {
        line.push_span(mark);
    }
    scrolled
}

/// How many columns are scrolled out to the left, so that the caret, whose cell ends at `end`, is beside no mark.
fn scroll_to(whole: usize, end: usize, width: usize, mark: usize) -> usize {
    if whole.max(end) <= width || end + mark <= width {
        return 0;
    }
    whole.max(end).min(end + mark) - width
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

    /// Appends what can be part of a credential: visible ASCII.
    pub fn append(&mut self, text: &str) {
        let left = CAPACITY - self.text.len();
        self.text.extend(text.chars().filter(char::is_ascii_graphic).take(left));
    }

    /// Handles a key.
    pub fn press(&mut self, key: KeyPress) {
        match (key.code, key.modifiers) {
            (KeyCode::Backspace, KeyModifiers::NONE) => drop(self.text.pop()),
            (KeyCode::Char('u' | 'w'), KeyModifiers::CONTROL) => *self = Self::default(),
            _ => {
                if let Some(character) = key.text() {
                    self.append(character.encode_utf8(&mut [0; 4]));
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use ratatui::Terminal;
    use ratatui::backend::TestBackend;
    use ratatui::buffer::Cell;

    use super::*;
    use crate::tui::Glyphs;

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

    /// The line as it is drawn 10 columns wide, and the caret's column.
    fn drawn(text: &str, lefts: usize, theme: &Theme) -> (String, u16) {
        let mut line = TextLine::new(text);
        for _ in 0..lefts {
            press(&mut line, KeyCode::Left, KeyModifiers::NONE);
        }
        let mut terminal = Terminal::new(TestBackend::new(10, 1)).unwrap();
        let mut canvas = Canvas::new(theme, 10, 1);
        line.row(Span::default()).draw(0, Line::default(), &mut canvas);
        terminal.draw(|frame| canvas.render(frame, frame.area())).unwrap();
        let caret = terminal.get_cursor_position().unwrap().x;
        let cells = terminal.backend().buffer().content().iter().map(Cell::symbol);
        (cells.collect::<String>().trim_end().to_owned(), caret)
    }

    #[test]
    fn a_line_that_does_not_fit_is_marked_where_it_is_cut() {
        let rows = [
            ("abcdefghi", 0, "abcdefghi", 9),
            ("abcdefghij", 0, "…cdefghij", 9),
            ("abcdefghij", 1, "abcdefghij", 9),
            ("abcdefghijklmno", 0, "…hijklmno", 9),
            ("abcdefghijklmno", 1, "…ghijklmno", 9),
            ("abcdefghijklmno", 2, "…ghijklmno", 8),
            ("abcdefghijklmno", 3, "…fghijklm…", 8),
            ("abcdefghijklmno", 6, "…cdefghij…", 8),
            ("abcdefghijklmno", 7, "abcdefghi…", 8),
            ("abcdefghijklmno", 15, "abcdefghi…", 0),
        ];
        for (text, lefts, expected, caret) in rows {
            assert_eq!(
                drawn(text, lefts, &Theme::color(Glyphs::UNICODE)),
                (expected.to_owned(), caret),
                "{text} {lefts}"
            );
        }
        // A wide character is left out rather than cut.
        assert_eq!(drawn("漢字漢字漢字", 0, &Theme::color(Glyphs::UNICODE)).1, 8);
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
        let mut long = TextLine::long();
        long.insert(&"1".repeat(100_000));
        assert_eq!(long.text().len(), LONGEST_PATH);
        line.set("");
        line.insert("a\u{1b}[2J\r\nb");
        assert_eq!(line.text(), "a[2Jb");
    }

    #[test]
    fn what_is_typed_is_kept_and_not_shown() {
        let mut line = MaskedLine::default();
        line.append(" \n\u{e9}");
        assert_eq!(line.length(), 0, "nothing in it counts");
        line.append("fake value\n");
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
        press(&mut line, KeyCode::Left, KeyModifiers::NONE);
        press(&mut line, KeyCode::Char('d'), KeyModifiers::NONE);
        assert_eq!(line.text(), "abcd");
        press(&mut line, KeyCode::Backspace, KeyModifiers::NONE);
        assert_eq!(line.text(), "abc");
        press(&mut line, KeyCode::Char('u'), KeyModifiers::CONTROL);
        press(&mut line, KeyCode::Backspace, KeyModifiers::NONE);
        assert_eq!(line.length(), 0);
    }
}
