//! A project and its organization, as far as they matter here.

use super::{OrganizationId, ServerText};

/// A project (`GET /groups/{groupId}`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Project {
    /// Its name in Atlas.
    pub name: ServerText,
    /// The organization that it belongs to, where Atlas named one.
    pub organization: Option<OrganizationId>,
}

/// What an organization allows its service accounts (`GET /orgs/{orgId}/settings`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct OrganizationSettings {
    /// The longest life of a secret, in hours (`maxServiceAccountSecretValidityInHours`), where it has a say.
    pub longest_secret_hours: Option<i32>,
    /// True when every use of the API takes an address on an access list (`apiAccessListRequired`).
    pub requires_access_list: bool,
}
