//! What the program and the holder of the clipboard say to each other.
//!
//! A request is a frame: its length in eight bytes, the most significant first, then a line of words, then, for a
//! request to hold, the value as it is. A report is a line of words; it never carries a value. Times are in
//! milliseconds.

use std::{
    io::{self, Read},
    str::SplitWhitespace,
    time::Duration,
};

use secrecy::{ExposeSecret, SecretString};
use zeroize::Zeroizing;

use crate::domain::ClipboardContent;

use super::problem::HoldProblem;

/// The longest frame in bytes; nothing that is copied here comes near it.
const LONGEST_FRAME: usize = 1 << 20;

/// Which request a report answers. The program gives up waiting for some; their answers come too late.
pub(super) type Number = u32;

/// What the holder is asked.
#[derive(Debug)]
pub(super) enum Request {
    /// Put a value on the clipboard in place of whatever is held, and hold it.
    Hold {
        /// What is copied.
        value: SecretString,
        /// When the clipboard is emptied, from the moment it is set; `None`: once another program has copied.
        clear_after: Option<Duration>,
    },
    /// Say what the clipboard holds.
    Look,
    /// Empty it that much later than planned, and say what it holds.
    Extend(Duration),
    /// Empty the clipboard if it still holds the value, and end.
    Clear,
}

/// What the holder says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Report {
    /// The clipboard is open; the first thing that is said.
    Opened,
    /// The value is on the clipboard and was read back.
    Verified {
        /// When the clipboard will be emptied, from now.
        clears_in: Option<Duration>,
    },
    /// The clipboard took the value, but did not give it back.
    Unverified {
        /// When the clipboard will be emptied, from now.
        clears_in: Option<Duration>,
    },
    /// Nothing is on the clipboard, and the holder ends.
    Failed(HoldProblem),
    /// What the clipboard holds.
    Content(ClipboardContent),
    /// What the clipboard was left with. The value is forgotten and the holder ends.
    Ended(ClipboardContent),
}

/// A report and the request that it answers; `None` for what the holder says unasked.
pub(super) type NumberedReport = (Option<Number>, Report);

impl Request {
    /// The frame. The buffer has its final size from the start: growing would leave copies behind.
    pub(super) fn encode(&self, number: Number) -> Zeroizing<Vec<u8>> {
        let (words, value) = match self {
            Self::Hold { value, clear_after } => {
                (format!("{number} hold {}\n", spell(*clear_after)), value.expose_secret())
            }
            Self::Look => (format!("{number} look\n"), ""),
            Self::Extend(by) => (format!("{number} extend {}\n", spell(Some(*by))), ""),
            Self::Clear => (format!("{number} clear\n"), ""),
        };
        let length = words.len() + value.len();
        let mut frame = Zeroizing::new(Vec::with_capacity(8 + length));
        frame.extend_from_slice(&(length as u64).to_be_bytes());
        frame.extend_from_slice(words.as_bytes());
        frame.extend_from_slice(value.as_bytes());
        frame
    }

    /// Reads one frame.
    ///
    /// # Errors
    /// At the end of the input, also in the middle of a frame, and for a frame that is none of ours.
    pub(super) fn read(input: &mut impl Read) -> io::Result<(Number, Self)> {
        let mut length = [0; 8];
        input.read_exact(&mut length)?;
        let length = usize::try_from(u64::from_be_bytes(length)).map_err(|_| malformed())?;
        if length > LONGEST_FRAME {
            return Err(malformed());
        }
        let mut frame = Zeroizing::new(vec![0; length]);
        input.read_exact(&mut frame)?;
        Self::decode(&frame).ok_or_else(malformed)
    }

    fn decode(frame: &[u8]) -> Option<(Number, Self)> {
        let (line, value) = std::str::from_utf8(frame).ok()?.split_once('\n')?;
        let mut words = line.split_whitespace();
        let number = words.next()?.parse().ok()?;
        let request = match words.next()? {
            "hold" => Self::Hold { value: SecretString::from(value), clear_after: time(&mut words).ok()? },
            "look" => Self::Look,
            "extend" => Self::Extend(time(&mut words).ok()??),
            "clear" => Self::Clear,
            _ => return None,
        };
        words.next().is_none().then_some((number, request))
    }
}

impl Report {
    /// The line, with its end.
    pub(super) fn encode(self, answers: Option<Number>) -> String {
        let number = answers.map_or_else(|| "-".to_owned(), |number| number.to_string());
        let words = match self {
            Self::Opened => "opened".to_owned(),
            Self::Verified { clears_in } => format!("verified {}", spell(clears_in)),
            Self::Unverified { clears_in } => format!("unverified {}", spell(clears_in)),
            Self::Failed(HoldProblem::Unopened) => "failed unopened".to_owned(),
            Self::Failed(HoldProblem::Occupied) => "failed occupied".to_owned(),
            Self::Failed(HoldProblem::Refused) => "failed refused".to_owned(),
            Self::Content(content) => format!("content {}", spell_content(content)),
            Self::Ended(content) => format!("ended {}", spell_content(content)),
        };
        format!("{number} {words}\n")
    }

    /// Understands a line without its end; `None` when it is none of ours.
    pub(super) fn decode(line: &str) -> Option<NumberedReport> {
        let mut words = line.split_whitespace();
        let answers = match words.next()? {
            "-" => None,
            number => Some(number.parse().ok()?),
        };
        let report = match words.next()? {
            "opened" => Self::Opened,
            "verified" => Self::Verified { clears_in: time(&mut words).ok()? },
            "unverified" => Self::Unverified { clears_in: time(&mut words).ok()? },
            "failed" => Self::Failed(problem(words.next()?)?),
            "content" => Self::Content(content(&mut words)?),
            "ended" => Self::Ended(content(&mut words)?),
            _ => return None,
        };
        words.next().is_none().then_some((answers, report))
    }
}

fn spell(time: Option<Duration>) -> String {
    time.map_or_else(|| "never".to_owned(), |time| time.as_millis().to_string())
}

fn spell_content(content: ClipboardContent) -> String {
    match content {
        ClipboardContent::Ours { clears_in } => format!("ours {}", spell(clears_in)),
        ClipboardContent::Overwritten => "overwritten".to_owned(),
        ClipboardContent::Cleared => "cleared".to_owned(),
        ClipboardContent::Unreadable => "unreadable".to_owned(),
    }
}

/// A word that is no time.
struct Garbled;

fn time(words: &mut SplitWhitespace<'_>) -> Result<Option<Duration>, Garbled> {
    match words.next().ok_or(Garbled)? {
        "never" => Ok(None),
        milliseconds => milliseconds.parse().map(Duration::from_millis).map(Some).map_err(|_| Garbled),
    }
}

fn problem(word: &str) -> Option<HoldProblem> {
    match word {
        "unopened" => Some(HoldProblem::Unopened),
        "occupied" => Some(HoldProblem::Occupied),
        "refused" => Some(HoldProblem::Refused),
        _ => None,
    }
}

fn content(words: &mut SplitWhitespace<'_>) -> Option<ClipboardContent> {
    match words.next()? {
        "ours" => Some(ClipboardContent::Ours { clears_in: time(words).ok()? }),
        "overwritten" => Some(ClipboardContent::Overwritten),
        "cleared" => Some(ClipboardContent::Cleared),
        "unreadable" => Some(ClipboardContent::Unreadable),
        _ => None,
    }
}

fn malformed() -> io::Error {
    io::ErrorKind::InvalidData.into()
}

#[cfg(test)]
mod tests;
