//! A test Atlas with accounts for different situations.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::ops::Deref;
use std::sync::LazyLock;
use std::thread;

use atlas_secret::demo::World;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use secrecy::ExposeSecret as _;
use serde_json::{Value, json};
use tokio::runtime::{Builder, Handle};

use crate::support::atlas::TestAtlas;

pub const PROJECT: &str = "0000000000000000000000a1";
/// An account without secrets.
pub const PLAIN: &str = "mdb_sa_id_00000000000000000000000b";
/// An account whose secret is created at once, but with a response after [`Atlas::with_delay`]'s seconds.
pub const SLOW: &str = "mdb_sa_id_00000000000000000000000d";
/// An account that can sign in with [`ROBOT_SECRET`].
pub const ROBOT: &str = "mdb_sa_id_00000000000000000000000e";
/// An account with one valid secret, whose lifetime a new one shortens.
pub const ONE_VALID: &str = "mdb_sa_id_00000000000000000000001a";
/// An account with two valid secrets, the maximum.
pub const TWO_VALID: &str = "mdb_sa_id_00000000000000000000001b";
/// An account with two secrets, one of which has expired.
pub const EXPIRED: &str = "mdb_sa_id_00000000000000000000001d";
/// An account whose new secret is lost: the connection closes instead of a response.
pub const LOST: &str = "mdb_sa_id_00000000000000000000001c";
/// The organization of all accounts.
pub const ORGANIZATION: &str = "0000000000000000000000f0";
/// Plainly fake, and unlike any other text, so that it can be searched for.
pub const ROBOT_SECRET: &str = "mdb_sa_sk_FAKE-canary-of-the-one-that-signs-in";

/// The maximum lifetime in this organization, in hours.
pub const CAP: i32 = 720;

/// Serves every Atlas of these tests.
pub static RUNTIME: LazyLock<Handle> = LazyLock::new(|| {
    let runtime = Builder::new_current_thread().enable_all().build().unwrap();
    let handle = runtime.handle().clone();
    thread::spawn(move || runtime.block_on(std::future::pending::<()>()));
    handle
});

/// An Atlas that runs until it is dropped.
pub struct Atlas(TestAtlas);

impl Deref for Atlas {
    type Target = TestAtlas;

    fn deref(&self) -> &TestAtlas {
        &self.0
    }
}

impl Atlas {
    pub fn start() -> Self {
        Self::with_delay(0)
    }

    /// Starts an Atlas whose slow account has this delay.
    pub fn with_delay(seconds: u64) -> Self {
        let world = World::from_json(&world(seconds).to_string()).unwrap();
        Self(RUNTIME.block_on(TestAtlas::start(world)))
    }

    pub fn url(&self) -> String {
        self.base_url().to_string()
    }

    /// The variables with an access token.
    pub fn with_token(&self) -> [(&'static str, String); 2] {
        [("MONGODB_ATLAS_BASE_URL", self.url()), ("MONGODB_ATLAS_ACCESS_TOKEN", self.access_token())]
    }

    pub fn access_token(&self) -> String {
        self.0.access_token().expose_secret().to_owned()
    }

    /// True if the secret can sign in.
    pub fn accepts(&self, client: &str, secret: &str) -> bool {
        let url = self.url();
        let host = url.strip_prefix("http://").unwrap().trim_end_matches('/');
        let body = "grant_type=client_credentials";
        let request = format!(
            "POST /api/oauth/token HTTP/1.1\r\nHost: {host}\r\nAuthorization: Basic {}\r\n\
             Content-Type: application/x-www-form-urlencoded\r\nAccept: application/json\r\n\
             Content-Length: {}\r\nConnection: close\r\n\r\n{body}",
            STANDARD.encode(format!("{client}:{secret}")),
            body.len()
        );
        let mut stream = TcpStream::connect(host).unwrap();
        stream.write_all(request.as_bytes()).unwrap();
        let mut response = String::new();
        stream.read_to_string(&mut response).unwrap();
        response.starts_with("HTTP/1.1 200 ")
    }

    /// The method and the path of each request so far.
    pub fn requests(&self) -> Vec<String> {
        self.seen().iter().map(|seen| format!("{} {}", seen.method, seen.target)).collect()
    }

    /// The number of POSTs to create a secret.
    pub fn creates(&self) -> usize {
        self.requests().iter().filter(|line| line.starts_with("POST ") && line.ends_with("/secrets")).count()
    }
}

fn world(delay: u64) -> Value {
    json!({
        "organizations": [{
            "id": ORGANIZATION,
            "max_secret_validity_hours": CAP,
            "projects": [{
                "id": PROJECT,
                "name": "of-a-test",
                "service_accounts": [
                    { "client_id": PLAIN, "name": "plain" },
                    { "client_id": ONE_VALID, "name": "living", "secrets": [secret("0001", 480)] },
                    {
                        "client_id": TWO_VALID,
                        "name": "crowded",
                        "secrets": [secret("0002", 480), secret("0003", 96)],
                    },
                    {
                        "client_id": EXPIRED,
                        "name": "expired",
                        "secrets": [secret("0004", 480), secret("0005", -1)],
                    },
                    { "client_id": LOST, "name": "lost", "loses_response": true },
                    { "client_id": SLOW, "name": "slow", "create_delay_seconds": delay },
                    { "client_id": "mdb_sa_id_00000000000000000000002a", "name": "twin" },
                    { "client_id": "mdb_sa_id_00000000000000000000002b", "name": "Twin" },
                    {
                        "client_id": ROBOT,
                        "name": "robot",
                        "secrets": [{
                            "id": "0000000000000000000000f1",
                            "value": ROBOT_SECRET,
                            "created_hours_ago": 1,
                            "expires_in_hours": 24,
                        }],
                    },
                ],
            }],
        }],
    })
}

/// A secret that expires in this many hours. If the number is negative, it has expired.
fn secret(ends_with: &str, hours: i32) -> Value {
    json!({
        "id": format!("00000000000000000000{ends_with}"),
        "value": ends_with,
        "created_hours_ago": 48,
        "expires_in_hours": hours,
    })
}
