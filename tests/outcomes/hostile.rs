//! Invalid responses to every kind of request: what is accepted, and what is an error.

use std::sync::Arc;
use std::time::Instant;

use atlas_secret::atlas::{Client, Limits};
use atlas_secret::domain::{ApiError, Cause, ExistingSecret, SecretId};
use secrecy::ExposeSecret;
use serde_json::{Value, json};

use super::support::fixtures::{
    CLIENT, account_ref, client, new_secret, with_access_token, with_service_account,
};
use super::support::raw_server::{RawServer, Reply, head_and_body, json as typed, response};

/// The same body in every form that HTTP allows.
fn encodings(status: u16, body: &str) -> Vec<Reply> {
    let plain = String::from_utf8(head_and_body(status, "", body.len(), body)).unwrap();
    let (start, end) = body.split_at(body.len() / 2);
    let chunk = |part: &str| format!("{:x}\r\n{part}\r\n", part.len());
    let chunked = "Transfer-Encoding: chunked\r\nTrailer: X-Sum";
    let texts = [
        plain.clone(),
        plain.replace("HTTP/1.1", "HTTP/1.0"),
        format!("HTTP/1.0 {status} S\r\n\r\n{body}"),
        format!(
            "HTTP/1.1 {status} S\r\n{chunked}\r\n\r\n{}{}0\r\nX-Sum: 1\r\n\r\n",
            chunk(start),
            chunk(end)
        ),
        format!("HTTP/1.1 100 Continue\r\n\r\n{plain}"),
        format!("HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n{plain}"),
    ];
    let mut replies: Vec<_> = texts.into_iter().map(|text| Reply::Bytes(text.into_bytes())).collect();
    replies.push(response(status, "Content-Type: text/html; charset=utf-16\r\n", body));
    replies.push(response(status, &format!("X-Long: {}\r\n", "a".repeat(100 * 1024)), body));
    replies.push(response(status, &"X-More: a\r\n".repeat(500), body));
    for malformed in
        ["X-Folded: a\r\n  b\r\n", "X-Space : a\r\n", "no colon\r\n", ": a\r\n", "X-Control: a\u{1}\r\n"]
    {
        replies.push(response(status, malformed, body));
    }
    replies.push(response(status, "", &format!("\u{feff}{body}")));
    replies
}

fn show(reply: &Reply) -> String {
    format!("{reply:?}").chars().take(300).collect()
}

async fn read(client: &Client) -> Result<Vec<ExistingSecret>, ApiError> {
    client.service_account(&account_ref()).await.map(|account| account.secrets)
}

/// The outcome of one kind of request if the server sends this reply.
async fn outcome(request: &str, reply: &Reply) -> Result<String, ApiError> {
    let server = RawServer::start(vec![reply.clone()]).await;
    let client = match request {
        "token" => client(with_service_account(&server.url)),
        _ => client(with_access_token(&server.url)),
    };
    match request {
        "account" => read(&client).await.map(|secrets| format!("{} secrets", secrets.len())),
        "token" => client.sign_in().await.map(|()| "signed in".to_owned()),
        "creation" => Ok(super::line(&client.create_secret(&new_secret()).await)),
        _ => {
            let id = SecretId::from_server("32b6e34b3d91647abb20e7b9").unwrap();
            client.delete_secret(&account_ref(), &id).await.map(|()| "deleted".to_owned())
        }
    }
}

#[tokio::test]
async fn every_form_of_a_response_can_be_read() {
    let account = format!(r#"{{"clientId":"{CLIENT}","name":"ci","secrets":[]}}"#);
    let full = super::full();
    let rows = [
        ("account", 200, account.as_str(), "0 secrets"),
        ("token", 200, r#"{"access_token":"FAKE-token","expires_in":3600}"#, "signed in"),
        ("creation", 201, &full, super::FULL_LINE),
        ("deletion", 200, r#"{"status":204,"content":{}}"#, "deleted"),
    ];
    for (request, status, body, expected) in rows {
        for reply in encodings(status, body) {
            assert_eq!(outcome(request, &reply).await.as_deref(), Ok(expected), "{}", show(&reply));
        }
    }
}

/// Bodies of a 200 that are not an account, a token or a deletion.
#[tokio::test]
async fn a_body_of_another_shape_is_an_unexpected_response() {
    let utf_16: String =
        r#"{"clientId":"x","access_token":"x","secret":"x"}"#.chars().flat_map(|c| [c, '\0']).collect();
    for body in ["[]", "null", "\"text\"", "12", "{}", "{", "", "<html>", "[{}]", &utf_16] {
        for request in ["account", "token", "deletion"] {
            let error = outcome(request, &typed(200, body)).await.unwrap_err();
            assert_eq!(error.cause, Cause::Unexpected { status: 200 }, "{request} {body}");
        }
    }
    for token in [json!(12), json!(""), json!("a\nb"), json!("a b"), json!(null), json!(["a"])] {
        let body = json!({"access_token": token, "expires_in": 3600}).to_string();
        assert!(outcome("token", &typed(200, &body)).await.is_err(), "{body}");
    }
}

#[tokio::test]
async fn invalid_fields_of_an_account_do_not_affect_the_others() {
    const ID: &str = "32b6e34b3d91647abb20e7b9";
    let expires = |text: &str| json!([{"id": ID, "expiresAt": text}]);
    // The secrets in the response, and when the first one expires. `None` if they cannot be read.
    let rows: [(Value, Option<&str>); 11] = [
        (expires("2026-12-24T12:00:00Z"), Some("2026-12-24T12:00:00Z")),
        (expires("2026-12-24t12:00:00z"), Some("2026-12-24T12:00:00Z")),
        (expires("2026-12-24T17:30:00.5+05:30"), Some("2026-12-24T12:00:00.5Z")),
        (expires("2026-12-24T12:00:00.123456789Z"), Some("2026-12-24T12:00:00.123456789Z")),
        (expires("2026-12-24"), Some("unknown")),
        (json!([{"id": ID, "expiresAt": 1_795_457_640}]), Some("unknown")),
        (json!([{"id": ID, "lastUsedAt": "2126-01-01T00:00:00Z"}]), Some("unknown")),
        (json!([{"expiresAt": "2026-12-24T12:00:00Z"}]), None),
        (json!([{"id": "../groups"}]), None),
        (json!(["text"]), None),
        (json!({"0": {"id": ID}}), None),
    ];
    for (secrets, expected) in rows {
        let body = json!({"clientId": CLIENT, "name": 12, "roles": [1], "secrets": secrets}).to_string();
        let server = RawServer::start(vec![typed(200, &body)]).await;
        let read = read(&client(with_access_token(&server.url))).await;
        let expiry = |secret: &ExistingSecret| {
            secret.expires_at.map_or_else(|| "unknown".to_owned(), |time| time.to_string())
        };
        let first = read.ok().and_then(|secrets| secrets.first().map(expiry));
        assert_eq!(first.as_deref(), expected, "{body}");
    }
    let many: Vec<_> = (0..2000).map(|number| json!({"id": format!("{number:024x}")})).collect();
    let body = json!({"clientId": CLIENT, "secrets": many}).to_string();
    let server = RawServer::start(vec![typed(200, &body)]).await;
    assert_eq!(read(&client(with_access_token(&server.url))).await.unwrap().len(), 2000);
    let repeated = format!(r#"{{"clientId":"{CLIENT}","secrets":[{{"id":"{ID}"}}],"secrets":[]}}"#);
    let server = RawServer::start(vec![typed(200, &repeated)]).await;
    assert_eq!(read(&client(with_access_token(&server.url))).await, Ok(Vec::new()), "the last field wins");
}

#[tokio::test]
async fn the_value_of_a_new_secret_is_not_changed() {
    for value in ["a b", "a\nb\r\n", "\u{1b}[2Jtext", "\u{202e}text", "\"'$(id)", &"k".repeat(4096)] {
        let body = json!({"id": "../x", "secret": value, "expiresAt": "soon"}).to_string();
        let server = RawServer::start(vec![typed(201, &body)]).await;
        let outcome = client(with_access_token(&server.url)).create_secret(&new_secret()).await;
        let created = outcome.unwrap();
        assert_eq!((created.value.expose_secret(), created.id), (value, None));
    }
}

#[tokio::test]
async fn a_refusal_that_repeats_the_secret_is_shown_without_it() {
    let body = r#"{"error":400,"errorCode":"X","detail":"Bad: mdb_sa_sk_FAKE-login_secret!",
        "badRequestDetail":{"fields":[{"field":"x","description":"mdb_sa_sk_FAKE is odd"}]}}"#;
    let server = RawServer::start(vec![typed(400, body)]).await;
    let error = read(&client(with_access_token(&server.url))).await.unwrap_err();
    let Cause::Rejected(rejection) = &error.cause else { panic!("{error:?}") };
    assert_eq!(rejection.detail.as_str(), "Bad: mdb_sa_sk_...!");
    assert_eq!(rejection.fields[0].description.as_str(), "mdb_sa_sk_... is odd");
}

#[tokio::test]
async fn leaving_does_not_wait_for_a_sign_in_that_gets_no_answer() {
    let server = RawServer::start(vec![Reply::ThenSilence(Vec::new())]).await;
    let client = Arc::new(client(with_service_account(&server.url)));
    let signing_in = Arc::clone(&client);
    let task = tokio::spawn(async move { signing_in.sign_in().await });
    while server.requests().is_empty() {
        tokio::task::yield_now().await;
    }
    let Limits { revoke, sign_in, .. } = Limits::default();
    let started = Instant::now();
    client.revoke().await;
    assert!(started.elapsed() < sign_in / 2 && revoke < sign_in / 2, "{:?}", started.elapsed());
    task.abort();
}

#[tokio::test]
async fn headers_without_end_are_named() {
    let reply = response(200, &format!("X-Long: {}\r\n", "a".repeat(600 * 1024)), "{}");
    let server = RawServer::start(vec![reply.clone(), reply]).await;
    let error = read(&client(with_access_token(&server.url))).await.unwrap_err();
    assert_eq!(error.cause.message(), "the headers of the response are too large");
}
