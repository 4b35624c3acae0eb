//! Where requests go, and as whom.

use super::{BaseUrl, ClientId, HostKind};

/// What the header of the screen says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Session {
    /// The host, as a person recognises it.
    pub host: String,
    /// Whose host it is.
    pub host_kind: HostKind,
    /// Who is signed in.
    pub identity: Identity,
    /// True when the host is the embedded Atlas of `--demo`.
    pub is_demo: bool,
}

/// Who is signed in; the kind of credential, never the credential.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Identity {
    /// A service account, by OAuth 2 client credentials.
    ServiceAccount(ClientId),
    /// Somebody's access token.
    AccessToken,
}

impl Session {
    /// A session at the host of `base_url`.
    pub fn new(base_url: &BaseUrl, identity: Identity) -> Self {
        Self { host: base_url.host(), host_kind: base_url.kind(), identity, is_demo: false }
    }
}
