//! The notes on the disk about what this run creates, and about what earlier runs left behind.

use std::path::PathBuf;

use jiff::Timestamp;
use tokio::sync::Mutex;

use crate::domain::{JournalEntry, JournalProblem, JournalStep, NewSecret, PendingRecord, SecretId};
use crate::journal::{self, Journal, Page};

use super::connection::Endpoint;

/// One note at a time is written to; those of secrets that nobody got stay locked until the run ends, so that
/// no other run tells of them while this one still says so itself.
pub(super) struct Notes {
    journal: Option<Journal>,
    /// Asked for in turn, so that a note is begun before it is taken away.
    kept: Mutex<Kept>,
}

#[derive(Default)]
struct Kept {
    page: Option<Page>,
    earlier: Vec<Page>,
    left_over: Vec<Option<journal::PendingRecord>>,
}

impl Notes {
    /// Notes in this folder; none where there is no folder to be had.
    pub fn new(folder: Option<PathBuf>) -> Self {
        Self { journal: folder.map(Journal::new), kept: Mutex::default() }
    }

    /// Before the POST. Nothing is noted of the demo: its secrets end with it.
    pub async fn begin(
        &self,
        at: Option<Endpoint>,
        new_secret: NewSecret,
        begun_at: Timestamp,
        ids_before: Option<Vec<SecretId>>,
    ) -> Result<(), String> {
        let Some(Endpoint { base_url, identity }) = at else { return Ok(()) };
        let mut kept = self.kept.lock().await;
        let earlier = kept.page.take();
        kept.earlier.extend(earlier);
        let step = JournalStep::Begin;
        let journal = self.journal.as_ref().ok_or_else(|| JournalProblem::NoFolder.sentence(step))?;
        let entry = JournalEntry {
            base_url,
            identity,
            project: new_secret.project,
            client: new_secret.client,
            begun_at,
            ids_before,
            secret_id: None,
            expires_at: None,
        };
        let page = journal.begin_in_background(entry).await;
        kept.page = Some(page.map_err(|problem| problem.sentence(step))?);
        Ok(())
    }

    /// What Atlas said of the new secret.
    pub async fn answered(&self, id: Option<SecretId>, expires_at: Option<Timestamp>) -> Result<(), String> {
        let page = self.kept.lock().await.page.clone();
        let Some(page) = page else { return Ok(()) };
        let noted = page.created_in_background(id, expires_at).await;
        noted.map_err(|problem| problem.sentence(JournalStep::Answered))
    }

    /// There is nothing left to remember.
    pub async fn forget(&self) -> Result<(), String> {
        let page = self.kept.lock().await.page.take();
        let Some(page) = page else { return Ok(()) };
        page.remove_in_background().await.map_err(|problem| problem.sentence(JournalStep::Settled))
    }

    /// What earlier runs left behind, and what could not be read of it.
    pub async fn look_back(&self) -> (Vec<PendingRecord>, Vec<String>) {
        let Some(journal) = &self.journal else { return (Vec::new(), Vec::new()) };
        let found = match journal.left_over_in_background().await {
            Ok(found) => found,
            Err(problem) => return (Vec::new(), vec![problem.sentence(JournalStep::LookBack)]),
        };
        let mut kept = self.kept.lock().await;
        let (mut readable, mut problems) = (Vec::new(), Vec::new());
        for left in found {
            match left.entry() {
                Ok(entry) => {
                    readable.push(PendingRecord { number: kept.left_over.len(), entry: entry.clone() })
                }
                Err(damaged) => problems.push(damaged.to_string()),
            }
            kept.left_over.push(Some(left));
        }
        (readable, problems)
    }

    /// Somebody has decided about it.
    pub async fn forget_left_over(&self, number: usize) -> Result<(), String> {
        let left = self.kept.lock().await.left_over.get_mut(number).and_then(Option::take);
        let Some(left) = left else { return Ok(()) };
        left.remove_in_background().await.map_err(|problem| problem.sentence(JournalStep::Settled))
    }
}
