//! The client for Atlas, made after the first frame: loading the trust roots takes longer than drawing.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::OnceCell;

use crate::atlas::{self, Client};
use crate::config::CredentialSource;
use crate::demo::EmbeddedAtlas;
use crate::domain::{BaseUrl, Credentials, Identity, QueryFlags, RequestId, ServerText, TransportProblem};

use super::settings::Source;
use super::signing_in::identity;

/// The connection that is used, and those that were before it: each may hold a token to give back.
pub(super) struct Connections {
    query_flags: QueryFlags,
    opened: Mutex<Vec<Arc<Connection>>>,
    /// What is being tried, or was and lost: used only when the core says so.
    candidates: Mutex<BTreeMap<RequestId, Arc<Connection>>>,
}

impl Connections {
    /// Nothing is connected, or even looked up, before somebody asks for the client.
    pub fn new(source: Option<Source>, query_flags: QueryFlags) -> Self {
        let opened = source.map(|source| Arc::new(Connection::new(source, query_flags)));
        Self { query_flags, opened: Mutex::new(opened.into_iter().collect()), candidates: Mutex::default() }
    }

    /// The client of the connection that is used now.
    pub async fn client(&self) -> Result<Arc<Client>, TransportProblem> {
        let current = lock(&self.opened).last().cloned();
        match current {
            Some(connection) => connection.client().await,
            None => Err(TransportProblem::Credentials(ServerText::new("nobody is signed in"))),
        }
    }

    /// True while the embedded Atlas is used.
    pub fn is_demo(&self) -> bool {
        let opened = lock(&self.opened);
        opened.last().is_some_and(|connection| matches!(connection.source, Source::Demo(_)))
    }

    /// Where requests go now, and as whom; nothing for the demo.
    pub fn whereabouts(&self) -> Option<Endpoint> {
        match &lock(&self.opened).last()?.source {
            Source::Remote { base_url, credentials } => Some(Endpoint {
                base_url: base_url.clone(),
                identity: identity_words(&identity(credentials)),
            }),
            Source::Demo(_) => None,
        }
    }

    /// A connection that is not used yet, to try it.
    pub fn candidate(&self, request: RequestId, source: Source) -> Arc<Connection> {
        let connection = Arc::new(Connection::new(source, self.query_flags));
        lock(&self.candidates).insert(request, Arc::clone(&connection));
        connection
    }

    /// Uses what was tried under this request from now on.
    pub fn adopt(&self, request: RequestId) {
        if let Some(connection) = lock(&self.candidates).remove(&request) {
            lock(&self.opened).push(connection);
        }
    }

    /// Gives every token of the run back to Atlas.
    pub async fn close(&self) {
        let mut all = lock(&self.opened).clone();
        all.extend(lock(&self.candidates).values().cloned());
        for connection in all {
            connection.close().await;
        }
    }
}

/// Where requests go, and as whom, in words.
pub(super) struct Endpoint {
    pub base_url: BaseUrl,
    pub identity: ServerText,
}

/// The kind of credential and its public half.
fn identity_words(identity: &Identity) -> ServerText {
    let words = match identity {
        Identity::ServiceAccount(client) => format!("service account {client}"),
        Identity::AccessToken => "access token".to_owned(),
        Identity::ApiKey(public_key) => format!("API key {}", public_key.as_str()),
        Identity::Profile { name, .. } => format!("profile {name}"),
    };
    ServerText::new(&words)
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// One connection to Atlas. It is set up once, by whoever needs it first.
pub(super) struct Connection {
    source: Source,
    query_flags: QueryFlags,
    client: OnceCell<Arc<Client>>,
    /// The demo lives as long as the connection.
    embedded: OnceCell<EmbeddedAtlas>,
}

impl Connection {
    fn new(source: Source, query_flags: QueryFlags) -> Self {
        Self { source, query_flags, client: OnceCell::new(), embedded: OnceCell::new() }
    }

    /// The client; the first call makes it. What fails is tried anew by the next call: a keyring may have been
    /// unlocked by then.
    pub async fn client(&self) -> Result<Arc<Client>, TransportProblem> {
        self.client.get_or_try_init(|| self.set_up()).await.cloned()
    }

    /// Gives the token back to Atlas, if there is one.
    pub async fn close(&self) {
        if let Some(client) = self.client.get() {
            client.revoke().await;
        }
    }

    async fn set_up(&self) -> Result<Arc<Client>, TransportProblem> {
        let (base_url, credentials) = match self.source.clone() {
            Source::Remote { base_url, credentials } => (base_url, at_hand(credentials).await?),
            Source::Demo(world) => self.start_demo(*world).await?,
        };
        let settings = atlas::Settings { base_url, credentials, query_flags: self.query_flags };
        let made = tokio::task::spawn_blocking(move || make(settings)).await;
        made.map_err(|_| setup("a mistake of this program"))?.map(Arc::new)
    }

    async fn start_demo(
        &self,
        world: crate::demo::World,
    ) -> Result<(BaseUrl, Credentials), TransportProblem> {
        let started = EmbeddedAtlas::start(world).await;
        let embedded = started.map_err(|error| setup(&error.to_string()))?;
        let found = (embedded.base_url(), embedded.credentials());
        // Only one caller ever sets up, so the cell is empty.
        let _ = self.embedded.set(embedded);
        Ok(found)
    }
}

fn make(settings: atlas::Settings) -> Result<Client, TransportProblem> {
    #[cfg(debug_assertions)]
    return Client::with_limits(settings, super::rehearsal::limits());
    #[cfg(not(debug_assertions))]
    Client::new(settings)
}

/// The credentials themselves; the keyring may ask the person to unlock it first.
async fn at_hand(credentials: CredentialSource) -> Result<Credentials, TransportProblem> {
    match credentials {
        CredentialSource::Ready(credentials) => Ok(credentials),
        CredentialSource::NeedsKeyring(request) => match request.read().await {
            Ok(read) => read.map_err(|error| unusable(&error.to_string())),
            Err(_) => Err(unusable("the keyring did not answer")),
        },
    }
}

fn unusable(why: &str) -> TransportProblem {
    TransportProblem::Credentials(ServerText::new(why))
}

fn setup(why: &str) -> TransportProblem {
    TransportProblem::Setup(ServerText::new(why))
}
