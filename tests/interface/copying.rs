//! Copying: what is claimed, the countdown, and what the clipboard turns out to hold.

use std::time::Duration;

use atlas_secret::domain::{
    ClipboardContent, CopyFailure, CopyOutcome, DeleteOutcome, Delivery, Disposition, Format, HeldCopy,
    ServerText, TerminalRoute,
};
use atlas_secret::tui::Command;
use atlas_secret::tui::screens::{ClipboardCopy, ClipboardLost, CopyState, LeaveConfirmation};

use crate::stage::Stage;
use crate::*;

const UNVERIFIED: CopyOutcome = CopyOutcome::Unverified(HeldCopy { clears_in: None });
/// A copy that stays.
const STAYING: CopyOutcome = CopyOutcome::Copied(HeldCopy { clears_in: None });

/// The summary of a copy that stays so many seconds more.
pub fn copied_for(seconds: u64) -> Disposition {
    Disposition::Delivered(vec![Delivery::Copied { clears_in: Some(Duration::from_secs(seconds)) }])
}

fn held(stage: &Stage) -> &ClipboardCopy {
    match &stage.shown().copy {
        CopyState::Held(copy) => copy,
        other => panic!("nothing is held: {other:?}"),
    }
}

fn checks(stage: &Stage) -> usize {
    stage.count(|command| matches!(command, Command::CheckClipboard))
}

fn clears(stage: &Stage) -> usize {
    stage.count(|command| matches!(command, Command::ClearClipboard))
}

const fn seconds(count: u64) -> Duration {
    Duration::from_secs(count)
}

#[test]
fn copying_claims_only_what_was_proved() {
    let mut stage = Stage::created();
    assert_eq!(stage.shown().copy, CopyState::Never);
    stage.copied(COPIED);
    assert_eq!(stage.shown().copy, CopyState::Never, "no copy was under way");
    stage.keys("c c c");
    assert_eq!(stage.shown().copy, CopyState::Copying(Format::Secret));
    assert_eq!(stage.count(|command| matches!(command, Command::Copy(..))), 1, "one at a time");
    assert!(held(&after_copy(COPIED)).is_verified);
    assert!(!held(&after_copy(UNVERIFIED)).is_verified);
    assert_eq!(after_copy(SENT).shown().copy, CopyState::Sent(TerminalRoute::Osc52, Format::Secret));
    let failure = CopyFailure { reasons: vec![ServerText::new("no display")] };
    let failed = after_copy(CopyOutcome::Failed(failure.clone()));
    assert_eq!(failed.shown().copy, CopyState::Failed(failure));
}

#[test]
fn the_clipboard_is_read_once_a_second_with_the_countdown() {
    let mut stage = after_copy(COPIED);
    assert_eq!(stage.app.wake_in(), Some(seconds(1)));
    for second in 1..=3 {
        stage.wake_after(1);
        assert_eq!(checks(&stage), second);
        stage.clipboard(ClipboardContent::Ours { clears_in: Some(seconds(60 - second as u64)) });
    }
    stage.wake_after(1).wake_after(1);
    assert_eq!(checks(&stage), 4, "one at a time");
}

#[test]
fn a_copy_that_stays_is_read_every_ten_seconds() {
    let mut stage = after_copy(STAYING);
    assert_eq!(stage.app.wake_in(), Some(seconds(10)));
    stage.wake_after(9);
    assert_eq!(checks(&stage), 0);
    stage.wake_after(1);
    assert_eq!(checks(&stage), 1);
}

#[test]
fn a_revealed_value_keeps_everything_else_still() {
    let mut stage = after_copy(COPIED);
    stage.keys("r").wake_after(10);
    assert_eq!((checks(&stage), stage.app.wake_in()), (0, Some(seconds(20))));
}

#[test]
fn what_became_of_the_copy_is_noticed() {
    let rows = [
        (ClipboardContent::Overwritten, ClipboardLost::Overwritten),
        (ClipboardContent::Cleared, ClipboardLost::Cleared),
    ];
    for (content, lost) in rows {
        let mut stage = after_copy(COPIED);
        stage.wake_after(1).clipboard(content);
        assert_eq!(stage.shown().copy, CopyState::Lost(lost));
        stage.keys("q");
        assert!(asks_to_choose(&stage), "nothing is delivered any more");
    }
    let mut stage = after_copy(COPIED);
    stage.wake_after(1).clipboard(ClipboardContent::Unreadable);
    assert_drawn(&stage, "The clipboard cannot be read just now");
    let mut stage = after_copy(UNVERIFIED);
    stage.wake_after(10).clipboard(ClipboardContent::Ours { clears_in: None });
    assert!(held(&stage).is_verified, "read back after all");
}

#[test]
fn a_copy_that_is_lost_while_leaving_is_asked_about_changes_the_question() {
    let mut stage = after_copy(COPIED);
    stage.keys("q").clipboard(OURS);
    assert!(matches!(leaving(&stage), Some(LeaveConfirmation::Confirm { is_checked: true })));
    stage.wake_after(1).clipboard(ClipboardContent::Overwritten);
    assert!(asks_to_choose(&stage));
    stage.keys("enter");
    assert!(leaving(&stage).is_none(), "the harmless choice comes first");
}

#[test]
fn plus_asks_for_sixty_seconds_more_where_time_runs_out() {
    let mut stage = after_copy(COPIED);
    stage.keys("+");
    assert!(matches!(stage.commands.last(), Some(Command::ExtendClipboard(by)) if *by == seconds(60)));
    stage.clipboard(ClipboardContent::Ours { clears_in: Some(seconds(120)) });
    assert_eq!(held(&stage).until, Some(stage.now().plus(seconds(120))));
    for mut stage in [Stage::created(), after_copy(STAYING)] {
        stage.keys("+");
        assert_eq!(stage.count(|command| matches!(command, Command::ExtendClipboard(_))), 0);
        assert!(stage.shown().word.is_some());
    }
}

#[test]
fn a_copied_client_id_delivers_nothing() {
    for outcome in [COPIED, UNVERIFIED, SENT] {
        let mut stage = Stage::created();
        stage.keys("f down enter");
        assert!(matches!(stage.commands.last(), Some(Command::Copy(Format::ClientId, _))));
        stage.copied(outcome).keys("q");
        assert!(asks_to_choose(&stage));
    }
}

#[test]
fn the_summary_says_what_is_true_on_leaving() {
    let mut stage = after_copy(COPIED);
    stage.later(seconds(19)).keys("q");
    stage.clipboard(ClipboardContent::Ours { clears_in: Some(seconds(41)) }).keys("y");
    assert_eq!(
        (stage.fates(), clears(&stage)),
        (vec![copied_for(41)], 0),
        "a living secret stays on the clipboard"
    );
    assert!(stage.exit().is_some());
    let mut stage = after_copy(UNVERIFIED);
    stage.keys("q").clipboard(ClipboardContent::Unreadable).keys("y");
    assert_eq!(stage.fates(), [Disposition::Delivered(vec![Delivery::Unverified])]);
}

#[test]
fn what_someone_else_copied_stays_when_the_secret_is_deleted() {
    let mut stage = after_copy(COPIED);
    // Deleting is offered only once the copy is gone.
    stage.keys("q").clipboard(ClipboardContent::Overwritten).keys("d").deleted(DeleteOutcome::Gone);
    assert_eq!((stage.fates(), clears(&stage)), (vec![Disposition::Deleted], 0));
}
