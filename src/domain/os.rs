//! Where each operating system keeps the files of a user's programs, and the messages of its errors.

use std::io;
use std::path::PathBuf;

use super::ServerText;

/// The operating systems, by where they keep these files.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Os {
    /// Linux and other systems that follow the XDG Base Directory Specification.
    Xdg,
    MacOs,
    Windows,
}

impl Os {
    /// The system that this program was built for.
    pub fn current() -> Self {
        if cfg!(windows) {
            return Self::Windows;
        }
        if cfg!(target_os = "macos") { Self::MacOs } else { Self::Xdg }
    }

    /// The configuration folder, according to Go's `os.UserConfigDir`, which the Atlas CLI uses: `$XDG_CONFIG_HOME` or
    /// `~/.config`, `~/Library/Application Support`, `%AppData%`.
    pub fn config_folder(self, variable: impl Fn(&str) -> Option<String>) -> Option<PathBuf> {
        self.folder(&variable, "XDG_CONFIG_HOME", ".config", "AppData")
    }

    /// The folder for state that programs keep between runs: `$XDG_STATE_HOME` or `~/.local/state` (XDG Base Directory
    /// Specification 0.8), `~/Library/Application Support`, `%LocalAppData%`.
    pub fn state_folder(self, variable: impl Fn(&str) -> Option<String>) -> Option<PathBuf> {
        self.folder(&variable, "XDG_STATE_HOME", ".local/state", "LocalAppData")
    }

    /// `None` if the variables are not set. A relative path is ignored, as the XDG specification requires: a run in
    /// another folder would not find it. `Path::is_absolute` depends on the system that this runs on.
    fn folder(
        self,
        variable: &impl Fn(&str) -> Option<String>,
        xdg: &str,
        below_home: &str,
        windows: &str,
    ) -> Option<PathBuf> {
        let absolute = |name| variable(name).filter(|value| value.starts_with('/')).map(PathBuf::from);
        match self {
            Self::Xdg => absolute(xdg).or_else(|| Some(absolute("HOME")?.join(below_home))),
            Self::MacOs => Some(absolute("HOME")?.join("Library/Application Support")),
            Self::Windows => variable(windows).filter(|value| !value.is_empty()).map(PathBuf::from),
        }
    }
}

/// The system's message for `error`, without the number that Rust appends (`Is a directory (os error 21)`).
pub fn os_error_message(error: &io::Error) -> ServerText {
    let message = error.to_string();
    ServerText::new(message.split(" (os error").next().unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use Os::{MacOs, Windows, Xdg};

    use super::*;

    type Set = &'static [(&'static str, &'static str)];

    const HOME: (&str, &str) = ("HOME", "/home/me");
    const SUPPORT: Option<&str> = Some("/home/me/Library/Application Support");

    fn environment(set: Set) -> impl Fn(&str) -> Option<String> {
        move |name| set.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned())
    }

    #[test]
    fn the_configuration_folder_is_that_of_the_atlas_cli() {
        let rows: [(Os, Set, Option<&str>); 8] = [
            (Xdg, &[HOME], Some("/home/me/.config")),
            (Xdg, &[HOME, ("XDG_CONFIG_HOME", "/etc/me")], Some("/etc/me")),
            (Xdg, &[HOME, ("XDG_CONFIG_HOME", "")], Some("/home/me/.config")),
            (MacOs, &[HOME], SUPPORT),
            (MacOs, &[HOME, ("XDG_CONFIG_HOME", "/etc/me")], SUPPORT),
            (Windows, &[("AppData", "C:/Users/me/AppData")], Some("C:/Users/me/AppData")),
            (Windows, &[HOME, ("AppData", "")], None),
            (Windows, &[HOME], None),
        ];
        for (os, set, expected) in rows {
            assert_eq!(os.config_folder(environment(set)), expected.map(PathBuf::from), "{os:?} {set:?}");
        }
    }

    #[test]
    fn each_system_has_its_state_folder() {
        let rows: [(Os, Set, Option<&str>); 9] = [
            (Xdg, &[HOME], Some("/home/me/.local/state")),
            (Xdg, &[HOME, ("XDG_STATE_HOME", "/var/me")], Some("/var/me")),
            (Xdg, &[HOME, ("XDG_STATE_HOME", "here")], Some("/home/me/.local/state")),
            (Xdg, &[("HOME", "home/me")], None),
            (Xdg, &[("HOME", "me"), ("XDG_STATE_HOME", "/var/me")], Some("/var/me")),
            (MacOs, &[("HOME", "home/me")], None),
            (MacOs, &[HOME, ("XDG_STATE_HOME", "/var/me")], SUPPORT),
            (Windows, &[("LocalAppData", "C:/Me/Local")], Some("C:/Me/Local")),
            (Windows, &[HOME], None),
        ];
        for (os, set, expected) in rows {
            assert_eq!(os.state_folder(environment(set)), expected.map(PathBuf::from), "{os:?} {set:?}");
        }
    }

    #[test]
    fn the_error_number_is_left_out() {
        let error = io::Error::other("Is a directory (os error 21)");
        assert_eq!(os_error_message(&error), ServerText::new("Is a directory"));
        assert_eq!(os_error_message(&io::Error::other("half a pipe")), ServerText::new("half a pipe"));
    }
}
