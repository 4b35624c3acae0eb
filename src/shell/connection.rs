//! The client for Atlas, made after the first frame: loading the trust roots takes longer than drawing.

use std::sync::Arc;

use tokio::sync::{Mutex, OnceCell};

use crate::atlas::{self, Client};
use crate::demo::EmbeddedAtlas;
use crate::domain::{Credentials, ServerText, TransportProblem};

use super::settings::Source;

/// The connection to Atlas. It is set up once, by whoever needs it first.
pub(super) struct Connection {
    plan: Mutex<Option<Plan>>,
    client: OnceCell<Result<Arc<Client>, TransportProblem>>,
    /// The demo lives as long as the connection.
    embedded: OnceCell<EmbeddedAtlas>,
}

struct Plan {
    source: Source,
    envelope: bool,
    pretty: bool,
}

impl Connection {
    pub fn new(source: Source, envelope: bool, pretty: bool) -> Self {
        let plan = Mutex::new(Some(Plan { source, envelope, pretty }));
        Self { plan, client: OnceCell::new(), embedded: OnceCell::new() }
    }

    /// The client; the first call makes it.
    pub async fn client(&self) -> Result<Arc<Client>, TransportProblem> {
        self.client.get_or_init(|| self.set_up()).await.clone()
    }

    /// Gives the run's token back to Atlas, if there is one.
    pub async fn close(&self) {
        if let Some(Ok(client)) = self.client.get() {
            client.revoke().await;
        }
    }

    async fn set_up(&self) -> Result<Arc<Client>, TransportProblem> {
        let setup = |why: &str| TransportProblem::Setup(ServerText::new(why));
        let plan = self.plan.lock().await.take().ok_or_else(|| setup("it was interrupted"))?;
        let (base_url, credentials) = match plan.source {
            Source::Remote { base_url, credentials } => (base_url, credentials),
            Source::Demo(world) => self.start_demo(*world).await?,
        };
        let settings =
            atlas::Settings { base_url, credentials, envelope: plan.envelope, pretty: plan.pretty };
        let made = tokio::task::spawn_blocking(move || Client::new(settings)).await;
        made.map_err(|_| setup("a mistake of this program"))?.map(Arc::new)
    }

    async fn start_demo(
        &self,
        world: crate::demo::World,
    ) -> Result<(crate::domain::BaseUrl, Credentials), TransportProblem> {
        let embedded = EmbeddedAtlas::start(world)
            .await
            .map_err(|error| TransportProblem::Setup(ServerText::new(&error.to_string())))?;
        let found = (embedded.base_url(), embedded.credentials());
        // Only one caller ever sets up, so the cell is empty.
        let _ = self.embedded.set(embedded);
        Ok(found)
    }
}
