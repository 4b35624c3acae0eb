//! How long a value stays on the clipboard. Pure: the time is given.

use std::time::{Duration, Instant};

/// The longest stay of a value that has no time limit: it must not stay in memory for good.
const LONGEST_STAY: Duration = Duration::from_secs(12 * 60 * 60);

/// How often a clipboard without a time limit is looked at: it tells nobody when another program takes it over.
const LOOK_EVERY: Duration = Duration::from_secs(10);

/// When the clipboard is emptied.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Lease {
    /// At this time, and it is not looked at before.
    Until(Instant),
    /// Once another program has copied.
    UntilReplaced {
        /// When the clipboard is looked at next.
        next_look: Instant,
        /// When it is emptied in any case.
        at_latest: Instant,
    },
}

/// What is to be done when a stay comes to its next point.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Due {
    /// Look whether another program has copied.
    Look,
    /// Empty the clipboard.
    End,
}

impl Lease {
    /// A stay that begins now and has this time limit.
    pub(super) fn begin(clear_after: Option<Duration>, now: Instant) -> Self {
        match clear_after {
            Some(time) => Self::Until(later(now, time)),
            None => Self::UntilReplaced { next_look: now + LOOK_EVERY, at_latest: now + LONGEST_STAY },
        }
    }

    /// Makes it longer. One without a time limit is long enough.
    pub(super) fn extend(&mut self, by: Duration) {
        if let Self::Until(end) = self {
            *end = later(*end, by);
        }
    }

    /// When the clipboard will be emptied, from now; `None` for a stay without a time limit.
    pub(super) fn clears_in(self, now: Instant) -> Option<Duration> {
        match self {
            Self::Until(end) => Some(end.saturating_duration_since(now)),
            Self::UntilReplaced { .. } => None,
        }
    }

    /// When it is over, whatever happens.
    pub(super) fn end(self) -> Instant {
        match self {
            Self::Until(end) => end,
            Self::UntilReplaced { at_latest, .. } => at_latest,
        }
    }

    /// When something is due next.
    pub(super) fn next(self) -> Instant {
        match self {
            Self::Until(end) => end,
            Self::UntilReplaced { next_look, at_latest } => next_look.min(at_latest),
        }
    }

    /// What is due now, if anything is. A look that is due is then planned for later.
    pub(super) fn take_due(&mut self, now: Instant) -> Option<Due> {
        if now >= self.end() {
            return Some(Due::End);
        }
        match self {
            Self::UntilReplaced { next_look, .. } if now >= *next_look => {
                *next_look = now + LOOK_EVERY;
                Some(Due::Look)
            }
            _ => None,
        }
    }
}

/// A time that the clock cannot tell is as good as the longest stay.
fn later(start: Instant, time: Duration) -> Instant {
    start.checked_add(time).unwrap_or(start + LONGEST_STAY)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    #[test]
    fn a_stay_with_a_limit_ends_there_and_nothing_is_due_before() {
        let start = Instant::now();
        let mut stay = Lease::begin(Some(SECOND * 60), start);
        assert_eq!(stay.next(), start + SECOND * 60);
        assert_eq!(stay.take_due(start + SECOND * 59), None);
        assert_eq!(stay.clears_in(start + SECOND * 59), Some(SECOND));
        assert_eq!(stay.take_due(start + SECOND * 60), Some(Due::End));
        assert_eq!(stay.clears_in(start + SECOND * 61), Some(Duration::ZERO));
    }

    #[test]
    fn extending_moves_the_end() {
        let start = Instant::now();
        let mut stay = Lease::begin(Some(SECOND * 60), start);
        stay.extend(SECOND * 60);
        assert_eq!(stay.take_due(start + SECOND * 60), None);
        assert_eq!(stay.take_due(start + SECOND * 120), Some(Due::End));
        stay.extend(Duration::MAX);
        assert_eq!(stay.end(), start + SECOND * 120 + LONGEST_STAY);
    }

    #[test]
    fn a_stay_without_a_limit_is_looked_at_and_ends_after_half_a_day() {
        let start = Instant::now();
        let mut stay = Lease::begin(None, start);
        assert_eq!(stay.clears_in(start), None);
        assert_eq!(stay.next(), start + SECOND * 10);
        assert_eq!(stay.take_due(start + SECOND * 9), None);
        assert_eq!(stay.take_due(start + SECOND * 11), Some(Due::Look));
        assert_eq!(stay.take_due(start + SECOND * 12), None, "once a look");
        assert_eq!(stay.next(), start + SECOND * 21);
        let before = stay;
        stay.extend(SECOND * 60);
        assert_eq!(stay, before);
        assert_eq!(stay.take_due(start + LONGEST_STAY), Some(Due::End));
    }
}
