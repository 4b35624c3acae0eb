//! What the process reports outside the interface: lines on standard error, and where a panic happened.

mod stderr;

use std::panic;
use std::sync::Mutex;

use crate::domain::ServerText;

pub use stderr::say;

static PANIC_PLACE: Mutex<Option<String>> = Mutex::new(None);

/// Keeps the place of a panic instead of printing it: never the message, which could hold anything. The hook cannot
/// tell a panic that ends the program from one that ends a task, and must not touch the screen: unwinding restores the
/// terminal, and a task's failure reaches the screen through its join handle.
pub fn keep_panic_place() {
    panic::set_hook(Box::new(|info| {
        let place = info.location().map(|location| format!("{}:{}", location.file(), location.line()));
        if let Ok(mut kept) = PANIC_PLACE.lock() {
            *kept = place;
        }
    }));
}

/// The source file and line of the last panic; it is forgotten then.
pub fn take_panic_place() -> String {
    let kept = PANIC_PLACE.lock().ok().and_then(|mut kept| kept.take());
    kept.unwrap_or_else(|| "an unknown place".to_owned())
}

/// The message for a task of this program that panicked.
pub fn internal_error() -> ServerText {
    ServerText::new(&format!("internal error at {}", take_panic_place()))
}
