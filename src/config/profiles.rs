//! The profiles that the Atlas CLI has saved in its `config.toml`.

use std::fs::{self, File};
use std::io::{self, ErrorKind, Read};
use std::path::{Path, PathBuf};

use toml::Value;
use zeroize::Zeroizing;

use crate::domain::{Os, ProfileName, ServerText};

use super::error::{CredentialsError, FileError, Warning};
use super::profile::{Profile, Settings};

/// No configuration is larger; what is, is something else.
const LARGEST: u64 = 1024 * 1024;

/// The layout that this program knows: that of today's Atlas CLI.
const VERSION: i64 = 2;

/// The profile that the Atlas CLI falls back to.
const DEFAULT: &str = "default";

/// The path of the Atlas CLI's `config.toml`; `None` where the variables that say so are not set.
pub fn config_path(variable: impl Fn(&str) -> Option<String>) -> Option<PathBuf> {
    Os::current().config_folder(variable).map(|folder| folder.join("atlascli").join("config.toml"))
}

/// What the file holds: every table is a profile, everything else is a setting that goes before that of a profile.
#[derive(Clone, Debug, Default)]
pub struct Profiles {
    saved: Vec<Profile>,
    settings: Settings,
    warnings: Vec<Warning>,
}

impl Profiles {
    /// Reads the file at `path`. No file and an empty one are no error: there are no profiles then.
    ///
    /// The version is judged as the Atlas CLI does it, but for older files: a newer one is refused because
    /// the same names may mean something else; an older one, or none, has the same names and is read, with
    /// a warning; without profiles there is nothing to judge.
    pub fn load(path: &Path) -> Result<Self, FileError> {
        let file = ServerText::new(&path.to_string_lossy());
        Self::read(path, &file).map_err(|problem| FileError { file, problem })
    }

    fn read(path: &Path, file: &ServerText) -> Result<Self, String> {
        let Some((text, about)) = read(path)? else {
            return Ok(Self::default());
        };
        let table = parse(&text)?;
        let version = table.get("version").cloned();
        let mut profiles = Self::of_table(table);
        if profiles.saved.is_empty() {
            return Ok(profiles);
        }
        match version {
            Some(Value::Integer(VERSION)) => {}
            Some(Value::Integer(newer)) if newer > VERSION => {
                return Err(format!(
                    "has version {newer}, but this program reads version 2: update atlas-secret, or set the variables \
                 that atlas-secret --help names"
                ));
            }
            Some(Value::Integer(_)) | None => profiles.warnings.push(Warning::OldVersion(file.clone())),
            Some(_) => return Err("has a version that is not a number: write version = 2".to_owned()),
        }
        if others_have(&about, 0o044) && profiles.saved.iter().any(Profile::holds_credentials) {
            profiles.warnings.push(Warning::OpenToOthers(file.clone()));
        }
        // A file without credentials still names the host that gets those from the keyring.
        if others_have(&about, 0o022) {
            profiles.warnings.push(Warning::ChangeableByOthers(file.clone()));
        }
        Ok(profiles)
    }

    fn of_table(table: toml::Table) -> Self {
        let (tables, settings): (toml::Table, toml::Table) =
            table.into_iter().partition(|(_, value)| value.is_table());
        let mut saved: Vec<Profile> = tables
            .into_iter()
            .filter_map(|(name, value)| match value {
                Value::Table(table) => Some(Profile::new(ProfileName::new(&name)?, table)),
                _ => None,
            })
            .collect();
        saved.sort_by(|a, b| a.name().cmp(b.name()));
        Self { saved, settings: Settings::new(settings), warnings: Vec::new() }
    }

    /// The profiles, by name.
    pub fn all(&self) -> &[Profile] {
        &self.saved
    }

    /// The profile of that name, or an error that lists the names that exist.
    pub fn named(&self, name: &ProfileName) -> Result<&Profile, CredentialsError> {
        let known = || self.saved.iter().map(Profile::name).collect::<Vec<_>>();
        let found = self.saved.iter().find(|profile| profile.name() == name);
        found.ok_or_else(|| CredentialsError::no_profile(name, &known()))
    }

    /// The profile that counts when none was named: the only one, else `default` where it exists. That is the
    /// order of the Atlas CLI.
    pub(super) fn implied(&self) -> Option<&Profile> {
        match &self.saved[..] {
            [only] => Some(only),
            all => all.iter().find(|profile| profile.name().as_str() == DEFAULT),
        }
    }

    /// What the user should know about the file.
    pub fn warnings(&self) -> &[Warning] {
        &self.warnings
    }

    /// A setting for `profile`. As in the Atlas CLI, one at the top of the file goes before the profile's
    /// own; credentials never come from there.
    pub(super) fn setting<'a>(&'a self, profile: &'a Profile, name: &str) -> Option<&'a str> {
        self.settings.text(name).or_else(|| profile.text(name))
    }
}

/// The text of the file, and what its mode allows; `None` when there is no file.
fn read(path: &Path) -> Result<Option<(Zeroizing<String>, fs::Metadata)>, String> {
    let Some((bytes, about)) = read_bytes(path)? else { return Ok(None) };
    let text = std::str::from_utf8(&bytes)
        .map_err(|_| "is not UTF-8 text: save it as UTF-8, or create it again with `atlas auth login`")?;
    // Editors on Windows put a byte order mark first, which is no part of TOML.
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    Ok(Some((Zeroizing::new(text.to_owned()), about)))
}

/// What a file of settings holds, and what its mode allows.
type Content = (Zeroizing<Vec<u8>>, fs::Metadata);

/// Reads a file of settings; `None` when there is no file.
pub(crate) fn read_bytes(path: &Path) -> Result<Option<Content>, String> {
    let about = match fs::metadata(path) {
        Ok(about) => about,
        // A file in the place of a folder on the way also means that there is no configuration.
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => {
            return Ok(None);
        }
        Err(error) => return Err(problem_of(&error)),
    };
    if about.is_dir() {
        return Err("is a directory, not a file".to_owned());
    }
    if !about.is_file() {
        // Reading a pipe or a device could wait forever.
        return Err("is not a regular file".to_owned());
    }
    let mut bytes = Zeroizing::new(Vec::new());
    let file = File::open(path).map_err(|error| problem_of(&error))?;
    file.take(LARGEST + 1).read_to_end(&mut bytes).map_err(|error| problem_of(&error))?;
    if u64::try_from(bytes.len()).is_ok_and(|length| length > LARGEST) {
        return Err("is larger than 1 MiB: it is not a configuration file".to_owned());
    }
    Ok(Some((bytes, about)))
}

/// Parses the text. The parser's own message quotes the line it stopped at, which may hold a secret, so
/// that only the line's number is kept.
fn parse(text: &str) -> Result<toml::Table, String> {
    text.parse::<toml::Table>().map_err(|error| {
        let stopped_at = error.span().map_or(0, |span| span.start.min(text.len()));
        let before = text.get(..stopped_at).unwrap_or(text);
        format!("is not valid TOML: see line {}", before.matches('\n').count() + 1)
    })
}

fn problem_of(error: &io::Error) -> String {
    match error.kind() {
        ErrorKind::PermissionDenied => {
            "cannot be read (permission denied): make it readable for your user".to_owned()
        }
        _ => format!("cannot be read: {}", ServerText::new(&error.to_string())),
    }
}

/// True when the mode of the file has one of these bits.
#[cfg(unix)]
fn others_have(about: &fs::Metadata, bits: u32) -> bool {
    use std::os::unix::fs::PermissionsExt;
    about.permissions().mode() & bits != 0
}

/// Elsewhere the mode says nothing; the folder of a user's configuration is closed to others by itself.
#[cfg(not(unix))]
fn others_have(_: &fs::Metadata, _: u32) -> bool {
    false
}

#[cfg(test)]
mod tests;
