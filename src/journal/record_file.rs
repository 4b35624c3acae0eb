//! One record on the disk, and the lock that says that its program lives.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use jiff::Timestamp;

use super::{folder, problem, record};
use crate::domain::{JournalEntry, JournalProblem, SecretId};

/// What the names of records start with.
const PREFIX: &str = "creation-";
/// What the name of a record ends in.
const PAGE: &str = ".jsonl";
/// What the name of a record ends in that is still being written.
const PART: &str = ".part";

/// What a file of the folder is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// A record.
    RecordFile,
    /// A record that was not finished.
    Part,
}

impl Kind {
    /// Tells it by the name; `None` for what is no file of the journal.
    pub(super) fn of(name: &str) -> Option<Self> {
        let rest = name.strip_prefix(PREFIX)?;
        if rest.ends_with(PAGE) {
            return Some(Self::RecordFile);
        }
        rest.ends_with(PART).then_some(Self::Part)
    }
}

/// The name of a record without its ending: the time, so that names sort by it, and a random number.
pub(super) struct RecordName(String);

impl RecordName {
    /// A name that nothing has.
    pub(super) fn fresh(begun_at: Timestamp) -> io::Result<Self> {
        let mut random = [0; 8];
        getrandom::fill(&mut random).map_err(|error| io::Error::other(error.to_string()))?;
        let time = begun_at.strftime("%Y%m%dT%H%M%SZ");
        Ok(Self(format!("{PREFIX}{time}-{:016x}", u64::from_be_bytes(random))))
    }

    /// Where the record lies.
    pub(super) fn page(&self, folder: &Path) -> PathBuf {
        folder.join(format!("{}{PAGE}", self.0))
    }

    /// Where it lies while it is written.
    pub(super) fn part(&self, folder: &Path) -> PathBuf {
        folder.join(format!("{}{PART}", self.0))
    }
}

/// A file with its lock. Dropping it gives the lock back.
#[derive(Debug)]
pub(super) struct Locked {
    pub(super) file: File,
    pub(super) path: PathBuf,
}

impl Locked {
    /// Locks an open file; `None` when someone else has the lock.
    pub(super) fn take(file: File, path: PathBuf) -> io::Result<Option<Self>> {
        match file.try_lock() {
            Ok(()) => Ok(Some(Self { file, path })),
            Err(TryLockError::WouldBlock) => Ok(None),
            Err(TryLockError::Error(error)) => Err(error),
        }
    }

    /// Takes the file away. The lock goes last, so that no one tells a record that is no more.
    pub(super) fn remove(&self) -> io::Result<()> {
        match fs::remove_file(&self.path) {
            Err(error) if error.kind() != ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        if let Some(folder) = self.path.parent() {
            folder::flush(folder);
        }
        Ok(())
    }
}

/// The record of a creation that this program is responsible for. Dropping it leaves the record on the disk for
/// the next program to tell.
#[derive(Clone, Debug)]
pub struct RecordFile {
    locked: Arc<Locked>,
    entry: Arc<JournalEntry>,
}

impl RecordFile {
    /// A record that is locked already.
    pub(super) fn new(locked: Locked, entry: JournalEntry) -> Self {
        Self { locked: Arc::new(locked), entry: Arc::new(entry) }
    }

    /// Writes a new record under this name; `None` when another program has got hold of its file or the name
    /// is taken, and another name should be tried. Nothing is left of a record that could not be finished.
    pub(super) fn write(folder: &Path, name: &RecordName, entry: &JournalEntry) -> io::Result<Option<Self>> {
        let part = name.part(folder);
        let file = match create(&part) {
            Ok(file) => file,
            Err(error) if error.kind() == ErrorKind::AlreadyExists => return Ok(None),
            Err(error) => return Err(error),
        };
        let page = name.page(folder);
        let written = lock_and_publish(file, &part, page, entry);
        if !matches!(written, Ok(Some(_))) {
            let _ = fs::remove_file(&part);
        }
        Ok(written?.map(|locked| Self::new(locked, entry.clone())))
    }

    /// What the record began with.
    pub fn entry(&self) -> &JournalEntry {
        &self.entry
    }

    /// Records what Atlas answered. When that fails, what was noted before still stands. Blocks on the disk.
    pub fn created(
        &self,
        secret_id: Option<SecretId>,
        expires_at: Option<Timestamp>,
    ) -> Result<(), JournalProblem> {
        let entry = JournalEntry { secret_id, expires_at, ..(*self.entry).clone() };
        let mut file = &self.locked.file;
        let written = file.write_all(&record::further_line(&entry)).and_then(|()| file.sync_all());
        written.map_err(|error| problem::of(&error))
    }

    /// Takes the record away: the secret was handed over, refused or deleted. Blocks on the disk.
    pub fn remove(self) -> Result<(), JournalProblem> {
        self.locked.remove().map_err(|error| problem::of(&error))
    }
}

/// Creates a file that is not there yet, for its owner only; a symlink in its place is not followed.
fn create(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.read(true).append(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

/// Locks the part, writes it to the disk and gives it its name.
fn lock_and_publish(
    file: File,
    part: &Path,
    page: PathBuf,
    entry: &JournalEntry,
) -> io::Result<Option<Locked>> {
    let Some(mut locked) = Locked::take(file, page)? else {
        return Ok(None);
    };
    locked.file.write_all(&record::first_line(entry))?;
    locked.file.sync_all()?;
    if !publish(part, &locked.path)? {
        return Ok(None);
    }
    if let Some(folder) = locked.path.parent() {
        folder::flush(folder);
    }
    Ok(Some(locked))
}

/// Gives a part its name without overwriting anything; false when the name is taken or the part is gone.
///
/// `rename` overwrites, `link` does not (POSIX `link(2)`, `EEXIST`). Where the file system has no links, a
/// look and a rename have to do: the name is random.
fn publish(part: &Path, page: &Path) -> io::Result<bool> {
    match fs::hard_link(part, page) {
        Ok(()) => {
            // Should this fail, the next program that looks back takes it away.
            let _ = fs::remove_file(part);
            return Ok(true);
        }
        Err(error) if matches!(error.kind(), ErrorKind::AlreadyExists | ErrorKind::NotFound) => {
            return Ok(false);
        }
        Err(_) => {}
    }
    if fs::symlink_metadata(page).is_ok() {
        return Ok(false);
    }
    fs::rename(part, page).map(|()| true)
}
