//! The output of a command: shown on the terminal while it runs, because it may be a question, and its last lines once
//! it has ended.

use std::collections::{HashSet, VecDeque};
use std::io::{self, Read, Write};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, SyncSender};
use std::thread;
use std::time::Duration;

use anstream::adapter::strip_bytes;
use base64::Engine;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use secrecy::{ExposeSecret, SecretString};
use zeroize::Zeroizing;

use crate::domain::{CommandOutput, SECRET_PREFIX, ServerText, without_secrets};

/// How many bytes of a line are kept. The rest is never shown.
const MAX_LINE_LENGTH: usize = 4096;

/// How many lines are kept.
const MAX_LINES: usize = 6;

/// How long to wait for the end of the output once the command has ended. A process that it left running may never
/// close it.
const END_TIMEOUT: Duration = Duration::from_millis(100);

/// This many characters of the secret in a row are too many to show.
const REVEALING_LENGTH: usize = 8;

/// How long a command must be silent before its output is shown: it may be waiting for an answer.
const PAUSE: Duration = Duration::from_millis(200);

/// How many bytes are shown at most while a command runs.
const MAX_SHOWN: usize = 16 * 1024;

/// The output of a running command.
pub(super) struct Captured {
    /// Sends the end of the output if the reader does not.
    chunks: SyncSender<Option<Chunk>>,
    lines: Receiver<Lines>,
}

/// Bytes as they were read. A command may print the secret that it reads, so they are wiped.
type Chunk = Zeroizing<Vec<u8>>;

#[derive(Default)]
struct Lines {
    /// The line that has not ended.
    current: Chunk,
    /// True after a carriage return: what follows overwrites the line, as progress output does.
    is_returned: bool,
    last: VecDeque<Chunk>,
    left_out: usize,
}

impl Captured {
    /// Reads the command's output on other threads, and shows it on the terminal whenever the command pauses.
    pub fn read(source: impl Read + Send + 'static, mut echo: Option<Echo>) -> Self {
        let (chunks, received) = mpsc::sync_channel(16);
        let (result, lines) = mpsc::channel();
        let sender = chunks.clone();
        // Without a thread the command gets a closed pipe, and nothing is shown.
        let _ = thread::Builder::new().spawn(move || read_chunks(source, &sender));
        let _ = thread::Builder::new().spawn(move || {
            let mut lines = Lines::default();
            loop {
                let is_behind = echo.as_ref().is_some_and(|echo| echo.is_behind);
                let timeout = if is_behind { PAUSE } else { Duration::MAX };
                match (received.recv_timeout(timeout), &mut echo) {
                    (Ok(Some(chunk)), echo) => {
                        lines.add(&chunk);
                        if let Some(echo) = echo {
                            echo.add(&chunk);
                        }
                    }
                    (Err(RecvTimeoutError::Timeout), Some(echo)) => echo.show(),
                    (Err(RecvTimeoutError::Timeout), None) => {}
                    (Ok(None) | Err(RecvTimeoutError::Disconnected), _) => break,
                }
            }
            let _ = result.send(lines);
        });
        Self { chunks, lines }
    }

    /// Returns what was printed so far, once the command has ended. A line with any part of the secret is not shown. No
    /// line is shown if several lines contain it together, or if the program only prints.
    pub fn finish(self, secret: &SecretString, only_prints: bool) -> CommandOutput {
        let lines = self.lines.recv_timeout(END_TIMEOUT).or_else(|_| {
            let _ = self.chunks.send(None);
            self.lines.recv()
        });
        let mut lines = lines.unwrap_or_default();
        lines.end_line();
        if only_prints {
            return CommandOutput::default();
        }
        let encodings = Encodings::of(secret);
        let harmless = lines.last.iter().filter(|line| !encodings.appear_in(line));
        let together = Chunk::new(harmless.flat_map(|line| line.to_vec()).collect());
        let is_spread = encodings.appear_in(&together);
        let is_shown = |line: &[u8]| !is_spread && !encodings.appear_in(line);
        let show = |line: &Chunk| if is_shown(line) { safe_text(line) } else { ServerText::new(NOT_SHOWN) };
        CommandOutput {
            lines: lines.last.iter().map(show).collect(),
            had_secret: lines.last.iter().any(|line| !is_shown(line)),
            left_out: lines.left_out,
        }
    }
}

/// Reads to the end, even when the output is no longer wanted: a process that the command left running may still write.
fn read_chunks(mut source: impl Read, chunks: &SyncSender<Option<Chunk>>) {
    let mut buffer = Zeroizing::new([0; 4096]);
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

/// Replaces a line that contains the secret or a part of it.
const NOT_SHOWN: &str = "(not shown: it contains the secret)";

/// Replaces everything that is printed from then on.
const WITHHELD: &str = "(more is shown when it ends, without the secret)";

/// Shows the output of a command on the terminal.
///
/// **Invariant:** text is shown only if everything printed so far contains no part of the secret, however the command
/// splits it into lines and writes.
pub(super) struct Echo {
    terminal: Box<dyn Write + Send>,
    encodings: Encodings,
    printed: Chunk,
    shown: String,
    /// True if some output has not been shown yet.
    is_behind: bool,
    is_withheld: bool,
}

impl Echo {
    pub fn new(secret: &SecretString, terminal: Box<dyn Write + Send>) -> Self {
        // A growing buffer would leave copies behind.
        let printed = Chunk::new(Vec::with_capacity(MAX_SHOWN));
        let encodings = Encodings::of(secret);
        Self { terminal, encodings, printed, shown: String::new(), is_behind: false, is_withheld: false }
    }

    fn add(&mut self, chunk: &[u8]) {
        if self.is_withheld {
            return;
        }
        self.is_behind = true;
        self.is_withheld = self.printed.len() + chunk.len() > MAX_SHOWN;
        if !self.is_withheld {
            self.printed.extend_from_slice(chunk);
        }
    }

    fn show(&mut self) {
        self.is_behind = false;
        self.is_withheld |= self.encodings.appear_in(&self.printed);
        let new = if self.is_withheld {
            format!("\n{WITHHELD}\n")
        } else {
            let lines = self.printed.split(|byte| *byte == b'\n').map(|line| {
                // The cursor stays behind a question, where the answer is typed.
                let space = if line.ends_with(b" ") { " " } else { "" };
                format!("{}{space}", safe_text(last_written(line)))
            });
            let lines: Vec<String> = lines.collect();
            let text = lines.join("\n");
            let new = if let Some(new) = text.strip_prefix(&self.shown) {
                new.to_owned()
            } else {
                // Progress output overwrites a line: show the new line below it.
                let are_same = |(new, shown): &(&String, &str)| new == shown;
                let same = lines.iter().zip(self.shown.split('\n')).take_while(are_same).count();
                format!("\n{}", lines[same..].join("\n"))
            };
            self.shown = text;
            new
        };
        // The command runs even if the terminal does not show its output.
        let _ = self.terminal.write_all(new.as_bytes()).and_then(|()| self.terminal.flush());
    }
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

/// The secret in the forms in which tools print it: plain, hexadecimal and octal (by bytes, and by words as in od(1)),
/// decimal, and Base64 (RFC 4648), each also reversed.
pub(super) struct Encodings {
    texts: Vec<Vec<u8>>,
    /// A part of this length reveals too much.
    revealing_length: usize,
}

impl Encodings {
    pub fn of(secret: &SecretString) -> Self {
        let secret = secret.expose_secret();
        let hidden = secret.strip_prefix(SECRET_PREFIX).unwrap_or(secret).as_bytes();
        let prefix = secret.len() - hidden.len();
        let hidden = &hidden[..hidden.len().min(MAX_LINE_LENGTH)];
        let reversed: Vec<u8> = hidden.iter().rev().copied().collect();
        // As in the Kubernetes format, where the groups of 3 bytes begin at the prefix.
        let in_base64 = STANDARD_NO_PAD.encode(hidden.get((3 - prefix % 3) % 3..).unwrap_or_default());
        let mut texts = Vec::new();
        for bytes in [hidden, &reversed, in_base64.as_bytes()] {
            texts.push(String::from_utf8_lossy(bytes).into_owned());
            texts.push(each(bytes, |byte| format!("{byte:02x}")));
            texts.push(each(bytes, |byte| format!("{byte:03o}")));
            texts.push(each(bytes, u8::to_string));
            // The encodings of groups depend on where in a group the secret begins.
            let starts = |count| (0..count).filter_map(|skipped| bytes.get(skipped..));
            for rest in starts(2) {
                let words = rest.chunks_exact(2).map(|word| u16::from_le_bytes([word[0], word[1]]));
                let words: Vec<u16> = words.collect();
                texts.push(each(&words, |word| format!("{word:04x}")));
                texts.push(each(&words, |word| format!("{word:06o}")));
            }
            texts.extend(starts(3).map(|rest| STANDARD_NO_PAD.encode(rest)));
        }
        let mut texts: Vec<Vec<u8>> = texts.iter().map(|text| normalize(text.as_bytes())).collect();
        let backwards: Vec<Vec<u8>> = texts.iter().map(|text| text.iter().rev().copied().collect()).collect();
        texts.extend(backwards);
        Self { texts, revealing_length: REVEALING_LENGTH.min(normalize(hidden).len()) }
    }

    /// True if the text contains a part of any form, whatever separates its characters (spaces, colors, `%`, `\x`), or
    /// within an escape sequence, such as OSC 52.
    pub fn appear_in(&self, text: &[u8]) -> bool {
        if self.revealing_length == 0 {
            return false;
        }
        let texts = [normalize(text), normalize(&without_sequences(text))];
        let parts: HashSet<&[u8]> =
            texts.iter().flat_map(|text| text.windows(self.revealing_length)).collect();
        self.texts.iter().any(|text| text.windows(self.revealing_length).any(|part| parts.contains(part)))
    }
}

fn each<T>(numbers: &[T], encode: impl Fn(&T) -> String) -> String {
    numbers.iter().map(encode).collect()
}

/// Returns the letters and digits in lower case, without prefixes of numbers such as `0x`.
fn normalize(text: &[u8]) -> Vec<u8> {
    let plain = text.to_ascii_lowercase();
    let mut kept = Vec::with_capacity(plain.len());
    let mut rest = &plain[..];
    while let Some((byte, after)) = rest.split_first() {
        let introduced = [&b"0x"[..], b"\\x", b"\\u00", b"&#x", b"&#"];
        rest = introduced.iter().find_map(|before| rest.strip_prefix(*before)).unwrap_or_else(|| {
            kept.extend(byte.is_ascii_alphanumeric().then_some(*byte));
            after
        });
    }
    kept
}

/// Returns the text that a terminal shows for the line.
fn without_sequences(line: &[u8]) -> Zeroizing<Vec<u8>> {
    Zeroizing::new(strip_bytes(line).flatten().copied().collect())
}

impl Lines {
    fn add(&mut self, bytes: &[u8]) {
        for byte in bytes {
            match byte {
                b'\n' => self.end_line(),
                b'\r' => self.is_returned = true,
                _ => {
                    if std::mem::take(&mut self.is_returned) {
                        self.current.clear();
                    }
                    // A growing buffer would leave copies behind.
                    let left = MAX_LINE_LENGTH.saturating_sub(self.current.len());
                    self.current.reserve_exact(left);
                    if left > 0 {
                        self.current.push(*byte);
                    }
                }
            }
        }
    }

    fn end_line(&mut self) {
        self.is_returned = false;
        let line = std::mem::take(&mut self.current);
        if line.trim_ascii().is_empty() {
            return;
        }
        self.last.push_back(line);
        if self.last.len() > MAX_LINES {
            self.last.pop_front();
            self.left_out += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use base64::engine::general_purpose::STANDARD;

    use super::*;

    /// The captured output for these bytes.
    fn shown(output: &[u8], secret: &str) -> CommandOutput {
        Captured::read(io::Cursor::new(output.to_vec()), None).finish(&SecretString::from(secret), false)
    }

    fn lines(output: &CommandOutput) -> Vec<&str> {
        output.lines.iter().map(ServerText::as_str).collect()
    }

    #[test]
    fn the_last_lines_that_are_not_blank_are_kept() {
        let rows: [(&[u8], &[&str]); 7] = [
            (b"", &[]),
            (b"\n \r\n", &[]),
            (b"one\ntwo\n\n", &["one", "two"]),
            (b"one\r\ntwo\r\n", &["one", "two"]),
            (b"10 %\r20 %\rno line end", &["no line end"]),
            (b"10 %\r20 %\r\nnext", &["20 %", "next"]),
            (b"\x1b[31merror:\x1b[0m no\n", &["error: no"]),
        ];
        for (output, expected) in rows {
            assert_eq!(lines(&shown(output, "fake secret")), expected);
        }
        let output = shown(b"1\n2\n\n3\n4\n5\n10 %\r90 %\r\noops\nno route\n", "fake secret");
        assert_eq!(lines(&output), ["3", "4", "5", "90 %", "oops", "no route"]);
        assert_eq!(output.left_out, 2);
        assert_eq!(shown(b"", "fake secret"), CommandOutput::default());
    }

    #[test]
    fn escape_sequences_are_removed() {
        let rows: [(&[u8], &str); 9] = [
            (b"\x1b[33m\xe2\x96\xb2 \x1b[43;30mWARNING\x1b[0m late", "\u{25b2} WARNING late"),
            (b"\x1b[38;2;1;2;3mred\x1b[39m\x1b[K", "red"),
            (b"\x1b[?25lhidden\x1b[?25h", "hidden"),
            (b"\x1b]0;title\x07text", "text"),
            (b"\x1b]8;;https://example.com\x1b\\link\x1b]8;;\x1b\\", "link"),
            (b"\x1bPq#0\x1b\\after", "after"),
            (b"\x1b7saved\x1b8", "saved"),
            (b"\x1b(Bletters\x1b(0", "letters"),
            ("gr\u{f6}\u{df}er \u{1f511}".as_bytes(), "gr\u{f6}\u{df}er \u{1f511}"),
        ];
        for (output, expected) in rows {
            assert_eq!(lines(&shown(output, "fake secret")), [expected], "{output:?}");
        }
    }

    #[test]
    fn a_secret_over_several_lines_is_not_shown() {
        let secret = "mdb_sa_sk_FAKEfakeFAKEfakeFAKE9f3a";
        let folded = b"mdb_sa\n_sk_FA\nKEfake\nFAKEfa\nkeFAKE\n9f3a\n";
        assert_eq!(lines(&shown(folded, secret)), [NOT_SHOWN; 6]);
        let output = shown(b"stored\nFAKEfakeFAKE\ndone\n", secret);
        assert_eq!(lines(&output), ["stored", NOT_SHOWN, "done"]);
    }

    const SECRET: &str = "mdb_sa_sk_FAKEfakeFAKE-fakeFAKE9f3a";

    /// What this shell command prints for the secret.
    fn printed_by(command: &str) -> Vec<u8> {
        let script = format!("printf %s '{SECRET}' | {command}");
        let output = std::process::Command::new("sh").args(["-c", &script]).output().unwrap();
        assert!(!output.stdout.is_empty(), "{command}: {}", String::from_utf8_lossy(&output.stderr));
        output.stdout
    }

    #[test]
    fn encoded_secrets_are_not_shown() {
        let wide: Vec<u8> = SECRET.bytes().flat_map(|byte| [byte, 0]).collect();
        let each = |encode: fn(u8) -> String| SECRET.bytes().map(encode).collect::<String>().into_bytes();
        let rows: [Vec<u8>; 18] = [
            format!("\x1b]52;c;{}\x07copied", STANDARD.encode(SECRET)).into_bytes(),
            format!("data: {}", STANDARD.encode(format!("x{SECRET}"))).into_bytes(),
            format!("{:02X?}", SECRET.as_bytes()).into_bytes(),
            format!("refused: {SECRET}!").into_bytes(),
            wide,
            format!("bell {}\x07{}", &SECRET[..14], &SECRET[14..]).into_bytes(),
            format!("\x1b[01;31m\x1b[K{}\x1b[m\x1b[K{}", &SECRET[..14], &SECRET[14..]).into_bytes(),
            b"only its end: fakeFAKE9f3a".to_vec(),
            SECRET.bytes().flat_map(|byte| [byte, b' ']).collect(),
            [&[0xFF, 0xFE], SECRET.as_bytes()].concat(),
            SECRET.bytes().rev().collect(),
            each(|byte| format!("%{byte:02X}")),
            each(|byte| format!("\\x{byte:02x}")),
            each(|byte| format!("\\u{byte:04x}")),
            each(|byte| format!("0x{byte:x}, ")),
            each(|byte| format!("\\{byte:03o}")),
            each(|byte| format!("&#{byte};")),
            SECRET.to_ascii_uppercase().into_bytes(),
        ];
        for line in rows {
            assert_eq!(lines(&shown(&line, SECRET)), [NOT_SHOWN], "{line:?}");
        }
        let of_another = shown(b"refused: mdb_sa_sk_FAKEfakeFAKEfake!", "fake secret");
        assert_eq!(lines(&of_another), ["refused: mdb_sa_sk_...!"]);
        let client_in_base64 = "clientId: \"bWRiX3NhX2lkXzEyMzQ1Njc4OTBhYmNkZWYxMjM0NTY3OA==\"";
        assert_eq!(lines(&shown(client_in_base64.as_bytes(), SECRET)), [client_in_base64]);
    }

    #[cfg(unix)]
    #[test]
    fn encodings_by_common_tools_are_not_shown() {
        for command in [
            "rev",
            "od -An -c",
            "od -An -b",
            "od",
            "od -An -tu1",
            "od -An -tx1",
            "od -x",
            "base64",
            "base64 | rev",
            "base64 | base64",
            "base64 | od -An -tx1",
            "base64 | od -An -x",
            "rev | base64",
            "fold -w 5",
            "fold -w 2",
            "sed 's/./& /g'",
            "tr a-z A-Z",
            "cut -c 20-",
        ] {
            let output = shown(&printed_by(command), SECRET);
            let text = lines(&output).concat().replace(NOT_SHOWN, "");
            // A last line may remain if it is too short to reveal anything.
            let left = text.chars().filter(char::is_ascii_alphanumeric).count();
            assert!(output.had_secret && left < 40, "{command}: {:?}", output.lines);
        }
    }

    #[test]
    fn output_that_never_ends_is_not_waited_for() {
        let (reader, writer) = io::pipe().unwrap();
        let output = Captured::read(reader, None).finish(&SecretString::from("fake secret"), false);
        assert_eq!(output, CommandOutput::default());
        drop(writer);
    }

    /// The text on the terminal after these writes, with a pause after each.
    fn echoed(writes: &[&[u8]], secret: &str) -> String {
        let (mut reader, terminal) = io::pipe().unwrap();
        let mut echo = Echo::new(&SecretString::from(secret), Box::new(terminal));
        for write in writes {
            echo.add(write);
            if echo.is_behind {
                echo.show();
            }
        }
        drop(echo);
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
            assert_eq!(echoed(writes, SECRET), expected);
        }
        let long = [b'x'; 100].repeat(200);
        assert_eq!(echoed(&[b"x", &long, b"y"], SECRET), format!("x\n{WITHHELD}\n"));
    }

    #[test]
    fn a_secret_in_several_writes_is_not_shown() {
        let hidden = &SECRET[SECRET_PREFIX.len()..];
        let pairs = |text: &str| {
            (0..=text.len()).map(|at| [text[..at].to_owned(), text[at..].to_owned()].to_vec()).collect()
        };
        let cut: Vec<Vec<String>> =
            [SECRET, hidden, &STANDARD.encode(SECRET), &format!("{:02x?}", hidden.as_bytes())]
                .into_iter()
                .flat_map(|text| -> Vec<Vec<String>> { pairs(text) })
                .collect();
        let each = hidden.chars().map(String::from).collect();
        let folded = hidden.chars().map(|character| format!("{character}\n")).collect();
        for writes in cut.into_iter().chain([each, folded]) {
            let bytes: Vec<&[u8]> = writes.iter().map(String::as_bytes).collect();
            let shown = echoed(&bytes, SECRET);
            let (before, after) = shown.split_once(WITHHELD).unwrap_or_else(|| panic!("{writes:?}: {shown}"));
            assert!(
                !Encodings::of(&SecretString::from(SECRET)).appear_in(before.as_bytes()),
                "{writes:?}: {shown}"
            );
            assert_eq!(after, "\n", "{writes:?}");
        }
    }
}
