//! The steps of saving where a new file gets its permissions from its folder.

use std::fs::{self, File, Metadata, canonicalize};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use secrecy::{ExposeSecret, SecretString};
use zeroize::Zeroizing;

use crate::domain::SaveFailure;

use super::{LARGEST, Target, failure_of, temporary_name};

/// Stores `text` as the new file `target`.
pub(super) fn store(target: &Target, text: &SecretString) -> Result<(), SaveFailure> {
    let path = target.folder.join(&target.name);
    match create(&path, text.expose_secret().as_bytes()) {
        Err(_) if path.is_dir() => Err(SaveFailure::NoName),
        outcome => outcome,
    }
}

fn create(path: &Path, content: &[u8]) -> Result<(), SaveFailure> {
    let mut file = File::create_new(path).map_err(failure_of)?;
    fill(&mut file, content).map_err(|error| {
        drop(file);
        // Only the first failure is reported; nothing can be done about this one.
        let _ = fs::remove_file(path);
        failure_of(error)
    })
}

fn fill(file: &mut File, content: &[u8]) -> io::Result<()> {
    file.write_all(content)?;
    file.sync_all()
}

/// An existing file that is to be replaced.
pub(in crate::delivery) struct ExistingFile {
    about: Metadata,
    /// The path without links.
    pub path: PathBuf,
}

impl ExistingFile {
    /// Finds the file at `path`; a link to it stays one.
    pub fn open(path: &Path) -> Result<Self, SaveFailure> {
        let path = canonicalize(path).map_err(|_| SaveFailure::Changed)?;
        let about = fs::metadata(&path).map_err(failure_of)?;
        if about.is_dir() {
            return Err(SaveFailure::NoName);
        }
        if about.permissions().readonly() {
            return Err(SaveFailure::ReadOnly);
        }
        Ok(Self { about, path })
    }

    /// Who can read it is the folder's business here.
    #[expect(clippy::unused_self, reason = "as where the system knows permissions")]
    pub fn is_open_to_others(&self) -> bool {
        false
    }

    pub fn read(&self) -> Result<Zeroizing<Vec<u8>>, SaveFailure> {
        let mut content = Zeroizing::new(Vec::new());
        let file = File::open(&self.path).map_err(failure_of)?;
        file.take(LARGEST + 1).read_to_end(&mut content).map_err(failure_of)?;
        if content.len() as u64 > LARGEST {
            return Err(SaveFailure::TooLarge);
        }
        Ok(content)
    }

    /// Puts a file with this content in its place.
    pub fn replace(&self, content: &[u8]) -> Result<(), SaveFailure> {
        let name = self.path.file_name().map(Path::new).unwrap_or(&self.path);
        let temporary = self.path.with_file_name(temporary_name(name)?);
        create(&temporary, content)?;
        let now = fs::metadata(&self.path).map_err(failure_of);
        let is_unchanged = now.is_ok_and(|now| {
            now.len() == self.about.len() && now.modified().ok() == self.about.modified().ok()
        });
        let replaced = if is_unchanged {
            fs::rename(&temporary, &self.path).map_err(failure_of)
        } else {
            Err(SaveFailure::Changed)
        };
        if replaced.is_err() {
            let _ = fs::remove_file(&temporary);
        }
        replaced
    }
}
