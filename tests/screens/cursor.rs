//! The terminal's cursor: in a field that has the focus, and hidden everywhere else.

use atlas_secret::tui::screens::{FieldName, Focus};
use atlas_secret::tui::{App, Screen};
use ratatui::layout::Position;

use crate::picture::Picture;
use crate::stage::Stage;
use crate::states;

/// A screen on which text is typed has F1 for help, because `?` is text there. Credentials that are being tried were
/// typed, too.
fn types_into_a_field(app: &App) -> bool {
    let is_text = match &app.screen {
        Screen::Form(_) => matches!(app.shared.form.focus, Focus::Field(_)),
        _ => app.keys().iter().any(|binding| binding.keys == "F1" || binding.label == "stop"),
    };
    is_text && !app.shared.shows_help
}

#[test]
fn the_cursor_is_only_shown_in_text_fields() {
    for state in states::all() {
        for (columns, rows) in [(80, 24), (120, 36), (56, 16)] {
            let cursor = Picture::of(&state.app, columns, rows).cursor;
            assert_eq!(cursor.is_some(), types_into_a_field(&state.app), "{} {columns}×{rows}", state.name);
        }
        assert_eq!(Picture::of(&state.app, 55, 16).cursor, None, "{}", state.name);
    }
}

#[test]
fn the_cursor_follows_the_text() {
    let mut stage = Stage::with(FieldName::Project, "");
    let position = |stage: &Stage| Picture::of(&stage.app, 80, 24).cursor.unwrap();
    let start = position(&stage);
    assert_eq!(start, Position { x: 19, y: 5 });
    stage.type_in("32b6");
    assert_eq!(position(&stage), Position { x: start.x + 4, y: start.y });
    stage.keys("left");
    assert_eq!(position(&stage), Position { x: start.x + 3, y: start.y });
    stage.keys("home");
    assert_eq!(position(&stage), start);
    stage.keys("tab").keys("end");
    let client = Picture::of(&stage.app, 80, 24).find("mdb_sa_id_").unwrap();
    assert_eq!(position(&stage), Position { x: client.x + 34, y: client.y });
}

/// Wide characters take two columns, and a long text scrolls in its field.
#[test]
fn the_cursor_stays_in_the_field_with_wide_and_long_text() {
    let mut stage = Stage::with(FieldName::Lifetime, "");
    let start = Picture::of(&stage.app, 80, 24).cursor.unwrap();
    stage.type_in("漢字");
    let cursor = Picture::of(&stage.app, 80, 24).cursor.unwrap();
    assert_eq!(cursor, Position { x: start.x + 4, y: start.y });
    stage.paste(&"漢".repeat(60));
    let picture = Picture::of(&stage.app, 80, 24);
    let cursor = picture.cursor.unwrap();
    assert_eq!(cursor.y, start.y);
    assert!((start.x..start.x + 36).contains(&cursor.x), "{cursor:?}");
    assert_eq!(picture.buffer[(cursor.x, cursor.y)].symbol(), " ", "{}", picture.text());
}
