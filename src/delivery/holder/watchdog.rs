//! What ends the holder when nothing else does.

use std::{
    io,
    sync::{Arc, Condvar, Mutex, PoisonError},
    thread,
    time::Instant,
};

/// Ends the process at a time that can be moved, whatever its other threads hang on: a display that has stopped
/// to answer must not keep a secret in memory.
pub(super) struct Watchdog {
    limit: Arc<Limit>,
}

struct Limit {
    at: Mutex<Instant>,
    moved: Condvar,
}

impl Watchdog {
    /// Starts to watch.
    ///
    /// # Errors
    /// When there is no thread to be had.
    pub(super) fn start(at: Instant) -> io::Result<Self> {
        let limit = Arc::new(Limit { at: Mutex::new(at), moved: Condvar::new() });
        let watched = Arc::clone(&limit);
        thread::Builder::new().name("watchdog".to_owned()).spawn(move || {
            watched.wait();
            // Not by returning from main, which may be the very thing that hangs.
            std::process::exit(1);
        })?;
        Ok(Self { limit })
    }

    /// Ends the process at this time instead.
    pub(super) fn set(&self, at: Instant) {
        *self.limit.at.lock().unwrap_or_else(PoisonError::into_inner) = at;
        self.limit.moved.notify_one();
    }
}

impl Limit {
    /// Returns once the limit is reached.
    fn wait(&self) {
        let mut at = self.at.lock().unwrap_or_else(PoisonError::into_inner);
        loop {
            let left = at.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return;
            }
            at = self.moved.wait_timeout(at, left).unwrap_or_else(PoisonError::into_inner).0;
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn a_limit_can_be_moved_both_ways() {
        let start = Instant::now();
        let limit =
            Arc::new(Limit { at: Mutex::new(start + Duration::from_secs(3600)), moved: Condvar::new() });
        let waiting = {
            let limit = Arc::clone(&limit);
            thread::spawn(move || limit.wait())
        };
        let dog = Watchdog { limit };
        dog.set(start + Duration::from_secs(7200));
        assert!(!waiting.is_finished());
        dog.set(start + Duration::from_millis(50));
        waiting.join().unwrap();
        assert!(start.elapsed() >= Duration::from_millis(50));
    }
}
