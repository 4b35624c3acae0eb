//! The POST reuses the connection that read the account, unless it is closed or too old.

use std::time::Duration;

use atlas_secret::atlas::{Client, Limits};

use super::support::fixtures::{CLIENT, new_secret, with_access_token};
use super::support::raw_server::{RawServer, Reply, json};
use super::{FULL_LINE, PATIENT, SHORT, full, line};

/// An account, without a header that announces the close.
fn account() -> Vec<u8> {
    let body = format!(r#"{{"clientId":"{CLIENT}","name":"ci-deployer","secrets":[]}}"#);
    format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{body}", body.len()).into_bytes()
}

/// The outcome of a POST after reading the account, with this pause in between.
async fn create_after_read(reply: Reply, pause: Duration, limit: Duration) -> String {
    let server = RawServer::start(vec![reply, json(201, &full())]).await;
    let limits = Limits { create: limit, ..Limits::default() };
    let client = Client::with_limits(with_access_token(&server.url), limits).unwrap();
    let wanted = new_secret();
    client.service_account(&wanted.account).await.unwrap();
    tokio::time::pause();
    tokio::time::advance(pause).await;
    tokio::time::resume();
    line(&client.create_secret(&wanted).await)
}

#[tokio::test]
async fn a_connection_closed_after_the_read_is_not_reused() {
    for _ in 0..50 {
        assert_eq!(create_after_read(Reply::Bytes(account()), Duration::ZERO, PATIENT).await, FULL_LINE);
    }
}

#[tokio::test]
async fn a_connection_is_reused_for_two_seconds_after_the_read() {
    let open = || Reply::ThenSilence(account());
    let swallowed = create_after_read(open(), Duration::from_millis(1900), SHORT).await;
    assert_eq!(
        swallowed, "timed out after 30ms",
        "the POST goes to the first connection, where no one responds"
    );
    assert_eq!(create_after_read(open(), Duration::from_millis(2100), PATIENT).await, FULL_LINE);
}
