//! The header: the host and the identity. The other states have the demo's header.

use atlas_secret::domain::{BaseUrl, Identity, Session};
use atlas_secret::tui::screens::Form;

use crate::stage::{CLIENT, PROJECT, Stage, client};

use super::{State, state};

/// As long as a host can plausibly be.
const LONG_HOST: &str = "https://atlas-administration-gateway.platform.internal.example.com:8443";

pub fn states() -> Vec<State> {
    let account = || Identity::ServiceAccount(client());
    vec![
        header("header_atlas_with_account", BaseUrl::CLOUD, account()),
        header("header_atlas_with_token", BaseUrl::CLOUD, Identity::AccessToken),
        header("header_government", BaseUrl::CLOUD_GOV, account()),
        header("header_loopback", "http://127.0.0.1:4010", account()),
        header("header_foreign_host", "https://atlas.example.net", account()),
        header("header_long_foreign_host", LONG_HOST, account()),
    ]
}

fn header(name: &'static str, base_url: &str, identity: Identity) -> State {
    let session = Session::remote(&BaseUrl::parse(base_url).unwrap(), identity);
    state(name, Stage::new(session, Form::new(PROJECT, CLIENT, "720")))
}
