//! What changes while an embedded Atlas runs, and the one lock around it.

use std::sync::{Arc, Mutex, PoisonError};

use jiff::{SignedDuration, Timestamp};
use secrecy::SecretString;

use super::digest::ApiKeys;
use super::refusal::Refusal;
use super::seen::SeenRequest;
use super::tokens::Tokens;
use super::world::{CreateAnswer, World, WorldAccount, WorldOrganization, WorldProject, WorldSecret};

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
    pub(super) secrets_created: usize,
    window: RateWindow,
}

/// Whom this run lets in: a service account of the organizations, which no project lists.
#[derive(Clone)]
pub(super) struct Operator {
    pub(super) client_id: String,
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
}

#[derive(Default)]
struct RateWindow {
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
    /// The state in which `world` begins at `start`.
    pub(super) fn new(world: World, base_url: String, operator: Operator, start: Timestamp) -> Self {
        let mut organizations = Vec::new();
        let mut projects = Vec::new();
        for organization in world.organizations {
            let WorldOrganization {
                id,
                max_secret_validity_hours,
                api_access_list_required,
                projects: of_it,
            } = organization;
            projects.extend(of_it.into_iter().map(|project| Project::new(project, &id, start)));
            organizations.push(Organization { id, max_secret_validity_hours, api_access_list_required });
        }
        Self {
            base_url,
            organizations,
            projects,
            tokens: Tokens::default(),
            api_keys: ApiKeys::new(operator.public_key.clone(), operator.private_key.clone(), world.digest),
            operator,
            seen: Vec::new(),
            secrets_created: 0,
            window: RateWindow::default(),
        }
    }

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

impl Project {
    fn new(project: WorldProject, organization_id: &str, start: Timestamp) -> Self {
        let accounts = project.service_accounts.into_iter();
        Self {
            id: project.id,
            organization_id: organization_id.to_owned(),
            name: project.name,
            created_at: hours_before(start, project.created_hours_ago),
            clusters: project.clusters,
            accounts: accounts.map(|account| Account::new(account, start)).collect(),
        }
    }
}

impl Account {
    fn new(account: WorldAccount, start: Timestamp) -> Self {
        let secrets = account.secrets.into_iter();
        Self {
            client_id: account.client_id,
            name: account.name,
            description: account.description,
            roles: account.roles,
            created_at: hours_before(start, account.created_hours_ago),
            secrets: secrets.map(|secret| StoredSecret::new(secret, start)).collect(),
            changes_need_a_higher_role: account.changes_need_a_higher_role,
            create_delay_seconds: account.create_delay_seconds,
            create_answer: account.create_answer,
        }
    }
}

impl StoredSecret {
    fn new(secret: WorldSecret, start: Timestamp) -> Self {
        Self {
            id: secret.id,
            created_at: hours_before(start, secret.created_hours_ago),
            expires_at: hours_after(start, secret.expires_in_hours),
            last_used_at: secret.last_used_hours_ago.map(|hours| hours_before(start, hours)),
            ends_with: secret.ends_with,
            value: secret.value,
        }
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

fn hours_before(moment: Timestamp, hours: i32) -> Timestamp {
    hours_after(moment, hours.saturating_neg())
}
