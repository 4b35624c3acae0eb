//! The job runner: only the newest job of a kind reports.

use std::time::Duration;

use atlas_secret::delivery::{CommandOutput, CopyOutcome};
use atlas_secret::domain::{Delivery, ServerText};
use atlas_secret::tui::{Event, JobRunner, Slot};
use tokio::runtime::Builder;
use tokio::sync::oneshot;

use crate::stage::{FakeAtlas, FakeJournal, Stage, time};
use crate::*;

fn copied(seconds: u64) -> CopyOutcome {
    CopyOutcome::Copied { is_verified: true, clears_in: Some(Duration::from_secs(seconds)) }
}

#[test]
fn two_deliveries_both_finish_and_only_the_newer_one_reports() {
    let runtime = Builder::new_current_thread().enable_time().start_paused(true).build().unwrap();
    let clock = || time(stage::START);
    let mut runner = JobRunner::new(FakeAtlas::default(), FakeJournal::default(), clock);
    let (finish_first, first) = oneshot::channel::<()>();
    let _inside = runtime.enter();
    let saved = |path| Ok(Delivery::Saved { path: ServerText::new(path) });
    let delivered = |result| Event::Delivered(result, CommandOutput::default());
    runner.deliver(
        Slot::Deliver,
        delivered,
        async move {
            first.await.unwrap();
            saved("/first")
        },
        move || saved("/panicked"),
    );
    runner.deliver(Slot::Deliver, delivered, async move { saved("/second") }, move || saved("/panicked"));
    finish_first.send(()).unwrap();
    let (event, later) = runtime.block_on(async { (runner.next().await, settled(&mut runner).await) });
    assert_eq!((format!("{event:?}"), later), (format!("{:?}", delivered(saved("/second"))), None));
}

/// The next event after all jobs have run.
async fn settled(runner: &mut JobRunner<FakeAtlas, FakeJournal>) -> Option<String> {
    for _ in 0..16 {
        tokio::task::yield_now().await;
    }
    runner.try_next().map(|event| format!("{event:?}"))
}

#[test]
fn a_queued_report_is_dropped_once_its_job_is_replaced() {
    let runtime = Builder::new_current_thread().enable_time().start_paused(true).build().unwrap();
    let mut runner = JobRunner::new(FakeAtlas::default(), FakeJournal::default(), || time(stage::START));
    let _inside = runtime.enter();
    runner.deliver(Slot::Copy, Event::CopyFinished, async { copied(1) }, || copied(0));
    runner.deliver(Slot::Presets, Event::PresetsFound, async { Vec::new() }, Vec::new);
    runtime.block_on(async {
        assert_eq!(settled(&mut runner).await, Some(format!("{:?}", Event::CopyFinished(copied(1)))));
        runner.replace(Slot::Presets, Event::PresetsFound, |_| std::future::pending(), Vec::new);
        assert_eq!(settled(&mut runner).await, None);
    });
}

#[test]
fn a_canceled_search_sends_no_more_requests() {
    let mut stage = Stage::posting();
    stage.post_finished(lost()).account(&[]).keys("b").wake_after(2);
    assert!(stage.is_on_form());
    let waiting = stage.atlas.take_waiting();
    let is_search = |call: &stage::Call| matches!(call, stage::Call::Account(..));
    assert_eq!(waiting.iter().filter(|call| is_search(call)).count(), 1, "only the lookup of the form");
}
