//! Where a command's own output goes.

use std::fs::File;
use std::io::{self, IsTerminal};
use std::process::Stdio;

/// The controlling terminal of a process, whatever its standard streams are (tty(4); on Windows the console).
const TERMINAL: &str = if cfg!(windows) { "CONOUT$" } else { "/dev/tty" };

/// Where a command's standard output goes. Its standard error is passed on to ours.
#[derive(Debug)]
pub enum CommandOutput {
    /// To our standard output.
    Ours,
    /// To this file.
    Beside(File),
}

impl CommandOutput {
    /// Our standard output where that is a terminal. Where it is not, what it gets is the secret in the format
    /// that was asked for and nothing else, so that the command writes to the controlling terminal.
    pub fn on_terminal() -> io::Result<Self> {
        if io::stdout().is_terminal() {
            return Ok(Self::Ours);
        }
        File::options().write(true).open(TERMINAL).map(Self::Beside)
    }

    pub(super) fn into_stdio(self) -> Stdio {
        match self {
            Self::Ours => Stdio::inherit(),
            Self::Beside(file) => file.into(),
        }
    }
}
