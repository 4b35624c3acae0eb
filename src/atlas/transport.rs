//! What went wrong below HTTP, in plain words.

use std::error::Error;
use std::io;

use rustls::CertificateError;

use crate::domain::{ServerText, TransportProblem};

/// True when no connection was made, so that nothing of the request can have left: name lookup, connect,
/// TLS handshake, a proxy that refused to pass it on; or a request that could not even be built.
pub(super) fn is_not_sent(error: &reqwest::Error) -> bool {
    error.is_connect() || error.is_builder()
}

/// Names the cause of a failure. Nothing of the URL or of a header becomes part of it.
pub(super) fn problem(error: reqwest::Error) -> TransportProblem {
    let error = error.without_url();
    if error.is_builder() {
        return TransportProblem::Setup(cause_of(&error));
    }
    if let Some(words) = causes(&error).find_map(tunnel) {
        return TransportProblem::Proxy(ServerText::new(words));
    }
    if error.is_dns() {
        return TransportProblem::Dns(cause_of(&error));
    }
    if let Some(words) = causes(&error).find_map(|cause| cause.downcast_ref().map(tls)) {
        return TransportProblem::Tls(ServerText::new(&words));
    }
    if !error.is_connect() {
        return TransportProblem::Interrupted(interruption(&error));
    }
    if error.is_timeout() {
        return TransportProblem::ConnectTimeout;
    }
    // The connection itself was made, so what ended was the handshake that follows it.
    if causes(&error).any(is_end_of_stream) {
        return TransportProblem::Tls(ServerText::new("the other end closed it during the TLS handshake"));
    }
    TransportProblem::Connect(cause_of(&error))
}

/// A failure to set the client up.
pub(super) fn setup(error: &(dyn Error + 'static)) -> TransportProblem {
    TransportProblem::Setup(cause_of(error))
}

/// An error and what caused it, outermost first. `io::Error::source` skips the error it wraps, so that
/// one is stepped into by hand.
fn causes<'a>(error: &'a (dyn Error + 'static)) -> impl Iterator<Item = &'a (dyn Error + 'static)> {
    std::iter::successors(Some(error), |&error| {
        let wrapped = error.downcast_ref::<io::Error>().and_then(io::Error::get_ref);
        wrapped.map(|wrapped| wrapped as &'a (dyn Error + 'static)).or_else(|| error.source())
    })
}

/// The words of the innermost cause, which is the one that says something.
fn cause_of(error: &(dyn Error + 'static)) -> ServerText {
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
        io::ErrorKind::ConnectionReset => "the other end reset the connection",
        io::ErrorKind::ConnectionAborted => "the connection was aborted",
        io::ErrorKind::HostUnreachable => "there is no way to the host",
        io::ErrorKind::NetworkUnreachable => "there is no way to the network",
        io::ErrorKind::NetworkDown => "the network is down",
        io::ErrorKind::BrokenPipe => "the other end closed the connection",
        io::ErrorKind::UnexpectedEof => "the other end closed the connection too early",
        io::ErrorKind::TimedOut => "the network gave up waiting",
        io::ErrorKind::PermissionDenied => "this machine does not allow the connection",
        _ => return None,
    })
}

fn interruption(error: &reqwest::Error) -> ServerText {
    let http: Option<&hyper::Error> = causes(error).find_map(|cause| cause.downcast_ref());
    if http.is_some_and(hyper::Error::is_incomplete_message) || causes(error).any(is_end_of_stream) {
        return ServerText::new("the other end closed the connection too early");
    }
    if http.is_some_and(hyper::Error::is_parse) {
        return ServerText::new("the answer is not HTTP");
    }
    cause_of(error)
}

/// Recognises what hyper-util's proxy tunnels say. Their error types are private, their words are all there is.
fn tunnel(cause: &(dyn Error + 'static)) -> Option<&'static str> {
    let words = cause.to_string();
    if let Some(words) = words.strip_prefix("SOCKS error: ") {
        return Some(match words {
            "failed to create underlying connection" => "the proxy could not be reached",
            "io error during SOCKS handshake" => "the proxy closed the connection",
            "failed parsing server response" => "the proxy does not speak SOCKS",
            words if words.contains("auth") || words.contains("credentials") => {
                "the proxy wants a user and password"
            }
            _ => "the proxy refused to pass the request on",
        });
    }
    let words = words.strip_prefix("tunnel error: ")?;
    Some(match words {
        "proxy authorization required" => "the proxy wants a user and password",
        "unsuccessful" => "the proxy refused to pass the request on",
        "unexpected end of file" => "the proxy closed the connection",
        "failed to create underlying connection" => "the proxy could not be reached",
        _ => "the proxy did not answer as one",
    })
}

fn tls(error: &rustls::Error) -> String {
    use rustls::Error as E;
    let words = match error {
        E::InvalidCertificate(certificate) => return certificate_words(certificate),
        E::InvalidMessage(_)
        | E::InappropriateMessage { .. }
        | E::InappropriateHandshakeMessage { .. }
        | E::PeerSentOversizedRecord => "the other end does not speak TLS",
        E::PeerIncompatible(_) => "both ends have no TLS version or cipher in common",
        E::PeerMisbehaved(_) => "the other end breaks the rules of TLS",
        E::NoCertificatesPresented => "the other end showed no certificate",
        E::AlertReceived(alert) => {
            return format!("the other end refused TLS ({})", spaced(&format!("{alert:?}")));
        }
        E::InvalidCertRevocationList(_) => "the list of revoked certificates cannot be used",
        E::DecryptError => "what the other end sent cannot be decrypted",
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
        None => format!("the host's certificate was not accepted ({})", spaced(name)),
    }
}

/// What is wrong with a certificate, by the names of the errors of rustls and of its verifier, webpki: some of the
/// verifier's come as they are, and only their names tell them apart.
const CERTIFICATE_WORDS: [(&[&str], &str); 23] = [
    (&["UnknownIssuer"], "nobody trusted here issued the host's certificate"),
    (&["NotValidForName"], "the host's certificate is for another name"),
    (&["Expired"], "the host's certificate has expired, or this machine's clock is wrong"),
    (&["NotValidYet"], "the host's certificate is not valid yet, or this machine's clock is wrong"),
    (&["InvalidCertValidity"], "the dates of the host's certificate contradict each other"),
    (&["Revoked"], "the host's certificate was revoked"),
    (&["UnknownRevocationStatus"], "nobody can tell whether the host's certificate was revoked"),
    (
        &["ExpiredRevocationList"],
        "the list of revoked certificates is out of date, or this machine's clock is wrong",
    ),
    (&["InvalidOcspResponse"], "the proof that the host's certificate was not revoked cannot be read"),
    (&["BadEncoding"], "the host's certificate cannot be read"),
    (&["BadSignature", "InvalidSignatureForPublicKey"], "the signature on the host's certificate is wrong"),
    (
        &["UnsupportedSignatureAlgorithm", "UnsupportedSignatureAlgorithmForPublicKey"],
        "the host's certificate is signed in a way that is not supported here",
    ),
    (&["SignatureAlgorithmMismatch"], "the host's certificate names two different signature algorithms"),
    (&["InvalidSerialNumber"], "the serial number of the host's certificate is not allowed"),
    (&["UnsupportedCertVersion"], "the host's certificate is not of version 3 of X.509"),
    (
        &["UnhandledCriticalExtension", "UnsupportedCriticalExtension"],
        "the host's certificate has an extension that is not understood here",
    ),
    (&["InvalidPurpose", "RequiredEkuNotFound"], "the host's certificate is not meant for a server"),
    (&["ApplicationVerificationFailure", "CertDistrusted"], "this machine refused the host's certificate"),
    (
        &["CaUsedAsEndEntity"],
        "the host shows the certificate of an authority as its own; it needs one that the authority issued",
    ),
    (&["EndEntityUsedAsCa"], "the host's certificate was issued by one that is no certificate authority"),
    (&["NameConstraintViolation"], "the authority of the host's certificate may not issue one for this name"),
    (&["PathLenConstraintViolated"], "the host's chain of certificates is longer than its authority allows"),
    (
        &["MaximumPathDepthExceeded", "MaximumPathBuildCallsExceeded", "MaximumSignatureChecksExceeded"],
        "the host's chain of certificates is too long",
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
