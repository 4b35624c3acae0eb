//! A column of lines, filled from the top; what no longer fits is clipped.

use std::borrow::Cow;

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};

use crate::domain::ServerText;

use super::theme::Theme;

/// Where the next line goes.
pub(super) struct Column {
    area: Rect,
    used: u16,
}

impl Column {
    pub fn new(area: Rect) -> Self {
        Self { area, used: 0 }
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

    pub fn blank(&mut self) {
        self.take(1);
    }

    pub fn line<'a>(&mut self, frame: &mut Frame, line: impl Into<Line<'a>>) {
        let area = self.take(1);
        if !area.is_empty() {
            frame.render_widget(line.into(), area);
        }
    }

    /// Words that may be longer than the width: wrapped, every line `indent` columns in.
    pub fn words(&mut self, frame: &mut Frame, indent: u16, text: &str, style: Style) {
        self.item(frame, Span::raw(" ".repeat(usize::from(indent))), text, style);
    }

    /// Wrapped words behind a symbol; the lines after the first stand below the first word.
    pub fn item(&mut self, frame: &mut Frame, symbol: Span, text: &str, style: Style) {
        let indent = symbol.width();
        let width = usize::from(self.area.width).saturating_sub(indent);
        let mut lead = symbol;
        for part in wrapped(text, width) {
            self.line(frame, Line::from(vec![lead, Span::styled(part, style)]));
            lead = Span::raw(" ".repeat(indent));
        }
    }

    /// Atlas's own words, whose end gives way where there is no room for all of them.
    pub fn atlas_words(&mut self, frame: &mut Frame, indent: u16, words: &ServerText, theme: &Theme) {
        let shown = cut(&said_by_atlas(words), self.width(), indent, self.left(), theme.glyphs.ellipsis);
        self.words(frame, indent, &shown, theme.faint);
    }

    /// A label and what belongs to it; what is too long goes on below the value.
    pub fn labelled(&mut self, frame: &mut Frame, label: &str, label_style: Style, value: &str) {
        let width = usize::from(LABEL_WIDTH);
        self.item(frame, Span::styled(format!("{label:<width$}"), label_style), value, Style::new());
    }
}

/// How much room labels have, in columns.
pub(super) const LABEL_WIDTH: u16 = 16;

/// How many rows a text takes, wrapped behind a symbol or indent of so many columns.
pub(super) fn rows_of(text: &str, width: u16, indent: u16) -> u16 {
    u16::try_from(wrapped(text, usize::from(width.saturating_sub(indent))).len()).unwrap_or(u16::MAX)
}

/// Atlas's own words, said to be its own.
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

fn wrapped(text: &str, width: usize) -> Vec<Cow<'_, str>> {
    if width == 0 { Vec::new() } else { textwrap::wrap(text, width) }
}
