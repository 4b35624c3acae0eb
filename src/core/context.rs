//! What is known of the ids in the form before anything is sent: read from Atlas, dropped when its field
//! changes, and never in the way of creating.

use std::time::Duration;

use jiff::Timestamp;

use crate::domain::{
    ClientId, ExistingSecret, Moment, NewSecret, OrganizationId, OrganizationSettings, Project, ProjectId,
    ReadProblem, RequestId, ServiceAccount,
};

use super::{Effect, FieldName, Model, Readiness, Screen, looking};

/// How long after the last key an id is looked up.
pub const LOOK_AFTER: Duration = Duration::from_millis(200);

/// What was looked up.
#[derive(Clone, Debug, Default)]
pub struct Context {
    /// The project.
    pub project: Looked<ProjectId, Project>,
    /// The account, with its secrets.
    pub account: Looked<(ProjectId, ClientId), ServiceAccount>,
    /// What the project's organization allows.
    pub settings: Looked<OrganizationId, OrganizationSettings>,
}

/// One thing that is looked up by its id.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Looked<Key, Found> {
    /// There is nothing to ask for.
    #[default]
    Nothing,
    /// It will be asked for, unless its field changes before.
    Due {
        /// What will be asked for.
        key: Key,
        /// When.
        at: Moment,
    },
    /// It is on its way.
    Asked {
        /// What was asked for.
        key: Key,
        /// The request.
        request: RequestId,
    },
    /// It is known.
    Known {
        /// What was asked for.
        key: Key,
        /// What was found.
        found: Found,
        /// When it was found.
        at: Moment,
    },
    /// It could not be read.
    Failed {
        /// What was asked for.
        key: Key,
        /// Why not.
        problem: ReadProblem,
    },
}

impl<Key: PartialEq + Clone, Found> Looked<Key, Found> {
    /// What is known under this key.
    pub fn found(&self, wanted: &Key) -> Option<&Found> {
        match self {
            Self::Known { key, found, .. } if key == wanted => Some(found),
            _ => None,
        }
    }

    /// Why nothing could be found under this key.
    pub fn problem(&self, wanted: &Key) -> Option<&ReadProblem> {
        match self {
            Self::Failed { key, problem } if key == wanted => Some(problem),
            _ => None,
        }
    }

    fn key(&self) -> Option<&Key> {
        match self {
            Self::Nothing => None,
            Self::Due { key, .. }
            | Self::Asked { key, .. }
            | Self::Known { key, .. }
            | Self::Failed { key, .. } => Some(key),
        }
    }

    /// Follows what is wanted now; what was known of anything else is dropped.
    fn want(&mut self, wanted: Option<&Key>, at: Moment) {
        if self.key() != wanted {
            *self = wanted.map_or(Self::Nothing, |key| Self::Due { key: key.clone(), at });
        }
    }

    /// Asks when it is due.
    fn ask(&mut self, now: Moment, request: RequestId) -> Option<Key> {
        match self {
            Self::Due { key, at } if at.uptime <= now.uptime => {
                let key = key.clone();
                *self = Self::Asked { key: key.clone(), request };
                Some(key)
            }
            _ => None,
        }
    }

    /// Takes an answer; one that nobody waits for is dropped.
    fn answer(&mut self, answered: RequestId, result: Result<Found, ReadProblem>, at: Moment) -> bool {
        let Self::Asked { key, request } = self else { return false };
        if *request != answered {
            return false;
        }
        let key = key.clone();
        *self = match result {
            Ok(found) => Self::Known { key, found, at },
            Err(problem) => Self::Failed { key, problem },
        };
        true
    }

    fn due_in(&self, now: Moment) -> Option<Duration> {
        match self {
            Self::Due { at, .. } => Some(at.since(now)),
            _ => None,
        }
    }
}

impl Context {
    /// The organization of a project, where it could be read.
    pub fn organization(&self, project: &ProjectId) -> Option<&OrganizationId> {
        self.project.found(project)?.organization.as_ref()
    }

    /// The longest life that a project's organization allows, in hours, where that is known and it has a say.
    pub(super) fn cap(&self, project: &ProjectId) -> Option<i32> {
        self.settings.found(self.organization(project)?)?.longest_secret_hours
    }

    /// True while a read is on its way that may tell the cap. Each ends by itself.
    pub(super) fn is_cap_pending(&self, project: &ProjectId) -> bool {
        self.is_being_read(project) || matches!(self.settings, Looked::Asked { .. })
    }

    /// Forgets what is known of the account: it has changed, or somebody else is signed in.
    pub(super) fn forget_account(&mut self) {
        self.account = Looked::Nothing;
    }

    /// Keeps what the chain has read of the account.
    pub(super) fn learn_account(&mut self, of: &NewSecret, account: &ServiceAccount, at: Moment) {
        let key = (of.project.clone(), of.client.clone());
        self.account = Looked::Known { key, found: account.clone(), at };
    }

    /// When something is to be asked for.
    pub(super) fn due_in(&self, now: Moment) -> Option<Duration> {
        let all = [self.project.due_in(now), self.account.due_in(now), self.settings.due_in(now)];
        all.into_iter().flatten().min()
    }

    /// True while it is not known yet whether there is more to know of a project. A read ends by itself.
    pub fn is_being_read(&self, project: &ProjectId) -> bool {
        matches!(&self.project, Looked::Asked { key, .. } if key == project)
    }
}

impl Model {
    /// The account that the form names, with its secrets, where it could be read.
    pub fn account(&self) -> Option<&ServiceAccount> {
        match &self.context.account {
            Looked::Known { key: (project, client), found, .. } => {
                let is_wanted = self.form.project_id().as_ref() == Some(project)
                    && self.form.client_id().as_ref() == Some(client);
                is_wanted.then_some(found)
            }
            _ => None,
        }
    }

    /// What Atlas's clock says now, as far as it is known from the account; else what this machine's says.
    pub fn atlas_now(&self) -> Timestamp {
        let Looked::Known { found: ServiceAccount { read_at: Some(read_at), .. }, at, .. } =
            &self.context.account
        else {
            return self.now.wall;
        };
        read_at.checked_add(self.now.since(*at)).unwrap_or(self.now.wall)
    }

    /// The secrets that the account has, each with the time that it would end at once a new one exists.
    pub fn existing(&self) -> Option<Vec<(ExistingSecret, Option<Timestamp>)>> {
        let now = self.atlas_now();
        let consequence = |secret: &ExistingSecret| {
            let cut = if secret.is_expired(now) { None } else { secret.shortened_to(now) };
            (secret.clone(), cut)
        };
        Some(self.account()?.secrets.iter().map(consequence).collect())
    }
}

/// Called after every event: follows the fields, and asks for what is due.
pub(super) fn settle(model: &mut Model) -> Vec<Effect> {
    if !model.has_terminal || !matches!(model.screen, Screen::Form) {
        return Vec::new();
    }
    let (project, client) = (model.form.project_id(), model.form.client_id());
    let at = model.now.plus(LOOK_AFTER);
    let pair = project.clone().zip(client);
    model.context.project.want(project.as_ref(), at);
    model.context.account.want(pair.as_ref(), at);
    let organization = project.as_ref().and_then(|project| model.context.organization(project)).cloned();
    model.context.settings.want(organization.as_ref(), model.now);
    let effects = ask(model);
    let settings = organization.as_ref().and_then(|id| model.context.settings.found(id));
    model.form.longest_hours = settings.and_then(|settings| settings.longest_secret_hours);
    effects
}

fn ask(model: &mut Model) -> Vec<Effect> {
    let now = model.now;
    let mut effects = Vec::new();
    let request = model.next_request();
    if let Some(project) = model.context.project.ask(now, request) {
        effects.push(Effect::ReadProject { request, project });
    }
    let request = model.next_request();
    if let Some((project, client)) = model.context.account.ask(now, request) {
        effects.push(Effect::ReadAccount { request, project, client });
    }
    let request = model.next_request();
    if let Some(organization) = model.context.settings.ask(now, request) {
        effects.push(Effect::ReadSettings { request, organization });
    }
    effects
}

/// Reads the project unless it is known or on its way: some formats name its organization.
pub(super) fn want_project(model: &mut Model, project: &ProjectId) -> Vec<Effect> {
    let looked = &mut model.context.project;
    if matches!(looked, Looked::Known { key, .. } | Looked::Asked { key, .. } if key == project) {
        return Vec::new();
    }
    let request = model.next_request();
    model.context.project = Looked::Asked { key: project.clone(), request };
    vec![Effect::ReadProject { request, project: project.clone() }]
}

pub(super) fn project_read(
    model: &mut Model,
    answered: RequestId,
    result: Result<Project, ReadProblem>,
) -> Vec<Effect> {
    model.context.project.answer(answered, result, model.now);
    let Screen::Sending(sending) = &model.screen else {
        return Vec::new();
    };
    // Without the form nobody else asks what the organization allows.
    let organization = model.context.organization(&sending.new_secret.project).cloned();
    let Some(organization) = organization.filter(|_| sending.agreed.submits) else {
        return looking::cap_read(model);
    };
    let request = model.next_request();
    model.context.settings = Looked::Asked { key: organization.clone(), request };
    vec![Effect::ReadSettings { request, organization }]
}

pub(super) fn settings_read(
    model: &mut Model,
    answered: RequestId,
    result: Result<OrganizationSettings, ReadProblem>,
) -> Vec<Effect> {
    if model.context.settings.answer(answered, result, model.now) {
        return looking::cap_read(model);
    }
    Vec::new()
}

/// True when the form had asked for the account.
pub(super) fn account_read(
    model: &mut Model,
    answered: RequestId,
    result: &Result<ServiceAccount, ReadProblem>,
) -> bool {
    model.context.account.answer(answered, result.clone(), model.now)
}

impl Model {
    /// What the button would do, as far as the account is known.
    pub fn readiness(&self) -> Readiness {
        let now = self.atlas_now();
        match self.account().filter(|account| account.is_full()) {
            None => Readiness::Create,
            Some(account) => match account.secrets.iter().find(|secret| secret.is_expired(now)) {
                Some(expired) => Readiness::ReplaceExpired(expired.clone()),
                None => Readiness::Full,
            },
        }
    }
}

/// What stands beside an id that is right: the name that Atlas knows it by, or why it could not be looked up.
impl Model {
    /// The name of what a field names, once it was looked up.
    pub fn looked_up(&self, field: FieldName) -> Option<Result<&str, &ReadProblem>> {
        match field {
            FieldName::Project => {
                let key = self.form.project_id()?;
                let name = self.context.project.found(&key).map(|project| Ok(project.name.as_str()));
                name.or_else(|| self.context.project.problem(&key).map(Err))
            }
            FieldName::Client => {
                let key = (self.form.project_id()?, self.form.client_id()?);
                let name = self.context.account.found(&key).map(|account| Ok(account.name.as_str()));
                name.or_else(|| self.context.account.problem(&key).map(Err))
            }
            FieldName::Lifetime => None,
        }
    }
}
