//! New files and replaced ones. The content is first in a file beside them, which then takes their name.
//!
//! **Invariant:** under the name there is always a whole file or none, and only its owner can read the content.

use std::fs::{self, File, Metadata, TryLockError, canonicalize, symlink_metadata};
use std::io::{self, Read, Seek, Write};
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;
use zeroize::Zeroizing;

use crate::domain::SaveFailure;

pub(super) use system::is_root;
use system::{
    Folder, check_replaceable, is_open_to_others, is_private_and_of, is_same, is_unchanged, open_folder,
    other_owner, restrict, sync_folder,
};

/// The largest file that is read to be changed.
const LARGEST: u64 = 1024 * 1024;

/// So much of a name is in the name of the file beside it: file systems allow 255 bytes.
const LONGEST_START: usize = 50;

/// Stores `content` as the new file `path`. Nothing is overwritten and no link is followed.
pub(super) fn store(path: &Path, content: &[u8]) -> Result<(), SaveFailure> {
    match symlink_metadata(path) {
        Ok(about) if about.is_dir() => return Err(SaveFailure::NoName),
        Ok(_) => return Err(SaveFailure::Exists),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        Err(error) => return Err(error.into()),
    }
    let new = NewFile::write(path, None, content)?;
    let saved = new.file.persist_noclobber(path).map_err(|failed| failed.error)?;
    check_in_place(&saved, path)?;
    // A name that is not on the disk yet could still be lost.
    sync_folder(&new.folder).map_err(|error| {
        let _ = fs::remove_file(path);
        error.into()
    })
}

/// Checks that the name is that of our file. In a folder that other users can write to, one of them may have put a file of
/// his own in the place of ours while it was written; ours, wherever it is now, is emptied then.
fn check_in_place(file: &File, path: &Path) -> Result<(), SaveFailure> {
    let ours = file.metadata()?;
    if symlink_metadata(path).is_ok_and(|found| is_same(&ours, &found)) {
        return Ok(());
    }
    let _ = file.set_len(0);
    Err(SaveFailure::Swapped)
}

/// An existing file that is to be replaced. It is locked, so that two of this program do it one after the other.
pub(in crate::delivery) struct ExistingFile {
    file: File,
    /// What it was when it was opened.
    opened: Metadata,
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
        match symlink_metadata(&path)? {
            about if about.is_dir() => return Err(SaveFailure::NoName),
            // Opening a pipe or a device could already do something.
            about if !about.is_file() => return Err(SaveFailure::Exists),
            about => check_replaceable(&path, &about)?,
        }
        let file = File::open(&path)?;
        // Network folders may know no locks; that another program wrote to the file is noticed without one, too.
        if matches!(file.try_lock(), Err(TryLockError::WouldBlock)) {
            return Err(SaveFailure::Locked);
        }
        let opened = file.metadata()?;
        Ok(Self { file, opened, path })
    }

    pub fn is_open_to_others(&self) -> bool {
        is_open_to_others(&self.opened)
    }

    /// The user ID of its owner, if that is another user.
    pub fn other_owner(&self) -> Option<u32> {
        other_owner(&self.opened)
    }

    pub fn read(&self) -> Result<Zeroizing<Vec<u8>>, SaveFailure> {
        let mut content = Zeroizing::new(Vec::new());
        (&self.file).rewind()?;
        (&self.file).take(LARGEST + 1).read_to_end(&mut content)?;
        if content.len() as u64 > LARGEST {
            return Err(SaveFailure::TooLarge);
        }
        Ok(content)
    }

    /// Puts a file with this content in its place, with the same owner, mode and attributes, but closed to others. It
    /// is on the disk when this returns.
    pub fn replace(&self, content: &[u8]) -> Result<(), SaveFailure> {
        let new = NewFile::write(&self.path, Some(&self.file), content)?;
        if !symlink_metadata(&self.path).is_ok_and(|now| is_unchanged(&self.opened, &now)) {
            return Err(SaveFailure::Changed);
        }
        let saved = new.file.persist(&self.path).map_err(|failed| failed.error)?;
        check_in_place(&saved, &self.path)?;
        Ok(sync_folder(&new.folder)?)
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
        let (Some(folder), Some(name)) = (path.parent(), path.file_name()) else {
            return Err(SaveFailure::NoName);
        };
        let start: String = name.to_string_lossy().chars().take(LONGEST_START).collect();
        let start = format!("{start}.atlas-secret-");
        let opened = open_folder(folder)?;
        let mut file = tempfile::Builder::new().prefix(&start).rand_bytes(16).tempfile_in(folder)?;
        // As long as this run lives, no other one takes the file for a leftover.
        let _ = file.as_file().try_lock();
        if let Ok(ours) = file.as_file().metadata() {
            remove_leftovers(folder, &start, &ours);
        }
        restrict(file.as_file(), old)?;
        let written = file.write_all(content).and_then(|()| file.as_file().sync_all());
        if written.is_err() {
            // It is removed, but may have another name by now.
            let _ = file.as_file().set_len(0);
        }
        written?;
        Ok(Self { file, folder: opened })
    }
}

/// Nothing depends on it, so that errors are ignored.
fn remove_leftovers(folder: &Path, start: &str, ours: &Metadata) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let is_ours = entry.file_name().to_string_lossy().starts_with(start)
            && entry.metadata().is_ok_and(|about| about.is_file() && is_private_and_of(&about, ours));
        // The lock of a process that was killed is gone.
        if is_ours && File::open(entry.path()).is_ok_and(|file| file.try_lock().is_ok()) {
            let _ = fs::remove_file(entry.path());
        }
    }
}

/// What each system knows of a file's owner, permissions and attributes.
#[cfg(unix)]
mod system {
    use std::fs::{File, Metadata, Permissions};
    use std::io;
    use std::os::unix::fs::{MetadataExt, PermissionsExt, fchown};
    use std::path::Path;

    use rustix::fs::Access;

    use crate::domain::SaveFailure;

    pub fn is_open_to_others(about: &Metadata) -> bool {
        about.mode() & 0o077 != 0
    }

    pub fn is_private_and_of(about: &Metadata, owners: &Metadata) -> bool {
        !is_open_to_others(about) && about.uid() == owners.uid()
    }

    /// Why an existing file is not replaced.
    pub fn check_replaceable(path: &Path, about: &Metadata) -> Result<(), SaveFailure> {
        match about.nlink() {
            0 | 1 if rustix::fs::access(path, Access::WRITE_OK).is_ok() => Ok(()),
            0 | 1 => Err(SaveFailure::ReadOnly),
            _ => Err(SaveFailure::HardLinked),
        }
    }

    pub fn is_root() -> bool {
        rustix::process::geteuid().is_root()
    }

    pub fn other_owner(about: &Metadata) -> Option<u32> {
        Some(about.uid()).filter(|owner| *owner != rustix::process::geteuid().as_raw())
    }

    pub fn is_same(one: &Metadata, other: &Metadata) -> bool {
        (one.dev(), one.ino(), one.uid()) == (other.dev(), other.ino(), other.uid())
    }

    /// True while it is the same file, and no one has written to it.
    pub fn is_unchanged(before: &Metadata, now: &Metadata) -> bool {
        let facts = |about: &Metadata| {
            let changed = (about.mtime(), about.mtime_nsec(), about.ctime(), about.ctime_nsec());
            (about.dev(), about.ino(), about.len(), changed)
        };
        facts(before) == facts(now)
    }

    /// Makes a new file private, and else like the one that it is going to replace. A umask can only have taken
    /// permissions away, also from the owner; a group that cannot be kept has no rights here anyway. Where permissions
    /// are not kept, the file is as open as the whole disk, and setting them may fail or do nothing: what counts is what
    /// it has afterwards.
    pub fn restrict(new: &File, old: Option<&File>) -> Result<(), SaveFailure> {
        let mut mode = 0o600;
        if let Some(old) = old {
            keep_attributes(old, new)?;
            let old = old.metadata()?;
            let kept = fchown(new, Some(old.uid()), Some(old.gid()));
            if kept.is_err() && new.metadata().is_ok_and(|new| new.uid() != old.uid()) {
                return Err(SaveFailure::NotOwned);
            }
            mode = old.mode() & 0o700;
        }
        let _ = new.set_permissions(Permissions::from_mode(mode));
        let is_open = is_open_to_others(&new.metadata()?);
        if is_open { Err(SaveFailure::NotPrivate) } else { Ok(()) }
    }

    /// Copies the extended attributes, but not the access control lists (`system.`): a user whom they name could open
    /// the new file before its mode is set, and the secret is for its owner alone. What only the system sets
    /// (`security.`, `trusted.`) may differ.
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

    pub type Folder = File;

    pub fn open_folder(path: &Path) -> io::Result<Folder> {
        File::open(path)
    }

    /// A new name is on the disk when its folder is (fsync(2)). Some file systems know no such thing for a folder.
    pub fn sync_folder(folder: &Folder) -> io::Result<()> {
        match folder.sync_all() {
            Err(error)
                if matches!(error.kind(), io::ErrorKind::InvalidInput | io::ErrorKind::Unsupported) =>
            {
                Ok(())
            }
            done => done,
        }
    }
}

/// A file gets its permissions from its folder here.
#[cfg(not(unix))]
mod system {
    use std::fs::{File, Metadata};
    use std::io;
    use std::path::Path;

    use crate::domain::SaveFailure;

    pub fn is_open_to_others(_about: &Metadata) -> bool {
        false
    }

    pub fn is_private_and_of(_about: &Metadata, _owners: &Metadata) -> bool {
        true
    }

    pub fn check_replaceable(_path: &Path, about: &Metadata) -> Result<(), SaveFailure> {
        if about.permissions().readonly() { Err(SaveFailure::ReadOnly) } else { Ok(()) }
    }

    pub fn is_root() -> bool {
        false
    }

    pub fn other_owner(_about: &Metadata) -> Option<u32> {
        None
    }

    pub fn is_same(_one: &Metadata, _other: &Metadata) -> bool {
        true
    }

    pub fn is_unchanged(before: &Metadata, now: &Metadata) -> bool {
        before.len() == now.len() && before.modified().ok() == now.modified().ok()
    }

    pub fn restrict(_new: &File, _old: Option<&File>) -> Result<(), SaveFailure> {
        Ok(())
    }

    /// A folder cannot be opened like a file, and need not be written to the disk.
    pub type Folder = ();

    pub fn open_folder(_path: &Path) -> io::Result<Folder> {
        Ok(())
    }

    pub fn sync_folder(_folder: &Folder) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
#[cfg(unix)]
mod tests;
