//! Scrolling through more rows than fit on the screen.

use ratatui::text::Line;

use super::canvas::Canvas;
use super::keys::Action;
use super::theme::Glyphs;

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Scroll {
    /// The index of the first row that is shown.
    top: usize,
}

impl Scroll {
    /// Returns a position that shows `row`, scrolled no further than needed. `height` of the `rows` fit.
    pub fn to(row: usize, rows: usize, height: u16) -> Self {
        Self { top: (row + 1).saturating_sub(shown(rows, height)) }
    }

    pub fn on_action(&mut self, action: Action, rows: usize, height: u16) {
        let shown = shown(rows, height);
        let last = rows.saturating_sub(shown);
        let top = self.top.min(last);
        // The last row of a page may have been left out; see `draw`.
        let page = shown.saturating_sub(1).max(1);
        let wanted = match action {
            Action::ScrollDown => top + 1,
            Action::ScrollUp => top.saturating_sub(1),
            Action::PageDown => top + page,
            Action::PageUp => top.saturating_sub(page),
            Action::ToStart => 0,
            Action::ToEnd => last,
            _ => top,
        };
        self.top = wanted.min(last);
    }

    pub fn is_at_end(self, rows: usize, height: u16) -> bool {
        self.top >= rows - shown(rows, height)
    }

    /// Draws the rows that fit. If some do not, the last row of the screen says how many. A heading, which is a row
    /// after a blank one, is not drawn just above that row.
    pub fn draw(self, rows: Vec<Line>, canvas: &mut Canvas) {
        let theme = canvas.theme;
        let (count, height) = (rows.len(), canvas.left());
        let mut page = shown(count, height);
        let top = self.top.min(count - page);
        if page > 1 && top + page < count && rows[top + page - 2].width() == 0 {
            page -= 1;
        }
        for row in rows.into_iter().skip(top).take(page) {
            canvas.line(row);
        }
        if let Some(text) = more(top, count - page - top, "line", &theme.glyphs) {
            for _ in page..shown(count, height) {
                canvas.blank();
            }
            canvas.line(Line::styled(text, theme.faint));
        }
    }
}

pub(super) fn overflows(rows: usize, height: u16) -> bool {
    rows > usize::from(height)
}

/// The number of rows that are shown. If not all fit, one is needed to say so.
fn shown(rows: usize, height: u16) -> usize {
    if overflows(rows, height) { usize::from(height).saturating_sub(1) } else { rows }
}

/// Text that says how many rows are not shown; `None` if all are.
pub(super) fn more(above: usize, below: usize, noun: &str, glyphs: &Glyphs) -> Option<String> {
    let ellipsis = glyphs.ellipsis;
    let plural = |count| if count == 1 { "" } else { "s" };
    match (above, below) {
        (0, 0) => None,
        (0, below) => Some(format!("{ellipsis} {below} more {noun}{}", plural(below))),
        (above, 0) => Some(format!("{ellipsis} {above} {noun}{} above", plural(above))),
        (above, below) => Some(format!("{ellipsis} {above} {noun}{} above, {below} below", plural(above))),
    }
}
