//! A command's standard error: passed on as it comes, and its last line kept to say why the command failed.

use std::io::{self, Read, Write};
use std::sync::mpsc::{self, Receiver};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use secrecy::{ExposeSecret, SecretString};
use zeroize::Zeroizing;

use crate::domain::{ServerText, without_secrets};

/// How much of a line is kept; more is never shown.
const LONGEST: usize = 4096;

/// How long to wait for the end of the output once the command has ended. What it left running may never close it.
const TIME_FOR_THE_REST: Duration = Duration::from_millis(100);

/// The standard error of a running command.
pub(super) struct ErrorOutput {
    lines: Arc<Mutex<Lines>>,
    /// Disconnected at the end of the output.
    end: Receiver<()>,
}

#[derive(Default)]
struct Lines {
    current: Vec<u8>,
    last: Vec<u8>,
    is_over: bool,
}

impl ErrorOutput {
    /// Passes what comes from `source` on to our own standard error, from a thread of its own.
    pub fn relay(mut source: impl Read + Send + 'static) -> Self {
        let (sender, end) = mpsc::channel();
        let lines = Arc::<Mutex<Lines>>::default();
        let kept = Arc::clone(&lines);
        thread::spawn(move || {
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
        });
        Self { lines, end }
    }

    /// The last line that was not blank, once the command has ended; without the secret, and safe to show.
    pub fn last_line(self, secret: &SecretString) -> ServerText {
        let _ = self.end.recv_timeout(TIME_FOR_THE_REST);
        let mut lines = self.lines.lock().unwrap_or_else(PoisonError::into_inner);
        lines.end_line();
        lines.is_over = true;
        let line = String::from_utf8_lossy(&lines.last);
        let secret = secret.expose_secret();
        let line = if secret.is_empty() { line.into_owned() } else { line.replace(secret, "[secret]") };
        ServerText::new(&without_secrets(&line))
    }
}

impl Lines {
    /// False once no one is interested any more.
    fn add(&mut self, bytes: &[u8]) -> bool {
        if self.is_over {
            return false;
        }
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
        let line = std::mem::take(&mut self.current);
        if !line.trim_ascii().is_empty() {
            self.last = line;
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
    fn no_secret_is_in_it() {
        let line = last_line(b"refused: fake secret, mdb_sa_sk_FAKEfakeFAKEfake!");
        assert_eq!(line, "refused: [secret], mdb_sa_sk_...!");
    }

    #[test]
    fn output_that_never_ends_is_not_waited_for() {
        let (reader, writer) = io::pipe().unwrap();
        let output = ErrorOutput::relay(reader);
        assert!(output.last_line(&SecretString::from("fake secret")).is_empty());
        drop(writer);
    }
}
