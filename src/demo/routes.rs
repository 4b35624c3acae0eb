//! Which path is which endpoint, by which method, in which version.

use hyper::Method;
use jiff::civil::{Date, date};

use super::ids::{is_client_id, is_object_id};
use super::refusal::Refusal;

const API: &str = "/api/atlas/v2/";

/// The endpoints, with the ids that their paths carry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Route<'a> {
    Token,
    Revoke,
    Groups,
    Group { group: &'a str },
    ServiceAccounts { group: &'a str },
    ServiceAccount { group: &'a str, client: &'a str },
    Secrets { group: &'a str, client: &'a str },
    Secret { group: &'a str, client: &'a str, secret: &'a str },
    OrganizationSettings { organization: &'a str },
}

impl<'a> Route<'a> {
    /// The endpoint of a path, if there is one.
    pub(super) fn parse(path: &'a str) -> Option<Self> {
        match path {
            "/api/oauth/token" => return Some(Self::Token),
            "/api/oauth/revoke" => return Some(Self::Revoke),
            _ => {}
        }
        let segments: Vec<&str> = path.strip_prefix(API)?.split('/').collect();
        Some(match segments[..] {
            ["groups"] => Self::Groups,
            ["groups", group] => Self::Group { group },
            ["groups", group, "serviceAccounts"] => Self::ServiceAccounts { group },
            ["groups", group, "serviceAccounts", client] => Self::ServiceAccount { group, client },
            ["groups", group, "serviceAccounts", client, "secrets"] => Self::Secrets { group, client },
            ["groups", group, "serviceAccounts", client, "secrets", secret] => {
                Self::Secret { group, client, secret }
            }
            ["orgs", organization, "settings"] => Self::OrganizationSettings { organization },
            _ => return None,
        })
    }

    /// The one method that the endpoint has here.
    pub(super) fn method(self) -> Method {
        match self {
            Self::Token | Self::Revoke | Self::Secrets { .. } => Method::POST,
            Self::Secret { .. } => Method::DELETE,
            _ => Method::GET,
        }
    }

    /// True for the endpoints that need a bearer token and speak versions.
    pub(super) fn is_api(self) -> bool {
        !matches!(self, Self::Token | Self::Revoke)
    }

    /// The resource version that the OpenAPI document gives the endpoint.
    pub(super) fn version(self) -> Date {
        match self {
            Self::ServiceAccounts { .. }
            | Self::ServiceAccount { .. }
            | Self::Secrets { .. }
            | Self::Secret { .. } => date(2024, 8, 5),
            _ => date(2023, 1, 1),
        }
    }

    /// Checks every id of the path against the API's pattern.
    pub(super) fn check_ids(self) -> Result<(), Refusal> {
        let (group, client, secret) = match self {
            Self::Token | Self::Revoke | Self::Groups => return Ok(()),
            Self::OrganizationSettings { organization } => {
                return check("orgId", organization, is_object_id);
            }
            Self::Group { group } | Self::ServiceAccounts { group } => (group, None, None),
            Self::ServiceAccount { group, client } | Self::Secrets { group, client } => {
                (group, Some(client), None)
            }
            Self::Secret { group, client, secret } => (group, Some(client), Some(secret)),
        };
        check("groupId", group, is_object_id)?;
        client.map_or(Ok(()), |client| check("clientId", client, is_client_id))?;
        secret.map_or(Ok(()), |secret| check("secretId", secret, is_object_id))
    }
}

fn check(name: &str, id: &str, fits: fn(&str) -> bool) -> Result<(), Refusal> {
    if fits(id) {
        return Ok(());
    }
    Err(Refusal::invalid_parameter(name))
}
