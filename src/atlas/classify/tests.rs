use secrecy::ExposeSecret;

use super::*;
use crate::domain::{Certainty, RejectionKind, ServiceAccount};

const SECRET: &str = "mdb_sa_sk_FAKEfakeFAKEfakeFAKEfakeFAKEfakeFAKE9f3a";

fn response(status: u16, body: &[u8]) -> ApiResponse {
    ApiResponse::of(status, body)
}

fn service_account(response: &ApiResponse) -> Result<ServiceAccount, ApiError> {
    read(response, wire::service_account)
}

fn secret(status: u16, body: &[u8]) -> CreatedSecret {
    created(&response(status, body)).unwrap()
}

#[test]
fn a_readable_secret_is_never_lost() {
    let bodies = [
        format!(r#"{{"secret":"{SECRET}"}}"#),
        format!(r#"{{"id":7,"createdAt":[],"expiresAt":{{}},"secret":"{SECRET}"}}"#),
        format!(r#"{{"id":"../../x","createdAt":"yesterday","expiresAt":null,"secret":"{SECRET}"}}"#),
        format!(r#"{{"status":201,"content":{{"secret":"{SECRET}"}}}}"#),
        format!(r#"{{"status":"201","content":{{"secret":"{SECRET}"}}}}"#),
        format!(r#"{{"status":201,"content":7,"secret":"{SECRET}"}}"#),
        format!("  {{\"secret\":\"{SECRET}\"}} and more"),
    ];
    for body in &bodies {
        for status in [200, 201, 202] {
            let secret = secret(status, body.as_bytes());
            assert_eq!(secret.value.expose_secret(), SECRET, "{status} {body}");
            assert_eq!((secret.id, secret.created_at, secret.expires_at), (None, None, None));
        }
    }
    let not_utf8 = [b"{\"id\":\"\xff\",\"secret\":\"", SECRET.as_bytes(), b"\"}"].concat();
    assert_eq!(secret(201, &not_utf8).value.expose_secret(), SECRET);
}

#[test]
fn unreadable_members_do_not_affect_the_secret() {
    const ID: &str = "32b6e34b3d91647abb20e7b9";
    let deep = |open: &str, close: &str| format!("{}{}", open.repeat(100_000), close.repeat(100_000));
    let members = [
        r#""id":"other","id":"32b6e34b3d91647abb20e7b9""#.to_owned(),
        r#""secret":null"#.to_owned(),
        r#""secret":"""#.to_owned(),
        r#""secret":7"#.to_owned(),
        r#""isSystemManaged":1e999"#.to_owned(),
        r#""isSystemManaged":-1e999,"x":123456789012345678901234567890"#.to_owned(),
        r#""owner":"\ud800""#.to_owned(),
        r#""owner":"\udc00\ud800\uD8""#.to_owned(),
        r#""\ud800":1"#.to_owned(),
        r#""owner":"\x \u12""#.to_owned(),
        "\"owner\":\"a\nb\u{0}c\"".to_owned(),
        format!(r#""owner":{}"#, deep("[", "]")),
        format!(r#""owner":{}0{}"#, r#"{"a":"#.repeat(100_000), "}".repeat(100_000)),
        r#""owner":NaN"#.to_owned(),
        r#""owner":-Infinity"#.to_owned(),
        r#""owner":undefined"#.to_owned(),
        r#""owner":01"#.to_owned(),
        r#""owner":{"secret":"mdb_sa_sk_FAKE-other","id":"other"}"#.to_owned(),
        r#""owner":"{\"secret\":\"x\"}, } ] \\""#.to_owned(),
        r#""owner":,"#.to_owned(),
        r#""owner""#.to_owned(),
        r#""createdAt":1e999,"expiresAt":"\ud800""#.to_owned(),
        r#""lastUsedAt":[[[{}]]]"#.to_owned(),
        String::new(),
    ];
    for member in &members {
        let id = format!(r#""id":"{ID}""#);
        let secret = format!(r#""\u0073ecret" : "{SECRET}""#);
        let bodies = [
            format!("{{{id},{member},{secret}}}"),
            format!("{{{secret},{member},{id}}}"),
            format!("{{{member},{id},{secret}}}"),
            format!(r#"{{"status":201,{member},"content":{{{member},{id},{secret}}}}}"#),
        ];
        for body in &bodies {
            let shown: String = body.chars().take(200).collect();
            let secret = created(&response(201, body.as_bytes())).unwrap();
            assert_eq!(secret.value.expose_secret(), SECRET, "{shown}");
            assert_eq!(secret.id.as_ref().map(crate::domain::SecretId::as_str), Some(ID), "{shown}");
        }
    }
}

#[test]
fn a_secret_in_a_truncated_body_is_used() {
    let whole = format!(r#"{{"secret":"{SECRET}","id":"32b6e34b3d91647abb20e7b9","owner":{{"a":[1]}}}}"#);
    let first = whole.find(SECRET).unwrap() + SECRET.len() + 1;
    let slow = || Cause::TimedOut(std::time::Duration::from_secs(60));
    for length in first..=whole.len() {
        for end in [BodyEnd::TooLarge, BodyEnd::Cut(slow()), BodyEnd::Cut(Cause::ConnectTimeout)] {
            let mut response = response(201, &whole.as_bytes()[..length]);
            response.end = end;
            let Ok(secret) = created(&response) else { panic!("{}", &whole[..length]) };
            assert_eq!(secret.value.expose_secret(), SECRET, "{}", &whole[..length]);
        }
    }
    for end in 0..first {
        let outcome = created(&response(201, &whole.as_bytes()[..end]));
        assert!(
            matches!(outcome, Err(ApiError { cause: Cause::ValueUnreadable(_), .. })),
            "{}",
            &whole[..end]
        );
    }
}

#[test]
fn a_secret_counts_if_the_status_or_that_in_the_envelope_is_a_success() {
    let enveloped = |status: u16| format!(r#"{{"status":{status},"content":{{"secret":"{SECRET}"}}}}"#);
    for (status, within) in [(200, 404), (500, 201)] {
        assert_eq!(secret(status, enveloped(within).as_bytes()).value.expose_secret(), SECRET);
    }
    let neither = created(&response(500, enveloped(500).as_bytes()));
    assert!(matches!(neither, Err(ApiError { cause: Cause::Unexpected { status: 500 }, .. })), "{neither:?}");
}

#[test]
fn an_account_is_only_read_from_a_successful_response() {
    let account = br#"{"clientId":"mdb_sa_id_1234567890abcdef12345678","name":"ci","secrets":[]}"#;
    assert!(service_account(&response(200, account)).is_ok());
    for status in [199, 300, 404, 500] {
        assert_eq!(
            service_account(&response(status, account)),
            Err(ApiError::sent(Cause::Unexpected { status }))
        );
    }
}

#[test]
fn only_a_non_empty_string_is_a_secret() {
    let bodies: [&[u8]; 11] = [
        b"",
        b"null",
        b"[]",
        b"{}",
        br#"{"secret":""}"#,
        br#"{"secret":7}"#,
        br#"{"secret":null,"maskedSecretValue":"mdb_sa_sk_...9f3a"}"#,
        br#"{"secret":"mdb_sa_sk_FA"#,
        b"{\"secret\":\"mdb_sa_sk_\xff\"}",
        br#"["mdb_sa_sk_FAKE",null,null,null]"#,
        br#"{"status":201,"content":["mdb_sa_sk_FAKE",null,null,null]}"#,
    ];
    for body in bodies {
        let outcome = created(&response(201, body));
        assert!(matches!(outcome, Err(ApiError { cause: Cause::ValueUnreadable(_), .. })), "{outcome:?}");
    }
}

#[test]
fn only_a_4xx_with_an_atlas_error_is_a_refusal() {
    const ERROR: &str = r#"{"error":404,"errorCode":"GROUP_NOT_FOUND","detail":"No group."}"#;
    let enveloped = format!(r#"{{"status":404,"content":{ERROR}}}"#);
    let rows = [
        (404, ERROR, true),
        (400, ERROR, true),
        (499, ERROR, true),
        (200, enveloped.as_str(), true),
        (408, ERROR, false),
        (500, ERROR, false),
        (302, ERROR, false),
        (200, ERROR, false),
        (404, r#"{"error":404}"#, true),
        (404, r#"{"error":404,"errorCode":7}"#, true),
        (404, r#"{"error":"404","errorCode":"GROUP_NOT_FOUND"}"#, false),
        (404, r#"{"error":404.5,"errorCode":"GROUP_NOT_FOUND"}"#, false),
        (404, "<html>not found</html>", false),
    ];
    for (status, body, is_refusal) in rows {
        let outcome = created(&response(status, body.as_bytes()));
        assert_eq!(
            matches!(outcome, Err(ApiError { cause: Cause::Rejected(_), .. })),
            is_refusal,
            "{status} {body}: {outcome:?}"
        );
    }
}

#[test]
fn a_refusal_does_not_need_a_code() {
    let detail = Some("401: Not you.");
    let rows = [
        (r#"{"error":401,"reason":"Unauthorized","detail":"Not you."}"#, detail),
        (r#"{"error":401,"reason":"Unauthorized","detail":"Not you.","errorCode":null}"#, detail),
        (r#"{"error":401,"reason":"Unauthorized","detail":"Not you.","errorCode":""}"#, detail),
        (r#"{"error":401,"reason":"Unauthorized","detail":"Not you.","errorCode":" "}"#, detail),
        (r#"{"error":401,"reason":"Unauthorized","detail":"Not you.","errorCode":401}"#, detail),
        (r#"{"error":401,"detail":"Not you.","parameters":null,"badRequestDetail":null}"#, detail),
        (r#"{"error":401,"detail":"Not you.","aField":"of tomorrow"}"#, detail),
        (r#"{"error":0,"reason":"Unauthorized"}"#, Some("401: Unauthorized")),
        (r#"{"error":401,"reason":"Unauthorized","detail":""}"#, Some("401: Unauthorized")),
        (r#"{"error":401,"reason":"Unauthorized","detail":null}"#, Some("401: Unauthorized")),
        (
            r#"{"error":401,"errorCode":"UNAUTHORIZED","detail":"Not you."}"#,
            Some("401 UNAUTHORIZED: Not you."),
        ),
        (r#"{"error":401,"errorCode":"UNAUTHORIZED","detail":{}}"#, Some("401 UNAUTHORIZED")),
        (r#"{"error":401}"#, Some("HTTP 401")),
        ("{\"error\":401}\r\n", Some("HTTP 401")),
        (r#"{"detail":"Not you.","status":401,"title":"Unauthorized","type":"about:blank"}"#, None),
        (r#"{"detail":""}"#, None),
        (r#"{"detail":["Not you."]}"#, None),
        (r#"{"reason":"Unauthorized"}"#, None),
        (r#"{"error":400}"#, None),
        (r#"{"error":"Unauthorized","reason":"x","detail":"x"}"#, None),
        (r#"{"error":{"code":401},"detail":"x"}"#, None),
        (r#"{"error":true,"detail":"x"}"#, None),
        (r#"{"error":[401],"detail":"x"}"#, None),
        (r#"{"message":"Unauthorized"}"#, None),
        (r#"{"code":401,"message":"Unauthorized"}"#, None),
        (r#"[{"error":401,"detail":"x"}]"#, None),
        (r#"{"error":401,"detail":"x""#, None),
        ("\"Unauthorized\"", None),
        ("{}", None),
        ("null", None),
        ("", None),
        ("<html><body>401</body></html>", None),
    ];
    for (body, text) in rows {
        let outcome = created(&response(401, body.as_bytes()));
        let error = service_account(&response(401, body.as_bytes())).unwrap_err();
        match (text, outcome) {
            (Some(text), Err(ApiError { cause: Cause::Rejected(rejection), .. })) => {
                assert_eq!(rejection.kind(), RejectionKind::NotAuthorized);
                assert_eq!(rejection.atlas_message().as_str(), text, "{body}");
                assert_eq!(error, ApiError::rejected(*rejection), "{body}");
            }
            (None, Err(ApiError { cause: Cause::Unexpected { status: 401 }, .. })) => {
                assert_eq!(error, ApiError::sent(Cause::Unexpected { status: 401 }), "{body}");
            }
            (_, outcome) => panic!("{body}: {outcome:?}"),
        }
    }
}

#[test]
fn a_read_is_only_refused_with_an_error_status() {
    let rows = [
        (200, r#"{"detail":"x"}"#, false),
        (200, r#"{"error":200,"reason":"OK","detail":"x"}"#, false),
        (302, r#"{"error":302,"reason":"Found"}"#, false),
        (502, r#"{"detail":"Bad Gateway"}"#, false),
        (503, r#"{"message":"x"}"#, false),
        (500, r#"{"error":500,"reason":"Internal Server Error","detail":"x"}"#, true),
        (503, r#"{"error":503,"detail":"x","errorCode":null}"#, true),
        (429, r#"{"error":429,"reason":"Too Many Requests"}"#, true),
        (404, r#"{"detail":"x"}"#, true),
    ];
    for (status, body, is_refusal) in rows {
        let error = service_account(&response(status, body.as_bytes())).unwrap_err();
        assert_eq!(matches!(error.cause, Cause::Rejected(_)), is_refusal, "{status} {body}: {error:?}");
    }
}

#[test]
fn a_detail_alone_proves_nothing_about_a_post_or_a_delete() {
    for body in [r#"{"detail":"Blocked."}"#, r#"{"error":null,"detail":"Blocked.","reason":"Forbidden"}"#] {
        let response = response(403, body.as_bytes());
        let unexpected = ApiError::sent(Cause::Unexpected { status: 403 });
        assert_eq!(created(&response).unwrap_err(), unexpected, "{body}");
        assert_eq!(deleted(&response), Err(unexpected), "{body}");
        assert!(service_account(&response).unwrap_err().rejection().is_some(), "{body}");
    }
}

#[test]
fn the_error_names_the_address_to_add_to_the_access_list() {
    let rows = [
        (r#"["203.0.113.7"]"#, Some("203.0.113.7")),
        (r#"["203.0.113.7","x"]"#, Some("203.0.113.7")),
        (r#"[" 2001:db8::1 "]"#, Some("2001:db8::1")),
        ("[]", None),
        ("null", None),
        (r#"["an organization"]"#, None),
        ("[7]", None),
        (r#""203.0.113.7""#, None),
    ];
    for (parameters, expected) in rows {
        let body = format!(
            r#"{{"error":403,"errorCode":"ORG_REQUIRES_ACCESS_LIST","detail":"No.","parameters":{parameters}}}"#
        );
        let Err(ApiError { cause: Cause::Rejected(rejection), .. }) =
            created(&response(403, body.as_bytes()))
        else {
            panic!("{body}");
        };
        assert_eq!(rejection.address, expected.map(ServerText::new), "{body}");
        let action = rejection.explain().action;
        match expected {
            Some(address) => assert!(action.contains(&format!("address ({address})")), "{action}"),
            None => assert!(action.contains("this machine's address to"), "{action}"),
        }
    }
}

#[test]
fn the_fields_of_a_bad_request_are_kept() {
    let body = br#"{"error":400,"errorCode":"VALIDATION_ERROR","detail":"Bad.","reason":"Bad Request",
        "badRequestDetail":{"fields":[{"field":"secretExpiresAfterHours","description":"must be <= 720"}, 7]}}"#;
    let Err(ApiError { cause: Cause::Rejected(rejection), .. }) = created(&response(400, body)) else {
        panic!("not a refusal");
    };
    assert_eq!(rejection.fields[0].field.as_str(), "secretExpiresAfterHours");
    assert_eq!(rejection.fields[0].description.as_str(), "must be <= 720");
}

#[test]
fn an_account_is_parsed_leniently_but_never_loses_a_secret() {
    let body = br#"{"clientId":"mdb_sa_id_1234567890abcdef12345678","name":"ci\u001b[31m","roles":["GROUP_OWNER",7],
        "isSystemManaged":false,"secrets":[
        {"id":"32b6e34b3d91647abb20e7b8","createdAt":"2026-11-01T00:00:00Z","expiresAt":"2027-03-01T00:00:00.5+01:00",
         "lastUsedAt":null,"maskedSecretValue":"mdb_sa_sk_...9f3a","owner":{}},
        {"id":"32b6e34b3d91647abb20e7b9","expiresAt":"soon"}]}"#;
    let account = service_account(&response(200, body)).unwrap();
    assert_eq!(account.name.as_str(), "ci[31m");
    assert_eq!(account.roles.len(), 1);
    let ids: Vec<_> = account.secrets.iter().map(|secret| secret.id.as_str()).collect();
    assert_eq!(ids, ["32b6e34b3d91647abb20e7b8", "32b6e34b3d91647abb20e7b9"]);
    assert_eq!(account.secrets[0].expires_at, Some("2027-02-28T23:00:00.5Z".parse().unwrap()));
    assert_eq!(account.secrets[1].expires_at, None);

    let enveloped = br#"{"status":200,"content":{"name":"ci","secrets":null}}"#;
    assert_eq!(service_account(&response(200, enveloped)).unwrap().secrets, []);
    let unreadable = r#"{"name":"ci","secrets":[{"id":"../..","expiresAt":"2027-03-01T00:00:00Z"}]}"#;
    for body in ["", "{}", "[]", r#"{"secrets":{}}"#, unreadable, "<html>"] {
        let error = service_account(&response(200, body.as_bytes())).unwrap_err();
        assert_eq!(error, ApiError::sent(Cause::Unexpected { status: 200 }), "{body}");
    }
}

#[test]
fn only_the_documented_responses_confirm_a_deletion() {
    let error = |status, code| format!(r#"{{"error":{status},"errorCode":"{code}","detail":"No."}}"#);
    let (gone, failed, unknown) = ("gone", "failed", "unknown");
    let rows = [
        (204, String::new(), gone),
        (204, "<html>".to_owned(), gone),
        (200, r#"{"status":204}"#.to_owned(), gone),
        (200, r#"{"status":204,"content":{}}"#.to_owned(), gone),
        (200, r#"{"status":204,"content":null}"#.to_owned(), gone),
        (200, String::new(), unknown),
        (200, "{}".to_owned(), unknown),
        (200, "<html>Sign in to the network</html>".to_owned(), unknown),
        (200, r#"{"status":"204"}"#.to_owned(), unknown),
        (200, r#"{"status":200,"content":{}}"#.to_owned(), unknown),
        (201, r#"{"status":204}"#.to_owned(), unknown),
        (202, String::new(), unknown),
        (205, String::new(), unknown),
        (302, String::new(), unknown),
        (404, error(404, "RESOURCE_NOT_FOUND"), unknown),
        (404, error(404, "GROUP_NOT_FOUND"), unknown),
        (404, error(404, "ORG_NOT_FOUND"), unknown),
        (404, error(404, "CANNOT_FIND_RESOURCE_VERSION"), unknown),
        (404, error(404, "SERVICE_ACCOUNT_SECRET_NOT_FOUND"), unknown),
        (404, r#"{"error":404,"detail":"No."}"#.to_owned(), unknown),
        (404, "<html>".to_owned(), unknown),
        (404, String::new(), unknown),
        (200, format!(r#"{{"status":404,"content":{}}}"#, error(404, "RESOURCE_NOT_FOUND")), unknown),
        (403, "<html>".to_owned(), unknown),
        (408, error(408, "REQUEST_TIMEOUT"), unknown),
        (500, error(500, "UNEXPECTED_ERROR"), unknown),
        (502, "<html>".to_owned(), unknown),
        (503, error(503, "UNAVAILABLE"), unknown),
        (401, error(401, "USER_UNAUTHORIZED"), failed),
        (403, error(403, "FORBIDDEN"), failed),
        (409, error(409, "DATA_CONCURRENCY_ERROR"), failed),
        (429, error(429, "RATE_LIMITED"), failed),
        (200, format!(r#"{{"status":403,"content":{}}}"#, error(403, "FORBIDDEN")), failed),
    ];
    for (status, body, expected) in rows {
        let found = match deleted(&response(status, body.as_bytes())) {
            Ok(()) => gone,
            Err(error) if error.certainty() == Certainty::NotDone => failed,
            Err(_) => unknown,
        };
        assert_eq!(found, expected, "{status} {body}");
    }
}
