//! The endpoints, according to the OpenAPI document.

use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use hyper::body::Bytes;
use hyper::header;
use hyper::http::request::Parts;
use hyper::{Response, StatusCode};
use serde_json::Value;

use super::Transmission;
use super::auth::AuthServer;
use super::reply::{Reply, Request, invalid_hours, media_type, no_resource, refusal};
use super::world::{Account, Organization, World};
use crate::domain::Credentials;

/// Long enough to see, short enough to wait for.
const RETRY_AFTER_SECONDS: u32 = 3;

/// An Atlas without a network: it turns requests into responses. Clones share their state.
#[derive(Clone)]
pub struct Atlas {
    state: Arc<Mutex<State>>,
}

struct State {
    world: World,
    auth: AuthServer,
}

impl Atlas {
    pub fn new(mut world: World) -> io::Result<Self> {
        let auth = AuthServer::new()?;
        world.list_operator(&auth.service_account());
        Ok(Self { state: Arc::new(Mutex::new(State { world, auth })) })
    }

    /// The service account that can sign in. A project lists it if the world says so.
    pub fn credentials(&self) -> Credentials {
        self.state().auth.service_account()
    }

    /// The API key that can also sign in.
    pub fn api_key(&self) -> Credentials {
        self.state().auth.api_key()
    }

    /// Responds to one request. The response is always complete: [`super::serve`] may delay or lose it.
    pub fn respond(&self, parts: &Parts, body: &[u8]) -> Response<Bytes> {
        let request = Request { parts, body };
        let reply = self.state().reply(&request).unwrap_or_else(|refusal| refusal);
        reply.into_response(&request)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// Checks the credentials before the request, so that a client without any learns nothing.
    fn reply(&mut self, request: &Request<'_>) -> Result<Reply, Reply> {
        let (method, path) = (request.parts.method.as_str(), request.parts.uri.path());
        match (method, path) {
            ("POST", "/api/oauth/token") => return self.auth.token(&mut self.world, request),
            ("POST", "/api/oauth/revoke") => return self.auth.revoke(&mut self.world, request),
            _ => self.auth.check(request)?,
        }
        let resource: Vec<_> = path.strip_prefix("/api/atlas/v2/").unwrap_or_default().split('/').collect();
        let version = if resource.contains(&"serviceAccounts") { "2024-08-05" } else { "2023-01-01" };
        request.check_accept(version)?;
        let world = &mut self.world;
        let reply = match (method, &resource[..]) {
            ("GET", ["groups"]) => {
                let projects = world.projects().map(|(organization, project)| project.body(organization));
                ok(request.page(projects)?)
            }
            ("GET", ["groups", project]) => {
                let (organization, project) = world.project(project)?;
                ok(project.body(organization))
            }
            ("GET", ["groups", project, "serviceAccounts"]) => {
                let accounts = &world.project(project)?.1.service_accounts;
                ok(request.page(accounts.iter().map(Account::body))?)
            }
            ("GET", ["groups", project, "serviceAccounts", client]) => {
                ok(world.account(project, client)?.0.body())
            }
            ("POST", ["groups", project, "serviceAccounts", client, "secrets"]) => {
                let (account, cap) = world.account(project, client)?;
                create_secret(account, cap, request)?
            }
            ("DELETE", ["groups", project, "serviceAccounts", client, "secrets", secret]) => {
                let (account, _) = world.account(project, client)?;
                account.delete_secret(secret)?;
                self.auth.revoke_tokens_of(secret);
                return Ok(Reply::new(StatusCode::NO_CONTENT, Value::Null));
            }
            ("GET", ["orgs"]) => ok(request.page(world.organizations.iter().map(Organization::body))?),
            ("GET", ["orgs", id, "settings"]) => ok(world.organization(id)?.settings()),
            _ => return Err(no_resource(path)),
        };
        Ok(reply.with(header::CONTENT_TYPE, &media_type(version)))
    }
}

fn ok(body: Value) -> Reply {
    Reply::new(StatusCode::OK, body)
}

/// Creates the secret right away; only the response can be delayed or lost.
fn create_secret(account: &mut Account, cap: Option<i32>, request: &Request<'_>) -> Result<Reply, Reply> {
    if account.first_creates_rate_limited > 0 {
        account.first_creates_rate_limited -= 1;
        let detail = format!("Please retry after {RETRY_AFTER_SECONDS} seconds.");
        let limited = refusal(StatusCode::TOO_MANY_REQUESTS, "RATE_LIMITED", &detail);
        return Err(limited.with(header::RETRY_AFTER, &RETRY_AFTER_SECONDS.to_string()));
    }
    account.check_role()?;
    let body: Value = serde_json::from_slice(request.body).unwrap_or_default();
    let hours = body["secretExpiresAfterHours"].as_i64().and_then(|hours| i32::try_from(hours).ok());
    let hours = hours.ok_or_else(|| invalid_hours("is missing or is not a 32-bit integer"))?;
    let body = account.create_secret(hours, cap)?.created_body();
    let delay = Duration::from_secs(account.create_delay_seconds);
    let mut reply = Reply::new(StatusCode::CREATED, body);
    reply.transmission = Transmission { delay, is_lost: account.loses_response };
    Ok(reply)
}
