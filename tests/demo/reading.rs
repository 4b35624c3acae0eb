//! Projects, service accounts and settings; paging.

use serde_json::json;

use super::*;

fn names(list: &Value) -> Vec<&str> {
    list["results"].as_array().unwrap().iter().map(|one| one["name"].as_str().unwrap()).collect()
}

fn link<'a>(list: &'a Value, rel: &str) -> Option<&'a str> {
    let mut links = list["links"].as_array().unwrap().iter();
    links.find(|link| link["rel"] == rel).and_then(|link| link["href"].as_str())
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
        (
            SANDBOX,
            &[
                "refused-role-too-low",
                "slow-8-seconds",
                "limited-twice",
                "lost-gateway-page",
                "lost-connection-closed",
                "lost-connection-reset",
                "lost-cut-off",
                "lost-value-missing",
                "lost-no-answer",
                "lost-and-a-colleague",
                "failed-nothing-created",
            ],
        ),
    ];
    for (group, expected) in rows {
        let accounts = bench.get(&format!("{group}/serviceAccounts")).await.json();
        assert_eq!(names(&accounts), expected);
        assert_eq!(accounts["totalCount"], expected.len());
    }
}

#[tokio::test]
async fn a_project_and_an_account_have_the_fields_of_the_contract() {
    let bench = Bench::demo().await;
    let reply = bench.get(PAYMENTS).await;
    let mut project = reply.json();
    assert!(project["created"].as_str().unwrap().ends_with('Z'));
    project["created"] = "…".into();
    assert_eq!(
        project,
        json!({"clusterCount": 3, "created": "…", "id": "32b6e34b3d91647abb20e7b8", "links": [],
            "name": "payments-prod", "orgId": "4888442a3354817a7320eb61"})
    );
    let account = bench.get(&format!("{PAYMENTS}/serviceAccounts/{BILLING_EXPORT}")).await.json();
    assert_eq!(
        (&account["clientId"], &account["name"], &account["roles"]),
        (&json!(BILLING_EXPORT), &json!("billing-export"), &json!(["GROUP_DATA_ACCESS_READ_ONLY"]))
    );
    let secrets = account["secrets"].as_array().unwrap();
    assert_eq!(secrets[0]["maskedSecretValue"], "mdb_sa_sk_...9f3a");
    assert!(secrets[0]["lastUsedAt"].is_string() && secrets[1]["lastUsedAt"].is_null());
    assert!(secrets.iter().all(|secret| secret.get("secret").is_none()));
}

#[tokio::test]
async fn an_organization_tells_its_cap_where_it_has_one() {
    let bench = Bench::demo().await;
    let rows = [
        ("4888442a3354817a7320eb61", json!({"apiAccessListRequired": false})),
        (
            "5fa3b1c8d2e94f7061728394",
            json!({"apiAccessListRequired": false, "maxServiceAccountSecretValidityInHours": 720}),
        ),
    ];
    for (id, expected) in rows {
        assert_eq!(bench.get(&format!("/api/atlas/v2/orgs/{id}/settings")).await.json(), expected);
    }
}

#[tokio::test]
async fn a_list_comes_in_pages() {
    let bench = Bench::demo().await;
    let base = bench.atlas.base_url();
    let list = "/api/atlas/v2/groups";
    let rows: [(_, &[&str], Option<u32>, Option<u32>); 4] = [
        ("?itemsPerPage=2", &["payments-prod", "analytics-staging"], None, Some(2)),
        ("?itemsPerPage=2&pageNum=2", &["platform-sandbox"], Some(1), None),
        ("?itemsPerPage=2&pageNum=3", &[], Some(2), None),
        ("?itemsPerPage=3", &["payments-prod", "analytics-staging", "platform-sandbox"], None, None),
    ];
    for (query, expected, previous, next) in rows {
        let page = bench.get(&format!("{list}{query}")).await.json();
        assert_eq!(names(&page), expected, "{query}");
        let href = |number: u32| format!("{base}{list}?includeCount=true&itemsPerPage=2&pageNum={number}");
        assert_eq!(link(&page, "previous").map(str::to_owned), previous.map(href), "{query}");
        assert_eq!(link(&page, "next").map(str::to_owned), next.map(href), "{query}");
        assert!(link(&page, "self").is_some());
    }
    let uncounted = bench.get(&format!("{list}?includeCount=false")).await.json();
    assert_eq!(uncounted.get("totalCount"), None);
}

#[tokio::test]
async fn paging_out_of_range_is_refused() {
    let bench = Bench::demo().await;
    let accounts = format!("{PAYMENTS}/serviceAccounts");
    for list in ["/api/atlas/v2/groups", accounts.as_str()] {
        for query in ["itemsPerPage=0", "itemsPerPage=501", "pageNum=0", "pageNum=x", "pageNum=-1"] {
            let reply = bench.get(&format!("{list}?{query}")).await;
            assert_eq!(reply.error(), error(400, "VALIDATION_ERROR"), "{query}");
        }
        assert_eq!(bench.get(&format!("{list}?itemsPerPage=500")).await.status, 200);
        let beyond = bench.get(&format!("{list}?pageNum=18446744073709551615")).await;
        assert_eq!(beyond.json()["results"], json!([]));
    }
}

#[tokio::test]
async fn what_is_not_there_is_not_found() {
    let bench = Bench::demo().await;
    let nobody = "mdb_sa_id_000000000000000000000000";
    let rows = [
        ("/api/atlas/v2/groups/000000000000000000000000".to_owned(), "GROUP_NOT_FOUND"),
        (
            format!("/api/atlas/v2/groups/000000000000000000000000/serviceAccounts/{CI_DEPLOYER}"),
            "GROUP_NOT_FOUND",
        ),
        (format!("{PAYMENTS}/serviceAccounts/{nobody}"), "RESOURCE_NOT_FOUND"),
        (format!("{ANALYTICS}/serviceAccounts/{CI_DEPLOYER}"), "RESOURCE_NOT_FOUND"),
        ("/api/atlas/v2/orgs/000000000000000000000000/settings".to_owned(), "RESOURCE_NOT_FOUND"),
        ("/api/atlas/v2/clusters".to_owned(), "RESOURCE_NOT_FOUND"),
        ("/".to_owned(), "RESOURCE_NOT_FOUND"),
    ];
    for (path, code) in rows {
        assert_eq!(bench.get(&path).await.error(), error(404, code), "{path}");
    }
    let body = bench.get("/api/atlas/v2/groups/000000000000000000000000").await.json();
    assert_eq!(
        body,
        json!({"error": 404, "errorCode": "GROUP_NOT_FOUND", "reason": "Not Found",
            "detail": "No group with ID 000000000000000000000000 exists.",
            "parameters": ["000000000000000000000000"]})
    );
}

#[tokio::test]
async fn ids_that_do_not_fit_are_invalid() {
    let bench = Bench::demo().await;
    let project = |id: &str| format!("/api/atlas/v2/groups/{id}");
    let account = |id: &str| format!("{PAYMENTS}/serviceAccounts/{id}");
    let rows = [
        (project("32b6e34b3d91647abb20e7b9"), 404),
        (project("32B6E34B3D91647ABB20E7B8"), 400),
        (project("32b6e34b3d91647abb20e7b"), 400),
        (project("32b6e34b3d91647abb20e7b8a"), 400),
        (project("32b6e34b3d91647abb20e7bg"), 400),
        (project(""), 400),
        (project("short/serviceAccounts"), 400),
        (account("mdb_sa_id_1234567890ABCDEF12345678"), 404),
        (account("mdb_sa_id_1234567890abcdef1234567"), 404),
        (account("mdb_sa_sk_1234567890abcdef12345678"), 404),
        (account("1234567890abcdef12345678"), 404),
        ("/api/atlas/v2/orgs/short/settings".to_owned(), 400),
    ];
    for (path, status) in rows {
        let reply = bench.get(&path).await;
        assert_eq!(reply.status, status, "{path}");
        assert!(status == 404 || reply.error() == error(400, "VALIDATION_ERROR"), "{path}");
    }
    let reply = bench.delete(PAYMENTS, CI_DEPLOYER, "short").await;
    assert_eq!(reply.error(), error(400, "VALIDATION_ERROR"));
}

#[tokio::test]
async fn organizations_are_listed_and_named() {
    let bench = Bench::demo().await;
    let list = bench.get("/api/atlas/v2/orgs").await.json();
    let first = &list["results"][0];
    assert_eq!((&first["name"], &list["totalCount"]), (&json!("example-payments"), &json!(3)));
    let id = first["id"].as_str().unwrap();
    assert_eq!(bench.get(&format!("/api/atlas/v2/orgs/{id}")).await.json()["id"], *id);
    let unknown = bench.get("/api/atlas/v2/orgs/0000000000000000000000ff").await;
    assert_eq!(unknown.error(), error(404, "RESOURCE_NOT_FOUND"));
    assert_eq!(unknown.header("x-error-code"), "RESOURCE_NOT_FOUND");
}

#[tokio::test]
async fn accounts_say_that_the_system_does_not_manage_them() {
    let bench = Bench::demo().await;
    let account = bench.get(&format!("{PAYMENTS}/serviceAccounts/{CI_DEPLOYER}")).await.json();
    assert_eq!(account["systemManaged"], json!(false));
}
