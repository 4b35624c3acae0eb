//! The Secret Service (GNOME Keyring, `KWallet`, `KeePassXC`), over the session's D-Bus.

use std::collections::HashMap;

use secret_service::blocking::{Item, SecretService};
use secret_service::{EncryptionType, Error};

use crate::domain::ServerText;

use crate::config::CredentialsError;

/// The collection in which go-keyring, the Atlas CLI's library, stores its entries. If it does not exist, go-keyring
/// uses the default one.
const LOGIN: &str = "/org/freedesktop/secrets/collection/login";

/// The content type that go-keyring writes.
const CONTENT_TYPE: &str = "text/plain; charset=utf8";

/// The keyring, and the service name that all entries of a profile share.
pub(super) struct Keyring(SecretService<'static>, String);

impl Keyring {
    pub(super) fn open(service: String) -> Result<Self, CredentialsError> {
        let connected = SecretService::connect(EncryptionType::Dh).map_err(|error| open_error(&error))?;
        Ok(Self(connected, service))
    }

    /// Returns the value of an entry; `None` if there is none.
    pub(super) fn entry(&self, user: &'static str) -> Result<Option<Vec<u8>>, CredentialsError> {
        self.with_item(user, |item| unlocked(item)?.get_secret())
    }

    /// Returns the value of an entry if it can be read without unlocking anything.
    pub(super) fn unlocked_entry(&self, user: &'static str) -> Option<Vec<u8>> {
        self.0.search_items(self.attributes(user)).ok()?.unlocked.first()?.get_secret().ok()
    }

    /// True if there is such an entry, locked or not, as far as can be found out without unlocking anything.
    pub(super) fn has(&self, user: &'static str) -> bool {
        let found = self.0.search_items(self.attributes(user));
        found.is_ok_and(|found| !found.unlocked.is_empty() || !found.locked.is_empty())
    }

    /// Replaces the value of an existing entry.
    pub(super) fn set(&self, user: &'static str, value: &[u8]) -> Result<(), CredentialsError> {
        self.with_item(user, |item| unlocked(item)?.set_secret(value, CONTENT_TYPE)).map(|_| ())
    }

    /// Deletes an entry, if it exists.
    pub(super) fn delete(&self, user: &'static str) -> Result<(), CredentialsError> {
        self.with_item(user, |item| unlocked(item)?.delete()).map(|_| ())
    }

    fn with_item<T>(
        &self,
        user: &'static str,
        work: impl Fn(&Item) -> Result<T, Error>,
    ) -> Result<Option<T>, CredentialsError> {
        find(&self.0, &self.attributes(user), work).map_err(|error| open_error(&error))
    }

    fn attributes(&self, user: &'static str) -> HashMap<&str, &str> {
        HashMap::from([("service", self.1.as_str()), ("username", user)])
    }
}

/// Searches the login collection, then the default one, then all, and does `work` with the first item. Collections are
/// unlocked first, because a locked one need not show its entries. A prompt that the user dismisses ends the search.
fn find<T>(
    service: &SecretService,
    attributes: &HashMap<&str, &str>,
    work: impl Fn(&Item) -> Result<T, Error>,
) -> Result<Option<T>, Error> {
    let all = service.get_all_collections()?;
    let login = all.into_iter().find(|collection| collection.collection_path.as_str() == LOGIN);
    let default = match service.get_default_collection() {
        Err(Error::NoResult) => None,
        found => Some(found?),
    };
    for collection in login.into_iter().chain(default) {
        if collection.is_locked()? {
            collection.unlock()?;
        }
        if let Some(item) = collection.search_items(attributes.clone())?.first() {
            return work(item).map(Some);
        }
    }
    let found = service.search_items(attributes.clone())?;
    found.unlocked.first().or(found.locked.first()).map(work).transpose()
}

fn unlocked<'a, 'b>(item: &'a Item<'b>) -> Result<&'a Item<'b>, Error> {
    if item.is_locked()? {
        item.unlock()?;
    }
    Ok(item)
}

/// Returns the error for a keyring that does not open.
fn open_error(error: &Error) -> CredentialsError {
    let locked = |why| CredentialsError::KeyringLocked(ServerText::new(why));
    match error {
        Error::Prompt => locked("its prompt was dismissed"),
        Error::Locked => locked("it did not unlock"),
        error => CredentialsError::KeyringUnavailable(ServerText::new(&error.to_string())),
    }
}

#[cfg(test)]
mod tests;
