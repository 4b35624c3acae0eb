//! Writes new files and replaces existing ones. The content first goes to an unnamed file, or to a temporary file in
//! the same folder, which then gets the name.
//!
//! **Invariant:** the name always belongs to a complete file or to none, and only its owner can read the content.

use std::fs::{self, File, Metadata, OpenOptions, TryLockError, canonicalize, symlink_metadata};
use std::io::{self, Seek, Write};
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;
use zeroize::Zeroizing;

use crate::files::{FileStat, Folder, open, read_at_most, set_mode};

use super::SaveFailure;

/// The largest file that is read for an update, in bytes.
const MAX_FILE_SIZE: u64 = 1024 * 1024;

/// How many characters of the file's name begin the name of the temporary file: file systems allow 255 bytes.
const MAX_PREFIX_LENGTH: usize = 50;

/// Stores `content` as the new file `path`. Nothing is overwritten and no link is followed.
pub(super) fn store(path: &Path, content: &[u8]) -> Result<(), SaveFailure> {
    match symlink_metadata(path) {
        Ok(about) if about.is_dir() => return Err(SaveFailure::IsFolder),
        Ok(_) => return Err(SaveFailure::Exists),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        Err(error) => return Err(error.into()),
    }
    let (saved, folder) = if let Some(stored) = store_nameless(path, content)? {
        stored
    } else {
        let new = NewFile::write(path, None, content)?;
        (new.file.persist_noclobber(path).map_err(|failed| failed.error)?, new.folder)
    };
    check_in_place(&saved, path)?;
    // A name that is not on disk yet could still be lost.
    folder.sync().map_err(|error| {
        let _ = fs::remove_file(path);
        error.into()
    })
}

/// Stores a file that gets its name once it is complete, so that a killed process leaves none. `None` if the file
/// system has no unnamed files (open(2), `O_TMPFILE`), or the system does not allow naming them.
#[cfg(target_os = "linux")]
fn store_nameless(path: &Path, content: &[u8]) -> Result<Option<(File, Folder)>, SaveFailure> {
    use rustix::fs::{AtFlags, CWD, Mode, OFlags, linkat, openat};
    use rustix::io::Errno;
    use std::os::fd::AsRawFd;

    let (folder, start) = beside(path)?;
    let flags = OFlags::TMPFILE | OFlags::RDWR | OFlags::CLOEXEC;
    let Ok(file) = openat(CWD, folder, flags, Mode::RUSR | Mode::WUSR).map(File::from) else {
        return Ok(None);
    };
    let folder_file = Folder::open(folder)?;
    fill(&file, None, content)?;
    let descriptor = format!("/proc/self/fd/{}", file.as_raw_fd());
    match linkat(CWD, descriptor, CWD, path, AtFlags::SYMLINK_FOLLOW) {
        Ok(()) => {
            remove_leftovers(folder, &start);
            Ok(Some((file, folder_file)))
        }
        Err(Errno::EXIST) => Err(SaveFailure::Exists),
        Err(_) => Ok(None),
    }
}

#[cfg(not(target_os = "linux"))]
fn store_nameless(_path: &Path, _content: &[u8]) -> Result<Option<(File, Folder)>, SaveFailure> {
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
        let opened = open(&path, OpenOptions::new().read(true)).and_then(|file| Ok((file.metadata()?, file)));
        let (about, file) = match opened {
            Ok(opened) => opened,
            // A socket cannot be opened, nor can a folder on Windows.
            Err(error) => {
                return Err(why_not_replaced(&path, &symlink_metadata(&path)?).unwrap_or(error.into()));
            }
        };
        if let Some(failure) = why_not_replaced(&path, &about) {
            return Err(failure);
        }
        // Network folders may not support locks. A write by another program is noticed even without a lock.
        if matches!(file.try_lock(), Err(TryLockError::WouldBlock)) {
            return Err(SaveFailure::Locked);
        }
        let stat = FileStat::of(&file)?;
        Ok(Self { file, stat, path })
    }

    pub fn read(&self) -> Result<Zeroizing<Vec<u8>>, SaveFailure> {
        (&self.file).rewind()?;
        read_at_most(&self.file, MAX_FILE_SIZE)?.ok_or(SaveFailure::TooLarge)
    }

    /// Replaces the file by one with this content, and with the same owner, mode and attributes, but without access for
    /// others. It is on disk when this returns.
    pub fn replace(&self, content: &[u8]) -> Result<(), SaveFailure> {
        let new = NewFile::write(&self.path, Some(&self.file), content)?;
        // Its times show whether another program has written to it.
        if stat(&self.path).ok() != Some(self.stat) {
            return Err(SaveFailure::Changed);
        }
        let saved = new.file.persist(&self.path).map_err(|failed| failed.error)?;
        check_in_place(&saved, &self.path)?;
        Ok(new.folder.sync()?)
    }
}

/// A temporary file that gets its final name later. Dropping it removes it.
struct NewFile {
    file: NamedTempFile,
    folder: Folder,
}

impl NewFile {
    /// Writes `content` to disk in a temporary file next to `path`, with the attributes of `old`, and removes those
    /// that killed runs have left there. Ignore patterns such as `.env*` match all of them.
    fn write(path: &Path, old: Option<&File>, content: &[u8]) -> Result<Self, SaveFailure> {
        let (folder, start) = beside(path)?;
        let opened = Folder::open(folder)?;
        let file = tempfile::Builder::new().prefix(&start).rand_bytes(16).tempfile_in(folder)?;
        // While this run is alive, no other run takes the file for a leftover.
        let _ = file.as_file().try_lock();
        remove_leftovers(folder, &start);
        fill(file.as_file(), old, content)?;
        Ok(Self { file, folder: opened })
    }
}

/// Returns the folder of a file, and the prefix of its temporary files' names.
fn beside(path: &Path) -> Result<(&Path, String), SaveFailure> {
    let (Some(folder), Some(name)) = (path.parent(), path.file_name()) else {
        return Err(SaveFailure::NoName);
    };
    let start: String = name.to_string_lossy().chars().take(MAX_PREFIX_LENGTH).collect();
    Ok((folder, format!("{start}.atlas-secret-")))
}

/// Writes `content` to disk, in a file with the attributes of `old`.
fn fill(mut file: &File, old: Option<&File>, content: &[u8]) -> Result<(), SaveFailure> {
    restrict(file, old)?;
    let written = file.write_all(content).and_then(|()| file.sync_all());
    if written.is_err() {
        // It is removed, but may have another name by now.
        let _ = file.set_len(0);
    }
    Ok(written?)
}

/// Removes the temporary files of killed runs. Errors are ignored, because nothing depends on it.
fn remove_leftovers(folder: &Path, start: &str) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let is_private = |stat: FileStat| stat.is_ours() && !stat.is_open_to_others();
        let is_ours = entry.file_name().to_string_lossy().starts_with(start)
            && entry.metadata().is_ok_and(|about| about.is_file() && is_private(FileStat::from(&about)));
        // A killed process no longer holds its lock.
        if is_ours && File::open(entry.path()).is_ok_and(|file| file.try_lock().is_ok()) {
            let _ = fs::remove_file(entry.path());
        }
    }
}

fn why_not_replaced(path: &Path, about: &Metadata) -> Option<SaveFailure> {
    #[cfg(unix)]
    let is_writable = || rustix::fs::access(path, rustix::fs::Access::WRITE_OK).is_ok();
    #[cfg(not(unix))]
    let is_writable = || {
        let _ = path;
        !about.permissions().readonly()
    };
    match () {
        () if about.is_dir() => Some(SaveFailure::IsFolder),
        () if !about.is_file() => Some(SaveFailure::Exists),
        () if FileStat::from(about).links > 1 => Some(SaveFailure::HardLinked),
        () if !is_writable() => Some(SaveFailure::ReadOnly),
        () => None,
    }
}

/// Makes a new file private, and otherwise like the file that it replaces. The umask can only have removed permissions,
/// even the owner's. A group that cannot be kept has no access here anyway. A file system without permissions makes the
/// file as accessible as the whole disk, and setting them may fail or do nothing: only the resulting mode matters.
fn restrict(new: &File, old: Option<&File>) -> Result<(), SaveFailure> {
    let mut mode = 0o600;
    if let Some(old) = old {
        keep_attributes(old, new)?;
        let old = FileStat::of(old)?;
        #[cfg(unix)]
        let _ = std::os::unix::fs::fchown(new, Some(old.owner), Some(old.group));
        if FileStat::of(new)?.owner != old.owner {
            return Err(SaveFailure::NotOwned);
        }
        mode = old.mode & 0o700;
    }
    let _ = set_mode(new, mode);
    let is_open = FileStat::of(new)?.is_open_to_others();
    if is_open { Err(SaveFailure::NotPrivate) } else { Ok(()) }
}

/// Copies the extended attributes, but not the access control lists (`system.`): a user named there could open the new
/// file before its mode is set, and the secret is only for the owner. Attributes that only the system sets
/// (`security.`, `trusted.`) may differ.
#[cfg(any(target_os = "linux", target_os = "android", target_os = "macos"))]
fn keep_attributes(old: &File, new: &File) -> Result<(), SaveFailure> {
    use rustix::buffer::spare_capacity;
    use rustix::fs::{XattrFlags, fgetxattr, flistxattr, fsetxattr};

    /// The limit of Linux, for all names and for one value, in bytes (xattr(7)).
    const MAX_LENGTH: usize = 64 * 1024;

    let mut names = Vec::with_capacity(MAX_LENGTH);
    // A file system without attributes has none to lose.
    if flistxattr(old, spare_capacity(&mut names)).is_err() {
        return Ok(());
    }
    let is_copied = |name: &&[u8]| !name.is_empty() && !name.starts_with(b"system.");
    for name in names.split(|byte| *byte == 0).filter(is_copied) {
        let mut value = Vec::with_capacity(MAX_LENGTH);
        let copied = fgetxattr(old, name, spare_capacity(&mut value))
            .and_then(|_| fsetxattr(new, name, &value, XattrFlags::empty()));
        let is_of_system = name.starts_with(b"security.") || name.starts_with(b"trusted.");
        if copied.is_err() && !is_of_system {
            return Err(SaveFailure::Attributes);
        }
    }
    Ok(())
}

#[cfg(not(any(target_os = "linux", target_os = "android", target_os = "macos")))]
fn keep_attributes(_old: &File, _new: &File) -> Result<(), SaveFailure> {
    Ok(())
}

#[cfg(test)]
#[cfg(unix)]
mod tests;
