//! From a world to the state that it begins in.

use jiff::Timestamp;
use secrecy::{ExposeSecret, SecretString};

use super::digest::ApiKeys;
use super::state::{
    Account, Operator, Organization, Project, RateWindow, State, StoredSecret, hours_after, hours_before,
};
use super::tokens::Tokens;
use super::world::World;
use super::world_file::{
    CreateAnswer, WorldAccount, WorldOperator, WorldOrganization, WorldProject, WorldSecret,
};

impl State {
    /// The state in which `world` begins at `start`.
    pub(super) fn new(world: World, base_url: String, operator: Operator, start: Timestamp) -> Self {
        let (prefilled, _) = world.prefill();
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
        let listed = world.operator.map(|listed| Account::of_operator(listed, &operator, start));
        let prefilled = projects.iter_mut().find(|project| project.id == prefilled.as_str());
        if let (Some(listed), Some(project)) = (listed, prefilled) {
            project.accounts.push(listed);
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
            new_secrets_work_after_refusals: world.new_secrets_work_after_refusals,
            window: RateWindow::default(),
        }
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
            rate_limited_creates: account.first_creates_rate_limited,
            a_colleague_creates_too: account.a_colleague_creates_too,
            create_answer: account.create_answer,
        }
    }

    /// The account that signs in, as a project lists it.
    fn of_operator(listed: WorldOperator, operator: &Operator, start: Timestamp) -> Self {
        let created_at = hours_before(start, listed.secret_created_hours_ago);
        let secret = StoredSecret {
            id: operator.secret_id.clone(),
            created_at,
            expires_at: hours_after(start, listed.secret_expires_in_hours),
            last_used_at: None,
            ends_with: last_four(&operator.secret),
            value: Some(operator.secret.clone()),
            refusals_left: 0,
        };
        Self {
            client_id: operator.client_id.clone(),
            name: listed.name,
            description: listed.description,
            roles: listed.roles,
            created_at,
            secrets: vec![secret],
            changes_need_a_higher_role: false,
            create_delay_seconds: 0,
            rate_limited_creates: 0,
            a_colleague_creates_too: false,
            create_answer: CreateAnswer::Created,
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
            refusals_left: 0,
        }
    }
}

/// What a mask shows of a value.
pub(super) fn last_four(value: &SecretString) -> String {
    let value = value.expose_secret();
    value[value.len().saturating_sub(4)..].to_owned()
}
