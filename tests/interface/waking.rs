//! When the interface wakes by itself: only while something on the screen moves.

use std::time::Duration;

use atlas_secret::domain::{ApiError, Cause, ExistingSecret, Rejection, SecretId};
use atlas_secret::tui::{Event, LOOKUP_DELAY, Signal};
use jiff::tz::TimeZone;

use crate::stage::Stage;
use crate::*;

const STEP: Duration = ms(100);

const fn ms(count: u64) -> Duration {
    Duration::from_millis(count)
}

fn created_now() -> ExistingSecret {
    ExistingSecret { created_at: Some("2026-11-23T17:14:01Z".parse().unwrap()), ..existing(LONG) }
}

fn limited() -> Stage {
    let mut stage = Stage::posting();
    let limited = Rejection { retry_after: Some(ms(2_500)), ..rejection(429, "RATE_LIMITED") };
    stage.answered(Err(ApiError::rejected(limited)));
    stage
}

/// Lets time pass, and lets the interface know it.
fn later(stage: &mut Stage, duration: Duration) -> Option<Duration> {
    stage.later(duration).event(TIME_PASSED).app.wake_in()
}

#[test]
fn nothing_wakes_an_idle_program() {
    let mut asking = Stage::fetching();
    asking.account(&[existing(LONG)]);
    let mut form = Stage::filled();
    form.keys("up x").later(LOOKUP_DELAY).event(TIME_PASSED);
    let mut lost = Stage::given_up();
    lost.answered(Err(ApiError::sent(Cause::Unexpected { status: 502 })));
    // Two new secrets end the search.
    let other = SecretId::from_server("dddddddddddddddddddddddd").unwrap();
    lost.account(&[created_now(), ExistingSecret { id: other, ..created_now() }]);
    for stage in [form, asking, Stage::created(), lost] {
        assert_eq!(stage.app.wake_in(), None, "{:?}", stage.app.screen);
    }
}

#[test]
fn the_spinner_starts_after_a_moment_and_then_turns() {
    let mut lost = Stage::given_up();
    lost.answered(Err(ApiError::sent(Cause::Unexpected { status: 502 })));
    for mut stage in [Stage::fetching(), Stage::posting(), lost] {
        assert_eq!(stage.app.wake_in(), Some(ms(150)));
        assert_eq!(later(&mut stage, ms(149)), Some(ms(1)));
        assert_eq!(later(&mut stage, ms(1)), Some(STEP));
    }
}

#[test]
fn a_shown_clock_moves_when_its_minute_turns() {
    let mut stage = Stage::filled();
    stage.event(Event::ZoneLoaded(TimeZone::UTC));
    assert_eq!(stage.app.wake_in(), Some(LOOKUP_DELAY), "the ids are looked up first");
    assert_eq!(later(&mut stage, LOOKUP_DELAY), Some(ms(59_800)));
    stage.keys("up x");
    assert_eq!(stage.app.wake_in(), None, "no lifetime, no time of day");
}

#[test]
fn a_countdown_steps_with_its_number_and_ends_even_when_covered() {
    let mut stage = limited();
    assert_eq!(stage.app.wake_in(), Some(ms(500)));
    assert_eq!(later(&mut stage, ms(500)), Some(ms(1_000)));
    stage.size(10, 3);
    assert_eq!(stage.app.wake_in(), None, "the job wakes by itself");
    stage.later(ms(2_000)).signed_in(Ok(())).account(&[]);
    assert_eq!(stage.posts(), 2);
}

#[test]
fn a_revealed_value_counts_down_until_it_is_hidden() {
    let mut stage = Stage::created();
    stage.keys("r");
    assert_eq!(later(&mut stage, ms(4_300)), Some(ms(700)));
    assert_eq!(later(&mut stage, ms(24_700)), Some(ms(1_000)));
    assert_eq!(later(&mut stage, ms(1_000)), None);
}

#[test]
fn an_unanswered_post_counts_seconds_after_no_one_waits_for_it() {
    let mut stage = Stage::given_up();
    let other = SecretId::from_server("dddddddddddddddddddddddd").unwrap();
    stage.account(&[created_now(), ExistingSecret { id: other, ..created_now() }]);
    assert_eq!(stage.app.wake_in(), Some(ms(1_000)));
}

#[test]
fn deleting_shows_that_it_goes_on() {
    let mut stage = Stage::created();
    stage.keys("q d");
    assert_eq!(stage.app.wake_in(), Some(STEP));
}

#[test]
fn what_is_covered_does_not_move() {
    let mut small = Stage::posting();
    small.size(20, 5);
    let mut helped = Stage::created();
    helped.keys("r ?");
    assert_eq!([small.app.wake_in(), helped.app.wake_in()], [None, None]);
    small.event(Event::SignalReceived(Signal::TERMINATE));
    assert_eq!(small.app.wake_in(), Some(ms(3_000)), "a running request's last seconds end all the same");
}
