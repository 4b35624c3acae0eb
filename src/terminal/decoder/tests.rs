use proptest::collection::vec;
use proptest::prelude::*;

use super::*;

/// The reports of terminals, and other units that are not keys.
const REPORTS: &[&[u8]] = &[
    // Modes (DECRPM), the color scheme, in-band resizing.
    b"\x1b[?2026;2$y",
    b"\x1b[4;1$y",
    b"\x1b[?997;1n",
    b"\x1b[48;24;80;480;1280t",
    // Device attributes, one to three; XTVERSION, DECRQSS, XTGETTCAP, DECRQUPSS.
    b"\x1b[?1;2c",
    b"\x1b[?62;4;22;28;29c",
    b"\x1b[c",
    b"\x1b[>0;276;0c",
    b"\x1b[=5z",
    b"\x1bP!|7E565445\x1b\\",
    b"\x1bP>|XTerm(370)\x1b\\",
    b"\x1bP1$r0m\x1b\\",
    // Status, cursor, terminal parameters.
    b"\x1b[0n",
    b"\x1b[12;40R",
    b"\x1b[1;5R",
    b"\x1b[?12;40R",
    b"\x1b[2;1;1;112;112;1;0x",
    b"\x1b[?1;0;256S",
    // Keyboard protocols: kitty's flags, modifyOtherKeys, keys that type nothing, released keys.
    b"\x1b[?1u",
    b"\x1b[>4;2m",
    b"\x1b[57441;1u",
    b"\x1b[97;1:3u",
    b"\x1b[1;1:3A",
    b"\x1b[1057:1089:99;5:1u",
    // Windows: size, position, titles, focus.
    b"\x1b[8;24;80t",
    b"\x1b[1t",
    b"\x1b]lxterm\x1b\\",
    b"\x1b[I",
    b"\x1b[O",
    // Mice: old, rxvt's, SGR.
    b"\x1b[M !!",
    b"\x1b[M#\xc3\xa9",
    b"\x1b[M \x00!",
    b"\x1b[M !\x00",
    b"\x1b[M\xff\xfe\x80",
    b"\x1b[32;10;20M",
    b"\x1b[<0;10;20M",
    // Colors, clipboard, notifications, by BEL, by ST, by ST in eight bits.
    b"\x1b]11;rgb:1e1e/1e1e/2e2e\x1b\\",
    b"\x1b]11;rgb:1e1e/1e1e/2e2e\x07",
    b"\x1b]11;rgb:1e1e/1e1e/2e2e\x9c",
    b"\x1b]52;c;RkFLRQ==\x07",
    b"\x1b]7;file://h\xc3\xb6st/\xe2\x9c\x93\x07",
    b"\x1b]\x1b\\",
    // APC (kitty's pictures), PM, SOS.
    b"\x1b_Gi=31;OK\x1b\\",
    b"\x1b^private\x1b\\",
    b"\x1bXstart of string\x1b\\",
    // Eight-bit forms, as bytes and in UTF-8.
    b"\x9b?2026;2$y",
    b"\x9d11;rgb:0/0/0\x9c",
    b"\x90>|XTerm\x9c",
    b"\x9fGi=1;OK\x9c",
    b"\xc2\x9b?997;1n",
    b"\xc2\x9d11;rgb:0/0/0\xc2\x9c",
    // Control functions that no terminal sends, and a single shift without a key.
    b"\x1b[201~",
    b"\x1b[99~",
    b"\x1b[ q",
    b"\x1b[!p",
    b"\x1b[?25h",
    b"\x1b[38:2::1:2:3m",
    b"\x1b[1;2;3;4;5;6;7;8;9;10;11;12;13;14;15;16;17;18;19;20;21;22;23;24;25;26;27;28;29;30c",
    b"\x1b[99999999999999999999~",
    b"\x1bO@",
    b"\x1bO5R",
    // Windows's keys with their codes, pressed and released, and focus.
    b"\x1b[65;30;97;1;0;1_",
    b"\x1b[17;29;0;0;0;1_",
    // DEC's locator, the replies to DECRQPSR and to DECRQSS, kitty's clipboard.
    b"\x1b[2;4;24;80;0&w",
    b"\x1bP1$u1;1;1;@;@;@;0;0;@;BBBB\x1b\\",
    b"\x1bP0$r\x1b\\",
    b"\x1b]5522;type=read:status=OK\x1b\\",
];

fn key(code: KeyCode) -> Event {
    Event::Key(code.into())
}

fn control(character: char) -> Event {
    Event::Key(KeyEvent::new(KeyCode::Char(character), KeyModifiers::CONTROL))
}

/// Returns the events of these reads, with this pause after each, and those of everything that then expires.
fn decode_slowly(reads: &[&[u8]], pause: Duration) -> Vec<Event> {
    let mut now = Instant::now();
    let mut decoder = Decoder::new(now);
    let mut found = Vec::new();
    for read in reads {
        found.extend(decoder.expire(now));
        found.extend(decoder.feed(read, now));
        now += pause;
    }
    found.extend(expire_all(&mut decoder));
    found
}

fn expire_all(decoder: &mut Decoder) -> Vec<Event> {
    let mut found = Vec::new();
    while let Some(deadline) = decoder.deadline() {
        found.extend(decoder.expire(deadline));
    }
    found
}

fn decode(reads: &[&[u8]]) -> Vec<Event> {
    decode_slowly(reads, Duration::ZERO)
}

#[test]
fn no_report_is_a_key_or_stops_one_wherever_reads_cut_it() {
    for report in REPORTS {
        let name = report.escape_ascii();
        for cut in 0..=report.len() {
            let (first, second) = report.split_at(cut);
            for (last, expected) in [(&b"x"[..], key(KeyCode::Char('x'))), (b"\x03", control('c'))] {
                assert_eq!(
                    decode(&[first, second, last]),
                    std::slice::from_ref(&expected),
                    "{name} cut at {cut}"
                );
                let joined = [second, last].concat();
                assert_eq!(decode(&[first, &joined]), [expected], "{name} cut at {cut}, then joined");
            }
        }
        let bytes: Vec<&[u8]> = report.chunks(1).chain([&b"x"[..]]).collect();
        assert_eq!(decode(&bytes), [key(KeyCode::Char('x'))], "{name} byte by byte");
    }
}

#[test]
fn no_report_is_a_key_when_the_rest_of_it_is_late() {
    let late = ESCAPE_LIMIT * 2;
    for report in REPORTS {
        let name = report.escape_ascii();
        for cut in 1..report.len() {
            let (first, second) = report.split_at(cut);
            let found = decode_slowly(&[first, second, b"x"], late);
            let (last, before) = found.split_last().unwrap();
            assert_eq!(*last, key(KeyCode::Char('x')), "{name} cut at {cut}");
            // A lone Escape may have been the beginning of a report, but that becomes clear too late.
            let is_escape_alone = cut == 1 && first == b"\x1b";
            let only_escape = is_escape_alone && *before == [key(KeyCode::Esc)];
            assert!(before.is_empty() || only_escape, "{name} cut at {cut}: {before:?}");
        }
    }
}

#[test]
fn every_control_sequence_with_a_marker_or_an_intermediate_byte_is_a_report() {
    for last in 0x40..0x7F_u8 {
        for marker in b"<=>?" {
            for rest in [&b""[..], b"1", b"1;2", b"200"] {
                let unit = [b"\x1b[", &[*marker][..], rest, &[last]].concat();
                assert_eq!(decode(&[&unit, b"x"]), [key(KeyCode::Char('x'))], "{}", unit.escape_ascii());
            }
        }
        for intermediate in 0x20..0x30_u8 {
            // With one number `$` is rxvt's Shift.
            for parameters in [&b""[..], b"1;2"] {
                let unit = [b"\x1b[", parameters, &[intermediate, last]].concat();
                assert_eq!(decode(&[&unit, b"x"]), [key(KeyCode::Char('x'))], "{}", unit.escape_ascii());
            }
        }
    }
}

#[test]
fn typing_does_not_prolong_a_report_that_never_ends() {
    let typed = decode_slowly(&[b"\x1b]11;rgb", b"1", b"2", b"3"], Duration::from_secs(1));
    assert_eq!(typed, [key(KeyCode::Char('2')), key(KeyCode::Char('3'))]);
}

#[test]
fn a_paste_ends_when_nothing_of_it_came_for_the_limit() {
    let almost = UNIT_LIMIT.checked_sub(Duration::from_millis(1)).unwrap();
    for size in [1, 7, 16, 17, 100] {
        let paste = format!("{}\x1b[201~x", "pasted ".repeat(40));
        let reads: Vec<&[u8]> =
            [&b"\x1b[200~"[..]].into_iter().chain(paste.as_bytes().chunks(size)).collect();
        let expected = [Event::Paste("pasted ".repeat(40)), key(KeyCode::Char('x'))];
        assert_eq!(decode_slowly(&reads, almost), expected, "{size} bytes at a time");
        let ctrl_c = [&reads[..2], &[b"\x03"]].concat();
        assert_eq!(decode_slowly(&ctrl_c, almost).last(), Some(&control('c')), "{size} bytes at a time");
    }
    let silent = decode_slowly(&[b"\x1b[200~abc", b"1", b"2"], UNIT_LIMIT);
    assert_eq!(silent, [Event::Paste("abc".into()), key(KeyCode::Char('1')), key(KeyCode::Char('2'))]);
}

#[test]
fn a_paste_is_whole_wherever_reads_cut_it() {
    let text = "mdb_sa_id_\u{e9}\r\n\u{2713}";
    let paste = "\x1b[200~mdb_sa_id_\u{e9}\r\n\x1b[31m\x1b[?2026;2$y\u{2713}\x1b[201~";
    for cut in 0..=paste.len() {
        let (first, second) = paste.as_bytes().split_at(cut);
        assert_eq!(decode(&[first, second]), [Event::Paste(text.into())], "cut at {cut}");
    }
    // A control character inside is pasted; Ctrl-C at the end of a read is typed.
    assert_eq!(decode(&[b"\x1b[200~a\x03b\x1b[201~"]), [Event::Paste("a\x03b".into())]);
    assert_eq!(decode(&[b"\x1b[200~ab", b"\x03"]), [Event::Paste("ab".into()), control('c')]);
}

/// With a search to the end for each of them, this would take minutes.
#[test]
fn control_strings_without_an_end_do_not_make_a_paste_slow() {
    for start in ["\x1b]", "\x1bP0", "\u{9d}", "\u{9b}1"] {
        let content = start.repeat(MAX_PASTE_LENGTH / 4);
        let Event::Paste(pasted) = paste(content.as_bytes()) else { panic!() };
        assert!(pasted.chars().all(|character| character == '0'), "{start:?}");
    }
}

#[test]
fn a_report_in_the_middle_of_a_paste_is_not_pasted() {
    let pasted = |content: &[u8]| {
        let mut decoder = Decoder::new(Instant::now());
        decoder.feed(&[b"\x1b[200~", content, b"\x1b[201~"].concat(), Instant::now())
    };
    // A control string that begins with a character could be text in a wrong encoding.
    let is_text = |report: &[u8]| report.starts_with(b"\xc2") && report.ends_with(b"\xc2\x9c");
    for report in REPORTS.iter().filter(|report| **report != PASTE_END && !is_text(report)) {
        let content = [b"mdb_sa_\xc3\xa9", *report, "sk_\u{1F511}FAKE".as_bytes()].concat();
        let expected = [Event::Paste("mdb_sa_\u{e9}sk_\u{1F511}FAKE".to_owned())];
        assert_eq!(pasted(&content), expected, "{}", report.escape_ascii());
    }
    let rows: [(&[u8], &str); 7] = [
        (b"a\x1b[31mred\x1b[0m\tb\r\n", "ared\tb\r\n"),
        (b"a\x1bb\x1b\x1bc\x1b", "abc"),
        (b"a\x9b?1;2cb\xff", "ab\u{fffd}"),
        (b"a\x1b]11;rgb:0/0/0", "a11;rgb:0/0/0"),
        (b"a\x1b[200~b", "ab"),
        (b"a\x1b[?62;", "a"),
        // Quotes in a wrong encoding, which are no control strings.
        ("\u{e2}\u{20ac}\u{9d} ID \u{e2}\u{20ac}\u{9c}".as_bytes(), "\u{e2}\u{20ac} ID \u{e2}\u{20ac}"),
    ];
    for (content, expected) in rows {
        assert_eq!(pasted(content), [Event::Paste(expected.to_owned())], "{}", content.escape_ascii());
    }
}

/// The allocator wipes what is freed, and only that.
#[test]
fn what_was_typed_or_pasted_is_not_kept() {
    let now = Instant::now();
    let mut decoder = Decoder::new(now);
    for read in [&b"\x1b[200~mdb_sa_sk_FAKE"[..], b"-pasted\x1b[201~", b"typed", b"\xc3", b"\xa9"] {
        decoder.feed(read, now);
        let unfinished = decoder.pending.len();
        assert!(unfinished > 0 || decoder.pending.capacity() == 0, "{}", read.escape_ascii());
    }
    assert_eq!(decoder.pending.len(), 0);
}

#[test]
fn a_paste_that_is_too_long_is_cut_and_the_rest_is_no_key() {
    let long = vec![b'a'; MAX_PASTE_LENGTH + 5000];
    let found = decode(&[b"\x1b[200~", &long[..70_000], &long[70_000..], b"\x1b[201~x"]);
    assert_eq!(found, [Event::Paste("a".repeat(MAX_PASTE_LENGTH)), key(KeyCode::Char('x'))]);
}

#[test]
fn keys_are_found_wherever_reads_cut_them() {
    use KeyCode::{BackTab, Backspace, Char, Delete, Down, End, Enter, Esc, F, Home, Left, PageDown};
    use KeyCode::{PageUp, Right, Tab, Up};
    let (none, shift, alt, ctrl) =
        (KeyModifiers::NONE, KeyModifiers::SHIFT, KeyModifiers::ALT, KeyModifiers::CONTROL);
    let rows: &[(&[u8], KeyCode, KeyModifiers)] = &[
        (b"a", Char('a'), none),
        ("\u{e9}".as_bytes(), Char('\u{e9}'), none),
        ("\u{1f600}".as_bytes(), Char('\u{1f600}'), none),
        (b"\r", Enter, none),
        (b"\n", Char('j'), ctrl),
        (b"\t", Tab, none),
        (b"\x7f", Backspace, none),
        (b"\x08", Char('h'), ctrl),
        (b"\x00", Char(' '), ctrl),
        (b"\x1a", Char('z'), ctrl),
        (b"\x1f", Char('7'), ctrl),
        (b"\x1b", Esc, none),
        (b"\x1bA", Char('A'), alt | shift),
        ("\x1b\u{e9}".as_bytes(), Char('\u{e9}'), alt),
        (b"\x1b\r", Enter, alt),
        (b"\x1b[A", Up, none),
        (b"\x1b[B", Down, none),
        (b"\x1b[C", Right, none),
        (b"\x1b[D", Left, none),
        (b"\x1b[H", Home, none),
        (b"\x1b[F", End, none),
        (b"\x1b[Z", BackTab, shift),
        (b"\x1bOA", Up, none),
        (b"\x1bOS", F(4), none),
        (b"\x1bOM", Enter, none),
        (b"\x1bOj", Char('*'), none),
        (b"\x1bOy", Char('9'), none),
        (b"\x1bO2P", F(1), shift),
        (b"\x1bO5A", Up, ctrl),
        (b"\x1bO1;6D", Left, shift | ctrl),
        (b"\x1b[3~", Delete, none),
        (b"\x1b[5~", PageUp, none),
        (b"\x1b[6~", PageDown, none),
        (b"\x1b[7~", Home, none),
        (b"\x1b[8~", End, none),
        (b"\x1b[11~", F(1), none),
        (b"\x1b[12~", F(2), none),
        (b"\x1b[[E", F(5), none),
        (b"\x1b[1;2A", Up, shift),
        (b"\x1b[1;6D", Left, shift | ctrl),
        (b"\x1b[5A", Up, ctrl),
        (b"\x1b[3;5~", Delete, ctrl),
        (b"\x1b\x1b[A", Up, alt),
        (b"\x1bOa", Up, ctrl),
        (b"\x1b[3$", Delete, shift),
        (b"\x1b[3^", Delete, ctrl),
        (b"\x1b[3@", Delete, shift | ctrl),
        (b"\x1b[97;5u", Char('a'), ctrl),
        (b"\x1b[97;2u", Char('A'), shift),
        (b"\x1b[13u", Enter, none),
        (b"\x1b[9;2u", BackTab, shift),
        (b"\x1b[127u", Backspace, none),
        (b"\x1b[27;5;99~", Char('c'), ctrl),
        (b"\x1b[57414u", Enter, none),
        (b"\x9bA", Up, none),
        (b"\xc2\x9bA", Up, none),
        (b"\x8fA", Up, none),
    ];
    for (bytes, code, modifiers) in rows {
        for cut in 0..=bytes.len() {
            let (first, second) = bytes.split_at(cut);
            let expected = Event::Key(KeyEvent::new(*code, *modifiers));
            assert_eq!(decode(&[first, second]), [expected], "{} cut at {cut}", bytes.escape_ascii());
        }
    }
}

#[test]
fn escape_is_a_key_soon_and_before_a_report() {
    let now = Instant::now();
    let mut decoder = Decoder::new(now);
    assert_eq!((decoder.feed(b"\x1b", now), decoder.deadline()), (Vec::new(), Some(now + ESCAPE_LIMIT)));
    assert_eq!((decoder.expire(now + ESCAPE_LIMIT), decoder.deadline()), (vec![key(KeyCode::Esc)], None));
    // What is typed after it arrives one key per read, and is not a part of a sequence.
    let later = now + ESCAPE_LIMIT * 2;
    for (read, expected) in [(&b"["[..], '['), (b"A", 'A'), (b"]", ']'), (b"P", 'P')] {
        assert_eq!(decoder.feed(read, later), [key(KeyCode::Char(expected))]);
    }
    let rows: &[(&[u8], &[Event])] = &[
        (b"\x1b\x1b", &[key(KeyCode::Esc), key(KeyCode::Esc)]),
        (b"\x1b\x1b[?997;1n", &[key(KeyCode::Esc)]),
        (b"\x1b\x1b]11;rgb:0/0/0\x07", &[key(KeyCode::Esc)]),
        (b"\x1b\x1b[200~p\x1b[201~", &[key(KeyCode::Esc), Event::Paste("p".into())]),
        (b"\x1b\x03", &[key(KeyCode::Esc), control('c')]),
        (b"\x1b]11;rgb\x1b[A", &[key(KeyCode::Up)]),
        (b"\x1b[?20\x1b[A", &[key(KeyCode::Up)]),
        (b"\x1b[?20\r", &[key(KeyCode::Enter)]),
        (b"\x1bO5\x03", &[control('c')]),
        (b"\x1bO5\x1b[A", &[key(KeyCode::Up)]),
    ];
    for (bytes, expected) in rows {
        assert_eq!(decode(&[bytes]), *expected, "{}", bytes.escape_ascii());
    }
}

/// Bytes that begin or end something, and any others.
fn noise() -> impl Strategy<Value = Vec<u8>> {
    let special = prop::sample::select(b"\x1b[]OP_^X\\M<?;:0129~u$ \x07\x9b\x9c\x9d\xc2\x18a\x7f".to_vec());
    vec(prop_oneof![8 => special, 1 => any::<u8>()], 0..60)
}

/// Cuts the bytes into reads that end at these places.
fn cut<'a>(bytes: &'a [u8], at: &[prop::sample::Index]) -> Vec<&'a [u8]> {
    let mut places: Vec<usize> = at.iter().map(|at| at.index(bytes.len() + 1)).collect();
    places.sort_unstable();
    let mut from = 0;
    places.push(bytes.len());
    places.into_iter().map(|to| &bytes[std::mem::replace(&mut from, to)..to]).collect()
}

/// The events of these reads. Each read comes with its delay after the previous one, in milliseconds.
fn decode_with(decoder: &mut Decoder, now: &mut Instant, reads: &[&[u8]], pauses: &[u64]) -> Vec<Event> {
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
    fn after_any_bytes_at_any_pace_the_keyboard_works(
        bytes in noise(), at in vec(any::<prop::sample::Index>(), 0..6),
        pauses in vec(prop::sample::select(vec![0_u64, 10, 60, 3_000]), 0..6),
    ) {
        let mut now = Instant::now();
        let mut decoder = Decoder::new(now);
        decode_with(&mut decoder, &mut now, &cut(&bytes, &at), &pauses);
        prop_assert!(decoder.deadline().is_none_or(|deadline| deadline <= now + UNIT_LIMIT));
        // Ctrl-C works at once.
        let mut other = Decoder::new(now);
        decode_with(&mut other, &mut now, &[&bytes], &[]);
        prop_assert_eq!(other.feed(b"\x03", now).pop(), Some(control('c')));
        // Any key works once everything that is incomplete has expired.
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
        let mut expected = decode_with(&mut whole, &mut now, &[&bytes], &[]);
        expected.extend(expire_all(&mut whole));
        let mut found = decode_with(&mut parts, &mut now, &cut(&bytes, &at), &[]);
        found.extend(expire_all(&mut parts));
        prop_assert_eq!(found, expected);
    }
}
