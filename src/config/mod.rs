//! Where credentials come from. They never come as arguments. The Atlas CLI's file is only ever read here; a new secret
//! is written to a keyring entry when the user asks for it ([`KeyringRequest::replace_secret`]).
//!
//! [`resolve`] puts it together, in the order: a profile named on the command line, the environment, the
//! chosen profile of the Atlas CLI, nothing. Both halves of a pair always come from one source.
//!
//! ```text
//! Profiles::load(config_path(…)) ─┐
//! variables, flags ───────────────┴▶ resolve ─▶ Found ─▶ Ready(Credentials)
//!                                                    ├─▶ NeedsKeyring(request) ─ request.read() ─▶ Credentials
//!                                                    └─▶ NeedsAtlasCli(login) ── login.read() ───▶ Credentials
//! ```

mod atlas_cli;
mod environment;
mod error;
mod file;
mod keyring;
mod profiles;
#[cfg(test)]
mod properties;
mod resolve;

pub use atlas_cli::BrowserLogin;
pub use environment::ShadowedSource;
pub(crate) use environment::{CHOICES, CREDENTIALS};
pub use error::CredentialsError;
pub use file::FileError;
pub(crate) use file::{line_of, read_text, who_can_change_it};
pub use keyring::{ACCESS_TOKEN, KeyringRequest};
pub use profiles::{CredentialSource, Profile, Profiles, config_path};
pub use resolve::{Flags, Found, Origin, resolve};
