//! The client for Atlas, made after the first frame: loading the trust roots takes longer than drawing.

use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::OnceCell;

use crate::atlas::{self, Client};
use crate::credentials::AtHand;
use crate::demo::EmbeddedAtlas;
use crate::domain::{BaseUrl, Credentials, ServerText, TransportProblem};

use super::settings::Source;

/// The endpoint's two query flags.
#[derive(Clone, Copy, Debug)]
pub(super) struct Flags {
    pub envelope: bool,
    pub pretty: bool,
}

/// The connection that is used, and those that were before it: each may hold a token to give back.
pub(super) struct Connections {
    flags: Flags,
    opened: Mutex<Vec<Arc<Connection>>>,
}

impl Connections {
    /// Nothing is connected, or even looked up, before somebody asks for the client.
    pub fn new(source: Option<Source>, flags: Flags) -> Self {
        let opened = source.map(|source| Arc::new(Connection::new(source, flags)));
        Self { flags, opened: Mutex::new(opened.into_iter().collect()) }
    }

    /// The client of the connection that is used now.
    pub async fn client(&self) -> Result<Arc<Client>, TransportProblem> {
        let current = self.lock().last().cloned();
        match current {
            Some(connection) => connection.client().await,
            None => Err(setup("nobody is signed in")),
        }
    }

    /// A connection that is not used yet, to try it.
    pub fn candidate(&self, source: Source) -> Arc<Connection> {
        Arc::new(Connection::new(source, self.flags))
    }

    /// Uses this connection from now on.
    pub fn adopt(&self, connection: Arc<Connection>) {
        self.lock().push(connection);
    }

    /// Gives every token of the run back to Atlas.
    pub async fn close(&self) {
        let opened: Vec<_> = self.lock().clone();
        for connection in opened {
            connection.close().await;
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Vec<Arc<Connection>>> {
        self.opened.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// One connection to Atlas. It is set up once, by whoever needs it first.
pub(super) struct Connection {
    source: Mutex<Option<Source>>,
    flags: Flags,
    client: OnceCell<Result<Arc<Client>, TransportProblem>>,
    /// The demo lives as long as the connection.
    embedded: OnceCell<EmbeddedAtlas>,
}

impl Connection {
    fn new(source: Source, flags: Flags) -> Self {
        let source = Mutex::new(Some(source));
        Self { source, flags, client: OnceCell::new(), embedded: OnceCell::new() }
    }

    /// The client; the first call makes it.
    pub async fn client(&self) -> Result<Arc<Client>, TransportProblem> {
        self.client.get_or_init(|| self.set_up()).await.clone()
    }

    /// Gives the token back to Atlas, if there is one.
    pub async fn close(&self) {
        if let Some(Ok(client)) = self.client.get() {
            client.revoke().await;
        }
    }

    async fn set_up(&self) -> Result<Arc<Client>, TransportProblem> {
        let source = self.source.lock().unwrap_or_else(PoisonError::into_inner).take();
        let (base_url, credentials) = match source.ok_or_else(|| setup("it was interrupted"))? {
            Source::Remote { base_url, credentials } => (base_url, at_hand(credentials).await?),
            Source::Demo(world) => self.start_demo(*world).await?,
        };
        let Flags { envelope, pretty } = self.flags;
        let settings = atlas::Settings { base_url, credentials, envelope, pretty };
        let made = tokio::task::spawn_blocking(move || Client::new(settings)).await;
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

/// The credentials themselves; the keyring may ask the person to unlock it first.
async fn at_hand(credentials: AtHand) -> Result<Credentials, TransportProblem> {
    match credentials {
        AtHand::Ready(credentials) => Ok(credentials),
        AtHand::NeedsKeyring(request) => match request.read().await {
            Ok(read) => read.map_err(|error| setup(&error.to_string())),
            Err(_) => Err(setup("the keyring did not answer")),
        },
    }
}

fn setup(why: &str) -> TransportProblem {
    TransportProblem::Setup(ServerText::new(why))
}
