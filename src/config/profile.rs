//! One profile of the Atlas CLI: what it signs in with.

use std::collections::BTreeMap;

use secrecy::{ExposeSecret, SecretString};
use toml::Value;

use crate::domain::{
    CredentialProblem, Credentials, Half, Identity, PairKind, ProfileName, ServerText, is_quoted,
    trim_visible,
};

use super::atlas_cli::BrowserLogin;
use super::error::CredentialsError;
use super::keyring::{KeyringRequest, setting_of};

/// The settings that hold a credential, by the names of the Atlas CLI.
const SECURE: [&str; 6] =
    ["access_token", "client_id", "client_secret", "private_api_key", "public_api_key", "refresh_token"];

/// Credentials, as far as they can be had without asking the user.
#[derive(Clone, Debug)]
pub enum CredentialSource {
    /// The credentials themselves.
    Ready(Credentials),
    /// They are in the system's keyring, which may ask the user to unlock it.
    NeedsKeyring(KeyringRequest),
    /// The Atlas CLI has them, and is asked for them.
    NeedsAtlasCli(BrowserLogin),
}

impl CredentialSource {
    /// Who signs in, as far as it is known before the keyring or the Atlas CLI is asked.
    pub fn identity(&self) -> Identity {
        match self {
            Self::Ready(credentials) => credentials.identity(),
            Self::NeedsKeyring(request) => {
                Identity::Profile { name: request.profile.clone(), kind: request.kind }
            }
            Self::NeedsAtlasCli(login) => Identity::BrowserLogin(login.profile.clone()),
        }
    }
}

/// A profile of the Atlas CLI. Its `Debug` shows no setting's value.
#[derive(Clone, Debug)]
pub struct Profile {
    name: ProfileName,
    settings: Settings,
}

/// Settings of a profile, or those at the top of the file. Every text is kept as a secret, because which
/// of them is one should not depend on who prints it.
#[derive(Clone, Debug, Default)]
pub(super) struct Settings(BTreeMap<String, Option<SecretString>>);

impl Settings {
    /// Keeps what is no table, under lower-case names: the Atlas CLI does not tell them apart by case.
    pub(super) fn new(table: toml::Table) -> Self {
        let kept = table.into_iter().filter_map(|(name, value)| match value {
            Value::Table(_) => None,
            Value::String(text) => Some((name.to_lowercase(), Some(SecretString::from(text)))),
            _ => Some((name.to_lowercase(), None)),
        });
        Self(kept.collect())
    }

    /// The text of a setting, without what cannot be seen around it; `None` when it is blank or no text.
    pub(super) fn text(&self, name: &str) -> Option<&str> {
        let text = trim_visible(self.0.get(name)?.as_ref()?.expose_secret());
        (!text.is_empty()).then_some(text)
    }

    fn is_not_text(&self, name: &str) -> bool {
        matches!(self.0.get(name), Some(None))
    }
}

impl Profile {
    /// A profile with the settings of its table.
    pub(super) fn new(name: ProfileName, table: toml::Table) -> Self {
        Self { name, settings: Settings::new(table) }
    }

    /// Its name.
    pub fn name(&self) -> &ProfileName {
        &self.name
    }

    /// A setting's text.
    pub(super) fn text(&self, setting: &str) -> Option<&str> {
        self.settings.text(setting)
    }

    /// A setting and its profile, as messages name them.
    pub(super) fn place(&self, setting: &str) -> String {
        format!("{setting} in profile `{}`", self.name)
    }

    /// True when the file itself holds a credential of this profile.
    pub(super) fn holds_credentials(&self) -> bool {
        SECURE.iter().any(|name| self.text(name).is_some())
    }

    /// The half of a pair that is in the file alone, so that the keyring is asked for both.
    pub(super) fn lone_half(&self) -> Option<&'static str> {
        let [identifier, secret] = halves(self.kind().ok()??);
        match (self.text(identifier), self.text(secret)) {
            (Some(_), None) => Some(identifier),
            (None, Some(_)) => Some(secret),
            _ => None,
        }
    }

    /// The credentials of this profile. Both halves come from the file or both from the keyring, never one
    /// from each: the Atlas CLI reads credentials from the keyring alone wherever it finds one.
    pub fn credentials(&self) -> Result<CredentialSource, CredentialsError> {
        let Some(kind) = self.kind()? else {
            return Ok(CredentialSource::NeedsAtlasCli(BrowserLogin { profile: self.name.clone() }));
        };
        let halves = halves(kind);
        if let Some(setting) = halves.into_iter().find(|setting| self.settings.is_not_text(setting)) {
            return Err(CredentialsError::NotString(self.place(setting)));
        }
        let (Some(identifier), Some(secret)) = (self.text(halves[0]), self.text(halves[1])) else {
            return Ok(CredentialSource::NeedsKeyring(KeyringRequest { profile: self.name.clone(), kind }));
        };
        let pair = Credentials::pair(kind, identifier, secret.to_owned());
        pair.map(CredentialSource::Ready).map_err(|(half, problem)| {
            let place = self.place(setting_of(kind, half));
            CredentialsError::Value { place, problem }
        })
    }

    /// The kind of its pair; `None` for a browser login.
    fn kind(&self) -> Result<Option<PairKind>, CredentialsError> {
        let name = || self.name.clone();
        match self.text("auth_type") {
            Some("service_account") => Ok(Some(PairKind::ServiceAccount)),
            Some("api_keys") => Ok(Some(PairKind::ApiKey)),
            Some("user_account") => Ok(None),
            Some("no_auth") => Err(CredentialsError::NoAuthentication(name())),
            Some(other) if is_quoted(other) => {
                let place = self.place("auth_type");
                Err(CredentialsError::Value { place, problem: CredentialProblem::Quoted })
            }
            Some(other) => Err(CredentialsError::UnknownKind { name: name(), kind: ServerText::new(other) }),
            None => self.kind_of_what_is_there(),
        }
    }

    /// Files of version 1 name no kind; it shows in what is there. A whole pair goes before half of one, and the API
    /// key before the service account, as the Atlas CLI migrates such a file.
    fn kind_of_what_is_there(&self) -> Result<Option<PairKind>, CredentialsError> {
        let kinds = [PairKind::ApiKey, PairKind::ServiceAccount];
        let count = |kind| halves(kind).into_iter().filter(|setting| self.text(setting).is_some()).count();
        for needed in [2, 1] {
            if let Some(kind) = kinds.into_iter().find(|kind| count(*kind) >= needed) {
                return Ok(Some(kind));
            }
        }
        if self.text("access_token").is_some() {
            return Ok(None);
        }
        Err(CredentialsError::NoKind(self.name.clone()))
    }
}

/// The settings of both halves of a pair.
fn halves(kind: PairKind) -> [&'static str; 2] {
    [Half::Identifier, Half::Secret].map(|half| setting_of(kind, half))
}

#[cfg(test)]
mod tests;
