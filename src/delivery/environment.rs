//! The facts that decide how to copy.

/// Which family of clipboards the machine has. A field and not a `cfg`, so that one table can test all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OperatingSystem {
    /// Linux, the BSDs and their like: the clipboard belongs to an X11 or Wayland display.
    Unix,
    /// macOS: one pasteboard a session, no display needed.
    MacOs,
    /// Windows: one clipboard a session, no display needed.
    Windows,
}

impl OperatingSystem {
    /// The one that this program was built for.
    pub fn built_for() -> Self {
        if cfg!(target_os = "macos") {
            Self::MacOs
        } else if cfg!(windows) {
            Self::Windows
        } else {
            Self::Unix
        }
    }
}

/// What the choice of a way depends on: plain facts, filled from outside.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Environment {
    /// Which family of clipboards there is.
    pub operating_system: OperatingSystem,
    /// True when the person sits at another machine and is here over SSH.
    pub over_ssh: bool,
    /// `TMUX`: the socket, process and session of the tmux that this program runs in.
    pub tmux: Option<String>,
    /// True inside GNU screen.
    pub inside_screen: bool,
    /// `DISPLAY`: the X11 display.
    pub display: Option<String>,
    /// `WAYLAND_DISPLAY`: the Wayland display.
    pub wayland_display: Option<String>,
    /// `TERM`: the kind of terminal.
    pub terminal: Option<String>,
    /// `TERM_PROGRAM`: the name that some terminals give themselves.
    pub terminal_program: Option<String>,
}

impl Environment {
    /// Fills the facts by looking variables up; an empty variable counts as none.
    ///
    /// Pure: it is the caller who brings `std::env::var`.
    pub fn read(variable: impl Fn(&str) -> Option<String>) -> Self {
        let filled = |name: &str| variable(name).filter(|value| !value.is_empty());
        Self {
            operating_system: OperatingSystem::built_for(),
            over_ssh: ["SSH_CONNECTION", "SSH_TTY", "SSH_CLIENT"]
                .into_iter()
                .any(|name| filled(name).is_some()),
            tmux: filled("TMUX"),
            inside_screen: filled("STY").is_some(),
            display: filled("DISPLAY"),
            wayland_display: filled("WAYLAND_DISPLAY"),
            terminal: filled("TERM"),
            terminal_program: filled("TERM_PROGRAM"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(variables: &[(&str, &str)]) -> Environment {
        Environment::read(|name| {
            variables.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned())
        })
    }

    #[test]
    fn any_of_three_variables_means_ssh() {
        for name in ["SSH_CONNECTION", "SSH_TTY", "SSH_CLIENT"] {
            assert!(read(&[(name, "192.0.2.1 50000 192.0.2.2 22")]).over_ssh, "{name}");
            assert!(!read(&[(name, "")]).over_ssh, "{name} is empty");
        }
        assert!(!read(&[("SSH_AUTH_SOCK", "/run/agent")]).over_ssh, "an agent is no session");
    }

    #[test]
    fn the_other_facts_are_taken_as_they_are() {
        let environment = read(&[
            ("TMUX", "/tmp/tmux-1000/default,12,0"),
            ("STY", "12.pts-0.host"),
            ("DISPLAY", ":0"),
            ("WAYLAND_DISPLAY", "wayland-0"),
            ("TERM", "tmux-256color"),
            ("TERM_PROGRAM", "tmux"),
        ]);
        assert_eq!(environment.tmux.as_deref(), Some("/tmp/tmux-1000/default,12,0"));
        assert!(environment.inside_screen);
        assert_eq!(environment.display.as_deref(), Some(":0"));
        assert_eq!(environment.wayland_display.as_deref(), Some("wayland-0"));
        assert_eq!(environment.terminal.as_deref(), Some("tmux-256color"));
        assert_eq!(environment.terminal_program.as_deref(), Some("tmux"));
        assert_eq!(read(&[("DISPLAY", "")]).display, None);
    }
}
