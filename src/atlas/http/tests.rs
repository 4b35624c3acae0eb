use std::future::ready;
use std::io::Write;
use std::net::TcpListener;
use std::sync::Arc;

use flate2::Compression;
use flate2::write::GzEncoder;
use reqwest::dns::{Name, Resolve, Resolving};

use super::*;

#[tokio::test(start_paused = true)]
async fn work_is_stopped_at_its_limit_and_not_before() {
    assert_eq!(before(ready("answer"), pin!(ready(()))).await, Some("answer"), "work that is ready wins");
    let limit = Duration::from_secs(10);
    assert_eq!(before(sleep(limit + DRAIN_LIMIT / 2), pin!(deadline(limit))).await, Some(()));
    assert_eq!(before(sleep(limit + DRAIN_LIMIT * 2), pin!(deadline(limit))).await, None);
}

#[test]
fn a_stalled_connection_and_the_pauses_leave_time_for_the_request() {
    let limits = Limits::default();
    assert!(limits.connect < limits.create);
    assert!(limits.verify_pauses.iter().sum::<Duration>() < limits.verify);
}

fn gzip(body: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(body).unwrap();
    encoder.finish().unwrap()
}

#[test]
fn a_body_that_is_not_encoded_is_unchanged() {
    for body in ["{}", " \r\n{}", "\n{\"secret\":\"FAKE\"}", "<html>", "x", ""] {
        for encoding in ["", "identity", "gzip", "x-gzip", "deflate", "br", "zstd"] {
            let encodings = vec![encoding.to_owned()];
            let mut response = ApiResponse { encodings, ..ApiResponse::of(200, body.as_bytes()) };
            response.decode();
            assert_eq!(
                (&response.body[..], response.end),
                (body.as_bytes(), BodyEnd::Complete),
                "{encoding} {body:?}"
            );
        }
    }
}

#[test]
fn the_header_distinguishes_zlib_from_raw_deflate() {
    let rows: [(&[u8], bool); 8] = [
        (&[0x78, 0x01], true),
        (&[0x78, 0x9c, 0xff], true),
        (&[0x58, 0x85], true),
        (&[0x78, 0x9d], false),
        (&[0x79, 0x18], false),
        (&[0x18, 0x19, 0x00], true),
        (&[0x78], false),
        (&[], false),
    ];
    for (body, expected) in rows {
        assert_eq!(is_zlib(body), expected, "{body:x?}");
    }
}

#[test]
fn a_decoded_body_has_a_limit() {
    for (length, end) in [(MAX_BODY, BodyEnd::Complete), (MAX_BODY + 1, BodyEnd::TooLarge)] {
        let mut response = ApiResponse::of(200, &gzip(&vec![b'x'; length]));
        response.decode();
        assert_eq!((response.body.len(), response.end), (MAX_BODY, end));
    }
}

#[test]
fn decoding_a_truncated_body_keeps_its_error() {
    let whole = gzip(b"{\"secret\":\"FAKE\"}");
    let cause = || BodyEnd::Cut(Cause::TimedOut(Duration::from_secs(60)));
    let mut response = ApiResponse { end: cause(), ..ApiResponse::of(201, &whole[..whole.len() - 8]) };
    response.decode();
    assert_eq!((&response.body[..], response.end), (&b"{\"secret\":\"FAKE\"}"[..], cause()));
}

#[test]
fn only_a_401_has_a_challenge() {
    for (status, is_stale) in [(401, true), (200, false), (403, false)] {
        let response = hyper::Response::builder()
            .status(status)
            .header("WWW-Authenticate", r#"Digest realm="x", nonce="FAKE", qop="auth", stale=true"#)
            .body("")
            .unwrap();
        assert_eq!(ApiResponse::new(&response.into()).is_stale(), is_stale, "{status}");
    }
}

const NOW: &str = "Mon, 23 Nov 2026 18:14:00 GMT";

#[test]
fn retry_after_is_seconds_or_a_date() {
    let rows = [
        ("55", Some(55)),
        ("0", Some(0)),
        ("86400", Some(86_400)),
        ("86401", None),
        ("99999999999999999999999", None),
        ("-5", None),
        ("+5", None),
        ("5.5", Some(6)),
        ("1.x", None),
        ("", None),
        ("soon", None),
        ("Mon, 23 Nov 2026 18:15:10 GMT", Some(70)),
        ("Mon, 23 Nov 2026 18:13:59 GMT", None),
        ("Wed, 23 Dec 2026 18:14:00 GMT", None),
    ];
    for (value, expected) in rows {
        let mut headers = HeaderMap::new();
        headers.insert(RETRY_AFTER, value.parse().unwrap());
        headers.insert(DATE, NOW.parse().unwrap());
        assert_eq!(retry_after(&headers), expected.map(Duration::from_secs), "{value:?}");
    }
    let mut headers = HeaderMap::new();
    assert_eq!(retry_after(&headers), None);
    headers.insert(RETRY_AFTER, NOW.parse().unwrap());
    assert_eq!(retry_after(&headers), None, "a date needs the server's own clock");
}

#[test]
fn an_invalid_date_is_ignored() {
    let rows = [
        ("Mon, 23 Nov 2026 18:14:00 GMT", Some("2026-11-23T18:14:00Z")),
        (" Mon, 23 Nov 2026 18:14:00 GMT ", Some("2026-11-23T18:14:00Z")),
        ("Mon, 23 Nov 2026 19:14:00 +0100", Some("2026-11-23T18:14:00Z")),
        ("Sun, 1 Nov 2026 08:49:37 GMT", Some("2026-11-01T08:49:37Z")),
        ("Monday, 23-Nov-26 18:14:00 GMT", Some("2026-11-23T18:14:00Z")),
        ("Sunday, 06-Nov-94 08:49:37 GMT", Some("1994-11-06T08:49:37Z")),
        ("Thursday, 31-Dec-26 23:59:59 GMT", Some("2026-12-31T23:59:59Z")),
        ("Mon Nov 23 18:14:00 2026", Some("2026-11-23T18:14:00Z")),
        ("Sun Nov  6 08:49:37 1994", Some("1994-11-06T08:49:37Z")),
        ("  Mon Nov 23 18:14:00 2026 ", Some("2026-11-23T18:14:00Z")),
        ("Mon Nov 23 18:14:00", None),
        ("Monday, 23-Nov-26", None),
        ("Monday, 32-Nov-26 18:14:00 GMT", None),
        ("Mon, 23 Nov 2026 25:14:00 GMT", None),
        ("1795457640", None),
        ("2026-11-23T18:14:00Z", None),
        ("soon", None),
        ("", None),
    ];
    for (text, expected) in rows {
        let mut headers = HeaderMap::new();
        headers.insert(DATE, text.parse().unwrap());
        assert_eq!(date(&headers), expected.map(|time| time.parse().unwrap()), "{text:?}");
    }
    assert_eq!(date(&HeaderMap::new()), None);
}

struct NoSuchName;

impl Resolve for NoSuchName {
    fn resolve(&self, _: Name) -> Resolving {
        Box::pin(async { Err("no such name".into()) })
    }
}

async fn failure(builder: reqwest::ClientBuilder, url: &str) -> reqwest::Error {
    let client = builder.tls_certs_only(Vec::new()).build().unwrap();
    client.get(url).send().await.unwrap_err()
}

/// Accepts one connection, reads a little and responds with these bytes.
fn respond_with(bytes: &'static [u8]) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    std::thread::spawn(move || {
        let (mut socket, _) = listener.accept().unwrap();
        let _ = socket.read(&mut [0; 4096]);
        let _ = socket.write_all(bytes);
    });
    address.to_string()
}

fn text(text: &str) -> ServerText {
    ServerText::new(text)
}

#[tokio::test]
async fn without_an_address_nothing_was_sent() {
    let builder = reqwest::Client::builder().no_proxy().dns_resolver(Arc::new(NoSuchName));
    let error = failure(builder, "https://atlas.invalid/").await;
    assert_eq!(request_error(error), ApiError::not_sent(Cause::Dns(text("no such name"))));
}

#[tokio::test]
async fn if_the_proxy_refuses_nothing_was_sent() {
    let rows = [
        (respond_with(b"HTTP/1.1 403 Forbidden\r\n\r\n"), "the proxy refused the request"),
        (
            respond_with(b"HTTP/1.1 407 Proxy Authentication Required\r\n\r\n"),
            "the proxy requires a valid user and password",
        ),
        (respond_with(b""), "the proxy closed the connection"),
        ("127.0.0.1:1".to_owned(), "could not connect to the proxy"),
    ];
    for (proxy, expected) in rows {
        let proxy = reqwest::Proxy::https(format!("http://{proxy}")).unwrap();
        let error = failure(reqwest::Client::builder().proxy(proxy), "https://atlas.invalid/").await;
        assert_eq!(request_error(error), ApiError::not_sent(Cause::Proxy(text(expected))));
    }
}

#[tokio::test]
async fn without_tls_nothing_was_sent() {
    let rows: [(&[u8], &str); 2] = [
        (b"HTTP/1.1 400 Bad Request\r\n\r\n", "the host does not speak TLS"),
        (b"", "the host closed the connection during the handshake"),
    ];
    for (bytes, expected) in rows {
        let url = format!("https://{}/", respond_with(bytes));
        let error = failure(reqwest::Client::builder().no_proxy(), &url).await;
        assert_eq!(request_error(error), ApiError::not_sent(Cause::Tls(text(expected))));
    }
}

#[tokio::test]
async fn after_a_stalled_handshake_nothing_was_sent() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("https://{}/", listener.local_addr().unwrap());
    let limit = Duration::from_millis(20);
    let builder = reqwest::Client::builder().no_proxy().connect_timeout(limit);
    let error = failure(builder, &url).await;
    assert_eq!(request_error(error), ApiError::not_sent(Cause::ConnectTimeout));
}

#[tokio::test]
async fn an_error_contains_neither_url_nor_query() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/?token=FAKE", listener.local_addr().unwrap());
    drop(listener);
    let error = failure(reqwest::Client::builder().no_proxy(), &url).await;
    assert_eq!(
        request_error(error),
        ApiError::not_sent(Cause::Connect(text("the host refused the connection")))
    );
}

/// A private error of the verifier, by its name.
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
fn certificate_errors_are_in_plain_text() {
    use CertificateError as C;
    let other = |error: Verifier| C::Other(rustls::OtherError(Arc::new(error)));
    let rows = [
        (C::UnknownIssuer, "the certificate is not trusted (unknown issuer)"),
        (C::NotValidForName, "the certificate is for another host name"),
        (C::Expired, "the certificate has expired, or this machine's clock is wrong"),
        (C::NotValidYet, "the certificate is not valid yet, or this machine's clock is wrong"),
        (C::BadSignature, "the signature on the certificate is wrong"),
        (C::Revoked, "the certificate was rejected (Revoked)"),
        (C::UnhandledCriticalExtension, "the certificate was rejected (UnhandledCriticalExtension)"),
        (
            other(Verifier::CaUsedAsEndEntity),
            "the host sent a CA certificate instead of a server certificate",
        ),
        (other(Verifier::InvalidSignatureForPublicKey), "the signature on the certificate is wrong"),
        (
            other(Verifier::RequiredEkuNotFoundContext { _required: 1 }),
            "the certificate was rejected (RequiredEkuNotFound)",
        ),
    ];
    for (error, expected) in rows {
        let wrapped = io::Error::other(rustls::Error::InvalidCertificate(error));
        let found = causes(&wrapped).find_map(|cause| cause.downcast_ref().map(tls));
        assert_eq!(found.as_deref(), Some(expected));
    }
}

#[test]
fn other_tls_errors_are_in_plain_text() {
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
            "the host refused the handshake (HandshakeFailure)",
        ),
        (rustls::Error::General("the keychain is locked".to_owned()), "the keychain is locked"),
    ];
    for (error, expected) in rows {
        assert_eq!(tls(&error), expected);
    }
}

#[test]
fn connection_errors_of_the_system_are_in_plain_text() {
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
        assert_eq!(message_of(&nested), text(expected), "{kind}");
    }
    assert_eq!(message_of(&io::Error::other("something else")), text("something else"));
}
