//! The footer shows keys that work now, in one line, at any width.

use std::time::Duration;

use atlas_secret::tui::{Action, App, Binding, Event, KeyPress, Shown};
use crossterm::event::{KeyCode, KeyModifiers};

use crate::picture::Picture;
use crate::states;

const GAP: &str = "   ";

fn footer(app: &App, columns: u16) -> String {
    Picture::of(app, columns, 24).lines().pop().unwrap().trim().to_owned()
}

fn hint(binding: &Binding) -> String {
    format!("{} {}", binding.keys, binding.label)
}

#[test]
fn the_footer_shows_keys_of_the_table_and_drops_what_does_not_fit() {
    for state in states::all() {
        // At another size, the help may have to scroll.
        let may_be_shown = |binding: &&Binding| binding.shown != Shown::Help;
        let wanted: Vec<_> = state.app.keys().iter().filter(may_be_shown).map(hint).collect();
        for columns in [56, 60, 70, 80, 100] {
            let footer = footer(&state.app, columns);
            let mut left = wanted.iter();
            for shown in footer.split(GAP) {
                assert!(left.any(|hint| hint == shown), "{} at {columns}: {footer}", state.name);
            }
        }
    }
}

/// The key to leave is never dropped. During a deletion there is none, because it cannot be cancelled and ends by
/// itself.
#[test]
fn at_56_columns_the_footer_shows_how_to_leave() {
    let leaving = [Action::Leave, Action::No, Action::CloseHelp];
    for state in states::all().into_iter().filter(|state| !state.name.ends_with("_deleting")) {
        let narrow = footer(&state.app, 56);
        let can_leave = state
            .app
            .keys()
            .iter()
            .filter(|binding| binding.shown == Shown::FooterAndHelp && leaving.contains(&binding.action))
            .any(|binding| narrow.contains(&hint(binding)));
        assert!(can_leave, "{}: {narrow}", state.name);
    }
}

/// The key for the help, which lists all keys, is never dropped. A footer without it drops nothing.
#[test]
fn the_help_is_never_dropped() {
    for state in states::all() {
        let offered = |binding: &Binding| binding.shown == Shown::FooterAndHelp;
        let offered: Vec<_> = state.app.keys().into_iter().filter(offered).collect();
        let has_help = offered.iter().any(|binding| binding.action == Action::Help);
        for columns in [56, 60, 70, 80] {
            let footer = footer(&state.app, columns);
            for binding in offered.iter().filter(|binding| !has_help || binding.action == Action::Help) {
                assert!(footer.contains(&hint(binding)), "{} at {columns}: {footer}", state.name);
            }
        }
    }
}

/// Each key in the footer has a visible effect, or issues a command.
#[test]
fn every_key_in_the_footer_works() {
    for state in states::all() {
        let shown = footer(&state.app, 100);
        for binding in state.app.keys().iter().filter(|binding| shown.contains(&hint(binding))) {
            let mut app = state.app.clone();
            // A later read than that of the last paste.
            app.shared.now = app.shared.now.plus(Duration::from_millis(1));
            let before = format!("{app:?}");
            let keys = vec![key(binding.keys)];
            let commands = app.update(app.shared.now, Event::KeysPressed(keys));
            // Submitting again shows the same message again.
            let repeats = match binding.action {
                Action::Submit | Action::Confirm => {
                    app.shared.post().is_some() || app.shared.form.first_invalid().is_some()
                }
                Action::Choose => state.name == "sign_in_wrong",
                _ => false,
            };
            let works = repeats || !commands.is_empty() || format!("{app:?}") != before;
            assert!(works, "{}: {} does nothing", state.name, binding.keys);
        }
    }
}

/// The key with this name on the screen.
fn key(name: &str) -> KeyPress {
    let (code, modifiers) = match name {
        "Tab" => (KeyCode::Tab, KeyModifiers::NONE),
        "Enter" => (KeyCode::Enter, KeyModifiers::NONE),
        "Esc" => (KeyCode::Esc, KeyModifiers::NONE),
        "Down" => (KeyCode::Down, KeyModifiers::NONE),
        "F1" => (KeyCode::F(1), KeyModifiers::NONE),
        "F2" => (KeyCode::F(2), KeyModifiers::NONE),
        name => match name.strip_prefix("Ctrl-") {
            Some(letter) => {
                (KeyCode::Char(letter.to_ascii_lowercase().chars().next().unwrap()), KeyModifiers::CONTROL)
            }
            None => (KeyCode::Char(name.chars().next().unwrap()), KeyModifiers::NONE),
        },
    };
    KeyPress { code, modifiers }
}

/// A key that would do nothing at the moment is not shown.
#[test]
fn keys_without_effect_are_not_shown() {
    let rows = [
        ("created_masked", "c copy", true),
        ("created_copying", "c copy", true),
        ("created_masked", "d delete old", false),
        ("created_with_others", "d delete old", true),
        ("created_revealed", "r hide", true),
        ("created_revealed", "r reveal", false),
        ("leave_anyway", "d delete this secret", true),
        ("leave_anyway_no_id", "d delete this secret", false),
        ("form_empty", "F2 as a command", false),
        ("form_filled", "F2 as a command", true),
        ("form_filled", "Ctrl-P sign in again", false),
        ("failure_role_too_low", "Ctrl-P sign in again", true),
        ("form_names_failed", "Ctrl-P sign in again", true),
    ];
    for (name, hint, is_shown) in rows {
        let footer = footer(&states::named(name), 100);
        assert_eq!(footer.contains(hint), is_shown, "{name}: {footer}");
    }
}
