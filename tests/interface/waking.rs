//! The wake-up times of the interface: it only wakes up while something on the screen changes.

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
    stage.post_finished(Err(ApiError::rejected(limited)));
    stage
}

/// Advances the clocks and wakes the interface. Returns the next wake-up.
fn advance(stage: &mut Stage, duration: Duration) -> Option<Duration> {
    stage.advance(duration).event(TIME_PASSED).wake_in()
}

#[test]
fn nothing_wakes_an_idle_program() {
    let mut asking = Stage::fetching();
    asking.account(&[existing(LONG)]);
    let mut form = Stage::filled();
    form.keys("up x").advance(LOOKUP_DELAY).event(TIME_PASSED);
    let mut lost = Stage::stopped_waiting();
    lost.post_finished(Err(ApiError::sent(Cause::Unexpected { status: 502 })));
    // The search ends when it finds two new secrets.
    let other = SecretId::from_server("dddddddddddddddddddddddd").unwrap();
    lost.account(&[created_now(), ExistingSecret { id: other, ..created_now() }]);
    for stage in [form, asking, Stage::created(), lost] {
        assert_eq!(stage.wake_in(), None, "{:?}", stage.app.screen);
    }
}

#[test]
fn the_spinner_starts_after_a_delay() {
    let mut lost = Stage::stopped_waiting();
    lost.post_finished(Err(ApiError::sent(Cause::Unexpected { status: 502 })));
    for mut stage in [Stage::fetching(), Stage::posting(), lost] {
        assert_eq!(stage.wake_in(), Some(ms(150)));
        assert_eq!(advance(&mut stage, ms(149)), Some(ms(1)));
        assert_eq!(advance(&mut stage, ms(1)), Some(STEP));
    }
}

#[test]
fn a_shown_time_is_updated_every_minute() {
    let mut stage = Stage::filled();
    stage.event(Event::ZoneLoaded(TimeZone::UTC));
    assert_eq!(stage.wake_in(), Some(LOOKUP_DELAY), "the lookups come first");
    assert_eq!(advance(&mut stage, LOOKUP_DELAY), Some(ms(59_800)));
    stage.keys("up x");
    assert_eq!(stage.wake_in(), None, "without a valid lifetime no time is shown");
}

#[test]
fn a_countdown_wakes_every_second_and_ends_even_when_hidden() {
    let mut stage = limited();
    assert_eq!(stage.wake_in(), Some(ms(500)));
    assert_eq!(advance(&mut stage, ms(500)), Some(ms(1_000)));
    stage.size(10, 3);
    assert_eq!(stage.wake_in(), None, "the job has its own timer");
    stage.advance(ms(2_000)).signed_in(Ok(())).account(&[]);
    assert_eq!(stage.posts(), 2);
}

#[test]
fn a_revealed_value_counts_down_until_it_is_hidden() {
    let mut stage = Stage::created().after("r");
    assert_eq!(advance(&mut stage, ms(4_300)), Some(ms(700)));
    assert_eq!(advance(&mut stage, ms(24_700)), Some(ms(1_000)));
    assert_eq!(advance(&mut stage, ms(1_000)), None);
}

#[test]
fn the_end_of_a_countdown_does_not_wake_for_ever() {
    let mut stage = Stage::created().after("c");
    stage.copied(CopyOutcome::Copied { is_verified: true, clears_in: Some(ms(1_000)) });
    assert_eq!(advance(&mut stage, ms(1_000)), Some(ms(1_000)));
}

#[test]
fn a_running_post_still_counts_seconds_after_waiting_has_stopped() {
    let mut stage = Stage::stopped_waiting();
    let other = SecretId::from_server("dddddddddddddddddddddddd").unwrap();
    stage.account(&[created_now(), ExistingSecret { id: other, ..created_now() }]);
    assert_eq!(stage.wake_in(), Some(ms(1_000)));
}

#[test]
fn deleting_shows_a_spinner() {
    let stage = Stage::created().after("q d y");
    assert_eq!(stage.wake_in(), Some(ms(150)));
}

#[test]
fn hidden_content_does_not_wake_the_interface() {
    let mut small = Stage::posting();
    small.size(20, 5);
    let helped = Stage::created().after("r ?");
    assert_eq!([small.wake_in(), helped.wake_in()], [None, None]);
    small.event(Event::SignalReceived(Signal::TERMINATE));
    assert_eq!(small.wake_in(), Some(ms(3_000)), "the time limit of a running request still applies");
}
