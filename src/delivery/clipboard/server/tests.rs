use proptest::collection::vec;
use proptest::prelude::*;

use super::*;

const MINUTE: Option<Duration> = Some(Duration::from_secs(60));

fn hold(value: &str, clear_after: Option<Duration>) -> Request {
    Request::Hold { value: SecretString::from(value), clear_after }
}

/// The body of a frame, after its length was checked.
fn body(frame: &[u8]) -> String {
    let (length, body) = frame.split_first_chunk().unwrap();
    assert_eq!(u64::from_be_bytes(*length), body.len() as u64);
    String::from_utf8(body.to_vec()).unwrap()
}

fn frame(body: &[u8]) -> Vec<u8> {
    [&(body.len() as u64).to_be_bytes()[..], body].concat()
}

#[test]
fn the_value_of_a_request_stands_after_its_header() {
    let rows = [
        (
            hold("fake\nvalue ", MINUTE),
            "[7,{\"Hold\":{\"clear_after\":{\"secs\":60,\"nanos\":0}}}]\nfake\nvalue ",
        ),
        (hold("", None), "[7,{\"Hold\":{\"clear_after\":null}}]\n"),
        (Request::Check, "[7,\"Check\"]\n"),
        (Request::Extend(Duration::from_millis(1500)), "[7,{\"Extend\":{\"secs\":1,\"nanos\":500000000}}]\n"),
        (Request::Clear, "[7,\"Clear\"]\n"),
    ];
    for (request, expected) in rows {
        assert_eq!(body(&request.encode(7).unwrap()), expected, "{request:?}");
    }
}

#[test]
fn requests_are_read_one_after_the_other() {
    let mut input = Vec::new();
    for (number, request) in
        [hold("fake\n[7,\"Clear\"]\n", MINUTE), Request::Check, hold("§", None)].iter().enumerate()
    {
        input.extend_from_slice(&request.encode(u32::try_from(number).unwrap()).unwrap());
    }
    let mut input = input.as_slice();
    let mut read = || Request::read(&mut input).ok();
    assert!(matches!(read(), Some((0, Request::Hold { value, clear_after: MINUTE }))
        if value.expose_secret() == "fake\n[7,\"Clear\"]\n"));
    assert!(matches!(read(), Some((1, Request::Check))));
    assert!(
        matches!(read(), Some((2, Request::Hold { value, clear_after: None })) if value.expose_secret() == "§")
    );
    assert!(read().is_none(), "nothing is left");
}

#[test]
fn the_buffer_of_a_frame_never_grew() {
    let frame = hold("mdb_sa_sk_fake", MINUTE).encode(1).unwrap();
    assert_eq!(frame.capacity(), frame.len());
}

#[test]
fn debug_shows_no_value() {
    assert!(!format!("{:?}", hold("mdb_sa_sk_fake", MINUTE)).contains("fake"));
}

#[test]
fn what_is_not_a_frame_is_an_error() {
    let whole = hold("fake", MINUTE).encode(1).unwrap();
    for length in 0..whole.len() {
        assert!(Request::read(&mut &whole[..length]).is_err(), "cut after {length} bytes");
    }
    let bodies: [&[u8]; 10] = [
        b"",
        b"[7,\"Check\"]",
        b"\"Check\"\n",
        b"[-1,\"Check\"]\n",
        b"[7,\"Sing\"]\n",
        b"[7,\"Check\",\"Check\"]\n",
        b"[7,\"Check\"]\nmore",
        b"[7,{\"Extend\":null}]\n",
        b"[7,{\"Hold\":{\"clear_after\":\"soon\"}}]\nfake",
        b"[7,{\"Hold\":{\"clear_after\":null}}]\n\xff",
    ];
    for body in bodies {
        assert!(Request::read(&mut frame(body).as_slice()).is_err(), "{}", body.escape_ascii());
    }
    assert!(Request::read(&mut &u64::MAX.to_be_bytes()[..]).is_err(), "no memory is allocated for it");
}

#[test]
fn every_report_is_one_line_that_is_read_back() {
    use ClipboardContent::{Cleared, Ours, Overwritten, Unreadable};
    let rows = [
        (None, Report::Opened),
        (Some(3), Report::Set { is_verified: true, clears_in: MINUTE }),
        (Some(3), Report::Set { is_verified: false, clears_in: None }),
        (None, Report::Failed(CopyError::NoDisplay)),
        (Some(4), Report::Failed(CopyError::ClipboardOccupied)),
        (Some(4), Report::Failed(CopyError::ClipboardRefused)),
        (Some(5), Report::Content(Ours { clears_in: MINUTE })),
        (Some(5), Report::Content(Overwritten)),
        (None, Report::Ended(Cleared)),
        (Some(6), Report::Ended(Unreadable)),
    ];
    for (answers, report) in rows {
        let line = report.encode(answers).unwrap();
        assert_eq!(line.find('\n'), Some(line.len() - 1), "{line:?}");
        assert_eq!(Report::decode(line.trim_end()), Some((answers, report)));
    }
}

#[test]
fn what_is_not_a_report_is_ignored() {
    for line in ["", "3", "\"Opened\"", "[3]", "[\"x\",\"Opened\"]", "[3,\"Set\"]", "[null,\"Opened\"] wide"]
    {
        assert_eq!(Report::decode(line), None, "{line:?}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 10_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_value_goes_through_whole(value in any::<String>(), number in any::<u32>(), seconds in prop::option::of(0_u64..100_000)) {
        let clear_after = seconds.map(Duration::from_secs);
        let frame = hold(&value, clear_after).encode(number).unwrap();
        let (read_number, request) = Request::read(&mut &frame[..]).unwrap();
        let Request::Hold { value: read, clear_after: read_time } = request else {
            return Err(TestCaseError::fail("another request"));
        };
        prop_assert_eq!((read_number, read.expose_secret(), read_time), (number, &value[..], clear_after));
        // A frame whose writer died is not a frame.
        prop_assert!(Request::read(&mut &frame[..frame.len() - 1]).is_err());
    }

    #[test]
    fn any_bytes_are_a_request_or_refused(body in vec(any::<u8>(), 0..60), line in r#"\[(null|[0-9-]{1,3}),"[A-Z][a-z]{2,10}"\]"#) {
        let _ = Request::read(&mut &body[..]);
        let _ = Request::read(&mut &frame(&body)[..]);
        if let Some((answers, report)) = Report::decode(&line) {
            let encoded = report.encode(answers).unwrap();
            prop_assert_eq!(Report::decode(encoded.trim_end()), Some((answers, report)));
        }
    }
}
