//! Writes new files and replaces existing ones. The content first goes to a file without a name, or to a temporary one
//! in the same folder, which then gets the name.
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

/// The number of random letters and digits that end the name of the temporary file.
const RANDOM_LENGTH: usize = 16;

/// Stores `content` as the new file `path`. Nothing is overwritten and no link is followed.
pub(super) fn store(path: &Path, content: &[u8]) -> Result<(), SaveFailure> {
    match symlink_metadata(path) {
        Ok(about) if about.is_dir() => return Err(SaveFailure::IsFolder),
        Ok(_) => return Err(SaveFailure::Exists),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        Err(error) => return Err(error.into()),
    }
    let (folder, start) = beside(path)?;
    let opened = Folder::open(folder)?;
    remove_leftovers(folder, &start);
    let nameless = write_nameless(folder, None, content)?;
    let saved = match nameless.map(|file| name_file(&file, path).map(|()| file)) {
        Some(Ok(file)) => file,
        Some(Err(error)) if error.kind() == io::ErrorKind::AlreadyExists => return Err(SaveFailure::Exists),
        Some(Err(_)) | None => {
            let file = write_named(folder, &start, None, content)?;
            file.persist_noclobber(path).map_err(|failed| failed.error)?
        }
    };
    check_in_place(&saved, path)?;
    // A name that is not on disk yet could still be lost.
    opened.sync().map_err(|error| {
        let _ = fs::remove_file(path);
        error.into()
    })
}

/// Writes `content` to disk in a file without a name, so that a killed process leaves nothing. `None` if the file system
/// has no such files (open(2), `O_TMPFILE`).
#[cfg(target_os = "linux")]
fn write_nameless(folder: &Path, old: Option<&File>, content: &[u8]) -> Result<Option<File>, SaveFailure> {
    use rustix::fs::{CWD, Mode, OFlags, openat};

    let flags = OFlags::TMPFILE | OFlags::RDWR | OFlags::CLOEXEC;
    let Ok(file) = openat(CWD, folder, flags, Mode::RUSR | Mode::WUSR).map(File::from) else {
        return Ok(None);
    };
    fill(&file, old, content)?;
    Ok(Some(file))
}

/// Gives a name to a file that has none. The system may not allow that.
#[cfg(target_os = "linux")]
fn name_file(file: &File, path: &Path) -> io::Result<()> {
    use rustix::fs::{AtFlags, CWD, linkat};
    use std::os::fd::AsRawFd;

    let descriptor = format!("/proc/self/fd/{}", file.as_raw_fd());
    Ok(linkat(CWD, descriptor, CWD, path, AtFlags::SYMLINK_FOLLOW)?)
}

#[cfg(not(target_os = "linux"))]
fn write_nameless(_folder: &Path, _old: Option<&File>, _content: &[u8]) -> Result<Option<File>, SaveFailure> {
    Ok(None)
}

#[cfg(not(target_os = "linux"))]
fn name_file(_file: &File, _path: &Path) -> io::Result<()> {
    Err(io::ErrorKind::Unsupported.into())
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
        let (folder, start) = beside(&self.path)?;
        let opened = Folder::open(folder)?;
        remove_leftovers(folder, &start);
        let named = match write_nameless(folder, Some(&self.file), content)? {
            Some(file) => temporary(&start).make_in(folder, |path| {
                lock(&file);
                name_file(&file, path)?;
                file.try_clone()
            }),
            None => Err(io::ErrorKind::Unsupported.into()),
        };
        let new = named.or_else(|_| write_named(folder, &start, Some(&self.file), content))?;
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
    old: Option<&File>,
    content: &[u8],
) -> Result<NamedTempFile, SaveFailure> {
    let file = temporary(start).tempfile_in(folder)?;
    lock(file.as_file());
    fill(file.as_file(), old, content)?;
    Ok(file)
}

/// Makes names for temporary files. Ignore patterns such as `.env*` match all of them.
fn temporary(start: &str) -> tempfile::Builder<'_, 'static> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(start).rand_bytes(RANDOM_LENGTH);
    builder
}

/// Keeps other runs from removing the file as a leftover while this run is alive.
fn lock(file: &File) {
    let _ = file.try_lock();
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
        let name = entry.file_name();
        let random = name.to_str().and_then(|name| name.strip_prefix(start));
        let is_temporary = random.is_some_and(|random| {
            random.len() == RANDOM_LENGTH && random.bytes().all(|byte| byte.is_ascii_alphanumeric())
        });
        if is_temporary
            && open(&entry.path(), OpenOptions::new().read(true)).is_ok_and(|file| is_leftover(&file))
        {
            let _ = fs::remove_file(entry.path());
        }
    }
}

fn is_leftover(file: &File) -> bool {
    let is_file = file.metadata().is_ok_and(|about| about.is_file());
    let is_private = FileStat::of(file).is_ok_and(|stat| stat.is_ours() && !stat.is_open_to_others());
    // A killed process no longer holds its lock.
    is_file && is_private && file.try_lock().is_ok()
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
