//! The form and the questions before the POST.

use atlas_secret::domain::{
    ApiError, ExistingSecret, Login, OrganizationSettings, SecretId, ServerText, ServiceAccount,
};
use atlas_secret::tui::screens::FieldName;
use atlas_secret::tui::{Event, LOOKUP_DELAY};

use crate::stage::{Stage, client, time};

use super::{State, rejection, state};

pub fn states() -> Vec<State> {
    let known = |secrets: &[ExistingSecret]| Stage::filled().then(|stage| stage.lookups_finished(secrets));
    let login = Login { client: client(), ends_with: ServerText::new("9f3a") };
    let full = account(vec![long(), short()]);
    let list = || known(&[long(), short()]).after("enter");
    let list_read = || list().then(|stage| stage.account_read(Ok(full.clone())));
    let refused = rejection(403, "IP_ADDRESS_NOT_ON_ACCESS_LIST", "IP address 192.0.2.1 is not allowed.");
    let limit = OrganizationSettings { longest_secret_hours: Some(720) };
    vec![
        state("form_looked_up", known(&[])),
        state("form_one_will_be_shortened", known(&[long()])),
        state("form_nothing_will_be_shortened", known(&[short()])),
        state("form_replaces_expired", known(&[expired(), long()])),
        state("form_account_full", known(&[long(), short()])),
        state("form_rotates_itself", known(&[long()]).then(|stage| stage.event(Event::LoginKnown(login)))),
        state(
            "form_lookup_failed",
            Stage::filled()
                .then(|stage| stage.wait(LOOKUP_DELAY).account_read(Err(ApiError::rejected(refused)))),
        ),
        state(
            "form_above_the_limit",
            Stage::with(FieldName::Lifetime, "90d")
                .then(|stage| stage.lookups_finished(&[]).settings_read(limit)),
        ),
        state("progress_asks_to_replace", replacing()),
        state("secret_list_fetching", list()),
        state("secret_list_second", list_read().after("down")),
        state("secret_list_asks", list_read().after("d")),
        state("command_atlas_secret", Stage::filled().after("f2")),
        state("command_atlas_cli", Stage::filled().after("f2 tab")),
        state("command_curl", Stage::filled().after("f2 tab tab")),
        state("command_go", Stage::filled().after("f2 tab tab tab tab")),
        state("command_go_scrolled", Stage::filled().after("f2 tab tab tab tab page-down")),
    ]
}

pub fn long() -> ExistingSecret {
    secret("9f3a", "2027-03-01T12:00:00Z", Some("2026-11-23T15:10:00Z"))
}

fn short() -> ExistingSecret {
    secret("k7Qd", "2026-11-26T12:00:00Z", None)
}

fn expired() -> ExistingSecret {
    secret("2b8e", "2026-11-01T12:00:00Z", Some("2026-10-31T12:00:00Z"))
}

fn secret(tail: &str, expires_at: &str, last_used_at: Option<&str>) -> ExistingSecret {
    ExistingSecret {
        id: SecretId::from_server(&format!("65a1c0de00000000000{tail}")).unwrap(),
        created_at: Some(time("2026-09-01T12:00:00Z")),
        expires_at: Some(time(expires_at)),
        last_used_at: last_used_at.map(time),
        mask: Some(ServerText::new(&format!("mdb_sa_sk_...{tail}"))),
    }
}

fn account(secrets: Vec<ExistingSecret>) -> ServiceAccount {
    ServiceAccount { name: ServerText::new("ci-deployer"), secrets, ..ServiceAccount::default() }
}

fn replacing() -> Stage {
    Stage::fetching().then(|stage| {
        let read_at = Some(stage.now().wall);
        stage.account_read(Ok(ServiceAccount { read_at, ..account(vec![expired(), long()]) }))
    })
}
