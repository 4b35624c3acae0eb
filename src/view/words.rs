//! Times and durations in words.

use std::time::Duration;

use jiff::Timestamp;
use jiff::tz::TimeZone;

/// A point in time as people read it, with the offset: `Wed 23 Dec 2026 18:14 +01:00`. UTC while the zone
/// is not known.
pub fn date_time(at: Timestamp, zone: Option<&TimeZone>) -> String {
    let zone = zone.cloned().unwrap_or(TimeZone::UTC);
    at.to_zoned_datetime(zone).strftime("%a %-d %b %Y %H:%M %:z").to_string()
}

/// How long until `at`, roughly: `in 30 days`.
pub(super) fn from_now(at: Timestamp, now: Timestamp) -> String {
    let seconds = at.as_second().saturating_sub(now.as_second());
    let hours = (seconds + 1800) / 3600;
    match (seconds, hours) {
        (..=0, _) => "expired".to_owned(),
        (_, 0) => "in less than an hour".to_owned(),
        (_, 1) => "in 1 hour".to_owned(),
        (_, ..=47) => format!("in {hours} hours"),
        _ => format!("in {} days", (hours + 12) / 24),
    }
}

/// How long something runs already, in whole seconds: `12 s`.
pub(super) fn seconds(duration: Duration) -> String {
    format!("{} s", duration.as_secs())
}

/// How long something still takes; a part of a second counts as one.
pub(super) fn seconds_left(duration: Duration) -> String {
    format!("{} s", duration.as_millis().div_ceil(1000))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_date_names_its_offset() {
        let at: Timestamp = "2026-12-23T17:14:00Z".parse().unwrap();
        let berlin = TimeZone::posix("CET-1CEST,M3.5.0,M10.5.0/3").unwrap();
        assert_eq!(date_time(at, Some(&berlin)), "Wed 23 Dec 2026 18:14 +01:00");
        assert_eq!(date_time(at, None), "Wed 23 Dec 2026 17:14 +00:00");
    }

    #[test]
    fn the_distance_is_rough() {
        let now: Timestamp = "2026-11-23T18:14:00Z".parse().unwrap();
        let rows = [
            ("2026-11-23T18:14:00Z", "expired"),
            ("2026-11-23T18:20:00Z", "in less than an hour"),
            ("2026-11-23T19:10:00Z", "in 1 hour"),
            ("2026-11-24T02:14:00Z", "in 8 hours"),
            ("2026-12-23T18:14:00Z", "in 30 days"),
            ("2027-11-23T18:13:30Z", "in 365 days"),
        ];
        for (at, words) in rows {
            assert_eq!(from_now(at.parse().unwrap(), now), words, "{at}");
        }
    }
}
