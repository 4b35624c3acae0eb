use proptest::collection::vec;
use proptest::prelude::*;

use super::*;

const MINUTE: Option<Duration> = Some(Duration::from_secs(60));

fn hold(value: &str, clear_after: Option<Duration>) -> Request {
    Request::Hold { value: SecretString::from(value), clear_after }
}

/// What stands in a frame behind its length, which is checked.
fn body(frame: &[u8]) -> String {
    let (length, body) = frame.split_first_chunk().unwrap();
    assert_eq!(u64::from_be_bytes(*length), body.len() as u64);
    String::from_utf8(body.to_vec()).unwrap()
}

fn frame(body: &[u8]) -> Vec<u8> {
    [&(body.len() as u64).to_be_bytes()[..], body].concat()
}

#[test]
fn requests_are_spelled_in_words() {
    let rows = [
        (hold("fake\nvalue ", MINUTE), "7 hold 60000\nfake\nvalue "),
        (hold("", None), "7 hold never\n"),
        (Request::Look, "7 look\n"),
        (Request::Extend(Duration::from_millis(1500)), "7 extend 1500\n"),
        (Request::Clear, "7 clear\n"),
    ];
    for (request, expected) in rows {
        assert_eq!(body(&request.encode(7)), expected, "{request:?}");
    }
}

#[test]
fn requests_are_read_one_after_the_other() {
    let mut input = Vec::new();
    for (number, request) in
        [hold("fake\n7 clear\n", MINUTE), Request::Look, hold("§", None)].iter().enumerate()
    {
        input.extend_from_slice(&request.encode(u32::try_from(number).unwrap()));
    }
    let mut input = input.as_slice();
    let mut read = || Request::read(&mut input).ok();
    assert!(matches!(read(), Some((0, Request::Hold { value, clear_after: MINUTE }))
        if value.expose_secret() == "fake\n7 clear\n"));
    assert!(matches!(read(), Some((1, Request::Look))));
    assert!(
        matches!(read(), Some((2, Request::Hold { value, clear_after: None })) if value.expose_secret() == "§")
    );
    assert!(read().is_none(), "nothing is left");
}

#[test]
fn the_buffer_of_a_frame_never_grew() {
    let frame = hold("mdb_sa_sk_fake", MINUTE).encode(1);
    assert_eq!(frame.capacity(), frame.len());
}

#[test]
fn debug_shows_no_value() {
    assert!(!format!("{:?}", hold("mdb_sa_sk_fake", MINUTE)).contains("fake"));
}

#[test]
fn a_frame_that_is_none_of_ours_is_an_error() {
    let whole = hold("fake", MINUTE).encode(1);
    for length in 0..whole.len() {
        assert!(Request::read(&mut &whole[..length]).is_err(), "cut after {length} bytes");
    }
    let bodies: [&[u8]; 9] = [
        b"",
        b"7 look",
        b"look\n",
        b"-1 look\n",
        b"7 sing\n",
        b"7 look twice\n",
        b"7 extend never\n",
        b"7 hold soon\nfake",
        b"7 hold 60000\n\xff",
    ];
    for body in bodies {
        assert!(Request::read(&mut frame(body).as_slice()).is_err(), "{}", body.escape_ascii());
    }
    assert!(Request::read(&mut &u64::MAX.to_be_bytes()[..]).is_err(), "no memory is taken for it");
}

#[test]
fn reports_are_spelled_in_words_and_understood() {
    use ClipboardContent::{Cleared, Ours, Overwritten, Unreadable};
    let rows = [
        (None, Report::Opened, "- opened\n"),
        (Some(3), Report::Verified { clears_in: MINUTE }, "3 verified 60000\n"),
        (Some(3), Report::Unverified { clears_in: None }, "3 unverified never\n"),
        (None, Report::Failed(HoldProblem::Unopened), "- failed unopened\n"),
        (Some(4), Report::Failed(HoldProblem::Occupied), "4 failed occupied\n"),
        (Some(4), Report::Failed(HoldProblem::Refused), "4 failed refused\n"),
        (Some(5), Report::Content(Ours { clears_in: MINUTE }), "5 content ours 60000\n"),
        (Some(5), Report::Content(Overwritten), "5 content overwritten\n"),
        (None, Report::Ended(Cleared), "- ended cleared\n"),
        (Some(6), Report::Ended(Unreadable), "6 ended unreadable\n"),
    ];
    for (answers, report, line) in rows {
        assert_eq!(report.encode(answers), line);
        assert_eq!(Report::decode(line.trim_end()), Some((answers, report)));
    }
}

#[test]
fn a_line_that_is_none_of_ours_is_not_understood() {
    for line in
        ["", "3", "opened", "3 verified", "3 verified soon", "3 content mine", "- opened wide", "x opened"]
    {
        assert_eq!(Report::decode(line), None, "{line:?}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 10_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_value_goes_through_whole(value in any::<String>(), number in any::<u32>(), seconds in prop::option::of(0_u64..100_000)) {
        let clear_after = seconds.map(Duration::from_secs);
        let frame = hold(&value, clear_after).encode(number);
        let (read_number, request) = Request::read(&mut &frame[..]).unwrap();
        let Request::Hold { value: read, clear_after: read_time } = request else {
            return Err(TestCaseError::fail("another request"));
        };
        prop_assert_eq!((read_number, read.expose_secret(), read_time), (number, &value[..], clear_after));
        // A frame whose writer died is none.
        prop_assert!(Request::read(&mut &frame[..frame.len() - 1]).is_err());
    }

    #[test]
    fn any_bytes_are_a_request_or_refused(body in vec(any::<u8>(), 0..60), line in "[0-9-]{1,3} [a-z]{2,10}( [a-z0-9]{1,7}){0,2}") {
        let _ = Request::read(&mut &body[..]);
        let _ = Request::read(&mut &frame(&body)[..]);
        if let Some((answers, report)) = Report::decode(&line) {
            prop_assert_eq!(Report::decode(report.encode(answers).trim_end()), Some((answers, report)));
        }
    }
}
