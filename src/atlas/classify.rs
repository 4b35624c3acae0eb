//! Decides what a response means. Pure functions of status, headers and body.

use serde_json::Value;

use crate::domain::{
    ApiError, ApiResult, Cause, CreatedSecret, Rejection, RejectionKind, ServerText, ServiceAccount,
};

use super::http::{ApiResponse, BodyEnd};
use super::wire::{self, CreatedBody};

/// The maximum length of a quoted page title, in characters.
const MAX_TITLE_LENGTH: usize = 80;

/// Returns the secret in a response to the creating POST.
///
/// A readable value is a secret whatever else is wrong with the response. Without one, a secret may exist unless the
/// response is a refusal that proves that nothing was created.
pub(super) fn created(response: &ApiResponse) -> ApiResult<CreatedSecret> {
    let mut created = wire::created(&response.body);
    let envelope_status = created.as_ref().and_then(|created| created.envelope_status);
    let status = envelope_status.unwrap_or(response.status);
    if let Some(secret) = created.as_mut().and_then(|created| created.secret.take())
        && (is_success(response.status) || is_success(status))
    {
        return Ok(secret);
    }
    let error = ApiError::sent(match refusal(response) {
        Some(rejection) => Cause::Rejected(Box::new(rejection)),
        None if status == 201 => {
            let why = ServerText::new(&why_unreadable(&response.end, created.as_ref()));
            Cause::ValueUnreadable(why, created.and_then(|created| created.id))
        }
        None => unexpected(response, status),
    });
    Err(with_quote(error, response))
}

/// Quotes a response that does not prove what was done: Atlas's message, or the title of a proxy's page.
fn with_quote(error: ApiError, response: &ApiResponse) -> ApiError {
    if !matches!(error.cause, Cause::Unexpected { .. }) {
        return error;
    }
    let quote = match rejection(response) {
        Some(rejection) => Some(ServerText::new(&format!("Atlas: {}", rejection.atlas_message()))),
        None => page_title(&String::from_utf8_lossy(&response.body)),
    };
    ApiError { quote, ..error }
}

fn page_title(page: &str) -> Option<ServerText> {
    let (_, rest) = page.split_once("<title>")?;
    let words: Vec<&str> = rest.split_once("</title>")?.0.split_whitespace().collect();
    let title: String = words.join(" ").chars().take(MAX_TITLE_LENGTH).collect();
    (!title.is_empty()).then(|| wire::message(&format!("The page is titled \"{title}\".")))
}

fn why_unreadable(end: &BodyEnd, body: Option<&CreatedBody>) -> String {
    match end {
        BodyEnd::Complete => match body {
            Some(_) => "it does not contain the value".to_owned(),
            None => "it is not the JSON that Atlas documents".to_owned(),
        },
        BodyEnd::TooLarge => "it is larger than 1 MiB".to_owned(),
        BodyEnd::Cut(Cause::TimedOut(limit)) => {
            format!("it was not complete after {} seconds", limit.as_secs())
        }
        BodyEnd::Cut(cause) => format!("it was cut off ({})", cause.message()),
    }
}

/// The cause for a response that is neither a success nor a refusal.
fn unexpected(response: &ApiResponse, status: u16) -> Cause {
    match (&response.redirect_host, &response.end) {
        (Some(host), _) => Cause::Redirected { status, host: host.clone() },
        (None, BodyEnd::Cut(cause)) => cause.clone(),
        (None, BodyEnd::Complete | BodyEnd::TooLarge) => Cause::Unexpected { status },
    }
}

/// A refusal that proves that nothing was changed: Atlas's own error, whose `error` repeats its 4xx status. Gateways
/// put other numbers there. 408 and 499 say who stopped waiting (the server, the client), not what was done.
fn refusal(response: &ApiResponse) -> Option<Rejection> {
    let error = json(response).and_then(|(_, body)| body.get("error")?.as_u64());
    rejection(response).filter(|Rejection { status, .. }| {
        matches!(status, 400..=407 | 409..=498) && (response.is_stale() || error == Some(u64::from(*status)))
    })
}

/// Atlas's own error, or the refusal of a nonce. A server checks the nonce first, so that also proves that nothing was
/// changed.
fn rejection(response: &ApiResponse) -> Option<Rejection> {
    let found =
        json(response).and_then(|(status, body)| wire::rejection(status, &body, response.retry_after));
    found.or_else(|| response.is_stale().then(Rejection::stale_nonce))
}

/// Returns the content of a successful response to a GET.
pub(super) fn read<T>(response: &ApiResponse, parse: impl Fn(&Value) -> Option<T>) -> ApiResult<T> {
    let found = json(response).filter(|(status, _)| is_success(*status)).and_then(|(_, body)| parse(&body));
    found.ok_or_else(|| ApiError::sent(read_failed(response)))
}

/// Returns the account of a successful response to a GET. A cache may answer with another account. If a part of the body
/// cannot be read, its secrets may be in that part, so they must be there.
pub(super) fn account(response: &ApiResponse, client: &str) -> ApiResult<ServiceAccount> {
    let is_whole = serde_json::from_slice::<Value>(&response.body).is_ok();
    let is_usable = |body: &Value| is_whole || body.get("secrets").is_some();
    read(response, |body| {
        wire::service_account(body).filter(|_| is_usable(body) && wire::is_of(body, "clientId", client))
    })
}

/// The result of a DELETE. Atlas documents only 204, as the status or in an envelope. A proxy may send 200 with a page.
/// Atlas sends 404 whether the project, the account or the secret is missing, so a 404 proves nothing.
pub(super) fn deleted(response: &ApiResponse) -> ApiResult<()> {
    let enveloped = json_body(response).and_then(|body| body.get("status")?.as_u64());
    if response.status == 204 || (response.status == 200 && enveloped == Some(204)) {
        return Ok(());
    }
    let error = ApiError::sent(match refusal(response) {
        Some(rejection) if rejection.status != 404 => Cause::Rejected(Box::new(rejection)),
        _ => unexpected(response, response.status),
    });
    Err(with_quote(error, response))
}

pub(super) fn read_failed(response: &ApiResponse) -> Cause {
    match rejection(response) {
        Some(rejection) => Cause::Rejected(Box::new(rejection)),
        None => unexpected(response, json(response).map_or(response.status, |(status, _)| status)),
    }
}

/// The effective status and the JSON of a complete body, without its envelope.
pub(super) fn json(response: &ApiResponse) -> Option<(u16, Value)> {
    Some(wire::unwrap_envelope(response.status, json_body(response)?))
}

fn json_body(response: &ApiResponse) -> Option<Value> {
    (response.end == BodyEnd::Complete).then(|| wire::json(&response.body))?
}

/// Why a request without authorization got no challenge. Other refusals, such as a rate limit, are returned unchanged.
pub(super) fn no_challenge(cause: Cause) -> Cause {
    let unsupported =
        |status| format!("the response ({status}) has no digest challenge that this program supports");
    let message = match cause {
        Cause::Unexpected { status } => unsupported(status),
        Cause::Rejected(rejection) if rejection.kind() == RejectionKind::NotAuthorized => unsupported(401),
        Cause::TimedOut(limit) => format!("no challenge arrived within {} seconds", limit.as_secs()),
        cause => return cause,
    };
    Cause::NoChallenge(ServerText::new(&message))
}

pub(super) fn is_success(status: u16) -> bool {
    (200..300).contains(&status)
}

#[cfg(test)]
mod tests;
