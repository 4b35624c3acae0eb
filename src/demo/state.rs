//! What changes while an embedded Atlas runs, and the one lock around it.

use std::sync::{Arc, Mutex, PoisonError};

use jiff::{SignedDuration, Timestamp};
use secrecy::SecretString;

use super::digest::ApiKeys;
use super::refusal::Refusal;
use super::seen::SeenRequest;
use super::tokens::Tokens;
use super::world_file::CreateAnswer;

/// Requests a minute that the `RateLimit` headers speak of. Nothing is refused beyond it.
pub(super) const RATE_LIMIT: u32 = 1200;

/// The state, shared by the connections. It is lent to a closure so that no lock is ever held while
/// something is awaited.
#[derive(Clone)]
pub(super) struct Shared {
    state: Arc<Mutex<State>>,
}

/// Everything that the embedded Atlas knows.
pub(super) struct State {
    /// Scheme, host and port, for links.
    pub(super) base_url: String,
    pub(super) operator: Operator,
    pub(super) organizations: Vec<Organization>,
    pub(super) projects: Vec<Project>,
    pub(super) tokens: Tokens,
    pub(super) api_keys: ApiKeys,
    pub(super) seen: Vec<SeenRequest>,
    /// The colleagues' ones do not count.
    pub(super) secrets_created: usize,
    pub(super) new_secrets_work_after_refusals: u32,
    pub(super) window: RateWindow,
}

/// Whom this run lets in: a service account that sees every organization. Where a project lists it as well,
/// the account there says with which secret it signs in.
#[derive(Clone)]
pub(super) struct Operator {
    pub(super) client_id: String,
    /// The id of its secret, where a project lists it.
    pub(super) secret_id: String,
    pub(super) secret: SecretString,
    /// The API key that it can come with instead.
    pub(super) public_key: String,
    pub(super) private_key: SecretString,
}

pub(super) struct Organization {
    pub(super) id: String,
    pub(super) max_secret_validity_hours: Option<i32>,
    pub(super) api_access_list_required: bool,
}

pub(super) struct Project {
    pub(super) id: String,
    pub(super) organization_id: String,
    pub(super) name: String,
    pub(super) created_at: Timestamp,
    pub(super) clusters: u32,
    pub(super) accounts: Vec<Account>,
}

pub(super) struct Account {
    pub(super) client_id: String,
    pub(super) name: String,
    pub(super) description: String,
    pub(super) roles: Vec<String>,
    pub(super) created_at: Timestamp,
    pub(super) secrets: Vec<StoredSecret>,
    pub(super) changes_need_a_higher_role: bool,
    pub(super) create_delay_seconds: u64,
    /// How many creates are still refused for coming too often.
    pub(super) rate_limited_creates: u32,
    pub(super) a_colleague_creates_too: bool,
    pub(super) create_answer: CreateAnswer,
}

pub(super) struct StoredSecret {
    pub(super) id: String,
    pub(super) created_at: Timestamp,
    pub(super) expires_at: Timestamp,
    pub(super) last_used_at: Option<Timestamp>,
    pub(super) ends_with: String,
    /// None where the world gave only the end of it: nobody signs in with that one.
    pub(super) value: Option<SecretString>,
    /// How many more times it is refused at the token endpoint before it is known there.
    pub(super) refusals_left: u32,
}

/// The requests of one minute.
#[derive(Default)]
pub(super) struct RateWindow {
    minute: i64,
    asked: u32,
}

impl Shared {
    pub(super) fn new(state: State) -> Self {
        Self { state: Arc::new(Mutex::new(state)) }
    }

    /// Runs `look` on the state. A panic elsewhere cannot have left it half changed in a way that
    /// matters here, so that a poisoned lock is still good.
    pub(super) fn with<T>(&self, look: impl FnOnce(&mut State) -> T) -> T {
        look(&mut self.state.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl State {
    pub(super) fn project(&self, id: &str) -> Result<&Project, Refusal> {
        let found = self.projects.iter().find(|project| project.id == id);
        found.ok_or_else(|| Refusal::no_group(id))
    }

    pub(super) fn account(&self, project_id: &str, client_id: &str) -> Result<&Account, Refusal> {
        let mut accounts = self.project(project_id)?.accounts.iter();
        let found = accounts.find(|account| account.client_id == client_id);
        found.ok_or_else(|| Refusal::no_resource(client_id))
    }

    pub(super) fn account_mut(&mut self, project_id: &str, client_id: &str) -> Result<&mut Account, Refusal> {
        let project = self.projects.iter_mut().find(|project| project.id == project_id);
        let mut accounts = project.ok_or_else(|| Refusal::no_group(project_id))?.accounts.iter_mut();
        let found = accounts.find(|account| account.client_id == client_id);
        found.ok_or_else(|| Refusal::no_resource(client_id))
    }

    pub(super) fn organization(&self, id: &str) -> Result<&Organization, Refusal> {
        let found = self.organizations.iter().find(|organization| organization.id == id);
        found.ok_or_else(|| Refusal::no_resource(id))
    }

    /// The longest life that the organization of a project allows its secrets, where it has a say.
    pub(super) fn cap_in_hours(&self, project_id: &str) -> Result<Option<i32>, Refusal> {
        let organization_id = &self.project(project_id)?.organization_id;
        Ok(self.organization(organization_id)?.max_secret_validity_hours)
    }

    /// Counts one request, and says how many are left in this minute.
    pub(super) fn count_request(&mut self, now: Timestamp) -> u32 {
        let minute = now.as_second() / 60;
        if self.window.minute != minute {
            self.window = RateWindow { minute, asked: 0 };
        }
        self.window.asked = self.window.asked.saturating_add(1);
        RATE_LIMIT.saturating_sub(self.window.asked)
    }
}

/// Now, in the whole seconds that Atlas's timestamps have.
pub(super) fn now() -> Timestamp {
    let now = Timestamp::now();
    Timestamp::from_second(now.as_second()).unwrap_or(now)
}

/// `hours` after `moment`; where time ends, `moment` itself.
pub(super) fn hours_after(moment: Timestamp, hours: i32) -> Timestamp {
    let span = SignedDuration::from_hours(i64::from(hours));
    moment.checked_add(span).unwrap_or(moment)
}

/// `hours` before `moment`.
pub(super) fn hours_before(moment: Timestamp, hours: i32) -> Timestamp {
    hours_after(moment, hours.saturating_neg())
}
