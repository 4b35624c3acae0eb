//! Points in time, and the lifetime of a secret.

use std::fmt;
use std::time::Duration;

use jiff::Timestamp;
use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;
use thiserror::Error;

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
pub const USUAL_HOURS: std::ops::RangeInclusive<i32> = 8..=8760;

/// The lifetime of a new secret in whole hours: `secretExpiresAfterHours` in the API, an `int32` above 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Lifetime {
    hours: i32,
}

/// Why a text is not a valid lifetime.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum LifetimeError {
    /// The text is empty.
    #[error("use 36h, 30d, 12w, 1y or a date")]
    Empty,
    /// Neither a date nor a number with a unit. Contains what is wrong with it, and what to use.
    #[error("{0}")]
    Malformed(String),
    /// Zero or negative.
    #[error("too short: use 8 hours to 365 days")]
    NotPositive,
    /// A date that is not in the future.
    #[error("this is in the past")]
    Past,
    /// More hours than an `int32` can hold.
    #[error("too long: use 8 hours to 365 days")]
    TooLong,
}

impl Lifetime {
    /// The lifetime of this many hours.
    pub fn from_hours(hours: i32) -> Result<Self, LifetimeError> {
        if hours > 0 { Ok(Self { hours }) } else { Err(LifetimeError::NotPositive) }
    }

    /// Parses a date as [`Lifetime::parse_date`] does, or else a text as [`Lifetime::parse`] does. The API only has
    /// whole hours, so the secret lives until the date and less than an hour longer.
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
        let text = text.trim();
        if text.is_empty() {
            return Err(LifetimeError::Empty);
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
    pub fn is_usual(self) -> bool {
        USUAL_HOURS.contains(&self.hours)
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
    let has_digit = text.contains(|character: char| character.is_ascii_digit());
    let (first, date_part) = (rest.chars().next(), text.split(['T', 't', ' ']).next().unwrap_or_default());
    match first {
        _ if !text.is_ascii() && text.contains(char::is_numeric) && !has_digit => {
            "use the digits 0 to 9, as in 30d".to_owned()
        }
        _ if rest == text && has_digit => "begin with the number, as in 30d".to_owned(),
        _ if rest == text && text.contains(char::is_alphabetic) => LifetimeError::Empty.to_string(),
        _ if rest == text => "not a number: use 36h, 30d, 12w, 1y or a date".to_owned(),
        Some(':') => "a time needs a date: use 2027-03-01 18:00".to_owned(),
        Some('-' | '/' | '\u{2010}'..='\u{2015}') => date_message(date_part),
        Some('.') if date_part.matches('.').count() > 1 => date_message(date_part),
        _ if rest.chars().all(char::is_alphabetic) => {
            format!("unknown unit \"{rest}\": use h, d, w or y, as in 30d")
        }
        Some('.' | ',' | 'e' | 'E') => "not a whole number: use 36h, 30d, 12w or 1y".to_owned(),
        _ => "use one number and one unit, as in 30d".to_owned(),
    }
}

/// The problem with a date or with its time.
fn date_message(date: &str) -> String {
    let parts: Vec<&str> = date.split('-').collect();
    let are_digits = parts.iter().all(|part| part.bytes().all(|byte| byte.is_ascii_digit()));
    let (true, [4, 2, 2], [year, month, day]) =
        (are_digits, &parts.iter().map(|part| part.len()).collect::<Vec<_>>()[..], &parts[..])
    else {
        return "write the date as 2027-03-01".to_owned();
    };
    let first = format!("{year}-{month}-01").parse::<Date>();
    match (first, date.parse::<Date>()) {
        (Err(_), _) => format!("there is no month {month}: use 01 to 12"),
        (Ok(first), Err(_)) => {
            format!("there is no day {day}: this month has {} days", first.days_in_month())
        }
        (Ok(_), Ok(_)) => "write the time as 00:00 to 23:59, as in 2027-03-01 18:00".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hours_and_units_are_parsed() {
        let rows = [
            ("720", 720),
            (" 720 ", 720),
            ("36h", 36),
            ("30d", 720),
            ("30D", 720),
            ("30 d", 720),
            ("12w", 2016),
            ("1y", 8760),
            ("90 days", 2160),
            ("90days", 2160),
            ("1 day", 24),
            ("2 weeks", 336),
            ("2 Weeks", 336),
            ("1 wk", 168),
            ("1 year", 8760),
            ("1 yr", 8760),
            ("36 hours", 36),
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
            ("", LifetimeError::Empty),
            ("  ", LifetimeError::Empty),
            ("0", LifetimeError::NotPositive),
            ("-0", LifetimeError::NotPositive),
            ("0d", LifetimeError::NotPositive),
            ("-5", LifetimeError::NotPositive),
            ("-5d", LifetimeError::NotPositive),
            ("-99999999999", LifetimeError::NotPositive),
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
            ("d", plain),
            ("days", plain),
            ("∞", "not a number: use 36h, 30d, 12w, 1y or a date"),
            ("-", "not a number: use 36h, 30d, 12w, 1y or a date"),
            ("2026-13-01", "there is no month 13: use 01 to 12"),
            ("2026-00-01", "there is no month 00: use 01 to 12"),
            ("2026-02-30", "there is no day 30: this month has 28 days"),
            ("2028-02-30", "there is no day 30: this month has 29 days"),
            ("2026-04-31 12:00", "there is no day 31: this month has 30 days"),
            ("2026-12-00", "there is no day 00: this month has 31 days"),
            ("2026-12-01 25:00", "write the time as 00:00 to 23:59, as in 2027-03-01 18:00"),
            ("2026-12-01T12:60", "write the time as 00:00 to 23:59, as in 2027-03-01 18:00"),
            ("2026-12-01 14:00 UTC", "write the time as 00:00 to 23:59, as in 2027-03-01 18:00"),
            ("2026-12-01 noon", "write the time as 00:00 to 23:59, as in 2027-03-01 18:00"),
            ("2027-3-1", "write the date as 2027-03-01"),
            ("2027-03", "write the date as 2027-03-01"),
            ("01.03.2027", "write the date as 2027-03-01"),
            ("3/1/2027", "write the date as 2027-03-01"),
            ("2027-ab-01", "write the date as 2027-03-01"),
            ("2027-€1-01", "write the date as 2027-03-01"),
            ("25:00", "a time needs a date: use 2027-03-01 18:00"),
            ("720:00", "a time needs a date: use 2027-03-01 18:00"),
            ("30dd", "unknown unit \"dd\": use h, d, w or y, as in 30d"),
            ("30 dayz", "unknown unit \"dayz\": use h, d, w or y, as in 30d"),
            ("3 months", "unknown unit \"months\": use h, d, w or y, as in 30d"),
            ("5 minutes", "unknown unit \"minutes\": use h, d, w or y, as in 30d"),
            ("30日", "unknown unit \"日\": use h, d, w or y, as in 30d"),
            ("1e9h", "not a whole number: use 36h, 30d, 12w or 1y"),
            ("1.5", "not a whole number: use 36h, 30d, 12w or 1y"),
            ("30,5d", "not a whole number: use 36h, 30d, 12w or 1y"),
            ("P30D", "begin with the number, as in 30d"),
            ("+5", "begin with the number, as in 30d"),
            ("--5", "begin with the number, as in 30d"),
            ("in 30 days", "begin with the number, as in 30d"),
            ("３０d", "use the digits 0 to 9, as in 30d"),
            ("٣٠", "use the digits 0 to 9, as in 30d"),
            ("1 y 2 d", "use one number and one unit, as in 30d"),
            ("30d!", "use one number and one unit, as in 30d"),
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
            ("2026-12-23", Ok(702)),
            ("2027-03-01", Ok(2334)),
            // The clocks go forward before this date.
            ("2027-04-01", Ok(3077)),
            ("2026-11-23 19:00", Ok(1)),
            ("2026-11-23T20:14", Ok(2)),
            ("2026-11-23T20:14:01", Ok(3)),
            ("2026-11-23T18:14:01", Ok(1)),
            (" 2027-03-01 ", Ok(2334)),
            ("2027-01-01T00:00:00Z", Ok(919)),
            ("2027-01-01t00:00:00z", Ok(919)),
            ("2027-01-01T00:00:00.123Z", Ok(919)),
            ("2027-01-01 02:00+02:00", Ok(919)),
            ("2027-01-01T00:00:00-05:00", Ok(924)),
            ("2026-11-23T17:14:00Z", Err(LifetimeError::Past)),
            ("2026-11-23", Err(LifetimeError::Past)),
            ("2026-11-23 18:14", Err(LifetimeError::Past)),
            ("1999-01-01", Err(LifetimeError::Past)),
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
    fn the_documented_lifetimes_are_usual() {
        let usual = |hours| Lifetime::from_hours(hours).unwrap().is_usual();
        assert!(!usual(7) && usual(8) && usual(8760) && !usual(8761));
    }
}
