use std::io::{Read, Write};
use std::net::TcpListener;
use std::sync::Arc;

use reqwest::dns::{Name, Resolve, Resolving};

use super::*;

struct NoSuchName;

impl Resolve for NoSuchName {
    fn resolve(&self, _: Name) -> Resolving {
        Box::pin(async { Err("no such name".into()) })
    }
}

async fn failure(builder: reqwest::ClientBuilder, url: &str) -> reqwest::Error {
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let tls = rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(rustls::RootCertStore::empty())
        .with_no_client_auth();
    let client = builder.tls_backend_preconfigured(tls).build().unwrap();
    client.get(url).send().await.unwrap_err()
}

/// Takes one connection, reads a little and answers with these bytes.
fn answering(bytes: &'static [u8]) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    std::thread::spawn(move || {
        let (mut socket, _) = listener.accept().unwrap();
        let _ = socket.read(&mut [0; 4096]);
        let _ = socket.write_all(bytes);
    });
    address.to_string()
}

fn words(text: &str) -> ServerText {
    ServerText::new(text)
}

#[tokio::test]
async fn a_name_without_address_was_not_sent() {
    let builder = reqwest::Client::builder().no_proxy().dns_resolver(Arc::new(NoSuchName));
    let error = failure(builder, "https://atlas.invalid/").await;
    assert_eq!(no_answer(error), ApiError::not_sent(Cause::Dns(words("no such name"))));
}

#[tokio::test]
async fn what_a_proxy_does_not_let_through_was_not_sent() {
    let rows = [
        (answering(b"HTTP/1.1 403 Forbidden\r\n\r\n"), "the proxy refused the request"),
        (
            answering(b"HTTP/1.1 407 Proxy Authentication Required\r\n\r\n"),
            "the proxy requires a user and password",
        ),
        (answering(b""), "the proxy closed the connection"),
        ("127.0.0.1:1".to_owned(), "could not connect to the proxy"),
    ];
    for (proxy, expected) in rows {
        let proxy = reqwest::Proxy::https(format!("http://{proxy}")).unwrap();
        let error = failure(reqwest::Client::builder().proxy(proxy), "https://atlas.invalid/").await;
        assert_eq!(no_answer(error), ApiError::not_sent(Cause::Proxy(words(expected))));
    }
}

#[tokio::test]
async fn a_host_that_speaks_no_tls_was_not_sent_anything() {
    let rows: [(&[u8], &str); 2] = [
        (b"HTTP/1.1 400 Bad Request\r\n\r\n", "the host does not speak TLS"),
        (b"", "the host closed the connection during the handshake"),
    ];
    for (bytes, expected) in rows {
        let url = format!("https://{}/", answering(bytes));
        let error = failure(reqwest::Client::builder().no_proxy(), &url).await;
        assert_eq!(no_answer(error), ApiError::not_sent(Cause::Tls(words(expected))));
    }
}

#[tokio::test]
async fn a_stalled_handshake_was_not_sent_anything() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("https://{}/", listener.local_addr().unwrap());
    let limit = std::time::Duration::from_millis(20);
    let builder = reqwest::Client::builder().no_proxy().connect_timeout(limit);
    let error = failure(builder, &url).await;
    assert_eq!(no_answer(error), ApiError::not_sent(Cause::ConnectTimeout));
}

#[tokio::test]
async fn the_words_name_neither_url_nor_query() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/?token=FAKE", listener.local_addr().unwrap());
    drop(listener);
    let error = failure(reqwest::Client::builder().no_proxy(), &url).await;
    assert_eq!(
        no_answer(error),
        ApiError::not_sent(Cause::Connect(words("the host refused the connection")))
    );
}

/// An error of the verifier's own, by its name.
#[derive(Debug)]
enum Verifier {
    CaUsedAsEndEntity,
    InvalidSignatureForPublicKey,
    RequiredEkuNotFoundContext { _required: u8 },
}

impl std::fmt::Display for Verifier {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{self:?}")
    }
}

impl Error for Verifier {}

#[test]
fn certificates_are_named_in_plain_words() {
    use CertificateError as C;
    let other = |error: Verifier| C::Other(rustls::OtherError(Arc::new(error)));
    let rows = [
        (C::UnknownIssuer, "the certificate is not trusted (unknown issuer)"),
        (C::NotValidForName, "the certificate is for another host name"),
        (C::Expired, "the certificate has expired, or this machine's clock is wrong"),
        (C::NotValidYet, "the certificate is not valid yet, or this machine's clock is wrong"),
        (C::BadSignature, "the signature on the certificate is wrong"),
        (C::Revoked, "the certificate was rejected (revoked)"),
        (C::UnhandledCriticalExtension, "the certificate was rejected (unhandled critical extension)"),
        (
            other(Verifier::CaUsedAsEndEntity),
            "the host sent a CA certificate instead of a server certificate",
        ),
        (other(Verifier::InvalidSignatureForPublicKey), "the signature on the certificate is wrong"),
        (
            other(Verifier::RequiredEkuNotFoundContext { _required: 1 }),
            "the certificate was rejected (required eku not found)",
        ),
    ];
    for (error, expected) in rows {
        let wrapped = io::Error::other(rustls::Error::InvalidCertificate(error));
        let found = causes(&wrapped).find_map(|cause| cause.downcast_ref().map(tls));
        assert_eq!(found.as_deref(), Some(expected));
    }
}

#[test]
fn other_failures_of_tls_are_named_in_plain_words() {
    use rustls::{AlertDescription, InvalidMessage, PeerIncompatible, PeerMisbehaved};
    let rows = [
        (rustls::Error::InvalidMessage(InvalidMessage::InvalidContentType), "the host does not speak TLS"),
        (rustls::Error::PeerSentOversizedRecord, "the host does not speak TLS"),
        (
            rustls::Error::PeerIncompatible(PeerIncompatible::NoCipherSuitesInCommon),
            "no TLS version or cipher is supported by both sides",
        ),
        (
            rustls::Error::PeerMisbehaved(PeerMisbehaved::TooManyRenegotiationRequests),
            "peer misbehaved: TooManyRenegotiationRequests",
        ),
        (
            rustls::Error::AlertReceived(AlertDescription::HandshakeFailure),
            "the host refused the handshake (handshake failure)",
        ),
        (rustls::Error::General("the keychain is locked".to_owned()), "the keychain is locked"),
    ];
    for (error, expected) in rows {
        assert_eq!(tls(&error), expected);
    }
}

#[test]
fn what_the_system_says_of_a_connection_is_put_in_plain_words() {
    use io::ErrorKind;
    let rows = [
        (ErrorKind::ConnectionRefused, "the host refused the connection"),
        (ErrorKind::ConnectionReset, "the host reset the connection"),
        (ErrorKind::ConnectionAborted, "the connection was aborted"),
        (ErrorKind::HostUnreachable, "no route to the host"),
        (ErrorKind::NetworkUnreachable, "no route to the network"),
        (ErrorKind::NetworkDown, "the network is down"),
        (ErrorKind::BrokenPipe, "the host closed the connection"),
        (ErrorKind::UnexpectedEof, "the host closed the connection too early"),
        (ErrorKind::TimedOut, "the network timed out"),
        (ErrorKind::PermissionDenied, "this machine blocks the connection"),
    ];
    for (kind, expected) in rows {
        let nested = io::Error::other(io::Error::from(kind));
        assert_eq!(message_of(&nested), words(expected), "{kind}");
    }
    assert_eq!(message_of(&io::Error::other("something else")), words("something else"));
}
