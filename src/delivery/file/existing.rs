//! Replacing an existing file as a whole, where the system knows owners and permissions.
//!
//! **Invariant:** under its name there is always a whole file, the old one or the new one.

#[cfg(test)]
mod tests;

use std::fs::{File, Metadata, Permissions, TryLockError, canonicalize, symlink_metadata};
use std::io::{Read, Write};
use std::os::fd::OwnedFd;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};

use rustix::fs::{Access, AtFlags, Gid, Mode, OFlags, Uid};
use zeroize::Zeroizing;

use crate::domain::SaveFailure;

use super::private::{create, make_private, open_folder, sync_folder, take_away};
use super::{LARGEST, failure_of, temporary_name};

/// An existing file that is to be replaced. It is locked, so that two of this program do it one after the other.
pub(in crate::delivery) struct ExistingFile {
    folder: OwnedFd,
    name: PathBuf,
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
        let (Some(parent), Some(name)) = (path.parent(), path.file_name()) else {
            return Err(SaveFailure::NoName);
        };
        let folder = open_folder(parent).map_err(failure_of)?;
        let name = PathBuf::from(name);
        match symlink_metadata(&path).map_err(failure_of)? {
            about if about.is_dir() => return Err(SaveFailure::NoName),
            // Opening a pipe or a device could already do something.
            about if !about.is_file() => return Err(SaveFailure::Exists),
            about if about.nlink() > 1 => return Err(SaveFailure::HardLinked),
            _ => {}
        }
        rustix::fs::accessat(&folder, &name, Access::WRITE_OK, AtFlags::empty())
            .map_err(|_| SaveFailure::ReadOnly)?;
        let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
        let file = rustix::fs::openat(&folder, &name, flags, Mode::empty());
        let file = File::from(file.map_err(failure_of)?);
        // Network folders may know no locks; that another program wrote to the file is noticed without one, too.
        if matches!(file.try_lock(), Err(TryLockError::WouldBlock)) {
            return Err(SaveFailure::Locked);
        }
        let about = file.metadata().map_err(failure_of)?;
        Ok(Self { folder, name, file, opened: about, path })
    }

    /// True when someone but its owner can read it.
    pub fn is_open_to_others(&self) -> bool {
        self.opened.mode() & 0o077 != 0
    }

    pub fn read(&self) -> Result<Zeroizing<Vec<u8>>, SaveFailure> {
        let mut content = Zeroizing::new(Vec::new());
        let mut source = (&self.file).take(LARGEST + 1);
        source.read_to_end(&mut content).map_err(failure_of)?;
        if content.len() as u64 > LARGEST {
            return Err(SaveFailure::TooLarge);
        }
        Ok(content)
    }

    /// Puts a file with this content in its place, with the same owner and mode, but closed to others. It is on the
    /// disk when this returns.
    pub fn replace(&self, content: &[u8]) -> Result<(), SaveFailure> {
        let name = temporary_name(&self.name)?;
        let mut file = create(&self.folder, &name)?;
        let replaced = self.fill(&mut file, content).and_then(|()| {
            rustix::fs::renameat(&self.folder, &name, &self.folder, &self.name).map_err(failure_of)
        });
        if replaced.is_err() {
            take_away(&self.folder, &name, &file);
            return replaced;
        }
        sync_folder(&self.folder).map_err(failure_of)
    }

    fn fill(&self, file: &mut File, content: &[u8]) -> Result<(), SaveFailure> {
        make_private(file)?;
        file.write_all(content).map_err(failure_of)?;
        let (owner, group) = (self.opened.uid(), self.opened.gid());
        let kept = rustix::fs::fchown(&*file, Some(Uid::from_raw(owner)), Some(Gid::from_raw(group)));
        // A group that cannot be kept has no rights here anyway.
        if kept.is_err() && file.metadata().is_ok_and(|new| new.uid() != owner) {
            return Err(SaveFailure::NotOwned);
        }
        let mode = Permissions::from_mode(self.opened.mode() & 0o700);
        file.set_permissions(mode).and_then(|()| file.sync_all()).map_err(failure_of)?;
        if self.is_unchanged() { Ok(()) } else { Err(SaveFailure::Changed) }
    }

    /// True while the name stands for the file that was read, and no one has written to it.
    fn is_unchanged(&self) -> bool {
        let facts = |about: &Metadata| {
            let changed = (about.mtime(), about.mtime_nsec(), about.ctime(), about.ctime_nsec());
            (about.dev(), about.ino(), about.len(), changed)
        };
        symlink_metadata(&self.path).is_ok_and(|now| facts(&now) == facts(&self.opened))
    }
}
