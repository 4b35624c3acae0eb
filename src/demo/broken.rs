//! Answers that get lost on the way: what a network does, and HTTP has no word for.
//!
//! The connection is taken back from the HTTP server, and the rest is done on the bare socket.

use std::fmt;

use http_body_util::{BodyExt, Full};
use hyper::Response;
use hyper::body::Bytes;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;

/// How an answer travels.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Delivery {
    /// It arrives.
    #[default]
    Whole,
    /// Half of its body arrives, then the connection closes.
    Cut,
    /// The connection closes before any byte of it.
    Closed,
    /// The connection is reset before any byte of it.
    Reset,
    /// Nothing comes, and the connection stays open for as long as the client likes.
    Never,
}

/// How a connection ends instead of carrying an answer. Its `Debug` shows no body.
pub(super) enum Broken {
    /// After these bytes, if there are any.
    Closed(Bytes),
    /// By a reset.
    Reset,
}

impl Delivery {
    /// True when at least the status arrives.
    pub(super) fn tells_the_status(self) -> bool {
        matches!(self, Self::Whole | Self::Cut)
    }

    /// Lets `response` travel this way.
    pub(super) async fn send(self, response: Response<Full<Bytes>>) -> Result<Response<Full<Bytes>>, Broken> {
        match self {
            Self::Whole => Ok(response),
            Self::Cut => Err(Broken::Closed(cut(response).await)),
            Self::Closed => Err(Broken::Closed(Bytes::new())),
            Self::Reset => Err(Broken::Reset),
            Self::Never => std::future::pending().await,
        }
    }
}

impl Broken {
    /// Ends the connection. A client that is gone already is none of our business.
    pub(super) async fn end(&self, mut stream: TcpStream) {
        match self {
            Self::Closed(bytes) => {
                let _ = stream.write_all(bytes).await;
                let _ = stream.shutdown().await;
            }
            // With no time to linger, closing a socket resets the connection (SO_LINGER, socket(7)).
            Self::Reset => drop(stream.set_zero_linger()),
        }
    }
}

/// The head of a response, which announces the whole body, and half of that.
async fn cut(response: Response<Full<Bytes>>) -> Bytes {
    let (parts, body) = response.into_parts();
    // A body in memory cannot fail.
    let body = body.collect().await.unwrap_or_default().to_bytes();
    let reason = parts.status.canonical_reason().unwrap_or_default();
    let mut bytes = format!("HTTP/1.1 {} {reason}\r\n", parts.status.as_u16()).into_bytes();
    for (name, value) in &parts.headers {
        bytes.extend_from_slice(name.as_str().as_bytes());
        bytes.extend_from_slice(b": ");
        bytes.extend_from_slice(value.as_bytes());
        bytes.extend_from_slice(b"\r\n");
    }
    bytes.extend_from_slice(format!("content-length: {}\r\n\r\n", body.len()).as_bytes());
    bytes.extend_from_slice(&body[..body.len() / 2]);
    bytes.into()
}

impl fmt::Debug for Broken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Closed(_) => "Closed",
            Self::Reset => "Reset",
        })
    }
}

impl fmt::Display for Broken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the answer is lost on the way")
    }
}

impl std::error::Error for Broken {}
