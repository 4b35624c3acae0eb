//! How long the clipboard process holds a value, and what ends it if that goes wrong.

use std::io;
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

/// The longest lease: a value must not stay in memory for good.
const MAX_LEASE: Duration = Duration::from_secs(12 * 60 * 60);

/// How often to check whether another program has taken the clipboard over, which it does not report. The value is not
/// needed from then on. Where the system itself keeps the clipboard there is no hurry.
const CHECK_INTERVAL: Duration =
    Duration::from_secs(if cfg!(any(target_os = "macos", windows)) { 10 } else { 1 });

/// How long to watch a cleared clipboard: managers put a value back within half a second, when they notice.
const WATCH_TIME: Duration = Duration::from_secs(2);

/// How often to check it meanwhile.
const WATCH_INTERVAL: Duration = Duration::from_millis(100);

/// How long a value stays on the clipboard, or, once it was cleared, how long that is watched.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Lease {
    pub state: LeaseState,
    pub end: Instant,
    next_check: Instant,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum LeaseState {
    /// The value is cleared at the end.
    Limited,
    /// The value stays until another program copies; the end only keeps it from staying for good.
    Unlimited,
    /// The value was cleared.
    Cleared {
        /// True when the program asked for it.
        by_request: bool,
        /// True once another program has put the value back, and it was cleared again.
        was_put_back: bool,
    },
}

/// What to do when the next time of a lease comes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Due {
    /// Check the clipboard.
    Check,
    /// End the lease.
    End,
}

impl Lease {
    pub fn begin(clear_after: Option<Duration>, now: Instant) -> Self {
        let (state, time) = match clear_after {
            Some(time) => (LeaseState::Limited, time),
            None => (LeaseState::Unlimited, MAX_LEASE),
        };
        Self { state, end: add(now, time), next_check: now + CHECK_INTERVAL }
    }

    /// Watches a clipboard that was just cleared.
    pub fn watched(by_request: bool, was_put_back: bool, now: Instant) -> Self {
        let state = LeaseState::Cleared { by_request, was_put_back };
        Self { state, end: now + WATCH_TIME, next_check: now + WATCH_INTERVAL }
    }

    /// Extends a lease with a time limit. One without is long enough.
    pub fn extend(&mut self, by: Duration) {
        if self.state == LeaseState::Limited {
            self.end = add(self.end, by);
        }
    }

    /// When the clipboard will be cleared, from now; `None` for a lease without a time limit.
    pub fn clears_in(self, now: Instant) -> Option<Duration> {
        (self.state == LeaseState::Limited).then(|| self.end.saturating_duration_since(now))
    }

    /// When something is due next.
    pub fn next(self) -> Instant {
        self.next_check.min(self.end)
    }

    /// What is due now, if anything. A check that is due is scheduled again.
    pub fn take_due(&mut self, now: Instant) -> Option<Due> {
        if now >= self.end {
            return Some(Due::End);
        }
        if now < self.next_check {
            return None;
        }
        let is_cleared = matches!(self.state, LeaseState::Cleared { .. });
        self.next_check = now + if is_cleared { WATCH_INTERVAL } else { CHECK_INTERVAL };
        Some(Due::Check)
    }
}

/// A time outside the clock's range counts as the longest lease.
fn add(start: Instant, time: Duration) -> Instant {
    start.checked_add(time).unwrap_or(start + MAX_LEASE)
}

/// Ends the process at its deadline, whatever the other threads hang on: a display that no longer answers must not
/// keep a secret in memory.
#[derive(Clone)]
pub(super) struct Watchdog {
    deadline: Arc<(Mutex<Instant>, Condvar)>,
}

impl Watchdog {
    pub fn start(at: Instant) -> io::Result<Self> {
        let watchdog = Self::until(at);
        let watching = watchdog.clone();
        thread::Builder::new().name("watchdog".to_owned()).spawn(move || {
            watching.wait();
            // Not by returning from main, which may be what hangs.
            std::process::exit(1);
        })?;
        Ok(watchdog)
    }

    fn until(at: Instant) -> Self {
        Self { deadline: Arc::new((Mutex::new(at), Condvar::new())) }
    }

    pub fn set(&self, at: Instant) {
        *self.deadline.0.lock().unwrap_or_else(PoisonError::into_inner) = at;
        self.deadline.1.notify_one();
    }

    /// Returns once the deadline is reached.
    fn wait(&self) {
        let (deadline, moved) = &*self.deadline;
        let mut at = deadline.lock().unwrap_or_else(PoisonError::into_inner);
        loop {
            let left = at.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return;
            }
            at = moved.wait_timeout(at, left).unwrap_or_else(PoisonError::into_inner).0;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    #[test]
    fn a_lease_with_a_limit_is_checked_and_ends_there() {
        let start = Instant::now();
        let mut lease = Lease::begin(Some(SECOND * 60), start);
        assert_eq!(lease.next(), start + CHECK_INTERVAL);
        assert_eq!(lease.take_due(start + CHECK_INTERVAL / 2), None);
        assert_eq!(lease.take_due(start + SECOND * 59), Some(Due::Check));
        assert_eq!(lease.take_due(start + SECOND * 59), None, "once per interval");
        assert_eq!(lease.clears_in(start + SECOND * 59), Some(SECOND));
        assert_eq!(lease.next(), start + SECOND * 60);
        assert_eq!(lease.take_due(start + SECOND * 60), Some(Due::End));
        assert_eq!(lease.clears_in(start + SECOND * 61), Some(Duration::ZERO));
    }

    #[test]
    fn extending_moves_the_end() {
        let start = Instant::now();
        let mut lease = Lease::begin(Some(SECOND * 60), start);
        lease.extend(SECOND * 60);
        assert_eq!(lease.take_due(start + SECOND * 60), Some(Due::Check));
        assert_eq!(lease.take_due(start + SECOND * 120), Some(Due::End));
        lease.extend(Duration::MAX);
        assert_eq!(lease.end, start + SECOND * 120 + MAX_LEASE);
    }

    #[test]
    fn a_lease_without_a_limit_checks_the_clipboard_and_ends_after_12_hours() {
        let start = Instant::now();
        let mut lease = Lease::begin(None, start);
        assert_eq!(lease.clears_in(start), None);
        assert_eq!(lease.next(), start + CHECK_INTERVAL);
        assert_eq!(lease.take_due(start + SECOND * 11), Some(Due::Check));
        assert_eq!(lease.next(), start + SECOND * 11 + CHECK_INTERVAL);
        let before = lease;
        lease.extend(SECOND * 60);
        assert_eq!(lease, before);
        assert_eq!(lease.take_due(start + MAX_LEASE), Some(Due::End));
    }

    #[test]
    fn a_cleared_clipboard_is_checked_often_and_cannot_be_extended() {
        let start = Instant::now();
        let mut lease = Lease::watched(false, false, start);
        lease.extend(SECOND * 60);
        assert_eq!(lease.take_due(start + WATCH_INTERVAL), Some(Due::Check));
        assert_eq!(lease.next(), start + WATCH_INTERVAL * 2);
        assert_eq!(lease.take_due(start + WATCH_TIME), Some(Due::End));
    }

    #[test]
    fn a_deadline_can_be_moved_both_ways() {
        let start = Instant::now();
        let watchdog = Watchdog::until(start + Duration::from_secs(3600));
        let watching = watchdog.clone();
        let waiting = thread::spawn(move || watching.wait());
        watchdog.set(start + Duration::from_secs(7200));
        assert!(!waiting.is_finished());
        watchdog.set(start + Duration::from_millis(50));
        waiting.join().unwrap();
        assert!(start.elapsed() >= Duration::from_millis(50));
    }
}
