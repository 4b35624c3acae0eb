//! What the embedded Atlas says no with: the API's `ApiError`.

use hyper::StatusCode;
use serde_json::{Value, json};

/// One refusal; `reason` is the status's own phrase.
pub(super) struct Refusal {
    pub(super) status: StatusCode,
    error_code: &'static str,
    detail: String,
    parameters: Vec<String>,
    /// Field and description of `badRequestDetail`.
    fields: Vec<(String, String)>,
}

impl Refusal {
    pub(super) fn new(status: StatusCode, error_code: &'static str, detail: impl Into<String>) -> Self {
        Self { status, error_code, detail: detail.into(), parameters: Vec::new(), fields: Vec::new() }
    }

    fn about(mut self, parameter: &str) -> Self {
        self.parameters.push(parameter.to_owned());
        self
    }

    /// A token that is missing, unknown, revoked or too old. The words are those that were recorded.
    pub(super) fn not_authorized() -> Self {
        let detail = "You are not authorized for this resource.";
        Self::new(StatusCode::UNAUTHORIZED, "UNEXPECTED_ERROR", detail)
    }

    /// A role that is too low: Atlas says 401, not 403.
    pub(super) fn role_too_low() -> Self {
        let detail = "Current user is not authorized to perform this action.";
        Self::new(StatusCode::UNAUTHORIZED, "USER_UNAUTHORIZED", detail)
    }

    /// No such project. The words are those that were recorded.
    pub(super) fn no_group(id: &str) -> Self {
        let detail = format!("No group with ID {id} exists.");
        Self::new(StatusCode::NOT_FOUND, "GROUP_NOT_FOUND", detail).about(id)
    }

    /// No such account, secret, organization or path.
    pub(super) fn no_resource(name: &str) -> Self {
        let detail = format!("Cannot find resource {name}.");
        Self::new(StatusCode::NOT_FOUND, "RESOURCE_NOT_FOUND", detail).about(name)
    }

    /// A part of the path or the query that does not fit its pattern.
    pub(super) fn invalid_parameter(name: &str) -> Self {
        let detail = format!("An invalid value was specified for the parameter {name}.");
        Self::new(StatusCode::BAD_REQUEST, "VALIDATION_ERROR", detail).about(name)
    }

    /// A field of the body that cannot be what it is.
    pub(super) fn invalid_field(field: &str, description: impl Into<String>) -> Self {
        let detail = "Validation of the request body failed.";
        let mut refusal = Self::new(StatusCode::BAD_REQUEST, "VALIDATION_ERROR", detail);
        refusal.fields.push((field.to_owned(), description.into()));
        refusal
    }

    /// Too many requests. The words are those that were recorded.
    pub(super) fn rate_limited(seconds: u32) -> Self {
        let detail = format!("Please retry after {seconds} seconds.");
        Self::new(StatusCode::TOO_MANY_REQUESTS, "RATE_LIMITED", detail)
    }

    /// The body of the answer, without envelope.
    pub(super) fn body(&self) -> Value {
        let mut body = json!({
            "error": self.status.as_u16(),
            "errorCode": self.error_code,
            "detail": self.detail,
            "reason": self.status.canonical_reason(),
            "parameters": self.parameters,
        });
        if !self.fields.is_empty() {
            let fields = self.fields.iter();
            let fields =
                fields.map(|(field, description)| json!({"field": field, "description": description}));
            body["badRequestDetail"] = json!({"fields": fields.collect::<Vec<_>>()});
        }
        body
    }
}

impl From<getrandom::Error> for Refusal {
    fn from(error: getrandom::Error) -> Self {
        let detail = format!("No random bytes: {error}");
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "UNEXPECTED_ERROR", detail)
    }
}
