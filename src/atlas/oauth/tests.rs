use proptest::prelude::*;

use super::*;
use crate::atlas::http::BodyEnd;
use crate::atlas::properties::{any_body, any_status};

fn response(status: u16, body: &str) -> ApiResponse {
    ApiResponse::of(status, body.as_bytes())
}

#[test]
fn a_token_in_a_truncated_response_is_used() {
    let cut = |body: &str| {
        let mut response = response(200, body);
        response.end = BodyEnd::Cut(Cause::Interrupted(ServerText::new("reset")));
        token(&response)
    };
    assert_eq!(cut(r#"{"access_token":"FAKE"}"#).unwrap().0.expose_secret(), "FAKE");
    assert_eq!(
        cut(r#"{"access_token":"FAKE""#).err().unwrap(),
        ApiError::sent(Cause::Interrupted(ServerText::new("reset")))
    );
}

#[test]
fn a_lifetime_of_any_size_is_parsed() {
    let rows = [
        ("0", 0.0),
        ("299.5", 299.5),
        ("\"300\"", 300.0),
        ("3.0e2", 300.0),
        ("18446744073709551616", MAX_LIFETIME_SECONDS),
        ("1e999", MAX_LIFETIME_SECONDS),
        ("null", 3600.0),
        ("-1", 3600.0),
    ];
    for (lifetime, expected) in rows {
        let body =
            format!(r#"{{"access_token":"FAKE","expires_in":{lifetime},"expires_at":1e999,"x":"\ud800"}}"#);
        let (_, found) = token(&response(200, &body)).unwrap();
        assert_eq!(found, Duration::from_secs_f64(expected), "{lifetime}");
    }
    assert_eq!(token(&response(200, r#"{"access_token":"FAKE"}"#)).unwrap().1, DEFAULT_LIFETIME);
}

#[test]
fn the_type_of_error_distinguishes_the_refusals() {
    let rows = [
        (400, r#"{"error":"invalid_client"}"#, "refused: invalid_client"),
        (
            401,
            r#"{"error":"invalid_client","error_description":"mdb_sa_sk_FAKE is wrong."}"#,
            "refused: mdb_sa_sk_... is wrong.",
        ),
        (401, r#"{"error":401,"reason":"Unauthorized","detail":"No."}"#, "refused: No."),
        (403, r#"{"error":"invalid_client"}"#, "no token, 403: invalid_client"),
        (499, r#"{"error":"invalid_client"}"#, "no token, 499: invalid_client"),
        (
            400,
            r#"{"error":"invalid_request","error_description":"No such secret: mdb_sa_sk_FAKE-x_1."}"#,
            "no token, 400: invalid_request: No such secret: mdb_sa_sk_....",
        ),
        (
            429,
            r#"{"error":429,"errorCode":"RATE_LIMITED","detail":"limited to 50"}"#,
            "rejected 429 RATE_LIMITED: limited to 50",
        ),
        (503, r#"{"error":"temporarily_unavailable"}"#, "rejected 503 temporarily_unavailable"),
        (
            500,
            r#"{"error":"server_error","error_description":"Unexpected."}"#,
            "rejected 500 server_error: Unexpected.",
        ),
        (399, r#"{"error":"invalid_client"}"#, "unexpected 399"),
        (408, r#"{"error":"invalid_client"}"#, "unexpected 408"),
        (429, r#"{"error":"slow_down"}"#, "unexpected 429"),
        (500, r#"{"error":"invalid_client"}"#, "unexpected 500"),
        (503, r#"{"error":"Bad gateway"}"#, "unexpected 503"),
        (401, r#"{"error":["invalid_client"]}"#, "unexpected 401"),
    ];
    for (status, body, expected) in rows {
        let cause = token(&response(status, body)).unwrap_err().cause;
        let line = match &cause {
            Cause::SignInRefused { message, .. } => format!("refused: {message}"),
            Cause::TokenRefused { status, message } => format!("no token, {status}: {message}"),
            Cause::Rejected(rejection) => format!("rejected {}", rejection.atlas_message()),
            Cause::Unexpected { status } => format!("unexpected {status}"),
            other => format!("{other:?}"),
        };
        assert_eq!(line, expected, "{status} {body}");
    }
}

#[test]
fn an_authorization_is_hidden_from_debug_output() {
    let value = authorization("Bearer", "mdb_FAKE_token").unwrap();
    assert_eq!(value.to_str().unwrap(), "Bearer mdb_FAKE_token");
    assert!(!format!("{value:?}").contains("FAKE"));
    let error = authorization("Bearer", "mdb_FAKE_token\nX: y").unwrap_err();
    assert!(!format!("{error:?}").contains("FAKE"));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 10_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_token_is_always_from_the_response(status in any_status(), body in any_body()) {
        let named = serde_json::from_slice::<Value>(&body).ok();
        let named = named.and_then(|body| Some(body.get("access_token")?.as_str()?.to_owned()));
        let response = ApiResponse::of(status, &body);
        if let Ok((value, _)) = token(&response) {
            prop_assert!(is_success(status));
            prop_assert_eq!(Some(value.expose_secret().to_owned()), named);
        }
    }
}
