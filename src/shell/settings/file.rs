//! This program's own `config.toml`: what the user would otherwise type at every start. It contains no credentials.
//!
//! **Invariant:** a file is either correct or an error: nothing in it is ignored.

use std::fmt::Display;
use std::path::{Path, PathBuf};

use serde::de::Error as _;
use serde::{Deserialize, Deserializer};
use toml::Value;
use toml::de::Error;

use crate::cli::MAX_COPY_SECONDS;
use crate::config::{line_of, read_text, who_can_change_it, with_path};
use crate::delivery::{CommandOutcome, KnownCommand, Preference, check_line};
use crate::domain::{Format, Os, SECRET_PREFIX, ServerText, Template, is_invisible};

use super::checked_lifetime;

/// The longest command line that can be edited on the screen, in characters.
const MAX_COMMAND_LENGTH: usize = 1024;

/// The content of the file.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Eq)]
#[serde(default, deny_unknown_fields)]
pub struct SettingsFile {
    /// The lifetime, in the form of `--expires-after`.
    #[serde(deserialize_with = "lifetime")]
    pub expires_after: Option<String>,
    /// Seconds until the clipboard is cleared.
    #[serde(deserialize_with = "seconds")]
    pub clear_after: Option<u64>,
    /// The preferred clipboard backend.
    pub clipboard: Option<Preference>,
    /// The user's own format, for copying.
    #[serde(deserialize_with = "template")]
    pub template: Option<Template>,
    /// The user's own commands that read the secret.
    #[serde(rename = "sink", deserialize_with = "sinks")]
    pub sinks: Vec<KnownCommand>,
}

/// One of the user's own commands.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SinkTable {
    #[serde(deserialize_with = "name")]
    name: ServerText,
    #[serde(deserialize_with = "command")]
    command: String,
    #[serde(default, deserialize_with = "format")]
    format: Option<Format>,
    #[serde(default, deserialize_with = "template")]
    template: Option<Template>,
}

/// Returns the path of the file; `None` if the variables that determine it are not set.
pub fn settings_path(variable: impl Fn(&str) -> Option<String>) -> Option<PathBuf> {
    Os::current().config_folder(variable).map(|folder| folder.join("atlas-secret").join("config.toml"))
}

impl SettingsFile {
    /// Reads the file at `path`; `None` if there is none.
    pub fn load(path: &Path) -> Result<Option<Self>, String> {
        Self::read(path).map_err(|reason| with_path(path, &reason))
    }

    fn read(path: &Path) -> Result<Option<Self>, String> {
        let Some((text, stat)) = read_text(path)? else { return Ok(None) };
        let file = Self::parse(&text)?;
        // A user who can change the commands decides which program gets the secret.
        match who_can_change_it(stat).filter(|_| !file.sinks.is_empty()) {
            Some(why) => Err(format!("has commands ([[sink]]), and {why}")),
            None => Ok(Some(file)),
        }
    }

    fn parse(text: &str) -> Result<Self, String> {
        let error = |at, reason: &str| {
            format!("has an error on line {}: {}", line_of(text, at), ServerText::new(reason))
        };
        let start = |error: &Error| error.span().map_or(0, |span| span.start);
        // Checked first, because the message of another error may quote the file.
        if let Some(at) = text.find(SECRET_PREFIX) {
            let why = "it contains a service account's secret, which does not belong in this file: remove it";
            return Err(error(at, why));
        }
        let table = toml::Deserializer::parse(text)
            .map_err(|why| error(start(&why), &format!("it is not valid TOML: {}", why.message())))?;
        Self::deserialize(table).map_err(|why| error(start(&why), &with_setting(why)))
    }
}

/// Puts the name of the setting before the message.
fn with_setting(mut error: Error) -> String {
    // Without the input, the name is on a line of its own after the message: "in `sink.command`".
    error.set_input(None);
    let message = error.to_string();
    match message.trim_end().rsplit_once("\nin ") {
        Some((message, setting)) => format!("{}: {message}", setting.trim_matches('`')),
        None => message,
    }
}

fn parsed<'de, D: Deserializer<'de>, T, E: Display>(
    source: D,
    parse: impl FnOnce(&str) -> Result<T, E>,
) -> Result<T, D::Error> {
    parse(&String::deserialize(source)?).map_err(D::Error::custom)
}

fn lifetime<'de, D: Deserializer<'de>>(source: D) -> Result<Option<String>, D::Error> {
    let text = match Value::deserialize(source)? {
        Value::String(text) => text.trim().to_owned(),
        Value::Datetime(date) => date.to_string(),
        Value::Integer(hours) => hours.to_string(),
        _ => return Err(D::Error::custom("must be a time such as \"30d\", or a number of hours")),
    };
    let value = if text.is_empty() { "\"\"" } else { &text };
    checked_lifetime(&text).map_err(|error| D::Error::custom(format!("{value}: {error}")))?;
    Ok(Some(text))
}

fn seconds<'de, D: Deserializer<'de>>(source: D) -> Result<Option<u64>, D::Error> {
    let seconds = Value::deserialize(source)?.as_integer().and_then(|seconds| u64::try_from(seconds).ok());
    let wrong = || format!("must be a number of seconds, 0 to {MAX_COPY_SECONDS} (12 hours)");
    seconds.filter(|seconds| *seconds <= MAX_COPY_SECONDS).map(Some).ok_or_else(|| D::Error::custom(wrong()))
}

fn template<'de, D: Deserializer<'de>>(source: D) -> Result<Option<Template>, D::Error> {
    parsed(source, Template::parse).map(Some)
}

fn sinks<'de, D: Deserializer<'de>>(source: D) -> Result<Vec<KnownCommand>, D::Error> {
    let mut sinks: Vec<KnownCommand> = Vec::new();
    for SinkTable { name, command, format, template } in Vec::deserialize(source)? {
        if sinks.iter().any(|other| other.name == name) {
            return Err(D::Error::custom(format!("two sinks are called {name}")));
        }
        let format = match (format, template) {
            (Some(_), Some(_)) => {
                return Err(D::Error::custom(format!("{name}: use format or template, not both")));
            }
            (format, template) => format.or(template.map(Format::Template)).unwrap_or_default(),
        };
        sinks.push(KnownCommand { name, line: command, format });
    }
    Ok(sinks)
}

fn name<'de, D: Deserializer<'de>>(source: D) -> Result<ServerText, D::Error> {
    let name = |text: &str| Some(ServerText::new(text)).filter(|name| !name.is_empty()).ok_or("is empty");
    parsed(source, name)
}

fn format<'de, D: Deserializer<'de>>(source: D) -> Result<Option<Format>, D::Error> {
    let is_known = |format: &Format| format.holds_the_secret();
    parsed(source, |name| {
        Format::named(name).filter(is_known).map(Some).ok_or_else(|| {
            let known: Vec<_> = Format::ALL.into_iter().filter(is_known).map(Format::name).collect();
            format!("unknown format {name}: use {}", known.join(", "))
        })
    })
}

fn command<'de, D: Deserializer<'de>>(source: D) -> Result<String, D::Error> {
    parsed(source, |line| {
        let line = line.trim();
        if line.chars().count() > MAX_COMMAND_LENGTH {
            return Err(format!("is longer than {MAX_COMMAND_LENGTH} characters: put it in a script"));
        }
        if line.contains(|character: char| character.is_control() || is_invisible(character)) {
            return Err("must be one line without control characters".to_owned());
        }
        check_line(line).map(|()| line.to_owned()).map_err(|outcome| match outcome {
            CommandOutcome::Malformed(why) => why.to_string(),
            CommandOutcome::UnknownPlaceholder(name) if name.as_str() == "{secret}" => {
                "{secret} cannot be an argument, which other users can see: the command reads it from standard input"
                    .to_owned()
            }
            CommandOutcome::UnknownPlaceholder(name) => format!(
                "unknown placeholder {name}: use {{project_id}}, {{client_id}}, {{secret_id}} or {{expires_at}}"
            ),
            other => other.sentence("it"),
        })
    })
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    /// Parses a file with these lines in a `[[sink]]`.
    fn with_sink(lines: &str) -> Result<SettingsFile, String> {
        SettingsFile::parse(&format!("[[sink]]\nname = 'a'\n{lines}"))
    }

    #[test]
    fn every_setting_is_read() {
        let text = "# a comment\r\nexpires_after = \"30d\"\r\nclear_after = 0\r\nclipboard = 'osc52'\r\n\
            template = '{secret}'\r\n\
            [[sink]]\r\nname = 'pass'\r\ncommand = ' pass insert -m atlas/{client_id} '\r\n\
            [[sink]]\r\nname = 'cluster'\r\ncommand = 'kubectl apply -f -'\r\nformat = 'kubernetes'\r\n\
            [[sink]]\r\nname = 'own'\r\ncommand = 'a'\r\ntemplate = '{secret}'\r\n";
        let own = Template::parse("{secret}").unwrap();
        let sink = |name, line: &str, format| KnownCommand {
            name: ServerText::new(name),
            line: line.to_owned(),
            format,
        };
        let expected = SettingsFile {
            expires_after: Some("30d".to_owned()),
            clear_after: Some(0),
            clipboard: Some(Preference::Osc52),
            template: Some(own),
            sinks: vec![
                sink("pass", "pass insert -m atlas/{client_id}", Format::Secret),
                sink("cluster", "kubectl apply -f -", Format::Kubernetes),
                sink("own", "a", Format::Template(own)),
            ],
        };
        assert_eq!(SettingsFile::parse(text), Ok(expected));
        assert_eq!(SettingsFile::parse("# nothing"), Ok(SettingsFile::default()));
    }

    #[test]
    fn a_lifetime_is_text_or_hours() {
        let rows = [
            ("0x20", "32"),
            ("' 12w '", "12w"),
            ("2999-03-01", "2999-03-01"),
            ("2999-03-01 14:00:00", "2999-03-01T14:00:00"),
            ("'2999-03-01 14:00'", "2999-03-01 14:00"),
        ];
        for (value, expected) in rows {
            let file = SettingsFile::parse(&format!("expires_after = {value}")).unwrap();
            assert_eq!(file.expires_after.as_deref(), Some(expected), "{value}");
        }
    }

    #[test]
    fn errors_name_the_line_and_the_key() {
        let secret = "it contains a service account's secret, which does not belong in this file: remove it";
        let clear_after = "clear_after: must be a number of seconds, 0 to 43200 (12 hours)";
        let rows = [
            (
                "\n\n[profile]\n",
                3,
                "unknown field `profile`, expected one of `expires_after`, `clear_after`, ",
            ),
            ("expires_after = 'soon'", 1, "expires_after: soon: use 36h, 30d, 12w, 1y or a date"),
            ("expires_after = 2020-03-01", 1, "expires_after: 2020-03-01: this is in the past"),
            ("expires_after = -5", 1, "expires_after: -5: too short; the minimum is 8 hours"),
            ("expires_after = 1.5", 1, "expires_after: must be a time such as \"30d\", or a number of hours"),
            ("\nclear_after = 43201", 2, clear_after),
            ("clear_after = -1", 1, clear_after),
            ("clear_after = '60'", 1, clear_after),
            (
                "clipboard = 'x11'",
                1,
                "clipboard: unknown variant `x11`, expected one of `auto`, `native`, `tmux`, ",
            ),
            ("expires_after = ''", 1, "expires_after: \"\": use 36h, 30d, 12w, 1y or a date"),
            ("clipboard = false", 1, "clipboard: wanted string or table"),
            ("clear_after = 1\nclear_after = 2", 2, "it is not valid TOML: duplicate key"),
            ("template = 1", 1, "template: invalid type: integer `1`, expected a string"),
            (
                "template = '{client_id}'",
                1,
                "template: {secret} is missing, so the secret would not be delivered",
            ),
            ("[sink]\nname = 'a'", 1, "sink: invalid type: map, expected a sequence"),
            ("\n[[sink]]\ncommand = 'a'", 2, "sink: missing field `name`"),
            ("[[sink]]\nname = \"\\u0007\"", 2, "sink.name: is empty"),
            ("# mdb_sa_sk_FAKEfake", 1, secret),
            ("\n\nmdb_sa_sk_FAKEfake = ", 3, secret),
        ];
        for (text, line, reason) in rows {
            let error = SettingsFile::parse(text).unwrap_err();
            assert!(error.starts_with(&format!("has an error on line {line}: {reason}")), "{text}\n{error}");
            assert!(!error.contains("FAKE"), "{error}");
        }
    }

    #[test]
    fn a_command_that_cannot_run_is_an_error() {
        let long = format!("command = '{}'", "b".repeat(1025));
        let rows = [
            (
                "comand = 'b'",
                3,
                "unknown field `comand`, expected one of `name`, `command`, `format`, `template`",
            ),
            ("command = ['pass']", 3, "command: invalid type: sequence, expected a string"),
            ("command = ' '", 3, "command: there is no program in it"),
            ("command = 'b'\nformat = 'yaml'", 4, "format: unknown format yaml: use secret, env, json, "),
            ("command = 'b'\nformat = 'client-id'", 4, "format: unknown format client-id: use secret, "),
            ("command = 'b'\ntemplate = '{a}'", 4, "template: unknown placeholder {a}: use {secret}"),
            (
                "command = 'b'\nformat = 'env'\ntemplate = '{secret}'",
                1,
                "a: use format or template, not both",
            ),
            ("command = 'b'\n[[sink]]\nname = 'a'\ncommand = 'c'", 1, "two sinks are called a"),
            ("command = 'b {project}'", 3, "command: unknown placeholder {project}: use {project_id}, "),
            (
                "command = 'b {secret}'",
                3,
                "command: {secret} cannot be an argument, which other users can see",
            ),
            ("command = 'b | c'", 3, "command: there is no shell, so | has no meaning"),
            ("command = \"b 'c\"", 3, "command: a quote is not closed"),
            ("command = \"b\\nc\"", 3, "command: must be one line without control characters"),
            ("command = \"b\\u200Bc\"", 3, "command: must be one line without control characters"),
            (&long, 3, "command: is longer than 1024 characters: put it in a script"),
        ];
        for (lines, line, reason) in rows {
            let error = with_sink(lines).unwrap_err();
            let place = format!("has an error on line {line}: ");
            assert!(error.starts_with(&place) && error.contains(reason), "{lines}\n{error}");
        }
    }

    #[cfg(unix)]
    #[test]
    fn commands_in_a_file_that_another_user_can_change_are_refused() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("config.toml");
        assert_eq!(SettingsFile::load(&path), Ok(None));
        let sink = "[[sink]]\nname = 'a'\ncommand = 'a'\n";
        let why = "has commands ([[sink]]), and every user can change it: run chmod o-w on it";
        for (text, mode, expected) in [(sink, 0o644, None), (sink, 0o602, Some(why)), ("", 0o666, None)] {
            fs::write(&path, text).unwrap();
            fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
            let error = SettingsFile::load(&path).err();
            assert_eq!(error, expected.map(|why| format!("{} {why}", path.display())), "{mode:o} {text}");
        }
    }
}
