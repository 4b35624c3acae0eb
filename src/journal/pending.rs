//! The records of programs that are gone.

use std::fs::{self, DirEntry, File, OpenOptions};
use std::io::{self, ErrorKind, Read};
use std::path::Path;

use super::page::{Kind, Locked, RecordFile};
use super::{problem, record};
use crate::domain::{Damage, DamagedRecord, JournalEntry, JournalProblem, ServerText};

/// More than any record has, in bytes; what is longer was written by someone else.
const LONGEST: u64 = 64 * 1024;

/// How many are found at once: each keeps a file open. The next start finds the next ones.
const MOST: usize = 16;

/// A record whose program is gone. It is locked while this lives; dropping it leaves the record for the next
/// program.
#[derive(Debug)]
pub struct PendingRecord {
    entry: Result<JournalEntry, DamagedRecord>,
    locked: Locked,
}

impl PendingRecord {
    /// What the record says.
    pub fn entry(&self) -> Result<&JournalEntry, &DamagedRecord> {
        self.entry.as_ref()
    }

    /// Takes the record away, a damaged one too. Blocks on the disk.
    pub fn remove(self) -> Result<(), JournalProblem> {
        self.locked.remove().map_err(|error| problem::of(&error))
    }

    /// Goes on with the record as one of this program's; `None` when it is damaged.
    pub fn into_record_file(self) -> Option<RecordFile> {
        Some(RecordFile::new(self.locked, self.entry.ok()?))
    }
}

/// The records in the folder that no one has locked, oldest first.
pub(super) fn find(folder: &Path) -> io::Result<Vec<PendingRecord>> {
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(error),
    };
    let mut entries: Vec<DirEntry> = entries.filter_map(Result::ok).collect();
    entries.sort_by_key(DirEntry::file_name);
    Ok(entries.iter().filter_map(examine).take(MOST).collect())
}

fn examine(entry: &DirEntry) -> Option<PendingRecord> {
    let kind = Kind::of(entry.file_name().to_str()?)?;
    // Neither a link nor a pipe is a record, and opening one could wait for ever.
    if !entry.file_type().ok()?.is_file() {
        return None;
    }
    let path = entry.path();
    let file = open(&path).ok()?;
    let locked = Locked::take(file, path).ok()??;
    if kind == Kind::Part {
        // It never got its name, so nothing was sent.
        let _ = locked.remove();
        return None;
    }
    if is_gone(&locked) {
        return None;
    }
    let entry = read(&locked.file).map_err(|damage| {
        let file = ServerText::new(&locked.path.to_string_lossy());
        DamagedRecord { file, damage }
    });
    Some(PendingRecord { entry, locked })
}

#[cfg(unix)]
fn open(path: &Path) -> io::Result<File> {
    use rustix::fs::OFlags;
    use std::os::unix::fs::OpenOptionsExt;
    // What was a file a moment ago may be something else by now.
    let flags = (OFlags::NOFOLLOW | OFlags::NONBLOCK).bits().cast_signed();
    OpenOptions::new().read(true).append(true).custom_flags(flags).open(path)
}

#[cfg(not(unix))]
fn open(path: &Path) -> io::Result<File> {
    OpenOptions::new().read(true).append(true).open(path)
}

/// True when the record was taken away between opening and locking it: its program was about to end.
#[cfg(unix)]
fn is_gone(locked: &Locked) -> bool {
    use std::os::unix::fs::MetadataExt;
    locked.file.metadata().is_ok_and(|metadata| metadata.nlink() == 0)
}

#[cfg(not(unix))]
fn is_gone(locked: &Locked) -> bool {
    !locked.path.exists()
}

fn read(file: &File) -> Result<JournalEntry, Damage> {
    let mut text = Vec::new();
    let length = file.take(LONGEST + 1).read_to_end(&mut text).map_err(|_| Damage::Unreadable)?;
    if length as u64 > LONGEST {
        return Err(Damage::Unreadable);
    }
    record::read(&text)
}
