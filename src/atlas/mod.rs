//! The HTTP client for the Atlas Administration API: one call for each thing that this program asks of
//! Atlas, each answering in the words of `domain`.
//!
//! Whether a secret was created must never be in doubt without need, so the creating POST goes out once,
//! on a fresh connection, without redirects or retries, and every answer is sorted by what it proves.

mod body;
mod classify;
mod clients;
mod clock;
mod deadline;
mod deleting;
mod digest;
mod exchange;
mod limits;
mod lists;
mod oauth;
mod projects;
#[cfg(test)]
mod properties;
mod proxy;
mod retry_after;
mod session;
mod transport;
mod verify;
mod wire;

use std::fmt;
use std::pin::pin;
use std::time::Duration;

use reqwest::Method;
use reqwest::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, HeaderMap, HeaderValue};

use crate::domain::{
    self, BaseUrl, ClientId, CreateOutcome, Credentials, Login, LostAnswer, NewSecret, ProjectId, QueryFlags,
    ReadProblem, ServiceAccount, TransportProblem,
};

use body::Answer;
use clients::Clients;
use exchange::{Call, Failure, exchange};
use session::Session;
use verify::Proofs;

pub use limits::Limits;
pub use proxy::{ProxyError, check_proxies};

/// What the endpoints of service accounts speak.
const MEDIA_TYPE: HeaderValue = HeaderValue::from_static(domain::MEDIA_TYPE);

/// Where to send requests, as whom, and how.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Atlas's address.
    pub base_url: BaseUrl,
    /// What to sign in with.
    pub credentials: Credentials,
    /// What the creating POST asks for in its query.
    pub query_flags: QueryFlags,
}

/// Talks to one Atlas with one set of credentials.
pub struct Client {
    base_url: BaseUrl,
    query: &'static str,
    limits: Limits,
    http: Clients,
    session: Session,
    proofs: Proofs,
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
        Ok(Self {
            session: Session::new(settings.base_url.clone(), settings.credentials),
            base_url: settings.base_url,
            query: settings.query_flags.query(),
            limits,
            http,
            proofs: Proofs::default(),
        })
    }

    /// Signs a service account in, unless its token has 5 minutes of life left. An access token and an API
    /// key need no signing in and send nothing.
    ///
    /// # Errors
    /// [`ReadProblem::SignInRefused`] for a wrong id or secret, [`ReadProblem::Rejected`] for a rate limit.
    pub async fn sign_in(&self) -> Result<(), ReadProblem> {
        self.session.sign_in(&self.http.once, self.limits.sign_in).await
    }

    /// Reads a service account and the secrets it has, signing in first where that is needed. A 401 on a
    /// service account's token signs in again and repeats, once; a 401 with a challenge is answered with the
    /// API key, and once more when its nonce had run out (RFC 7616, section 3.3).
    ///
    /// # Errors
    /// [`ReadProblem::TimedOut`] after 3 seconds (signing in beforehand has its own limit).
    pub async fn service_account(
        &self,
        project: &ProjectId,
        client: &ClientId,
    ) -> Result<ServiceAccount, ReadProblem> {
        let answer = self.read(self.account_url(project, client), MEDIA_TYPE, self.limits.read).await?;
        classify::service_account(&answer)
    }

    /// Reads from Atlas, signing in first where that is needed; `limit` does not count for that, but for
    /// signing in again and repeating.
    async fn read(
        &self,
        url: String,
        media_type: HeaderValue,
        limit: Duration,
    ) -> Result<Answer, ReadProblem> {
        self.sign_in().await?;
        let work = self.read_signed_in(url, media_type, limit);
        let deadline = pin!(deadline::deadline(limit));
        deadline::before(work, deadline).await.unwrap_or(Err(ReadProblem::TimedOut(limit)))
    }

    async fn read_signed_in(
        &self,
        url: String,
        media_type: HeaderValue,
        limit: Duration,
    ) -> Result<Answer, ReadProblem> {
        let mut refusals = 0;
        loop {
            let authorization = self.session.authorization(&Method::GET, &url).await;
            let authorization = authorization.map_err(ReadProblem::Transport)?;
            let mut call = api_call(Method::GET, url.clone(), authorization.clone());
            call.headers.insert(ACCEPT, media_type.clone());
            let answer = exchange(&self.http.reads, call, limit).await;
            let mut answer = answer.map_err(Failure::into_read_problem)?;
            let refused = authorization.as_ref();
            let http = &self.http.once;
            if answer.status != 401
                || !self.session.recover(refusals, refused, &mut answer, http, self.limits.sign_in).await?
            {
                return Ok(answer);
            }
            refusals += 1;
        }
    }

    /// Creates a secret: `POST …/secrets`, exactly once, whatever happens. It does not sign in: without a
    /// token nothing is sent. For an API key without a challenge that can still serve, a challenge is
    /// fetched first, by a read; the POST never goes out without authorization. A 401 is a refusal like
    /// any other.
    ///
    /// The future must run to its end; dropping it loses a secret that Atlas may have created.
    pub async fn create_secret(&self, new_secret: &NewSecret) -> CreateOutcome {
        let account = self.account_url(&new_secret.project, &new_secret.client);
        let url = format!("{account}/secrets{}", self.query);
        let mut call = match self.call_once(Method::POST, url, account).await {
            Ok(call) => call,
            Err(problem) => return classify::not_created(problem),
        };
        call.headers.insert(CONTENT_TYPE, MEDIA_TYPE);
        call.body = Some(new_secret.body());
        match exchange(&self.http.once, call, self.limits.create).await {
            Ok(answer) => {
                self.session.forget_stale(&answer);
                classify::create_outcome(answer)
            }
            Err(Failure::NotSent(problem)) => CreateOutcome::NotSent(problem),
            Err(Failure::Broken(problem)) => CreateOutcome::Unknown(LostAnswer::Broken(problem)),
            Err(Failure::TimedOut(limit)) => CreateOutcome::Unknown(LostAnswer::TimedOut(limit)),
        }
    }

    /// A request that goes out once, with the authorization it needs.
    async fn call_once(&self, method: Method, url: String, account: String) -> Result<Call, ReadProblem> {
        if self.session.needs_challenge() {
            self.fetch_challenge(account).await?;
        }
        let authorization = self.session.authorization(&method, &url).await;
        let authorization = authorization.map_err(ReadProblem::Transport)?;
        Ok(api_call(method, url, authorization))
    }

    /// Reads the account without authorization, for nothing but the challenge in the answer.
    async fn fetch_challenge(&self, account: String) -> Result<(), ReadProblem> {
        let call = api_call(Method::GET, account, None);
        let answer = exchange(&self.http.reads, call, self.limits.read).await;
        let mut answer = answer.map_err(Failure::into_read_problem)?;
        if self.session.learn(&mut answer) {
            return Ok(());
        }
        Err(classify::no_challenge(&answer))
    }

    /// Gives back every token that was minted here, within 2 seconds; never an access token that somebody
    /// else minted. Says nothing when it fails: tokens die by themselves within the hour.
    pub async fn revoke(&self) {
        let (http, limit) = (&self.http.once, self.limits.revoke);
        tokio::join!(self.session.revoke(http, limit), self.proofs.revoke(http, &self.base_url, limit));
    }

    /// Which service account signs in, and what its secret ends with, so that it is recognised among others.
    pub fn login(&self) -> Option<Login> {
        self.session.login()
    }

    fn account_url(&self, project: &ProjectId, client: &ClientId) -> String {
        format!("{}/api/atlas/v2/groups/{project}/serviceAccounts/{client}", self.base_url)
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

fn api_call(method: Method, url: String, authorization: Option<HeaderValue>) -> Call {
    let mut headers = HeaderMap::new();
    headers.insert(ACCEPT, MEDIA_TYPE);
    headers.extend(authorization.map(|value| (AUTHORIZATION, value)));
    Call { method, url, headers, body: None }
}
