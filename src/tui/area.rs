//! Areas cut in two where one side's size is known. A constraint solver does the same and costs more than all the
//! rest of a frame.

use ratatui::layout::{Margin, Rect};

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

/// Wider than this a line is hard to follow.
const WIDEST: u16 = 100;

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
