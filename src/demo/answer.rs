//! From what is to be said to an HTTP response: envelope, pretty printing, headers.

use std::time::Duration;

use http_body_util::Full;
use hyper::body::Bytes;
use hyper::header::{self, HeaderName, HeaderValue};
use hyper::{Response, StatusCode};
use jiff::civil::Date;
use serde::Serialize;
use serde_json::{Value, json};

use super::broken::Delivery;
use super::media;
use super::query::Flags;
use super::refusal::Refusal;
use super::state::RATE_LIMIT;

const JSON: HeaderValue = HeaderValue::from_static("application/json");
const HTML: HeaderValue = HeaderValue::from_static("text/html");

/// What a gateway says when the server behind it fails. It is no word of Atlas's, so that a client
/// cannot know what became of its request.
const GATEWAY_PAGE: &str = "<html><body><h1>500 Internal Server Error</h1></body></html>";

/// What is to be said.
pub(super) struct Answer {
    pub(super) status: StatusCode,
    content: Content,
    headers: Vec<(HeaderName, HeaderValue)>,
    /// How long it is held back.
    pub(super) held_back: Duration,
    pub(super) delivery: Delivery,
}

enum Content {
    Empty,
    /// One resource, or an error: an envelope goes around it.
    Single(Value),
    /// A list: it is its own envelope and gains the status.
    List(Value),
    /// What is not the API's and knows no envelope: OAuth's answers.
    Plain(Value),
    Page(&'static str),
}

impl Answer {
    pub(super) fn empty(status: StatusCode) -> Self {
        Self::of(status, Content::Empty)
    }

    /// One resource of the given version.
    pub(super) fn single(status: StatusCode, version: Date, resource: &impl Serialize) -> Self {
        Self::of(status, Content::Single(value(resource))).versioned(version)
    }

    /// A page of a list of resources of the given version.
    pub(super) fn list(version: Date, page: &impl Serialize) -> Self {
        Self::of(StatusCode::OK, Content::List(value(page))).versioned(version)
    }

    /// JSON that no envelope goes around and nobody may store (RFC 6749, section 5.1).
    pub(super) fn oauth(status: StatusCode, body: Value) -> Self {
        Self::of(status, Content::Plain(body))
            .with(header::CONTENT_TYPE, JSON)
            .with(header::CACHE_CONTROL, HeaderValue::from_static("no-store"))
    }

    /// A gateway's page instead of Atlas's answer, after which the connection closes.
    pub(super) fn gateway_page() -> Self {
        Self::of(StatusCode::INTERNAL_SERVER_ERROR, Content::Page(GATEWAY_PAGE))
            .with(header::CONTENT_TYPE, HTML)
            .with(header::CONNECTION, HeaderValue::from_static("close"))
    }

    /// The headers of the rate limit, as every answer of the API has them.
    pub(super) fn with_rate_limit(self, remaining: u32) -> Self {
        self.with(HeaderName::from_static("ratelimit-limit"), RATE_LIMIT.into())
            .with(HeaderName::from_static("ratelimit-remaining"), remaining.into())
    }

    /// The same on another way.
    pub(super) fn travelling(self, delivery: Delivery) -> Self {
        Self { delivery, ..self }
    }

    /// With one more header.
    pub(super) fn with(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.headers.push((name, value));
        self
    }

    /// The response to send.
    pub(super) fn into_response(self, flags: Flags) -> Response<Full<Bytes>> {
        let status = self.status.as_u16();
        let body = match self.content {
            Content::Empty => Bytes::new(),
            Content::Page(page) => Bytes::from_static(page.as_bytes()),
            Content::Plain(body) => print(&body, false),
            Content::Single(body) if flags.envelope => {
                print(&json!({"status": status, "content": body}), flags.pretty)
            }
            Content::List(mut body) if flags.envelope => {
                body["status"] = status.into();
                print(&body, flags.pretty)
            }
            Content::Single(body) | Content::List(body) => print(&body, flags.pretty),
        };
        let mut response = Response::new(Full::new(body));
        *response.status_mut() = self.status;
        response.headers_mut().extend(self.headers);
        response
    }

    fn of(status: StatusCode, content: Content) -> Self {
        Self { status, content, headers: Vec::new(), held_back: Duration::ZERO, delivery: Delivery::Whole }
    }

    fn versioned(self, version: Date) -> Self {
        let content_type = HeaderValue::from_str(&media::versioned(version));
        self.with(header::CONTENT_TYPE, content_type.unwrap_or(JSON))
    }
}

impl From<Refusal> for Answer {
    /// Errors are not versioned: the contract gives them `application/json`.
    fn from(refusal: Refusal) -> Self {
        Self::of(refusal.status, Content::Single(refusal.body())).with(header::CONTENT_TYPE, JSON)
    }
}

/// The wire types have text keys only, so that this cannot fail; `null` would show in every test.
fn value(resource: &impl Serialize) -> Value {
    serde_json::to_value(resource).unwrap_or_default()
}

fn print(body: &Value, pretty: bool) -> Bytes {
    let text = if pretty { format!("{body:#}") } else { body.to_string() };
    text.into()
}
