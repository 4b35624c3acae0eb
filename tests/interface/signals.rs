//! Signals: what they interrupt, what they wait for, and how the program exits.

use atlas_secret::delivery::{CopyOutcome, TerminalRoute};
use atlas_secret::domain::{ApiError, Cause, Disposition, Exit};
use atlas_secret::tui::{Command, Event, Signal};

use crate::stage::Stage;
use crate::*;

const TERMINATE: Event = Event::SignalReceived(Signal::TERMINATE);

#[test]
fn a_signal_ends_every_screen_with_the_right_exit_code() {
    type Case = (&'static str, fn() -> Stage, &'static str, bool);
    let cases: [Case; 10] = [
        ("form", Stage::filled, "", false),
        ("help", Stage::filled, "?", false),
        ("signing in", Stage::filled, "enter", false),
        ("fetching", Stage::fetching, "", false),
        ("created", Stage::created, "", true),
        ("copied", || after_copy(COPIED), "", false),
        ("sent to tmux", || after_copy(CopyOutcome::Sent(TerminalRoute::Tmux)), "", true),
        ("sent by OSC 52", || after_copy(SENT), "", true),
        (
            "not given back",
            || after_copy(CopyOutcome::Copied { is_verified: false, clears_in: None }),
            "",
            true,
        ),
        ("leaving", Stage::created, "q", true),
    ];
    for (signal, code) in [(Signal::HANG_UP, 129), (Signal::INTERRUPT, 130), (Signal::TERMINATE, 143)] {
        for (name, make, keys, is_loss) in cases {
            let mut stage = make();
            if !keys.is_empty() {
                stage.keys(keys);
            }
            stage.event(Event::SignalReceived(signal));
            let expected = if is_loss { 3 } else { code };
            assert_eq!(stage.exit().map(Exit::code), Some(expected), "{name} {signal:?}");
            let is_settled = stage.count(|command| matches!(command, Command::RemoveRecord)) > 0;
            assert_eq!(is_settled, name == "copied", "{name}: only a verified delivery settles the record");
        }
    }
    let mut too_small = Stage::filled();
    too_small.size(9, 3).event(TERMINATE);
    let mut asking = Stage::fetching();
    asking.account_read(Err(ApiError::sent(Cause::Unexpected { status: 502 }))).event(TERMINATE);
    assert_eq!([too_small.exit(), asking.exit()], [Some(Exit::Signal(15)); 2]);
}

#[test]
fn after_a_signal_a_running_post_gets_three_seconds_and_is_reported_once() {
    for mut stage in [Stage::posting(), Stage::stopped_waiting()] {
        stage.event(TERMINATE).wake_after(2);
        assert_eq!(stage.exit(), None);
        stage.wake_after(1);
        stage.left(Exit::NotDelivered, &[Disposition::PerhapsCreated]);
    }
}

#[test]
fn a_second_signal_quits_at_once() {
    let mut stage = Stage::posting();
    stage.event(TERMINATE).event(Event::SignalReceived(Signal::HANG_UP));
    stage.left(Exit::NotDelivered, &[Disposition::PerhapsCreated]);
}

#[test]
fn a_secret_that_arrives_after_a_signal_is_reported_by_its_id() {
    let mut stage = Stage::posting();
    stage.event(Event::SignalReceived(Signal::INTERRUPT)).post_finished(Ok(secret()));
    let [summary] = &stage.app.shared.summaries[..] else { panic!("{:?}", stage.app.shared.summaries) };
    assert_eq!((&summary.secret_id, &summary.disposition), (&Some(own_id()), &Disposition::NotDelivered));
    assert_eq!(stage.exit(), Some(Exit::NotDelivered));
}

#[test]
fn a_rejection_after_a_signal_exits_with_the_code_of_the_signal() {
    for status in [401, 429] {
        let mut stage = Stage::posting();
        stage.event(TERMINATE).post_finished(refused(status, "NO"));
        let quits = stage.count(|command| matches!(command, Command::Quit(_)));
        assert_eq!((stage.exit(), quits), (Some(Exit::Signal(15)), 1), "{status}");
    }
}

#[test]
fn a_response_lost_after_a_signal_is_reported_once() {
    let mut stage = Stage::posting();
    stage.event(TERMINATE).post_finished(Err(ApiError::sent(Cause::Unexpected { status: 502 })));
    stage.left(Exit::NotDelivered, &[Disposition::PerhapsCreated]);
}
