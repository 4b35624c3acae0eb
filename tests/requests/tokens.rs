//! Tokens: fetched once, used until they expire, renewed after a 401, and revoked.

use std::time::Duration;

use atlas_secret::atlas::{Client, ClientOptions, Limits};
use atlas_secret::domain::{ApiError, Cause, Credentials, Phase};

use super::support::fixtures::{
    CLIENT, CLIENT_SECRET, account_ref, client, client_id, new_secret, served, with_access_token,
    with_service_account,
};
use super::support::raw_server::{RawServer, Reply, json, response};
use super::{ACCOUNT, TOKEN, oauth};

const OTHER_TOKEN: &str = r#"{"access_token":"FAKE-second","expires_in":3600,"token_type":"Bearer"}"#;
pub const UNAUTHORIZED: &str =
    r#"{"error":401,"errorCode":"UNEXPECTED_ERROR","detail":"You are not authorized."}"#;

#[tokio::test]
async fn a_token_is_requested_with_basic_authentication() {
    let server = RawServer::start(vec![json(200, TOKEN)]).await;
    client(with_service_account(&server.url)).sign_in().await.unwrap();
    let pair = format!("{CLIENT}:{CLIENT_SECRET}");
    assert_eq!(server.normalized(0), oauth("token", &pair, "", "grant_type=client_credentials"));
}

#[tokio::test]
async fn the_login_secret_is_identified_by_its_end() {
    let login = client(with_service_account("http://127.0.0.1:1")).login().unwrap();
    assert_eq!((login.client, login.ends_with.as_str()), (client_id(), "cret"));
    assert_eq!(client(with_access_token("http://127.0.0.1:1")).login(), None);
    // Four characters of a short secret would reveal too much of it.
    for (length, ends_with) in [(15, ""), (16, "cdef")] {
        let client_secret = "0123456789abcdef"[16 - length..].into();
        let credentials = Credentials::ServiceAccount { client_id: client_id(), client_secret };
        let settings = ClientOptions { credentials, ..with_access_token("http://127.0.0.1:1") };
        assert_eq!(client(settings).login().unwrap().ends_with.as_str(), ends_with, "{length}");
    }
}

#[tokio::test]
async fn a_fetched_token_is_revoked_once() {
    let (server, client) = served(with_service_account, vec![json(200, TOKEN), response(200, "", "")]).await;
    client.sign_in().await.unwrap();
    client.revoke().await;
    client.revoke().await;
    let pair = format!("{CLIENT}:{CLIENT_SECRET}");
    let body = "token=FAKE-minted.token%2B1&token_type_hint=access_token";
    assert_eq!(server.normalized(1), oauth("revoke", &pair, "", body));
    assert_eq!(server.requests().len(), 2);
}

#[tokio::test]
async fn a_token_that_is_still_being_fetched_is_revoked_too() {
    let (server, client) = served(with_service_account, vec![json(200, TOKEN), response(200, "", "")]).await;
    let (signed_in, ()) = tokio::join!(client.sign_in(), client.revoke());
    assert_eq!(signed_in, Ok(()));
    assert_eq!(server.count("POST", "/revoke"), 1);
}

#[tokio::test]
async fn an_access_token_needs_no_sign_in_and_is_never_revoked() {
    let (server, client) = served(with_access_token, Vec::new()).await;
    client.sign_in().await.unwrap();
    client.revoke().await;
    assert_eq!(server.requests().len(), 0);
}

#[tokio::test]
async fn a_token_is_renewed_when_five_minutes_or_less_are_left() {
    let (server, lasting) = served(with_service_account, vec![json(200, TOKEN)]).await;
    lasting.sign_in().await.unwrap();
    lasting.sign_in().await.unwrap();
    assert_eq!(server.count("POST", "/token"), 1);

    let short = r#"{"access_token":"FAKE-short","expires_in":300}"#;
    let (server, renewing) =
        served(with_service_account, vec![json(200, short), json(200, TOKEN), json(200, ACCOUNT)]).await;
    renewing.sign_in().await.unwrap();
    renewing.service_account(&account_ref()).await.unwrap();
    assert_eq!(server.count("POST", "/token"), 2);
    assert!(server.normalized(2).contains("Bearer FAKE-minted.token+1"));
}

#[tokio::test]
async fn an_unauthorized_read_signs_in_again_once() {
    let (server, client) = served(
        with_service_account,
        vec![
            json(200, TOKEN),
            json(401, UNAUTHORIZED),
            json(200, OTHER_TOKEN),
            json(200, ACCOUNT),
            response(200, "", ""),
            response(200, "", ""),
        ],
    )
    .await;
    client.service_account(&account_ref()).await.unwrap();
    assert!(server.normalized(1).contains("Bearer FAKE-minted.token+1"));
    assert!(server.normalized(3).contains("Bearer FAKE-second"));
    // Both tokens were fetched by this client, so it revokes both.
    client.revoke().await;
    assert_eq!(server.count("POST", "/revoke"), 2);
}

#[tokio::test]
async fn a_second_unauthorized_read_does_not_sign_in_again() {
    let server = RawServer::start(vec![
        json(200, TOKEN),
        json(401, UNAUTHORIZED),
        json(200, OTHER_TOKEN),
        json(401, UNAUTHORIZED),
        json(200, TOKEN),
    ])
    .await;
    let error = client(with_service_account(&server.url)).service_account(&account_ref()).await.unwrap_err();
    assert!(
        matches!(error, ApiError { cause: Cause::Rejected(rejection), .. } if rejection.status == 401),
        "not a refusal"
    );
    assert_eq!(server.requests().len(), 4);
}

#[tokio::test]
async fn a_rejected_access_token_is_not_retried() {
    let (server, client) = served(with_access_token, vec![json(401, UNAUTHORIZED), json(200, ACCOUNT)]).await;
    assert!(client.service_account(&account_ref()).await.is_err());
    assert_eq!(server.requests().len(), 1);
}

#[tokio::test]
async fn an_unauthorized_create_does_not_sign_in_again() {
    let (server, client) =
        served(with_service_account, vec![json(200, TOKEN), json(401, UNAUTHORIZED), json(200, TOKEN)]).await;
    client.sign_in().await.unwrap();
    let outcome = client.create_secret(&new_secret()).await;
    assert!(matches!(outcome, Err(ApiError { cause: Cause::Rejected(_), .. })), "{outcome:?}");
    assert_eq!(server.requests().len(), 2);
}

#[tokio::test]
async fn creating_before_signing_in_sends_nothing() {
    let server = RawServer::start(Vec::new()).await;
    let outcome = client(with_service_account(&server.url)).create_secret(&new_secret()).await;
    assert!(
        matches!(outcome, Err(ApiError { phase: Phase::NotSent, cause: Cause::Setup(_), .. })),
        "{outcome:?}"
    );
    assert_eq!(server.requests().len(), 0);
}

#[tokio::test]
async fn concurrent_sign_ins_share_a_token() {
    let (server, client) = served(with_service_account, vec![json(200, TOKEN), json(200, OTHER_TOKEN)]).await;
    let (one, other) = tokio::join!(client.sign_in(), client.sign_in());
    assert_eq!((one, other), (Ok(()), Ok(())));
    assert_eq!(server.requests().len(), 1);
}

#[tokio::test]
async fn revoking_times_out() {
    let server = RawServer::start(vec![json(200, TOKEN), Reply::ThenSilence(Vec::new())]).await;
    let limits = Limits { revoke: Duration::from_millis(20), ..Default::default() };
    let client = Client::with_limits(with_service_account(&server.url), limits).unwrap();
    client.sign_in().await.unwrap();
    client.revoke().await;
    assert_eq!((server.count("POST", "/token"), server.count("POST", "/revoke")), (1, 1));
}
