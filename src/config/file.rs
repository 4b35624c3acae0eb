//! A file of settings, of the Atlas CLI or of this program: what it holds, and who else can change it.

use std::fs::{self, OpenOptions};
use std::io::{self, ErrorKind};
use std::path::Path;

use zeroize::Zeroizing;

use crate::domain::{ServerText, os_error_message};
use crate::files::{FileStat, open, read_at_most};

/// No configuration is larger; what is, is something else.
const LARGEST: u64 = 1024 * 1024;

/// A reason that goes on after the path of the file.
pub(crate) fn with_path(path: &Path, reason: &str) -> String {
    format!("{} {reason}", ServerText::new(&path.to_string_lossy()))
}

/// The text of a file, and what the system says of it; `None` when there is no file. The error goes on after the path, and
/// holds no secret.
pub(crate) fn read_text(path: &Path) -> Result<Option<(Zeroizing<String>, FileStat)>, String> {
    let opened = path.canonicalize().and_then(|path| open(&path, OpenOptions::new().read(true)));
    let (about, file) = match opened.and_then(|file| Ok((file.metadata()?, file))) {
        Ok(opened) => opened,
        // A file in the place of a folder on the way also means that there is no configuration.
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => {
            return Ok(None);
        }
        // A socket cannot be opened.
        Err(_) if fs::metadata(path).is_ok_and(|about| !about.is_file() && !about.is_dir()) => {
            return Err("is not a regular file".to_owned());
        }
        // Whether there is a file is not known.
        Err(error) if error.kind() == ErrorKind::PermissionDenied && fs::symlink_metadata(path).is_err() => {
            return Err(
                "cannot be reached (permission denied): check that HOME is your own home folder".to_owned()
            );
        }
        Err(error) => return Err(not_read(&error)),
    };
    if about.is_dir() {
        return Err("is a directory, not a file".to_owned());
    }
    if !about.is_file() {
        // Reading a pipe or a device could wait forever.
        return Err("is not a regular file".to_owned());
    }
    let Some(bytes) = read_at_most(&file, LARGEST).map_err(|error| not_read(&error))? else {
        return Err("is larger than 1 MiB: it is not a configuration file".to_owned());
    };
    // Editors on Windows put a byte order mark first, which is no part of TOML.
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&bytes);
    match std::str::from_utf8(bytes) {
        Ok(text) => Ok(Some((Zeroizing::new(text.to_owned()), FileStat::from(&about)))),
        Err(error) => {
            let before = String::from_utf8_lossy(&bytes[..error.valid_up_to()]);
            let line = line_of(&before, before.len());
            Err(format!("is not UTF-8 text (line {line}): save it as UTF-8"))
        }
    }
}

fn not_read(error: &io::Error) -> String {
    match error.kind() {
        ErrorKind::PermissionDenied => {
            "cannot be read (permission denied): make it readable for your user".to_owned()
        }
        _ => format!("cannot be read: {}", os_error_message(error)),
    }
}

/// The line, from 1, of this place in the text.
pub(crate) fn line_of(text: &str, at: usize) -> usize {
    text.get(..at).unwrap_or(text).matches('\n').count() + 1
}

/// Why another user can change the file: its mode, or whose it is. The administrator can change every file, and a
/// group of one user alone has that user's number.
pub(crate) fn who_can_change_it(stat: FileStat) -> Option<&'static str> {
    match () {
        () if !stat.is_ours() && stat.owner != 0 => {
            Some("it belongs to another user: copy it to a file of your own")
        }
        () if stat.mode & 0o002 != 0 => Some("every user can change it: run chmod o-w on it"),
        () if stat.mode & 0o020 != 0 && stat.group != stat.owner => {
            Some("its group can change it: run chmod g-w on it")
        }
        () => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(unix)]
    #[test]
    fn what_is_opened_is_examined_and_never_waited_for() {
        use rustix::fs::{CWD, FileType, Mode, mknodat};
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        mknodat(CWD, path("pipe"), FileType::Fifo, Mode::from_bits_retain(0o600), 0).unwrap();
        let _socket = std::os::unix::net::UnixListener::bind(path("socket")).unwrap();
        fs::write(path("file"), "a = 1").unwrap();
        let rows = [
            (path("pipe"), Err("is not a regular file")),
            (path("socket"), Err("is not a regular file")),
            ("/dev/zero".into(), Err("is not a regular file")),
            (path(""), Err("is a directory, not a file")),
            (path("file"), Ok(Some("a = 1".to_owned()))),
            (path("missing"), Ok(None)),
            (path("file/below"), Ok(None)),
        ];
        for (path, expected) in rows {
            let text = read_text(&path).map(|found| found.map(|(text, _)| text.to_string()));
            assert_eq!(text, expected.map_err(str::to_owned), "{}", path.display());
        }
    }

    #[test]
    fn a_failure_to_read_is_named() {
        let denied = not_read(&io::Error::from(ErrorKind::PermissionDenied));
        assert!(denied.starts_with("cannot be read (permission denied)"), "{denied}");
        let other = not_read(&io::Error::from(ErrorKind::TimedOut));
        assert_eq!(other, "cannot be read: timed out");
    }
}
