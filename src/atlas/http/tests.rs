use std::future::ready;
use std::io::Write;
use std::net::TcpListener;

use flate2::Compression;
use flate2::write::GzEncoder;

use super::*;

#[tokio::test(start_paused = true)]
async fn work_is_stopped_at_its_limit_and_not_before() {
    assert_eq!(within(Duration::ZERO, ready("answer")).await, Some("answer"), "work that is ready wins");
    let limit = Duration::from_secs(10);
    assert_eq!(within(limit, sleep(limit + DRAIN_LIMIT / 2)).await, Some(()));
    assert_eq!(within(limit, sleep(limit + DRAIN_LIMIT * 2)).await, None);
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
        ("5", Some(5)),
        ("5.5", None),
        ("86401", None),
        ("99999999999999999999999", None),
        ("-5", None),
        ("", None),
        ("soon", None),
        ("Mon, 23 Nov 2026 18:13:59 GMT", None),
    ];
    for (value, expected) in rows {
        let headers = [(RETRY_AFTER, value), (DATE, NOW)].map(|(name, value)| (name, value.parse().unwrap()));
        let wait = retry_after(&HeaderMap::from_iter(headers));
        assert_eq!(wait, expected.map(Duration::from_secs), "{value:?}");
    }
    let without_date = HeaderMap::from_iter([(RETRY_AFTER, NOW.parse().unwrap())]);
    assert_eq!(retry_after(&without_date), None, "a date needs the server's own clock");
}

#[test]
fn a_date_may_have_an_offset_and_an_invalid_one_is_ignored() {
    let rows = [
        ("Mon, 23 Nov 2026 19:14:00 +0100", Some("2026-11-23T18:14:00Z")),
        ("Sun, 1 Nov 2026 08:49:37 GMT", Some("2026-11-01T08:49:37Z")),
        ("Mon Nov 23 18:14:00", None),
        ("Monday, 32-Nov-26 18:14:00 GMT", None),
        ("Mon, 23 Nov 2026 25:14:00 GMT", None),
        ("1795457640", None),
        ("2026-11-23T18:14:00Z", None),
        ("", None),
    ];
    for (text, expected) in rows {
        assert_eq!(http_date(text), expected.map(|time| time.parse().unwrap()), "{text:?}");
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

#[tokio::test]
async fn if_the_proxy_refuses_nothing_was_sent() {
    let failed = |text| Cause::Proxy(ServerText::new(text));
    let down = |text| Cause::ProxyDown(ServerText::new(text));
    let rows = [
        (respond_with(b"HTTP/1.1 403 Forbidden\r\n\r\n"), failed("the proxy refused the request")),
        (respond_with(b"HTTP/1.1 502 Bad Gateway\r\n\r\n"), failed("the proxy refused the request")),
        (
            respond_with(b"HTTP/1.1 407 Proxy Authentication Required\r\n\r\n"),
            Cause::ProxyLogin(ServerText::new("the proxy requires a valid user and password (407)")),
        ),
        (respond_with(b""), down("the proxy closed the connection")),
        ("127.0.0.1:1".to_owned(), down("could not connect to the proxy")),
    ];
    for (proxy, expected) in rows {
        let proxy = reqwest::Proxy::https(format!("http://{proxy}")).unwrap();
        let error = failure(reqwest::Client::builder().proxy(proxy), "https://atlas.invalid/").await;
        assert_eq!(request_error(error), ApiError::not_sent(expected));
    }
}

#[tokio::test]
async fn an_error_contains_the_host_but_neither_user_nor_query() {
    let address = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let url = format!("http://user:FAKE@{address}/?token=FAKE");
    let error = failure(reqwest::Client::builder().no_proxy(), &url).await;
    assert_eq!(
        request_error(error),
        ApiError::not_sent(Cause::Refused(ServerText::new(&format!(
            "{address}: the host refused the connection"
        ))))
    );
}

#[test]
fn certificate_errors_are_in_plain_text() {
    let rows = [
        (CertificateError::NotValidYet, "the certificate is not valid yet, or this machine's clock is wrong"),
        (
            CertificateError::BadSignature,
            "the signature on the certificate is wrong, or its key is too short",
        ),
        (CertificateError::InvalidPurpose, "the certificate is not for servers (extended key usage)"),
        (
            CertificateError::UnsupportedSignatureAlgorithmContext {
                signature_algorithm_id: Vec::new(),
                supported_algorithms: Vec::new(),
            },
            "the certificate is signed in a way that is too old or unknown, such as SHA-1",
        ),
        (CertificateError::Revoked, "the certificate was rejected (revoked)"),
        (
            CertificateError::UnhandledCriticalExtension,
            "the certificate was rejected (unhandled critical extension)",
        ),
    ];
    for (error, expected) in rows {
        assert_eq!(certificate_message(&error), expected);
    }
}

#[test]
fn alerts_are_in_plain_text() {
    let none = "the host supports no TLS version or cipher of this program";
    let rows = [
        (AlertDescription::ProtocolVersion, none),
        (AlertDescription::HandshakeFailure, none),
        (AlertDescription::CertificateRequired, "the host refused the handshake (certificate required)"),
        (AlertDescription::AccessDenied, "the host refused the handshake (access denied)"),
        (AlertDescription::UnknownCA, "the host refused the handshake (unknown ca)"),
    ];
    for (alert, expected) in rows {
        assert_eq!(tls(&rustls::Error::AlertReceived(alert)), expected);
    }
}
