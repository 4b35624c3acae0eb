//! The ways to sign in that are offered.

use crate::domain::{ProfileName, ServerText};

/// A way to sign in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SignInWay {
    /// A service account's client id and secret.
    ServiceAccount,
    /// An API key's public and private half.
    ApiKey,
    /// Somebody's access token.
    AccessToken,
    /// A profile of the Atlas CLI.
    Profile(ProfileName),
    /// The embedded Atlas.
    Demo,
}

impl SignInWay {
    /// As it stands in the list.
    pub fn title(&self) -> String {
        match self {
            Self::ServiceAccount => "Service account".to_owned(),
            Self::ApiKey => "API key".to_owned(),
            Self::AccessToken => "Access token".to_owned(),
            Self::Profile(name) => format!("Atlas CLI profile {name}"),
            Self::Demo => "Demo, no account needed".to_owned(),
        }
    }

    /// The labels of what is typed: the part that may be seen, and the secret.
    pub fn labels(&self) -> Option<(Option<&'static str>, &'static str)> {
        match self {
            Self::ServiceAccount => Some((Some("Client ID"), "Client secret")),
            Self::ApiKey => Some((Some("Public key"), "Private key")),
            Self::AccessToken => Some((None, "Access token")),
            Self::Profile(_) | Self::Demo => None,
        }
    }

    /// Where a secret lies that signs in by this way, in words.
    pub(super) fn holder(&self) -> Option<ServerText> {
        match self {
            Self::Profile(name) => Some(ServerText::new(&format!("profile {name}"))),
            _ => None,
        }
    }
}
