//! Failures below HTTP, as text.

use std::error::Error;
use std::io;

use rustls::CertificateError;

use crate::domain::{ApiError, Cause, Phase, ServerText};

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

/// A failure to set the client up.
pub(super) fn setup(error: &(dyn Error + 'static)) -> ApiError {
    ApiError::not_sent(Cause::Setup(message_of(error)))
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
            format!("the host refused the handshake ({})", spaced(&format!("{alert:?}")))
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
        other => return format!("the certificate was rejected ({})", spaced(other)),
    };
    message.to_owned()
}

/// `CaUsedAsEndEntity` in lower case: `ca used as end entity`.
fn spaced(name: &str) -> String {
    let mut text = String::new();
    for character in name.chars() {
        if character.is_ascii_uppercase() && !text.is_empty() {
            text.push(' ');
        }
        text.push(character.to_ascii_lowercase());
    }
    text
}

#[cfg(test)]
mod tests;
