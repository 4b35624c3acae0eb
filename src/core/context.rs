//! What is known of the ids in the form: read from Atlas, and dropped when the field changes.

use crate::domain::{OrganizationId, Project, ProjectId, ReadProblem, RequestId};

use super::{Effect, Model};

/// What was looked up.
#[derive(Clone, Debug, Default)]
pub struct Context {
    /// The project.
    pub project: Looked<ProjectId, Project>,
}

/// One thing that is looked up by its id.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Looked<Key, Found> {
    /// Nothing was asked.
    #[default]
    Nothing,
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
            Self::Known { key, found } if key == wanted => Some(found),
            _ => None,
        }
    }

    /// True when there is no need to ask: it is known, or on its way.
    pub(super) fn is_settled(&self, wanted: &Key) -> bool {
        matches!(self, Self::Known { key, .. } | Self::Asked { key, .. } if key == wanted)
    }

    /// Takes an answer; one that nobody waits for is dropped.
    pub(super) fn answer(&mut self, answered: RequestId, result: Result<Found, ReadProblem>) -> bool {
        let Self::Asked { key, request } = self else { return false };
        if *request != answered {
            return false;
        }
        let key = key.clone();
        *self = match result {
            Ok(found) => Self::Known { key, found },
            Err(problem) => Self::Failed { key, problem },
        };
        true
    }
}

impl Context {
    /// The organization of a project, where it could be read.
    pub fn organization(&self, project: &ProjectId) -> Option<&OrganizationId> {
        self.project.found(project)?.organization.as_ref()
    }
}

/// Reads the project unless it is known: some formats name its organization.
pub(super) fn want_project(model: &mut Model, project: &ProjectId) -> Vec<Effect> {
    if model.context.project.is_settled(project) {
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
    model.context.project.answer(answered, result);
    Vec::new()
}
