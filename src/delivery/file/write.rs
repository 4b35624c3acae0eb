//! Writes new files and replaces existing ones. The content first goes to a file without a name, or to a temporary one
//! in the same folder, which then gets the name.
//!
//! **Invariant:** the name always belongs to a complete file or to none, and only its owner can read the content.

use std::ffi::OsStr;
use std::fs::{self, File, OpenOptions, TryLockError, canonicalize, symlink_metadata};
use std::io::{self, ErrorKind, Seek, Write};
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;
use zeroize::Zeroizing;

use crate::domain::path_text;
use crate::files::{FileStat, Folder, open, read_at_most, set_mode};

use super::SaveFailure;

/// The largest file that is read for an update, in bytes.
const MAX_FILE_SIZE: u64 = 1024 * 1024;

/// How many characters of the file's name begin the name of the temporary file: file systems allow 255 bytes.
const MAX_PREFIX_LENGTH: usize = 50;

/// The number of random letters and digits that end the name of the temporary file.
const RANDOM_LENGTH: usize = 16;

/// Stores `content` as the new file `path`. Nothing is overwritten and no link is followed.
pub(super) fn store(path: &Path, content: &[u8]) -> Result<(), SaveFailure> {
    if let Ok(about) = symlink_metadata(path) {
        return Err(if about.is_dir() { SaveFailure::IsFolder } else { SaveFailure::Exists });
    }
    let (folder, start) = beside(path)?;
    let is_missing =
        |error: io::Error| matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory);
    if fs::metadata(folder).map_or_else(is_missing, |about| !about.is_dir()) {
        return Err(SaveFailure::NoFolder(path_text(folder)));
    }
    let opened = Folder::open(folder)?;
    remove_leftovers(folder, &start);
    let saved = if let Some(file) = store_nameless(folder, path, content)? {
        file
    } else {
        let file = write_named(folder, &start, None, content)?;
        file.persist_noclobber(path).map_err(|failed| failed.error)?
    };
    check_in_place(&saved, path)?;
    // A name that is not on disk yet could still be lost.
    opened.sync().map_err(|error| {
        let _ = fs::remove_file(path);
        error.into()
    })
}

/// Writes `content` to disk in a file without a name (open(2), `O_TMPFILE`), so that a killed process leaves nothing,
/// and then names it. `None` if the system does not support one of the two.
#[cfg(target_os = "linux")]
fn store_nameless(folder: &Path, path: &Path, content: &[u8]) -> Result<Option<File>, SaveFailure> {
    use rustix::fs::{AtFlags, CWD, Mode, OFlags, linkat, openat};
    use std::os::fd::AsRawFd;

    let flags = OFlags::TMPFILE | OFlags::RDWR | OFlags::CLOEXEC;
    let Ok(file) = openat(CWD, folder, flags, Mode::RUSR | Mode::WUSR).map(File::from) else {
        return Ok(None);
    };
    fill(&file, None, content)?;
    let descriptor = format!("/proc/self/fd/{}", file.as_raw_fd());
    match linkat(CWD, descriptor, CWD, path, AtFlags::SYMLINK_FOLLOW) {
        Ok(()) => Ok(Some(file)),
        Err(rustix::io::Errno::EXIST) => Err(SaveFailure::Exists),
        Err(_) => Ok(None),
    }
}

#[cfg(not(target_os = "linux"))]
fn store_nameless(_folder: &Path, _path: &Path, _content: &[u8]) -> Result<Option<File>, SaveFailure> {
    Ok(None)
}

/// Checks that the name belongs to our file. In a folder that other users can write to, one of them may have put
/// another file in its place meanwhile; if so, ours is emptied, wherever it is now.
fn check_in_place(file: &File, path: &Path) -> Result<(), SaveFailure> {
    let ours = FileStat::of(file)?;
    let is_same = |found: FileStat| (found.identity, found.owner) == (ours.identity, ours.owner);
    if stat(path).is_ok_and(is_same) {
        return Ok(());
    }
    let _ = file.set_len(0);
    Err(SaveFailure::Swapped)
}

fn stat(path: &Path) -> io::Result<FileStat> {
    symlink_metadata(path).map(|about| FileStat::from(&about))
}

/// An existing file to replace. It is locked, so that two instances of this program replace it one after the other.
pub(in crate::delivery) struct ExistingFile {
    file: File,
    /// Its state when it was opened.
    pub stat: FileStat,
    /// The path with all links resolved.
    pub path: PathBuf,
}

impl ExistingFile {
    /// Opens the file at `path`; a link to it stays a link.
    pub fn open(path: &Path) -> Result<Self, SaveFailure> {
        let path = canonicalize(path).map_err(|_| match symlink_metadata(path) {
            Ok(_) => SaveFailure::BrokenLink,
            Err(_) => SaveFailure::Changed,
        })?;
        let about = symlink_metadata(&path)?;
        match () {
            () if about.is_dir() => return Err(SaveFailure::IsFolder),
            () if !about.is_file() => return Err(SaveFailure::Exists),
            () if FileStat::from(&about).links > 1 => return Err(SaveFailure::HardLinked),
            () => {}
        }
        // It is only read, but a file that its owner has protected must not be replaced either.
        let file =
            open(&path, OpenOptions::new().read(true).write(true)).map_err(|error| match error.kind() {
                ErrorKind::PermissionDenied => SaveFailure::ReadOnly,
                _ => error.into(),
            })?;
        let stat = FileStat::of(&file)?;
        if stat != FileStat::from(&about) {
            return Err(SaveFailure::Changed);
        }
        // Network folders may not support locks. A write by another program is noticed even without a lock.
        if matches!(file.try_lock(), Err(TryLockError::WouldBlock)) {
            return Err(SaveFailure::Locked);
        }
        Ok(Self { file, stat, path })
    }

    pub fn read(&self) -> Result<Zeroizing<Vec<u8>>, SaveFailure> {
        (&self.file).rewind()?;
        read_at_most(&self.file, MAX_FILE_SIZE)?.ok_or(SaveFailure::TooLarge)
    }

    /// Replaces the file by one with this content, and with the same owner and mode, but without access for others. It
    /// is on disk when this returns.
    pub fn replace(&self, content: &[u8]) -> Result<(), SaveFailure> {
        let (folder, start) = beside(&self.path)?;
        let opened = Folder::open(folder)?;
        remove_leftovers(folder, &start);
        let new = write_named(folder, &start, Some(self.stat), content)?;
        // Its times show whether another program has written to it.
        if stat(&self.path).ok() != Some(self.stat) {
            return Err(SaveFailure::Changed);
        }
        let saved = new.persist(&self.path).map_err(|failed| failed.error)?;
        check_in_place(&saved, &self.path)?;
        Ok(opened.sync()?)
    }
}

/// Writes `content` to disk in a temporary file, which gets its final name later. Dropping it removes it.
fn write_named(
    folder: &Path,
    start: &str,
    old: Option<FileStat>,
    content: &[u8],
) -> Result<NamedTempFile, SaveFailure> {
    let file = tempfile::Builder::new().prefix(start).rand_bytes(RANDOM_LENGTH).tempfile_in(folder)?;
    // Keeps other runs from removing it as a leftover.
    let _ = file.as_file().try_lock();
    fill(file.as_file(), old, content)?;
    Ok(file)
}

/// Returns the folder of a file, and the prefix of its temporary files' names. Ignore patterns such as `.env*` match
/// all of them.
fn beside(path: &Path) -> Result<(&Path, String), SaveFailure> {
    let (Some(folder), Some(name)) = (path.parent(), path.file_name()) else {
        return Err(SaveFailure::NoName);
    };
    let start: String = name.to_string_lossy().chars().take(MAX_PREFIX_LENGTH).collect();
    Ok((folder, format!("{start}.atlas-secret-")))
}

/// Writes `content` to disk in a file that is private, and otherwise like `old`. The umask can only have removed
/// permissions, even the owner's. A file system without permissions makes the file as accessible as the whole disk, and
/// setting them may fail or do nothing: only the resulting mode matters.
fn fill(mut file: &File, old: Option<FileStat>, content: &[u8]) -> Result<(), SaveFailure> {
    #[cfg(unix)]
    let _ = old.map(|old| std::os::unix::fs::fchown(file, Some(old.owner), Some(old.group)));
    let _ = set_mode(file, old.map_or(0o600, |old| old.mode & 0o700));
    let new = FileStat::of(file)?;
    if old.is_some_and(|old| old.owner != new.owner) {
        return Err(SaveFailure::NotOwned);
    }
    if new.is_open_to_others() {
        return Err(SaveFailure::NotPrivate);
    }
    let written = file.write_all(content).and_then(|()| file.sync_all());
    if written.is_err() {
        // It is removed, but may have another name by now.
        let _ = file.set_len(0);
    }
    Ok(written?)
}

/// Removes the temporary files of killed runs. Errors are ignored, because nothing depends on it.
fn remove_leftovers(folder: &Path, start: &str) {
    let is_temporary = |name: &OsStr| {
        let random = name.to_str().and_then(|name| name.strip_prefix(start)).unwrap_or_default();
        random.len() == RANDOM_LENGTH && random.bytes().all(|byte| byte.is_ascii_alphanumeric())
    };
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    for path in entries.filter(|entry| is_temporary(&entry.file_name())).map(|entry| entry.path()) {
        if open(&path, OpenOptions::new().read(true)).is_ok_and(|file| is_leftover(&file)) {
            let _ = fs::remove_file(path);
        }
    }
}

fn is_leftover(file: &File) -> bool {
    let is_file = file.metadata().is_ok_and(|about| about.is_file());
    let is_private = FileStat::of(file).is_ok_and(|stat| stat.is_ours() && !stat.is_open_to_others());
    // A killed process no longer holds its lock.
    is_file && is_private && file.try_lock().is_ok()
}

#[cfg(test)]
#[cfg(unix)]
mod tests;
