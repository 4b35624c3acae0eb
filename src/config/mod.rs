//! Where credentials come from. They never come as arguments. The Atlas CLI's file is only ever read here; a new secret
//! is written to a keyring entry when the user asks for it ([`KeyringRequest::replace_secret`]).
//!
//! [`resolve`] puts it together, in the order: a profile named on the command line, the environment, the
//! chosen profile of the Atlas CLI, nothing. Both halves of a pair always come from one source.
//!
//! ```text
//! Profiles::load(config_path(…)) ─┐
//! variables, flags ───────────────┴▶ resolve ─▶ Found ─▶ Ready(Credentials)
//!                                                    ├─▶ NeedsKeyring(request) ─┐
//!                                                    └─▶ NeedsAtlasCli(profile) ┴─ read() ─▶ Credentials
//! ```

mod atlas_cli;
mod environment;
mod file;
mod keyring;
mod profiles;
#[cfg(test)]
mod properties;
mod resolve;

use std::fmt::Display;

use thiserror::Error;

use crate::domain::{ProfileName, ServerText};

pub use environment::ShadowedSource;
pub(crate) use environment::{CHOICES, CREDENTIALS};
pub(crate) use file::{line_of, read_text, who_can_change_it, with_path};
pub use keyring::{ACCESS_TOKEN, KeyringRequest};
pub use profiles::{CredentialSource, Profile, Profiles, config_path};
pub use resolve::{Flags, Found, Origin, resolve};

/// Why it is not known who signs in, or where. No message holds a secret, or a line of the file of profiles.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum CredentialsError {
    /// Something is missing, or cannot be used: a sentence that names it, with a way out.
    #[error("{0}")]
    Unusable(String),
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
const WAY_OUT: &str = "set MONGODB_ATLAS_CLIENT_ID and MONGODB_ATLAS_CLIENT_SECRET instead";

impl CredentialsError {
    /// What is wrong with the value at a place: a variable, or a setting and its profile.
    fn value(place: impl Display, error: impl Display) -> Self {
        Self::Unusable(format!("{place}: {error}"))
    }
}
