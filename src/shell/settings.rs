//! The settings of a run, from the arguments, the environment and the settings file, in this order.

mod file;
mod report;

use std::error::Error;
use std::ffi::OsString;
use std::path::PathBuf;
use std::time::Duration;

use jiff::tz::TimeZone;

use crate::atlas::{check_certificate_file, check_proxies, has_certificate_folder, proxy_variables};
use crate::cli::Arguments;
use crate::config::{
    CHOICES, CREDENTIALS, CredentialOrigin, Found, Profiles, SignInOptions, config_path, resolve,
};
use crate::delivery::{Copier, Environment, Preference};
use crate::demo::World;
use crate::domain::{
    BaseUrl, BaseUrlError, FieldName, Flags, Format, HostKind, Lifetime, LifetimeError, Now, Os, QueryFlags,
    ServerText, Session, trim_visible,
};
use crate::jobs::{Authenticator, Source, profile_session, read_profiles};
use crate::journal::state_folder;
use crate::process::{this_program, time_zone, wall_clock};
use crate::tui::screens::{Form, SignIn};
use crate::tui::{App, Glyphs, Screen, Size, Theme};

use self::file::{SettingsFile, settings_path};
use self::report::report;

const DEFAULT_LIFETIME: &str = "30d";

/// In seconds.
const DEFAULT_CLEAR_AFTER: u64 = 60;

/// The settings of a run.
pub struct Settings {
    /// The interface at its start.
    pub(super) app: App,
    /// The server and the credentials; `None` if the user must sign in.
    pub(super) source: Option<Source>,
    /// Why there is no source, if something is wrong; it is one of the notes about the credentials.
    pub(super) unusable: Option<ServerText>,
    /// For the sign-in screen.
    pub(super) authenticator: Authenticator,
    pub(super) theme: Theme,
    pub(super) copier: Copier,
    /// The format requested for standard output.
    pub(super) format: Option<Format>,
    pub(super) state_folder: Option<PathBuf>,
    /// What `~` stands for.
    pub(super) home: Option<PathBuf>,
    /// The Atlas CLI's profile file.
    pub(super) cli_config: Option<PathBuf>,
    /// The output of `--print-config`, if it was asked for.
    pub report: Option<String>,
}

impl Settings {
    /// Reads the arguments, the environment, the settings file and the profiles. `variable` looks up an environment
    /// variable. Without credentials the sign-in screen opens, but something that was requested by name must be usable.
    pub fn gather(
        arguments: &Arguments,
        variable: impl Fn(&str) -> Option<OsString>,
    ) -> Result<Self, Box<dyn Error>> {
        let is_unreadable = |name: &&str| variable(name).is_some_and(|value| value.to_str().is_none());
        if let Some(name) = decisive_variables().find(is_unreadable) {
            return Err(format!("{name} is not valid UTF-8: correct or unset it").into());
        }
        // The others only affect the appearance, or it only matters whether they are set.
        let text = |name: &str| variable(name).map(|value| value.to_string_lossy().into_owned());
        Self::gather_from_text(arguments, text)
    }

    fn gather_from_text(
        arguments: &Arguments,
        variable: impl Fn(&str) -> Option<String>,
    ) -> Result<Self, Box<dyn Error>> {
        check_proxies(&variable)?;
        let path = settings_path(&variable);
        let file = path.as_deref().map(SettingsFile::load).transpose()?.flatten();
        let base_url_flag = arguments.base_url.as_deref().map(parse_base_url).transpose()?;
        let cli_config = config_path(&variable).filter(|_| !arguments.demo);
        let profiles = read_profiles(cli_config.as_deref());
        let is_read = file.is_some();
        let file = file.unwrap_or_default();
        let chosen = SettingsFile {
            expires_after: arguments.expires_after.clone().or(file.expires_after),
            clear_after: arguments.clear_after.or(file.clear_after),
            clipboard: arguments.clipboard.or(file.clipboard),
            template: arguments.template.or(file.template),
            sinks: file.sinks,
        };
        let options =
            SignInOptions { profile: arguments.profile.as_deref(), base_url: base_url_flag.as_ref() };
        let found = (!arguments.demo).then(|| resolve(options, &variable, &profiles)).transpose()?;
        let clipboard = chosen.clipboard.unwrap_or_default();
        let clear_after = chosen.clear_after.unwrap_or(DEFAULT_CLEAR_AFTER);
        let clear_after = (clear_after > 0).then(|| Duration::from_secs(clear_after));
        let unusable = found.as_ref().and_then(|found| found.unusable.as_deref()).map(ServerText::new);
        let base_url = match &found {
            Some(found) => found.base_url.clone(),
            None => parse_base_url(BaseUrl::CLOUD)?,
        };
        let needs_certificates = !arguments.demo && base_url.is_encrypted();
        let certificates = if needs_certificates { check_certificate_file() } else { Ok(()) };
        let certificates = certificates.err();
        let report = arguments.print_config.then(|| {
            report(arguments, (path.as_deref(), is_read), &chosen, found.as_ref(), certificates.as_deref())
        });
        if let Some(why) = certificates.as_deref().filter(|_| report.is_none() && !has_certificate_folder()) {
            return Err(why.into());
        }
        let (mut app, source) = interface(arguments, chosen, found, &profiles)?;
        app.shared.credential_notes.extend(certificates.as_deref().map(ServerText::new));
        app.shared.sign_in_host = base_url.host();
        Ok(Self {
            app,
            source,
            unusable,
            authenticator: Authenticator { base_url, base_url_flag, profiles_path: cli_config.clone() },
            theme: theme(&variable),
            copier: Copier::new(Environment::read(&variable), clipboard, clear_after, this_program()),
            format: arguments.format.or(arguments.template.map(Format::Template)),
            state_folder: state_folder(&variable),
            home: std::env::home_dir(),
            cli_config,
            report,
        })
    }
}

/// The interface at its start, and the server with the credentials, unless the user must sign in.
fn interface(
    arguments: &Arguments,
    chosen: SettingsFile,
    found: Option<Found>,
    profiles: &Result<Profiles, String>,
) -> Result<(App, Option<Source>), String> {
    let mut app = App::new(Session::Demo, Form::default(), Size::default(), Now::default());
    let profile_names = profiles.iter().flat_map(Profiles::all).map(|profile| profile.name().clone());
    app.shared.profiles = profile_names.collect();
    let expires_after = chosen.expires_after.as_deref().unwrap_or(DEFAULT_LIFETIME);
    let source = match found {
        Some(found) => remote(&mut app, arguments, found, expires_after),
        None => Some(demo(&mut app, arguments, expires_after)?),
    };
    read_date(&mut app);
    let warnings = profiles.iter().flat_map(Profiles::warnings).map(|warning| ServerText::new(warning));
    app.shared.credential_notes.extend(warnings);
    app.shared.template = chosen.template;
    app.shared.sinks = chosen.sinks;
    app.shared.flags = Flags {
        yes: arguments.yes,
        replace_expired: arguments.replace_expired,
        verify: arguments.verify,
        never_copy: chosen.clipboard == Some(Preference::Off),
    };
    app.shared.query_flags = QueryFlags { envelope: arguments.envelope, pretty: arguments.pretty };
    Ok((app, source))
}

/// Checks a lifetime. Only a date needs the time zone, which takes time to load.
fn checked_lifetime(text: &str) -> Result<Lifetime, LifetimeError> {
    let is_date = Lifetime::parse_date(text, &TimeZone::UTC).is_some();
    let zone = if is_date { time_zone() } else { TimeZone::UTC };
    Lifetime::parse_at(text, wall_clock(), &zone)
}

/// If the lifetime is a date, loads the time zone now; otherwise it is loaded after the first frame.
fn read_date(app: &mut App) {
    if Lifetime::parse_date(app.shared.form.text(FieldName::Lifetime), &TimeZone::UTC).is_some() {
        let zone = time_zone();
        app.shared.form.clock = (wall_clock(), zone.clone());
        app.shared.zone = Some(zone);
    }
}

/// Sets up the demo. The form begins with its IDs.
fn demo(app: &mut App, arguments: &Arguments, expires_after: &str) -> Result<Source, String> {
    let world = World::demo().map_err(|error| format!("--demo: {error}"))?;
    let world = world.with_more_projects(arguments.demo_projects);
    let (project, client) = world.prefill();
    // The account belongs only to that project.
    let is_its_project = arguments.project_id.as_deref().is_none_or(|id| id == project.as_str());
    let client = if is_its_project { client.as_str() } else { "" };
    app.shared.form = Form::new(
        arguments.project_id.as_deref().unwrap_or(project.as_str()),
        arguments.client_id.as_deref().unwrap_or(client),
        expires_after,
    );
    Ok(Source::Demo(Box::new(world)))
}

/// Returns the server and the credentials, and sets what the interface shows about them; `None` if the user must sign
/// in.
fn remote(app: &mut App, arguments: &Arguments, found: Found, expires_after: &str) -> Option<Source> {
    let found_project = found.project.filter(|_| arguments.project_id.is_none());
    let (found_project, project_source) = found_project.unzip();
    let project = arguments.project_id.clone().or(found_project);
    app.shared.form = Form::new(
        trim_visible(project.as_deref().unwrap_or_default()),
        trim_visible(arguments.client_id.as_deref().unwrap_or_default()),
        expires_after,
    );
    app.shared.form.project_source = project_source;
    let other_host = found.credentials.is_some() && found.base_url.kind() == HostKind::Other;
    let other_host = other_host.then(|| {
        format!("your credentials are sent to {}, which is not an Atlas host", found.base_url.host())
    });
    let notes = found.warnings.into_iter().chain(other_host).chain(found.shadowed);
    app.shared.credential_notes = notes.map(|note| ServerText::new(&note)).collect();
    let Some(credentials) = found.credentials else {
        app.shared.session = Session::signed_out(&found.base_url);
        app.screen = Screen::SignIn(Box::new(SignIn::new(app.shared.profiles.clone())));
        return None;
    };
    app.shared.session = match &found.origin {
        Some(CredentialOrigin::Profile(name, _)) => profile_session(&found.base_url, &credentials, name),
        _ => Session::remote(&found.base_url, credentials.identity()),
    };
    app.shared.login_holder = found.origin.as_ref().map(|origin| match origin {
        CredentialOrigin::Profile(name, _) => ServerText::new(&format!("profile {name}")),
        CredentialOrigin::Environment(names) => ServerText::new(names.last().copied().unwrap_or_default()),
    });
    Some(Source::Remote { base_url: found.base_url, credentials })
}

fn parse_base_url(text: &str) -> Result<BaseUrl, String> {
    BaseUrl::parse(text).map_err(|error| {
        // A password or a token may be before an `@` or after a `?`, and anywhere in a text that is not a URL.
        let has_credentials = text.contains(['@', '?', '#']) || error == BaseUrlError::NotAUrl;
        if has_credentials {
            return format!("--base-url: {error}");
        }
        format!("--base-url {}: {error}", ServerText::new(text))
    })
}

/// The variables that decide who signs in, where, through which proxy, and which folders are used.
fn decisive_variables() -> impl Iterator<Item = &'static str> {
    let folders: &[&str] = match Os::current() {
        Os::Xdg => &["XDG_CONFIG_HOME", "XDG_STATE_HOME", "HOME"],
        Os::MacOs => &["HOME"],
        Os::Windows => &["AppData", "LocalAppData"],
    };
    let elsewhere = CHOICES.into_iter().chain(proxy_variables()).chain(folders.iter().copied());
    CREDENTIALS.into_iter().chain(elsewhere)
}

fn theme(variable: &impl Fn(&str) -> Option<String>) -> Theme {
    let glyphs = if uses_utf8(variable) { Glyphs::UNICODE } else { Glyphs::ASCII };
    match variable("NO_COLOR").filter(|value| !value.is_empty()) {
        Some(_) => Theme::without_color(glyphs),
        None => Theme::color(glyphs),
    }
}

/// True if the locale's character set is UTF-8. As in POSIX, the first of these variables that is set and not empty
/// counts. Windows Terminal and macOS use UTF-8 without setting any.
fn uses_utf8(variable: &impl Fn(&str) -> Option<String>) -> bool {
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
            assert_eq!(uses_utf8(&environment(set)), expected, "{set:?}");
        }
    }

    #[cfg(unix)]
    #[test]
    fn a_variable_that_is_not_utf8_is_an_error_if_it_decides_something() {
        use std::os::unix::ffi::OsStringExt;
        let arguments = Arguments::read([OsString::from("atlas-secret")]).unwrap();
        let gather = |broken: &str| {
            let variable = |name: &str| (name == broken).then(|| OsString::from_vec(b"ci\xfe".to_vec()));
            Settings::gather(&arguments, variable).map_err(|error| error.to_string())
        };
        for name in CREDENTIALS.into_iter().chain(["MONGODB_ATLAS_PROFILE", "HTTPS_PROXY", "HOME"]) {
            let expected = format!("{name} is not valid UTF-8: correct or unset it");
            assert_eq!(gather(name).err(), Some(expected));
        }
        let proxy = gather("http_proxy").err().unwrap();
        assert!(proxy.contains("http_proxy is not the address of a proxy: it is not UTF-8"), "{proxy}");
        // Whether a session is over SSH, and whether colors are wanted, only depends on whether a variable is set.
        assert!(gather("NO_COLOR").unwrap().theme.good.fg.is_none());
    }

    #[test]
    fn an_empty_no_color_means_color() {
        assert!(theme(&environment(&[("NO_COLOR", "")])).good.fg.is_some());
    }
}
