//! Every state at every size from 0×0 to 100×40: no panic, and nothing is drawn outside the area.

use atlas_secret::domain::{Project, ServerText};
use atlas_secret::tui::screens::Notice;
use atlas_secret::tui::{Event, Glyphs, LOOKUP_DELAY, Theme};
use ratatui::backend::TestBackend;
use ratatui::layout::Rect;
use ratatui::{Terminal, TerminalOptions, Viewport};

use crate::picture::Picture;
use crate::stage::Stage;
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
            terminal.draw(|frame| _ = state.app.draw(theme, frame)).unwrap();
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
    at_every_size(&Theme::color(Glyphs::UNICODE));
}

#[test]
fn all_sizes_without_colors_in_ascii() {
    at_every_size(&Theme::without_color(Glyphs::ASCII));
}

#[test]
fn a_long_name_is_whole_in_a_wide_window_and_cut_with_a_mark_in_others() {
    let name = "payments-".repeat(6);
    let mut stage = Stage::filled();
    stage.wait(LOOKUP_DELAY).send(Event::TimePassed);
    stage.project_read(Ok(Project { name: ServerText::new(&name), organization: None }));
    for (columns, is_whole) in [(56, false), (80, true), (100, true), (200, true)] {
        let text = Picture::of(&stage.app, columns, 24).unwrapped_text().replace(' ', "");
        assert_eq!(
            (text.contains(&name), text.contains("payments-…")),
            (is_whole, !is_whole),
            "{columns}: {text}"
        );
    }
}

/// At 56×16, the meaning of a failure may be omitted. At 80×24, only the end of a very long text from outside is.
#[test]
fn a_failure_shows_all_that_is_needed_at_each_size() {
    let mut failures = 0;
    for state in states::all() {
        let Some(Notice::Failed(certainty, explanation)) = &state.app.shared.form.notice else { continue };
        failures += 1;
        let needed = [&*explanation.title, certainty.message(), &*explanation.action];
        let meaning = &*explanation.meaning;
        let atlas = explanation.atlas_message.as_ref().map_or("", |message| message.as_str());
        for (columns, rows, wanted) in [(56, 16, &needed[..]), (80, 24, &[meaning, atlas])] {
            let text = Picture::of(&state.app, columns, rows).unwrapped_text();
            for wanted in wanted {
                assert!(text.contains(wanted), "{} without {wanted:?}:\n{text}", state.name);
            }
        }
    }
    assert!(failures >= 12, "{failures}");
}
