//! When the program wakes by itself: only while something on the screen moves.

use super::*;
use jiff::tz::TimeZone;

const STEP: Duration = ms(100);

const fn ms(count: u64) -> Duration {
    Duration::from_millis(count)
}

#[test]
fn nothing_wakes_an_idle_program() {
    let mut asking = Run::looking();
    asking.account(&[existing("2027-11-23T18:14:00Z")]);
    let mut lost = Run::given_up();
    lost.answer(CreateOutcome::Unknown(crate::domain::LostAnswer::Unexpected { status: 502 }));
    for run in [Run::filled(), asking, Run::created(), lost] {
        assert_eq!(wake_at(&run.model), None, "{:?}", run.model.screen);
    }
}

#[test]
fn the_spinner_starts_after_a_moment_and_then_turns() {
    for mut run in [Run::looking(), Run::posting()] {
        assert_eq!(wake_at(&run.model), Some(SPINNER_AFTER));
        run.later(ms(149));
        assert_eq!(wake_at(&run.model), Some(ms(1)));
        run.later(ms(1));
        assert_eq!(wake_at(&run.model), Some(STEP));
    }
}

#[test]
fn a_shown_clock_moves_when_its_minute_turns() {
    let mut run = Run::filled();
    run.event(Event::ZoneLoaded(TimeZone::UTC));
    assert_eq!(wake_at(&run.model), Some(LOOK_AFTER), "the ids are looked up first");
    run.later(LOOK_AFTER).event(Event::TimePassed);
    assert_eq!(wake_at(&run.model), Some(ms(49_800)));
    run.keys("up x");
    assert_eq!(wake_at(&run.model), None, "no lifetime, no time of day");
}

#[test]
fn a_countdown_steps_with_its_number_and_ends_even_when_covered() {
    let mut run = Run::posting();
    let limited = Rejection { retry_after: Some(ms(2_500)), ..rejection(429, "RATE_LIMITED") };
    run.answer(CreateOutcome::Rejected(limited));
    assert_eq!(wake_at(&run.model), Some(ms(500)));
    run.later(ms(500));
    assert_eq!(wake_at(&run.model), Some(ms(1_000)));
    run.size(10, 3);
    assert_eq!(wake_at(&run.model), Some(ms(2_000)));
}

#[test]
fn a_revealed_value_wakes_once_to_be_hidden() {
    let mut run = Run::created();
    run.keys("r").later(Duration::from_secs(4));
    assert_eq!(wake_at(&run.model), Some(ms(26_000)));
    run.wake_after(26);
    assert_eq!(wake_at(&run.model), None);
}

#[test]
fn an_unanswered_post_counts_seconds_after_nobody_waits_for_it() {
    assert_eq!(wake_at(&Run::given_up().model), Some(ms(1_000)));
}

#[test]
fn deleting_shows_that_it_goes_on() {
    let mut run = Run::created();
    run.keys("q d");
    assert_eq!(wake_at(&run.model), Some(STEP));
}

#[test]
fn what_is_covered_does_not_move() {
    let mut run = Run::posting();
    run.size(20, 5);
    assert_eq!(wake_at(&run.model), None);
    let mut run = Run::created();
    run.keys("r ?");
    assert_eq!(wake_at(&run.model), None);
}

#[test]
fn an_ending_wakes_when_its_grace_is_over() {
    let mut run = Run::posting();
    run.size(20, 5).event(Event::SignalReceived(Signal::Terminate));
    assert_eq!(wake_at(&run.model), Some(ms(3_000)));
}
