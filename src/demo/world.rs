//! The world that an embedded Atlas starts with: a JSON file, its times relative to the start.

use thiserror::Error;

use super::digest::WorldDigest;
use super::ids::{is_client_id, is_object_id};
use super::world_file::{WorldFile, WorldOperator, WorldOrganization, WorldProject};
use crate::domain::{ClientId, ProjectId};

const DEMO: &str = include_str!("../../assets/demo-world.json");

/// Organizations, projects, service accounts and their secrets, and which of them a form is filled
/// with at first. Its `Debug` shows no secret.
#[derive(Clone, Debug)]
pub struct World {
    project: ProjectId,
    client: ClientId,
    pub(super) organizations: Vec<WorldOrganization>,
    pub(super) digest: WorldDigest,
    pub(super) operator: Option<WorldOperator>,
    pub(super) new_secrets_work_after_refusals: u32,
}

/// Why a text is no world.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum WorldError {
    /// Not JSON, or not of a world's shape; what the parser said.
    #[error("not a world: {0}")]
    Json(String),
    /// An id that does not fit the API's pattern.
    #[error("`{0}` is not an id of Atlas")]
    Id(String),
    /// The same id twice.
    #[error("`{0}` stands twice")]
    Twice(String),
    /// The prefilled account is not one of the prefilled project's.
    #[error("the prefilled project has no such service account")]
    Prefill,
}

impl World {
    /// The same world with so many more projects in its first organization, for long lists. They have no
    /// service accounts.
    #[must_use]
    pub fn with_more_projects(mut self, count: u32) -> Self {
        const TEAMS: [&str; 8] =
            ["billing", "catalog", "checkout", "identity", "ledger", "logistics", "pricing", "search"];
        const STAGES: [&str; 4] = ["dev", "prod", "qa", "staging"];
        let Some(organization) = self.organizations.first_mut() else { return self };
        organization.projects.extend((0..count).map(|number| {
            let team = TEAMS[number as usize % TEAMS.len()];
            let stage = STAGES[number as usize / TEAMS.len() % STAGES.len()];
            WorldProject {
                id: format!("5eed{number:020x}"),
                name: format!("{team}-{stage}-{number}"),
                created_hours_ago: 0,
                clusters: 0,
                service_accounts: Vec::new(),
            }
        }));
        self
    }

    /// The world of `--demo`. An error says that the file built into the program is broken.
    pub fn demo() -> Result<Self, WorldError> {
        Self::from_json(DEMO)
    }

    /// Parses a world; unknown fields, ill-formed ids and ids that stand twice are refused, because a
    /// test that stands on a mistyped world proves nothing.
    pub fn from_json(text: &str) -> Result<Self, WorldError> {
        let file: WorldFile =
            serde_json::from_str(text).map_err(|error| WorldError::Json(error.to_string()))?;
        check_ids(&file.organizations)?;
        let prefilled = file.organizations.iter().flat_map(|organization| &organization.projects);
        let has_account = prefilled
            .filter(|project| project.id == file.prefill.project_id)
            .flat_map(|project| &project.service_accounts)
            .any(|account| account.client_id == file.prefill.client_id);
        if !has_account {
            return Err(WorldError::Prefill);
        }
        let project = ProjectId::parse(&file.prefill.project_id);
        let client = ClientId::parse(&file.prefill.client_id);
        Ok(Self {
            project: project.map_err(|_| WorldError::Id(file.prefill.project_id))?,
            client: client.map_err(|_| WorldError::Id(file.prefill.client_id))?,
            organizations: file.organizations,
            digest: file.digest,
            operator: file.operator,
            new_secrets_work_after_refusals: file.new_secrets_work_after_refusals,
        })
    }

    /// The project and the service account that a form is filled with at first.
    pub fn prefill(&self) -> (ProjectId, ClientId) {
        (self.project.clone(), self.client.clone())
    }
}

fn check_ids(organizations: &[WorldOrganization]) -> Result<(), WorldError> {
    let mut known = std::collections::HashSet::new();
    let mut check = |id: &str, fits: bool| {
        if !fits {
            return Err(WorldError::Id(id.to_owned()));
        }
        if !known.insert(id.to_owned()) {
            return Err(WorldError::Twice(id.to_owned()));
        }
        Ok(())
    };
    for organization in organizations {
        check(&organization.id, is_object_id(&organization.id))?;
        for project in &organization.projects {
            check(&project.id, is_object_id(&project.id))?;
            for account in &project.service_accounts {
                check(&account.client_id, is_client_id(&account.client_id))?;
                for secret in &account.secrets {
                    check(&secret.id, is_object_id(&secret.id))?;
                }
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_demo_is_filled_with_an_account_that_has_no_secret() {
        let world = World::demo().unwrap();
        let (project, client) = world.prefill();
        assert_eq!(project.as_str(), "32b6e34b3d91647abb20e7b8");
        assert_eq!(client.as_str(), "mdb_sa_id_1234567890abcdef12345678");
        let payments = &world.organizations[0].projects[0];
        let deployer = &payments.service_accounts[0];
        assert_eq!(
            (payments.name.as_str(), deployer.name.as_str(), deployer.secrets.len()),
            ("payments-prod", "ci-deployer", 0)
        );
    }

    #[test]
    fn a_broken_world_is_refused() {
        let project = "32b6e34b3d91647abb20e7b8";
        let with_project = |id: &str| {
            format!(
                r#"{{"prefill":{{"project_id":"{project}","client_id":"x"}},
                    "organizations":[{{"id":"4888442a3354817a7320eb61","projects":[{{"id":"{id}","name":"p"}}]}}]}}"#
            )
        };
        let rows = [
            (with_project("short"), WorldError::Id("short".to_owned())),
            (
                with_project("4888442a3354817a7320eb61"),
                WorldError::Twice("4888442a3354817a7320eb61".to_owned()),
            ),
            (with_project(project), WorldError::Prefill),
        ];
        for (text, expected) in rows {
            assert_eq!(World::from_json(&text).unwrap_err(), expected, "{text}");
        }
        for text in ["", "{}", r#"{"prefill":{},"organizations":[]}"#] {
            assert!(matches!(World::from_json(text), Err(WorldError::Json(_))), "{text}");
        }
    }
}
