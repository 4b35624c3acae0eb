//! The simulated Atlas of `--demo` and `--demo-server`: an HTTP server on the loopback interface. It follows the OpenAPI document of the
//! Administration API, and otherwise what is known about the live service.
//!
//! [`World`] contains its data, `api` its endpoints, `reply` its requests and responses, and `auth` checks credentials.
//! This file is the server.
//!
//! **Invariant:** it shares no types for JSON with the client, or the two would agree on any mistake.

mod api;
mod auth;
mod reply;
mod world;

use std::io::{self, Write};
use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use http_body_util::{BodyExt, Full, Limited};
use hyper::body::{Bytes, Incoming};
use hyper::http::request::Parts;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use secrecy::ExposeSecret;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::{JoinHandle, JoinSet};

pub use api::Atlas;
pub use world::World;

use crate::domain::{BaseUrl, Credentials, Exit, os_error_message};
use crate::process::say;

const MAX_BODY: usize = 64 * 1024;

/// The pause if no connection can be accepted, usually because there are no file descriptors left.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);

/// An Atlas in this process. Dropping it closes its port and all connections.
#[derive(Debug)]
pub struct EmbeddedAtlas {
    base_url: BaseUrl,
    credentials: Credentials,
    accepting: JoinHandle<()>,
}

/// How a response is delivered to the client. Attached to the response as an extension.
#[derive(Clone, Copy, Debug, Default)]
struct Transmission {
    delay: Duration,
    /// Close the connection instead.
    is_lost: bool,
}

impl EmbeddedAtlas {
    /// Starts it on a free port of 127.0.0.1, as a task of the current runtime.
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

    pub fn base_url(&self) -> BaseUrl {
        self.base_url.clone()
    }

    /// The service account that can sign in, random in every run.
    pub fn credentials(&self) -> Credentials {
        self.credentials.clone()
    }
}

impl Drop for EmbeddedAtlas {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

/// Responds to all requests on `listener` until the future is dropped, which also closes the connections.
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

/// Serves one connection. An error closes it, and a client may disconnect at any time.
async fn serve_connection<R: Fn(&Parts, &[u8]) -> Response<Bytes>>(stream: TcpStream, respond: R) {
    let service = service_fn(async |request: Request<Incoming>| {
        let (parts, body) = request.into_parts();
        let body = Limited::new(body, MAX_BODY).collect().await.map_err(io::Error::other)?;
        let mut response = respond(&parts, &body.to_bytes());
        let Transmission { delay, is_lost } = response.extensions_mut().remove().unwrap_or_default();
        if !delay.is_zero() {
            tokio::time::sleep(delay).await;
        }
        if is_lost {
            Err(io::Error::from(io::ErrorKind::ConnectionAborted))
        } else {
            Ok(response.map(Full::new))
        }
    });
    let _ = http1::Builder::new().serve_connection(TokioIo::new(stream), service).await;
}

/// Runs the embedded Atlas at this address until Ctrl-C. Prints the variables for using it as shell commands to
/// standard output. Their credentials are random in every run.
pub fn serve_demo(address: SocketAddr) -> Result<Exit, String> {
    let failed = |error: io::Error| format!("--demo-server {address}: {}", os_error_message(&error));
    let world = World::demo().map_err(|error| failed(error.into()))?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(failed)?;
    runtime.block_on(print_and_serve(address, world)).map_err(failed)?;
    Ok(Exit::Done)
}

async fn print_and_serve(address: SocketAddr, world: World) -> io::Result<()> {
    let (project, _) = world.prefill();
    let listener = TcpListener::bind(address).await?;
    let listening = listener.local_addr()?;
    let mut reachable = listening;
    if reachable.ip().is_unspecified() {
        reachable.set_ip(Ipv4Addr::LOCALHOST.into());
    }
    let atlas = Atlas::new(world)?;
    let mut output = io::stdout().lock();
    writeln!(output, "export MONGODB_ATLAS_BASE_URL=http://{reachable}")?;
    writeln!(output, "export MONGODB_ATLAS_PROJECT_ID={project}")?;
    // Programs use one kind of credentials, so those of the other kind are comments.
    if let Credentials::ServiceAccount { client_id, client_secret } = atlas.credentials() {
        writeln!(output, "export MONGODB_ATLAS_CLIENT_ID={client_id}")?;
        writeln!(output, "export MONGODB_ATLAS_CLIENT_SECRET={}", client_secret.expose_secret())?;
    }
    if let Credentials::ApiKey { public_key, private_key } = atlas.api_key() {
        writeln!(output, "# export MONGODB_ATLAS_PUBLIC_API_KEY={}", public_key.as_str())?;
        writeln!(output, "# export MONGODB_ATLAS_PRIVATE_API_KEY={}", private_key.expose_secret())?;
    }
    output.flush()?;
    drop(output);
    let stop = format!("Ctrl-C or kill {} stops it.", std::process::id());
    say(&format!("A simulated Atlas (built in) listens at {listening}. {stop}"));
    tokio::select! {
        () = serve(listener, move |parts, body| atlas.respond(parts, body)) => Ok(()),
        interrupted = tokio::signal::ctrl_c() => interrupted,
    }
}
