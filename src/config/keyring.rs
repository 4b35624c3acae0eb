//! Credentials of a profile in the system's keyring, where the Atlas CLI stores them on a desktop: reads them, and
//! writes a new secret.

#[cfg(any(windows, target_os = "macos", test))]
mod native;
#[cfg(all(unix, not(target_os = "macos")))]
mod secret_service;

use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use secrecy::{ExposeSecret, SecretString};
use tokio::runtime::Handle;
use tokio::task::spawn_blocking;
use tokio::time::timeout;
use zeroize::Zeroizing;

use crate::domain::{ClientId, Credentials, Half, PairKind, ProfileName, ServerText};

use super::CredentialsError;

#[cfg(any(windows, target_os = "macos"))]
use native::Keyring;
#[cfg(all(unix, not(target_os = "macos")))]
use secret_service::Keyring;

/// The setting of the token that the Atlas CLI stores beside a secret.
pub const ACCESS_TOKEN: &str = "access_token";

/// A keyring that takes longer is waiting for the user, or hangs.
const RESPONSE_TIMEOUT: Duration = Duration::from_secs(2);

/// The credentials of a profile in the system's keyring. The Atlas CLI stores one entry for each half of a pair.
#[derive(Clone, Debug)]
pub struct KeyringRequest {
    pub profile: ProfileName,
    /// The kind of the pair in the two entries.
    pub kind: PairKind,
    /// The pair in the file. As in the Atlas CLI, it counts only if the keyring has none.
    pub in_file: Option<Credentials>,
}

impl KeyringRequest {
    /// Returns the credentials to use. The keyring may wait at an unlock dialog for as long as the user likes. If the
    /// file has a pair, the keyring is read only if it has one, too; the note says if the two differ, because the
    /// keyring takes precedence.
    pub(super) async fn read(self) -> Result<(Credentials, Option<String>), CredentialsError> {
        let Some(in_file) = self.in_file.clone() else { return Ok((self.ask().await?, None)) };
        let request = self.clone();
        let is_stored = timeout(RESPONSE_TIMEOUT, spawn_blocking(move || request.is_stored())).await;
        if !matches!(is_stored, Ok(Ok(true))) {
            return Ok((in_file, None));
        }
        let label = format!("{} in profile `{}`", setting_of(self.kind, Half::Secret), self.profile);
        // The Atlas CLI, too, uses the file if the keyring cannot be opened.
        let Ok(stored) = self.ask().await else { return Ok((in_file, None)) };
        let is_another = secret_of(&stored).expose_secret() != secret_of(&in_file).expose_secret();
        let note = format!(
            "{label} is not used: the system's keyring has another one, which takes precedence, as in the Atlas CLI"
        );
        Ok((stored, is_another.then_some(note)))
    }

    async fn ask(self) -> Result<Credentials, CredentialsError> {
        let no_response =
            |_| Err(CredentialsError::KeyringUnavailable(ServerText::new("it did not respond")));
        let read = move || {
            let keyring = Keyring::open(self.service())?;
            self.pair(|user| keyring.entry(user))
        };
        spawn_blocking(read).await.unwrap_or_else(no_response)
    }

    /// True if the keyring has both halves, as far as can be found out without a prompt.
    pub fn is_stored(&self) -> bool {
        let has = |keyring: &Keyring, half| keyring.has(setting_of(self.kind, half));
        Keyring::open(self.service())
            .is_ok_and(|keyring| has(&keyring, Half::Identifier) && has(&keyring, Half::Secret))
    }

    /// True if this is a profile of `client`, as far as can be found out without a prompt.
    pub fn is_of(&self, client: &ClientId) -> bool {
        if let Ok(keyring) = Keyring::open(self.service())
            && let Some(id) = keyring.unlocked_entry(setting_of(self.kind, Half::Identifier))
        {
            return decode(&id).is_some_and(|id| *id == client.as_str());
        }
        matches!(&self.in_file, Some(Credentials::ServiceAccount { client_id, .. }) if client_id == client)
    }

    /// Writes a new secret of `client` to the profile's entry and reads it back. First deletes the access token that
    /// the Atlas CLI stores there, which is revoked when the old secret is deleted. May wait for the user to unlock the
    /// keyring.
    pub fn replace_secret(&self, client: &ClientId, secret: &SecretString) -> Result<(), CredentialsError> {
        let keyring = Keyring::open(self.service())?;
        let read = || self.pair(|user| keyring.entry(user));
        if !matches!(read()?, Credentials::ServiceAccount { client_id, .. } if client_id == *client) {
            return Err(CredentialsError::OtherAccount(self.profile.clone()));
        }
        let user = setting_of(self.kind, Half::Secret);
        let old = Zeroizing::new(keyring.entry(user)?.unwrap_or_default());
        keyring.delete(ACCESS_TOKEN)?;
        keyring.set(user, &encode_like(&old, secret))?;
        match read()? {
            stored if secret_of(&stored).expose_secret() == secret.expose_secret() => Ok(()),
            _ => Err(CredentialsError::KeyringUnavailable(ServerText::new("the new secret was not stored"))),
        }
    }

    /// Deletes the access token that the Atlas CLI may store in the keyring for a profile of the file, if the keyring
    /// is unlocked and responds soon. Must not run on the event loop.
    pub fn forget_token(self) {
        let forgotten = spawn_blocking(move || {
            if let Ok(keyring) = Keyring::open(self.service())
                && keyring.unlocked_entry(ACCESS_TOKEN).is_some()
            {
                let _ = keyring.delete(ACCESS_TOKEN);
            }
        });
        let _ = Handle::current().block_on(timeout(RESPONSE_TIMEOUT, forgotten));
    }

    /// Returns the keyring's service name of the profile's entries: `atlascli_` and the profile's name.
    pub fn service(&self) -> String {
        format!("atlascli_{}", self.profile.as_str())
    }

    /// Returns the name of an entry in messages.
    fn label(&self, half: Half) -> String {
        format!("{} of profile `{}` in the system's keyring", setting_of(self.kind, half), self.profile)
    }

    /// Returns both halves of the pair. `entry` reads an entry by its user name. If the first half fails, the second is
    /// not read, so that a dismissed prompt does not appear again.
    fn pair(
        &self,
        entry: impl Fn(&'static str) -> Result<Option<Vec<u8>>, CredentialsError>,
    ) -> Result<Credentials, CredentialsError> {
        let half = |half| {
            let bytes = Zeroizing::new(entry(setting_of(self.kind, half))?.unwrap_or_default());
            let error = match decode(&bytes) {
                Some(text) if !text.is_empty() => return Ok(text),
                Some(_) => "is missing",
                None => "is not text",
            };
            let (label, name) = (self.label(half), &self.profile);
            Err(CredentialsError::Unusable(format!(
                "{label} {error}: run `atlas auth login --profile {name}`"
            )))
        };
        let (identifier, secret) = (half(Half::Identifier)?, half(Half::Secret)?);
        Credentials::pair(self.kind, &identifier, (*secret).clone())
            .map_err(|(half, error)| CredentialsError::value(self.label(half), error))
    }
}

fn secret_of(credentials: &Credentials) -> &SecretString {
    match credentials {
        Credentials::ServiceAccount { client_secret: secret, .. }
        | Credentials::ApiKey { private_key: secret, .. }
        | Credentials::AccessToken(secret) => secret,
    }
}

/// Returns the name of a half of a pair in the Atlas CLI's file and keyring entries.
pub(super) fn setting_of(kind: PairKind, half: Half) -> &'static str {
    match (kind, half) {
        (PairKind::ServiceAccount, Half::Identifier) => "client_id",
        (PairKind::ServiceAccount, Half::Secret) => "client_secret",
        (PairKind::ApiKey, Half::Identifier) => "public_api_key",
        (PairKind::ApiKey, Half::Secret) => "private_api_key",
    }
}

/// The prefix of go-keyring, the Atlas CLI's library, for a value in base64; macOS's `security` would garble other
/// values.
const BASE64: &str = "go-keyring-base64:";

/// Returns a new value in the encoding of the old one.
fn encode_like(old: &[u8], value: &SecretString) -> Zeroizing<Vec<u8>> {
    let value = value.expose_secret();
    Zeroizing::new(if old.starts_with(BASE64.as_bytes()) {
        format!("{BASE64}{}", STANDARD.encode(value)).into_bytes()
    } else {
        value.as_bytes().to_vec()
    })
}

/// Decodes the text of an entry; `None` if it is not text, or not encoded as its prefix says.
fn decode(bytes: &[u8]) -> Option<Zeroizing<String>> {
    let text = std::str::from_utf8(bytes).ok()?.trim();
    match text.strip_prefix(BASE64) {
        Some(encoded) => String::from_utf8(STANDARD.decode(encoded).ok()?).ok().map(Zeroizing::new),
        None => Some(Zeroizing::new(text.to_owned())),
    }
}

#[cfg(test)]
mod tests;
