//! Broken connections: what was sent, and what is unknown.

use std::sync::mpsc;
use std::time::{Duration, Instant};

use atlas_secret::atlas::Client;
use atlas_secret::domain::Cause;

use super::support::fixtures::{new_secret, with_access_token};
use super::support::raw_server::{Reply, head_and_body};
use super::{FULL_LINE, PATIENT, SHORT, check, create, error, full, line};

#[tokio::test]
async fn a_broken_connection_is_inconclusive() {
    let early = "broken: the host closed the connection early";
    let reset = "broken: the host reset the connection";
    let head = b"HTTP/1.1 201 Created\r\nContent-Le".to_vec();
    let half_error = head_and_body(404, "", 4000, &error(404, "GROUP_NOT_FOUND", "No."));
    check(vec![
        (Reply::Bytes(Vec::new()), PATIENT, early),
        (Reply::ThenReset(Vec::new()), PATIENT, reset),
        (Reply::Bytes(head.clone()), PATIENT, early),
        (
            Reply::Bytes(b"\x15\x03\x01 not HTTP at all\r\n\r\n".to_vec()),
            PATIENT,
            "broken: the response is not HTTP",
        ),
        (Reply::Bytes(half_error), PATIENT, early),
        (Reply::ThenSilence(Vec::new()), SHORT, "timed out after 30ms"),
        (Reply::ThenSilence(head), SHORT, "timed out after 30ms"),
        (Reply::ThenSilence(head_and_body(500, "", 10, "")), SHORT, "timed out after 30ms"),
    ])
    .await;
}

#[tokio::test]
async fn nothing_is_sent_to_a_closed_port() {
    let address = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let expected = format!(r#"not sent: Refused(ServerText("{address}: the host refused the connection"))"#);
    assert_eq!(line(&create(&format!("http://{address}"), PATIENT).await), expected);
}

#[tokio::test]
async fn nothing_is_sent_to_a_host_without_tls() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("https://{}", listener.local_addr().unwrap());
    // Without any certificates, the client cannot be set up.
    let client = match Client::new(with_access_token(&url)) {
        Ok(client) => client,
        Err(error) => return assert!(matches!(error.cause, Cause::Setup(_)), "{error:?}"),
    };
    let server = std::thread::spawn(move || {
        use std::io::{Read, Write};
        let (mut socket, _) = listener.accept().unwrap();
        socket.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n").unwrap();
        let mut received = Vec::new();
        let _ = socket.read_to_end(&mut received);
        received
    });
    assert_eq!(
        line(&client.create_secret(&new_secret()).await),
        r#"not sent: Tls(ServerText("the host does not speak TLS"))"#
    );
    let received = server.join().unwrap();
    assert!(!String::from_utf8_lossy(&received).contains("POST"));
}

/// After a process was stopped (Ctrl-Z, a closed lid) past its deadline, the response and the timer are ready at the
/// same time. The response must win.
#[test]
fn a_response_that_arrives_while_the_process_is_stopped_is_not_lost() {
    const LIMIT: Duration = Duration::from_millis(50);
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let (request_sent, request_received) = mpsc::channel();
    let (response_sent, response_sent_at) = mpsc::channel();
    let server = std::thread::spawn(move || {
        use std::io::{Read, Write};
        let (mut socket, _) = listener.accept().unwrap();
        let mut request = Vec::new();
        while !request.ends_with(b"}") {
            let mut part = [0; 4096];
            let read = socket.read(&mut part).unwrap();
            request.extend_from_slice(&part[..read]);
        }
        request_sent.send(()).unwrap();
        let full = full();
        socket.write_all(&head_and_body(201, "", full.len(), &full)).unwrap();
        response_sent.send(Instant::now()).unwrap();
    });
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let outcome = runtime.block_on(async move {
        let stopping = async {
            while request_received.try_recv().is_err() {
                tokio::task::yield_now().await;
            }
            // From here to the end of the block, the client cannot run.
            let sent_at = response_sent_at.recv().unwrap();
            while sent_at.elapsed() < 2 * LIMIT {
                std::hint::spin_loop();
            }
        };
        tokio::join!(create(&url, LIMIT), stopping).0
    });
    server.join().unwrap();
    assert_eq!(line(&outcome), FULL_LINE);
}
