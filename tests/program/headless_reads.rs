//! `--yes` without a terminal, when a read before the POST fails: temporary errors are retried, and all others are
//! explained.

use std::io::{self, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::Command;
use std::thread;

use crate::atlas::{Atlas, PLAIN, PROJECT};
use crate::program::{Run, headless, run};

const BAD_GATEWAY: &str =
    "HTTP/1.1 502 Bad Gateway\r\nContent-Length: 3\r\nContent-Type: text/html\r\n\r\nbad";
const UNAVAILABLE: &str =
    "HTTP/1.1 503 Service Unavailable\r\nContent-Length: 4\r\nContent-Type: text/html\r\n\r\nbusy";
const GATEWAY_TIMEOUT: &str = "HTTP/1.1 504 Gateway Timeout\r\nContent-Length: 0\r\n\r\n";
const RATE_LIMITED: &str = "HTTP/1.1 429 Too Many Requests\r\nRetry-After: 1\r\nContent-Type: application/json\r\n\
                            Content-Length: 86\r\n\r\n\
                            {\"error\":429,\"errorCode\":\"RATE_LIMITED\",\"reason\":\"Too Many Requests\",\"detail\":\"Slow.\"}";
const LIMITED_BY_A_PROXY: &str = "HTTP/1.1 429 Too Many Requests\r\nContent-Length: 0\r\n\r\n";
const PROXY_AUTHENTICATION: &str = "HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n";
const FORBIDDEN: &str = "HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n";

const REDIRECT: &str =
    "HTTP/1.1 302 Found\r\nLocation: https://portal.example/login\r\nContent-Length: 0\r\n\r\n";

/// A server that sends these responses on its first connections, and forwards the others to `upstream`.
fn failing_server(upstream: Option<&str>, script: &'static [&'static str]) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let upstream = upstream.map(|url| url.trim_start_matches("http://").to_owned());
    thread::spawn(move || {
        for (index, client) in listener.incoming().enumerate() {
            let Ok(client) = client else { return };
            match (script.get(index).or(script.last().filter(|_| upstream.is_none())), &upstream) {
                (Some(response), _) => respond(client, response),
                (None, Some(upstream)) => forward(client, TcpStream::connect(upstream).unwrap()),
                (None, None) => {}
            }
        }
    });
    address
}

fn respond(mut client: TcpStream, response: &str) {
    let mut request = [0; 8192];
    let _ = client.read(&mut request);
    let _ = client.write_all(response.as_bytes());
}

fn forward(client: TcpStream, server: TcpStream) {
    let (mut from_client, mut to_server) = (client.try_clone().unwrap(), server.try_clone().unwrap());
    thread::spawn(move || io::copy(&mut from_client, &mut to_server));
    let (mut from_server, mut to_client) = (server, client);
    thread::spawn(move || io::copy(&mut from_server, &mut to_client));
}

fn alone(base_url: &str, token: &str) -> Command {
    let mut command = headless(base_url, token);
    command.args(["--format", "secret", "--project-id", PROJECT, "--client-id", PLAIN]);
    command
}

#[test]
fn a_read_is_retried_after_a_temporary_error() {
    let rows: [(&str, &'static [&'static str], usize); 8] = [
        ("502", &[BAD_GATEWAY], 1),
        ("503", &[UNAVAILABLE], 1),
        ("504", &[GATEWAY_TIMEOUT], 1),
        ("429 with Retry-After", &[RATE_LIMITED], 1),
        ("429 of a proxy", &[LIMITED_BY_A_PROXY], 1),
        ("a connection that is closed", &[""], 0),
        ("two connections that are closed", &["", ""], 1),
        ("three in a row", &[BAD_GATEWAY, RATE_LIMITED, UNAVAILABLE], 3),
    ];
    thread::scope(|scope| {
        for (fault, script, retries) in rows {
            scope.spawn(move || {
                let atlas = Atlas::start();
                let url = format!("http://{}", failing_server(Some(&atlas.url()), script));
                let Run { stdout, stderr } = run(&mut alone(&url, &atlas.access_token()), 0);
                let lines = ["Retrying in", "Signing in", "Reading the account's secrets"];
                let counts = lines.map(|line| stderr.matches(line).count());
                assert_eq!(counts, [retries, 1, retries + 1], "{fault}: {stderr}");
                assert_eq!((stdout.is_empty(), atlas.creates()), (false, 1), "{fault}");
            });
        }
    });
}

#[test]
fn a_read_that_keeps_failing_is_reported_with_its_cause() {
    let closed = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let rows = [
        (format!("http://{closed}"), "Could not connect to 127.0.0.1:", "refused", 1),
        (format!("http://{}", failing_server(None, &[BAD_GATEWAY])), "Nothing was created.", "502", 3),
        (format!("https://{}", failing_server(None, &["no TLS"])), "TLS failed: ", "TLS", 0),
        (
            format!("http://{}", failing_server(None, &[REDIRECT])),
            "Redirected to portal.example instead of Atlas (302).",
            "Open a web page to sign in to the network",
            0,
        ),
    ];
    thread::scope(|scope| {
        for (url, title, cause, tries) in rows {
            scope.spawn(move || {
                let run = run(&mut alone(&url, "FAKE-token"), 1);
                for text in [title, cause, "Nothing was created."] {
                    run.says(text);
                }
                assert!(run.stdout.is_empty() && !run.stderr.contains("Creating the secret"));
                assert_eq!(run.stderr.matches("Retrying in").count(), tries, "{}", run.stderr);
            });
        }
    });
}

#[test]
fn only_a_proxy_that_may_recover_is_asked_again() {
    let rows: [(&'static [&'static str], &str, usize); 3] = [
        (&[PROXY_AUTHENTICATION], "requires a valid user and password", 0),
        (&[FORBIDDEN], "the proxy refused the request", 0),
        (&[""], "the proxy closed the connection", 1),
    ];
    for (script, cause, tries) in rows {
        let proxy = format!("http://{}", failing_server(None, script));
        let mut command = alone("https://atlas.example.test", "FAKE-token");
        let run = run(command.env("HTTPS_PROXY", proxy), 1);
        run.says("Nothing was created. The proxy failed: ");
        run.says(cause);
        assert_eq!(run.stderr.matches("Retrying in").count(), tries, "{}", run.stderr);
    }
}

#[test]
fn refused_credentials_are_named_by_where_they_come_from() {
    let atlas = Atlas::start();
    let (id, _) = atlas.service_account();
    let mut by_variables = alone(&atlas.url(), "");
    by_variables
        .env_remove("MONGODB_ATLAS_ACCESS_TOKEN")
        .env("MONGODB_ATLAS_CLIENT_ID", id)
        .env("MONGODB_ATLAS_CLIENT_SECRET", "mdb_sa_sk_FAKE");
    for (mut program, variable) in [
        (by_variables, "MONGODB_ATLAS_CLIENT_SECRET"),
        (alone(&atlas.url(), "FAKE-token"), "MONGODB_ATLAS_ACCESS_TOKEN"),
    ] {
        run(&mut program, 1).says(&format!("The credentials come from {variable}."));
    }
}
