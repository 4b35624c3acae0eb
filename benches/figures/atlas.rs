//! An embedded Atlas for the benchmarks, with a fresh account for each secret.

use std::sync::mpsc::channel;
use std::thread;

use atlas_secret::demo::{EmbeddedAtlas, World};
use atlas_secret::domain::Credentials;
use secrecy::ExposeSecret as _;
use serde_json::json;

use crate::terminal::{Program, Terminal};

/// The project of all accounts.
pub const PROJECT: &str = "0000000000000000000000a1";
/// An account whose new secret is lost: the connection closes instead of a response.
pub const LOST: &str = "mdb_sa_id_0000000000000000000000ff";
/// The number of accounts. Each can have two secrets.
const ACCOUNTS: usize = 200;

/// A server that runs until the benchmark ends.
pub struct Atlas {
    pub url: String,
    pub login: (String, String),
    next: std::cell::Cell<usize>,
}

impl Atlas {
    pub fn start() -> Self {
        let (started, wait_for_start) = channel();
        thread::spawn(move || {
            let runtime =
                tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
            runtime.block_on(async {
                let atlas = EmbeddedAtlas::start(world()).await.expect("an embedded Atlas");
                let Credentials::ServiceAccount { client_id, client_secret } = atlas.credentials() else {
                    unreachable!("the embedded Atlas signs in service accounts")
                };
                let login = (client_id.as_str().to_owned(), client_secret.expose_secret().to_owned());
                started.send((atlas.base_url().to_string(), login)).expect("the bench waits");
                std::future::pending::<()>().await;
            });
        });
        let (url, login) = wait_for_start.recv().expect("it starts");
        Self { url, login, next: std::cell::Cell::new(0) }
    }

    /// An account without secrets.
    pub fn fresh_account(&self) -> String {
        let number = self.next.get();
        assert!(number < ACCOUNTS, "no account is left");
        self.next.set(number + 1);
        account(number)
    }

    /// The environment variables with the credentials.
    pub fn environment(&self) -> [(&'static str, &str); 3] {
        [
            ("MONGODB_ATLAS_BASE_URL", &self.url),
            ("MONGODB_ATLAS_CLIENT_ID", &self.login.0),
            ("MONGODB_ATLAS_CLIENT_SECRET", &self.login.1),
        ]
    }

    /// The program with credentials and a complete form.
    pub fn program(&self, client: &str) -> Program {
        Terminal::run(env!("CARGO_BIN_EXE_atlas-secret")).envs(self.environment()).args([
            "--project-id",
            PROJECT,
            "--client-id",
            client,
        ])
    }
}

fn account(number: usize) -> String {
    format!("mdb_sa_id_{number:024x}")
}

fn world() -> World {
    let mut accounts: Vec<_> =
        (0..ACCOUNTS).map(|number| json!({ "client_id": account(number), "name": "one" })).collect();
    accounts.push(json!({ "client_id": LOST, "name": "lost", "loses_response": true }));
    let project = json!({ "id": PROJECT, "name": "of-a-bench", "service_accounts": accounts });
    let world = json!({
        "organizations": [{ "id": "0000000000000000000000f0", "projects": [project] }],
    });
    World::from_json(&world.to_string()).expect("a world")
}
