//! Where the Atlas CLI keeps its configuration.

use std::path::{Path, PathBuf};

/// The families of operating systems that differ in where configuration lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum System {
    /// Linux and the other systems that follow the XDG base directory specification.
    Linux,
    /// macOS.
    MacOs,
    /// Windows.
    Windows,
}

impl System {
    /// The one that this program was built for.
    pub fn current() -> Self {
        if cfg!(windows) {
            return Self::Windows;
        }
        if cfg!(target_os = "macos") { Self::MacOs } else { Self::Linux }
    }
}

/// The path of the Atlas CLI's `config.toml`; `None` where the variables that say so are not set.
///
/// That CLI asks Go's `os.UserConfigDir`, and so does this: `$XDG_CONFIG_HOME` or `~/.config` on Linux,
/// `~/Library/Application Support` on macOS, `%AppData%` on Windows. Like the XDG specification says, a
/// relative `$XDG_CONFIG_HOME` does not count.
pub fn config_path(system: System, variable: impl Fn(&str) -> Option<String>) -> Option<PathBuf> {
    let folder = |name: &str| variable(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let home = match system {
        System::Linux => folder("XDG_CONFIG_HOME")
            .filter(|path| is_absolute(path))
            .or_else(|| folder("HOME").map(|home| home.join(".config"))),
        System::MacOs => folder("HOME").map(|home| home.join("Library").join("Application Support")),
        System::Windows => folder("AppData"),
    };
    home.map(|home| home.join("atlascli").join("config.toml"))
}

/// Said of the systems where paths start with a slash, whatever system this runs on.
fn is_absolute(path: &Path) -> bool {
    path.to_string_lossy().starts_with('/')
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::variables::tests::{Set, environment};

    #[test]
    fn the_file_lies_where_the_atlas_cli_keeps_it() {
        use System::{Linux, MacOs, Windows};
        const HOME: (&str, &str) = ("HOME", "/home/me");
        let rows: [(System, Set, Option<&str>); 10] = [
            (Linux, &[HOME], Some("/home/me/.config/atlascli/config.toml")),
            (Linux, &[HOME, ("XDG_CONFIG_HOME", "/etc/me")], Some("/etc/me/atlascli/config.toml")),
            (Linux, &[HOME, ("XDG_CONFIG_HOME", "")], Some("/home/me/.config/atlascli/config.toml")),
            (Linux, &[HOME, ("XDG_CONFIG_HOME", "here")], Some("/home/me/.config/atlascli/config.toml")),
            (Linux, &[], None),
            (MacOs, &[HOME], Some("/home/me/Library/Application Support/atlascli/config.toml")),
            (
                MacOs,
                &[HOME, ("XDG_CONFIG_HOME", "/etc/me")],
                Some("/home/me/Library/Application Support/atlascli/config.toml"),
            ),
            (
                Windows,
                &[("AppData", "C:/Users/me/AppData")],
                Some("C:/Users/me/AppData/atlascli/config.toml"),
            ),
            (Windows, &[HOME, ("AppData", "")], None),
            (Windows, &[HOME], None),
        ];
        for (system, set, expected) in rows {
            let path = config_path(system, environment(set));
            assert_eq!(path, expected.map(PathBuf::from), "{system:?} {set:?}");
        }
    }
}
