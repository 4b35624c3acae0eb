//! Finding out what became of a lost answer: what is new is told from what was there, and never guessed.

use super::*;
use crate::domain::LostAnswer;

const NEW: &str = "cccccccccccccccccccccccc";

fn named(id: &str) -> ExistingSecret {
    ExistingSecret {
        id: SecretId::from_server(id).unwrap(),
        created_at: Some("2026-11-23T18:14:11Z".parse().unwrap()),
        mask: Some(ServerText::new("mdb_sa_sk_...9f3a")),
        ..existing("2026-11-28T18:14:00Z")
    }
}

/// A lost answer, with one secret there before; the first look is on its way.
fn lost_run() -> Run {
    let mut run = Run::looking();
    run.account(&[existing("2026-11-28T18:14:00Z")]);
    run.answer(lost());
    run
}

fn search(run: &Run) -> &Search {
    match &run.model.screen {
        Screen::Unknown(unknown) => &unknown.search,
        other => panic!("nothing is searched: {other:?}"),
    }
}

fn with_new(secret: ExistingSecret) -> [ExistingSecret; 2] {
    [existing("2026-11-28T18:14:00Z"), secret]
}

#[test]
fn it_looks_at_once_and_after_each_pause_and_says_that_one_still_may_appear() {
    let mut run = lost_run();
    let reads = |run: &Run| run.count(|effect| matches!(effect, Effect::ReadAccount { .. }));
    let before = reads(&run);
    for pause in PAUSES {
        run.account(&[existing("2026-11-28T18:14:00Z")]);
        assert!(matches!(search(&run), Search::Pausing { .. }));
        run.wake_after(pause.as_secs() - 1);
        assert!(matches!(search(&run), Search::Pausing { .. }), "not before its time");
        run.wake_after(1);
    }
    assert_eq!(reads(&run) - before, 3, "and the one at once");
    run.account(&[existing("2026-11-28T18:14:00Z")]);
    assert_eq!(*search(&run), Search::NoneAppeared { after: Duration::from_secs(17) });
    assert_eq!(run.posts(), 1);
    run.keys("l");
    assert!(matches!(search(&run), Search::Looking { round: 0, .. }));
}

#[test]
fn one_new_unused_secret_of_that_time_is_found_and_noted() {
    let mut run = lost_run();
    run.account(&with_new(named(NEW)));
    assert_eq!(*search(&run), Search::Found(named(NEW)));
    assert!(
        matches!(run.effects.last(), Some(Effect::NoteSecret { secret_id: Some(id), .. }) if id.as_str() == NEW)
    );
    run.keys("q");
    assert_eq!(run.model.farewells[0].secret_id, SecretId::from_server(NEW), "the last words name it");
}

#[test]
fn anything_else_new_is_no_guess() {
    let used = ExistingSecret { last_used_at: Some("2026-11-23T18:15:00Z".parse().unwrap()), ..named(NEW) };
    let older = ExistingSecret { created_at: Some("2026-11-23T18:13:09Z".parse().unwrap()), ..named(NEW) };
    for secret in [used, older] {
        let mut run = lost_run();
        run.account(&with_new(secret.clone()));
        assert_eq!(*search(&run), Search::Several(vec![secret]));
    }
    let mut run = Run::posting();
    run.answer(lost());
    run.account(&[named(NEW), named("dddddddddddddddddddddddd")]);
    assert!(matches!(search(&run), Search::Several(secrets) if secrets.len() == 2));
    run.keys("d");
    assert_eq!(run.count(|effect| matches!(effect, Effect::DeleteSecret { .. })), 0);
}

#[test]
fn atlas_own_clock_may_be_a_minute_off() {
    let mut run = Run::looking();
    let read_at = Some("2026-11-23T18:14:50Z".parse().unwrap());
    run.look(Ok(ServiceAccount { read_at, ..ServiceAccount::default() }));
    run.answer(lost()).account(&[named(NEW)]);
    assert!(matches!(search(&run), Search::Found(_)), "39 s before the look, by another clock");
}

#[test]
fn what_is_noted_before_the_request_is_of_atlas_own_clock() {
    let mut run = Run::looking();
    let read_at: Timestamp = "2026-11-23T19:30:00Z".parse().unwrap();
    run.look(Ok(ServiceAccount {
        read_at: Some(read_at),
        secrets: vec![existing("2026-12-28T18:14:00Z")],
        ..ServiceAccount::default()
    }));
    run.later(Duration::from_secs(40)).keys("y");
    let begun_at = run.effects.iter().find_map(|effect| match effect {
        Effect::NoteCreation { begun_at, .. } => Some(*begun_at),
        _ => None,
    });
    let with_the_time_that_the_question_took = read_at + Duration::from_secs(40);
    assert_eq!(begun_at, Some(with_the_time_that_the_question_took));
}

#[test]
fn where_nobody_could_look_before_the_time_alone_tells() {
    let mut run = Run::looking();
    run.look(Err(ReadProblem::TimedOut(Duration::from_secs(3)))).keys("y").answer(lost());
    let old = ExistingSecret { created_at: Some("2026-10-01T00:00:00Z".parse().unwrap()), ..named("eeee") };
    run.account(&[old, named(NEW)]);
    assert_eq!(*search(&run), Search::Found(named(NEW)));
}

#[test]
fn a_look_that_fails_is_repeated_and_then_told() {
    let mut run = lost_run();
    for pause in PAUSES {
        run.look(Err(ReadProblem::Unexpected { status: 502 })).wake_after(pause.as_secs());
    }
    run.look(Err(ReadProblem::Unexpected { status: 503 }));
    assert_eq!(*search(&run), Search::CouldNotLook(ReadProblem::Unexpected { status: 503 }));
}

#[test]
fn deleting_takes_y_a_second_look_and_then_one_delete() {
    let mut run = lost_run();
    run.account(&with_new(named(NEW))).keys("d enter");
    assert!(matches!(search(&run), Search::Asking(_)), "never by Enter");
    run.keys("y");
    assert!(matches!(search(&run), Search::Rechecking { .. }));
    run.account(&with_new(named(NEW)));
    assert!(
        matches!(run.effects.last(), Some(Effect::DeleteSecret { secret_id, .. }) if secret_id.as_str() == NEW)
    );
    run.keys("esc y d").deleted(DeleteOutcome::Gone);
    assert_eq!(run.fates(), [Disposition::Deleted], "what was said of it before is replaced");
    assert!(matches!(run.effects.last(), Some(Effect::ForgetCreation)));
    run.keys("q");
    assert_eq!(run.exit(), Some(Exit::Done));
}

#[test]
fn only_the_look_that_was_asked_for_right_before_lets_it_be_deleted() {
    let mut run = lost_run();
    let earlier = run.last_request();
    run.account(&with_new(named(NEW))).keys("d y");
    let account = ServiceAccount { secrets: with_new(named(NEW)).to_vec(), ..ServiceAccount::default() };
    run.event(Event::AccountRead { request: earlier, result: Ok(account) });
    assert_eq!(run.count(|effect| matches!(effect, Effect::DeleteSecret { .. })), 0);
}

#[test]
fn one_that_was_used_meanwhile_is_not_deleted() {
    let mut run = lost_run();
    run.account(&with_new(named(NEW))).keys("d y");
    let used = ExistingSecret { last_used_at: Some("2026-11-23T18:16:00Z".parse().unwrap()), ..named(NEW) };
    run.account(&with_new(used.clone()));
    assert_eq!(*search(&run), Search::Used(used));
    assert_eq!(run.count(|effect| matches!(effect, Effect::DeleteSecret { .. })), 0);
}

#[test]
fn one_that_is_gone_meanwhile_needs_no_deleting() {
    let mut run = lost_run();
    run.account(&with_new(named(NEW))).keys("d y").account(&[]);
    assert_eq!(
        (run.fates(), run.count(|effect| matches!(effect, Effect::DeleteSecret { .. }))),
        (vec![Disposition::Deleted], 0)
    );
}

#[test]
fn keeping_it_is_a_decision_and_still_a_loss() {
    let mut run = lost_run();
    run.account(&with_new(named(NEW))).keys("k");
    assert!(run.is_on_form());
    assert_eq!(run.fates(), [Disposition::Kept]);
    assert_eq!(run.count(|effect| matches!(effect, Effect::ForgetCreation)), 1);
    run.keys("<ctrl-c>");
    assert_eq!(run.exit(), Some(Exit::NotDelivered));
}

#[test]
fn while_the_post_runs_nothing_that_it_made_is_touched() {
    let mut run = Run::given_up();
    run.account(&[named(NEW)]).keys("d k");
    assert!(matches!(search(&run), Search::Found(_)));
    assert_eq!(run.count(|effect| matches!(effect, Effect::NoteSecret { .. } | Effect::ForgetCreation)), 0);
    run.answer(created());
    assert_eq!(run.shown().secret.id, SecretId::from_server(SECRET_ID), "the value came after all");
}

#[test]
fn once_it_is_certain_that_no_answer_comes_it_looks_again() {
    let mut run = Run::given_up();
    run.account(&[]);
    run.answer(CreateOutcome::Unknown(LostAnswer::Unexpected { status: 502 }));
    assert!(matches!(search(&run), Search::Looking { round: 0, .. }));
    run.account(&[named(NEW)]).keys("d");
    assert!(matches!(search(&run), Search::Asking(_)));
}
