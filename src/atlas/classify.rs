//! What an answer means: pure functions of status, headers and body.

use crate::domain::{
    CreateOutcome, DeleteOutcome, LostAnswer, ReadProblem, Rejection, ServerText, TransportProblem,
};
use serde_json::Value;

use super::http::{Answer, BodyEnd};
use super::wire;

/// What is known after an answer to the creating POST.
///
/// A secret that can be read counts whatever else is wrong with the answer. A refusal counts only as
/// Atlas's own error under a 4xx; 408 says that the server gave up waiting, not what it did. All the
/// rest leaves open whether a secret exists.
pub(super) fn create_outcome(answer: Answer) -> CreateOutcome {
    let created = wire::created(&answer.body);
    let envelope_status = created.as_ref().and_then(|created| created.envelope_status);
    let status = envelope_status.unwrap_or(answer.status);
    let has_readable_body = created.is_some();
    if let Some(secret) = created.and_then(|created| created.secret)
        && (is_success(answer.status) || is_success(status))
    {
        return CreateOutcome::Created(secret);
    }
    if (400..500).contains(&status)
        && status != 408
        && let Some(rejection) = rejection(&answer)
    {
        return CreateOutcome::Rejected(rejection);
    }
    CreateOutcome::Unknown(match (status, answer.end) {
        (201, end) => LostAnswer::ValueUnreadable(ServerText::new(&why_unreadable(&end, has_readable_body))),
        (_, BodyEnd::Broken(problem)) => LostAnswer::Broken(problem),
        (_, BodyEnd::TimedOut(limit)) => LostAnswer::TimedOut(limit),
        (status, BodyEnd::Complete | BodyEnd::TooLarge) => LostAnswer::Unexpected { status },
    })
}

fn why_unreadable(end: &BodyEnd, has_readable_body: bool) -> String {
    match end {
        BodyEnd::Complete if has_readable_body => "it holds no secret".to_owned(),
        BodyEnd::Complete => "it is not the JSON that Atlas documents".to_owned(),
        BodyEnd::TooLarge => "it is larger than 1 MiB".to_owned(),
        BodyEnd::Broken(problem) => format!("it was cut off ({})", problem.cause()),
        BodyEnd::TimedOut(limit) => format!("it was not complete after {} seconds", limit.as_secs()),
    }
}

/// Atlas's own error, from a body that came whole; or the refusal of a nonce, which a server checks before
/// it does anything else, so that it proves the same.
pub(super) fn rejection(answer: &Answer) -> Option<Rejection> {
    let said = json(answer).and_then(|(status, body)| wire::rejection(status, &body, answer.retry_after));
    said.or_else(|| answer.is_stale().then(Rejection::stale_nonce))
}

/// What a successful answer to a GET holds.
pub(super) fn read<T>(answer: &Answer, parse: impl Fn(&Value) -> Option<T>) -> Result<T, ReadProblem> {
    let found = match json(answer) {
        Some((status, body)) if is_success(status) => parse(&body),
        _ => None,
    };
    found.ok_or_else(|| read_problem(answer))
}

/// What an answer to a DELETE says. Only 204 is what Atlas documents, on the line or in an envelope; a proxy answers
/// 200 with a page, and a 404 may be about the project or the account.
pub(super) fn delete_outcome(answer: &Answer) -> DeleteOutcome {
    let enveloped = json_body(answer).and_then(|body| body.get("status")?.as_u64());
    if answer.status == 204 || (answer.status == 200 && enveloped == Some(204)) {
        return DeleteOutcome::Gone;
    }
    match rejection(answer) {
        Some(rejection)
            if (400..500).contains(&rejection.status) && !matches!(rejection.status, 404 | 408) =>
        {
            DeleteOutcome::Failed(ReadProblem::Rejected(rejection))
        }
        _ => DeleteOutcome::Unknown(read_problem(answer)),
    }
}

/// Why an answer to a request that only reads gave nothing.
pub(super) fn read_problem(answer: &Answer) -> ReadProblem {
    if let Some(rejection) = rejection(answer) {
        return ReadProblem::Rejected(rejection);
    }
    match &answer.end {
        BodyEnd::Broken(problem) => ReadProblem::Transport(problem.clone()),
        BodyEnd::TimedOut(limit) => ReadProblem::TimedOut(*limit),
        BodyEnd::Complete | BodyEnd::TooLarge => {
            let status = json(answer).map_or(answer.status, |(status, _)| status);
            ReadProblem::Unexpected { status }
        }
    }
}

/// The status that counts and the JSON of a body that came whole, its envelope taken off.
pub(super) fn json(answer: &Answer) -> Option<(u16, Value)> {
    Some(wire::unwrap_envelope(answer.status, json_body(answer)?))
}

fn json_body(answer: &Answer) -> Option<Value> {
    let body = answer.body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&answer.body);
    (answer.end == BodyEnd::Complete).then(|| serde_json::from_slice(body).ok())?
}

/// Why an answer that was asked for nothing but its challenge has none. What Atlas refuses otherwise, a
/// rate limit for one, stays what it is.
pub(super) fn no_challenge(answer: &Answer) -> ReadProblem {
    let problem = read_problem(answer);
    if matches!(problem, ReadProblem::Unexpected { .. }) {
        let words =
            format!("the response ({}) has no digest challenge that this program supports", answer.status);
        return ReadProblem::Transport(TransportProblem::NoChallenge(ServerText::new(&words)));
    }
    problem
}

/// What a failure before the creating POST means for it: nothing of it was sent.
pub(super) fn not_created(problem: ReadProblem) -> CreateOutcome {
    let words = match problem {
        ReadProblem::Transport(problem) => return CreateOutcome::NotSent(problem),
        ReadProblem::Rejected(rejection) => return CreateOutcome::Rejected(rejection),
        ReadProblem::SignInRefused(words) => words,
        ReadProblem::TimedOut(limit) => {
            ServerText::new(&format!("no challenge came within {} seconds", limit.as_secs()))
        }
        ReadProblem::Unexpected { status } => ServerText::new(&format!("unexpected response ({status})")),
        other
        @ (ReadProblem::StillThere | ReadProblem::PerhapsDeleted(_) | ReadProblem::LoginExpired(..)) => {
            ServerText::new(&other.explain().title)
        }
    };
    CreateOutcome::NotSent(TransportProblem::NoChallenge(words))
}

/// True for a 2xx.
pub(super) fn is_success(status: u16) -> bool {
    (200..300).contains(&status)
}

#[cfg(test)]
mod tests;
