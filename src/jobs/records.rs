//! The records on disk: of this run's creations, and of earlier runs.

use std::io::{self, ErrorKind};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use tokio::sync::{Mutex, oneshot};

use crate::domain::{JournalEntry, NewSecret, PendingRecord, SecretId, path_text};
use crate::journal::{self, RecordFile, why_failed};

use super::{Connections, Journal};

/// The longest that one disk operation may take. A disk that does not respond, such as a disconnected network share,
/// must not stop the user from creating.
const DISK_LIMIT: Duration = Duration::from_secs(2);

/// The records of this run. Only one is written at a time. Those of undelivered secrets stay locked until the run ends,
/// so that no other run reports them while this one can still deliver them.
pub struct Records {
    journal: Option<journal::RecordFolder>,
    connections: Arc<Connections>,
    /// Locked while a record changes, so that it is not removed before it is begun.
    kept: Mutex<Kept>,
}

#[derive(Default)]
struct Kept {
    record: Option<Arc<RecordFile>>,
    earlier: Vec<Arc<RecordFile>>,
    pending: Vec<Option<Arc<RecordFile>>>,
}

impl Records {
    /// Keeps records in this folder, or none without a folder.
    pub fn new(folder: Option<PathBuf>, connections: Arc<Connections>) -> Self {
        Self { journal: folder.map(journal::RecordFolder::new), connections, kept: Mutex::default() }
    }

    /// Adds the new secret's ID and expiry.
    pub async fn created(&self, id: Option<SecretId>, expires_at: Option<Timestamp>) -> Result<(), String> {
        let record = self.kept.lock().await.record.clone();
        let Some(record) = record else { return Ok(()) };
        let recorded = within(DISK_LIMIT, move || record.created(id, expires_at), drop).await;
        recorded.map_err(|why| format!("The new secret's ID is not recorded on disk: {why}."))
    }

    pub async fn is_recorded(&self) -> bool {
        self.kept.lock().await.record.is_some()
    }

    /// The records that earlier runs left, and errors for those that cannot be read. The demo has none.
    pub async fn pending(&self) -> (Vec<PendingRecord>, Vec<String>) {
        let Some(journal) = self.journal.clone().filter(|_| !self.connections.is_demo()) else {
            return (Vec::new(), Vec::new());
        };
        let found = match within(DISK_LIMIT, move || journal.pending(), drop).await {
            Ok(found) => found,
            Err(why) => {
                return (Vec::new(), vec![format!("The records of earlier runs cannot be read: {why}.")]);
            }
        };
        let mut kept = self.kept.lock().await;
        let (mut readable, mut errors) = (Vec::new(), Vec::new());
        for record in found {
            match record.entry() {
                Ok(entry) => {
                    readable.push(PendingRecord { number: kept.pending.len(), entry: entry.clone() });
                }
                Err(damage) => errors.push(format!(
                    "The record {} of an earlier run cannot be read: {damage}. Check the account's secrets in \
                     Atlas, then delete the file.",
                    path_text(record.path())
                )),
            }
            kept.pending.push(Some(Arc::new(record)));
        }
        (readable, errors)
    }

    pub async fn remove_pending(&self, number: usize) -> Result<(), String> {
        let record = self.kept.lock().await.pending.get_mut(number).and_then(Option::take);
        remove(record).await
    }
}

impl Journal for Arc<Records> {
    async fn begin(
        &self,
        new_secret: &NewSecret,
        begun_at: Timestamp,
        ids_before: Option<Vec<SecretId>>,
    ) -> Result<(), String> {
        let mut kept = self.kept.lock().await;
        // The outcome of the new creation says nothing about the earlier one.
        let earlier = kept.record.take();
        kept.earlier.extend(earlier);
        // The demo is not recorded, because its secrets end with it.
        let Some((base_url, identity)) = self.connections.endpoint() else { return Ok(()) };
        let entry = JournalEntry {
            base_url,
            identity,
            account: new_secret.account.clone(),
            begun_at,
            ids_before,
            secret_id: None,
            expires_at: None,
        };
        let begun = match self.journal.clone() {
            // If the record is finished too late, it is removed again, because nothing would hold it.
            Some(journal) => {
                let remove = |late: RecordFile| drop(late.remove());
                within(DISK_LIMIT, move || journal.begin(&entry), remove).await
            }
            None => Err(why_failed(&ErrorKind::NotFound.into())),
        };
        let record = begun.map_err(|why| {
            format!(
                "This creation is not recorded on disk: {why}. If the program is killed, the next start cannot \
                 report the secret."
            )
        })?;
        kept.record = Some(Arc::new(record));
        Ok(())
    }

    async fn remove(&self) -> Result<(), String> {
        let record = self.kept.lock().await.record.take();
        remove(record).await
    }
}

async fn remove(record: Option<Arc<RecordFile>>) -> Result<(), String> {
    let Some(record) = record else { return Ok(()) };
    let removed = within(DISK_LIMIT, move || record.remove(), drop).await;
    removed.map_err(|why| format!("The record of this secret was not removed from the disk: {why}."))
}

/// Runs `work` on its own thread. A result after `limit` is passed to `late`, on the same thread. An error is a part of
/// a sentence.
async fn within<T: Send + 'static>(
    limit: Duration,
    work: impl FnOnce() -> io::Result<T> + Send + 'static,
    late: impl FnOnce(T) + Send + 'static,
) -> Result<T, String> {
    let (done, mut result) = oneshot::channel();
    tokio::task::spawn_blocking(move || {
        if let Err(Ok(made)) = done.send(work()) {
            late(made);
        }
    });
    let result = if let Ok(received) = tokio::time::timeout(limit, &mut result).await {
        received.unwrap_or_else(|_| Err(io::Error::other("the program is ending")))
    } else {
        result.close();
        // It may have arrived in the meantime.
        result.try_recv().unwrap_or_else(|_| Err(ErrorKind::TimedOut.into()))
    };
    result.map_err(|error| why_failed(&error))
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::sync::mpsc;

    use tempfile::TempDir;

    use super::*;
    use crate::config::CredentialSource;
    use crate::demo::World;
    use crate::domain::{AccountRef, BaseUrl, ClientId, Credentials, Lifetime, ProjectId, QueryFlags};
    use crate::jobs::Source;

    fn new_secret() -> NewSecret {
        NewSecret {
            account: AccountRef {
                project: ProjectId::parse("32b6e34b3d91647abb20e7b8").unwrap(),
                client: ClientId::parse("mdb_sa_id_1234567890abcdef12345678").unwrap(),
            },
            lifetime: Lifetime::parse("720").unwrap(),
        }
    }

    /// Records in this folder, for a run that uses a real host.
    fn records(folder: PathBuf) -> Arc<Records> {
        let credentials = Credentials::access_token("fake".to_owned()).unwrap();
        let source = Source::Remote {
            base_url: BaseUrl::parse(BaseUrl::CLOUD).unwrap(),
            credentials: CredentialSource::Ready(credentials),
        };
        let connections = Connections::new(Some(source), QueryFlags::default(), false);
        Arc::new(Records::new(Some(folder), Arc::new(connections)))
    }

    async fn begin(records: &Arc<Records>) -> Result<(), String> {
        records.begin(&new_secret(), "2026-11-23T18:14:02Z".parse().unwrap(), Some(Vec::new())).await
    }

    fn contents(home: &TempDir) -> Vec<String> {
        let files = fs::read_dir(home.path()).unwrap().map(|entry| entry.unwrap().path());
        files.map(|path| fs::read_to_string(path).unwrap()).collect()
    }

    #[tokio::test]
    async fn a_demo_secret_does_not_change_the_record_of_a_real_one() {
        let home = tempfile::tempdir().unwrap();
        let records = records(home.path().to_owned());
        begin(&records).await.unwrap();
        let real = contents(&home);
        records.connections.try_source(Source::Demo(Box::new(World::demo().unwrap())));
        records.connections.use_tried();
        begin(&records).await.unwrap();
        records.created(SecretId::from_server("6650f0aa12bc34de56f07890"), None).await.unwrap();
        assert_eq!(contents(&home), real, "it gets no ID of the demo");
        records.remove().await.unwrap();
        records.remove().await.unwrap();
        assert_eq!(contents(&home), real, "it is not removed");
    }

    #[tokio::test]
    async fn an_unreadable_record_is_named_and_errors_say_what_they_mean() {
        let home = tempfile::tempdir().unwrap();
        let damaged = home.path().join("creation-1.jsonl");
        fs::write(&damaged, "{").unwrap();
        let (found, errors) = records(home.path().to_owned()).pending().await;
        let expected = format!(
            "The record {} of an earlier run cannot be read: it is damaged. Check the account's secrets in Atlas, \
             then delete the file.",
            damaged.display()
        );
        assert_eq!((found, errors), (Vec::new(), vec![expected]));

        fs::rename(&damaged, home.path().join("creation-\u{1b}\u{202e}.jsonl")).unwrap();
        let (_, errors) = records(home.path().to_owned()).pending().await;
        assert!(errors[0].contains(r"creation-\x1b\xe2\x80\xae.jsonl (shown escaped)"), "{errors:?}");
        fs::write(&damaged, "{").unwrap();

        let in_the_way = records(damaged.join("folder"));
        let expected = "This creation is not recorded on disk: the folder for records does not exist and cannot be \
                        created. If the program is killed, the next start cannot report the secret.";
        assert_eq!(begin(&in_the_way).await.unwrap_err(), expected);
    }

    #[tokio::test]
    async fn a_disk_that_does_not_respond_is_not_waited_for() {
        let (response, disk) = mpsc::channel();
        let (report, reported) = mpsc::channel();
        let work = move || disk.recv().map_err(io::Error::other);
        let late = move |made: u8| report.send(made).unwrap();
        let result = within(Duration::from_millis(1), work, late).await;
        assert_eq!(result.unwrap_err(), "the disk did not answer in time");
        response.send(7).unwrap();
        assert_eq!(reported.recv(), Ok(7), "what was made too late is not left lying about");
    }
}
