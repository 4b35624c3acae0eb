//! Credentials from the environment, by the names of the vendor's own tools: Atlas CLI, Terraform provider, Go SDK.
//!
//! The order is that of the vendor's Terraform provider: access token, service account, API key.

use crate::domain::{Credentials, Half, PairKind, trim_visible};

use super::error::{CredentialsError, Precedence, ShadowedSource};

pub(super) const ACCESS_TOKEN: &str = "MONGODB_ATLAS_ACCESS_TOKEN";
pub(super) const CLIENT_ID: &str = "MONGODB_ATLAS_CLIENT_ID";
pub(super) const CLIENT_SECRET: &str = "MONGODB_ATLAS_CLIENT_SECRET";
pub(super) const PUBLIC_API_KEY: &str = "MONGODB_ATLAS_PUBLIC_API_KEY";
pub(super) const PRIVATE_API_KEY: &str = "MONGODB_ATLAS_PRIVATE_API_KEY";
pub(super) const PUBLIC_KEY: &str = "MONGODB_ATLAS_PUBLIC_KEY";
pub(super) const PRIVATE_KEY: &str = "MONGODB_ATLAS_PRIVATE_KEY";
pub(super) const OPS_MANAGER_URL: &str = "MONGODB_ATLAS_OPS_MANAGER_URL";
pub(super) const BASE_URL: &str = "MONGODB_ATLAS_BASE_URL";
pub(super) const SERVICE: &str = "MONGODB_ATLAS_SERVICE";
pub(super) const PROFILE: &str = "MONGODB_ATLAS_PROFILE";
const PROJECT_ID: &str = "MONGODB_ATLAS_PROJECT_ID";

// Older names, which the Atlas CLI still reads; all others go first.
pub(super) const MCLI_PUBLIC_API_KEY: &str = "MCLI_PUBLIC_API_KEY";
pub(super) const MCLI_PRIVATE_API_KEY: &str = "MCLI_PRIVATE_API_KEY";
pub(super) const MCLI_OPS_MANAGER_URL: &str = "MCLI_OPS_MANAGER_URL";
pub(super) const MCLI_SERVICE: &str = "MCLI_SERVICE";
const MCLI_PROJECT_ID: &str = "MCLI_PROJECT_ID";

/// Every variable that holds a credential or a half of one.
pub(crate) const CREDENTIALS: [&str; 9] = [
    ACCESS_TOKEN,
    CLIENT_ID,
    CLIENT_SECRET,
    PUBLIC_API_KEY,
    PRIVATE_API_KEY,
    PUBLIC_KEY,
    PRIVATE_KEY,
    MCLI_PUBLIC_API_KEY,
    MCLI_PRIVATE_API_KEY,
];

/// The other variables that decide who signs in, or where.
pub(crate) const CHOICES: [&str; 8] = [
    OPS_MANAGER_URL,
    BASE_URL,
    SERVICE,
    PROFILE,
    PROJECT_ID,
    MCLI_OPS_MANAGER_URL,
    MCLI_SERVICE,
    MCLI_PROJECT_ID,
];

/// A look-up that counts a blank variable as not set and takes what cannot be seen around a value off.
pub(super) struct Variables<'a>(pub(super) &'a dyn Fn(&str) -> Option<String>);

impl Variables<'_> {
    /// The value of a variable.
    pub(super) fn get(&self, name: &str) -> Option<String> {
        let value = (self.0)(name)?;
        let trimmed = trim_visible(&value);
        (!trimmed.is_empty()).then(|| trimmed.to_owned())
    }

    /// The project, and the variable that names it.
    pub(super) fn project_id(&self) -> Option<(&'static str, String)> {
        [PROJECT_ID, MCLI_PROJECT_ID].into_iter().find_map(|name| Some((name, self.get(name)?)))
    }

    /// True when the variable is there and not blank.
    pub(super) fn has(&self, name: &str) -> bool {
        self.get(name).is_some()
    }
}

/// Credentials that the environment holds.
pub(super) struct InEnvironment {
    /// What to sign in with.
    pub(super) credentials: Credentials,
    /// The variables they came from.
    pub(super) names: Vec<&'static str>,
    /// The variables that are set but not used.
    pub(super) shadowed: Vec<ShadowedSource>,
}

/// Two variables that belong together.
struct Pair {
    kind: PairKind,
    identifier: &'static str,
    secret: &'static str,
}

const SERVICE_ACCOUNT: Pair =
    Pair { kind: PairKind::ServiceAccount, identifier: CLIENT_ID, secret: CLIENT_SECRET };

/// An API key has two spellings, and the vendor's tools take one half in one and the other in the other.
/// Pairs of one spelling go first, so that two keys, one in each spelling, are never mixed.
const API_KEYS: [Pair; 5] = [
    Pair { kind: PairKind::ApiKey, identifier: PUBLIC_API_KEY, secret: PRIVATE_API_KEY },
    Pair { kind: PairKind::ApiKey, identifier: PUBLIC_KEY, secret: PRIVATE_KEY },
    Pair { kind: PairKind::ApiKey, identifier: PUBLIC_API_KEY, secret: PRIVATE_KEY },
    Pair { kind: PairKind::ApiKey, identifier: PUBLIC_KEY, secret: PRIVATE_API_KEY },
    Pair { kind: PairKind::ApiKey, identifier: MCLI_PUBLIC_API_KEY, secret: MCLI_PRIVATE_API_KEY },
];

impl Pair {
    fn is_touched(&self, variables: &Variables) -> bool {
        variables.has(self.identifier) || variables.has(self.secret)
    }

    fn is_complete(&self, variables: &Variables) -> bool {
        variables.has(self.identifier) && variables.has(self.secret)
    }

    fn read(&self, variables: &Variables) -> Result<Credentials, CredentialsError> {
        let half = |set, missing| CredentialsError::Half { set, missing };
        let identifier = variables.get(self.identifier).ok_or_else(|| half(self.secret, self.identifier))?;
        let secret = variables.get(self.secret).ok_or_else(|| half(self.identifier, self.secret))?;
        Credentials::pair(self.kind, &identifier, secret).map_err(|(half, problem)| {
            let variable = if half == Half::Identifier { self.identifier } else { self.secret };
            CredentialsError::Value { place: variable.to_owned(), problem }
        })
    }
}

/// Credentials from the variables of the environment; `None` when there are none.
///
/// Half a pair is an error unless something that goes before it is complete: to sign in as someone else
/// than the one who was half named would be a guess.
pub(super) fn find(variables: &Variables) -> Result<Option<InEnvironment>, CredentialsError> {
    if let Some(token) = variables.get(ACCESS_TOKEN) {
        let credentials = Credentials::access_token(token)
            .map_err(|problem| CredentialsError::Value { place: ACCESS_TOKEN.to_owned(), problem })?;
        return Ok(Some(found(variables, credentials, vec![ACCESS_TOKEN], Precedence::AccessToken)));
    }
    if SERVICE_ACCOUNT.is_touched(variables) {
        let credentials = SERVICE_ACCOUNT.read(variables)?;
        let names = vec![SERVICE_ACCOUNT.identifier, SERVICE_ACCOUNT.secret];
        return Ok(Some(found(variables, credentials, names, Precedence::ServiceAccount)));
    }
    let complete = API_KEYS.iter().find(|pair| pair.is_complete(variables));
    let Some(pair) = complete.or_else(|| API_KEYS.iter().find(|pair| pair.is_touched(variables))) else {
        return Ok(None);
    };
    let credentials = pair.read(variables)?;
    Ok(Some(found(variables, credentials, vec![pair.identifier, pair.secret], Precedence::ApiKey)))
}

fn found(
    variables: &Variables,
    credentials: Credentials,
    names: Vec<&'static str>,
    winner: Precedence,
) -> InEnvironment {
    let others = CREDENTIALS.into_iter().filter(|name| !names.contains(name) && variables.has(name));
    let shadowed = others.map(|name| ShadowedSource::new(name, winner)).collect();
    InEnvironment { credentials, names, shadowed }
}

#[cfg(test)]
pub(super) mod tests;
