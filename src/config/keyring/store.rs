//! The keyring of each system.

use std::sync::Arc;

use keyring_core::{CredentialStore, Error};

use crate::domain::ServerText;

use super::KeyringError;

/// Opens the Secret Service (GNOME Keyring, `KWallet`, `KeePassXC`) over the session's D-Bus.
#[cfg(all(unix, not(target_os = "macos")))]
pub(super) fn open() -> keyring_core::Result<Arc<CredentialStore>> {
    Ok(zbus_secret_service_keyring_store::Store::new()?)
}

/// Opens the login keychain.
#[cfg(target_os = "macos")]
pub(super) fn open() -> keyring_core::Result<Arc<CredentialStore>> {
    Ok(apple_native_keyring_store::keychain::Store::new()?)
}

/// Opens the Credential Manager.
#[cfg(windows)]
pub(super) fn open() -> keyring_core::Result<Arc<CredentialStore>> {
    Ok(windows_native_keyring_store::Store::new()?)
}

/// What a keyring that does not open comes to.
pub(super) fn closed(error: &Error) -> KeyringError {
    match error {
        Error::NoStorageAccess(cause) => KeyringError::Locked(ServerText::new(&cause.to_string())),
        Error::PlatformFailure(cause) => KeyringError::Unavailable(ServerText::new(&cause.to_string())),
        // The other kinds can hold what was read; their names are said, their content is not.
        _ => KeyringError::Unavailable(ServerText::new("it did not understand the request")),
    }
}
