//! What a session signs in with.

use secrecy::SecretString;
use thiserror::Error;

use super::ids::SECRET_PREFIX;
use super::{ClientId, ClientIdError, Identity, PublicKey, PublicKeyError};

/// Credentials for the Atlas Administration API. Their `Debug` shows no secret.
#[derive(Clone, Debug)]
pub enum Credentials {
    /// A token that somebody else obtained; it is sent as it is and never revoked by this program.
    AccessToken(SecretString),
    /// A service account: OAuth 2 client credentials (RFC 6749, section 4.4).
    ServiceAccount {
        /// The account's client id.
        client_id: ClientId,
        /// One of the account's secrets.
        client_secret: SecretString,
    },
    /// An API key of a project or organization: HTTP digest (RFC 7616).
    ApiKey {
        /// The public half, which is no secret.
        public_key: PublicKey,
        /// The private half.
        private_key: SecretString,
    },
}

/// The kinds of credential that consist of two halves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PairKind {
    /// Client id and client secret.
    ServiceAccount,
    /// Public and private key.
    ApiKey,
}

/// One half of a pair.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Half {
    /// The half that says who: a client id or a public key.
    Identifier,
    /// The half that proves it: a client secret or a private key.
    Secret,
}

/// Why a text is no credential. No message holds the text.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum CredentialProblem {
    /// It cannot be sent in an HTTP header.
    #[error("it holds a character that no credential has: a space, a line break or the like")]
    Unsendable,
    /// It is no client id.
    #[error("{0}")]
    ClientId(#[from] ClientIdError),
    /// It is no public key.
    #[error("{0}")]
    PublicKey(#[from] PublicKeyError),
    /// The secret of a service account stands where a private key belongs.
    #[error("that is the secret of a service account (it starts with mdb_sa), not a private key")]
    SecretOfServiceAccount,
}

impl Credentials {
    /// Who signs in with them.
    pub fn identity(&self) -> Identity {
        match self {
            Self::AccessToken(_) => Identity::AccessToken,
            Self::ServiceAccount { client_id, .. } => Identity::ServiceAccount(client_id.clone()),
            Self::ApiKey { public_key, .. } => Identity::ApiKey(public_key.clone()),
        }
    }

    /// Makes an access token of a text.
    pub fn access_token(token: String) -> Result<Self, CredentialProblem> {
        Ok(Self::AccessToken(sendable(token)?))
    }

    /// Makes a pair of two texts that come from one source, or says which half is wrong.
    pub fn pair(kind: PairKind, identifier: &str, secret: String) -> Result<Self, (Half, CredentialProblem)> {
        let in_identifier = |problem| (Half::Identifier, problem);
        let in_secret = |problem| (Half::Secret, problem);
        match kind {
            PairKind::ServiceAccount => Ok(Self::ServiceAccount {
                client_id: ClientId::parse(identifier).map_err(|error| in_identifier(error.into()))?,
                client_secret: sendable(secret).map_err(in_secret)?,
            }),
            PairKind::ApiKey if secret.starts_with(SECRET_PREFIX) => {
                Err(in_secret(CredentialProblem::SecretOfServiceAccount))
            }
            PairKind::ApiKey => Ok(Self::ApiKey {
                public_key: PublicKey::parse(identifier).map_err(|error| in_identifier(error.into()))?,
                private_key: sendable(secret).map_err(in_secret)?,
            }),
        }
    }
}

/// A header of HTTP takes visible ASCII; credentials of Atlas are nothing else.
fn sendable(text: String) -> Result<SecretString, CredentialProblem> {
    if text.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Ok(SecretString::from(text));
    }
    Err(CredentialProblem::Unsendable)
}

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret;

    use super::*;

    #[test]
    fn what_is_typed_goes_into_a_header_as_it_is_or_not_at_all() {
        let token = |text: &str| Credentials::access_token(text.to_owned());
        let Ok(Credentials::AccessToken(kept)) = token("FAKE.token+1/=") else { panic!("a token") };
        assert_eq!(kept.expose_secret(), "FAKE.token+1/=");
        for text in ["FAKE token", "FAKE\r\nHeader: x", "FAK\u{c9}"] {
            assert!(matches!(token(text), Err(CredentialProblem::Unsendable)), "{text:?}");
        }
    }

    #[test]
    fn the_secret_of_a_service_account_is_no_private_key() {
        let pair = |secret: &str| Credentials::pair(PairKind::ApiKey, "abcdefgh", secret.to_owned());
        let refused = pair("mdb_sa_sk_FAKE");
        assert!(matches!(refused, Err((Half::Secret, CredentialProblem::SecretOfServiceAccount))));
        assert!(pair("FAKE-mdb_sa_sk_").is_ok());
    }

    #[test]
    fn debug_shows_no_secret() {
        let all = [
            Credentials::access_token("canary".to_owned()).unwrap(),
            Credentials::pair(PairKind::ApiKey, "abcdefgh", "canary".to_owned()).unwrap(),
            Credentials::pair(
                PairKind::ServiceAccount,
                "mdb_sa_id_1234567890abcdef12345678",
                "canary".to_owned(),
            )
            .unwrap(),
        ];
        for credentials in all {
            assert!(!format!("{credentials:?}").contains("canary"));
        }
    }
}
