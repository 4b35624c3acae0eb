//! The form and the questions before the POST.

use atlas_secret::domain::{
    ApiError, ExistingSecret, Login, OrganizationSettings, SecretId, ServerText, ServiceAccount,
};
use atlas_secret::tui::Event;
use atlas_secret::tui::screens::FieldName;
use crossterm::event::KeyCode;

use crate::stage::{Stage, client, time};

use super::{State, rejection, state};

pub fn states() -> Vec<State> {
    let known = |secrets: &[ExistingSecret]| {
        let mut stage = Stage::filled();
        stage.lookups_finished(secrets);
        stage
    };
    let mut itself = known(&[long()]);
    itself.send(Event::LoginKnown(Login { client: client(), ends_with: ServerText::new("9f3a") }));
    let mut list = known(&[long(), short()]);
    list.press(KeyCode::Enter);
    let mut read = list_read();
    read.press(KeyCode::Down);
    let mut asks = list_read();
    asks.press(KeyCode::Char('d'));
    vec![
        state("form_looked_up", known(&[])),
        state("form_one_will_be_shortened", known(&[long()])),
        state("form_nothing_will_be_shortened", known(&[short()])),
        state("form_replaces_expired", known(&[expired(), long()])),
        state("form_both_places_taken", known(&[long(), short()])),
        state("form_rotates_itself", itself),
        state("form_could_not_look", could_not_look()),
        state("form_over_the_cap", over_the_cap()),
        state("sending_asks_to_replace", replacing()),
        state("retiring_reads", list),
        state("retiring_second", read),
        state("retiring_asks", asks),
        state("recipe_atlas_secret", recipe(0)),
        state("recipe_atlas_cli", recipe(1)),
        state("recipe_curl", recipe(2)),
        state("recipe_go", recipe(4)),
        state("recipe_go_scrolled", scrolled(recipe(4))),
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

fn list_read() -> Stage {
    let mut stage = Stage::filled();
    stage.lookups_finished(&[long(), short()]);
    stage.press(KeyCode::Enter);
    stage.account_read(Ok(account(vec![long(), short()])));
    stage
}

fn could_not_look() -> Stage {
    let mut stage = Stage::filled();
    stage.wait(atlas_secret::tui::LOOKUP_DELAY);
    let refused = rejection(403, "IP_ADDRESS_NOT_ON_ACCESS_LIST", "IP address 192.0.2.1 is not allowed.");
    stage.account_read(Err(ApiError::rejected(refused)));
    stage
}

fn over_the_cap() -> Stage {
    let mut stage = Stage::with(FieldName::Lifetime, "90d");
    stage.lookups_finished(&[]);
    stage.settings_read(OrganizationSettings { longest_secret_hours: Some(720) });
    stage
}

fn replacing() -> Stage {
    let mut stage = Stage::filled();
    stage.press(KeyCode::Enter);
    stage.signed_in(Ok(()));
    let read_at = Some(stage.now().wall);
    stage.account_read(Ok(ServiceAccount { read_at, ..account(vec![expired(), long()]) }));
    stage
}

fn recipe(steps: usize) -> Stage {
    let mut stage = Stage::filled();
    stage.press(KeyCode::F(2));
    for _ in 0..steps {
        stage.press(KeyCode::Tab);
    }
    stage
}

fn scrolled(mut stage: Stage) -> Stage {
    stage.press(KeyCode::PageDown);
    stage
}
