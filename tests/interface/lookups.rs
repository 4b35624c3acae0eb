//! Lookups for the ids in the form: they start a moment after the last key, are dropped when the field changes, and
//! never prevent creating.

use std::time::Duration;

use atlas_secret::domain::{
    ApiError, ExistingSecret, Login, LoginRisk, OrganizationId, OrganizationSettings, Project, ServerText,
    ServiceAccount, Session,
};
use atlas_secret::jobs::Step;
use atlas_secret::tui::screens::{FieldName, Focus, Form, SubmitAction, Validation};
use atlas_secret::tui::{Command, Event, LOOKUP_DELAY, Screen};

use crate::stage::{PROJECT, Stage, client, rejection, time};
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
    let refused = rejected_read(401, "USER_UNAUTHORIZED");
    stage.account_read(Err(refused.clone()));
    assert_eq!(stage.app.shared.looked_up(FieldName::Client), Some(Err(&refused)));
    stage.keys("enter");
    assert!(matches!(progress(&stage).step, Step::SigningIn));
}

#[test]
fn a_lifetime_above_the_organizations_limit_is_an_error() {
    let mut stage = lookups_running();
    respond_with_project(&mut stage);
    stage.settings_read(OrganizationSettings { longest_secret_hours: Some(100) });
    let validation = stage.app.shared.form.validation(FieldName::Lifetime);
    let Validation::Wrong { message, .. } = validation else { panic!("720 > 100: {validation:?}") };
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
    stage.shows("✗ no such project");
    stage.shows("✗ not in this project; Ctrl-O lists them");
    stage.keys("enter");
    assert!(!stage.is_on_form(), "a lookup never prevents creating");
}
