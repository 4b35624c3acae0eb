//! What the embedded Atlas was asked.

use hyper::header::{self, HeaderName};
use hyper::http::request::Parts;

/// One request, as it arrived. It holds no body and no credential.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SeenRequest {
    /// The method, in capitals.
    pub method: String,
    /// The path and the query.
    pub target: String,
    /// The `Accept` header.
    pub accept: Option<String>,
    /// The `Content-Type` header.
    pub content_type: Option<String>,
    /// The scheme of the `Authorization` header (`Basic`, `Bearer`), never what follows it.
    pub authorization: Option<String>,
    /// The `User-Agent` header.
    pub user_agent: Option<String>,
    /// The status that it was answered with; 0 while it waits for its answer, and where none comes.
    pub status: u16,
}

impl SeenRequest {
    pub(super) fn new(parts: &Parts) -> Self {
        let authorization = header_text(parts, &header::AUTHORIZATION);
        let scheme = authorization.and_then(|value| value.split_once(' '));
        Self {
            method: parts.method.to_string(),
            target: parts.uri.to_string(),
            accept: header_text(parts, &header::ACCEPT).map(str::to_owned),
            content_type: header_text(parts, &header::CONTENT_TYPE).map(str::to_owned),
            authorization: scheme.map(|(scheme, _)| scheme.to_owned()),
            user_agent: header_text(parts, &header::USER_AGENT).map(str::to_owned),
            status: 0,
        }
    }
}

/// A header's value, where it is text.
pub(super) fn header_text<'a>(parts: &'a Parts, name: &HeaderName) -> Option<&'a str> {
    parts.headers.get(name)?.to_str().ok()
}
