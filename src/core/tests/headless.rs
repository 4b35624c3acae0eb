//! `--yes`: with a terminal, and with nobody to ask.

use super::*;
use crate::domain::{Delivery, Format, LostAnswer, OrganizationId, OrganizationSettings, Project};

/// `--yes` on a terminal; the organization cannot be read.
fn submitted() -> Run {
    let mut run = Run::filled();
    run.model.beforehand.submits = true;
    run.event(Event::SubmittedBeforehand).sign_in(Ok(()));
    project_read(&mut run, Err(ReadProblem::Unexpected { status: 502 }));
    run
}

/// `--yes --format json` with standard output elsewhere; the project and the account are on their way.
fn signed_in_alone() -> Run {
    agreeing_alone(false)
}

/// The same, with or without `--replace-expired`.
pub(super) fn agreeing_alone(replaces_expired: bool) -> Run {
    let mut run = Run::filled();
    run.model.beforehand.submits = true;
    run.model.beforehand.replaces_expired = replaces_expired;
    run.model.has_terminal = false;
    run.model.output = Output::Sink(Format::Json);
    run.event(Event::SubmittedBeforehand).sign_in(Ok(()));
    run
}

/// The same where the organization cannot be read.
pub(super) fn alone() -> Run {
    let mut run = signed_in_alone();
    project_read(&mut run, Err(ReadProblem::Unexpected { status: 502 }));
    run
}

pub(super) fn project_read(run: &mut Run, result: Result<Project, ReadProblem>) {
    let request = run.effects.iter().find_map(|effect| match effect {
        Effect::ReadProject { request, .. } => Some(*request),
        _ => None,
    });
    run.event(Event::ProjectRead { request: request.unwrap(), result });
}

/// The project and what its organization allows.
fn cap_read(run: &mut Run, longest_secret_hours: Option<i32>) {
    let organization = OrganizationId::from_server("4888442a3354817a7320eb61");
    project_read(run, Ok(Project { name: ServerText::new("one"), organization }));
    let request = run.last_request();
    assert!(matches!(run.effects.last(), Some(Effect::ReadSettings { .. })));
    let settings = OrganizationSettings { longest_secret_hours, requires_access_list: false };
    run.event(Event::SettingsRead { request, result: Ok(settings) });
}

fn told(run: &Run) -> Vec<&Said> {
    let mut told = Vec::new();
    for effect in &run.effects {
        if let Effect::Tell(said) = effect {
            told.push(said);
        }
    }
    told
}

pub(super) fn words(run: &Run) -> String {
    told(run)
        .iter()
        .filter_map(|said| if let Said::Words(words) = said { Some(words.as_str()) } else { None })
        .collect()
}

#[test]
fn the_form_is_skipped_and_the_consent_is_told() {
    let mut run = submitted();
    let living = existing("2027-11-23T18:14:00Z");
    run.account(std::slice::from_ref(&living));
    assert_eq!(run.posts(), 1);
    assert!(matches!(told(&run)[..], [Said::Shortens(secret, _)] if *secret == living));
    run.answer(created());
    assert_eq!(run.exit(), None, "the secret is shown");
}

#[test]
fn without_a_terminal_each_step_is_told_once_and_the_secret_is_printed() {
    let mut run = alone();
    run.account(&[]).event(Event::TimePassed).answer(created());
    let steps = ["Signing in", "Looking at the account's secrets", "Creating the secret"].map(Said::Step);
    assert_eq!(told(&run), steps.iter().collect::<Vec<_>>());
    assert!(matches!(run.effects.last(), Some(Effect::PrintSecret { .. })));
    run.printed(Ok(()));
    assert_eq!(
        (run.exit(), run.fates()),
        (Some(Exit::Done), vec![Disposition::Delivered(vec![Delivery::Printed])])
    );
}

/// The project is read beside the chain, and its answer may come last.
#[test]
fn a_format_that_names_the_organization_has_it_or_says_that_it_is_left_out() {
    let mut known = signed_in_alone();
    let look = known.last_request();
    cap_read(&mut known, None);
    known.event(Event::AccountRead { request: look, result: Ok(ServiceAccount::default()) });
    let mut unknown = alone();
    unknown.account(&[]);
    for (mut run, is_known) in [(known, true), (unknown, false)] {
        run.model.output = Output::Sink(Format::Kubernetes);
        run.answer(created());
        let Some(Effect::PrintSecret { payload, .. }) = run.effects.last() else { panic!("not printed") };
        assert_eq!(payload.organization.is_some(), is_known);
        assert_eq!(words(&run).contains("orgId is left out"), !is_known);
    }
}

#[test]
fn after_a_replacement_it_is_not_said_that_nothing_was_sent() {
    let mut run = agreeing_alone(true);
    project_read(&mut run, Err(ReadProblem::Unexpected { status: 502 }));
    run.account(&[existing("2026-11-01T00:00:00Z"), existing("2027-11-23T18:14:00Z")]);
    let request = run.effects.iter().find_map(|effect| match effect {
        Effect::DeleteSecret { request, .. } => Some(*request),
        _ => None,
    });
    run.event(Event::DeleteAnswered { request: request.unwrap(), outcome: DeleteOutcome::Gone });
    run.sign_in(Ok(())).look(Err(ReadProblem::TimedOut(Duration::from_secs(3))));
    assert!(words(&run).contains("Nothing was created."), "{}", words(&run));
    assert!(!words(&run).contains("Nothing was sent."), "{}", words(&run));
}

#[test]
fn what_would_wait_for_a_key_ends_instead() {
    type Row = (fn(&mut Run), u8, &'static str);
    let rows: [Row; 5] = [
        (
            |run| {
                run.account(&[existing("2027-11-23T18:14:00Z"), existing("2027-11-23T18:14:00Z")]);
            },
            1,
            "already has two secrets. Nothing was sent.",
        ),
        (
            |run| {
                run.look(Err(ReadProblem::TimedOut(Duration::from_secs(3))));
            },
            1,
            "Nothing was sent.",
        ),
        (
            |run| {
                run.account(&[]).answer(refused(400, "VALIDATION_ERROR"));
            },
            1,
            "Nothing was created.",
        ),
        (
            |run| {
                run.account(&[]).answer(not_sent());
            },
            1,
            "Nothing was sent.",
        ),
        (
            |run| {
                run.account(&[]).answer(CreateOutcome::Unknown(LostAnswer::Unexpected { status: 502 }));
                for pause in PAUSES {
                    run.account(&[]).wake_after(pause.as_secs());
                }
                run.account(&[]);
            },
            3,
            "No new secret has appeared in 17 s; it may still.",
        ),
    ];
    for (happens, code, said) in rows {
        let mut run = alone();
        happens(&mut run);
        assert_eq!(run.exit().map(Exit::code), Some(code), "{said}");
        assert!(words(&run).contains(said), "{said}: {}", words(&run));
    }
}

#[test]
fn a_write_that_fails_wants_a_terminal() {
    let mut run = alone();
    run.account(&[]).answer(created()).printed(Err(PrintFailure::Full));
    assert!(matches!(run.effects.last(), Some(Effect::TakeTerminal)));
    assert_eq!(run.exit(), None);
    let mut alone = run;
    alone.event(Event::TerminalTaken { is_taken: false });
    assert_eq!((alone.exit(), alone.fates()), (Some(Exit::NotDelivered), vec![Disposition::NotDelivered]));
    assert!(words(&alone).contains("no room left"), "{}", words(&alone));
}

#[test]
fn a_terminal_that_is_there_shows_the_secret() {
    let mut run = alone();
    run.account(&[]).answer(created()).printed(Err(PrintFailure::Closed));
    run.event(Event::TerminalTaken { is_taken: true });
    assert!(run.model.has_terminal && run.shown().not_printed.is_some());
    run.event(Event::TimePassed);
    assert_eq!(run.exit(), None);
}

#[test]
fn on_a_terminal_a_refusal_leads_to_the_form_and_leaving_it_says_that_nothing_was_created() {
    let mut run = submitted();
    run.account(&[existing("2027-11-23T18:14:00Z"), existing("2027-11-23T18:14:00Z")]);
    assert!(run.is_on_form() && run.exit().is_none());
    run.keys("<ctrl-c>");
    assert_eq!(run.exit(), Some(Exit::NothingCreated));
}

#[test]
fn a_lifetime_above_the_cap_ends_it_before_the_post() {
    for (longest, posts, code) in [(Some(100), 0, Some(1)), (Some(720), 1, None), (None, 1, None)] {
        // Whichever of the two reads comes first.
        let mut run = signed_in_alone();
        run.account(&[]);
        assert_eq!(run.posts(), 0, "the cap is not known yet");
        cap_read(&mut run, longest);
        assert_eq!((run.posts(), run.exit().map(Exit::code)), (posts, code), "{longest:?}");
        let mut run = signed_in_alone();
        let look = run.last_request();
        cap_read(&mut run, longest);
        run.event(Event::AccountRead { request: look, result: Ok(ServiceAccount::default()) });
        assert_eq!((run.posts(), run.exit().map(Exit::code)), (posts, code), "{longest:?}");
    }
}

#[test]
fn what_was_agreed_counts_for_the_one_submit_it_was_given_for() {
    let mut run = submitted();
    run.account(&[]).answer(created()).keys("n l");
    run.keys("enter").sign_in(Ok(())).account(&[existing("2027-11-23T18:14:00Z")]);
    assert!(matches!(run.link(), Link::Asking(Question::Shortens(_))));
}

#[test]
fn a_terminal_that_reports_no_size_does_not_stop_the_search() {
    let mut run = alone();
    run.size(0, 0).account(&[]).answer(lost()).account(&[]);
    assert_eq!(wake_at(&run.model), Some(Duration::from_secs(1)));
}
