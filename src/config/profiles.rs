//! The profiles in the Atlas CLI's `config.toml`, and the credentials of each.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use secrecy::{ExposeSecret, SecretString};
use toml::{Table, Value};

use crate::domain::{
    BaseUrl, Credentials, Half, HostKind, Identity, Os, PairKind, ProfileName, QUOTED, ServerText, is_quoted,
    trim_visible,
};

use super::CredentialsError;
use super::atlas_cli::read_token;
use super::file::{line_of, read_text, who_can_change_it, with_path};
use super::keyring::{KeyringRequest, setting_of};

/// The version of the file that this program knows: that of the current Atlas CLI.
const VERSION: i64 = 2;

/// The profile that the Atlas CLI falls back to.
const DEFAULT: &str = "default";

/// The Atlas CLI's settings that hold a credential.
const CREDENTIAL_SETTINGS: [&str; 6] =
    ["access_token", "client_id", "client_secret", "private_api_key", "public_api_key", "refresh_token"];

/// Returns the path of the Atlas CLI's `config.toml`; `None` if the variables that determine it are not set.
pub fn config_path(variable: impl Fn(&str) -> Option<String>) -> Option<PathBuf> {
    Os::current().config_folder(variable).map(|folder| folder.join("atlascli").join("config.toml"))
}

/// The settings that may also be at the top of the file, where they take precedence over those of a profile.
const SHARED: [&str; 4] = ["base_url", "ops_manager_url", "project_id", "service"];

/// The content of the file: every table is a profile.
#[derive(Clone, Debug, Default)]
pub struct Profiles {
    saved: Vec<Profile>,
    warnings: Vec<String>,
    /// How other users can change the file, as a sentence that names it.
    changed_by_others: Option<String>,
}

impl Profiles {
    /// Reads the file at `path`. Without a file, or with an empty one, there are no profiles.
    ///
    /// The version is checked as in the Atlas CLI, except for older files. A newer version is refused, because the same
    /// names may have another meaning. An older version, or none, has the same names and is read with a warning.
    /// Without profiles the version does not matter.
    pub fn load(path: &Path) -> Result<Self, String> {
        Self::read(path).map_err(|reason| with_path(path, &reason))
    }

    fn read(path: &Path) -> Result<Self, String> {
        let Some((text, stat)) = read_text(path)? else {
            return Ok(Self::default());
        };
        let mut table = parse(&text)?;
        let version = table.remove("version");
        let file = ServerText::new(&path.to_string_lossy());
        let is_list = |value: &Value| value.as_array().is_some_and(|list| list.iter().any(Value::is_table));
        let list = table.iter().find(|(_, value)| is_list(value)).map(|(name, _)| ServerText::new(name));
        let mut profiles = Self::of_table(table);
        let mut warn = |warning: &str| profiles.warnings.push(format!("{file} {warning}"));
        if let Some(name) = list {
            warn(&format!(
                "has [[{name}]], which is not a profile: write [{name}], with one bracket on each side"
            ));
        }
        if profiles.saved.is_empty() {
            return Ok(profiles);
        }
        // The Atlas CLI picks one of them at random.
        if let Some(pair) = profiles.saved.windows(2).find(|pair| pair[0].name == pair[1].name) {
            let name = &pair[0].name;
            return Err(format!(
                "has two profiles `{name}`: names that differ only in case are the same, so rename one"
            ));
        }
        match version {
            Some(Value::Integer(VERSION)) => {}
            None | Some(Value::Integer(..VERSION)) => {
                warn("is older than version 2: run any `atlas` command to update it");
            }
            Some(Value::Integer(newer)) => {
                return Err(format!(
                    "has version {newer}, but this program reads version 2: update atlas-secret, or set the variables \
                     that atlas-secret --help names"
                ));
            }
            Some(_) => return Err("has a version that is not a number: write version = 2".to_owned()),
        }
        if stat.mode & 0o044 != 0 && profiles.saved.iter().any(Profile::holds_credentials) {
            warn("contains credentials, and other users can read it: run chmod 600 on it");
        }
        // A file without credentials still names the host that gets those from the keyring.
        if let Some(why) = who_can_change_it(stat) {
            warn(&format!(
                "can be changed by other users, who could send your credentials to a host of theirs: {why}"
            ));
            profiles.changed_by_others = Some(format!("{file} can be changed by other users: {why}"));
        }
        Ok(profiles)
    }

    fn of_table(table: Table) -> Self {
        let (tables, settings): (Table, Table) = table.into_iter().partition(|(_, value)| value.is_table());
        let mut shared = settings_of(settings);
        shared.retain(|name, _| SHARED.contains(&name.as_str()));
        let profile = |(name, value): (String, Value)| {
            let Value::Table(table) = value else { return None };
            let mut settings = settings_of(table);
            settings.extend(shared.clone());
            Some(Profile { name: ProfileName::new(&name)?, settings })
        };
        let mut saved: Vec<Profile> = tables.into_iter().filter_map(profile).collect();
        saved.sort_by(|a, b| a.name.cmp(&b.name));
        Self { saved, ..Self::default() }
    }

    /// The profiles, by name.
    pub fn all(&self) -> &[Profile] {
        &self.saved
    }

    /// Returns the profile of that name, or an error that lists the existing names.
    pub fn named(&self, name: &ProfileName) -> Result<&Profile, CredentialsError> {
        self.saved.iter().find(|profile| profile.name == *name).ok_or_else(|| {
            let known: Vec<String> = self.saved.iter().map(|profile| format!("`{}`", profile.name)).collect();
            let action = match known.len() {
                _ if is_quoted(name.as_str()) => ": remove the quotes around its name".to_owned(),
                0 => {
                    format!(", and the Atlas CLI has no profiles: run `atlas auth login --profile {name}`")
                }
                _ => format!(": choose {}", known.join(" or ")),
            };
            format!("profile `{name}` does not exist{action}").into()
        })
    }

    /// Returns the profile that is used if none was named: the only one, or else `default`. The Atlas CLI has the same
    /// order.
    pub(super) fn implied(&self) -> Option<&Profile> {
        match &self.saved[..] {
            [only] => Some(only),
            all => all.iter().find(|profile| profile.name.as_str() == DEFAULT),
        }
    }

    /// Checks that a profile may send its credentials to that host. If other users can change the file, one of them may
    /// have written the host.
    pub(super) fn check_host(&self, profile: &Profile, host: &BaseUrl) -> Result<(), CredentialsError> {
        match &self.changed_by_others {
            Some(why) if host.kind() != HostKind::Atlas => Err(format!(
                "profile `{}` is not used: it sends your credentials to {}, which is not an Atlas host, and {why}",
                profile.name,
                host.host()
            )
            .into()),
            _ => Ok(()),
        }
    }

    /// The warnings about the file.
    pub fn warnings(&self) -> &[String] {
        &self.warnings
    }
}

/// Parses the text. The parser's message quotes the line with the error, which may contain a secret, so only the line
/// number is kept.
fn parse(text: &str) -> Result<Table, String> {
    text.parse::<Table>().map_err(|error| {
        let line = line_of(text, error.span().map_or(0, |span| span.start));
        format!("is not valid TOML: see line {line}")
    })
}

/// The settings of a profile, or those at the top of the file, under lower-case names: the Atlas CLI ignores their case.
/// Every text is kept as a secret, so that code that prints one need not know which are secret; `None` is a value of
/// another type, such as a number or a list.
type Settings = BTreeMap<String, Option<SecretString>>;

/// Returns everything but tables and blank texts, without invisible characters around a text.
fn settings_of(table: Table) -> Settings {
    let kept = table.into_iter().filter_map(|(name, value)| {
        let text = match &value {
            Value::Table(_) => return None,
            Value::String(text) => match trim_visible(text) {
                "" => return None,
                text => Some(SecretString::from(text)),
            },
            _ => None,
        };
        Some((name.to_lowercase(), text))
    });
    kept.collect()
}

/// A profile of the Atlas CLI. Its `Debug` does not show the values of settings.
#[derive(Clone, Debug)]
pub struct Profile {
    name: ProfileName,
    settings: Settings,
}

impl Profile {
    pub fn name(&self) -> &ProfileName {
        &self.name
    }

    /// Returns the text of a setting. Those in [`SHARED`] may be at the top of the file, as in the Atlas CLI.
    pub(super) fn text(&self, setting: &str) -> Option<&str> {
        self.settings.get(setting)?.as_ref().map(ExposeSecret::expose_secret)
    }

    /// Returns the name of a setting and its profile in messages.
    pub(super) fn label(&self, setting: &str) -> String {
        format!("{setting} in profile `{}`", self.name)
    }

    /// Returns the error for a setting that is not text. Ignoring it could select another account or another host.
    pub(super) fn type_error(&self, setting: &str) -> Option<String> {
        let label = self.label(setting);
        matches!(self.settings.get(setting), Some(None))
            .then(|| format!("{label} is not a string: write it in quotes"))
    }

    fn check_types<'a>(&self, settings: impl IntoIterator<Item = &'a str>) -> Result<(), CredentialsError> {
        let error = settings.into_iter().find_map(|setting| self.type_error(setting));
        error.map_or(Ok(()), |error| Err(error.into()))
    }

    /// True if the file itself contains a credential of this profile.
    fn holds_credentials(&self) -> bool {
        CREDENTIAL_SETTINGS.iter().any(|name| self.text(name).is_some())
    }

    /// Returns the credentials of this profile. Both halves come from the file or both from the keyring, never one from
    /// each: the Atlas CLI reads credentials only from the keyring if that can be opened.
    pub fn credentials(&self) -> Result<CredentialSource, CredentialsError> {
        self.check_types(["auth_type", "base_url", "ops_manager_url", "service"])?;
        let Some(kind) = self.kind()? else {
            return Ok(CredentialSource::NeedsAtlasCli(self.name.clone()));
        };
        let halves = halves(kind);
        self.check_types(halves)?;
        let [identifier, secret] = halves.map(|setting| self.text(setting));
        let pair = identifier.zip(secret).map(|(id, secret)| Credentials::pair(kind, id, secret.to_owned()));
        let in_file = pair
            .transpose()
            .map_err(|(half, error)| CredentialsError::value(self.label(setting_of(kind, half)), error))?;
        let profile = self.name.clone();
        Ok(CredentialSource::NeedsKeyring(KeyringRequest { profile, kind, in_file }))
    }

    /// Returns the kind of the profile's pair; `None` for a browser login.
    fn kind(&self) -> Result<Option<PairKind>, CredentialsError> {
        let name = &self.name;
        let advice = format!("run `atlas auth login --profile {name}`, or choose another profile");
        match self.text("auth_type") {
            Some("service_account") => Ok(Some(PairKind::ServiceAccount)),
            Some("api_keys") => Ok(Some(PairKind::ApiKey)),
            Some("user_account") => Ok(None),
            Some(other) if is_quoted(other) => Err(CredentialsError::value(self.label("auth_type"), QUOTED)),
            Some(other) => {
                let other = ServerText::new(other);
                Err(format!(
                    "profile `{name}` has auth_type `{other}`, which this program cannot use: {advice}"
                )
                .into())
            }
            None => match self.inferred_kind() {
                None if self.text("access_token").is_some() => Ok(None),
                None => Err(format!("profile `{name}` has no credentials and no auth_type: {advice}").into()),
                kind => Ok(kind),
            },
        }
    }

    /// Infers the kind from the settings, because files of version 1 do not name it. A complete pair takes precedence
    /// over half of one, and an API key over a service account, as when the Atlas CLI migrates such a file.
    fn inferred_kind(&self) -> Option<PairKind> {
        let kinds = [PairKind::ApiKey, PairKind::ServiceAccount];
        let count = |kind| halves(kind).iter().filter(|setting| self.text(setting).is_some()).count();
        let with_halves = |needed| kinds.into_iter().find(|kind| count(*kind) >= needed);
        with_halves(2).or_else(|| with_halves(1))
    }
}

/// Returns the settings of both halves of a pair.
fn halves(kind: PairKind) -> [&'static str; 2] {
    [Half::Identifier, Half::Secret].map(|half| setting_of(kind, half))
}

/// Credentials, or where to get them.
#[derive(Clone, Debug)]
pub enum CredentialSource {
    /// The credentials themselves.
    Ready(Credentials),
    /// They are in the system's keyring, which may ask the user to unlock it, or else in the file.
    NeedsKeyring(KeyringRequest),
    /// The Atlas CLI has them.
    NeedsAtlasCli(ProfileName),
}

impl CredentialSource {
    /// Gets the credentials, and a note for the user about them. The keyring may first ask the user to unlock it, and
    /// the Atlas CLI takes some time.
    pub async fn read(self) -> Result<(Credentials, Option<String>), CredentialsError> {
        match self {
            Self::Ready(credentials) => Ok((credentials, None)),
            Self::NeedsKeyring(request) => request.read().await,
            Self::NeedsAtlasCli(profile) => Ok((read_token(&profile).await?, None)),
        }
    }

    /// Returns who signs in, as far as is known without the keyring or the Atlas CLI.
    pub fn identity(&self) -> Identity {
        match self {
            Self::Ready(credentials) => credentials.identity(),
            Self::NeedsKeyring(request) => match &request.in_file {
                Some(in_file) => in_file.identity(),
                None => Identity::Profile { name: request.profile.clone(), kind: request.kind },
            },
            Self::NeedsAtlasCli(profile) => Identity::BrowserLogin(profile.clone()),
        }
    }
}

#[cfg(test)]
mod tests;
