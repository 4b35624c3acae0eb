//! Creations whose secret is not handed over yet, one file each: ids only, never the secret.
//!
//! ```text
//! begin ──▶ creation-TIME-RANDOM.part    locked, written, on the disk: nothing was sent yet
//!               │ gets its name
//!               ▼
//!           creation-TIME-RANDOM.jsonl ──created──▶ a second line with the id ──remove──▶ gone
//!               │ its program ends
//!               ▼
//!           pending of the next program takes the lock, and the record is told
//! ```
//!
//! A living program holds an exclusive `flock` on its file, which the kernel takes back however the program
//! ends. The lock is taken before the file gets its name, so no one ever sees an unlocked record of a living
//! program. Files are opened close-on-exec, so no child keeps a lock alive.

mod background;
mod folder;
mod page;
mod pending;
mod problem;
mod record;

#[cfg(test)]
#[cfg(unix)]
mod tests;

use std::path::PathBuf;

use crate::domain::{JournalEntry, JournalProblem, ServerText};

pub use background::PATIENCE;
pub use folder::state_folder;
pub use page::RecordFile;
pub use pending::PendingRecord;

use page::RecordName;

/// How many names are tried. A second program that looks back can take a file away between its creation and
/// its lock; a name that is taken already is as good as impossible.
const ATTEMPTS: usize = 8;

/// The folder of the records. Nothing is made on the disk before the first record.
#[derive(Clone, Debug)]
pub struct Journal {
    folder: PathBuf,
}

impl Journal {
    /// A journal in this folder; see [`state_folder`].
    pub fn new(folder: PathBuf) -> Self {
        Self { folder }
    }

    /// Records that a secret is about to be created. The record is on the disk when this returns, and locked for
    /// as long as the [`RecordFile`] lives. Blocks on the disk.
    pub fn begin(&self, entry: &JournalEntry) -> Result<RecordFile, JournalProblem> {
        for _ in 0..ATTEMPTS {
            folder::make(&self.folder).map_err(|error| problem::of_folder(&error))?;
            let name = RecordName::fresh(entry.begun_at).map_err(|error| problem::of(&error))?;
            match RecordFile::write(&self.folder, &name, entry) {
                Ok(Some(page)) => return Ok(page),
                Ok(None) => {}
                Err(error) => return Err(problem::of(&error)),
            }
        }
        Err(JournalProblem::Other(ServerText::new("every file of it is taken away at once")))
    }

    /// The records whose program is gone, oldest first. Each is locked while its [`PendingRecord`] lives, so that a
    /// second program does not tell it too. Records that never got their name are taken away: nothing was
    /// sent for them. Blocks on the disk.
    pub fn pending(&self) -> Result<Vec<PendingRecord>, JournalProblem> {
        pending::find(&self.folder).map_err(|error| problem::of(&error))
    }
}
