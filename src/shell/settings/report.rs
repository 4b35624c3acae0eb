//! The output of `--print-config`: each setting and its source. It contains no credentials.

use std::path::Path;

use clap::ValueEnum;

use crate::cli::Arguments;
use crate::config::{CredentialSource, Found};
use crate::domain::{Credentials, Format, Lifetime, PairKind, ServerText, Template, without_secrets};

use super::file::SettingsFile;
use super::{DEFAULT_CLEAR_AFTER, DEFAULT_LIFETIME, checked_lifetime};

/// The maximum width of a column, in characters. Longer values do not widen it.
const MAX_COLUMN_WIDTH: usize = 64;

/// Returns the whole text, in columns. `chosen` has the options and the settings of the file at `path`.
pub(super) fn report(
    arguments: &Arguments,
    (path, is_read): (Option<&Path>, bool),
    chosen: &SettingsFile,
    found: Option<&Found>,
    certificates: Option<&str>,
) -> String {
    let path = path.map_or("none: there is no configuration folder".into(), Path::to_string_lossy);
    let mut rows = Rows::default();
    rows.add("settings file", &path, if is_read { "read" } else { "does not exist" });
    add_session(arguments, found, &mut rows);
    if let Some(why) = certificates {
        rows.add("certificates", why, "SSL_CERT_FILE");
    }
    add_options(arguments, &path, chosen, &mut rows);
    for sink in &chosen.sinks {
        let value = format!("{} (reads {})", sink.line, sink.format.name());
        rows.add(&format!("sink {}", sink.name), &value, &path);
    }
    rows.in_columns()
}

/// Adds the host, the credentials and the IDs.
fn add_session(arguments: &Arguments, found: Option<&Found>, rows: &mut Rows) {
    match found {
        None => {
            rows.add("base URL", "a simulated Atlas (built in)", "--demo");
            rows.add("credentials", "none needed", "--demo");
        }
        Some(found) => {
            rows.add("base URL", &found.base_url.to_string(), &found.base_url_source);
            let kind = found.credentials.as_ref().map_or("none: the sign-in screen opens", kind_of);
            let origin = found.origin.as_ref().map(ToString::to_string);
            rows.add("credentials", kind, &origin.or_else(|| found.unusable.clone()).unwrap_or_default());
        }
    }
    let option = |value: &Option<String>, option: &str| Some((value.clone()?, option.to_owned()));
    let project = option(&arguments.project_id, "--project-id").or_else(|| found?.project.clone());
    let client = option(&arguments.client_id, "--client-id");
    for (name, setting, id) in [("project ID", "project_id ", project), ("client ID", "client_id ", client)] {
        match id {
            Some((id, source)) => rows.add(name, &id, &source),
            None if arguments.demo => rows.add(name, "from the demo", "--demo"),
            None => {
                let why = found.and_then(|found| found.warnings.iter().find(|why| why.starts_with(setting)));
                rows.add(name, "not set", why.map_or("", |why| why));
            }
        }
    }
}

/// Adds what options and the settings file at `path` choose.
fn add_options(arguments: &Arguments, path: &str, chosen: &SettingsFile, rows: &mut Rows) {
    let source = |option, is_option: bool, is_set: bool| match () {
        () if is_option => option,
        () if is_set => path,
        () => "default",
    };
    let lifetime = shown_lifetime(chosen.expires_after.as_deref().unwrap_or(DEFAULT_LIFETIME));
    let is_option = arguments.expires_after.is_some();
    rows.add(
        "expires after",
        &lifetime,
        source("--expires-after", is_option, chosen.expires_after.is_some()),
    );
    let clear_after = match chosen.clear_after.unwrap_or(DEFAULT_CLEAR_AFTER) {
        0 => "never".to_owned(),
        seconds => format!("{seconds} s"),
    };
    let is_option = arguments.clear_after.is_some();
    rows.add("clear after", &clear_after, source("--clear-after", is_option, chosen.clear_after.is_some()));
    let clipboard = chosen.clipboard.unwrap_or_default().to_possible_value();
    let clipboard = clipboard.as_ref().map_or("", |value| value.get_name());
    let is_option = arguments.clipboard.is_some();
    rows.add("clipboard", clipboard, source("--clipboard", is_option, chosen.clipboard.is_some()));
    match (arguments.format, arguments.template) {
        (None, None) if arguments.yes => {
            rows.add("format", "not set", "required with --yes if standard output is not a terminal");
        }
        (Some(format), _) => rows.add("format", format.name(), "--format"),
        (None, Some(template)) => rows.add("format", Format::Template(template).name(), "--template"),
        (None, None) => rows.add("format", Format::default().name(), "default"),
    }
    let template = chosen.template.map_or("none", Template::text);
    rows.add(
        "template",
        template,
        source("--template", arguments.template.is_some(), chosen.template.is_some()),
    );
    let switches = [
        ("yes", "--yes", arguments.yes),
        ("replace expired", "--replace-expired", arguments.replace_expired),
        ("verify", "--verify", arguments.verify),
    ];
    for (name, option, is_on) in switches {
        rows.add(name, if is_on { "on" } else { "off" }, source(option, is_on, false));
    }
    let log_file = arguments.log_file.as_ref().map(|path| path.to_string_lossy());
    rows.add(
        "log file",
        log_file.as_deref().unwrap_or("none"),
        source("--log-file", log_file.is_some(), false),
    );
}

/// A lifetime in words, a date as it is, or what is wrong with it.
fn shown_lifetime(text: &str) -> String {
    match checked_lifetime(text) {
        Ok(lifetime) if Lifetime::parse(text).is_ok() => lifetime.to_string(),
        Ok(_) => text.to_owned(),
        Err(error) => format!("{text}: {error}"),
    }
}

/// Names, values and sources.
#[derive(Default)]
struct Rows(Vec<[String; 3]>);

impl Rows {
    /// Adds a row in printable form, because it may be anything that was typed.
    fn add(&mut self, name: &str, value: &str, source: &str) {
        let escaped =
            |one: char| if one.is_control() { one.escape_default().to_string() } else { one.into() };
        let visible = |text: &str| text.chars().map(escaped).collect::<String>();
        let printable = |text: &str| ServerText::new(&without_secrets(&visible(text))).to_string();
        self.0.push([name, value, source].map(printable));
    }

    fn in_columns(&self) -> String {
        let width = |column: usize| {
            let widths = self.0.iter().map(|row| row[column].chars().count());
            widths.filter(|width| *width <= MAX_COLUMN_WIDTH).max().unwrap_or(0)
        };
        let (names, values) = (width(0), width(1));
        let line = |[name, value, source]: &[String; 3]| {
            format!("{name:<names$}  {value:<values$}  {source}").trim_end().to_owned() + "\n"
        };
        self.0.iter().map(line).collect()
    }
}

fn kind_of(credentials: &CredentialSource) -> &'static str {
    match credentials {
        CredentialSource::Ready(credentials) => kind_of_ready(credentials),
        CredentialSource::NeedsKeyring(request) => match (&request.in_file, request.kind) {
            (Some(in_file), _) if !request.is_stored() => kind_of_ready(in_file),
            (_, PairKind::ServiceAccount) => "service account, in the keyring",
            (_, PairKind::ApiKey) => "API key, in the keyring",
        },
        CredentialSource::NeedsAtlasCli(_) => "browser login, through the Atlas CLI",
    }
}

fn kind_of_ready(credentials: &Credentials) -> &'static str {
    match credentials {
        Credentials::AccessToken(_) => "access token",
        Credentials::ServiceAccount { .. } => "service account",
        Credentials::ApiKey { .. } => "API key",
    }
}
