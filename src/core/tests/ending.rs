//! Signals: what they end, what they wait for, and what is told afterwards.

use super::*;
use crate::domain::{LostAnswer, TerminalRoute};

fn quits(run: &Run) -> usize {
    run.count(|effect| matches!(effect, Effect::Quit(_)))
}

#[test]
fn a_signal_ends_every_screen_with_the_code_that_is_true() {
    type Case = (&'static str, fn() -> Run, bool);
    let cases: [Case; 9] = [
        ("form", Run::filled, false),
        ("help", || with(Run::filled(), |run| run.keys("?")), false),
        ("too small", || with(Run::filled(), |run| run.size(9, 3)), false),
        ("looking", Run::looking, false),
        (
            "asking",
            || with(Run::looking(), |run| run.look(Err(ReadProblem::Unexpected { status: 502 }))),
            false,
        ),
        ("created", Run::created, true),
        ("copied", || with(Run::created(), |run| run.keys("c").copied(COPIED)), false),
        (
            "sent",
            || with(Run::created(), |run| run.keys("c").copied(CopyOutcome::Sent(TerminalRoute::Tmux))),
            false,
        ),
        ("guarded", || with(Run::created(), |run| run.keys("q")), true),
    ];
    for (signal, code) in [(Signal::HangUp, 129), (Signal::Interrupt, 130), (Signal::Terminate, 143)] {
        for (name, make, is_loss) in cases {
            let mut run = make();
            run.event(Event::SignalReceived(signal));
            let expected = if is_loss { 3 } else { code };
            assert_eq!(run.exit().map(Exit::code), Some(expected), "{name} {signal:?}");
        }
    }
}

fn with(mut run: Run, change: fn(&mut Run) -> &mut Run) -> Run {
    change(&mut run);
    run
}

#[test]
fn a_running_post_gets_three_seconds_more() {
    let mut run = Run::posting();
    run.event(Event::SignalReceived(Signal::Terminate)).wake_after(2);
    assert_eq!(run.exit(), None);
    run.wake_after(1);
    assert_eq!(run.exit(), Some(Exit::NotDelivered));
    assert_eq!(run.fates(), [Disposition::PerhapsCreated]);
}

#[test]
fn a_second_signal_does_not_wait() {
    let mut run = Run::posting();
    run.event(Event::SignalReceived(Signal::Terminate)).event(Event::SignalReceived(Signal::HangUp));
    assert_eq!(run.exit(), Some(Exit::NotDelivered));
    assert_eq!(run.fates(), [Disposition::PerhapsCreated]);
}

#[test]
fn a_secret_that_comes_while_ending_is_told_by_its_id() {
    let mut run = Run::posting();
    run.event(Event::SignalReceived(Signal::Interrupt)).answer(created());
    let [farewell] = &run.model.farewells[..] else { panic!("{:?}", run.model.farewells) };
    assert_eq!(farewell.secret_id, SecretId::from_server(SECRET_ID));
    assert_eq!((farewell.fate.clone(), run.exit()), (Disposition::NotDelivered, Some(Exit::NotDelivered)));
}

#[test]
fn a_refusal_while_ending_leaves_with_the_signals_own_code() {
    for status in [401, 429] {
        let mut run = Run::posting();
        run.event(Event::SignalReceived(Signal::Terminate));
        run.answer(CreateOutcome::Rejected(rejection(status, "NO")));
        assert_eq!((run.exit(), quits(&run)), (Some(Exit::Signal(15)), 1), "{status}");
    }
}

#[test]
fn an_answer_lost_while_ending_is_told_once() {
    let mut run = Run::posting();
    run.event(Event::SignalReceived(Signal::Terminate));
    run.answer(CreateOutcome::Unknown(LostAnswer::Unexpected { status: 502 }));
    assert_eq!(run.fates(), [Disposition::PerhapsCreated]);
    assert_eq!(run.exit(), Some(Exit::NotDelivered));
}

#[test]
fn a_post_nobody_waited_for_is_told_once_too() {
    let mut run = Run::given_up();
    run.event(Event::SignalReceived(Signal::Terminate)).wake_after(3);
    assert_eq!(run.fates(), [Disposition::PerhapsCreated]);
    assert_eq!(run.exit(), Some(Exit::NotDelivered));
}
