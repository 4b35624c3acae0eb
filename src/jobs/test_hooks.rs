//! Test hooks in the program: panics and shorter time limits. Only in builds with debug assertions.

use std::time::Duration;

use crate::atlas::Limits;

/// Panics if the environment variable names this point.
pub(crate) fn panic_if_asked(place: &str) {
    let is_requested = std::env::var("ATLAS_SECRET_TEST_PANIC").is_ok_and(|value| value == place);
    // A panic message can contain anything, even a secret, as this one does.
    assert!(!is_requested, "mdb_sa_sk_FAKE-in-the-message-of-a-panic");
}

/// The default limits of requests, except for those that the environment variable sets in milliseconds, for example
/// `connect=500,create=3000`.
pub(super) fn limits() -> Limits {
    let value = std::env::var("ATLAS_SECRET_TEST_LIMITS").unwrap_or_default();
    let mut limits = Limits::default();
    for (name, milliseconds) in value.split(',').filter_map(|limit| limit.split_once('=')) {
        let limit = match name {
            "connect" => &mut limits.connect,
            "create" => &mut limits.create,
            "read" => &mut limits.read,
            _ => continue,
        };
        if let Ok(milliseconds) = milliseconds.parse() {
            *limit = Duration::from_millis(milliseconds);
        }
    }
    limits
}
