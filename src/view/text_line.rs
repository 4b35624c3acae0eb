//! A line that is being typed, with the real cursor at its caret.

use ratatui::Frame;
use ratatui::layout::{Position, Rect};
use ratatui::text::Line;
use ratatui::widgets::Paragraph;

use crate::core::TextLine;

/// Draws the part of the line around its caret, and puts the terminal's cursor there.
pub(super) fn draw(frame: &mut Frame, area: Rect, text_line: &TextLine) {
    let scroll = text_line.scroll(usize::from(area.width.saturating_sub(1)));
    draw_shown(frame, area, Line::raw(text_line.text()), scroll, text_line.caret_column(), true);
}

/// Draws what stands for a line, so many columns scrolled out to the left.
pub(super) fn draw_shown(
    frame: &mut Frame,
    area: Rect,
    shown: Line,
    scroll: usize,
    caret: usize,
    has_focus: bool,
) {
    if area.is_empty() {
        return;
    }
    let columns = |count: usize| u16::try_from(count).unwrap_or(u16::MAX);
    frame.render_widget(Paragraph::new(shown).scroll((0, columns(scroll))), area);
    if has_focus {
        let caret = columns(caret.saturating_sub(scroll));
        let x = area.x.saturating_add(caret).min(area.right().saturating_sub(1));
        frame.set_cursor_position(Position { x, y: area.y });
    }
}
