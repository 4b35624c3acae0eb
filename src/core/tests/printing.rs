//! Standard output as the sink of the secret.

use super::*;
use crate::domain::{Delivery, Format};
use guard::after_copy;

fn with_sink(mut run: Run) -> Run {
    run.model.output = Output::Sink(Format::Json);
    run
}

#[test]
fn leaving_writes_the_secret_and_asks_nothing() {
    for keys in ["q", "esc", "<ctrl-c>"] {
        let mut run = with_sink(Run::created());
        run.keys(keys);
        assert!(
            matches!(run.effects.last(), Some(Effect::PrintSecret { format: Format::Json, .. })),
            "{keys}"
        );
        run.printed(Ok(()));
        assert_eq!(
            (run.exit(), run.fates()),
            (Some(Exit::Done), vec![Disposition::Delivered(vec![Delivery::Printed])])
        );
    }
}

#[test]
fn a_write_that_fails_brings_the_secret_back() {
    let mut run = with_sink(Run::created());
    run.keys("q").printed(Err(PrintFailure::Closed));
    assert_eq!(run.exit(), None);
    assert_eq!(run.shown().not_printed.as_deref(), Some("Nobody reads standard output any more."));
    run.keys("q");
    assert!(matches!(run.guard(), Some(Guard::Choose { .. })), "now it is guarded like any other");
    run.keys("esc c").copied(COPIED).keys("q").clipboard(OURS).keys("y");
    assert_eq!(run.exit(), Some(Exit::NotDelivered), "whoever reads standard output has not got it");
}

#[test]
fn leaving_without_a_secret_is_an_exit_of_1() {
    let mut run = with_sink(Run::filled());
    run.keys("<ctrl-c>");
    assert_eq!(run.exit(), Some(Exit::NothingCreated));
    let mut run = Run::filled();
    run.keys("<ctrl-c>");
    assert_eq!(run.exit(), Some(Exit::Done));
}

#[test]
fn one_secret_a_run() {
    let mut run = with_sink(after_copy(COPIED));
    run.keys("n");
    assert!(run.guard().is_none() && run.shown().word.is_some());
}

#[test]
fn a_signal_prints_nothing() {
    let mut run = with_sink(Run::created());
    run.event(Event::SignalReceived(Signal::Terminate));
    assert_eq!((run.exit(), run.fates()), (Some(Exit::NotDelivered), vec![Disposition::NotDelivered]));
    assert_eq!(run.count(|effect| matches!(effect, Effect::PrintSecret { .. })), 0);
}

#[test]
fn while_it_is_being_written_nothing_else_is_claimed() {
    let mut run = with_sink(Run::created());
    run.keys("q <ctrl-c>");
    assert_eq!(run.exit(), None, "a second Ctrl-C waits for the write");
    run.event(Event::SignalReceived(Signal::Interrupt));
    assert_eq!(run.exit(), None, "so does a first signal");
    let mut written = run;
    written.printed(Ok(()));
    assert_eq!(
        (written.exit(), written.fates()),
        (Some(Exit::Done), vec![Disposition::Delivered(vec![Delivery::Printed])])
    );
    let mut stuck = with_sink(Run::created());
    stuck.keys("q").event(Event::SignalReceived(Signal::Terminate)).wake_after(3);
    assert_eq!(
        (stuck.exit(), stuck.fates()),
        (Some(Exit::NotDelivered), vec![Disposition::PerhapsDelivered])
    );
}
