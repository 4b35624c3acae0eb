//! What is known before anything is sent: looked up after the last key, dropped with its field, never in the
//! way.

use super::*;
use crate::domain::{Login, OrganizationId, OrganizationSettings, Project};

const ORGANIZATION: &str = "4888442a3354817a7320eb61";

fn reads(run: &Run) -> Vec<&'static str> {
    let name = |effect: &Effect| match effect {
        Effect::ReadProject { .. } => Some("project"),
        Effect::ReadAccount { .. } => Some("account"),
        Effect::ReadSettings { .. } => Some("settings"),
        _ => None,
    };
    run.effects.iter().filter_map(name).collect()
}

fn request_of(run: &Run, wanted: fn(&Effect) -> bool) -> RequestId {
    run.effects.iter().rev().find(|effect| wanted(effect)).and_then(Effect::request).unwrap()
}

/// A filled form whose look-ups are on their way.
fn looked_up() -> Run {
    let mut run = Run::filled();
    run.event(Event::TimePassed).later(LOOK_AFTER).event(Event::TimePassed);
    run
}

fn answer_account(run: &mut Run, result: Result<ServiceAccount, ReadProblem>) {
    let request = request_of(run, |effect| matches!(effect, Effect::ReadAccount { .. }));
    run.event(Event::AccountRead { request, result });
}

fn answer_project(run: &mut Run) {
    let request = request_of(run, |effect| matches!(effect, Effect::ReadProject { .. }));
    let organization = OrganizationId::from_server(ORGANIZATION);
    let project = Project { name: ServerText::new("payments-prod"), organization };
    run.event(Event::ProjectRead { request, result: Ok(project) });
}

fn holding(secrets: &[ExistingSecret]) -> Run {
    let mut run = looked_up();
    let account = ServiceAccount { secrets: secrets.to_vec(), ..ServiceAccount::default() };
    answer_account(&mut run, Ok(account));
    run
}

#[test]
fn an_id_is_looked_up_a_moment_after_its_last_key() {
    let mut run = Run::with(&PROJECT[..23], "", "720");
    run.keys(&PROJECT[23..]);
    assert_eq!(wake_at(&run.model), Some(LOOK_AFTER));
    run.later(Duration::from_millis(199)).event(Event::TimePassed);
    assert_eq!(reads(&run), [""; 0]);
    run.later(Duration::from_millis(1)).event(Event::TimePassed).event(Event::TimePassed);
    assert_eq!(reads(&run), ["project"], "once, and no account without a client id");
}

#[test]
fn names_stand_beside_the_ids_and_the_organization_is_asked_next() {
    let mut run = looked_up();
    assert_eq!(reads(&run), ["project", "account"]);
    answer_project(&mut run);
    assert_eq!(reads(&run), ["project", "account", "settings"]);
    assert_eq!(run.model.looked_up(FieldName::Project), Some(Ok("payments-prod")));
    assert_eq!(run.model.looked_up(FieldName::Client), None);
}

#[test]
fn what_is_known_is_dropped_with_its_field() {
    let mut run = looked_up();
    answer_project(&mut run);
    run.keys("up up up backspace");
    assert_eq!(run.model.looked_up(FieldName::Project), None);
    let late = request_of(&run, |effect| matches!(effect, Effect::ReadAccount { .. }));
    run.event(Event::AccountRead { request: late, result: Ok(ServiceAccount::default()) });
    assert_eq!(run.model.account(), None, "an answer nobody waits for");
}

#[test]
fn a_refusal_is_told_and_creating_stays_possible() {
    let mut run = looked_up();
    let refused = ReadProblem::Rejected(rejection(401, "USER_UNAUTHORIZED"));
    answer_account(&mut run, Err(refused.clone()));
    assert_eq!(run.model.looked_up(FieldName::Client), Some(Err(&refused)));
    run.keys("enter");
    assert!(matches!(run.link(), Link::SigningIn(_)));
}

#[test]
fn the_organizations_own_limit_is_an_error_that_names_it() {
    let mut run = looked_up();
    answer_project(&mut run);
    let settings = OrganizationSettings { longest_secret_hours: Some(100), requires_access_list: false };
    let request = request_of(&run, |effect| matches!(effect, Effect::ReadSettings { .. }));
    run.event(Event::SettingsRead { request, result: Ok(settings) });
    let Verdict::Wrong { message, .. } = run.model.form.verdict(FieldName::Lifetime) else {
        panic!("720 > 100")
    };
    assert!(message.contains("100 hours"), "{message}");
    run.keys("enter");
    assert!(run.is_on_form() && run.model.form.focus == Focus::Field(FieldName::Lifetime));
}

#[test]
fn each_secret_says_what_creating_does_to_it() {
    let (expired, short, long) = ("2026-11-01T00:00:00Z", "2026-11-25T00:00:00Z", "2027-03-01T00:00:00Z");
    let run = holding(&[existing(expired), existing(short), existing(long)]);
    let cuts: Vec<bool> = run.model.existing().unwrap().iter().map(|(_, cut)| cut.is_some()).collect();
    assert_eq!(cuts, [false, false, true]);
}

#[test]
fn the_button_says_what_it_would_do() {
    let (expired, long) = (existing("2026-11-01T00:00:00Z"), existing("2027-03-01T00:00:00Z"));
    assert_eq!(holding(std::slice::from_ref(&long)).model.readiness(), Readiness::Create);
    assert_eq!(
        holding(&[long.clone(), expired.clone()]).model.readiness(),
        Readiness::ReplaceExpired(expired)
    );
    let mut full = holding(&[long.clone(), long]);
    assert_eq!(full.model.readiness(), Readiness::Full);
    full.keys("enter");
    assert!(matches!(full.model.screen, Screen::Retiring(_)));
    assert_eq!(full.posts(), 0);
}

#[test]
fn atlas_clock_decides_what_has_expired() {
    let mut run = looked_up();
    let read_at = Some("2026-12-01T00:00:00Z".parse().unwrap());
    let secrets = vec![existing("2026-11-30T00:00:00Z"), existing("2027-03-01T00:00:00Z")];
    answer_account(&mut run, Ok(ServiceAccount { secrets, read_at, ..ServiceAccount::default() }));
    assert!(matches!(run.model.readiness(), Readiness::ReplaceExpired(_)), "here it is still November");
}

#[test]
fn the_account_that_signs_in_is_recognised() {
    let masked = ExistingSecret {
        mask: Some(ServerText::new("mdb_sa_sk_...9f3a")),
        ..existing("2027-03-01T00:00:00Z")
    };
    let mut run = holding(std::slice::from_ref(&masked));
    assert!(!run.model.rotates_itself());
    let client = run.model.form.client_id().unwrap();
    run.event(Event::LoginKnown(Login { client, ends_with: ServerText::new("9f3a") }));
    assert!(run.model.rotates_itself() && run.model.is_login(&masked));
    assert!(!run.model.is_login(&existing("2027-03-01T00:00:00Z")), "one without a mask is not recognised");
}
