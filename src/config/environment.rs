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
}

/// A source that is set but not used, because another one takes precedence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShadowedSource {
    /// The variable, or the setting of a profile.
    pub name: String,
    /// The source that takes precedence.
    pub winner: &'static str,
}

impl ShadowedSource {
    pub(super) fn new(name: impl Into<String>, winner: &'static str) -> Self {
        Self { name: name.into(), winner }
    }

    /// Returns one sentence per winner, so that many unused variables stay readable.
    pub fn sentences(all: &[Self]) -> Vec<String> {
        let mut winners: Vec<&str> = Vec::new();
        for shadowed in all {
            if !winners.contains(&shadowed.winner) {
                winners.push(shadowed.winner);
            }
        }
        let sentence = |winner| {
            let unused = all.iter().filter(|shadowed| shadowed.winner == winner);
            let names: Vec<&str> = unused.map(|shadowed| shadowed.name.as_str()).collect();
            let verb = if names.len() == 1 { "is" } else { "are" };
            format!("{} {verb} not used: {winner} takes precedence", names.join(", "))
        };
        winners.into_iter().map(sentence).collect()
    }
}

/// Credentials from the environment.
pub(super) struct InEnvironment {
    pub(super) credentials: Credentials,
    /// The variables of these credentials.
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
            let missing =
                || CredentialsError::Unusable(format!("{other} is set, but {name} is not: set both"));
            variables.get(name).ok_or_else(missing)
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
    let with_halves = |count| API_KEYS.iter().find(move |pair| pair.count(variables) >= count);
    let (credentials, names, winner) = if let Some(token) = variables.get(ACCESS_TOKEN) {
        let credentials = Credentials::access_token(token);
        let credentials = credentials.map_err(|error| CredentialsError::value(ACCESS_TOKEN, error))?;
        (credentials, vec![ACCESS_TOKEN], ACCESS_TOKEN)
    } else if SERVICE_ACCOUNT.count(variables) > 0 {
        let names = vec![SERVICE_ACCOUNT.identifier, SERVICE_ACCOUNT.secret];
        (SERVICE_ACCOUNT.read(variables)?, names, "the service account in the environment")
    } else if let Some(pair) = with_halves(2).or_else(|| with_halves(1)) {
        let names = vec![pair.identifier, pair.secret];
        (pair.read(variables)?, names, "the API key in other variables")
    } else {
        return Ok(None);
    };
    let is_unused = |name: &&str| !names.contains(name) && variables.get(name).is_some();
    let unused = CREDENTIALS.into_iter().filter(is_unused);
    let shadowed = unused.map(|name| ShadowedSource::new(name, winner)).collect();
    Ok(Some(InEnvironment { credentials, names, shadowed }))
}
