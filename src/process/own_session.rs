//! A command in a session of its own: it has no terminal to write to or to ask at, and what it starts can be ended with
//! it. No safe call does that to a child, so this program starts itself, which then becomes the command.

use std::path::Path;
use std::process::Command;

/// The first argument of this program when it is to become a command.
pub const IN_OWN_SESSION: &str = "in-own-session";

/// The exit code of a command that could not be started, as shells have it.
pub const NOT_STARTED: u8 = 126;

/// A command for that program. Windows has no sessions of this kind.
pub fn in_own_session(program: &Path) -> Command {
    if cfg!(not(unix)) {
        return Command::new(program);
    }
    let mut command = Command::new(super::this_program());
    command.arg(IN_OWN_SESSION).arg(program);
    command
}

/// Becomes this command, in a new session.
#[cfg(unix)]
pub fn run_in_own_session(mut command: impl Iterator<Item = std::ffi::OsString>) -> std::process::ExitCode {
    use std::io::Write;
    use std::os::unix::process::CommandExt;
    let program = command.next().unwrap_or_default();
    let error = match rustix::process::setsid() {
        Ok(_) => Command::new(program).args(command).exec(),
        Err(error) => error.into(),
    };
    // Whoever started this reads it.
    let _ = writeln!(std::io::stderr(), "{}", crate::domain::os_error_message(&error));
    std::process::ExitCode::from(NOT_STARTED)
}
