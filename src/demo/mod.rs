//! The embedded Atlas of `--demo` and of the tests: an HTTP server on the loopback interface that
//! keeps to the OpenAPI document of the Administration API where it speaks, and to what is known of
//! the live service where it is silent.
//!
//! A request goes down this list:
//!
//! ```text
//!     server    the connection, the body's limit, the order of the checks
//!     routes    path → endpoint, its method, its version, its ids
//!     oauth     the token endpoint and the bearer check        tokens   who minted what
//!     digest    the challenges to API keys                     digest_header   their answers, taken apart
//!     media     Accept and Content-Type                        query    flags and paging
//!     api       what each endpoint reads and changes           secrets  the rules about secrets
//!     wire      the bodies, field by field                     refusal  the errors
//!     answer    envelope, pretty printing, headers             broken   answers that get lost on the way
//! ```
//!
//! It shares no type with the client: what both got wrong would look right.

mod answer;
mod api;
mod broken;
mod digest;
mod digest_header;
mod ids;
mod media;
mod oauth;
mod query;
mod refusal;
mod routes;
mod secrets;
mod seen;
mod server;
mod start;
mod state;
mod tokens;
mod wire;
mod world;
mod world_file;

#[cfg(test)]
mod tests;

use std::fmt;
use std::io;
use std::net::Ipv4Addr;

use secrecy::SecretString;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

pub use seen::SeenRequest;
pub use world::{World, WorldError};

use crate::domain::{BaseUrl, ClientId, Credentials, PublicKey};
use state::{Operator, Shared, State, now};
use tokens::Minter;

/// An Atlas inside this process. Dropping it closes its port and every connection.
pub struct EmbeddedAtlas {
    base_url: BaseUrl,
    operator: (ClientId, SecretString),
    api_key: (PublicKey, SecretString),
    atlas: Shared,
    accepting: JoinHandle<()>,
}

impl EmbeddedAtlas {
    /// Starts it on a free port of 127.0.0.1, as a task of the runtime that this is called in.
    ///
    /// # Errors
    /// No port can be bound, or the system has no random bytes.
    pub async fn start(world: World) -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let base_url = format!("http://{}", listener.local_addr()?);
        let (public_key, private_key) = ids::api_key().map_err(no_random_bytes)?;
        let api_key = (PublicKey::parse(&public_key).map_err(io::Error::other)?, private_key.clone());
        let operator = Operator {
            client_id: ids::client_id().map_err(no_random_bytes)?,
            secret_id: ids::object_id().map_err(no_random_bytes)?,
            secret: ids::secret_value().map_err(no_random_bytes)?,
            public_key,
            private_key,
        };
        let client_id = ClientId::parse(&operator.client_id).map_err(io::Error::other)?;
        let secret = operator.secret.clone();
        let atlas = Shared::new(State::new(world, base_url.clone(), operator, now()));
        Ok(Self {
            base_url: BaseUrl::parse(&base_url).map_err(io::Error::other)?,
            operator: (client_id, secret),
            api_key,
            atlas: atlas.clone(),
            accepting: tokio::spawn(server::accept(listener, atlas)),
        })
    }

    /// Where it listens.
    pub fn base_url(&self) -> BaseUrl {
        self.base_url.clone()
    }

    /// The service account that this run lets in; its id and secret are random. A project lists it where the
    /// world says so (`operator`).
    pub fn credentials(&self) -> Credentials {
        let (client_id, client_secret) = self.operator.clone();
        Credentials::ServiceAccount { client_id, client_secret }
    }

    /// The API key that this run lets in as well, random like the account.
    pub fn api_key(&self) -> Credentials {
        let (public_key, private_key) = self.api_key.clone();
        Credentials::ApiKey { public_key, private_key }
    }

    /// A live token of that account, as a user would bring one along. Should the system be out of
    /// random bytes, it is empty and opens nothing.
    pub fn access_token(&self) -> SecretString {
        let client_id = self.operator.0.as_str().to_owned();
        let token = self.atlas.with(|state| {
            // Should no project list the account, nobody can delete this secret.
            let secret_id = Some(state.operator.secret_id.clone());
            state.tokens.mint(Minter { client_id, secret_id }, now())
        });
        token.unwrap_or_default()
    }

    /// What was asked so far, in order.
    pub fn seen(&self) -> Vec<SeenRequest> {
        self.atlas.with(|state| state.seen.clone())
    }

    /// How many secrets were created, the ones whose answer was lost included.
    pub fn secrets_created(&self) -> usize {
        self.atlas.with(|state| state.secrets_created)
    }

    /// How many tokens were minted that still open the API.
    pub fn live_tokens(&self) -> usize {
        self.atlas.with(|state| state.tokens.count(now()))
    }
}

impl Drop for EmbeddedAtlas {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

impl fmt::Debug for EmbeddedAtlas {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EmbeddedAtlas").field("base_url", &self.base_url).finish_non_exhaustive()
    }
}

fn no_random_bytes(error: getrandom::Error) -> io::Error {
    io::Error::other(error.to_string())
}
