//! The embedded Atlas over real sockets.

#![expect(clippy::panic, clippy::unwrap_used, reason = "a test panics on failure")]

#[path = "../support/mod.rs"]
pub mod support;

mod conventions;
mod creating;
mod reading;
mod signing_in;

use reqwest::{Method, RequestBuilder, StatusCode};
use secrecy::ExposeSecret;
use serde_json::Value;

use atlas_secret::demo::World;

use support::atlas::TestAtlas;

const V2023: &str = "application/vnd.atlas.2023-01-01+json";
const V2024: &str = "application/vnd.atlas.2024-08-05+json";

const PAYMENTS: &str = "/api/atlas/v2/groups/32b6e34b3d91647abb20e7b8";
const ANALYTICS: &str = "/api/atlas/v2/groups/64c7f1a2b3d4e5f60718293a";
const SANDBOX: &str = "/api/atlas/v2/groups/63d8e0b1c2a3f4e5d6071829";

const CI_DEPLOYER: &str = "mdb_sa_id_1234567890abcdef12345678";
const BILLING_EXPORT: &str = "mdb_sa_id_5b1f09c2e7a84d6390c1d2e3";
const NIGHTLY_BACKUP: &str = "mdb_sa_id_7c2e18d3f8b95e74a1d2e3f4";
const WAREHOUSE_LOADER: &str = "mdb_sa_id_8d3f29e4a9c06f85b2e3f405";
const RELEASE_AUDITOR: &str = "mdb_sa_id_9e403af5bad17096c3f40516";

/// An embedded Atlas with a client and a token for it.
struct Bench {
    atlas: TestAtlas,
    client: reqwest::Client,
    token: String,
}

/// A response.
struct Response {
    status: StatusCode,
    headers: reqwest::header::HeaderMap,
    text: String,
}

impl Bench {
    async fn demo() -> Self {
        Self::with(World::demo().unwrap()).await
    }

    async fn with(world: World) -> Self {
        let atlas = TestAtlas::start(world).await;
        let token = atlas.access_token().expose_secret().to_owned();
        let client = reqwest::Client::builder().no_proxy().build().unwrap();
        Self { atlas, client, token }
    }

    /// A request without any of the usual headers.
    fn bare(&self, method: Method, path: &str) -> RequestBuilder {
        self.client.request(method, format!("{}{path}", self.atlas.base_url()))
    }

    fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.bare(method, path).bearer_auth(&self.token).header("accept", V2024)
    }

    async fn get(&self, path: &str) -> Response {
        Response::of(self.request(Method::GET, path)).await
    }

    async fn create(&self, group: &str, client_id: &str, body: &str) -> Response {
        Response::of(self.creating(group, client_id, body)).await
    }

    fn creating(&self, group: &str, client_id: &str, body: &str) -> RequestBuilder {
        let path = format!("{group}/serviceAccounts/{client_id}/secrets");
        let request = self.request(Method::POST, &path);
        request.header("content-type", V2024).body(body.to_owned())
    }

    async fn delete(&self, group: &str, client_id: &str, secret_id: &str) -> Response {
        let path = format!("{group}/serviceAccounts/{client_id}/secrets/{secret_id}");
        Response::of(self.request(Method::DELETE, &path)).await
    }

    /// The secrets of an account, as Atlas lists them.
    async fn secrets(&self, group: &str, client_id: &str) -> Vec<Value> {
        let account = self.get(&format!("{group}/serviceAccounts/{client_id}")).await;
        account.json()["secrets"].as_array().unwrap().clone()
    }

    async fn sign_in(&self, client_id: &str, secret: &str) -> Response {
        let request = self.bare(Method::POST, "/api/oauth/token");
        let request = request.basic_auth(client_id, Some(secret));
        Response::of(form(request, "grant_type=client_credentials")).await
    }
}

impl Response {
    async fn of(request: RequestBuilder) -> Self {
        let response = request.send().await.unwrap();
        let (status, headers) = (response.status(), response.headers().clone());
        let text = response.text().await.unwrap();
        Self { status, headers, text }
    }

    fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|error| panic!("{error}: {}", self.text))
    }

    fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    /// The status and the error code.
    fn error(&self) -> (u16, String) {
        let code = self.json()["errorCode"].as_str().unwrap_or_default().to_owned();
        (self.status.as_u16(), code)
    }
}

fn form(request: RequestBuilder, body: &str) -> RequestBuilder {
    let request = request.header("content-type", "application/x-www-form-urlencoded");
    request.body(body.to_owned())
}

fn error(status: u16, code: &str) -> (u16, String) {
    (status, code.to_owned())
}
