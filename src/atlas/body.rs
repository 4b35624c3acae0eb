//! An answer, read with a bound.

use std::time::Duration;

use jiff::Timestamp;
use reqwest::{Response, StatusCode};
use zeroize::{Zeroize, Zeroizing};

use crate::domain::TransportProblem;

use super::clock;
use super::digest::Challenge;
use super::retry_after::retry_after;
use super::transport;

/// How many bytes of an answer are read. What Atlas sends here is a few hundred.
pub(super) const LONGEST_BODY: usize = 1024 * 1024;

/// Room for an answer of the usual size, so that a buffer that holds a secret seldom moves.
const USUAL_BODY: usize = 16 * 1024;

/// What came back for a request.
pub(super) struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// When it was made, by Atlas's clock.
    pub date: Option<Timestamp>,
    /// How long Atlas asks to wait.
    pub retry_after: Option<Duration>,
    /// The challenge of a 401 that an API key can answer.
    pub challenge: Option<Challenge>,
    /// The body as far as it came; it is wiped when dropped, for it may hold the secret.
    pub body: Zeroizing<Vec<u8>>,
    /// How the body ended.
    pub end: BodyEnd,
}

/// How a body ended.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum BodyEnd {
    /// As HTTP wants it.
    Complete,
    /// It went on past [`LONGEST_BODY`].
    TooLarge,
    /// The connection broke.
    Broken(TransportProblem),
    /// It was not complete after this long.
    TimedOut(Duration),
}

impl Answer {
    /// The answer whose head has come, with nothing of its body yet.
    pub(super) fn new(response: &Response) -> Self {
        Self {
            status: response.status().as_u16(),
            date: clock::date(response.headers()),
            retry_after: retry_after(response.headers()),
            challenge: if response.status() == StatusCode::UNAUTHORIZED {
                Challenge::strongest(response.headers())
            } else {
                None
            },
            body: Zeroizing::new(Vec::with_capacity(USUAL_BODY)),
            end: BodyEnd::Complete,
        }
    }

    /// True when the nonce was refused (RFC 7616, section 3.3, `stale`): the server looked at nothing else.
    pub(super) fn is_stale(&self) -> bool {
        self.challenge.as_ref().is_some_and(Challenge::is_stale)
    }

    /// Reads the body chunk by chunk, whatever `Content-Length` claims. Dropping this future keeps what
    /// was read so far.
    pub(super) async fn read_body(&mut self, mut response: Response) {
        loop {
            let chunk = match response.chunk().await {
                Ok(Some(chunk)) => chunk,
                Ok(None) => return,
                Err(error) => {
                    self.end = BodyEnd::Broken(transport::problem(error));
                    return;
                }
            };
            let room = LONGEST_BODY - self.body.len();
            append(&mut self.body, &chunk[..chunk.len().min(room)]);
            self.end = if chunk.len() > room { BodyEnd::TooLarge } else { BodyEnd::Complete };
            // Works when nobody else holds the buffer; otherwise the allocator wipes it when it is freed.
            if let Ok(mut chunk) = chunk.try_into_mut() {
                chunk.as_mut().zeroize();
            }
            if self.end == BodyEnd::TooLarge {
                return;
            }
        }
    }
}

/// Appends without leaving an unwiped copy behind, which a growing `Vec` would.
fn append(buffer: &mut Zeroizing<Vec<u8>>, bytes: &[u8]) {
    let needed = buffer.len() + bytes.len();
    if needed > buffer.capacity() {
        let mut larger = Zeroizing::new(Vec::with_capacity(needed.max(buffer.capacity() * 2)));
        larger.extend_from_slice(buffer);
        *buffer = larger;
    }
    buffer.extend_from_slice(bytes);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn appending_keeps_every_byte_across_growth() {
        let mut buffer = Zeroizing::new(Vec::with_capacity(4));
        for chunk in [&b"abc"[..], b"", b"defghij", b"klmnopqrstuvwxyz"] {
            append(&mut buffer, chunk);
        }
        assert_eq!(buffer.as_slice(), b"abcdefghijklmnopqrstuvwxyz");
    }
}
