//! What requests and responses look like, as the OpenAPI document has it: ids, media types, query, bodies, errors.
//! The client has types of its own: shared ones would agree on any mistake.

use std::str::FromStr;
use std::time::Duration;

use hyper::body::Bytes;
use hyper::header::{self, HeaderName, HeaderValue};
use hyper::http::request::Parts;
use hyper::{Response, StatusCode};
use jiff::Timestamp;
use jiff::civil::Date;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::process::wall_clock;

const MEDIA_TYPE: &str = "application/vnd.atlas.";
const ITEMS_PER_PAGE: std::ops::RangeInclusive<usize> = 1..=500;
const DEFAULT_ITEMS_PER_PAGE: usize = 100;

/// A response, before the envelope goes around it. As an `Err` it refuses the request.
pub(super) struct Reply {
    status: StatusCode,
    /// `null` for a response without a body; a string for a page that is not JSON.
    body: Value,
    headers: Vec<(HeaderName, String)>,
    delivery: Delivery,
}

/// What the client gets to see of a create. The secret exists before that, unless the variant says otherwise.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub(super) enum CreateAnswer {
    #[default]
    Created,
    /// A gateway's error page (500), after which the connection closes.
    GatewayPage,
    GatewayPageNothingCreated,
    /// The connection closes before the first byte.
    Closed,
    /// The connection is reset before the first byte.
    Reset,
    /// Half of the body, then the connection closes.
    CutBody,
    /// A 201 without the value.
    WithoutSecret,
    /// No byte, and the connection stays open.
    Silence,
}

/// How a response reaches the client; it travels as an extension of the response.
#[derive(Clone, Copy, Default)]
pub(super) struct Delivery {
    pub(super) answer: CreateAnswer,
    pub(super) delay: Duration,
}

/// A request, once it has arrived completely.
pub(super) struct Request<'a> {
    pub(super) parts: &'a Parts,
    pub(super) body: &'a [u8],
    query: Vec<(String, String)>,
}

/// The query parameters that every endpoint has.
#[derive(Clone, Copy, Default)]
pub(super) struct Flags {
    envelope: bool,
    pretty: bool,
}

impl<'a> Request<'a> {
    pub(super) fn new(parts: &'a Parts, body: &'a [u8]) -> Self {
        let query = url::form_urlencoded::parse(parts.uri.query().unwrap_or_default().as_bytes());
        Self { parts, body, query: query.into_owned().collect() }
    }

    /// Empty where it is missing or not text.
    pub(super) fn header(&self, name: &HeaderName) -> &'a str {
        self.parts.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }

    pub(super) fn content_type(&self) -> &'a str {
        without_parameters(self.header(&header::CONTENT_TYPE))
    }

    pub(super) fn flags(&self) -> Result<Flags, Reply> {
        Ok(Flags { envelope: self.parameter("envelope", false)?, pretty: self.parameter("pretty", false)? })
    }

    fn parameter<T: FromStr>(&self, name: &str, default: T) -> Result<T, Reply> {
        let value = self.query.iter().find(|(key, _)| key == name);
        value.map_or(Ok(default), |(_, value)| value.parse().map_err(|_| invalid_parameter(name)))
    }

    /// The newest version that is not younger than the date in `Accept` answers. Every resource here has one
    /// version, so any date on or after it is right. Atlas's answer to the rest is not public, apart from a missing
    /// version.
    pub(super) fn check_accept(&self, version: Date) -> Result<(), Reply> {
        let media_types = || self.header(&header::ACCEPT).split(',').map(without_parameters);
        if media_types().any(|media_type| version_of(media_type) >= Some(version)) {
            return Ok(());
        }
        if media_types().any(|other| other.starts_with(MEDIA_TYPE) && !other.ends_with("+json")) {
            return Err(refusal(StatusCode::NOT_ACCEPTABLE, "NOT_ACCEPTABLE", "Only JSON is available."));
        }
        let detail = format!("The Accept header names no version date on or after {version}.");
        Err(refusal(StatusCode::BAD_REQUEST, "INVALID_VERSION_DATE", &detail))
    }

    /// A body is `application/json` or of the versioned type.
    pub(super) fn check_content_type(&self, version: Date) -> Result<(), Reply> {
        let given = self.content_type();
        if given.eq_ignore_ascii_case("application/json") || version_of(given) >= Some(version) {
            return Ok(());
        }
        let detail = format!("The Content-Type must be application/json or {}.", media_type(version));
        Err(refusal(StatusCode::UNSUPPORTED_MEDIA_TYPE, "UNSUPPORTED_MEDIA_TYPE", &detail))
    }

    /// `{"secretExpiresAfterHours": <int32>}`. Atlas's answer to an unknown field is not public; here it is refused,
    /// so that a client that misspells the name is found out.
    pub(super) fn hours(&self) -> Result<i32, Reply> {
        const FIELD: &str = "secretExpiresAfterHours";
        let malformed = |_| refusal(StatusCode::BAD_REQUEST, "MALFORMED_JSON", "Received JSON is malformed.");
        let body: Map<String, Value> = serde_json::from_slice(self.body).map_err(malformed)?;
        if let Some(unknown) = body.keys().find(|name| *name != FIELD) {
            return Err(invalid_field(unknown, "is not a field of this resource"));
        }
        let hours = body.get(FIELD).ok_or_else(|| invalid_field(FIELD, "is required"))?;
        let hours = hours.as_i64().and_then(|hours| i32::try_from(hours).ok());
        hours.ok_or_else(|| invalid_field(FIELD, "must be a 32-bit integer"))
    }

    /// The page of `all` that is asked for; a page after the last is empty.
    pub(super) fn page(&self, all: impl Iterator<Item = Value>) -> Result<Value, Reply> {
        let all: Vec<_> = all.collect();
        let size = self.parameter("itemsPerPage", DEFAULT_ITEMS_PER_PAGE)?;
        if !ITEMS_PER_PAGE.contains(&size) {
            return Err(invalid_parameter("itemsPerPage"));
        }
        let number = self.parameter("pageNum", 1_usize)?;
        let before = number.checked_sub(1).ok_or_else(|| invalid_parameter("pageNum"))?.saturating_mul(size);
        let counts = self.parameter("includeCount", true)?;
        let list = format!("http://{}{}", self.header(&header::HOST), self.parts.uri.path());
        let link = |rel: &str, number: usize| {
            let query = format!("includeCount={counts}&itemsPerPage={size}&pageNum={number}");
            json!({"href": format!("{list}?{query}"), "rel": rel})
        };
        let mut links = vec![link("self", number)];
        if number > 1 {
            links.push(link("previous", number - 1));
        }
        if all.len() > before.saturating_add(size) {
            links.push(link("next", number + 1));
        }
        let results: Vec<_> = all.iter().skip(before).take(size).collect();
        let mut page = json!({"links": links, "results": results});
        if counts {
            page["totalCount"] = all.len().into();
        }
        Ok(page)
    }
}

impl Reply {
    pub(super) fn new(status: StatusCode, body: Value) -> Self {
        Self { status, body, headers: Vec::new(), delivery: Delivery::default() }
    }

    pub(super) fn with(mut self, name: HeaderName, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    pub(super) fn delivered(self, answer: CreateAnswer, delay_seconds: u64) -> Self {
        Self { delivery: Delivery { answer, delay: Duration::from_secs(delay_seconds) }, ..self }
    }

    /// Names the value that an error is about.
    pub(super) fn about(mut self, parameter: &str) -> Self {
        self.body["parameters"] = json!([parameter]);
        self
    }

    /// A single resource goes into an envelope; a list is its own and gains the status.
    pub(super) fn into_response(mut self, flags: Flags) -> Response<Bytes> {
        let status = self.status.as_u16();
        if flags.envelope && self.body["results"].is_array() {
            self.body["status"] = status.into();
        } else if flags.envelope && !self.body.is_null() {
            self.body = json!({"status": status, "content": self.body});
        }
        let text = match self.body {
            Value::Null => String::new(),
            Value::String(page) => page,
            body if flags.pretty => format!("{body:#}"),
            body => body.to_string(),
        };
        let mut response = Response::new(text.into());
        *response.status_mut() = self.status;
        for (name, value) in self.headers {
            // No header is made of what a client sends.
            let value = HeaderValue::try_from(value).unwrap_or(HeaderValue::from_static(""));
            response.headers_mut().append(name, value);
        }
        response.extensions_mut().insert(self.delivery);
        response
    }
}

/// What a gateway says when the server behind it fails. It does not say whether the request was carried out.
pub(super) fn gateway_page() -> Response<Bytes> {
    let page = "<html><body><h1>500 Internal Server Error</h1></body></html>";
    let reply = Reply::new(StatusCode::INTERNAL_SERVER_ERROR, page.into()).with(header::CONNECTION, "close");
    reply.with(header::CONTENT_TYPE, "text/html").into_response(Flags::default())
}

impl From<getrandom::Error> for Reply {
    fn from(error: getrandom::Error) -> Self {
        refusal(StatusCode::INTERNAL_SERVER_ERROR, "UNEXPECTED_ERROR", &format!("No random bytes: {error}"))
    }
}

/// Atlas repeats the code of an error of the application in this header.
const X_ERROR_CODE: HeaderName = HeaderName::from_static("x-error-code");

/// `ApiError`.
pub(super) fn refusal(status: StatusCode, error_code: &str, detail: &str) -> Reply {
    let body = json!({
        "error": status.as_u16(),
        "errorCode": error_code,
        "detail": detail,
        "reason": status.canonical_reason(),
        "parameters": [],
    });
    Reply::new(status, body).with(header::CONTENT_TYPE, "application/json").with(X_ERROR_CODE, error_code)
}

/// The 401 that comes before any code of the application: without `errorCode`.
pub(super) fn unauthorized() -> Reply {
    let status = StatusCode::UNAUTHORIZED;
    let body = json!({
        "error": status.as_u16(),
        "reason": status.canonical_reason(),
        "detail": "You are not authorized for this resource.",
    });
    Reply::new(status, body).with(header::CONTENT_TYPE, "application/json")
}

/// No such account, secret, organization or path.
pub(super) fn no_resource(name: &str) -> Reply {
    let detail = format!("Cannot find resource {name}.");
    refusal(StatusCode::NOT_FOUND, "RESOURCE_NOT_FOUND", &detail).about(name)
}

fn invalid_parameter(name: &str) -> Reply {
    let detail = format!("An invalid value was specified for the parameter {name}.");
    refusal(StatusCode::BAD_REQUEST, "VALIDATION_ERROR", &detail).about(name)
}

pub(super) fn invalid_field(field: &str, description: &str) -> Reply {
    let detail = "Validation of the request body failed.";
    let mut reply = refusal(StatusCode::BAD_REQUEST, "VALIDATION_ERROR", detail);
    reply.body["badRequestDetail"] = json!({"fields": [{"field": field, "description": description}]});
    reply
}

/// Checks every id in a path of the API. A malformed client id is one that no account has.
pub(super) fn check_ids(segments: &[&str]) -> Result<(), Reply> {
    let first = if segments[0] == "orgs" { "orgId" } else { "groupId" };
    for (at, id) in segments.iter().enumerate() {
        let (name, is_valid) = match at {
            1 => (first, is_object_id(id)),
            3 if !is_client_id(id) => return Err(no_resource(id)),
            5 => ("secretId", is_object_id(id)),
            _ => continue,
        };
        if !is_valid {
            return Err(invalid_parameter(name));
        }
    }
    Ok(())
}

/// `^([a-f0-9]{24})$`
pub(super) fn is_object_id(text: &str) -> bool {
    text.len() == 24 && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

/// `^mdb_sa_id_[a-fA-F\d]{24}$`
pub(super) fn is_client_id(text: &str) -> bool {
    let digits = text.strip_prefix("mdb_sa_id_");
    digits.is_some_and(|digits| digits.len() == 24 && digits.bytes().all(|byte| byte.is_ascii_hexdigit()))
}

pub(super) fn media_type(version: Date) -> String {
    format!("{MEDIA_TYPE}{version}+json")
}

fn without_parameters(media_type: &str) -> &str {
    media_type.split(';').next().unwrap_or_default().trim()
}

fn version_of(media_type: &str) -> Option<Date> {
    let date = media_type.strip_prefix(MEDIA_TYPE)?.strip_suffix("+json")?;
    // The parser also reads other ways to write a date.
    (date.len() == 10).then(|| date.parse().ok())?
}

/// In whole seconds, as Atlas's timestamps are.
pub(super) fn now() -> Timestamp {
    let now = wall_clock();
    Timestamp::from_second(now.as_second()).unwrap_or(now)
}
