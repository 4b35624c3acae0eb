//! Giving the secret to a command on its standard input.
//!
//! ```text
//! line ──shell-words──▶ words ──placeholders──▶ program and arguments ──▶ child ──▶ how it ended
//!                                                secret ──pipe──▶ its standard input
//! ```
//!
//! No shell takes part, the secret is never an argument, and the command has the terminal while it runs: the
//! caller has left its screen and the raw mode before. What the command prints is captured; it can ask at /dev/tty.

mod line;
mod output;
mod presets;
mod process;
#[cfg(test)]
#[cfg(unix)]
mod tests;

use std::path::Path;

use crate::domain::{CommandOutcome, CommandReport, Format, SecretPayload, os_error_message};

use super::blocking;
use super::format::render;

pub use line::check_line;
pub use presets::find_presets;

/// Runs the command `line` with the secret in `format` on its standard input, and waits until it has ended. `on_start`
/// is called with the name of the program just before.
///
/// The line is split as a shell would split it, and a leading `~` of a word is `home`; what else only a shell can do
/// is refused. `{project_id}`, `{client_id}`, `{secret_id}` and `{expires_at}` (RFC 3339) stand for what they say, each
/// inside its word.
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
    let run = async {
        let words = line::words_of(line, home, payload)?;
        let (input, secret) = (render(format, payload), payload.secret.value.clone());
        let held = process::hold_signals();
        let _signals = held.map_err(|error| CommandOutcome::NotStarted(os_error_message(&error)))?;
        on_start(&words.program);
        blocking(move || process::run(&words, &input, &secret)).await
    };
    run.await.unwrap_or_else(CommandReport::from)
}
