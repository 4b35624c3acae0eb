//! The steps of creating.

use std::time::Duration;

use atlas_secret::domain::{ApiError, Cause, ServerText, ServiceAccount};
use crossterm::event::KeyCode;

use crate::stage::Stage;

use super::failures::{existing, rejection};
use super::{State, state};

/// Before a spinner appears, and after that.
const SOON: Duration = Duration::from_millis(149);
const LATER: Duration = Duration::from_millis(3_450);

pub fn states() -> Vec<State> {
    let mut states = steps();
    states.extend(questions());
    states.extend(stopping());
    states.extend(limited());
    states
}

fn signing_in() -> Stage {
    let mut stage = Stage::filled();
    stage.press(KeyCode::Enter);
    stage
}

fn fetching() -> Stage {
    let mut stage = signing_in();
    stage.signed_in(Ok(()));
    stage
}

fn after(mut stage: Stage, duration: Duration) -> Stage {
    stage.wait(duration);
    stage
}

fn steps() -> Vec<State> {
    vec![
        state("sending_signing_in_at_once", after(signing_in(), SOON)),
        state("sending_signing_in", after(signing_in(), LATER)),
        state("sending_looking_at_once", after(fetching(), SOON)),
        state("sending_looking", after(fetching(), LATER)),
        state("sending_posting_at_once", after(Stage::posting(), SOON)),
        state("sending_posting", after(Stage::posting(), LATER)),
    ]
}

fn questions() -> Vec<State> {
    let account_read = |result| {
        let mut stage = fetching();
        stage.account_read(result);
        stage
    };
    let one = ServiceAccount {
        secrets: vec![existing("9f3a", "2027-03-01T12:00:00Z")],
        ..ServiceAccount::default()
    };
    let connect = ApiError::not_sent(Cause::Connect(ServerText::new("connection refused")));
    let unavailable = rejection(503, "SERVICE_UNAVAILABLE", "Atlas is being upgraded.");
    vec![
        state("sending_asks_to_shorten", account_read(Ok(one))),
        state("sending_could_not_look", account_read(Err(connect))),
        state(
            "sending_could_not_look_in_time",
            account_read(Err(ApiError::sent(Cause::TimedOut(Duration::from_secs(3))))),
        ),
        state("sending_could_not_look_refused", account_read(Err(ApiError::rejected(unavailable)))),
    ]
}

fn stopping() -> Vec<State> {
    let mut stop = after(Stage::posting(), LATER);
    stop.press(KeyCode::Esc);
    let mut suspend = after(Stage::posting(), LATER);
    suspend.control('z');
    let mut both = after(Stage::posting(), LATER);
    both.press(KeyCode::Esc);
    both.control('z');
    vec![
        state("sending_asks_to_stop", stop),
        state("sending_refuses_ctrl_z", suspend),
        state("sending_asks_to_stop_and_refuses_ctrl_z", both),
    ]
}

fn limited() -> Vec<State> {
    let mut rate_limited = rejection(429, "RATE_LIMITED", "Too many requests from this address.");
    rate_limited.retry_after = Some(Duration::from_secs(30));
    let mut first = Stage::posting();
    first.post_finished(Err(ApiError::rejected(rate_limited.clone())));
    let mut second = Stage::posting();
    second.post_finished(Err(ApiError::rejected(rate_limited.clone())));
    second.wait(Duration::from_secs(30));
    second.signed_in(Ok(()));
    second.account_read(Ok(ServiceAccount::default()));
    second.post_finished(Err(ApiError::rejected(rate_limited)));
    second.wait(Duration::from_millis(29_001));
    vec![state("sending_limited", first), state("sending_limited_last_second", second)]
}
