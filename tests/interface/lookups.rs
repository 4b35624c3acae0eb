//! What is fetched for the ids in the form: a moment after the last key, dropped with its field, never in the way.

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

/// A filled form whose look-ups are on their way.
fn looking_up() -> Stage {
    let mut stage = Stage::filled();
    stage.later(LOOKUP_DELAY).event(TIME_PASSED);
    stage
}

fn answer_project(stage: &mut Stage) {
    let organization = OrganizationId::from_server("4888442a3354817a7320eb61");
    stage.project_read(Ok(Project { name: ServerText::new("payments-prod"), organization }));
}

fn holding(secrets: &[ExistingSecret]) -> Stage {
    let mut stage = looking_up();
    stage.account(secrets);
    stage
}

#[test]
fn an_id_is_looked_up_a_moment_after_its_last_key() {
    let mut stage = Stage::new(Session::Demo, Form::new(&PROJECT[..23], "", "720"));
    stage.keys(&PROJECT[23..]);
    assert_eq!(stage.app.wake_in(), Some(LOOKUP_DELAY));
    stage.later(Duration::from_millis(199)).event(TIME_PASSED);
    assert_eq!(fetched(&stage), [""; 0]);
    stage.later(Duration::from_millis(1)).event(TIME_PASSED).event(TIME_PASSED);
    assert_eq!(fetched(&stage), ["project"], "once, and no account without a client id");
}

#[test]
fn names_stand_beside_the_ids_and_the_organization_is_fetched_next() {
    let mut stage = looking_up();
    assert_eq!(fetched(&stage), ["project", "account"]);
    answer_project(&mut stage);
    assert_eq!(fetched(&stage), ["project", "account", "settings"]);
    assert_eq!(stage.app.shared.looked_up(FieldName::Project), Some(Ok("payments-prod")));
    assert_eq!(stage.app.shared.looked_up(FieldName::Client), None);
}

#[test]
fn what_is_known_is_dropped_with_its_field() {
    let mut stage = looking_up();
    answer_project(&mut stage);
    stage.keys("up up up backspace");
    assert_eq!(stage.app.shared.looked_up(FieldName::Project), None);
    stage.account_read(Ok(ServiceAccount::default()));
    assert_eq!(stage.app.shared.account(), None, "its answer comes too late");
}

#[test]
fn a_refusal_is_shown_and_creating_stays_possible() {
    let mut stage = looking_up();
    let refused = rejected_read(401, "USER_UNAUTHORIZED");
    stage.account_read(Err(refused.clone()));
    assert_eq!(stage.app.shared.looked_up(FieldName::Client), Some(Err(&refused)));
    stage.keys("enter");
    assert!(matches!(progress(&stage).step, Step::SigningIn));
}

#[test]
fn the_organizations_own_limit_is_an_error_that_names_it() {
    let mut stage = looking_up();
    answer_project(&mut stage);
    stage.settings_read(OrganizationSettings { longest_secret_hours: Some(100) });
    let validation = stage.app.shared.form.validation(FieldName::Lifetime);
    let Validation::Wrong { message, .. } = validation else { panic!("720 > 100: {validation:?}") };
    assert!(message.contains("limit of 4 days 4 hours"), "{message}");
    stage.keys("enter");
    assert!(stage.is_on_form() && stage.app.shared.form.focus == Focus::Field(FieldName::Lifetime));
}

#[test]
fn each_secret_says_what_creating_does_to_it() {
    let stage = holding(&[existing(EXPIRED), existing(SHORT), existing(SPRING)]);
    let shortens = stage.app.shared.consequences().shortens;
    assert_eq!(
        shortens.iter().map(|(secret, _)| secret.expires_at).collect::<Vec<_>>(),
        [Some(time(SPRING))]
    );
}

#[test]
fn the_button_says_what_it_would_do() {
    let (expired, living) = (existing(EXPIRED), existing(SPRING));
    let action = |secrets: &[ExistingSecret]| holding(secrets).app.shared.submit_action();
    assert_eq!(action(std::slice::from_ref(&living)), SubmitAction::Create);
    assert_eq!(action(&[living.clone(), expired.clone()]), SubmitAction::ReplaceExpired);
    let mut stage = holding(&[living.clone(), living]);
    assert_eq!(stage.app.shared.submit_action(), SubmitAction::ListSecrets);
    stage.keys("enter");
    assert!(matches!(stage.app.screen, Screen::SecretList(_)));
    assert_eq!(stage.posts(), 0);
}

#[test]
fn atlas_clock_decides_what_has_expired() {
    let mut stage = looking_up();
    let read_at = Some(time("2026-12-01T00:00:00Z"));
    let secrets = vec![existing("2026-11-30T00:00:00Z"), existing(SPRING)];
    stage.account_read(Ok(ServiceAccount { secrets, read_at, ..ServiceAccount::default() }));
    let action = stage.app.shared.submit_action();
    assert_eq!(action, SubmitAction::ReplaceExpired, "here it is still November");
}

#[test]
fn the_account_that_signs_in_is_recognised() {
    let login = masked(SPRING);
    let mut stage = holding(std::slice::from_ref(&login));
    assert!(!stage.app.shared.rotates_itself());
    stage.event(Event::LoginKnown(Login { client: client(), ends_with: ServerText::new("9f3a") }));
    let risk = |secret| stage.app.shared.login_risk(&client(), secret);
    assert!(stage.app.shared.rotates_itself() && risk(&login) == LoginRisk::Own);
    assert_eq!(risk(&existing(SPRING)), LoginRisk::Perhaps, "one without a mask is not recognised");
}

#[test]
fn an_id_that_atlas_does_not_know_is_wrong_at_its_field() {
    let missing = |code| ApiError::rejected(rejection(404, code));
    let mut stage = looking_up();
    stage.project_read(Err(missing("GROUP_NOT_FOUND"))).account_read(Err(missing("RESOURCE_NOT_FOUND")));
    assert_drawn(&stage, "✗ no such project");
    assert_drawn(&stage, "✗ not a service account of this project");
    stage.keys("enter");
    assert!(!stage.is_on_form(), "a lookup never prevents creating");
}
