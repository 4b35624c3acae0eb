//! The job runner: a report counts only while its job is the newest of its kind.

use std::time::Duration;

use atlas_secret::domain::{CopyOutcome, HeldCopy};
use atlas_secret::tui::{Event, JobRunner, Slot};
use tokio::runtime::Builder;
use tokio::sync::oneshot;

use crate::stage::{FakeAtlas, FakeJournal, Stage, time};
use crate::*;

fn copied(seconds: u64) -> CopyOutcome {
    CopyOutcome::Copied(HeldCopy { clears_in: Some(Duration::from_secs(seconds)) })
}

#[test]
fn of_two_deliveries_both_run_to_their_end_and_only_the_newer_reports() {
    let runtime = Builder::new_current_thread().enable_time().start_paused(true).build().unwrap();
    let clock = || time(stage::START);
    let (mut runner, mut reports) = JobRunner::new(FakeAtlas::default(), FakeJournal::default(), clock);
    let (finish_first, first) = oneshot::channel::<()>();
    let _inside = runtime.enter();
    let failed = || copied(0);
    runner.deliver(
        Slot::Copy,
        Event::CopyFinished,
        async move {
            first.await.unwrap();
            copied(1)
        },
        failed,
    );
    runner.deliver(Slot::Copy, Event::CopyFinished, async { copied(2) }, failed);
    finish_first.send(()).unwrap();
    let events = runtime.block_on(async {
        let both = [reports.recv().await.unwrap(), reports.recv().await.unwrap()];
        both.map(|report| runner.accept(report))
    });
    let [None, Some(event)] = &events else { panic!("{events:?}") };
    assert_eq!(format!("{event:?}"), format!("{:?}", Event::CopyFinished(copied(2))));
}

#[test]
fn a_search_that_was_replaced_asks_and_reports_nothing_more() {
    let mut stage = Stage::posting();
    stage.answered(lost());
    stage.account(&[]).keys("b");
    stage.wake_after(2);
    assert!(stage.is_on_form());
    let waiting = stage.atlas.take_waiting();
    let is_search = |call: &stage::Call| matches!(call, stage::Call::Account(..));
    assert_eq!(waiting.iter().filter(|call| is_search(call)).count(), 1, "the form's own look-up");
}
