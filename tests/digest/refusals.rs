//! Keys, nonces and challenges that the server rejects. No second POST follows.

use std::time::Duration;

use atlas_secret::atlas::{Client, Limits};
use atlas_secret::domain::{ApiError, Cause, Certainty, Phase, RejectionKind};

use crate::by_hand::authorization;
use crate::order::{ACCOUNT, CREATED, UNAUTHORIZED, challenged, stale};
use crate::support::fixtures::{account_ref, client, new_secret, served};
use crate::support::raw_server::{RawServer, Reply, json, response};
use crate::{PRIVATE_KEY, delete, with_api_key};

const HTML: &str = "<html><body>401</body></html>";

fn kind(error: &ApiError) -> RejectionKind {
    match error {
        ApiError { cause: Cause::Rejected(rejection), .. } => rejection.kind(),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_wrong_key_is_rejected_after_one_response() {
    let server = RawServer::start(vec![challenged("FAKE-one"), challenged("FAKE-two")]).await;
    let error = client(with_api_key(&server.url)).service_account(&account_ref()).await.unwrap_err();
    assert_eq!(kind(&error), RejectionKind::NotAuthorized);
    assert_eq!(server.requests().len(), 2);
}

#[tokio::test]
async fn a_read_gives_up_on_a_server_whose_nonces_are_always_stale() {
    let always_stale = |nonce| stale(nonce, HTML);
    let server = RawServer::start(vec![
        always_stale("FAKE-one"),
        always_stale("FAKE-two"),
        always_stale("FAKE-three"),
    ])
    .await;
    let error = client(with_api_key(&server.url)).service_account(&account_ref()).await.unwrap_err();
    assert_eq!(kind(&error), RejectionKind::StaleNonce);
    assert_eq!(server.requests().len(), 3);
}

#[tokio::test]
async fn a_stale_nonce_rejects_the_post_and_the_next_attempt_gets_a_new_one() {
    for (body, expected) in [(HTML, RejectionKind::StaleNonce), (UNAUTHORIZED, RejectionKind::NotAuthorized)]
    {
        let (server, client) = served(
            with_api_key,
            vec![
                challenged("FAKE-one"),
                json(200, ACCOUNT),
                stale("FAKE-two", body),
                challenged("FAKE-three"),
                json(201, CREATED),
            ],
        )
        .await;
        client.service_account(&account_ref()).await.unwrap();
        match client.create_secret(&new_secret()).await {
            Err(ApiError { cause: Cause::Rejected(rejection), .. }) => assert_eq!(rejection.kind(), expected),
            other => panic!("{other:?}"),
        }
        assert_eq!((server.requests().len(), server.count("POST", "/secrets")), (3, 1));
        let outcome = client.create_secret(&new_secret()).await;
        assert!(outcome.is_ok(), "{outcome:?}");
        assert!(authorization(&server.requests()[4]).unwrap().contains("nonce=\"FAKE-three\""));
    }
}

#[tokio::test]
async fn a_stale_nonce_rejects_the_delete() {
    let server =
        RawServer::start(vec![challenged("FAKE-one"), stale("FAKE-two", HTML), response(204, "", "")]).await;
    match delete(&client(with_api_key(&server.url))).await {
        Err(error) => assert_eq!(kind(&error), RejectionKind::StaleNonce),
        other => panic!("{other:?}"),
    }
    assert_eq!(server.requests().len(), 2);
}

#[tokio::test]
async fn a_401_without_an_atlas_error_or_a_stale_nonce_is_inconclusive() {
    let refused = || response(401, "WWW-Authenticate: Basic realm=\"a proxy\"\r\n", HTML);
    let server = RawServer::start(vec![challenged("FAKE-one"), refused()]).await;
    let outcome = client(with_api_key(&server.url)).create_secret(&new_secret()).await;
    assert_eq!(outcome.unwrap_err().certainty(), Certainty::Unknown);
}

#[tokio::test]
async fn no_post_is_sent_without_a_supported_challenge() {
    let no_challenge = "no digest challenge that this program supports";
    let rate_limited = r#"{"error":429,"errorCode":"RATE_LIMITED","detail":"Slow down."}"#;
    let only_session =
        "WWW-Authenticate: Digest realm=\"x\", nonce=\"n\", qop=\"auth\", algorithm=MD5-sess\r\n";
    let rows = [
        (json(200, ACCOUNT), format!("not sent: the response (200) has {no_challenge}")),
        (
            response(401, "WWW-Authenticate: Basic realm=\"x\"\r\n", HTML),
            format!("not sent: the response (401) has {no_challenge}"),
        ),
        (response(401, only_session, HTML), format!("not sent: the response (401) has {no_challenge}")),
        (response(502, "", HTML), format!("not sent: the response (502) has {no_challenge}")),
        // Atlas's own error does not mention a key that Atlas has not seen.
        (response(401, "", UNAUTHORIZED), format!("not sent: the response (401) has {no_challenge}")),
        (
            response(
                401,
                "WWW-Authenticate: Digest realm=\"x\", nonce=\"n\", qop=\"auth-int\"\r\n",
                UNAUTHORIZED,
            ),
            format!("not sent: the response (401) has {no_challenge}"),
        ),
        (json(429, rate_limited), "rejected RATE_LIMITED".to_owned()),
        (Reply::ThenReset(Vec::new()), "not sent: the host reset the connection".to_owned()),
        (Reply::ThenSilence(Vec::new()), "not sent: no challenge arrived within 0 seconds".to_owned()),
    ];
    for (reply, expected) in rows {
        let server = RawServer::start(vec![reply.clone(), json(201, CREATED)]).await;
        let is_silent = matches!(reply, Reply::ThenSilence(_));
        let read = Duration::from_millis(if is_silent { 30 } else { 60_000 });
        let limits = Limits { read, ..Limits::default() };
        let client = Client::with_limits(with_api_key(&server.url), limits).unwrap();
        let line = match client.create_secret(&new_secret()).await {
            Err(ApiError { cause: Cause::Rejected(rejection), .. }) => {
                format!("rejected {}", rejection.error_code)
            }
            Err(ApiError { phase: Phase::NotSent, cause, .. }) => format!("not sent: {}", cause.message()),
            other => panic!("{other:?}"),
        };
        assert_eq!(line, expected);
        assert_eq!((server.requests().len(), server.count("POST", "/secrets")), (1, 0));
        if expected.ends_with(no_challenge) && !expected.contains("(200)") && !expected.contains("(502)") {
            let server = RawServer::start(vec![reply.clone(), reply]).await;
            let client = Client::with_limits(with_api_key(&server.url), limits).unwrap();
            let error = client.service_account(&account_ref()).await.unwrap_err();
            assert!(matches!(error.cause, Cause::NoChallenge(_)), "{error:?}");
            assert_eq!(server.requests().len(), 1);
        }
    }
}

#[tokio::test]
async fn the_private_key_is_never_shown() {
    let server = RawServer::start(vec![challenged("FAKE-one"), challenged("FAKE-two")]).await;
    let settings = with_api_key(&server.url);
    let client = client(settings.clone());
    let error = client.service_account(&account_ref()).await.unwrap_err();
    let sent = server.requests().concat();
    for shown in [format!("{settings:?}"), format!("{client:?}"), format!("{error:?}"), sent] {
        assert!(!shown.contains(PRIVATE_KEY), "{shown}");
    }
}
