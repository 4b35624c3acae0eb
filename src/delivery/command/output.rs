//! What a command prints: its last lines, to show once the command has ended.

use std::collections::{HashSet, VecDeque};
use std::io::{self, Read};
use std::sync::mpsc::{self, Receiver, Sender};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use anstream::adapter::strip_bytes;
use base64::Engine;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use secrecy::{ExposeSecret, SecretString};
use zeroize::Zeroizing;

use crate::domain::{CommandOutput, SECRET_PREFIX, ServerText, without_secrets};

/// How much of a line is kept; more is never shown.
const LONGEST: usize = 4096;

/// How many lines are kept.
const MOST_LINES: usize = 6;

/// How long to wait for the end of the output once the command has ended. What it left running may never close it.
const TIME_FOR_THE_REST: Duration = Duration::from_millis(100);

/// So many characters of the secret in a row are too many to show.
const TELLING: usize = 8;

/// The output of a running command. Dropping it ends the reading.
pub(super) struct Captured {
    lines: Arc<Mutex<Lines>>,
    /// Disconnected at the end.
    end: Receiver<()>,
}

/// A command may write the secret that it reads, so that these bytes are wiped.
#[derive(Default)]
struct Lines {
    /// The line that has not ended.
    current: Zeroizing<Vec<u8>>,
    /// True after a carriage return: what comes next is written over the line, as progress is.
    is_returned: bool,
    last: VecDeque<Zeroizing<Vec<u8>>>,
    left_out: usize,
    is_over: bool,
}

impl Captured {
    /// Reads what the command writes, in a thread of its own.
    pub fn read(mut source: impl Read + Send + 'static) -> Self {
        let (at_end, end) = mpsc::channel();
        let lines = Arc::<Mutex<Lines>>::default();
        let written = Arc::clone(&lines);
        let read = move || {
            let _at_end: Sender<()> = at_end;
            let mut buffer = Zeroizing::new([0; 4096]);
            loop {
                match source.read(&mut buffer[..]) {
                    Ok(0) => return,
                    Ok(count) => locked(&written).add(&buffer[..count]),
                    Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                    Err(_) => return,
                }
            }
        };
        // Without a thread the command gets a closed pipe, and nothing is shown.
        let _ = thread::Builder::new().spawn(read);
        Self { lines, end }
    }

    /// What was printed until now, once the command has ended. A line that has any part of the secret is not shown; nor
    /// is anything if several lines together have, or of a program that only prints.
    pub fn finish(self, secret: &SecretString, only_prints: bool) -> CommandOutput {
        let _ = self.end.recv_timeout(TIME_FOR_THE_REST);
        let mut lines = locked(&self.lines);
        lines.end_line();
        if only_prints {
            return CommandOutput::default();
        }
        let disguises = Disguises::of(secret);
        let harmless = lines.last.iter().filter(|line| !disguises.are_in(line));
        let together: Zeroizing<Vec<u8>> = Zeroizing::new(harmless.flat_map(|line| line.to_vec()).collect());
        let is_spread = disguises.are_in(&together);
        let is_shown = |line: &[u8]| !is_spread && !disguises.are_in(line);
        let show = |line: &Zeroizing<Vec<u8>>| {
            if !is_shown(line) {
                return ServerText::new(NOT_SHOWN);
            }
            let text = Zeroizing::new(String::from_utf8_lossy(&without_sequences(line)).into_owned());
            ServerText::new(&without_secrets(&text))
        };
        CommandOutput {
            lines: lines.last.iter().map(show).collect(),
            had_secret: lines.last.iter().any(|line| !is_shown(line)),
            left_out: lines.left_out,
        }
    }
}

fn locked(lines: &Mutex<Lines>) -> MutexGuard<'_, Lines> {
    lines.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Stands for a line with the secret, or with a part of it.
const NOT_SHOWN: &str = "(not shown: it contains the secret)";

impl Drop for Captured {
    fn drop(&mut self) {
        locked(&self.lines).is_over = true;
    }
}

/// The secret as tools print it: as it is, hexadecimal and octal (by bytes, and by words as od(1) has them), decimal,
/// Base64 and Base32 (RFC 4648), each also in reverse.
pub(super) struct Disguises {
    texts: Vec<Vec<u8>>,
    /// So long a part of one is too much.
    telling: usize,
}

impl Disguises {
    pub fn of(secret: &SecretString) -> Self {
        let secret = secret.expose_secret();
        let hidden = secret.strip_prefix(SECRET_PREFIX).unwrap_or(secret).as_bytes();
        let hidden = &hidden[..hidden.len().min(LONGEST)];
        let reversed: Vec<u8> = hidden.iter().rev().copied().collect();
        let mut texts = Vec::new();
        for bytes in [hidden, &reversed] {
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
            texts.extend(starts(5).map(base32));
        }
        let mut texts: Vec<Vec<u8>> = texts.iter().map(|text| normal(text.as_bytes())).collect();
        let backwards: Vec<Vec<u8>> = texts.iter().map(|text| text.iter().rev().copied().collect()).collect();
        texts.extend(backwards);
        Self { texts, telling: TELLING.min(normal(hidden).len()) }
    }

    /// True if a part can be read in the text, whatever stands between its characters: blanks, colours, `%`, `\x`; or
    /// within an escape sequence, such as one that copies.
    pub fn are_in(&self, text: &[u8]) -> bool {
        if self.telling == 0 {
            return false;
        }
        let texts = [normal(text), normal(&without_sequences(text))];
        let parts: HashSet<&[u8]> = texts.iter().flat_map(|text| text.windows(self.telling)).collect();
        self.texts.iter().any(|text| text.windows(self.telling).any(|part| parts.contains(part)))
    }
}

fn each<T>(numbers: &[T], encode: impl Fn(&T) -> String) -> String {
    numbers.iter().map(encode).collect()
}

/// Without the incomplete group at the end.
fn base32(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    let digits = bytes.chunks_exact(5).flat_map(|group| {
        let group = group.iter().fold(0_u64, |group, byte| group << 8 | u64::from(*byte));
        (0..8).rev().map(move |digit| DIGITS[(group >> (5 * digit) & 31) as usize] as char)
    });
    digits.collect()
}

/// The letters and digits in lower case. What introduces a number is none of its digits.
fn normal(text: &[u8]) -> Vec<u8> {
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

/// What a terminal shows of the line.
fn without_sequences(line: &[u8]) -> Zeroizing<Vec<u8>> {
    Zeroizing::new(strip_bytes(line).flatten().copied().collect())
}

impl Lines {
    fn add(&mut self, bytes: &[u8]) {
        // What comes later belongs to no command any more.
        if self.is_over {
            return;
        }
        for byte in bytes {
            match byte {
                b'\n' => self.end_line(),
                b'\r' => self.is_returned = true,
                _ => {
                    if std::mem::take(&mut self.is_returned) {
                        self.current.clear();
                    }
                    // A buffer that grew would leave copies behind.
                    let left = LONGEST.saturating_sub(self.current.len());
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
        if self.last.len() > MOST_LINES {
            self.last.pop_front();
            self.left_out += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use base64::engine::general_purpose::STANDARD;

    use super::*;

    /// What is shown of this output.
    fn shown(output: &[u8], secret: &str) -> CommandOutput {
        Captured::read(io::Cursor::new(output.to_vec())).finish(&SecretString::from(secret), false)
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
    fn nothing_is_left_of_an_escape_sequence() {
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

    /// What this shell command prints of the secret.
    fn printed_by(command: &str) -> Vec<u8> {
        let script = format!("printf %s '{SECRET}' | {command}");
        let output = std::process::Command::new("sh").args(["-c", &script]).output().unwrap();
        assert!(!output.stdout.is_empty(), "{command}: {}", String::from_utf8_lossy(&output.stderr));
        output.stdout
    }

    #[test]
    fn no_part_of_the_secret_is_in_it() {
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
    }

    #[cfg(unix)]
    #[test]
    fn no_part_of_the_secret_is_in_what_common_tools_make_of_it() {
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
            "rev | base64",
            "base32",
            "fold -w 5",
            "fold -w 2",
            "sed 's/./& /g'",
            "tr a-z A-Z",
            "cut -c 20-",
        ] {
            let output = shown(&printed_by(command), SECRET);
            let text = lines(&output).concat().replace(NOT_SHOWN, "");
            // What can be left is a last line that is too short to tell anything.
            let left = text.chars().filter(char::is_ascii_alphanumeric).count();
            assert!(output.had_secret && left < 40, "{command}: {:?}", output.lines);
        }
    }

    #[test]
    fn output_that_never_ends_is_not_waited_for() {
        let (reader, writer) = io::pipe().unwrap();
        let output = Captured::read(reader).finish(&SecretString::from("fake secret"), false);
        assert_eq!(output, CommandOutput::default());
        drop(writer);
    }
}
