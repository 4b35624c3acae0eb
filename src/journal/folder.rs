//! Where the records lie.

use std::fs::DirBuilder;
use std::io;
use std::path::{Path, PathBuf};

/// The folder's name below the user's folder for state.
const NAME: &str = "atlas-secret";

/// The families of operating systems that differ in where a program's state lies.
#[derive(Clone, Copy, Debug)]
enum System {
    /// Linux and the other systems that follow the XDG base directory specification.
    Xdg,
    MacOs,
    Windows,
}

/// The folder of this user's journal; `None` where the variables that say so are not set.
///
/// `$XDG_STATE_HOME` or `~/.local/state` (XDG base directory specification 0.8), `~/Library/Application Support` on macOS, `%LocalAppData%` on Windows. A relative
/// path does not count: the next start from another folder would not find the records.
pub fn state_folder(variable: impl Fn(&str) -> Option<String>) -> Option<PathBuf> {
    let system = if cfg!(windows) {
        System::Windows
    } else if cfg!(target_os = "macos") {
        System::MacOs
    } else {
        System::Xdg
    };
    state_folder_on(system, variable)
}

fn state_folder_on(system: System, variable: impl Fn(&str) -> Option<String>) -> Option<PathBuf> {
    let folder = |name: &str| variable(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let absolute = |name: &str| folder(name).filter(|path| path.to_string_lossy().starts_with('/'));
    let state = match system {
        System::Xdg => absolute("XDG_STATE_HOME")
            .or_else(|| absolute("HOME").map(|home| home.join(".local").join("state"))),
        System::MacOs => absolute("HOME").map(|home| home.join("Library").join("Application Support")),
        System::Windows => folder("LocalAppData"),
    };
    state.map(|state| state.join(NAME))
}

/// Makes the folder and what is missing above it, for its owner only. One that is there stays as it is.
pub(super) fn make(folder: &Path) -> io::Result<()> {
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

/// Writes the names in the folder to the disk. Not every file system can, and a record that a power cut takes
/// back is still there for every other end of a program, so this may fail.
pub(super) fn flush(folder: &Path) {
    #[cfg(unix)]
    let _ = std::fs::File::open(folder).and_then(|folder| folder.sync_all());
    #[cfg(not(unix))]
    let _ = folder;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_notes_lie_where_each_system_keeps_state() {
        type Set = &'static [(&'static str, &'static str)];
        const HOME: (&str, &str) = ("HOME", "/home/me");
        let rows: [(System, Set, Option<&str>); 15] = [
            (System::Xdg, &[HOME], Some("/home/me/.local/state/atlas-secret")),
            (System::Xdg, &[HOME, ("XDG_STATE_HOME", "/var/me")], Some("/var/me/atlas-secret")),
            (System::Xdg, &[("XDG_STATE_HOME", "/var/me")], Some("/var/me/atlas-secret")),
            (System::Xdg, &[HOME, ("XDG_STATE_HOME", "here")], Some("/home/me/.local/state/atlas-secret")),
            (System::Xdg, &[HOME, ("XDG_STATE_HOME", "")], Some("/home/me/.local/state/atlas-secret")),
            (System::Xdg, &[("HOME", "")], None),
            (System::Xdg, &[("HOME", "home/me")], None),
            (System::Xdg, &[("HOME", ".")], None),
            (System::Xdg, &[("HOME", "../me")], None),
            (System::Xdg, &[("HOME", "~"), ("XDG_STATE_HOME", "here")], None),
            (System::Xdg, &[("HOME", "me"), ("XDG_STATE_HOME", "/var/me")], Some("/var/me/atlas-secret")),
            (System::MacOs, &[("HOME", "home/me")], None),
            (
                System::MacOs,
                &[HOME, ("XDG_STATE_HOME", "/var/me")],
                Some("/home/me/Library/Application Support/atlas-secret"),
            ),
            (System::Windows, &[("LocalAppData", "C:/Me/Local")], Some("C:/Me/Local/atlas-secret")),
            (System::Windows, &[HOME], None),
        ];
        for (system, set, expected) in rows {
            let variable =
                |name: &str| set.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned());
            let found = state_folder_on(system, variable);
            assert_eq!(found, expected.map(PathBuf::from), "{system:?} {set:?}");
        }
    }
}
