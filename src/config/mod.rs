//! Finds credentials, which are never arguments. This module only reads the Atlas CLI's file; it writes a new secret to
//! a keyring entry if the user asks for it ([`KeyringRequest::replace_secret`]).
//!
//! [`resolve`] tries, in this order: a profile named on the command line, the environment, the chosen profile of the
//! Atlas CLI. Both halves of a pair always come from one source.
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
mod resolve;

use std::fmt::Display;

use thiserror::Error;

use crate::domain::{ProfileName, ServerText};

pub(crate) use environment::{CHOICES, CREDENTIALS};
pub(crate) use file::{line_of, read_text, who_can_change_it, with_path};
pub use keyring::{ACCESS_TOKEN, KeyringRequest};
pub use profiles::{CredentialSource, Profile, Profiles, config_path};
pub use resolve::{CredentialOrigin, Found, SignInOptions, resolve};

/// Why the credentials or the host could not be determined. No message contains a secret, or a line of the profile
/// file.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum CredentialsError {
    /// Something is missing or unusable. The sentence names it, and says what to do.
    #[error("{0}")]
    Unusable(String),
    /// The profile was changed while the program ran.
    #[error("profile `{0}` now belongs to another account")]
    OtherAccount(ProfileName),
    /// There is no keyring, as on a machine without a desktop, or it does not respond.
    #[error("the system's keyring cannot be opened ({0}): {WAY_OUT}")]
    KeyringUnavailable(ServerText),
    /// The user dismissed the prompt that unlocks it, or the system refused to unlock it.
    #[error("the system's keyring is locked ({0}): try again and unlock it, or {WAY_OUT}")]
    KeyringLocked(ServerText),
}

/// The advice if the keyring does not work.
const WAY_OUT: &str = "set MONGODB_ATLAS_CLIENT_ID and MONGODB_ATLAS_CLIENT_SECRET instead";

impl From<String> for CredentialsError {
    fn from(sentence: String) -> Self {
        Self::Unusable(sentence)
    }
}

impl CredentialsError {
    /// An error in the value of a variable, or of a setting in a profile.
    fn value(source: impl Display, error: impl Display) -> Self {
        Self::Unusable(format!("{source}: {error}"))
    }
}
