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
        return Cause::Setup(words_of(&error));
    }
    if let Some(words) = causes(&error).find_map(tunnel) {
        return Cause::Proxy(ServerText::new(words));
    }
    if error.is_dns() {
        let words = words_of(&error);
        let words = words.as_str();
        let words = words.strip_prefix("failed to lookup address information: ").unwrap_or(words);
        return Cause::Dns(ServerText::new(words));
    }
    if let Some(words) = causes(&error).find_map(|cause| cause.downcast_ref().map(tls)) {
        return Cause::Tls(ServerText::new(&words));
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
    Cause::Connect(words_of(&error))
}

/// A failure to set the client up.
pub(super) fn setup(error: &(dyn Error + 'static)) -> ApiError {
    ApiError::not_sent(Cause::Setup(words_of(error)))
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
fn words_of(error: &(dyn Error + 'static)) -> ServerText {
    let innermost = causes(error).last().unwrap_or(error);
    let plain = innermost.downcast_ref::<io::Error>().map(io::Error::kind);
    match plain.and_then(io_words) {
        Some(words) => ServerText::new(words),
        None => ServerText::new(&innermost.to_string()),
    }
}

fn is_end_of_stream(cause: &(dyn Error + 'static)) -> bool {
    let kind = cause.downcast_ref().map(io::Error::kind);
    kind == Some(io::ErrorKind::UnexpectedEof)
}

fn io_words(kind: io::ErrorKind) -> Option<&'static str> {
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
    words_of(error)
}

/// Recognises what hyper-util's proxy tunnels say. Their error types are private, so only their text can be matched.
fn tunnel(cause: &(dyn Error + 'static)) -> Option<&'static str> {
    let words = cause.to_string();
    if let Some(words) = words.strip_prefix("SOCKS error: ") {
        return Some(match words {
            "failed to create underlying connection" => "could not connect to the proxy",
            "io error during SOCKS handshake" => "the proxy closed the connection",
            "failed parsing server response" => "the proxy does not speak SOCKS",
            words if words.contains("auth") || words.contains("credentials") => {
                "the proxy requires a user and password"
            }
            _ => "the proxy refused the request",
        });
    }
    let words = words.strip_prefix("tunnel error: ")?;
    Some(match words {
        "proxy authorization required" => "the proxy requires a user and password",
        "unsuccessful" => "the proxy refused the request",
        "unexpected end of file" => "the proxy closed the connection",
        "failed to create underlying connection" => "could not connect to the proxy",
        _ => "unexpected response from the proxy",
    })
}

fn tls(error: &rustls::Error) -> String {
    use rustls::Error as E;
    let words = match error {
        E::InvalidCertificate(certificate) => return certificate_words(certificate),
        E::InvalidMessage(_)
        | E::InappropriateMessage { .. }
        | E::InappropriateHandshakeMessage { .. }
        | E::PeerSentOversizedRecord => "the host does not speak TLS",
        E::PeerIncompatible(_) => "no TLS version or cipher is supported by both sides",
        E::PeerMisbehaved(_) => "the host violates the TLS protocol",
        E::NoCertificatesPresented => "the host sent no certificate",
        E::AlertReceived(alert) => {
            return format!("the host refused the handshake ({})", spaced(&format!("{alert:?}")));
        }
        E::InvalidCertRevocationList(_) => "the certificate revocation list cannot be used",
        E::DecryptError => "what the host sent cannot be decrypted",
        E::FailedToGetCurrentTime => "this machine's clock cannot be read",
        E::General(words) => return words.clone(),
        other => return other.to_string(),
    };
    words.to_owned()
}

fn certificate_words(error: &CertificateError) -> String {
    let name = match error {
        CertificateError::Other(error) => format!("{:?}", error.0),
        error => format!("{error:?}"),
    };
    let name = name.split(['(', ' ']).next().unwrap_or_default().trim_end_matches("Context");
    match CERTIFICATE_WORDS.iter().find(|(names, _)| names.contains(&name)) {
        Some((_, words)) => (*words).to_owned(),
        None => format!("the certificate was rejected ({})", spaced(name)),
    }
}

/// What is wrong with a certificate, by the names of the errors of rustls and of its verifier, webpki: some of the
/// verifier's come as they are, and only their names tell them apart.
const CERTIFICATE_WORDS: [(&[&str], &str); 23] = [
    (&["UnknownIssuer"], "the certificate is not trusted (unknown issuer)"),
    (&["NotValidForName"], "the certificate is for another host name"),
    (&["Expired"], "the certificate has expired, or this machine's clock is wrong"),
    (&["NotValidYet"], "the certificate is not valid yet, or this machine's clock is wrong"),
    (&["InvalidCertValidity"], "the certificate's validity dates are invalid"),
    (&["Revoked"], "the certificate was revoked"),
    (&["UnknownRevocationStatus"], "it is unknown whether the certificate was revoked"),
    (
        &["ExpiredRevocationList"],
        "the certificate revocation list is out of date, or this machine's clock is wrong",
    ),
    (&["InvalidOcspResponse"], "the OCSP response for the certificate cannot be read"),
    (&["BadEncoding"], "the certificate cannot be read"),
    (&["BadSignature", "InvalidSignatureForPublicKey"], "the signature on the certificate is wrong"),
    (
        &["UnsupportedSignatureAlgorithm", "UnsupportedSignatureAlgorithmForPublicKey"],
        "the certificate uses an unsupported signature algorithm",
    ),
    (&["SignatureAlgorithmMismatch"], "the certificate names two different signature algorithms"),
    (&["InvalidSerialNumber"], "the certificate has an invalid serial number"),
    (&["UnsupportedCertVersion"], "the certificate is not X.509 version 3"),
    (
        &["UnhandledCriticalExtension", "UnsupportedCriticalExtension"],
        "the certificate has an unsupported critical extension",
    ),
    (&["InvalidPurpose", "RequiredEkuNotFound"], "the certificate is not valid for a server"),
    (&["ApplicationVerificationFailure", "CertDistrusted"], "this machine rejected the certificate"),
    (&["CaUsedAsEndEntity"], "the host sent a CA certificate instead of a server certificate"),
    (&["EndEntityUsedAsCa"], "the certificate was not issued by a certificate authority"),
    (&["NameConstraintViolation"], "the certificate authority may not issue certificates for this name"),
    (&["PathLenConstraintViolated"], "the certificate chain is longer than its authority allows"),
    (
        &["MaximumPathDepthExceeded", "MaximumPathBuildCallsExceeded", "MaximumSignatureChecksExceeded"],
        "the certificate chain is too long",
    ),
];

/// `CaUsedAsEndEntity` as words: `ca used as end entity`.
fn spaced(name: &str) -> String {
    let mut words = String::new();
    for character in name.chars() {
        if character.is_ascii_uppercase() && !words.is_empty() {
            words.push(' ');
        }
        words.push(character.to_ascii_lowercase());
    }
    words
}

#[cfg(test)]
mod tests;
