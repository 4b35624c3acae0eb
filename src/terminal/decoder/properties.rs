//! Bytes by the ten thousand, cut anywhere: reports between keys, and bytes that mean nothing.

use proptest::collection::vec;
use proptest::prelude::*;

use super::tests::{REPORTS, control, expire_all, key};
use super::*;

/// A report, and no key.
fn report() -> impl Strategy<Value = Vec<u8>> {
    let known = prop::sample::select(REPORTS).prop_map(<[u8]>::to_vec);
    let sequence =
        ("[?>=<][0-9;:]{0,30}", "[ -/]?", 0x40..0x7F_u8).prop_map(|(parameters, between, last)| {
            [b"\x1b[", parameters.as_bytes(), between.as_bytes(), &[last]].concat()
        });
    let starts: Vec<&[u8]> = vec![b"\x1b]", b"\x1bP", b"\x1bX", b"\x1b^", b"\x1b_"];
    let ends: Vec<&[u8]> = vec![b"\x1b\\", b"\x07", b"\xc2\x9c", b"\x9c"];
    let string = (prop::sample::select(starts), "[ -~äß漢✓]{0,40}\\n?", prop::sample::select(ends)).prop_map(
        |(start, text, end)| {
            // A byte of text before an eight-bit end would be the beginning of a character.
            let text = if end.len() == 1 { text.replace(|one: char| !one.is_ascii(), "") } else { text };
            [start, text.as_bytes(), end].concat()
        },
    );
    prop_oneof![known, sequence, string]
}

/// What a key sends, and the key. No Escape, which is a key only when nothing follows it.
fn a_key() -> impl Strategy<Value = (Vec<u8>, Event)> {
    let named: Vec<(&[u8], Event)> = vec![
        (b"\x1b[A", key(KeyCode::Up)),
        (b"\x1bOB", key(KeyCode::Down)),
        (b"\x1b[3~", key(KeyCode::Delete)),
        (b"\x1bOP", key(KeyCode::F(1))),
        (b"\r", key(KeyCode::Enter)),
        (b"\t", key(KeyCode::Tab)),
        (b"\x7f", key(KeyCode::Backspace)),
        (b"\x03", control('c')),
        (b"\x15", control('u')),
        (b"\x1b[200~a\x1b[1;1R\r\xc3\xa4\x1b[201~", Event::Paste("a\u{1b}[1;1R\r\u{e4}".into())),
    ];
    let typed = "[a-zä漢0-9]".prop_map(|text| {
        let character = text.chars().next().unwrap();
        (text.into_bytes(), key(KeyCode::Char(character)))
    });
    prop_oneof![prop::sample::select(named).prop_map(|(bytes, event)| (bytes.to_vec(), event)), typed]
}

/// Bytes that begin or end something, and any others.
fn noise() -> impl Strategy<Value = Vec<u8>> {
    let special = prop::sample::select(b"\x1b[]OP_^X\\M<?;:0129~u$ \x07\x9b\x9c\x9d\xc2\x18a\x7f".to_vec());
    vec(prop_oneof![8 => special, 1 => any::<u8>()], 0..60)
}

/// The bytes in reads that end at these places.
fn cut<'a>(bytes: &'a [u8], at: &[prop::sample::Index]) -> Vec<&'a [u8]> {
    let mut places: Vec<usize> = at.iter().map(|at| at.index(bytes.len() + 1)).collect();
    places.sort_unstable();
    let mut from = 0;
    places.push(bytes.len());
    places.into_iter().map(|to| &bytes[std::mem::replace(&mut from, to)..to]).collect()
}

/// The events of these reads. Each read comes with its delay after the previous one, in milliseconds.
fn decode(decoder: &mut Decoder, now: &mut Instant, reads: &[&[u8]], pauses: &[u64]) -> Vec<Event> {
    let mut found = Vec::new();
    for (index, read) in reads.iter().enumerate() {
        *now += Duration::from_millis(pauses.get(index).copied().unwrap_or_default());
        found.extend(decoder.expire(*now));
        found.extend(decoder.feed(read, *now));
    }
    found
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 10_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn between_any_reports_every_key_is_found_and_nothing_else(
        units in vec((vec(report(), 0..3), a_key()), 1..8), at in vec(any::<prop::sample::Index>(), 0..6),
    ) {
        let mut bytes = Vec::new();
        let mut expected = Vec::new();
        for (reports, (typed, event)) in units {
            bytes.extend(reports.concat());
            bytes.extend(typed);
            expected.push(event);
        }
        let mut now = Instant::now();
        let mut decoder = Decoder::new(now);
        let mut found = decode(&mut decoder, &mut now, &cut(&bytes, &at), &[]);
        found.extend(expire_all(&mut decoder));
        prop_assert_eq!(found, expected, "{}", bytes.escape_ascii());
    }

    #[test]
    fn after_any_bytes_at_any_pace_the_keyboard_works(
        bytes in noise(), at in vec(any::<prop::sample::Index>(), 0..6),
        pauses in vec(prop::sample::select(vec![0_u64, 10, 60, 3_000]), 0..6),
    ) {
        let mut now = Instant::now();
        let mut decoder = Decoder::new(now);
        decode(&mut decoder, &mut now, &cut(&bytes, &at), &pauses);
        prop_assert!(decoder.deadline().is_none_or(|deadline| deadline <= now + UNIT_LIMIT));
        // Ctrl-C at once.
        let mut other = Decoder::new(now);
        decode(&mut other, &mut now, &[&bytes], &[]);
        prop_assert_eq!(other.feed(b"\x03", now).pop(), Some(control('c')));
        // Any key once everything that waits has had its time.
        expire_all(&mut decoder);
        now += UNIT_LIMIT;
        prop_assert_eq!(decoder.feed(b"x", now).pop(), Some(key(KeyCode::Char('x'))));
    }

    #[test]
    fn how_reads_cut_the_bytes_changes_nothing(bytes in noise(), at in vec(any::<prop::sample::Index>(), 1..9)) {
        // At the end of a read Ctrl-C was typed, and ends a paste.
        let bytes: Vec<u8> = bytes.into_iter().filter(|byte| *byte != CTRL_C).collect();
        let mut now = Instant::now();
        let (mut whole, mut parts) = (Decoder::new(now), Decoder::new(now));
        let mut expected = decode(&mut whole, &mut now, &[&bytes], &[]);
        expected.extend(expire_all(&mut whole));
        let mut found = decode(&mut parts, &mut now, &cut(&bytes, &at), &[]);
        found.extend(expire_all(&mut parts));
        prop_assert_eq!(found, expected);
    }
}
