//! What is known of the ids in the form before anything is sent: read from Atlas, dropped when its field
//! changes, and never in the way of creating.

mod known;
mod looked;

use std::time::Duration;

use crate::domain::{
    ClientId, NewSecret, Now, OrganizationId, OrganizationSettings, Project, ProjectId, ReadProblem,
    RequestId, ServiceAccount,
};

pub use looked::Looked;

use super::{Effect, Model, Screen, looking};

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
    pub(super) fn learn_account(&mut self, of: &NewSecret, account: &ServiceAccount, at: Now) {
        let key = (of.project.clone(), of.client.clone());
        self.account = Looked::Known { key, found: account.clone(), at };
    }

    /// When something is to be asked for.
    pub(super) fn due_in(&self, now: Now) -> Option<Duration> {
        let all = [self.project.due_in(now), self.account.due_in(now), self.settings.due_in(now)];
        all.into_iter().flatten().min()
    }

    /// True while it is not known yet whether there is more to know of a project. A read ends by itself.
    pub fn is_being_read(&self, project: &ProjectId) -> bool {
        matches!(&self.project, Looked::Asked { key, .. } if key == project)
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
