//! The world of an embedded Atlas: organizations, projects, service accounts and secrets, read from JSON, and
//! what Atlas allows to be done to them.
//!
//! **Invariant:** an account has at most two secrets, and a new one leaves the others at most seven days.

use hyper::StatusCode;
use jiff::{SignedDuration, Timestamp};
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use serde::de::{Deserializer, Error as _};
use serde_json::{Value, json};

use super::wire::{CreateAnswer, Reply, invalid_field, no_resource, now, refusal};
use crate::domain::{ClientId, Credentials, ProjectId};

const DEMO: &str = include_str!("../../assets/demo-world.json");

/// An expired secret counts too.
const SECRETS_PER_ACCOUNT: usize = 2;

const HOURS_LEFT_TO_OTHERS: i32 = 7 * 24;

/// 8 hours to 365 days.
const ALLOWED_HOURS: std::ops::RangeInclusive<i32> = 8..=8760;

const COLLEAGUES_HOURS: i32 = 720;

/// Atlas's own prefix, and a word that marks the value as one of the demo. Atlas has 40
/// characters after its prefix.
const SECRET_PREFIX: &str = "mdb_sa_sk_DEMO";
const RANDOM_IN_SECRET: usize = 36;

pub(super) const HEXADECIMAL: &[u8] = b"0123456789abcdef";
/// The characters of Atlas's secrets.
pub(super) const TEXT: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-";

/// Organizations, projects, service accounts and their secrets, and which of them the form starts with. All times
/// count from the moment at which the world is read.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct World {
    prefill: Prefill,
    /// How the account that signs in appears in the prefilled project. Without it no project lists that account.
    operator: Option<Account>,
    pub(super) organizations: Vec<Organization>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Prefill {
    #[serde(deserialize_with = "project_id")]
    project_id: ProjectId,
    #[serde(deserialize_with = "client_id")]
    client_id: ClientId,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Organization {
    pub(super) id: String,
    #[serde(default)]
    name: String,
    pub(super) max_secret_validity_hours: Option<i32>,
    #[serde(default)]
    pub(super) api_access_list_required: bool,
    pub(super) projects: Vec<Project>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Project {
    pub(super) id: String,
    pub(super) name: String,
    #[serde(rename = "created_hours_ago", deserialize_with = "hours_ago")]
    pub(super) created_at: Timestamp,
    pub(super) clusters: u32,
    pub(super) service_accounts: Vec<Account>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Account {
    pub(super) client_id: String,
    pub(super) name: String,
    pub(super) description: String,
    pub(super) roles: Vec<String>,
    #[serde(rename = "created_hours_ago", deserialize_with = "hours_ago")]
    pub(super) created_at: Timestamp,
    pub(super) secrets: Vec<Secret>,
    /// Refuses every change, as Atlas does to a caller without the role for it.
    changes_need_a_higher_role: bool,
    /// How many creates are still answered with 429.
    pub(super) first_creates_rate_limited: u32,
    /// The answer to a create waits so long; the secret exists at once.
    pub(super) create_delay_seconds: u64,
    /// Someone else creates a secret right after ours, if the account is not full.
    a_colleague_creates_too: bool,
    pub(super) create_answer: CreateAnswer,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Secret {
    pub(super) id: String,
    /// For the mask, where there is no `value`: no one can sign in with such a secret.
    ends_with: String,
    pub(super) value: Option<SecretString>,
    #[serde(rename = "created_hours_ago", deserialize_with = "hours_ago")]
    pub(super) created_at: Timestamp,
    /// In the past for an expired secret.
    #[serde(rename = "expires_in_hours", deserialize_with = "hours_ahead")]
    pub(super) expires_at: Timestamp,
    #[serde(rename = "last_used_hours_ago", deserialize_with = "some_hours_ago")]
    pub(super) last_used_at: Option<Timestamp>,
}

impl World {
    /// The world of `--demo`. An error means that the file built into the program is broken.
    pub fn demo() -> Result<Self, serde_json::Error> {
        Self::from_json(DEMO)
    }

    /// Reads a world. Unknown fields are refused, because a test on a mistyped world proves nothing.
    pub fn from_json(text: &str) -> Result<Self, serde_json::Error> {
        check_clock(now())?;
        let mut world: Self = serde_json::from_str(text)?;
        let (project, client) = world.prefill();
        if world.account(project.as_str(), client.as_str()).is_err() {
            return Err(serde::de::Error::custom("the prefilled project has no such service account"));
        }
        Ok(world)
    }

    /// The same world with more projects in its first organization, to try long lists. They have no service
    /// accounts.
    #[must_use]
    pub fn with_more_projects(mut self, count: u32) -> Self {
        const TEAMS: [&str; 8] =
            ["billing", "catalog", "checkout", "identity", "ledger", "logistics", "pricing", "search"];
        const STAGES: [&str; 4] = ["dev", "prod", "qa", "staging"];
        let Some(organization) = self.organizations.first_mut() else { return self };
        organization.projects.extend((0..count).map(|number| {
            let team = TEAMS[number as usize % TEAMS.len()];
            let stage = STAGES[number as usize / TEAMS.len() % STAGES.len()];
            Project {
                id: format!("5eed{number:020x}"),
                name: format!("{team}-{stage}-{number}"),
                ..Project::default()
            }
        }));
        self
    }

    /// The project and the service account that the form starts with.
    pub fn prefill(&self) -> (ProjectId, ClientId) {
        (self.prefill.project_id.clone(), self.prefill.client_id.clone())
    }

    /// An account of the prefilled project that has 2 secrets.
    pub fn full_account(&self) -> Option<&str> {
        let projects = self.projects().filter(|(_, project)| project.id == self.prefill.project_id.as_str());
        let mut accounts = projects.flat_map(|(_, project)| &project.service_accounts);
        accounts.find(|account| account.secrets.len() == 2).map(|account| account.client_id.as_str())
    }

    /// Lists the account that signs in where the world wants it.
    pub(super) fn list_operator(&mut self, credentials: &Credentials) {
        let Credentials::ServiceAccount { client_id, client_secret } = credentials else { return };
        let Some(mut account) = self.operator.take() else { return };
        account.client_id = client_id.to_string();
        for secret in &mut account.secrets {
            secret.value = Some(client_secret.clone());
        }
        let (prefilled, _) = self.prefill();
        if let Some(project) = self.projects_mut().find(|project| project.id == prefilled.as_str()) {
            project.service_accounts.push(account);
        }
    }

    /// All projects, each with its organization.
    pub(super) fn projects(&self) -> impl Iterator<Item = (&Organization, &Project)> {
        let organizations = self.organizations.iter();
        organizations
            .flat_map(|organization| organization.projects.iter().map(move |one| (organization, one)))
    }

    pub(super) fn organization(&self, id: &str) -> Result<&Organization, Reply> {
        self.organizations.iter().find(|organization| organization.id == id).ok_or_else(|| no_resource(id))
    }

    pub(super) fn project(&self, id: &str) -> Result<(&Organization, &Project), Reply> {
        self.projects().find(|(_, project)| project.id == id).ok_or_else(|| no_project(id))
    }

    /// An account, and the longest life in hours that its organization allows a secret.
    pub(super) fn account(
        &mut self,
        project: &str,
        client: &str,
    ) -> Result<(&mut Account, Option<i32>), Reply> {
        let cap = self.project(project)?.0.max_secret_validity_hours;
        let projects = self.projects_mut().filter(|one| one.id == project);
        let mut accounts = projects.flat_map(|project| &mut project.service_accounts);
        let account = accounts.find(|account| account.client_id == client);
        Ok((account.ok_or_else(|| no_resource(client))?, cap))
    }

    pub(super) fn accounts(&mut self) -> impl Iterator<Item = &mut Account> {
        self.projects_mut().flat_map(|project| &mut project.service_accounts)
    }

    fn projects_mut(&mut self) -> impl Iterator<Item = &mut Project> {
        self.organizations.iter_mut().flat_map(|organization| &mut organization.projects)
    }
}

impl Organization {
    /// `AtlasOrganization`
    pub(super) fn body(&self) -> Value {
        json!({"id": self.id, "isDeleted": false, "links": [], "name": self.name})
    }

    /// `OrganizationSettings`, as far as it matters here.
    pub(super) fn settings(&self) -> Value {
        let mut body = json!({"apiAccessListRequired": self.api_access_list_required});
        if let Some(hours) = self.max_secret_validity_hours {
            body["maxServiceAccountSecretValidityInHours"] = hours.into();
        }
        body
    }
}

impl Project {
    /// `Group`
    pub(super) fn body(&self, organization: &Organization) -> Value {
        json!({
            "clusterCount": self.clusters,
            "created": self.created_at,
            "id": self.id,
            "links": [],
            "name": self.name,
            "orgId": organization.id,
        })
    }
}

impl Account {
    /// `GroupServiceAccount`
    pub(super) fn body(&self) -> Value {
        json!({
            "clientId": self.client_id,
            "createdAt": self.created_at,
            "description": self.description,
            "name": self.name,
            "roles": self.roles,
            "secrets": self.secrets.iter().map(Secret::body).collect::<Vec<_>>(),
            "systemManaged": false,
        })
    }

    /// Atlas answers 401, not 403, when the caller's role is too low.
    pub(super) fn check_role(&self) -> Result<(), Reply> {
        if self.changes_need_a_higher_role {
            let detail = "Current user is not authorized to perform this action.";
            return Err(refusal(StatusCode::UNAUTHORIZED, "USER_UNAUTHORIZED", detail));
        }
        Ok(())
    }

    /// Creates a secret, or says which rule is against it. Atlas's code for a third secret is not public: this
    /// one is a guess that no client may depend on.
    pub(super) fn create_secret(&mut self, hours: i32, cap: Option<i32>) -> Result<Secret, Reply> {
        let (shortest, longest) = (*ALLOWED_HOURS.start(), *ALLOWED_HOURS.end());
        let longest = cap.map_or(longest, |cap| cap.min(longest));
        if !(shortest..=longest).contains(&hours) {
            let description = format!("must be between {shortest} and {longest}");
            return Err(invalid_field("secretExpiresAfterHours", &description));
        }
        if self.secrets.len() >= SECRETS_PER_ACCOUNT {
            let detail = format!("A service account can have at most {SECRETS_PER_ACCOUNT} secrets.");
            return Err(refusal(StatusCode::BAD_REQUEST, "SERVICE_ACCOUNT_SECRET_LIMIT_EXCEEDED", &detail));
        }
        let value = random(SECRET_PREFIX, RANDOM_IN_SECRET, TEXT)?;
        let now = now();
        let limit = after_hours(now, HOURS_LEFT_TO_OTHERS);
        for other in &mut self.secrets {
            other.expires_at = other.expires_at.min(limit);
        }
        let secret = Secret {
            id: random("", 24, HEXADECIMAL)?,
            ends_with: String::new(),
            value: Some(value.into()),
            created_at: now,
            expires_at: after_hours(now, hours),
            last_used_at: None,
        };
        self.secrets.push(secret.clone());
        Ok(secret)
    }

    /// Two secrets are new then, and ours is shortened. It does not happen if the account is full.
    pub(super) fn colleague_creates(&mut self) {
        if self.a_colleague_creates_too {
            let _ = self.create_secret(COLLEAGUES_HOURS, None);
        }
    }

    pub(super) fn delete_secret(&mut self, id: &str) -> Result<(), Reply> {
        let position = self.secrets.iter().position(|secret| secret.id == id);
        self.secrets.remove(position.ok_or_else(|| no_resource(id))?);
        Ok(())
    }
}

impl Secret {
    /// `ServiceAccountSecret`, with a mask instead of the value.
    fn body(&self) -> Value {
        let value = self.value.as_ref().map_or(self.ends_with.as_str(), ExposeSecret::expose_secret);
        json!({
            "id": self.id,
            "createdAt": self.created_at,
            "expiresAt": self.expires_at,
            "lastUsedAt": self.last_used_at,
            "maskedSecretValue": format!("mdb_sa_sk_...{}", &value[value.len().saturating_sub(4)..]),
        })
    }

    /// `ServiceAccountSecret` as it is created. This is the one place where a value leaves.
    pub(super) fn created_body(&self) -> Value {
        let value = self.value.as_ref().map(ExposeSecret::expose_secret);
        json!({"id": self.id, "createdAt": self.created_at, "expiresAt": self.expires_at, "secret": value})
    }
}

/// Dates end with the year 9999, and the server's library panics at a later one.
fn check_clock(now: Timestamp) -> Result<(), serde_json::Error> {
    if after_hours(now, *ALLOWED_HOURS.end()) < Timestamp::MAX {
        return Ok(());
    }
    Err(serde::de::Error::custom("this machine's clock is set to the year 9999 or later: correct it"))
}

fn no_project(id: &str) -> Reply {
    let detail = format!("No group with ID {id} exists.");
    refusal(StatusCode::NOT_FOUND, "GROUP_NOT_FOUND", &detail).about(id)
}

/// Random text after a prefix. The number of characters to choose from divides 256: each is as likely as any other.
pub(super) fn random(prefix: &str, length: usize, characters: &[u8]) -> Result<String, getrandom::Error> {
    let mut bytes = vec![0; length];
    getrandom::fill(&mut bytes)?;
    let random = bytes.iter().map(|byte| char::from(characters[usize::from(*byte) % characters.len()]));
    Ok(prefix.chars().chain(random).collect())
}

pub(super) fn after_hours(moment: Timestamp, hours: i32) -> Timestamp {
    moment.checked_add(SignedDuration::from_hours(hours.into())).unwrap_or(Timestamp::MAX)
}

fn hours_ahead<'de, D: Deserializer<'de>>(hours: D) -> Result<Timestamp, D::Error> {
    Ok(after_hours(now(), i32::deserialize(hours)?))
}

fn hours_ago<'de, D: Deserializer<'de>>(hours: D) -> Result<Timestamp, D::Error> {
    Ok(after_hours(now(), i32::deserialize(hours)?.saturating_neg()))
}

fn some_hours_ago<'de, D: Deserializer<'de>>(hours: D) -> Result<Option<Timestamp>, D::Error> {
    hours_ago(hours).map(Some)
}

fn project_id<'de, D: Deserializer<'de>>(text: D) -> Result<ProjectId, D::Error> {
    ProjectId::parse(&String::deserialize(text)?).map_err(D::Error::custom)
}

fn client_id<'de, D: Deserializer<'de>>(text: D) -> Result<ClientId, D::Error> {
    ClientId::parse(&String::deserialize(text)?).map_err(D::Error::custom)
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use serde_json::json;

    use super::super::wire::{is_client_id, is_object_id};
    use super::*;

    #[test]
    fn the_form_starts_with_an_account_that_has_no_secret() {
        let mut world = World::demo().unwrap();
        let (project, client) = world.prefill();
        assert_eq!(project.as_str(), "32b6e34b3d91647abb20e7b8");
        assert_eq!(client.as_str(), "mdb_sa_id_1234567890abcdef12345678");
        assert_eq!(world.project(project.as_str()).ok().unwrap().1.name, "payments-prod");
        let (deployer, cap) = world.account(project.as_str(), client.as_str()).ok().unwrap();
        assert_eq!((deployer.name.as_str(), deployer.secrets.len(), cap), ("ci-deployer", 0, None));
    }

    #[test]
    fn a_clock_at_the_end_of_all_dates_is_named() {
        assert!(check_clock("9998-01-01T00:00:00Z".parse().unwrap()).is_ok());
        for late in ["9999-01-01T00:00:00Z".parse().unwrap(), Timestamp::MAX] {
            let error = check_clock(late).unwrap_err().to_string();
            assert_eq!(error, "this machine's clock is set to the year 9999 or later: correct it");
        }
    }

    #[test]
    fn every_id_of_the_demo_is_well_formed_and_unique() {
        let mut world = World::demo().unwrap().with_more_projects(1000);
        let mut known = HashSet::new();
        let mut check = |id: &str, is_well_formed: fn(&str) -> bool| {
            assert!(is_well_formed(id) && known.insert(id.to_owned()), "{id}");
        };
        for organization in &world.organizations {
            check(&organization.id, is_object_id);
        }
        for (_, project) in world.projects() {
            check(&project.id, is_object_id);
        }
        let mut secrets = world.operator.take().unwrap().secrets;
        for account in world.accounts() {
            check(&account.client_id, is_client_id);
            secrets.append(&mut account.secrets);
        }
        for secret in &secrets {
            check(&secret.id, is_object_id);
        }
        assert!(known.len() > 1030, "{}", known.len());
    }

    #[test]
    fn a_broken_world_is_refused() {
        let prefill = json!({"project_id": "32b6e34b3d91647abb20e7b8",
            "client_id": "mdb_sa_id_1234567890abcdef12345678"});
        let rows = [
            (json!({}), "missing field `prefill`"),
            (json!({"prefill": {}, "organizations": []}), "missing field `project_id`"),
            (json!({"prefill": prefill, "organizations": [], "typo": 1}), "unknown field `typo`"),
            (
                json!({"prefill": {"project_id": "short", "client_id": "x"}, "organizations": []}),
                "a client ID starts with mdb_sa_id_",
            ),
            (json!({"prefill": prefill, "organizations": []}), "has no such service account"),
        ];
        for (world, expected) in rows {
            let error = World::from_json(&world.to_string()).unwrap_err().to_string();
            assert!(error.contains(expected), "{world}: {error}");
        }
        assert!(World::from_json("").is_err());
    }
}
