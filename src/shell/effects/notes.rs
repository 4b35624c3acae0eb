//! The notes on the disk: begun before the POST, taken away when somebody has the secret.

use std::future::Future;
use std::sync::{Arc, PoisonError};

use jiff::Timestamp;

use crate::core::Event;
use crate::domain::{JournalProblem, JournalStep, NewSecret, RequestId, SecretId};

use super::Executor;

impl Executor {
    pub(super) fn note_creation(
        &self,
        request: RequestId,
        new_secret: NewSecret,
        begun_at: Timestamp,
        ids_before: Option<Vec<SecretId>>,
    ) {
        let (notes, at) = (Arc::clone(&self.notes), self.connection.whereabouts());
        let work = async move { notes.begin(at, new_secret, begun_at, ids_before).await };
        let answer = move |result| Event::CreationNoted { request, result };
        self.answer(work, answer, || Err(JournalProblem::Silent.sentence(JournalStep::Begin)));
    }

    pub(super) fn note_secret(&self, secret_id: Option<SecretId>, expires_at: Option<Timestamp>) {
        let notes = Arc::clone(&self.notes);
        self.keep(async move { notes.answered(secret_id, expires_at).await });
    }

    pub(super) fn forget_creation(&self) {
        let notes = Arc::clone(&self.notes);
        self.keep(async move { notes.forget().await });
    }

    pub(super) fn forget_left_over(&self, number: usize) {
        let notes = Arc::clone(&self.notes);
        self.keep(async move { notes.forget_left_over(number).await });
    }

    /// Tells of what earlier runs left behind.
    pub fn look_back(&self) {
        if self.connection.is_demo() {
            return;
        }
        let (notes, answers) = (Arc::clone(&self.notes), self.answers.clone());
        tokio::spawn(async move {
            let (found, problems) = notes.look_back().await;
            for problem in problems {
                let _ = answers.send(Event::NoteFailed(problem));
            }
            if !found.is_empty() {
                let _ = answers.send(Event::LeftOversFound(found));
            }
        });
    }

    /// Work on a note that leaving waits for; only its failure is told.
    fn keep(&self, work: impl Future<Output = Result<(), String>> + Send + 'static) {
        let answers = self.answers.clone();
        let task = tokio::spawn(async move {
            if let Err(words) = work.await {
                // The receiver is gone only when the program is leaving.
                let _ = answers.send(Event::NoteFailed(words));
            }
        });
        self.unfinished.lock().unwrap_or_else(PoisonError::into_inner).push(task);
    }
}
