//! A creation of an earlier run whose secret was perhaps never handed over.

use super::JournalEntry;

/// What an earlier run left behind. As long as this run holds it, no other run tells of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PendingRecord {
    /// Which of the notes found at the start it is.
    pub number: usize,
    /// What was noted.
    pub entry: JournalEntry,
}
