//! Copying: what the screen claims, the countdown, and later changes of the clipboard.

use std::time::Duration;

use atlas_secret::delivery::{ClipboardContent, CopyOutcome, LostCopy, TerminalRoute};
use atlas_secret::domain::{Delivery, Disposition, Exit, Format, ServerText};
use atlas_secret::tui::screens::{ClipboardCopy, CopyState};
use atlas_secret::tui::{Command, Event, Signal};

use crate::stage::{Stage, VALUE};
use crate::*;

const UNVERIFIED: CopyOutcome = CopyOutcome::Copied { is_verified: false, clears_in: None };
/// A copy without a time limit.
const STAYING: CopyOutcome = CopyOutcome::Copied { is_verified: true, clears_in: None };

/// The summary of a copy that will be cleared after this many seconds.
pub fn copied_for(seconds: u64) -> Disposition {
    Disposition::Delivered(vec![Delivery::Copied { clears_in: Some(Duration::from_secs(seconds)) }])
}

fn held(stage: &Stage) -> &ClipboardCopy {
    match &stage.created_screen().copy {
        CopyState::Held(copy) => copy,
        other => panic!("no copy: {other:?}"),
    }
}

fn checks(stage: &Stage) -> usize {
    stage.count(|command| matches!(command, Command::CheckClipboard))
}

fn clears(stage: &Stage) -> usize {
    stage.count(|command| matches!(command, Command::ClearClipboard))
}

fn settled(stage: &Stage) -> usize {
    stage.count(|command| matches!(command, Command::RemoveRecord))
}

const fn seconds(count: u64) -> Duration {
    Duration::from_secs(count)
}

#[test]
fn copying_claims_only_what_was_proved() {
    let mut stage = Stage::created();
    assert_eq!(stage.created_screen().copy, CopyState::Never);
    stage.copied(COPIED);
    assert_eq!(stage.created_screen().copy, CopyState::Never, "no copy was running");
    stage.keys("c c c");
    assert_eq!(stage.created_screen().copy, CopyState::Copying(Format::Secret));
    assert_eq!(stage.count(|command| matches!(command, Command::Copy(..))), 1, "one at a time");
    assert!(held(&after_copy(COPIED)).is_verified);
    assert!(!held(&after_copy(UNVERIFIED)).is_verified);
    assert_eq!(after_copy(SENT).created_screen().copy, CopyState::Sent(TerminalRoute::Osc52, Format::Secret));
    let reasons = vec![ServerText::new("no display")];
    let failed = after_copy(CopyOutcome::Failed { reasons: reasons.clone() });
    assert_eq!(failed.created_screen().copy, CopyState::Failed(reasons));
}

#[test]
fn the_clipboard_is_checked_once_a_second_during_the_countdown() {
    let mut stage = after_copy(COPIED);
    assert_eq!(stage.wake_in(), Some(seconds(1)));
    for second in 1..=3 {
        stage.wake_after(1);
        assert_eq!(checks(&stage), second);
        stage.clipboard(ClipboardContent::Ours { clears_in: Some(seconds(60 - second as u64)) });
    }
    stage.wake_after(1).wake_after(1);
    assert_eq!(checks(&stage), 4, "one at a time");
}

#[test]
fn a_copy_without_a_limit_is_checked_every_ten_seconds() {
    let mut stage = after_copy(STAYING);
    assert_eq!(stage.wake_in(), Some(seconds(10)));
    stage.wake_after(9);
    assert_eq!(checks(&stage), 0);
    stage.wake_after(1);
    assert_eq!(checks(&stage), 1);
}

#[test]
fn the_revealed_value_and_the_copy_both_count_down() {
    let mut stage = after_copy(COPIED).after("r");
    stage.shows("Hides in 30 s. r hides it now.");
    stage.wake_after(10);
    assert_eq!((checks(&stage), stage.wake_in()), (1, Some(seconds(1))));
    stage.shows("Hides in 20 s. r hides it now.");
    stage.shows("clears in 50 s");
}

#[test]
fn a_verified_copy_stays_delivered_when_the_clipboard_changes() {
    let rows = [
        (ClipboardContent::Overwritten, "The clipboard holds something else now."),
        (ClipboardContent::Cleared, "The clipboard was cleared."),
        (ClipboardContent::PutBack, "another program has put the secret back"),
    ];
    for (content, words) in rows {
        let lose = || {
            let mut stage = after_copy(COPIED);
            assert_eq!(settled(&stage), 1, "the record is settled at once");
            stage.wake_after(1).clipboard(content);
            assert_eq!(stage.created_screen().copy, CopyState::Lost(content));
            stage
        };
        let mut stage = lose().after("q");
        stage.shows(words);
        stage.shows("Already pasted?");
        stage.keys("y");
        let before = Disposition::Delivered(vec![Delivery::CopiedBefore]);
        stage.left(Exit::Done, &[before]);
        let stage = lose().after("q c");
        assert_eq!(stage.created_screen().copy, CopyState::Copying(Format::Secret), "{content:?}");
        // On leaving, the same question appears.
        let mut stage = after_copy(COPIED);
        stage.keys("q").clipboard(content).shows("Already pasted?");
        // A signal ends the program without a question.
        let mut stage = lose();
        stage.event(Event::SignalReceived(Signal::TERMINATE));
        assert_eq!(stage.exit(), Some(Exit::Signal(15)), "{content:?}");
    }
}

#[test]
fn a_copy_whose_process_or_display_is_gone_is_not_delivered() {
    for lost in [LostCopy::ProcessEnded, LostCopy::DisplayGone, LostCopy::DeadlinePassed] {
        let content = ClipboardContent::Lost(lost);
        let mut stage = after_copy(COPIED);
        stage.wake_after(1).clipboard(content);
        assert_eq!(stage.created_screen().copy, CopyState::Lost(content));
        stage.keys("q");
        assert!(asks_to_choose(&stage), "{lost:?}");
        stage.keys("y");
        stage.left(Exit::NotDelivered, &[Disposition::NotDelivered]);
        let mut stage = after_copy(COPIED);
        stage.keys("q").clipboard(content);
        assert!(asks_to_choose(&stage), "noticed on leaving: {lost:?}");
    }
}

#[test]
fn leaving_asks_about_a_copy_that_cannot_be_read_back() {
    let mut stage = after_copy(COPIED);
    stage.wake_after(1).clipboard(ClipboardContent::Unreadable);
    stage.shows("! Copied to the clipboard, which cannot be read right now");
    stage.hides("clears in");
    stage
        .keys("q")
        .clipboard(ClipboardContent::Unreadable)
        .shows("which cannot be read right now: paste to check. Already pasted?");
    stage.keys("n");
    assert!(leaving(&stage).is_none());
    let mut stage = after_copy(UNVERIFIED);
    assert_eq!(settled(&stage), 0, "the copy is not proved");
    stage.wake_after(10).clipboard(ClipboardContent::Ours { clears_in: None });
    assert!(held(&stage).is_verified, "read back later");
    assert_eq!(settled(&stage), 1);
}

#[test]
fn another_secret_does_not_ask_while_the_copy_is_on_the_clipboard() {
    assert!(after_copy(COPIED).then(|stage| stage.keys("n").clipboard(OURS)).is_on_form());
}

#[test]
fn a_copy_that_finishes_closes_the_leave_question() {
    for outcome in [COPIED, UNVERIFIED, SENT] {
        let mut stage = Stage::created().after("c q");
        assert!(asks_to_choose(&stage));
        stage.copied(outcome);
        assert!(leaving(&stage).is_none());
    }
}

#[test]
fn plus_extends_a_timed_copy_by_sixty_seconds() {
    let mut stage = after_copy(COPIED).after("+");
    assert!(matches!(stage.commands.last(), Some(Command::ExtendClipboard(by)) if *by == seconds(60)));
    stage.clipboard(ClipboardContent::Ours { clears_in: Some(seconds(120)) });
    assert_eq!(held(&stage).until, Some(stage.now().plus(seconds(120))));
    for mut stage in [Stage::created(), after_copy(STAYING)] {
        stage.keys("+");
        assert_eq!(stage.count(|command| matches!(command, Command::ExtendClipboard(_))), 0);
        stage.shows("! No copy is waiting to be cleared.");
    }
}

#[test]
fn copying_the_client_id_does_not_deliver_the_secret() {
    for outcome in [COPIED, UNVERIFIED, SENT] {
        let mut stage = Stage::created().after("f down enter");
        assert!(matches!(stage.commands.last(), Some(Command::Copy(Format::ClientId, _))));
        stage.copied(outcome).keys("q");
        assert!(asks_to_choose(&stage));
    }
}

/// An unconfirmed copy of the secret may have been pasted before the client ID replaced it.
#[test]
fn leaving_mentions_that_the_client_id_replaced_the_copied_secret() {
    let rows = [
        (COPIED, Delivery::CopiedBefore),
        (UNVERIFIED, Delivery::Unverified),
        (SENT, Delivery::SentToTerminal),
    ];
    for (outcome, delivery) in rows {
        let copied_both = || {
            let mut stage = after_copy(outcome.clone());
            stage.keys("f down enter").copied(outcome.clone()).keys("q");
            stage.shows("You copied it before. The clipboard may no longer hold it.");
            stage.shows("Already pasted? y quit n back c copy");
            stage
        };
        let stage = copied_both().after("y");
        assert_eq!(stage.dispositions(), [Disposition::Delivered(vec![delivery.clone()])]);
        let stage = copied_both().after("<ctrl-c>");
        let exit = if delivery.is_proved() { Exit::Done } else { Exit::NotDelivered };
        assert_eq!(stage.exit(), Some(exit), "{delivery:?}");
    }
}

#[test]
fn the_summary_describes_the_copy_at_the_time_of_leaving() {
    let mut stage = after_copy(COPIED);
    stage.advance(seconds(19)).keys("q").clipboard(ClipboardContent::Ours { clears_in: Some(seconds(41)) });
    assert_eq!(
        (stage.dispositions(), clears(&stage)),
        (vec![copied_for(41)], 0),
        "a valid secret stays on the clipboard"
    );
    assert!(stage.exit().is_some());
    let mut stage = after_copy(UNVERIFIED);
    stage.keys("q").clipboard(ClipboardContent::Unreadable).keys("y");
    assert_eq!(stage.dispositions(), [Disposition::Delivered(vec![Delivery::Unverified])]);
}

#[test]
fn a_copy_that_was_overwritten_and_is_pasted_back_counts_as_delivered() {
    let mut stage = after_copy(COPIED);
    stage.keys("q").clipboard(ClipboardContent::Overwritten).keys("n");
    stage.paste(VALUE).shows("What you pasted is this secret.");
    stage.keys("q");
    assert_eq!(stage.exit(), Some(Exit::Done), "there is nothing to ask");
}

#[test]
fn deleting_the_secret_does_not_clear_a_lost_clipboard() {
    let mut stage = after_copy(COPIED);
    // Deleting is offered only after the copy is lost.
    let lost = ClipboardContent::Lost(LostCopy::DisplayGone);
    stage.keys("q").clipboard(lost).keys("d y").deleted(Ok(()));
    assert_eq!((stage.dispositions(), clears(&stage)), (vec![Disposition::Deleted], 0));
}
