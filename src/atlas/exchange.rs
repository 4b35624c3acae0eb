//! One request and its answer, within a limit.

use std::pin::pin;
use std::time::{Duration, Instant};

use reqwest::Method;
use reqwest::header::{ACCEPT_ENCODING, HeaderMap};

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
    /// For the log.
    fn words(&self) -> &'static str {
        match self {
            Self::NotSent(_) => "not sent",
            Self::Broken(_) => "no answer: the connection broke",
            Self::TimedOut(_) => "no answer in time",
        }
    }

    /// What it means for a request that can be repeated.
    pub(super) fn into_read_problem(self) -> ReadProblem {
        match self {
            Self::NotSent(problem) | Self::Broken(problem) => ReadProblem::Transport(problem),
            Self::TimedOut(limit) => ReadProblem::TimedOut(limit),
        }
    }
}

/// Sends `call` once and reads its answer; the log gets method, path, status and time, and nothing else of
/// it. `limit` counts for connecting, head and body together; an
/// answer whose head came but whose body did not says so in its `end`.
pub(super) async fn exchange(http: &reqwest::Client, call: Call, limit: Duration) -> Result<Answer, Failure> {
    let (method, path) = (call.method.clone(), path_of(&call.url).to_owned());
    let started = Instant::now();
    let result = send(http, call, limit).await;
    let milliseconds = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
    match &result {
        Ok(answer) => tracing::info!(%method, path, status = answer.status, milliseconds, "answered"),
        Err(failure) => tracing::warn!(%method, path, milliseconds, "{}", failure.words()),
    }
    result
}

/// The path of a URL, without the query.
fn path_of(url: &str) -> &str {
    let after_scheme = url.split_once("://").map_or(url, |(_, rest)| rest);
    let path = after_scheme.find('/').map_or("/", |start| &after_scheme[start..]);
    path.split('?').next().unwrap_or(path)
}

async fn send(http: &reqwest::Client, call: Call, limit: Duration) -> Result<Answer, Failure> {
    let mut deadline = pin!(deadline(limit));
    let mut request = http.request(call.method, call.url).headers(call.headers);
    request = request.header(ACCEPT_ENCODING, "identity");
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
    answer.decode();
    Ok(answer)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_log_says_why_there_was_no_answer() {
        let rows = [
            (Failure::NotSent(TransportProblem::ConnectTimeout), "not sent"),
            (Failure::Broken(TransportProblem::ConnectTimeout), "no answer: the connection broke"),
            (Failure::TimedOut(Duration::from_secs(3)), "no answer in time"),
        ];
        for (failure, expected) in rows {
            assert_eq!(failure.words(), expected);
        }
    }

    #[test]
    fn the_log_names_the_path_alone() {
        let rows = [
            ("https://cloud.mongodb.com/api/oauth/token", "/api/oauth/token"),
            ("http://127.0.0.1:1/api/atlas/v2/groups?pageNum=1", "/api/atlas/v2/groups"),
            ("https://cloud.mongodb.com", "/"),
        ];
        for (url, path) in rows {
            assert_eq!(path_of(url), path);
        }
    }
}
