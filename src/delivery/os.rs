//! What every way of delivery needs from the operating system.

use std::io;
use std::process::Command;

use crate::domain::ServerText;

/// Forbids core dumps, and reading this process's memory by other processes of the same user, where Linux offers it
/// (`PR_SET_DUMPABLE`, prctl(2)). That stops dumps even where cores are piped to a program. Children are not
/// affected. Nothing depends on it, so an error is ignored.
pub fn forbid_core_dumps() {
    #[cfg(any(target_os = "linux", target_os = "android"))]
    {
        use rustix::process::{DumpableBehavior, set_dumpable_behavior};
        let _ = set_dumpable_behavior(DumpableBehavior::NotDumpable);
    }
}

/// Removes the variables that sign in to Atlas from the environment of a child process.
pub(super) fn remove_credentials(command: &mut Command) {
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("MONGODB_ATLAS_") {
            command.env_remove(name);
        }
    }
}

/// The system's message for `error`, without the number that Rust adds (`Is a directory (os error 21)`).
pub(super) fn os_error_message(error: &io::Error) -> ServerText {
    let message = error.to_string();
    ServerText::new(message.split(" (os error").next().unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_error_number_is_left_out() {
        let error = io::Error::other("Is a directory (os error 21)");
        assert_eq!(os_error_message(&error), ServerText::new("Is a directory"));
        assert_eq!(os_error_message(&io::Error::other("half a pipe")), ServerText::new("half a pipe"));
    }
}
