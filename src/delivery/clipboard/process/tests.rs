use proptest::collection::vec;
use proptest::prelude::*;

use super::*;

const MINUTE: Option<Duration> = Some(Duration::from_secs(60));

fn hold(value: &str, clear_after: Option<Duration>) -> Request {
    Request::Hold { value: SecretString::from(value), clear_after }
}

/// The body of a frame; checks its length.
fn body(frame: &[u8]) -> String {
    let (length, body) = frame.split_first_chunk().unwrap();
    assert_eq!(u64::from_be_bytes(*length), body.len() as u64);
    String::from_utf8(body.to_vec()).unwrap()
}

fn frame(body: &[u8]) -> Vec<u8> {
    [&(body.len() as u64).to_be_bytes()[..], body].concat()
}

#[test]
fn the_value_of_a_request_follows_its_header() {
    let rows = [
        (
            hold("fake\nvalue ", MINUTE),
            "{\"Hold\":{\"clear_after\":{\"secs\":60,\"nanos\":0}}}\nfake\nvalue ",
        ),
        (hold("", None), "{\"Hold\":{\"clear_after\":null}}\n"),
        (Request::Check, "\"Check\"\n"),
        (Request::Extend(Duration::from_millis(1500)), "{\"Extend\":{\"secs\":1,\"nanos\":500000000}}\n"),
        (Request::Clear, "\"Clear\"\n"),
    ];
    for (request, expected) in rows {
        assert_eq!(body(&request.encode().unwrap()), expected, "{request:?}");
    }
}

#[test]
fn requests_are_read_one_after_the_other() {
    let mut input = Vec::new();
    for request in [hold("fake\n\"Clear\"\n", MINUTE), Request::Check, hold("§", None)] {
        input.extend_from_slice(&request.encode().unwrap());
    }
    let mut input = input.as_slice();
    let mut read = || Request::read(&mut input).ok();
    assert!(matches!(read(), Some(Request::Hold { value, clear_after: MINUTE })
        if value.expose_secret() == "fake\n\"Clear\"\n"));
    assert!(matches!(read(), Some(Request::Check)));
    assert!(
        matches!(read(), Some(Request::Hold { value, clear_after: None }) if value.expose_secret() == "§")
    );
    assert!(read().is_none(), "nothing is left");
}

#[test]
fn the_buffer_of_a_frame_never_grew() {
    let frame = hold("mdb_sa_sk_fake", MINUTE).encode().unwrap();
    assert_eq!(frame.capacity(), frame.len());
}

#[test]
fn debug_shows_no_value() {
    assert!(!format!("{:?}", hold("mdb_sa_sk_fake", MINUTE)).contains("fake"));
}

#[test]
fn anything_but_a_frame_is_an_error() {
    let whole = hold("fake", MINUTE).encode().unwrap();
    for length in 0..whole.len() {
        assert!(Request::read(&mut &whole[..length]).is_err(), "cut after {length} bytes");
    }
    let bodies: [&[u8]; 9] = [
        b"",
        b"\"Check\"",
        b"Check\n",
        b"\"Sing\"\n",
        b"[\"Check\",\"Check\"]\n",
        b"\"Check\"\nmore",
        b"{\"Extend\":null}\n",
        b"{\"Hold\":{\"clear_after\":\"soon\"}}\nfake",
        b"{\"Hold\":{\"clear_after\":null}}\n\xff",
    ];
    for body in bodies {
        assert!(Request::read(&mut frame(body).as_slice()).is_err(), "{}", body.escape_ascii());
    }
    assert!(Request::read(&mut &u64::MAX.to_be_bytes()[..]).is_err(), "no memory is allocated for it");
}

#[test]
fn every_report_is_one_line_that_is_read_back() {
    use ClipboardContent::{Cleared, Ours, Overwritten, Unreadable};
    let reports = [
        Report::Opened,
        Report::Set { is_verified: true, clears_in: MINUTE },
        Report::Set { is_verified: false, clears_in: None },
        Report::Failed(CopyError::NoDisplay),
        Report::Content(Ours { clears_in: MINUTE }),
        Report::Content(Overwritten),
        Report::Ended(Cleared),
        Report::Ended(ClipboardContent::Lost(LostCopy::DisplayGone)),
        Report::Ended(Unreadable),
    ];
    for report in reports {
        let line = serde_json::to_string(&report).unwrap();
        assert!(!line.contains('\n'), "{line:?}");
        assert_eq!(serde_json::from_str::<Report>(&line).unwrap(), report);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 10_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_value_survives_a_round_trip(value in any::<String>(), seconds in prop::option::of(0_u64..100_000)) {
        let clear_after = seconds.map(Duration::from_secs);
        let frame = hold(&value, clear_after).encode().unwrap();
        let Request::Hold { value: read, clear_after: read_time } = Request::read(&mut &frame[..]).unwrap() else {
            return Err(TestCaseError::fail("another request"));
        };
        prop_assert_eq!((read.expose_secret(), read_time), (&value[..], clear_after));
        // A frame is incomplete if its writer died.
        prop_assert!(Request::read(&mut &frame[..frame.len() - 1]).is_err());
    }

    #[test]
    fn any_bytes_are_a_request_or_an_error(body in vec(any::<u8>(), 0..60)) {
        let _ = Request::read(&mut &body[..]);
        let _ = Request::read(&mut &frame(&body)[..]);
    }
}
