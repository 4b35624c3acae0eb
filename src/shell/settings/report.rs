//! What `--print-config` prints: each setting, and where it comes from. No credential is in it.

use std::fmt::Write;
use std::path::Path;

use clap::ValueEnum;

use crate::cli::Arguments;
use crate::config::{CredentialSource, Found, Origin};
use crate::delivery::Preference;
use crate::domain::{Credentials, Format, KnownCommand, PairKind, ServerText, Template, without_secrets};

use super::file::SettingsFile;
use super::{DEFAULT_CLEAR_AFTER, DEFAULT_LIFETIME};

/// What the settings are put together from.
pub(super) struct Report<'a> {
    pub arguments: &'a Arguments,
    /// Where the file of settings is or would be.
    pub path: Option<&'a Path>,
    pub file: Option<&'a SettingsFile>,
    /// True when a variable names the profile.
    pub names_profile: bool,
}

/// Longer values do not move the sources of the others.
const WIDEST: usize = 64;

/// A setting: its name, its value, its source.
type Row = [String; 3];

impl Report<'_> {
    /// The whole text; nothing was `found` for the demo.
    pub fn text(&self, found: Option<&Found>) -> String {
        let mut rows = vec![self.file_row()];
        rows.extend(found.map_or_else(demo_rows, |found| self.found_rows(found)));
        rows.extend(self.account_rows(found));
        rows.extend(self.delivery_rows());
        let width = |column: usize| {
            let widths = rows.iter().map(|row| row[column].chars().count());
            widths.filter(|width| *width <= WIDEST).max().unwrap_or(0)
        };
        let (names, values) = (width(0), width(1));
        rows.iter().fold(String::new(), |mut text, [name, value, source]| {
            let line = format!("{name:<names$}  {value:<values$}  {source}");
            // Writing to a String does not fail.
            let _ = writeln!(text, "{}", line.trim_end());
            text
        })
    }

    fn file_row(&self) -> Row {
        let path = self.path.map_or_else(|| "none: no folder is known".to_owned(), shown);
        row("settings file", &path, if self.file.is_some() { "read" } else { "does not exist" })
    }

    fn found_rows(&self, found: &Found) -> Vec<Row> {
        let kind = found.credentials.as_ref().map_or("none: the sign-in screen opens", kind_of);
        let source = match (&found.origin, &self.arguments.profile) {
            (Some(Origin::Environment(names)), _) => names.join(", "),
            (Some(Origin::Profile(name)), Some(_)) => format!("profile {name} (--profile)"),
            (Some(Origin::Profile(name)), None) if self.names_profile => {
                format!("profile {name} (MONGODB_ATLAS_PROFILE)")
            }
            (Some(Origin::Profile(name)), None) => format!("profile {name} (the only or the default one)"),
            (None, _) => {
                let why = found.warnings.iter().find(|warning| warning.is_why_nothing_signs_in());
                why.map(|warning| safe(&warning.to_string())).unwrap_or_default()
            }
        };
        vec![
            row("base URL", &found.base_url.to_string(), &found.base_url_place),
            row("credentials", kind, &source),
        ]
    }

    fn account_rows(&self, found: Option<&Found>) -> Vec<Row> {
        let flag = |value: &Option<String>, option| value.as_ref().map(|value| (safe(value), option));
        let in_project =
            found.and_then(|found| Some((safe(found.project_id.as_ref()?), found.project_place.as_str())));
        let project = flag(&self.arguments.project_id, "--project-id").or(in_project);
        let client = flag(&self.arguments.client_id, "--client-id");
        let demo = if self.arguments.demo { ("from the demo", "--demo") } else { ("not set", "") };
        let row_of = |name, id: Option<(String, &str)>| {
            let (value, source) = id.unwrap_or_else(|| (demo.0.to_owned(), demo.1));
            row(name, &value, source)
        };
        vec![row_of("project ID", project), row_of("client ID", client)]
    }

    fn delivery_rows(&self) -> Vec<Row> {
        let arguments = self.arguments;
        let file = self.file.cloned().unwrap_or_default();
        let path = self.path();
        let chosen = |option: &str, flag: Option<String>, in_file: Option<String>, default: &str| {
            let flag = flag.map(|value| (safe(&value), option.to_owned()));
            let in_file = in_file.map(|value| (value, path.clone()));
            flag.or(in_file).unwrap_or_else(|| (default.to_owned(), "default".to_owned()))
        };
        let expires_after = arguments.expires_after.clone();
        let (clear_after, clipboard) = (arguments.clear_after.map(seconds), arguments.clipboard.map(name_of));
        let format_option = if arguments.template.is_some() { "--template" } else { "--format" };
        let format = arguments.format.or(arguments.template.map(Format::Template));
        let format = format.map(|format| format.name().to_owned());
        let template = |template: Option<Template>| template.map(|template| safe(template.text()));
        let rows = [
            ("expires after", chosen("--expires-after", expires_after, file.expires_after, DEFAULT_LIFETIME)),
            (
                "clear after",
                chosen(
                    "--clear-after",
                    clear_after,
                    file.clear_after.map(seconds),
                    &seconds(DEFAULT_CLEAR_AFTER),
                ),
            ),
            ("clipboard", chosen("--clipboard", clipboard, file.clipboard.map(name_of), "auto")),
            ("format", chosen(format_option, format, None, "secret")),
            ("template", chosen("--template", template(arguments.template), template(file.template), "none")),
        ];
        let settings = rows.into_iter().map(|(name, (value, source))| row(name, &value, &source));
        settings.chain(file.sinks.iter().map(|sink| self.sink(sink))).collect()
    }

    fn sink(&self, sink: &KnownCommand) -> Row {
        let value = format!("{} (reads {})", sink.line, sink.format.name());
        row(&format!("sink {}", sink.name), &value, &self.path())
    }

    fn path(&self) -> String {
        self.path.map(shown).unwrap_or_default()
    }
}

fn demo_rows() -> Vec<Row> {
    vec![row("base URL", "an embedded Atlas", "--demo"), row("credentials", "none needed", "--demo")]
}

fn row(name: &str, value: &str, source: &str) -> Row {
    [name.to_owned(), value.to_owned(), source.to_owned()]
}

fn shown(path: &Path) -> String {
    ServerText::new(&path.to_string_lossy()).to_string()
}

fn kind_of(credentials: &CredentialSource) -> &'static str {
    match credentials {
        CredentialSource::Ready(Credentials::AccessToken(_)) => "access token",
        CredentialSource::Ready(Credentials::ServiceAccount { .. }) => "service account",
        CredentialSource::Ready(Credentials::ApiKey { .. }) => "API key",
        CredentialSource::NeedsKeyring(request) => match request.kind {
            PairKind::ServiceAccount => "service account, in the keyring",
            PairKind::ApiKey => "API key, in the keyring",
        },
        CredentialSource::NeedsAtlasCli(_) => "browser login, through the Atlas CLI",
    }
}

fn seconds(seconds: u64) -> String {
    if seconds == 0 { "never".to_owned() } else { format!("{seconds} s") }
}

fn name_of(method: Preference) -> String {
    method.to_possible_value().map(|value| value.get_name().to_owned()).unwrap_or_default()
}

/// What was typed, as it may be printed.
fn safe(text: &str) -> String {
    ServerText::new(&without_secrets(text)).to_string()
}
