//! Handing the secret to a command on its standard input.
//!
//! ```text
//! line ──shell-words──▶ words ──placeholders──▶ program and arguments ──▶ child ──▶ how it ended
//!                                                secret ──pipe──▶ its standard input
//! ```
//!
//! No shell takes part, the secret is never an argument, and the command has the terminal while it runs: the
//! caller has left its screen and the raw mode before. What the command prints is captured; it can ask at /dev/tty.

mod captured;
mod line;
#[cfg(not(unix))]
mod plain;
mod presets;
#[cfg(unix)]
mod process;
#[cfg(test)]
#[cfg(unix)]
mod tests;
#[cfg(unix)]
mod waiting;

use std::io;
use std::path::Path;
use std::process::{Command, Stdio};

use crate::domain::{CommandOutcome, CommandReport, Format, SecretPayload, ServerText, os_error_message};

use super::format::render;
use super::os::remove_credentials;

#[cfg(not(unix))]
use plain::{hold_signals, run};
#[cfg(unix)]
use process::{hold_signals, run};

pub use line::check_line;
pub use presets::find_presets;

/// Runs the command `line` with the secret in `format` on its standard input, and waits until it has ended. `on_start` is called with the name
/// of the program just before.
///
/// The line is split as a shell would split it, and a leading `~` of a word is `home`; what else only a shell can do
/// is refused. `{project_id}`,
/// `{client_id}`, `{secret_id}` and `{expires_at}` (RFC 3339) stand for what they say, each inside its word.
///
/// Until the command has ended an interrupt or a quit from the keyboard is the command's alone, and a command
/// that is stopped (Ctrl-Z) stops this process's group too. A command that no one waits for any more runs on.
/// Needs a tokio runtime with its signals enabled.
pub async fn pipe_to(
    line: &str,
    home: Option<&Path>,
    format: Format,
    payload: &SecretPayload,
    on_start: impl FnOnce(&str),
) -> CommandReport {
    let words = match line::words_of(line, home, payload) {
        Ok(words) => words,
        Err(outcome) => return outcome.into(),
    };
    let (input, secret) = (render(format, payload), payload.secret.value.clone());
    let signals = match hold_signals() {
        Ok(signals) => signals,
        Err(error) => return CommandOutcome::NotStarted(os_error_message(&error)).into(),
    };
    on_start(&words.program);
    let ended = tokio::task::spawn_blocking(move || run(&words, &input, &secret)).await;
    drop(signals);
    ended.unwrap_or_else(|_| CommandOutcome::Lost(ServerText::new("waiting for it failed")).into())
}

/// The program and its arguments. It has our environment without the credentials; its output is ours to read.
fn command_of(words: &line::Words) -> Command {
    let mut command = Command::new(&words.program);
    command.args(&words.arguments).stdout(Stdio::piped()).stderr(Stdio::piped());
    remove_credentials(&mut command);
    command
}

fn not_started(words: &line::Words, error: &io::Error) -> CommandOutcome {
    match error.kind() {
        io::ErrorKind::NotFound => CommandOutcome::NotFound(ServerText::new(&words.program)),
        _ => CommandOutcome::NotStarted(os_error_message(error)),
    }
}
