//! Reading the Atlas CLI's `config.toml`: bounded, and without quoting what is in it.

use std::fs::{self, File};
use std::io::{self, ErrorKind, Read};
use std::path::Path;

use thiserror::Error;
use zeroize::Zeroizing;

use crate::domain::ServerText;

/// No configuration is larger; what is, is something else.
const LARGEST: u64 = 1024 * 1024;

/// The layout that this program knows: that of today's Atlas CLI.
pub(super) const VERSION: i64 = 2;

/// Why the file of profiles cannot be used. No message holds what is in it.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("{file} {problem}")]
pub struct ProfilesError {
    /// The path of the file.
    pub file: ServerText,
    /// What is wrong with it.
    pub problem: FileProblem,
}

/// What is wrong with the file of profiles. Each sentence goes on after the path of the file.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum FileProblem {
    /// A folder lies there.
    #[error("is a folder, not a file")]
    Folder,
    /// A pipe, a device or a socket lies there; reading it could wait forever.
    #[error("is not a regular file")]
    NotRegular,
    /// The system does not let this user read it.
    #[error("may not be read: give yourself the right to read it")]
    NotReadable,
    /// Any other failure to read.
    #[error("cannot be read: {0}")]
    Reading(ServerText),
    /// More than 1 MiB.
    #[error("is larger than 1 MiB, which no Atlas CLI configuration is")]
    TooLarge,
    /// Not text.
    #[error("is not UTF-8 text: save it as such, or make it anew with `atlas auth login`")]
    NotUtf8,
    /// Not TOML.
    #[error("is not valid TOML: look at line {line}")]
    NotToml {
        /// Where reading stopped, from 1.
        line: usize,
    },
    /// A layout from the future, in which the same names may mean something else.
    #[error("has version {0}; this program knows up to version {VERSION}. Update it, or use variables")]
    NewerVersion(i64),
    /// `version` is not a number.
    #[error("has a version that is not a number; version = {VERSION} is expected")]
    StrangeVersion,
}

/// The text of a file, and what others than its owner can do with the file.
pub(super) struct FileText {
    pub(super) text: Zeroizing<String>,
    pub(super) others_can_read: bool,
    pub(super) others_can_write: bool,
}

/// Reads the file; `None` when there is none.
pub(super) fn read(path: &Path) -> Result<Option<FileText>, FileProblem> {
    let about = match fs::metadata(path) {
        Ok(about) => about,
        Err(error) if is_missing(&error) => return Ok(None),
        Err(error) => return Err(problem_of(&error)),
    };
    if about.is_dir() {
        return Err(FileProblem::Folder);
    }
    if !about.is_file() {
        return Err(FileProblem::NotRegular);
    }
    let mut bytes = Zeroizing::new(Vec::new());
    let file = File::open(path).map_err(|error| problem_of(&error))?;
    file.take(LARGEST + 1).read_to_end(&mut bytes).map_err(|error| problem_of(&error))?;
    if u64::try_from(bytes.len()).is_ok_and(|length| length > LARGEST) {
        return Err(FileProblem::TooLarge);
    }
    let text = std::str::from_utf8(&bytes).map_err(|_| FileProblem::NotUtf8)?;
    // Editors on Windows put a byte order mark first, which is no part of TOML.
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    Ok(Some(FileText {
        text: Zeroizing::new(text.to_owned()),
        others_can_read: others_have(&about, 0o044),
        others_can_write: others_have(&about, 0o022),
    }))
}

/// Parses the text. The parser's own message quotes the line it stopped at, which may hold a secret, so
/// that only the line's number is kept.
pub(super) fn parse(text: &str) -> Result<toml::Table, FileProblem> {
    text.parse::<toml::Table>().map_err(|error| {
        let stopped_at = error.span().map_or(0, |span| span.start.min(text.len()));
        let before = text.get(..stopped_at).unwrap_or(text);
        FileProblem::NotToml { line: before.matches('\n').count() + 1 }
    })
}

/// A file in the place of a folder on the way also means that there is no configuration.
fn is_missing(error: &io::Error) -> bool {
    matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory)
}

fn problem_of(error: &io::Error) -> FileProblem {
    match error.kind() {
        ErrorKind::PermissionDenied => FileProblem::NotReadable,
        _ => FileProblem::Reading(ServerText::new(&error.to_string())),
    }
}

/// True when the mode of the file has one of these bits.
#[cfg(unix)]
fn others_have(about: &fs::Metadata, bits: u32) -> bool {
    use std::os::unix::fs::PermissionsExt;
    about.permissions().mode() & bits != 0
}

/// Elsewhere the mode says nothing; the folder of a user's configuration is closed to others by itself.
#[cfg(not(unix))]
fn others_have(_: &fs::Metadata, _: u32) -> bool {
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failure_to_read_is_named() {
        let denied = problem_of(&io::Error::from(ErrorKind::PermissionDenied));
        assert_eq!(denied, FileProblem::NotReadable);
        let other = problem_of(&io::Error::from(ErrorKind::TimedOut));
        assert_eq!(other.to_string(), "cannot be read: timed out");
    }

    #[test]
    fn broken_toml_is_placed_and_not_quoted() {
        let rows = [
            ("[ci\n", 1),
            ("version = 2\n[ci]\nclient_secret = canary\n", 3),
            ("client_secret = 'canary", 1),
            ("a = 1\na = 2\n", 2),
        ];
        for (text, line) in rows {
            let problem = parse(text).unwrap_err();
            assert_eq!(problem, FileProblem::NotToml { line }, "{text:?}");
            assert!(!format!("{problem} {problem:?}").contains("canary"));
        }
    }
}
