//! Running a command where there are neither process groups nor signals.

use std::io::{self, Write};

use secrecy::{ExposeSecret, SecretString};

use crate::domain::{CommandOutcome, CommandReport, ServerText, os_error_message};

use super::captured::Captured;
use super::line::Words;
use super::{command_of, not_started};

/// Nothing has to be held here.
#[expect(clippy::unnecessary_wraps, reason = "elsewhere it can fail")]
pub(super) fn hold_signals() -> io::Result<()> {
    Ok(())
}

/// Runs the command with `input`, in which `secret` is. Blocks until it has ended. That it read all of the secret is known only as far as that
/// no one closed the pipe before it was written.
pub(super) fn run(words: &Words, input: &SecretString, secret: &SecretString) -> CommandReport {
    let mut command = command_of(words);
    command.stdin(std::process::Stdio::piped());
    let mut child = match command.spawn() {
        Ok(child) => child,
        Err(error) => return not_started(words, &error).into(),
    };
    let captured = Captured::read(child.stdout.take(), child.stderr.take());
    let written = match child.stdin.take() {
        Some(mut pipe) => pipe.write_all(input.expose_secret().as_bytes()).is_ok(),
        None => false,
    };
    let status = match child.wait() {
        Ok(status) => status,
        Err(error) => return CommandOutcome::Lost(os_error_message(&error)).into(),
    };
    let (output, last_line) = captured.finish(secret);
    let outcome = match status.code() {
        Some(0) if written => CommandOutcome::Succeeded,
        Some(0) => CommandOutcome::ClosedEarly,
        Some(code) => CommandOutcome::Exited { code, last_line },
        None => CommandOutcome::Lost(ServerText::new("it has no exit code")),
    };
    CommandReport { outcome, output }
}
