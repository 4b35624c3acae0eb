//! Keys that are the command's while it runs.

use std::io;

use tokio::signal::unix::{Signal, SignalKind, signal};

/// Keeps SIGINT and SIGQUIT from ending this process while a command has the terminal: the keyboard sends them
/// to both.
///
/// They are caught, not ignored. What is ignored stays so across exec(2), and the command could not be
/// interrupted either; what is caught is not. Once caught, tokio keeps them caught to the end of the process.
#[derive(Debug)]
pub(super) struct HeldSignals {
    _interrupt: Signal,
    _quit: Signal,
}

impl HeldSignals {
    /// Catches both from now on.
    pub fn hold() -> io::Result<Self> {
        Ok(Self { _interrupt: signal(SignalKind::interrupt())?, _quit: signal(SignalKind::quit())? })
    }
}
