//! Atlas's own clock.

use jiff::Timestamp;
use jiff::fmt::rfc2822;
use reqwest::header::{DATE, HeaderMap};

/// When an answer was made (`Date`, RFC 9110, section 6.6.1). What Atlas says about its secrets is of this
/// clock, so that this machine's may be wrong by any amount.
pub(super) fn date(headers: &HeaderMap) -> Option<Timestamp> {
    http_date(headers.get(DATE)?.to_str().ok()?)
}

/// An HTTP date in any of its three forms (RFC 9110, section 5.6.7): as mail has it, which servers send, with an
/// offset too; of RFC 850; and of C's `asctime`.
pub(super) fn http_date(text: &str) -> Option<Timestamp> {
    let text = text.trim();
    match rfc2822::parse(text) {
        Ok(time) => Some(time.timestamp()),
        Err(_) => Timestamp::try_from(httpdate::parse_http_date(text).ok()?).ok(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_date_is_read_and_nonsense_is_not() {
        let rows = [
            ("Mon, 23 Nov 2026 18:14:00 GMT", Some("2026-11-23T18:14:00Z")),
            (" Mon, 23 Nov 2026 18:14:00 GMT ", Some("2026-11-23T18:14:00Z")),
            ("Mon, 23 Nov 2026 19:14:00 +0100", Some("2026-11-23T18:14:00Z")),
            ("Sun, 1 Nov 2026 08:49:37 GMT", Some("2026-11-01T08:49:37Z")),
            ("Monday, 23-Nov-26 18:14:00 GMT", Some("2026-11-23T18:14:00Z")),
            ("Sunday, 06-Nov-94 08:49:37 GMT", Some("1994-11-06T08:49:37Z")),
            ("Thursday, 31-Dec-26 23:59:59 GMT", Some("2026-12-31T23:59:59Z")),
            ("Mon Nov 23 18:14:00 2026", Some("2026-11-23T18:14:00Z")),
            ("Sun Nov  6 08:49:37 1994", Some("1994-11-06T08:49:37Z")),
            ("  Mon Nov 23 18:14:00 2026 ", Some("2026-11-23T18:14:00Z")),
            ("Mon Nov 23 18:14:00", None),
            ("Monday, 23-Nov-26", None),
            ("Monday, 32-Nov-26 18:14:00 GMT", None),
            ("Mon, 23 Nov 2026 25:14:00 GMT", None),
            ("1795457640", None),
            ("2026-11-23T18:14:00Z", None),
            ("soon", None),
            ("", None),
        ];
        for (text, expected) in rows {
            let mut headers = HeaderMap::new();
            headers.insert(DATE, text.parse().unwrap());
            assert_eq!(date(&headers), expected.map(|time| time.parse().unwrap()), "{text:?}");
        }
        assert_eq!(date(&HeaderMap::new()), None);
    }
}
