//! Single-line text input: with a caret, or masked for a secret.

use std::fmt;

use crossterm::event::{KeyCode, KeyModifiers};
use ratatui::style::Style;
use ratatui::text::{Line, Span};
use tui_input::{Input, InputRequest};
use zeroize::Zeroizing;

use crate::domain::is_invisible;

use super::canvas::{Canvas, LABEL_WIDTH};
use super::{KeyPress, Theme};

/// The longest text of a field, in characters. Input beyond it is ignored.
pub(super) const LONGEST: usize = 96;

/// The longest path or command line, in characters.
const MAX_PATH_LENGTH: usize = 1024;

/// A text input with a caret, and a shell's editing keys.
#[derive(Clone, Debug)]
pub struct TextLine {
    input: Input,
    longest: usize,
    /// True while the whole text is selected: text that is inserted replaces it.
    pub(super) is_selected: bool,
}

impl Default for TextLine {
    fn default() -> Self {
        Self::new("")
    }
}

impl TextLine {
    /// Returns an input that contains `text`, with the caret at its end.
    pub(super) fn new(text: &str) -> Self {
        Self { input: Input::new(text.to_owned()), longest: LONGEST, is_selected: false }
    }

    /// Returns an empty input for a path or a command line.
    pub(super) fn long() -> Self {
        Self { longest: MAX_PATH_LENGTH, ..Self::default() }
    }

    pub fn text(&self) -> &str {
        self.input.value()
    }

    pub(super) fn caret_column(&self) -> usize {
        self.input.visual_cursor()
    }

    pub(super) fn set(&mut self, text: &str) {
        self.input = Input::new(text.to_owned());
        self.is_selected = false;
    }

    /// Inserts text at the caret, without control and invisible characters. False if nothing changed.
    pub(super) fn insert(&mut self, text: &str) -> bool {
        let replaces = self.is_selected;
        if replaces {
            self.set("");
        }
        let (before, left) = (self.text().len(), self.longest.saturating_sub(self.text().chars().count()));
        let visible = text.chars().filter(|character| !character.is_control() && !is_invisible(*character));
        for character in visible.take(left) {
            self.input.handle(InputRequest::InsertChar(character));
        }
        replaces || self.text().len() != before
    }

    /// Handles a key. Returns whether the text changed, or `None` if the key does nothing in an input.
    pub(super) fn press(&mut self, key: KeyPress) -> Option<bool> {
        if let Some(character) = key.text() {
            return Some(self.insert(character.encode_utf8(&mut [0; 4])));
        }
        self.is_selected = false;
        let before = self.text().len();
        self.input.handle(editing_request(key)?);
        Some(self.text().len() != before)
    }

    pub(super) fn row<'a>(&'a self, prefix: Span<'a>) -> InputRow<'a> {
        InputRow { prefix, text: Line::raw(self.text()), caret: self.caret_column(), has_focus: true }
    }
}

pub(super) struct InputRow<'a> {
    pub prefix: Span<'a>,
    pub text: Line<'a>,
    /// The column of the caret in the text.
    pub caret: usize,
    pub has_focus: bool,
}

impl InputRow<'_> {
    /// Draws the part of the text around the caret, with the terminal's cursor there. `beside` is drawn to the right of
    /// it, in the last `columns` columns.
    pub fn draw(self, columns: u16, beside: Line, canvas: &mut Canvas) {
        let Self { prefix, text, caret, has_focus } = self;
        let prefix_width = prefix.width();
        let width = usize::from(canvas.width().saturating_sub(columns)).saturating_sub(prefix_width);
        let mut line = Line::from(prefix);
        let scrolled = push_window(&mut line, &text, caret + usize::from(has_focus), width, canvas.theme);
        line.spans.extend(beside.spans);
        if has_focus && width > 0 {
            canvas.line_with_cursor(line, prefix_width + caret.saturating_sub(scrolled).min(width - 1));
        } else {
            canvas.line(line);
        }
    }
}

/// The label of a text field, with a pointer if the field has the focus.
pub(super) fn field_label(label: &str, has_focus: bool, theme: &Theme) -> Span<'static> {
    let (pointer, style) = if has_focus { (theme.glyphs.pointer, theme.strong) } else { ("", theme.faint) };
    Span::styled(format!("{:<width$}", format!("{label} {pointer}"), width = usize::from(LABEL_WIDTH)), style)
}

/// Adds exactly `width` columns of a text, with an ellipsis at each side where it is cut. Returns how many columns are
/// cut off on the left. The caret's cell ends at column `end`.
fn push_window(line: &mut Line, text: &Line, end: usize, width: usize, theme: &Theme) -> usize {
    let ellipsis = Span::styled(theme.glyphs.ellipsis, theme.faint);
    let ellipsis_width = if width > 3 * ellipsis.width() { ellipsis.width() } else { 0 };
    let whole = text.width();
    let wanted = scroll_to(whole, end, width, ellipsis_width);
    let mut whole_until = 0;
    let characters = text.styled_graphemes(Style::new()).map(|grapheme| {
        let character = Span::styled(grapheme.symbol.to_owned(), grapheme.style);
        let from = whole_until;
        whole_until += character.width();
        (from, whole_until, character)
    });
    let characters: Vec<_> = characters.collect();
    // Start at a whole character.
    let scrolled = characters.iter().map(|(from, ..)| *from).find(|from| *from >= wanted).unwrap_or(whole);
    let first = scrolled + if scrolled > 0 { ellipsis_width } else { 0 };
    let last = scrolled + width - if whole > scrolled + width { ellipsis_width } else { 0 };
    if first > scrolled {
        line.push_span(ellipsis.clone());
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
        line.push_span(ellipsis);
    }
    scrolled
}

/// How many columns to scroll to the left so that the caret, whose cell ends at `end`, is not next to an ellipsis.
fn scroll_to(whole: usize, end: usize, width: usize, ellipsis: usize) -> usize {
    if whole.max(end) <= width || end + ellipsis <= width {
        return 0;
    }
    whole.max(end).min(end + ellipsis) - width
}

fn editing_request(key: KeyPress) -> Option<InputRequest> {
    use InputRequest::{
        DeleteFromStart, DeleteNextChar, DeleteNextWord, DeletePrevChar, DeletePrevWord, DeleteTillEnd,
        GoToEnd, GoToNextChar, GoToNextWord, GoToPrevChar, GoToPrevWord, GoToStart,
    };
    use KeyCode::{Backspace, Char, Delete, End, Home, Left, Right};
    let control = key.modifiers.contains(KeyModifiers::CONTROL);
    let alt = key.modifiers.contains(KeyModifiers::ALT);
    Some(match (key.code, control, alt) {
        (Left, true, _) | (Left | Char('b'), false, true) => GoToPrevWord,
        (Right, true, _) | (Right | Char('f'), false, true) => GoToNextWord,
        (Left, false, false) | (Char('b'), true, false) => GoToPrevChar,
        (Right, false, false) | (Char('f'), true, false) => GoToNextChar,
        (Home, ..) | (Char('a'), true, false) => GoToStart,
        (End, ..) | (Char('e'), true, false) => GoToEnd,
        (Char('u'), true, false) => DeleteFromStart,
        (Char('k'), true, false) => DeleteTillEnd,
        (Char('w'), true, false) | (Backspace, false, true) => DeletePrevWord,
        (Char('d'), false, true) => DeleteNextWord,
        (Char('d'), true, false) | (Delete, ..) => DeleteNextChar,
        (Char('h'), true, false) | (Backspace, false, false) => DeletePrevChar,
        _ => return None,
    })
}

/// Enough for any Atlas credential. Allocated at once, because growing would leave a copy behind. In bytes.
const CAPACITY: usize = 4096;

/// A masked input for a secret. It keeps no history, and `Debug` shows nothing. Text can only be appended, shortened or
/// cleared, because editing in the middle needs a visible text.
#[derive(Clone)]
pub(super) struct MaskedLine {
    text: Zeroizing<String>,
    /// True while the whole text is selected: text that is appended replaces it.
    pub is_selected: bool,
}

impl Default for MaskedLine {
    fn default() -> Self {
        Self { text: Zeroizing::new(String::with_capacity(CAPACITY)), is_selected: false }
    }
}

impl fmt::Debug for MaskedLine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("MaskedLine(..)")
    }
}

impl MaskedLine {
    pub fn length(&self) -> usize {
        self.text.chars().count()
    }

    pub fn text(&self) -> &str {
        &self.text
    }

    /// Appends the characters that a credential can contain: visible ASCII.
    pub fn append(&mut self, text: &str) {
        if self.is_selected {
            *self = Self::default();
        }
        let left = CAPACITY - self.text.len();
        self.text.extend(text.chars().filter(char::is_ascii_graphic).take(left));
    }

    pub fn press(&mut self, key: KeyPress) {
        if let Some(character) = key.text() {
            return self.append(character.encode_utf8(&mut [0; 4]));
        }
        self.is_selected = false;
        match (key.code, key.modifiers) {
            (KeyCode::Backspace, KeyModifiers::NONE) => drop(self.text.pop()),
            (KeyCode::Char('u' | 'w'), KeyModifiers::CONTROL) => *self = Self::default(),
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn graphemes_are_deleted_whole_and_the_length_is_limited() {
        let mut line = TextLine::new("e\u{301}漢");
        let backspace = KeyPress { code: KeyCode::Backspace, modifiers: KeyModifiers::NONE };
        line.press(backspace);
        line.press(backspace);
        assert_eq!(line.text(), "");
        line.insert("a\u{1b}[2J\r\nb");
        assert_eq!(line.text(), "a[2Jb");
        line.insert(&"1".repeat(1000));
        assert_eq!(line.text().len(), LONGEST);
        let mut long = TextLine::long();
        long.insert(&"1".repeat(100_000));
        assert_eq!(long.text().len(), MAX_PATH_LENGTH);
    }

    #[test]
    fn a_masked_line_shows_nothing_and_never_grows_past_its_first_capacity() {
        let press = |line: &mut MaskedLine, code, modifiers| line.press(KeyPress { code, modifiers });
        let mut line = MaskedLine::default();
        line.append(" \n\u{e9}fake value\n");
        assert_eq!((line.text(), line.length()), ("fakevalue", 9));
        assert!(!format!("{line:?}").contains("fake"));
        press(&mut line, KeyCode::Left, KeyModifiers::NONE);
        press(&mut line, KeyCode::Char('d'), KeyModifiers::NONE);
        assert_eq!(line.text(), "fakevalued");
        press(&mut line, KeyCode::Backspace, KeyModifiers::NONE);
        assert_eq!(line.text(), "fakevalue");
        press(&mut line, KeyCode::Char('u'), KeyModifiers::CONTROL);
        assert_eq!(line.length(), 0);
        line.append(&"x".repeat(2 * CAPACITY));
        assert_eq!((line.length(), line.text.capacity()), (CAPACITY, CAPACITY));
    }
}
