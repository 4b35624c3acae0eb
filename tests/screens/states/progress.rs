//! The steps of creating.

use std::time::Duration;

use atlas_secret::domain::{ApiError, Cause, Rejection, ServerText, ServiceAccount};

use crate::stage::Stage;

use super::failures::{existing, rejection};
use super::{State, state};

pub fn states() -> Vec<State> {
    // Before a spinner appears, and after that.
    let soon = |stage: Stage| stage.then(|stage| stage.wait(Duration::from_millis(149)));
    let later = |stage: Stage| stage.then(|stage| stage.wait(Duration::from_millis(3_450)));
    let signing_in = || Stage::filled().after("enter");
    let account_read = |result| Stage::fetching().then(|stage| stage.account_read(result));
    let account_fails = |error| Stage::fetching().then(|stage| stage.account_fails(&error));
    let secrets = vec![existing("9f3a", "2027-03-01T12:00:00Z")];
    let one = ServiceAccount { secrets, ..ServiceAccount::default() };
    let connect = ApiError::not_sent(Cause::Connect(ServerText::new("atlas.test: connection refused")));
    let timeout = ApiError::sent(Cause::TimedOut(Duration::from_secs(3)));
    let unavailable = ApiError::rejected(rejection(503, "SERVICE_UNAVAILABLE", "Atlas is being upgraded."));
    vec![
        state("progress_signing_in_at_once", soon(signing_in())),
        state("progress_signing_in", later(signing_in())),
        state("progress_fetching_at_once", soon(Stage::fetching())),
        state("progress_fetching", later(Stage::fetching())),
        state("progress_posting_at_once", soon(Stage::posting())),
        state("progress_posting", later(Stage::posting())),
        state("progress_asks_to_shorten", account_read(Ok(one))),
        state("progress_account_unknown", account_fails(connect)),
        state("progress_account_unknown_in_time", account_fails(timeout)),
        state("progress_account_unknown_refused", account_fails(unavailable.clone())),
        state("progress_retries_reading", account_read(Err(unavailable))),
        state("progress_asks_to_stop", later(Stage::posting()).after("esc")),
        state("progress_refuses_ctrl_z", later(Stage::posting()).after("<ctrl-z>")),
        state("progress_asks_to_stop_and_refuses_ctrl_z", later(Stage::posting()).after("esc <ctrl-z>")),
        state("progress_limited", Stage::posting().then(limited)),
        state("progress_limited_last_second", limited_twice()),
    ]
}

fn limited(stage: &mut Stage) -> &mut Stage {
    let limit = Rejection {
        retry_after: Some(Duration::from_secs(30)),
        ..rejection(429, "RATE_LIMITED", "Too many requests from this address.")
    };
    stage.post_finished(Err(ApiError::rejected(limit)))
}

fn limited_twice() -> Stage {
    Stage::posting().then(|stage| {
        limited(stage).wait(Duration::from_secs(30)).signed_in(Ok(()));
        limited(stage.account_read(Ok(ServiceAccount::default()))).wait(Duration::from_millis(29_001))
    })
}
