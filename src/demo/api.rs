//! The endpoints, and what requests and responses look like by the OpenAPI document.

use std::io;
use std::ops::RangeInclusive;
use std::str::FromStr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use hyper::body::Bytes;
use hyper::header::{self, HeaderName, HeaderValue};
use hyper::http::request::Parts;
use hyper::{Response, StatusCode};
use serde::Deserialize;
use serde_json::{Value, json};

use super::Delivery;
use super::auth::Gate;
use super::world::{Account, Organization, World};
use crate::domain::Credentials;

/// Long enough to be seen, short enough to wait for.
const RETRY_AFTER_SECONDS: u32 = 3;

const ITEMS_PER_PAGE: RangeInclusive<usize> = 1..=500;
const DEFAULT_ITEMS_PER_PAGE: usize = 100;

/// Atlas repeats the code of an error of the application in this header.
const X_ERROR_CODE: HeaderName = HeaderName::from_static("x-error-code");

/// An Atlas without a network: it takes requests and gives answers. Clones share their state.
#[derive(Clone)]
pub struct Atlas {
    state: Arc<Mutex<State>>,
}

struct State {
    world: World,
    gate: Gate,
}

/// A request, once it has arrived completely.
pub(super) struct Request<'a> {
    pub(super) parts: &'a Parts,
    pub(super) body: &'a [u8],
}

/// A response, before the envelope goes around it. As an `Err` it refuses the request.
pub(super) struct Reply {
    status: StatusCode,
    /// `null` for a response without a body.
    body: Value,
    headers: Vec<(HeaderName, HeaderValue)>,
    delivery: Delivery,
}

/// Atlas's answer to an unknown field is not public; here it is refused, so that a client that misspells the name is
/// found out.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct NewSecret {
    secret_expires_after_hours: i32,
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
        let request = Request { parts, body };
        let reply = self.state().reply(&request).unwrap_or_else(|refusal| refusal);
        reply.into_response(&request)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// Who asks is checked before what is asked for: without credentials no one learns anything.
    fn reply(&mut self, request: &Request<'_>) -> Result<Reply, Reply> {
        let (method, path) = (request.parts.method.as_str(), request.parts.uri.path());
        match (method, path) {
            ("POST", "/api/oauth/token") => return self.gate.token(&mut self.world, request),
            ("POST", "/api/oauth/revoke") => return self.gate.revoke(&mut self.world, request),
            _ => self.gate.check(request)?,
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
                self.gate.revoke_tokens_of(secret);
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

/// The secret exists at once; only its answer can be late or get lost.
fn create_secret(account: &mut Account, cap: Option<i32>, request: &Request<'_>) -> Result<Reply, Reply> {
    if !request
        .media_types(&header::CONTENT_TYPE)
        .any(|one| one == "application/json" || version_of(one).is_some())
    {
        let detail = "The Content-Type must be application/json.";
        return Err(refusal(StatusCode::UNSUPPORTED_MEDIA_TYPE, "UNSUPPORTED_MEDIA_TYPE", detail));
    }
    if account.first_creates_rate_limited > 0 {
        account.first_creates_rate_limited -= 1;
        let detail = format!("Please retry after {RETRY_AFTER_SECONDS} seconds.");
        let limited = refusal(StatusCode::TOO_MANY_REQUESTS, "RATE_LIMITED", &detail);
        return Err(limited.with(header::RETRY_AFTER, &RETRY_AFTER_SECONDS.to_string()));
    }
    account.check_role()?;
    let new: NewSecret =
        serde_json::from_slice(request.body).map_err(|_| invalid_hours("is missing or no 32-bit integer"))?;
    let body = account.create_secret(new.secret_expires_after_hours, cap)?.created_body();
    let delay = Duration::from_secs(account.create_delay_seconds);
    let delivery = Delivery { delay, is_lost: account.loses_response };
    Ok(Reply { delivery, ..Reply::new(StatusCode::CREATED, body) })
}

impl<'a> Request<'a> {
    /// Empty where it is missing or not text.
    pub(super) fn header(&self, name: &HeaderName) -> &'a str {
        self.parts.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }

    /// What `Accept` or `Content-Type` lists, without parameters.
    pub(super) fn media_types(&self, name: &HeaderName) -> impl Iterator<Item = &'a str> {
        self.header(name).split(',').map(|one| one.split(';').next().unwrap_or_default().trim())
    }

    fn parameter<T: FromStr>(&self, name: &str, default: T) -> Result<T, Reply> {
        let query = self.parts.uri.query().unwrap_or_default();
        let found = url::form_urlencoded::parse(query.as_bytes()).find(|(key, _)| key == name);
        found.map_or(Ok(default), |(_, value)| value.parse().map_err(|_| invalid_parameter(name)))
    }

    /// The newest version that is not younger than the date in `Accept` answers. Every resource here has one
    /// version, so any date on or after it is right.
    fn check_accept(&self, version: &str) -> Result<(), Reply> {
        if self.media_types(&header::ACCEPT).filter_map(version_of).any(|date| date >= version) {
            return Ok(());
        }
        let detail = format!("The Accept header names no version date on or after {version}.");
        Err(refusal(StatusCode::BAD_REQUEST, "INVALID_VERSION_DATE", &detail))
    }

    /// The page of `all` that is asked for; a page after the last is empty.
    fn page(&self, all: impl Iterator<Item = Value>) -> Result<Value, Reply> {
        let all: Vec<_> = all.collect();
        let size = self.parameter("itemsPerPage", DEFAULT_ITEMS_PER_PAGE)?;
        let number = self.parameter("pageNum", 1_usize)?;
        if !ITEMS_PER_PAGE.contains(&size) || number == 0 {
            return Err(invalid_parameter("itemsPerPage or pageNum"));
        }
        let start = (number - 1).saturating_mul(size);
        let mut links = Vec::new();
        if all.len() > start.saturating_add(size) {
            let list = format!("http://{}{}", self.header(&header::HOST), self.parts.uri.path());
            let next = format!("{list}?itemsPerPage={size}&pageNum={}", number + 1);
            links.push(json!({"href": next, "rel": "next"}));
        }
        let results: Vec<_> = all.iter().skip(start).take(size).collect();
        Ok(json!({"links": links, "results": results, "totalCount": all.len()}))
    }
}

impl Reply {
    pub(super) fn new(status: StatusCode, body: Value) -> Self {
        Self { status, body, headers: Vec::new(), delivery: Delivery::default() }
    }

    pub(super) fn with(mut self, name: HeaderName, value: &str) -> Self {
        // No header is made of what a client sends.
        self.headers.extend(HeaderValue::from_str(value).ok().map(|value| (name, value)));
        self
    }

    /// Names the value that an error is about.
    pub(super) fn about(mut self, parameter: &str) -> Self {
        self.body["parameters"] = json!([parameter]);
        self
    }

    /// A single resource goes into an envelope; a list is its own and gains the status.
    fn into_response(mut self, request: &Request<'_>) -> Response<Bytes> {
        let status = self.status.as_u16();
        let is_set = |flag| request.parameter(flag, false).unwrap_or_default();
        let is_enveloped = is_set("envelope");
        if is_enveloped && self.body["results"].is_array() {
            self.body["status"] = status.into();
        } else if is_enveloped && !self.body.is_null() {
            self.body = json!({"status": status, "content": self.body});
        }
        let text = match self.body {
            Value::Null => String::new(),
            body if is_set("pretty") => format!("{body:#}"),
            body => body.to_string(),
        };
        let mut response = Response::new(text.into());
        *response.status_mut() = self.status;
        response.headers_mut().extend(self.headers);
        response.extensions_mut().insert(self.delivery);
        response
    }
}

impl From<io::Error> for Reply {
    fn from(error: io::Error) -> Self {
        refusal(StatusCode::INTERNAL_SERVER_ERROR, "UNEXPECTED_ERROR", &format!("No random bytes: {error}"))
    }
}

/// `ApiError`.
pub(super) fn refusal(status: StatusCode, error_code: &str, detail: &str) -> Reply {
    let body = json!({
        "error": status.as_u16(),
        "errorCode": error_code,
        "detail": detail,
        "reason": status.canonical_reason(),
        "parameters": [],
    });
    let reply = Reply::new(status, body).with(X_ERROR_CODE, error_code);
    reply.with(header::CONTENT_TYPE, "application/json")
}

/// The 401 that comes before any code of the application: without `errorCode`.
pub(super) fn unauthorized() -> Reply {
    let detail = "You are not authorized for this resource.";
    let body = json!({"error": 401, "reason": "Unauthorized", "detail": detail});
    Reply::new(StatusCode::UNAUTHORIZED, body).with(header::CONTENT_TYPE, "application/json")
}

/// No such account, secret, organization or path.
pub(super) fn no_resource(name: &str) -> Reply {
    let detail = format!("Cannot find resource {name}.");
    refusal(StatusCode::NOT_FOUND, "RESOURCE_NOT_FOUND", &detail).about(name)
}

fn invalid_parameter(name: &str) -> Reply {
    let detail = format!("An invalid value was specified for the parameter {name}.");
    refusal(StatusCode::BAD_REQUEST, "VALIDATION_ERROR", &detail).about(name)
}

pub(super) fn invalid_hours(description: &str) -> Reply {
    let detail = "Validation of the request body failed.";
    let mut reply = refusal(StatusCode::BAD_REQUEST, "VALIDATION_ERROR", detail);
    let field = json!({"field": "secretExpiresAfterHours", "description": description});
    reply.body["badRequestDetail"] = json!({"fields": [field]});
    reply
}

fn media_type(version: &str) -> String {
    format!("application/vnd.atlas.{version}+json")
}

/// The date of a versioned media type. Dates of this form sort as text.
fn version_of(media_type: &str) -> Option<&str> {
    let date = media_type.strip_prefix("application/vnd.atlas.")?.strip_suffix("+json")?;
    (date.len() == 10).then_some(date)
}
