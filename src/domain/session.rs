//! Where requests go, and as whom.

use super::{
    BaseUrl, ClientId, PairKind, ProfileName, PublicKey, ReadProblem, Rejection, RejectionKind, ServerText,
};

/// What the header of the screen says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Session {
    /// A host on the network.
    Remote {
        /// Where it is.
        base_url: BaseUrl,
        /// Who is signed in.
        identity: Identity,
        /// Where the credentials come from, where that is worth saying.
        origin: Option<ServerText>,
    },
    /// A host on the network, and nobody signed in yet.
    SignedOut {
        /// Where it is.
        base_url: BaseUrl,
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
    /// Whoever a profile of the Atlas CLI names; its credentials lie in the system's keyring.
    Profile {
        /// The profile's name.
        name: ProfileName,
        /// What kind of credentials it has there.
        kind: PairKind,
    },
}

impl Identity {
    /// True when one of the account's secrets may be behind the session, as far as the identity tells.
    pub fn may_be_of(&self, client: &ClientId) -> bool {
        match self {
            Self::AccessToken => true,
            Self::Profile { kind, .. } => *kind == PairKind::ServiceAccount,
            Self::ServiceAccount(own) => own == client,
            Self::ApiKey(_) => false,
        }
    }
}

impl Session {
    /// A session at the host of `base_url`.
    pub fn remote(base_url: &BaseUrl, identity: Identity) -> Self {
        Self::Remote { base_url: base_url.clone(), identity, origin: None }
    }

    /// The same, saying where the credentials come from.
    #[must_use]
    pub fn with_origin(self, origin: ServerText) -> Self {
        match self {
            Self::Remote { base_url, identity, .. } => {
                Self::Remote { base_url, identity, origin: Some(origin) }
            }
            other => other,
        }
    }

    /// Where requests go; the embedded Atlas's address means nothing to anybody else.
    pub fn base_url(&self) -> Option<&BaseUrl> {
        match self {
            Self::Remote { base_url, .. } | Self::SignedOut { base_url } => Some(base_url),
            Self::Demo => None,
        }
    }

    /// The host of `base_url`, and nobody signed in.
    pub fn signed_out(base_url: &BaseUrl) -> Self {
        Self::SignedOut { base_url: base_url.clone() }
    }
}

/// How trying credentials ended, before they are accepted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Tried {
    /// Atlas takes them.
    Accepted,
    /// Atlas takes them, but no request from this machine's address.
    AddressNotListed,
    /// They are of no use.
    Refused(ReadProblem),
}

impl Tried {
    /// Sorts the answer to a harmless read. Getting a token ignores the access list and using it does not, so
    /// a refusal of the address says that the credentials are right.
    pub fn from_read(result: Result<(), ReadProblem>) -> Self {
        match result {
            Ok(()) => Self::Accepted,
            Err(ReadProblem::Rejected(rejection)) if is_about_the_address(&rejection) => {
                Self::AddressNotListed
            }
            Err(problem) => Self::Refused(problem),
        }
    }
}

/// What was tried, and how the session goes on if it was accepted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TriedSession {
    /// How it ended.
    pub tried: Tried,
    /// Where requests go from now on, and as whom.
    pub session: Session,
    /// The project that the form can start with.
    pub project: Option<String>,
    /// The account that the form can start with.
    pub client: Option<String>,
}

fn is_about_the_address(rejection: &Rejection) -> bool {
    matches!(rejection.kind(), RejectionKind::AddressNotAllowed | RejectionKind::AccessListMissing)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_of_the_address_says_that_the_credentials_are_right() {
        let rejection = |status, code| Rejection {
            status,
            error_code: ServerText::new(code),
            detail: ServerText::default(),
            fields: Vec::new(),
            address: None,
            retry_after: None,
        };
        let refused = |rejection: Rejection| Tried::from_read(Err(ReadProblem::Rejected(rejection)));
        assert_eq!(Tried::from_read(Ok(())), Tried::Accepted);
        for code in ["IP_ADDRESS_NOT_ON_ACCESS_LIST", "ORG_REQUIRES_ACCESS_LIST"] {
            assert_eq!(refused(rejection(403, code)), Tried::AddressNotListed, "{code}");
        }
        assert!(matches!(refused(rejection(403, "FORBIDDEN")), Tried::Refused(_)));
        assert!(matches!(refused(rejection(401, "UNAUTHORIZED")), Tried::Refused(_)));
    }
}
