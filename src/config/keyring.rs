//! Credentials of a profile in the system's keyring, where the Atlas CLI keeps them on a desktop: reading them, and
//! writing a new secret.

#[cfg(all(feature = "keyring", any(windows, target_os = "macos", test)))]
mod native;
#[cfg(all(feature = "keyring", unix, not(target_os = "macos")))]
mod secret_service;

use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use secrecy::{ExposeSecret, SecretString};
use tokio::sync::oneshot;
use tokio::time::timeout;
use zeroize::Zeroizing;

use crate::domain::{ClientId, Credentials, Half, PairKind, ProfileName, ServerText};

use super::CredentialsError;
#[cfg(not(feature = "keyring"))]
use super::WAY_OUT;

#[cfg(all(feature = "keyring", any(windows, target_os = "macos")))]
use native::Keyring;
#[cfg(all(feature = "keyring", unix, not(target_os = "macos")))]
use secret_service::Keyring;

/// The name of the token that the Atlas CLI keeps beside a secret.
pub const ACCESS_TOKEN: &str = "access_token";

/// A keyring that takes longer asks the user something, or hangs.
const ANSWERS_SOON: Duration = Duration::from_secs(2);

/// The credentials of a profile in the system's keyring. The Atlas CLI keeps one entry for each half of a pair.
#[derive(Clone, Debug)]
pub struct KeyringRequest {
    /// The profile.
    pub profile: ProfileName,
    /// What the two entries make together.
    pub kind: PairKind,
    /// The pair in the file. As for the Atlas CLI, it counts only where the keyring has none.
    pub in_file: Option<Credentials>,
}

impl KeyringRequest {
    /// The credentials that count. Where the keyring is asked, it may wait for the user in front of an unlock dialog,
    /// for as long as they like; for a pair of the file it is asked only if it has one too. A note says if that goes
    /// before another one of the file.
    pub(super) async fn read(self) -> Result<(Credentials, Option<String>), CredentialsError> {
        let Some(in_file) = self.in_file.clone() else { return Ok((self.ask().await?, None)) };
        let request = self.clone();
        let is_stored = timeout(ANSWERS_SOON, on_thread(move || request.is_stored())).await;
        if !matches!(is_stored, Ok(Ok(true))) {
            return Ok((in_file, None));
        }
        let place = format!("{} in profile `{}`", setting_of(self.kind, Half::Secret), self.profile);
        // The Atlas CLI takes the file too where the keyring cannot be opened.
        let Ok(stored) = self.ask().await else { return Ok((in_file, None)) };
        let is_another = secret_of(&stored).expose_secret() != secret_of(&in_file).expose_secret();
        let note = format!(
            "{place} is not used: the system's keyring has another one, which takes precedence, as in the Atlas CLI"
        );
        Ok((stored, is_another.then_some(note)))
    }

    async fn ask(self) -> Result<Credentials, CredentialsError> {
        let no_answer = |_| Err(CredentialsError::KeyringUnavailable(ServerText::new("it did not respond")));
        on_thread(move || self.read_here()).await.unwrap_or_else(no_answer)
    }

    /// True when the keyring has both halves, as far as that is known without a prompt.
    pub fn is_stored(&self) -> bool {
        #[cfg(feature = "keyring")]
        if let Ok(keyring) = Keyring::open() {
            let has = |half| keyring.has(&self.service(), setting_of(self.kind, half));
            return has(Half::Identifier) && has(Half::Secret);
        }
        false
    }

    /// True when this is a profile of `client`, as far as that is known without a prompt.
    pub fn is_of(&self, client: &ClientId) -> bool {
        #[cfg(feature = "keyring")]
        if let Ok(keyring) = Keyring::open()
            && let Some(id) = keyring.unlocked_entry(&self.service(), setting_of(self.kind, Half::Identifier))
        {
            return decode(&id).is_some_and(|id| *id == client.as_str());
        }
        matches!(&self.in_file, Some(Credentials::ServiceAccount { client_id, .. }) if client_id == client)
    }

    /// Writes a new secret of `client` to the profile's entry and reads it back. The access token that the Atlas CLI
    /// keeps there goes first: deleting the old secret would revoke it. May wait for the user to unlock the keyring.
    #[cfg(feature = "keyring")]
    pub fn replace_secret(&self, client: &ClientId, secret: &SecretString) -> Result<(), CredentialsError> {
        let keyring = Keyring::open()?;
        let read = || self.pair(|user| keyring.entry(&self.service(), user));
        let is_of = |id: &ClientId| if id == client { Ok(()) } else { Err(self.other_account()) };
        match read()? {
            Credentials::ServiceAccount { client_id, .. } => is_of(&client_id)?,
            _ => return Err(self.other_account()),
        }
        let user = setting_of(self.kind, Half::Secret);
        let old = Zeroizing::new(keyring.entry(&self.service(), user)?.unwrap_or_default());
        keyring.delete(&self.service(), ACCESS_TOKEN)?;
        keyring.set(&self.service(), user, &encode_like(&old, secret))?;
        match read()? {
            stored if secret_of(&stored).expose_secret() == secret.expose_secret() => Ok(()),
            _ => Err(CredentialsError::KeyringUnavailable(ServerText::new("it did not keep the new secret"))),
        }
    }

    /// Without the keyring, no profile that needs it can be used.
    #[cfg(not(feature = "keyring"))]
    pub fn replace_secret(&self, _: &ClientId, _: &SecretString) -> Result<(), CredentialsError> {
        Err(self.not_built())
    }

    /// Deletes the access token that the Atlas CLI may keep in the keyring for a profile of the file, if there is an
    /// open keyring that answers soon.
    pub fn forget_token(self) {
        let (done, is_done) = std::sync::mpsc::channel();
        drop(on_thread(move || {
            #[cfg(feature = "keyring")]
            if let Ok(keyring) = Keyring::open()
                && keyring.unlocked_entry(&self.service(), ACCESS_TOKEN).is_some()
            {
                let _ = keyring.delete(&self.service(), ACCESS_TOKEN);
            }
            let _ = done.send(self);
        }));
        let _ = is_done.recv_timeout(ANSWERS_SOON);
    }

    #[cfg(not(feature = "keyring"))]
    fn not_built(&self) -> CredentialsError {
        CredentialsError::Unusable(format!(
            "this build cannot read the system's keyring, where profile `{}` keeps its secret: {WAY_OUT}",
            self.profile
        ))
    }

    #[cfg(feature = "keyring")]
    fn other_account(&self) -> CredentialsError {
        CredentialsError::OtherAccount(self.profile.clone())
    }

    /// The keyring's name for the profile's entries: `atlascli_` and the profile's name.
    pub fn service(&self) -> String {
        format!("atlascli_{}", self.profile.as_str())
    }

    /// An entry, as messages name it.
    fn place(&self, half: Half) -> String {
        format!("{} of profile `{}` in the system's keyring", setting_of(self.kind, half), self.profile)
    }

    #[cfg(feature = "keyring")]
    fn read_here(&self) -> Result<Credentials, CredentialsError> {
        let keyring = Keyring::open()?;
        self.pair(|user| keyring.entry(&self.service(), user))
    }

    #[cfg(not(feature = "keyring"))]
    fn read_here(&self) -> Result<Credentials, CredentialsError> {
        self.pair(|_| Err(self.not_built()))
    }

    /// Both halves of the pair from `entry`, by the keyring's name for the user of an entry. It is not asked for the
    /// second half when the first one fails: a prompt that was dismissed is not shown again.
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
            let (place, name) = (self.place(half), &self.profile);
            let message = format!("{place} {error}: run `atlas auth login --profile {name}`");
            Err(CredentialsError::Unusable(message))
        };
        let (identifier, secret) = (half(Half::Identifier)?, half(Half::Secret)?);
        Credentials::pair(self.kind, &identifier, (*secret).clone())
            .map_err(|(half, error)| CredentialsError::value(self.place(half), error))
    }
}

/// Runs work that may take for ever on a thread of its own: it ends by itself, or with the program. The receiver fails
/// if the thread could not be started or panicked.
fn on_thread<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> oneshot::Receiver<T> {
    let (result, receiver) = oneshot::channel();
    let _ = std::thread::Builder::new().name("keyring".to_owned()).spawn(move || result.send(work()));
    receiver
}

fn secret_of(credentials: &Credentials) -> &SecretString {
    match credentials {
        Credentials::ServiceAccount { client_secret: secret, .. }
        | Credentials::ApiKey { private_key: secret, .. }
        | Credentials::AccessToken(secret) => secret,
    }
}

/// The name of a half of a pair in the Atlas CLI's file and in its keyring entries.
pub(super) fn setting_of(kind: PairKind, half: Half) -> &'static str {
    match (kind, half) {
        (PairKind::ServiceAccount, Half::Identifier) => "client_id",
        (PairKind::ServiceAccount, Half::Secret) => "client_secret",
        (PairKind::ApiKey, Half::Identifier) => "public_api_key",
        (PairKind::ApiKey, Half::Secret) => "private_api_key",
    }
}

/// What go-keyring, the library of the Atlas CLI, puts before a value in base64; macOS's `security` would spoil others.
const BASE64: &str = "go-keyring-base64:";

/// What older versions put before a value in hexadecimal.
const HEX: &str = "go-keyring-encoded:";

/// A new value in the encoding of the old one.
#[cfg(feature = "keyring")]
fn encode_like(old: &[u8], value: &SecretString) -> Zeroizing<Vec<u8>> {
    let is_encoded = [BASE64, HEX].iter().any(|prefix| old.starts_with(prefix.as_bytes()));
    let value = value.expose_secret();
    Zeroizing::new(if is_encoded {
        format!("{BASE64}{}", STANDARD.encode(value)).into_bytes()
    } else {
        value.as_bytes().to_vec()
    })
}

/// The text of an entry; `None` when it is no text or not encoded as its prefix says.
fn decode(bytes: &[u8]) -> Option<Zeroizing<String>> {
    let text = std::str::from_utf8(bytes).ok()?.trim();
    let decoded = if let Some(encoded) = text.strip_prefix(BASE64) {
        STANDARD.decode(encoded).ok()?
    } else if let Some(encoded) = text.strip_prefix(HEX) {
        hexadecimal(encoded)?
    } else {
        return Some(Zeroizing::new(text.to_owned()));
    };
    String::from_utf8(decoded).ok().map(Zeroizing::new)
}

fn hexadecimal(digits: &str) -> Option<Vec<u8>> {
    let nibble = |digit: &u8| u8::try_from(char::from(*digit).to_digit(16)?).ok();
    let pairs = digits.as_bytes().chunks(2);
    pairs.map(|pair| Some(nibble(pair.first()?)? << 4 | nibble(pair.get(1)?)?)).collect()
}

#[cfg(test)]
mod tests;
