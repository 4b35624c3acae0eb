//! The raw requests, compared to requests written by hand.

#![expect(clippy::unwrap_used, reason = "a test panics on failure")]

#[path = "../support/mod.rs"]
pub mod support;

mod connections;
mod deleting;
mod tokens;
mod verify;

use atlas_secret::atlas::Client;
use atlas_secret::domain::{
    ApiError, Cause, OrganizationId, OrganizationSettings, Project, QueryFlags, SecretId, ServerText,
};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use support::fixtures::{
    account_ref, client, client_id, new_secret, project, served, with_access_token, with_service_account,
};
use support::raw_server::{RawServer, Reply, json, response};

const TOKEN: &str = r#"{"access_token":"FAKE-minted.token+1","expires_in":3600,"token_type":"Bearer"}"#;
const ACCOUNT: &str =
    r#"{"clientId":"mdb_sa_id_1234567890abcdef12345678","name":"ci","roles":[],"secrets":[]}"#;
const CREATED: &str = r#"{"id":"32b6e34b3d91647abb20e7b9","secret":"mdb_sa_sk_FAKEfakeFAKE"}"#;

/// A request to an OAuth endpoint with this pair of credentials.
fn oauth(endpoint: &str, pair: &str, more_headers: &str, body: &str) -> String {
    format!(
        "POST /api/oauth/{endpoint} HTTP/1.1\naccept: application/json\nauthorization: Basic {}\n{more_headers}\
         content-length: {}\ncontent-type: application/x-www-form-urlencoded\n\n{body}",
        BASE64_STANDARD.encode(pair),
        body.len()
    )
}

#[tokio::test]
async fn an_account_is_read_with_the_token() {
    let (server, client) = served(with_service_account, vec![json(200, TOKEN), json(200, ACCOUNT)]).await;
    client.sign_in().await.unwrap();
    let account = client.service_account(&account_ref()).await.unwrap();
    assert_eq!(account.name.as_str(), "ci");
    assert_eq!(
        server.normalized(1),
        "GET /api/atlas/v2/groups/32b6e34b3d91647abb20e7b8/serviceAccounts/mdb_sa_id_1234567890abcdef12345678 HTTP/1.1\n\
         accept: application/vnd.atlas.2024-08-05+json\n\
         authorization: Bearer FAKE-minted.token+1\n\
         \n"
    );
}

/// Atlas or a proxy may just have closed the idle connection.
#[tokio::test]
async fn a_read_whose_connection_broke_is_sent_once_more() {
    for (broken, is_read) in [(1, true), (2, false)] {
        let mut script: Vec<Reply> = (0..broken).map(|_| Reply::Bytes(Vec::new())).collect();
        script.push(json(200, ACCOUNT));
        let (server, client) = served(with_access_token, script).await;
        assert_eq!(client.service_account(&account_ref()).await.is_ok(), is_read, "{broken}");
        assert_eq!(server.requests().len(), 2, "{broken}");
    }
}

/// As from a cache. Its secrets would decide what creating changes.
#[tokio::test]
async fn another_account_than_the_one_asked_for_is_not_used() {
    let other = ACCOUNT.replace("1234567890abcdef12345678", "ffffffffffffffffffffffff");
    let (_server, client) = served(with_access_token, vec![json(200, &other)]).await;
    let error = client.service_account(&account_ref()).await.unwrap_err();
    assert_eq!(error.cause, Cause::Unexpected { status: 200 });
}

#[tokio::test]
async fn an_account_has_the_time_of_the_response() {
    let rows = [
        ("", None),
        ("Date: soon\r\n", None),
        ("Date: Mon, 23 Nov 2026 18:14:02 GMT\r\n", Some("2026-11-23T18:14:02Z")),
    ];
    for (header, expected) in rows {
        let (_server, client) = served(with_access_token, vec![response(200, header, ACCOUNT)]).await;
        let account = client.service_account(&account_ref()).await.unwrap();
        assert_eq!(account.read_at, expected.map(|time| time.parse().unwrap()), "{header}");
    }
}

#[tokio::test]
async fn lists_are_paged_and_the_probe_reads_one_project() {
    const LIST: &str = r#"{"results":[{"id":"32b6e34b3d91647abb20e7b8","name":"payments"}],"totalCount":1}"#;
    const ACCOUNTS: &str = r#"{"results":[{"clientId":"mdb_sa_id_1234567890abcdef12345678","name":"ci"}]}"#;
    let (server, client) = served(
        with_access_token,
        vec![json(200, LIST), json(200, ACCOUNTS), json(200, LIST), json(401, tokens::UNAUTHORIZED)],
    )
    .await;
    let projects = client.projects(3).await.unwrap();
    assert_eq!((projects.entries[0].name.as_str(), projects.is_last), ("payments", true));
    let accounts = client.service_accounts(&project(), 2).await.unwrap();
    assert_eq!(accounts.entries[0].client, client_id());
    client.probe().await.unwrap();
    assert!(matches!(client.probe().await, Err(ApiError { cause: Cause::Rejected(_), .. })));
    let targets: Vec<String> =
        (0..4).map(|index| server.normalized(index).lines().next().unwrap().to_owned()).collect();
    assert_eq!(
        targets,
        [
            "GET /api/atlas/v2/groups?itemsPerPage=500&pageNum=3 HTTP/1.1",
            "GET /api/atlas/v2/groups/32b6e34b3d91647abb20e7b8/serviceAccounts?itemsPerPage=500&pageNum=2 HTTP/1.1",
            "GET /api/atlas/v2/groups?itemsPerPage=1 HTTP/1.1",
            "GET /api/atlas/v2/groups?itemsPerPage=1 HTTP/1.1",
        ]
    );
}

#[tokio::test]
async fn a_project_is_read_by_its_id() {
    let organization = OrganizationId::from_server("4888442a3354817a7320eb61");
    let rows = [
        (
            r#"{"id":"32b6e34b3d91647abb20e7b8","name":"payments-prod","orgId":"4888442a3354817a7320eb61","clusterCount":3}"#,
            Ok(Project { name: ServerText::new("payments-prod"), organization }),
        ),
        (
            r#"{"name":"\u001b[2Jpayments","orgId":"../../up"}"#,
            Ok(Project { name: ServerText::new("[2Jpayments"), organization: None }),
        ),
        ("{}", Err(ApiError::sent(Cause::Unexpected { status: 200 }))),
        // A cache answered with another project.
        (
            r#"{"id":"32b6e34b3d91647abb20e7b9","name":"other"}"#,
            Err(ApiError::sent(Cause::Unexpected { status: 200 })),
        ),
        ("<html>", Err(ApiError::sent(Cause::Unexpected { status: 200 }))),
    ];
    for (body, expected) in rows {
        let server = RawServer::start(vec![json(200, body)]).await;
        assert_eq!(client(with_access_token(&server.url)).project(&project()).await, expected, "{body}");
        assert_eq!(
            server.normalized(0),
            "GET /api/atlas/v2/groups/32b6e34b3d91647abb20e7b8 HTTP/1.1\n\
             accept: application/vnd.atlas.2023-01-01+json\n\
             authorization: Bearer FAKE-access-token\n\
             \n"
        );
        assert_eq!(server.requests().len(), 1);
    }
}

#[tokio::test]
async fn the_maximum_lifetime_of_an_organization_is_read() {
    let settings = |longest_secret_hours| Ok(OrganizationSettings { longest_secret_hours });
    let capped = |cap| format!(r#"{{"maxServiceAccountSecretValidityInHours":{cap}}}"#);
    let rows = [
        (r#"{"apiAccessListRequired":true,"multiFactorAuthRequired":true}"#.to_owned(), settings(None)),
        ("{}".to_owned(), settings(None)),
        (capped("720"), settings(Some(720))),
        (capped("2147483647"), settings(Some(2_147_483_647))),
        (capped("2147483648"), settings(None)),
        (capped("0"), settings(None)),
        (capped("-720"), settings(None)),
        (capped("720.5"), settings(None)),
        (capped("\"720\""), settings(None)),
        (capped("null"), settings(None)),
        ("[]".to_owned(), Err(ApiError::sent(Cause::Unexpected { status: 200 }))),
        ("<html>".to_owned(), Err(ApiError::sent(Cause::Unexpected { status: 200 }))),
    ];
    let organization = OrganizationId::from_server("4888442a3354817a7320eb61").unwrap();
    for (body, expected) in rows {
        let (server, client) = served(with_access_token, vec![json(200, &body)]).await;
        assert_eq!(client.organization_settings(&organization).await, expected, "{body}");
        assert_eq!(
            server.normalized(0),
            "GET /api/atlas/v2/orgs/4888442a3354817a7320eb61/settings HTTP/1.1\n\
             accept: application/vnd.atlas.2023-01-01+json\n\
             authorization: Bearer FAKE-access-token\n\
             \n"
        );
        assert_eq!(server.requests().len(), 1);
    }
}

#[tokio::test]
async fn a_response_may_have_at_most_one_mebibyte() {
    let padded = |length: usize| format!("{ACCOUNT}{}", " ".repeat(length - ACCOUNT.len()));
    let (_server, client) =
        served(with_access_token, vec![json(200, &padded(1 << 20)), json(200, &padded((1 << 20) + 1))]).await;
    assert!(client.service_account(&account_ref()).await.is_ok());
    let too_large = client.service_account(&account_ref()).await;
    assert_eq!(too_large, Err(ApiError::sent(Cause::Unexpected { status: 200 })));
}

#[tokio::test]
async fn an_unknown_project_is_a_rejection() {
    let body = r#"{"error":404,"errorCode":"GROUP_NOT_FOUND","detail":"No group."}"#;
    let server = RawServer::start(vec![json(404, body)]).await;
    let error = client(with_access_token(&server.url)).project(&project()).await.unwrap_err();
    assert!(matches!(error, ApiError { cause: Cause::Rejected(rejection), .. } if rejection.status == 404));
}

#[tokio::test]
async fn a_secret_is_created_by_one_post() {
    let rows = [
        (false, false, ""),
        (true, false, "?envelope=true"),
        (false, true, "?pretty=true"),
        (true, true, "?envelope=true&pretty=true"),
    ];
    for (envelope, pretty, query) in rows {
        let server = RawServer::start(vec![json(201, CREATED)]).await;
        let mut settings = with_access_token(&server.url);
        settings.query_flags = QueryFlags { envelope, pretty };
        let outcome = client(settings).create_secret(&new_secret()).await;
        assert!(outcome.is_ok(), "{outcome:?}");
        assert_eq!(
            server.normalized(0),
            format!(
                "POST /api/atlas/v2/groups/32b6e34b3d91647abb20e7b8/serviceAccounts/\
                 mdb_sa_id_1234567890abcdef12345678/secrets{query} HTTP/1.1\n\
                 accept: application/vnd.atlas.2024-08-05+json\n\
                 authorization: Bearer FAKE-access-token\n\
                 connection: close\n\
                 content-length: 31\n\
                 content-type: application/vnd.atlas.2024-08-05+json\n\
                 \n\
                 {{\"secretExpiresAfterHours\":720}}"
            )
        );
        assert_eq!(server.requests().len(), 1);
    }
}

#[tokio::test]
async fn the_query_flags_only_apply_to_the_creating_post() {
    let server = RawServer::start(vec![json(200, ACCOUNT), response(204, "", "")]).await;
    let mut settings = with_access_token(&server.url);
    settings.query_flags = QueryFlags { envelope: true, pretty: true };
    let client = client(settings);
    client.service_account(&account_ref()).await.unwrap();
    delete(&client).await.unwrap();
    assert!(server.requests().iter().all(|request| !request.contains('?')));
}

async fn delete(client: &Client) -> Result<(), ApiError> {
    let secret_id = SecretId::from_server("32b6e34b3d91647abb20e7b9").unwrap();
    client.delete_secret(&account_ref(), &secret_id).await
}

#[tokio::test]
async fn a_secret_is_deleted_by_its_id() {
    let (server, client) = served(with_access_token, vec![response(204, "", "")]).await;
    assert_eq!(delete(&client).await, Ok(()));
    assert_eq!(
        server.normalized(0),
        "DELETE /api/atlas/v2/groups/32b6e34b3d91647abb20e7b8/serviceAccounts/\
         mdb_sa_id_1234567890abcdef12345678/secrets/32b6e34b3d91647abb20e7b9 HTTP/1.1\n\
         accept: application/vnd.atlas.2024-08-05+json\n\
         authorization: Bearer FAKE-access-token\n\
         \n"
    );
}

#[tokio::test]
async fn redirects_are_not_followed() {
    let other_server = RawServer::start(Vec::new()).await;
    let location = format!("Location: {}/\r\n", other_server.url);
    let redirect = || response(307, &location, "");
    let (server, reading) = served(with_access_token, vec![redirect(), redirect(), redirect()]).await;
    let error = reading.service_account(&account_ref()).await;
    let redirected = || Cause::Redirected { status: 307, host: ServerText::new("127.0.0.1") };
    assert_eq!(error, Err(ApiError::sent(redirected())));
    assert_eq!(delete(&reading).await, Err(ApiError::sent(redirected())));
    let signing_in = client(with_service_account(&server.url)).sign_in().await;
    assert_eq!(signing_in, Err(ApiError::not_sent(redirected())));
    assert_eq!(other_server.requests().len(), 0);
}

/// A process cannot change its environment safely, so this runs another test of this binary in a new process with
/// invalid proxies.
#[test]
fn loopback_ignores_proxies() {
    let nowhere = "http://127.0.0.1:1";
    let output = std::process::Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "a_secret_is_created_by_one_post"])
        .env("HTTP_PROXY", nowhere)
        .env("http_proxy", nowhere)
        .env("ALL_PROXY", nowhere)
        .env_remove("NO_PROXY")
        .env_remove("no_proxy")
        // hyper ignores HTTP_PROXY if this variable is set, because then the process may be a CGI script.
        .env_remove("REQUEST_METHOD")
        .output()
        .unwrap();
    let report = String::from_utf8_lossy(&output.stdout);
    assert!(report.contains("1 passed"), "{report}");
}
