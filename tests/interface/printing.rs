//! Standard output as the destination of the secret.

use atlas_secret::domain::{Delivery, Disposition, Exit, Format};
use atlas_secret::tui::{Command, Event, Signal};

use crate::stage::Stage;
use crate::*;

fn prints(stage: &Stage) -> usize {
    stage.count(|command| matches!(command, Command::Print(Format::Json, _)))
}

#[track_caller]
fn assert_printed(stage: &Stage) {
    stage.left(Exit::Done, &[Disposition::Delivered(vec![Delivery::Printed])]);
}

#[test]
fn quitting_writes_the_secret_without_asking() {
    let mut stage = Stage::created().with_output(Format::Json);
    stage.keys("esc");
    assert_eq!((prints(&stage), stage.exit()), (0, None), "Esc closes things, and writes nothing");
    stage.keys("q");
    assert_eq!((prints(&stage), stage.exit()), (1, None));
    stage.printed(Ok(()));
    assert_printed(&stage);
}

#[test]
fn a_failed_write_returns_to_the_screen_of_the_secret() {
    let mut stage = Stage::created().with_output(Format::Json);
    stage.keys("q").printed(Err("No program reads standard output anymore.".to_owned()));
    assert_eq!(stage.exit(), None);
    assert_eq!(
        stage.created_screen().not_printed.as_deref(),
        Some("No program reads standard output anymore.")
    );
    stage.keys("q");
    assert!(asks_to_choose(&stage), "leaving asks as usual");
    stage.keys("esc c").copied(COPIED).keys("q").clipboard(OURS);
    assert_eq!(stage.exit(), Some(Exit::NotDelivered), "standard output did not get the secret");
}

#[test]
fn quitting_without_a_secret_exits_with_1_if_output_is_redirected() {
    for (mut stage, exit) in
        [(Stage::filled().with_output(Format::Json), Exit::NothingCreated), (Stage::filled(), Exit::Done)]
    {
        stage.keys("<ctrl-c>");
        assert_eq!(stage.exit(), Some(exit));
    }
}

#[test]
fn standard_output_gets_only_one_secret() {
    let stage = after_copy(COPIED).with_output(Format::Json).after("n");
    assert!(leaving(&stage).is_none());
    stage.shows("Standard output can receive only one secret. q writes it and quits.");
}

#[test]
fn the_screen_says_how_to_quit_while_standard_output_waits() {
    let mut stage = Stage::created().with_output(Format::Json);
    stage.keys("?").shows("quit without writing; asks if not delivered");
    Stage::created().after("?").hides("without writing");
}

#[test]
fn a_signal_prints_nothing() {
    let mut stage = Stage::created().with_output(Format::Json);
    stage.event(Event::SignalReceived(Signal::TERMINATE));
    stage.left(Exit::NotDelivered, &[Disposition::NotDelivered]);
    assert_eq!(prints(&stage), 0);
}

#[test]
fn quitting_waits_for_the_write() {
    let mut stage = Stage::created().with_output(Format::Json).after("q <ctrl-c>");
    assert_eq!(stage.exit(), None, "a second Ctrl-C waits for the write");
    stage.event(Event::SignalReceived(Signal::INTERRUPT));
    assert_eq!(stage.exit(), None, "a first signal waits, too");
    stage.printed(Ok(()));
    assert_printed(&stage);
    let mut stuck = Stage::created().with_output(Format::Json);
    stuck.keys("q").event(Event::SignalReceived(Signal::TERMINATE)).wake_after(3);
    stuck.left(Exit::NotDelivered, &[Disposition::PerhapsDelivered(Vec::new())]);
}
