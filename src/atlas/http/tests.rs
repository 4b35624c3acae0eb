use std::future::ready;
use std::io::Write;

use flate2::Compression;
use flate2::write::GzEncoder;

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

#[tokio::test(start_paused = true)]
async fn the_deadline_leaves_the_work_its_whole_limit() {
    let limit = Duration::from_secs(10);
    assert_eq!(before(sleep(limit + DRAINING / 2), pin!(deadline(limit))).await, Some(()));
    assert_eq!(before(sleep(limit + DRAINING * 2), pin!(deadline(limit))).await, None);
}

#[test]
fn a_stalled_connection_and_the_pauses_leave_time_for_the_request() {
    let limits = Limits::default();
    assert!(limits.connect < limits.create);
    assert!(limits.verify_pauses.iter().sum::<Duration>() < limits.verify);
}

fn gzip(body: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(body).unwrap();
    encoder.finish().unwrap()
}

#[test]
fn what_is_not_encoded_stays_as_it_is() {
    for body in ["{}", " \r\n{}", "\n{\"secret\":\"FAKE\"}", "<html>", "x", ""] {
        for encoding in ["", "identity", "gzip", "x-gzip", "deflate", "br", "zstd"] {
            let encodings = vec![encoding.to_owned()];
            let mut answer = Answer { encodings, ..Answer::of(200, body.as_bytes()) };
            answer.decode();
            assert_eq!(
                (&answer.body[..], answer.end),
                (body.as_bytes(), BodyEnd::Complete),
                "{encoding} {body:?}"
            );
        }
    }
}

#[test]
fn zlib_is_told_from_bare_deflate_by_its_header() {
    let rows: [(&[u8], bool); 8] = [
        (&[0x78, 0x01], true),
        (&[0x78, 0x9c, 0xff], true),
        (&[0x58, 0x85], true),
        (&[0x78, 0x9d], false),
        (&[0x79, 0x18], false),
        (&[0x18, 0x19, 0x00], true),
        (&[0x78], false),
        (&[], false),
    ];
    for (body, expected) in rows {
        assert_eq!(is_zlib(body), expected, "{body:x?}");
    }
}

#[test]
fn a_decoded_body_has_a_limit() {
    for (length, end) in [(LONGEST_BODY, BodyEnd::Complete), (LONGEST_BODY + 1, BodyEnd::TooLarge)] {
        let mut answer = Answer::of(200, &gzip(&vec![b'x'; length]));
        answer.decode();
        assert_eq!((answer.body.len(), answer.end), (LONGEST_BODY, end));
    }
}

#[test]
fn a_body_that_broke_off_keeps_its_cause_when_it_is_decoded() {
    let whole = gzip(b"{\"secret\":\"FAKE\"}");
    let cause = || BodyEnd::Cut(Cause::TimedOut(Duration::from_secs(60)));
    let mut answer = Answer { end: cause(), ..Answer::of(201, &whole[..whole.len() - 8]) };
    answer.decode();
    assert_eq!((&answer.body[..], answer.end), (&b"{\"secret\":\"FAKE\"}"[..], cause()));
}

#[test]
fn only_a_401_holds_a_challenge() {
    for (status, holds_one) in [(401, true), (200, false), (403, false)] {
        let response = hyper::Response::builder()
            .status(status)
            .header("WWW-Authenticate", r#"Digest realm="x", nonce="FAKE", qop="auth", stale=true"#)
            .body("")
            .unwrap();
        assert_eq!(Answer::new(&response.into()).is_stale(), holds_one, "{status}");
    }
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
