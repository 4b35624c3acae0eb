//! The output of `--print-config`: each setting and its source. It contains no credentials.

use std::path::Path;

use clap::ValueEnum;

use crate::cli::Arguments;
use crate::config::Found;
use crate::domain::{Lifetime, ServerText, Template, without_secrets};

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
    let mut rows = Rows { file: path.to_string(), rows: Vec::new() };
    rows.add("settings file", &path, if is_read { "read" } else { "does not exist" });
    add_session(arguments, found, &mut rows);
    if let Some(why) = certificates {
        rows.add("certificates", why, "SSL_CERT_FILE");
    }
    add_options(arguments, chosen, &mut rows);
    for sink in &chosen.sinks {
        let value = format!("{} (reads {})", sink.line, sink.format.name());
        rows.add(&format!("sink {}", sink.name), &value, &path);
    }
    rows.in_columns()
}

/// Adds the host, the credentials and the IDs.
fn add_session(arguments: &Arguments, found: Option<&Found>, rows: &mut Rows) {
    if let Some(found) = found {
        rows.add("base URL", &found.base_url.to_string(), &found.base_url_source);
        let who = found.credentials.as_ref().map(|credentials| credentials.identity().to_string());
        let who = who.unwrap_or_else(|| "none: the sign-in screen opens".to_owned());
        let origin = found.origin.as_ref().map(ToString::to_string);
        rows.add("credentials", &who, &origin.or_else(|| found.unusable.clone()).unwrap_or_default());
    } else {
        rows.add("base URL", "a simulated Atlas (built in)", "--demo");
        rows.add("credentials", "none needed", "--demo");
    }
    let not_set = if arguments.demo { "from the demo" } else { "not set" };
    let project = arguments.project_id.clone().map(|id| (id, "--project-id".to_owned()));
    let project = project.or_else(|| found?.project.clone()).unwrap_or_else(|| {
        let is_about_it = |why: &&String| why.starts_with("project_id ");
        let why = found.and_then(|found| found.warnings.iter().find(is_about_it));
        (not_set.to_owned(), why.cloned().unwrap_or_default())
    });
    rows.add("project ID", &project.0, &project.1);
    match &arguments.client_id {
        Some(id) => rows.add("client ID", id, "--client-id"),
        None => rows.add("client ID", not_set, ""),
    }
}

/// Adds what options and the settings file choose.
fn add_options(arguments: &Arguments, chosen: &SettingsFile, rows: &mut Rows) {
    let lifetime = shown_lifetime(chosen.expires_after.as_deref().unwrap_or(DEFAULT_LIFETIME));
    rows.option(
        "expires after",
        &lifetime,
        arguments.expires_after.is_some(),
        chosen.expires_after.is_some(),
    );
    let seconds = chosen.clear_after.unwrap_or(DEFAULT_CLEAR_AFTER);
    let clear_after = if seconds == 0 { "never".to_owned() } else { format!("{seconds} s") };
    rows.option("clear after", &clear_after, arguments.clear_after.is_some(), chosen.clear_after.is_some());
    let clipboard = chosen.clipboard.unwrap_or_default().to_possible_value();
    let clipboard = clipboard.as_ref().map_or("", |value| value.get_name());
    rows.option("clipboard", clipboard, arguments.clipboard.is_some(), chosen.clipboard.is_some());
    match arguments.format {
        None if arguments.template.is_some() => {}
        None if arguments.yes => {
            rows.add("format", "not set", "required with --yes if standard output is not a terminal");
        }
        format => rows.option("format", format.unwrap_or_default().name(), format.is_some(), false),
    }
    let template = chosen.template.map_or("none", Template::text);
    rows.option("template", template, arguments.template.is_some(), chosen.template.is_some());
    let switches = [
        ("yes", arguments.yes),
        ("replace expired", arguments.replace_expired),
        ("verify", arguments.verify),
    ];
    for (name, is_on) in switches {
        rows.option(name, if is_on { "on" } else { "off" }, is_on, false);
    }
    let log_file = arguments.log_file.as_ref().map_or("none".into(), |path| path.to_string_lossy());
    rows.option("log file", &log_file, arguments.log_file.is_some(), false);
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
struct Rows {
    /// The path of the settings file.
    file: String,
    rows: Vec<[String; 3]>,
}

impl Rows {
    /// Adds the row of an option, which has its name, and of the setting of that name in the file.
    fn option(&mut self, name: &str, value: &str, is_option: bool, is_set: bool) {
        let source = match () {
            () if is_option => format!("--{}", name.replace(' ', "-")),
            () if is_set => self.file.clone(),
            () => "default".to_owned(),
        };
        self.add(name, value, &source);
    }

    /// Adds a row in printable form, because it may be anything that was typed.
    fn add(&mut self, name: &str, value: &str, source: &str) {
        let escaped =
            |one: char| if one.is_control() { one.escape_default().to_string() } else { one.into() };
        let visible = |text: &str| text.chars().map(escaped).collect::<String>();
        let printable = |text: &str| ServerText::new(&without_secrets(&visible(text))).to_string();
        self.rows.push([name, value, source].map(printable));
    }

    fn in_columns(&self) -> String {
        let width = |column: usize| {
            let widths = self.rows.iter().map(|row| row[column].chars().count());
            widths.filter(|width| *width <= MAX_COLUMN_WIDTH).max().unwrap_or(0)
        };
        let (names, values) = (width(0), width(1));
        let line = |[name, value, source]: &[String; 3]| {
            format!("{name:<names$}  {value:<values$}  {source}").trim_end().to_owned() + "\n"
        };
        self.rows.iter().map(line).collect()
    }
}
