//! Gives the secret to a command on its standard input.
//!
//! ```text
//! line ──line.rs──▶ program and arguments ──▶ child ──▶ its outcome and its output (output.rs)
//!                               secret ──pipe──▶ its standard input
//! ```
//!
//! No shell is involved, and the secret is never an argument. The command has the terminal while it runs: the caller
//! has already left its screen and raw mode. The command's output is captured; it can ask the user through /dev/tty.

mod line;
mod outcome;
mod output;
#[cfg(test)]
#[cfg(unix)]
mod tests;

use std::env;
use std::io::{self, Write};
use std::path::{Path, is_separator};
use std::process::Command;

use secrecy::SecretString;

use crate::domain::{Format, SecretPayload, ServerText, os_error_message};
use crate::process::{find_program, remove_credentials};

use super::blocking;
use super::format::render;

pub use line::{KnownCommand, check_line, find_presets};
pub use outcome::CommandOutcome;
pub use output::CommandOutput;

use line::Invocation;
use outcome::only_prints;
use output::Captured;

/// Runs the command `line` with the secret in `format` on its standard input, and waits until it has ended. Writes to
/// `terminal` that it runs, and its output whenever it pauses, without the secret.
///
/// The line is split as a shell would split it, and a `~` that begins a word is replaced by `home`; any other shell
/// syntax is refused. `{project_id}`, `{client_id}`, `{secret_id}` and `{expires_at}` (RFC 3339) are replaced by their
/// values, each within its word.
///
/// While the command runs, an interrupt or a quit from the keyboard is for the command only, and a command that is
/// stopped (Ctrl-Z) stops this process group, too. If this future is dropped, the command continues. Needs a tokio
/// runtime with signals enabled.
pub async fn pipe_to(
    line: &str,
    home: Option<&Path>,
    format: Format,
    payload: &SecretPayload,
    terminal: Box<dyn Write + Send>,
) -> (CommandOutcome, CommandOutput) {
    let run = async {
        let invocation = line::parse(line, home, payload)?;
        let (input, secret) = (render(format, payload), payload.secret.value.clone());
        #[cfg(unix)]
        let _signals =
            system::catch_signals().map_err(|error| CommandOutcome::NotStarted(os_error_message(&error)))?;
        blocking(move || run_and_wait(&invocation, &input, &secret, terminal)).await
    };
    run.await.unwrap_or_else(|failed| (failed, CommandOutput::default()))
}

/// Starts the command with this environment, but without the credentials, and blocks until it has ended. `input`
/// contains `secret`. Both outputs of the command go to one pipe, so that they stay in order.
fn run_and_wait(
    invocation: &Invocation,
    input: &SecretString,
    secret: &SecretString,
    mut terminal: Box<dyn Write + Send>,
) -> Result<(CommandOutcome, CommandOutput), CommandOutcome> {
    let typed = &invocation.program;
    let name = ServerText::new(typed);
    // The system would also search the current folder if `PATH` names it, where another user may have put a program.
    let program = match find_program(typed, &env::var_os("PATH").unwrap_or_default()) {
        _ if typed.contains(is_separator) => {
            Path::new(typed).try_exists().unwrap_or(true).then(|| typed.into())
        }
        found => found,
    };
    let program = program.ok_or_else(|| CommandOutcome::NotFound(name.clone()))?;
    // The command runs even if this cannot be written.
    let _ =
        writeln!(terminal, "atlas-secret: Running {name}. Ctrl-C stops it.").and_then(|()| terminal.flush());
    // Such a program may print the secret in a form that is not recognized.
    let terminal = if only_prints(typed) { Box::new(io::sink()) } else { terminal };
    let start = || {
        let (stdin, rest) = system::prepare_input(input)?;
        let (output, writer) = io::pipe()?;
        let mut command = Command::new(program);
        // It may print its own name.
        #[cfg(unix)]
        std::os::unix::process::CommandExt::arg0(&mut command, typed);
        command.args(&invocation.arguments).stdin(stdin).stdout(writer.try_clone()?).stderr(writer);
        remove_credentials(&mut command);
        Ok((command.spawn()?, rest, Captured::read(output, secret, terminal)))
    };
    let (mut child, rest, captured) = start().map_err(|error: io::Error| match error.kind() {
        io::ErrorKind::NotFound => CommandOutcome::NotStarted(ServerText::new(
            "the interpreter that its first line names does not exist",
        )),
        _ => CommandOutcome::NotStarted(os_error_message(&error)),
    })?;
    let ended = system::wait(&mut child, rest);
    let outcome = ended.unwrap_or_else(|error| CommandOutcome::Lost(os_error_message(&error)));
    Ok((outcome, captured.finish()))
}

#[cfg(unix)]
mod system {
    use std::io::{self, PipeReader, Read};
    use std::process::Child;
    use std::thread;
    use std::time::Duration;

    use rustix::io::{Errno, retry_on_intr};
    use rustix::process::{
        Pid, Signal, WaitOptions, WaitStatus, kill_current_process_group, kill_process, waitpid,
    };
    use secrecy::{ExposeSecret, SecretString};
    use tokio::signal::unix::{SignalKind, signal};
    use zeroize::Zeroizing;

    use super::CommandOutcome;

    /// How long a signal to the child and this process may take to stop this process, too. Too short to notice.
    const OWN_STOP_TIMEOUT: Duration = Duration::from_millis(25);

    /// Keeps SIGINT and SIGQUIT from ending this process while a command has the terminal: the keyboard sends them to
    /// both.
    ///
    /// They are caught, not ignored: an ignored signal stays ignored across exec(2), so the command could not be
    /// interrupted either. Once caught, tokio keeps them caught until the process ends.
    pub fn catch_signals() -> io::Result<[tokio::signal::unix::Signal; 2]> {
        Ok([signal(SignalKind::interrupt())?, signal(SignalKind::quit())?])
    }

    /// Returns a pipe that contains the secret and whose write end is closed: one read end for the command, and one to
    /// keep. Only the first reaches the command; Rust marks every descriptor close-on-exec.
    ///
    /// The write must not wait, because nothing reads yet. A pipe takes at least a page (pipe(7)), many times the
    /// length of a secret, and half a secret is worse than none. The kept end stays open until the command has ended,
    /// so there is neither a SIGPIPE nor a race, and the pipe then holds exactly what the command did not read.
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

    /// Waits until the command has ended. `rest` is the kept end of its input.
    pub fn wait(child: &mut Child, rest: PipeReader) -> io::Result<CommandOutcome> {
        // Uses only the child's ID: the wait must also report that it was stopped, which `Child` does not.
        let status = wait_for_end(Pid::from_child(child));
        let is_unread = drain(rest);
        let status = status?;
        Ok(match (status.exit_status(), status.terminating_signal()) {
            (Some(0), _) if is_unread => CommandOutcome::ClosedEarly,
            (Some(0), _) => CommandOutcome::Succeeded,
            (Some(code), _) => CommandOutcome::Exited(code),
            (None, signal) => CommandOutcome::Killed(signal.unwrap_or_default()),
        })
    }

    /// Empties the pipe, so that a process that inherited it from the command cannot read the rest. True if there was
    /// any. It does not wait: the write end is closed.
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

    /// Waits until `child` has ended. Follows a shell's job control: if the child is stopped, this process stops, too.
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

    /// Stops this process group, so that the parent shell gets the terminal back; its `fg` continues this process and
    /// the child. In an orphaned process group the system ignores the signal, and nothing could continue the child, so
    /// it is continued here.
    ///
    /// Ctrl-Z stops both at once. The child's stop may be reported just before this process is stopped, or only after
    /// both were continued, when a second stop would surprise the user. So this waits twice for its own stop; if it
    /// came, the child has been continued by then.
    fn stop_with(child: Pid) -> rustix::io::Result<Option<WaitStatus>> {
        let changed = || {
            thread::sleep(OWN_STOP_TIMEOUT);
            next_status(child, WaitOptions::CONTINUED | WaitOptions::NOHANG)
        };
        for _ in 0..2 {
            if let Some(status) = changed()? {
                return Ok(Some(status));
            }
        }
        kill_current_process_group(Signal::TSTP)?;
        let status = changed()?;
        if status.is_none() {
            // The system forbids this for a command of another user.
            let _ = kill_process(child, Signal::CONT);
        }
        Ok(status)
    }

    fn next_status(child: Pid, options: WaitOptions) -> rustix::io::Result<Option<WaitStatus>> {
        let change = retry_on_intr(|| waitpid(Some(child), options))?;
        Ok(change.map(|(_, status)| status))
    }
}

/// For systems without process groups and signals.
#[cfg(not(unix))]
mod system {
    use std::io::{self, Write};
    use std::process::{Child, Stdio};

    use secrecy::{ExposeSecret, SecretString};

    use super::CommandOutcome;
    use crate::domain::ServerText;

    pub fn prepare_input(text: &SecretString) -> io::Result<(Stdio, SecretString)> {
        Ok((Stdio::piped(), text.clone()))
    }

    /// Writes `text` and waits until the command has ended. Whether it read everything is unknown; only a pipe that was
    /// closed before everything was written shows that it did not.
    pub fn wait(child: &mut Child, text: SecretString) -> io::Result<CommandOutcome> {
        let bytes = text.expose_secret().as_bytes();
        let is_written = child.stdin.take().is_some_and(|mut pipe| pipe.write_all(bytes).is_ok());
        Ok(match child.wait()?.code() {
            Some(0) if is_written => CommandOutcome::Succeeded,
            Some(0) => CommandOutcome::ClosedEarly,
            Some(code) => CommandOutcome::Exited(code),
            None => CommandOutcome::Lost(ServerText::new("it has no exit code")),
        })
    }
}
