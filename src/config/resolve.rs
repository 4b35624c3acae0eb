//! Who signs in, where, and what is not used: everything about credentials put together.

use crate::domain::{BaseUrl, IdError, ProfileName, ProjectId, is_quoted};

use super::base_url;
use super::environment::{self, CREDENTIALS, PROFILE, Variables};
use super::error::{CredentialsError, FileError, Precedence, ShadowedSource, Warning};
use super::profile::{CredentialSource, Profile};
use super::profiles::Profiles;

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
    /// What to sign in with; `None` when the user has to be asked.
    pub credentials: Option<CredentialSource>,
    /// Where the credentials come from; `None` like them.
    pub origin: Option<Origin>,
    /// Where Atlas is.
    pub base_url: BaseUrl,
    /// What says so: the option, the variable, or the setting and its profile.
    pub base_url_place: String,
    /// The project that the form starts with, unless the command line names one. One from the environment
    /// is as it was typed, so that the form can say what is wrong with it.
    pub project_id: Option<String>,
    /// What names that project: the variable, or the setting and its profile.
    pub project_place: String,
    /// What was set and lost to something else, for the help screen.
    pub shadowed: Vec<ShadowedSource>,
    /// What the user should know.
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

/// Finds credentials, in the order: the profile named with `--profile`, the environment, the profile named
/// in `MONGODB_ATLAS_PROFILE`, the only or the default profile, none.
///
/// `variable` looks up an environment variable; `profiles` is what [`Profiles::load`] came to. A profile that
/// was asked for by name and cannot be used is an error. One that no one named, and a file that no one
/// asked for, only give a warning: the user can still sign in by hand.
pub fn resolve(
    flags: Flags<'_>,
    variable: impl Fn(&str) -> Option<String>,
    profiles: &Result<Profiles, FileError>,
) -> Result<Found, CredentialsError> {
    let variables = Variables(&variable);
    let named_by_variable = variables.get(PROFILE).and_then(|name| ProfileName::new(&name));
    if let Some(name) = flags.profile.and_then(ProfileName::new) {
        let losers = CREDENTIALS.into_iter().chain([PROFILE]).filter(|name| variables.has(name));
        let shadowed = losers.map(|loser| ShadowedSource::new(loser, Precedence::ProfileFlag)).collect();
        return from_profile(flags, &variables, profiles, &name, shadowed);
    }
    if let Some(in_environment) = environment::find(&variables)? {
        let mut found = without_credentials(flags, &variables, None, in_environment.shadowed)?;
        let profile = named_by_variable.map(|_| ShadowedSource::new(PROFILE, Precedence::Environment));
        found.shadowed.extend(profile);
        found.credentials = Some(CredentialSource::Ready(in_environment.credentials));
        found.origin = Some(Origin::Environment(in_environment.names));
        return Ok(found);
    }
    match named_by_variable {
        Some(name) => from_profile(flags, &variables, profiles, &name, Vec::new()),
        None => from_implied_profile(flags, &variables, profiles),
    }
}

/// With a profile that was asked for by name.
fn from_profile(
    flags: Flags<'_>,
    variables: &Variables,
    profiles: &Result<Profiles, FileError>,
    name: &ProfileName,
    shadowed: Vec<ShadowedSource>,
) -> Result<Found, CredentialsError> {
    let profiles = profiles.as_ref().map_err(Clone::clone)?;
    let profile = profiles.named(name)?;
    let credentials = profile.credentials()?;
    let found = without_credentials(flags, variables, Some((profiles, profile)), shadowed)?;
    Ok(found.signing_in(credentials, profile))
}

/// With the only or the default profile, where there is one and it can be used.
fn from_implied_profile(
    flags: Flags<'_>,
    variables: &Variables,
    profiles: &Result<Profiles, FileError>,
) -> Result<Found, CredentialsError> {
    let without_profile = || without_credentials(flags, variables, None, Vec::new());
    let (profiles, profile) = match profiles.as_ref().map(|profiles| (profiles, profiles.implied())) {
        Ok((profiles, Some(profile))) => (profiles, profile),
        Ok((_, None)) => return without_profile(),
        Err(error) => return Ok(without_profile()?.warning(error.clone().into())),
    };
    let mut found = match without_credentials(flags, variables, Some((profiles, profile)), Vec::new()) {
        Ok(found) => found,
        // Where a variable is wrong, this fails without the profile as well.
        Err(error) => return Ok(without_profile()?.warning(error)),
    };
    match profile.credentials() {
        Ok(credentials) => found = found.signing_in(credentials, profile),
        Err(error) => found = found.warning(error),
    }
    Ok(found)
}

/// Everything but the credentials.
fn without_credentials(
    flags: Flags<'_>,
    variables: &Variables,
    profile: Option<(&Profiles, &Profile)>,
    mut shadowed: Vec<ShadowedSource>,
) -> Result<Found, CredentialsError> {
    let (base_url, base_url_place) = base_url::choose(flags.base_url, variables, profile, &mut shadowed)?;
    let mut found = Found {
        credentials: None,
        origin: None,
        base_url,
        base_url_place,
        project_id: None,
        project_place: String::new(),
        shadowed,
        warnings: Vec::new(),
    };
    if let Some((profiles, profile)) = profile {
        found.warnings.extend_from_slice(profiles.warnings());
        found.warnings.extend(profile.lone_half().map(|setting| Warning::LoneHalf(profile.place(setting))));
    }
    found.add_project(variables, profile);
    Ok(found)
}

impl Found {
    fn signing_in(self, credentials: CredentialSource, profile: &Profile) -> Self {
        let origin = Origin::Profile(profile.name().clone());
        Self { credentials: Some(credentials), origin: Some(origin), ..self }
    }

    fn warning(mut self, error: CredentialsError) -> Self {
        self.warnings.push(Warning::Unusable(error));
        self
    }

    /// Adds the project that a variable or the profile names.
    fn add_project(&mut self, variables: &Variables, profile: Option<(&Profiles, &Profile)>) {
        let in_profile = profile.and_then(|(profiles, profile)| {
            Some((profile.place("project_id"), profiles.setting(profile, "project_id")?))
        });
        match (variables.project_id(), in_profile) {
            (Some((variable, id)), in_profile) => {
                if is_quoted(&id) {
                    let (place, error) = (variable.to_owned(), IdError::Quoted);
                    self.warnings.push(Warning::ProjectId { place, error });
                }
                let winner = Precedence::Variable(variable);
                self.shadowed.extend(in_profile.map(|(place, _)| ShadowedSource::new(place, winner)));
                self.project_id = Some(id);
                variable.clone_into(&mut self.project_place);
            }
            (None, Some((place, text))) => match ProjectId::parse(text) {
                Ok(id) => (self.project_id, self.project_place) = (Some(id.to_string()), place),
                Err(error) => self.warnings.push(Warning::ProjectId { place, error }),
            },
            (None, None) => {}
        }
    }
}

#[cfg(test)]
mod tests;
