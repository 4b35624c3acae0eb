//! Resolves credentials from all sources: who signs in, where, and what is not used.

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

/// The options on the command line.
#[derive(Clone, Copy, Debug, Default)]
pub struct SignInOptions<'a> {
    /// `--profile`.
    pub profile: Option<&'a str>,
    /// `--base-url`, which takes precedence over all other sources of a host.
    pub base_url: Option<&'a BaseUrl>,
}

/// The result of [`resolve`].
#[derive(Clone, Debug)]
pub struct Found {
    /// The credentials to sign in with; `None` if the user must enter them.
    pub credentials: Option<CredentialSource>,
    /// The source of the credentials, if there are any.
    pub origin: Option<CredentialOrigin>,
    /// Why there are none, if known.
    pub unusable: Option<String>,
    /// The base URL of Atlas.
    pub base_url: BaseUrl,
    /// The source of the base URL: the option, the variable, or the setting and its profile.
    pub base_url_source: String,
    /// The project that the form starts with unless the command line names one, and its source. One from the
    /// environment is left as typed, so that the form can show what is wrong with it.
    pub project: Option<(String, String)>,
    /// The sources that are set but not used, for the help screen.
    pub shadowed: Vec<ShadowedSource>,
    /// Warnings for the user.
    pub warnings: Vec<String>,
}

/// The source of credentials.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CredentialOrigin {
    /// The environment, with the names of the variables.
    Environment(Vec<&'static str>),
    /// A profile of the Atlas CLI, and what selected it.
    Profile(ProfileName, &'static str),
}

impl fmt::Display for CredentialOrigin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Environment(names) => f.write_str(&names.join(", ")),
            Self::Profile(name, named_by) => write!(f, "profile {name} ({named_by})"),
        }
    }
}

/// Finds credentials, in this order: the profile named with `--profile`, the environment, the profile named in
/// `MONGODB_ATLAS_PROFILE`, the only or the default profile, none.
///
/// `variable` looks up an environment variable; `profiles` is the result of [`Profiles::load`]. A profile that was
/// named and cannot be used is an error. A profile that was not named, or a file that is not needed, only causes a
/// warning: the user can still sign in by hand.
pub fn resolve(
    options: SignInOptions<'_>,
    variable: impl Fn(&str) -> Option<String>,
    profiles: &Result<Profiles, String>,
) -> Result<Found, CredentialsError> {
    let profiles = profiles.as_ref();
    Resolver { options, variables: Variables(&variable), profiles }.resolve()
}

/// The message if there are several profiles and none is called `default`.
const SEVERAL_PROFILES: &str = "several Atlas CLI profiles were found; choose one with --profile";

/// The inputs of [`resolve`].
struct Resolver<'a> {
    options: SignInOptions<'a>,
    variables: Variables<'a>,
    profiles: Result<&'a Profiles, &'a String>,
}

impl Resolver<'_> {
    fn resolve(&self) -> Result<Found, CredentialsError> {
        let is_set = |name: &&str| self.variables.get(name).is_some();
        let named_by_variable = self.variables.get(PROFILE).and_then(|name| ProfileName::new(&name));
        if let Some(name) = self.options.profile.and_then(ProfileName::new) {
            let unused = CREDENTIALS.into_iter().chain([PROFILE]).filter(is_set);
            let shadowed = unused.map(|unused| ShadowedSource::new(unused, "--profile")).collect();
            return self.with_profile(&name, "--profile", shadowed);
        }
        if let Some(in_environment) = environment::find(&self.variables)? {
            let mut found = self.without_credentials(None, in_environment.shadowed)?;
            let winner = "what the environment signs in with";
            found.shadowed.extend(named_by_variable.map(|_| ShadowedSource::new(PROFILE, winner)));
            found.credentials = Some(CredentialSource::Ready(in_environment.credentials));
            found.origin = Some(CredentialOrigin::Environment(in_environment.names));
            return Ok(found);
        }
        match named_by_variable {
            Some(name) => self.with_profile(&name, PROFILE, Vec::new()),
            None => self.with_implied_profile(),
        }
    }

    /// Uses the profile that an option or a variable names.
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

    /// Uses the only or the default profile, if it exists and can be used.
    fn with_implied_profile(&self) -> Result<Found, CredentialsError> {
        let without_profile = || self.without_credentials(None, Vec::new());
        let profiles = match self.profiles {
            Ok(profiles) => profiles,
            Err(error) => return Ok(without_profile()?.unusable_because(error)),
        };
        let Some(profile) = profiles.implied() else {
            let unusable = match profiles.all() {
                // The only warning about a file without profiles is about a profile with two brackets.
                [] => profiles.warnings().first().cloned(),
                _ => Some(SEVERAL_PROFILES.to_owned()),
            };
            return Ok(Found { unusable, ..without_profile()? });
        };
        let found = match self.without_credentials(Some(profile), Vec::new()) {
            Ok(found) => found,
            // If a variable is wrong, this also fails without the profile.
            Err(error) => return Ok(without_profile()?.unusable_because(&error)),
        };
        Ok(match profile.credentials() {
            Ok(credentials) => {
                let named_by = if profiles.all().len() == 1 { "the only one" } else { "the default one" };
                found.signing_in(credentials, profile, named_by)
            }
            Err(error) => found.unusable_because(&error),
        })
    }

    /// Finds everything but the credentials.
    fn without_credentials(
        &self,
        profile: Option<&Profile>,
        mut shadowed: Vec<ShadowedSource>,
    ) -> Result<Found, CredentialsError> {
        let (base_url, base_url_source) =
            choose_base_url(self.options.base_url, &self.variables, profile, &mut shadowed)?;
        let mut warnings = Vec::new();
        if let (Some(profile), Ok(profiles)) = (profile, self.profiles) {
            if URL_SETTINGS.iter().any(|setting| profile.label(setting) == base_url_source) {
                profiles.check_host(profile, &base_url)?;
            }
            warnings.extend_from_slice(profiles.warnings());
            warnings.extend(profile.type_error("project_id"));
        }
        let project = choose_project(&self.variables, profile, &mut shadowed, &mut warnings);
        let (credentials, origin, unusable) = (None, None, None);
        Ok(Found { credentials, origin, unusable, base_url, base_url_source, project, shadowed, warnings })
    }
}

impl Found {
    fn signing_in(self, credentials: CredentialSource, profile: &Profile, named_by: &'static str) -> Self {
        let origin = CredentialOrigin::Profile(profile.name().clone(), named_by);
        Self { credentials: Some(credentials), origin: Some(origin), ..self }
    }

    fn unusable_because(mut self, error: &impl ToString) -> Self {
        self.unusable = Some(error.to_string());
        self.warnings.extend(self.unusable.clone());
        self
    }
}

/// A text and its source.
struct SourcedText {
    source: String,
    text: String,
    /// The source's name if it takes precedence.
    winner: &'static str,
}

/// The source of the base URL if nothing names one.
const DEFAULT_HOST: &str = "default";

/// The winner if it is a setting of a profile.
const IN_PROFILE: &str = "the URL in the profile";

/// Returns the sources that set a value: variables first, then settings of the profile.
fn sourced_texts(
    names: &[&'static str],
    settings: &[&str],
    variables: &Variables,
    profile: Option<&Profile>,
) -> Vec<SourcedText> {
    let in_variable = |name: &'static str| {
        let text = variables.get(name)?;
        Some(SourcedText { source: name.to_owned(), text, winner: name })
    };
    let in_profile = |setting: &&str| {
        let profile = profile?;
        let text = profile.text(setting)?.to_owned();
        Some(SourcedText { source: profile.label(setting), text, winner: IN_PROFILE })
    };
    let in_variables = names.iter().copied().filter_map(in_variable);
    in_variables.chain(settings.iter().filter_map(in_profile)).collect()
}

/// Returns the first source, which is used. Each other one is added to `shadowed`, unless both are in the profile.
fn first_of(sources: Vec<SourcedText>, shadowed: &mut Vec<ShadowedSource>) -> Option<SourcedText> {
    let mut sources = sources.into_iter();
    let first = sources.next()?;
    let unused = sources.filter(|unused| unused.winner != first.winner);
    shadowed.extend(unused.map(|unused| ShadowedSource::new(unused.source, first.winner)));
    Some(first)
}

/// Returns the base URL and its source, in the order of the Atlas CLI: a URL takes precedence over a service, and for
/// each of them the environment over the profile. Unused sources are added to `shadowed`.
fn choose_base_url(
    flag: Option<&BaseUrl>,
    variables: &Variables,
    profile: Option<&Profile>,
    shadowed: &mut Vec<ShadowedSource>,
) -> Result<(BaseUrl, String), CredentialsError> {
    let names = [OPS_MANAGER_URL, BASE_URL, MCLI_OPS_MANAGER_URL];
    let mut sources = sourced_texts(&names, &URL_SETTINGS, variables, profile);
    let has_url = !sources.is_empty();
    sources.extend(sourced_texts(&[SERVICE, MCLI_SERVICE], &["service"], variables, profile));
    if let Some(url) = flag {
        let unused = sources.into_iter().map(|unused| ShadowedSource::new(unused.source, "--base-url"));
        shadowed.extend(unused);
        return Ok((url.clone(), "--base-url".to_owned()));
    }
    let (source, text) = match first_of(sources, shadowed) {
        Some(SourcedText { source, text, .. }) => (source, text),
        None => (DEFAULT_HOST.to_owned(), "cloud".to_owned()),
    };
    let url = match text.as_str() {
        url if has_url => BaseUrl::parse(url),
        "cloud" => BaseUrl::parse(BaseUrl::CLOUD),
        "cloudgov" => BaseUrl::parse(BaseUrl::CLOUD_GOV),
        other if is_quoted(other) => Err(BaseUrlError::Quoted),
        other => {
            let other = ServerText::new(other);
            let message = format!("{source} is `{other}`: this program supports `cloud` and `cloudgov`");
            return Err(CredentialsError::Unusable(message));
        }
    };
    match url {
        Ok(url) => Ok((url, source)),
        Err(error) => Err(CredentialsError::value(source, error)),
    }
}

impl Profile {
    /// True if the Atlas CLI would send the credentials of this profile to a host that it names, and that is not `host`.
    pub fn names_other_host(&self, host: &BaseUrl) -> bool {
        match choose_base_url(None, &Variables(&|_| None), Some(self), &mut Vec::new()) {
            Ok((named, source)) => source != DEFAULT_HOST && named != *host,
            Err(_) => true,
        }
    }
}

/// Returns the project that a variable or the profile names, and its source.
fn choose_project(
    variables: &Variables,
    profile: Option<&Profile>,
    shadowed: &mut Vec<ShadowedSource>,
    warnings: &mut Vec<String>,
) -> Option<(String, String)> {
    let sources = sourced_texts(&[PROJECT_ID, MCLI_PROJECT_ID], &["project_id"], variables, profile);
    let SourcedText { source, text, winner } = first_of(sources, shadowed)?;
    if winner != IN_PROFILE {
        if is_quoted(&text) {
            warnings.push(format!("{source}: {}", IdError::Quoted));
        }
        return Some((text, source));
    }
    match ProjectId::parse(&text) {
        Ok(id) => Some((id.to_string(), source)),
        Err(error) => {
            warnings.push(format!("{source}: {error}"));
            None
        }
    }
}

#[cfg(test)]
mod tests;
