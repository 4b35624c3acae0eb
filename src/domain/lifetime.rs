//! Points in time, and the lifetime of a secret.

use std::fmt;
use std::time::Duration;

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use thiserror::Error;

use super::{QUOTED, half_width, is_quoted};

/// A point in time on two clocks: one to show, one to measure with.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Now {
    /// The time of day. It can jump when the machine's clock is set.
    pub wall: Timestamp,
    /// Time since the program started, on a clock that never jumps.
    pub uptime: Duration,
}

impl Now {
    /// The time since `earlier`; zero if this is not later.
    pub fn since(self, earlier: Self) -> Duration {
        self.uptime.saturating_sub(earlier.uptime)
    }

    /// The point in time after `duration`, on both clocks.
    #[must_use]
    pub fn plus(self, duration: Duration) -> Self {
        let wall = self.wall.checked_add(duration).unwrap_or(Timestamp::MAX);
        Self { wall, uptime: self.uptime.saturating_add(duration) }
    }
}

/// The lifetimes that Atlas documents as valid, in hours: 8 hours to 365 days
/// (<https://www.mongodb.com/docs/atlas/tutorial/rotate-service-account-secrets/>). According to the API's field
/// `secretExpiresAfterHours` both limits may change, so a lifetime outside them causes a warning, never an error.
pub const DOCUMENTED_HOURS: std::ops::RangeInclusive<i32> = 8..=8760;

/// The lifetime of a new secret in whole hours: `secretExpiresAfterHours` in the API, an `int32` above 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Lifetime {
    hours: i32,
}

#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum LifetimeError {
    #[error("use 36h, 30d, 12w, 1y or a date")]
    Empty,
    /// Neither a date nor a number with a unit. Contains what is wrong with it, and what to use.
    #[error("{0}")]
    Malformed(String),
    #[error("too short; the minimum is 8 hours")]
    NotPositive,
    #[error("this is in the past; use a later date")]
    Past,
    #[error("too long; the maximum is 365 days")]
    TooLong,
}

impl Lifetime {
    pub fn from_hours(hours: i32) -> Result<Self, LifetimeError> {
        if hours > 0 { Ok(Self { hours }) } else { Err(LifetimeError::NotPositive) }
    }

    /// Parses a date as [`Lifetime::parse_date`] does, or else a text as [`Lifetime::parse`] does. The API only has
    /// whole hours, so the secret expires up to an hour after the date.
    pub fn parse_at(text: &str, now: Timestamp, zone: &TimeZone) -> Result<Self, LifetimeError> {
        let Some(until) = Self::parse_date(text, zone) else { return Self::parse(text) };
        let until = until.ok_or(LifetimeError::TooLong)?;
        let seconds = until.as_second() - now.as_second();
        if seconds <= 0 {
            return Err(LifetimeError::Past);
        }
        let hours = i32::try_from((seconds + 3599) / 3600).map_err(|_| LifetimeError::TooLong)?;
        Self::from_hours(hours)
    }

    /// Parses a date (`2027-03-01`, midnight in `zone`), a date with a time (`2027-03-01 14:00`), or a time in Atlas's
    /// format (`2027-03-01T14:00:00Z`). The inner `None` is a date outside the clock's range.
    pub fn parse_date(text: &str, zone: &TimeZone) -> Option<Option<Timestamp>> {
        let text = text.trim();
        if let Ok(until) = text.parse::<Timestamp>() {
            return Some(Some(until));
        }
        Some(zone.to_timestamp(text.parse::<DateTime>().ok()?).ok())
    }

    /// Parses `720`, `36h`, `30d`, `12w`, `1y` (365 days) or `90 days`. A number without a unit is in hours, as in the
    /// API.
    pub fn parse(text: &str) -> Result<Self, LifetimeError> {
        let text: String = text.trim().chars().map(half_width).collect();
        let text = text.as_str();
        if text.is_empty() {
            return Err(LifetimeError::Empty);
        }
        if is_quoted(text) {
            return Err(LifetimeError::Malformed(QUOTED.to_owned()));
        }
        let unsigned = text.strip_prefix('-').unwrap_or(text);
        let (digits, unit) = unsigned.split_at(digits_at_start(unsigned));
        let (false, Some(hours_per_unit)) = (digits.is_empty(), hours_per_unit(unit.trim_start())) else {
            return Err(LifetimeError::Malformed(malformed_message(text)));
        };
        if text != unsigned || digits.bytes().all(|digit| digit == b'0') {
            return Err(LifetimeError::NotPositive);
        }
        let hours = digits.parse::<i32>().ok().and_then(|count| count.checked_mul(hours_per_unit));
        Self::from_hours(hours.ok_or(LifetimeError::TooLong)?)
    }

    /// The lifetime in hours, as it is sent to Atlas.
    pub fn hours(self) -> i32 {
        self.hours
    }

    /// True if Atlas documents this lifetime as valid.
    pub fn is_documented(self) -> bool {
        DOCUMENTED_HOURS.contains(&self.hours)
    }
}

impl fmt::Display for Lifetime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let count = |count: i32, unit| format!("{count} {unit}{}", if count == 1 { "" } else { "s" });
        match (self.hours / 24, self.hours % 24) {
            (days, 0) => f.write_str(&count(days, "day")),
            (0 | 1, _) => f.write_str(&count(self.hours, "hour")),
            (days, hours) => write!(f, "{} {}", count(days, "day"), count(hours, "hour")),
        }
    }
}

const NOT_A_DATE: &str = "not a date; write the date as 2027-03-01, and a time as 2027-03-01 18:00";

fn digits_at_start(text: &str) -> usize {
    text.bytes().take_while(u8::is_ascii_digit).count()
}

/// A day has 24 hours, and a year has 365 days.
fn hours_per_unit(unit: &str) -> Option<i32> {
    match unit.to_ascii_lowercase().as_str() {
        "" | "h" | "hr" | "hrs" | "hour" | "hours" => Some(1),
        "d" | "day" | "days" => Some(24),
        "w" | "wk" | "wks" | "week" | "weeks" => Some(7 * 24),
        "y" | "yr" | "yrs" | "year" | "years" => Some(365 * 24),
        _ => None,
    }
}

/// The problem with a text that is not a lifetime, and what to use instead.
fn malformed_message(text: &str) -> String {
    let rest = text[digits_at_start(text)..].trim_start();
    let is_dash = |character| "-/:".contains(character) || ('\u{2010}'..='\u{2015}').contains(&character);
    if rest == text {
        LifetimeError::Empty.to_string()
    } else if rest.starts_with(is_dash) || rest.matches('.').count() > 1 {
        NOT_A_DATE.to_owned()
    } else if rest.chars().all(char::is_alphabetic) {
        format!("unknown unit \"{rest}\": use h, d, w or y, as in 30d")
    } else {
        LifetimeError::Empty.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hours_and_units_are_parsed() {
        let rows = [
            (" 720 ", 720),
            ("36h", 36),
            ("\u{FF13}\u{FF10}\u{FF44}", 720),
            ("30D", 720),
            ("12w", 2016),
            ("1y", 8760),
            ("90 days", 2160),
            ("2 Weeks", 336),
            ("1 wk", 168),
            ("1 yr", 8760),
            ("36 hrs", 36),
            ("1 hour", 1),
            ("007", 7),
            ("2147483647", i32::MAX),
        ];
        for (text, hours) in rows {
            assert_eq!(Lifetime::parse(text).map(Lifetime::hours), Ok(hours), "{text:?}");
        }
    }

    #[test]
    fn each_mistake_has_its_error() {
        let rows = [
            ("  ", LifetimeError::Empty),
            ("-0", LifetimeError::NotPositive),
            ("0d", LifetimeError::NotPositive),
            ("-5d", LifetimeError::NotPositive),
            ("2147483648", LifetimeError::TooLong),
            ("99999999d", LifetimeError::TooLong),
            ("99999999999999999999", LifetimeError::TooLong),
        ];
        for (text, expected) in rows {
            assert_eq!(Lifetime::parse(text), Err(expected), "{text:?}");
        }
    }

    #[test]
    fn a_malformed_text_gets_a_specific_message() {
        let plain = "use 36h, 30d, 12w, 1y or a date";
        let rows = [
            ("soon", plain),
            ("-", plain),
            ("2026-13-01", NOT_A_DATE),
            ("2026-02-30", NOT_A_DATE),
            ("2026-02-30T12:00:00Z", NOT_A_DATE),
            ("2026-12-01 25:00", NOT_A_DATE),
            ("2027-3-1", NOT_A_DATE),
            ("01.03.2027", NOT_A_DATE),
            ("3/1/2027", NOT_A_DATE),
            ("2027\u{2013}03\u{2013}01", NOT_A_DATE),
            ("25:00", NOT_A_DATE),
            ("3 months", "unknown unit \"months\": use h, d, w or y, as in 30d"),
            ("30日", "unknown unit \"日\": use h, d, w or y, as in 30d"),
            ("1.5", plain),
            ("P30D", plain),
            ("--5", plain),
            ("\"30d\"", "remove the quotes around it"),
            ("1 y 2 d", plain),
            ("30d!", plain),
        ];
        for (text, message) in rows {
            let error = Lifetime::parse_at(text, Timestamp::UNIX_EPOCH, &TimeZone::UTC).unwrap_err();
            assert_eq!(error.to_string(), message, "{text:?}");
        }
    }

    #[test]
    fn a_date_becomes_the_hours_until_then() {
        let now: Timestamp = "2026-11-23T17:14:00Z".parse().unwrap();
        let berlin = TimeZone::posix("CET-1CEST,M3.5.0,M10.5.0/3").unwrap();
        let rows = [
            ("2026-11-24", Ok(6)),
            // The clocks go forward before this date.
            ("2027-04-01", Ok(3077)),
            ("2026-11-23T20:14:01", Ok(3)),
            ("2026-11-23T18:14:01", Ok(1)),
            (" 2027-03-01 ", Ok(2334)),
            ("2027-01-01T00:00:00Z", Ok(919)),
            ("2027-01-01T00:00:00.123Z", Ok(919)),
            ("2027-01-01 02:00+02:00", Ok(919)),
            ("2027-01-01T00:00:00-05:00", Ok(924)),
            ("2026-11-23T17:14:00Z", Err(LifetimeError::Past)),
            ("2026-11-23", Err(LifetimeError::Past)),
            ("30d", Ok(720)),
        ];
        for (text, expected) in rows {
            assert_eq!(Lifetime::parse_at(text, now, &berlin).map(Lifetime::hours), expected, "{text:?}");
        }
        let far = Lifetime::parse_at("9999-12-30", now, &TimeZone::UTC).map(Lifetime::hours);
        assert!(far.is_ok_and(|hours| hours > 69_000_000));
    }

    #[test]
    fn hours_are_positive_and_shown_as_days_and_hours() {
        assert_eq!(Lifetime::from_hours(0), Err(LifetimeError::NotPositive));
        assert_eq!(Lifetime::from_hours(-1), Err(LifetimeError::NotPositive));
        let texts =
            [1, 2, 24, 36, 49, 720, 2183].map(|hours| Lifetime::from_hours(hours).unwrap().to_string());
        let expected =
            ["1 hour", "2 hours", "1 day", "36 hours", "2 days 1 hour", "30 days", "90 days 23 hours"];
        assert_eq!(texts, expected);
    }

    #[test]
    fn atlas_documents_lifetimes_of_8_hours_to_365_days() {
        let is_documented = |hours| Lifetime::from_hours(hours).unwrap().is_documented();
        let rows = [(7, false), (8, true), (8760, true), (8761, false)];
        for (hours, expected) in rows {
            assert_eq!(is_documented(hours), expected, "{hours}");
        }
    }
}
