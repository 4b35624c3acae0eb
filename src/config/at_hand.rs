//! Credentials that are there, or known to lie in the system's keyring.

use crate::domain::{Credentials, Half, PairKind, ProfileName};

/// Credentials, as far as they can be had without asking the person.
#[derive(Clone, Debug)]
pub enum CredentialSource {
    /// Here they are.
    Ready(Credentials),
    /// The profile keeps them in the system's keyring, which may ask the person to unlock it.
    NeedsKeyring(KeyringRequest),
}

/// What to ask the system's keyring for. The Atlas CLI keeps one entry for each half of a pair.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyringRequest {
    /// The profile.
    pub profile: ProfileName,
    /// What the two entries make together.
    pub kind: PairKind,
}

impl KeyringRequest {
    /// The keyring's name for the profile's entries: `atlascli_` and the profile's name.
    pub fn service(&self) -> String {
        format!("atlascli_{}", self.profile.as_str())
    }

    /// The keyring's name for the user of an entry: the name that the setting would have in the file.
    pub fn user(&self, half: Half) -> &'static str {
        setting_of(self.kind, half)
    }
}

/// The name of a half of a pair in the Atlas CLI's file and in its keyring entries.
pub(super) fn setting_of(kind: PairKind, half: Half) -> &'static str {
    match (kind, half) {
        (PairKind::ServiceAccount, Half::Identifier) => "client_id",
        (PairKind::ServiceAccount, Half::Secret) => "client_secret",
        (PairKind::ApiKey, Half::Identifier) => "public_api_key",
        (PairKind::ApiKey, Half::Secret) => "private_api_key",
    }
}
