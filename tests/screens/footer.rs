//! The footer names keys that work now, in one line, at any width.

use atlas_secret::core::{Action, Binding, Model, bindings, update};
use atlas_secret::core::{Event, KeyPress};
use crossterm::event::{KeyCode, KeyModifiers};

use crate::picture::Picture;
use crate::states;

const GAP: &str = "   ";

fn footer(model: &Model, columns: u16) -> String {
    Picture::of(model, columns, 24).lines().pop().unwrap().trim().to_owned()
}

fn hint(binding: &Binding) -> String {
    format!("{} {}", binding.keys, binding.label)
}

#[test]
fn it_names_only_keys_of_the_table_and_drops_what_does_not_fit() {
    for state in states::all() {
        let wanted: Vec<_> =
            bindings(&state.model).iter().filter(|binding| binding.is_in_footer).map(hint).collect();
        assert_eq!(footer(&state.model, 100), wanted.join(GAP), "{}", state.name);
        let narrow = footer(&state.model, 56);
        let mut left = wanted.iter();
        for shown in narrow.split(GAP) {
            assert!(left.any(|hint| hint == shown), "{}: {narrow}", state.name);
        }
    }
}

/// The way out is never among what is dropped.
#[test]
fn at_56_columns_there_is_always_a_way_out() {
    let ways = [Action::Leave, Action::No, Action::CloseHelp];
    for state in states::all() {
        let narrow = footer(&state.model, 56);
        let way_out = bindings(&state.model)
            .iter()
            .filter(|binding| binding.is_in_footer && ways.contains(&binding.action))
            .any(|binding| narrow.contains(&hint(binding)));
        assert!(way_out, "{}: {narrow}", state.name);
    }
}

/// Each key in the footer changes something, or asks for something to be done.
#[test]
fn every_key_in_the_footer_works() {
    for state in states::all() {
        for binding in bindings(&state.model).iter().filter(|binding| binding.is_in_footer) {
            let mut model = state.model.clone();
            let before = format!("{model:?}");
            let keys = vec![key(binding.keys)];
            let effects = update(&mut model, state.model.now, Event::KeysPressed(keys));
            let works = !effects.is_empty() || format!("{model:?}") != before;
            assert!(works, "{}: {} does nothing", state.name, binding.keys);
        }
    }
}

/// The key that the screen calls `name`.
fn key(name: &str) -> KeyPress {
    let (code, modifiers) = match name {
        "Tab" => (KeyCode::Tab, KeyModifiers::NONE),
        "Enter" => (KeyCode::Enter, KeyModifiers::NONE),
        "Esc" => (KeyCode::Esc, KeyModifiers::NONE),
        name => match name.strip_prefix("Ctrl-") {
            Some(letter) => {
                (KeyCode::Char(letter.to_ascii_lowercase().chars().next().unwrap()), KeyModifiers::CONTROL)
            }
            None => (KeyCode::Char(name.chars().next().unwrap()), KeyModifiers::NONE),
        },
    };
    KeyPress { code, modifiers }
}
