//! What tests ask of the program itself: a panic, and shorter limits. Only builds with debug assertions have it.

use std::time::Duration;

use crate::atlas::Limits;

/// Panics if the environment asks for a panic at this place.
pub(crate) fn panic_if_asked(place: &str) {
    let is_asked = std::env::var("ATLAS_SECRET_TEST_PANIC").is_ok_and(|asked| asked == place);
    // A panic message can contain anything, also a secret: this one does.
    assert!(!is_asked, "mdb_sa_sk_FAKE-in-the-message-of-a-panic");
}

/// The limits of requests: the usual ones, save those that the environment sets in milliseconds, such as
/// `connect=500,create=3000`.
pub(super) fn limits() -> Limits {
    shortened(&std::env::var("ATLAS_SECRET_TEST_LIMITS").unwrap_or_default())
}

fn shortened(asked: &str) -> Limits {
    let mut limits = Limits::default();
    for (name, milliseconds) in asked.split(',').filter_map(|limit| limit.split_once('=')) {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_named_is_shortened() {
        let usual = Limits::default();
        let create = Duration::from_secs(3);
        assert_eq!(shortened(""), usual);
        assert_eq!(shortened("create=3000,connect=soon"), Limits { create, ..usual });
    }
}
