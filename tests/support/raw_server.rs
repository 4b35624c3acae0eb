//! An HTTP server on a raw socket. Each connection gets the next reply of a script.

#![expect(missing_docs, reason = "most names say enough")]
#![expect(
    clippy::unwrap_used,
    clippy::missing_panics_doc,
    reason = "a server that cannot listen ends the test"
)]

use std::sync::{Arc, Mutex};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

/// What the server sends on a connection after reading the request.
#[derive(Clone, Debug)]
pub enum Reply {
    /// Sends the bytes, then closes the connection.
    Bytes(Vec<u8>),
    /// Sends the bytes, then nothing until the client closes the connection.
    ThenSilence(Vec<u8>),
    /// Sends the bytes, then one space at a time until the client closes the connection.
    ThenDrip(Vec<u8>),
    /// Sends the bytes, then resets the connection.
    ThenReset(Vec<u8>),
}

/// A server that replies by a script and records the requests.
pub struct RawServer {
    pub url: String,
    requests: Arc<Mutex<Vec<String>>>,
    accepting: JoinHandle<()>,
}

impl RawServer {
    /// Starts a server. Connections after the end of the script get an empty 500.
    pub async fn start(script: Vec<Reply>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let requests = Arc::new(Mutex::new(Vec::new()));
        let remembered = Arc::clone(&requests);
        let accepting = tokio::spawn(async move {
            let mut script = script.into_iter();
            loop {
                let (socket, _) = listener.accept().await.unwrap();
                let reply = script.next().unwrap_or_else(|| response(500, "", ""));
                tokio::spawn(serve(socket, reply, Arc::clone(&remembered)));
            }
        });
        Self { url, requests, accepting }
    }

    pub fn requests(&self) -> Vec<String> {
        self.requests.lock().unwrap().clone()
    }

    /// The number of requests with this method and a path that ends like this, ignoring the query.
    pub fn count(&self, method: &str, path_end: &str) -> usize {
        let counts = |request: &&String| {
            let mut parts = request.split([' ', '?']);
            parts.next() == Some(method) && parts.next().is_some_and(|path| path.ends_with(path_end))
        };
        self.requests().iter().filter(counts).count()
    }

    /// The request line, the relevant headers in alphabetical order, an empty line, the body. Checks the
    /// `User-Agent`, `Host` and `Accept-Encoding` headers.
    pub fn normalized(&self, index: usize) -> String {
        let request = self.requests().swap_remove(index);
        let (head, body) = request.split_once("\r\n\r\n").unwrap();
        let (line, headers) = head.split_once("\r\n").unwrap();
        let mut headers: Vec<(String, &str)> = headers
            .lines()
            .map(|line| line.split_once(": ").unwrap())
            .map(|(name, value)| (name.to_lowercase(), value))
            .collect();
        headers.sort();
        let value = |wanted: &str| headers.iter().find(|(name, _)| name == wanted).unwrap().1;
        assert_eq!(format!("http://{}", value("host")), self.url);
        assert_eq!(
            value("user-agent"),
            format!(
                "atlas-secret/{} ({};{})",
                env!("CARGO_PKG_VERSION"),
                std::env::consts::OS,
                std::env::consts::ARCH
            )
        );
        assert_eq!(value("accept-encoding"), "identity");
        let is_checked = |name: &str| ["accept-encoding", "host", "user-agent"].contains(&name);
        headers.retain(|(name, _)| !is_checked(name));
        let lines: Vec<String> = headers.iter().map(|(name, value)| format!("{name}: {value}\n")).collect();
        format!("{line}\n{}\n{body}", lines.concat())
    }
}

impl Drop for RawServer {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

async fn serve(mut socket: TcpStream, reply: Reply, requests: Arc<Mutex<Vec<String>>>) {
    let Some(request) = read_request(&mut socket).await else {
        return;
    };
    requests.lock().unwrap().push(request);
    send(socket, reply).await;
}

/// Sends a reply and closes the connection.
pub async fn send(mut socket: TcpStream, reply: Reply) {
    let (Reply::Bytes(bytes) | Reply::ThenSilence(bytes) | Reply::ThenDrip(bytes) | Reply::ThenReset(bytes)) =
        &reply;
    // The end of the connection is in the same packet as the response: a client that reuses the connection is never
    // in between.
    #[cfg(target_os = "linux")]
    if matches!(reply, Reply::Bytes(_)) {
        rustix::net::sockopt::set_tcp_cork(&socket, true).unwrap();
    }
    // The client may have closed the connection already.
    let _ = socket.write_all(bytes).await;
    match reply {
        Reply::Bytes(_) => {}
        Reply::ThenSilence(_) => while socket.read(&mut [0; 64]).await.is_ok_and(|read| read > 0) {},
        Reply::ThenDrip(_) => {
            let mut drops = tokio::time::interval(std::time::Duration::from_millis(1));
            while socket.write_all(b" ").await.is_ok() {
                drops.tick().await;
            }
        }
        Reply::ThenReset(_) => socket.set_zero_linger().unwrap(),
    }
}

/// Reads the head and a body of the announced length. `None` if the client closes the connection first.
pub async fn read_request(socket: &mut TcpStream) -> Option<String> {
    let mut received = Vec::new();
    loop {
        let text = String::from_utf8_lossy(&received).into_owned();
        if let Some((head, body)) = text.split_once("\r\n\r\n")
            && body.len() >= announced(head)
        {
            return Some(text);
        }
        if socket.read_buf(&mut received).await.unwrap_or(0) == 0 {
            return None;
        }
    }
}

fn announced(head: &str) -> usize {
    let length = |line: &str| line.to_lowercase().strip_prefix("content-length:")?.trim().parse().ok();
    head.lines().find_map(length).unwrap_or(0)
}

/// A complete response. Each line of `headers` ends in `\r\n`.
pub fn response(status: u16, headers: &str, body: &str) -> Reply {
    Reply::Bytes(head_and_body(status, headers, body.len(), body))
}

/// A response that announces `length` bytes of body but contains only `body`.
pub fn head_and_body(status: u16, headers: &str, length: usize, body: &str) -> Vec<u8> {
    format!(
        "HTTP/1.1 {status} Status\r\nContent-Length: {length}\r\nConnection: close\r\n{headers}\r\n{body}"
    )
    .into_bytes()
}

/// A complete response in Atlas's media type.
pub fn json(status: u16, body: &str) -> Reply {
    response(status, "Content-Type: application/vnd.atlas.2024-08-05+json;charset=utf-8\r\n", body)
}
