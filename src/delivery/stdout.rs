//! Standard output as the place where the secret goes: whether it may, and how it gets there.

#[cfg(unix)]
mod descriptor;
#[cfg(test)]
mod tests;

use std::io::{self, IsTerminal};

use secrecy::ExposeSecret;

use crate::domain::{Format, SecretPayload, ServerText, os_error_message};

use super::render;

/// What standard output is, where it is something that a secret may go to or need not go to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StdoutKind {
    /// A terminal. The secret is never printed there.
    Terminal,
    /// A pipe, a socket or a file that takes the secret.
    Sink,
}

/// Why standard output may not or cannot get the secret. Each says what to do.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StdoutProblem {
    /// It is closed, which Rust turns into `/dev/null`, or it is `/dev/null`.
    #[error(
        "Standard output is closed or /dev/null, so the secret would be lost. Send it to a pipe or a file, or \
         leave it at the terminal."
    )]
    Discarded,
    /// It is open for reading only.
    #[error(
        "Standard output cannot be written to. Send it to a pipe or a file, or leave it at the terminal."
    )]
    ReadOnly,
    /// It is a file that its group or everybody can read.
    #[error(
        "Other users can read the file that standard output goes to. Run `chmod 600` on it first, or \
         `umask 077` before it is made."
    )]
    Readable,
    /// It is a named pipe that its group or everybody can read.
    #[error("Other users can read the named pipe that standard output goes to. Run `chmod 600` on it first.")]
    ReadableFifo,
    /// It is a pipe or a socket whose other end is closed.
    #[error(
        "No program reads standard output any more, so the secret would be lost. Start the reader again."
    )]
    NoReader,
    /// It is a device other than a terminal, or no kind of file that keeps or passes on a secret.
    #[error(
        "Standard output is a device, which would lose the secret or show it to others. Send it to a pipe or a \
         file, or leave it at the terminal."
    )]
    Device,
    /// It is the system's journal, which keeps what it gets (systemd.exec(5), `$JOURNAL_STREAM`).
    #[error(
        "Standard output goes to the system's journal, which would keep the secret. Send it to a pipe or a file."
    )]
    Journal,
    /// A format for a terminal.
    #[error(
        "--format: standard output is a terminal, where secrets are never printed; redirect it or remove --format"
    )]
    FormatOnTerminal,
    /// No format for a run without an interface.
    #[error(
        "--yes: standard output is not a terminal; choose what to write with --format \
         (secret, env, json, kubernetes, aws, terraform, mcp) or --template"
    )]
    NoFormat,
    /// It cannot be examined.
    #[error("What standard output is cannot be learned: {0}.")]
    Unknown(ServerText),
}

/// Looks at this process's standard output, before anything is sent to Atlas. `journal_stream` is the value of
/// `JOURNAL_STREAM`.
#[cfg(unix)]
pub fn check_stdout(journal_stream: Option<&str>) -> Result<StdoutKind, StdoutProblem> {
    check_descriptor(io::stdout(), journal_stream)
}

/// Looks at this process's standard output, before anything is sent to Atlas. Systems without file descriptors
/// have neither a journal nor permissions that could be read from one.
#[cfg(not(unix))]
pub fn check_stdout(_journal_stream: Option<&str>) -> Result<StdoutKind, StdoutProblem> {
    Ok(if io::stdout().is_terminal() { StdoutKind::Terminal } else { StdoutKind::Sink })
}

#[cfg(unix)]
fn check_descriptor(
    descriptor: impl std::os::fd::AsFd,
    journal_stream: Option<&str>,
) -> Result<StdoutKind, StdoutProblem> {
    let descriptor = descriptor.as_fd();
    if descriptor.is_terminal() {
        return Ok(StdoutKind::Terminal);
    }
    let stat = descriptor::StdoutStat::of(descriptor)
        .map_err(|error| StdoutProblem::Unknown(os_error_message(&io::Error::from(error))))?;
    stat.validate(journal_stream).map(|()| StdoutKind::Sink)
}

/// Writes `payload` in `format` to this process's standard output and, if that is a file, waits until it is on
/// the disk. Of a file that takes only a part nothing is left, so that the same can be tried again.
///
/// Blocks for as long as the reader lets it wait. A reader that has gone is an error and no signal: Rust ignores
/// SIGPIPE.
pub fn write_secret(format: Format, payload: &SecretPayload) -> Result<(), String> {
    let text = render(format, payload);
    let bytes = text.expose_secret().as_bytes();
    #[cfg(unix)]
    return descriptor::write_to(io::stdout(), bytes);
    #[cfg(not(unix))]
    {
        use std::io::Write;
        let mut output = io::stdout().lock();
        output.write_all(bytes).and_then(|()| output.flush()).map_err(|error| failure_of(&error))
    }
}

/// What happened, as a sentence.
fn failure_of(error: &io::Error) -> String {
    use io::ErrorKind;
    match error.kind() {
        ErrorKind::BrokenPipe | ErrorKind::ConnectionReset => {
            "No program reads standard output any more.".to_owned()
        }
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded => "No space left for standard output.".to_owned(),
        _ => format!("Standard output could not be written: {}.", os_error_message(error)),
    }
}
