//! The help has every key that works, whole, at any size.

use atlas_secret::tui::{Action, App, Event, KeyPress};
use crossterm::event::{KeyCode, KeyModifiers};

use crate::picture::Picture;
use crate::stage::Stage;
use crate::states;

fn press(app: &mut App, code: KeyCode) {
    let key = KeyPress { code, modifiers: KeyModifiers::NONE };
    app.update(app.shared.now, Event::KeysPressed(vec![key]));
}

/// The help over a state on a terminal of this size, if it has one.
fn over(mut app: App, columns: u16, rows: u16) -> Option<App> {
    app.update(app.shared.now, Event::Resized { columns, rows });
    press(&mut app, KeyCode::F(1));
    app.shared.shows_help.then_some(app)
}

/// Everything that scrolling down to the end shows.
fn read(mut app: App, columns: u16, rows: u16) -> Vec<String> {
    let mut lines = Vec::new();
    for _ in 0..10 {
        lines.extend(Picture::of(&app, columns, rows).lines().iter().map(|line| line.trim().to_owned()));
        press(&mut app, KeyCode::PageDown);
    }
    lines
}

#[test]
fn every_key_that_works_is_in_it_at_every_size() {
    let mut opened = 0;
    for state in states::all().into_iter().filter(|state| !state.app.shared.shows_help) {
        for (columns, rows) in [(80, 24), (56, 16)] {
            let Some(help) = over(state.app.clone(), columns, rows) else { continue };
            opened += 1;
            let lines = read(help, columns, rows);
            for binding in state.app.keys().iter().filter(|binding| state.app.works(binding.action)) {
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
fn what_does_not_fit_is_counted_and_comes_into_sight() {
    let mut help = over(Stage::empty().app, 56, 16).unwrap();
    let shown = |app: &App| Picture::of(app, 56, 16).words();
    assert!(shown(&help).contains("more lines Down scroll Esc close"), "{}", shown(&help));
    assert!(!shown(&help).contains("redraw"));
    press(&mut help, KeyCode::Down);
    assert!(shown(&help).contains("… 1 line above"), "{}", shown(&help));
    press(&mut help, KeyCode::End);
    assert!(shown(&help).contains("or a date.") && !shown(&help).contains("below"), "{}", shown(&help));
    press(&mut help, KeyCode::Home);
    assert!(shown(&help).contains("Enter next"), "{}", shown(&help));
    press(&mut help, KeyCode::Esc);
    assert!(!help.shared.shows_help);
}

/// Where all of it fits nothing scrolls, and no key for it is offered.
#[test]
fn what_fits_does_not_scroll() {
    let help = over(Stage::empty().app, 80, 24).unwrap();
    let words = Picture::of(&help, 80, 24).words();
    assert!(words.contains("Ctrl-L redraw") && !words.contains("scroll"), "{words}");
    assert!(!help.works(Action::ScrollDown));
}

/// A name that the program does not know would be a key that does nothing.
#[test]
fn every_name_of_a_key_is_one_that_the_program_knows() {
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
