//! Atlas's own clock, as far as its answers have told it: what it says of its secrets is of that clock, and this
//! machine's may be wrong by any amount.

use std::time::Duration;

use jiff::Timestamp;

use crate::domain::Now;

use super::Model;

/// What Atlas's clock said, and when that was here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AtlasClock {
    said: Timestamp,
    at: Now,
}

impl AtlasClock {
    pub(super) fn new(said: Timestamp, at: Now) -> Self {
        Self { said, at }
    }

    /// What it says now. The clock that never jumps stands still while the machine sleeps, the other one does
    /// not: whichever has gone further counts.
    fn now(self, now: Now) -> Timestamp {
        let by_wall = Duration::try_from(now.wall.duration_since(self.at.wall)).unwrap_or_default();
        self.said.checked_add(now.since(self.at).max(by_wall)).unwrap_or(now.wall)
    }
}

impl Model {
    /// What Atlas's clock says now, once an account was read; else what this machine's says.
    pub fn atlas_now(&self) -> Timestamp {
        self.atlas_clock.map_or(self.now.wall, |clock| clock.now(self.now))
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
