use secrecy::ExposeSecret;

use super::*;
use crate::domain::{Certainty, RejectionKind, SecretId, ServiceAccount};

const SECRET: &str = "mdb_sa_sk_FAKEfakeFAKEfakeFAKEfakeFAKEfakeFAKE9f3a";

fn response(status: u16, body: &[u8]) -> ApiResponse {
    ApiResponse::of(status, body)
}

fn service_account(response: &ApiResponse) -> Result<ServiceAccount, ApiError> {
    account(response, "mdb_sa_id_1234567890abcdef12345678")
}

fn secret(status: u16, body: &[u8]) -> CreatedSecret {
    created(&response(status, body)).unwrap()
}

/// Members of a JSON object that cannot be parsed, or only leniently.
fn odd_members() -> Vec<String> {
    let deep = |open: &str, close: &str| format!("{}{}", open.repeat(100_000), close.repeat(100_000));
    vec![
        r#""isSystemManaged":1e999"#.to_owned(),
        r#""owner":"\ud800""#.to_owned(),
        r#""\ud800":1"#.to_owned(),
        r#""owner":"\x \u12""#.to_owned(),
        "\"owner\":\"a\nb\u{0}c\"".to_owned(),
        format!(r#""owner":{}"#, deep("[", "]")),
        format!(r#""owner":{}0{}"#, r#"{"a":"#.repeat(100_000), "}".repeat(100_000)),
        r#""owner":NaN"#.to_owned(),
        r#""owner":,"#.to_owned(),
        r#""owner""#.to_owned(),
        String::new(),
    ]
}

#[test]
fn unreadable_members_do_not_affect_the_secret() {
    const ID: &str = "32b6e34b3d91647abb20e7b9";
    let own = [
        r#""id":"other","id":"32b6e34b3d91647abb20e7b9""#.to_owned(),
        r#""secret":null"#.to_owned(),
        r#""secret":"""#.to_owned(),
        r#""secret":7"#.to_owned(),
        r#""owner":{"secret":"mdb_sa_sk_FAKE-other","id":"other"}"#.to_owned(),
        r#""owner":"{\"secret\":\"x\"}, } ] \\""#.to_owned(),
        r#""createdAt":1e999,"expiresAt":"\ud800""#.to_owned(),
    ];
    for member in own.iter().chain(&odd_members()) {
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
            assert_eq!(secret.id.as_ref().map(SecretId::as_str), Some(ID), "{shown}");
        }
    }
}

#[test]
fn unreadable_members_do_not_affect_a_refusal_or_an_account() {
    for member in odd_members() {
        let shown: String = member.chars().take(200).collect();
        let refusal = format!(r#"{{{member},"error":403,"errorCode":"FORBIDDEN","parameters":[1e999]}}"#);
        let error = created(&response(403, refusal.as_bytes())).unwrap_err();
        assert_eq!(error.certainty(), Certainty::NotDone, "{shown}");
        assert_eq!(error.rejection().unwrap().error_code.as_str(), "FORBIDDEN", "{shown}");

        let account = format!(r#"{{"name":"ci",{member},"secrets":[{{"id":"32b6e34b3d91647abb20e7b9"}}]}}"#);
        let account = service_account(&response(200, account.as_bytes())).unwrap();
        assert_eq!((account.name.as_str(), account.secrets.len()), ("ci", 1), "{shown}");
    }
    let page = r#"{"results":[{"id":"32b6e34b3d91647abb20e7b8","name":"\ud83d"},
        {"id":"32b6e34b3d91647abb20e7b9","name":"pay"}]}"#;
    let page = read(&response(200, page.as_bytes()), |body| wire::page(body, wire::project_entry)).unwrap();
    let names: Vec<&str> = page.entries.iter().map(|entry| entry.name.as_str()).collect();
    assert_eq!(names, ["", "pay"]);
}

#[test]
fn an_account_never_appears_to_have_fewer_secrets() {
    let rows = [
        r#"{"name":"ci","secrets":[{"id":"32b6e34b3d91647abb20e7b9"},\ud83d]}"#,
        r#"{"name":"ci","secrets":[{"id":"32b6e34b3d91647abb20e7b9"},{"id":"\ud83d"}]}"#,
        r#"{"name":"ci","secrets":[{"id":"32b6e34b3d91647abb20e7b9"}"#,
        r#"{"name":"ci","secrets":[{"id":"32b6e34b3d91647abb20e7b9"}]"#,
        r#"{"name":"ci","secrets":1e999}"#,
        // A comma, a colon or a quote is missing, or the name has a control character.
        r#"{"name":"ci" "secrets":[{"id":"32b6e34b3d91647abb20e7b9"}]}"#,
        r#"{"name":"ci","secrets" [{"id":"32b6e34b3d91647abb20e7b9"}]}"#,
        r#"{"name":"ci","secrets:[{"id":"32b6e34b3d91647abb20e7b9"}]}"#,
        "{\"name\":\"ci\",\"\u{1}secrets\":[{\"id\":\"32b6e34b3d91647abb20e7b9\"}]}",
        r#"{"name":"ci","\ud800secrets":[{"id":"32b6e34b3d91647abb20e7b9"}]}"#,
        r#"{"name":"ci","secrets":[{"id":"32b6e34b3d91647abb20e7b9"} {"id":"32b6e34b3d91647abb20e7ba"}]}"#,
        r#"{"name":"ci","secrets":[] [{"id":"32b6e34b3d91647abb20e7b9"}]}"#,
        // It may be another account.
        r#"{"name":"ci","clientId":"\ud800","secrets":[]}"#,
        r#"{"name":"ci","clientId":7,"secrets":[]}"#,
    ];
    for body in rows {
        assert!(service_account(&response(200, body.as_bytes())).is_err(), "{body}");
    }
    let garbage_after = br#"{"name":"ci","secrets":[]}<!-- proxy -->"#;
    assert!(service_account(&response(200, garbage_after)).is_ok());
}

#[test]
fn the_id_in_a_truncated_body_is_kept() {
    const ID: &str = "32b6e34b3d91647abb20e7b9";
    let bare = format!(r#"{{"id":"{ID}","secret":"{SECRET}"}}"#);
    for whole in [format!(r#"{{"status":201,"content":{bare}}}"#), bare] {
        let first = whole.find(ID).unwrap() + ID.len() + 1;
        for length in 0..whole.find(SECRET).unwrap() + SECRET.len() {
            let mut response = response(201, &whole.as_bytes()[..length]);
            response.end = BodyEnd::Cut(Cause::TimedOut(std::time::Duration::from_secs(60)));
            let error = created(&response).unwrap_err();
            assert_eq!(error.created_id().is_some(), length >= first, "{length}");
            assert_eq!(error.cause.message(), "it was not complete after 60 seconds");
        }
    }
}

#[test]
fn a_secret_in_a_truncated_body_is_used() {
    let whole = format!(r#"{{"secret":"{SECRET}","id":"32b6e34b3d91647abb20e7b9","owner":{{"a":[1]}}}}"#);
    let first = whole.find(SECRET).unwrap() + SECRET.len() + 1;
    for length in 0..=whole.len() {
        let mut response = response(201, &whole.as_bytes()[..length]);
        response.end = BodyEnd::Cut(Cause::ConnectTimeout);
        match created(&response) {
            Ok(secret) => assert!(length >= first && secret.value.expose_secret() == SECRET),
            Err(error) => assert!(length < first && error.certainty() == Certainty::Done, "{error:?}"),
        }
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
fn an_undocumented_response_to_the_post_is_quoted() {
    let rows: [(&[u8], Option<&str>); 4] = [
        (b"<html><title>502 Bad\nGateway </title></html>", Some("The page is titled \"502 Bad Gateway\".")),
        (b"<title>mdb_sa_sk_FAKEfakeFAKE</title>", Some("The page is titled \"mdb_sa_sk_...\".")),
        (
            br#"{"error":500,"errorCode":"UNEXPECTED_ERROR","detail":"Unexpected error."}"#,
            Some("Atlas: 500 UNEXPECTED_ERROR: Unexpected error."),
        ),
        (b"<html>", None),
    ];
    for (body, expected) in rows {
        let quote = created(&response(500, body)).unwrap_err().quote;
        assert_eq!(quote.as_ref().map(ServerText::as_str), expected);
    }
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
    let bodies: [&[u8]; 4] = [
        br#"{"secret":7}"#,
        b"{\"secret\":\"mdb_sa_sk_\xff\"}",
        br#"["mdb_sa_sk_FAKE",null,null,null]"#,
        br#"{"status":201,"content":["mdb_sa_sk_FAKE",null,null,null]}"#,
    ];
    for body in bodies {
        let outcome = created(&response(201, body));
        assert!(matches!(outcome, Err(ApiError { cause: Cause::ValueUnreadable(..), .. })), "{outcome:?}");
    }
}

#[test]
fn only_a_4xx_proves_that_nothing_was_changed() {
    let statuses = [
        (400, true),
        (404, true),
        (498, true),
        (499, false),
        (500, false),
        (408, false),
        (302, false),
        (200, false),
    ];
    for (status, is_refusal) in statuses {
        let error = format!(r#"{{"error":{status},"errorCode":"GROUP_NOT_FOUND","detail":"No group."}}"#);
        let outcome = created(&response(status, error.as_bytes())).unwrap_err();
        assert_eq!(outcome.certainty() == Certainty::NotDone, is_refusal, "{status}");
    }
}

#[test]
fn an_error_with_another_number_than_its_status_proves_nothing() {
    let rows = [
        (403, r#"{"error":1020,"detail":"Access denied."}"#, false),
        (401, r#"{"error":0,"reason":"Unauthorized"}"#, false),
        (409, r#"{"error":-1,"errorCode":"X","detail":"x"}"#, false),
        (404, r#"{"error":403,"errorCode":"X","detail":"x"}"#, false),
        (504, r#"{"status":404,"content":{"error":404,"errorCode":"X","detail":"x"}}"#, false),
        (502, r#"{"status":409,"content":{"error":409,"errorCode":"X","detail":"x"}}"#, false),
        (200, r#"{"status":409,"content":{"error":404,"errorCode":"X","detail":"x"}}"#, false),
        (200, r#"{"status":409,"content":{"error":409,"errorCode":"X","detail":"x"}}"#, true),
        (409, r#"{"status":409,"content":{"error":409,"errorCode":"X","detail":"x"}}"#, true),
    ];
    for (status, body, is_refusal) in rows {
        let created = created(&response(status, body.as_bytes())).unwrap_err();
        let deleted = deleted(&response(status, body.as_bytes())).unwrap_err();
        for error in [created, deleted] {
            assert_eq!(error.certainty() == Certainty::NotDone, is_refusal, "{status} {body}");
        }
    }
}

#[test]
fn a_refusal_does_not_need_a_code() {
    let detail = Some("401: Not you.");
    let rows = [
        (r#"{"error":401,"reason":"Unauthorized","detail":"Not you."}"#, detail),
        (r#"{"error":401,"reason":"Unauthorized","detail":"Not you.","errorCode":""}"#, detail),
        (r#"{"error":401,"reason":"Unauthorized","detail":"Not you.","errorCode":" "}"#, detail),
        (r#"{"error":401,"reason":"Unauthorized","detail":"Not you.","errorCode":401}"#, detail),
        (r#"{"error":401,"detail":"Not you.","aField":"of tomorrow"}"#, detail),
        (r#"{"error":401,"reason":"Unauthorized","detail":""}"#, Some("401: Unauthorized")),
        (
            r#"{"error":401,"errorCode":"UNAUTHORIZED","detail":"Not you."}"#,
            Some("401 UNAUTHORIZED: Not you."),
        ),
        (r#"{"error":401,"errorCode":"UNAUTHORIZED","detail":{}}"#, Some("401 UNAUTHORIZED")),
        (r#"{"error":401}"#, Some("HTTP 401")),
        ("{\"error\":401}\r\n", Some("HTTP 401")),
        (r#"{"detail":"Not you."}"#, None),
        (r#"{"reason":"Unauthorized"}"#, None),
        (r#"{"error":400}"#, None),
        (r#"{"error":401.5,"detail":"x"}"#, None),
        (r#"{"error":"Unauthorized","reason":"x","detail":"x"}"#, None),
        (r#"{"error":{"code":401},"detail":"x"}"#, None),
        (r#"{"message":"Unauthorized"}"#, None),
        (r#"[{"error":401,"detail":"x"}]"#, None),
        (r#"{"error":401,"detail":"x""#, None),
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
        (401, r#"{"error":0,"reason":"Unauthorized"}"#, true),
        (503, r#"{"message":"x"}"#, false),
        (500, r#"{"error":500,"reason":"Internal Server Error","detail":"x"}"#, true),
        (503, r#"{"error":503,"detail":"x","errorCode":null}"#, true),
        (429, r#"{"error":429,"reason":"Too Many Requests"}"#, true),
    ];
    for (status, body, is_refusal) in rows {
        let error = service_account(&response(status, body.as_bytes())).unwrap_err();
        assert_eq!(matches!(error.cause, Cause::Rejected(_)), is_refusal, "{status} {body}: {error:?}");
    }
}

#[test]
fn the_error_names_the_address_to_add_to_the_access_list() {
    let rows = [
        (r#"["203.0.113.7","x"]"#, Some("203.0.113.7")),
        (r#"[" 2001:db8::1 "]"#, Some("2001:db8::1")),
        (r#"["an organization"]"#, None),
        ("[7]", None),
        (r#""203.0.113.7""#, None),
    ];
    for (parameters, expected) in rows {
        let body = format!(
            r#"{{"error":403,"errorCode":"ORG_REQUIRES_ACCESS_LIST","detail":"No.","parameters":{parameters}}}"#
        );
        let refusal = refusal(&response(403, body.as_bytes())).unwrap();
        assert_eq!(refusal.address, expected.map(ServerText::new), "{body}");
    }
}

#[test]
fn only_the_documented_responses_confirm_a_deletion() {
    let rows = [(204, "<html>"), (200, r#"{"status":204}"#), (200, r#"{"status":204,"content":null}"#)];
    for (status, body) in rows {
        assert_eq!(deleted(&response(status, body.as_bytes())), Ok(()), "{status} {body}");
    }
    let rows = [
        (200, r#"{"status":"204"}"#),
        (200, r#"{"status":200,"content":{}}"#),
        (201, r#"{"status":204}"#),
        (202, ""),
        (408, r#"{"error":408,"errorCode":"REQUEST_TIMEOUT"}"#),
        (200, r#"{"status":404,"content":{"error":404,"errorCode":"RESOURCE_NOT_FOUND"}}"#),
    ];
    for (status, body) in rows {
        let error = deleted(&response(status, body.as_bytes())).unwrap_err();
        assert_eq!(error.certainty(), Certainty::Unknown, "{status} {body}");
    }
}
