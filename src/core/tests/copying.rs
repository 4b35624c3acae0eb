//! Copying: what is claimed, the countdown, and what the clipboard turns out to hold.

use super::*;
use crate::domain::{CopyFailure, Delivery, Format, HeldCopy, TerminalRoute};
use guard::{SENT, after_copy, copied_for, failed};

const UNVERIFIED: CopyOutcome = CopyOutcome::Unverified(HeldCopy { clears_in: None });

fn held(run: &Run) -> &Held {
    match &run.shown().copy {
        CopyState::Held(held) => held,
        other => panic!("nothing is held: {other:?}"),
    }
}

fn looks(run: &Run) -> usize {
    run.count(|effect| matches!(effect, Effect::CheckClipboard { .. }))
}

const fn seconds(count: u64) -> Duration {
    Duration::from_secs(count)
}

#[test]
fn copying_claims_only_what_was_proved() {
    let failure = CopyFailure { reasons: vec![ServerText::new("no display")] };
    let mut run = Run::created();
    assert_eq!(run.shown().copy, CopyState::Never);
    run.keys("c");
    assert!(matches!(run.shown().copy, CopyState::Copying { format: Format::Secret, .. }));
    assert!(held(&after_copy(COPIED)).is_verified);
    assert!(!held(&after_copy(UNVERIFIED)).is_verified);
    let sent = CopyState::Sent { route: TerminalRoute::Osc52, format: Format::Secret };
    assert_eq!(after_copy(SENT).shown().copy, sent);
    assert_eq!(after_copy(failed()).shown().copy, CopyState::Failed(failure));
}

#[test]
fn the_clipboard_is_looked_at_once_a_second_with_the_countdown() {
    let mut run = after_copy(COPIED);
    assert_eq!(wake_at(&run.model), Some(seconds(1)));
    for second in 1..=3 {
        run.wake_after(1);
        assert_eq!(looks(&run), second);
        run.clipboard(ClipboardContent::Ours { clears_in: Some(seconds(60 - second as u64)) });
    }
    run.wake_after(1).wake_after(1);
    assert_eq!(looks(&run), 4, "one look at a time");
}

#[test]
fn a_copy_that_stays_is_looked_at_every_ten_seconds() {
    let mut run = after_copy(CopyOutcome::Copied(HeldCopy { clears_in: None }));
    assert_eq!(wake_at(&run.model), Some(seconds(10)));
    run.wake_after(9);
    assert_eq!(looks(&run), 0);
    run.wake_after(1);
    assert_eq!(looks(&run), 1);
}

#[test]
fn a_revealed_value_keeps_everything_else_still() {
    let mut run = after_copy(COPIED);
    run.keys("r").wake_after(10);
    assert_eq!(looks(&run), 0);
    assert_eq!(wake_at(&run.model), Some(seconds(20)));
}

#[test]
fn what_became_of_the_copy_is_noticed() {
    let rows =
        [(ClipboardContent::Overwritten, Gone::Overwritten), (ClipboardContent::Cleared, Gone::Cleared)];
    for (content, gone) in rows {
        let mut run = after_copy(COPIED);
        run.wake_after(1).clipboard(content);
        assert_eq!(run.shown().copy, CopyState::Gone(gone));
        run.keys("q");
        assert!(matches!(run.guard(), Some(Guard::Choose { .. })), "nothing is handed over any more");
    }
    let mut run = after_copy(COPIED);
    run.wake_after(1).clipboard(ClipboardContent::Unreadable);
    assert!(!held(&run).can_be_read);
    let mut run = after_copy(UNVERIFIED);
    run.wake_after(10).clipboard(ClipboardContent::Ours { clears_in: None });
    assert!(held(&run).is_verified, "read back after all");
}

#[test]
fn a_copy_that_goes_while_the_guard_stands_changes_its_question() {
    let mut run = after_copy(COPIED);
    run.keys("q").clipboard(OURS);
    assert!(matches!(run.guard(), Some(Guard::Confirm { checked: true })));
    run.wake_after(1).clipboard(ClipboardContent::Overwritten);
    assert!(matches!(run.guard(), Some(Guard::Choose { choice: GuardChoice::GoBack, .. })));
}

#[test]
fn plus_asks_for_sixty_seconds_more() {
    let mut run = after_copy(COPIED);
    run.keys("+");
    assert!(matches!(run.effects.last(), Some(Effect::ExtendClipboard { by, .. }) if *by == EXTENDED_BY));
    run.clipboard(ClipboardContent::Ours { clears_in: Some(seconds(120)) });
    assert_eq!(held(&run).until, Some(run.model.now.plus(Duration::from_secs(120))));
    let mut run = Run::created();
    run.keys("+");
    assert!(run.shown().word.is_some(), "there is nothing to extend");
}

#[test]
fn a_copy_without_the_secret_hands_nothing_over() {
    let mut run = Run::created();
    run.keys("f down enter");
    assert!(matches!(run.effects.last(), Some(Effect::CopyToClipboard { format: Format::ClientId, .. })));
    run.copied(COPIED).keys("q");
    assert!(matches!(run.guard(), Some(Guard::Choose { .. })));
}

#[test]
fn the_farewell_says_what_is_true_then() {
    let mut run = after_copy(COPIED);
    run.later(Duration::from_secs(19)).keys("q");
    run.clipboard(ClipboardContent::Ours { clears_in: Some(seconds(41)) }).keys("y");
    assert_eq!(run.fates(), [copied_for(41)]);
    let mut run = after_copy(UNVERIFIED);
    run.keys("q").clipboard(ClipboardContent::Unreadable).keys("y");
    assert_eq!(run.fates(), [Disposition::Delivered(vec![Delivery::Unverified])]);
}

#[test]
fn a_deleted_secret_leaves_the_clipboard_too() {
    let mut run = after_copy(COPIED);
    run.wake_after(1).clipboard(ClipboardContent::Unreadable);
    // Only who has nothing is offered to delete; so the copy goes first, and comes back.
    run.keys("q").clipboard(ClipboardContent::Overwritten).keys("esc c").copied(COPIED);
    run.keys("q").clipboard(ClipboardContent::Overwritten).keys("d").deleted(DeleteOutcome::Gone);
    assert_eq!(run.count(|effect| matches!(effect, Effect::ClearClipboard)), 0, "somebody else's copy stays");
}
