//! Creating and deleting secrets: the rules, and what a client sees.

use jiff::{SignedDuration, Timestamp};
use serde_json::json;

use super::*;
use crate::support::fixtures::world_with;

const DAY: &str = r#"{"secretExpiresAfterHours":24}"#;

fn time(value: &Value) -> Timestamp {
    value.as_str().unwrap().parse().unwrap()
}

#[tokio::test]
async fn a_secret_is_returned_once_and_masked_afterwards() {
    let bench = Bench::demo().await;
    let response = bench.create(PAYMENTS, CI_DEPLOYER, r#"{"secretExpiresAfterHours":720}"#).await;
    assert_eq!((response.status.as_u16(), response.header("content-type")), (201, V2024));
    let created = response.json();
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
async fn creating_limits_other_secrets_to_seven_days() {
    let bench = Bench::demo().await;
    let before = bench.secrets(ANALYTICS, WAREHOUSE_LOADER).await;
    let created = bench.create(ANALYTICS, WAREHOUSE_LOADER, DAY).await.json();
    let after = bench.secrets(ANALYTICS, WAREHOUSE_LOADER).await;
    assert!(time(&before[0]["expiresAt"]) > time(&after[0]["expiresAt"]));
    let left = time(&after[0]["expiresAt"]).duration_since(time(&created["createdAt"]));
    assert_eq!((left, after.len()), (SignedDuration::from_hours(168), 2));

    let expired = bench.secrets(PAYMENTS, NIGHTLY_BACKUP).await;
    bench.create(PAYMENTS, NIGHTLY_BACKUP, DAY).await;
    assert_eq!(bench.secrets(PAYMENTS, NIGHTLY_BACKUP).await[0], expired[0], "a lifetime never gets longer");
}

#[tokio::test]
async fn a_third_secret_is_rejected_until_one_is_deleted() {
    let bench = Bench::demo().await;
    // Two valid secrets, and then one that has expired, which also counts.
    assert_eq!(bench.create(PAYMENTS, NIGHTLY_BACKUP, DAY).await.status, 201);
    for client_id in [BILLING_EXPORT, NIGHTLY_BACKUP] {
        let before = bench.secrets(PAYMENTS, client_id).await;
        let refused = bench.create(PAYMENTS, client_id, DAY).await;
        assert_eq!(refused.error(), error(400, "SERVICE_ACCOUNT_SECRET_LIMIT_EXCEEDED"));
        assert_eq!(
            bench.secrets(PAYMENTS, client_id).await,
            before,
            "a rejected request shortens no lifetime"
        );

        let id = before[0]["id"].as_str().unwrap();
        let deleted = bench.delete(PAYMENTS, client_id, id).await;
        assert_eq!((deleted.status.as_u16(), deleted.text.as_str()), (204, ""));
        assert_eq!(bench.delete(PAYMENTS, client_id, id).await.error(), error(404, "RESOURCE_NOT_FOUND"));
        assert_eq!(bench.create(PAYMENTS, client_id, DAY).await.status, 201);
    }
    assert_eq!(bench.atlas.secrets_created(), 3);
}

#[tokio::test]
async fn the_error_for_an_invalid_lifetime_names_its_field() {
    let bench = Bench::demo().await;
    let rows = [
        (PAYMENTS, CI_DEPLOYER, "7", "must be between 8 and 8760"),
        (PAYMENTS, CI_DEPLOYER, "8761", "must be between 8 and 8760"),
        (PAYMENTS, CI_DEPLOYER, "0", "must be between 8 and 8760"),
        (PAYMENTS, CI_DEPLOYER, "-1", "must be between 8 and 8760"),
        (PAYMENTS, CI_DEPLOYER, "2147483648", "is missing or is not a 32-bit integer"),
        (PAYMENTS, CI_DEPLOYER, "24.5", "is missing or is not a 32-bit integer"),
        (PAYMENTS, CI_DEPLOYER, "\"24\"", "is missing or is not a 32-bit integer"),
        (PAYMENTS, CI_DEPLOYER, "null", "is missing or is not a 32-bit integer"),
        (ANALYTICS, WAREHOUSE_LOADER, "721", "must be between 8 and 720"),
    ];
    for (group, client_id, hours, expected) in rows {
        let response =
            bench.create(group, client_id, &format!(r#"{{"secretExpiresAfterHours":{hours}}}"#)).await;
        assert_eq!(response.error(), error(400, "VALIDATION_ERROR"), "{hours}");
        assert_eq!(
            response.json()["badRequestDetail"]["fields"],
            json!([{"field": "secretExpiresAfterHours", "description": expected}]),
            "{hours}"
        );
    }
    for body in ["", "{", "{}", "8", "[8]", r#"{"misspelt":24}"#] {
        let response = bench.create(PAYMENTS, CI_DEPLOYER, body).await;
        assert_eq!(response.error(), error(400, "VALIDATION_ERROR"), "{body}");
    }
    assert_eq!(bench.atlas.secrets_created(), 0);
    for (group, client_id, hours) in
        [(PAYMENTS, CI_DEPLOYER, 8), (PAYMENTS, CI_DEPLOYER, 8760), (ANALYTICS, WAREHOUSE_LOADER, 720)]
    {
        let response =
            bench.create(group, client_id, &format!(r#"{{"secretExpiresAfterHours":{hours}}}"#)).await;
        assert_eq!(response.status, 201, "{hours}");
    }
}

#[tokio::test]
async fn a_role_that_is_too_low_can_change_nothing() {
    let bench = Bench::demo().await;
    let response = bench.create(SANDBOX, RELEASE_AUDITOR, DAY).await;
    assert_eq!(response.error(), error(401, "USER_UNAUTHORIZED"));
    assert_eq!(response.json()["detail"], "Current user is not authorized to perform this action.");
    let response = bench.delete(SANDBOX, RELEASE_AUDITOR, "65a1c0de0000000000000000").await;
    assert_eq!(response.error(), error(401, "USER_UNAUTHORIZED"));
}

#[tokio::test]
async fn a_slow_request_creates_at_once_and_responds_late() {
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
async fn a_lost_response_creates_a_secret_and_closes_the_connection() {
    let bench = Bench::with(world_with(r#","loses_response":true"#)).await;
    assert!(bench.creating(PAYMENTS, CI_DEPLOYER, DAY).send().await.is_err());
    assert_eq!(bench.secrets(PAYMENTS, CI_DEPLOYER).await.len(), 1);
    assert_eq!(bench.atlas.secrets_created(), 1);
}
