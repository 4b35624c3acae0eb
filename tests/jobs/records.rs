//! Records on disk: what a run leaves behind, and what the next one does with it.

use std::path::Path;
use std::sync::Arc;

use atlas_secret::config::CredentialSource;
use atlas_secret::demo::World;
use atlas_secret::domain::{BaseUrl, Credentials, QueryFlags};
use atlas_secret::jobs::{Connections, Journal as _, Records, Source};

use crate::run::new_secret;
use crate::stage::{START, time};
use crate::*;

fn run(folder: Option<&Path>, source: Source) -> Arc<Records> {
    let connections = Connections::new(Some(source), QueryFlags::default(), false);
    Arc::new(Records::new(folder.map(Path::to_owned), Arc::new(connections)))
}

fn atlas() -> Source {
    let credentials = Credentials::access_token("FAKE".to_owned()).unwrap();
    let base_url = BaseUrl::parse("https://cloud.mongodb.com").unwrap();
    Source::Remote { base_url, credentials: CredentialSource::Ready(credentials) }
}

fn demo() -> Source {
    Source::Demo(Box::new(World::demo().unwrap()))
}

/// Begins a record and adds the ID of the new secret.
async fn create(records: &Arc<Records>, begun_at: &str, secret_id: &str) {
    records.begin(&new_secret(), time(begun_at), Some(vec![id("before")])).await.unwrap();
    records.created(Some(id(secret_id)), Some(time(LONG))).await.unwrap();
}

/// The number of each pending record, and the ID of its secret.
async fn pending(records: &Records) -> Vec<(usize, String)> {
    let (pending, errors) = records.pending().await;
    assert_eq!(errors, Vec::<String>::new());
    pending.iter().map(|left| (left.number, left.entry.secret_id.as_ref().unwrap().to_string())).collect()
}

#[tokio::test]
async fn the_next_run_finds_pending_records_and_can_remove_them() {
    let folder = tempfile::tempdir().unwrap();
    let new_run = || run(Some(folder.path()), atlas());
    let first = new_run();
    assert!(!first.is_recorded().await);
    create(&first, "2026-11-23T18:14:00Z", "one").await;
    create(&first, "2026-11-23T18:15:00Z", "two").await;
    assert!(first.is_recorded().await);
    assert_eq!(pending(&new_run()).await, [], "the records belong to a run that is still active");
    drop(first);

    let second = new_run();
    let (left, errors) = second.pending().await;
    assert_eq!((left.len(), errors.len()), (2, 0));
    let entry = &left[0].entry;
    assert_eq!(
        (entry.identity.as_str(), entry.base_url.host().as_str()),
        ("access token", "cloud.mongodb.com")
    );
    assert_eq!(
        (&entry.account.project, &entry.account.client),
        (&new_secret().account.project, &new_secret().account.client)
    );
    assert_eq!((entry.begun_at, entry.expires_at), (time("2026-11-23T18:14:00Z"), Some(time(LONG))));
    assert_eq!(entry.ids_before, Some(vec![id("before")]));
    assert_eq!(pending(&new_run()).await, [], "only one run reports a record");
    second.remove_pending(left[1].number).await.unwrap();
    second.remove_pending(left[1].number).await.unwrap();
    second.remove_pending(7).await.unwrap();
    drop(second);
    assert_eq!(pending(&new_run()).await, [(0, "one".to_owned())]);
}

#[tokio::test]
async fn a_settled_record_is_removed() {
    let folder = tempfile::tempdir().unwrap();
    let records = run(Some(folder.path()), atlas());
    create(&records, START, "one").await;
    records.remove().await.unwrap();
    assert!(!records.is_recorded().await);
    records.remove().await.unwrap();
    records.created(Some(id("late")), None).await.unwrap();
    drop(records);
    assert_eq!(pending(&run(Some(folder.path()), atlas())).await, []);
}

#[tokio::test]
async fn the_demo_neither_writes_nor_reports_records() {
    let folder = tempfile::tempdir().unwrap();
    create(&run(Some(folder.path()), atlas()), START, "one").await;
    let records = run(Some(folder.path()), demo());
    create(&records, START, "two").await;
    assert!(!records.is_recorded().await);
    assert_eq!(pending(&records).await, []);
    assert_eq!(pending(&run(Some(folder.path()), atlas())).await, [(0, "one".to_owned())]);
}

#[tokio::test]
async fn without_a_folder_recording_fails() {
    let records = run(None, atlas());
    let recorded = records.begin(&new_secret(), time(START), None).await;
    assert!(recorded.is_err_and(|error| error.contains("does not exist and cannot be created")));
    assert!(!records.is_recorded().await);
    assert_eq!(pending(&records).await, []);
}
