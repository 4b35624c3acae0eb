//! What a person should know although the program can go on.

use std::fmt;

use crate::domain::{ProfileName, ProjectIdError, ServerText};

use super::base_url::BaseUrlProblem;
use super::profile::ProfileError;
use super::profiles_file::ProfilesError;

/// Something that is not as it should be, and does not stand in the way. No sentence holds a secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Warning {
    /// The file of profiles holds credentials, and its mode lets others read it.
    OpenToOthers(ServerText),
    /// The mode of the file of profiles lets others write to it.
    ChangeableByOthers(ServerText),
    /// The file of profiles has the layout of an older Atlas CLI.
    OldVersion(ServerText),
    /// The file of profiles cannot be used; no one asked for a profile, so that signing in is still open.
    File(ProfilesError),
    /// The profile that would be used cannot be; no one asked for it by name.
    Profile(ProfileError),
    /// The profile that would be used names a host that cannot be; no one asked for it by name.
    BaseUrl(BaseUrlProblem),
    /// Half a pair stands in the file; both halves are read from the keyring, as the Atlas CLI does.
    LoneHalf {
        /// The profile.
        profile: ProfileName,
        /// The half that is not used.
        setting: &'static str,
    },
    /// The profile's project is none.
    ProjectId {
        /// The profile.
        profile: ProfileName,
        /// What is wrong with it.
        error: ProjectIdError,
    },
}

impl Warning {
    /// True when this is why there are no credentials.
    pub fn is_why_nothing_signs_in(&self) -> bool {
        matches!(self, Self::File(_) | Self::Profile(_) | Self::BaseUrl(_))
    }
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::OpenToOthers(file) => {
                write!(f, "{file} holds credentials and others on this machine can read it: chmod 600 it")
            }
            Self::ChangeableByOthers(file) => write!(
                f,
                "{file} can be changed by others on this machine, who could send your credentials to a host of \
                 theirs: chmod 600 it"
            ),
            Self::OldVersion(file) => {
                write!(
                    f,
                    "{file} is of an older version than 2: run any `atlas` command to bring it up to date"
                )
            }
            Self::File(error) => error.fmt(f),
            Self::Profile(error) => error.fmt(f),
            Self::BaseUrl(problem) => write!(f, "{problem}; the profile is not used"),
            Self::LoneHalf { profile, setting } => {
                write!(f, "`{setting}` of profile `{profile}` stands alone in the file and is not used")
            }
            Self::ProjectId { profile, error } => {
                write!(f, "the project_id of profile `{profile}` is not used: {error}")
            }
        }
    }
}
