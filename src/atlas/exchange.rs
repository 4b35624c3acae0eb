//! One request and its answer, within a limit.

use std::pin::pin;
use std::time::Duration;

use reqwest::Method;
use reqwest::header::HeaderMap;

use crate::domain::{ReadProblem, TransportProblem};

use super::body::{Answer, BodyEnd};
use super::deadline::{before, deadline};
use super::transport;

/// A request, ready to be sent.
pub(super) struct Call {
    pub method: Method,
    pub url: String,
    pub headers: HeaderMap,
    pub body: Option<String>,
}

/// Why there is no answer at all.
pub(super) enum Failure {
    /// Nothing of the request has left.
    NotSent(TransportProblem),
    /// The connection broke before the head of an answer.
    Broken(TransportProblem),
    /// No head of an answer came for this long.
    TimedOut(Duration),
}

impl Failure {
    /// What it means for a request that can be repeated.
    pub(super) fn into_read_problem(self) -> ReadProblem {
        match self {
            Self::NotSent(problem) | Self::Broken(problem) => ReadProblem::Transport(problem),
            Self::TimedOut(limit) => ReadProblem::TimedOut(limit),
        }
    }
}

/// Sends `call` once and reads its answer. `limit` counts for connecting, head and body together; an
/// answer whose head came but whose body did not says so in its `end`.
pub(super) async fn exchange(http: &reqwest::Client, call: Call, limit: Duration) -> Result<Answer, Failure> {
    let mut deadline = pin!(deadline(limit));
    let mut request = http.request(call.method, call.url).headers(call.headers);
    if let Some(body) = call.body {
        request = request.body(body);
    }
    let response = match before(request.send(), deadline.as_mut()).await {
        Some(Ok(response)) => response,
        Some(Err(error)) if transport::is_not_sent(&error) => {
            return Err(Failure::NotSent(transport::problem(error)));
        }
        Some(Err(error)) => return Err(Failure::Broken(transport::problem(error))),
        None => return Err(Failure::TimedOut(limit)),
    };
    let mut answer = Answer::new(&response);
    if before(answer.read_body(response), deadline).await.is_none() {
        answer.end = BodyEnd::TimedOut(limit);
    }
    Ok(answer)
}
