//! Text that several screens and both front ends use: times, durations, labels, and the result of a search after a lost
//! response.

use std::time::Duration;

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use secrecy::{ExposeSecret, SecretString};

use super::{ApiError, Consequences, ExistingSecret, SECRETS_PER_ACCOUNT, can_be_shown, has_mask};

/// A message as a complete sentence: with a period, and a capital letter unless it begins with an option, a path, a
/// key or the name of a setting.
pub fn sentence(message: &str) -> String {
    let mut sentence = message.trim_end().to_owned();
    let mut first_word = sentence.split(' ').next().unwrap_or_default().bytes();
    let is_setting = sentence.split_once(' ').is_some_and(|(_, rest)| rest.starts_with("in profile `"));
    if first_word.len() > 0 && first_word.all(|byte| byte.is_ascii_lowercase()) && !is_setting {
        sentence[..1].make_ascii_uppercase();
    }
    if !sentence.ends_with(['.', '?', '!']) {
        sentence.push('.');
    }
    sentence
}

/// A point in time for people: `Wed 23 Dec 2026 18:14` in the user's time zone. `UTC` is appended if the zone has no
/// offset or is unknown.
pub fn date_time(at: Timestamp, zone: Option<&TimeZone>) -> String {
    let at = at.to_zoned_datetime(zone.cloned().unwrap_or(TimeZone::UTC));
    let text = at.strftime("%a %-d %b %Y %H:%M");
    if at.offset().is_zero() { format!("{text} UTC") } else { text.to_string() }
}

/// Replaces the spaces inside dates (`Wed 23 Dec 2026 18:14 UTC`) by no-break spaces, so that wrapping breaks none.
pub fn with_unbroken_dates(text: &str) -> String {
    let mut joined = String::with_capacity(text.len());
    let mut previous = None;
    for (position, word) in text.split(' ').enumerate() {
        let part = date_part(word.trim_matches(|character: char| !character.is_ascii_alphanumeric()));
        if position > 0 {
            joined.push(if part.is_some() && part == previous { '\u{a0}' } else { ' ' });
        }
        joined.push_str(word);
        let ends_date = word.ends_with(|character: char| !character.is_ascii_alphanumeric());
        previous = part.filter(|_| !ends_date).map(|part| part + 1);
    }
    joined
}

/// The position of a word in a date: weekday, day, month, year, time of day, `UTC`.
fn date_part(word: &str) -> Option<usize> {
    const WEEKDAYS: [&str; 7] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
    const MONTHS: [&str; 12] =
        ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let is_number = word.bytes().all(|byte| byte.is_ascii_digit());
    let is_time = word.split_once(':').is_some_and(|(hour, minute)| (hour.len(), minute.len()) == (2, 2));
    Some(match word.len() {
        1 | 2 if is_number => 1,
        4 if is_number => 3,
        5 if is_time => 4,
        _ if WEEKDAYS.contains(&word) => 0,
        _ if MONTHS.contains(&word) => 2,
        _ if word == "UTC" => 5,
        _ => return None,
    })
}

/// A secret that was used within this time is in use.
const IN_USE: SignedDuration = SignedDuration::from_hours(24);

pub fn secret_status(secret: &ExistingSecret, now: Timestamp, is_login: bool) -> &'static str {
    match secret.last_used_at {
        _ if secret.is_expired(now) => "expired",
        _ if is_login => "signed in",
        Some(at) if now.duration_since(at) < IN_USE => "in use",
        _ => "",
    }
}

/// A date for people: `30 Nov 2026`; in UTC while the time zone is unknown.
pub fn short_date(at: Timestamp, zone: Option<&TimeZone>) -> String {
    let zone = zone.cloned().unwrap_or(TimeZone::UTC);
    at.to_zoned_datetime(zone).strftime("%-d %b %Y").to_string()
}

/// A time of day with seconds: `18:14:02`; in UTC while the time zone is unknown.
pub fn time_of_day(at: Timestamp, zone: Option<&TimeZone>) -> String {
    let zone = zone.cloned().unwrap_or(TimeZone::UTC);
    at.to_zoned_datetime(zone).strftime("%H:%M:%S").to_string()
}

/// A short label for an existing secret: `…9f3a`, or the end of its ID if Atlas sent no mask.
pub fn short_label(secret: &ExistingSecret, ellipsis: &str) -> String {
    let mask = secret.mask.as_ref().and_then(|mask| mask.as_str().rsplit("...").next());
    mask.filter(|end| !end.is_empty())
        .map_or_else(|| end_of(secret.id.as_str(), ellipsis), |end| end_of(end, ellipsis))
}

fn end_of(text: &str, ellipsis: &str) -> String {
    let end = text.char_indices().rev().nth(5).map_or(text, |(from, _)| &text[from..]);
    format!("{ellipsis}{end}")
}

/// The number of secrets of an account and the maximum. It may have more: `3, maximum 2`.
pub fn secret_count(count: usize) -> String {
    if count > SECRETS_PER_ACCOUNT {
        format!("{count}, maximum {SECRETS_PER_ACCOUNT}")
    } else {
        format!("{count} of {SECRETS_PER_ACCOUNT}")
    }
}

/// A sentence with the number of secrets of this account and the maximum.
pub fn account_has(count: usize) -> String {
    match count {
        SECRETS_PER_ACCOUNT => format!("This account has {count} secrets, the maximum."),
        0 => format!("This account has no secrets; the maximum is {SECRETS_PER_ACCOUNT}."),
        1 => format!("This account has 1 secret; the maximum is {SECRETS_PER_ACCOUNT}."),
        _ => format!("This account has {count} secrets; the maximum is {SECRETS_PER_ACCOUNT}."),
    }
}

/// A role as on Atlas's web pages: `GROUP_OWNER` is `Project Owner`.
pub fn role_title(role: &str) -> String {
    let role = role.replacen("GROUP_", "PROJECT_", 1).replacen("ORG_", "ORGANIZATION_", 1);
    let capitalized = |word: &str| match word.split_at_checked(1) {
        Some((first, rest)) => first.to_owned() + &rest.to_lowercase(),
        None => word.to_owned(),
    };
    let words: Vec<String> = role.split('_').map(capitalized).collect();
    words.join(" ").replace("Read Write", "Read/Write")
}

/// The approximate time since `at`: `2 h ago`.
pub fn ago(at: Timestamp, now: Timestamp) -> String {
    let minutes = now.as_second().saturating_sub(at.as_second()) / 60;
    match minutes {
        ..=0 => "just now".to_owned(),
        1..=59 => format!("{minutes} min ago"),
        60..=2879 => format!("{} h ago", minutes / 60),
        _ => format!("{} days ago", minutes / (24 * 60)),
    }
}

/// The same in words, for a sentence: `2 hours ago`.
pub fn ago_in_words(at: Timestamp, now: Timestamp) -> String {
    let short = ago(at, now);
    let plural = if short.starts_with("1 ") { "" } else { "s" };
    short.replace(" min ", &format!(" minute{plural} ")).replace(" h ", &format!(" hour{plural} "))
}

/// `used 2 h ago` or `never used`. `ago` writes the time.
pub fn usage(secret: &ExistingSecret, ago: fn(Timestamp, Timestamp) -> String, now: Timestamp) -> String {
    secret.last_used_at.map_or_else(|| "never used".to_owned(), |at| format!("used {}", ago(at, now)))
}

/// How much later `at` is than `earlier`: `20 hours`, or the days between their dates.
pub fn time_between(earlier: Timestamp, at: Timestamp, zone: Option<&TimeZone>) -> String {
    let zone = zone.cloned().unwrap_or(TimeZone::UTC);
    let [from, to] = [earlier, at].map(|at| at.to_zoned_datetime(zone.clone()).date());
    match at.duration_since(earlier).as_hours() {
        ..=1 => "1 hour".to_owned(),
        hours @ 2..=47 => format!("{hours} hours"),
        _ => format!("{} days", (to - from).get_days()),
    }
}

/// The approximate time until `at`: `in 30 days`.
pub fn from_now(at: Timestamp, now: Timestamp) -> String {
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

/// How long something has been running, in whole seconds: `12 s`.
pub fn seconds(duration: Duration) -> String {
    format!("{} s", duration.as_secs())
}

/// How long something will still take, rounded up to whole seconds, or to minutes if it is long.
pub fn seconds_left(duration: Duration) -> String {
    match duration.as_millis().div_ceil(1000) {
        seconds @ ..=120 => format!("{seconds} s"),
        seconds => format!("{} min", seconds.div_ceil(60)),
    }
}

/// The time until a countdown shows the next second.
pub fn until_next_second(left: Duration) -> Duration {
    let rest = Duration::from_nanos(left.subsec_nanos().into());
    if rest.is_zero() { left.min(Duration::from_secs(1)) } else { rest }
}

/// What `--yes` and `--replace-expired` approved, as lines for standard error.
pub fn approved(consequences: &Consequences, zone: Option<&TimeZone>) -> Vec<String> {
    let label = |secret| short_label(secret, "...");
    let deleted = consequences
        .deletes
        .iter()
        .map(|secret| format!("{} has expired and will be deleted (--replace-expired)", label(secret)));
    let shortened = consequences.shortens.iter().map(|(secret, until)| {
        let unknown = || "an unknown time".to_owned();
        let was = secret.expires_at.map_or_else(unknown, |at| date_time(at, zone));
        let until = date_time(*until, zone);
        format!("{} will expire on {until} instead of {was} (--yes)", label(secret))
    });
    deleted.chain(shortened).collect()
}

/// Shown if a format contains the organization's ID and it is unknown.
pub const NO_ORGANIZATION: &str = "orgId is left out: the organization could not be read.";

/// What is unusual about the value of a new secret.
pub fn value_warning(value: &SecretString) -> Option<&'static str> {
    if !can_be_shown(value) {
        return Some(
            "The value contains characters that cannot be shown. If you paste it into a terminal, they may act as keys.",
        );
    }
    has_mask(value.expose_secret()).then_some(
        "The value looks masked: a proxy may have changed Atlas's response. Verify it before you use it.",
    )
}

/// Says that the search has found nothing so far.
pub fn none_appeared(after: Duration) -> String {
    format!("No new secret has appeared in {} s. One may still appear.", after.as_secs())
}

/// Says that the search has failed.
pub fn check_failed(error: &ApiError) -> String {
    format!("Could not check the account's secrets. {}", error.title())
}

#[cfg(test)]
mod tests {
    use super::super::{SecretId, ServerText};
    use super::*;

    #[test]
    fn an_unusual_value_causes_a_warning() {
        let rows = [
            ("mdb_sa_sk_FAKEfake", None),
            ("another-FORM.of_it", None),
            ("mdb_sa_sk_...9f3a", Some("looks masked")),
            ("mdb_sa_sk_\u{2026}9f3a", Some("looks masked")),
            ("********", Some("looks masked")),
            ("\u{2022}\u{2022}\u{2022}", Some("looks masked")),
            ("mdb_sa_sk_FAKE\n", Some("cannot be shown")),
            ("mdb_sa_sk_\u{1b}[2JFAKE", Some("cannot be shown")),
            ("mdb_sa_sk_\u{202e}FAKE", Some("cannot be shown")),
        ];
        for (value, expected) in rows {
            let warning = value_warning(&SecretString::from(value));
            assert_eq!(warning.is_some(), expected.is_some(), "{value:?}");
            assert!(warning.unwrap_or_default().contains(expected.unwrap_or_default()), "{value:?}");
        }
    }

    #[test]
    fn a_date_is_local_or_marked_as_utc() {
        let at: Timestamp = "2026-12-23T17:14:00Z".parse().unwrap();
        let berlin = TimeZone::posix("CET-1CEST,M3.5.0,M10.5.0/3").unwrap();
        assert_eq!(date_time(at, Some(&berlin)), "Wed 23 Dec 2026 18:14");
        assert_eq!(date_time(at, None), "Wed 23 Dec 2026 17:14 UTC");
    }

    #[test]
    fn a_date_is_one_word_for_wrapping() {
        let rows = [
            (
                "expires Wed 23 Dec 2026 18:14 UTC, in 30 days",
                "expires Wed_23_Dec_2026_18:14_UTC, in 30 days",
            ),
            ("(Wed 3 Dec 2026)  23 Dec", "(Wed_3_Dec_2026)  23_Dec"),
            ("on 30 Nov 2026 instead of 1 Mar 2027.", "on 30_Nov_2026 instead of 1_Mar_2027."),
            ("30 days, Fri 25 Dec 2026. 12 May", "30 days, Fri_25_Dec_2026. 12_May"),
            (" in 2026, 18:14 or later", " in 2026, 18:14 or later"),
        ];
        for (text, expected) in rows {
            assert_eq!(with_unbroken_dates(text).replace('\u{a0}', "_"), expected);
        }
    }

    #[test]
    fn the_days_between_two_times_are_those_between_their_dates() {
        let rows = [
            ("2026-12-08T23:50:00Z", "2026-12-22T23:00:00Z", "14 days"),
            ("2026-12-08T00:10:00Z", "2026-12-22T23:00:00Z", "14 days"),
            ("2026-12-08T00:00:00Z", "2026-12-09T23:00:00Z", "47 hours"),
            ("2026-12-08T00:00:00Z", "2026-12-08T00:10:00Z", "1 hour"),
        ];
        for (earlier, at, expected) in rows {
            assert_eq!(time_between(earlier.parse().unwrap(), at.parse().unwrap(), None), expected, "{at}");
        }
    }

    #[test]
    fn a_long_wait_is_in_minutes() {
        for (seconds, text) in [(0, "0 s"), (120, "120 s"), (121, "3 min"), (7259, "121 min")] {
            assert_eq!(seconds_left(Duration::from_secs(seconds)), text);
        }
    }

    #[test]
    fn a_message_becomes_a_sentence() {
        let rows = [
            ("no terminal found. Use --yes", "No terminal found. Use --yes."),
            ("--base-url ftp://x: not allowed", "--base-url ftp://x: not allowed."),
            ("/home/me/x.toml has an error\n", "/home/me/x.toml has an error."),
            ("project_id in profile `ci` is wrong", "project_id in profile `ci` is wrong."),
            ("service in profile `ci` is `x`", "service in profile `ci` is `x`."),
            ("ärger.", "ärger."),
            ("", "."),
        ];
        for (message, expected) in rows {
            assert_eq!(sentence(message), expected);
        }
    }

    #[test]
    fn a_label_is_short_for_every_mask() {
        let long = "x".repeat(300);
        let rows = [
            (Some("mdb_sa_sk_...9f3a"), "…9f3a"),
            (Some("9f3a"), "…9f3a"),
            (Some("mdb_sa_sk_..."), "…20e7b8"),
            (Some(""), "…20e7b8"),
            (Some(long.as_str()), "…xxxxxx"),
            (Some("größe...鍵🗝"), "…鍵🗝"),
            (None, "…20e7b8"),
        ];
        for (mask, label) in rows {
            let secret = ExistingSecret {
                id: SecretId::from_server("32b6e34b3d91647abb20e7b8").unwrap(),
                created_at: None,
                expires_at: None,
                last_used_at: None,
                mask: mask.map(ServerText::new),
            };
            assert_eq!(short_label(&secret, "…"), label, "{mask:?}");
        }
    }

    #[test]
    fn the_number_of_secrets_is_exact() {
        let rows = [
            (0, "0 of 2", "This account has no secrets; the maximum is 2."),
            (1, "1 of 2", "This account has 1 secret; the maximum is 2."),
            (2, "2 of 2", "This account has 2 secrets, the maximum."),
            (3, "3, maximum 2", "This account has 3 secrets; the maximum is 2."),
            (2_000, "2000, maximum 2", "This account has 2000 secrets; the maximum is 2."),
        ];
        for (count, short, sentence) in rows {
            assert_eq!((secret_count(count), account_has(count)), (short.to_owned(), sentence.to_owned()));
        }
    }

    #[test]
    fn roles_are_written_as_on_atlas_web_pages() {
        let rows = [
            ("GROUP_OWNER", "Project Owner"),
            ("GROUP_DATA_ACCESS_READ_WRITE", "Project Data Access Read/Write"),
            ("ORG_READ_ONLY", "Organization Read Only"),
            ("", ""),
        ];
        for (role, text) in rows {
            assert_eq!(role_title(role), text, "{role}");
        }
    }

    #[test]
    fn past_times_are_approximate() {
        let now: Timestamp = "2026-11-23T18:14:00Z".parse().unwrap();
        let rows = [
            ("2026-11-23T18:14:30Z", "just now", "just now"),
            ("2026-11-23T18:13:30Z", "just now", "just now"),
            ("2026-11-23T18:13:00Z", "1 min ago", "1 minute ago"),
            ("2026-11-23T18:04:00Z", "10 min ago", "10 minutes ago"),
            ("2026-11-23T17:14:00Z", "1 h ago", "1 hour ago"),
            ("2026-11-22T21:14:00Z", "21 h ago", "21 hours ago"),
            ("2026-11-21T18:15:00Z", "47 h ago", "47 hours ago"),
            ("2026-11-13T18:14:00Z", "10 days ago", "10 days ago"),
        ];
        for (at, text, words) in rows {
            let at = at.parse().unwrap();
            assert_eq!((ago(at, now).as_str(), ago_in_words(at, now).as_str()), (text, words), "{at}");
        }
        assert_eq!(short_date(now, None), "23 Nov 2026");
        assert_eq!(time_of_day(now, None), "18:14:00");
    }

    #[test]
    fn future_times_are_approximate() {
        let now: Timestamp = "2026-11-23T18:14:00Z".parse().unwrap();
        let rows = [
            ("2026-11-23T18:14:00Z", "expired"),
            ("2026-11-23T18:20:00Z", "in less than an hour"),
            ("2026-11-23T19:10:00Z", "in 1 hour"),
            ("2026-11-24T02:14:00Z", "in 8 hours"),
            ("2026-12-23T18:14:00Z", "in 30 days"),
            ("2027-11-23T18:13:30Z", "in 365 days"),
        ];
        for (at, text) in rows {
            assert_eq!(from_now(at.parse().unwrap(), now), text, "{at}");
        }
    }
}
