//! The text of a record: one line of JSON for what was known when the creation began, and one for Atlas's response.
//! Each line is complete, and the last readable one counts.
//!
//! A line is appended instead of replacing the file: renaming a new file over the old one would leave the lock on the
//! old one.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use thiserror::Error;

use crate::domain::{BaseUrl, ClientId, JournalEntry, ProjectId, SecretId, ServerText};

/// The version of the format. Raise it if the meaning of a field changes, but not for a new field.
const VERSION: u32 = 1;

/// One line. IDs and the URL are parsed again when they are read, because another program may have changed the file.
#[derive(Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
struct Record {
    version: u32,
    base_url: String,
    identity: String,
    project_id: String,
    client_id: String,
    begun_at: Timestamp,
    ids_before: Option<Vec<String>>,
    secret_id: Option<String>,
    expires_at: Option<Timestamp>,
}

/// What is wrong with a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum Damage {
    /// It is incomplete, or another program changed it.
    #[error("it is damaged")]
    Unreadable,
    /// Another user wrote it, perhaps to have a secret deleted.
    #[error("it belongs to another user")]
    OtherOwner,
    /// A program with another format wrote it.
    #[error("another version of atlas-secret wrote it")]
    OtherVersion,
}

/// Returns the line for an entry. It begins with a line break, so that a previous line that a full disk has cut off
/// does not corrupt it.
pub(super) fn line(entry: &JournalEntry) -> Vec<u8> {
    let record = Record {
        version: VERSION,
        base_url: entry.base_url.to_string(),
        identity: entry.identity.to_string(),
        project_id: entry.project.to_string(),
        client_id: entry.client.to_string(),
        begun_at: entry.begun_at,
        ids_before: entry.ids_before.as_ref().map(|ids| ids.iter().map(SecretId::to_string).collect()),
        secret_id: entry.secret_id.as_ref().map(SecretId::to_string),
        expires_at: entry.expires_at,
    };
    // This cannot fail: the fields are strings, numbers and times.
    format!("\n{}\n", serde_json::to_string(&record).unwrap_or_default()).into_bytes()
}

/// Parses a record. A last line without its line break is incomplete and does not count.
pub(super) fn read(text: &[u8]) -> Result<JournalEntry, Damage> {
    let whole = text.iter().rposition(|byte| *byte == b'\n').map_or(&text[..0], |end| &text[..end]);
    let mut damage = Damage::Unreadable;
    for line in whole.rsplit(|byte| *byte == b'\n') {
        match read_line(line) {
            Ok(entry) => return Ok(entry),
            Err(Damage::OtherVersion) => damage = Damage::OtherVersion,
            Err(Damage::Unreadable | Damage::OtherOwner) => {}
        }
    }
    Err(damage)
}

fn read_line(line: &[u8]) -> Result<JournalEntry, Damage> {
    let value: Value = serde_json::from_slice(line).map_err(|_| Damage::Unreadable)?;
    if value["version"].as_u64().ok_or(Damage::Unreadable)? != u64::from(VERSION) {
        return Err(Damage::OtherVersion);
    }
    serde_json::from_value(value).ok().and_then(entry).ok_or(Damage::Unreadable)
}

fn entry(record: Record) -> Option<JournalEntry> {
    let id = |text: String| SecretId::from_server(&text);
    Some(JournalEntry {
        base_url: BaseUrl::parse(&record.base_url).ok()?,
        identity: ServerText::new(&record.identity),
        project: ProjectId::parse(&record.project_id).ok()?,
        client: ClientId::parse(&record.client_id).ok()?,
        begun_at: record.begun_at,
        ids_before: match record.ids_before {
            Some(ids) => Some(ids.into_iter().map(id).collect::<Option<_>>()?),
            None => None,
        },
        secret_id: match record.secret_id {
            Some(text) => Some(id(text)?),
            None => None,
        },
        expires_at: record.expires_at,
    })
}

#[cfg(test)]
#[cfg(unix)]
mod tests;
