use proptest::prelude::*;

use super::*;
use crate::atlas::http::BodyEnd;
use crate::atlas::properties::{self, any_body, any_status};
use crate::domain::Rejection;

fn response(status: u16, body: &str) -> ApiResponse {
    properties::response(status, body.as_bytes())
}

fn token(response: &ApiResponse, requested_at: Instant) -> ApiResult<Token> {
    let (value, lifetime) = super::token(response)?;
    let client_id = ClientId::parse("mdb_sa_id_1234567890abcdef12345678").unwrap();
    let login = ServiceAccountLogin { client_id, client_secret: "FAKE".into() };
    Ok(Token { value, expires_at: requested_at + lifetime, login })
}

#[test]
fn a_token_is_fresh_while_five_minutes_are_left() {
    let now = Instant::now();
    let token =
        token(&response(200, r#"{"access_token":"FAKE","expires_in":3600,"token_type":"Bearer"}"#), now)
            .unwrap();
    assert!(token.is_fresh(now));
    assert!(token.is_fresh(now + Duration::from_secs(3300)));
    assert!(!token.is_fresh(now + Duration::from_secs(3301)));
    assert!(!token.is_fresh(now + Duration::from_secs(4000)));
}

#[test]
fn a_token_in_a_truncated_response_is_used() {
    let cut = |body: &str| {
        let mut response = response(200, body);
        response.end = BodyEnd::Cut(Cause::Interrupted(ServerText::new("reset")));
        token(&response, Instant::now())
    };
    assert_eq!(cut(r#"{"access_token":"FAKE"}"#).unwrap().value.expose_secret(), "FAKE");
    assert_eq!(
        cut(r#"{"access_token":"FAKE""#).err().unwrap(),
        ApiError::interrupted(ServerText::new("reset"))
    );
}

#[test]
fn a_token_without_a_readable_lifetime_lives_for_an_hour() {
    let now = Instant::now();
    for lifetime in ["", r#","expires_in":null"#, r#","expires_in":-1"#, r#","expires_in":"3600""#] {
        let token = token(&response(200, &format!(r#"{{"access_token":"FAKE"{lifetime}}}"#)), now).unwrap();
        assert!(token.is_fresh(now + Duration::from_secs(3300)), "{lifetime}");
        assert!(!token.is_fresh(now + Duration::from_secs(3301)), "{lifetime}");
    }
}

#[test]
fn a_lifetime_of_any_size_is_parsed() {
    let now = Instant::now();
    let rows = [
        ("0", false),
        ("299", false),
        ("299.5", false),
        ("\"299\"", false),
        ("300", true),
        ("3.0e2", true),
        ("\"300\"", true),
        ("9223372036854775807", true),
        ("9223372036854775808", true),
        ("18446744073709551615", true),
        ("18446744073709551616", true),
        ("123456789012345678901234567890", true),
        ("1e30", true),
        ("1e999", true),
    ];
    for (lifetime, is_fresh) in rows {
        let body =
            format!(r#"{{"access_token":"FAKE","expires_in":{lifetime},"expires_at":1e999,"x":"\ud800"}}"#);
        assert_eq!(token(&response(200, &body), now).unwrap().is_fresh(now), is_fresh, "{lifetime}");
    }
}

#[test]
fn the_type_of_error_distinguishes_the_refusals() {
    let refused = |message| ApiError::sent(Cause::SignInRefused(ServerText::new(message)));
    let token_refused =
        |status, message| ApiError::sent(Cause::TokenRefused { status, message: ServerText::new(message) });
    let unexpected = |status| ApiError::sent(Cause::Unexpected { status });
    let rows = [
        (
            401,
            r#"{"error_description":"Invalid credentials provided.","error":"invalid_client"}"#,
            refused("Invalid credentials provided."),
        ),
        (401, r#"{"error":"invalid_client"}"#, refused("invalid_client")),
        (
            429,
            r#"{"error":429,"errorCode":"RATE_LIMITED","detail":"limited to 50 requests every 1 minutes"}"#,
            ApiError::rejected(Rejection {
                status: 429,
                error_code: ServerText::new("RATE_LIMITED"),
                detail: ServerText::new("limited to 50 requests every 1 minutes"),
                ..Rejection::default()
            }),
        ),
        (200, "{}", unexpected(200)),
        (200, r#"{"access_token":""}"#, unexpected(200)),
        (200, r#"["FAKE"]"#, unexpected(200)),
        (200, "<html>", unexpected(200)),
        (302, "", unexpected(302)),
        (399, r#"{"error":"invalid_client"}"#, unexpected(399)),
        (400, r#"{"error":"invalid_client"}"#, refused("invalid_client")),
        (400, r#"{"error":"invalid_request"}"#, token_refused(400, "invalid_request")),
        (403, r#"{"error":"invalid_client"}"#, token_refused(403, "invalid_client")),
        (408, r#"{"error":"invalid_client"}"#, unexpected(408)),
        (429, r#"{"error":"slow_down"}"#, unexpected(429)),
        (499, r#"{"error":"invalid_client"}"#, token_refused(499, "invalid_client")),
        (500, r#"{"error":"invalid_client"}"#, unexpected(500)),
        (503, r#"{"error":"Bad gateway"}"#, unexpected(503)),
        (
            503,
            r#"{"error":"temporarily_unavailable"}"#,
            ApiError::rejected(Rejection {
                error_code: ServerText::new("temporarily_unavailable"),
                ..Rejection::of_status(503)
            }),
        ),
        (
            500,
            r#"{"error":"server_error","error_description":"Unexpected error."}"#,
            ApiError::rejected(Rejection {
                error_code: ServerText::new("server_error"),
                detail: ServerText::new("Unexpected error."),
                ..Rejection::of_status(500)
            }),
        ),
        (
            400,
            r#"{"error":"unauthorized_client","error_description":"Not allowed."}"#,
            token_refused(400, "unauthorized_client: Not allowed."),
        ),
        (
            400,
            r#"{"error":"invalid_request","error_description":"No such secret: mdb_sa_sk_FAKE-x_1."}"#,
            ApiError::sent(Cause::TokenRefused {
                status: 400,
                message: ServerText::new("invalid_request: No such secret: mdb_sa_sk_...."),
            }),
        ),
        (
            401,
            r#"{"error":"invalid_client","error_description":"mdb_sa_sk_FAKE is wrong."}"#,
            refused("mdb_sa_sk_... is wrong."),
        ),
        (
            401,
            r#"{"error":401,"reason":"Unauthorized","detail":"You are not authorized for this resource."}"#,
            refused("You are not authorized for this resource."),
        ),
        (401, r#"{"error":["invalid_client"]}"#, unexpected(401)),
        (200, r#"{"access_token":"FAKE\r\nX: y"}"#, unexpected(200)),
        (200, r#"{"access_token":"FAKE token"}"#, unexpected(200)),
    ];
    for (status, body, expected) in rows {
        let error = token(&response(status, body), Instant::now()).err().unwrap();
        assert_eq!(error, expected, "{status} {body}");
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
        let response = properties::response(status, &body);
        if let Ok(token) = token(&response, Instant::now()) {
            prop_assert!(is_success(status));
            prop_assert_eq!(Some(token.value.expose_secret().to_owned()), named);
        }
    }
}
