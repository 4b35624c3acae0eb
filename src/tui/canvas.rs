//! The surface that screens draw on: lines from top to bottom, at a fixed width. Lines that do not fit are dropped.
//!
//! To measure a part of a screen, draw it on a separate canvas and append that.

use std::time::Duration;

use ratatui::Frame;
use ratatui::layout::{Margin, Position, Rect};
use ratatui::style::Style;
use ratatui::text::{Line, Span};

use crate::domain::{Now, ServerText};
use crate::jobs::Retry;

use super::text;
use super::theme::Theme;

/// How long work runs before its spinner appears. Most responses arrive sooner, and a spinner that only flashes is
/// useless.
const SPINNER_DELAY: Duration = Duration::from_millis(150);

/// How long each frame of the spinner is shown.
const SPINNER_STEP: Duration = Duration::from_millis(100);

/// Longer lines are hard to read. In columns.
const WIDEST: u16 = 100;

/// With fewer rows than this, optional blank rows are left out.
pub const LOW: u16 = 14;

/// The lines of a screen, or of a part of one.
pub(super) struct Canvas<'a> {
    pub theme: &'a Theme,
    width: u16,
    height: u16,
    lines: Vec<Line<'static>>,
    /// The terminal's cursor, if it is shown.
    cursor: Option<Position>,
    is_cut: bool,
    wake: Option<Duration>,
}

impl<'a> Canvas<'a> {
    pub fn new(theme: &'a Theme, width: u16, height: u16) -> Self {
        Self { theme, width, height, lines: Vec::new(), cursor: None, is_cut: false, wake: None }
    }

    /// Returns an empty canvas with the same theme and width, for a part of the screen.
    pub fn part(&self, height: u16) -> Self {
        Self::new(self.theme, self.width, height)
    }

    /// Draws a part on a separate canvas of unlimited height.
    pub fn drawn(&self, draw: impl FnOnce(&mut Self)) -> Self {
        let mut part = self.part(u16::MAX);
        draw(&mut part);
        part
    }

    /// Adds the lines of a part, indented by `indent` columns.
    pub fn append(&mut self, indent: u16, part: Canvas) {
        let cursor = part.cursor.map(|at| Position { x: at.x + indent, y: at.y + self.rows() });
        self.cursor = cursor.or(self.cursor);
        self.wake = self.wake.into_iter().chain(part.wake).min();
        for mut line in part.lines {
            if indent > 0 {
                line.spans.insert(0, Span::raw(" ".repeat(usize::from(indent))));
            }
            self.line(line);
        }
    }

    /// Records that what was drawn changes by itself after this time. A countdown that has ended does not change: an
    /// event follows.
    pub fn changes_in(&mut self, left: Duration) {
        if !left.is_zero() {
            self.wake = Some(self.wake.map_or(left, |wake| wake.min(left)));
        }
    }

    /// The whole seconds that are left, as text that changes every second.
    pub fn countdown(&mut self, left: Duration) -> String {
        self.changes_in(text::until_next_second(left));
        text::seconds_left(left)
    }

    /// The message of a retry, which counts down.
    pub fn retry_message(&mut self, retry: &Retry, left: Duration) -> String {
        self.changes_in(text::until_next_second(left));
        retry.message(left)
    }

    pub fn into_lines(self) -> Vec<Line<'static>> {
        self.lines
    }

    /// Draws the lines. Returns how long until they change by themselves; `None` while nothing moves.
    pub fn render(self, frame: &mut Frame, area: Rect) -> Option<Duration> {
        for (row, line) in area.rows().zip(&self.lines) {
            frame.render_widget(line, row);
        }
        if let Some(cursor) = self.cursor {
            frame.set_cursor_position(Position { x: area.x + cursor.x, y: area.y + cursor.y });
        }
        self.wake
    }

    pub fn width(&self) -> u16 {
        self.width
    }

    pub fn height(&self) -> u16 {
        self.height
    }

    pub fn rows(&self) -> u16 {
        u16::try_from(self.lines.len()).unwrap_or(u16::MAX)
    }

    pub fn left(&self) -> u16 {
        self.height.saturating_sub(self.rows())
    }

    /// Adds a blank row, unless the canvas is low.
    pub fn blank_unless_low(&mut self) {
        if self.height >= LOW {
            self.blank();
        }
    }

    pub fn blank(&mut self) {
        if self.left() > 0 {
            self.lines.push(Line::default());
        }
    }

    /// Fills the remaining rows with blank ones.
    pub fn fill(&mut self) {
        self.lines.resize(usize::from(self.height), Line::default());
    }

    pub fn line<'line>(&mut self, line: impl Into<Line<'line>>) {
        if self.left() == 0 {
            self.is_cut = true;
            return;
        }
        let Line { style, alignment, spans } = line.into();
        let spans = spans.into_iter().map(|span| Span::styled(span.content.into_owned(), span.style));
        self.lines.push(Line { style, alignment, spans: spans.collect() });
    }

    /// If lines were dropped, replaces the last row with a note.
    pub fn mark_cut(&mut self) {
        if self.is_cut && self.lines.pop().is_some() {
            let text = format!("{} enlarge the window to see all of it", self.theme.glyphs.ellipsis);
            self.line(Line::styled(text, self.theme.faint));
        }
    }

    /// Adds a line and puts the terminal's cursor into it, at `column`.
    pub fn line_with_cursor(&mut self, line: Line, column: usize) {
        if self.left() > 0 {
            let x = u16::try_from(column).unwrap_or(u16::MAX);
            self.cursor = Some(Position { x, y: self.rows() });
        }
        self.line(line);
    }

    /// Adds wrapped text, with every line indented by `indent` columns.
    pub fn text(&mut self, indent: u16, text: &str, style: Style) {
        self.item(Span::raw(" ".repeat(usize::from(indent))), text, style);
    }

    /// Adds wrapped text after a symbol; the other lines are indented to match the first.
    pub fn item(&mut self, symbol: Span, text: &str, style: Style) {
        let indent = symbol.width();
        let width = usize::from(self.width).saturating_sub(indent);
        let mut prefix = symbol;
        for part in wrapped(text, width) {
            self.line(Line::from(vec![prefix, Span::styled(part, style)]));
            prefix = Span::raw(" ".repeat(indent));
        }
    }

    /// Adds Atlas's message. If it does not fit, it ends in an ellipsis.
    pub fn atlas_message(&mut self, indent: u16, message: &ServerText) {
        let shown =
            cut(&format!("Atlas: {message}"), self.width, indent, self.left(), self.theme.glyphs.ellipsis);
        let faint = self.theme.faint;
        self.text(indent, &shown, faint);
    }

    /// Adds an error: what happened, what it means and what to do, unless they are empty, and Atlas's message.
    pub fn explained(&mut self, title: &str, meaning: &str, action: &str, atlas: Option<&ServerText>) {
        let theme = self.theme;
        self.failed(title);
        for (text, style) in [(meaning, theme.faint), (action, theme.strong)] {
            if !text.is_empty() {
                self.text(2, text, style);
            }
        }
        if let Some(message) = atlas {
            self.atlas_message(2, message);
        }
    }

    /// Adds one of several choices, with the pointer before it if it is selected.
    pub fn choice<'line>(&mut self, is_selected: bool, choice: impl IntoIterator<Item = Span<'line>>) {
        let mut line = Line::from(pointer(is_selected, self.theme));
        line.spans.extend(choice);
        self.line(line);
    }

    /// Adds a label and its value, which wraps below itself.
    pub fn labeled(&mut self, label: &str, value: &str) {
        let style = self.theme.faint;
        let width = usize::from(LABEL_WIDTH);
        self.item(Span::styled(format!("{label:<width$}"), style), value, Style::new());
    }

    /// Adds a label, an ID and, if it fits, the name of what it identifies.
    pub fn labeled_id(&mut self, label: &str, id: &str, name: Option<&ServerText>) {
        let both = name.map(|name| format!("{id}  {name}"));
        let both = both.filter(|both| rows_of(both, self.width, LABEL_WIDTH) == 1);
        self.labeled(label, both.as_deref().unwrap_or(id));
    }

    /// Adds wrapped text after one of the theme's glyphs, all in `style`.
    pub fn marked(&mut self, glyph: &str, text: &str, style: Style) {
        self.item(Span::styled(format!("{glyph} "), style), text, style);
    }

    /// Adds what was done, after a check mark.
    pub fn done(&mut self, text: &str) {
        self.marked(self.theme.glyphs.check, text, self.theme.good);
    }

    /// Adds what failed, after a cross.
    pub fn failed(&mut self, text: &str) {
        self.marked(self.theme.glyphs.cross, text, self.theme.bad);
    }

    /// Adds wrapped text in `style`, after a warning sign in the theme's color.
    pub fn warning(&mut self, text: &str, style: Style) {
        let theme = self.theme;
        self.item(Span::styled(format!("{} ", theme.glyphs.warning), theme.warning), text, style);
    }

    /// Adds a question that `y` and `n` answer.
    pub fn ask(&mut self, question: &str, yes: &str) {
        self.ask_with(question, &format!("y {yes}   n back"));
    }

    /// Adds a question and its answer keys, on the same line or, if the keys would wrap, on the next one.
    pub fn ask_with(&mut self, question: &str, answers: &str) {
        let strong = self.theme.strong;
        let whole = format!("{question}   {answers}");
        if rows_of(&whole, self.width, 0) == 1 {
            return self.text(0, &whole, strong);
        }
        self.text(0, question, strong);
        self.text(0, answers, strong);
    }

    /// Adds the state of work that began at `since`. After [`SPINNER_DELAY`] it has a spinner and the seconds.
    pub fn running(&mut self, now: Now, since: Now, doing: &str) {
        let theme = self.theme;
        let elapsed = now.since(since);
        let seconds = format!("  {}", text::seconds(elapsed));
        let beside = 2 + u16::try_from(seconds.len()).unwrap_or(0);
        let doing = cut(doing, self.width, beside, 1, theme.glyphs.ellipsis);
        if elapsed < SPINNER_DELAY {
            self.changes_in(SPINNER_DELAY.saturating_sub(elapsed));
            return self.line(Line::styled(format!("  {doing}"), theme.strong));
        }
        self.changes_in(SPINNER_STEP);
        let frames = theme.glyphs.spinner;
        let turn = usize::try_from(elapsed.as_millis() / SPINNER_STEP.as_millis()).unwrap_or(0);
        self.line(Line::from(vec![
            Span::styled(frames[turn % frames.len()], theme.strong),
            Span::raw(" "),
            Span::styled(doing, theme.strong),
            Span::styled(seconds, theme.faint),
        ]));
    }
}

/// The prefix of a choice: the pointer or a blank.
pub(super) fn pointer(is_selected: bool, theme: &Theme) -> Span<'static> {
    Span::styled(format!("{} ", if is_selected { theme.glyphs.pointer } else { " " }), theme.strong)
}

/// The width of labels, in columns.
pub(super) const LABEL_WIDTH: u16 = 16;

/// The number of rows of a text, wrapped after `indent` columns.
pub(super) fn rows_of(text: &str, width: u16, indent: u16) -> u16 {
    u16::try_from(wrapped(text, usize::from(width.saturating_sub(indent))).len()).unwrap_or(u16::MAX)
}

/// Cuts a wrapped text after `rows` rows. A text that was cut ends in the ellipsis.
pub(super) fn cut(text: &str, width: u16, indent: u16, rows: u16, ellipsis: &str) -> String {
    let width = usize::from(width.saturating_sub(indent));
    let lines = wrapped(text, width);
    let rows = usize::from(rows);
    if lines.len() <= rows {
        return text.to_owned();
    }
    let mut kept = match rows {
        // A name that does not fit is cut at a hyphen.
        1 => textwrap::wrap(text, width).remove(0).into_owned(),
        _ => lines[..rows].join(" "),
    };
    while !kept.is_empty() && wrapped(&format!("{kept}{ellipsis}"), width).len() > rows {
        kept.pop();
    }
    if rows > 0 { format!("{kept}{ellipsis}") } else { kept }
}

/// Wraps a text at `width` columns, but not inside a date or a name with hyphens, nor at a no-break space.
fn wrapped(text: &str, width: usize) -> Vec<String> {
    if width == 0 {
        return Vec::new();
    }
    let options = textwrap::Options::new(width).word_splitter(textwrap::WordSplitter::NoHyphenation);
    let text = text::with_unbroken_dates(text);
    textwrap::wrap(&text, options).iter().map(|line| line.replace('\u{a0}', " ")).collect()
}

/// The areas of the header, the body and the footer.
pub(super) fn page(whole: Rect) -> [Rect; 3] {
    let width = whole.width.min(WIDEST);
    let middle = Rect { x: whole.x + (whole.width - width) / 2, width, ..whole };
    let page = middle.inner(Margin::new(1, 0));
    let head = Rect { height: page.height.min(2), ..page };
    let body = Rect {
        x: page.x + 2,
        y: page.y + 3,
        width: page.width.saturating_sub(2),
        height: page.height.saturating_sub(4),
    };
    let foot = Rect { y: page.bottom().saturating_sub(1), height: page.height.min(1), ..page };
    [head, body, foot]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cut_ends_at_any_width() {
        for (width, expected) in [(0, "text"), (1, "..."), (2, "..."), (3, "..."), (4, "text"), (9, "text")] {
            assert_eq!(cut("text", width, 0, 1, "..."), expected, "{width}");
        }
        assert_eq!((cut("text", 3, 0, 0, "...").as_str(), cut("text", 3, 0, 1, "…").as_str()), ("", "te…"));
    }

    #[test]
    fn the_seconds_of_work_are_never_cut() {
        let theme = Theme::without_color(crate::tui::theme::Glyphs::ASCII);
        let since = Now { wall: jiff::Timestamp::UNIX_EPOCH, uptime: Duration::ZERO };
        let rows = [
            (37, 0, "  Loading projects, 1 of 2 pages"),
            (37, 8, "| Loading projects, 1 of 2 pages  8 s"),
            (37, 12, "| Loading projects, 1 of 2...  12 s"),
            (20, 12, "| Loading...  12 s"),
        ];
        for (width, seconds, expected) in rows {
            let mut canvas = Canvas::new(&theme, width, 1);
            canvas.running(since.plus(Duration::from_secs(seconds)), since, "Loading projects, 1 of 2 pages");
            assert_eq!(canvas.into_lines()[0].to_string(), expected, "{width}");
        }
    }

    #[test]
    fn a_page_is_centered_and_its_parts_do_not_touch() {
        let rows = [
            ((80, 24), [(1, 0, 78, 2), (3, 3, 76, 20), (1, 23, 78, 1)]),
            ((121, 40), [(11, 0, 98, 2), (13, 3, 96, 36), (11, 39, 98, 1)]),
            ((56, 4), [(1, 0, 54, 2), (3, 3, 52, 0), (1, 3, 54, 1)]),
        ];
        for ((width, height), expected) in rows {
            let parts = page(Rect { width, height, ..Rect::ZERO });
            assert_eq!(parts, expected.map(|(x, y, width, height)| Rect { x, y, width, height }), "{width}");
        }
        assert!(page(Rect::ZERO).iter().all(|part| part.is_empty()));
    }
}
