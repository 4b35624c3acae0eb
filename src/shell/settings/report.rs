//! The output of `--print-config`: each setting and its source. It contains no credentials.

use std::fmt::Write;
use std::path::Path;

use crate::config::{CredentialSource, Found};
use crate::domain::{Credentials, PairKind, ServerText, without_secrets};

/// Longer values do not widen the column, in characters.
const MAX_COLUMN_WIDTH: usize = 64;

/// The rows so far: the name, value and source of each setting.
pub(super) struct Report {
    file: String,
    rows: Vec<[String; 3]>,
}

impl Report {
    /// Begins with the path of the settings file.
    pub fn new(path: Option<&Path>, is_read: bool) -> Self {
        let path = path.map_or("none: no folder is known".into(), Path::to_string_lossy);
        let mut report = Self { file: path.clone().into_owned(), rows: Vec::new() };
        report.row("settings file", &path, if is_read { "read" } else { "does not exist" });
        report
    }

    /// Adds a setting in printable form, because it may be anything that was typed.
    pub fn row(&mut self, name: &str, value: &str, source: &str) {
        let printable = |text| ServerText::new(&without_secrets(text)).to_string();
        self.rows.push([name, value, source].map(printable));
    }

    /// Adds a setting of the settings file.
    pub fn file_row(&mut self, name: &str, value: &str) {
        self.row(name, value, &self.file.clone());
    }

    /// Adds the base URL and the kind of credentials.
    pub fn sign_in(&mut self, found: &Found) {
        let kind = found.credentials.as_ref().map_or("none: the sign-in screen opens", kind_of);
        let source = match &found.origin {
            Some(origin) => origin.to_string(),
            None => found.unusable.clone().unwrap_or_default(),
        };
        self.row("base URL", &found.base_url.to_string(), &found.base_url_source);
        self.row("credentials", kind, &source);
    }

    /// Returns the value to use (from the option, else the file, else the default), and adds it with its source.
    pub fn choose<T>(
        &mut self,
        name: &str,
        (option, flag): (&str, Option<T>),
        in_file: Option<T>,
        default: T,
        shown: impl Fn(&T) -> String,
    ) -> T {
        let file = self.file.clone();
        let (value, source) = match (flag, in_file) {
            (Some(value), _) => (value, option),
            (None, Some(value)) => (value, file.as_str()),
            (None, None) => (default, "default"),
        };
        self.row(name, &shown(&value), source);
        value
    }

    /// Returns the whole text, in columns.
    pub fn text(&self) -> String {
        let width = |column: usize| {
            let widths = self.rows.iter().map(|row| row[column].chars().count());
            widths.filter(|width| *width <= MAX_COLUMN_WIDTH).max().unwrap_or(0)
        };
        let (names, values) = (width(0), width(1));
        self.rows.iter().fold(String::new(), |mut text, [name, value, source]| {
            let line = format!("{name:<names$}  {value:<values$}  {source}");
            // Writing to a String does not fail.
            let _ = writeln!(text, "{}", line.trim_end());
            text
        })
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
