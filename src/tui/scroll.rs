//! Scrolling through rows of which not all fit.

use ratatui::text::Line;

use super::canvas::Canvas;
use super::keys::Action;
use super::theme::Glyphs;

/// Where in its rows a view stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Scroll {
    /// The first row that is shown.
    top: usize,
}

impl Scroll {
    /// Stands so that this row is shown, of `rows` of which `height` fit.
    pub fn to(row: usize, rows: usize, height: u16) -> Self {
        Self { top: (row + 1).saturating_sub(shown(rows, height)) }
    }

    /// Moves through `rows`, of which `height` fit.
    pub fn on_action(&mut self, action: Action, rows: usize, height: u16) {
        let shown = shown(rows, height);
        let last = rows.saturating_sub(shown);
        let top = self.top.min(last);
        // The last row may have been left out.
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

    /// Draws what fits. Where that is not all of it, the last row says how much more there is. A heading, which follows a
    /// blank row, is not the last one above that.
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

/// True where not all rows fit.
pub(super) fn overflows(rows: usize, height: u16) -> bool {
    rows > usize::from(height)
}

/// How many of the rows are shown: one is given up where not all fit.
fn shown(rows: usize, height: u16) -> usize {
    if overflows(rows, height) { usize::from(height).saturating_sub(1) } else { rows }
}

/// How many rows are not on the screen; `None` when all are.
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_moves_within_its_rows() {
        use Action::{PageDown, PageUp, ScrollDown, ScrollUp, ToEnd, ToStart};
        let rows: [(&[Action], usize); 8] = [
            (&[], 0),
            (&[ScrollDown, ScrollDown], 2),
            (&[ScrollDown, ScrollUp, ScrollUp], 0),
            (&[PageDown], 3),
            (&[PageDown, PageDown, PageDown, ScrollDown], 6),
            (&[ToEnd, ScrollUp], 5),
            (&[ToEnd, PageUp], 3),
            (&[ToEnd, ToStart], 0),
        ];
        for (actions, top) in rows {
            let mut scroll = Scroll::default();
            for action in actions {
                scroll.on_action(*action, 10, 5);
            }
            assert_eq!(scroll.top, top, "{actions:?}");
        }
    }

    #[test]
    fn a_marked_row_is_shown() {
        for (row, top) in [(0, 0), (3, 0), (4, 1), (9, 6)] {
            assert_eq!(Scroll::to(row, 10, 5).top, top, "{row}");
        }
        assert_eq!(Scroll::to(4, 5, 5).top, 0);
    }

    #[test]
    fn what_fits_does_not_move_and_a_smaller_text_is_shown_from_its_end() {
        let mut scroll = Scroll::default();
        scroll.on_action(Action::ScrollDown, 5, 5);
        assert_eq!(scroll.top, 0);
        let mut scroll = Scroll { top: 50 };
        scroll.on_action(Action::ScrollUp, 10, 5);
        assert_eq!(scroll.top, 5);
        scroll.on_action(Action::ToEnd, 3, 0);
        assert_eq!(scroll.top, 3);
    }
}
