//! This program's own `config.toml`: what the user would otherwise type at every start. It contains no credentials.
//!
//! **Invariant:** a file is either correct or an error: nothing in it is ignored.

use std::ops::Range;
use std::path::{Path, PathBuf};

use clap::ValueEnum;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::cli::LONGEST_COPY;
use crate::config::{line_of, read_text, who_can_change_it, with_path};
use crate::delivery::{Preference, check_line};
use crate::domain::{
    CommandOutcome, Format, KnownCommand, Os, SECRET_PREFIX, ServerText, Template, is_invisible,
};

use super::checked_lifetime;

/// The longest command line that can be edited on the screen, in characters.
const MAX_COMMAND_LENGTH: usize = 1024;

const SETTINGS: [&str; 5] = ["expires_after", "clear_after", "clipboard", "template", "[[sink]]"];
const SINK_SETTINGS: [&str; 4] = ["name", "command", "format", "template"];

/// How similar an unknown name must be to a known one, from 0 to 1, to count as a misspelling.
const MIN_SIMILARITY: f64 = 0.75;

/// The content of the file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SettingsFile {
    /// The lifetime, in the form of `--expires-after`.
    pub expires_after: Option<String>,
    /// Seconds until the clipboard is cleared.
    pub clear_after: Option<u64>,
    /// The preferred clipboard backend.
    pub clipboard: Option<Preference>,
    /// The user's own format, for copying.
    pub template: Option<Template>,
    /// The user's own commands that read the secret.
    pub sinks: Vec<KnownCommand>,
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
        // First of all, because a message may quote the file.
        if let Some(at) = text.find(SECRET_PREFIX) {
            let why = "it contains a service account's secret, which does not belong in this file: remove it";
            return Err(error_on_line(line_of(&text, at), why));
        }
        let table = DeTable::parse(&text).map_err(|error| {
            let at = error.span().map_or(0, |span| span.start);
            error_on_line(line_of(&text, at), &format!("it is not valid TOML: {}", error.message()))
        })?;
        let file = Self::of_table(&text, table.get_ref())?;
        // A user who can change the commands decides which program gets the secret.
        match who_can_change_it(stat).filter(|_| !file.sinks.is_empty()) {
            Some(why) => Err(format!("has commands ([[sink]]), and {why}")),
            None => Ok(Some(file)),
        }
    }

    fn of_table(text: &str, table: &DeTable<'_>) -> Result<Self, String> {
        let mut file = Self::default();
        for (key, value) in table {
            let value = Setting { text, key: key.get_ref(), value };
            match value.key {
                "expires_after" => file.expires_after = Some(value.lifetime()?),
                "clear_after" => file.clear_after = Some(value.seconds()?),
                "clipboard" => file.clipboard = Some(value.clipboard()?),
                "template" => file.template = Some(value.template()?),
                "sink" => file.sinks = value.sinks()?,
                _ => return Err(value.unknown(&SETTINGS)),
            }
        }
        Ok(file)
    }
}

/// One setting of the file.
struct Setting<'a> {
    text: &'a str,
    key: &'a str,
    value: &'a Spanned<DeValue<'a>>,
}

impl Setting<'_> {
    fn error(&self, why: impl AsRef<str>) -> String {
        self.error_at(self.value.span(), why)
    }

    fn error_at(&self, span: Range<usize>, why: impl AsRef<str>) -> String {
        error_on_line(line_of(self.text, span.start), &format!("{}: {}", self.key, why.as_ref()))
    }

    /// Returns the message for a name that is not `known`, with a suggestion if a known name is similar.
    fn unknown(&self, known: &[&str]) -> String {
        let similarity = |name: &&str| strsim::jaro(&self.key.to_lowercase(), name.trim_matches(['[', ']']));
        let nearest = known.iter().copied().max_by(|a, b| similarity(a).total_cmp(&similarity(b)));
        match nearest.filter(|name| similarity(name) > MIN_SIMILARITY) {
            Some(name) => self.error(format!("unknown setting, did you mean {name}?")),
            None => self.error(format!("unknown setting, use {}", known.join(", "))),
        }
    }

    fn string(&self, example: &str) -> Result<&str, String> {
        let text = self.value.get_ref().as_str();
        text.ok_or_else(|| self.error(format!("must be text in quotes, such as {example}")))
    }

    fn integer(&self) -> Option<i64> {
        let integer = self.value.get_ref().as_integer()?;
        i64::from_str_radix(integer.as_str(), integer.radix()).ok()
    }

    fn lifetime(&self) -> Result<String, String> {
        let text = match self.value.get_ref() {
            DeValue::String(text) => text.trim().to_owned(),
            DeValue::Datetime(date) => date.to_string(),
            DeValue::Integer(hours) => {
                self.integer().map_or_else(|| hours.to_string(), |hours| hours.to_string())
            }
            _ => return Err(self.error("must be a time such as \"30d\", or a number of hours")),
        };
        checked_lifetime(&text).map_err(|error| self.error(format!("{text}: {error}")))?;
        Ok(text)
    }

    fn seconds(&self) -> Result<u64, String> {
        let seconds = self.integer().and_then(|seconds| u64::try_from(seconds).ok());
        seconds
            .filter(|seconds| *seconds <= LONGEST_COPY)
            .ok_or_else(|| self.error(format!("must be a number of seconds, 0 to {LONGEST_COPY} (12 hours)")))
    }

    fn clipboard(&self) -> Result<Preference, String> {
        let name = self.string("\"auto\"")?;
        Preference::from_str(name, false)
            .map_err(|_| self.error(format!("unknown method {name}: use auto, native, tmux, osc52 or off")))
    }

    fn template(&self) -> Result<Template, String> {
        let text = self.string("\"{client_id}:{secret}\"")?;
        Template::parse(text).map_err(|error| self.error(error))
    }

    fn sinks(&self) -> Result<Vec<KnownCommand>, String> {
        let Some(tables) = self.value.get_ref().as_array() else {
            return Err(self.error("write [[sink]], in two pairs of brackets, above each of your commands"));
        };
        let mut sinks: Vec<KnownCommand> = Vec::new();
        for table in tables {
            let sink = self.sink(table)?;
            if sinks.iter().any(|other| other.name == sink.name) {
                return Err(self.error_at(table.span(), format!("two sinks are called {}", sink.name)));
            }
            sinks.push(sink);
        }
        Ok(sinks)
    }

    fn sink(&self, table: &Spanned<DeValue<'_>>) -> Result<KnownCommand, String> {
        let Some(fields) = table.get_ref().as_table() else {
            return Err(self.error_at(table.span(), "must be a table with a name and a command"));
        };
        let (mut name, mut line, mut format) = (None, None, None);
        for (key, value) in fields {
            let value = Setting { text: self.text, key: key.get_ref(), value };
            match value.key {
                "name" => name = Some(value.name()?),
                "command" => line = Some(value.command()?),
                "format" => format = Some(value.format()?),
                "template" if format.is_some() => return Err(value.error("use format or template, not both")),
                "template" => format = Some(Format::Template(value.template()?)),
                _ => return Err(value.unknown(&SINK_SETTINGS)),
            }
        }
        let missing = |what| self.error_at(table.span(), format!("{what} is missing"));
        Ok(KnownCommand {
            name: name.ok_or_else(|| missing("name"))?,
            line: line.ok_or_else(|| missing("command"))?,
            format: format.unwrap_or_default(),
        })
    }

    fn name(&self) -> Result<ServerText, String> {
        let name = ServerText::new(self.string("\"production\"")?);
        if name.is_empty() { Err(self.error("is empty")) } else { Ok(name) }
    }

    fn command(&self) -> Result<String, String> {
        let line = self.string("\"pass insert -m atlas/{client_id}\"")?.trim();
        if line.chars().count() > MAX_COMMAND_LENGTH {
            return Err(
                self.error(format!("is longer than {MAX_COMMAND_LENGTH} characters: put it in a script"))
            );
        }
        if line.contains(|character: char| character.is_control() || is_invisible(character)) {
            return Err(self.error("must be one line without control characters"));
        }
        check_line(line).map_err(|outcome| {
            self.error(match outcome {
                CommandOutcome::Malformed(why) => why.to_string(),
                CommandOutcome::UnknownPlaceholder(name) if name.as_str() == "{secret}" => {
                    "{secret} cannot be an argument, which other users can see: the command reads it from \
                     standard input"
                        .to_owned()
                }
                CommandOutcome::UnknownPlaceholder(name) => format!(
                    "unknown placeholder {name}: use {{project_id}}, {{client_id}}, {{secret_id}} or {{expires_at}}"
                ),
                other => other.sentence("it"),
            })
        })?;
        Ok(line.to_owned())
    }

    fn format(&self) -> Result<Format, String> {
        let name = self.string("\"json\"")?;
        Format::named(name).filter(|format| format.holds_the_secret()).ok_or_else(|| {
            let known = Format::ALL.into_iter().filter(|format| format.holds_the_secret()).map(Format::name);
            self.error(format!("unknown format {name}: use {}", known.collect::<Vec<_>>().join(", ")))
        })
    }
}

fn error_on_line(line: usize, reason: &str) -> String {
    format!("has an error on line {line}: {}", ServerText::new(reason))
}

#[cfg(test)]
mod tests;
