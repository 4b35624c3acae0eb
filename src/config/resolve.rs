//! Who signs in, where, and what was passed over: everything about credentials put together.

use thiserror::Error;

use crate::domain::{BaseUrl, ProfileName, ProjectId};

use super::at_hand::CredentialSource;
use super::base_url::{self, BaseUrlProblem};
use super::choice::{ChoiceError, implied, named};
use super::environment::{self, EnvironmentError, InEnvironment};
use super::not_used::{Precedence, ShadowedSource};
use super::profile::{Profile, ProfileError};
use super::profiles::Profiles;
use super::profiles_file::ProfilesError;
use super::variables::{CREDENTIALS, PROFILE, Variables};
use super::warning::Warning;

/// What the command line says about it.
#[derive(Clone, Copy, Debug, Default)]
pub struct Flags<'a> {
    /// `--profile`.
    pub profile: Option<&'a str>,
    /// `--base-url`, which goes before every other place that names a host.
    pub base_url: Option<&'a BaseUrl>,
}

/// What was found.
#[derive(Clone, Debug)]
pub struct Found {
    /// What to sign in with; `None` when the person has to be asked.
    pub credentials: Option<CredentialSource>,
    /// Where the credentials come from; `None` like them.
    pub origin: Option<Origin>,
    /// Where Atlas is.
    pub base_url: BaseUrl,
    /// The project that the form starts with, unless the command line names one. One from the environment
    /// is as it was typed, so that the form can say what is wrong with it.
    pub project_id: Option<String>,
    /// What was set and lost to something else, for the help screen.
    pub not_used: Vec<ShadowedSource>,
    /// What a person should know.
    pub warnings: Vec<Warning>,
}

/// Where credentials come from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// The environment, by the names of its variables.
    Environment(Vec<&'static str>),
    /// A profile of the Atlas CLI.
    Profile(ProfileName),
}

/// Why it cannot be told who signs in. No message holds a secret.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum CredentialsError {
    /// The environment holds something that is none, or half of something.
    #[error(transparent)]
    Environment(#[from] EnvironmentError),
    /// A profile was asked for by name, and the file of profiles cannot be used.
    #[error(transparent)]
    File(#[from] ProfilesError),
    /// A profile was asked for by name, and there is none of that name.
    #[error(transparent)]
    Choice(#[from] ChoiceError),
    /// A profile was asked for by name, and it cannot be used.
    #[error(transparent)]
    Profile(#[from] ProfileError),
    /// The host cannot be told.
    #[error(transparent)]
    BaseUrl(#[from] BaseUrlProblem),
}

/// Finds credentials, in the order: the profile named with `--profile`, the environment, the profile named
/// in `MONGODB_ATLAS_PROFILE`, the only or the default profile, none.
///
/// `variable` looks up an environment variable; `profiles` is what [`Profiles::load`] came to. A profile that
/// was asked for by name and cannot be used is an error. One that no one named, and a file that no one
/// asked for, only give a warning: the person can still sign in by hand.
pub fn resolve(
    flags: Flags<'_>,
    variable: impl Fn(&str) -> Option<String>,
    profiles: &Result<Profiles, ProfilesError>,
) -> Result<Found, CredentialsError> {
    let variables = Variables(&variable);
    let variable_profile = variables.get(PROFILE);
    if let Some(name) = flags.profile.and_then(ProfileName::new) {
        let losers = CREDENTIALS.into_iter().chain([PROFILE]).filter(|name| variables.has(name));
        let not_used = losers.map(|loser| ShadowedSource::new(loser, Precedence::ProfileFlag)).collect();
        return asked_for(flags, &variables, profiles, &name, not_used);
    }
    if let Some(mut found) = environment::find(&variables)? {
        let profile = variable_profile.map(|_| ShadowedSource::new(PROFILE, Precedence::Environment));
        found.not_used.extend(profile);
        return from_environment(flags, &variables, found);
    }
    if let Some(name) = variable_profile.as_deref().and_then(ProfileName::new) {
        return asked_for(flags, &variables, profiles, &name, Vec::new());
    }
    not_asked_for(flags, &variables, profiles)
}

fn from_environment(
    flags: Flags<'_>,
    variables: &Variables,
    found: InEnvironment,
) -> Result<Found, CredentialsError> {
    let InEnvironment { credentials, names, mut not_used } = found;
    Ok(Found {
        credentials: Some(CredentialSource::Ready(credentials)),
        origin: Some(Origin::Environment(names)),
        base_url: base_url::choose(flags.base_url, variables, None, &mut not_used)?,
        project_id: variables.project_id().map(|(_, id)| id),
        not_used,
        warnings: Vec::new(),
    })
}

fn asked_for(
    flags: Flags<'_>,
    variables: &Variables,
    profiles: &Result<Profiles, ProfilesError>,
    name: &ProfileName,
    not_used: Vec<ShadowedSource>,
) -> Result<Found, CredentialsError> {
    let profiles = profiles.as_ref().map_err(Clone::clone)?;
    let profile = named(profiles, name)?;
    let credentials = profile.credentials()?;
    let found = around(flags, variables, Some((profiles, profile)), not_used)?;
    Ok(found.signing_in(credentials, profile))
}

fn not_asked_for(
    flags: Flags<'_>,
    variables: &Variables,
    profiles: &Result<Profiles, ProfilesError>,
) -> Result<Found, CredentialsError> {
    let profiles = match profiles {
        Ok(profiles) => profiles,
        Err(error) => {
            let mut found = around(flags, variables, None, Vec::new())?;
            found.warnings.push(Warning::File(error.clone()));
            return Ok(found);
        }
    };
    let Some(profile) = implied(profiles) else {
        return Ok(around(flags, variables, None, Vec::new())?);
    };
    let mut found = match around(flags, variables, Some((profiles, profile)), Vec::new()) {
        Ok(found) => found,
        Err(problem) => {
            // Where a variable is wrong, this fails as well.
            let mut found = around(flags, variables, None, Vec::new())?;
            found.warnings.push(Warning::BaseUrl(problem));
            return Ok(found);
        }
    };
    match profile.credentials() {
        Ok(credentials) => Ok(found.signing_in(credentials, profile)),
        Err(error) => {
            found.warnings.push(Warning::Profile(error));
            Ok(found)
        }
    }
}

/// Everything but the credentials.
fn around(
    flags: Flags<'_>,
    variables: &Variables,
    profile: Option<(&Profiles, &Profile)>,
    mut not_used: Vec<ShadowedSource>,
) -> Result<Found, BaseUrlProblem> {
    let base_url = base_url::choose(flags.base_url, variables, profile, &mut not_used)?;
    let mut found = Found {
        credentials: None,
        origin: None,
        base_url,
        project_id: variables.project_id().map(|(_, id)| id),
        not_used,
        warnings: Vec::new(),
    };
    if let Some((profiles, profile)) = profile {
        found.take_from(profiles, profile, variables);
    }
    Ok(found)
}

impl Found {
    fn signing_in(self, credentials: CredentialSource, profile: &Profile) -> Self {
        let origin = Origin::Profile(profile.name().clone());
        Self { credentials: Some(credentials), origin: Some(origin), ..self }
    }

    /// Adds the project that the profile names, and what is to be said about the profile.
    fn take_from(&mut self, profiles: &Profiles, profile: &Profile, variables: &Variables) {
        self.warnings.extend_from_slice(profiles.warnings());
        let name = profile.name();
        let lone = profile.lone_half();
        self.warnings.extend(lone.map(|setting| Warning::LoneHalf { profile: name.clone(), setting }));
        let Some(text) = profiles.setting(profile, "project_id") else {
            return;
        };
        if let Some((variable, _)) = variables.project_id() {
            let place = format!("project_id of profile `{name}`");
            self.not_used.push(ShadowedSource::new(place, Precedence::Variable(variable)));
            return;
        }
        match ProjectId::parse(text) {
            Ok(id) => self.project_id = Some(id.to_string()),
            Err(error) => self.warnings.push(Warning::ProjectId { profile: name.clone(), error }),
        }
    }
}

#[cfg(test)]
mod tests;
