//! What all endpoints have in common: versions, flags, headers, the recorded requests.

use serde_json::json;

use super::*;
use atlas_secret::demo::EmbeddedAtlas;
use atlas_secret::domain::Credentials;

use crate::support::atlas::SeenRequest;

const DAY: &str = r#"{"secretExpiresAfterHours":24}"#;

#[tokio::test]
async fn every_endpoint_needs_an_accept_header_with_its_version_or_a_later_one() {
    let bench = Bench::demo().await;
    let organization = "/api/atlas/v2/orgs/4888442a3354817a7320eb61/settings";
    let account = format!("{PAYMENTS}/serviceAccounts/{CI_DEPLOYER}");
    let accounts = format!("{PAYMENTS}/serviceAccounts");
    let rows = [
        ("/api/atlas/v2/groups", V2023, 200),
        (PAYMENTS, V2023, 200),
        (organization, V2023, 200),
        (organization, "application/vnd.atlas.2022-12-31+json", 400),
        (&accounts, V2024, 200),
        (&accounts, V2023, 400),
        (&account, V2024, 200),
        (&account, "application/vnd.atlas.2025-03-12+json", 200),
        (&account, "text/html, application/vnd.atlas.2024-08-05+json;q=0.9", 200),
        (&account, V2023, 400),
        (&account, "application/vnd.atlas.20240805+json", 400),
        (&account, "application/vnd.atlas.2024-08-05+csv", 400),
        (&account, "application/json", 400),
        (&account, "*/*", 400),
        (&account, "", 400),
    ];
    for (path, accept, status) in rows {
        let request = bench.bare(Method::GET, path).bearer_auth(&bench.token);
        let response = Response::of(request.header("accept", accept)).await;
        assert_eq!(response.status, status, "{path} {accept}");
        let version = if path.contains("serviceAccounts") { V2024 } else { V2023 };
        let content_type = if status == 200 { version } else { "application/json" };
        assert_eq!(response.header("content-type"), content_type, "{path} {accept}");
        assert!(status == 200 || response.error() == error(400, "INVALID_VERSION_DATE"), "{accept}");
    }
}

#[tokio::test]
async fn an_envelope_wraps_resources_and_errors() {
    let bench = Bench::demo().await;
    let plain = bench.get(PAYMENTS).await.json();
    let enveloped = bench.get(&format!("{PAYMENTS}?envelope=true")).await.json();
    assert_eq!(enveloped, json!({"status": 200, "content": plain}));

    let list = bench.get("/api/atlas/v2/groups?envelope=true").await.json();
    assert_eq!((&list["status"], list["results"].as_array().map(Vec::len)), (&json!(200), Some(3)));

    let missing = bench.get("/api/atlas/v2/groups/000000000000000000000000?envelope=true").await;
    assert_eq!(missing.status, 404, "the HTTP status is unchanged");
    let body = missing.json();
    assert_eq!((&body["status"], &body["content"]["errorCode"]), (&json!(404), &json!("GROUP_NOT_FOUND")));

    let path = format!("{PAYMENTS}/serviceAccounts/{CI_DEPLOYER}/secrets?envelope=true&pretty=true");
    let post = bench.request(Method::POST, &path).header("content-type", "application/json").body(DAY);
    let created = Response::of(post).await;
    assert_eq!((created.status.as_u16(), &created.json()["status"]), (201, &json!(201)));
    assert!(created.json()["content"]["secret"].is_string());
}

#[tokio::test]
async fn pretty_responses_have_several_lines() {
    let bench = Bench::demo().await;
    for (query, lines) in [("", 1), ("?pretty=false", 1), ("?pretty=true", 8), ("?pretty=yes", 1)] {
        let response = bench.get(&format!("{PAYMENTS}{query}")).await;
        assert_eq!((response.text.lines().count(), response.status.as_u16()), (lines, 200), "{query}");
    }
}

#[tokio::test]
async fn responses_have_a_date() {
    let bench = Bench::demo().await;
    for path in [PAYMENTS, "/api/atlas/v2/groups/000000000000000000000000"] {
        let response = bench.get(path).await;
        assert!(response.header("date").ends_with(" GMT"), "{path}");
    }
}

#[tokio::test]
async fn requests_are_recorded_in_order_and_without_credentials() {
    let bench = Bench::demo().await;
    let (id, secret) = bench.atlas.service_account();
    bench.sign_in(&id, &secret).await;
    let get = bench.request(Method::GET, "/api/atlas/v2/groups?pageNum=1");
    Response::of(get.header("user-agent", "atlas-secret/0 (test;fake)")).await;
    bench.create(PAYMENTS, CI_DEPLOYER, "{").await;
    let seen = bench.atlas.seen();
    let some = |text: &str| Some(text.to_owned());
    let expected = [
        SeenRequest {
            method: "POST".to_owned(),
            target: "/api/oauth/token".to_owned(),
            accept: some("*/*"),
            content_type: some("application/x-www-form-urlencoded"),
            authorization: some("Basic"),
            user_agent: None,
            status: 200,
        },
        SeenRequest {
            method: "GET".to_owned(),
            target: "/api/atlas/v2/groups?pageNum=1".to_owned(),
            accept: some(V2024),
            content_type: None,
            authorization: some("Bearer"),
            user_agent: some("atlas-secret/0 (test;fake)"),
            status: 200,
        },
        SeenRequest {
            method: "POST".to_owned(),
            target: format!("{PAYMENTS}/serviceAccounts/{CI_DEPLOYER}/secrets"),
            accept: some(V2024),
            content_type: some(V2024),
            authorization: some("Bearer"),
            user_agent: None,
            status: 400,
        },
    ];
    assert_eq!(seen, expected);
    let shown = format!("{seen:?} {:?}", bench.atlas.credentials());
    assert!(!shown.contains(&bench.token) && !shown.contains(&secret));
}

#[tokio::test]
async fn each_server_has_its_own_credentials() {
    let (one, two) = (Bench::demo().await, Bench::demo().await);
    let ((id, secret), (other_id, other_secret)) = (one.atlas.service_account(), two.atlas.service_account());
    assert!(id != other_id && secret != other_secret);
    assert_eq!(two.sign_in(&id, &secret).await.status, 401);
}

/// This is the server of `--demo` itself, not the one for tests.
#[tokio::test]
async fn dropping_the_server_closes_its_port() {
    let atlas = EmbeddedAtlas::start(World::demo().unwrap()).await.unwrap();
    let Credentials::ServiceAccount { client_id, client_secret } = atlas.credentials() else {
        panic!("the demo signs in a service account")
    };
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    let request = client.post(format!("{}/api/oauth/token", atlas.base_url()));
    let request = request.basic_auth(client_id.as_str(), Some(client_secret.expose_secret()));
    let request = form(request, "grant_type=client_credentials");
    assert_eq!(Response::of(request.try_clone().unwrap()).await.status, 200);
    assert!(!format!("{atlas:?}").contains(client_secret.expose_secret()));
    drop(atlas);
    // The task ends the next time the runtime polls it. From then on requests fail.
    while request.try_clone().unwrap().send().await.is_ok() {
        tokio::task::yield_now().await;
    }
}
