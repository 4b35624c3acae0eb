//! Creating and deleting secrets: the rules, and what a client gets to see of them.

use jiff::{SignedDuration, Timestamp};
use serde_json::json;

use super::*;
use crate::support::fixtures::world_with;

const DAY: &str = r#"{"secretExpiresAfterHours":24}"#;

fn time(value: &Value) -> Timestamp {
    value.as_str().unwrap().parse().unwrap()
}

#[tokio::test]
async fn a_secret_is_shown_once_and_masked_from_then_on() {
    let bench = Bench::demo().await;
    let reply = bench.create(PAYMENTS, CI_DEPLOYER, r#"{"secretExpiresAfterHours":720}"#).await;
    assert_eq!((reply.status.as_u16(), reply.header("content-type")), (201, V2024));
    let created = reply.json();
    let names: Vec<&str> = created.as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(names, ["createdAt", "expiresAt", "id", "secret"]);
    let value = created["secret"].as_str().unwrap();
    let random = value.strip_prefix("mdb_sa_sk_DEMO").unwrap();
    assert!(random.len() == 36 && random.bytes().all(|b| b.is_ascii_alphanumeric() || b"_-".contains(&b)));
    let (created_at, expires_at) = (time(&created["createdAt"]), time(&created["expiresAt"]));
    assert_eq!(expires_at.duration_since(created_at), SignedDuration::from_hours(720));
    assert_eq!(created["createdAt"].as_str().unwrap().len(), "2026-11-23T18:14:00Z".len());

    let listed = bench.secrets(PAYMENTS, CI_DEPLOYER).await;
    let mask = format!("mdb_sa_sk_...{}", &value[value.len() - 4..]);
    assert_eq!(
        listed,
        [json!({"id": created["id"], "createdAt": created["createdAt"], "expiresAt": created["expiresAt"],
            "lastUsedAt": null, "maskedSecretValue": mask})]
    );
    assert_eq!(bench.atlas.secrets_created(), 1);
}

#[tokio::test]
async fn creating_leaves_the_others_seven_days_at_most() {
    let bench = Bench::demo().await;
    let before = bench.secrets(ANALYTICS, WAREHOUSE_LOADER).await;
    let created = bench.create(ANALYTICS, WAREHOUSE_LOADER, DAY).await.json();
    let after = bench.secrets(ANALYTICS, WAREHOUSE_LOADER).await;
    assert!(time(&before[0]["expiresAt"]) > time(&after[0]["expiresAt"]));
    let left = time(&after[0]["expiresAt"]).duration_since(time(&created["createdAt"]));
    assert_eq!((left, after.len()), (SignedDuration::from_hours(168), 2));

    let expired = bench.secrets(PAYMENTS, NIGHTLY_BACKUP).await;
    bench.create(PAYMENTS, NIGHTLY_BACKUP, DAY).await;
    assert_eq!(bench.secrets(PAYMENTS, NIGHTLY_BACKUP).await[0], expired[0], "never longer than before");
}

#[tokio::test]
async fn a_third_secret_is_refused_until_one_is_deleted() {
    let bench = Bench::demo().await;
    // Two living ones; and one that has expired, which holds its place too.
    assert_eq!(bench.create(PAYMENTS, NIGHTLY_BACKUP, DAY).await.status, 201);
    for client_id in [BILLING_EXPORT, NIGHTLY_BACKUP] {
        let before = bench.secrets(PAYMENTS, client_id).await;
        let refused = bench.create(PAYMENTS, client_id, DAY).await;
        assert_eq!(refused.error(), error(400, "SERVICE_ACCOUNT_SECRET_LIMIT_EXCEEDED"));
        assert_eq!(bench.secrets(PAYMENTS, client_id).await, before, "a refusal shortens nothing");

        let id = before[0]["id"].as_str().unwrap();
        let deleted = bench.delete(PAYMENTS, client_id, id).await;
        assert_eq!((deleted.status.as_u16(), deleted.text.as_str()), (204, ""));
        assert_eq!(bench.delete(PAYMENTS, client_id, id).await.error(), error(404, "RESOURCE_NOT_FOUND"));
        assert_eq!(bench.create(PAYMENTS, client_id, DAY).await.status, 201);
    }
    assert_eq!(bench.atlas.secrets_created(), 3);
}

#[tokio::test]
async fn a_lifetime_out_of_range_is_refused_by_the_name_of_its_field() {
    let bench = Bench::demo().await;
    let rows = [
        (PAYMENTS, CI_DEPLOYER, "7", "must be between 8 and 8760"),
        (PAYMENTS, CI_DEPLOYER, "8761", "must be between 8 and 8760"),
        (PAYMENTS, CI_DEPLOYER, "0", "must be between 8 and 8760"),
        (PAYMENTS, CI_DEPLOYER, "-1", "must be between 8 and 8760"),
        (PAYMENTS, CI_DEPLOYER, "2147483648", "is missing or no 32-bit integer"),
        (PAYMENTS, CI_DEPLOYER, "24.5", "is missing or no 32-bit integer"),
        (PAYMENTS, CI_DEPLOYER, "\"24\"", "is missing or no 32-bit integer"),
        (PAYMENTS, CI_DEPLOYER, "null", "is missing or no 32-bit integer"),
        (PAYMENTS, CI_DEPLOYER, "24,\"misspelt\":24", "is missing or no 32-bit integer"),
        (ANALYTICS, WAREHOUSE_LOADER, "721", "must be between 8 and 720"),
    ];
    for (group, client_id, hours, expected) in rows {
        let reply =
            bench.create(group, client_id, &format!(r#"{{"secretExpiresAfterHours":{hours}}}"#)).await;
        assert_eq!(reply.error(), error(400, "VALIDATION_ERROR"), "{hours}");
        assert_eq!(
            reply.json()["badRequestDetail"]["fields"],
            json!([{"field": "secretExpiresAfterHours", "description": expected}]),
            "{hours}"
        );
    }
    for body in ["", "{", "{}"] {
        let reply = bench.create(PAYMENTS, CI_DEPLOYER, body).await;
        assert_eq!(reply.error(), error(400, "VALIDATION_ERROR"), "{body}");
    }
    assert_eq!(bench.atlas.secrets_created(), 0);
    for (group, client_id, hours) in
        [(PAYMENTS, CI_DEPLOYER, 8), (PAYMENTS, CI_DEPLOYER, 8760), (ANALYTICS, WAREHOUSE_LOADER, 720)]
    {
        let reply =
            bench.create(group, client_id, &format!(r#"{{"secretExpiresAfterHours":{hours}}}"#)).await;
        assert_eq!(reply.status, 201, "{hours}");
    }
}

#[tokio::test]
async fn a_role_that_is_too_low_changes_nothing() {
    let bench = Bench::demo().await;
    let reply = bench.create(SANDBOX, RELEASE_AUDITOR, DAY).await;
    assert_eq!(reply.error(), error(401, "USER_UNAUTHORIZED"));
    assert_eq!(reply.json()["detail"], "Current user is not authorized to perform this action.");
    let reply = bench.delete(SANDBOX, RELEASE_AUDITOR, "65a1c0de0000000000000000").await;
    assert_eq!(reply.error(), error(401, "USER_UNAUTHORIZED"));
}

#[tokio::test]
async fn a_slow_create_is_executed_at_once_and_answered_late() {
    let bench = Bench::with(world_with(r#","create_delay_seconds":86400"#)).await;
    let slow = tokio::spawn(bench.creating(PAYMENTS, CI_DEPLOYER, DAY).send());
    while bench.secrets(PAYMENTS, CI_DEPLOYER).await.is_empty() {
        tokio::task::yield_now().await;
    }
    assert!(!slow.is_finished());
    drop(bench);
    assert!(slow.await.unwrap().is_err(), "the connection ends with the server");

    let bench = Bench::with(world_with(r#","create_delay_seconds":1"#)).await;
    assert_eq!(bench.create(PAYMENTS, CI_DEPLOYER, DAY).await.status, 201);
}

#[tokio::test]
async fn a_lost_response_is_a_closed_connection_after_a_secret_was_made() {
    let bench = Bench::with(world_with(r#","loses_response":true"#)).await;
    assert!(bench.creating(PAYMENTS, CI_DEPLOYER, DAY).send().await.is_err());
    assert_eq!(bench.secrets(PAYMENTS, CI_DEPLOYER).await.len(), 1);
    assert_eq!(bench.atlas.secrets_created(), 1);
}
