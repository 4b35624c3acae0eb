//! Credentials of a profile from the system's keyring, where the Atlas CLI keeps them on a desktop.

use thiserror::Error;
use tokio::sync::oneshot;

use crate::domain::{CredentialProblem, Credentials, ServerText};

use super::at_hand::KeyringRequest;

#[cfg(feature = "keyring")]
mod entries;
#[cfg(all(feature = "keyring", any(windows, target_os = "macos", test)))]
mod native;
#[cfg(all(feature = "keyring", unix, not(target_os = "macos")))]
mod secret_service;

#[cfg(all(feature = "keyring", any(windows, target_os = "macos")))]
use native::Keyring;
#[cfg(all(feature = "keyring", unix, not(target_os = "macos")))]
use secret_service::Keyring;

/// Why the keyring gave no credentials. No message holds one.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum KeyringError {
    /// This program was built without the feature `keyring`.
    #[error("the profile's secret is in the system's keyring, which this build cannot read: {WAY_OUT}")]
    NotBuilt,
    /// There is no keyring, or it does not answer; a machine without a desktop has none.
    #[error("the system's keyring cannot be opened ({0}): {WAY_OUT}")]
    Unavailable(ServerText),
    /// The user dismissed the prompt that unlocks it, or the system refused to unlock it.
    #[error("the system's keyring is locked ({0}): try again and unlock it, or {WAY_OUT}")]
    Locked(ServerText),
    /// The profile's entry is not there.
    #[error("the system's keyring has no `{user}` for `{service}`: run `atlas auth login` for this profile")]
    Missing {
        /// The keyring's name for the profile.
        service: ServerText,
        /// The keyring's name for the setting.
        user: &'static str,
    },
    /// An entry that is no text, or not encoded as its prefix says.
    #[error("the `{0}` in the system's keyring is not text: run `atlas auth login` for this profile")]
    NotText(&'static str),
    /// An entry that cannot be what it is for.
    #[error("the `{user}` in the system's keyring is wrong: {problem}")]
    Value {
        /// The keyring's name for the setting.
        user: &'static str,
        /// What is wrong with it.
        problem: CredentialProblem,
    },
}

const WAY_OUT: &str = "set MONGODB_ATLAS_CLIENT_ID and MONGODB_ATLAS_CLIENT_SECRET instead";

impl KeyringRequest {
    /// Asks the keyring, on a thread of its own: it may wait for the user in front of an unlock dialog, for
    /// as long as they like. Dropping the receiver gives up; the thread then ends by itself, or with the
    /// program. A receiver that fails means that the thread could not be started or panicked.
    #[must_use]
    pub fn read(self) -> oneshot::Receiver<Result<Credentials, KeyringError>> {
        let (answer, receiver) = oneshot::channel();
        // A thread that cannot be started drops `answer`, which the receiver sees. Where no one waits any
        // more, there is no one to tell.
        let _ = std::thread::Builder::new().name("keyring".to_owned()).spawn(move || {
            let _ = answer.send(read(&self));
        });
        receiver
    }
}

#[cfg(feature = "keyring")]
fn read(request: &KeyringRequest) -> Result<Credentials, KeyringError> {
    let keyring = Keyring::open()?;
    entries::pair(request, |user| keyring.entry(&request.service(), user))
}

#[cfg(not(feature = "keyring"))]
fn read(_: &KeyringRequest) -> Result<Credentials, KeyringError> {
    Err(KeyringError::NotBuilt)
}
