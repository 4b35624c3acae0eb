//! How long Atlas asks to wait (RFC 9110, section 10.2.3).

use std::time::Duration;

use jiff::Timestamp;
use reqwest::header::{HeaderMap, RETRY_AFTER};

use super::clock;

/// Waiting longer than this makes no sense for a person in front of a terminal; such a value is more
/// likely an error of something on the way.
const LONGEST: Duration = Duration::from_secs(24 * 60 * 60);

/// Reads `Retry-After`: seconds, or an HTTP date, which counts from the answer's own `Date` so that
/// this machine's clock does not matter. Nothing when it is absent, garbled, past or over a day.
pub(super) fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let value = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    let wait = seconds(value).or_else(|| until(value, clock::date(headers)?))?;
    (wait <= LONGEST).then_some(wait)
}

fn seconds(value: &str) -> Option<Duration> {
    let digits_only = value.bytes().all(|byte| byte.is_ascii_digit());
    digits_only.then(|| value.parse().ok().map(Duration::from_secs))?
}

fn until(value: &str, now: Timestamp) -> Option<Duration> {
    Duration::try_from(clock::http_date(value)?.duration_since(now)).ok()
}

#[cfg(test)]
mod tests {
    use reqwest::header::DATE;

    use super::*;

    const NOW: &str = "Mon, 23 Nov 2026 18:14:00 GMT";

    #[test]
    fn seconds_and_dates_are_read_and_nonsense_is_not() {
        let rows = [
            ("55", Some(55)),
            ("0", Some(0)),
            ("86400", Some(86_400)),
            ("86401", None),
            ("99999999999999999999999", None),
            ("-5", None),
            ("+5", None),
            ("5.5", None),
            ("", None),
            ("soon", None),
            ("Mon, 23 Nov 2026 18:15:10 GMT", Some(70)),
            ("Mon, 23 Nov 2026 18:13:59 GMT", None),
            ("Wed, 23 Dec 2026 18:14:00 GMT", None),
        ];
        for (value, expected) in rows {
            let mut headers = HeaderMap::new();
            headers.insert(RETRY_AFTER, value.parse().unwrap());
            headers.insert(DATE, NOW.parse().unwrap());
            assert_eq!(retry_after(&headers), expected.map(Duration::from_secs), "{value:?}");
        }
    }

    #[test]
    fn a_date_needs_the_servers_own_clock() {
        let mut headers = HeaderMap::new();
        assert_eq!(retry_after(&headers), None);
        headers.insert(RETRY_AFTER, NOW.parse().unwrap());
        assert_eq!(retry_after(&headers), None);
    }
}
