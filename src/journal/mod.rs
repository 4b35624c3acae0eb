//! Records creations whose secret is not delivered yet, one file each: IDs only, never the secret.
//!
//! A record has one line of JSON for what was known when the creation began, and one for Atlas's response. Each line is
//! complete, and the last readable one counts. A line is appended instead of replacing the file: renaming a new file
//! over the old one would leave the lock on the old one.
//!
//! **Invariant:** a running program holds an exclusive `flock` on its file, which the kernel releases however the
//! program ends. A file only gets the name of a record once it is locked and written. So the record of a running program
//! is never reported. Files are opened close-on-exec, so no child process keeps the lock.

#[cfg(test)]
#[cfg(unix)]
mod tests;

use std::fs::{self, DirBuilder, DirEntry, File, OpenOptions};
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use serde::Serialize;
use serde_json::Value;

use crate::domain::{JournalEntry, Os, SecretId, ServerText, os_error_message};
use crate::files::{FileStat, Folder, open, owner_of_foreign_link, read_at_most};

const PREFIX: &str = "creation-";
const RECORD: &str = ".jsonl";

/// More bytes than any record has; a longer file was written by another program.
const MAX_SIZE: u64 = 64 * 1024;

/// The version of the format. Raise it if the meaning of a field changes, but not for a new field.
const VERSION: u32 = 1;

/// Why a record cannot be read: it is incomplete, or another program changed it.
const DAMAGED: &str = "it is damaged";
/// That user may have planted it, to get a secret deleted.
const OTHER_OWNER: &str = "it belongs to another user";
const OTHER_VERSION: &str = "another version of atlas-secret wrote it";

/// How many pending records are read at once, because each keeps a file open. The next start reads the next ones.
const MAX_PENDING: usize = 16;

/// The folder of the records. It is created with the first record.
#[derive(Clone, Debug)]
pub struct RecordFolder {
    folder: PathBuf,
}

/// Returns the folder of this user's journal; `None` if the variables that determine it are not set.
pub fn state_folder(variable: impl Fn(&str) -> Option<String>) -> Option<PathBuf> {
    Os::current().state_folder(variable).map(|state| state.join("atlas-secret"))
}

impl RecordFolder {
    /// Creates a journal in this folder; see [`state_folder`].
    pub fn new(folder: PathBuf) -> Self {
        Self { folder }
    }

    /// Records that a secret is about to be created. The record is on disk when this returns, and locked for as long as
    /// the [`RecordFile`] lives. The names sort by time. Blocks on the disk.
    pub fn begin(&self, entry: &JournalEntry) -> io::Result<RecordFile> {
        make_folder(&self.folder)?;
        let start = format!("{PREFIX}{}-", entry.begun_at.strftime("%Y%m%dT%H%M%SZ"));
        let new = tempfile::Builder::new()
            .prefix(&start)
            .suffix(".new")
            .rand_bytes(16)
            .tempfile_in(&self.folder)?;
        new.as_file().lock()?;
        new.as_file().write_all(&line(entry))?;
        new.as_file().sync_all()?;
        let path = new.path().with_extension("jsonl");
        let file = new.persist(&path).map_err(|failed| failed.error)?;
        flush(&self.folder);
        Ok(RecordFile { file, path, entry: Ok(entry.clone()) })
    }

    /// Returns the records whose program has ended, oldest first. Each is locked while its [`RecordFile`] lives, so
    /// that no other instance reports it, too. Blocks on the disk.
    pub fn pending(&self) -> io::Result<Vec<RecordFile>> {
        let entries = match fs::read_dir(&self.folder) {
            Ok(entries) => entries,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(error),
        };
        check_folder(&self.folder)?;
        let mut entries: Vec<DirEntry> = entries.filter_map(Result::ok).collect();
        entries.sort_by_key(DirEntry::file_name);
        Ok(entries.iter().filter_map(examine).take(MAX_PENDING).collect())
    }
}

/// The record of a creation, locked while this lives. Dropping it leaves the record on disk, for the next run to
/// report.
#[derive(Debug)]
pub struct RecordFile {
    file: File,
    path: PathBuf,
    entry: Result<JournalEntry, &'static str>,
}

impl RecordFile {
    /// The path of the file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Returns the entry as it was when this was begun or found, or why it cannot be read. Such a record is reported by
    /// name and never deleted automatically.
    pub fn entry(&self) -> Result<&JournalEntry, &'static str> {
        self.entry.as_ref().map_err(|why| *why)
    }

    /// Records Atlas's response. If that fails, the previous line still counts. Blocks on the disk.
    pub fn created(&self, secret_id: Option<SecretId>, expires_at: Option<Timestamp>) -> io::Result<()> {
        let Ok(entry) = &self.entry else { return Ok(()) };
        let entry = JournalEntry { secret_id, expires_at, ..entry.clone() };
        (&self.file).write_all(&line(&entry))?;
        self.file.sync_all()
    }

    /// Removes the record, even a damaged one. The lock is released last, so that a removed record is never reported.
    /// Blocks on the disk.
    pub fn remove(&self) -> io::Result<()> {
        match fs::remove_file(&self.path) {
            Err(error) if error.kind() != ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        if let Some(folder) = self.path.parent() {
            flush(folder);
        }
        Ok(())
    }
}

/// Writes the folder's entries to disk. Without this, only a power cut could lose a record, so an error is ignored.
fn flush(folder: &Path) {
    let _ = Folder::open(folder).and_then(|folder| folder.sync());
}

/// Checks that other users cannot write records: they could name any secret as one to delete.
fn check_folder(folder: &Path) -> io::Result<()> {
    let stat = FileStat::from(&fs::metadata(folder)?);
    if stat.mode & 0o022 == 0 && stat.is_ours() && owner_of_foreign_link(folder).is_none() {
        return Ok(());
    }
    let folder = ServerText::new(&folder.to_string_lossy());
    Err(io::Error::other(format!(
        "other users can write to {folder}; make it your own, and run chmod 700 on it"
    )))
}

fn examine(entry: &DirEntry) -> Option<RecordFile> {
    let name = entry.file_name();
    let is_record = name.to_str()?.starts_with(PREFIX) && name.to_str()?.ends_with(RECORD);
    // A link or a pipe is not a record, and opening a pipe could block forever.
    if !is_record || !entry.file_type().ok()?.is_file() {
        return None;
    }
    let path = entry.path();
    // By now, the file may have been replaced by something else.
    let file = open(&path, OpenOptions::new().read(true).append(true)).ok()?;
    file.try_lock().ok()?;
    // It may have been removed before it was locked.
    fs::symlink_metadata(&path).ok()?;
    let stat = FileStat::of(&file).ok()?;
    let entry = match read_at_most(&file, MAX_SIZE) {
        _ if !stat.is_ours() => Err(OTHER_OWNER),
        Ok(Some(text)) => read(&text),
        _ => Err(DAMAGED),
    };
    Some(RecordFile { file, path, entry })
}

/// Returns the line for an entry. It begins with a line break, so that a previous line that a full disk has cut off
/// does not corrupt it.
fn line(entry: &JournalEntry) -> Vec<u8> {
    #[derive(Serialize)]
    struct Line<'a> {
        version: u32,
        #[serde(flatten)]
        entry: &'a JournalEntry,
    }
    // This cannot fail: the fields are strings, numbers and times.
    let text = serde_json::to_string(&Line { version: VERSION, entry }).unwrap_or_default();
    format!("\n{text}\n").into_bytes()
}

/// Parses a record. A last line without its line break is incomplete and does not count.
fn read(text: &[u8]) -> Result<JournalEntry, &'static str> {
    let whole = text.iter().rposition(|byte| *byte == b'\n').map_or(&text[..0], |end| &text[..end]);
    let mut why = DAMAGED;
    for line in whole.rsplit(|byte| *byte == b'\n') {
        let value: Value = serde_json::from_slice(line).unwrap_or_default();
        match value["version"].as_u64() {
            Some(version) if version == u64::from(VERSION) => {
                if let Ok(entry) = serde_json::from_value(value) {
                    return Ok(entry);
                }
            }
            Some(_) => why = OTHER_VERSION,
            None => {}
        }
    }
    Err(why)
}

/// Creates the folder and its missing parents, for its owner only. An existing folder stays as it is.
fn make_folder(folder: &Path) -> io::Result<()> {
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder).map_err(|error| match error.kind() {
        // Something other than a folder is in the way.
        ErrorKind::NotADirectory | ErrorKind::AlreadyExists => ErrorKind::NotFound.into(),
        _ => error,
    })
}

/// Returns why the journal failed, as a part of a sentence.
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
