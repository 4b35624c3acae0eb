//! Looks up the IDs in the form: fetches their names and secrets from Atlas, drops them when a field changes, and never
//! blocks creating.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::domain::{
    AccountRef, ApiError, ApiResult, ClientId, Consequences, Lifetime, Now, OrganizationId,
    OrganizationSettings, Project, ProjectId, ServerText, ServiceAccount,
};

use crate::jobs::Retry;

use super::Shared;
use super::event::Command;
use super::screens::{FieldName, SubmitAction};

/// How long after the last key an ID is looked up.
pub const LOOKUP_DELAY: Duration = Duration::from_millis(200);

/// The results of the lookups.
#[derive(Clone, Debug, Default)]
pub struct Lookups {
    pub project: Remote<ProjectId, Project>,
    pub account: Remote<AccountRef, ServiceAccount>,
    /// The limits of the project's organization.
    pub settings: Remote<OrganizationId, OrganizationSettings>,
    /// The names of the accounts that were fetched. They are kept when the secrets are dropped.
    names: BTreeMap<ClientId, ServerText>,
}

impl Lookups {
    /// The organization of a project, if it was fetched.
    pub fn organization(&self, project: &ProjectId) -> Option<&OrganizationId> {
        self.project.value(project)?.organization.as_ref()
    }

    /// The account's name, if it was ever fetched.
    pub(super) fn account_name(&self, client: &ClientId) -> Option<&ServerText> {
        self.names.get(client).filter(|name| !name.is_empty())
    }

    /// The project's name, if it was fetched.
    pub(super) fn project_name(&self, id: &ProjectId) -> Option<&ServerText> {
        self.project.value(id).map(|project| &project.name)
    }

    /// The account and its project for a sentence, by name if the names were fetched.
    pub(super) fn account_and_project(&self, of: &AccountRef) -> String {
        let name = self.account_name(&of.client).map_or(of.client.as_str(), ServerText::as_str);
        match self.project.value(&of.project) {
            Some(project) => format!("{name} in {}", project.name),
            None => name.to_owned(),
        }
    }

    /// How long until the next lookup is due.
    pub(super) fn due_in(&self, now: Now) -> Option<Duration> {
        let all = [self.project.due_in(now), self.account.due_in(now), self.settings.due_in(now)];
        all.into_iter().flatten().min()
    }
}

impl Shared {
    /// Updates the lookups from the form's fields.
    pub(super) fn update_lookups(&mut self) {
        let project = self.form.project_id();
        let account = self.form.account();
        let at = self.now.plus(LOOKUP_DELAY);
        self.lookups.project.want(project.as_ref(), at);
        self.lookups.account.want(account.as_ref(), at);
        let organization = project.as_ref().and_then(|project| self.lookups.organization(project)).cloned();
        self.lookups.settings.want(organization.as_ref(), self.now);
        let settings = organization.as_ref().and_then(|id| self.lookups.settings.value(id));
        let limit = settings.and_then(|settings| settings.longest_secret_hours);
        self.form.limit = limit.and_then(|hours| Lifetime::from_hours(hours).ok());
    }

    /// Starts the lookups that are due.
    pub(super) fn start_lookups(&mut self) {
        let now = self.now;
        self.commands.extend(self.lookups.project.start(now).map(Command::FetchProject));
        self.commands.extend(self.lookups.account.start(now).map(Command::FetchAccount));
        self.commands.extend(self.lookups.settings.start(now).map(Command::FetchSettings));
    }

    /// Fetches the project, unless it is known or being fetched. Some formats contain its organization.
    pub(super) fn want_project(&mut self, project: &ProjectId) {
        let lookup = &self.lookups.project;
        if lookup.value(project).is_none() && !lookup.is_loading(project) {
            self.lookups.project = Remote::Loading(project.clone(), None);
            self.send(Command::FetchProject(project.clone()));
        }
    }

    /// Keeps what else a fetched account contains: the time by Atlas's clock, and the account's name.
    pub(super) fn account_fetched(&mut self, of: &AccountRef, account: &ServiceAccount) {
        self.atlas_clock = account.read_at.map(|at_atlas| (at_atlas, self.now)).or(self.atlas_clock);
        self.lookups.names.insert(of.client.clone(), account.name.clone());
    }

    /// Fetches the account again, because the known state is outdated.
    pub(super) fn fetch_account(&mut self, account: AccountRef) {
        self.lookups.account = Remote::Loading(account.clone(), None);
        self.send(Command::FetchAccount(account));
    }

    /// The form's account with its secrets, if it was fetched.
    pub fn account(&self) -> Option<&ServiceAccount> {
        self.lookups.account.value(&self.form.account()?)
    }

    /// How creating affects the account's other secrets, as far as they are known.
    pub fn consequences(&self) -> Consequences {
        self.account().map(|account| account.consequences(self.atlas_now())).unwrap_or_default()
    }

    /// What the button does, as far as the account is known.
    pub fn submit_action(&self) -> SubmitAction {
        let is_full = self.account().is_some_and(ServiceAccount::is_full);
        match (is_full, self.consequences().deletes) {
            (true, None) => SubmitAction::ListSecrets,
            (true, Some(_)) => SubmitAction::ReplaceExpired,
            (false, _) => SubmitAction::Create,
        }
    }

    /// The retry that the lookup of a field's ID is waiting for, and how long until it begins.
    pub(super) fn lookup_retry(&self, field: FieldName) -> Option<(&Retry, Duration)> {
        match field {
            FieldName::Project => self.lookups.project.retry(&self.form.project_id()?, self.now),
            FieldName::Client => self.lookups.account.retry(&self.form.account()?, self.now),
            FieldName::Lifetime => None,
        }
    }

    /// The name that Atlas has for the ID in a field, or the error of the lookup.
    pub fn looked_up(&self, field: FieldName) -> Option<Result<&str, &ApiError>> {
        match field {
            FieldName::Project => {
                let result = self.lookups.project.result(&self.form.project_id()?)?;
                Some(result.map(|project| project.name.as_str()))
            }
            FieldName::Client => {
                let result = self.lookups.account.result(&self.form.account()?)?;
                Some(result.map(|account| account.name.as_str()))
            }
            FieldName::Lifetime => None,
        }
    }
}

/// A value that is fetched by its key.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Remote<Key, Value> {
    /// There is nothing to fetch.
    #[default]
    NotAsked,
    /// It is fetched at this time, unless the key changes before, perhaps as this retry.
    Due(Key, Option<Retry>, Now),
    /// It is being fetched, perhaps as this retry.
    Loading(Key, Option<Retry>),
    Loaded(Key, Value),
    Failed(Key, ApiError),
}

impl<Key: PartialEq + Clone, Value> Remote<Key, Value> {
    /// The value for this key, or the error of fetching it.
    pub fn result(&self, wanted: &Key) -> Option<Result<&Value, &ApiError>> {
        match self {
            Self::Loaded(key, value) if key == wanted => Some(Ok(value)),
            Self::Failed(key, error) if key == wanted => Some(Err(error)),
            _ => None,
        }
    }

    /// The value for this key, if it was fetched.
    pub fn value(&self, wanted: &Key) -> Option<&Value> {
        self.result(wanted)?.ok()
    }

    /// The error of fetching this key.
    pub fn error(&self, wanted: &Key) -> Option<&ApiError> {
        self.result(wanted)?.err()
    }

    /// True while this key is being fetched, or will be again.
    pub fn is_loading(&self, wanted: &Key) -> bool {
        matches!(self, Self::Loading(key, _) | Self::Due(key, Some(_), _) if key == wanted)
    }

    /// The retry of this key, and how long until it begins; zero while it runs.
    pub fn retry(&self, wanted: &Key, now: Now) -> Option<(&Retry, Duration)> {
        match self {
            Self::Loading(key, Some(retry)) if key == wanted => Some((retry, Duration::ZERO)),
            Self::Due(key, Some(retry), at) if key == wanted => Some((retry, at.since(now))),
            _ => None,
        }
    }

    fn key(&self) -> Option<&Key> {
        match self {
            Self::NotAsked => None,
            Self::Due(key, ..) | Self::Loading(key, _) | Self::Loaded(key, _) | Self::Failed(key, _) => {
                Some(key)
            }
        }
    }

    /// Sets the key to fetch, at the time `at`. A value for another key is dropped.
    pub(super) fn want(&mut self, wanted: Option<&Key>, at: Now) {
        if self.key() != wanted {
            *self = wanted.map_or(Self::NotAsked, |key| Self::Due(key.clone(), None, at));
        }
    }

    /// Returns the key to fetch if it is due, and marks it as loading.
    pub(super) fn start(&mut self, now: Now) -> Option<Key> {
        let Self::Due(key, retry, at) = self else { return None };
        if at.uptime > now.uptime {
            return None;
        }
        let key = key.clone();
        *self = Self::Loading(key.clone(), retry.take());
        Some(key)
    }

    /// Stores a result, unless its key is no longer wanted. After a temporary error, it is fetched again later.
    pub(super) fn finish(&mut self, of: &Key, result: ApiResult<Value>, now: Now) {
        let Self::Loading(key, last) = self else { return };
        if key != of {
            return;
        }
        let retries = last.as_ref().map_or(0, |retry| retry.number);
        *self = match result.map_err(|error| Retry::after(error, retries)) {
            Ok(value) => Self::Loaded(of.clone(), value),
            Err(Ok(retry)) => {
                let at = now.plus(retry.pause);
                Self::Due(of.clone(), Some(retry), at)
            }
            Err(Err(error)) => Self::Failed(of.clone(), error),
        };
    }

    pub(super) fn due_in(&self, now: Now) -> Option<Duration> {
        match self {
            Self::Due(.., at) => Some(at.since(now)),
            _ => None,
        }
    }
}
