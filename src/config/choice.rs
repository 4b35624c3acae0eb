//! Which profile counts.

use thiserror::Error;

use crate::domain::ProfileName;

use super::profile::Profile;
use super::profiles::Profiles;

/// The profile that the Atlas CLI falls back to.
const DEFAULT: &str = "default";

/// A profile was named, and there is none of that name.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("there is no profile `{wanted}`{}", among(.known))]
pub struct ChoiceError {
    /// The name that was given.
    pub wanted: ProfileName,
    /// The names that exist.
    pub known: Vec<ProfileName>,
}

/// The profile of that name, or an error that lists the names that exist.
pub(super) fn named<'a>(profiles: &'a Profiles, name: &ProfileName) -> Result<&'a Profile, ChoiceError> {
    profiles.get(name).ok_or_else(|| ChoiceError {
        wanted: name.clone(),
        known: profiles.all().iter().map(|profile| profile.name().clone()).collect(),
    })
}

/// The profile that counts when none was named: the only one, else `default` where it exists. That is the
/// order of the Atlas CLI.
pub(super) fn implied(profiles: &Profiles) -> Option<&Profile> {
    match profiles.all() {
        [only] => Some(only),
        all => all.iter().find(|profile| profile.name().as_str() == DEFAULT),
    }
}

fn among(known: &[ProfileName]) -> String {
    if known.is_empty() {
        return ": the Atlas CLI has saved none".to_owned();
    }
    let names: Vec<String> = known.iter().map(|name| format!("`{name}`")).collect();
    format!("; there is {}", names.join(", "))
}
