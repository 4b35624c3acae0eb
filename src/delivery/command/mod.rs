//! Giving the secret to a command on its standard input.
//!
//! ```text
//! line ──line.rs──▶ program and arguments ──▶ child ──▶ how it ended, and what it printed (output.rs)
//!                               secret ──pipe──▶ its standard input
//! ```
//!
//! No shell takes part, the secret is never an argument, and the command has the terminal while it runs: the
//! caller has left its screen and the raw mode before. What the command prints is captured; it can ask at /dev/tty.

mod line;
mod output;
#[cfg(test)]
#[cfg(unix)]
mod tests;

use std::env;
use std::ffi::OsStr;
use std::io::{self, Write};
use std::path::{Path, PathBuf, is_separator};
use std::process::Command;

use secrecy::SecretString;

use crate::domain::{
    CommandOutcome, CommandReport, Format, SecretPayload, ServerText, only_prints, os_error_message,
};
use crate::process::{find_program, remove_credentials};

use super::blocking;
use super::format::render;

pub use line::{check_line, find_presets};

use line::Invocation;
use output::{Captured, Echo};

/// Runs the command `line` with the secret in `format` on its standard input, and waits until it has ended. `terminal`
/// shows that it runs, and what it prints whenever it pauses, without the secret.
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
    mut terminal: Box<dyn Write + Send>,
) -> CommandReport {
    let run = async {
        let invocation = line::parse(line, home, payload)?;
        let (input, secret) = (render(format, payload), payload.secret.value.clone());
        let held = system::hold_signals();
        let _signals = held.map_err(|error| CommandOutcome::NotStarted(os_error_message(&error)))?;
        let announcement = format!("Running {}. Ctrl-C stops it.\n", ServerText::new(&invocation.program));
        // The command runs all the same if no one sees that it does.
        let _ = terminal.write_all(announcement.as_bytes()).and_then(|()| terminal.flush());
        blocking(move || run_and_wait(&invocation, &input, &secret, terminal)).await
    };
    run.await.unwrap_or_else(CommandReport::from)
}

/// The path of a program: as it was typed, or in a folder of `path`, the value of `PATH`, but no relative one. The system
/// would also look in the current folder if `PATH` says so, where another user may have put a program of that name.
fn program_to_start(program: &str, path: &OsStr) -> Result<PathBuf, CommandOutcome> {
    if program.contains(is_separator) {
        return Ok(program.into());
    }
    find_program(program, path).ok_or_else(|| CommandOutcome::NotFound(ServerText::new(program)))
}

/// Starts the command with our environment without the credentials, and blocks until it has ended. `secret` is in `input`.
/// Both of its outputs are ours to read, from one pipe, so that they stay in order.
fn run_and_wait(
    invocation: &Invocation,
    input: &SecretString,
    secret: &SecretString,
    terminal: Box<dyn Write + Send>,
) -> Result<CommandReport, CommandOutcome> {
    let program = program_to_start(&invocation.program, &env::var_os("PATH").unwrap_or_default())?;
    let is_there = program.exists();
    // Such a program may print the secret in a way in which it is not recognized.
    let only_prints = only_prints(&invocation.program);
    let start = || {
        let (stdin, rest) = system::prepare_input(input)?;
        let (output, writer) = io::pipe()?;
        let mut command = Command::new(program);
        // It may name itself in what it prints.
        #[cfg(unix)]
        std::os::unix::process::CommandExt::arg0(&mut command, &invocation.program);
        command.args(&invocation.arguments).stdin(stdin).stdout(writer.try_clone()?).stderr(writer);
        remove_credentials(&mut command);
        let child = command.spawn()?;
        let echo = (!only_prints).then(|| Echo::new(secret, terminal));
        Ok((child, rest, Captured::read(output, echo)))
    };
    let (mut child, rest, captured) = start().map_err(|error: io::Error| match error.kind() {
        io::ErrorKind::NotFound if is_there => CommandOutcome::NotStarted(ServerText::new(
            "the interpreter that its first line names does not exist",
        )),
        io::ErrorKind::NotFound => CommandOutcome::NotFound(ServerText::new(&invocation.program)),
        _ => CommandOutcome::NotStarted(os_error_message(&error)),
    })?;
    let ended = system::wait(&mut child, rest);
    let mut outcome = ended.unwrap_or_else(|error| CommandOutcome::Lost(os_error_message(&error)));
    let output = captured.finish(secret, only_prints);
    if let CommandOutcome::Exited { last_line, .. } = &mut outcome {
        // A bracket or a quote alone says nothing.
        let has_text = |line: &&ServerText| line.as_str().contains(char::is_alphanumeric);
        let last = output.lines.iter().rfind(has_text).filter(|_| !output.had_secret);
        *last_line = last.cloned().unwrap_or_default();
    }
    Ok(CommandReport { outcome, output })
}

#[cfg(unix)]
mod system {
    use std::io::{self, PipeReader, Read};
    use std::process::Child;
    use std::thread;
    use std::time::Duration;

    use rustix::io::{Errno, retry_on_intr};
    use rustix::process::{Pid, Signal, WaitOptions, WaitStatus, kill_current_process_group, waitpid};
    use secrecy::{ExposeSecret, SecretString};
    use tokio::signal::unix::{SignalKind, signal};
    use zeroize::Zeroizing;

    use crate::domain::{CommandOutcome, ServerText};

    /// How long a signal that was sent to the child and to us alike may take to stop us too. No one notices it.
    const TIME_FOR_OUR_OWN_STOP: Duration = Duration::from_millis(25);

    /// Keeps SIGINT and SIGQUIT from ending this process while a command has the terminal: the keyboard sends them to
    /// both.
    ///
    /// They are caught, not ignored. What is ignored stays so across exec(2), and the command could not be interrupted
    /// either; what is caught is not. Once caught, tokio keeps them caught to the end of the process.
    pub fn hold_signals() -> io::Result<[tokio::signal::unix::Signal; 2]> {
        Ok([signal(SignalKind::interrupt())?, signal(SignalKind::quit())?])
    }

    /// A pipe that holds the secret and whose writing end is closed: the end for the command, and ours. Only the
    /// command gets one of them; Rust marks every descriptor close-on-exec.
    ///
    /// Writing never waits, because no one reads yet. A pipe takes at least a page (pipe(7)), many times the length of a
    /// secret, and half a secret is worse than none. Our end stays open until the command has ended: so there is neither a
    /// SIGPIPE nor a race, and what is left in the pipe then is exactly what the command did not read.
    pub fn prepare_input(text: &SecretString) -> io::Result<(PipeReader, PipeReader)> {
        let (input, writer) = io::pipe()?;
        rustix::io::ioctl_fionbio(&writer, true)?;
        let value = text.expose_secret().as_bytes();
        match retry_on_intr(|| rustix::io::write(&writer, value)) {
            Ok(written) if written == value.len() => Ok((input.try_clone()?, input)),
            Ok(_) | Err(Errno::AGAIN) => Err(io::Error::other("the secret is too long for a pipe")),
            Err(error) => Err(error.into()),
        }
    }

    /// Waits until the command has ended. `rest` is our end of its input.
    pub fn wait(child: &mut Child, rest: PipeReader) -> io::Result<CommandOutcome> {
        // Only its number is kept: what waits for it here must also hear that it was stopped.
        let status = wait_for_end(Pid::from_child(child));
        let is_unread = drain(rest);
        let status = status?;
        Ok(match (status.exit_status(), status.terminating_signal()) {
            (Some(0), _) if is_unread => CommandOutcome::ClosedEarly,
            (Some(0), _) => CommandOutcome::Succeeded,
            (Some(code), _) => CommandOutcome::Exited { code, last_line: ServerText::default() },
            (None, signal) => CommandOutcome::Killed(signal.unwrap_or_default()),
        })
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

    /// Waits until `child` has ended, as a shell's job control wants it: when it is stopped, so are we.
    fn wait_for_end(child: Pid) -> rustix::io::Result<WaitStatus> {
        let is_end = |status: &WaitStatus| status.exited() || status.signaled();
        loop {
            let mut status = next_status(child, WaitOptions::UNTRACED)?;
            if status.is_some_and(WaitStatus::stopped) {
                status = stop_with(child)?;
            }
            if let Some(status) = status.filter(is_end) {
                return Ok(status);
            }
        }
    }

    /// Stops our process group, so that the shell above us takes the terminal back; its `fg` continues us and the
    /// child alike. In a group that no one could continue the system ignores the signal, and the waiting goes on.
    ///
    /// Ctrl-Z stops both at once, and we may hear of the child's stop a moment before our own comes, or only after
    /// both were continued. To stop once more then would be a surprise. So our own stop gets time to come, twice:
    /// after it the child does not stand any more.
    fn stop_with(child: Pid) -> rustix::io::Result<Option<WaitStatus>> {
        for _ in 0..2 {
            thread::sleep(TIME_FOR_OUR_OWN_STOP);
            let news = next_status(child, WaitOptions::CONTINUED | WaitOptions::NOHANG)?;
            if news.is_some() {
                return Ok(news);
            }
        }
        kill_current_process_group(Signal::TSTP)?;
        Ok(None)
    }

    fn next_status(child: Pid, options: WaitOptions) -> rustix::io::Result<Option<WaitStatus>> {
        let news = retry_on_intr(|| waitpid(Some(child), options))?;
        Ok(news.map(|(_, status)| status))
    }
}

/// Where there are neither process groups nor signals.
#[cfg(not(unix))]
mod system {
    use std::io::{self, Write};
    use std::process::{Child, Stdio};

    use secrecy::{ExposeSecret, SecretString};

    use crate::domain::{CommandOutcome, ServerText};

    /// Nothing has to be held here.
    #[expect(clippy::unnecessary_wraps, reason = "elsewhere it can fail")]
    pub fn hold_signals() -> io::Result<()> {
        Ok(())
    }

    pub fn prepare_input(text: &SecretString) -> io::Result<(Stdio, SecretString)> {
        Ok((Stdio::piped(), text.clone()))
    }

    /// Writes `text` and waits until the command has ended. That it read all of it is known only as far as that no one
    /// closed the pipe before it was written.
    pub fn wait(child: &mut Child, text: SecretString) -> io::Result<CommandOutcome> {
        let bytes = text.expose_secret().as_bytes();
        let is_written = child.stdin.take().is_some_and(|mut pipe| pipe.write_all(bytes).is_ok());
        Ok(match child.wait()?.code() {
            Some(0) if is_written => CommandOutcome::Succeeded,
            Some(0) => CommandOutcome::ClosedEarly,
            Some(code) => CommandOutcome::Exited { code, last_line: ServerText::default() },
            None => CommandOutcome::Lost(ServerText::new("it has no exit code")),
        })
    }
}
