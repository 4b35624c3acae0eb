//! Lookups for the IDs in the form: they start a moment after the last key, are dropped when the field changes, and
//! never prevent creating.

use std::time::Duration;

use atlas_secret::domain::{
    ApiError, Cause, ExistingSecret, Login, LoginRisk, Operation, OrganizationId, OrganizationSettings,
    Project, Rejection, ServerText, ServiceAccount, Session,
};
use atlas_secret::jobs::Step;
use atlas_secret::tui::screens::{FieldName, Focus, Form, SubmitAction, Validation};
use atlas_secret::tui::{Command, Event, LOOKUP_DELAY, Screen};

use crate::stage::{CLIENT, PROJECT, Stage, client, rejection, time};
use crate::*;

const SPRING: &str = "2027-03-01T00:00:00Z";

fn fetched(stage: &Stage) -> Vec<&'static str> {
    let name = |command: &Command| match command {
        Command::FetchProject(_) => Some("project"),
        Command::FetchAccount(..) => Some("account"),
        Command::FetchSettings(_) => Some("settings"),
        _ => None,
    };
    stage.commands.iter().filter_map(name).collect()
}

/// A valid form whose lookups are running.
fn lookups_running() -> Stage {
    Stage::filled().then(|stage| stage.advance(LOOKUP_DELAY).event(TIME_PASSED))
}

fn respond_with_project(stage: &mut Stage) {
    let organization = OrganizationId::from_server("4888442a3354817a7320eb61");
    stage.project_read(Ok(Project { name: ServerText::new("payments-prod"), organization }));
}

fn looked_up_with(secrets: &[ExistingSecret]) -> Stage {
    lookups_running().then(|stage| stage.account(secrets))
}

#[test]
fn a_lookup_starts_a_moment_after_the_last_key() {
    let mut stage = Stage::new(Session::Demo, Form::new(&PROJECT[..23], "", "720"));
    stage.keys(&PROJECT[23..]);
    assert_eq!(stage.wake_in(), Some(LOOKUP_DELAY));
    stage.advance(Duration::from_millis(199)).event(TIME_PASSED);
    assert_eq!(fetched(&stage), [""; 0]);
    stage.advance(Duration::from_millis(1)).event(TIME_PASSED).event(TIME_PASSED);
    assert_eq!(fetched(&stage), ["project"], "only once, and no account without a client ID");
}

#[test]
fn the_lookup_shows_names_and_then_fetches_the_organization() {
    let mut stage = lookups_running();
    assert_eq!(fetched(&stage), ["project", "account"]);
    respond_with_project(&mut stage);
    assert_eq!(fetched(&stage), ["project", "account", "settings"]);
    assert_eq!(stage.app.shared.looked_up(FieldName::Project), Some(Ok("payments-prod")));
    assert_eq!(stage.app.shared.looked_up(FieldName::Client), None);
}

#[test]
fn changing_a_field_drops_its_lookup() {
    let mut stage = lookups_running();
    respond_with_project(&mut stage);
    stage.keys("up up up backspace");
    assert_eq!(stage.app.shared.looked_up(FieldName::Project), None);
    stage.account_read(Ok(ServiceAccount::default()));
    assert_eq!(stage.app.shared.account(), None, "the response comes too late");
}

#[test]
fn a_failed_lookup_is_shown_and_does_not_prevent_creating() {
    let mut stage = lookups_running();
    let refused = rejected_read(401, "USER_UNAUTHORIZED").of(Operation::ReadAccount);
    stage.account_read(Err(refused.clone()));
    stage.shows("You don't have permission to read this service account (401).");
    assert_eq!(stage.app.shared.looked_up(FieldName::Client), Some(Err(&refused)));
    stage.keys("enter");
    assert!(matches!(progress(&stage).step, Step::SigningIn));
}

fn connection(message: &str) -> ApiError {
    ApiError::not_sent(Cause::Connect(ServerText::new(&format!("the host: {message}"))))
}

fn limited(seconds: Option<u64>) -> ApiError {
    let retry_after = seconds.map(Duration::from_secs);
    ApiError::rejected(Rejection { retry_after, ..rejection(429, "RATE_LIMITED") })
}

#[test]
fn a_lookup_is_retried_after_a_temporary_error_and_the_form_says_so() {
    let unexpected = |status| ApiError::sent(Cause::Unexpected { status });
    let tls = ApiError::not_sent(Cause::Tls(ServerText::new("the host does not speak TLS")));
    let reset = ApiError::sent(Cause::Interrupted(ServerText::new("the host reset the connection")));
    let slow = ApiError::sent(Cause::TimedOut(Duration::from_secs(3)));
    // The error, what the form says about it, the pauses in seconds, and the end of the last message.
    let rows: [(ApiError, &str, &[u64], &str); 17] = [
        (limited(None), "Rate limited by Atlas (429).", &[5, 5, 5], " Wait a minute, then try again."),
        (limited(Some(40)), "Rate limited by Atlas (429).", &[40, 40, 40], " Wait 40 s, then try again."),
        (limited(Some(150)), "Rate limited by Atlas (429).", &[], " Wait 3 min, then try again."),
        (unexpected(429), "Unexpected response (429).", &[1, 2, 4], " You can still create."),
        (unexpected(502), "Unexpected response (502).", &[1, 2, 4], " You can still create."),
        (unexpected(503), "Unexpected response (503).", &[1, 2, 4], " You can still create."),
        (rejected_read(503, "X"), "Atlas is unavailable (503).", &[1, 2, 4], ""),
        (rejected_read(500, "X"), "Atlas failed (500 X).", &[1, 2, 4], ""),
        (connection("refused"), "connect to the host: refused.", &[1, 2, 4], " You can still create."),
        (reset, "broke: the host reset the connection.", &[1, 2, 4], " You can still create."),
        (slow, "Atlas did not answer within 3 seconds.", &[1], " You can still create."),
        (unexpected(200), "Unexpected response (200).", &[], " You can still create."),
        (unexpected(500), "Unexpected response (500).", &[], " You can still create."),
        (tls, "TLS failed: the host does not speak TLS.", &[], " You can still create."),
        (rejected_read(401, "UNAUTHORIZED"), "Sign-in failed (401).", &[], " Ctrl-P signs in again."),
        (rejected_read(403, "RULE"), "Atlas refused the request (403 RULE).", &[], ""),
        (rejected_read(404, "RESOURCE_NOT_FOUND"), "Not in this project.", &[], ""),
    ];
    for (error, says, pauses, at_last) in rows {
        let mut stage = lookups_running();
        respond_with_project(&mut stage);
        for pause in pauses {
            stage.account_read(Err(error.clone())).shows(&format!("{says} Retrying in {pause} s."));
            stage.wait(Duration::from_millis(pause * 1000 - 1)).shows("Retrying in 1 s.");
            stage.wait(Duration::from_millis(1)).shows(&format!("{says} Retrying."));
        }
        stage.account_read(Err(error)).shows(&format!("{says}{at_last}")).hides("Retrying");
        stage.wait(Duration::from_secs(600));
        let accounts = fetched(&stage).into_iter().filter(|name| *name == "account").count();
        assert_eq!(accounts, pauses.len() + 1, "{says}");
    }
}

#[test]
fn a_retry_may_succeed() {
    let mut stage = lookups_running();
    stage.project_read(Err(connection("refused"))).account_read(Err(connection("refused")));
    stage.wait(Duration::from_secs(1)).lookups_finished(&[existing(SPRING)]);
    stage.shows("payments-prod").shows("ci-deployer").hides("refused");
    // The retries of the next error begin again at the first one.
    stage.keys("up up backspace").type_in(&CLIENT[CLIENT.len() - 1..]).wait(LOOKUP_DELAY);
    stage.account_read(Err(connection("refused"))).shows("Retrying in 1 s.");
}

#[test]
fn the_user_can_type_and_submit_while_a_lookup_waits() {
    let waiting = || lookups_running().then(|stage| stage.account_read(Err(limited(Some(40)))));
    let mut stage = waiting();
    stage.keys("shift-tab shift-tab backspace").wait(Duration::from_secs(600)).hides("Retrying");
    assert_eq!(fetched(&stage), ["project", "account"], "no retry for an ID that is gone");
    let mut stage = waiting().after("enter");
    stage.signed_in(Ok(())).account(&[]);
    assert_eq!(stage.posts(), 1);
    stage.post_finished(refused(400, "X")).hides("Retrying");
}

#[test]
fn a_lifetime_above_the_organizations_limit_is_an_error() {
    let mut stage = lookups_running();
    respond_with_project(&mut stage);
    stage.settings_read(OrganizationSettings { longest_secret_hours: Some(100) });
    let validation = stage.app.shared.form.validation(FieldName::Lifetime);
    let Validation::Wrong(message) = validation else { panic!("720 > 100: {validation:?}") };
    assert!(message.contains("limit of 4 days 4 hours"), "{message}");
    stage.keys("enter");
    assert!(stage.is_on_form() && stage.app.shared.form.focus == Focus::Field(FieldName::Lifetime));
}

#[test]
fn only_long_lifetimes_would_be_shortened() {
    let stage = looked_up_with(&[existing(EXPIRED), existing(SHORT), existing(SPRING)]);
    let shortens = stage.app.shared.consequences().shortens;
    assert_eq!(
        shortens.iter().map(|(secret, _)| secret.expires_at).collect::<Vec<_>>(),
        [Some(time(SPRING))]
    );
}

#[test]
fn the_button_depends_on_the_secrets_of_the_account() {
    let (expired, valid) = (existing(EXPIRED), existing(SPRING));
    let action = |secrets: &[ExistingSecret]| looked_up_with(secrets).app.shared.submit_action();
    assert_eq!(action(std::slice::from_ref(&valid)), SubmitAction::Create);
    assert_eq!(action(&[valid.clone(), expired.clone()]), SubmitAction::ReplaceExpired);
    let mut stage = looked_up_with(&[valid.clone(), valid]);
    assert_eq!(stage.app.shared.submit_action(), SubmitAction::ListSecrets);
    stage.keys("enter");
    assert!(matches!(stage.app.screen, Screen::SecretList(_)));
    assert_eq!(stage.posts(), 0);
}

#[test]
fn the_time_of_atlas_decides_what_has_expired() {
    let mut stage = lookups_running();
    let read_at = Some(time("2026-12-01T00:00:00Z"));
    let secrets = vec![existing("2026-11-30T00:00:00Z"), existing(SPRING)];
    stage.account_read(Ok(ServiceAccount { secrets, read_at, ..ServiceAccount::default() }));
    let action = stage.app.shared.submit_action();
    assert_eq!(action, SubmitAction::ReplaceExpired, "although it is still November on this machine");
}

#[test]
fn the_secret_that_signs_in_is_recognized() {
    let login = masked(SPRING);
    let mut stage = looked_up_with(std::slice::from_ref(&login));
    assert!(!stage.app.shared.rotates_itself());
    stage.event(Event::LoginKnown(Login { client: client(), ends_with: ServerText::new("9f3a") }));
    let risk = |secret| stage.app.shared.login_risk(&client(), secret);
    assert!(stage.app.shared.rotates_itself() && risk(&login) == LoginRisk::Own);
    assert_eq!(risk(&existing(SPRING)), LoginRisk::Perhaps, "one without a mask is not recognised");
}

#[test]
fn an_unknown_id_is_an_error_at_its_field() {
    let missing = |code| ApiError::rejected(rejection(404, code));
    let mut stage = lookups_running();
    stage.project_read(Err(missing("GROUP_NOT_FOUND"))).account_read(Err(missing("RESOURCE_NOT_FOUND")));
    stage.shows("✗ No such project.");
    stage.shows("✗ Not in this project.");
    stage.keys("enter");
    assert!(!stage.is_on_form(), "a lookup never prevents creating");

    let mut stage = lookups_running();
    stage.project_read(Err(missing("GROUP_NOT_FOUND"))).account_read(Err(missing("GROUP_NOT_FOUND")));
    assert_eq!(stage.drawn().matches("No such project").count(), 1, "it is not about the account");
}
