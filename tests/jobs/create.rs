//! Creating: the outcome of every response, and cancellation at every await point.

use std::time::Duration;

use atlas_secret::domain::{
    ApiError, Cause, Certainty, CreatedSecret, Phase, ProfileName, Rejection, ServerText, ServiceAccount,
};
use atlas_secret::jobs::{Outcome, Question, Reason, Step};

use crate::run::{Cancel, Ran, Script, run};
use crate::stage::secret;
use crate::*;

fn script(posts: &[Result<CreatedSecret, ApiError>]) -> Script {
    Script {
        sign_in: Ok(()),
        accounts: vec![Ok(account(&[]))],
        delete: Ok(()),
        says_yes: true,
        record: None,
        posts: posts.to_vec(),
    }
}

fn lost() -> Result<CreatedSecret, ApiError> {
    Err(ApiError::sent(Cause::Unexpected { status: 502 }))
}

fn limited() -> Result<CreatedSecret, ApiError> {
    limited_for(Duration::from_secs(2))
}

fn limited_for(wait: Duration) -> Result<CreatedSecret, ApiError> {
    let retry_after = Some(wait);
    Err(ApiError::rejected(Rejection { retry_after, ..rejection(429, "RATE_LIMITED") }))
}

fn full() -> ServiceAccount {
    account(&[existing("old", EXPIRED), existing("living", LONG)])
}

fn name_of(outcome: &Outcome) -> &'static str {
    match outcome {
        Outcome::Created(_) => "created",
        Outcome::Unknown(..) => "unknown",
        Outcome::NotCreated(not_created) => match &not_created.reason {
            Reason::Cancelled => "cancelled",
            Reason::Declined(Question::Consequences(_)) => "declined",
            Reason::Declined(Question::AccountUnknown(_)) => "declined to go on",
            Reason::Preflight(_) => "preflight",
            Reason::Full(_) => "full",
            Reason::NotDeleted(_) => "not deleted",
            Reason::Post(ApiError { phase: Phase::NotSent, .. }) => "not sent",
            Reason::Post(_) => "rejected",
        },
    }
}

/// Each outcome without cancellation, its script, and the number of POSTs.
fn rows() -> Vec<(&'static str, Script, usize)> {
    let plain = || script(&[Ok(secret())]);
    let with = |accounts: &[ServiceAccount]| Script {
        accounts: accounts.iter().cloned().map(Ok).collect(),
        ..plain()
    };
    let reads =
        |accounts: &[Result<ServiceAccount, ApiError>]| Script { accounts: accounts.to_vec(), ..plain() };
    let unread = |error: ApiError| reads(&[Err(error)]);
    let no = |script: Script| Script { says_yes: false, ..script };
    let long = || with(&[account(&[existing("living", LONG)])]);
    let replacing = || with(&[full(), account(&[])]);
    let two_valid = || with(&[account(&[existing("one", LONG), existing("two", LONG)])]);
    let not_sent = Err(ApiError::not_sent(Cause::ConnectTimeout));
    let refused = Err(ApiError::rejected(rejection(400, "VALIDATION_ERROR")));
    let forbidden = ApiError::rejected(rejection(404, "GROUP_NOT_FOUND"));
    let profile = ProfileName::new("ci").unwrap();
    let expired_login =
        ApiError::sent(Cause::LoginExpired(profile, Box::new(rejection(401, "NOT_AUTHORIZED"))));
    vec![
        ("created", plain(), 1),
        ("created", Script { record: Some("The disk is full.".to_owned()), ..plain() }, 1),
        ("created", long(), 1),
        ("declined", no(long()), 0),
        ("created", replacing(), 1),
        ("created", with(&[full(), account(&[existing("living", LONG)])]), 1),
        ("declined", no(replacing()), 0),
        ("full", with(&[full()]), 0),
        ("full", reads(&[Ok(full()), Err(unreachable()), Ok(full())]), 0),
        ("created", reads(&[Err(unreachable()), Ok(account(&[]))]), 1),
        ("full", two_valid(), 0),
        (
            "full",
            with(&[account(&[existing("old", EXPIRED), existing("one", LONG), existing("two", LONG)])]),
            0,
        ),
        ("not deleted", Script { delete: Err(unreachable()), ..replacing() }, 0),
        ("created", unread(unreachable()), 1),
        ("declined to go on", no(unread(unreachable())), 0),
        ("preflight", unread(forbidden), 0),
        (
            "preflight",
            unread(ApiError::sent(Cause::SignInRefused {
                status: 401,
                message: ServerText::new("invalid_client"),
            })),
            0,
        ),
        ("preflight", unread(expired_login), 0),
        ("preflight", Script { sign_in: Err(unreachable()), ..plain() }, 0),
        ("unknown", script(&[lost()]), 1),
        ("not sent", script(&[not_sent]), 1),
        ("rejected", script(&[refused]), 1),
        ("created", script(&[limited(), Ok(secret())]), 2),
        ("unknown", script(&[limited(), limited(), lost()]), 3),
        ("rejected", script(&[limited()]), 4),
        ("rejected", script(&[limited_for(Duration::from_secs(24 * 3600))]), 1),
    ]
}

/// Asserts that the response to a POST is never dropped, and that the record matches it.
fn check(ran: &Ran, name: &str) {
    let expected = match &ran.response {
        Some(Ok(_)) => Some("created"),
        Some(Err(error)) if error.certainty() != Certainty::NotDone => Some("unknown"),
        _ => None,
    };
    let reported = Some(name_of(&ran.outcome)).filter(|name| ["created", "unknown"].contains(name));
    assert_eq!(reported, expected, "{name}: the response was dropped");
    match ran.calls.last() {
        None => assert_eq!(ran.posts, 0, "{name}: a POST without a record"),
        Some(last) => assert_eq!(*last, if expected.is_some() { "begin" } else { "remove" }, "{name}"),
    }
    let begun = ran.calls.iter().filter(|call| **call == "begin").count();
    assert!(ran.posts <= begun, "{name}: one record per POST");
}

#[test]
fn each_response_has_its_outcome() {
    for (expected, script, posts) in rows() {
        let ran = run(&script, Cancel::Never);
        assert_eq!((name_of(&ran.outcome), ran.posts), (expected, posts), "{:?}", ran.steps);
        check(&ran, expected);
        let is_reported = ran.steps.iter().any(|step| matches!(step, Step::NotRecorded(_)));
        assert_eq!(is_reported, script.record.is_some());
        assert!(ran.questions.len() <= 1, "{:?}", ran.questions);
    }
}

#[test]
fn signing_in_and_reading_are_retried_before_they_fail() {
    let steps_of = |script: Script| {
        let step = |step: &Step| match step {
            Step::SigningIn => Some("sign in".to_owned()),
            Step::FetchingAccount => Some("read".to_owned()),
            Step::Retrying(retry) => Some(format!("{} after {:?}", retry.number, retry.pause)),
            _ => None,
        };
        let ran = run(&script, Cancel::Never);
        (ran.steps.iter().filter_map(step).collect::<Vec<_>>().join(", "), ran.questions.len())
    };
    let three = |what: &str| format!("{what}, 1 after 1s, {what}, 2 after 2s, {what}, 3 after 4s, {what}");
    let no_token = Script { sign_in: Err(unreachable()), ..script(&[]) };
    assert_eq!(steps_of(no_token), (three("sign in"), 0));
    let unread = Script { accounts: vec![Err(unreachable())], ..script(&[Ok(secret())]) };
    assert_eq!(steps_of(unread), (format!("sign in, {}", three("read")), 1));
    let accounts = vec![Err(unreachable()), Ok(account(&[]))];
    let read_later = Script { accounts, ..script(&[Ok(secret())]) };
    assert_eq!(steps_of(read_later), ("sign in, read, 1 after 1s, read".to_owned(), 0));
    let refused = Script { sign_in: Err(ApiError::rejected(rejection(401, "X"))), ..script(&[]) };
    assert_eq!(steps_of(refused), ("sign in".to_owned(), 0));
}

#[test]
fn all_consequences_are_one_question_and_only_new_ones_are_asked_again() {
    let (valid, other) = (existing("living", LONG), existing("other", LONG));
    let questions = |after: &[ExistingSecret]| {
        let accounts = vec![Ok(full()), Ok(account(after))];
        run(&Script { accounts, ..script(&[Ok(secret())]) }, Cancel::Never).questions
    };
    let first = questions(std::slice::from_ref(&valid));
    let [Question::Consequences(consequences)] = first.as_slice() else { panic!("{first:?}") };
    assert!(consequences.deletes.is_some() && consequences.shortens.len() == 1);
    assert_eq!(questions(&[]), first);
    let second = questions(std::slice::from_ref(&other));
    let [_, Question::Consequences(more)] = second.as_slice() else { panic!("{second:?}") };
    assert!(more.deletes.is_none() && more.shortens[0].0 == other);
}

#[test]
fn canceling_at_any_await_point_sends_nothing_more_and_drops_no_response() {
    for (expected, script, _) in rows() {
        let whole = run(&script, Cancel::Never);
        let places = (0..whole.waits)
            .flat_map(|number| [Cancel::Waiting(number), Cancel::Responded(number)])
            .chain((0..whole.steps.len()).map(Cancel::Step));
        for place in places {
            let name = format!("{expected}, {place:?}");
            let ran = run(&script, place);
            check(&ran, &name);
            let (sent, responded) = ran.at_cancel.unwrap();
            let is_step = matches!(place, Cancel::Step(_));
            assert!(is_step || ran.posts == sent, "{name}: a POST after cancelling");
            if let Cancel::Step(number) = place {
                // The last report before a POST is that it is about to be sent.
                let creating = whole.steps[..=number].iter();
                let creating = creating.filter(|step| matches!(step, Step::Creating(_))).count();
                assert_eq!(ran.posts, creating, "{name}");
            }
            let waits = ran.steps.iter().filter(|step| matches!(step, Step::StoppedWaiting)).count();
            let is_running = matches!(place, Cancel::Waiting(_)) && sent > responded;
            assert!(!is_running || waits == 1, "{name}: the end of waiting must be reported once");
            let was_post_answered = ran.response.is_some();
            assert!(was_post_answered || name_of(&ran.outcome) != "created", "{name}");
        }
    }
}

#[test]
fn a_running_deletion_is_finished_and_reported_before_the_job_stops() {
    let script = Script { accounts: vec![Ok(full()), Ok(account(&[]))], ..script(&[Ok(secret())]) };
    let steps = run(&script, Cancel::Never).steps;
    let deleting = steps.iter().position(|step| matches!(step, Step::DeletingExpired)).unwrap();
    let ran = run(&script, Cancel::Step(deleting));
    let Outcome::NotCreated(not_created) = &ran.outcome else { panic!("{:?}", ran.outcome) };
    assert!(not_created.has_replaced && matches!(not_created.reason, Reason::Cancelled), "{not_created:?}");
    assert_eq!(ran.posts, 0);
}

#[test]
fn a_failure_after_an_expired_secret_was_deleted_says_so() {
    let refused = ApiError::rejected(rejection(401, "USER_UNAUTHORIZED"));
    let script = Script { accounts: vec![Ok(full()), Err(refused)], ..script(&[]) };
    let ran = run(&script, Cancel::Never);
    let Outcome::NotCreated(not_created) = &ran.outcome else { panic!("{:?}", ran.outcome) };
    let meaning = not_created.explain("API key abcdefgh").unwrap().meaning;
    assert!(meaning.starts_with("The expired secret was deleted. API key abcdefgh needs "), "{meaning}");
}
