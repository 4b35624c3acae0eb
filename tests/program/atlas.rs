//! A test Atlas on its own thread, with accounts for different situations.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::sync::Arc;
use std::sync::mpsc::channel;
use std::thread::{self, JoinHandle};

use atlas_secret::demo::World;
use atlas_secret::domain::Credentials;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use secrecy::ExposeSecret as _;
use serde_json::{Value, json};
use tokio::sync::oneshot;

use crate::support::atlas::{SeenRequest, TestAtlas};

pub const PROJECT: &str = "0000000000000000000000a1";
/// An account without secrets.
pub const PLAIN: &str = "mdb_sa_id_00000000000000000000000b";
/// An account that the signed-in account may not change.
pub const REFUSED: &str = "mdb_sa_id_00000000000000000000000c";
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

/// An Atlas that runs until it is dropped.
pub struct Atlas {
    embedded: Arc<TestAtlas>,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Atlas {
    pub fn start() -> Self {
        Self::with_delay(0)
    }

    /// Starts an Atlas whose slow account has this delay.
    pub fn with_delay(seconds: u64) -> Self {
        let world = World::from_json(&world(seconds).to_string()).unwrap();
        let (started, wait_for_start) = channel();
        let (stop, stopped) = oneshot::channel();
        let thread = thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(async {
                started.send(Arc::new(TestAtlas::start(world).await)).unwrap();
                // Either the sender sent a message, or it was dropped in a panic.
                let _ = stopped.await;
            });
        });
        Self { embedded: wait_for_start.recv().unwrap(), stop: Some(stop), thread: Some(thread) }
    }

    pub fn url(&self) -> String {
        self.embedded.base_url().to_string()
    }

    pub fn access_token(&self) -> String {
        self.embedded.access_token().expose_secret().to_owned()
    }

    /// The id and the secret that can sign in, random for each run.
    pub fn service_account(&self) -> (String, String) {
        let Credentials::ServiceAccount { client_id, client_secret } = self.embedded.credentials() else {
            unreachable!("the embedded Atlas signs in service accounts")
        };
        (client_id.as_str().to_owned(), client_secret.expose_secret().to_owned())
    }

    /// The public and the private half of an API key that can sign in, random for each run.
    pub fn api_key(&self) -> (String, String) {
        let Credentials::ApiKey { public_key, private_key } = self.embedded.api_key() else {
            unreachable!("this is an API key")
        };
        (public_key.as_str().to_owned(), private_key.expose_secret().to_owned())
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

    pub fn live_tokens(&self) -> usize {
        self.embedded.live_tokens()
    }

    pub fn secrets_created(&self) -> usize {
        self.embedded.secrets_created()
    }

    pub fn seen(&self) -> Vec<SeenRequest> {
        self.embedded.seen()
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

impl Drop for Atlas {
    fn drop(&mut self) {
        if let Some(stop) = self.stop.take() {
            let _ = stop.send(());
        }
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
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
                    { "client_id": REFUSED, "name": "refused", "changes_need_a_higher_role": true },
                    { "client_id": ONE_VALID, "name": "living", "secrets": [valid_secret("0001", 480)] },
                    {
                        "client_id": TWO_VALID,
                        "name": "crowded",
                        "secrets": [valid_secret("0002", 480), valid_secret("0003", 96)],
                    },
                    {
                        "client_id": EXPIRED,
                        "name": "expired",
                        "secrets": [valid_secret("0004", 480), expired_secret("0005")],
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

/// A valid secret, whose value is unknown.
fn valid_secret(ends_with: &str, hours: i32) -> Value {
    json!({
        "id": format!("00000000000000000000{ends_with}"),
        "value": ends_with,
        "created_hours_ago": 1,
        "expires_in_hours": hours,
    })
}

/// A secret that expired an hour ago.
fn expired_secret(ends_with: &str) -> Value {
    json!({
        "id": format!("00000000000000000000{ends_with}"),
        "value": ends_with,
        "created_hours_ago": 48,
        "expires_in_hours": -1,
    })
}
