//! Verifying a new secret: the requests, their number, and what a response proves.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use super::oauth;
use super::support::atlas::TestAtlas;
use super::support::fixtures::{
    CLIENT, SECRET, client_id, new_secret, with_access_token, with_service_account, world_with,
};
use super::support::raw_server::{RawServer, Reply, head_and_body, json, response};
use atlas_secret::atlas::{Client, ClientOptions, Limits};
use atlas_secret::demo::Atlas;
use atlas_secret::domain::{ApiError, Cause, QueryFlags, Rejection, ServerText};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD as STANDARD;
use hyper::http::request::Parts;
use secrecy::SecretString;

const TOKEN: &str = r#"{"access_token":"FAKE-proof.token+1","expires_in":3600,"token_type":"Bearer"}"#;
const INVALID: &str = r#"{"error_description":"Invalid credentials provided.","error":"invalid_client"}"#;
const LIMITED: &str =
    r#"{"error":429,"errorCode":"RATE_LIMITED","detail":"limited to 50 requests every 1 minutes"}"#;

/// The default limits with shorter pauses.
fn quick_limits() -> Limits {
    Limits { verify_pauses: [Duration::from_millis(1), Duration::from_millis(2)], ..Limits::default() }
}

fn client(server: &RawServer, limits: Limits) -> Client {
    Client::with_limits(with_access_token(&server.url), limits).unwrap()
}

async fn verify(client: &Client) -> Result<(), ApiError> {
    client.verify(&client_id(), &SecretString::from(SECRET)).await
}

/// Verifies with these replies. `requests` is the expected number of requests.
async fn check(replies: Vec<Reply>, expected: Result<(), ApiError>, requests: usize) {
    let shown: String = format!("{replies:?}").chars().take(300).collect();
    let server = RawServer::start(replies).await;
    let outcome = verify(&client(&server, quick_limits())).await;
    assert_eq!(outcome, expected, "{shown}");
    assert_eq!(server.requests().len(), requests, "{shown}");
    assert!(!format!("{outcome:?}").contains("FAKE"), "{outcome:?}");
}

fn refused() -> Result<(), ApiError> {
    Err(ApiError::sent(Cause::SignInRefused {
        status: 401,
        message: ServerText::new("Invalid credentials provided."),
    }))
}

fn unexpected(status: u16) -> Result<(), ApiError> {
    Err(ApiError::sent(Cause::Unexpected { status }))
}

#[tokio::test]
async fn verifying_fetches_a_token_and_revokes_it() {
    let server = RawServer::start(vec![json(200, TOKEN), response(200, "", "")]).await;
    assert_eq!(verify(&client(&server, quick_limits())).await, Ok(()));
    // Both requests use the new secret's credentials, never those of the session.
    let pair = format!("{CLIENT}:{SECRET}");
    let token = oauth("token", &pair, "connection: close\n", "grant_type=client_credentials");
    let revoke = "token=FAKE-proof.token%2B1&token_type_hint=access_token";
    let revoke = oauth("revoke", &pair, "connection: close\n", revoke);
    assert_eq!([server.normalized(0), server.normalized(1)], [token, revoke]);
    assert_eq!(server.requests().len(), 2);
}

#[tokio::test]
async fn a_rejection_is_retried_twice() {
    let no = || json(401, INVALID);
    let yes = || json(200, TOKEN);
    check(vec![no(), yes(), response(200, "", "")], Ok(()), 3).await;
    check(vec![no(), no(), yes(), response(200, "", "")], Ok(()), 4).await;
    check(vec![no(), no(), no(), yes()], refused(), 3).await;
    check(vec![no(), json(429, LIMITED)], inconclusive(429, "RATE_LIMITED"), 2).await;
}

fn inconclusive(status: u16, code: &str) -> Result<(), ApiError> {
    let detail = ServerText::new("limited to 50 requests every 1 minutes");
    let error_code = ServerText::new(code);
    Err(ApiError::rejected(Rejection { error_code, detail, ..Rejection::of_status(status) }))
}

/// An OAuth error with a 5xx, which is temporary.
fn unavailable() -> Result<(), ApiError> {
    let error_code = ServerText::new("temporarily_unavailable");
    Err(ApiError::rejected(Rejection { error_code, ..Rejection::of_status(503) }))
}

#[tokio::test]
async fn other_errors_are_not_reported_as_a_rejected_secret() {
    let oauth = |status, error: &str| json(status, &format!(r#"{{"error":"{error}"}}"#));
    let rows = [
        (json(429, LIMITED), inconclusive(429, "RATE_LIMITED")),
        (json(400, LIMITED), inconclusive(400, "RATE_LIMITED")),
        (oauth(429, "slow_down"), unexpected(429)),
        (json(429, INVALID), unexpected(429)),
        (json(408, INVALID), unexpected(408)),
        (json(403, INVALID), unexpected(403)),
        (oauth(400, "unsupported_grant_type"), unexpected(400)),
        (oauth(401, "access_denied"), unexpected(401)),
        (response(401, "", "<html>Please log in to the proxy</html>"), unexpected(401)),
        (response(407, "", ""), unexpected(407)),
        (json(500, INVALID), unexpected(500)),
        (oauth(503, "temporarily_unavailable"), unavailable()),
        (json(200, INVALID), unexpected(200)),
        (json(200, "{}"), unexpected(200)),
        (json(200, r#"{"access_token":""}"#), unexpected(200)),
        (response(200, "", "\u{0}\u{1}garbage"), unexpected(200)),
        (
            response(307, "Location: http://127.0.0.1:1/\r\n", ""),
            Err(ApiError::sent(Cause::Redirected { status: 307, host: ServerText::new("127.0.0.1") })),
        ),
    ];
    for (reply, expected) in rows {
        check(vec![reply, json(200, TOKEN)], expected, 1).await;
    }
}

#[tokio::test]
async fn a_broken_connection_proves_nothing_about_the_secret() {
    let whole = json(401, INVALID);
    let cut = head_and_body(401, "", INVALID.len() + 9, INVALID);
    for reply in [Reply::Bytes(Vec::new()), Reply::ThenReset(Vec::new()), Reply::Bytes(cut)] {
        let server = RawServer::start(vec![reply, whole.clone()]).await;
        let outcome = verify(&client(&server, quick_limits())).await;
        let is_broken = matches!(&outcome, Err(ApiError { cause: Cause::Interrupted(_), .. }));
        assert!(is_broken, "{outcome:?}");
        assert_eq!(server.requests().len(), 1);
    }
}

#[tokio::test]
async fn a_timeout_proves_nothing_about_the_secret() {
    let server = RawServer::start(vec![Reply::ThenSilence(Vec::new())]).await;
    let limits = Limits { verify: Duration::from_millis(30), ..quick_limits() };
    let outcome = verify(&client(&server, limits)).await;
    assert!(matches!(outcome, Err(ApiError { cause: Cause::TimedOut(_), .. })), "{outcome:?}");
    assert_eq!(server.requests().len(), 1);
}

/// A pause that would exceed the time limit is not started, and the rejection is the result.
#[tokio::test]
async fn no_attempt_starts_after_the_time_limit() {
    let server = RawServer::start(vec![json(401, INVALID), json(200, TOKEN)]).await;
    let limits = Limits { verify_pauses: [Duration::from_secs(3600); 2], ..Limits::default() };
    assert_eq!(verify(&client(&server, limits)).await, refused());
    assert_eq!(server.requests().len(), 1);
}

/// If the user quits while the token is being revoked, it is revoked at the end, with the secret that fetched it. So
/// is the session's token.
#[tokio::test]
async fn the_token_of_an_interrupted_verification_is_revoked_at_the_end() {
    let session = r#"{"access_token":"FAKE-session","expires_in":3600}"#;
    let server = RawServer::start(vec![
        json(200, session),
        json(200, TOKEN),
        Reply::ThenSilence(Vec::new()),
        response(200, "", ""),
        response(200, "", ""),
    ])
    .await;
    let client = Client::with_limits(with_service_account(&server.url), quick_limits()).unwrap();
    client.sign_in().await.unwrap();
    let revoking = async {
        while server.count("POST", "/revoke") == 0 {
            tokio::task::yield_now().await;
        }
    };
    tokio::select! {
        outcome = verify(&client) => panic!("{outcome:?}"),
        () = revoking => {}
    }
    client.revoke().await;
    let revoked: Vec<String> = (3..5).map(|index| server.normalized(index)).collect();
    let new_credentials = "OWYzYQ==\n";
    let of_new_secret = |request: &&String| request.contains("token=FAKE-proof.token%2B1&");
    let of_session = |request: &&String| request.contains("token=FAKE-session&");
    assert!(revoked.iter().find(of_new_secret).unwrap().contains(new_credentials));
    assert!(!revoked.iter().find(of_session).unwrap().contains(new_credentials));
    client.revoke().await;
    assert_eq!(server.requests().len(), 5, "each token is revoked once");
}

/// A secret that is not known everywhere yet is rejected at first, and accepted later.
#[tokio::test]
async fn a_new_secret_may_be_rejected_twice_before_it_works() {
    let refused = refused();
    let rows = [(0, true), (1, true), (2, true), (3, false)];
    for (refusals, is_accepted) in rows {
        let left = Arc::new(Mutex::new(refusals));
        // The session signs in as another account.
        let of_new_secret = format!("Basic {}", STANDARD.encode(&CLIENT[..33]));
        let respond = move |atlas: &Atlas, parts: &Parts, body: &[u8]| {
            let authorization = parts.headers.get("authorization").map(|value| value.to_str().unwrap());
            let mut left = left.lock().unwrap();
            if parts.uri.path() == "/api/oauth/token"
                && authorization.is_some_and(|value| value.starts_with(&of_new_secret))
                && *left > 0
            {
                *left -= 1;
                let mut parts = parts.clone();
                parts.headers.remove("authorization");
                return atlas.respond(&parts, body);
            }
            atlas.respond(parts, body)
        };
        let atlas = TestAtlas::start_with(world_with(""), respond).await;
        let settings = ClientOptions {
            base_url: atlas.base_url(),
            credentials: atlas.credentials(),
            query_flags: QueryFlags::default(),
            keeps_open: false,
        };
        let client = Client::with_limits(settings, quick_limits()).unwrap();
        client.sign_in().await.unwrap();
        let secret = client.create_secret(&new_secret()).await.unwrap();
        let outcome = client.verify(&client_id(), &secret.value).await;
        assert_eq!(outcome.is_ok(), is_accepted, "{refusals}: {outcome:?}");
        if !is_accepted {
            assert_eq!(outcome, refused);
        }
        assert_eq!(atlas.live_tokens(), 1, "only the session's token is left");
    }
}
