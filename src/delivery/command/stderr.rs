//! A command's standard error: passed on as it comes, and its last line kept to say why the command failed.

use std::io::{self, Read, Write};
use std::sync::mpsc::{self, Receiver};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use secrecy::{ExposeSecret, SecretString};
use zeroize::Zeroizing;

use crate::domain::{SECRET_PREFIX, ServerText, without_secrets};

/// How much of a line is kept; more is never shown.
const LONGEST: usize = 4096;

/// How long to wait for the end of the output once the command has ended. What it left running may never close it.
const TIME_FOR_THE_REST: Duration = Duration::from_millis(100);

/// So many characters of the secret in a row are too many to show.
const TELLING: usize = 8;

/// The standard error of a running command. Dropping it ends the relay.
pub(super) struct ErrorOutput {
    lines: Arc<Mutex<Lines>>,
    /// Disconnected at the end of the output.
    end: Receiver<()>,
}

/// A command may write the secret that it reads, so that these bytes are wiped.
#[derive(Default)]
struct Lines {
    current: Zeroizing<Vec<u8>>,
    last: Zeroizing<Vec<u8>>,
    is_over: bool,
}

impl ErrorOutput {
    /// Passes what comes from `source` on to our own standard error, from a thread of its own.
    pub fn relay(mut source: impl Read + Send + 'static) -> Self {
        let (sender, end) = mpsc::channel();
        let lines = Arc::<Mutex<Lines>>::default();
        let kept = Arc::clone(&lines);
        let relay = move || {
            let _at_end = sender;
            let mut buffer = Zeroizing::new([0; 4096]);
            loop {
                let bytes = match source.read(&mut buffer[..]) {
                    Ok(0) => return,
                    Ok(count) => &buffer[..count],
                    Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                    Err(_) => return,
                };
                // What comes later belongs to no command any more, and our screen is back.
                if kept.lock().unwrap_or_else(PoisonError::into_inner).add(bytes) {
                    let _ = io::stderr().write_all(bytes);
                }
            }
        };
        // Without a thread the command gets a closed pipe, and there is no last line.
        let _ = thread::Builder::new().spawn(relay);
        Self { lines, end }
    }

    /// The last line that was not blank, once the command has ended: safe to show, and empty if it holds any part of
    /// the secret.
    pub fn last_line(self, secret: &SecretString) -> ServerText {
        let _ = self.end.recv_timeout(TIME_FOR_THE_REST);
        let mut lines = self.lines.lock().unwrap_or_else(PoisonError::into_inner);
        lines.end_line();
        if tells(&lines.last, secret.expose_secret().as_bytes()) {
            return ServerText::default();
        }
        let line = Zeroizing::new(String::from_utf8_lossy(&lines.last).into_owned());
        ServerText::new(&without_secrets(&line))
    }
}

impl Drop for ErrorOutput {
    fn drop(&mut self) {
        self.lines.lock().unwrap_or_else(PoisonError::into_inner).is_over = true;
    }
}

/// True if a part of the secret can be read in the line, whatever stands between its characters (blanks, colours,
/// control characters) and in the encodings that tools print: UTF-16, hexadecimal, Base64 (RFC 4648).
fn tells(line: &[u8], secret: &[u8]) -> bool {
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
    /// False once no one is interested any more.
    fn add(&mut self, bytes: &[u8]) -> bool {
        if self.is_over {
            return false;
        }
        // A buffer that grew would leave copies behind.
        let room = LONGEST.saturating_sub(self.current.len());
        self.current.reserve_exact(room);
        for byte in bytes {
            match byte {
                b'\n' | b'\r' => self.end_line(),
                _ if self.current.len() < LONGEST => self.current.push(*byte),
                _ => {}
            }
        }
        true
    }

    fn end_line(&mut self) {
        if self.current.trim_ascii().is_empty() {
            self.current.clear();
        } else {
            self.last = std::mem::replace(&mut self.current, Zeroizing::new(Vec::with_capacity(LONGEST)));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn last_line(output: &'static [u8]) -> String {
        ErrorOutput::relay(output).last_line(&SecretString::from("fake secret")).to_string()
    }

    #[test]
    fn the_last_line_that_is_not_blank_is_kept() {
        let rows: [(&'static [u8], &str); 5] = [
            (b"", ""),
            (b"\n \r\n", ""),
            (b"one\ntwo\n\n", "two"),
            (b"10 %\r20 %\rno line end", "no line end"),
            (b"\x1b[31merror:\x1b[0m \xff\n", "[31merror:[0m \u{fffd}"),
        ];
        for (output, expected) in rows {
            assert_eq!(last_line(output), expected);
        }
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
            let shown =
                ErrorOutput::relay(io::Cursor::new(line.clone())).last_line(&SecretString::from(secret));
            assert!(shown.is_empty(), "{shown} of {line:?}");
        }
        assert_eq!(last_line(b"refused: mdb_sa_sk_FAKEfakeFAKEfake!"), "refused: mdb_sa_sk_...!");
    }

    #[test]
    fn output_that_never_ends_is_not_waited_for() {
        let (reader, writer) = io::pipe().unwrap();
        let output = ErrorOutput::relay(reader);
        assert!(output.last_line(&SecretString::from("fake secret")).is_empty());
        drop(writer);
    }
}
