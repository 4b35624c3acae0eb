//! The embedded Atlas of `--demo`: an HTTP server on the loopback interface. It follows the OpenAPI document of
//! the Administration API, and what is known of the live service where the document is silent.
//!
//! [`World`] is what it knows, `routes` are its endpoints, `auth` decides who may come in, `wire` is what bodies
//! and headers look like. This file is the server: connections, and answers that get lost on the way.
//!
//! **Invariant:** it shares no wire type with the client. What both got wrong would look right.

mod auth;
mod routes;
mod wire;
mod world;

use std::error::Error as _;
use std::io;
use std::net::Ipv4Addr;
use std::time::Duration;

use http_body_util::{BodyExt, Full, Limited};
use hyper::body::{Bytes, Incoming};
use hyper::http::request::Parts;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use secrecy::{ExposeSecret, SecretString};
use thiserror::Error;
use tokio::io::AsyncWriteExt;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::{JoinHandle, JoinSet};

pub use routes::Atlas;
pub use world::World;

use crate::domain::{BaseUrl, Credentials};
use wire::{CreateAnswer, Delivery};

const LARGEST_BODY: usize = 64 * 1024;

/// How long to wait when no connection can be accepted, most often for want of file descriptors.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);

/// An Atlas inside this process. Dropping it closes its port and every connection.
#[derive(Debug)]
pub struct EmbeddedAtlas {
    base_url: BaseUrl,
    credentials: Credentials,
    accepting: JoinHandle<()>,
}

/// How a connection ends instead of carrying a whole answer.
#[derive(Debug, Error)]
#[error("the response is lost on the way")]
enum Broken {
    /// After this text.
    Closed(SecretString),
    Reset,
}

impl EmbeddedAtlas {
    /// Starts it on a free port of 127.0.0.1, as a task of the current runtime.
    ///
    /// # Errors
    /// No port can be bound, or the system has no random bytes.
    pub async fn start(world: World) -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let base_url = format!("http://{}", listener.local_addr()?);
        let atlas = Atlas::new(world)?;
        Ok(Self {
            base_url: BaseUrl::parse(&base_url).map_err(io::Error::other)?,
            credentials: atlas.credentials(),
            accepting: tokio::spawn(serve(listener, move |parts, body| atlas.respond(parts, body))),
        })
    }

    /// Where it listens.
    pub fn base_url(&self) -> BaseUrl {
        self.base_url.clone()
    }

    /// The service account that this run lets in, random in every run.
    pub fn credentials(&self) -> Credentials {
        self.credentials.clone()
    }
}

impl Drop for EmbeddedAtlas {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

/// Answers every request that comes to the listener, until the future is dropped; the connections end with it.
pub async fn serve<R>(listener: TcpListener, respond: R)
where
    R: Fn(&Parts, &[u8]) -> Response<Bytes> + Clone + Send + Sync + 'static,
{
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            Some(_) = connections.join_next() => {}
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => {
                    connections.spawn(serve_connection(stream, respond.clone()));
                }
                Err(_) => tokio::time::sleep(ACCEPT_PAUSE).await,
            },
        }
    }
}

/// A client that goes away is no failure here.
async fn serve_connection<R: Fn(&Parts, &[u8]) -> Response<Bytes>>(stream: TcpStream, respond: R) {
    let service = service_fn(async |request: Request<Incoming>| {
        let (parts, body) = request.into_parts();
        let response = match Limited::new(body, LARGEST_BODY).collect().await {
            Ok(body) => respond(&parts, &body.to_bytes()),
            Err(_) => unreadable_body(),
        };
        deliver(response).await.map(|response| response.map(Full::new))
    });
    let mut connection = http1::Builder::new().serve_connection(TokioIo::new(stream), service);
    let Err(error) = (&mut connection).await else { return };
    let Some(broken) = error.source().and_then(|cause| cause.downcast_ref::<Broken>()) else { return };
    let mut stream = connection.into_parts().io.into_inner();
    match broken {
        Broken::Closed(text) => {
            let _ = stream.write_all(text.expose_secret().as_bytes()).await;
            let _ = stream.shutdown().await;
        }
        // Closing a socket that may not linger resets the connection (SO_LINGER, socket(7)).
        Broken::Reset => drop(stream.set_zero_linger()),
    }
}

fn unreadable_body() -> Response<Bytes> {
    let detail = format!("The body cannot be read or is longer than {LARGEST_BODY} bytes.");
    let refusal = wire::refusal(StatusCode::PAYLOAD_TOO_LARGE, "PAYLOAD_TOO_LARGE", &detail);
    refusal.into_response(wire::Flags::default())
}

/// Lets a response reach the client, or get lost on the way.
async fn deliver(mut response: Response<Bytes>) -> Result<Response<Bytes>, Broken> {
    let Delivery { answer, delay } = response.extensions_mut().remove().unwrap_or_default();
    if !delay.is_zero() {
        tokio::time::sleep(delay).await;
    }
    match answer {
        CreateAnswer::Created | CreateAnswer::WithoutSecret => Ok(response),
        CreateAnswer::GatewayPage | CreateAnswer::GatewayPageNothingCreated => Ok(wire::gateway_page()),
        CreateAnswer::Closed => Err(Broken::Closed(SecretString::default())),
        CreateAnswer::Reset => Err(Broken::Reset),
        CreateAnswer::CutBody => {
            let (status, body) = (response.status(), response.body());
            let half = String::from_utf8_lossy(&body[..body.len() / 2]);
            let text = format!("HTTP/1.1 {status}\r\nContent-Length: {}\r\n\r\n{half}", body.len());
            Err(Broken::Closed(text.into()))
        }
        CreateAnswer::Silence => std::future::pending().await,
    }
}
