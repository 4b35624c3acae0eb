//! The order of requests, and which challenge each one responds to.

use atlas_secret::domain::QueryFlags;

use crate::by_hand::{authorization, check};
use crate::support::fixtures::{account_ref, client, new_secret, served};
use crate::support::raw_server::{RawServer, Reply, json, response};
use crate::{ACCOUNT_PATH, delete, with_api_key};

pub const ACCOUNT: &str =
    r#"{"clientId":"mdb_sa_id_1234567890abcdef12345678","name":"ci","roles":[],"secrets":[]}"#;
pub const CREATED: &str = r#"{"id":"32b6e34b3d91647abb20e7b9","secret":"mdb_sa_sk_FAKEfakeFAKE"}"#;
pub const UNAUTHORIZED: &str =
    r#"{"error":401,"errorCode":"UNEXPECTED_ERROR","detail":"You are not authorized for this resource."}"#;

/// A header with a challenge in Atlas's format.
pub fn challenge(nonce: &str, algorithm: &str, is_stale: bool) -> String {
    format!(
        "WWW-Authenticate: Digest realm=\"MMS Public API\", domain=\"\", nonce=\"{nonce}\", \
         algorithm={algorithm}, qop=\"auth\", stale={is_stale}\r\n"
    )
}

/// A 401 with a challenge.
pub fn challenged(nonce: &str) -> Reply {
    response(401, &challenge(nonce, "MD5", false), UNAUTHORIZED)
}

/// A 401 which says that the nonce is stale, with the next nonce.
pub fn stale(next_nonce: &str, body: &str) -> Reply {
    response(401, &challenge(next_nonce, "MD5", true), body)
}

fn secrets_path() -> String {
    format!("{ACCOUNT_PATH}/secrets")
}

#[tokio::test]
async fn the_read_gets_the_challenge_and_the_post_is_sent_once() {
    for (envelope, pretty, query) in
        [(false, false, ""), (true, false, "?envelope=true"), (true, true, "?envelope=true&pretty=true")]
    {
        let server =
            RawServer::start(vec![challenged("FAKE-one"), json(200, ACCOUNT), json(201, CREATED)]).await;
        let mut settings = with_api_key(&server.url);
        settings.query_flags = QueryFlags { envelope, pretty };
        let client = client(settings);
        client.sign_in().await.unwrap();
        assert_eq!(server.requests().len(), 0, "an API key does not need to sign in");
        client.service_account(&account_ref()).await.unwrap();
        let outcome = client.create_secret(&new_secret()).await;
        assert!(outcome.is_ok(), "{outcome:?}");
        client.revoke().await;

        let requests = server.requests();
        assert_eq!(requests.len(), 3);
        assert!(requests[0].starts_with(&format!("GET {ACCOUNT_PATH} HTTP/1.1\r\n")), "{}", requests[0]);
        assert_eq!(authorization(&requests[0]), None);
        check(&requests[1], "GET", ACCOUNT_PATH, ("FAKE-one", "00000001", "MD5"));
        let uri = format!("{}{query}", secrets_path());
        check(&requests[2], "POST", &uri, ("FAKE-one", "00000002", "MD5"));
        assert!(requests[2].ends_with("\r\n\r\n{\"secretExpiresAfterHours\":720}"), "{}", requests[2]);
    }
}

#[tokio::test]
async fn every_request_increments_the_nonce_count() {
    let (server, client) = served(
        with_api_key,
        vec![
            challenged("FAKE-one"),
            json(200, ACCOUNT),
            response(204, "", ""),
            json(200, ACCOUNT),
            json(201, CREATED),
        ],
    )
    .await;
    client.service_account(&account_ref()).await.unwrap();
    assert_eq!(delete(&client).await, Ok(()));
    client.service_account(&account_ref()).await.unwrap();
    client.create_secret(&new_secret()).await.unwrap();
    let requests = server.requests();
    assert_eq!(requests.len(), 5);
    let one_secret = format!("{}/32b6e34b3d91647abb20e7b9", secrets_path());
    check(&requests[2], "DELETE", &one_secret, ("FAKE-one", "00000002", "MD5"));
    check(&requests[3], "GET", ACCOUNT_PATH, ("FAKE-one", "00000003", "MD5"));
    check(&requests[4], "POST", &secrets_path(), ("FAKE-one", "00000004", "MD5"));
}

#[tokio::test]
async fn the_strongest_of_several_challenges_is_used() {
    let (md5, sha256) = (challenge("FAKE-weak", "MD5", false), challenge("FAKE-strong", "SHA-256", false));
    let in_one = format!("{}, {}", md5.trim_end(), sha256.trim_start_matches("WWW-Authenticate: "));
    let basic = format!("WWW-Authenticate: Basic realm=\"x\"\r\n{md5}{sha256}");
    let sha512 = challenge("FAKE-strongest", "SHA-512-256", false);
    let rows = [
        (md5.clone(), "FAKE-weak", "MD5"),
        (sha256.clone(), "FAKE-strong", "SHA-256"),
        (format!("{md5}{sha256}"), "FAKE-strong", "SHA-256"),
        (format!("{sha256}{md5}"), "FAKE-strong", "SHA-256"),
        (in_one, "FAKE-strong", "SHA-256"),
        (basic, "FAKE-strong", "SHA-256"),
        (format!("{sha256}{sha512}{md5}"), "FAKE-strongest", "SHA-512-256"),
        (format!("{sha512}{sha256}"), "FAKE-strongest", "SHA-512-256"),
    ];
    for (headers, nonce, algorithm) in rows {
        let (server, client) = served(
            with_api_key,
            vec![response(401, &headers, UNAUTHORIZED), json(200, ACCOUNT), json(201, CREATED)],
        )
        .await;
        client.service_account(&account_ref()).await.unwrap();
        client.create_secret(&new_secret()).await.unwrap();
        let requests = server.requests();
        check(&requests[1], "GET", ACCOUNT_PATH, (nonce, "00000001", algorithm));
        check(&requests[2], "POST", &secrets_path(), (nonce, "00000002", algorithm));
    }
}

#[tokio::test]
async fn a_stale_nonce_is_replaced_on_the_read() {
    let (server, client) = served(
        with_api_key,
        vec![challenged("FAKE-one"), stale("FAKE-two", UNAUTHORIZED), json(200, ACCOUNT), json(201, CREATED)],
    )
    .await;
    client.service_account(&account_ref()).await.unwrap();
    client.create_secret(&new_secret()).await.unwrap();
    let requests = server.requests();
    assert_eq!(requests.len(), 4);
    check(&requests[1], "GET", ACCOUNT_PATH, ("FAKE-one", "00000001", "MD5"));
    check(&requests[2], "GET", ACCOUNT_PATH, ("FAKE-two", "00000001", "MD5"));
    check(&requests[3], "POST", &secrets_path(), ("FAKE-two", "00000002", "MD5"));
}

#[tokio::test]
async fn without_a_challenge_a_read_comes_before_a_post_or_delete() {
    let server = RawServer::start(vec![challenged("FAKE-one"), json(201, CREATED)]).await;
    let outcome = client(with_api_key(&server.url)).create_secret(&new_secret()).await;
    assert!(outcome.is_ok(), "{outcome:?}");
    let requests = server.requests();
    assert_eq!(requests.len(), 2);
    assert!(requests[0].starts_with(&format!("GET {ACCOUNT_PATH} HTTP/1.1\r\n")), "{}", requests[0]);
    assert_eq!(authorization(&requests[0]), None);
    check(&requests[1], "POST", &secrets_path(), ("FAKE-one", "00000001", "MD5"));

    let server = RawServer::start(vec![challenged("FAKE-one"), response(204, "", "")]).await;
    assert_eq!(delete(&client(with_api_key(&server.url))).await, Ok(()));
    assert_eq!((server.requests().len(), server.count("DELETE", "/32b6e34b3d91647abb20e7b9")), (2, 1));
}
