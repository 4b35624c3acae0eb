//! The token endpoint, revocation, and what a bearer token allows.

use reqwest::Method;
use serde_json::json;

use super::*;
use crate::support::fixtures::world_with;

#[tokio::test]
async fn valid_credentials_get_a_token_for_the_api() {
    let mut bench = Bench::demo().await;
    let (id, secret) = bench.atlas.service_account();
    let response = bench.sign_in(&id, &secret).await;
    assert_eq!((response.status.as_u16(), response.header("content-type")), (200, "application/json"));
    let mut body = response.json();
    bench.token = body["access_token"].as_str().unwrap().to_owned();
    body["access_token"] = "…".into();
    assert_eq!(body, json!({"access_token": "…", "expires_in": 3600, "token_type": "Bearer"}));
    assert_eq!(bench.get(PAYMENTS).await.status, 200);
    // The token of the bench and this one.
    assert_eq!(bench.atlas.live_tokens(), 2);
}

#[tokio::test]
async fn wrong_credentials_are_an_invalid_client() {
    let bench = Bench::demo().await;
    let (id, secret) = bench.atlas.service_account();
    let rows = [
        (id.as_str(), "mdb_sa_sk_fake_and_wrong"),
        (id.as_str(), ""),
        (CI_DEPLOYER, secret.as_str()),
        (BILLING_EXPORT, "9f3a"),
        ("", ""),
    ];
    for (id, secret) in rows {
        let response = bench.sign_in(id, secret).await;
        assert_eq!(response.status, 401, "{id}");
        assert_eq!(
            response.json(),
            json!({"error_description": "Invalid credentials provided.", "error": "invalid_client"}),
        );
    }
    let anonymous = bench.bare(Method::POST, "/api/oauth/token");
    assert_eq!(Response::of(form(anonymous, "grant_type=client_credentials")).await.status, 401);
}

#[tokio::test]
async fn the_body_of_a_token_request_must_match_exactly() {
    let bench = Bench::demo().await;
    let (id, secret) = bench.atlas.service_account();
    let request = || bench.bare(Method::POST, "/api/oauth/token").basic_auth(&id, Some(&secret));
    let rows = [
        "",
        "grant_type=password",
        "grant_type=client_credentials&scope=all",
        "grant_type=client%5Fcredentials",
    ];
    for body in rows {
        let response = Response::of(form(request(), body)).await;
        assert_eq!(
            (response.status.as_u16(), response.json()["error"].as_str()),
            (400, Some("unsupported_grant_type")),
            "{body}"
        );
    }
}

#[tokio::test]
async fn a_revoked_token_is_rejected() {
    let bench = Bench::demo().await;
    let (id, secret) = bench.atlas.service_account();
    let body = format!("token={}&token_type_hint=access_token", bench.token);
    let revoke = || bench.bare(Method::POST, "/api/oauth/revoke");
    let refused = Response::of(form(revoke().basic_auth(&id, Some("fake")), &body)).await;
    assert_eq!((refused.status.as_u16(), bench.atlas.live_tokens()), (401, 1));

    let response = Response::of(form(revoke().basic_auth(&id, Some(&secret)), &body)).await;
    assert_eq!((response.status.as_u16(), response.text.as_str()), (200, ""));
    assert_eq!(bench.atlas.live_tokens(), 0);
    assert_eq!(bench.get(PAYMENTS).await.error(), error(401, ""));
}

#[tokio::test]
async fn the_api_needs_a_bearer_token() {
    let bench = Bench::demo().await;
    let (id, secret) = bench.atlas.service_account();
    let request = || bench.bare(Method::GET, PAYMENTS).header("accept", V2024);
    let rows = [
        (request(), Some("UNEXPECTED_ERROR")),
        (request().bearer_auth("fake"), None),
        (request().bearer_auth(""), Some("UNEXPECTED_ERROR")),
        (request().basic_auth(id, Some(secret)), Some("UNEXPECTED_ERROR")),
        (request().header("authorization", &bench.token), Some("UNEXPECTED_ERROR")),
    ];
    for (request, code) in rows {
        let response = Response::of(request).await;
        assert_eq!(response.status, 401);
        let mut body = json!({"error": 401, "reason": "Unauthorized",
            "detail": "You are not authorized for this resource."});
        if let Some(code) = code {
            body["errorCode"] = code.into();
            body["parameters"] = json!([]);
        }
        assert_eq!((response.json(), response.header("x-error-code")), (body, code.unwrap_or_default()));
    }
}

#[tokio::test]
async fn a_created_secret_can_sign_in_until_it_is_deleted() {
    let mut bench = Bench::demo().await;
    let created = bench.create(PAYMENTS, CI_DEPLOYER, r#"{"secretExpiresAfterHours":8}"#).await.json();
    let (id, value) = (created["id"].as_str().unwrap(), created["secret"].as_str().unwrap());
    assert!(bench.secrets(PAYMENTS, CI_DEPLOYER).await[0]["lastUsedAt"].is_null());

    let token = bench.sign_in(CI_DEPLOYER, value).await.json();
    assert!(bench.secrets(PAYMENTS, CI_DEPLOYER).await[0]["lastUsedAt"].is_string());
    let operators = std::mem::replace(&mut bench.token, token["access_token"].as_str().unwrap().to_owned());
    assert_eq!((bench.get(PAYMENTS).await.status.as_u16(), bench.atlas.live_tokens()), (200, 2));

    assert_eq!(bench.delete(PAYMENTS, CI_DEPLOYER, id).await.status, 204);
    assert_eq!(bench.get(PAYMENTS).await.status, 401, "its token is no longer valid");
    assert_eq!(bench.sign_in(CI_DEPLOYER, value).await.status, 401);
    bench.token = operators;
    assert_eq!((bench.get(PAYMENTS).await.status.as_u16(), bench.atlas.live_tokens()), (200, 1));
}

#[tokio::test]
async fn an_expired_secret_of_the_world_cannot_sign_in() {
    let value = |tail: &str| format!("mdb_sa_sk_DEMOfakeFAKEfakeFAKEfakeFAKEfake{tail}");
    let secret = |tail: &str, hours: i32| {
        json!({"id": format!("65a1c0de00000000000{tail}0"), "value": value(tail),
            "created_hours_ago": 99, "expires_in_hours": hours})
    };
    let secrets = json!([secret("aaaa", 1), secret("bbbb", -1)]);
    let world = world_with(&format!(r#","secrets":{secrets}"#));
    assert!(!format!("{world:?}").contains("fakeFAKE"), "the value is not in Debug output");
    let bench = Bench::with(world).await;
    for (tail, status) in [("aaaa", 200), ("bbbb", 401)] {
        assert_eq!(bench.sign_in(CI_DEPLOYER, &value(tail)).await.status, status, "{tail}");
    }
}
