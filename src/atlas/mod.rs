//! The HTTP client for the Atlas Administration API: one call for each thing that this program asks of Atlas.
//!
//! **Invariant:** the creating POST goes out once, without redirects or retries, on a connection that is new or has
//! answered within 2 seconds, and every answer is sorted by what it proves: whether a secret was created is never in
//! doubt without need.

mod classify;
mod connect;
mod digest;
mod http;
mod oauth;
#[cfg(test)]
mod properties;
mod session;
mod wire;

use std::fmt;
use std::pin::pin;
use std::sync::Mutex;
use std::time::Duration;

use reqwest::header::{ACCEPT, AUTHORIZATION, CONNECTION, CONTENT_TYPE, HeaderValue};
use reqwest::{Method, RequestBuilder};
use serde_json::Value;

use crate::domain::{
    self, AccountEntry, ApiError, ApiResult, BaseUrl, Cause, ClientId, CreatedSecret, Credentials,
    ENTRIES_PER_PAGE, NewSecret, OrganizationId, OrganizationSettings, Page, Phase, Project, ProjectEntry,
    ProjectId, QueryFlags, SecretId, ServiceAccount,
};

use http::{Answer, exchange};
use oauth::Token;
use session::Session;

pub use connect::{ProxyError, check_proxies, proxy_variables};
pub use http::Limits;

/// The resource version of the endpoints for service accounts.
const MEDIA_TYPE: HeaderValue = HeaderValue::from_static(domain::MEDIA_TYPE);

/// The resource version of the endpoints for projects and organizations.
const PROJECT_MEDIA_TYPE: HeaderValue = HeaderValue::from_static("application/vnd.atlas.2023-01-01+json");

/// Where to send requests, as whom, and how.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Atlas's address.
    pub base_url: BaseUrl,
    /// What to sign in with.
    pub credentials: Credentials,
    /// What the creating POST asks for in its query.
    pub query_flags: QueryFlags,
    /// True when the POST's connection is kept for the next request. Its buffers hold the secret, so that this is
    /// for a run that ends at once.
    pub keeps_open: bool,
}

/// Talks to one Atlas with one set of credentials.
pub struct Client {
    base_url: BaseUrl,
    query: &'static str,
    keeps_open: bool,
    limits: Limits,
    http: reqwest::Client,
    session: Session,
    /// Every token of this run that was not given back yet.
    minted: Mutex<Vec<Token>>,
}

impl Client {
    /// Sets the client up. Blocks while it reads the machine's certificates: call it where that does not
    /// hold up the screen. Sends nothing.
    ///
    /// # Errors
    /// [`Cause::Setup`] when no trusted certificates could be loaded.
    pub fn new(settings: Settings) -> ApiResult<Self> {
        Self::with_limits(settings, Limits::default())
    }

    /// The same with other limits than the usual ones, for tests.
    ///
    /// # Errors
    /// As [`Client::new`].
    pub fn with_limits(settings: Settings, limits: Limits) -> ApiResult<Self> {
        Ok(Self {
            http: connect::client(&settings.base_url, limits.connect)?,
            session: Session::new(settings.credentials),
            base_url: settings.base_url,
            query: settings.query_flags.query(),
            keeps_open: settings.keeps_open,
            limits,
            minted: Mutex::default(),
        })
    }

    /// Reads a service account and the secrets it has, signing in first where that is needed. A 401 on a
    /// service account's token signs in again and repeats, once; a 401 with a challenge is answered with the
    /// API key, and once more when its nonce had run out (RFC 7616, section 3.3).
    ///
    /// # Errors
    /// [`Cause::TimedOut`] after 3 seconds (signing in beforehand has its own limit).
    pub async fn service_account(&self, project: &ProjectId, client: &ClientId) -> ApiResult<ServiceAccount> {
        let answer = self.read(self.account_url(project, client), MEDIA_TYPE, self.limits.read).await?;
        let account = classify::read(&answer, wire::service_account)?;
        Ok(ServiceAccount { read_at: answer.date, ..account })
    }

    /// Reads a project (`GET /groups/{groupId}`), signing in first where that is needed.
    ///
    /// # Errors
    /// As [`Client::service_account`].
    pub async fn project(&self, project: &ProjectId) -> ApiResult<Project> {
        self.get(&format!("groups/{project}"), self.limits.read, wire::project).await
    }

    /// Reads what an organization allows (`GET /orgs/{orgId}/settings`), signing in first where that is
    /// needed. It takes a role in the organization that not every user has.
    ///
    /// # Errors
    /// As [`Client::service_account`].
    pub async fn organization_settings(
        &self,
        organization: &OrganizationId,
    ) -> ApiResult<OrganizationSettings> {
        let path = format!("orgs/{organization}/settings");
        self.get(&path, self.limits.read, wire::organization_settings).await
    }

    /// Asks for one project, to see whether Atlas takes the credentials at all; signs in first where that is
    /// needed.
    ///
    /// # Errors
    /// As [`Client::projects`].
    pub async fn probe(&self) -> ApiResult<()> {
        let is_list = |body: &Value| wire::page(body, wire::project_entry).map(|_| ());
        self.get("groups?itemsPerPage=1", self.limits.list, is_list).await
    }

    /// Reads a page of the projects that the credentials can see (`GET /groups`), counted from 1.
    ///
    /// # Errors
    /// [`Cause::TimedOut`] after 20 seconds.
    pub async fn projects(&self, page: u32) -> ApiResult<Page<ProjectEntry>> {
        let path = format!("groups?itemsPerPage={ENTRIES_PER_PAGE}&pageNum={page}");
        self.get(&path, self.limits.list, |body| wire::page(body, wire::project_entry)).await
    }

    /// Reads a page of a project's service accounts (`GET /groups/{groupId}/serviceAccounts`), counted
    /// from 1.
    ///
    /// # Errors
    /// As [`Client::projects`].
    pub async fn service_accounts(&self, project: &ProjectId, page: u32) -> ApiResult<Page<AccountEntry>> {
        let path = format!("groups/{project}/serviceAccounts?itemsPerPage={ENTRIES_PER_PAGE}&pageNum={page}");
        let answer = self.read(self.url(&path), MEDIA_TYPE, self.limits.list).await?;
        classify::read(&answer, |body| wire::page(body, wire::account_entry))
    }

    async fn get<T>(&self, path: &str, limit: Duration, parse: impl Fn(&Value) -> Option<T>) -> ApiResult<T> {
        classify::read(&self.read(self.url(path), PROJECT_MEDIA_TYPE, limit).await?, parse)
    }

    /// Reads from Atlas, signing in first where that is needed; `limit` does not count for that, but for
    /// signing in again and repeating.
    async fn read(&self, url: String, media_type: HeaderValue, limit: Duration) -> ApiResult<Answer> {
        self.sign_in().await?;
        let work = self.read_signed_in(url, media_type, limit);
        let deadline = pin!(http::deadline(limit));
        http::before(work, deadline).await.unwrap_or(Err(ApiError::sent(Cause::TimedOut(limit))))
    }

    async fn read_signed_in(
        &self,
        url: String,
        media_type: HeaderValue,
        limit: Duration,
    ) -> ApiResult<Answer> {
        let (mut refusals, mut has_broken) = (0, false);
        loop {
            let authorization = self.authorization(&Method::GET, &url).await?;
            let request = self.request(Method::GET, &url, &media_type, authorization.as_ref());
            let mut answer = match exchange(request, limit).await {
                // Atlas, or a proxy, may just have closed the connection that was kept.
                Err(ApiError { phase: Phase::Sent, cause })
                    if !has_broken && !matches!(cause, Cause::TimedOut(_)) =>
                {
                    has_broken = true;
                    continue;
                }
                answer => answer?,
            };
            if answer.status != 401 || !self.recover(refusals, authorization.as_ref(), &mut answer).await? {
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
    ///
    /// # Errors
    /// Its [`certainty`](ApiError::certainty) says whether a secret was created.
    pub async fn create_secret(&self, new_secret: &NewSecret) -> ApiResult<CreatedSecret> {
        let account = self.account_url(&new_secret.project, &new_secret.client);
        let url = format!("{account}/secrets{}", self.query);
        let body = Some(new_secret.body());
        classify::created(&self.send_once(Method::POST, url, account, body, self.limits.create).await?)
    }

    /// Deletes a secret, signing in first where that is needed.
    ///
    /// # Errors
    /// Its [`certainty`](ApiError::certainty) says whether the secret may be gone.
    pub async fn delete_secret(
        &self,
        project: &ProjectId,
        client: &ClientId,
        secret_id: &SecretId,
    ) -> ApiResult<()> {
        self.sign_in().await?;
        let account = self.account_url(project, client);
        let url = format!("{account}/secrets/{secret_id}");
        classify::deleted(&self.send_once(Method::DELETE, url, account, None, self.limits.delete).await?)
    }

    /// Sends a request that goes out once, with the authorization it needs. `account` is what a challenge can
    /// be fetched from.
    async fn send_once(
        &self,
        method: Method,
        url: String,
        account: String,
        body: Option<String>,
        limit: Duration,
    ) -> ApiResult<Answer> {
        if self.needs_challenge() {
            self.fetch_challenge(account).await?;
        }
        let authorization = self.authorization(&method, &url).await?;
        let mut request = self.request(method, &url, &MEDIA_TYPE, authorization.as_ref());
        if let Some(body) = body {
            request = request.header(CONTENT_TYPE, MEDIA_TYPE).body(body);
            if !self.keeps_open {
                request = request.header(CONNECTION, "close");
            }
        }
        let answer = exchange(request, limit).await?;
        self.forget_stale(&answer);
        Ok(answer)
    }

    /// Reads the account without authorization, for nothing but the challenge in the answer.
    async fn fetch_challenge(&self, account: String) -> ApiResult<()> {
        let request = self.request(Method::GET, &account, &MEDIA_TYPE, None);
        let cause = match exchange(request, self.limits.read).await {
            Ok(mut answer) => {
                if self.learn(&mut answer) {
                    return Ok(());
                }
                classify::read_failed(&answer)
            }
            Err(error) => error.cause,
        };
        Err(ApiError::not_sent(classify::no_challenge(cause)))
    }

    fn request(
        &self,
        method: Method,
        url: &str,
        media_type: &HeaderValue,
        authorization: Option<&HeaderValue>,
    ) -> RequestBuilder {
        let request = self.http.request(method, url).header(ACCEPT, media_type);
        authorization.into_iter().fold(request, |request, value| request.header(AUTHORIZATION, value))
    }

    fn url(&self, path: &str) -> String {
        format!("{}/api/atlas/v2/{path}", self.base_url)
    }

    fn account_url(&self, project: &ProjectId, client: &ClientId) -> String {
        self.url(&format!("groups/{project}/serviceAccounts/{client}"))
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
