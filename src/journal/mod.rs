//! Creations whose secret is not delivered yet, one file each: ids only, never the secret.
//!
//! ```text
//! begin ──▶ creation-TIME-RANDOM.part    locked, written, on the disk: nothing was sent yet
//!               │ gets its name
//!               ▼
//!           creation-TIME-RANDOM.jsonl ──created──▶ a second line with the id ──remove──▶ gone
//!               │ its program ends
//!               ▼
//!           `pending` of the next run takes the lock, and the record is reported
//! ```
//!
//! **Invariant:** a running program holds an exclusive `flock` on its file, which the kernel releases however the
//! program ends. The lock is taken before the file gets its name, so no one ever sees an unlocked record of a running
//! program. Files are opened close-on-exec, so no child keeps a lock alive.

mod lines;
mod record_file;

#[cfg(test)]
#[cfg(unix)]
mod tests;

use std::fs::DirBuilder;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use crate::domain::{JournalEntry, Os, os_error_message};

pub use lines::Damage;
pub use record_file::RecordFile;

use record_file::RecordName;

/// How many names are tried. A second program that looks for pending records can remove a file between its creation
/// and its lock; a name that is taken already is as good as impossible.
const ATTEMPTS: usize = 8;

/// The folder of the records. Nothing is made on the disk before the first record.
#[derive(Clone, Debug)]
pub struct Journal {
    folder: PathBuf,
}

/// The folder of this user's journal; `None` where the variables that say so are not set.
pub fn state_folder(variable: impl Fn(&str) -> Option<String>) -> Option<PathBuf> {
    Os::current().state_folder(variable).map(|state| state.join("atlas-secret"))
}

impl Journal {
    /// A journal in this folder; see [`state_folder`].
    pub fn new(folder: PathBuf) -> Self {
        Self { folder }
    }

    /// Records that a secret is about to be created. The record is on the disk when this returns, and locked for
    /// as long as the [`RecordFile`] lives. Blocks on the disk.
    pub fn begin(&self, entry: &JournalEntry) -> io::Result<RecordFile> {
        for _ in 0..ATTEMPTS {
            make_folder(&self.folder)?;
            let name = RecordName::fresh(entry.begun_at)?;
            if let Some(record) = RecordFile::write(&self.folder, &name, entry)? {
                return Ok(record);
            }
        }
        Err(io::Error::other("another program removes every new file from it"))
    }

    /// The records whose program has ended, oldest first. Each is locked while its [`RecordFile`] lives, so that a
    /// second program does not report it too. Records that never got their name are removed: nothing was sent for
    /// them. Blocks on the disk.
    pub fn pending(&self) -> io::Result<Vec<RecordFile>> {
        record_file::pending(&self.folder)
    }
}

/// Makes the folder and what is missing above it, for its owner only. One that is there stays as it is.
fn make_folder(folder: &Path) -> io::Result<()> {
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder).map_err(|error| match error.kind() {
        // Something else than a folder is in its way.
        ErrorKind::NotADirectory | ErrorKind::AlreadyExists => ErrorKind::NotFound.into(),
        _ => error,
    })
}

/// Why the journal could not do something, within a sentence.
pub fn why_failed(error: &io::Error) -> String {
    match error.kind() {
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded => "the disk is full".to_owned(),
        ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem => {
            "the folder for records is not writable".to_owned()
        }
        ErrorKind::NotFound => "the folder for records does not exist and cannot be created".to_owned(),
        ErrorKind::TimedOut => "the disk did not answer in time".to_owned(),
        _ => os_error_message(error).to_string(),
    }
}
