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
    assert!(is_not_sent(&error));
    assert_eq!(problem(error), TransportProblem::Dns(words("no such name")));
}

#[tokio::test]
async fn what_a_proxy_does_not_let_through_was_not_sent() {
    let rows = [
        (answering(b"HTTP/1.1 403 Forbidden\r\n\r\n"), "the proxy refused to pass the request on"),
        (
            answering(b"HTTP/1.1 407 Proxy Authentication Required\r\n\r\n"),
            "the proxy wants a user and password",
        ),
        (answering(b""), "the proxy closed the connection"),
        ("127.0.0.1:1".to_owned(), "the proxy could not be reached"),
    ];
    for (proxy, expected) in rows {
        let proxy = reqwest::Proxy::https(format!("http://{proxy}")).unwrap();
        let error = failure(reqwest::Client::builder().proxy(proxy), "https://atlas.invalid/").await;
        assert!(is_not_sent(&error), "{expected}");
        assert_eq!(problem(error), TransportProblem::Proxy(words(expected)));
    }
}

#[tokio::test]
async fn a_host_that_speaks_no_tls_was_not_sent_anything() {
    let rows: [(&[u8], &str); 2] = [
        (b"HTTP/1.1 400 Bad Request\r\n\r\n", "the other end does not speak TLS"),
        (b"", "the other end closed it during the TLS handshake"),
    ];
    for (bytes, expected) in rows {
        let url = format!("https://{}/", answering(bytes));
        let error = failure(reqwest::Client::builder().no_proxy(), &url).await;
        assert!(is_not_sent(&error), "{expected}");
        assert_eq!(problem(error), TransportProblem::Tls(words(expected)));
    }
}

#[tokio::test]
async fn a_stalled_handshake_was_not_sent_anything() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("https://{}/", listener.local_addr().unwrap());
    let limit = std::time::Duration::from_millis(20);
    let builder = reqwest::Client::builder().no_proxy().connect_timeout(limit);
    let error = failure(builder, &url).await;
    assert!(is_not_sent(&error));
    assert_eq!(problem(error), TransportProblem::ConnectTimeout);
}

#[tokio::test]
async fn the_words_name_neither_url_nor_query() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/?token=FAKE", listener.local_addr().unwrap());
    drop(listener);
    let error = failure(reqwest::Client::builder().no_proxy(), &url).await;
    assert_eq!(problem(error), TransportProblem::Connect(words("the host refused the connection")));
}

#[test]
fn certificates_are_named_in_plain_words() {
    let rows = [
        (CertificateError::UnknownIssuer, "nobody trusted here issued the host's certificate"),
        (CertificateError::NotValidForName, "the host's certificate is for another name"),
        (CertificateError::Expired, "the host's certificate has expired, or this machine's clock is wrong"),
    ];
    for (error, expected) in rows {
        let wrapped = io::Error::other(rustls::Error::InvalidCertificate(error));
        let found = causes(&wrapped).find_map(|cause| cause.downcast_ref().map(tls));
        assert_eq!(found.as_deref(), Some(expected));
    }
}

#[test]
fn what_the_system_says_of_a_connection_is_put_in_plain_words() {
    use io::ErrorKind;
    let rows = [
        (ErrorKind::ConnectionRefused, "the host refused the connection"),
        (ErrorKind::ConnectionReset, "the other end reset the connection"),
        (ErrorKind::ConnectionAborted, "the connection was aborted"),
        (ErrorKind::HostUnreachable, "there is no way to the host"),
        (ErrorKind::NetworkUnreachable, "there is no way to the network"),
        (ErrorKind::NetworkDown, "the network is down"),
        (ErrorKind::BrokenPipe, "the other end closed the connection"),
        (ErrorKind::UnexpectedEof, "the other end closed the connection too early"),
        (ErrorKind::TimedOut, "the network gave up waiting"),
        (ErrorKind::PermissionDenied, "this machine does not allow the connection"),
    ];
    for (kind, expected) in rows {
        let nested = io::Error::other(io::Error::from(kind));
        assert_eq!(cause_of(&nested), words(expected), "{kind}");
    }
    assert_eq!(cause_of(&io::Error::other("something else")), words("something else"));
}
