//! Running a command where there are neither process groups nor signals.

use std::io::{self, Write};

use secrecy::{ExposeSecret, SecretString};

use crate::delivery::os::os_error_message;
use crate::domain::{CommandOutcome, ServerText};

use super::line::Words;
use super::output::CommandOutput;
use super::stderr::ErrorOutput;
use super::{command_of, not_started};

/// Nothing has to be held here.
pub(super) struct HeldSignals;

impl HeldSignals {
    /// Does nothing.
    pub fn hold() -> io::Result<Self> {
        Ok(Self)
    }
}

/// Runs the command. Blocks until it has ended. That it read all of the secret is known only as far as that
/// no one closed the pipe before it was written.
pub(super) fn run(words: &Words, secret: &SecretString, output: CommandOutput) -> CommandOutcome {
    let mut command = command_of(words);
    command.stdin(std::process::Stdio::piped()).stdout(output.into_stdio());
    let mut child = match command.spawn() {
        Ok(child) => child,
        Err(error) => return not_started(words, &error),
    };
    let errors = child.stderr.take().map(ErrorOutput::relay);
    let written = match child.stdin.take() {
        Some(mut input) => input.write_all(secret.expose_secret().as_bytes()).is_ok(),
        None => false,
    };
    match child.wait() {
        Err(error) => CommandOutcome::Lost(os_error_message(&error)),
        Ok(status) => match status.code() {
            Some(0) if written => CommandOutcome::Succeeded,
            Some(0) => CommandOutcome::ClosedEarly,
            Some(code) => {
                let last_line = errors.map_or_else(ServerText::default, |errors| errors.last_line(secret));
                CommandOutcome::Exited { code, last_line }
            }
            None => CommandOutcome::Lost(ServerText::new("it has no exit code")),
        },
    }
}
