//! Where credentials come from. They never come as arguments, and nothing here is ever written.
//!
//! [`resolve`] puts it together, in the order: a profile named on the command line, the environment, the
//! chosen profile of the Atlas CLI, nothing. Both halves of a pair always come from one source.
//!
//! ```text
//! Profiles::load(config_path(…)) ─┐
//! variables, flags ───────────────┴▶ resolve ─▶ Found ─▶ Ready(Credentials)
//!                                                    └─▶ NeedsKeyring(request) ─ request.read() ─▶ Credentials
//! ```

mod at_hand;
mod base_url;
mod choice;
mod environment;
mod keyring;
mod not_used;
mod profile;
mod profiles;
mod profiles_file;
#[cfg(test)]
mod properties;
mod resolve;
mod variables;
mod warning;

pub use at_hand::{CredentialSource, KeyringRequest};
pub use base_url::BaseUrlProblem;
pub use choice::ChoiceError;
pub use environment::EnvironmentError;
pub use keyring::KeyringError;
pub use not_used::{Precedence, ShadowedSource};
pub use profile::{Profile, ProfileError, ProfileProblem};
pub use profiles::{Profiles, config_path};
pub use profiles_file::{FileProblem, ProfilesError};
pub use resolve::{CredentialsError, Flags, Found, Origin, resolve};
pub use warning::Warning;
