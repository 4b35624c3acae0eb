//! IDs, settings and clients for the tests of the HTTP client.

#![expect(missing_docs, reason = "most names say enough")]
#![expect(
    clippy::unwrap_used,
    clippy::missing_panics_doc,
    reason = "a fixture that cannot be made ends the test"
)]

use atlas_secret::atlas::{Client, ClientOptions, Limits};
use atlas_secret::demo::World;
use atlas_secret::domain::{
    AccountRef, BaseUrl, ClientId, Credentials, Lifetime, NewSecret, ProjectId, QueryFlags,
};
use secrecy::SecretString;

use super::raw_server::{RawServer, Reply};

pub const PROJECT: &str = "32b6e34b3d91647abb20e7b8";
pub const CLIENT: &str = "mdb_sa_id_1234567890abcdef12345678";
/// The secret that the service account signs in with. Not a real one.
pub const CLIENT_SECRET: &str = "mdb_sa_sk_FAKE-login_secret";
/// The secret that the server issues. Not a real one.
pub const SECRET: &str = "mdb_sa_sk_FAKEfakeFAKEfakeFAKEfakeFAKEfakeFAKE9f3a";

pub fn new_secret() -> NewSecret {
    NewSecret { account: account_ref(), lifetime: Lifetime::from_hours(720).unwrap() }
}

pub fn account_ref() -> AccountRef {
    AccountRef { project: project(), client: client_id() }
}

pub fn project() -> ProjectId {
    ProjectId::parse(PROJECT).unwrap()
}

pub fn client_id() -> ClientId {
    ClientId::parse(CLIENT).unwrap()
}

/// A world whose only account is [`CLIENT`], without secrets. `more` adds fields to the account, as JSON.
pub fn world_with(more: &str) -> World {
    let world = format!(
        r#"{{"organizations":[{{"id":"4888442a3354817a7320eb61","projects":[{{"id":"{PROJECT}",
        "name":"payments-prod","service_accounts":[{{"client_id":"{CLIENT}","name":"ci-deployer"{more}}}]}}]}}]}}"#
    );
    World::from_json(&world).unwrap()
}

/// Options for a server at this address, signing in with an access token.
pub fn with_access_token(address: &str) -> ClientOptions {
    ClientOptions {
        base_url: BaseUrl::parse(address).unwrap(),
        credentials: Credentials::AccessToken(SecretString::from("FAKE-access-token")),
        query_flags: QueryFlags::default(),
        keeps_open: false,
    }
}

/// Options for a server at this address, signing in as the service account.
pub fn with_service_account(address: &str) -> ClientOptions {
    ClientOptions {
        credentials: Credentials::ServiceAccount {
            client_id: client_id(),
            client_secret: SecretString::from(CLIENT_SECRET),
        },
        ..with_access_token(address)
    }
}

/// A server with this script, and a client for it.
pub async fn served(settings: fn(&str) -> ClientOptions, script: Vec<Reply>) -> (RawServer, Client) {
    let server = RawServer::start(script).await;
    let client = client(settings(&server.url));
    (server, client)
}

/// A client with these settings and the usual limits.
pub fn client(settings: ClientOptions) -> Client {
    Client::with_limits(settings, Limits::default()).unwrap()
}
