//! What is said of a mistake of our own: the place in the source, never the message, which could hold
//! anything.

use std::panic;
use std::sync::Mutex;

static PLACE: Mutex<Option<String>> = Mutex::new(None);

/// Keeps the place of a panic instead of printing it. The hook cannot tell a panic that ends the program
/// from one that ends a task, and must not touch the screen: unwinding gives the terminal back, and a task's
/// failure reaches the screen through its join handle.
pub(super) fn keep_place_only() {
    panic::set_hook(Box::new(|info| {
        let place = info.location().map(|location| format!("{}:{}", location.file(), location.line()));
        if let Ok(mut kept) = PLACE.lock() {
            *kept = place;
        }
    }));
}

/// Where the last panic was, to be told once.
pub(super) fn place() -> String {
    let kept = PLACE.lock().ok().and_then(|mut kept| kept.take());
    kept.unwrap_or_else(|| "an unknown place".to_owned())
}
