//! Atlas's own clock.

use jiff::Timestamp;
use jiff::fmt::rfc2822;
use reqwest::header::{DATE, HeaderMap};

/// When an answer was made (`Date`, RFC 9110, section 6.6.1). What Atlas says about its secrets is of this
/// clock, so that this machine's may be wrong by any amount.
pub(super) fn date(headers: &HeaderMap) -> Option<Timestamp> {
    http_date(headers.get(DATE)?.to_str().ok()?)
}

/// An HTTP date in the one form that servers still send (RFC 9110, section 5.6.7, `IMF-fixdate`).
pub(super) fn http_date(text: &str) -> Option<Timestamp> {
    Some(rfc2822::parse(text.trim()).ok()?.timestamp())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_date_is_read_and_nonsense_is_not() {
        let rows = [
            ("Mon, 23 Nov 2026 18:14:00 GMT", Some("2026-11-23T18:14:00Z")),
            (" Mon, 23 Nov 2026 18:14:00 GMT ", Some("2026-11-23T18:14:00Z")),
            ("Monday, 23-Nov-26 18:14:00 GMT", None),
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
