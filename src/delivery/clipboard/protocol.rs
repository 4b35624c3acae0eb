//! The messages between the program and the clipboard process.
//!
//! A request is a frame: its length in eight bytes, big-endian, then a line of JSON, then, for a request to hold,
//! the value as it is. A report is a line of JSON.
//!
//! **Invariant:** a value travels only in a request to hold, and never as JSON, whose buffers leave copies.

use std::io::{self, Read};
use std::time::Duration;

use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use crate::domain::{ClipboardContent, CopyError};

/// The longest frame in bytes. Nothing that is copied comes near it.
const MAX_FRAME: usize = 1 << 20;

/// The number of a request, repeated in its report: the program stops waiting for some, and their reports come late.
pub(super) type RequestNumber = u32;

/// What the program asks for.
#[derive(Debug, Deserialize, Serialize)]
pub(super) enum Request {
    /// Put a value on the clipboard in place of the one that is held.
    Hold {
        #[serde(skip)]
        value: SecretString,
        /// When to clear the clipboard, counted from setting it; `None` keeps the value until another program copies.
        clear_after: Option<Duration>,
    },
    /// Report what the clipboard holds.
    Check,
    /// Clear the clipboard that much later than planned, and report what it holds.
    Extend(Duration),
    /// Clear the clipboard if it still holds the value, and exit.
    Clear,
}

/// What the clipboard process reports.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq, Serialize)]
pub(super) enum Report {
    /// The clipboard is open. The first report of every process.
    Opened,
    /// The value is on the clipboard.
    Set {
        /// True when it was read back.
        is_verified: bool,
        /// When the clipboard will be cleared, from now.
        clears_in: Option<Duration>,
    },
    /// Nothing is on the clipboard, and the process exits.
    Failed(CopyError),
    /// What the clipboard holds.
    Content(ClipboardContent),
    /// What the process left on the clipboard. It has forgotten the value and exits.
    Ended(ClipboardContent),
}

impl Request {
    /// Encodes the frame in a buffer of its final size: one that grows would leave copies of the value behind.
    pub(super) fn encode(&self, number: RequestNumber) -> io::Result<Zeroizing<Vec<u8>>> {
        let header = serde_json::to_string(&(number, self))?;
        let value = match self {
            Self::Hold { value, .. } => value.expose_secret(),
            Self::Check | Self::Extend(_) | Self::Clear => "",
        };
        let length = header.len() + 1 + value.len();
        let mut frame = Zeroizing::new(Vec::with_capacity(8 + length));
        frame.extend_from_slice(&(length as u64).to_be_bytes());
        frame.extend_from_slice(header.as_bytes());
        frame.push(b'\n');
        frame.extend_from_slice(value.as_bytes());
        Ok(frame)
    }

    /// Reads one frame.
    ///
    /// # Errors
    /// At the end of the input, also in the middle of a frame, and for anything that is not a frame.
    pub(super) fn read(input: &mut impl Read) -> io::Result<(RequestNumber, Self)> {
        let mut length = [0; 8];
        input.read_exact(&mut length)?;
        let length = usize::try_from(u64::from_be_bytes(length)).unwrap_or(usize::MAX);
        if length > MAX_FRAME {
            return Err(io::ErrorKind::InvalidData.into());
        }
        let mut frame = Zeroizing::new(vec![0; length]);
        input.read_exact(&mut frame)?;
        Self::decode(&frame).ok_or_else(|| io::ErrorKind::InvalidData.into())
    }

    fn decode(frame: &[u8]) -> Option<(RequestNumber, Self)> {
        let (header, sent) = std::str::from_utf8(frame).ok()?.split_once('\n')?;
        let (number, mut request) = serde_json::from_str(header).ok()?;
        match &mut request {
            Self::Hold { value, .. } => *value = SecretString::from(sent),
            _ if sent.is_empty() => {}
            _ => return None,
        }
        Some((number, request))
    }
}

impl Report {
    /// Encodes the line, with its end. `None` as the number marks a report that no one asked for.
    pub(super) fn encode(self, answers: Option<RequestNumber>) -> io::Result<String> {
        Ok(serde_json::to_string(&(answers, self))? + "\n")
    }

    /// Decodes a line without its end.
    pub(super) fn decode(line: &str) -> Option<(Option<RequestNumber>, Self)> {
        serde_json::from_str(line).ok()
    }
}

#[cfg(test)]
mod tests;
