//! API keys with HTTP Digest (RFC 7616): the requests to three kinds of servers.

#![expect(clippy::panic, clippy::unwrap_used, reason = "a test panics on failure")]

#[path = "../support/mod.rs"]
pub mod support;

mod apache;
mod by_hand;
mod embedded;
mod order;
mod refusals;

use atlas_secret::atlas::{Client, ClientOptions};
use atlas_secret::domain::{ApiError, Credentials, PublicKey, SecretId};
use support::fixtures::{account_ref, with_access_token};

const PUBLIC_KEY: &str = "fakepubl";
const PRIVATE_KEY: &str = "FAKE-private-key";

const ACCOUNT_PATH: &str =
    "/api/atlas/v2/groups/32b6e34b3d91647abb20e7b8/serviceAccounts/mdb_sa_id_1234567890abcdef12345678";

fn with_api_key(address: &str) -> ClientOptions {
    let credentials = Credentials::ApiKey {
        public_key: PublicKey::parse(PUBLIC_KEY).unwrap(),
        private_key: PRIVATE_KEY.into(),
    };
    ClientOptions { credentials, ..with_access_token(address) }
}

async fn delete(client: &Client) -> Result<(), ApiError> {
    let secret_id = SecretId::from_server("32b6e34b3d91647abb20e7b9").unwrap();
    client.delete_secret(&account_ref(), &secret_id).await
}
