//! The help lists every key that works, in full, at any size.

use atlas_secret::tui::{App, Event, KeyPress, Shown};
use crossterm::event::{KeyCode, KeyModifiers};

use crate::picture::Picture;
use crate::stage::Stage;
use crate::states;

fn press(app: &mut App, code: KeyCode) {
    let key = KeyPress { code, modifiers: KeyModifiers::NONE };
    app.update(app.shared.now, Event::KeysPressed(vec![key]));
}

/// The help on a screen in a terminal of this size, if it has any.
fn over(mut app: App, columns: u16, rows: u16) -> Option<App> {
    app.update(app.shared.now, Event::Resized { columns, rows });
    press(&mut app, KeyCode::F(1));
    app.shared.shows_help.then_some(app)
}

/// The text of the whole help, scrolled to the end.
fn read(mut app: App, columns: u16, rows: u16) -> Vec<String> {
    let mut lines = Vec::new();
    for _ in 0..10 {
        lines.extend(Picture::of(&app, columns, rows).lines().iter().map(|line| line.trim().to_owned()));
        press(&mut app, KeyCode::PageDown);
    }
    lines
}

#[test]
fn the_help_lists_every_key_that_works_at_every_size() {
    let mut opened = 0;
    for state in states::all().into_iter().filter(|state| !state.app.shared.shows_help) {
        for (columns, rows) in [(80, 24), (56, 16)] {
            let Some(help) = over(state.app.clone(), columns, rows) else { continue };
            opened += 1;
            let lines = read(help, columns, rows);
            for binding in state.app.keys().iter().filter(|binding| binding.shown != Shown::Nowhere) {
                let (keys, explanation) = (binding.keys, binding.explanation());
                let is_there = |line: &String| line.contains(keys) && line.ends_with(explanation);
                assert!(
                    lines.iter().any(is_there),
                    "{} without {keys} {explanation}: {lines:#?}",
                    state.name
                );
            }
        }
    }
    assert!(opened > 200, "{opened}");
}

#[test]
fn hidden_lines_are_counted_and_can_be_scrolled_to() {
    let mut help = over(Stage::empty().app, 56, 16).unwrap();
    let shown = |app: &App| Picture::of(app, 56, 16).unwrapped_text();
    assert!(shown(&help).contains("more lines Down scroll Esc close"), "{}", shown(&help));
    assert!(!shown(&help).contains("redraw"));
    press(&mut help, KeyCode::Down);
    assert!(shown(&help).contains("… 1 line above"), "{}", shown(&help));
    press(&mut help, KeyCode::End);
    assert!(shown(&help).contains("or a date.") && !shown(&help).contains("below"), "{}", shown(&help));
    press(&mut help, KeyCode::PageUp);
    assert!(shown(&help).contains("more line"), "{}", shown(&help));
    press(&mut help, KeyCode::Home);
    assert!(shown(&help).contains("Enter next"), "{}", shown(&help));
    press(&mut help, KeyCode::Esc);
    assert!(!help.shared.shows_help);
}

/// A name that the program does not know would be a key without effect.
#[test]
fn every_key_has_a_known_name() {
    let named = "Enter, Esc, Tab, Shift-Tab, Up, Down, Left, Right, Home, End, Page Up, Page Down, F1, F2";
    let known: Vec<&str> = named.split(", ").collect();
    for state in states::all() {
        for binding in state.app.keys() {
            for name in binding.all.split(", ") {
                let letter = name.strip_prefix("Ctrl-").unwrap_or(name);
                assert!(letter.chars().count() == 1 || known.contains(&name), "{}: {name}", state.name);
            }
        }
    }
}
