//! Starting the command, and learning whether it read all of the secret.

use std::io::{self, PipeReader, PipeWriter, Read};

use rustix::io::Errno;
use rustix::process::Pid;
use secrecy::{ExposeSecret, SecretString};
use tokio::signal::unix::{Signal, SignalKind, signal};
use zeroize::Zeroizing;

use crate::domain::{CommandOutcome, CommandReport, os_error_message};

use super::captured::Captured;
use super::line::Words;
use super::waiting::{Ending, wait_for_end};
use super::{command_of, not_started};

/// Keeps SIGINT and SIGQUIT from ending this process while a command has the terminal: the keyboard sends them to both.
///
/// They are caught, not ignored. What is ignored stays so across exec(2), and the command could not be interrupted
/// either; what is caught is not. Once caught, tokio keeps them caught to the end of the process.
pub(super) fn hold_signals() -> io::Result<[Signal; 2]> {
    Ok([signal(SignalKind::interrupt())?, signal(SignalKind::quit())?])
}

/// Runs the command with `input`, in which `secret` is. Blocks until it has ended.
///
/// The pipe holds the whole secret before the command starts, and our own copy of its reading end stays open
/// until the command has ended: so there is neither a SIGPIPE nor a race, and what is left in the pipe then is
/// exactly what the command did not read.
pub(super) fn run(words: &Words, input: &SecretString, secret: &SecretString) -> CommandReport {
    let (reader, rest) = match filled_pipe(input) {
        Ok(ends) => ends,
        Err(error) => return CommandOutcome::NotStarted(os_error_message(&error)).into(),
    };
    let started = start(words, reader);
    let ended = started.and_then(|(child, captured)| Ok((end_of(child)?, captured)));
    let unread = drain(rest);
    let (ending, captured) = match ended {
        Ok(ended) => ended,
        Err(outcome) => return outcome.into(),
    };
    let (output, last_line) = captured.finish(secret);
    let outcome = match ending {
        Ending::Signal(signal) => CommandOutcome::Killed(signal),
        Ending::Code(0) if unread => CommandOutcome::ClosedEarly,
        Ending::Code(0) => CommandOutcome::Succeeded,
        Ending::Code(code) => CommandOutcome::Exited { code, last_line },
    };
    CommandReport { outcome, output }
}

/// A pipe that holds the secret and whose writing end is closed: the end for the command, and ours. Only the
/// command gets one of them; Rust marks every descriptor close-on-exec.
fn filled_pipe(text: &SecretString) -> io::Result<(PipeReader, PipeReader)> {
    let (input, writer) = io::pipe()?;
    let rest = input.try_clone()?;
    if let Err(error) = write_at_once(&writer, text) {
        drop(writer);
        drain(rest);
        return Err(error);
    }
    Ok((input, rest))
}

/// Writes without ever waiting: no one reads yet. A pipe takes at least a page (pipe(7)), many times the length
/// of a secret, and half a secret is worse than none.
fn write_at_once(writer: &PipeWriter, text: &SecretString) -> io::Result<()> {
    rustix::io::ioctl_fionbio(writer, true)?;
    let value = text.expose_secret().as_bytes();
    match rustix::io::retry_on_intr(|| rustix::io::write(writer, value)) {
        Ok(written) if written == value.len() => Ok(()),
        Ok(_) | Err(Errno::AGAIN) => Err(io::Error::other("the secret is too long for a pipe")),
        Err(error) => Err(error.into()),
    }
}

/// Starts the command in our process group, to which the terminal belongs.
fn start(words: &Words, input: PipeReader) -> Result<(Pid, Captured), CommandOutcome> {
    let mut command = command_of(words);
    command.stdin(input);
    // Only its number is kept: what waits for it here must also hear that it was stopped.
    let mut child = command.spawn().map_err(|error| not_started(words, &error))?;
    let captured = Captured::read(child.stdout.take(), child.stderr.take());
    Ok((Pid::from_child(&child), captured))
}

fn end_of(child: Pid) -> Result<Ending, CommandOutcome> {
    wait_for_end(child).map_err(|error| CommandOutcome::Lost(os_error_message(&error.into())))
}

/// Takes what is left out of the pipe, so that no one who inherited it from the command finds it later. True
/// when there was something. It does not wait: the writing end is closed.
fn drain(mut rest: PipeReader) -> bool {
    let mut buffer = Zeroizing::new([0; 4096]);
    let mut found = false;
    loop {
        match rest.read(&mut buffer[..]) {
            Ok(0) => return found,
            Ok(_) => found = true,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(_) => return found,
        }
    }
}
