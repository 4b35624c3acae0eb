//! The record on disk: written before the POST, and removed once nothing can be lost any more.

use atlas_secret::jobs::Step;
use atlas_secret::tui::{Command, Event, Signal};

use crate::stage::Stage;
use crate::*;

/// How often the record was settled, by the job or by the interface.
fn settled(stage: &Stage) -> usize {
    let by_job = stage.journal.disk().calls.iter().filter(|call| **call == "remove").count();
    by_job + stage.count(|command| matches!(command, Command::RemoveRecord))
}

/// The record is being written to a disk that hangs.
fn recording() -> Stage {
    let mut stage = Stage::fetching();
    stage.journal.disk().hangs = true;
    stage.account(&[]);
    assert!(matches!(progress(&stage).step, Step::Recording));
    stage
}

fn release(stage: &mut Stage) {
    stage.journal.release();
    stage.settle();
}

#[test]
fn the_record_is_written_before_the_post_and_settled_after_the_delivery() {
    let mut stage = recording();
    assert_eq!(stage.posts(), 0, "no POST before the record is written");
    stage.journal.disk().fails = Some("It could not be recorded.".to_owned());
    release(&mut stage);
    assert_eq!(stage.posts(), 1, "a full disk does not prevent creating");
    assert!(stage.app.shared.not_recorded.is_some());
    stage.post_finished(Ok(secret()));
    assert_eq!(stage.count(|command| matches!(command, Command::RecordSecret(..))), 1);
    assert_eq!(settled(&stage), 0);
    stage.keys("s x enter").saved(Ok("/x"));
    assert_eq!(settled(&stage), 1);
}

#[test]
fn a_record_remains_only_if_a_secret_may_be_lost() {
    type Row = (&'static str, fn(&mut Stage) -> &mut Stage, usize);
    let rows: [Row; 5] = [
        ("refused", |stage| stage.post_finished(refused(400, "NO")), 1),
        ("not sent", |stage| stage.post_finished(not_sent()), 1),
        ("lost", |stage| stage.post_finished(lost()), 0),
        ("left", |stage| stage.post_finished(Ok(secret())).keys("q y"), 0),
        (
            "killed",
            |stage| stage.post_finished(Ok(secret())).event(Event::SignalReceived(Signal::TERMINATE)),
            0,
        ),
    ];
    for (name, happens, expected) in rows {
        let mut stage = Stage::posting();
        happens(&mut stage);
        assert_eq!(settled(&stage), expected, "{name}");
    }
}

#[test]
fn stopping_before_the_post_removes_the_record() {
    let mut stage = recording().after("esc");
    release(&mut stage);
    assert_eq!((settled(&stage), stage.posts(), stage.is_on_form()), (1, 0, true));
}
