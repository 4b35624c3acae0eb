//! What answers look like, field by field as the OpenAPI document names them. The client has its own
//! types: two that were shared would agree on any mistake.

use jiff::Timestamp;
use secrecy::{ExposeSecret, SecretString};
use serde::{Serialize, Serializer};

use super::query::Paging;
use super::state::{Account, Organization, Project, StoredSecret};

/// What every mask starts with.
const MASK: &str = "mdb_sa_sk_...";

/// `Group`.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct GroupBody {
    cluster_count: u32,
    created: Timestamp,
    id: String,
    links: Vec<LinkBody>,
    name: String,
    org_id: String,
}

/// `GroupServiceAccount`.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ServiceAccountBody {
    client_id: String,
    created_at: Timestamp,
    description: String,
    name: String,
    roles: Vec<String>,
    secrets: Vec<SecretBody>,
}

/// `ServiceAccountSecret` as it is read: a mask, never the value.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct SecretBody {
    id: String,
    created_at: Timestamp,
    expires_at: Timestamp,
    last_used_at: Option<Timestamp>,
    masked_secret_value: String,
}

/// `ServiceAccountSecret` as it is created: the value, and no mask.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct CreatedSecretBody {
    pub(super) id: String,
    pub(super) created_at: Timestamp,
    pub(super) expires_at: Timestamp,
    #[serde(serialize_with = "exposed", skip_serializing_if = "Option::is_none")]
    pub(super) secret: Option<SecretString>,
}

/// `OrganizationSettings`, the part that matters here.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct OrganizationSettingsBody {
    api_access_list_required: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    max_service_account_secret_validity_in_hours: Option<i32>,
}

/// `Link`.
#[derive(Serialize)]
pub(super) struct LinkBody {
    href: String,
    rel: &'static str,
}

/// `PaginatedAtlasGroupView` and `PaginatedGroupServiceAccounts`.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct PageBody<T> {
    links: Vec<LinkBody>,
    results: Vec<T>,
    #[serde(skip_serializing_if = "Option::is_none")]
    total_count: Option<usize>,
}

impl<T> PageBody<T> {
    /// The page of `all` that is asked for; a page beyond the last is empty. `href` is the list's URL
    /// without a query.
    pub(super) fn new<'a, S>(all: &'a [S], paging: Paging, href: &str) -> Self
    where
        T: From<&'a S>,
    {
        let before = paging.items_per_page.saturating_mul(paging.page_num - 1);
        let results = all.iter().skip(before).take(paging.items_per_page);
        let link = |rel, page_num: usize| LinkBody {
            href: format!(
                "{href}?includeCount={}&itemsPerPage={}&pageNum={page_num}",
                paging.include_count, paging.items_per_page
            ),
            rel,
        };
        let mut links = vec![link("self", paging.page_num)];
        if paging.page_num > 1 {
            links.push(link("previous", paging.page_num - 1));
        }
        if all.len() > before.saturating_add(paging.items_per_page) {
            links.push(link("next", paging.page_num + 1));
        }
        Self {
            links,
            results: results.map(T::from).collect(),
            total_count: paging.include_count.then_some(all.len()),
        }
    }
}

impl From<&Project> for GroupBody {
    fn from(project: &Project) -> Self {
        Self {
            cluster_count: project.clusters,
            created: project.created_at,
            id: project.id.clone(),
            links: Vec::new(),
            name: project.name.clone(),
            org_id: project.organization_id.clone(),
        }
    }
}

impl From<&Account> for ServiceAccountBody {
    fn from(account: &Account) -> Self {
        Self {
            client_id: account.client_id.clone(),
            created_at: account.created_at,
            description: account.description.clone(),
            name: account.name.clone(),
            roles: account.roles.clone(),
            secrets: account.secrets.iter().map(SecretBody::from).collect(),
        }
    }
}

impl From<&StoredSecret> for SecretBody {
    fn from(secret: &StoredSecret) -> Self {
        Self {
            id: secret.id.clone(),
            created_at: secret.created_at,
            expires_at: secret.expires_at,
            last_used_at: secret.last_used_at,
            masked_secret_value: format!("{MASK}{}", secret.ends_with),
        }
    }
}

impl From<&Organization> for OrganizationSettingsBody {
    fn from(organization: &Organization) -> Self {
        Self {
            api_access_list_required: organization.api_access_list_required,
            max_service_account_secret_validity_in_hours: organization.max_secret_validity_hours,
        }
    }
}

/// The one place where a secret's value is meant to leave.
#[expect(clippy::ref_option, reason = "serde hands over a reference to the field")]
fn exposed<S: Serializer>(value: &Option<SecretString>, serializer: S) -> Result<S::Ok, S::Error> {
    value.as_ref().map(ExposeSecret::expose_secret).serialize(serializer)
}
