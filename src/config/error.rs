//! Why there are no credentials, and what the user should know although there are some: warnings, and what is set but
//! not used.
//!
//! **Invariant:** no message holds a secret, or a line of the file of profiles.

use std::fmt;

use thiserror::Error;

use crate::domain::{BaseUrlError, CredentialProblem, IdError, ProfileName, ServerText, is_quoted};

/// Why it is not known who signs in, or where.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum CredentialsError {
    /// One half of a pair is set; halves are never mixed from several sources.
    #[error("{set} is set, but {missing} is not: set both")]
    Half {
        /// The variable that is there.
        set: &'static str,
        /// The one that belongs to it.
        missing: &'static str,
    },
    /// A value that cannot be what it is for.
    #[error("{place}: {problem}")]
    Value {
        /// The variable, or the setting and its profile.
        place: String,
        /// What is wrong with it.
        #[source]
        problem: CredentialProblem,
    },
    /// A number or a table where a string belongs.
    #[error("{0} is not a string: write it in quotes")]
    NotString(String),
    /// A base URL that is none.
    #[error("{place}: {error}")]
    BaseUrl {
        /// The variable, or the setting and its profile.
        place: String,
        /// What is wrong with it.
        #[source]
        error: BaseUrlError,
    },
    /// A service that is not Atlas.
    #[error("{place} is `{value}`: this program supports `cloud` and `cloudgov`")]
    Service {
        /// The variable, or the setting and its profile.
        place: String,
        /// Its value.
        value: ServerText,
    },
    /// The file of profiles cannot be used.
    #[error(transparent)]
    File(#[from] FileError),
    /// A profile was named that does not exist.
    #[error("profile `{name}` does not exist{name_hint}")]
    NoProfile {
        /// The name that was given.
        name: ProfileName,
        /// What to do about it.
        name_hint: String,
    },
    /// A user signed in with a browser (`auth_type` `user_account`), and the Atlas CLI did not give the token.
    #[error("{}", problem.sentence(name))]
    AtlasCli {
        /// The profile.
        name: ProfileName,
        /// Why it did not.
        problem: AtlasCliProblem,
    },
    /// The profile says that it has no credentials.
    #[error(
        "profile `{0}` has no credentials (auth_type no_auth): run `atlas auth login --profile {0}`, or choose \
         another profile"
    )]
    NoAuthentication(ProfileName),
    /// The profile has neither a kind nor credentials to tell it from.
    #[error(
        "profile `{0}` has no credentials and no auth_type: run `atlas auth login --profile {0}`, or choose another \
         profile"
    )]
    NoKind(ProfileName),
    /// The profile was changed while the program ran.
    #[error("profile `{0}` signs in as another account by now")]
    OtherAccount(ProfileName),
    /// A kind that this program does not know.
    #[error("profile `{name}` has auth_type `{kind}`, which this program cannot use: choose another profile")]
    UnknownKind {
        /// The profile.
        name: ProfileName,
        /// Its kind.
        kind: ServerText,
    },
    /// This program was built without the feature `keyring`.
    #[error("this build cannot read the system's keyring, where profile `{0}` keeps its secret: {WAY_OUT}")]
    KeyringNotBuilt(ProfileName),
    /// There is no keyring, or it does not answer; a machine without a desktop has none.
    #[error("the system's keyring cannot be opened ({0}): {WAY_OUT}")]
    KeyringUnavailable(ServerText),
    /// The user dismissed the prompt that unlocks it, or the system refused to unlock it.
    #[error("the system's keyring is locked ({0}): try again and unlock it, or {WAY_OUT}")]
    KeyringLocked(ServerText),
    /// The profile's entry is not there.
    #[error("{place} is missing: run `atlas auth login --profile {name}`")]
    KeyringEntryMissing {
        /// The entry.
        place: String,
        /// The profile.
        name: ProfileName,
    },
    /// An entry that is no text, or not encoded as its prefix says.
    #[error("{place} is not text: run `atlas auth login --profile {name}`")]
    KeyringEntryNotText {
        /// The entry.
        place: String,
        /// The profile.
        name: ProfileName,
    },
}

const WAY_OUT: &str = "set MONGODB_ATLAS_CLIENT_ID and MONGODB_ATLAS_CLIENT_SECRET instead";

impl CredentialsError {
    /// A profile of that name does not exist, but these do.
    pub(super) fn no_profile(name: &ProfileName, known: &[&ProfileName]) -> Self {
        let known: Vec<String> = known.iter().map(|name| format!("`{name}`")).collect();
        let name_hint = match known.len() {
            _ if is_quoted(name.as_str()) => ": remove the quotes around its name".to_owned(),
            0 => ": the Atlas CLI has no profiles".to_owned(),
            _ => format!(": choose {}", known.join(" or ")),
        };
        Self::NoProfile { name: name.clone(), name_hint }
    }
}

/// Why the Atlas CLI did not give the token of a browser login.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AtlasCliProblem {
    /// There is no `atlas` on the PATH.
    Missing,
    /// The system did not start it.
    NotStarted(ServerText),
    /// It failed, with this line.
    Failed(ServerText),
    /// It printed nothing.
    Silent,
    /// It did not end in time.
    TooSlow,
    /// It is too old to know `auth token`, or another program of that name.
    NoTokenCommand,
}

impl AtlasCliProblem {
    fn sentence(&self, name: &ProfileName) -> String {
        let command = format!("`atlas auth token --profile {name}`");
        let sign_in = format!("run `atlas auth login --profile {name}`");
        let or_token = "or set MONGODB_ATLAS_ACCESS_TOKEN";
        match self {
            Self::Missing => format!(
                "profile `{name}` is a browser login, whose token the Atlas CLI keeps, and there is no `atlas` on the \
                 PATH: install the Atlas CLI, {or_token}"
            ),
            Self::NotStarted(why) => {
                format!("{command} could not be started ({why}): correct that, {or_token}")
            }
            Self::Failed(line) if line.is_empty() => format!("{command} failed: {sign_in}"),
            Self::Failed(line) => format!("{command} failed ({line}): {sign_in}"),
            Self::Silent => format!("{command} printed nothing: {sign_in}"),
            Self::TooSlow => format!(
                "{command} took more than 5 seconds and was stopped: run it in a terminal to see why, {or_token}"
            ),
            Self::NoTokenCommand => format!(
                "{command} printed no token: update the Atlas CLI (older versions have no `auth token`), {or_token}"
            ),
        }
    }
}

/// A file of settings, this program's or that of profiles, cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("{file} {problem}")]
pub struct FileError {
    /// Its path.
    pub(crate) file: ServerText,
    /// What is wrong with it.
    pub(crate) problem: FileProblem,
}

/// What is wrong with a file of settings. Each sentence goes on after its path.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub(crate) enum FileProblem {
    #[error("is a directory, not a file")]
    Directory,
    /// A pipe, a device or a socket; reading it could wait forever.
    #[error("is not a regular file")]
    NotRegular,
    #[error("cannot be read (permission denied): make it readable for your user")]
    NotReadable,
    #[error("cannot be read: {0}")]
    Reading(ServerText),
    #[error("is larger than 1 MiB: it is not a configuration file")]
    TooLarge,
    #[error("is not UTF-8 text: save it as UTF-8, or create it again with `atlas auth login`")]
    NotUtf8,
    /// The line, from 1, where reading stopped. The line itself may hold a secret.
    #[error("is not valid TOML: see line {0}")]
    NotToml(usize),
    /// A layout from the future, in which the same names may mean something else.
    #[error(
        "has version {0}, but this program reads version 2: update atlas-secret, or set the variables that \
         atlas-secret --help names"
    )]
    NewerVersion(i64),
    #[error("has a version that is not a number: write version = 2")]
    StrangeVersion,
    /// A setting of this program's own file: its line, from 1, and what is wrong, after the key where it is known.
    #[error("has an error in line {line}: {reason}")]
    Setting { line: usize, reason: ServerText },
}

/// Something that is not as it should be, and does not prevent signing in by hand.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Warning {
    /// The file of profiles holds credentials, and its mode lets others read it.
    OpenToOthers(ServerText),
    /// The mode of the file of profiles lets others write to it.
    ChangeableByOthers(ServerText),
    /// The file of profiles has the layout of an older Atlas CLI.
    OldVersion(ServerText),
    /// A file or profile that no one asked for by name cannot be used.
    Unusable(CredentialsError),
    /// Half a pair is in the file; both halves are read from the keyring, as the Atlas CLI does. The place of the
    /// half that is not used.
    LoneHalf(String),
    /// A project ID that is none.
    ProjectId {
        /// The variable, or the setting and its profile.
        place: String,
        /// What is wrong with it.
        error: IdError,
    },
}

impl Warning {
    /// True when this is why there are no credentials.
    pub fn is_why_nothing_signs_in(&self) -> bool {
        matches!(self, Self::Unusable(_))
    }
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::OpenToOthers(file) => {
                write!(f, "{file} contains credentials, and other users can read it: run chmod 600 on it")
            }
            Self::ChangeableByOthers(file) => write!(
                f,
                "{file} can be changed by other users, who could send your credentials to a host of theirs: run \
                 chmod 600 on it"
            ),
            Self::OldVersion(file) => {
                write!(f, "{file} has an older version than 2: run any `atlas` command to update it")
            }
            Self::Unusable(error) => error.fmt(f),
            Self::LoneHalf(place) => {
                write!(
                    f,
                    "{place} is not used: its other half is not there, so both are read from the keyring"
                )
            }
            Self::ProjectId { place, error } => write!(f, "{place}: {error}"),
        }
    }
}

/// A source that was there but lost to another one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShadowedSource {
    /// The variable or the setting of a profile.
    pub name: String,
    /// What goes first.
    pub winner: Precedence,
}

/// What goes before something else.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Precedence {
    /// The access token of the environment.
    AccessToken,
    /// The service account of the environment.
    ServiceAccount,
    /// An API key in other variables of the environment.
    ApiKey,
    /// A profile named on the command line.
    ProfileFlag,
    /// Credentials in the environment, before any profile that was not named on the command line.
    Environment,
    /// `--base-url`.
    BaseUrlFlag,
    /// A URL that the profile names.
    ProfileUrl,
    /// A variable, by its name.
    Variable(&'static str),
}

impl ShadowedSource {
    /// `name` is there too, but `winner` goes first.
    pub(super) fn new(name: impl Into<String>, winner: Precedence) -> Self {
        Self { name: name.into(), winner }
    }

    /// One sentence for all that lost to the same thing, so that many variables stay readable.
    pub fn sentences(all: &[Self]) -> Vec<String> {
        let mut winners: Vec<Precedence> = Vec::new();
        for shadowed in all {
            if !winners.contains(&shadowed.winner) {
                winners.push(shadowed.winner);
            }
        }
        let sentence = |winner: Precedence| {
            let losers = all.iter().filter(|shadowed| shadowed.winner == winner);
            let names: Vec<&str> = losers.map(|shadowed| shadowed.name.as_str()).collect();
            let verb = if names.len() == 1 { "is" } else { "are" };
            format!("{} {verb} not used: {winner} takes precedence", names.join(", "))
        };
        winners.into_iter().map(sentence).collect()
    }
}

impl fmt::Display for Precedence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::AccessToken => "MONGODB_ATLAS_ACCESS_TOKEN",
            Self::ServiceAccount => "the service account in the environment",
            Self::ApiKey => "the API key in other variables",
            Self::ProfileFlag => "--profile",
            Self::Environment => "what the environment signs in with",
            Self::BaseUrlFlag => "--base-url",
            Self::ProfileUrl => "the URL in the profile",
            Self::Variable(name) => name,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_lost_to_the_same_thing_shares_a_sentence() {
        let all = [
            ShadowedSource::new("ONE", Precedence::AccessToken),
            ShadowedSource::new("URL", Precedence::BaseUrlFlag),
            ShadowedSource::new("TWO", Precedence::AccessToken),
        ];
        assert_eq!(
            ShadowedSource::sentences(&all),
            [
                "ONE, TWO are not used: MONGODB_ATLAS_ACCESS_TOKEN takes precedence",
                "URL is not used: --base-url takes precedence",
            ]
        );
    }
}
