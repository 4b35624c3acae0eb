//! What a command prints: its last lines, to show once the command has ended.

use std::collections::VecDeque;
use std::io::{self, Read};
use std::sync::mpsc::{self, Receiver, Sender};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

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

const STDOUT: usize = 0;
const STDERR: usize = 1;

/// The output of a running command. Dropping it ends the reading.
pub(super) struct Captured {
    lines: Arc<Mutex<Lines>>,
    /// Disconnected at the end of both streams.
    end: Receiver<()>,
}

/// A command may write the secret that it reads, so that these bytes are wiped.
#[derive(Default)]
struct Lines {
    /// The lines that have not ended, of each stream.
    current: [Current; 2],
    /// The last lines of both streams, as they ended.
    last: VecDeque<Zeroizing<Vec<u8>>>,
    last_error: Zeroizing<Vec<u8>>,
    left_out: usize,
    is_over: bool,
}

#[derive(Default)]
struct Current {
    bytes: Zeroizing<Vec<u8>>,
    /// True after a carriage return: what comes next is written over the line, as progress is.
    is_returned: bool,
}

impl Captured {
    /// Reads both streams, in threads of their own.
    pub fn read(
        stdout: Option<impl Read + Send + 'static>,
        stderr: Option<impl Read + Send + 'static>,
    ) -> Self {
        let (sender, end) = mpsc::channel();
        let lines = Arc::<Mutex<Lines>>::default();
        if let Some(stdout) = stdout {
            read_stream(STDOUT, stdout, &lines, sender.clone());
        }
        if let Some(stderr) = stderr {
            read_stream(STDERR, stderr, &lines, sender);
        }
        Self { lines, end }
    }

    /// What was printed until now, once the command has ended, and the last line of its standard error. A line that
    /// has any part of the secret is not shown; nor is anything if several lines together have.
    pub fn finish(self, secret: &SecretString) -> (CommandOutput, ServerText) {
        let _ = self.end.recv_timeout(TIME_FOR_THE_REST);
        let mut lines = self.lines.lock().unwrap_or_else(PoisonError::into_inner);
        lines.end_line(STDOUT);
        lines.end_line(STDERR);
        let secret = secret.expose_secret().as_bytes();
        let harmless = lines.last.iter().filter(|line| !tells(line, secret));
        let together: Zeroizing<Vec<u8>> = Zeroizing::new(harmless.flat_map(|line| line.to_vec()).collect());
        let is_spread = tells(&together, secret);
        let show = |line: &[u8]| {
            let text = Zeroizing::new(String::from_utf8_lossy(line).into_owned());
            ServerText::new(&without_secrets(&text))
        };
        let shown = lines.last.iter().map(|line| {
            if is_spread || tells(line, secret) { ServerText::new(NOT_SHOWN) } else { show(line) }
        });
        let had_secret = is_spread || lines.last.iter().any(|line| tells(line, secret));
        let output = CommandOutput { lines: shown.collect(), had_secret, left_out: lines.left_out };
        let tells_error = is_spread || tells(&lines.last_error, secret);
        let last_error = if tells_error { ServerText::default() } else { show(&lines.last_error) };
        (output, last_error)
    }
}

/// Stands for a line with the secret, or with a part of it.
const NOT_SHOWN: &str = "(not shown: it contains the secret)";

impl Drop for Captured {
    fn drop(&mut self) {
        self.lines.lock().unwrap_or_else(PoisonError::into_inner).is_over = true;
    }
}

fn read_stream(
    stream: usize,
    mut source: impl Read + Send + 'static,
    lines: &Arc<Mutex<Lines>>,
    at_end: Sender<()>,
) {
    let lines = Arc::clone(lines);
    let read = move || {
        let _at_end = at_end;
        let mut buffer = Zeroizing::new([0; 4096]);
        loop {
            match source.read(&mut buffer[..]) {
                Ok(0) => return,
                Ok(count) => {
                    lines.lock().unwrap_or_else(PoisonError::into_inner).add(stream, &buffer[..count]);
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(_) => return,
            }
        }
    };
    // Without a thread the command gets a closed pipe, and nothing is shown.
    let _ = thread::Builder::new().spawn(read);
}

/// True if a part of the secret can be read in the line, whatever stands between its characters (blanks, colours,
/// control characters) and in the encodings that tools print: UTF-16, hexadecimal, Base64 (RFC 4648).
pub(super) fn tells(line: &[u8], secret: &[u8]) -> bool {
    let digits = secret.iter().flat_map(|byte| [byte >> 4, byte & 0xF]).map(u32::from);
    let hex: Zeroizing<String> =
        Zeroizing::new(digits.filter_map(|digit| char::from_digit(digit, 16)).collect());
    let lower = Zeroizing::new(line.to_ascii_lowercase());
    // Base64 depends on where in a group of three bytes the secret begins.
    let base64 = (0..3).any(|skipped| {
        let rest = secret.get(skipped..).unwrap_or_default();
        shares(line, Zeroizing::new(STANDARD_NO_PAD.encode(rest)).as_bytes())
    });
    shares(line, secret) || shares(&lower, hex.as_bytes()) || base64
}

fn shares(line: &[u8], secret: &[u8]) -> bool {
    let is_of_secret = |byte: &u8| byte.is_ascii_alphanumeric() || b"_-".contains(byte);
    let plain: Zeroizing<Vec<u8>> = Zeroizing::new(without_colours(line).filter(is_of_secret).collect());
    let secret: Zeroizing<Vec<u8>> = Zeroizing::new(secret.iter().copied().filter(is_of_secret).collect());
    let hidden = secret.strip_prefix(SECRET_PREFIX.as_bytes()).unwrap_or(&secret);
    let telling = TELLING.min(hidden.len());
    telling > 0 && hidden.windows(telling).any(|part| plain.windows(telling).any(|found| found == part))
}

/// The bytes outside of control sequences (ECMA-48, section 5.4).
fn without_colours(line: &[u8]) -> impl Iterator<Item = u8> {
    let mut is_in_sequence = false;
    line.iter().enumerate().filter_map(move |(index, byte)| {
        let follows_escape = index > 0 && line[index - 1] == 0x1B;
        if follows_escape && *byte == b'[' {
            is_in_sequence = true;
        } else if is_in_sequence {
            is_in_sequence = !(0x40..=0x7E).contains(byte);
        } else {
            return Some(*byte);
        }
        None
    })
}

impl Lines {
    fn add(&mut self, stream: usize, bytes: &[u8]) {
        // What comes later belongs to no command any more.
        if self.is_over {
            return;
        }
        for byte in bytes {
            let current = &mut self.current[stream];
            // A buffer that grew would leave copies behind.
            let left = LONGEST.saturating_sub(current.bytes.len());
            current.bytes.reserve_exact(left);
            match byte {
                b'\n' => self.end_line(stream),
                b'\r' => current.is_returned = true,
                _ => {
                    if std::mem::take(&mut current.is_returned) {
                        current.bytes.clear();
                    }
                    if current.bytes.len() < LONGEST {
                        current.bytes.push(*byte);
                    }
                }
            }
        }
    }

    fn end_line(&mut self, stream: usize) {
        let mut line = std::mem::take(&mut self.current[stream]).bytes;
        if line.trim_ascii().is_empty() {
            line.clear();
            self.current[stream].bytes = line;
            return;
        }
        if stream == STDERR {
            self.last_error.clone_from(&line);
        }
        if self.last.len() == MOST_LINES {
            let mut oldest = self.last.pop_front().unwrap_or_default();
            oldest.clear();
            self.current[stream].bytes = oldest;
            self.left_out += 1;
        }
        self.last.push_back(line);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is shown of this output and these errors.
    fn shown(output: &'static [u8], errors: &'static [u8], secret: &str) -> (CommandOutput, String) {
        // One after the other, so that the order is certain.
        let captured = Captured::read(Some(output), None::<io::Empty>);
        while captured.end.recv().is_ok() {}
        captured.lines.lock().unwrap().add(STDERR, errors);
        let (output, last_error) = captured.finish(&SecretString::from(secret));
        (output, last_error.to_string())
    }

    fn last_line(errors: &'static [u8]) -> String {
        shown(b"", errors, "fake secret").1
    }

    fn lines(output: &CommandOutput) -> Vec<&str> {
        output.lines.iter().map(ServerText::as_str).collect()
    }

    #[test]
    fn the_last_line_that_is_not_blank_is_kept() {
        let rows: [(&'static [u8], &str); 6] = [
            (b"", ""),
            (b"\n \r\n", ""),
            (b"one\ntwo\n\n", "two"),
            (b"one\r\ntwo\r\n", "two"),
            (b"10 %\r20 %\rno line end", "no line end"),
            (b"\x1b[31merror:\x1b[0m \xff\n", "[31merror:[0m \u{fffd}"),
        ];
        for (output, expected) in rows {
            assert_eq!(last_line(output), expected);
        }
    }

    #[test]
    fn both_streams_are_shown_by_their_last_lines() {
        let (output, last_error) =
            shown(b"1\n2\n\n3\n4\n5\n10 %\r90 %\r\n", b"oops\nno route\n", "fake secret");
        assert_eq!(lines(&output), ["3", "4", "5", "90 %", "oops", "no route"]);
        assert_eq!((output.left_out, last_error.as_str()), (2, "no route"));
        assert_eq!(shown(b"", b"", "fake secret").0, CommandOutput::default());
    }

    #[test]
    fn a_secret_over_several_lines_is_not_shown() {
        let secret = "mdb_sa_sk_FAKEfakeFAKEfakeFAKE9f3a";
        let folded = b"mdb_sa\n_sk_FA\nKEfake\nFAKEfa\nkeFAKE\n9f3a\n";
        let (output, last_error) = shown(folded, b"", secret);
        assert_eq!(lines(&output), [NOT_SHOWN; 6]);
        assert_eq!(last_error, "");
        let (output, last_error) = shown(b"stored\nFAKEfakeFAKE\n", b"done\n", secret);
        assert_eq!(lines(&output), ["stored", NOT_SHOWN, "done"]);
        assert_eq!(last_error, "done");
    }

    #[test]
    fn no_part_of_the_secret_is_in_it() {
        let secret = "mdb_sa_sk_FAKEfakeFAKEfakeFAKE9f3a";
        let wide: Vec<u8> = secret.bytes().flat_map(|byte| [byte, 0]).collect();
        let (base64, hex) =
            (STANDARD_NO_PAD.encode(format!("x{secret}")), format!("{:02X?}", secret.as_bytes()));
        let rows: [Vec<u8>; 9] = [
            format!("data: {base64}").into_bytes(),
            hex.into_bytes(),
            format!("refused: {secret}!").into_bytes(),
            wide,
            format!("bell {}\x07{}", &secret[..14], &secret[14..]).into_bytes(),
            format!("\x1b[01;31m\x1b[K{}\x1b[m\x1b[K{}", &secret[..14], &secret[14..]).into_bytes(),
            b"only its end: fakeFAKE9f3a".to_vec(),
            secret.bytes().flat_map(|byte| [byte, b' ']).collect(),
            [&[0xFF, 0xFE], secret.as_bytes()].concat(),
        ];
        for line in rows {
            let (output, last_error) = shown(b"", line.clone().leak(), secret);
            assert!(last_error.is_empty(), "{last_error} of {line:?}");
            assert_eq!(lines(&output), [NOT_SHOWN], "{line:?}");
        }
        assert_eq!(last_line(b"refused: mdb_sa_sk_FAKEfakeFAKEfake!"), "refused: mdb_sa_sk_...!");
    }

    #[test]
    fn output_that_never_ends_is_not_waited_for() {
        let (reader, writer) = io::pipe().unwrap();
        let captured = Captured::read(Some(reader), None::<io::Empty>);
        let (output, last_error) = captured.finish(&SecretString::from("fake secret"));
        assert!(output.lines.is_empty() && last_error.is_empty());
        drop(writer);
    }
}
