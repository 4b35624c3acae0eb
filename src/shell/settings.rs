//! The settings of a run, from the arguments, the environment and the file of settings, in this order.

mod file;
mod report;
mod start;

use std::cell::Cell;
use std::ffi::OsString;
use std::path::PathBuf;
use std::time::Duration;

use thiserror::Error;

use crate::atlas::{ProxyError, check_proxies};
use crate::cli::Arguments;
use crate::config::{CredentialsError, FileError, Flags, Profiles, config_path, resolve};
use crate::delivery::{Environment, Preference};
use crate::demo::WorldError;
use crate::domain::{BaseUrl, BaseUrlError, Format, ProfileName, QueryFlags, ServerText, Session, Template};
use crate::jobs::{Authenticator, Source};
use crate::journal::state_folder;
use crate::tui::screens::Form;
use crate::tui::{self, Glyphs, Theme};

use self::file::{SettingsFile, settings_path};
use self::report::Report;
use self::start::Start;

/// In hours: 30 days.
const DEFAULT_LIFETIME: &str = "720";

/// In seconds.
const DEFAULT_CLEAR_AFTER: u64 = 60;

/// The settings of a run.
pub struct Settings {
    /// Where requests go; `None` when the user has to sign in.
    pub source: Option<Source>,
    /// What the header says.
    pub session: Session,
    /// The profiles of the Atlas CLI, to sign in with.
    pub profiles: Vec<ProfileName>,
    /// Warnings about the credentials.
    pub notes: Vec<ServerText>,
    /// Why there is no source, where something is wrong; it is one of the notes.
    pub unusable: Option<ServerText>,
    /// For the sign-in screen.
    pub(super) authenticator: Authenticator,
    /// What the form starts with.
    pub form: Form,
    /// How things look.
    pub theme: Theme,
    /// What the choice of a clipboard depends on.
    pub environment: Environment,
    /// How the user wants to copy.
    pub clipboard: Preference,
    /// How long a copy stays on the clipboard; `None` when it stays until something else is copied.
    pub clear_after: Option<Duration>,
    /// The shape that standard output was asked to get.
    pub format: Option<Format>,
    /// The user's own format, to copy in.
    pub template: Option<Template>,
    /// Flags of the command line.
    pub flags: tui::Flags,
    /// Where the secret that signs in is stored.
    pub login_holder: Option<ServerText>,
    /// The folder of the records.
    pub state_folder: Option<PathBuf>,
    /// What `~` stands for.
    pub home: Option<PathBuf>,
    /// The Atlas CLI's file of profiles.
    pub cli_config: Option<PathBuf>,
    /// What the creating POST asks for in its query.
    pub query_flags: QueryFlags,
    /// What `--print-config` prints.
    pub report: String,
}

/// Why a run cannot start.
#[derive(Debug, Error)]
pub enum SettingsError {
    /// Credentials were given and cannot be used.
    #[error("{0}")]
    Credentials(#[from] CredentialsError),
    /// This program's own file of settings is wrong.
    #[error("{0}")]
    File(#[from] FileError),
    /// Ignoring the variable could use another account or another folder.
    #[error("{0} is not valid UTF-8: correct or unset it")]
    NotUtf8(&'static str),
    /// `--base-url` is none.
    #[error("--base-url{value}: {error}")]
    BaseUrl {
        /// What was given, without a user or password.
        value: ServerText,
        /// What is wrong with it.
        error: BaseUrlError,
    },
    /// A proxy variable cannot be read.
    #[error("{0}")]
    Proxy(#[from] ProxyError),
    /// The demo's data cannot be read: an internal error.
    #[error("--demo: {0}")]
    Demo(#[from] WorldError),
}

impl Settings {
    /// Reads arguments, environment, file of settings and profiles. `variable` looks up an environment variable.
    ///
    /// # Errors
    /// When something that was asked for by name cannot be used. Without credentials the sign-in screen opens.
    pub fn gather(
        arguments: &Arguments,
        variable: impl Fn(&str) -> Option<OsString>,
    ) -> Result<Self, SettingsError> {
        let unreadable = Cell::new(None);
        let text = |name: &str| {
            let text = variable(name)?.into_string().ok();
            if text.is_none() {
                unreadable.set(unreadable.get().or(DECISIVE.into_iter().find(|decisive| *decisive == name)));
            }
            text
        };
        let gathered = Self::gather_from_text(arguments, text);
        // Whatever else is wrong may only follow from this.
        unreadable.get().map_or(gathered, |name| Err(SettingsError::NotUtf8(name)))
    }

    fn gather_from_text(
        arguments: &Arguments,
        variable: impl Fn(&str) -> Option<String>,
    ) -> Result<Self, SettingsError> {
        check_proxies(&variable)?;
        let path = settings_path(&variable);
        let file = path.as_deref().map(SettingsFile::load).transpose()?.flatten();
        let flag = arguments.base_url.as_deref().map(parse_base_url).transpose()?;
        let cli_config = config_path(&variable).filter(|_| !arguments.demo);
        let profiles = cli_config.as_deref().map_or_else(|| Ok(Profiles::default()), Profiles::load);
        let found = if arguments.demo {
            None
        } else {
            let flags = Flags { profile: arguments.profile.as_deref(), base_url: flag.as_ref() };
            Some(resolve(flags, &variable, &profiles)?)
        };
        let report = Report { arguments, path: path.as_deref(), file: file.as_ref() }.text(found.as_ref());
        let file = file.unwrap_or_default();
        let expires_after = arguments.expires_after.clone().or(file.expires_after);
        let expires_after = expires_after.as_deref().unwrap_or(DEFAULT_LIFETIME);
        let start = match found {
            Some(found) => Start::remote(arguments, found, expires_after),
            None => Start::demo(arguments, expires_after)?,
        };
        let clear_after = arguments.clear_after.or(file.clear_after).unwrap_or(DEFAULT_CLEAR_AFTER);
        let mut notes = start.notes;
        let of_file =
            profiles.iter().flat_map(Profiles::warnings).map(|note| ServerText::new(&note.to_string()));
        let news: Vec<_> = of_file.filter(|note| !notes.contains(note)).collect();
        notes.extend(news);
        let names = profiles.iter().flat_map(Profiles::all);
        Ok(Self {
            profiles: names.map(|profile| profile.name().clone()).collect(),
            source: start.source,
            unusable: start.unusable,
            session: start.session,
            notes,
            authenticator: Authenticator { base_url: start.base_url, base_url_flag: flag, profiles },
            form: start.form,
            theme: theme(&variable),
            environment: Environment::read(&variable),
            clipboard: arguments.clipboard.or(file.clipboard).unwrap_or_default(),
            clear_after: (clear_after > 0).then(|| Duration::from_secs(clear_after)),
            format: arguments.format.or(arguments.template.map(Format::Template)),
            template: arguments.template.or(file.template),
            flags: tui::Flags {
                yes: arguments.yes,
                replace_expired: arguments.replace_expired,
                verify: arguments.verify,
            },
            login_holder: start.login_holder,
            state_folder: state_folder(&variable),
            home: std::env::home_dir(),
            cli_config,
            query_flags: QueryFlags { envelope: arguments.envelope, pretty: arguments.pretty },
            report,
        })
    }
}

fn parse_base_url(text: &str) -> Result<BaseUrl, SettingsError> {
    BaseUrl::parse(text).map_err(|error| {
        // A password or a token may stand before an `@`, behind a `?`, or where it is no URL, anywhere.
        let has_credentials = text.contains(['@', '?', '#']) || error == BaseUrlError::NotAUrl;
        let value =
            if has_credentials { ServerText::default() } else { ServerText::new(&format!(" {text}")) };
        SettingsError::BaseUrl { value, error }
    })
}

/// The variables that decide who signs in, where, and which folders are used. The others only change the appearance.
const DECISIVE: [&str; 22] = [
    "MONGODB_ATLAS_ACCESS_TOKEN",
    "MONGODB_ATLAS_CLIENT_ID",
    "MONGODB_ATLAS_CLIENT_SECRET",
    "MONGODB_ATLAS_PUBLIC_API_KEY",
    "MONGODB_ATLAS_PRIVATE_API_KEY",
    "MONGODB_ATLAS_PUBLIC_KEY",
    "MONGODB_ATLAS_PRIVATE_KEY",
    "MONGODB_ATLAS_OPS_MANAGER_URL",
    "MONGODB_ATLAS_BASE_URL",
    "MONGODB_ATLAS_SERVICE",
    "MONGODB_ATLAS_PROFILE",
    "MONGODB_ATLAS_PROJECT_ID",
    "MCLI_PUBLIC_API_KEY",
    "MCLI_PRIVATE_API_KEY",
    "MCLI_OPS_MANAGER_URL",
    "MCLI_SERVICE",
    "MCLI_PROJECT_ID",
    "XDG_CONFIG_HOME",
    "XDG_STATE_HOME",
    "HOME",
    "AppData",
    "LocalAppData",
];

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

    #[cfg(unix)]
    #[test]
    fn a_variable_that_is_not_utf8_is_an_error_that_names_it() {
        use std::os::unix::ffi::OsStringExt;
        let gather = |arguments: &[&str], broken: &str, bytes: &[u8]| {
            let line = std::iter::once(&"atlas-secret").chain(arguments).map(OsString::from);
            let arguments = Arguments::read(line).unwrap();
            let home = tempfile::tempdir().unwrap();
            let gathered = Settings::gather(&arguments, |name| match name {
                name if name == broken => Some(OsString::from_vec(bytes.to_vec())),
                "HOME" => Some(home.path().into()),
                _ => None,
            });
            gathered.err().map(|error| error.to_string())
        };
        let on_this_system = DECISIVE.into_iter().filter(|name| !name.ends_with("AppData"));
        for name in on_this_system {
            // XDG variables are read on systems that follow XDG only.
            if cfg!(target_os = "macos") && name.starts_with("XDG_") {
                continue;
            }
            for bytes in [&b"\xff"[..], b"ci\xfe", b"\xc3", b"\xed\xa0\x80", b"mdb_sa_id_\x80"] {
                let expected = Some(format!("{name} is not valid UTF-8: correct or unset it"));
                assert_eq!(gather(&[], name, bytes), expected, "{bytes:?}");
            }
        }
        let loser = Some("MONGODB_ATLAS_CLIENT_ID is not valid UTF-8: correct or unset it".to_owned());
        assert_eq!(gather(&["-P", "ci"], "MONGODB_ATLAS_CLIENT_ID", b"\xff"), loser);
        for name in ["LANG", "LC_ALL", "NO_COLOR", "DISPLAY", "TMUX"] {
            assert_eq!(gather(&[], name, b"\xff"), None, "{name}");
        }
    }

    #[test]
    fn an_empty_no_color_means_colour() {
        let theme_of = |set| theme(&environment(set));
        assert!(theme_of(&[("NO_COLOR", "")]).good.fg.is_some());
        assert!(theme_of(&[("NO_COLOR", "1")]).good.fg.is_none());
    }
}
