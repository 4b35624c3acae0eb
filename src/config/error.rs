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
    #[error("{0}")]
    AtlasCli(String),
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

/// A file of settings, this program's or that of profiles, cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("{file} {problem}")]
pub struct FileError {
    /// Its path.
    pub(crate) file: ServerText,
    /// What is wrong with it: a sentence that goes on after its path. No line of the file is in it.
    pub(crate) problem: String,
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
