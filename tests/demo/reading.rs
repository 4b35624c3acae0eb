//! Reading projects, service accounts and settings, and paging.

use serde_json::json;

use super::*;

fn names(list: &Value) -> Vec<&str> {
    list["results"].as_array().unwrap().iter().map(|one| one["name"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn the_demo_has_an_account_for_every_situation() {
    let bench = Bench::demo().await;
    let groups = bench.get("/api/atlas/v2/groups").await.json();
    assert_eq!(names(&groups), ["payments-prod", "analytics-staging", "platform-sandbox"]);
    assert_eq!(groups["totalCount"], 3);
    let rows: [(&str, &[&str]); 3] = [
        (
            PAYMENTS,
            &[
                "ci-deployer",
                "billing-export",
                "nightly-backup",
                "invoice-mailer",
                "ledger-archiver",
                "admin-laptop",
            ],
        ),
        (ANALYTICS, &["capped-at-30-days"]),
        (SANDBOX, &["refused-role-too-low", "slow-8-seconds", "limited-twice", "lost-response"]),
    ];
    for (group, expected) in rows {
        let accounts = bench.get(&format!("{group}/serviceAccounts")).await.json();
        assert_eq!(names(&accounts), expected);
        assert_eq!(accounts["totalCount"], expected.len());
    }
}

#[tokio::test]
async fn projects_and_accounts_have_the_documented_fields() {
    let bench = Bench::demo().await;
    let response = bench.get(PAYMENTS).await;
    let mut project = response.json();
    assert!(project["created"].as_str().unwrap().ends_with('Z'));
    project["created"] = "…".into();
    assert_eq!(
        project,
        json!({"clusterCount": 0, "created": "…", "id": "32b6e34b3d91647abb20e7b8", "links": [],
            "name": "payments-prod", "orgId": "4888442a3354817a7320eb61"})
    );
    let account = bench.get(&format!("{PAYMENTS}/serviceAccounts/{BILLING_EXPORT}")).await.json();
    assert_eq!(
        (&account["clientId"], &account["name"], &account["roles"]),
        (&json!(BILLING_EXPORT), &json!("billing-export"), &json!(["GROUP_DATA_ACCESS_READ_ONLY"]))
    );
    assert_eq!(account["systemManaged"], json!(false));
    let secrets = account["secrets"].as_array().unwrap();
    assert_eq!(secrets[0]["maskedSecretValue"], "mdb_sa_sk_...9f3a");
    assert!(secrets[0]["lastUsedAt"].is_string() && secrets[1]["lastUsedAt"].is_null());
    assert!(secrets.iter().all(|secret| secret.get("secret").is_none()));
}

#[tokio::test]
async fn an_organization_reports_its_maximum_lifetime_if_it_has_one() {
    let bench = Bench::demo().await;
    for (id, cap) in [("4888442a3354817a7320eb61", json!(null)), ("5fa3b1c8d2e94f7061728394", json!(720))] {
        let settings = bench.get(&format!("/api/atlas/v2/orgs/{id}/settings")).await.json();
        assert_eq!(settings["maxServiceAccountSecretValidityInHours"], cap);
    }
    let list = bench.get("/api/atlas/v2/orgs").await.json();
    assert_eq!((&list["results"][0]["name"], &list["totalCount"]), (&json!("example-payments"), &json!(3)));
}

#[tokio::test]
async fn lists_are_paged() {
    let bench = Bench::demo().await;
    let list = format!("{}/api/atlas/v2/groups?itemsPerPage=2&pageNum=2", bench.atlas.base_url());
    let rows: [(_, &[&str], Option<&str>); 4] = [
        ("itemsPerPage=2", &["payments-prod", "analytics-staging"], Some(&list)),
        ("itemsPerPage=2&pageNum=2", &["platform-sandbox"], None),
        ("itemsPerPage=2&pageNum=3", &[], None),
        ("itemsPerPage=3", &["payments-prod", "analytics-staging", "platform-sandbox"], None),
    ];
    for (query, expected, next) in rows {
        let page = bench.get(&format!("/api/atlas/v2/groups?{query}")).await.json();
        assert_eq!((names(&page), &page["totalCount"]), (expected.to_vec(), &json!(3)), "{query}");
        assert_eq!(page["links"][0]["href"].as_str(), next, "{query}");
    }
}

#[tokio::test]
async fn paging_out_of_range_is_an_error() {
    let bench = Bench::demo().await;
    let accounts = format!("{PAYMENTS}/serviceAccounts");
    for list in ["/api/atlas/v2/groups", accounts.as_str()] {
        for query in ["itemsPerPage=0", "itemsPerPage=501", "pageNum=0", "pageNum=x", "pageNum=-1"] {
            let response = bench.get(&format!("{list}?{query}")).await;
            assert_eq!(response.error(), error(400, "VALIDATION_ERROR"), "{query}");
        }
        assert_eq!(bench.get(&format!("{list}?itemsPerPage=500")).await.status, 200);
        let beyond = bench.get(&format!("{list}?pageNum=18446744073709551615")).await;
        assert_eq!(beyond.json()["results"], json!([]));
    }
}

#[tokio::test]
async fn unknown_resources_are_not_found() {
    let bench = Bench::demo().await;
    let unknown_account = "mdb_sa_id_000000000000000000000000";
    let rows = [
        ("/api/atlas/v2/groups/000000000000000000000000".to_owned(), "GROUP_NOT_FOUND"),
        (
            format!("/api/atlas/v2/groups/000000000000000000000000/serviceAccounts/{CI_DEPLOYER}"),
            "GROUP_NOT_FOUND",
        ),
        (format!("{PAYMENTS}/serviceAccounts/{unknown_account}"), "RESOURCE_NOT_FOUND"),
        (format!("{ANALYTICS}/serviceAccounts/{CI_DEPLOYER}"), "RESOURCE_NOT_FOUND"),
        ("/api/atlas/v2/orgs/000000000000000000000000/settings".to_owned(), "RESOURCE_NOT_FOUND"),
        ("/api/atlas/v2/clusters".to_owned(), "RESOURCE_NOT_FOUND"),
        ("/".to_owned(), "RESOURCE_NOT_FOUND"),
        ("/api/oauth/token".to_owned(), "RESOURCE_NOT_FOUND"),
        (format!("{PAYMENTS}/serviceAccounts/{CI_DEPLOYER}/secrets"), "RESOURCE_NOT_FOUND"),
    ];
    for (path, code) in rows {
        let response = bench.get(&path).await;
        assert_eq!((response.error(), response.header("x-error-code")), (error(404, code), code), "{path}");
    }
    let body = bench.get("/api/atlas/v2/groups/000000000000000000000000").await.json();
    assert_eq!(
        body,
        json!({"error": 404, "errorCode": "GROUP_NOT_FOUND", "reason": "Not Found",
            "detail": "No group with ID 000000000000000000000000 exists.",
            "parameters": ["000000000000000000000000"]})
    );
}
