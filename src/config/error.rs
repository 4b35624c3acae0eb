//! Why there are no credentials.
//!
//! **Invariant:** no message holds a secret, or a line of the file of profiles.

use std::fmt::Display;

use thiserror::Error;

use crate::domain::{ProfileName, ServerText};

use super::file::FileError;

/// Why it is not known who signs in, or where.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum CredentialsError {
    /// Something is missing, or cannot be used: a sentence that names it, with a way out.
    #[error("{0}")]
    Unusable(String),
    /// The file of profiles cannot be used.
    #[error(transparent)]
    File(#[from] FileError),
    /// The profile was changed while the program ran.
    #[error("profile `{0}` now belongs to another account")]
    OtherAccount(ProfileName),
    /// There is no keyring, or it does not answer; a machine without a desktop has none.
    #[error("the system's keyring cannot be opened ({0}): {WAY_OUT}")]
    KeyringUnavailable(ServerText),
    /// The user dismissed the prompt that unlocks it, or the system refused to unlock it.
    #[error("the system's keyring is locked ({0}): try again and unlock it, or {WAY_OUT}")]
    KeyringLocked(ServerText),
}

/// What helps where the keyring does not.
pub(super) const WAY_OUT: &str = "set MONGODB_ATLAS_CLIENT_ID and MONGODB_ATLAS_CLIENT_SECRET instead";

impl CredentialsError {
    /// What is wrong with the value at a place: a variable, or a setting and its profile.
    pub(super) fn value(place: impl Display, error: impl Display) -> Self {
        Self::Unusable(format!("{place}: {error}"))
    }
}
