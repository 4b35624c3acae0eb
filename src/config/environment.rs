//! Credentials from the environment, by the names that the vendor's own tools use.
//!
//! The order is that of the vendor's Terraform provider: access token, service account, API key.

use thiserror::Error;

use crate::domain::{CredentialProblem, Credentials, Half, PairKind};

use super::not_used::{Precedence, ShadowedSource};
use super::variables::{
    ACCESS_TOKEN, CLIENT_ID, CLIENT_SECRET, CREDENTIALS, MCLI_PRIVATE_API_KEY, MCLI_PUBLIC_API_KEY,
    PRIVATE_API_KEY, PRIVATE_KEY, PUBLIC_API_KEY, PUBLIC_KEY, Variables,
};

/// Why the environment gives no usable credentials. No message holds a value.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum EnvironmentError {
    /// One half of a pair; halves are never mixed from several sources.
    #[error("{set} is set, but {missing} is not: both are needed")]
    Half {
        /// The variable that is there.
        set: &'static str,
        /// The one that belongs to it.
        missing: &'static str,
    },
    /// A value that cannot be what its variable is for.
    #[error("{variable}: {problem}")]
    Value {
        /// The variable that holds it.
        variable: &'static str,
        /// What is wrong with it.
        problem: CredentialProblem,
    },
}

/// Credentials that the environment holds.
pub(super) struct InEnvironment {
    /// What to sign in with.
    pub(super) credentials: Credentials,
    /// The variables they came from.
    pub(super) names: Vec<&'static str>,
    /// The variables that are set but were not needed.
    pub(super) not_used: Vec<ShadowedSource>,
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

    fn read(&self, variables: &Variables) -> Result<Credentials, EnvironmentError> {
        let half = |set, missing| EnvironmentError::Half { set, missing };
        let identifier = variables.get(self.identifier).ok_or_else(|| half(self.secret, self.identifier))?;
        let secret = variables.get(self.secret).ok_or_else(|| half(self.identifier, self.secret))?;
        Credentials::pair(self.kind, &identifier, secret).map_err(|(half, problem)| {
            let variable = if half == Half::Identifier { self.identifier } else { self.secret };
            EnvironmentError::Value { variable, problem }
        })
    }
}

/// Credentials from the variables of the environment; `None` when there are none.
///
/// Half a pair is an error unless something that goes before it is complete: to sign in as someone else
/// than the one who was half named would be a guess.
pub(super) fn find(variables: &Variables) -> Result<Option<InEnvironment>, EnvironmentError> {
    if let Some(token) = variables.get(ACCESS_TOKEN) {
        let credentials = Credentials::access_token(token)
            .map_err(|problem| EnvironmentError::Value { variable: ACCESS_TOKEN, problem })?;
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
    let not_used = others.map(|name| ShadowedSource::new(name, winner)).collect();
    InEnvironment { credentials, names, not_used }
}

#[cfg(test)]
mod tests;
