//! After creating: the other secrets, verification, recording errors, and records of an earlier run.

use std::time::Duration;

use atlas_secret::delivery::ProfileUpdate;
use atlas_secret::domain::{
    AccountRef, ApiError, BaseUrl, Cause, ExistingSecret, Identity, JournalEntry, Login, PendingRecord,
    ProfileName, ProjectId, SecretId, ServerText, ServiceAccount, Session,
};
use atlas_secret::tui::Event;
use jiff::Timestamp;

use crate::stage::{PROJECT, SECRET_ID, Stage, client, secret, time};

use super::before::long;
use super::created::save_copy_and_run;
use super::{State, state};

const SECOND: Duration = Duration::from_secs(1);

pub fn states() -> Vec<State> {
    let refusal =
        Cause::SignInRefused { status: 401, message: ServerText::new("Invalid credentials provided.") };
    let timeout = || ApiError::sent(Cause::TimedOut(Duration::from_secs(10)));
    let not_recorded = "This creation is not recorded on disk: the disk is full. If the program is killed, the next \
                        start cannot report the secret.";
    let update = |name, result: Result<&str, &str>| ProfileUpdate {
        profile: ProfileName::new(name).unwrap(),
        result: result.map(ServerText::new).map_err(ServerText::new),
    };
    let why = "The system's keyring is locked (its prompt was dismissed).";
    let updates = vec![update("ci", Err(why)), update("prod", Ok("profile prod (config.toml)"))];
    let waiting = || with_profiles(&["ci", "prod"]).then(|stage| stage.keys("u").wait(SECOND));
    let written = || waiting().then(verified);
    let used = Some(time("2026-11-21T08:00:00Z"));
    let cloud = BaseUrl::CLOUD;
    vec![
        state("created_with_others", others()),
        state("created_others_and_all_the_rest", everything()),
        state("created_with_names", named()),
        state(
            "created_others_are_retried",
            Stage::created().then(|stage| stage.account_read(Err(timeout()))),
        ),
        state("created_others_unreadable", Stage::created().then(|stage| stage.account_fails(&timeout()))),
        state("created_old_deleted", deleting(everything()).then(|stage| stage.keys("y").deleted(Ok(())))),
        state("created_verifying", verifying()),
        state("created_verified", verifying().then(verified)),
        state(
            "created_not_accepted",
            verifying().then(|stage| stage.event(Event::Verified(Err(ApiError::sent(refusal))))),
        ),
        state(
            "created_could_not_check",
            verifying().then(|stage| stage.event(Event::Verified(Err(timeout())))),
        ),
        state("created_profile", with_profiles(&["ci"])),
        state("created_profiles_waiting", waiting()),
        state("created_profiles_writing", written().then(|stage| stage.wait(3 * SECOND))),
        state(
            "created_profiles_failed",
            written().then(|stage| stage.event(Event::ProfilesUpdated(updates))),
        ),
        state(
            "created_not_recorded",
            Stage::created().then(|stage| stage.event(Event::RecordFailed(not_recorded.to_owned()))),
        ),
        state("created_deletes_login", deleting(others())),
        state("created_deletes_perhaps_login", deleting(Stage::created().then(with_access_token))),
        state("previous_run", previous_run(Some(SECRET_ID), cloud)),
        state("previous_run_asks_to_delete", previous_run(Some(SECRET_ID), cloud).after("d")),
        state("previous_run_fetching", rechecking_previous_run()),
        state("previous_run_deleting", rechecked_previous_run(None)),
        state("previous_run_used", rechecked_previous_run(used)),
        state("previous_run_perhaps_created", previous_run(None, cloud)),
        state("previous_run_elsewhere", previous_run(Some(SECRET_ID), "https://cloud.mongodbgov.com")),
    ]
}

/// Atlas CLI profiles that use the account.
fn with_profiles(names: &[&str]) -> Stage {
    let names = names.iter().map(|name| ProfileName::new(name).unwrap()).collect();
    Stage::created().then(|stage| stage.event(Event::ProfilesFound(client(), names)))
}

fn verifying() -> Stage {
    Stage::created().then(|stage| stage.keys("v").wait(SECOND))
}

fn verified(stage: &mut Stage) -> &mut Stage {
    stage.event(Event::Verified(Ok(())))
}

/// The secret that signed in is unknown.
fn with_access_token(stage: &mut Stage) -> &mut Stage {
    stage.app.shared.session =
        Session::remote(&BaseUrl::parse(BaseUrl::CLOUD).unwrap(), Identity::AccessToken);
    stage
}

fn account(secrets: Vec<ExistingSecret>) -> ServiceAccount {
    ServiceAccount { secrets, ..ServiceAccount::default() }
}

/// The only other secret is the one that signed in. Its lifetime was shortened.
fn others() -> Stage {
    let own = ExistingSecret { id: SecretId::from_server(SECRET_ID).unwrap(), ..long() };
    let after = ExistingSecret { expires_at: Some(time("2026-11-30T17:14:00Z")), ..long() };
    Stage::filled().then(|stage| {
        stage.app.shared.login_holder = Some(ServerText::new("profile ci"));
        let login = Login { client: client(), ends_with: ServerText::new("9f3a") };
        stage.event(Event::LoginKnown(login)).keys("enter").signed_in(Ok(()));
        stage.account_read(Ok(account(vec![long()]))).keys("y").post_finished(Ok(secret()));
        stage.account_read(Ok(account(vec![after, own])))
    })
}

/// The names of the account and its project were looked up. The account's name is long.
fn named() -> Stage {
    let name = ServerText::new("ci-deployer-of-the-payments-team-in-the-eu-west-1-region");
    let account = ServiceAccount { name, ..ServiceAccount::default() };
    Stage::filled().then(|stage| {
        stage.lookups_finished(&[]).keys("enter").signed_in(Ok(())).account_read(Ok(account.clone()));
        stage.post_finished(Ok(secret())).account_read(Ok(account))
    })
}

fn everything() -> Stage {
    others().then(save_copy_and_run).after("v").then(verified)
}

/// The question before an older secret is deleted.
fn deleting(stage: Stage) -> Stage {
    stage.then(|stage| stage.keys("d").account_read(Ok(account(vec![long()]))).keys("d"))
}

/// Deletion was confirmed, and the account is being fetched.
fn rechecking_previous_run() -> Stage {
    previous_run(Some(SECRET_ID), BaseUrl::CLOUD).then(|stage| stage.keys("d y").wait(SECOND))
}

/// The account was fetched: its secret was used, or is being deleted.
fn rechecked_previous_run(last_used_at: Option<Timestamp>) -> Stage {
    let id = SecretId::from_server(SECRET_ID).unwrap();
    let secret = ExistingSecret { id, last_used_at, ..long() };
    rechecking_previous_run().then(|stage| stage.account_read(Ok(account(vec![secret]))).wait(SECOND))
}

fn previous_run(secret_id: Option<&str>, base_url: &str) -> Stage {
    let entry = JournalEntry {
        base_url: BaseUrl::parse(base_url).unwrap(),
        identity: ServerText::new("API key abcdwxyz"),
        account: AccountRef { project: ProjectId::parse(PROJECT).unwrap(), client: client() },
        begun_at: time("2026-11-20T09:30:00Z"),
        ids_before: Some(Vec::new()),
        secret_id: secret_id.and_then(SecretId::from_server),
        expires_at: None,
    };
    let records = vec![PendingRecord { number: 0, entry }];
    Stage::filled().then(|stage| with_access_token(stage).event(Event::PendingRecordsFound(records)))
}
