//! The jobs: every outcome, and cancellation wherever a job waits or reports.

#![expect(clippy::unwrap_used, clippy::panic, reason = "tests and their helpers panic on failure")]

mod create;
mod delete;
mod lists;
mod records;
mod recover;
mod run;
#[expect(dead_code, reason = "other tests use more of it")]
#[path = "../support/stage.rs"]
mod stage;

use atlas_secret::domain::{ApiError, Cause, ExistingSecret, SecretId, ServiceAccount};

use stage::{rejection, time};

const EXPIRED: &str = "2026-01-01T00:00:00Z";
/// Creating would shorten this lifetime.
const LONG: &str = "2027-11-23T18:14:00Z";

fn unreachable() -> ApiError {
    ApiError::not_sent(Cause::ConnectTimeout)
}

fn id(text: &str) -> SecretId {
    SecretId::from_server(text).unwrap()
}

fn existing(name: &str, expires_at: &str) -> ExistingSecret {
    let expires_at = Some(time(expires_at));
    ExistingSecret { id: id(name), created_at: None, expires_at, last_used_at: None, mask: None }
}

fn account(secrets: &[ExistingSecret]) -> ServiceAccount {
    ServiceAccount {
        secrets: secrets.to_vec(),
        read_at: Some(time(stage::START)),
        ..ServiceAccount::default()
    }
}
