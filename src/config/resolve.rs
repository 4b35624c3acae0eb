//! Resolves credentials from all sources: who signs in, where, and what is not used.

use std::fmt;

use crate::domain::{BaseUrl, BaseUrlError, ProfileName, ProjectId, QUOTED, ServerText, is_quoted};

use super::CredentialsError;
use super::environment::{
    self, BASE_URL, InEnvironment, MCLI_OPS_MANAGER_URL, MCLI_PROJECT_ID, MCLI_SERVICE, OPS_MANAGER_URL,
    PROFILE, PROJECT_ID, SERVICE, Variables, shadowed,
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
    /// A sentence for each source that is set but not used, for the help screen.
    pub shadowed: Vec<String>,
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
        let variables = &self.variables;
        if let Some(name) = self.options.profile.and_then(ProfileName::new) {
            return self.with_profile(&name, "--profile", variables.shadowed_by("--profile", &[]));
        }
        if let Some(InEnvironment { credentials, names }) = environment::find(variables)? {
            let found = self.without_credentials(None, variables.shadowed_by(names[0], &names))?;
            let credentials = Some(CredentialSource::Ready(credentials));
            return Ok(Found { credentials, origin: Some(CredentialOrigin::Environment(names)), ..found });
        }
        match variables.get(PROFILE).and_then(|name| ProfileName::new(&name)) {
            Some(name) => self.with_profile(&name, PROFILE, Vec::new()),
            None => self.with_implied_profile(),
        }
    }

    /// Uses the profile that an option or a variable names.
    fn with_profile(
        &self,
        name: &ProfileName,
        named_by: &'static str,
        shadowed: Vec<String>,
    ) -> Result<Found, CredentialsError> {
        let profiles = self.profiles.map_err(String::clone)?;
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
        mut shadowed: Vec<String>,
    ) -> Result<Found, CredentialsError> {
        let (base_url, base_url_source) =
            choose_base_url(self.options.base_url, &self.variables, profile, &mut shadowed)?;
        let mut warnings = Vec::new();
        if let (Some(profile), Ok(profiles)) = (profile, self.profiles) {
            if URL_SETTINGS.iter().any(|setting| profile.label(setting) == base_url_source) {
                profiles.check_host(profile, &base_url)?;
            }
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

/// A text and its source: a variable, or a setting of the profile.
struct SourcedText {
    source: String,
    text: String,
    is_in_profile: bool,
}

/// The source of the base URL if nothing names one.
const DEFAULT_HOST: &str = "default";

/// Returns the sources that set a value: variables first, then settings of the profile.
fn sourced_texts(
    names: &[&str],
    settings: &[&str],
    variables: &Variables,
    profile: Option<&Profile>,
) -> Vec<SourcedText> {
    let in_variable = |name: &&str| {
        let text = variables.get(name)?;
        Some(SourcedText { source: (*name).to_owned(), text, is_in_profile: false })
    };
    let in_profile = |setting: &&str| {
        let text = profile?.text(setting)?.to_owned();
        Some(SourcedText { source: profile?.label(setting), text, is_in_profile: true })
    };
    names.iter().filter_map(in_variable).chain(settings.iter().filter_map(in_profile)).collect()
}

/// Returns the first source, which is used. Each other one is added to `unused`, unless both are in the profile.
fn first_of(sources: Vec<SourcedText>, unused: &mut Vec<String>) -> Option<SourcedText> {
    let mut sources = sources.into_iter();
    let first = sources.next()?;
    let others = sources.filter(|other| !(first.is_in_profile && other.is_in_profile));
    unused.extend(others.map(|other| shadowed(&other.source, &first.source)));
    Some(first)
}

/// Returns the base URL and its source, in the order of the Atlas CLI: a URL takes precedence over a service, and for
/// each of them the environment over the profile. Unused sources are added to `shadowed`.
fn choose_base_url(
    flag: Option<&BaseUrl>,
    variables: &Variables,
    profile: Option<&Profile>,
    unused: &mut Vec<String>,
) -> Result<(BaseUrl, String), CredentialsError> {
    let names = [OPS_MANAGER_URL, BASE_URL, MCLI_OPS_MANAGER_URL];
    let mut sources = sourced_texts(&names, &URL_SETTINGS, variables, profile);
    let has_url = !sources.is_empty();
    sources.extend(sourced_texts(&[SERVICE, MCLI_SERVICE], &["service"], variables, profile));
    if let Some(url) = flag {
        unused.extend(sources.iter().map(|other| shadowed(&other.source, "--base-url")));
        return Ok((url.clone(), "--base-url".to_owned()));
    }
    let (source, text) = match first_of(sources, unused) {
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
            return Err(format!("{source} is `{other}`: this program supports `cloud` and `cloudgov`").into());
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
    unused: &mut Vec<String>,
    warnings: &mut Vec<String>,
) -> Option<(String, String)> {
    let sources = sourced_texts(&[PROJECT_ID, MCLI_PROJECT_ID], &["project_id"], variables, profile);
    let SourcedText { source, text, is_in_profile } = first_of(sources, unused)?;
    if !is_in_profile {
        if is_quoted(&text) {
            warnings.push(format!("{source}: {QUOTED}"));
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
