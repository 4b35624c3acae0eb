//! New files and replaced ones. The content is first in a file beside them, which then takes their name.
//!
//! **Invariant:** under the name there is always a whole file or none, and only its owner can read the content.

use std::fs::{self, File, Metadata, TryLockError, canonicalize, symlink_metadata};
use std::io::{self, Read, Seek, Write};
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;
use zeroize::Zeroizing;

use crate::domain::SaveFailure;

use super::failure_of;
use super::permissions::{
    Folder, check_replaceable, is_open_to_others, is_private_and_of, is_unchanged, open_folder, restrict,
    sync_folder,
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
        Err(error) => return Err(failure_of(error)),
    }
    let mut new = NewFile::create(path)?;
    new.fill(None, content)?;
    new.file.persist_noclobber(path).map_err(|failed| failure_of(failed.error))?;
    // A name that is not on the disk yet could still be lost.
    sync_folder(&new.folder).map_err(|error| {
        let _ = fs::remove_file(path);
        failure_of(error)
    })
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
        match symlink_metadata(&path).map_err(failure_of)? {
            about if about.is_dir() => return Err(SaveFailure::NoName),
            // Opening a pipe or a device could already do something.
            about if !about.is_file() => return Err(SaveFailure::Exists),
            about => check_replaceable(&path, &about)?,
        }
        let file = File::open(&path).map_err(failure_of)?;
        // Network folders may know no locks; that another program wrote to the file is noticed without one, too.
        if matches!(file.try_lock(), Err(TryLockError::WouldBlock)) {
            return Err(SaveFailure::Locked);
        }
        let opened = file.metadata().map_err(failure_of)?;
        Ok(Self { file, opened, path })
    }

    pub fn is_open_to_others(&self) -> bool {
        is_open_to_others(&self.opened)
    }

    pub fn read(&self) -> Result<Zeroizing<Vec<u8>>, SaveFailure> {
        let mut content = Zeroizing::new(Vec::new());
        (&self.file).rewind().map_err(failure_of)?;
        (&self.file).take(LARGEST + 1).read_to_end(&mut content).map_err(failure_of)?;
        if content.len() as u64 > LARGEST {
            return Err(SaveFailure::TooLarge);
        }
        Ok(content)
    }

    /// Puts a file with this content in its place, with the same owner, mode and attributes, but closed to others. It
    /// is on the disk when this returns.
    pub fn replace(&self, content: &[u8]) -> Result<(), SaveFailure> {
        let mut new = NewFile::create(&self.path)?;
        new.fill(Some(&self.file), content)?;
        if !symlink_metadata(&self.path).is_ok_and(|now| is_unchanged(&self.opened, &now)) {
            return Err(SaveFailure::Changed);
        }
        new.file.persist(&self.path).map_err(|failed| failure_of(failed.error))?;
        sync_folder(&new.folder).map_err(failure_of)
    }
}

/// A file for what is going to have another name. Dropping it removes it.
struct NewFile {
    file: NamedTempFile,
    folder: Folder,
}

impl NewFile {
    /// Creates it beside `path`, and removes those that killed runs have left there. Patterns such as `.env*` cover them
    /// all.
    fn create(path: &Path) -> Result<Self, SaveFailure> {
        let (Some(folder), Some(name)) = (path.parent(), path.file_name()) else {
            return Err(SaveFailure::NoName);
        };
        let start: String = name.to_string_lossy().chars().take(LONGEST_START).collect();
        let start = format!("{start}.atlas-secret-");
        let opened = open_folder(folder).map_err(failure_of)?;
        let file = tempfile::Builder::new().prefix(&start).rand_bytes(16).tempfile_in(folder);
        let file = file.map_err(failure_of)?;
        // As long as this run lives, no other one takes the file for a leftover.
        let _ = file.as_file().try_lock();
        if let Ok(ours) = file.as_file().metadata() {
            remove_leftovers(folder, &start, &ours);
        }
        Ok(Self { file, folder: opened })
    }

    fn fill(&mut self, old: Option<&File>, content: &[u8]) -> Result<(), SaveFailure> {
        restrict(self.file.as_file(), old)?;
        self.file.write_all(content).and_then(|()| self.file.as_file().sync_all()).map_err(|error| {
            // It is removed, but may have another name by now.
            let _ = self.file.as_file().set_len(0);
            failure_of(error)
        })
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

#[cfg(test)]
#[cfg(unix)]
mod tests;
