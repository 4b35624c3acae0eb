//! Atlas's own clock, from the times of its responses. What Atlas says of its secrets is by that clock; this
//! machine's may be wrong by any amount.

use std::time::Duration;

use jiff::Timestamp;

use crate::domain::Now;

/// What Atlas's clock said, and when that was here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AtlasClock {
    said: Timestamp,
    at: Now,
}

impl AtlasClock {
    /// `said` is the `Date` of an answer that came `at` that time.
    pub fn new(said: Timestamp, at: Now) -> Self {
        Self { said, at }
    }

    /// What it says now. The monotonic clock stops while the machine sleeps and the other one does not: the one
    /// that has gone further counts.
    pub fn now(self, now: Now) -> Timestamp {
        let by_wall = Duration::try_from(now.wall.duration_since(self.at.wall)).unwrap_or_default();
        self.said.checked_add(now.since(self.at).max(by_wall)).unwrap_or(now.wall)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_goes_on_while_the_machine_sleeps_and_when_its_clock_is_set_back() {
        let time = |text: &str| text.parse::<Timestamp>().unwrap();
        let clock = AtlasClock::new(
            time("2026-11-23T20:00:00Z"),
            Now { wall: time("2026-11-23T18:00:00Z"), uptime: Duration::from_secs(100) },
        );
        let rows = [
            ("2026-11-23T18:00:40Z", 140, "2026-11-23T20:00:40Z"),
            ("2026-11-24T02:00:00Z", 140, "2026-11-24T04:00:00Z"),
            ("2026-11-23T17:00:00Z", 140, "2026-11-23T20:00:40Z"),
        ];
        for (wall, uptime, expected) in rows {
            let now = Now { wall: time(wall), uptime: Duration::from_secs(uptime) };
            assert_eq!(clock.now(now), time(expected), "{wall}");
        }
    }
}
