//! Requests and responses, following the conventions of Atlas's API.

use std::io;
use std::ops::RangeInclusive;
use std::str::FromStr;

use hyper::body::Bytes;
use hyper::header::{self, HeaderName, HeaderValue};
use hyper::http::request::Parts;
use hyper::{Response, StatusCode};
use serde_json::{Value, json};

use super::Transmission;

const ITEMS_PER_PAGE: RangeInclusive<usize> = 1..=500;
const DEFAULT_ITEMS_PER_PAGE: usize = 100;

/// Atlas repeats its `errorCode` in this header.
const X_ERROR_CODE: HeaderName = HeaderName::from_static("x-error-code");

pub(super) struct Request<'a> {
    pub(super) parts: &'a Parts,
    pub(super) body: &'a [u8],
}

/// A response without its envelope. As an `Err` it refuses the request.
pub(super) struct Reply {
    status: StatusCode,
    /// `null` for a response without a body.
    body: Value,
    headers: Vec<(HeaderName, HeaderValue)>,
    pub(super) transmission: Transmission,
}

impl<'a> Request<'a> {
    /// The value of a header; empty if it is missing or not text.
    pub(super) fn header(&self, name: &HeaderName) -> &'a str {
        self.parts.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }

    fn parameter<T: FromStr>(&self, name: &str, default: T) -> Result<T, Reply> {
        let query = self.parts.uri.query().unwrap_or_default();
        let found = url::form_urlencoded::parse(query.as_bytes()).find(|(key, _)| key == name);
        found.map_or(Ok(default), |(_, value)| value.parse().map_err(|_| invalid_parameter(name)))
    }

    /// Checks that `Accept` has a date on or after `version`. Atlas uses the newest version that is not later than that
    /// date, and each resource here has only one.
    pub(super) fn check_accept(&self, version: &str) -> Result<(), Reply> {
        let accepted = self.header(&header::ACCEPT).split(',');
        let mut types = accepted.map(|value| value.split(';').next().unwrap_or_default().trim());
        if types.any(|media_type| version_of(media_type).is_some_and(|date| date >= version)) {
            return Ok(());
        }
        let detail = format!("The Accept header names no version date on or after {version}.");
        Err(refusal(StatusCode::BAD_REQUEST, "INVALID_VERSION_DATE", &detail))
    }

    /// The requested page of `all`. A page after the last one is empty.
    pub(super) fn page(&self, all: impl Iterator<Item = Value>) -> Result<Value, Reply> {
        let all: Vec<_> = all.collect();
        let size = self.parameter("itemsPerPage", DEFAULT_ITEMS_PER_PAGE)?;
        let number = self.parameter("pageNum", 1_usize)?;
        if !ITEMS_PER_PAGE.contains(&size) || number == 0 {
            return Err(invalid_parameter("itemsPerPage or pageNum"));
        }
        let start = (number - 1).saturating_mul(size);
        let mut links = Vec::new();
        if all.len() > start.saturating_add(size) {
            let list = format!("http://{}{}", self.header(&header::HOST), self.parts.uri.path());
            let next = format!("{list}?itemsPerPage={size}&pageNum={}", number + 1);
            links.push(json!({"href": next, "rel": "next"}));
        }
        let results: Vec<_> = all.iter().skip(start).take(size).collect();
        Ok(json!({"links": links, "results": results, "totalCount": all.len()}))
    }
}

impl Reply {
    pub(super) fn new(status: StatusCode, body: Value) -> Self {
        Self { status, body, headers: Vec::new(), transmission: Transmission::default() }
    }

    pub(super) fn with(mut self, name: HeaderName, value: &str) -> Self {
        // A value that a client sent may be invalid in a header.
        self.headers.extend(HeaderValue::from_str(value).ok().map(|value| (name, value)));
        self
    }

    pub(super) fn about(mut self, parameter: &str) -> Self {
        self.body["parameters"] = json!([parameter]);
        self
    }

    /// Builds the HTTP response. A single resource is wrapped in an envelope; a list already is one, and gets the
    /// status.
    pub(super) fn into_response(mut self, request: &Request<'_>) -> Response<Bytes> {
        let status = self.status.as_u16();
        let is_set = |flag| request.parameter(flag, false).unwrap_or_default();
        let is_enveloped = is_set("envelope");
        if is_enveloped && self.body["results"].is_array() {
            self.body["status"] = status.into();
        } else if is_enveloped && !self.body.is_null() {
            self.body = json!({"status": status, "content": self.body});
        }
        let text = match self.body {
            Value::Null => String::new(),
            body if is_set("pretty") => format!("{body:#}"),
            body => body.to_string(),
        };
        let mut response = Response::new(text.into());
        *response.status_mut() = self.status;
        response.headers_mut().extend(self.headers);
        response.extensions_mut().insert(self.transmission);
        response
    }
}

impl From<io::Error> for Reply {
    fn from(error: io::Error) -> Self {
        refusal(StatusCode::INTERNAL_SERVER_ERROR, "UNEXPECTED_ERROR", &error.to_string())
    }
}

pub(super) fn refusal(status: StatusCode, error_code: &str, detail: &str) -> Reply {
    let body = json!({
        "error": status.as_u16(),
        "errorCode": error_code,
        "detail": detail,
        "reason": status.canonical_reason(),
        "parameters": [],
    });
    let reply = Reply::new(status, body).with(X_ERROR_CODE, error_code);
    reply.with(header::CONTENT_TYPE, "application/json")
}

/// A 401 without `errorCode`, because it does not come from the application.
pub(super) fn unauthorized() -> Reply {
    let detail = "You are not authorized for this resource.";
    let body = json!({"error": 401, "reason": "Unauthorized", "detail": detail});
    Reply::new(StatusCode::UNAUTHORIZED, body).with(header::CONTENT_TYPE, "application/json")
}

/// A 404 for an account, secret, organization or path.
pub(super) fn no_resource(name: &str) -> Reply {
    let detail = format!("Cannot find resource {name}.");
    refusal(StatusCode::NOT_FOUND, "RESOURCE_NOT_FOUND", &detail).about(name)
}

fn invalid_parameter(name: &str) -> Reply {
    let detail = format!("An invalid value was specified for the parameter {name}.");
    refusal(StatusCode::BAD_REQUEST, "VALIDATION_ERROR", &detail).about(name)
}

pub(super) fn invalid_hours(description: &str) -> Reply {
    let detail = "Validation of the request body failed.";
    let mut reply = refusal(StatusCode::BAD_REQUEST, "VALIDATION_ERROR", detail);
    let field = json!({"field": "secretExpiresAfterHours", "description": description});
    reply.body["badRequestDetail"] = json!({"fields": [field]});
    reply
}

pub(super) fn media_type(version: &str) -> String {
    format!("application/vnd.atlas.{version}+json")
}

/// The date in a versioned media type. Such dates sort as text.
fn version_of(media_type: &str) -> Option<&str> {
    let date = media_type.strip_prefix("application/vnd.atlas.")?.strip_suffix("+json")?;
    (date.len() == 10).then_some(date)
}
