//! Handing the secret to a command on its standard input.
//!
//! ```text
//! line ──shell-words──▶ words ──placeholders──▶ program and arguments ──▶ child ──▶ how it ended
//!                                                secret ──pipe──▶ its standard input
//! ```
//!
//! No shell takes part, the secret is never an argument, and the command has the terminal while it runs: the
//! caller has left its screen and the raw mode before.

mod line;
mod output;
#[cfg(not(unix))]
mod plain;
#[cfg(unix)]
mod process;
#[cfg(unix)]
mod signals;
mod stderr;
#[cfg(test)]
#[cfg(unix)]
mod tests;
#[cfg(unix)]
mod waiting;

use std::io;
use std::path::Path;
use std::process::{Command, Stdio};

use crate::domain::{CommandOutcome, Format, SecretPayload, ServerText};

use super::format::render;
use super::os::{os_error_message, remove_credentials};

#[cfg(not(unix))]
use plain::{HeldSignals, run};
#[cfg(unix)]
use process::run;
#[cfg(unix)]
use signals::HeldSignals;

pub use line::check_line;
pub use output::CommandOutput;

/// Runs the command `line` with the secret alone on its standard input, and waits until it has ended.
///
/// The line is split as a shell would split it, and a leading `~` of a word is `home`; what else only a shell can do
/// is refused. `{project_id}`,
/// `{client_id}`, `{secret_id}` and `{expires_at}` (RFC 3339) stand for what they say, each inside its word.
///
/// Until the command has ended an interrupt or a quit from the keyboard is the command's alone, and a command
/// that is stopped (Ctrl-Z) stops this process's group too. A command that no one waits for any more runs on, as long as it
/// writes nothing to its standard error.
/// Needs a tokio runtime with its signals enabled.
pub async fn pipe_to(
    line: &str,
    home: Option<&Path>,
    payload: &SecretPayload,
    output: CommandOutput,
) -> CommandOutcome {
    let words = match line::words_of(line, home, payload) {
        Ok(words) => words,
        Err(outcome) => return outcome,
    };
    let secret = render(Format::Secret, payload);
    let signals = match HeldSignals::hold() {
        Ok(signals) => signals,
        Err(error) => return CommandOutcome::NotStarted(os_error_message(&error)),
    };
    let outcome = tokio::task::spawn_blocking(move || run(&words, &secret, output)).await;
    drop(signals);
    outcome.unwrap_or_else(|_| CommandOutcome::Lost(ServerText::new("waiting for it failed")))
}

/// The program and its arguments. It has our environment without the credentials; its standard error is ours to read.
fn command_of(words: &line::Words) -> Command {
    let mut command = Command::new(&words.program);
    command.args(&words.arguments).stderr(Stdio::piped());
    remove_credentials(&mut command);
    command
}

fn not_started(words: &line::Words, error: &io::Error) -> CommandOutcome {
    match error.kind() {
        io::ErrorKind::NotFound => CommandOutcome::NotFound(ServerText::new(&words.program)),
        _ => CommandOutcome::NotStarted(os_error_message(error)),
    }
}
