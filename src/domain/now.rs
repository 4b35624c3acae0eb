//! A point in time, as the shell tells it to the core.

use std::time::Duration;

use jiff::Timestamp;

/// When something happened, on two clocks: one to show, one to count with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Now {
    /// The time of day. It can jump when the machine's clock is set.
    pub wall: Timestamp,
    /// Time since the program started, on a clock that never jumps.
    pub uptime: Duration,
}

impl Now {
    /// How long after `earlier` this is; zero if it is not after it.
    pub fn since(self, earlier: Self) -> Duration {
        self.uptime.saturating_sub(earlier.uptime)
    }

    /// The moment `duration` later, on both clocks.
    #[must_use]
    pub fn plus(self, duration: Duration) -> Self {
        let wall = self.wall.checked_add(duration).unwrap_or(Timestamp::MAX);
        Self { wall, uptime: self.uptime.saturating_add(duration) }
    }
}
