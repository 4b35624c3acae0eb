//! The HTTP client for the Atlas Administration API: one method for each request that this program sends.
//!
//! **Invariant:** the creating POST is sent once, without redirects or retries, on a connection that is new or had a
//! response within the last 2 seconds. Every response is classified by what it proves, so that whether a secret was
//! created is only in doubt when it has to be.

mod classify;
mod connect;
mod http;
mod oauth;
#[cfg(test)]
mod properties;
mod session;
mod wire;

use std::fmt;
use std::sync::Mutex;
use std::time::Duration;

use reqwest::header::{ACCEPT, AUTHORIZATION, CONNECTION, CONTENT_TYPE, HeaderValue};
use reqwest::{Method, RequestBuilder};
use serde_json::Value;
use tokio::sync::Mutex as AsyncMutex;

use crate::domain::{
    self, AccountEntry, AccountRef, ApiError, ApiResult, BaseUrl, Cause, CreatedSecret, Credentials,
    ENTRIES_PER_PAGE, NewSecret, OrganizationId, OrganizationSettings, Page, Project, ProjectEntry,
    ProjectId, QueryFlags, SecretId, ServiceAccount,
};

use http::{ApiResponse, exchange};
use oauth::Token;
use session::Challenge;

pub use connect::{
    ProxyError, check_certificate_file, check_proxies, has_certificate_folder, proxy_variables,
};
pub use http::Limits;

/// The resource version of the service account endpoints.
const MEDIA_TYPE: HeaderValue = HeaderValue::from_static(domain::MEDIA_TYPE);

/// The resource version of the project and organization endpoints.
const PROJECT_MEDIA_TYPE: HeaderValue = HeaderValue::from_static("application/vnd.atlas.2023-01-01+json");

/// Where to send requests, with which credentials, and how.
#[derive(Clone, Debug)]
pub struct ClientOptions {
    pub base_url: BaseUrl,
    pub credentials: Credentials,
    /// The query parameters of the creating POST.
    pub query_flags: QueryFlags,
    /// True to keep the POST's connection open for the next request. Its buffers contain the secret, so this is only
    /// for a run that ends right away.
    pub keeps_open: bool,
}

/// A client for one Atlas host with one set of credentials.
pub struct Client {
    options: ClientOptions,
    limits: Limits,
    http: reqwest::Client,
    /// The challenge that the next request with an API key responds to.
    challenge: Mutex<Option<Challenge>>,
    /// A service account's token. Locked while one is requested, so that two requests share it.
    token: AsyncMutex<Option<Token>>,
    /// The tokens of this run that have not been revoked yet.
    minted: Mutex<Vec<Token>>,
}

impl Client {
    /// Sets up the client. Sends nothing. Blocks while it reads the machine's certificates, so do not call it where the
    /// screen is drawn.
    pub fn new(options: ClientOptions) -> ApiResult<Self> {
        Self::with_limits(options, Limits::default())
    }

    /// Like [`Client::new`], with other limits, for tests.
    pub fn with_limits(options: ClientOptions, limits: Limits) -> ApiResult<Self> {
        Ok(Self {
            http: connect::client(&options.base_url, limits.connect)?,
            options,
            limits,
            challenge: Mutex::default(),
            token: AsyncMutex::default(),
            minted: Mutex::default(),
        })
    }

    /// Reads a service account and its secrets. Like all methods but [`Client::create_secret`], it signs in first if
    /// necessary. After a 401, a service account signs in again and repeats the request once. An API key responds to
    /// the challenge, and once more if its nonce had expired (RFC 7616, section 3.3).
    pub async fn service_account(&self, of: &AccountRef) -> ApiResult<ServiceAccount> {
        let response = self.read(self.account_url(of), MEDIA_TYPE, self.limits.read).await?;
        let account = classify::account(&response, of.client.as_str())?;
        Ok(ServiceAccount { read_at: response.date, ..account })
    }

    /// Reads a project (`GET /groups/{groupId}`).
    pub async fn project(&self, project: &ProjectId) -> ApiResult<Project> {
        let is_asked_for = |body: &Value| wire::is_of(body, "id", project.as_str());
        let parse = |body: &Value| wire::project(body).filter(|_| is_asked_for(body));
        self.get(&format!("groups/{project}"), self.limits.read, parse).await
    }

    /// Reads what an organization allows (`GET /orgs/{orgId}/settings`). Requires an organization role.
    pub async fn organization_settings(
        &self,
        organization: &OrganizationId,
    ) -> ApiResult<OrganizationSettings> {
        let path = format!("orgs/{organization}/settings");
        self.get(&path, self.limits.read, wire::organization_settings).await
    }

    /// Requests one project, to see if Atlas accepts the credentials.
    pub async fn probe(&self) -> ApiResult<()> {
        let is_list = |body: &Value| wire::page(body, wire::project_entry).map(|_| ());
        self.get("groups?itemsPerPage=1", self.limits.list, is_list).await
    }

    /// Reads a page of the projects that the credentials can see (`GET /groups`). Pages count from 1.
    pub async fn projects(&self, page: u32) -> ApiResult<Page<ProjectEntry>> {
        let path = format!("groups?itemsPerPage={ENTRIES_PER_PAGE}&pageNum={page}");
        self.get(&path, self.limits.list, |body| wire::page(body, wire::project_entry)).await
    }

    /// Reads a page of a project's service accounts (`GET /groups/{groupId}/serviceAccounts`). Pages count from 1.
    pub async fn service_accounts(&self, project: &ProjectId, page: u32) -> ApiResult<Page<AccountEntry>> {
        let path = format!("groups/{project}/serviceAccounts?itemsPerPage={ENTRIES_PER_PAGE}&pageNum={page}");
        let response = self.read(self.url(&path), MEDIA_TYPE, self.limits.list).await?;
        classify::read(&response, |body| wire::page(body, wire::account_entry))
    }

    async fn get<T>(&self, path: &str, limit: Duration, parse: impl Fn(&Value) -> Option<T>) -> ApiResult<T> {
        classify::read(&self.read(self.url(path), PROJECT_MEDIA_TYPE, limit).await?, parse)
    }

    /// Sends a GET, and signs in first if necessary. `limit` does not include that sign-in, but it includes a new
    /// sign-in and the repeated request.
    async fn read(&self, url: String, media_type: HeaderValue, limit: Duration) -> ApiResult<ApiResponse> {
        self.sign_in().await?;
        let (mut refusals, mut has_broken) = (0, false);
        let work = async {
            loop {
                let authorization = self.authorization(&Method::GET, &url).await?;
                let request = self.request(Method::GET, &url, &media_type, authorization.as_ref());
                let mut response = match exchange(request, limit).await {
                    // Atlas or a proxy may just have closed the idle connection.
                    Err(ApiError { cause: Cause::Interrupted(_), .. }) if !has_broken => {
                        has_broken = true;
                        continue;
                    }
                    response => response?,
                };
                if response.status != 401
                    || !self.recover(refusals, authorization.as_ref(), &mut response).await?
                {
                    return Ok(response);
                }
                refusals += 1;
            }
        };
        http::within(limit, work).await.unwrap_or(Err(ApiError::sent(Cause::TimedOut(limit))))
    }

    /// Creates a secret: sends `POST …/secrets` exactly once. It does not sign in: without a token nothing is sent. For
    /// an API key without a usable challenge, it first fetches one with a read, because the POST is never sent without
    /// authorization. A 401 is a refusal like any other.
    ///
    /// Run the future to its end: dropping it loses a secret that Atlas may have created.
    pub async fn create_secret(&self, new_secret: &NewSecret) -> ApiResult<CreatedSecret> {
        let account = self.account_url(&new_secret.account);
        let url = format!("{account}/secrets{}", self.options.query_flags.query());
        let body = Some(new_secret.body());
        classify::created(&self.send_once(Method::POST, url, account, body, self.limits.create).await?)
    }

    pub async fn delete_secret(&self, of: &AccountRef, id: &SecretId) -> ApiResult<()> {
        self.sign_in().await?;
        let account = self.account_url(of);
        let url = format!("{account}/secrets/{id}");
        classify::deleted(&self.send_once(Method::DELETE, url, account, None, self.limits.delete).await?)
    }

    /// Sends a request only once, with the authorization that it needs. A challenge is fetched from `account`.
    async fn send_once(
        &self,
        method: Method,
        url: String,
        account: String,
        body: Option<String>,
        limit: Duration,
    ) -> ApiResult<ApiResponse> {
        if self.needs_challenge() {
            self.fetch_challenge(account).await?;
        }
        let authorization = self.authorization(&method, &url).await?;
        let mut request = self.request(method, &url, &MEDIA_TYPE, authorization.as_ref());
        if let Some(body) = body {
            request = request.header(CONTENT_TYPE, MEDIA_TYPE).body(body);
            if !self.options.keeps_open {
                request = request.header(CONNECTION, "close");
            }
        }
        let mut response = exchange(request, limit).await?;
        self.check_challenge(&mut response);
        Ok(response)
    }

    /// Reads the account without authorization, only to get a challenge.
    async fn fetch_challenge(&self, account: String) -> ApiResult<()> {
        let request = self.request(Method::GET, &account, &MEDIA_TYPE, None);
        let cause = match exchange(request, self.limits.read).await {
            Ok(mut response) => {
                if self.keep_challenge(&mut response) {
                    return Ok(());
                }
                classify::read_failed(&response)
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
        format!("{}/api/atlas/v2/{path}", self.options.base_url)
    }

    fn account_url(&self, AccountRef { project, client }: &AccountRef) -> String {
        self.url(&format!("groups/{project}/serviceAccounts/{client}"))
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client")
            .field("options", &self.options)
            .field("limits", &self.limits)
            .finish_non_exhaustive()
    }
}
