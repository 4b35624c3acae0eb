//! Property tests with malformed headers and bodies: nothing panics, nothing is invented, and a secret that is present
//! is found.

use std::time::{Duration, Instant};

use proptest::collection::vec;
use proptest::prelude::*;
use reqwest::Method;
use reqwest::header::{DATE, HeaderMap, HeaderValue, RETRY_AFTER, WWW_AUTHENTICATE};
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Map, Value, json};

use crate::domain::{ApiError, Cause, Phase, ServerText};

use super::http::{self, ApiResponse, retry_after};
use super::session::Challenge;
use super::{classify, wire};

const VALUE: &str = "mdb_sa_sk_FAKEfakeFAKEfakeFAKEfakeFAKEfakeFAKE9f3a";
const NOW: &str = "Mon, 23 Nov 2026 18:14:00 GMT";
const URL: &str = "https://cloud.mongodb.com/api/atlas/v2/groups?itemsPerPage=1";

fn header_value() -> impl Strategy<Value = HeaderValue> {
    // The bytes that a header value may contain (RFC 9110, section 5.5).
    let byte = prop_oneof![1 => Just(b'\t'), 6 => 0x20..=0x7e_u8, 3 => 0x80..=0xff_u8];
    prop_oneof![
        vec(byte, 0..60).prop_map(|bytes| HeaderValue::from_bytes(&bytes).unwrap()),
        "[ -~]{0,80}".prop_map(|text| HeaderValue::from_str(&text).unwrap()),
    ]
}

/// A challenge, or something similar.
fn challenge() -> impl Strategy<Value = String> {
    let parameter = prop_oneof![
        "realm=\"[ -!#-\\[\\]-~]{0,12}\"",
        "nonce=\"[0-9a-zA-Z+/=]{1,32}\"",
        "opaque=\"[0-9a-f]{0,8}\"",
        "qop=\"(auth|auth-int|auth,auth-int|none|)\"",
        "algorithm=(MD5|SHA-256|SHA-512-256|MD5-sess|SHA-1)",
        "stale=(true|false|TRUE|maybe)",
        "charset=(UTF-8|latin1)",
        "userhash=(true|false)",
        "[a-z]{1,5}=?\"?[ -~]{0,5}",
    ];
    let scheme = prop_oneof![6 => Just("Digest "), 1 => Just("Basic "), 1 => Just("Bearer"), 1 => Just("")];
    (scheme, vec(parameter, 0..8))
        .prop_map(|(scheme, parameters)| format!("{scheme}{}", parameters.join(", ")))
}

/// Arbitrary JSON, mostly with names that Atlas uses.
fn any_json() -> impl Strategy<Value = Value> {
    let scalar = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        prop_oneof![Just(200_u16), Just(201), Just(404), any::<u16>()].prop_map(Value::from),
        Just(Value::from(VALUE)),
        Just(Value::from("6650f0aa12bc34de56f07890")),
        Just(Value::from("2026-12-23T17:14:00Z")),
        ".{0,12}".prop_map(Value::from),
    ];
    let name = prop_oneof![
        8 => prop::sample::select(vec![
            "secret", "id", "createdAt", "expiresAt", "lastUsedAt", "maskedSecretValue", "secrets", "name", "roles",
            "clientId", "orgId", "status", "content", "error", "errorCode", "detail", "badRequestDetail", "fields",
            "field", "description", "results", "links", "rel", "totalCount", "access_token", "expires_in",
            "maxServiceAccountSecretValidityInHours", "apiAccessListRequired",
        ]).prop_map(str::to_owned),
        1 => ".{0,6}",
    ];
    scalar.prop_recursive(4, 40, 8, move |inner| {
        prop_oneof![
            vec(inner.clone(), 0..4).prop_map(Value::from),
            vec((name.clone(), inner), 0..8).prop_map(|fields| Value::from(Map::from_iter(fields))),
        ]
    })
}

/// JSON, possibly cut off or followed by other text, or arbitrary bytes.
pub(super) fn any_body() -> impl Strategy<Value = Vec<u8>> {
    let written = any_json().prop_map(|json| json.to_string().into_bytes());
    let cut = (any_json(), any::<prop::sample::Index>()).prop_map(|(json, at)| {
        let text = json.to_string().into_bytes();
        text[..at.index(text.len())].to_vec()
    });
    let followed = (any_json(), vec(any::<u8>(), 0..9))
        .prop_map(|(json, more)| [json.to_string().into_bytes(), more].concat());
    prop_oneof![6 => written, 2 => cut, 2 => followed, 1 => vec(any::<u8>(), 0..200)]
}

pub(super) fn any_status() -> impl Strategy<Value = u16> {
    prop_oneof![
        Just(200_u16),
        Just(201),
        Just(204),
        Just(302),
        Just(401),
        Just(404),
        Just(408),
        Just(429),
        100_u16..600
    ]
}

/// The value of the secret, if `path` is where it is looked for.
fn value_at(body: &Value, path: &str) -> Option<String> {
    body.pointer(path)?.as_str().map(str::to_owned)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 10_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_wait_is_parsed_from_seconds_or_a_date(seconds in 0_i64..200_000) {
        let now = http::http_date(NOW).unwrap();
        let then = now + jiff::SignedDuration::from_secs(seconds);
        let date = jiff::fmt::rfc2822::DateTimePrinter::new().timestamp_to_rfc9110_string(&then).unwrap();
        let expected = (seconds <= 86_400).then(|| Duration::from_secs(seconds.unsigned_abs()));
        for value in [seconds.to_string(), date] {
            let mut headers = HeaderMap::new();
            headers.insert(RETRY_AFTER, value.parse().unwrap());
            headers.insert(DATE, HeaderValue::from_static(NOW));
            prop_assert_eq!(retry_after(&headers), expected, "{}", value);
        }
    }

    // Up to the last second that jiff supports in every zone: a day before the end of the year 9999.
    #[test]
    fn a_date_is_parsed_in_each_of_its_three_forms(
        second in 0..=jiff::Timestamp::MAX.as_second(), gap in " {0,2}",
    ) {
        let time = jiff::Timestamp::from_second(second).unwrap();
        let mut forms = vec!["%a, %d %b %Y %T GMT", "%a %b %e %T %Y"];
        // A year of two digits can belong to this century or the last.
        if second < 3_155_760_000 {
            forms.push("%A, %d-%b-%y %T GMT");
        }
        for form in forms {
            let text = format!("{gap}{}{gap}", time.strftime(form));
            prop_assert_eq!(http::http_date(&text), Some(time), "{}", text);
        }
    }

    #[test]
    fn dates_at_the_end_of_the_year_9999_are_parsed_if_in_range(second in 253_402_200_000_i64..253_402_300_800) {
        let time = std::time::UNIX_EPOCH + Duration::from_secs(second.try_into().unwrap());
        let read = http::http_date(&httpdate::fmt_http_date(time));
        prop_assert_eq!(read.map(jiff::Timestamp::as_second), Some(second).filter(|_| second <= jiff::Timestamp::MAX.as_second()));
    }

    #[test]
    fn parsing_a_date_never_panics(text in prop_oneof![
        "(Mon|Tue|Sunday|xyz),? [0-9]{1,2}[ -](Jan|Feb|Nov|nov)[ -][0-9]{2,4} [0-9]{1,2}:[0-9]{2}:[0-9]{2} ?(GMT|UTC|[+-][0-9]{4})?",
        "[A-Za-z0-9:, +-]{0,40}", any::<String>(),
    ]) {
        prop_assert!(http::http_date(&text).is_none() || text.contains(|character: char| character.is_ascii_digit()));
    }

    #[test]
    fn no_response_to_a_challenge_contains_the_key(
        challenges in vec(prop_oneof![challenge().prop_filter_map("a header", |text| HeaderValue::from_str(&text).ok()), header_value()], 1..4),
    ) {
        let mut headers = HeaderMap::new();
        for challenge in challenges {
            headers.append(WWW_AUTHENTICATE, challenge);
        }
        let Some(mut challenge) = Challenge::strongest(&headers) else { return Ok(()) };
        let headers_text: Vec<String> =
            headers.values().filter_map(|value| Some(value.to_str().ok()?.to_ascii_lowercase())).collect();
        prop_assert!(headers_text.iter().any(|headers_text| headers_text.contains("digest ") && headers_text.contains("qop") && headers_text.contains("nonce")));
        let private_key = SecretString::from("FAKE-private-key");
        for count in 1..3 {
            let Ok(response) = challenge.authorization(("abcdefgh", &private_key), &Method::GET, URL) else { continue };
            prop_assert!(response.is_sensitive());
            let response = response.to_str().unwrap();
            prop_assert!(!response.contains("FAKE-private-key"));
            prop_assert!(response.contains(&format!("nc={count:08x}")), "{}", response);
            prop_assert!(response.contains("uri=\"/api/atlas/v2/groups?itemsPerPage=1\""), "{}", response);
        }
        prop_assert!(!challenge.is_old(Instant::now()));
    }

    #[test]
    fn the_outcome_of_the_post_follows_from_the_response(status in any_status(), body in any_body()) {
        let parsed: Option<Value> = serde_json::from_slice(&body).ok();
        let text = String::from_utf8_lossy(&body).into_owned();
        match classify::created(&ApiResponse::of(status, &body)) {
            Ok(secret) => {
                let value = secret.value.expose_secret().to_owned();
                prop_assert!(!value.is_empty());
                let debug = format!("{secret:?}");
                prop_assert!(!debug.contains(VALUE), "{}", debug);
                if let Some(parsed) = &parsed {
                    let places = [value_at(parsed, "/secret"), value_at(parsed, "/content/secret")];
                    prop_assert!(places.contains(&Some(value)));
                }
            }
            Err(ApiError { cause: Cause::Rejected(rejection), .. }) => {
                prop_assert!((400..500).contains(&rejection.status) && rejection.status != 408);
                prop_assert!(text.contains("\"error\""));
            }
            Err(ApiError { phase: Phase::NotSent, .. }) => prop_assert!(false, "an answer came, so something was sent"),
            Err(_) => {
                let found = parsed.as_ref().and_then(|parsed| value_at(parsed, "/secret"));
                let is_readable = found.is_some_and(|value| !value.trim().is_empty() && !value.contains('\u{fffd}'));
                prop_assert!(!(is_readable && (200..300).contains(&status)), "a secret was there: {}", text);
            }
        }
    }

    #[test]
    fn the_secret_in_a_201_is_found_whatever_else_is_there(
        others in any_json(), value in "[!-~]{1,80}", enveloped in any::<bool>(), tail in vec(any::<u8>(), 0..5),
    ) {
        let mut fields = others.as_object().cloned().unwrap_or_default();
        fields.insert("secret".to_owned(), Value::from(value.as_str()));
        let object = if enveloped { json!({ "status": 201, "content": fields }) } else {
            fields.remove("status");
            Value::from(fields)
        };
        let body = [object.to_string().into_bytes(), tail].concat();
        let Ok(secret) = classify::created(&ApiResponse::of(201, &body)) else {
            return Err(TestCaseError::fail(format!("lost in {object}")));
        };
        prop_assert_eq!(secret.value.expose_secret(), value);
    }

    #[test]
    fn an_account_never_loses_a_secret(body in any_json()) {
        if let Some(account) = wire::service_account(&body) {
            let expected = body.get("secrets").and_then(Value::as_array).map_or(0, Vec::len);
            prop_assert_eq!(account.secrets.len(), expected);
        }
        if let Some(page) = wire::page(&body, wire::project_entry) {
            prop_assert!(page.entries.len() <= body["results"].as_array().unwrap().len());
        }
        if let Some(settings) = wire::organization_settings(&body) {
            prop_assert!(settings.longest_secret_hours.is_none_or(|hours| hours > 0));
        }
        // These read single fields leniently: there is nothing to compare, but they must not panic.
        let _ = (wire::project(&body), wire::account_entry(&body), wire::page(&body, wire::account_entry));
    }

    #[test]
    fn only_an_error_of_atlas_is_a_refusal(status in any_status(), body in any_json()) {
        let (inner_status, inner) = wire::unwrap_envelope(status, body.clone());
        let rejection = wire::rejection(inner_status, &inner, None);
        let has_number = inner.get("error").is_some_and(|error| error.is_i64() || error.is_u64());
        let has_code = inner.get("errorCode").and_then(Value::as_str).is_some_and(|code| !ServerText::new(code).is_empty());
        prop_assert!(rejection.is_some() || !(has_number && has_code));
        prop_assert!(rejection.is_none() || has_number);
        if let Some(rejection) = rejection {
            prop_assert!(!ApiError::rejected(rejection.clone()).explain("It").action.is_empty());
            prop_assert!(!rejection.atlas_message().is_empty());
            prop_assert!(!rejection.atlas_message().as_str().contains(char::is_control));
        }
    }
}
