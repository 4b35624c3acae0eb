//! Finds credentials in the environment variables of MongoDB's own tools: Atlas CLI, Terraform provider, Go SDK.
//!
//! The order is that of the Terraform provider: access token, service account, API key.

use crate::domain::{Credentials, Half, PairKind, trim_visible};

use super::CredentialsError;

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
pub(super) const PROJECT_ID: &str = "MONGODB_ATLAS_PROJECT_ID";

// Older names, which the Atlas CLI still reads; all others take precedence.
pub(super) const MCLI_PUBLIC_API_KEY: &str = "MCLI_PUBLIC_API_KEY";
pub(super) const MCLI_PRIVATE_API_KEY: &str = "MCLI_PRIVATE_API_KEY";
pub(super) const MCLI_OPS_MANAGER_URL: &str = "MCLI_OPS_MANAGER_URL";
pub(super) const MCLI_SERVICE: &str = "MCLI_SERVICE";
pub(super) const MCLI_PROJECT_ID: &str = "MCLI_PROJECT_ID";

/// Every variable that holds a credential or half of one.
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

/// Looks up variables. A blank variable counts as unset, and invisible characters around a value are removed.
pub(super) struct Variables<'a>(pub(super) &'a dyn Fn(&str) -> Option<String>);

impl Variables<'_> {
    pub(super) fn get(&self, name: &str) -> Option<String> {
        let value = (self.0)(name)?;
        let trimmed = trim_visible(&value);
        (!trimmed.is_empty()).then(|| trimmed.to_owned())
    }

    /// Returns a sentence for each variable that would choose who signs in, but is not used because of `winner`.
    pub(super) fn shadowed_by(&self, winner: &str, used: &[&str]) -> Vec<String> {
        let is_unused = |name: &&str| !used.contains(name) && self.get(name).is_some();
        let unused = CREDENTIALS.into_iter().chain([PROFILE]).filter(is_unused);
        unused.map(|name| shadowed(name, winner)).collect()
    }
}

/// Says that a variable, or a setting of a profile, is set but not used, because another source takes precedence.
pub(super) fn shadowed(name: &str, winner: &str) -> String {
    format!("{name} is not used: {winner} takes precedence")
}

/// Credentials from the environment.
pub(super) struct InEnvironment {
    pub(super) credentials: Credentials,
    /// The variables of these credentials.
    pub(super) names: Vec<&'static str>,
}

/// Two variables that belong together.
struct Pair {
    kind: PairKind,
    identifier: &'static str,
    secret: &'static str,
}

const SERVICE_ACCOUNT: Pair =
    Pair { kind: PairKind::ServiceAccount, identifier: CLIENT_ID, secret: CLIENT_SECRET };

/// An API key has two spellings, and the vendor's tools accept one half in one spelling and the other half in the
/// other. Pairs with one spelling come first, so that two keys in different spellings are never mixed.
const API_KEYS: [Pair; 5] = [
    Pair { kind: PairKind::ApiKey, identifier: PUBLIC_API_KEY, secret: PRIVATE_API_KEY },
    Pair { kind: PairKind::ApiKey, identifier: PUBLIC_KEY, secret: PRIVATE_KEY },
    Pair { kind: PairKind::ApiKey, identifier: PUBLIC_API_KEY, secret: PRIVATE_KEY },
    Pair { kind: PairKind::ApiKey, identifier: PUBLIC_KEY, secret: PRIVATE_API_KEY },
    Pair { kind: PairKind::ApiKey, identifier: MCLI_PUBLIC_API_KEY, secret: MCLI_PRIVATE_API_KEY },
];

impl Pair {
    /// The number of halves that are set.
    fn count(&self, variables: &Variables) -> usize {
        [self.identifier, self.secret].into_iter().filter(|name| variables.get(name).is_some()).count()
    }

    fn read(&self, variables: &Variables) -> Result<Credentials, CredentialsError> {
        let half = |name, other| {
            variables.get(name).ok_or_else(|| format!("{other} is set, but {name} is not: set both"))
        };
        let identifier = half(self.identifier, self.secret)?;
        let secret = half(self.secret, self.identifier)?;
        Credentials::pair(self.kind, &identifier, secret).map_err(|(half, error)| {
            let variable = if half == Half::Identifier { self.identifier } else { self.secret };
            CredentialsError::value(variable, error)
        })
    }
}

/// Returns the credentials in the environment; `None` if there are none.
///
/// Half a pair is an error unless a source with precedence is complete: signing in as anyone else would be a guess.
pub(super) fn find(variables: &Variables) -> Result<Option<InEnvironment>, CredentialsError> {
    if let Some(token) = variables.get(ACCESS_TOKEN) {
        let credentials = Credentials::access_token(token);
        let credentials = credentials.map_err(|error| CredentialsError::value(ACCESS_TOKEN, error))?;
        return Ok(Some(InEnvironment { credentials, names: vec![ACCESS_TOKEN] }));
    }
    let with_halves = |count| API_KEYS.iter().find(move |pair| pair.count(variables) >= count);
    let account = Some(&SERVICE_ACCOUNT).filter(|pair| pair.count(variables) > 0);
    let Some(pair) = account.or_else(|| with_halves(2)).or_else(|| with_halves(1)) else { return Ok(None) };
    let names = vec![pair.identifier, pair.secret];
    Ok(Some(InEnvironment { credentials: pair.read(variables)?, names }))
}
