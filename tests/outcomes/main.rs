//! The outcome of a POST for every behavior of a server and a network. The POST is sent at most once.

#![expect(clippy::unwrap_used, reason = "a test panics on failure")]

#[path = "../support/mod.rs"]
pub mod support;

mod breaking;
mod encodings;
mod hostile;
mod keeping;

use std::time::Duration;

use atlas_secret::atlas::{Client, Limits};
use atlas_secret::domain::{ApiError, Cause, Certainty, CreatedSecret, Phase};
use secrecy::ExposeSecret;
use support::fixtures::{CLIENT_SECRET, SECRET, new_secret, with_access_token};
use support::raw_server::{RawServer, Reply, head_and_body, json, response};

/// Long enough on a busy machine when a response is expected.
const PATIENT: Duration = Duration::from_secs(60);
/// Expires at once when none is expected.
const SHORT: Duration = Duration::from_millis(30);

async fn create(url: &str, limit: Duration) -> Result<CreatedSecret, ApiError> {
    let limits = Limits { create: limit, ..Limits::default() };
    let client = Client::with_limits(with_access_token(url), limits).unwrap();
    client.create_secret(&new_secret()).await
}

/// An outcome as one line, for the tables below.
fn line(outcome: &Result<CreatedSecret, ApiError>) -> String {
    match outcome {
        Ok(secret) => {
            assert_eq!(secret.value.expose_secret(), SECRET);
            let id = secret.id.as_ref().map_or("-", |id| id.as_str());
            let time = |time: Option<jiff::Timestamp>| time.map_or("-".to_owned(), |time| time.to_string());
            format!("created {id} {} {}", time(secret.created_at), time(secret.expires_at))
        }
        Err(ApiError { phase: Phase::NotSent, cause, .. }) => format!("not sent: {cause:?}"),
        Err(ApiError { cause: Cause::Rejected(rejection), .. }) => {
            let retry = rejection.retry_after.map_or(String::new(), |wait| format!(" after {wait:?}"));
            format!("rejected {} {}{retry}: {}", rejection.status, rejection.error_code, rejection.detail)
        }
        Err(ApiError { cause: Cause::Unexpected { status } | Cause::Redirected { status, .. }, .. }) => {
            format!("unexpected {status}")
        }
        Err(ApiError { cause: Cause::TimedOut(limit), .. }) => format!("timed out after {limit:?}"),
        Err(ApiError { cause: Cause::ValueUnreadable(why, id), .. }) => {
            let id = id.as_ref().map_or_else(String::new, |id| format!(", of {id}"));
            format!("value lost: {why}{id}")
        }
        Err(error) => {
            assert_eq!(error.certainty(), Certainty::Unknown);
            format!("broken: {}", error.cause.message())
        }
    }
}

/// Each row has the reply of the server, the time limit of the client, and the expected outcome.
async fn check(rows: Vec<(Reply, Duration, &str)>) {
    for (reply, limit, expected) in rows {
        // The second reply is for another connection, which there should not be.
        let server = RawServer::start(vec![reply.clone(), reply.clone()]).await;
        let outcome = create(&server.url, limit).await;
        let shown: String = format!("{reply:?}").chars().take(200).collect();
        assert_eq!(line(&outcome), expected, "{shown}");
        assert_eq!(server.requests().len(), 1, "{shown}");
        assert_eq!(server.count("POST", "/secrets"), 1, "{shown}");
        let debug = format!("{outcome:?}");
        assert!(!debug.contains("FAKE"), "{debug}");
    }
}

fn full() -> String {
    format!(
        r#"{{"id":"32b6e34b3d91647abb20e7b9","createdAt":"2026-11-23T18:14:02Z","expiresAt":"2026-12-23T18:14:02Z",
        "secret":"{SECRET}","lastUsedAt":null,"isSystemManaged":false,"owner":{{"id":"x"}}}}"#
    )
}

fn error(status: u16, code: &str, detail: &str) -> String {
    format!(r#"{{"error":{status},"errorCode":"{code}","detail":"{detail}","reason":"R","parameters":[]}}"#)
}

const FULL_LINE: &str = "created 32b6e34b3d91647abb20e7b9 2026-11-23T18:14:02Z 2026-12-23T18:14:02Z";

#[tokio::test]
async fn a_complete_secret_is_created() {
    let full = full();
    let broken_rest = format!(r#"{{"id":{{}},"createdAt":"?","expiresAt":0,"secret":"{SECRET}"}}"#);
    let enveloped = format!(r#"{{"status":201,"content":{full}}}"#);
    let chunked = format!(
        "HTTP/1.1 201 Created\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{}\r\n{:x}\r\n{}\r\n0\r\n\r\n",
        &full[..5],
        full.len() - 5,
        &full[5..]
    );
    let until_close = format!("HTTP/1.1 201 Created\r\n\r\n{full}");
    let early_hints = format!("HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n{until_close}");
    check(vec![
        (json(201, &full), PATIENT, FULL_LINE),
        (response(201, "Content-Type: text/html\r\n", &full), PATIENT, FULL_LINE),
        (response(201, "", &full), PATIENT, FULL_LINE),
        (json(201, &broken_rest), PATIENT, "created - - -"),
        (json(201, &enveloped), PATIENT, FULL_LINE),
        (json(200, &enveloped), PATIENT, FULL_LINE),
        (json(200, &full), PATIENT, FULL_LINE),
        (json(202, &full), PATIENT, FULL_LINE),
        (Reply::Bytes(chunked.into_bytes()), PATIENT, FULL_LINE),
        (Reply::Bytes(until_close.into_bytes()), PATIENT, FULL_LINE),
        (Reply::Bytes(early_hints.into_bytes()), PATIENT, FULL_LINE),
        // The secret is complete, although the connection breaks or hangs before the announced end.
        (Reply::Bytes(head_and_body(201, "", full.len() + 9, &full)), PATIENT, FULL_LINE),
        (Reply::ThenSilence(head_and_body(201, "", full.len() + 9, &full)), SHORT, FULL_LINE),
    ])
    .await;
}

#[tokio::test]
async fn a_created_secret_whose_value_is_unreadable_is_lost() {
    let full = full();
    let cut = &full[..full.len() - 200];
    let no_secret = r#"{"id":"32b6e34b3d91647abb20e7b9","maskedSecretValue":"mdb_sa_sk_...9f3a"}"#;
    let huge = format!(r#"{{"padding":"{}","secret":"{SECRET}"}}"#, "x".repeat(1 << 20));
    let lying = format!("HTTP/1.1 201 Created\r\n\r\n{huge}").into_bytes();
    let no_json = "value lost: it is not the JSON that Atlas documents";
    let none = "value lost: it does not contain the value";
    let only_id = "value lost: it does not contain the value, of 32b6e34b3d91647abb20e7b9";
    let large = "value lost: it is larger than 1 MiB";
    check(vec![
        (json(201, no_secret), PATIENT, only_id),
        (json(201, r#"{"secret":""}"#), PATIENT, none),
        (json(201, r#"{"secret":" \n"}"#), PATIENT, none),
        (json(201, r#"{"secret":null}"#), PATIENT, none),
        (json(201, &format!(r#"{{"status":201,"content":{no_secret}}}"#)), PATIENT, only_id),
        (json(201, "\u{0}\u{1}garbage"), PATIENT, no_json),
        (json(201, ""), PATIENT, no_json),
        (json(201, cut), PATIENT, only_id),
        (json(201, &huge), PATIENT, large),
        (Reply::Bytes(lying), PATIENT, large),
        (
            Reply::Bytes(head_and_body(201, "", full.len(), cut)),
            PATIENT,
            "value lost: it was cut off (the host closed the connection early), of 32b6e34b3d91647abb20e7b9",
        ),
        (
            Reply::ThenReset(head_and_body(201, "", full.len(), cut)),
            PATIENT,
            "value lost: it was cut off (the host reset the connection), of 32b6e34b3d91647abb20e7b9",
        ),
        (
            Reply::ThenSilence(head_and_body(201, "", full.len(), cut)),
            SHORT,
            "value lost: it was not complete after 0 seconds, of 32b6e34b3d91647abb20e7b9",
        ),
        (
            Reply::ThenDrip(head_and_body(201, "", 1_000_000, "")),
            SHORT,
            "value lost: it was not complete after 0 seconds",
        ),
    ])
    .await;
}

#[tokio::test]
async fn an_error_of_atlas_means_that_nothing_was_created() {
    let rows = [
        (401, "UNEXPECTED_ERROR", "You are not authorized for this resource."),
        (401, "USER_UNAUTHORIZED", "Current user is not authorized to perform this action."),
        (401, "NOT_IN_GROUP", "No."),
        (401, "USER_CANNOT_ACCESS_GROUP", "No."),
        (
            403,
            "IP_ADDRESS_NOT_ON_ACCESS_LIST",
            "IP address 192.0.2.1 is not allowed to access this resource.",
        ),
        (403, "ORG_REQUIRES_ACCESS_LIST", "No."),
        (404, "GROUP_NOT_FOUND", "No group with ID 32b6e34b3d91647abb20e7b8 exists."),
        (404, "RESOURCE_NOT_FOUND", "No."),
        (400, "VALIDATION_ERROR", "Too many secrets."),
        (400, "INVALID_VERSION_DATE", "No."),
        (405, "WRITES_NOT_ALLOWED_DURING_APP_UPGRADES", "Wait."),
        (409, "DATA_CONCURRENCY_ERROR", "No."),
        (410, "VERSION_GONE", "No."),
        (429, "RATE_LIMITED", "Please retry after 55 seconds."),
        (429, "RATE_LIMITED_TOKEN_BUCKET", "Please retry after 55 seconds."),
    ];
    for (status, code, detail) in rows {
        let expected = format!("rejected {status} {code}: {detail}");
        let body = error(status, code, detail);
        let enveloped = format!(r#"{{"status":{status},"content":{body}}}"#);
        check(vec![
            (json(status, &body), PATIENT, &expected),
            (response(status, "Content-Type: text/plain\r\n", &body), PATIENT, &expected),
            (json(status, &enveloped), PATIENT, &expected),
            (json(200, &enveloped), PATIENT, &expected),
        ])
        .await;
    }
}

#[tokio::test]
async fn a_rate_limit_has_a_plausible_wait_or_none() {
    let body = error(429, "RATE_LIMITED", "Slow down.");
    let rows = [
        ("", ""),
        ("Retry-After: 55\r\n", " after 55s"),
        ("Retry-After: 99999999\r\n", ""),
        ("Retry-After: -1\r\n", ""),
        ("Retry-After: soon\r\n", ""),
        (
            "Date: Mon, 23 Nov 2026 18:14:00 GMT\r\nRetry-After: Mon, 23 Nov 2026 18:14:30 GMT\r\n",
            " after 30s",
        ),
    ];
    for (headers, expected) in rows {
        let expected = format!("rejected 429 RATE_LIMITED{expected}: Slow down.");
        check(vec![(response(429, headers, &body), PATIENT, &expected)]).await;
    }
}

#[tokio::test]
async fn any_other_response_is_inconclusive() {
    let html = "<html><body>Access denied by the gateway</body></html>";
    let timeout = error(408, "REQUEST_TIMEOUT", "No.");
    let internal = error(500, "UNEXPECTED_ERROR", "No.");
    let stale =
        "WWW-Authenticate: Digest realm=\"x\", nonce=\"n\", algorithm=MD5, qop=\"auth\", stale=true\r\n";
    let other_location = "Location: http://127.0.0.1:1/elsewhere\r\n";
    check(vec![
        (json(200, "{}"), PATIENT, "unexpected 200"),
        (json(202, ""), PATIENT, "unexpected 202"),
        (Reply::Bytes(b"HTTP/1.1 204 No Content\r\n\r\n".to_vec()), PATIENT, "unexpected 204"),
        (response(301, other_location, ""), PATIENT, "unexpected 301"),
        (response(302, other_location, ""), PATIENT, "unexpected 302"),
        (response(307, other_location, ""), PATIENT, "unexpected 307"),
        (response(308, other_location, ""), PATIENT, "unexpected 308"),
        (response(401, "", html), PATIENT, "unexpected 401"),
        // This session has a token, and no nonce to refuse.
        (response(401, stale, html), PATIENT, "unexpected 401"),
        (response(403, "Content-Type: text/html\r\n", html), PATIENT, "unexpected 403"),
        (response(407, "", ""), PATIENT, "unexpected 407"),
        (json(404, r#"{"error":"not found","errorCode":"X"}"#), PATIENT, "unexpected 404"),
        (json(404, r#"{"message":"no route"}"#), PATIENT, "unexpected 404"),
        (json(408, &timeout), PATIENT, "unexpected 408"),
        (json(500, &internal), PATIENT, "unexpected 500"),
        (response(502, "Content-Type: text/html\r\n", html), PATIENT, "unexpected 502"),
        (json(503, &error(503, "UNAVAILABLE", "No.")), PATIENT, "unexpected 503"),
        (response(504, "", ""), PATIENT, "unexpected 504"),
        (json(500, &full()), PATIENT, "unexpected 500"),
        (json(404, &error(404, "X", &"y".repeat(10_000_000))), PATIENT, "unexpected 404"),
    ])
    .await;
}

#[tokio::test]
async fn hostile_text_is_sanitized() {
    let detail = r"\u001b[2Jcleared \u001b]52;c;ZmFrZQ==\u0007 \u202Eoverridden\u2066 \u009b31mred";
    check(vec![(
        json(404, &error(404, r"\u001b[31mCODE", detail)),
        PATIENT,
        "rejected 404 [31mCODE: [2Jcleared ]52;c;ZmFrZQ== overridden 31mred",
    )])
    .await;
}

#[test]
fn debug_output_shows_no_credentials() {
    let settings = support::fixtures::with_service_account("http://127.0.0.1:1");
    let client = Client::new(settings.clone()).unwrap();
    for shown in [format!("{settings:?}"), format!("{client:?}")] {
        assert!(shown.contains("127.0.0.1"), "{shown}");
        assert!(!shown.contains(CLIENT_SECRET) && !shown.contains("FAKE"), "{shown}");
    }
}
