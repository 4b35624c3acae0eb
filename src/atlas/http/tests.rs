use std::future::ready;

use super::*;

#[test]
fn the_log_says_why_there_was_no_answer() {
    let rows = [
        (ApiError::not_sent(Cause::ConnectTimeout), "not sent"),
        (ApiError::interrupted(ServerText::new("reset")), "no answer: the connection broke"),
        (ApiError::sent(Cause::TimedOut(Duration::from_secs(3))), "no answer in time"),
    ];
    for (error, expected) in rows {
        assert_eq!(no_answer_message(&error), expected);
    }
}

#[test]
fn the_log_names_the_path_alone() {
    let rows = [
        ("https://cloud.mongodb.com/api/oauth/token", "/api/oauth/token"),
        ("http://127.0.0.1:1/api/atlas/v2/groups?pageNum=1", "/api/atlas/v2/groups"),
        ("https://cloud.mongodb.com", "/"),
    ];
    for (url, path) in rows {
        assert_eq!(path_of(url), path);
    }
}

#[tokio::test]
async fn work_that_is_ready_beats_a_deadline_that_is_over() {
    assert_eq!(before(ready("answer"), pin!(ready(()))).await, Some("answer"));
}

#[tokio::test]
async fn the_deadline_ends_work_that_never_does() {
    let never = std::future::pending::<()>();
    assert_eq!(before(never, pin!(deadline(Duration::ZERO))).await, None);
}

#[test]
fn appending_keeps_every_byte_across_growth() {
    let mut buffer = Zeroizing::new(Vec::with_capacity(4));
    for chunk in [&b"abc"[..], b"", b"defghij", b"klmnopqrstuvwxyz"] {
        append(&mut buffer, chunk);
    }
    assert_eq!(buffer.as_slice(), b"abcdefghijklmnopqrstuvwxyz");
}

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
