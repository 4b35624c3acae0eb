//! New files and replaced ones. The content is first in a file without a name, or in one beside them, which then takes their
//! name.
//!
//! **Invariant:** under the name there is always a whole file or none, and only its owner can read the content.

use std::fs::{self, File, Metadata, OpenOptions, TryLockError, canonicalize, symlink_metadata};
use std::io::{self, Seek, Write};
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;
use zeroize::Zeroizing;

use crate::domain::SaveFailure;
use crate::files::{FileStat, Folder, open, read_at_most, set_mode};

/// The largest file that is read to be changed.
const LARGEST: u64 = 1024 * 1024;

/// So much of a name is in the name of the file beside it: file systems allow 255 bytes.
const LONGEST_START: usize = 50;

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
    // A name that is not on the disk yet could still be lost.
    folder.sync().map_err(|error| {
        let _ = fs::remove_file(path);
        error.into()
    })
}

/// Stores a file that gets its name once it is whole: a process that is killed leaves none. `None` where the file system has
/// no files without a name (open(2), `O_TMPFILE`), or the system does not let them get one.
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

/// Checks that the name is that of our file. In a folder that other users can write to, one of them may have put a file of
/// his own in the place of ours while it was written; ours, wherever it is now, is emptied then.
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

/// An existing file that is to be replaced. It is locked, so that two of this program do it one after the other.
pub(in crate::delivery) struct ExistingFile {
    file: File,
    /// What it was when it was opened.
    pub stat: FileStat,
    /// The path without links.
    pub path: PathBuf,
}

impl ExistingFile {
    /// Opens the file at `path`; a link to it stays one.
    pub fn open(path: &Path) -> Result<Self, SaveFailure> {
        let path = canonicalize(path).map_err(|_| match symlink_metadata(path) {
            Ok(_) => SaveFailure::BrokenLink,
            Err(_) => SaveFailure::Changed,
        })?;
        let opened = open(&path, OpenOptions::new().read(true)).and_then(|file| Ok((file.metadata()?, file)));
        let (about, file) = match opened {
            Ok(opened) => opened,
            // A socket cannot be opened, and on Windows a folder neither.
            Err(error) => {
                return Err(why_not_replaced(&path, &symlink_metadata(&path)?).unwrap_or(error.into()));
            }
        };
        if let Some(failure) = why_not_replaced(&path, &about) {
            return Err(failure);
        }
        // Network folders may know no locks; that another program wrote to the file is noticed without one, too.
        if matches!(file.try_lock(), Err(TryLockError::WouldBlock)) {
            return Err(SaveFailure::Locked);
        }
        let stat = FileStat::of(&file)?;
        Ok(Self { file, stat, path })
    }

    pub fn read(&self) -> Result<Zeroizing<Vec<u8>>, SaveFailure> {
        (&self.file).rewind()?;
        read_at_most(&self.file, LARGEST)?.ok_or(SaveFailure::TooLarge)
    }

    /// Puts a file with this content in its place, with the same owner, mode and attributes, but closed to others. It
    /// is on the disk when this returns.
    pub fn replace(&self, content: &[u8]) -> Result<(), SaveFailure> {
        let new = NewFile::write(&self.path, Some(&self.file), content)?;
        // Its times tell whether another program has written to it.
        if stat(&self.path).ok() != Some(self.stat) {
            return Err(SaveFailure::Changed);
        }
        let saved = new.file.persist(&self.path).map_err(|failed| failed.error)?;
        check_in_place(&saved, &self.path)?;
        Ok(new.folder.sync()?)
    }
}

/// A file for what is going to have another name. Dropping it removes it.
struct NewFile {
    file: NamedTempFile,
    folder: Folder,
}

impl NewFile {
    /// Writes `content` to the disk beside `path`, in a file like `old`, and removes those that killed runs have left there.
    /// Patterns such as `.env*` cover them all.
    fn write(path: &Path, old: Option<&File>, content: &[u8]) -> Result<Self, SaveFailure> {
        let (folder, start) = beside(path)?;
        let opened = Folder::open(folder)?;
        let file = tempfile::Builder::new().prefix(&start).rand_bytes(16).tempfile_in(folder)?;
        // As long as this run lives, no other one takes the file for a leftover.
        let _ = file.as_file().try_lock();
        remove_leftovers(folder, &start);
        fill(file.as_file(), old, content)?;
        Ok(Self { file, folder: opened })
    }
}

/// The folder of a file, and how the names of the files beside it begin.
fn beside(path: &Path) -> Result<(&Path, String), SaveFailure> {
    let (Some(folder), Some(name)) = (path.parent(), path.file_name()) else {
        return Err(SaveFailure::NoName);
    };
    let start: String = name.to_string_lossy().chars().take(LONGEST_START).collect();
    Ok((folder, format!("{start}.atlas-secret-")))
}

/// Writes `content` to the disk, in a file like `old`.
fn fill(mut file: &File, old: Option<&File>, content: &[u8]) -> Result<(), SaveFailure> {
    restrict(file, old)?;
    let written = file.write_all(content).and_then(|()| file.sync_all());
    if written.is_err() {
        // It is removed, but may have another name by now.
        let _ = file.set_len(0);
    }
    Ok(written?)
}

/// Nothing depends on it, so that errors are ignored.
fn remove_leftovers(folder: &Path, start: &str) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let is_private = |stat: FileStat| stat.is_ours() && !stat.is_open_to_others();
        let is_ours = entry.file_name().to_string_lossy().starts_with(start)
            && entry.metadata().is_ok_and(|about| about.is_file() && is_private(FileStat::from(&about)));
        // The lock of a process that was killed is gone.
        if is_ours && File::open(entry.path()).is_ok_and(|file| file.try_lock().is_ok()) {
            let _ = fs::remove_file(entry.path());
        }
    }
}

fn why_not_replaced(path: &Path, about: &Metadata) -> Option<SaveFailure> {
    #[cfg(unix)]
    let is_writable = || rustix::fs::access(path, rustix::fs::Access::WRITE_OK).is_ok();
    #[cfg(not(unix))]
    let is_writable = || !about.permissions().readonly();
    match () {
        () if about.is_dir() => Some(SaveFailure::IsFolder),
        () if !about.is_file() => Some(SaveFailure::Exists),
        () if FileStat::from(about).links > 1 => Some(SaveFailure::HardLinked),
        () if !is_writable() => Some(SaveFailure::ReadOnly),
        () => None,
    }
}

/// Makes a new file private, and else like the one that it is going to replace. A umask can only have taken permissions
/// away, also from the owner; a group that cannot be kept has no rights here anyway. Where permissions are not kept, the
/// file is as open as the whole disk, and setting them may fail or do nothing: what counts is what it has afterwards.
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

/// Copies the extended attributes, but not the access control lists (`system.`): a user whom they name could open the new
/// file before its mode is set, and the secret is for its owner alone. What only the system sets (`security.`, `trusted.`)
/// may differ.
#[cfg(any(target_os = "linux", target_os = "android", target_os = "macos"))]
fn keep_attributes(old: &File, new: &File) -> Result<(), SaveFailure> {
    use rustix::buffer::spare_capacity;
    use rustix::fs::{XattrFlags, fgetxattr, flistxattr, fsetxattr};

    /// Linux allows no more, neither names nor value (xattr(7)).
    const LONGEST: usize = 64 * 1024;

    let mut names = Vec::with_capacity(LONGEST);
    // A file system without attributes has none to lose.
    if flistxattr(old, spare_capacity(&mut names)).is_err() {
        return Ok(());
    }
    let is_copied = |name: &&[u8]| !name.is_empty() && !name.starts_with(b"system.");
    for name in names.split(|byte| *byte == 0).filter(is_copied) {
        let mut value = Vec::with_capacity(LONGEST);
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
