//! One request and its answer, within a limit; or why there was none.
//!
//! **Invariant:** nothing that arrived is thrown away: an answer whose body broke off keeps what had come.

use std::error::Error;
use std::io::{self, Read};
use std::pin::{Pin, pin};
use std::time::{Duration, Instant};

use flate2::read::{DeflateDecoder, MultiGzDecoder, ZlibDecoder};
use jiff::Timestamp;
use jiff::fmt::rfc2822;
use reqwest::header::{CONTENT_ENCODING, DATE, HeaderMap, LOCATION, RETRY_AFTER};
use reqwest::{RequestBuilder, Response};
use rustls::CertificateError;
use tokio::time::sleep;
use zeroize::Zeroizing;

use crate::domain::{ApiError, ApiResult, Cause, Phase, ServerText};

use super::digest::Challenge;

/// How long each request may take, connecting and reading included. The defaults are the program's;
/// tests shorten them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// For a connection, TLS handshake included. Shorter than `create`, so that a stalled handshake is
    /// known to have sent nothing.
    pub connect: Duration,
    /// For a token.
    pub sign_in: Duration,
    /// For reading a service account, a new sign-in after a 401 included.
    pub read: Duration,
    /// For a page of a list.
    pub list: Duration,
    /// For the creating POST.
    pub create: Duration,
    /// For deleting a secret.
    pub delete: Duration,
    /// For revoking all tokens.
    pub revoke: Duration,
    /// For proving that a new secret works, every try and pause included.
    pub verify: Duration,
    /// Between one refusal of a new secret and the next try: it has to become known everywhere in Atlas
    /// first. There are as many further tries as there are pauses.
    pub verify_pauses: [Duration; 2],
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(10),
            sign_in: Duration::from_secs(10),
            read: Duration::from_secs(3),
            list: Duration::from_secs(20),
            create: Duration::from_secs(60),
            delete: Duration::from_secs(10),
            revoke: Duration::from_secs(2),
            verify: Duration::from_secs(10),
            verify_pauses: [Duration::from_secs(1), Duration::from_secs(3)],
        }
    }
}

/// How many bytes of an answer are read. What Atlas sends here is a few hundred.
const LONGEST_BODY: usize = 1024 * 1024;

/// Room for an answer of the usual size, so that a buffer that holds a secret seldom moves.
const USUAL_BODY: usize = 16 * 1024;

/// How many content codings one after the other are taken off. One is what a gateway adds.
const MOST_ENCODINGS: usize = 4;

/// Before a body in UTF-8, where some software puts it. RFC 8259, section 8.1, lets a reader ignore it.
const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// How long an answer that lies in the socket already may still be read after the limit. It counts
/// from when the limit was noticed, so that a process that was stopped past its limit (Ctrl-Z, a lid
/// that was closed) reads what came meanwhile before it gives up. Polling the answer first is not enough for
/// that: the connection's own task delivers head and body in several turns.
const DRAINING: Duration = Duration::from_millis(250);

/// A longer `Retry-After` is ignored: it is more likely a mistake of a proxy than a wait that makes sense.
const LONGEST_WAIT: Duration = Duration::from_secs(24 * 60 * 60);

/// Sends a request once and reads its answer; the log gets method, path, status and time, and nothing else of it.
/// `limit` counts for connecting, head and body together; an answer whose head came but whose body did not says so
/// in its `end`.
pub(super) async fn exchange(request: RequestBuilder, limit: Duration) -> ApiResult<Answer> {
    let (http, request) = request.build_split();
    let request = request.map_err(no_answer)?;
    let (method, path) = (request.method().clone(), request.url().path().to_owned());
    let started = Instant::now();
    let result = send(http.execute(request), limit).await;
    let milliseconds = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
    match &result {
        Ok(answer) => tracing::info!(%method, path, status = answer.status, milliseconds, "answered"),
        Err(error) => tracing::warn!(%method, path, milliseconds, "no answer: {}", error.cause.message()),
    }
    result
}

async fn send(
    response: impl Future<Output = reqwest::Result<Response>>,
    limit: Duration,
) -> ApiResult<Answer> {
    let mut deadline = pin!(deadline(limit));
    let response = match before(response, deadline.as_mut()).await {
        Some(response) => response.map_err(no_answer)?,
        None => return Err(ApiError::sent(Cause::TimedOut(limit))),
    };
    let mut answer = Answer::new(&response);
    if before(answer.read_body(response), deadline).await.is_none() {
        answer.end = BodyEnd::Cut(Cause::TimedOut(limit));
    }
    answer.decode();
    if answer.body.starts_with(BYTE_ORDER_MARK) {
        answer.body.drain(..BYTE_ORDER_MARK.len());
    }
    Ok(answer)
}

/// Ends when `limit` is over and what had arrived by then could be read.
pub(super) async fn deadline(limit: Duration) {
    sleep(limit).await;
    sleep(DRAINING).await;
}

/// The output of `work`, or nothing when `deadline` ends first. The work is polled before the
/// deadline: when both are ready, the work has won.
pub(super) async fn before<T>(
    work: impl Future<Output = T>,
    deadline: Pin<&mut impl Future<Output = ()>>,
) -> Option<T> {
    tokio::select! {
        biased;
        output = work => Some(output),
        () = deadline => None,
    }
}

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
    /// The host that a redirect leads to.
    pub leads_to: Option<ServerText>,
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
    /// The connection broke, or the time was over.
    Cut(Cause),
}

impl Answer {
    /// The answer whose head has come, with nothing of its body yet.
    fn new(response: &Response) -> Self {
        Self {
            status: response.status().as_u16(),
            date: date(response.headers()),
            retry_after: retry_after(response.headers()),
            challenge: Challenge::strongest(response.headers()).filter(|_| response.status() == 401),
            leads_to: response.status().is_redirection().then(|| redirect_host(response)).flatten(),
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
            leads_to: None,
            encodings: Vec::new(),
            body: Zeroizing::new(body.to_vec()),
            end: BodyEnd::Complete,
        }
    }

    /// True when the nonce was refused (RFC 7616, section 3.3, `stale`): the server checked nothing else.
    pub(super) fn is_stale(&self) -> bool {
        self.challenge.as_ref().is_some_and(Challenge::is_stale)
    }

    /// Takes the content codings off a body that has been read. No coding is ever asked for, but some gateways add
    /// one, or name one that they have taken off themselves: a body that is not of its coding stays as it is. It is done
    /// here and not by the HTTP library, which loses what came before an error, and does not wipe.
    fn decode(&mut self) {
        let named = self.encodings.iter().rev().take(MOST_ENCODINGS).map(String::as_str);
        for encoding in named.chain(["gzip"]) {
            let Some((body, is_whole)) = decoded(encoding, &self.body) else { continue };
            self.body = body;
            if self.body.len() > LONGEST_BODY {
                self.body.truncate(LONGEST_BODY);
                self.end = BodyEnd::TooLarge;
            } else if !is_whole && self.end == BodyEnd::Complete {
                let why = format!("its {encoding} encoding ends too early or is damaged");
                self.end = BodyEnd::Cut(Cause::Interrupted(ServerText::new(&why)));
            }
        }
    }

    /// Reads the body chunk by chunk, whatever `Content-Length` claims. Dropping this future keeps what
    /// was read so far.
    async fn read_body(&mut self, mut response: Response) {
        loop {
            let chunk = match response.chunk().await {
                Ok(Some(chunk)) => chunk,
                Ok(None) => return,
                Err(error) => {
                    self.end = BodyEnd::Cut(cause(error));
                    return;
                }
            };
            let left = LONGEST_BODY - self.body.len();
            self.body.extend_from_slice(&chunk[..chunk.len().min(left)]);
            if chunk.len() > left {
                self.end = BodyEnd::TooLarge;
                return;
            }
        }
    }
}

fn redirect_host(response: &Response) -> Option<ServerText> {
    let location = response.headers().get(LOCATION)?.to_str().ok()?;
    response.url().join(location).ok()?.host_str().map(ServerText::new)
}

fn encodings(headers: &HeaderMap) -> Vec<String> {
    let values = headers.get_all(CONTENT_ENCODING).into_iter().filter_map(|value| value.to_str().ok());
    values.flat_map(|value| value.split(',')).map(|name| name.trim().to_ascii_lowercase()).collect()
}

/// What `body` holds under a content coding (RFC 9110, section 8.4.1) as far as it can be read, up to a byte more
/// than [`LONGEST_BODY`]; and true when it could be read to its end. `None` when it is not of that coding.
fn decoded(encoding: &str, body: &[u8]) -> Option<(Zeroizing<Vec<u8>>, bool)> {
    let is_plain = body.trim_ascii_start().starts_with(b"{");
    let reader: Box<dyn Read + '_> = match encoding {
        _ if is_plain => return None,
        "gzip" => Box::new(MultiGzDecoder::new(body)),
        // By the RFC it has a zlib header; some servers send it without.
        "deflate" if is_zlib(body) => Box::new(ZlibDecoder::new(body)),
        "deflate" => Box::new(DeflateDecoder::new(body)),
        "br" => Box::new(brotli_decompressor::Decompressor::new(body, 4096)),
        _ => return None,
    };
    let mut output = Zeroizing::new(Vec::with_capacity(USUAL_BODY));
    let result = reader.take(LONGEST_BODY as u64 + 1).read_to_end(&mut output);
    (!output.is_empty()).then_some((output, result.is_ok()))
}

/// RFC 1950, section 2.2.
fn is_zlib(body: &[u8]) -> bool {
    matches!(body, [method, flags, ..]
        if method & 0x0f == 8 && u16::from_be_bytes([*method, *flags]).is_multiple_of(31))
}

/// Reads `Retry-After`: seconds, or an HTTP date, which counts from the answer's own `Date` so that
/// this machine's clock does not matter. Nothing when it is absent, garbled, past or over a day.
pub(super) fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let value = headers.get(RETRY_AFTER)?.to_str().ok()?;
    let wait = seconds(value).or_else(|| until(value, date(headers)?))?;
    (wait <= LONGEST_WAIT).then_some(wait)
}

fn seconds(value: &str) -> Option<Duration> {
    let digits_only = value.bytes().all(|byte| byte.is_ascii_digit());
    digits_only.then(|| value.parse().ok().map(Duration::from_secs))?
}

fn until(value: &str, now: Timestamp) -> Option<Duration> {
    Duration::try_from(http_date(value)?.duration_since(now)).ok()
}

/// When an answer was made (`Date`, RFC 9110, section 6.6.1). What Atlas says about its secrets is of this
/// clock, so that this machine's may be wrong by any amount.
pub(super) fn date(headers: &HeaderMap) -> Option<Timestamp> {
    http_date(headers.get(DATE)?.to_str().ok()?)
}

/// An HTTP date in any of its three forms (RFC 9110, section 5.6.7): as mail has it, which servers send, with an
/// offset too; of RFC 850; and of C's `asctime`.
pub(super) fn http_date(text: &str) -> Option<Timestamp> {
    match rfc2822::parse(text) {
        Ok(time) => Some(time.timestamp()),
        Err(_) => Timestamp::try_from(httpdate::parse_http_date(text).ok()?).ok(),
    }
}

/// Why a request got no answer. Without a connection nothing of it can have left: name lookup, connect, TLS handshake,
/// a proxy that refused to pass it on; or a request that could not even be built.
pub(super) fn no_answer(error: reqwest::Error) -> ApiError {
    let phase = if error.is_connect() || error.is_builder() { Phase::NotSent } else { Phase::Sent };
    ApiError { phase, cause: cause(error) }
}

/// Names the cause of a failure. Nothing of the URL or of a header becomes part of it.
pub(super) fn cause(error: reqwest::Error) -> Cause {
    let error = error.without_url();
    if error.is_builder() {
        return Cause::Setup(message_of(&error));
    }
    if let Some(message) = causes(&error).find_map(tunnel) {
        return Cause::Proxy(ServerText::new(message));
    }
    if error.is_dns() {
        let message = message_of(&error);
        let message = message.as_str();
        let message = message.strip_prefix("failed to lookup address information: ").unwrap_or(message);
        return Cause::Dns(ServerText::new(message));
    }
    if let Some(message) = causes(&error).find_map(|cause| cause.downcast_ref().map(tls)) {
        return Cause::Tls(ServerText::new(&message));
    }
    if !error.is_connect() {
        return Cause::Interrupted(interruption(&error));
    }
    if error.is_timeout() {
        return Cause::ConnectTimeout;
    }
    // The connection itself was made, so what ended was the handshake that follows it.
    if causes(&error).any(is_end_of_stream) {
        return Cause::Tls(ServerText::new("the host closed the connection during the handshake"));
    }
    Cause::Connect(message_of(&error))
}

/// An error and what caused it, outermost first. `io::Error::source` skips the error it wraps, so that
/// one is stepped into by hand.
fn causes<'a>(error: &'a (dyn Error + 'static)) -> impl Iterator<Item = &'a (dyn Error + 'static)> {
    std::iter::successors(Some(error), |&error| {
        let wrapped = error.downcast_ref::<io::Error>().and_then(io::Error::get_ref);
        wrapped.map(|wrapped| wrapped as &'a (dyn Error + 'static)).or_else(|| error.source())
    })
}

/// The text of the innermost cause, which is the informative one.
fn message_of(error: &(dyn Error + 'static)) -> ServerText {
    let innermost = causes(error).last().unwrap_or(error);
    let plain = innermost.downcast_ref::<io::Error>().map(io::Error::kind);
    match plain.and_then(io_message) {
        Some(message) => ServerText::new(message),
        None => ServerText::new(&innermost.to_string()),
    }
}

fn is_end_of_stream(cause: &(dyn Error + 'static)) -> bool {
    let kind = cause.downcast_ref().map(io::Error::kind);
    kind == Some(io::ErrorKind::UnexpectedEof)
}

fn io_message(kind: io::ErrorKind) -> Option<&'static str> {
    Some(match kind {
        io::ErrorKind::ConnectionRefused => "the host refused the connection",
        io::ErrorKind::ConnectionReset => "the host reset the connection",
        io::ErrorKind::ConnectionAborted => "the connection was aborted",
        io::ErrorKind::HostUnreachable => "no route to the host",
        io::ErrorKind::NetworkUnreachable => "no route to the network",
        io::ErrorKind::NetworkDown => "the network is down",
        io::ErrorKind::BrokenPipe => "the host closed the connection",
        io::ErrorKind::UnexpectedEof => "the host closed the connection too early",
        io::ErrorKind::TimedOut => "the network timed out",
        io::ErrorKind::PermissionDenied => "this machine blocks the connection",
        _ => return None,
    })
}

fn interruption(error: &reqwest::Error) -> ServerText {
    let http: Option<&hyper::Error> = causes(error).find_map(|cause| cause.downcast_ref());
    if http.is_some_and(hyper::Error::is_incomplete_message) || causes(error).any(is_end_of_stream) {
        return ServerText::new("the host closed the connection too early");
    }
    if http.is_some_and(hyper::Error::is_parse_too_large) {
        return ServerText::new("the headers of the response are too large");
    }
    if http.is_some_and(hyper::Error::is_parse) {
        return ServerText::new("the response is not HTTP");
    }
    message_of(error)
}

/// Recognises what hyper-util's proxy tunnels say. Their error types are private, so only their text can be matched.
fn tunnel(cause: &(dyn Error + 'static)) -> Option<&'static str> {
    let message = cause.to_string();
    if let Some(message) = message.strip_prefix("SOCKS error: ") {
        return Some(match message {
            "failed to create underlying connection" => "could not connect to the proxy",
            "io error during SOCKS handshake" => "the proxy closed the connection",
            "failed parsing server response" => "the proxy does not speak SOCKS",
            message if message.contains("auth") || message.contains("credentials") => {
                "the proxy requires a user and password"
            }
            _ => "the proxy refused the request",
        });
    }
    let message = message.strip_prefix("tunnel error: ")?;
    Some(match message {
        "proxy authorization required" => "the proxy requires a user and password",
        "unsuccessful" => "the proxy refused the request",
        "unexpected end of file" => "the proxy closed the connection",
        "failed to create underlying connection" => "could not connect to the proxy",
        _ => "unexpected response from the proxy",
    })
}

fn tls(error: &rustls::Error) -> String {
    use rustls::Error as E;
    match error {
        E::InvalidCertificate(certificate) => certificate_message(certificate),
        E::InvalidMessage(_)
        | E::InappropriateMessage { .. }
        | E::InappropriateHandshakeMessage { .. }
        | E::PeerSentOversizedRecord => "the host does not speak TLS".to_owned(),
        E::PeerIncompatible(_) => "no TLS version or cipher is supported by both sides".to_owned(),
        E::AlertReceived(alert) => {
            format!("the host refused the handshake ({alert:?})")
        }
        E::General(message) => message.clone(),
        other => other.to_string(),
    }
}

/// What is wrong with a certificate. Some errors of rustls's verifier, webpki, come as they are, and only their names
/// tell them apart; those that are not listed say enough.
fn certificate_message(error: &CertificateError) -> String {
    let name = match error {
        CertificateError::Other(error) => format!("{:?}", error.0),
        error => format!("{error:?}"),
    };
    let name = name.split(['(', ' ']).next().unwrap_or_default().trim_end_matches("Context");
    let message = match name {
        "UnknownIssuer" => "the certificate is not trusted (unknown issuer)",
        "NotValidForName" => "the certificate is for another host name",
        "Expired" => "the certificate has expired, or this machine's clock is wrong",
        "NotValidYet" => "the certificate is not valid yet, or this machine's clock is wrong",
        "BadSignature" | "InvalidSignatureForPublicKey" => "the signature on the certificate is wrong",
        "CaUsedAsEndEntity" => "the host sent a CA certificate instead of a server certificate",
        other => return format!("the certificate was rejected ({other})"),
    };
    message.to_owned()
}

#[cfg(test)]
mod tests;
