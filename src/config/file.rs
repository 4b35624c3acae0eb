//! Reads a configuration file, that of the Atlas CLI or of this program, and checks who else can change it.

use std::fs::OpenOptions;
use std::io::{self, ErrorKind};
use std::path::Path;

use zeroize::Zeroizing;

use crate::domain::{ServerText, os_error_message};
use crate::files::{FileStat, open, owner_of_foreign_link, read_at_most};

/// The largest configuration file, in bytes. A larger one is some other file.
const MAX_FILE_SIZE: u64 = 1024 * 1024;

/// Puts the path of the file before a reason.
pub(crate) fn with_path(path: &Path, reason: &str) -> String {
    format!("{} {reason}", ServerText::new(&path.to_string_lossy()))
}

/// Returns the text and the metadata of a file; `None` if there is no file. The error follows the path in a message,
/// and contains no secret.
pub(crate) fn read_text(path: &Path) -> Result<Option<(Zeroizing<String>, FileStat)>, String> {
    let not_read = |error: io::Error| format!("cannot be read: {}", os_error_message(&error));
    let opened = path.canonicalize().and_then(|path| open(&path, OpenOptions::new().read(true)));
    let file = match opened {
        Ok(file) => file,
        // If a parent folder is a file, there is no configuration either.
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => {
            return Ok(None);
        }
        Err(error) => return Err(not_read(error)),
    };
    let metadata = file.metadata().map_err(not_read)?;
    if !metadata.is_file() {
        // Reading a pipe or a device could block forever.
        return Err("is not a regular file".to_owned());
    }
    let Some(bytes) = read_at_most(&file, MAX_FILE_SIZE).map_err(not_read)? else {
        return Err("is larger than 1 MiB: it is not a configuration file".to_owned());
    };
    // Editors on Windows put a byte order mark first, which is not TOML.
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&bytes);
    let text = std::str::from_utf8(bytes).map_err(|_| "is not UTF-8 text: save it as UTF-8".to_owned())?;
    let mut stat = FileStat::from(&metadata);
    stat.owner = owner_of_foreign_link(path).unwrap_or(stat.owner);
    Ok(Some((Zeroizing::new(text.to_owned()), stat)))
}

/// Returns the number of the line, from 1, at this position in the text.
pub(crate) fn line_of(text: &str, at: usize) -> usize {
    text.get(..at).unwrap_or(text).matches('\n').count() + 1
}

/// Returns how another user can change the file: by its mode or as its owner. Ignores root, who can change every file,
/// and a group whose ID equals the owner's: that is the owner's private group.
pub(crate) fn who_can_change_it(stat: FileStat) -> Option<&'static str> {
    if !stat.is_ours() && stat.owner != 0 {
        Some("it belongs to another user: copy it to a file of your own")
    } else if stat.mode & 0o002 != 0 {
        Some("every user can change it: run chmod o-w on it")
    } else if stat.mode & 0o020 != 0 && stat.group != stat.owner {
        Some("its group can change it: run chmod g-w on it")
    } else {
        None
    }
}

#[cfg(all(test, unix))]
mod tests {
    use std::fs;
    use std::os::unix::fs::{lchown, symlink};

    use super::*;

    #[test]
    fn a_link_that_another_user_has_placed_makes_the_file_that_users() {
        let folder = tempfile::tempdir().unwrap();
        let (ours, link) = (folder.path().join("ours"), folder.path().join("link"));
        fs::create_dir(&ours).unwrap();
        fs::write(ours.join("config.toml"), "a = 1").unwrap();
        symlink(&ours, &link).unwrap();
        symlink(ours.join("config.toml"), folder.path().join("config.toml")).unwrap();
        let paths = [link.join("config.toml"), folder.path().join("config.toml")];
        let owners = || paths.each_ref().map(|path| read_text(path).unwrap().unwrap().1.owner);
        let own = crate::files::user_id();
        assert_eq!(owners(), [own, own]);
        let placed = [&link, &paths[1]];
        if placed.iter().any(|link| lchown(link, Some(65533), None).is_err()) {
            println!("skipped: only root can give a link away");
            return;
        }
        assert_eq!(owners(), [65533, 65533]);
    }

    #[test]
    fn only_regular_files_are_read_and_nothing_blocks() {
        use rustix::fs::{CWD, FileType, Mode, mknodat};
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        mknodat(CWD, path("pipe"), FileType::Fifo, Mode::from_bits_retain(0o600), 0).unwrap();
        let _socket = std::os::unix::net::UnixListener::bind(path("socket")).unwrap();
        fs::write(path("file"), "a = 1").unwrap();
        let rows = [
            (path("pipe"), Err("is not a regular file")),
            (path("socket"), Err("cannot be read: No such device or address")),
            ("/dev/zero".into(), Err("is not a regular file")),
            (path(""), Err("is not a regular file")),
            (path("file"), Ok(Some("a = 1".to_owned()))),
            (path("missing"), Ok(None)),
            (path("file/below"), Ok(None)),
        ];
        for (path, expected) in rows {
            let text = read_text(&path).map(|found| found.map(|(text, _)| text.to_string()));
            assert_eq!(text, expected.map_err(str::to_owned), "{}", path.display());
        }
    }
}
