//! The records on the disk: of what this run creates, and those that previous runs left.

use std::path::PathBuf;
use std::sync::Arc;

use jiff::Timestamp;
use tokio::sync::Mutex;

use crate::domain::{JournalEntry, JournalProblem, JournalStep, NewSecret, PendingRecord, SecretId};
use crate::journal::{self, RecordFile};

use super::{Connections, Journal};

/// One record at a time is written to. Those of secrets that were not delivered stay locked until the run ends, so
/// that no other run reports them while this one still does.
pub struct Records {
    journal: Option<journal::Journal>,
    connections: Arc<Connections>,
    /// One request after the other, so that a record is begun before it is removed.
    kept: Mutex<Kept>,
}

#[derive(Default)]
struct Kept {
    record: Option<RecordFile>,
    earlier: Vec<RecordFile>,
    pending: Vec<Option<journal::PendingFile>>,
}

impl Records {
    /// Records in this folder; none where there is no folder.
    pub fn new(folder: Option<PathBuf>, connections: Arc<Connections>) -> Self {
        Self { journal: folder.map(journal::Journal::new), connections, kept: Mutex::default() }
    }

    /// Adds what Atlas said of the new secret.
    pub async fn created(&self, id: Option<SecretId>, expires_at: Option<Timestamp>) -> Result<(), String> {
        let record = self.kept.lock().await.record.clone();
        let Some(record) = record else { return Ok(()) };
        let recorded = record.created_in_background(id, expires_at).await;
        recorded.map_err(|problem| problem.sentence(JournalStep::Answered))
    }

    /// True when the creation of this run is recorded, so that the next run can report it.
    pub async fn is_recorded(&self) -> bool {
        self.kept.lock().await.record.is_some()
    }

    /// Removes the record of this run.
    pub async fn remove(&self) -> Result<(), String> {
        let record = self.kept.lock().await.record.take();
        let Some(record) = record else { return Ok(()) };
        record.remove_in_background().await.map_err(|problem| problem.sentence(JournalStep::Settled))
    }

    /// The records that previous runs left, and those that cannot be read. The demo has none.
    pub async fn pending(&self) -> (Vec<PendingRecord>, Vec<String>) {
        let Some(journal) = self.journal.as_ref().filter(|_| !self.connections.is_demo()) else {
            return (Vec::new(), Vec::new());
        };
        let found = match journal.pending_in_background().await {
            Ok(found) => found,
            Err(problem) => return (Vec::new(), vec![problem.sentence(JournalStep::LookBack)]),
        };
        let mut kept = self.kept.lock().await;
        let (mut readable, mut problems) = (Vec::new(), Vec::new());
        for left in found {
            match left.entry() {
                Ok(entry) => {
                    readable.push(PendingRecord { number: kept.pending.len(), entry: entry.clone() });
                }
                Err(damaged) => problems.push(damaged.to_string()),
            }
            kept.pending.push(Some(left));
        }
        (readable, problems)
    }

    /// Removes a record of an earlier run.
    pub async fn remove_pending(&self, number: usize) -> Result<(), String> {
        let left = self.kept.lock().await.pending.get_mut(number).and_then(Option::take);
        let Some(left) = left else { return Ok(()) };
        left.remove_in_background().await.map_err(|problem| problem.sentence(JournalStep::Settled))
    }
}

impl Journal for Arc<Records> {
    /// Nothing is recorded of the demo: its secrets end with it.
    async fn begin(
        &self,
        new_secret: &NewSecret,
        begun_at: Timestamp,
        ids_before: Option<Vec<SecretId>>,
    ) -> Result<(), String> {
        let Some((base_url, identity)) = self.connections.endpoint() else { return Ok(()) };
        let mut kept = self.kept.lock().await;
        let earlier = kept.record.take();
        kept.earlier.extend(earlier);
        let step = JournalStep::Begin;
        let journal = self.journal.as_ref().ok_or_else(|| JournalProblem::NoFolder.sentence(step))?;
        let entry = JournalEntry {
            base_url,
            identity,
            project: new_secret.project.clone(),
            client: new_secret.client.clone(),
            begun_at,
            ids_before,
            secret_id: None,
            expires_at: None,
        };
        let record = journal.begin_in_background(entry).await;
        kept.record = Some(record.map_err(|problem| problem.sentence(step))?);
        Ok(())
    }

    async fn settle(&self) -> Result<(), String> {
        self.remove().await
    }
}
