//! The terminal's cursor: in a field that has the focus, and hidden everywhere else.

use atlas_secret::tui::screens::{FieldName, Focus};
use atlas_secret::tui::{App, Event, KeyPress, Screen};
use crossterm::event::{KeyCode, KeyModifiers};
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

type Chord = (KeyCode, KeyModifiers);

#[test]
fn editing_keys_work_as_in_a_shell() {
    let (none, control, alt) = (KeyModifiers::NONE, KeyModifiers::CONTROL, KeyModifiers::ALT);
    let rows: [(&[Chord], &str, u16); 15] = [
        (&[(KeyCode::Char('c'), none)], "one twoc", 8),
        (&[(KeyCode::Home, none), (KeyCode::Delete, none)], "ne two", 0),
        (&[(KeyCode::Char('a'), control), (KeyCode::Char('x'), none)], "xone two", 1),
        (&[(KeyCode::Left, control)], "one two", 4),
        (&[(KeyCode::Char('b'), alt), (KeyCode::Char('b'), alt)], "one two", 0),
        (&[(KeyCode::Home, none), (KeyCode::Char('f'), alt)], "one two", 4),
        (&[(KeyCode::Char('w'), control)], "one ", 4),
        (&[(KeyCode::Char('u'), control)], "", 0),
        (&[(KeyCode::Left, control), (KeyCode::Char('k'), control)], "one ", 4),
        (&[(KeyCode::Backspace, none), (KeyCode::End, none)], "one tw", 6),
        (&[(KeyCode::Home, none), (KeyCode::End, none), (KeyCode::Char('x'), none)], "one twox", 8),
        (&[(KeyCode::Home, none), (KeyCode::Char('e'), control)], "one two", 7),
        (&[(KeyCode::Home, none), (KeyCode::Right, none), (KeyCode::Delete, none)], "oe two", 1),
        (&[(KeyCode::Home, none), (KeyCode::Char('f'), control)], "one two", 1),
        (&[(KeyCode::Home, none), (KeyCode::Char('d'), alt)], "two", 0),
    ];
    let start = Picture::of(&Stage::with(FieldName::Lifetime, "").app, 80, 24).cursor.unwrap();
    for (keys, text, caret) in rows {
        let mut stage = Stage::with(FieldName::Lifetime, "");
        stage.type_in("one two");
        for (code, modifiers) in keys {
            stage.event(Event::KeysPressed(vec![KeyPress { code: *code, modifiers: *modifiers }]));
        }
        let cursor = Picture::of(&stage.app, 80, 24).cursor.unwrap();
        assert_eq!((stage.text(FieldName::Lifetime), cursor.x - start.x), (text, caret), "{keys:?}");
    }
}

#[test]
fn a_line_that_does_not_fit_has_an_ellipsis_where_it_is_cut() {
    // The field has 35 columns.
    let long = |text: &str| text.replace("hi", &format!("h{}i", "-".repeat(25)));
    let rows = [
        ("abcdefghi", 0, "abcdefghi", 34),
        ("abcdefghij", 0, "…cdefghij", 34),
        ("abcdefghij", 1, "abcdefghij", 34),
        ("abcdefghijklmno", 0, "…hijklmno", 34),
        ("abcdefghijklmno", 1, "…ghijklmno", 34),
        ("abcdefghijklmno", 2, "…ghijklmno", 33),
        ("abcdefghijklmno", 3, "…fghijklm…", 33),
        ("abcdefghijklmno", 6, "…cdefghij…", 33),
        ("abcdefghijklmno", 7, "abcdefghi…", 33),
        ("abcdefghijklmno", 40, "abcdefghi…", 0),
    ];
    let drawn = |text: &str, lefts: usize| {
        let mut stage = Stage::with(FieldName::Lifetime, "");
        let start = Picture::of(&stage.app, 80, 24).cursor.unwrap();
        stage.type_in(text);
        for _ in 0..lefts {
            stage.keys("left");
        }
        let picture = Picture::of(&stage.app, 80, 24);
        let cells = (start.x..start.x + 35).map(|x| picture.buffer[(x, start.y)].symbol().to_owned());
        (cells.collect::<String>().trim_end().to_owned(), picture.cursor.unwrap().x - start.x)
    };
    for (text, lefts, expected, caret) in rows {
        assert_eq!(drawn(&long(text), lefts), (long(expected), caret), "{text} {lefts}");
    }
    // A wide character is dropped, never cut in half.
    assert_eq!(drawn(&format!("{}a", "漢".repeat(40)), 0).1, 33);
}
