//! The HTTP client for the Atlas Administration API: one call for each thing that this program asks of
//! Atlas, each answering in the words of `domain`.
//!
//! Whether a secret was created must never be in doubt without need, so the creating POST goes out once,
//! on a fresh connection, without redirects or retries, and every answer is sorted by what it proves.

mod body;
mod classify;
mod clients;
mod deadline;
mod exchange;
mod limits;
mod oauth;
mod retry_after;
mod session;
mod transport;
mod wire;

use std::fmt;
use std::pin::pin;

use reqwest::Method;
use reqwest::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, HeaderMap, HeaderValue};

use crate::domain::{
    BaseUrl, ClientId, CreateOutcome, Credentials, DeleteOutcome, LostAnswer, NewSecret, ProjectId,
    ReadProblem, SecretId, ServiceAccount, TransportProblem,
};

use clients::Clients;
use exchange::{Call, Failure, exchange};
use session::Session;

pub use limits::Limits;

/// The resource version of the service account endpoints; Atlas wants it in `Accept` and takes it in
/// `Content-Type`.
const MEDIA_TYPE: HeaderValue = HeaderValue::from_static("application/vnd.atlas.2024-08-05+json");

/// Where to send requests, as whom, and how.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Atlas's address.
    pub base_url: BaseUrl,
    /// What to sign in with.
    pub credentials: Credentials,
    /// Asks for an enveloped answer to the creating POST (query `envelope=true`).
    pub envelope: bool,
    /// Asks for an indented answer to the creating POST (query `pretty=true`).
    pub pretty: bool,
}

/// Talks to one Atlas with one set of credentials.
pub struct Client {
    base_url: BaseUrl,
    query: &'static str,
    limits: Limits,
    http: Clients,
    session: Session,
}

impl Client {
    /// Sets the client up. Blocks while it reads the machine's certificates: call it where that does not
    /// hold up the screen. Sends nothing.
    ///
    /// # Errors
    /// [`TransportProblem::Setup`] when no trusted certificates could be loaded.
    pub fn new(settings: Settings) -> Result<Self, TransportProblem> {
        Self::with_limits(settings, Limits::default())
    }

    /// The same with other limits than the usual ones, for tests.
    ///
    /// # Errors
    /// As [`Client::new`].
    pub fn with_limits(settings: Settings, limits: Limits) -> Result<Self, TransportProblem> {
        let http = Clients::build(&settings.base_url, limits.connect)?;
        let query = match (settings.envelope, settings.pretty) {
            (false, false) => "",
            (true, false) => "?envelope=true",
            (false, true) => "?pretty=true",
            (true, true) => "?envelope=true&pretty=true",
        };
        Ok(Self {
            session: Session::new(settings.base_url.clone(), settings.credentials),
            base_url: settings.base_url,
            query,
            limits,
            http,
        })
    }

    /// Signs a service account in, unless its token has 5 minutes of life left. An access token needs no
    /// signing in and sends nothing.
    ///
    /// # Errors
    /// [`ReadProblem::SignInRefused`] for a wrong id or secret, [`ReadProblem::Rejected`] for a rate limit.
    pub async fn sign_in(&self) -> Result<(), ReadProblem> {
        self.session.sign_in(&self.http.once, self.limits.sign_in).await
    }

    /// Reads a service account and the secrets it has, signing in first where that is needed. A 401 on a
    /// service account's token signs in again and repeats, once.
    ///
    /// # Errors
    /// [`ReadProblem::TimedOut`] after 3 seconds (signing in beforehand has its own limit).
    pub async fn service_account(
        &self,
        project: &ProjectId,
        client: &ClientId,
    ) -> Result<ServiceAccount, ReadProblem> {
        self.sign_in().await?;
        let work = self.read_service_account(project, client);
        let deadline = pin!(deadline::deadline(self.limits.read));
        match deadline::before(work, deadline).await {
            Some(result) => result,
            None => Err(ReadProblem::TimedOut(self.limits.read)),
        }
    }

    async fn read_service_account(
        &self,
        project: &ProjectId,
        client: &ClientId,
    ) -> Result<ServiceAccount, ReadProblem> {
        let url = self.account_url(project, client);
        let mut may_sign_in_again = true;
        loop {
            let bearer = self.session.bearer().await.map_err(ReadProblem::Transport)?;
            let call = api_call(Method::GET, url.clone(), bearer.clone());
            let answer = exchange(&self.http.reads, call, self.limits.read)
                .await
                .map_err(Failure::into_read_problem)?;
            if answer.status != 401 || !may_sign_in_again || !self.session.mints_tokens() {
                return classify::service_account(&answer);
            }
            may_sign_in_again = false;
            self.session.renew(&bearer, &self.http.once, self.limits.sign_in).await?;
        }
    }

    /// Creates a secret: `POST …/secrets`, exactly once, whatever happens. It does not sign in: without a
    /// token nothing is sent. A 401 is a refusal like any other.
    ///
    /// The future must run to its end; dropping it loses a secret that Atlas may have created.
    pub async fn create_secret(&self, new_secret: &NewSecret) -> CreateOutcome {
        let bearer = match self.session.bearer().await {
            Ok(bearer) => bearer,
            Err(problem) => return CreateOutcome::NotSent(problem),
        };
        let account = self.account_url(&new_secret.project, &new_secret.client);
        let mut call = api_call(Method::POST, format!("{account}/secrets{}", self.query), bearer);
        call.headers.insert(CONTENT_TYPE, MEDIA_TYPE);
        let hours = new_secret.lifetime.hours();
        call.body = Some(format!(r#"{{"secretExpiresAfterHours":{hours}}}"#));
        match exchange(&self.http.once, call, self.limits.create).await {
            Ok(answer) => classify::create_outcome(answer),
            Err(Failure::NotSent(problem)) => CreateOutcome::NotSent(problem),
            Err(Failure::Broken(problem)) => CreateOutcome::Unknown(LostAnswer::Broken(problem)),
            Err(Failure::TimedOut(limit)) => CreateOutcome::Unknown(LostAnswer::TimedOut(limit)),
        }
    }

    /// Deletes a secret, signing in first where that is needed. One that Atlas no longer knows is gone.
    pub async fn delete_secret(
        &self,
        project: &ProjectId,
        client: &ClientId,
        secret_id: &SecretId,
    ) -> DeleteOutcome {
        match self.delete(project, client, secret_id).await {
            Ok(outcome) => outcome,
            Err(problem) => DeleteOutcome::Failed(problem),
        }
    }

    async fn delete(
        &self,
        project: &ProjectId,
        client: &ClientId,
        secret_id: &SecretId,
    ) -> Result<DeleteOutcome, ReadProblem> {
        self.sign_in().await?;
        let bearer = self.session.bearer().await.map_err(ReadProblem::Transport)?;
        let url = format!("{}/secrets/{secret_id}", self.account_url(project, client));
        let call = api_call(Method::DELETE, url, bearer);
        let answer =
            exchange(&self.http.once, call, self.limits.delete).await.map_err(Failure::into_read_problem)?;
        Ok(classify::delete_outcome(&answer))
    }

    /// Gives back every token that was minted here, within 2 seconds; never an access token that somebody
    /// else minted. Says nothing when it fails: tokens die by themselves within the hour.
    pub async fn revoke(&self) {
        self.session.revoke(&self.http.once, self.limits.revoke).await;
    }

    fn account_url(&self, project: &ProjectId, client: &ClientId) -> String {
        let base_url = &self.base_url;
        format!("{base_url}/api/atlas/v2/groups/{project}/serviceAccounts/{client}")
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client")
            .field("base_url", &self.base_url)
            .field("limits", &self.limits)
            .finish_non_exhaustive()
    }
}

fn api_call(method: Method, url: String, bearer: HeaderValue) -> Call {
    let mut headers = HeaderMap::new();
    headers.insert(ACCEPT, MEDIA_TYPE);
    headers.insert(AUTHORIZATION, bearer);
    Call { method, url, headers, body: None }
}
