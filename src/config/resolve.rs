//! Who signs in, where, and what is not used: everything about credentials put together.

use std::fmt;

use crate::domain::{BaseUrl, BaseUrlError, IdError, ProfileName, ProjectId, ServerText, is_quoted};

use super::CredentialsError;
use super::environment::{
    self, BASE_URL, CREDENTIALS, MCLI_OPS_MANAGER_URL, MCLI_PROJECT_ID, MCLI_SERVICE, OPS_MANAGER_URL,
    PROFILE, PROJECT_ID, SERVICE, ShadowedSource, Variables,
};
use super::profiles::{CredentialSource, Profile, Profiles};

/// The settings of a profile that name a host.
const URL_SETTINGS: [&str; 2] = ["ops_manager_url", "base_url"];

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
    /// Why there are none, where that is known.
    pub unusable: Option<String>,
    /// Where Atlas is.
    pub base_url: BaseUrl,
    /// What says so: the option, the variable, or the setting and its profile.
    pub base_url_place: String,
    /// The project that the form starts with, unless the command line names one, and what names it. One from the
    /// environment is as it was typed, so that the form can say what is wrong with it.
    pub project: Option<(String, String)>,
    /// What was set and lost to something else, for the help screen.
    pub shadowed: Vec<ShadowedSource>,
    /// What the user should know.
    pub warnings: Vec<String>,
}

/// Where credentials come from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// The environment, by the names of its variables.
    Environment(Vec<&'static str>),
    /// A profile of the Atlas CLI, and what names it.
    Profile(ProfileName, &'static str),
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Environment(names) => f.write_str(&names.join(", ")),
            Self::Profile(name, named_by) => write!(f, "profile {name} ({named_by})"),
        }
    }
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
    profiles: &Result<Profiles, String>,
) -> Result<Found, CredentialsError> {
    let profiles = profiles.as_ref();
    Resolver { flags, variables: Variables(&variable), profiles }.resolve()
}

/// None of them is called `default`.
const SEVERAL_PROFILES: &str = "several Atlas CLI profiles were found; choose one with --profile";

/// What everything is found from.
struct Resolver<'a> {
    flags: Flags<'a>,
    variables: Variables<'a>,
    profiles: Result<&'a Profiles, &'a String>,
}

impl Resolver<'_> {
    fn resolve(&self) -> Result<Found, CredentialsError> {
        let is_set = |name: &&str| self.variables.get(name).is_some();
        let named_by_variable = self.variables.get(PROFILE).and_then(|name| ProfileName::new(&name));
        if let Some(name) = self.flags.profile.and_then(ProfileName::new) {
            let losers = CREDENTIALS.into_iter().chain([PROFILE]).filter(is_set);
            let shadowed = losers.map(|loser| ShadowedSource::new(loser, "--profile")).collect();
            return self.with_profile(&name, "--profile", shadowed);
        }
        if let Some(in_environment) = environment::find(&self.variables)? {
            let mut found = self.without_credentials(None, in_environment.shadowed)?;
            let winner = "what the environment signs in with";
            found.shadowed.extend(named_by_variable.map(|_| ShadowedSource::new(PROFILE, winner)));
            found.credentials = Some(CredentialSource::Ready(in_environment.credentials));
            found.origin = Some(Origin::Environment(in_environment.names));
            return Ok(found);
        }
        match named_by_variable {
            Some(name) => self.with_profile(&name, PROFILE, Vec::new()),
            None => self.with_implied_profile(),
        }
    }

    /// With a profile that was asked for by name, by an option or a variable.
    fn with_profile(
        &self,
        name: &ProfileName,
        named_by: &'static str,
        shadowed: Vec<ShadowedSource>,
    ) -> Result<Found, CredentialsError> {
        let profiles = self.profiles.map_err(|error| CredentialsError::Unusable(error.clone()))?;
        let profile = profiles.named(name)?;
        let credentials = profile.credentials()?;
        Ok(self.without_credentials(Some(profile), shadowed)?.signing_in(credentials, profile, named_by))
    }

    /// With the only or the default profile, where there is one and it can be used.
    fn with_implied_profile(&self) -> Result<Found, CredentialsError> {
        let without_profile = || self.without_credentials(None, Vec::new());
        let profile = match self.profiles.map(Profiles::implied) {
            Ok(Some(profile)) => profile,
            Ok(None) => {
                let is_choice = self.profiles.is_ok_and(|profiles| profiles.all().len() > 1);
                let unusable = is_choice.then(|| SEVERAL_PROFILES.to_owned());
                return Ok(Found { unusable, ..without_profile()? });
            }
            Err(error) => return Ok(without_profile()?.without(error)),
        };
        let found = match self.without_credentials(Some(profile), Vec::new()) {
            Ok(found) => found,
            // Where a variable is wrong, this fails without the profile as well.
            Err(error) => return Ok(without_profile()?.without(&error)),
        };
        Ok(match profile.credentials() {
            Ok(credentials) => found.signing_in(credentials, profile, "the only or the default one"),
            Err(error) => found.without(&error),
        })
    }

    /// Everything but the credentials.
    fn without_credentials(
        &self,
        profile: Option<&Profile>,
        mut shadowed: Vec<ShadowedSource>,
    ) -> Result<Found, CredentialsError> {
        let (base_url, base_url_place) =
            choose_base_url(self.flags.base_url, &self.variables, profile, &mut shadowed)?;
        let mut warnings = Vec::new();
        if let (Some(profile), Ok(profiles)) = (profile, self.profiles) {
            if URL_SETTINGS.iter().any(|setting| profile.place(setting) == base_url_place) {
                profiles.check_host(profile, &base_url)?;
            }
            warnings.extend_from_slice(profiles.warnings());
            warnings.extend(profile.lone_half().map(|setting| {
                let place = profile.place(setting);
                format!("{place} is ignored because the other half of the pair is missing; both are read from the keyring")
            }));
            warnings.extend(profile.error_of_type("project_id"));
        }
        let project = choose_project(&self.variables, profile, &mut shadowed, &mut warnings);
        let (credentials, origin, unusable) = (None, None, None);
        Ok(Found { credentials, origin, unusable, base_url, base_url_place, project, shadowed, warnings })
    }
}

impl Found {
    fn signing_in(self, credentials: CredentialSource, profile: &Profile, named_by: &'static str) -> Self {
        let origin = Origin::Profile(profile.name().clone(), named_by);
        Self { credentials: Some(credentials), origin: Some(origin), ..self }
    }

    fn without(mut self, error: &impl ToString) -> Self {
        self.unusable = Some(error.to_string());
        self.warnings.extend(self.unusable.clone());
        self
    }
}

/// A text and its place.
struct Placed {
    place: String,
    text: String,
    variable: Option<&'static str>,
}

/// Where a value is set: in variables, then in settings of the profile.
fn placed(
    names: &[&'static str],
    settings: &[&str],
    variables: &Variables,
    profile: Option<&Profile>,
) -> Vec<Placed> {
    let in_variable = |name: &'static str| {
        let text = variables.get(name)?;
        Some(Placed { place: name.to_owned(), text, variable: Some(name) })
    };
    let in_profile = |setting: &&str| {
        let profile = profile?;
        let text = profile.text(setting)?.to_owned();
        Some(Placed { place: profile.place(setting), text, variable: None })
    };
    let in_variables = names.iter().copied().filter_map(in_variable);
    in_variables.chain(settings.iter().filter_map(in_profile)).collect()
}

/// The first place, which counts. The others are added to `shadowed`, unless both are of the profile.
fn first_of(places: Vec<Placed>, shadowed: &mut Vec<ShadowedSource>) -> Option<Placed> {
    let mut places = places.into_iter();
    let first = places.next()?;
    let winner = first.variable.unwrap_or("the URL in the profile");
    let losers = places.filter(|loser| first.variable.or(loser.variable).is_some());
    shadowed.extend(losers.map(|loser| ShadowedSource::new(loser.place, winner)));
    Some(first)
}

/// The base URL, in the order of the Atlas CLI: a URL goes before a service, and for each of the two the
/// environment goes before the profile. With it comes the place that names it. What loses is added to `shadowed`.
fn choose_base_url(
    flag: Option<&BaseUrl>,
    variables: &Variables,
    profile: Option<&Profile>,
    shadowed: &mut Vec<ShadowedSource>,
) -> Result<(BaseUrl, String), CredentialsError> {
    let names = [OPS_MANAGER_URL, BASE_URL, MCLI_OPS_MANAGER_URL];
    let mut places = placed(&names, &URL_SETTINGS, variables, profile);
    let has_url = !places.is_empty();
    places.extend(placed(&[SERVICE, MCLI_SERVICE], &["service"], variables, profile));
    if let Some(url) = flag {
        let losers = places.into_iter().map(|loser| ShadowedSource::new(loser.place, "--base-url"));
        shadowed.extend(losers);
        return Ok((url.clone(), "--base-url".to_owned()));
    }
    let (place, text) = match first_of(places, shadowed) {
        Some(Placed { place, text, .. }) => (place, text),
        None => ("default".to_owned(), "cloud".to_owned()),
    };
    let url = match text.as_str() {
        url if has_url => BaseUrl::parse(url),
        "cloud" => BaseUrl::parse(BaseUrl::CLOUD),
        "cloudgov" => BaseUrl::parse(BaseUrl::CLOUD_GOV),
        other if is_quoted(other) => Err(BaseUrlError::Quoted),
        other => {
            let other = ServerText::new(other);
            let message = format!("{place} is `{other}`: this program supports `cloud` and `cloudgov`");
            return Err(CredentialsError::Unusable(message));
        }
    };
    match url {
        Ok(url) => Ok((url, place)),
        Err(error) => Err(CredentialsError::value(place, error)),
    }
}

/// The project that a variable or the profile names, and the place that names it.
fn choose_project(
    variables: &Variables,
    profile: Option<&Profile>,
    shadowed: &mut Vec<ShadowedSource>,
    warnings: &mut Vec<String>,
) -> Option<(String, String)> {
    let places = placed(&[PROJECT_ID, MCLI_PROJECT_ID], &["project_id"], variables, profile);
    let Placed { place, text, variable } = first_of(places, shadowed)?;
    if variable.is_some() {
        if is_quoted(&text) {
            warnings.push(format!("{place}: {}", IdError::Quoted));
        }
        return Some((text, place));
    }
    match ProjectId::parse(&text) {
        Ok(id) => Some((id.to_string(), place)),
        Err(error) => {
            warnings.push(format!("{place}: {error}"));
            None
        }
    }
}

#[cfg(test)]
mod tests;
