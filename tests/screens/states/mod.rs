//! All states of all screens, by name. Each submodule has the states of one screen.

mod after;
mod before;
mod choosing;
mod created;
mod failures;
mod form;
mod guard;
mod headers;
mod sending;
mod sign_in;
mod unknown;

use atlas_secret::tui::App;
use crossterm::event::KeyCode;

use crate::stage::Stage;

pub use failures::{existing, rejection};

/// A state of the interface. Its name is also that of the snapshot.
pub struct State {
    pub name: &'static str,
    pub app: App,
}

fn state(name: &'static str, stage: Stage) -> State {
    State { name, app: stage.app }
}

pub fn all() -> Vec<State> {
    let mut states = form::states();
    states.extend(failures::states());
    states.extend(before::states());
    states.extend(sending::states());
    states.extend(created::states());
    states.extend(after::states());
    states.extend(guard::states());
    states.extend(unknown::states());
    states.extend(headers::states());
    states.extend(choosing::states());
    states.extend(sign_in::states());
    states.extend(help());
    states
}

/// The state with this name.
pub fn named(name: &str) -> App {
    match all().into_iter().find(|state| state.name == name) {
        Some(state) => state.app,
        None => panic!("no state has the name {name}"),
    }
}

/// The help, over different screens.
fn help() -> Vec<State> {
    let over = [
        ("help_on_a_field", Stage::empty()),
        ("help_on_the_button", Stage::filled()),
        ("help_on_created", Stage::created()),
        ("help_on_unknown", unknown::stopped_waiting()),
    ];
    over.map(|(name, mut stage)| {
        stage.press(KeyCode::Char('?'));
        state(name, stage)
    })
    .into()
}
