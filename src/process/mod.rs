//! What the process is and reports outside the interface: its program, lines on standard error, where a panic happened,
//! and the wall clock.

mod own_session;
mod stderr;

use std::panic;
use std::path::PathBuf;
use std::sync::Mutex;
use std::time::SystemTime;

use jiff::Timestamp;

use crate::domain::ServerText;

#[cfg(unix)]
pub use own_session::run_in_own_session;
pub use own_session::{IN_OWN_SESSION, NOT_STARTED, in_own_session};
pub use stderr::say;

/// The running program. On Linux it is named by what it runs: its path may just have been given to another version by
/// an upgrade (`/proc/self/exe`, proc(5)).
pub fn this_program() -> PathBuf {
    if cfg!(any(target_os = "linux", target_os = "android")) {
        return PathBuf::from("/proc/self/exe");
    }
    // An empty path cannot be started, and who tries reports that.
    std::env::current_exe().unwrap_or_default()
}

/// The time of day. A clock that is set to a time after the year 9999, where dates end, stands still there.
pub fn wall_clock() -> Timestamp {
    timestamp(SystemTime::now())
}

fn timestamp(time: SystemTime) -> Timestamp {
    let limit = if time < SystemTime::UNIX_EPOCH { Timestamp::MIN } else { Timestamp::MAX };
    Timestamp::try_from(time).unwrap_or(limit)
}

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

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn a_clock_beyond_all_dates_stands_still() {
        let epoch = SystemTime::UNIX_EPOCH;
        let years = |years: u64| Duration::from_secs(years * 366 * 24 * 3600);
        assert_eq!(timestamp(epoch), Timestamp::UNIX_EPOCH);
        assert_eq!(timestamp(epoch + Duration::from_secs(7)).as_second(), 7);
        assert_eq!(timestamp(epoch - Duration::from_secs(7)).as_second(), -7);
        assert_eq!(timestamp(epoch + years(9000)), Timestamp::MAX);
        assert_eq!(timestamp(epoch - years(20_000)), Timestamp::MIN);
    }
}
