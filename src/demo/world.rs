//! The data of the simulated Atlas: organizations, projects, service accounts and secrets, read from JSON, and the
//! rules for changing them.
//!
//! **Invariant:** an account has at most two secrets, and creating one leaves the others at most seven days.

use std::io;
use std::ops::RangeInclusive;

use hyper::StatusCode;
use jiff::{SignedDuration, Timestamp};
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use serde::de::Deserializer;
use serde_json::{Value, json};

use super::reply::{Reply, invalid_hours, no_resource, refusal};
use crate::domain::Credentials;
use crate::process::wall_clock;

const DEMO: &str = include_str!("../../assets/demo-world.json");

/// Including expired secrets.
const SECRETS_PER_ACCOUNT: usize = 2;

const HOURS_LEFT_TO_OTHERS: i32 = 7 * 24;

/// 8 hours to 365 days.
const ALLOWED_HOURS: RangeInclusive<i32> = 8..=8760;

/// When every project and service account was created. The value does not matter.
const CREATED: &str = "2025-01-01T00:00:00Z";

pub(super) const HEXADECIMAL: &[u8] = b"0123456789abcdef";
/// The characters in Atlas's secrets.
pub(super) const TEXT: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-";

/// Organizations, projects, service accounts and their secrets. All times are relative to when the world is read.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct World {
    /// How the account that signs in appears in the first project. If absent, no project lists that account.
    operator: Option<Account>,
    pub(super) organizations: Vec<Organization>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Organization {
    id: String,
    #[serde(default)]
    name: String,
    max_secret_validity_hours: Option<i32>,
    projects: Vec<DemoProject>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct DemoProject {
    id: String,
    name: String,
    pub(super) service_accounts: Vec<Account>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Account {
    pub(super) client_id: String,
    name: String,
    description: String,
    roles: Vec<String>,
    pub(super) secrets: Vec<Secret>,
    /// Refuse every change, as Atlas does if the role is too low.
    changes_need_a_higher_role: bool,
    /// How many more creations get a 429.
    pub(super) first_creates_rate_limited: u32,
    /// How long the response to a creation is delayed. The secret exists right away.
    pub(super) create_delay_seconds: u64,
    /// Close the connection instead of responding to a creation. The secret exists.
    pub(super) loses_response: bool,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Secret {
    pub(super) id: String,
    /// Only the last 4 characters, unless it can be used to sign in.
    value: SecretString,
    #[serde(rename = "created_hours_ago", deserialize_with = "hours_ago")]
    created_at: Timestamp,
    /// In the past for an expired secret.
    #[serde(rename = "expires_in_hours", deserialize_with = "hours_ahead")]
    pub(super) expires_at: Timestamp,
    #[serde(rename = "last_used_hours_ago", deserialize_with = "some_hours_ago")]
    pub(super) last_used_at: Option<Timestamp>,
}

impl World {
    /// The world of `--demo`. An error means that the embedded file is invalid.
    pub fn demo() -> Result<Self, serde_json::Error> {
        Self::from_json(DEMO)
    }

    /// Parses a world. Unknown fields are errors, because a test with a misspelled field proves nothing.
    pub fn from_json(text: &str) -> Result<Self, serde_json::Error> {
        serde_json::from_str(text)
    }

    /// Adds projects without service accounts to the first organization, for testing long lists.
    #[must_use]
    pub fn with_more_projects(mut self, count: u32) -> Self {
        const TEAMS: [&str; 8] =
            ["billing", "catalog", "checkout", "identity", "ledger", "logistics", "pricing", "search"];
        const STAGES: [&str; 4] = ["dev", "prod", "qa", "staging"];
        let Some(organization) = self.organizations.first_mut() else { return self };
        organization.projects.extend((0..count).map(|number| {
            let team = TEAMS[number as usize % TEAMS.len()];
            let stage = STAGES[number as usize / TEAMS.len() % STAGES.len()];
            DemoProject {
                id: format!("5eed{number:020x}"),
                name: format!("{team}-{stage}-{number}"),
                ..DemoProject::default()
            }
        }));
        self
    }

    /// The initial IDs of the form: those of the first project and its first service account.
    pub fn prefill(&self) -> (String, String) {
        let Some((_, project)) = self.projects().next() else { return Default::default() };
        let account = project.service_accounts.first();
        (project.id.clone(), account.map(|account| account.client_id.clone()).unwrap_or_default())
    }

    pub(super) fn list_operator(&mut self, credentials: &Credentials) {
        let Credentials::ServiceAccount { client_id, client_secret } = credentials else { return };
        let Some(mut account) = self.operator.take() else { return };
        account.client_id = client_id.to_string();
        for secret in &mut account.secrets {
            secret.value = client_secret.clone();
        }
        if let Some(project) = self.projects_mut().next() {
            project.service_accounts.push(account);
        }
    }

    pub(super) fn projects(&self) -> impl Iterator<Item = (&Organization, &DemoProject)> {
        let organizations = self.organizations.iter();
        organizations
            .flat_map(|organization| organization.projects.iter().map(move |project| (organization, project)))
    }

    pub(super) fn organization(&self, id: &str) -> Result<&Organization, Reply> {
        self.organizations.iter().find(|organization| organization.id == id).ok_or_else(|| no_resource(id))
    }

    pub(super) fn project(&self, id: &str) -> Result<(&Organization, &DemoProject), Reply> {
        self.projects().find(|(_, project)| project.id == id).ok_or_else(|| {
            let detail = format!("No group with ID {id} exists.");
            refusal(StatusCode::NOT_FOUND, "GROUP_NOT_FOUND", &detail).about(id)
        })
    }

    /// An account, and its organization's maximum lifetime of a secret in hours.
    pub(super) fn account(
        &mut self,
        project: &str,
        client: &str,
    ) -> Result<(&mut Account, Option<i32>), Reply> {
        let cap = self.project(project)?.0.max_secret_validity_hours;
        let projects = self.projects_mut().filter(|candidate| candidate.id == project);
        let mut accounts = projects.flat_map(|project| &mut project.service_accounts);
        let account = accounts.find(|account| account.client_id == client);
        Ok((account.ok_or_else(|| no_resource(client))?, cap))
    }

    fn projects_mut(&mut self) -> impl Iterator<Item = &mut DemoProject> {
        self.organizations.iter_mut().flat_map(|organization| &mut organization.projects)
    }

    pub(super) fn accounts(&mut self) -> impl Iterator<Item = &mut Account> {
        self.projects_mut().flat_map(|project| &mut project.service_accounts)
    }
}

impl Organization {
    /// The schema `AtlasOrganization`.
    pub(super) fn body(&self) -> Value {
        json!({"id": self.id, "isDeleted": false, "links": [], "name": self.name})
    }

    /// The schema `OrganizationSettings`, as far as it is needed.
    pub(super) fn settings(&self) -> Value {
        json!({"maxServiceAccountSecretValidityInHours": self.max_secret_validity_hours})
    }
}

impl DemoProject {
    /// The schema `Group`.
    pub(super) fn body(&self, organization: &Organization) -> Value {
        json!({
            "clusterCount": 0,
            "created": CREATED,
            "id": self.id,
            "links": [],
            "name": self.name,
            "orgId": organization.id,
        })
    }
}

impl Account {
    /// The schema `GroupServiceAccount`.
    pub(super) fn body(&self) -> Value {
        json!({
            "clientId": self.client_id,
            "createdAt": CREATED,
            "description": self.description,
            "name": self.name,
            "roles": self.roles,
            "secrets": self.secrets.iter().map(Secret::body).collect::<Vec<_>>(),
            "systemManaged": false,
        })
    }

    /// Fails with 401 instead of 403 if the caller's role is too low, as Atlas does.
    pub(super) fn check_role(&self) -> Result<(), Reply> {
        if self.changes_need_a_higher_role {
            let detail = "Current user is not authorized to perform this action.";
            return Err(refusal(StatusCode::UNAUTHORIZED, "USER_UNAUTHORIZED", detail));
        }
        Ok(())
    }

    /// Creates a secret, or returns which rule forbids it. Atlas's error code for a third secret is not public. This
    /// one is a guess, so no client may depend on it.
    pub(super) fn create_secret(&mut self, hours: i32, cap: Option<i32>) -> Result<&Secret, Reply> {
        let (shortest, longest) = (*ALLOWED_HOURS.start(), *ALLOWED_HOURS.end());
        let longest = cap.map_or(longest, |cap| cap.min(longest));
        if !(shortest..=longest).contains(&hours) {
            return Err(invalid_hours(&format!("must be between {shortest} and {longest}")));
        }
        if self.secrets.len() >= SECRETS_PER_ACCOUNT {
            let detail = format!("A service account can have at most {SECRETS_PER_ACCOUNT} secrets.");
            return Err(refusal(StatusCode::BAD_REQUEST, "SERVICE_ACCOUNT_SECRET_LIMIT_EXCEEDED", &detail));
        }
        let value = random_secret()?;
        let id = random("", 24, HEXADECIMAL)?;
        let now = now();
        let limit = after_hours(now, HOURS_LEFT_TO_OTHERS);
        for other in &mut self.secrets {
            other.expires_at = other.expires_at.min(limit);
        }
        let expires_at = after_hours(now, hours);
        self.secrets.push(Secret { id, value, created_at: now, expires_at, last_used_at: None });
        Ok(&self.secrets[self.secrets.len() - 1])
    }

    pub(super) fn delete_secret(&mut self, id: &str) -> Result<(), Reply> {
        self.check_role()?;
        let position = self.secrets.iter().position(|secret| secret.id == id);
        self.secrets.remove(position.ok_or_else(|| no_resource(id))?);
        Ok(())
    }
}

impl Secret {
    /// True for the full value of a secret that has not expired.
    pub(super) fn can_sign_in_with(&self, value: &str) -> bool {
        self.expires_at > now() && value.starts_with("mdb_sa_sk_") && value == self.value.expose_secret()
    }

    /// The schema `ServiceAccountSecret` with a masked value.
    fn body(&self) -> Value {
        let value = self.value.expose_secret();
        json!({
            "id": self.id,
            "createdAt": self.created_at,
            "expiresAt": self.expires_at,
            "lastUsedAt": self.last_used_at,
            "maskedSecretValue": format!("mdb_sa_sk_...{}", &value[value.len().saturating_sub(4)..]),
        })
    }

    /// The schema `ServiceAccountSecret` of a new secret. Only this function returns the value.
    pub(super) fn created_body(&self) -> Value {
        let value = self.value.expose_secret();
        json!({"id": self.id, "createdAt": self.created_at, "expiresAt": self.expires_at, "secret": value})
    }
}

/// Atlas's prefix and 40 characters of the kind that Atlas uses. They begin with a word that marks demo values.
pub(super) fn random_secret() -> io::Result<SecretString> {
    Ok(random("mdb_sa_sk_DEMO", 36, TEXT)?.into())
}

/// Random text after a prefix. The number of `characters` must divide 256, so that all are equally likely.
pub(super) fn random(prefix: &str, length: usize, characters: &[u8]) -> io::Result<String> {
    let mut bytes = vec![0; length];
    getrandom::fill(&mut bytes).map_err(|error| io::Error::other(error.to_string()))?;
    let random = bytes.iter().map(|byte| char::from(characters[usize::from(*byte) % characters.len()]));
    Ok(prefix.chars().chain(random).collect())
}

/// The time in whole seconds, like Atlas's timestamps.
pub(super) fn now() -> Timestamp {
    let now = wall_clock();
    Timestamp::from_second(now.as_second()).unwrap_or(now)
}

fn after_hours(moment: Timestamp, hours: i32) -> Timestamp {
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

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;
    use crate::domain::{ClientId, ProjectId};

    #[test]
    fn every_id_of_the_demo_is_well_formed_and_unique() {
        let mut world = World::demo().unwrap().with_more_projects(1000);
        let mut known = HashSet::new();
        let is_object_id = |id: &str| ProjectId::parse(id).is_ok();
        let is_client_id = |id: &str| ClientId::parse(id).is_ok();
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
        assert!(known.len() > 1020, "{}", known.len());
    }

    #[test]
    fn a_mistyped_world_is_refused() {
        let error = World::from_json(r#"{"organizations": [], "typo": 1}"#).unwrap_err();
        assert!(error.to_string().contains("unknown field `typo`"), "{error}");
    }
}
