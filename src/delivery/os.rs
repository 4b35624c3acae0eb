//! What every way of delivery needs from the operating system.

use std::process::Command;

use crate::domain::is_atlas_variable;

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

/// Lets a write beyond the limit on file sizes fail instead of ending the process (SIGXFSZ, `ulimit -f`). The signal is
/// caught rather than ignored: an ignored one stays ignored in the commands that the user runs.
pub fn survive_file_size_limit() {
    #[cfg(unix)]
    let _ = signal_hook::flag::register(signal_hook::consts::SIGXFSZ, std::sync::Arc::default());
}

/// Closes every descriptor but the three standard ones. Call it before this process opens any: a lock or a pipe that it
/// inherited would be held for as long as it runs.
pub(super) fn close_inherited_descriptors() {
    #[cfg(unix)]
    {
        let folder =
            if cfg!(any(target_os = "linux", target_os = "android")) { "/proc/self/fd" } else { "/dev/fd" };
        let Ok(entries) = std::fs::read_dir(folder) else { return };
        // Collected first: the list itself is read through one of them, which is closed by then.
        let open: Vec<i32> =
            entries.flatten().filter_map(|entry| entry.file_name().to_str()?.parse().ok()).collect();
        for descriptor in open.into_iter().filter(|descriptor| *descriptor > 2) {
            let _ = nix::unistd::close(descriptor);
        }
    }
}

/// Removes the variables that sign in to Atlas from the environment of a child process.
pub(super) fn remove_credentials(command: &mut Command) {
    for (name, _) in std::env::vars_os() {
        if is_atlas_variable(&name) {
            command.env_remove(name);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_variable_that_signs_in_is_inherited() {
        let removed = [
            "MONGODB_ATLAS_CLIENT_SECRET",
            "MONGODB_ATLAS_CLIENT_ID",
            "MONGODB_ATLAS_PRIVATE_API_KEY",
            "MONGODB_ATLAS_PUBLIC_API_KEY",
            "MONGODB_ATLAS_PRIVATE_KEY",
            "MONGODB_ATLAS_ACCESS_TOKEN",
            "MONGODB_ATLAS_REFRESH_TOKEN",
            "MCLI_PRIVATE_API_KEY",
            "MCLI_PUBLIC_API_KEY",
            "MCLI_CLIENT_SECRET",
            "mongodb_atlas_client_secret",
        ];
        let kept = [
            "HTTPS_PROXY",
            "PATH",
            "DISPLAY",
            "MONGODB_URI",
            "MY_MONGODB_ATLAS_X",
            "VAULT_TOKEN",
            "MCLIX",
            "",
        ];
        let inherited: Vec<&str> =
            removed.into_iter().chain(kept).filter(|name| !is_atlas_variable(name.as_ref())).collect();
        assert_eq!(inherited, kept);
    }
}
