//! After creating: the other secrets, verification, recording errors, and records of an earlier run.

use std::time::Duration;

use atlas_secret::domain::{
    ApiError, BaseUrl, Cause, ExistingSecret, Identity, JournalEntry, Login, PendingRecord, ProfileName,
    ProfileUpdate, ProjectId, SecretId, ServerText, ServiceAccount, Session,
};
use atlas_secret::tui::Event;
use crossterm::event::KeyCode;
use jiff::Timestamp;

use crate::stage::{PROJECT, SECRET_ID, Stage, client, time};

use super::before::long;
use super::{State, state};

pub fn states() -> Vec<State> {
    let mut refused = verifying();

    let detail = ServerText::new("Invalid credentials provided.");
    refused.send(Event::Verified(Err(ApiError::sent(Cause::SignInRefused(detail)))));
    let mut unchecked = verifying();

    let outcome = Err(ApiError::sent(Cause::TimedOut(Duration::from_secs(10))));
    unchecked.send(Event::Verified(outcome));
    let mut not_noted = Stage::created();
    let not_recorded = "This creation is not recorded on disk: the disk is full. If the program is killed, the next \
                        start cannot report the secret.";
    not_noted.send(Event::RecordFailed(not_recorded.to_owned()));
    let waiting = || {
        let mut stage = with_profiles(&["ci", "prod"]);
        stage.press(KeyCode::Char('u'));
        stage.wait(Duration::from_secs(1));
        stage
    };
    let mut being_written = verified(waiting());
    being_written.wait(Duration::from_secs(3));
    let mut failed = verified(waiting());
    let why = ServerText::new("The system's keyring is locked (its prompt was dismissed).");
    let update = |name, result| ProfileUpdate { profile: ProfileName::new(name).unwrap(), result };
    let place = ServerText::new("profile prod (config.toml)");
    failed.send(Event::ProfilesUpdated(vec![update("ci", Err(why)), update("prod", Ok(place))]));
    let mut asks = previous_run(Some(SECRET_ID), BaseUrl::CLOUD);
    asks.press(KeyCode::Char('d'));
    let used = Some(time("2026-11-21T08:00:00Z"));
    vec![
        state("created_with_others", others()),
        state("created_others_and_all_the_rest", everything()),
        state("created_with_names", named()),
        state("created_others_unreadable", others_unreadable()),
        state("created_retired", old_secret_deleted()),
        state("created_verifying", verifying()),
        state("created_verified", verified(verifying())),
        state("created_not_accepted", refused),
        state("created_could_not_check", unchecked),
        state("created_profile", with_profiles(&["ci"])),
        state("created_profiles_waiting", waiting()),
        state("created_profiles_writing", being_written),
        state("created_profiles_failed", failed),
        state("created_not_noted", not_noted),
        state("created_retires_login", deleting_login_secret()),
        state("created_retires_perhaps_login", perhaps_deleting_login_secret()),
        state("left_over", previous_run(Some(SECRET_ID), BaseUrl::CLOUD)),
        state("left_over_asks_to_delete", asks),
        state("left_over_looking", rechecking_previous_run()),
        state("left_over_deleting", rechecked_previous_run(None)),
        state("left_over_used", rechecked_previous_run(used)),
        state("left_over_perhaps_created", previous_run(None, BaseUrl::CLOUD)),
        state("left_over_elsewhere", previous_run(Some(SECRET_ID), "https://cloud.mongodbgov.com")),
    ]
}

/// Atlas CLI profiles that use the account.
fn with_profiles(names: &[&str]) -> Stage {
    let mut stage = Stage::created();
    let names = names.iter().map(|name| ProfileName::new(name).unwrap()).collect();
    stage.send(Event::ProfilesFound(client(), names));
    stage
}

fn verifying() -> Stage {
    let mut stage = Stage::created();
    stage.press(KeyCode::Char('v'));
    stage.wait(Duration::from_secs(1));
    stage
}

fn verified(mut stage: Stage) -> Stage {
    let outcome = Ok(());
    stage.send(Event::Verified(outcome));
    stage
}

fn account(secrets: Vec<ExistingSecret>) -> ServiceAccount {
    ServiceAccount { secrets, ..ServiceAccount::default() }
}

/// The only other secret is the one that signed in. Its lifetime was shortened.
fn others() -> Stage {
    let mut stage = Stage::filled();
    stage.app.shared.login_holder = Some(ServerText::new("profile ci"));
    stage.send(Event::LoginKnown(Login { client: client(), ends_with: ServerText::new("9f3a") }));
    stage.press(KeyCode::Enter);
    stage.signed_in(Ok(()));
    stage.account_read(Ok(account(vec![long()])));
    stage.press(KeyCode::Char('y'));
    stage.post_finished(Ok(crate::stage::secret()));
    let own = ExistingSecret { id: SecretId::from_server(SECRET_ID).unwrap(), ..long() };
    let after = ExistingSecret { expires_at: Some(time("2026-11-30T17:14:00Z")), ..long() };
    stage.account_read(Ok(account(vec![after, own])));
    stage
}

/// The names of the account and its project were looked up. The account's name is long.
fn named() -> Stage {
    let mut stage = Stage::filled();
    stage.lookups_finished(&[]);
    let name = ServerText::new("ci-deployer-of-the-payments-team-in-the-eu-west-1-region");
    let account = ServiceAccount { name, ..ServiceAccount::default() };
    stage.press(KeyCode::Enter);
    stage.signed_in(Ok(()));
    stage.account_read(Ok(account.clone()));
    stage.post_finished(Ok(crate::stage::secret()));
    stage.account_read(Ok(account));
    stage
}

fn others_unreadable() -> Stage {
    let mut stage = Stage::created();
    stage.account_read(Err(ApiError::sent(Cause::TimedOut(Duration::from_secs(10)))));
    stage
}

fn old_secret_deleted() -> Stage {
    let mut stage = everything();
    stage.press(KeyCode::Char('d'));
    stage.account_read(Ok(account(vec![long()])));
    stage.press(KeyCode::Char('d'));
    stage.press(KeyCode::Char('y'));
    stage.deleted(Ok(()));
    stage
}

fn everything() -> Stage {
    let mut stage = super::created::saved_copied_and_piped(others());
    stage.press(KeyCode::Char('v'));
    verified(stage)
}

fn deleting_login_secret() -> Stage {
    let mut stage = others();
    stage.press(KeyCode::Char('d'));
    stage.account_read(Ok(account(vec![long()])));
    stage.press(KeyCode::Char('d'));
    stage
}

/// Signed in with an access token, so that the login secret is unknown.
fn perhaps_deleting_login_secret() -> Stage {
    let mut stage = Stage::created();
    let cloud = BaseUrl::parse(BaseUrl::CLOUD).unwrap();
    stage.app.shared.session = Session::remote(&cloud, Identity::AccessToken);
    stage.press(KeyCode::Char('d'));
    stage.account_read(Ok(account(vec![long()])));
    stage.press(KeyCode::Char('d'));
    stage
}

/// Deletion was confirmed, and the account is being fetched.
fn rechecking_previous_run() -> Stage {
    let mut stage = previous_run(Some(SECRET_ID), BaseUrl::CLOUD);
    stage.press(KeyCode::Char('d'));
    stage.press(KeyCode::Char('y'));
    stage.wait(Duration::from_secs(1));
    stage
}

/// The account was fetched: its secret was used, or is being deleted.
fn rechecked_previous_run(last_used_at: Option<Timestamp>) -> Stage {
    let mut stage = rechecking_previous_run();
    let id = SecretId::from_server(SECRET_ID).unwrap();
    stage.account_read(Ok(account(vec![ExistingSecret { id, last_used_at, ..long() }])));
    stage.wait(Duration::from_secs(1));
    stage
}

fn previous_run(secret_id: Option<&str>, base_url: &str) -> Stage {
    let mut stage = Stage::filled();
    let cloud = BaseUrl::parse(BaseUrl::CLOUD).unwrap();
    stage.app.shared.session = Session::remote(&cloud, Identity::AccessToken);
    let entry = JournalEntry {
        base_url: BaseUrl::parse(base_url).unwrap(),
        identity: ServerText::new("API key abcdwxyz"),
        project: ProjectId::parse(PROJECT).unwrap(),
        client: client(),
        begun_at: time("2026-11-20T09:30:00Z"),
        ids_before: Some(Vec::new()),
        secret_id: secret_id.and_then(SecretId::from_server),
        expires_at: None,
    };
    stage.send(Event::PendingRecordsFound(vec![PendingRecord { number: 0, entry }]));
    stage
}
