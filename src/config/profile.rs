//! One profile of the Atlas CLI: what it signs in with.

use std::collections::BTreeMap;

use secrecy::{ExposeSecret, SecretString};
use thiserror::Error;
use toml::Value;

use crate::domain::{CredentialProblem, Credentials, Half, PairKind, ProfileName, ServerText};

use super::at_hand::{CredentialSource, KeyringRequest, setting_of};

/// The settings that hold a credential, by the names of the Atlas CLI.
const SECURE: [&str; 6] =
    ["access_token", "client_id", "client_secret", "private_api_key", "public_api_key", "refresh_token"];

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

/// Why a profile cannot be used: which one, and what to do. No message holds a credential.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("profile `{profile}` {problem}")]
pub struct ProfileError {
    /// The profile.
    pub profile: ProfileName,
    /// What is wrong with it.
    pub problem: ProfileProblem,
}

/// What is wrong with a profile. Each sentence goes on after the profile's name.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum ProfileProblem {
    /// A person signed in with a browser; that token is the Atlas CLI's own and is not used here.
    #[error(
        "is a person's login (auth_type user_account), which only the Atlas CLI can use: \
         choose a profile with a service account or an API key"
    )]
    UserAccount,
    /// It says that it has no credentials.
    #[error("has no credentials (auth_type no_auth): run `atlas auth login` for it, or choose another")]
    NoAuthentication,
    /// A kind that this program has never heard of.
    #[error("is of the kind `{0}` (auth_type), which this program cannot use: choose another")]
    UnknownKind(ServerText),
    /// Neither a kind nor anything to tell it from.
    #[error("names no credentials (no auth_type): run `atlas auth login` for it, or choose another")]
    NoKind,
    /// A number or a table where a text belongs.
    #[error("holds a `{0}` that is not a text: write it in quotes")]
    NotText(&'static str),
    /// A value that cannot be what its setting is for.
    #[error("holds a wrong `{setting}`: {problem}")]
    Value {
        /// The setting.
        setting: &'static str,
        /// What is wrong with it.
        problem: CredentialProblem,
    },
}

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

    /// The text of a setting, without white space around it; `None` when it is blank or no text.
    pub(super) fn text(&self, name: &str) -> Option<&str> {
        let text = self.0.get(name)?.as_ref()?.expose_secret().trim();
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
    pub(super) fn text(&self, name: &str) -> Option<&str> {
        self.settings.text(name)
    }

    /// True when the file itself holds a credential of this profile.
    pub(super) fn holds_credentials(&self) -> bool {
        SECURE.iter().any(|name| self.text(name).is_some())
    }

    /// The credentials of this profile. Both halves come from the file or both from the keyring, never one
    /// from each: the Atlas CLI reads credentials from the keyring alone wherever it finds one.
    pub fn credentials(&self) -> Result<CredentialSource, ProfileError> {
        self.at_hand().map_err(|problem| ProfileError { profile: self.name.clone(), problem })
    }

    /// The half of a pair that stands in the file alone, so that the keyring is asked for both.
    pub(super) fn lone_half(&self) -> Option<&'static str> {
        let kind = self.kind().ok()?;
        let [identifier, secret] = [Half::Identifier, Half::Secret].map(|half| setting_of(kind, half));
        match (self.text(identifier), self.text(secret)) {
            (Some(_), None) => Some(identifier),
            (None, Some(_)) => Some(secret),
            _ => None,
        }
    }

    fn at_hand(&self) -> Result<CredentialSource, ProfileProblem> {
        let kind = self.kind()?;
        let halves = [Half::Identifier, Half::Secret].map(|half| setting_of(kind, half));
        if let Some(setting) = halves.into_iter().find(|name| self.settings.is_not_text(name)) {
            return Err(ProfileProblem::NotText(setting));
        }
        let (Some(identifier), Some(secret)) = (self.text(halves[0]), self.text(halves[1])) else {
            return Ok(CredentialSource::NeedsKeyring(KeyringRequest { profile: self.name.clone(), kind }));
        };
        let pair = Credentials::pair(kind, identifier, secret.to_owned());
        pair.map(CredentialSource::Ready)
            .map_err(|(half, problem)| ProfileProblem::Value { setting: setting_of(kind, half), problem })
    }

    fn kind(&self) -> Result<PairKind, ProfileProblem> {
        match self.text("auth_type") {
            Some("service_account") => Ok(PairKind::ServiceAccount),
            Some("api_keys") => Ok(PairKind::ApiKey),
            Some("user_account") => Err(ProfileProblem::UserAccount),
            Some("no_auth") => Err(ProfileProblem::NoAuthentication),
            Some(other) => Err(ProfileProblem::UnknownKind(ServerText::new(other))),
            None => self.kind_of_what_is_there(),
        }
    }

    /// Files of version 1 name no kind; it shows in what is there. A whole pair goes before half of one, and the API
    /// key before the service account, as the Atlas CLI migrates such a file.
    fn kind_of_what_is_there(&self) -> Result<PairKind, ProfileProblem> {
        let kinds = [PairKind::ApiKey, PairKind::ServiceAccount];
        let halves_of = |kind: PairKind| {
            let halves = [Half::Identifier, Half::Secret].map(|half| self.text(setting_of(kind, half)));
            halves.into_iter().flatten().count()
        };
        for needed in [2, 1] {
            if let Some(kind) = kinds.into_iter().find(|kind| halves_of(*kind) >= needed) {
                return Ok(kind);
            }
        }
        if self.text("access_token").is_some() {
            return Err(ProfileProblem::UserAccount);
        }
        Err(ProfileProblem::NoKind)
    }
}

#[cfg(test)]
mod tests;
