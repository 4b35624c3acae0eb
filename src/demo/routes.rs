//! The endpoints: which path and method reads or changes what.

use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use hyper::body::Bytes;
use hyper::http::request::Parts;
use hyper::{Method, Response, StatusCode, header};
use jiff::civil::date;
use serde_json::Value;

use super::auth::Gate;
use super::wire::{self, CreateAnswer, Reply, Request, no_resource, refusal};
use super::world::{Account, Organization, World};
use crate::domain::Credentials;

/// Long enough to be seen, short enough to wait for.
const RETRY_AFTER_SECONDS: u32 = 3;

/// An Atlas without a network: it takes requests and gives answers. Clones share their state.
#[derive(Clone)]
pub struct Atlas {
    state: Arc<Mutex<State>>,
}

struct State {
    world: World,
    gate: Gate,
}

impl Atlas {
    /// An Atlas that begins with this world.
    ///
    /// # Errors
    /// The system has no random bytes.
    pub fn new(mut world: World) -> io::Result<Self> {
        let gate = Gate::new()?;
        world.list_operator(&gate.service_account());
        Ok(Self { state: Arc::new(Mutex::new(State { world, gate })) })
    }

    /// The service account that this run lets in. A project lists it where the world says so.
    pub fn credentials(&self) -> Credentials {
        self.state().gate.service_account()
    }

    /// The API key that this run lets in as well.
    pub fn api_key(&self) -> Credentials {
        self.state().gate.api_key()
    }

    /// Answers one request. The answer is whole, whatever becomes of it on its way: [`super::serve`] sees to that.
    pub fn respond(&self, parts: &Parts, body: &[u8]) -> Response<Bytes> {
        let request = Request::new(parts, body);
        let reply = self.state().reply(&request).unwrap_or_else(|refusal| refusal);
        reply.into_response(request.flags().unwrap_or_default())
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// Who asks is checked before what is asked for: without credentials no one learns anything.
    fn reply(&mut self, request: &Request<'_>) -> Result<Reply, Reply> {
        let path = request.parts.uri.path();
        let unknown = || no_resource(path);
        match (&request.parts.method, path) {
            (&Method::POST, "/api/oauth/token") => return self.gate.token(&mut self.world, request),
            (&Method::POST, "/api/oauth/revoke") => return self.gate.revoke(&mut self.world, request),
            (_, "/api/oauth/token" | "/api/oauth/revoke") => return Err(wrong_method(&Method::POST)),
            _ => {}
        }
        let segments: Vec<&str> =
            path.strip_prefix("/api/atlas/v2/").ok_or_else(unknown)?.split('/').collect();
        let (method, version) = match segments[..] {
            ["groups" | "orgs"] | ["groups" | "orgs", _] | ["orgs", _, "settings"] => {
                (Method::GET, date(2023, 1, 1))
            }
            ["groups", _, "serviceAccounts"] | ["groups", _, "serviceAccounts", _] => {
                (Method::GET, date(2024, 8, 5))
            }
            ["groups", _, "serviceAccounts", _, "secrets"] => (Method::POST, date(2024, 8, 5)),
            ["groups", _, "serviceAccounts", _, "secrets", _] => (Method::DELETE, date(2024, 8, 5)),
            _ => return Err(unknown()),
        };
        if request.parts.method != method {
            return Err(wrong_method(&method));
        }
        self.gate.check(request)?;
        request.check_accept(version)?;
        wire::check_ids(&segments)?;
        request.flags()?;
        let body = match segments[..] {
            ["groups"] => request
                .page(self.world.projects().map(|(organization, project)| project.body(organization)))?,
            ["groups", project] => {
                let (organization, project) = self.world.project(project)?;
                project.body(organization)
            }
            ["orgs"] => request.page(self.world.organizations.iter().map(Organization::body))?,
            ["orgs", id] => self.world.organization(id)?.body(),
            ["orgs", id, _] => self.world.organization(id)?.settings(),
            ["groups", project, _] => {
                let accounts = &self.world.project(project)?.1.service_accounts;
                request.page(accounts.iter().map(Account::body))?
            }
            [_, project, _, client] => self.world.account(project, client)?.0.body(),
            [_, project, _, client, _] => {
                request.check_content_type(version)?;
                let reply = self.create_secret(project, client, request)?;
                return Ok(reply.with(header::CONTENT_TYPE, wire::media_type(version)));
            }
            [_, project, _, client, _, secret] => return self.delete_secret(project, client, secret),
            _ => return Err(unknown()),
        };
        Ok(Reply::new(StatusCode::OK, body).with(header::CONTENT_TYPE, wire::media_type(version)))
    }

    /// The secret exists at once; only its answer can be late or get lost.
    fn create_secret(&mut self, project: &str, client: &str, request: &Request<'_>) -> Result<Reply, Reply> {
        let (account, cap) = self.world.account(project, client)?;
        if account.first_creates_rate_limited > 0 {
            account.first_creates_rate_limited -= 1;
            let detail = format!("Please retry after {RETRY_AFTER_SECONDS} seconds.");
            let limited = refusal(StatusCode::TOO_MANY_REQUESTS, "RATE_LIMITED", &detail);
            return Err(limited.with(header::RETRY_AFTER, RETRY_AFTER_SECONDS.to_string()));
        }
        account.check_role()?;
        let delivery = account.create_answer;
        if delivery == CreateAnswer::GatewayPageNothingCreated {
            return Err(Reply::new(StatusCode::INTERNAL_SERVER_ERROR, Value::Null).delivered(delivery, 0));
        }
        let secret = account.create_secret(request.hours()?, cap)?;
        account.colleague_creates();
        let mut body = secret.created_body();
        if let (CreateAnswer::WithoutSecret, Some(fields)) = (delivery, body.as_object_mut()) {
            fields.remove("secret");
        }
        Ok(Reply::new(StatusCode::CREATED, body).delivered(delivery, account.create_delay_seconds))
    }

    fn delete_secret(&mut self, project: &str, client: &str, secret: &str) -> Result<Reply, Reply> {
        let (account, _) = self.world.account(project, client)?;
        account.check_role()?;
        account.delete_secret(secret)?;
        self.gate.revoke_tokens_of(secret);
        Ok(Reply::new(StatusCode::NO_CONTENT, Value::Null))
    }
}

fn wrong_method(allowed: &Method) -> Reply {
    let detail = "The resource has no such method.";
    refusal(StatusCode::METHOD_NOT_ALLOWED, "METHOD_NOT_ALLOWED", detail)
        .with(header::ALLOW, allowed.as_str())
}
