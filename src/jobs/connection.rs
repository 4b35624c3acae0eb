//! The connections to Atlas. A client is set up after the first frame, because loading the trust roots takes longer
//! than drawing.

use std::future::Future;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use futures_util::future::join_all;
use secrecy::SecretString;
use tokio::sync::OnceCell;

use crate::atlas::{self, Client};
use crate::config::CredentialSource;
use crate::demo::{EmbeddedAtlas, World};
use crate::domain::{
    AccountEntry, AccountRef, ApiError, ApiResult, BaseUrl, Cause, ClientId, CreatedSecret, Login, NewSecret,
    Operation, OrganizationId, OrganizationSettings, Page, Project, ProjectEntry, ProjectId, QueryFlags,
    RejectionKind, SecretId, ServerText, ServiceAccount,
};

use crate::process;

use super::AtlasApi;

/// Where requests are sent, and as whom.
#[derive(Clone)]
pub enum Source {
    Remote {
        base_url: BaseUrl,
        credentials: CredentialSource,
    },
    /// The embedded Atlas with its demo data.
    Demo(Box<World>),
}

/// The connection in use and the earlier ones. Each may have a token to revoke.
pub struct Connections {
    query_flags: QueryFlags,
    keeps_open: bool,
    opened: Mutex<Vec<Arc<Connection>>>,
    /// Connections that were tried. One is only used if the user still wants it.
    tried: Mutex<Vec<Arc<Connection>>>,
}

impl Connections {
    /// Makes no connection, and looks up no name, until a client is needed. A run that ends after one creation sets
    /// `keeps_open`.
    pub fn new(source: Option<Source>, query_flags: QueryFlags, keeps_open: bool) -> Self {
        let this = Self { query_flags, keeps_open, opened: Mutex::default(), tried: Mutex::default() };
        lock(&this.opened).extend(source.map(|source| this.connection(source)));
        this
    }

    fn connection(&self, source: Source) -> Arc<Connection> {
        Arc::new(Connection {
            source,
            query_flags: self.query_flags,
            keeps_open: self.keeps_open,
            ready: OnceCell::new(),
            failures: Mutex::default(),
        })
    }

    fn current(&self) -> Option<Arc<Connection>> {
        lock(&self.opened).last().cloned()
    }

    /// Sets up the client, and returns which secret signs in, unless the session has changed meanwhile. The first
    /// request reports errors.
    pub async fn login(&self) -> Option<Login> {
        let connection = self.current()?;
        let login = connection.client().await.ok()?.login();
        login.filter(|_| self.current().is_some_and(|current| Arc::ptr_eq(&current, &connection)))
    }

    /// What the user should know about the credentials, once they have been read.
    pub async fn credentials_note(&self) -> Option<String> {
        let connection = self.current()?;
        connection.ready().await.ok()?.note.clone()
    }

    pub fn is_demo(&self) -> bool {
        self.current().is_some_and(|connection| matches!(connection.source, Source::Demo(_)))
    }

    /// Where requests are sent, and as whom; `None` for the demo.
    pub fn endpoint(&self) -> Option<(BaseUrl, ServerText)> {
        match &self.current()?.source {
            Source::Remote { base_url, credentials } => {
                Some((base_url.clone(), ServerText::new(&credentials.identity().to_string())))
            }
            Source::Demo(_) => None,
        }
    }

    /// Opens a connection to try. It is not used before [`Connections::use_tried`].
    pub(super) fn try_source(&self, source: Source) -> Arc<Connection> {
        let connection = self.connection(source);
        lock(&self.tried).push(Arc::clone(&connection));
        connection
    }

    /// Revokes the token of a refused connection, if it has one, and drops the connection with its credentials.
    pub(super) async fn forget(&self, refused: &Arc<Connection>) {
        refused.close().await;
        lock(&self.tried).retain(|tried| !Arc::ptr_eq(tried, refused));
    }

    /// Switches to the connection that was tried last.
    pub fn use_tried(&self) {
        let connection = lock(&self.tried).pop();
        lock(&self.opened).extend(connection);
    }

    /// Revokes all tokens of the run.
    pub async fn close(&self) {
        let mut all = lock(&self.opened).clone();
        all.extend(lock(&self.tried).iter().cloned());
        join_all(all.iter().map(|connection| connection.close())).await;
    }

    /// Runs a request in its own task, so that it continues if the job is dropped. Reads, too: one may have to sign in
    /// first, and that must finish, so that the keyring prompts only once and every token is kept until it is revoked.
    /// If the task panics, it is not known how far the request got. If Atlas refused the token of a browser login, the
    /// next request gets a token from the Atlas CLI again.
    async fn request<T, Work>(
        &self,
        operation: Operation,
        request: impl FnOnce(Arc<Client>) -> Work + Send + 'static,
    ) -> ApiResult<T>
    where
        T: Send + 'static,
        Work: Future<Output = ApiResult<T>> + Send,
    {
        let connection = self.current().ok_or_else(|| unusable("not signed in"))?;
        let used = Arc::clone(&connection);
        let task = tokio::spawn(async move { request(used.client().await?).await });
        let result = task.await.unwrap_or_else(|_| Err(ApiError::internal(process::internal_error())));
        let result = connection.explained(result).map_err(|error| error.of(operation));
        if let Err(ApiError { cause: Cause::LoginExpired(..), .. }) = &result {
            self.renew(&connection);
        }
        result
    }

    /// Replaces the connection with a new one to the same source, unless another one is in use by now.
    fn renew(&self, connection: &Arc<Connection>) {
        let mut opened = lock(&self.opened);
        if opened.last().is_some_and(|last| Arc::ptr_eq(last, connection)) {
            opened.push(self.connection(connection.source.clone()));
        }
    }
}

impl AtlasApi for Arc<Connections> {
    async fn sign_in(&self) -> ApiResult<()> {
        let request = async |atlas: Arc<Client>| {
            #[cfg(debug_assertions)]
            super::test_hooks::panic_if_asked("sign in");
            atlas.sign_in().await
        };
        self.request(Operation::SignIn, request).await
    }

    async fn account(&self, of: &AccountRef) -> ApiResult<ServiceAccount> {
        let of = of.clone();
        self.request(Operation::ReadAccount, async move |atlas| atlas.service_account(&of).await).await
    }

    async fn project(&self, id: &ProjectId) -> ApiResult<Project> {
        let id = id.clone();
        self.request(Operation::ReadProject, async move |atlas| atlas.project(&id).await).await
    }

    async fn settings(&self, of: &OrganizationId) -> ApiResult<OrganizationSettings> {
        let of = of.clone();
        self.request(Operation::ReadSettings, async move |atlas| atlas.organization_settings(&of).await).await
    }

    async fn projects(&self, page: u32) -> ApiResult<Page<ProjectEntry>> {
        self.request(Operation::ListProjects, async move |atlas| atlas.projects(page).await).await
    }

    async fn accounts(&self, of: &ProjectId, page: u32) -> ApiResult<Page<AccountEntry>> {
        let of = of.clone();
        self.request(Operation::ListAccounts, async move |atlas| atlas.service_accounts(&of, page).await)
            .await
    }

    async fn create_secret(&self, new_secret: &NewSecret) -> ApiResult<CreatedSecret> {
        let new_secret = new_secret.clone();
        let request = async move |atlas: Arc<Client>| {
            #[cfg(debug_assertions)]
            super::test_hooks::panic_if_asked("create");
            atlas.create_secret(&new_secret).await
        };
        self.request(Operation::CreateSecret, request).await
    }

    async fn delete_secret(&self, of: &AccountRef, id: &SecretId) -> ApiResult<()> {
        let (of, id) = (of.clone(), id.clone());
        self.request(Operation::DeleteSecret, async move |atlas| atlas.delete_secret(&of, &id).await).await
    }

    async fn verify(&self, client: &ClientId, secret: &SecretString) -> ApiResult<()> {
        let (client, secret) = (client.clone(), secret.clone());
        self.request(Operation::SignIn, async move |atlas| atlas.verify(&client, &secret).await).await
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

pub(super) struct Connection {
    source: Source,
    query_flags: QueryFlags,
    keeps_open: bool,
    ready: OnceCell<Arc<Ready>>,
    failures: Mutex<Vec<ApiError>>,
}

struct Ready {
    client: Arc<Client>,
    note: Option<String>,
    /// Runs as long as the connection exists.
    _embedded: Option<EmbeddedAtlas>,
}

impl Connection {
    pub async fn client(&self) -> ApiResult<Arc<Client>> {
        self.ready().await.map(|ready| Arc::clone(&ready.client))
    }

    async fn ready(&self) -> ApiResult<Arc<Ready>> {
        self.ready_from(async || self.set_up().await).await
    }

    /// Sets up the connection once. All callers that wait for it share an error, so that a keyring prompt that the user
    /// dismissed is not shown again. A later call tries again, because the keyring may have been unlocked.
    async fn ready_from(&self, set_up: impl AsyncFnOnce() -> ApiResult<Arc<Ready>>) -> ApiResult<Arc<Ready>> {
        let before = lock(&self.failures).len();
        let attempt = async || {
            if let Some(failure) = lock(&self.failures).get(before) {
                return Err(failure.clone());
            }
            let result = set_up().await;
            lock(&self.failures).extend(result.as_ref().err().cloned());
            result
        };
        self.ready.get_or_try_init(attempt).await.cloned()
    }

    /// Replaces the refusal of a browser login's token with an error that names the profile.
    pub fn explained<T>(&self, mut result: ApiResult<T>) -> ApiResult<T> {
        if let Source::Remote { credentials: CredentialSource::NeedsAtlasCli(profile), .. } = &self.source
            && let Err(error) = &mut result
            && let Cause::Rejected(rejection) = &error.cause
            && rejection.kind() == RejectionKind::NotAuthorized
        {
            error.cause = Cause::LoginExpired(profile.clone(), rejection.clone());
        }
        result
    }

    async fn close(&self) {
        if let Some(ready) = self.ready.get() {
            ready.client.revoke().await;
        }
    }

    async fn set_up(&self) -> ApiResult<Arc<Ready>> {
        let (mut note, mut embedded) = (None, None);
        let (base_url, credentials) = match self.source.clone() {
            Source::Remote { base_url, credentials: source } => {
                let credentials;
                (credentials, note) = source.read().await.map_err(|error| unusable(&error.to_string()))?;
                (base_url, credentials)
            }
            Source::Demo(world) => {
                let started = EmbeddedAtlas::start(*world).await;
                let atlas = started.map_err(|error| ApiError::setup(&error.to_string()))?;
                let found = (atlas.base_url(), atlas.credentials());
                embedded = Some(atlas);
                found
            }
        };
        let (query_flags, keeps_open) = (self.query_flags, self.keeps_open);
        let options = atlas::ClientOptions { base_url, credentials, query_flags, keeps_open };
        let made = tokio::task::spawn_blocking(move || make(options)).await;
        let client = Arc::new(made.map_err(|_| ApiError::setup("internal error"))??);
        Ok(Arc::new(Ready { client, note, _embedded: embedded }))
    }
}

fn make(options: atlas::ClientOptions) -> ApiResult<Client> {
    #[cfg(debug_assertions)]
    return Client::with_limits(options, super::test_hooks::limits());
    #[cfg(not(debug_assertions))]
    Client::new(options)
}

pub(super) fn unusable(why: &str) -> ApiError {
    ApiError::not_sent(Cause::Credentials(ServerText::new(why)))
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;
    use std::task::{Context, Waker};

    use tokio::task::yield_now;

    use super::*;
    use crate::domain::{Credentials, PairKind, ProfileName};

    #[tokio::test]
    async fn the_login_of_a_replaced_session_is_not_reported() {
        let demo = || Source::Demo(Box::new(World::demo().unwrap()));
        let token = || Source::Remote {
            base_url: BaseUrl::parse(BaseUrl::CLOUD).unwrap(),
            credentials: CredentialSource::Ready(Credentials::access_token("fake".to_owned()).unwrap()),
        };
        let connections = Connections::new(Some(demo()), QueryFlags::default(), false);
        assert!(connections.login().await.is_some());

        loop {
            let connections = Connections::new(Some(demo()), QueryFlags::default(), false);
            let mut login = std::pin::pin!(connections.login());
            if login.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_ready() {
                // The demo had already started.
                continue;
            }
            connections.try_source(token());
            connections.use_tried();
            break assert_eq!(login.await, None);
        }
    }

    #[test]
    fn an_endpoint_includes_who_signs_in() {
        let base_url = BaseUrl::parse(BaseUrl::CLOUD).unwrap();
        let profile = ProfileName::new("prod").unwrap();
        let key = Credentials::pair(PairKind::ApiKey, "abcdefgh", "FAKE".to_owned()).unwrap();
        let rows = [
            (CredentialSource::Ready(key), "API key abcdefgh"),
            (CredentialSource::NeedsAtlasCli(profile), "profile prod"),
        ];
        for (credentials, identity) in rows {
            let source = Source::Remote { base_url: base_url.clone(), credentials };
            let connections = Connections::new(Some(source), QueryFlags::default(), false);
            assert_eq!(connections.endpoint(), Some((base_url.clone(), ServerText::new(identity))));
        }
    }

    #[tokio::test]
    async fn refused_credentials_are_forgotten() {
        let connections = Connections::new(None, QueryFlags::default(), false);
        let source = |token: &str| Source::Remote {
            base_url: BaseUrl::parse("http://127.0.0.1:1").unwrap(),
            credentials: CredentialSource::Ready(Credentials::access_token(token.to_owned()).unwrap()),
        };
        let waiting = connections.try_source(source("FAKE1"));
        let refused = connections.try_source(source("FAKE2"));
        connections.forget(&refused).await;
        assert_eq!(Arc::strong_count(&refused), 1, "no one else has it");
        assert_eq!(Arc::strong_count(&waiting), 2);
    }

    #[test]
    fn only_the_connection_in_use_is_renewed() {
        let demo = || Source::Demo(Box::new(World::demo().unwrap()));
        let connections = Connections::new(Some(demo()), QueryFlags::default(), false);
        let first = connections.current().unwrap();
        connections.renew(&first);
        let second = connections.current().unwrap();
        assert!(!Arc::ptr_eq(&first, &second));
        connections.renew(&first);
        assert!(Arc::ptr_eq(&second, &connections.current().unwrap()), "another one is used by now");
    }

    #[tokio::test]
    async fn waiting_callers_share_an_error_and_later_ones_try_again() {
        let connections = Connections::new(None, QueryFlags::default(), false);
        let connection = connections.try_source(Source::Demo(Box::new(World::demo().unwrap())));
        let prompts = Cell::new(0);
        let dismissed = async || {
            prompts.set(prompts.get() + 1);
            yield_now().await;
            Err(unusable("dismissed"))
        };
        let waiting = || connection.ready_from(dismissed);
        let (first, second, third) = tokio::join!(waiting(), waiting(), waiting());
        for result in [first, second, third] {
            assert_eq!(result.err(), Some(unusable("dismissed")));
        }
        assert_eq!(prompts.get(), 1);
        assert!(connection.ready().await.is_ok());
    }
}
