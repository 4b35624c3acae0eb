//! Every state at every size from 0×0 to 100×40: no panic, and nothing is drawn outside the area.

use atlas_secret::tui::{Glyphs, Theme};
use ratatui::backend::TestBackend;
use ratatui::layout::Rect;
use ratatui::{Terminal, TerminalOptions, Viewport};

use crate::states;

/// The margin around the area. Anything in it is outside.
const MARGIN: u16 = 2;

fn at_every_size(theme: &Theme) {
    let states = states::all();
    for (columns, rows) in (0..=100).flat_map(|columns| (0..=40).map(move |rows| (columns, rows))) {
        let area = Rect { x: MARGIN, y: MARGIN, width: columns, height: rows };
        let backend = TestBackend::new(columns + 2 * MARGIN, rows + 2 * MARGIN);
        let options = TerminalOptions { viewport: Viewport::Fixed(area) };
        let mut terminal = Terminal::with_options(backend, options).unwrap();
        for state in &states {
            terminal.draw(|frame| state.app.draw(theme, frame)).unwrap();
            if terminal.backend().cursor_visible() {
                let cursor = terminal.backend().cursor_position();
                assert!(area.contains(cursor), "{} at {columns}×{rows}: {cursor:?}", state.name);
            }
        }
        let buffer = terminal.backend().buffer();
        let outside = buffer.area.positions().filter(|position| !area.contains(*position));
        for position in outside {
            assert_eq!(buffer[position].symbol(), " ", "{columns}×{rows}, {position:?}");
        }
    }
}

#[test]
fn all_sizes_with_colors() {
    at_every_size(&Theme::colour(Glyphs::UNICODE));
}

#[test]
fn all_sizes_without_colors_in_ascii() {
    at_every_size(&Theme::without_colour(Glyphs::ASCII));
}
