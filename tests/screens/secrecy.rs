//! The value is only on the screen while the user reveals it.

use std::time::Duration;

use atlas_secret::tui::{App, Screen};

use crate::picture::Picture;
use crate::stage::{Stage, VALUE};
use crate::states;

/// The screen must not contain this many consecutive hidden characters of the value.
const LONGEST_MATCH: usize = 6;

fn shows_part_of_value(app: &App) -> bool {
    let text = Picture::of(app, 100, 40).text();
    let hidden = &VALUE["mdb_sa_sk_".len()..];
    (0..=hidden.len() - LONGEST_MATCH).any(|start| text.contains(&hidden[start..start + LONGEST_MATCH]))
}

fn is_revealed(app: &App) -> bool {
    matches!(&app.screen, Screen::Created(created) if created.is_revealed(app.shared.now))
        && !app.shared.shows_help
}

#[test]
fn only_a_revealed_state_shows_the_value() {
    let mut revealed = 0;
    for state in states::all() {
        let expected = is_revealed(&state.app) && state.name == "created_revealed";
        revealed += usize::from(expected);
        // The state with a value that is too long for the screen uses another value, and shows none of it.
        assert_eq!(shows_part_of_value(&state.app), expected, "{}", state.name);
    }
    assert_eq!(revealed, 1);
}

#[test]
fn a_revealed_value_is_alone_on_its_line() {
    for (columns, rows) in [(80, 24), (120, 36), (56, 16)] {
        let lines = Picture::of(&states::named("created_revealed"), columns, rows).lines();
        let found = lines.iter().filter(|line| line.contains(VALUE)).map(|line| line.trim());
        assert_eq!(found.collect::<Vec<_>>(), [VALUE], "{columns}×{rows}");
    }
}

#[test]
fn a_revealed_value_is_hidden_after_its_time_and_by_other_screens() {
    let revealed = || {
        let stage = Stage::created().after("r");
        assert!(shows_part_of_value(&stage.app));
        stage
    };
    let mut in_time = revealed();
    in_time.wait(Duration::from_millis(29_999));
    assert!(shows_part_of_value(&in_time.app));
    in_time.wait(Duration::from_millis(1));
    assert!(!shows_part_of_value(&in_time.app));
    for keys in ["r", "?", "q", "<ctrl-c>"] {
        assert!(!shows_part_of_value(&revealed().after(keys).app), "{keys}");
    }
}
