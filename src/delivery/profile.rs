//! Writes a new secret to the profiles of the Atlas CLI that use its account, so that the CLI still works once the old
//! secret is deleted.
//!
//! **Invariant:** only profiles of this account are changed, and only their secret and the CLI's access token.

#[cfg(test)]
mod properties;
#[cfg(test)]
mod tests;

use std::path::{Path, PathBuf};

use secrecy::{ExposeSecret, SecretString};
use toml::Spanned;
use toml::de::{DeString, DeTable, DeValue};
use zeroize::Zeroizing;

use crate::config::{ACCESS_TOKEN, CredentialSource, CredentialsError, KeyringRequest, Profile, Profiles};
use crate::domain::text::sentence;
use crate::domain::{BaseUrl, ClientId, PairKind, ProfileName, SecretPayload, ServerText, trim_visible};

use super::file::{ExistingFile, SaveFailure};
use super::format::{double_quoted, exact};
use super::{Edit, blocking, edited};

/// The result of writing the new secret to a profile of the Atlas CLI.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProfileUpdate {
    pub profile: ProfileName,
    /// Where it was written and read back, or why it was not, as a sentence.
    pub result: Result<ServerText, ServerText>,
}

/// Returns the profiles in the file `config` that sign in as `client` and do not name another host. Does not prompt the
/// user to unlock a keyring.
pub async fn profiles_of(config: PathBuf, client: ClientId, host: BaseUrl) -> Vec<ProfileName> {
    let search = move || {
        let profiles = Profiles::load(&config).unwrap_or_default();
        let of_client = profiles.all().iter().filter(|profile| match profile.credentials() {
            Ok(CredentialSource::NeedsKeyring(request)) => {
                request.kind == PairKind::ServiceAccount
                    && !profile.names_other_host(&host)
                    && request.is_of(&client)
            }
            _ => false,
        });
        of_client.map(|profile| profile.name().clone()).collect()
    };
    blocking(search).await
}

/// Writes the secret to these profiles. May wait for the user to unlock a keyring.
pub async fn update_profiles(
    config: PathBuf,
    profiles: Vec<ProfileName>,
    payload: Box<SecretPayload>,
) -> Vec<ProfileUpdate> {
    let update = move |profile: ProfileName| {
        let result = match update(&config, &profile, &payload) {
            Ok(location) => Ok(ServerText::new(&format!("profile {profile} ({location})"))),
            Err(message) => Err(ServerText::new(&message)),
        };
        ProfileUpdate { profile, result }
    };
    blocking(move || profiles.into_iter().map(update).collect()).await
}

/// Writes the secret to where the profile stores its own, and reads it back. Returns the name of that location.
fn update(config: &Path, name: &ProfileName, payload: &SecretPayload) -> Result<&'static str, String> {
    let (client, secret) = (&payload.new_secret.account.client, &payload.secret.value);
    match credentials(config, name)? {
        CredentialSource::NeedsKeyring(request) if request.kind == PairKind::ServiceAccount => {
            if request.in_file.is_some() && !request.is_stored() {
                return write_file(config, name, client, secret);
            }
            request.replace_secret(client, secret).map_err(|error| message(&error))?;
            Ok("keyring")
        }
        _ => Err(other_account(name)),
    }
}

fn credentials(config: &Path, name: &ProfileName) -> Result<CredentialSource, String> {
    let profiles = Profiles::load(config).map_err(|error| sentence(&error))?;
    let profile = profiles.named(name).and_then(Profile::credentials);
    profile.map_err(|_| format!("Profile `{name}` no longer has credentials that can be used."))
}

/// Why a profile was not updated, without the advice to sign in by other means.
fn message(error: &CredentialsError) -> String {
    match error {
        CredentialsError::KeyringLocked(why) => format!("The system's keyring is locked ({why})."),
        CredentialsError::KeyringUnavailable(why) => format!("The system's keyring cannot be used ({why})."),
        error => sentence(&error.to_string()),
    }
}

fn other_account(name: &ProfileName) -> String {
    message(&CredentialsError::OtherAccount(name.clone()))
}

fn write_file(
    config: &Path,
    name: &ProfileName,
    client: &ClientId,
    secret: &SecretString,
) -> Result<&'static str, String> {
    let not_written = |failure: SaveFailure| format!("config.toml: {failure}");
    let file = ExistingFile::open(config).map_err(not_written)?;
    if !file.stat.is_ours() {
        return Err(not_written(SaveFailure::NotOwned));
    }
    let content = file.read().map_err(not_written)?;
    let new = with_secret(&content, name, client, secret).ok_or_else(|| other_account(name))?;
    // The Atlas CLI may have cached a token in a keyring that contains nothing else of the profile.
    let request = KeyringRequest { profile: name.clone(), kind: PairKind::ServiceAccount, in_file: None };
    request.forget_token();
    file.replace(&new).map_err(not_written)?;
    if ExistingFile::open(config).and_then(|file| file.read()).ok() != Some(new) {
        return Err("config.toml was updated, but then changed by another program. Try again.".to_owned());
    }
    Ok(if file.stat.is_open_to_others() {
        "config.toml, now readable only by its owner"
    } else {
        "config.toml"
    })
}

/// Returns the file with the new secret in the profile, which must belong to `client`, and without the access token,
/// which is revoked when the old secret is deleted. Every other byte stays.
fn with_secret(
    content: &[u8],
    name: &ProfileName,
    client: &ClientId,
    secret: &SecretString,
) -> Option<Zeroizing<Vec<u8>>> {
    let text = std::str::from_utf8(content).ok()?;
    let document = DeTable::parse(text).ok()?;
    let mut edits: Vec<Edit> = Vec::new();
    let mut has_secret = false;
    for (key, value) in document.get_ref() {
        let Some(profile) = value.get_ref().as_table() else { continue };
        let is_client = |id: &DeValue| id.as_str().map(trim_visible) == Some(client.as_str());
        let mut ids = strings(profile, "client_id").peekable();
        if ProfileName::new(key.get_ref()).as_ref() != Some(name)
            || ids.peek().is_none()
            || !ids.all(|(_, id)| is_client(id.get_ref()))
        {
            continue;
        }
        for (_, value) in strings(profile, "client_secret") {
            has_secret = true;
            edits.push((value.span(), quoted_as(&text[value.span()], secret.expose_secret())));
        }
        edits.extend(strings(profile, ACCESS_TOKEN).map(|(key, value)| removal(text, key, value)));
    }
    has_secret.then(|| edited(content, edits))
}

/// Returns every string of a setting: the Atlas CLI ignores the case of names, and picks one spelling at random.
fn strings<'a, 'i>(
    profile: &'a DeTable<'i>,
    name: &str,
) -> impl Iterator<Item = (&'a Spanned<DeString<'i>>, &'a Spanned<DeValue<'i>>)> {
    profile
        .iter()
        .filter(move |(key, value)| key.get_ref().to_lowercase() == name && value.get_ref().is_str())
}

/// Removes the whole line of a setting. If the line contains anything else, the setting becomes an empty string, which
/// the Atlas CLI treats as unset.
fn removal(text: &str, key: &Spanned<DeString>, value: &Spanned<DeValue>) -> Edit {
    let (before, after) = (&text[..key.span().start], &text[value.span().end..]);
    let start = before.rfind('\n').map_or(0, |at| at + 1);
    let length = after.find('\n').map_or(after.len(), |at| at + 1);
    let rest = after[..length].trim_start();
    if before[start..].trim().is_empty() && (rest.is_empty() || rest.starts_with('#')) {
        return (start..value.span().end + length, Zeroizing::default());
    }
    (value.span(), Zeroizing::new("''".to_owned()))
}

/// Returns a TOML string in the quotes of the old one, unless the value would need escapes in them.
fn quoted_as(old: &str, value: &str) -> Zeroizing<String> {
    let is_literal = old.starts_with('\'') && value.chars().all(|one| one != '\'' && !one.is_control());
    if is_literal {
        return exact(|write| ["'", value, "'"].into_iter().for_each(write));
    }
    exact(|write| double_quoted(value, write))
}
