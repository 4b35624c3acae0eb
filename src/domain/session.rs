//! Where requests go, and as whom.

use super::{BaseUrl, ClientId, HostKind, PublicKey};

/// What the header of the screen says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Session {
    /// A host on the network.
    Remote {
        /// The host, as a person recognises it.
        host: String,
        /// Whose host it is.
        host_kind: HostKind,
        /// Who is signed in.
        identity: Identity,
    },
    /// The embedded Atlas of `--demo`, with credentials of this run.
    Demo,
}

/// Who is signed in; the kind of credential, never the credential.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Identity {
    /// A service account, by OAuth 2 client credentials.
    ServiceAccount(ClientId),
    /// Somebody's access token.
    AccessToken,
    /// An API key, by its public half.
    ApiKey(PublicKey),
}

impl Session {
    /// A session at the host of `base_url`.
    pub fn remote(base_url: &BaseUrl, identity: Identity) -> Self {
        Self::Remote { host: base_url.host(), host_kind: base_url.kind(), identity }
    }
}
