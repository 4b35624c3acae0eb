//! The output of a command: shown on the terminal while it runs, because it may be a question, and its first and last
//! lines once it has ended.

use std::collections::HashSet;
use std::io::{self, Read, Write};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, SyncSender};
use std::thread;
use std::time::Duration;

use anstream::adapter::strip_bytes;
use secrecy::{ExposeSecret, SecretString};
use zeroize::Zeroizing;

use crate::domain::{SECRET_PREFIX, ServerText, without_secrets};

/// How many bytes are shown at most while a command runs.
const MAX_SHOWN: usize = 16 * 1024;

/// How many bytes are kept at most. The oldest are dropped.
const MAX_KEPT: usize = 2 * MAX_SHOWN;

/// How many bytes are read at once.
const CHUNK_SIZE: usize = 4096;

/// How many lines are shown when a command has ended.
const MAX_LINES: usize = 6;

/// How long to wait for the end of the output once the command has ended. A process that it left running may never
/// close it. On a busy machine the last output, which may be the secret, takes a while to arrive.
const END_TIMEOUT: Duration = Duration::from_secs(1);

/// How long a command must be silent before its output is shown: it may be waiting for an answer.
const PAUSE: Duration = Duration::from_millis(200);

/// This many characters of the secret in a row are too many to show.
const REVEALING_LENGTH: usize = 8;

/// Replaces output that contains the secret or part of it.
const NOT_SHOWN: &str = "(not shown: it contains the secret)";

/// Replaces everything that is printed from then on.
const WITHHELD: &str = "(no more is shown while it runs)";

/// Replaces all output if the secret is longer than that.
const NOT_SEARCHED: &str = "(not shown: the secret is too long to search for it)";

/// How many bytes of a secret are searched for. Atlas's secrets have 50.
const MAX_SEARCHED: usize = 1024;

/// The output of a command on both of its streams, without the secret.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CommandOutput {
    /// Its lines; if there are many, the first one and the last ones.
    pub lines: Vec<ServerText>,
    /// True if the output contained the secret or a part of it.
    pub had_secret: bool,
    /// The number of lines between the first one and the last ones.
    pub left_out: usize,
}

/// Bytes as they were read. A command may print the secret that it reads, so they are wiped.
type Chunk = Zeroizing<Vec<u8>>;

/// The output of a running command.
pub(super) struct Captured {
    /// Sends the end of the output if the reader does not.
    chunks: SyncSender<Option<Chunk>>,
    output: Receiver<Capture>,
}

impl Captured {
    /// Reads the command's output on other threads, and shows it on the terminal whenever the command pauses.
    pub fn read(
        source: impl Read + Send + 'static,
        secret: &SecretString,
        terminal: Box<dyn Write + Send>,
    ) -> Self {
        let (chunks, received) = mpsc::sync_channel(16);
        let (result, ended) = mpsc::channel();
        let sender = chunks.clone();
        let mut output = Capture::new(secret, terminal);
        // Without a thread the command gets a closed pipe, and nothing is shown.
        let _ = thread::Builder::new().spawn(move || read_chunks(source, &sender));
        let _ = thread::Builder::new().spawn(move || {
            loop {
                match received.recv_timeout(if output.has_unshown { PAUSE } else { Duration::MAX }) {
                    Ok(Some(chunk)) => output.add(&chunk),
                    Err(RecvTimeoutError::Timeout) => output.show(),
                    Ok(None) | Err(RecvTimeoutError::Disconnected) => break,
                }
            }
            let _ = result.send(output);
        });
        Self { chunks, output: ended }
    }

    /// Returns what was printed so far, once the command has ended.
    pub fn finish(self) -> CommandOutput {
        let output = self.output.recv_timeout(END_TIMEOUT).or_else(|_| {
            let _ = self.chunks.send(None);
            self.output.recv()
        });
        output.map(|output| output.shown_lines()).unwrap_or_default()
    }
}

/// Reads to the end, even when the output is no longer wanted: a process that the command left running may still write.
fn read_chunks(mut source: impl Read, chunks: &SyncSender<Option<Chunk>>) {
    let mut buffer = Zeroizing::new([0; CHUNK_SIZE]);
    loop {
        match source.read(&mut buffer[..]) {
            Ok(0) => break,
            Ok(count) => drop(chunks.send(Some(Chunk::new(buffer[..count].to_vec())))),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(_) => break,
        }
    }
    let _ = chunks.send(None);
}

/// What a command has printed.
///
/// **Invariant:** text is shown only if everything printed so far contains no part of the secret, however the command
/// splits it into lines and writes.
struct Capture {
    terminal: Box<dyn Write + Send>,
    encodings: Encodings,
    kept: Chunk,
    /// True if output with the secret was dropped.
    dropped_secret: bool,
    /// The number of lines that were dropped.
    left_out: usize,
    /// The text on the terminal.
    shown: String,
    /// True if some output has not been shown yet.
    has_unshown: bool,
}

impl Capture {
    fn new(secret: &SecretString, terminal: Box<dyn Write + Send>) -> Self {
        Self {
            terminal,
            encodings: Encodings::of(secret),
            // A growing buffer would leave copies behind.
            kept: Chunk::new(Vec::with_capacity(MAX_KEPT + CHUNK_SIZE)),
            dropped_secret: false,
            left_out: 0,
            shown: String::new(),
            has_unshown: false,
        }
    }

    fn add(&mut self, chunk: &[u8]) {
        self.has_unshown = true;
        self.kept.extend_from_slice(chunk);
        if self.kept.len() > MAX_KEPT {
            let oldest = &self.kept[..self.kept.len() - MAX_SHOWN];
            let end = oldest.iter().rposition(|byte| *byte == b'\n').map_or(oldest.len(), |at| at + 1);
            // Often the first line says what is wrong, and the others how to use the command.
            let text = oldest.iter().position(|byte| !byte.is_ascii_whitespace()).unwrap_or(0);
            let first = oldest[text..].iter().position(|byte| *byte == b'\n').map_or(0, |at| text + at + 1);
            let start = if first <= CHUNK_SIZE { first } else { 0 };
            self.left_out += lines_in(&oldest[start..end]).count();
            self.dropped_secret = self.dropped_secret || self.encodings.appear_in(&self.kept);
            self.kept.drain(start..end);
        }
    }

    fn show(&mut self) {
        self.has_unshown = false;
        let is_too_long = !self.encodings.is_complete || self.kept.len() > MAX_SHOWN;
        let is_withheld = is_too_long || self.encodings.appear_in(&self.kept);
        let new = if is_withheld { format!("\n{WITHHELD}\n") } else { self.new_text() };
        // The command runs even if the terminal does not show its output.
        let _ = self.terminal.write_all(new.as_bytes()).and_then(|()| self.terminal.flush());
        if is_withheld {
            self.terminal = Box::new(io::sink());
        }
    }

    /// Returns the text that is not on the terminal yet.
    fn new_text(&mut self) -> String {
        let lines = self.kept.split(|byte| *byte == b'\n').map(|line| {
            // The cursor stays behind a question, where the answer is typed.
            let space = if line.ends_with(b" ") { " " } else { "" };
            format!("{}{space}", safe_text(last_written(line)))
        });
        let lines: Vec<String> = lines.collect();
        let shown = std::mem::replace(&mut self.shown, lines.join("\n"));
        if let Some(new) = self.shown.strip_prefix(&shown) {
            return new.to_owned();
        }
        // Progress output overwrites a line: show the new line below it.
        let are_same = |(new, shown): &(&String, &str)| new == shown;
        let same = lines.iter().zip(shown.split('\n')).take_while(are_same).count();
        format!("\n{}", lines[same..].join("\n"))
    }

    /// Returns the first and the last lines, or none if any part of the secret was printed.
    fn shown_lines(&self) -> CommandOutput {
        if !self.encodings.is_complete {
            return CommandOutput { lines: vec![ServerText::new(NOT_SEARCHED)], ..CommandOutput::default() };
        }
        let mut lines: Vec<&[u8]> = lines_in(&self.kept).collect();
        let as_shown = Chunk::new(lines.join(&b'\n'));
        if self.dropped_secret
            || [&self.kept, &as_shown].into_iter().any(|text| self.encodings.appear_in(text))
        {
            return CommandOutput { lines: vec![ServerText::new(NOT_SHOWN)], had_secret: true, left_out: 0 };
        }
        let left_out = lines.len().saturating_sub(MAX_LINES);
        if left_out > 0 {
            lines.drain(1..=left_out);
        }
        CommandOutput {
            lines: lines.into_iter().map(safe_text).collect(),
            had_secret: false,
            left_out: self.left_out + left_out,
        }
    }
}

/// Returns the lines that are not blank.
fn lines_in(text: &[u8]) -> impl Iterator<Item = &[u8]> {
    text.split(|byte| *byte == b'\n').map(last_written).filter(|line| !line.trim_ascii().is_empty())
}

/// Returns the part of a line that its carriage returns leave.
fn last_written(line: &[u8]) -> &[u8] {
    line.rsplit(|byte| *byte == b'\r').find(|part| !part.is_empty()).unwrap_or_default()
}

/// Returns a line without any part of the secret, as a terminal would show it.
fn safe_text(line: &[u8]) -> ServerText {
    let text = Zeroizing::new(String::from_utf8_lossy(&without_sequences(line)).into_owned());
    ServerText::new(&without_secrets(&text))
}

/// The digits of Base32 and of Base64 (RFC 4648).
const BASE32: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
const BASE64: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// The secret in the forms in which tools print it, forwards and reversed: plain, hexadecimal, Base32 and Base64, also
/// of Base64.
pub(super) struct Encodings {
    /// The parts of each form that reveal too much, all of this length.
    parts: HashSet<Vec<u8>>,
    length: usize,
    /// False if the secret is longer than what is searched for.
    is_complete: bool,
}

impl Encodings {
    pub fn of(secret: &SecretString) -> Self {
        let secret = secret.expose_secret();
        let hidden = secret.strip_prefix(SECRET_PREFIX).unwrap_or(secret).as_bytes();
        let is_complete = hidden.len() <= MAX_SEARCHED;
        let hidden = &hidden[..hidden.len().min(MAX_SEARCHED)];
        let length = normalize(hidden).len().clamp(1, REVEALING_LENGTH);
        let mut encodings = Self { parts: HashSet::new(), length, is_complete };
        encodings.add(hidden);
        for introducer in ["", "x", "0x", "u00"] {
            let bytes: Vec<String> = hidden.iter().map(|byte| format!("{introducer}{byte:02x}")).collect();
            encodings.add(bytes.concat().as_bytes());
        }
        for skipped in 0..5 {
            encodings.add(&encode(hidden, skipped, BASE32));
        }
        for skipped in 0..3 {
            let once = encode(hidden, skipped, BASE64);
            encodings.add(&once);
            // Of the Kubernetes format, which has Base64 in it.
            for skipped in 0..3 {
                encodings.add(&encode(&once, skipped, BASE64));
            }
        }
        encodings
    }

    fn add(&mut self, form: &[u8]) {
        for part in normalize(form).windows(self.length) {
            self.parts.insert(part.to_vec());
            self.parts.insert(part.iter().rev().copied().collect());
        }
    }

    /// True if the text contains a part of any form, whatever separates its characters (spaces, lines, colors, `%`,
    /// `\x`), in an escape sequence, such as OSC 52, or in one of the columns of a dump: after the first or in the last.
    pub fn appear_in(&self, text: &[u8]) -> bool {
        let shown = without_sequences(text);
        let lines = shown.split(|byte| *byte == b'\n').map(<[u8]>::trim_ascii);
        let after_first = lines.clone().filter_map(|line| line.splitn(2, u8::is_ascii_whitespace).nth(1));
        let after_first = Chunk::new(after_first.collect::<Vec<_>>().concat());
        let last = lines.filter_map(|line| line.rsplit(u8::is_ascii_whitespace).next());
        let last = Chunk::new(last.collect::<Vec<_>>().concat());
        let mut readings: Vec<Chunk> = [text, &shown, &last, &after_first].map(normalize).into();
        // Most output has no escape sequences.
        readings.dedup();
        readings.iter().any(|text| text.windows(self.length).any(|part| self.parts.contains(part)))
    }
}

/// Encodes the text from the byte after the skipped ones on: where a text begins decides how its bytes share digits. A
/// last, incomplete digit is left out.
fn encode(text: &[u8], skipped: usize, digits: &[u8]) -> Chunk {
    let width = digits.len().ilog2() as usize;
    let bit = |at: usize| usize::from(text[at / 8] >> (7 - at % 8) & 1);
    let starts = (skipped * 8..text.len() * 8).step_by(width).filter(|start| start + width <= text.len() * 8);
    Chunk::new(
        starts
            .map(|start| digits[(start..start + width).fold(0, |digit, at| digit << 1 | bit(at))])
            .collect(),
    )
}

/// Returns the letters and digits in lower case.
fn normalize(text: &[u8]) -> Chunk {
    Chunk::new(text.iter().filter(|byte| byte.is_ascii_alphanumeric()).map(u8::to_ascii_lowercase).collect())
}

/// Returns the text that a terminal shows for the line.
fn without_sequences(line: &[u8]) -> Zeroizing<Vec<u8>> {
    Zeroizing::new(strip_bytes(line).flatten().copied().collect())
}

#[cfg(test)]
mod tests {
    use base64::Engine;
    use base64::engine::general_purpose::STANDARD;

    use super::*;

    const SECRET: &str = "mdb_sa_sk_FAKEfakeFAKE-fakeFAKE9f3a";

    fn captured(source: impl Read + Send + 'static) -> CommandOutput {
        Captured::read(source, &SecretString::from(SECRET), Box::new(io::sink())).finish()
    }

    fn lines(output: &[u8]) -> Vec<String> {
        captured(io::Cursor::new(output.to_vec())).lines.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn the_first_and_the_last_lines_that_are_not_blank_are_kept() {
        let rows: [(&[u8], &[&str]); 11] = [
            (b"", &[]),
            (b"\n \r\n", &[]),
            (b"one\ntwo\n\n", &["one", "two"]),
            (b"one\r\ntwo\r\n", &["one", "two"]),
            (b"10 %\r20 %\rno line end", &["no line end"]),
            (b"10 %\r20 %\r\nnext", &["20 %", "next"]),
            (b"\x1b[33m\xe2\x96\xb2 \x1b[43;30mWARNING\x1b[0m late", &["\u{25b2} WARNING late"]),
            (b"\x1b]8;;https://example.com\x1b\\link\x1b]8;;\x1b\\", &["link"]),
            (b"\x1b7saved\x1b8\x1b(B", &["saved"]),
            (b"refused: mdb_sa_sk_OTHERotherOTHER!", &["refused: mdb_sa_sk_...!"]),
            (
                b"1\n2\n\n3\n4\n5\n10 %\r90 %\r\noops\nno route\n",
                &["1", "4", "5", "90 %", "oops", "no route"],
            ),
        ];
        for (output, expected) in rows {
            assert_eq!(lines(output), expected);
        }
        let many = captured(io::Cursor::new(format!("\nwhy\n{}", "many\n\n".repeat(10_000))));
        assert_eq!((many.lines[0].as_str(), many.lines.len(), many.left_out), ("why", 6, 9995));
    }

    #[test]
    fn output_with_the_secret_is_not_shown() {
        let each = |encode: fn(u8) -> String| SECRET.bytes().map(encode).collect::<String>().into_bytes();
        let dump = |encode: &dyn Fn(usize, &str) -> String| {
            let rows = SECRET.as_bytes().chunks(3).enumerate();
            let row = |(at, bytes)| encode(at * 3, std::str::from_utf8(bytes).unwrap());
            rows.map(row).collect::<String>().into_bytes()
        };
        let rows: [Vec<u8>; 23] = [
            format!("refused: {SECRET}!").into_bytes(),
            b"only its end: fakeFAKE9f3a".to_vec(),
            SECRET.to_ascii_uppercase().into_bytes(),
            [&[0xFF, 0xFE], SECRET.as_bytes()].concat(),
            SECRET.bytes().flat_map(|byte| [byte, b' ']).collect(),
            SECRET.bytes().flat_map(|byte| [byte, 0]).collect(),
            format!("bell {}\x07{}", &SECRET[..14], &SECRET[14..]).into_bytes(),
            format!("\x1b[01;31m\x1b[K{}\x1b[m\x1b[K{}", &SECRET[..14], &SECRET[14..]).into_bytes(),
            format!("\x1b]52;c;{}\x07copied", STANDARD.encode(SECRET)).into_bytes(),
            format!("data: {}", STANDARD.encode(format!("x{SECRET}"))).into_bytes(),
            format!("twice: {}", STANDARD.encode(format!("x{}", STANDARD.encode(SECRET)))).into_bytes(),
            format!("{:02X?}", SECRET.as_bytes()).into_bytes(),
            each(|byte| format!("%{byte:02X}")),
            each(|byte| format!("\\x{byte:02x}")),
            each(|byte| format!("\\u{byte:04x}")),
            each(|byte| format!("0x{byte:x}, ")),
            each(|byte| format!("{}\n", char::from(byte))),
            SECRET.bytes().rev().collect(),
            SECRET.bytes().rev().take(12).collect(),
            b"NVSGEX3TMFPXG227IZAUWRLGMFVWKRSBJNCS2ZTBNNSUMQKLIU4WMM3B".to_vec(),
            dump(&|at, text| {
                format!(
                    "{at:08x}: {:06x}  {text}\n",
                    text.bytes().fold(0, |number, byte| number << 8 | u32::from(byte))
                )
            }),
            dump(&|at, text| {
                format!("{at:07o}   {}\n", text.chars().flat_map(|c| [c, ' ']).collect::<String>())
            }),
            dump(&|at, text| format!("{at}\t{text}\n")),
        ];
        for line in rows {
            assert_eq!(lines(&line), [NOT_SHOWN], "{line:?}");
        }
        let client = "clientId: \"bWRiX3NhX2lkXzEyMzQ1Njc4OTBhYmNkZWYxMjM0NTY3OA==\"";
        assert_eq!(lines(client.as_bytes()), [client]);
        assert_eq!(lines(b"mdb_sa\n_sk_FA\nKEfake\nFAKE-f\nakeFAK\nE9f3a\n"), [NOT_SHOWN], "together");
        assert_eq!(lines(b"stored\nFAKEfakeFAKE\ndone\n"), [NOT_SHOWN], "the rest may show more of it");
    }

    #[test]
    fn no_output_is_shown_if_the_secret_is_too_long_to_search_for() {
        let digits = (0..400).map(|number| format!("{number:03}")).collect::<Vec<_>>().concat();
        for (length, is_shown) in [(MAX_SEARCHED, true), (MAX_SEARCHED + 1, false)] {
            let secret = SecretString::from(&digits[..length]);
            assert!(Encodings::of(&secret).appear_in(&digits.as_bytes()[..8]));
            let (reader, terminal) = io::pipe().unwrap();
            let output = Captured::read(&b"stored\n"[..], &secret, Box::new(terminal)).finish();
            let expected = if is_shown { "stored" } else { NOT_SEARCHED };
            assert_eq!(output.lines, [ServerText::new(expected)]);
            assert!(!output.had_secret);
            let shown = io::read_to_string(reader).unwrap();
            assert!(is_shown || !shown.contains("stored"), "{shown}");
        }
    }

    #[test]
    fn a_printed_secret_counts_however_much_follows() {
        for rest in [0, 10, 100_000] {
            let rest = "more\n".repeat(rest);
            assert!(captured(io::Cursor::new(format!("{SECRET}\n{rest}"))).had_secret, "{}", rest.len());
            assert!(
                captured(io::Cursor::new(format!("{rest}{SECRET}\n{rest}"))).had_secret,
                "{}",
                rest.len()
            );
            assert!(!captured(io::Cursor::new(rest)).had_secret);
        }
        let halves = format!("{}\nxxx\r{}\n", &SECRET[..22], &SECRET[22..]);
        let printed = captured(io::Cursor::new(halves));
        assert!(printed.had_secret, "{printed:?}");
    }

    #[test]
    fn output_that_never_ends_is_not_waited_for() {
        let (reader, _writer) = io::pipe().unwrap();
        assert_eq!(captured(reader), CommandOutput::default());
    }

    /// The text on the terminal after these writes, with a pause after each.
    fn echoed(writes: &[&[u8]]) -> String {
        let (mut reader, terminal) = io::pipe().unwrap();
        let mut output = Capture::new(&SecretString::from(SECRET), Box::new(terminal));
        for write in writes {
            output.add(write);
            output.show();
        }
        drop(output);
        let mut text = String::new();
        reader.read_to_string(&mut text).unwrap();
        text
    }

    #[test]
    fn output_is_shown_at_each_pause() {
        let rows: [(&[&[u8]], &str); 7] = [
            (&[b"Overwrite? [y/N] "], "Overwrite? [y/N] "),
            (&[b"one\ntwo\n", b"Sure?\n"], "one\ntwo\nSure?\n"),
            (&[b"Overwrite? [y/N] ", b"stored\n"], "Overwrite? [y/N] stored\n"),
            (&[b"10 %\r", b"20 %\r", b"done\n"], "10 %\n20 %\ndone\n"),
            (&[b"\x1b[31mred\x1b[0m ", b"\x1b]52;c;AAAA\x07text"], "red text"),
            (&[b"old: mdb_sa_sk_an", b"other"], "old: mdb_sa_sk_..."),
            (&[b"x", b""], "x"),
        ];
        for (writes, expected) in rows {
            assert_eq!(echoed(writes), expected);
        }
        let long = [b'x'; 100].repeat(200);
        assert_eq!(echoed(&[b"x", &long, b"y"]), format!("x\n{WITHHELD}\n"));
    }

    #[test]
    fn a_secret_in_several_writes_is_not_shown() {
        let hidden = &SECRET[SECRET_PREFIX.len()..];
        let mut writes: Vec<Vec<String>> = Vec::new();
        for text in [SECRET, &STANDARD.encode(SECRET), &format!("{:02x?}", hidden.as_bytes())] {
            writes.extend((0..=text.len()).map(|at| vec![text[..at].to_owned(), text[at..].to_owned()]));
        }
        writes.push(hidden.chars().map(|character| format!("{character}\n")).collect());
        for writes in writes {
            let bytes: Vec<&[u8]> = writes.iter().map(String::as_bytes).collect();
            let shown = echoed(&bytes);
            let (before, after) = shown.split_once(WITHHELD).unwrap_or_else(|| panic!("{writes:?}: {shown}"));
            let encodings = Encodings::of(&SecretString::from(SECRET));
            assert!(!encodings.appear_in(before.as_bytes()), "{writes:?}: {shown}");
            assert_eq!(after, "\n", "{writes:?}");
        }
    }
}
