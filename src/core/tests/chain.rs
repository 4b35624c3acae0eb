//! The chain to the one POST, link by link, and every answer to it, in time and late.

use super::*;
use crate::domain::TransportProblem;

fn asking() -> Run {
    let mut run = Run::looking();
    run.account(&[existing("2027-11-23T18:14:00Z")]);
    run
}

#[test]
fn the_links_follow_each_other_and_end_in_the_secret() {
    let mut run = Run::filled();
    run.keys("enter");
    assert!(matches!(run.link(), Link::SigningIn(_)));
    run.sign_in(Ok(()));
    assert!(matches!(run.link(), Link::Looking(_)));
    run.account(&[]);
    assert!(matches!(run.link(), Link::Posting));
    run.answer(created());
    assert_eq!(run.shown().secret.id, SecretId::from_server(SECRET_ID));
    let [
        Effect::SignIn { .. },
        Effect::ReadProject { .. },
        Effect::ReadAccount { .. },
        Effect::NoteCreation { .. },
        Effect::CreateSecret { new_secret, .. },
        Effect::NoteSecret { .. },
        Effect::ReadAccount { .. },
    ] = &run.effects[..]
    else {
        panic!("{:?}", run.effects)
    };
    let sent = (new_secret.project.as_str(), new_secret.client.as_str(), new_secret.lifetime.hours());
    assert_eq!(sent, (PROJECT, CLIENT, 720));
}

#[test]
fn a_sign_in_that_fails_leads_back_and_nothing_was_sent() {
    let rows = [
        ReadProblem::SignInRefused(ServerText::new("invalid_client")),
        ReadProblem::Rejected(rejection(401, "UNAUTHORIZED")),
        ReadProblem::Transport(TransportProblem::ConnectTimeout),
        ReadProblem::TimedOut(Duration::from_secs(10)),
        ReadProblem::Unexpected { status: 502 },
    ];
    for problem in rows {
        let mut run = Run::filled();
        run.keys("enter").sign_in(Err(problem.clone()));
        assert_eq!(run.certainty(), Some(Certainty::NothingSent), "{problem:?}");
        assert_eq!((run.text(FieldName::Project), run.posts()), (PROJECT, 0));
    }
}

#[test]
fn a_refusal_of_the_look_ends_the_chain() {
    let rows = [
        (401, "UNAUTHORIZED", Focus::Button),
        (401, "USER_UNAUTHORIZED", Focus::Button),
        (403, "IP_ADDRESS_NOT_ON_ACCESS_LIST", Focus::Button),
        (403, "ORG_REQUIRES_ACCESS_LIST", Focus::Button),
        (403, "FORBIDDEN", Focus::Button),
        (404, "GROUP_NOT_FOUND", Focus::Field(FieldName::Project)),
        (404, "SERVICE_ACCOUNT_NOT_FOUND", Focus::Field(FieldName::Client)),
        (410, "GONE", Focus::Button),
    ];
    for (status, code, focus) in rows {
        let mut run = Run::looking();
        run.look(Err(ReadProblem::Rejected(rejection(status, code))));
        assert_eq!(run.certainty().map(Certainty::words), Some("Nothing was sent."), "{status} {code}");
        assert_eq!((run.model.form.focus, run.posts()), (focus, 0), "{status} {code}");
    }
}

#[test]
fn not_being_able_to_look_asks() {
    let rows = [
        ReadProblem::Rejected(rejection(500, "UNEXPECTED_ERROR")),
        ReadProblem::Rejected(rejection(429, "RATE_LIMITED")),
        ReadProblem::Transport(TransportProblem::ConnectTimeout),
        ReadProblem::TimedOut(Duration::from_secs(3)),
        ReadProblem::Unexpected { status: 200 },
    ];
    for problem in rows {
        let mut run = Run::looking();
        run.look(Err(problem.clone()));
        let asks = matches!(run.link(), Link::Asking(Question::CouldNotLook(why)) if *why == problem);
        assert!(asks && run.posts() == 0, "{problem:?}");
    }
}

#[test]
fn only_a_secret_that_would_be_shortened_is_asked_about() {
    let expired = existing("2026-11-01T00:00:00Z");
    let ends_soon = existing("2026-11-25T00:00:00Z");
    for harmless in [vec![], vec![expired], vec![ends_soon]] {
        let mut run = Run::looking();
        run.account(&harmless);
        assert_eq!(run.posts(), 1, "{harmless:?}");
    }
    let run = asking();
    let cut: Timestamp = "2026-11-30T18:14:10Z".parse().unwrap();
    let expected = Question::Shortens(vec![(existing("2027-11-23T18:14:00Z"), cut)]);
    assert!(matches!(run.link(), Link::Asking(question) if *question == expected));
    assert_eq!(run.posts(), 0);
}

#[test]
fn only_y_answers_a_question() {
    for (keys, posts, stays) in [
        ("enter", 0, true),
        ("enter enter <ctrl-s>", 0, true),
        ("tab", 0, true),
        ("y", 1, true),
        ("y y", 1, true),
        ("n", 0, false),
        ("esc", 0, false),
        ("<ctrl-c>", 0, false),
    ] {
        let mut run = asking();
        run.keys(keys);
        assert_eq!((run.posts(), !run.is_on_form()), (posts, stays), "{keys}");
        assert_eq!(run.exit(), None, "{keys}");
    }
}

#[test]
fn two_living_secrets_lead_to_the_list() {
    let mut run = Run::looking();
    run.account(&[existing("2027-01-01T00:00:00Z"), existing("2027-11-23T18:14:00Z")]);
    assert!(matches!(run.model.screen, Screen::Retiring(_)));
    assert_eq!(run.posts(), 0);
}

#[test]
fn an_expired_secret_in_the_way_goes_after_one_y_and_the_chain_looks_again() {
    let mut run = Run::looking();
    let living = existing("2026-11-25T18:14:00Z");
    run.account(&[existing("2026-01-01T00:00:00Z"), living.clone()]);
    assert!(matches!(run.link(), Link::Asking(Question::Replaces(_))));
    run.keys("enter");
    assert!(matches!(run.link(), Link::Asking(_)), "never by Enter");
    run.keys("y");
    assert!(matches!(run.effects.last(), Some(Effect::DeleteSecret { .. })));
    run.keys("esc y n");
    assert!(matches!(run.link(), Link::Replacing(_)), "it cannot be taken back");
    run.deleted(DeleteOutcome::Gone).sign_in(Ok(())).account(&[living]);
    assert_eq!(run.posts(), 1);
}

#[test]
fn an_expired_secret_that_stays_creates_nothing() {
    let mut run = Run::looking();
    run.account(&[existing("2026-01-01T00:00:00Z"), existing("2026-01-02T00:00:00Z")]).keys("y");
    run.deleted(DeleteOutcome::Failed(ReadProblem::TimedOut(Duration::from_secs(3))));
    assert_eq!((run.is_on_form(), run.posts(), run.certainty()), (true, 0, Some(Certainty::NothingCreated)));
}

#[test]
fn answers_nobody_waits_for_are_dropped() {
    let mut run = Run::filled();
    run.keys("enter");
    let first = run.last_request();
    run.keys("esc enter").event(Event::SignedIn { request: first, result: Ok(()) });
    assert!(matches!(run.link(), Link::SigningIn(_)));
    run.sign_in(Ok(()));
    let look = run.last_request();
    run.keys("esc").event(Event::AccountRead { request: look, result: Ok(ServiceAccount::default()) });
    assert!(run.is_on_form() && run.posts() == 0);
    run.event(Event::CreateAnswered { request: look, outcome: created() });
    assert!(run.is_on_form() && run.model.farewells.is_empty());
}

#[test]
fn leaving_before_the_post_leads_back_and_says_that_nothing_was_sent() {
    for key in ["esc", "<ctrl-c>"] {
        for mut run in [Run::looking(), asking()] {
            run.keys(key);
            assert!(matches!(run.model.form.notice, Some(FormNotice::Word("Stopped. Nothing was sent."))));
            assert!(run.is_on_form() && run.exit().is_none(), "{key}");
        }
    }
}

#[test]
fn each_answer_to_the_post_is_told_for_what_it_proves() {
    let rows: [(fn() -> CreateOutcome, Certainty); 4] = [
        (not_sent, Certainty::NothingSent),
        (|| refused(401, "UNAUTHORIZED"), Certainty::NothingCreated),
        (|| refused(400, "VALIDATION_ERROR"), Certainty::NothingCreated),
        (|| refused(409, "DATA_CONCURRENCY_ERROR"), Certainty::NothingCreated),
    ];
    for (outcome, expected) in rows {
        let mut run = Run::posting();
        run.answer(outcome());
        assert_eq!((run.certainty(), run.fates()), (Some(expected), vec![]));
        assert!(run.is_on_form());
    }
}

#[test]
fn a_field_that_atlas_names_stands_refused_until_it_changes() {
    let violation = |field: &str| crate::domain::FieldViolation {
        field: ServerText::new(field),
        description: ServerText::new("must be less"),
    };
    let mut run = Run::posting();
    let fields = vec![violation("body.secretExpiresAfterHours"), violation("other")];
    run.answer(CreateOutcome::Rejected(Rejection { fields, ..rejection(400, "VALIDATION_ERROR") }));
    assert_eq!(run.model.form.focus, Focus::Field(FieldName::Lifetime));
    assert!(matches!(run.model.form.verdict(FieldName::Lifetime), Verdict::Refused(_)));
    run.keys("backspace");
    assert!(!matches!(run.model.form.verdict(FieldName::Lifetime), Verdict::Refused(_)));
}

#[test]
fn an_answer_that_was_lost_is_unknown_and_counts_as_a_loss() {
    let mut run = Run::posting();
    run.answer(lost());
    assert!(matches!(run.model.screen, Screen::Unknown(_)));
    assert_eq!(run.fates(), [Disposition::PerhapsCreated]);
    run.keys("q");
    assert_eq!(run.exit(), Some(Exit::NotDelivered));
}
