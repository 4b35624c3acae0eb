//! An embedded Atlas for tests. It records the requests, the secrets it created and the tokens it issued.

#![expect(missing_docs, reason = "most names say enough")]
#![expect(
    clippy::unwrap_used,
    clippy::missing_panics_doc,
    reason = "a server that cannot start ends the test"
)]

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use atlas_secret::demo::{Atlas, World, serve};
use atlas_secret::domain::{BaseUrl, Credentials};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use hyper::body::Bytes;
use hyper::header::{self, HeaderName};
use hyper::http::request::Parts;
use hyper::{Request, Response};
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::Value;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

/// An Atlas on the loopback interface. Dropping it closes its port and every connection.
pub struct TestAtlas {
    base_url: BaseUrl,
    atlas: Atlas,
    record: Arc<Mutex<Record>>,
    accepting: JoinHandle<()>,
}

/// One request, as it arrived. It holds no body and no credential.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SeenRequest {
    pub method: String,
    pub target: String,
    pub accept: Option<String>,
    pub content_type: Option<String>,
    /// The scheme of the `Authorization` header, never what follows it.
    pub authorization: Option<String>,
    pub user_agent: Option<String>,
    /// The status of the response, even if the response is delayed or lost.
    pub status: u16,
}

#[derive(Default)]
struct Record {
    seen: Vec<SeenRequest>,
    secrets_created: usize,
    tokens: Vec<SecretString>,
}

impl TestAtlas {
    /// Starts a server with this world.
    pub async fn start(world: World) -> Self {
        Self::start_with(world, Atlas::respond).await
    }

    /// Starts a server with this world, whose responses come from `respond`.
    pub async fn start_with<R>(world: World, respond: R) -> Self
    where
        R: Fn(&Atlas, &Parts, &[u8]) -> Response<Bytes> + Clone + Send + Sync + 'static,
    {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base_url = BaseUrl::parse(&format!("http://{}", listener.local_addr().unwrap())).unwrap();
        let atlas = Atlas::new(world).unwrap();
        let record = Arc::new(Mutex::new(Record::default()));
        let (served, kept) = (atlas.clone(), Arc::clone(&record));
        let accepting = tokio::spawn(serve(listener, move |parts, body| {
            let response = respond(&served, parts, body);
            lock(&kept).add(parts, &response);
            response
        }));
        Self { base_url, atlas, record, accepting }
    }

    pub fn base_url(&self) -> BaseUrl {
        self.base_url.clone()
    }

    /// The credentials of the service account that can sign in.
    pub fn credentials(&self) -> Credentials {
        self.atlas.credentials()
    }

    pub fn api_key(&self) -> Credentials {
        self.atlas.api_key()
    }

    /// The ID and the secret of that account, random for each run.
    pub fn service_account(&self) -> (String, String) {
        let Credentials::ServiceAccount { client_id, client_secret } = self.credentials() else {
            unreachable!("it is a service account")
        };
        (client_id.to_string(), client_secret.expose_secret().to_owned())
    }

    /// The public and the private half of that API key, random for each run.
    pub fn key_pair(&self) -> (String, String) {
        let Credentials::ApiKey { public_key, private_key } = self.api_key() else {
            unreachable!("it is an API key")
        };
        (public_key.as_str().to_owned(), private_key.expose_secret().to_owned())
    }

    /// A valid token of that account, as a user would supply one.
    pub fn access_token(&self) -> SecretString {
        let (client_id, client_secret) = self.service_account();
        let pair = BASE64_STANDARD.encode(format!("{client_id}:{client_secret}"));
        let request = Request::post("/api/oauth/token")
            .header(header::AUTHORIZATION, format!("Basic {pair}"))
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        let (parts, ()) = request.body(()).unwrap().into_parts();
        let response = self.atlas.respond(&parts, b"grant_type=client_credentials");
        let token = token_in(&response).unwrap();
        lock(&self.record).tokens.push(token.clone());
        token
    }

    pub fn seen(&self) -> Vec<SeenRequest> {
        lock(&self.record).seen.clone()
    }

    /// The number of secrets that clients created, including those whose response was lost.
    pub fn secrets_created(&self) -> usize {
        lock(&self.record).secrets_created
    }

    /// The number of issued tokens that are still valid.
    pub fn live_tokens(&self) -> usize {
        let tokens = lock(&self.record).tokens.clone();
        let is_live = |token: &&SecretString| {
            let request = Request::get("/api/atlas/v2/groups")
                .header(header::AUTHORIZATION, format!("Bearer {}", token.expose_secret()))
                .header(header::ACCEPT, "application/vnd.atlas.2023-01-01+json");
            let (parts, ()) = request.body(()).unwrap().into_parts();
            self.atlas.respond(&parts, b"").status() == 200
        };
        tokens.iter().filter(is_live).count()
    }
}

impl Drop for TestAtlas {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

impl Record {
    fn add(&mut self, parts: &Parts, response: &Response<Bytes>) {
        let text = |name: HeaderName| Some(parts.headers.get(name)?.to_str().ok()?.to_owned());
        let scheme = text(header::AUTHORIZATION).and_then(|value| Some(value.split_once(' ')?.0.to_owned()));
        self.seen.push(SeenRequest {
            method: parts.method.to_string(),
            target: parts.uri.to_string(),
            accept: text(header::ACCEPT),
            content_type: text(header::CONTENT_TYPE),
            authorization: scheme,
            user_agent: text(header::USER_AGENT),
            status: response.status().as_u16(),
        });
        self.secrets_created += usize::from(response.status() == 201);
        self.tokens.extend(token_in(response));
    }
}

fn token_in(response: &Response<Bytes>) -> Option<SecretString> {
    let body: Value = serde_json::from_slice(response.body()).ok()?;
    Some(body["access_token"].as_str()?.to_owned().into())
}

fn lock(record: &Mutex<Record>) -> MutexGuard<'_, Record> {
    record.lock().unwrap_or_else(PoisonError::into_inner)
}
