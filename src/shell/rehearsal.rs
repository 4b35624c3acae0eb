//! A mistake on purpose: what a panic leaves behind can be tested on the program itself only if it can be
//! made to panic. Builds with debug assertions alone have this; the release has nothing to call.

/// Panics if the environment asks for a panic at this place.
pub(super) fn panic_if_asked(place: &str) {
    let is_asked = std::env::var("ATLAS_SECRET_TEST_PANIC").is_ok_and(|asked| asked == place);
    // A message can hold anything, a secret too; this one stands in for it.
    assert!(!is_asked, "mdb_sa_sk_FAKE-in-the-message-of-a-panic");
}
