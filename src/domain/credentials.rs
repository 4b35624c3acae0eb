//! What a session signs in with.

use secrecy::SecretString;

use super::{ClientId, Identity, PublicKey};

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

impl Credentials {
    /// Who signs in with them.
    pub fn identity(&self) -> Identity {
        match self {
            Self::AccessToken(_) => Identity::AccessToken,
            Self::ServiceAccount { client_id, .. } => Identity::ServiceAccount(client_id.clone()),
            Self::ApiKey { public_key, .. } => Identity::ApiKey(public_key.clone()),
        }
    }
}
