//! What a run needs to know before it starts: arguments and environment, made sense of.

use thiserror::Error;

use crate::cli::Arguments;
use crate::core::Form;
use crate::credentials::{self, CredentialsError};
use crate::domain::{BaseUrl, BaseUrlError, Credentials, Session};
use crate::handoff::{Environment, Preference};
use crate::view::{Glyphs, Theme};

/// Everything that a run is told.
pub struct Settings {
    /// Where requests go.
    pub source: Source,
    /// What the form starts with.
    pub form: Form,
    /// How things look.
    pub theme: Theme,
    /// What the choice of a clipboard depends on.
    pub environment: Environment,
    /// How the user wants to copy.
    pub clipboard: Preference,
    /// The endpoint's flag `envelope`.
    pub envelope: bool,
    /// The endpoint's flag `pretty`.
    pub pretty: bool,
}

/// Where requests go, and as whom.
pub enum Source {
    /// A real host.
    Remote {
        /// The host.
        base_url: BaseUrl,
        /// As whom.
        credentials: Credentials,
    },
    /// The embedded Atlas with its demo world.
    Demo(Box<crate::demo::World>),
}

/// Why a run cannot start.
#[derive(Debug, Error)]
pub enum SettingsError {
    /// The environment gives no usable credentials.
    #[error("{0}")]
    Credentials(#[from] CredentialsError),
    /// `--base-url` is none.
    #[error("--base-url: {0}")]
    BaseUrl(#[from] BaseUrlError),
    /// There is nothing to sign in with.
    #[error(
        "no credentials were found. Set MONGODB_ATLAS_CLIENT_ID and MONGODB_ATLAS_CLIENT_SECRET \
         (a service account), or MONGODB_ATLAS_ACCESS_TOKEN. To try it without an account: \
         atlas-secret --demo"
    )]
    NoCredentials,
    /// The demo's world cannot be read, which is a mistake of ours.
    #[error("the demo cannot start: {0}")]
    Demo(#[from] crate::demo::WorldError),
}

impl Settings {
    /// Makes sense of arguments and environment. `variable` looks up an environment variable.
    pub fn gather(
        arguments: &Arguments,
        variable: impl Fn(&str) -> Option<String>,
    ) -> Result<Self, SettingsError> {
        let (source, form) = if arguments.demo { demo(arguments)? } else { remote(arguments, &variable)? };
        Ok(Self {
            source,
            form,
            theme: theme(&variable),
            environment: Environment::read(&variable),
            clipboard: arguments.clipboard,
            envelope: arguments.envelope,
            pretty: arguments.pretty,
        })
    }

    /// What the header says.
    pub fn session(&self) -> Session {
        match &self.source {
            Source::Remote { base_url, credentials } => Session::remote(base_url, credentials.identity()),
            Source::Demo(_) => Session::Demo,
        }
    }
}

fn demo(arguments: &Arguments) -> Result<(Source, Form), SettingsError> {
    let world = crate::demo::World::demo()?.with_more_projects(arguments.demo_projects);
    let (project, client) = world.prefill();
    let form = Form::new(
        arguments.project_id.as_deref().unwrap_or(project.as_str()),
        arguments.client_id.as_deref().unwrap_or(client.as_str()),
        &arguments.expires_after,
    );
    Ok((Source::Demo(Box::new(world)), form))
}

fn remote(
    arguments: &Arguments,
    variable: &impl Fn(&str) -> Option<String>,
) -> Result<(Source, Form), SettingsError> {
    let base_url = match &arguments.base_url {
        Some(text) => BaseUrl::parse(text)?,
        None => credentials::base_url_from_environment(variable)?,
    };
    let credentials = credentials::from_environment(variable)?.ok_or(SettingsError::NoCredentials)?;
    let project = arguments.project_id.clone().or_else(|| variable("MONGODB_ATLAS_PROJECT_ID"));
    let form = Form::new(
        project.as_deref().unwrap_or_default().trim(),
        arguments.client_id.as_deref().unwrap_or_default().trim(),
        &arguments.expires_after,
    );
    Ok((Source::Remote { base_url, credentials }, form))
}

fn theme(variable: &impl Fn(&str) -> Option<String>) -> Theme {
    let glyphs = if speaks_utf8(variable) { Glyphs::UNICODE } else { Glyphs::ASCII };
    match variable("NO_COLOR").filter(|value| !value.is_empty()) {
        Some(_) => Theme::without_colour(glyphs),
        None => Theme::colour(glyphs),
    }
}

/// The locale's character set, by the order of POSIX: the first of these that is set and not empty counts.
/// Windows Terminal and macOS speak UTF-8 without saying so here.
fn speaks_utf8(variable: &impl Fn(&str) -> Option<String>) -> bool {
    let locale = ["LC_ALL", "LC_CTYPE", "LANG"]
        .into_iter()
        .find_map(|name| variable(name).filter(|value| !value.is_empty()));
    match locale {
        Some(locale) => {
            let locale = locale.to_ascii_lowercase();
            locale.contains("utf-8") || locale.contains("utf8")
        }
        None => cfg!(any(windows, target_os = "macos")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn environment(set: &'static [(&str, &str)]) -> impl Fn(&str) -> Option<String> {
        move |name| set.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned())
    }

    #[test]
    fn the_first_set_locale_variable_counts() {
        let rows: [(&'static [(&str, &str)], bool); 6] = [
            (&[("LANG", "C.UTF-8")], true),
            (&[("LANG", "de_DE.utf8")], true),
            (&[("LANG", "C.UTF-8"), ("LC_ALL", "C")], false),
            (&[("LANG", "C"), ("LC_CTYPE", "en_US.UTF-8")], true),
            (&[("LANG", "en_US.UTF-8"), ("LC_ALL", "")], true),
            (&[("LANG", "en_US.ISO-8859-1")], false),
        ];
        for (set, expected) in rows {
            assert_eq!(speaks_utf8(&environment(set)), expected, "{set:?}");
        }
    }

    #[test]
    fn an_empty_no_color_means_colour() {
        let theme_of = |set| theme(&environment(set));
        assert!(theme_of(&[("NO_COLOR", "")]).good.fg.is_some());
        assert!(theme_of(&[("NO_COLOR", "1")]).good.fg.is_none());
    }
}
