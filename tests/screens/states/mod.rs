//! All states of all screens, by name. Each submodule has the states of one screen.

mod after;
mod before;
mod created;
mod failures;
mod form;
mod leave;
mod picker;
mod progress;
mod recovery;
mod sign_in;

use atlas_secret::domain::{BaseUrl, Identity, Session};
use atlas_secret::tui::App;
use atlas_secret::tui::screens::Form;

use crate::stage::{CLIENT, PROJECT, Stage, client};

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
    states.extend(progress::states());
    states.extend(created::states());
    states.extend(after::states());
    states.extend(leave::states());
    states.extend(recovery::states());
    states.extend(picker::states());
    states.extend(sign_in::states());
    states.extend(headers_and_help());
    states
}

/// The state with this name.
pub fn named(name: &str) -> App {
    match all().into_iter().find(|state| state.name == name) {
        Some(state) => state.app,
        None => panic!("no state has the name {name}"),
    }
}

/// The header with the host and the identity, while the other states have the demo's, and the help over screens.
fn headers_and_help() -> Vec<State> {
    let header = |name, base_url, identity| {
        let session = Session::remote(&BaseUrl::parse(base_url).unwrap(), identity);
        state(name, Stage::new(session, Form::new(PROJECT, CLIENT, "720")))
    };
    let account = || Identity::ServiceAccount(client());
    // As long as a host can plausibly be.
    let long_host = "https://atlas-administration-gateway.platform.internal.example.com:8443";
    vec![
        header("header_atlas_with_account", BaseUrl::CLOUD, account()),
        header("header_atlas_with_token", BaseUrl::CLOUD, Identity::AccessToken),
        header("header_government", BaseUrl::CLOUD_GOV, account()),
        header("header_loopback", "http://127.0.0.1:4010", account()),
        header("header_foreign_host", "https://atlas.example.net", account()),
        header("header_long_foreign_host", long_host, account()),
        state("help_on_a_field", Stage::empty().after("?")),
        state("help_on_the_button", Stage::filled().after("?")),
        state("help_on_created", Stage::created().after("?")),
        state("help_on_recovery", recovery::stopped_waiting().after("?")),
    ]
}
