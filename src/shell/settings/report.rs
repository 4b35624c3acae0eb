//! The output of `--print-config`: each setting and its source. It contains no credentials.

use std::path::Path;

use clap::ValueEnum;

use crate::cli::Arguments;
use crate::config::{CredentialSource, Found};
use crate::domain::{Credentials, Format, Lifetime, PairKind, ServerText, Template, without_secrets};

use super::file::SettingsFile;
use super::{DEFAULT_CLEAR_AFTER, DEFAULT_LIFETIME, checked_lifetime};

/// Longer values do not widen the column, in characters.
const MAX_COLUMN_WIDTH: usize = 64;

/// Returns the whole text, in columns. `chosen` has the options and the settings of the file at `path`.
pub(super) fn report(
    arguments: &Arguments,
    (path, is_read): (Option<&Path>, bool),
    chosen: &SettingsFile,
    found: Option<&Found>,
) -> String {
    let path = path.map_or("none: no folder is known".into(), Path::to_string_lossy);
    let source = |option, is_option: bool, is_set: bool| match () {
        () if is_option => option,
        () if is_set => &*path,
        () => "default",
    };
    let mut rows: Vec<[String; 3]> = Vec::new();
    // In printable form, because it may be anything that was typed.
    let printable = |text: &str| ServerText::new(&without_secrets(text)).to_string();
    let mut row = |name: &str, value: &str, source: &str| rows.push([name, value, source].map(printable));
    row("settings file", &path, if is_read { "read" } else { "does not exist" });
    match found {
        None => {
            row("base URL", "a simulated Atlas (built in)", "--demo");
            row("credentials", "none needed", "--demo");
        }
        Some(found) => {
            row("base URL", &found.base_url.to_string(), &found.base_url_source);
            let kind = found.credentials.as_ref().map_or("none: the sign-in screen opens", kind_of);
            let origin = found.origin.as_ref().map(ToString::to_string);
            row("credentials", kind, &origin.or_else(|| found.unusable.clone()).unwrap_or_default());
        }
    }
    let option = |value: &Option<String>, option: &str| Some((value.clone()?, option.to_owned()));
    let project = option(&arguments.project_id, "--project-id").or_else(|| found?.project.clone());
    for (name, id) in [("project ID", project), ("client ID", option(&arguments.client_id, "--client-id"))] {
        match id {
            Some((id, source)) => row(name, &id, &source),
            None if arguments.demo => row(name, "from the demo", "--demo"),
            None => row(name, "not set", ""),
        }
    }
    let lifetime = shown_lifetime(chosen.expires_after.as_deref().unwrap_or(DEFAULT_LIFETIME));
    let is_option = arguments.expires_after.is_some();
    row("expires after", &lifetime, source("--expires-after", is_option, chosen.expires_after.is_some()));
    let clear_after = match chosen.clear_after.unwrap_or(DEFAULT_CLEAR_AFTER) {
        0 => "never".to_owned(),
        seconds => format!("{seconds} s"),
    };
    let is_option = arguments.clear_after.is_some();
    row("clear after", &clear_after, source("--clear-after", is_option, chosen.clear_after.is_some()));
    let clipboard = chosen.clipboard.unwrap_or_default().to_possible_value();
    let clipboard = clipboard.as_ref().map_or("", |value| value.get_name());
    let is_option = arguments.clipboard.is_some();
    row("clipboard", clipboard, source("--clipboard", is_option, chosen.clipboard.is_some()));
    match (arguments.format, arguments.template) {
        (None, None) if arguments.yes => {
            row("format", "not set", "required with --yes if standard output is not a terminal");
        }
        (Some(format), _) => row("format", format.name(), "--format"),
        (None, Some(template)) => row("format", Format::Template(template).name(), "--template"),
        (None, None) => row("format", Format::default().name(), "default"),
    }
    let template = chosen.template.map_or("none", Template::text);
    row("template", template, source("--template", arguments.template.is_some(), chosen.template.is_some()));
    let switches = [
        ("yes", "--yes", arguments.yes),
        ("replace expired", "--replace-expired", arguments.replace_expired),
        ("verify", "--verify", arguments.verify),
    ];
    for (name, option, is_on) in switches {
        row(name, if is_on { "on" } else { "off" }, source(option, is_on, false));
    }
    let log_file = arguments.log_file.as_ref().map(|path| path.to_string_lossy());
    row("log file", log_file.as_deref().unwrap_or("none"), source("--log-file", log_file.is_some(), false));
    for sink in &chosen.sinks {
        let value = format!("{} (reads {})", sink.line, sink.format.name());
        row(&format!("sink {}", sink.name), &value, &path);
    }
    columns(&rows)
}

/// A lifetime in words, a date as it is, or what is wrong with it.
fn shown_lifetime(text: &str) -> String {
    match checked_lifetime(text) {
        Ok(lifetime) if Lifetime::parse(text).is_ok() => lifetime.to_string(),
        Ok(_) => text.to_owned(),
        Err(error) => format!("{text}: {error}"),
    }
}

fn columns(rows: &[[String; 3]]) -> String {
    let width = |column: usize| {
        let widths = rows.iter().map(|row| row[column].chars().count());
        widths.filter(|width| *width <= MAX_COLUMN_WIDTH).max().unwrap_or(0)
    };
    let (names, values) = (width(0), width(1));
    let line = |[name, value, source]: &[String; 3]| {
        format!("{name:<names$}  {value:<values$}  {source}").trim_end().to_owned() + "\n"
    };
    rows.iter().map(line).collect()
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
