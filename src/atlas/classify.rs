//! What an answer means: pure functions of status, headers and body.

use crate::domain::{ApiError, ApiResult, Cause, CreatedSecret, Rejection, RejectionKind, ServerText};
use serde_json::Value;

use super::http::{Answer, BodyEnd};
use super::wire;

/// What an answer to the creating POST holds.
///
/// A secret that can be read counts whatever else is wrong with the answer. Without one, and without a refusal
/// that proves that nothing was created, it is open whether a secret exists.
pub(super) fn created(answer: &Answer) -> ApiResult<CreatedSecret> {
    let created = wire::created(&answer.body);
    let envelope_status = created.as_ref().and_then(|created| created.envelope_status);
    let status = envelope_status.unwrap_or(answer.status);
    let has_readable_body = created.is_some();
    if let Some(secret) = created.and_then(|created| created.secret)
        && (is_success(answer.status) || is_success(status))
    {
        return Ok(secret);
    }
    Err(ApiError::sent(match refusal(answer) {
        Some(rejection) => Cause::Rejected(Box::new(rejection)),
        None if status == 201 => {
            Cause::ValueUnreadable(ServerText::new(&why_unreadable(&answer.end, has_readable_body)))
        }
        None => unexpected(answer, status),
    }))
}

fn why_unreadable(end: &BodyEnd, has_readable_body: bool) -> String {
    match end {
        BodyEnd::Complete if has_readable_body => "it holds no secret".to_owned(),
        BodyEnd::Complete => "it is not the JSON that Atlas documents".to_owned(),
        BodyEnd::TooLarge => "it is larger than 1 MiB".to_owned(),
        BodyEnd::Cut(Cause::TimedOut(limit)) => {
            format!("it was not complete after {} seconds", limit.as_secs())
        }
        BodyEnd::Cut(cause) => format!("it was cut off ({})", cause.message()),
    }
}

/// What is wrong with an answer that is neither a success nor a refusal.
fn unexpected(answer: &Answer, status: u16) -> Cause {
    match (&answer.leads_to, &answer.end) {
        (Some(host), _) => Cause::Redirected { status, host: host.clone() },
        (None, BodyEnd::Cut(cause)) => cause.clone(),
        (None, BodyEnd::Complete | BodyEnd::TooLarge) => Cause::Unexpected { status },
    }
}

/// A refusal that proves that nothing was changed: Atlas's own error under a 4xx, with its integer `error`. A gateway
/// that blocks the answer to a POST that Atlas has carried out may write a `detail`, too. 408 says that the server gave
/// up waiting, not what it did.
fn refusal(answer: &Answer) -> Option<Rejection> {
    let is_proof = |no: &Rejection| (400..500).contains(&no.status) && no.status != 408;
    let has_error = json(answer).is_some_and(|(_, body)| body["error"].is_number());
    rejection(answer).filter(is_proof).filter(|_| has_error || answer.is_stale())
}

/// Atlas's own error, from a body that came whole; or the refusal of a nonce, which a server checks before
/// it does anything else, so that it proves the same.
pub(super) fn rejection(answer: &Answer) -> Option<Rejection> {
    let found = json(answer).and_then(|(status, body)| wire::rejection(status, &body, answer.retry_after));
    found.or_else(|| answer.is_stale().then(Rejection::stale_nonce))
}

/// What a successful answer to a GET holds.
pub(super) fn read<T>(answer: &Answer, parse: impl Fn(&Value) -> Option<T>) -> ApiResult<T> {
    let found = match json(answer) {
        Some((status, body)) if is_success(status) => parse(&body),
        _ => None,
    };
    found.ok_or_else(|| ApiError::sent(read_failed(answer)))
}

/// What an answer to a DELETE says. Only 204 is what Atlas documents, on the line or in an envelope; a proxy answers
/// 200 with a page, and Atlas gives a 404 for a project, an account and a secret alike, so that it proves nothing.
pub(super) fn deleted(answer: &Answer) -> ApiResult<()> {
    let enveloped = json_body(answer).and_then(|body| body.get("status")?.as_u64());
    if answer.status == 204 || (answer.status == 200 && enveloped == Some(204)) {
        return Ok(());
    }
    Err(ApiError::sent(match refusal(answer) {
        Some(rejection) if rejection.status != 404 => Cause::Rejected(Box::new(rejection)),
        _ => unexpected(answer, answer.status),
    }))
}

/// Why a request that only reads failed, by its answer.
pub(super) fn read_failed(answer: &Answer) -> Cause {
    match rejection(answer) {
        Some(rejection) => Cause::Rejected(Box::new(rejection)),
        None => unexpected(answer, json(answer).map_or(answer.status, |(status, _)| status)),
    }
}

/// The status that counts and the JSON of a body that came whole, its envelope taken off.
pub(super) fn json(answer: &Answer) -> Option<(u16, Value)> {
    Some(wire::unwrap_envelope(answer.status, json_body(answer)?))
}

fn json_body(answer: &Answer) -> Option<Value> {
    (answer.end == BodyEnd::Complete).then(|| serde_json::from_slice(&answer.body).ok())?
}

/// Why a request without authorization gave no challenge. What Atlas refuses otherwise, a rate limit for one, stays
/// what it is.
pub(super) fn no_challenge(cause: Cause) -> Cause {
    let unsupported =
        |status| format!("the response ({status}) has no digest challenge that this program supports");
    let message = match cause {
        Cause::Unexpected { status } => unsupported(status),
        Cause::Rejected(rejection) if rejection.kind() == RejectionKind::NotAuthorized => {
            unsupported(rejection.status)
        }
        Cause::TimedOut(limit) => format!("no challenge came within {} seconds", limit.as_secs()),
        cause => return cause,
    };
    Cause::NoChallenge(ServerText::new(&message))
}

/// True for a 2xx.
pub(super) fn is_success(status: u16) -> bool {
    (200..300).contains(&status)
}

#[cfg(test)]
mod tests;
