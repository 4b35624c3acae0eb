//! What screens draw on: a column of lines, filled from the top. What no longer fits is clipped.
//!
//! Areas are cut in two where one side's size is known. A constraint solver does the same and costs more than all the
//! rest of a frame.

use std::borrow::Cow;
use std::time::Duration;

use ratatui::Frame;
use ratatui::layout::{Margin, Rect};
use ratatui::style::Style;
use ratatui::text::{Line, Span};
use ratatui::widgets::Clear;

use crate::domain::{Now, ServerText};

use super::text;
use super::theme::Theme;

/// Before this much time nothing moves: most answers are there sooner, and a flash says nothing.
pub const SPINNER_DELAY: Duration = Duration::from_millis(150);

/// How long one frame of the spinner stands.
pub const SPINNER_STEP: Duration = Duration::from_millis(100);

/// Wider than this a line is hard to follow.
const WIDEST: u16 = 100;

/// In fewer rows every blank one counts.
const LOW: u16 = 14;

/// A part of the frame, and where its next line goes.
pub(super) struct Canvas<'a, 'frame> {
    pub frame: &'a mut Frame<'frame>,
    pub theme: &'a Theme,
    pub area: Rect,
    used: u16,
    is_cut: bool,
}

impl<'frame> Canvas<'_, 'frame> {
    pub fn new<'a>(frame: &'a mut Frame<'frame>, theme: &'a Theme, area: Rect) -> Canvas<'a, 'frame> {
        Canvas { frame, theme, area, used: 0, is_cut: false }
    }

    /// A canvas of its own for a part of the area.
    pub fn part(&mut self, area: Rect) -> Canvas<'_, 'frame> {
        Canvas { frame: &mut *self.frame, theme: self.theme, area, used: 0, is_cut: false }
    }

    /// Takes so many rows; fewer, or none, where the area ends.
    pub fn take(&mut self, rows: u16) -> Rect {
        let left = self.area.height.saturating_sub(self.used);
        let taken = rows.min(left);
        let area = Rect { y: self.area.y.saturating_add(self.used), height: taken, ..self.area };
        self.used = self.used.saturating_add(taken);
        area
    }

    pub fn width(&self) -> u16 {
        self.area.width
    }

    /// How many rows are left.
    pub fn left(&self) -> u16 {
        self.area.height.saturating_sub(self.used)
    }

    /// A blank row, unless every one counts.
    pub fn blank_unless_low(&mut self) {
        if self.area.height >= LOW {
            self.blank();
        }
    }

    pub fn blank(&mut self) {
        self.take(1);
    }

    pub fn line<'a>(&mut self, line: impl Into<Line<'a>>) {
        let area = self.take(1);
        if area.is_empty() {
            self.is_cut = true;
        } else {
            self.frame.render_widget(line.into(), area);
        }
    }

    /// Says so in the last row where lines were left out.
    pub fn mark_cut(&mut self) {
        if !self.is_cut || self.area.is_empty() {
            return;
        }
        let row = Rect { y: self.area.bottom() - 1, height: 1, ..self.area };
        let words = format!("{} enlarge the window to see all of it", self.theme.glyphs.ellipsis);
        self.frame.render_widget(Clear, row);
        self.frame.render_widget(Line::styled(words, self.theme.faint), row);
    }

    /// Words that may be longer than the width: wrapped, every line `indent` columns in.
    pub fn words(&mut self, indent: u16, text: &str, style: Style) {
        self.item(Span::raw(" ".repeat(usize::from(indent))), text, style);
    }

    /// Wrapped words behind a symbol; the lines after the first stand below the first word.
    pub fn item(&mut self, symbol: Span, text: &str, style: Style) {
        let indent = symbol.width();
        let width = usize::from(self.area.width).saturating_sub(indent);
        let mut lead = symbol;
        for part in wrapped(text, width) {
            self.line(Line::from(vec![lead, Span::styled(part, style)]));
            lead = Span::raw(" ".repeat(indent));
        }
    }

    /// Atlas's message; its end is cut, with a mark, if it does not fit.
    pub fn atlas_message(&mut self, indent: u16, words: &ServerText) {
        let shown = cut(&said_by_atlas(words), self.width(), indent, self.left(), self.theme.glyphs.ellipsis);
        let faint = self.theme.faint;
        self.words(indent, &shown, faint);
    }

    /// An error: what happened, what that means and what to do, where that is not empty, and Atlas's message.
    pub fn explained(&mut self, title: &str, meaning: &str, action: &str, atlas: Option<&ServerText>) {
        let theme = self.theme;
        self.marked(theme.glyphs.cross, title, theme.bad);
        for (text, style) in [(meaning, theme.faint), (action, theme.strong)] {
            if !text.is_empty() {
                self.words(2, text, style);
            }
        }
        if let Some(words) = atlas {
            self.atlas_message(2, words);
        }
    }

    /// One of several choices, behind the pointer if it is the selected one.
    pub fn choice<'a>(&mut self, is_selected: bool, choice: impl IntoIterator<Item = Span<'a>>) {
        let mut line = Line::from(pointer(is_selected, self.theme));
        line.spans.extend(choice);
        self.line(line);
    }

    /// A label and what belongs to it; what is too long goes on below the value.
    pub fn labelled(&mut self, label: &str, value: &str) {
        let style = self.theme.faint;
        let width = usize::from(LABEL_WIDTH);
        self.item(Span::styled(format!("{label:<width$}"), style), value, Style::new());
    }

    /// Wrapped words behind one of the theme's glyphs, all of it in `style`.
    pub fn marked(&mut self, glyph: &str, text: &str, style: Style) {
        self.item(Span::styled(format!("{glyph} "), style), text, style);
    }

    /// Words behind the warning sign, in the text's own `style`.
    pub fn warning(&mut self, text: &str, style: Style) {
        let theme = self.theme;
        self.item(Span::styled(format!("{} ", theme.glyphs.warning), theme.warning), text, style);
    }

    /// A question and what the keys that answer it do: behind it, or below it where that would break the keys.
    pub fn ask(&mut self, question: &str, yes: &str) {
        let strong = self.theme.strong;
        let answers = format!("y {yes}   n back");
        let whole = format!("{question}   {answers}");
        if rows_of(&whole, self.area.width, 0) == 1 {
            return self.words(0, &whole, strong);
        }
        self.words(0, question, strong);
        self.line(Line::styled(answers, strong));
    }

    /// What is going on since `since`; after 150 ms with a spinner and the seconds.
    pub fn running(&mut self, now: Now, since: Now, doing: &str) {
        let theme = self.theme;
        let elapsed = now.since(since);
        if elapsed < SPINNER_DELAY {
            return self.line(Line::styled(format!("  {doing}"), theme.strong));
        }
        let frames = theme.glyphs.spinner;
        let turn = usize::try_from(elapsed.as_millis() / SPINNER_STEP.as_millis()).unwrap_or(0);
        self.line(Line::from(vec![
            Span::styled(frames[turn % frames.len()], theme.strong),
            Span::raw(" "),
            Span::styled(doing.to_owned(), theme.strong),
            Span::styled(format!("  {}", text::seconds(elapsed)), theme.faint),
        ]));
    }
}

/// What stands before a choice.
pub(super) fn pointer(is_selected: bool, theme: &Theme) -> Span<'static> {
    Span::styled(format!("{} ", if is_selected { theme.glyphs.pointer } else { " " }), theme.strong)
}

/// How long until a spinner that has been there `since` moves.
pub(super) fn spinner_wake(now: Now, since: Now) -> Duration {
    SPINNER_DELAY.checked_sub(now.since(since)).filter(|left| !left.is_zero()).unwrap_or(SPINNER_STEP)
}

/// The width of labels, in columns.
pub(super) const LABEL_WIDTH: u16 = 16;

/// How many rows a text takes, wrapped behind a symbol or indent of so many columns.
pub(super) fn rows_of(text: &str, width: u16, indent: u16) -> u16 {
    u16::try_from(wrapped(text, usize::from(width.saturating_sub(indent))).len()).unwrap_or(u16::MAX)
}

/// Atlas's message, marked as such.
pub(super) fn said_by_atlas(words: &ServerText) -> String {
    format!("Atlas: {words}")
}

/// The part of a text that fits in so many rows; one that was cut ends in the ellipsis.
pub(super) fn cut(text: &str, width: u16, indent: u16, rows: u16, ellipsis: &str) -> String {
    let width = usize::from(width.saturating_sub(indent));
    let lines = wrapped(text, width);
    let rows = usize::from(rows);
    if lines.len() <= rows {
        return text.to_owned();
    }
    let mut kept = lines[..rows].join(" ");
    while rows > 0 && wrapped(&format!("{kept}{ellipsis}"), width).len() > rows {
        kept.pop();
    }
    if rows > 0 { format!("{kept}{ellipsis}") } else { kept }
}

/// The lines of a text in so many columns.
pub(super) fn wrapped(text: &str, width: usize) -> Vec<Cow<'_, str>> {
    if width == 0 { Vec::new() } else { textwrap::wrap(text, width) }
}

/// So many columns from the left, and the rest.
pub(super) fn split_left(area: Rect, width: u16) -> [Rect; 2] {
    let width = width.min(area.width);
    [Rect { width, ..area }, Rect { x: area.x.saturating_add(width), width: area.width - width, ..area }]
}

/// So many rows from the top, and the rest.
pub(super) fn split_top(area: Rect, height: u16) -> [Rect; 2] {
    let height = height.min(area.height);
    [Rect { height, ..area }, Rect { y: area.y.saturating_add(height), height: area.height - height, ..area }]
}

/// The rest, and so many rows at the bottom.
pub(super) fn split_bottom(area: Rect, height: u16) -> [Rect; 2] {
    split_top(area, area.height.saturating_sub(height))
}

/// So many columns in the middle; all of them where there are no more.
pub(super) fn middle(area: Rect, width: u16) -> Rect {
    let width = width.min(area.width);
    Rect { x: area.x.saturating_add((area.width - width) / 2), width, ..area }
}

/// Header, body and footer.
pub(super) fn page(whole: Rect) -> [Rect; 3] {
    let page = middle(whole, WIDEST).inner(Margin::new(1, 0));
    let [head, page] = split_top(page, 2);
    let [_, page] = split_top(page, 1);
    let [body, foot] = split_bottom(page, 1);
    let [_, body] = split_left(body, 2);
    [head, body, foot]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_parts_make_up_the_whole_and_no_more() {
        let area = Rect::new(3, 5, 80, 24);
        let rows = [
            (split_left(area, 16), [Rect::new(3, 5, 16, 24), Rect::new(19, 5, 64, 24)]),
            (split_left(area, 99), [area, Rect::new(83, 5, 0, 24)]),
            (split_top(area, 2), [Rect::new(3, 5, 80, 2), Rect::new(3, 7, 80, 22)]),
            (split_top(area, 99), [area, Rect::new(3, 29, 80, 0)]),
            (split_bottom(area, 1), [Rect::new(3, 5, 80, 23), Rect::new(3, 28, 80, 1)]),
            (split_bottom(area, 99), [Rect::new(3, 5, 80, 0), area]),
        ];
        for (parts, expected) in rows {
            assert_eq!(parts, expected);
        }
        assert_eq!(middle(area, 20), Rect::new(33, 5, 20, 24));
        assert_eq!(middle(area, 99), area);
    }
}
