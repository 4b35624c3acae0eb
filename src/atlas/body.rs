//! An answer, read with a bound.

use std::io::Read;
use std::time::Duration;

use flate2::read::{DeflateDecoder, MultiGzDecoder, ZlibDecoder};
use jiff::Timestamp;
use reqwest::header::{CONTENT_ENCODING, HeaderMap};
use reqwest::{Response, StatusCode};
use zeroize::{Zeroize, Zeroizing};

use crate::domain::{ServerText, TransportProblem};

use super::clock;
use super::digest::Challenge;
use super::retry_after::retry_after;
use super::transport;

/// How many bytes of an answer are read. What Atlas sends here is a few hundred.
pub(super) const LONGEST_BODY: usize = 1024 * 1024;

/// Room for an answer of the usual size, so that a buffer that holds a secret seldom moves.
const USUAL_BODY: usize = 16 * 1024;

/// How many bytes are decoded at a time.
const CHUNK: usize = 4096;

/// How many content codings one after the other are taken off. One is what a gateway adds.
const MOST_ENCODINGS: usize = 4;

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
    /// The content codings of the body, in the order in which they were applied.
    encodings: Vec<String>,
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
            encodings: encodings(response.headers()),
            body: Zeroizing::new(Vec::with_capacity(USUAL_BODY)),
            end: BodyEnd::Complete,
        }
    }

    /// An answer with this body, without headers.
    #[cfg(test)]
    pub(super) fn of(status: u16, body: &[u8]) -> Self {
        Self {
            status,
            date: None,
            retry_after: None,
            challenge: None,
            encodings: Vec::new(),
            body: Zeroizing::new(body.to_vec()),
            end: BodyEnd::Complete,
        }
    }

    /// True when the nonce was refused (RFC 7616, section 3.3, `stale`): the server looked at nothing else.
    pub(super) fn is_stale(&self) -> bool {
        self.challenge.as_ref().is_some_and(Challenge::is_stale)
    }

    /// Takes the content codings off a body that has been read. No coding is ever asked for, but some gateways add
    /// one, or name one that they have taken off themselves: a body that is not of its coding stays as it is.
    pub(super) fn decode(&mut self) {
        let is_gzip = self.body.starts_with(&[0x1f, 0x8b]);
        if is_gzip && self.encodings.is_empty() {
            self.encodings.push("gzip".to_owned());
        }
        for encoding in self.encodings.iter().rev().take(MOST_ENCODINGS) {
            let Some((body, is_whole)) = decoded(encoding, &self.body) else { continue };
            self.body = body;
            if self.body.len() > LONGEST_BODY {
                self.body.truncate(LONGEST_BODY);
                self.end = BodyEnd::TooLarge;
            } else if !is_whole && self.end == BodyEnd::Complete {
                let why = format!("its {encoding} encoding ends too early or is damaged");
                self.end = BodyEnd::Broken(TransportProblem::Interrupted(ServerText::new(&why)));
            }
        }
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

fn encodings(headers: &HeaderMap) -> Vec<String> {
    let values = headers.get_all(CONTENT_ENCODING).into_iter().filter_map(|value| value.to_str().ok());
    values.flat_map(|value| value.split(',')).map(|name| name.trim().to_ascii_lowercase()).collect()
}

/// What `body` holds under a content coding (RFC 9110, section 8.4.1) as far as it can be read, up to a byte more
/// than [`LONGEST_BODY`]; and true when it could be read to its end. `None` when it is not of that coding.
fn decoded(encoding: &str, body: &[u8]) -> Option<(Zeroizing<Vec<u8>>, bool)> {
    let is_plain = body.trim_ascii_start().starts_with(b"{");
    let mut reader: Box<dyn Read + '_> = match encoding {
        _ if is_plain => return None,
        "gzip" | "x-gzip" => Box::new(MultiGzDecoder::new(body)),
        // By the RFC it has a zlib header; some servers send it without.
        "deflate" if body.len() >= 2 && is_zlib_header(body[0], body[1]) => Box::new(ZlibDecoder::new(body)),
        "deflate" => Box::new(DeflateDecoder::new(body)),
        "br" => Box::new(brotli_decompressor::Decompressor::new(body, CHUNK)),
        _ => return None,
    };
    let mut output = Zeroizing::new(Vec::with_capacity(USUAL_BODY));
    let mut chunk = Zeroizing::new([0; CHUNK]);
    loop {
        match reader.read(&mut *chunk) {
            Ok(0) => return Some((output, true)),
            Ok(count) => {
                let room = LONGEST_BODY + 1 - output.len();
                append(&mut output, &chunk[..count.min(room)]);
            }
            Err(_) if output.is_empty() => return None,
            Err(_) => return Some((output, false)),
        }
        if output.len() > LONGEST_BODY {
            return Some((output, true));
        }
    }
}

/// RFC 1950, section 2.2.
fn is_zlib_header(method: u8, flags: u8) -> bool {
    method & 0x0f == 8 && u16::from_be_bytes([method, flags]).is_multiple_of(31)
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
