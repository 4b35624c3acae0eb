//! Sends one request and reads its response within a time limit.
//!
//! **Invariant:** nothing that was received is lost: a response whose body was cut off keeps the received part.

use std::error::Error;
use std::io::{self, Read};
use std::time::{Duration, Instant};

use flate2::read::{DeflateDecoder, MultiGzDecoder, ZlibDecoder};
use jiff::Timestamp;
use jiff::fmt::rfc2822;
use reqwest::RequestBuilder;
use reqwest::header::{CONTENT_ENCODING, DATE, HeaderMap, LOCATION, RETRY_AFTER};
use rustls::{AlertDescription, CertificateError};
use ruzstd::decoding::StreamingDecoder;
use tokio::time::sleep;
use url::Position;
use zeroize::Zeroizing;

use crate::domain::{ApiError, ApiResult, Cause, ServerText, os_error_message};

use super::session::Challenge;

/// The time limits of requests, including connecting and reading. Tests shorten the defaults.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// For a connection, including the TLS handshake. Shorter than `create`, so that after a stalled handshake it is
    /// certain that nothing was sent.
    pub connect: Duration,
    /// For getting a token.
    pub sign_in: Duration,
    /// For reading a service account, including a new sign-in after a 401.
    pub read: Duration,
    /// For a page of a list.
    pub list: Duration,
    /// For the creating POST.
    pub create: Duration,
    /// For deleting a secret.
    pub delete: Duration,
    /// For revoking all tokens.
    pub revoke: Duration,
    /// For verifying a new secret, including all retries and pauses.
    pub verify: Duration,
    /// The pauses before each retry when a new secret is refused: it takes a moment until all of Atlas knows it.
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

/// The maximum number of bytes of a body that are read. Atlas sends a few hundred here.
const MAX_BODY: usize = 1024 * 1024;

/// The initial capacity of a body in bytes: a buffer that holds a secret should seldom be reallocated.
const BODY_CAPACITY: usize = 16 * 1024;

/// The maximum number of nested content codings that are decoded. Gateways add one.
const MAX_ENCODINGS: usize = 4;

/// The largest window of the `zstd` content coding, in bytes (RFC 9659, section 3).
const MAX_ZSTD_WINDOW: u64 = 8 << 20;

/// Some software puts this before UTF-8. RFC 8259, section 8.1, allows a parser to ignore it.
const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// How much longer a response that has already arrived may be read after the limit. It counts from when the program
/// notices the limit, so that a suspended process (Ctrl-Z, a closed lid) reads what arrived in the meantime before it
/// gives up. Polling the response first does not suffice: the connection's task delivers head and body in several
/// steps.
const DRAIN_LIMIT: Duration = Duration::from_millis(250);

/// A longer `Retry-After` is ignored, as it is probably a proxy's mistake.
const MAX_RETRY_AFTER: Duration = Duration::from_secs(24 * 60 * 60);

const CLOSED_EARLY: &str = "the host closed the connection early";

/// Sends a request once and reads its response. The log only gets method, path, status and time. `limit` covers
/// connecting, head and body. If the head arrives and the body does not, the `end` of the response says so.
pub(super) async fn exchange(request: RequestBuilder, limit: Duration) -> ApiResult<ApiResponse> {
    let (http, request) = request.build_split();
    let request = request.map_err(request_error)?;
    let (method, path) = (request.method().clone(), request.url().path().to_owned());
    let started = Instant::now();
    let result = send(http.execute(request), limit).await;
    let milliseconds = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
    match &result {
        Ok(response) => tracing::info!(%method, path, status = response.status, milliseconds, "answered"),
        Err(error) => tracing::warn!(%method, path, milliseconds, "no answer: {}", error.cause.message()),
    }
    result
}

async fn send(
    raw: impl Future<Output = reqwest::Result<reqwest::Response>>,
    limit: Duration,
) -> ApiResult<ApiResponse> {
    let mut head = None;
    let work = async {
        let raw = raw.await.map_err(request_error)?;
        head.insert(ApiResponse::new(&raw)).read_body(raw).await;
        Ok(())
    };
    let result = within(limit, work).await;
    let Some(mut response) = head else {
        return Err(result.and_then(Result::err).unwrap_or(ApiError::sent(Cause::TimedOut(limit))));
    };
    if result.is_none() {
        response.end = BodyEnd::Cut(Cause::TimedOut(limit));
    }
    response.decode();
    if response.body.starts_with(BYTE_ORDER_MARK) {
        response.body.drain(..BYTE_ORDER_MARK.len());
    }
    Ok(response)
}

/// The output of `work`, or `None` after `limit` and the time to read what had arrived by then. The work is polled
/// first, so it wins when both are ready.
pub(super) async fn within<T>(limit: Duration, work: impl Future<Output = T>) -> Option<T> {
    let deadline = async {
        sleep(limit).await;
        sleep(DRAIN_LIMIT).await;
    };
    tokio::select! {
        biased;
        output = work => Some(output),
        () = deadline => None,
    }
}

#[cfg_attr(test, derive(Default))]
pub(super) struct ApiResponse {
    pub status: u16,
    /// The `Date` header, by Atlas's clock.
    pub date: Option<Timestamp>,
    pub retry_after: Option<Duration>,
    /// The challenge of a 401 that an API key can respond to.
    pub challenge: Option<Challenge>,
    pub redirect_host: Option<ServerText>,
    /// The content codings of the body, in the order in which they were applied.
    encodings: Vec<String>,
    /// The received part of the body. It is wiped when dropped, because it may contain the secret.
    pub body: Zeroizing<Vec<u8>>,
    pub end: BodyEnd,
}

#[derive(Debug, Default, PartialEq, Eq)]
pub(super) enum BodyEnd {
    /// Complete according to HTTP.
    #[default]
    Complete,
    TooLarge,
    Cut(Cause),
}

impl ApiResponse {
    fn new(raw: &reqwest::Response) -> Self {
        Self {
            status: raw.status().as_u16(),
            date: date(raw.headers()),
            retry_after: retry_after(raw.headers()),
            challenge: Challenge::strongest(raw.headers()).filter(|_| raw.status() == 401),
            redirect_host: raw.status().is_redirection().then(|| redirect_host(raw)).flatten(),
            encodings: encodings(raw.headers()),
            body: Zeroizing::new(Vec::with_capacity(BODY_CAPACITY)),
            end: BodyEnd::Complete,
        }
    }

    #[cfg(test)]
    pub(super) fn of(status: u16, body: &[u8]) -> Self {
        Self { status, body: Zeroizing::new(body.to_vec()), ..Self::default() }
    }

    /// True if the nonce was refused (RFC 7616, section 3.3, `stale`): the server checked nothing else.
    pub(super) fn is_stale(&self) -> bool {
        self.challenge.as_ref().is_some_and(Challenge::is_stale)
    }

    /// Decodes a body that has been read. This program requests no content coding, but some gateways add one, or name
    /// one that they have already removed, so a body that is not encoded stays as it is. The HTTP library does not do
    /// this: after an error it loses the data before it, and it does not wipe its buffers.
    fn decode(&mut self) {
        let named = self.encodings.iter().rev().take(MAX_ENCODINGS).map(String::as_str);
        for encoding in named.chain(["gzip", "zstd"]) {
            let Some((body, is_whole)) = decoded(encoding, &self.body) else { continue };
            self.body = body;
            if self.body.len() > MAX_BODY {
                self.body.truncate(MAX_BODY);
                self.end = BodyEnd::TooLarge;
            } else if !is_whole && self.end == BodyEnd::Complete {
                let why = format!("its {encoding} encoding ends too early or is damaged");
                self.end = BodyEnd::Cut(Cause::Interrupted(ServerText::new(&why)));
            }
        }
    }

    /// Reads the body chunk by chunk and ignores `Content-Length`. If this future is dropped, the part that was read
    /// remains.
    async fn read_body(&mut self, mut raw: reqwest::Response) {
        loop {
            let chunk = match raw.chunk().await {
                Ok(Some(chunk)) => chunk,
                Ok(None) => return,
                Err(error) => {
                    self.end = BodyEnd::Cut(cause(error));
                    return;
                }
            };
            let left = MAX_BODY - self.body.len();
            self.body.extend_from_slice(&chunk[..chunk.len().min(left)]);
            if chunk.len() > left {
                self.end = BodyEnd::TooLarge;
                return;
            }
        }
    }
}

fn redirect_host(raw: &reqwest::Response) -> Option<ServerText> {
    let location = raw.headers().get(LOCATION)?.to_str().ok()?;
    raw.url().join(location).ok()?.host_str().map(ServerText::new)
}

fn encodings(headers: &HeaderMap) -> Vec<String> {
    let values = headers.get_all(CONTENT_ENCODING).into_iter().filter_map(|value| value.to_str().ok());
    values.flat_map(|value| value.split(',')).map(|name| name.trim().to_ascii_lowercase()).collect()
}

/// Decodes `body` (RFC 9110, section 8.4.1) as far as possible, up to one byte more than [`MAX_BODY`]. The flag is
/// true if it was decoded to its end. `None` if `body` is not encoded in this way.
fn decoded(encoding: &str, body: &[u8]) -> Option<(Zeroizing<Vec<u8>>, bool)> {
    let is_plain = body.trim_ascii_start().starts_with(b"{");
    let reader: Box<dyn Read + '_> = match encoding {
        _ if is_plain => return None,
        "gzip" => Box::new(MultiGzDecoder::new(body)),
        // RFC 1950, section 2.2, requires a zlib header, but some servers omit it.
        "deflate" if body.first().is_some_and(|first| first & 0x0f == 8) => Box::new(ZlibDecoder::new(body)),
        "deflate" => Box::new(DeflateDecoder::new(body)),
        // A large window is not part of RFC 7932 (section 9.1), and can take 1 GiB of memory.
        "br" if body.first().is_some_and(|first| first & 0x7f == 0x11) => return None,
        "br" => Box::new(brotli_decompressor::Decompressor::new(body, 4096)),
        "zstd" => Box::new(StreamingDecoder::new_with_max_window_size(body, MAX_ZSTD_WINDOW).ok()?),
        _ => return None,
    };
    let mut output = Zeroizing::new(Vec::with_capacity(BODY_CAPACITY));
    let result = reader.take(MAX_BODY as u64 + 1).read_to_end(&mut output);
    (!output.is_empty()).then_some((output, result.is_ok()))
}

/// Parses `Retry-After`: seconds, or an HTTP date. A date is compared with the response's own `Date`, so this machine's
/// clock does not matter. `None` if it is absent, malformed, in the past or more than a day away.
pub(super) fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let value = headers.get(RETRY_AFTER)?.to_str().ok()?;
    let wait = match value.parse() {
        Ok(seconds) => Duration::from_secs(seconds),
        Err(_) => Duration::try_from(http_date(value)?.duration_since(date(headers)?)).ok()?,
    };
    (wait <= MAX_RETRY_AFTER).then_some(wait)
}

/// When a response was made (`Date`, RFC 9110, section 6.6.1). The times of Atlas's secrets come from the same clock,
/// so it does not matter if this machine's clock is wrong.
pub(super) fn date(headers: &HeaderMap) -> Option<Timestamp> {
    http_date(headers.get(DATE)?.to_str().ok()?)
}

/// Parses an HTTP date in any of its three forms (RFC 9110, section 5.6.7): the mail format, which servers send,
/// sometimes with an offset; RFC 850; and C's `asctime`.
pub(super) fn http_date(text: &str) -> Option<Timestamp> {
    match rfc2822::parse(text) {
        Ok(time) => Some(time.timestamp()),
        Err(_) => Timestamp::try_from(httpdate::parse_http_date(text).ok()?).ok(),
    }
}

/// The error of a request without a response. Nothing was sent if there was no connection (name lookup, connect, TLS
/// handshake, a proxy that refused) or if the request could not be built.
pub(super) fn request_error(error: reqwest::Error) -> ApiError {
    let is_sent = !error.is_connect() && !error.is_builder();
    let cause = cause(error);
    if is_sent { ApiError::sent(cause) } else { ApiError::not_sent(cause) }
}

/// The cause of an error. It contains nothing from a header, and of the URL at most the host and the port.
pub(super) fn cause(error: reqwest::Error) -> Cause {
    let host = error.url().map(|url| url[Position::BeforeHost..Position::AfterPort].to_owned());
    let host = host.as_deref().unwrap_or("the host");
    let with_host = |message: &str| ServerText::new(&format!("{host}: {message}"));
    let error = error.without_url();
    if error.is_builder() {
        return Cause::Setup(message_of(&error));
    }
    if let Some(cause) = causes(&error).find_map(tunnel) {
        return cause;
    }
    if error.is_dns() {
        let message = message_of(&error);
        let details = message.as_str().trim_start_matches("failed to lookup address information: ");
        return Cause::Dns(with_host(details));
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
    // The TCP connection was made, so it was the handshake that ended.
    if has_kind(&error, io::ErrorKind::UnexpectedEof) {
        return Cause::Tls(ServerText::new("the host closed the connection during the handshake"));
    }
    let message = with_host(message_of(&error).as_str());
    let is_refused = has_kind(&error, io::ErrorKind::ConnectionRefused);
    if is_refused { Cause::Refused(message) } else { Cause::Connect(message) }
}

/// An error and its sources, outermost first. `io::Error::source` skips the error that it wraps, so this function
/// unwraps it.
fn causes<'a>(error: &'a (dyn Error + 'static)) -> impl Iterator<Item = &'a (dyn Error + 'static)> {
    std::iter::successors(Some(error), |&error| {
        let wrapped = error.downcast_ref::<io::Error>().and_then(io::Error::get_ref);
        wrapped.map(|wrapped| wrapped as &'a (dyn Error + 'static)).or_else(|| error.source())
    })
}

/// The message of the innermost source, which is the informative one.
fn message_of(error: &(dyn Error + 'static)) -> ServerText {
    let innermost = causes(error).last().unwrap_or(error);
    let Some(system) = innermost.downcast_ref::<io::Error>() else {
        return ServerText::new(&innermost.to_string());
    };
    match system.kind() {
        io::ErrorKind::ConnectionRefused => ServerText::new("the host refused the connection"),
        io::ErrorKind::ConnectionReset => ServerText::new("the host reset the connection"),
        io::ErrorKind::BrokenPipe | io::ErrorKind::UnexpectedEof => ServerText::new(CLOSED_EARLY),
        _ => os_error_message(system),
    }
}

fn has_kind(error: &reqwest::Error, kind: io::ErrorKind) -> bool {
    causes(error).any(|cause| cause.downcast_ref().map(io::Error::kind) == Some(kind))
}

fn interruption(error: &reqwest::Error) -> ServerText {
    let http: Option<&hyper::Error> = causes(error).find_map(|cause| cause.downcast_ref());
    if http.is_some_and(hyper::Error::is_incomplete_message) || has_kind(error, io::ErrorKind::UnexpectedEof)
    {
        return ServerText::new(CLOSED_EARLY);
    }
    if http.is_some_and(hyper::Error::is_parse_too_large) {
        return ServerText::new("the headers of the response are too large");
    }
    if http.is_some_and(hyper::Error::is_parse) {
        return ServerText::new("the response is not HTTP");
    }
    message_of(error)
}

/// Recognizes the errors of hyper-util's proxy tunnels. Their types are private, so only their messages can be matched,
/// and the status of a refusal is lost, except for 407.
fn tunnel(cause: &(dyn Error + 'static)) -> Option<Cause> {
    let message = cause.to_string();
    let message = ["SOCKS error: ", "tunnel error: "].iter().find_map(|kind| message.strip_prefix(kind))?;
    let (cause, text): (fn(_) -> _, _) = match message {
        "proxy authorization required" => {
            (Cause::ProxyLogin, "the proxy requires a valid user and password (407)")
        }
        message if message.contains("auth") || message.contains("credentials") => {
            (Cause::ProxyLogin, "the proxy requires a valid user and password")
        }
        "failed to create underlying connection" => (Cause::ProxyDown, "could not connect to the proxy"),
        "unexpected end of file" => (Cause::ProxyDown, "the proxy closed the connection"),
        message if message.starts_with("io error") => (Cause::ProxyDown, "the proxy closed the connection"),
        "failed parsing server response" => (Cause::Proxy, "the proxy does not speak SOCKS"),
        _ => (Cause::Proxy, "the proxy refused the request"),
    };
    Some(cause(ServerText::new(text)))
}

fn tls(error: &rustls::Error) -> String {
    use rustls::Error as E;
    match error {
        E::InvalidCertificate(certificate) => certificate_message(certificate),
        E::InvalidMessage(_)
        | E::InappropriateMessage { .. }
        | E::InappropriateHandshakeMessage { .. }
        | E::PeerSentOversizedRecord => "the host does not speak TLS".to_owned(),
        E::AlertReceived(
            AlertDescription::HandshakeFailure
            | AlertDescription::ProtocolVersion
            | AlertDescription::InsufficientSecurity,
        )
        | E::PeerIncompatible(_) => "the host supports no TLS version or cipher of this program".to_owned(),
        E::AlertReceived(alert) => {
            format!("the host refused the handshake ({})", words_in(&format!("{alert:?}")))
        }
        other => other.to_string(),
    }
}

/// The words in a name such as `AccessDenied`, in lower case.
fn words_in(name: &str) -> String {
    let mut words = String::with_capacity(name.len() + 8);
    for character in name.chars() {
        if character.is_ascii_uppercase() && words.ends_with(|last: char| last.is_ascii_lowercase()) {
            words.push(' ');
        }
        words.push(character);
    }
    words.to_ascii_lowercase()
}

/// The problem with a certificate. Some errors of webpki, rustls's verifier, are passed on as they are and differ only
/// in their names. For those that are not listed, the words of the name are clear enough.
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
        // The verifier does not distinguish them.
        "BadSignature" | "InvalidSignatureForPublicKey" => {
            "the signature on the certificate is wrong, or its key is too short"
        }
        "CaUsedAsEndEntity" => "the certificate is a CA's instead of a server's",
        "EndEntityUsedAsCa" => "the certificate was issued with one that is not a CA's",
        "EkuError" | "InvalidPurpose" => "the certificate is not for servers (extended key usage)",
        "UnsupportedSignatureAlgorithm" | "UnsupportedSignatureAlgorithmForPublicKey" => {
            "the certificate is signed in a way that is too old or unknown, such as SHA-1"
        }
        other => return format!("the certificate was rejected ({})", words_in(other)),
    };
    message.to_owned()
}

#[cfg(test)]
mod tests;
