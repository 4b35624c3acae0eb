//! The login keychain of macOS and the Credential Manager of Windows.

use std::collections::HashMap;
use std::sync::Arc;

use keyring_core::{CredentialStore, Entry, Error};

use crate::domain::ServerText;

use crate::config::CredentialsError;

/// The keyring, and the service name that all entries of a profile share.
pub(super) struct Keyring(Arc<CredentialStore>, String);

impl Keyring {
    #[cfg(target_os = "macos")]
    pub(super) fn open(service: String) -> Result<Self, CredentialsError> {
        let store = apple_native_keyring_store::keychain::Store::new().map_err(|error| open_error(&error))?;
        Ok(Self(store, service))
    }

    #[cfg(windows)]
    pub(super) fn open(service: String) -> Result<Self, CredentialsError> {
        let store = windows_native_keyring_store::Store::new().map_err(|error| open_error(&error))?;
        Ok(Self(store, service))
    }

    /// Returns the value of an entry; `None` if there is none.
    pub(super) fn entry(&self, user: &'static str) -> Result<Option<Vec<u8>>, CredentialsError> {
        match self.build(user)?.get_secret() {
            // The caller reports a value that is not text.
            Ok(bytes) | Err(Error::BadEncoding(bytes) | Error::BadDataFormat(bytes, _)) => Ok(Some(bytes)),
            Err(Error::NoEntry) => Ok(None),
            Err(error) => Err(open_error(&error)),
        }
    }

    /// Returns the value of an entry if it can be read without a prompt: macOS asks the user before it shows another
    /// program's entry.
    pub(super) fn unlocked_entry(&self, user: &'static str) -> Option<Vec<u8>> {
        if cfg!(target_os = "macos") { None } else { self.entry(user).ok()? }
    }

    /// True if there is such an entry. macOS may prompt for it.
    pub(super) fn has(&self, user: &'static str) -> bool {
        self.entry(user).is_ok_and(|entry| entry.is_some())
    }

    /// Replaces the value of an existing entry.
    pub(super) fn set(&self, user: &'static str, value: &[u8]) -> Result<(), CredentialsError> {
        self.build(user)?.set_secret(value).map_err(|error| open_error(&error))
    }

    /// Deletes an entry, if it exists.
    pub(super) fn delete(&self, user: &'static str) -> Result<(), CredentialsError> {
        match self.build(user)?.delete_credential() {
            Ok(()) | Err(Error::NoEntry) => Ok(()),
            Err(error) => Err(open_error(&error)),
        }
    }

    fn build(&self, user: &'static str) -> Result<Entry, CredentialsError> {
        // go-keyring calls an entry of the Credential Manager `service:user`; `keyring_core` uses another name.
        let target = format!("{}:{user}", self.1);
        let modifiers = HashMap::from([("target", target.as_str())]);
        let modifiers = cfg!(windows).then_some(&modifiers);
        self.0.build(&self.1, user, modifiers).map_err(|error| open_error(&error))
    }
}

/// Returns the error for a keyring that does not open.
fn open_error(error: &Error) -> CredentialsError {
    match error {
        Error::NoStorageAccess(cause) => CredentialsError::KeyringLocked(ServerText::new(&cause.to_string())),
        Error::PlatformFailure(cause) => {
            CredentialsError::KeyringUnavailable(ServerText::new(&cause.to_string()))
        }
        // The other kinds can contain what was read, so only this text is shown.
        _ => CredentialsError::KeyringUnavailable(ServerText::new("it rejected the request")),
    }
}

/// The fake keyring does not accept the modifiers that Windows needs.
#[cfg(not(windows))]
#[cfg(test)]
mod tests {
    use keyring_core::mock;

    use super::*;

    #[test]
    fn an_entry_is_found_replaced_and_deleted() {
        let keyring = Keyring(mock::Store::new().unwrap(), "atlascli_ci".to_owned());
        assert_eq!(keyring.entry("client_secret"), Ok(None));
        keyring.set("client_secret", b"new").unwrap();
        assert_eq!(keyring.entry("client_secret"), Ok(Some(b"new".to_vec())));
        assert_eq!(keyring.unlocked_entry("client_id"), None);
        assert!(keyring.has("client_secret") && !keyring.has("client_id"));
        for _ in 0..2 {
            keyring.delete("client_secret").unwrap();
            assert_eq!(keyring.entry("client_secret"), Ok(None));
        }
    }

    #[test]
    fn a_keyring_that_fails_is_not_called_locked_and_bytes_are_left_to_the_caller() {
        let text = ServerText::new;
        let rows = [
            (Error::NoStorageAccess("locked".into()), Err(CredentialsError::KeyringLocked(text("locked")))),
            (Error::PlatformFailure("none".into()), Err(CredentialsError::KeyringUnavailable(text("none")))),
            (Error::BadEncoding(b"\xff".to_vec()), Ok(Some(b"\xff".to_vec()))),
        ];
        for (failure, expected) in rows {
            let keyring = Keyring(mock::Store::new().unwrap(), "atlascli_ci".to_owned());
            let entry = keyring.build("client_id").unwrap();
            entry.as_any().downcast_ref::<mock::Cred>().unwrap().set_error(failure);
            assert_eq!(keyring.entry("client_id"), expected);
        }
    }
}
