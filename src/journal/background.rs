//! The same work off the event loop's thread, with a limit: a disk that does not answer (a network share
//! that is gone) must not keep the user from creating.

use std::time::Duration;

use jiff::Timestamp;
use tokio::sync::oneshot;
use tokio::task::spawn_blocking;
use tokio::time::timeout;

use super::{Journal, PendingFile, RecordFile};
use crate::domain::{JournalEntry, JournalProblem, SecretId, ServerText};

/// How long the disk may take for one step.
const TIMEOUT: Duration = Duration::from_secs(2);

impl Journal {
    /// [`Journal::begin`] on a thread of its own, for 2 seconds at most. A record that is finished later is
    /// removed again: no one would hold it.
    pub async fn begin_in_background(&self, entry: JournalEntry) -> Result<RecordFile, JournalProblem> {
        let journal = self.clone();
        let remove = |late: RecordFile| drop(late.remove());
        within(TIMEOUT, move || journal.begin(&entry), remove).await
    }

    /// [`Journal::pending`] on a thread of its own, for 2 seconds at most.
    pub async fn pending_in_background(&self) -> Result<Vec<PendingFile>, JournalProblem> {
        let journal = self.clone();
        within(TIMEOUT, move || journal.pending(), drop).await
    }
}

impl RecordFile {
    /// [`RecordFile::created`] on a thread of its own, for 2 seconds at most.
    pub async fn created_in_background(
        &self,
        secret_id: Option<SecretId>,
        expires_at: Option<Timestamp>,
    ) -> Result<(), JournalProblem> {
        let record = self.clone();
        within(TIMEOUT, move || record.created(secret_id, expires_at), drop).await
    }

    /// [`RecordFile::remove`] on a thread of its own, for 2 seconds at most.
    pub async fn remove_in_background(self) -> Result<(), JournalProblem> {
        within(TIMEOUT, move || self.remove(), drop).await
    }
}

impl PendingFile {
    /// [`PendingFile::remove`] on a thread of its own, for 2 seconds at most.
    pub async fn remove_in_background(self) -> Result<(), JournalProblem> {
        within(TIMEOUT, move || self.remove(), drop).await
    }
}

/// The result of the work, or [`JournalProblem::Silent`] when it takes too long; what the work makes after
/// that goes to `late`, on the same thread.
async fn within<T: Send + 'static>(
    limit: Duration,
    work: impl FnOnce() -> Result<T, JournalProblem> + Send + 'static,
    late: impl FnOnce(T) + Send + 'static,
) -> Result<T, JournalProblem> {
    let (done, mut result) = oneshot::channel();
    spawn_blocking(move || {
        if let Err(Ok(made)) = done.send(work()) {
            late(made);
        }
    });
    if let Ok(received) = timeout(limit, &mut result).await {
        return received.unwrap_or_else(|_| Err(ending()));
    }
    result.close();
    // It may have come in between the two lines above.
    result.try_recv().unwrap_or(Err(JournalProblem::Silent))
}

fn ending() -> JournalProblem {
    JournalProblem::Other(ServerText::new("the program is ending"))
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;

    use super::*;

    #[tokio::test]
    async fn a_disk_that_does_not_answer_is_not_waited_for() {
        let (answer, disk) = mpsc::channel();
        let (tell, told) = mpsc::channel();
        let work = move || disk.recv().map_err(|_| JournalProblem::Full);
        let late = move |made: u8| tell.send(made).unwrap();
        assert_eq!(within(Duration::from_millis(1), work, late).await, Err(JournalProblem::Silent));
        answer.send(7).unwrap();
        assert_eq!(told.recv(), Ok(7), "what was made too late is not left lying about");
    }

    #[tokio::test]
    async fn what_is_done_in_time_is_the_result() {
        let late = |_: u8| panic!("it was in time");
        assert_eq!(within(Duration::from_secs(60), || Ok(7), late).await, Ok(7));
    }
}
