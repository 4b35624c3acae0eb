//! The guard between the secret and its loss.

use super::*;
use crate::domain::{CopyFailure, Delivery, TerminalRoute};

pub(super) const SENT: CopyOutcome = CopyOutcome::Sent(TerminalRoute::Osc52);

pub(super) fn failed() -> CopyOutcome {
    CopyOutcome::Failed(CopyFailure { reasons: vec![ServerText::new("no display")] })
}

/// What is told of a copy that stays so many seconds more.
pub(super) fn copied_for(seconds: u64) -> Disposition {
    Disposition::Delivered(vec![Delivery::Copied { clears_in: Some(Duration::from_secs(seconds)) }])
}

pub(super) fn after_copy(outcome: CopyOutcome) -> Run {
    let mut run = Run::created();
    run.keys("c").copied(outcome);
    run
}

fn overwritten() -> Run {
    let mut run = after_copy(COPIED);
    run.keys("q").clipboard(ClipboardContent::Overwritten).keys("esc");
    run
}

fn is_choice(run: &Run, wanted: GuardChoice) -> bool {
    matches!(run.guard(), Some(Guard::Choose { choice, .. }) if *choice == wanted)
}

#[test]
fn the_guard_asks_what_is_true_now_whatever_the_way_out() {
    type Case = (&'static str, fn() -> Run, &'static str);
    let cases: [Case; 6] = [
        ("never", Run::created, "choose"),
        (
            "copying",
            || {
                let mut run = Run::created();
                run.keys("c");
                run
            },
            "choose",
        ),
        ("failed", || after_copy(failed()), "choose"),
        ("overwritten", overwritten, "choose"),
        ("sent", || after_copy(SENT), "confirm"),
        ("copied", || after_copy(COPIED), "checking"),
    ];
    for (key, target) in
        [("q", Target::Quit), ("esc", Target::Quit), ("<ctrl-c>", Target::Quit), ("n", Target::Another)]
    {
        for (name, make, expected) in cases {
            let mut run = make();
            run.keys(key);
            let leaving = run.shown().leaving.as_ref().unwrap();
            let asked = match leaving.guard {
                Guard::Choose { choice: GuardChoice::GoBack, problem: None } => "choose",
                Guard::Confirm { checked: false } => "confirm",
                Guard::Checking(_) => "checking",
                _ => "something else",
            };
            assert_eq!((asked, leaving.target), (expected, target), "{key} {name}");
            assert_eq!(run.exit(), None);
        }
    }
}

#[test]
fn the_clipboard_is_looked_at_before_the_question() {
    let mut run = after_copy(COPIED);
    run.keys("q y enter");
    assert!(matches!(run.guard(), Some(Guard::Checking(_))), "no question, no answer");
    run.clipboard(OURS);
    assert!(matches!(run.guard(), Some(Guard::Confirm { checked: true })));
    run.keys("enter tab");
    assert_eq!(run.exit(), None);
    run.keys("y");
    assert_eq!((run.exit(), run.fates()), (Some(Exit::Done), vec![copied_for(60)]));
}

#[test]
fn a_clipboard_that_cannot_be_read_is_said_to_be_so() {
    let mut run = after_copy(COPIED);
    run.keys("q").clipboard(ClipboardContent::Unreadable);
    assert!(matches!(run.guard(), Some(Guard::Confirm { checked: false })));
}

#[test]
fn an_overwritten_clipboard_has_handed_nothing_over() {
    let mut run = after_copy(COPIED);
    run.keys("q").clipboard(ClipboardContent::Overwritten);
    assert_eq!(run.shown().copy, CopyState::Gone(Gone::Overwritten));
    assert!(is_choice(&run, GuardChoice::GoBack));
    run.keys("l");
    assert_eq!((run.exit(), run.fates()), (Some(Exit::NotDelivered), vec![Disposition::NotDelivered]));
}

#[test]
fn a_late_look_at_the_clipboard_changes_nothing() {
    let mut run = after_copy(COPIED);
    run.keys("q");
    let old = run.last_request();
    run.clipboard(OURS).keys("n q");
    run.event(Event::ClipboardChecked { request: old, content: ClipboardContent::Overwritten });
    assert!(matches!(run.guard(), Some(Guard::Checking(_))));
}

#[test]
fn a_copy_that_ends_while_the_guard_stands_changes_its_question() {
    type Row = (CopyOutcome, fn(&Guard) -> bool);
    let rows: [Row; 3] = [
        (COPIED, |guard| matches!(guard, Guard::Confirm { checked: true })),
        (SENT, |guard| matches!(guard, Guard::Confirm { checked: false })),
        (failed(), |guard| matches!(guard, Guard::Choose { .. })),
    ];
    for (outcome, expected) in rows {
        let mut run = Run::created();
        run.keys("c q").copied(outcome.clone());
        assert!(run.guard().is_some_and(expected), "{outcome:?}");
    }
}

#[test]
fn the_harmless_choice_comes_first_and_the_others_follow_in_a_ring() {
    use GuardChoice::{Delete, GoBack, LeaveAnyway};
    let rows = [
        ("tab", Delete),
        ("tab tab", LeaveAnyway),
        ("tab tab tab", GoBack),
        ("up", LeaveAnyway),
        ("up up", Delete),
    ];
    for (keys, expected) in rows {
        let mut run = Run::created();
        run.keys("q").keys(keys);
        assert!(is_choice(&run, expected), "{keys}");
    }
}

#[test]
fn going_back_keeps_the_secret() {
    for keys in ["q enter", "q esc", "q g", "n esc", "<ctrl-c> enter"] {
        let mut run = Run::created();
        run.keys(keys);
        assert!(run.guard().is_none() && run.fates().is_empty() && run.exit().is_none(), "{keys}");
    }
}

#[test]
fn a_deleted_secret_is_no_loss() {
    for keys in ["q d", "q tab enter"] {
        let mut run = Run::created();
        run.keys(keys);
        assert!(matches!(run.effects.last(), Some(Effect::DeleteSecret { secret_id, .. })
            if secret_id.as_str() == SECRET_ID));
        run.keys("esc y enter l");
        assert!(matches!(run.guard(), Some(Guard::Deleting { .. })), "{keys}");
        run.deleted(DeleteOutcome::Gone);
        assert_eq!((run.exit(), run.fates()), (Some(Exit::Done), vec![Disposition::Deleted]), "{keys}");
    }
}

#[test]
fn a_delete_that_fails_keeps_the_secret_and_says_why() {
    let mut run = Run::created();
    let problem = ReadProblem::Unexpected { status: 502 };
    run.keys("q d").deleted(DeleteOutcome::Failed(problem.clone()));
    let Some(Guard::Choose { choice, problem: said }) = run.guard() else { panic!("no choice") };
    assert_eq!((*choice, said), (GuardChoice::GoBack, &Some(problem)));
    assert!(run.fates().is_empty());
}

#[test]
fn a_secret_without_an_id_cannot_be_deleted() {
    let mut run = Run::posting();
    run.answer(CreateOutcome::Created(secret(None))).keys("q d");
    assert_eq!(run.count(|effect| matches!(effect, Effect::DeleteSecret { .. })), 0);
    assert!(matches!(run.guard(), Some(Guard::Choose { .. })));
}

#[test]
fn a_second_ctrl_c_leaves_even_while_something_runs() {
    let mut run = Run::created();
    run.keys("q d <ctrl-c>");
    assert_eq!((run.exit(), run.fates()), (Some(Exit::NotDelivered), vec![Disposition::NotDelivered]));
    run.deleted(DeleteOutcome::Gone);
    assert_eq!(run.fates(), [Disposition::NotDelivered]);
}

#[test]
fn ctrl_c_on_the_way_to_another_secret_asks_before_it_gets_out() {
    let mut run = Run::created();
    run.keys("n <ctrl-c>");
    assert!(matches!(run.guard(), Some(Guard::Choose { .. })));
    assert_eq!(run.exit(), None);
    run.keys("<ctrl-c>");
    assert_eq!((run.exit(), run.fates()), (Some(Exit::NotDelivered), vec![Disposition::NotDelivered]));
}

#[test]
fn a_choice_that_cannot_be_taken_is_passed_over() {
    let mut run = Run::posting();
    run.answer(CreateOutcome::Created(secret(None))).keys("q tab");
    assert!(matches!(run.guard(), Some(Guard::Choose { choice: GuardChoice::LeaveAnyway, .. })));
    run.keys("up");
    assert!(matches!(run.guard(), Some(Guard::Choose { choice: GuardChoice::GoBack, .. })));
}
