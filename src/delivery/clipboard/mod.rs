//! Copies to the clipboard, by the first backend that works.
//!
//! ```text
//! Copier ── ClipboardClient ═══ a socket pair ═══ ClipboardServer ── the display
//!   │                                             in the clipboard process
//!   └── terminal.rs: tmux, OSC 52
//! ```
//!
//! **Invariant:** the backend that can prove a copy comes first, unless its clipboard is on another machine than the
//! user: over SSH only the terminal is certain to be where the user is.

mod process;
#[cfg(all(unix, not(target_os = "macos")))]
mod reader;
mod server;
mod terminal;

use std::io;
use std::path::PathBuf;
use std::time::Duration;

use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use tokio::sync::Mutex;

use crate::domain::{Os, ServerText};

pub use process::HOLD_CLIPBOARD;
pub use server::hold_clipboard;

use process::{ClipboardClient, ClipboardRequest};

/// Copies secrets and other text.
///
/// On X11 and Wayland the program that sets a clipboard must keep serving it. So a separate process holds the value; it
/// outlives the `Copier` and the program. The process starts with the first copy.
#[derive(Debug)]
pub struct Copier {
    environment: Environment,
    preference: Preference,
    clear_after: Option<Duration>,
    client: Mutex<ClipboardClient>,
}

impl Copier {
    /// Creates a copier for this environment and preference. The system's clipboard is cleared after `clear_after`;
    /// `None` keeps the value until another program copies, at most 12 h. `program` is started as the clipboard
    /// process: it must call [`hold_clipboard`] if its only argument is [`HOLD_CLIPBOARD`].
    pub fn new(
        environment: Environment,
        preference: Preference,
        clear_after: Option<Duration>,
        program: PathBuf,
    ) -> Self {
        let client = Mutex::new(ClipboardClient::new(program));
        Self { environment, preference, clear_after, client }
    }

    /// Copies `value`: tries the backends in order and returns the outcome of the first that works.
    ///
    /// `terminal` is the terminal that shows this program; OSC 52 is written to it and flushed. Opening the clipboard
    /// takes at most 2 s, setting it 2 s, and tmux 3 s.
    pub async fn copy(&self, value: &SecretString, terminal: &mut (dyn io::Write + Send)) -> CopyOutcome {
        self.copy_for(self.clear_after, value, terminal).await
    }

    /// Copies a text that is not a secret. It stays until another program copies.
    pub async fn copy_text(&self, text: &SecretString, terminal: &mut (dyn io::Write + Send)) -> CopyOutcome {
        self.copy_for(None, text, terminal).await
    }

    /// Checks whether the system's clipboard still holds the copy; `Cleared` if nothing was copied to it. The clipboard
    /// does not report when another program takes it over, so this is the only way to know.
    pub async fn content(&self) -> ClipboardContent {
        self.client.lock().await.ask(&ClipboardRequest::Check).await
    }

    /// Postpones the clearing of the system's clipboard by this time, and checks it. A copy without a time limit does
    /// not change. Returns within 500 ms (1 s if it must kill the process), unless a copy is still running.
    pub async fn extend(&self, by: Duration) -> ClipboardContent {
        self.client.lock().await.ask(&ClipboardRequest::Extend(by)).await
    }

    /// Clears the system's clipboard if it still holds the copy, and returns what is left. If another program puts the
    /// value back, `content` reports that.
    ///
    /// What other programs copied stays. A clipboard behind the terminal is never cleared: it cannot be read, so
    /// something else could be lost. Returns within 500 ms (1 s if it must kill the process), unless a copy is still
    /// running.
    pub async fn clear(&self) -> ClipboardContent {
        self.client.lock().await.ask(&ClipboardRequest::Clear).await
    }

    async fn copy_for(
        &self,
        clear_after: Option<Duration>,
        value: &SecretString,
        terminal: &mut (dyn io::Write + Send),
    ) -> CopyOutcome {
        let mut environment = self.environment.clone();
        // The variables that a tmux session was started with may be long out of date.
        if let (Preference::Auto, Some(session)) = (self.preference, &self.environment.tmux) {
            terminal::refresh_from_tmux(&mut environment, session).await;
        }
        let mut errors = Vec::new();
        for backend in select_backend(&environment, self.preference) {
            let copied = match backend {
                ClipboardBackend::Native => self.client.lock().await.hold(value, clear_after).await,
                ClipboardBackend::Tmux => {
                    let sent = terminal::send_through_tmux(value, environment.tmux.as_deref()).await;
                    sent.map(|()| CopyOutcome::Sent(TerminalRoute::Tmux))
                }
                ClipboardBackend::Osc52 => {
                    let route = match errors.last() {
                        Some(error @ (CopyError::TmuxGone | CopyError::TmuxOtherUser)) => {
                            TerminalRoute::Osc52Instead(*error)
                        }
                        _ => TerminalRoute::Osc52,
                    };
                    terminal::send_osc52(value, terminal).map(|()| CopyOutcome::Sent(route))
                }
            };
            match copied {
                Ok(outcome) => return outcome,
                Err(error) => errors.push(error),
            }
        }
        if errors.is_empty() {
            let is_off = self.preference == Preference::Off;
            errors.push(if is_off { CopyError::SwitchedOff } else { CopyError::NoBackend });
        }
        let reasons = errors.iter().map(|error| ServerText::new(&error.to_string())).collect();
        CopyOutcome::Failed { reasons }
    }
}

/// The facts that decide how to copy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Environment {
    /// The kind of clipboard: that of an X11 or Wayland display, of macOS, or of Windows. A field instead of a `cfg`,
    /// so that one table tests them all.
    pub os: Os,
    /// True if the user is connected over SSH from another machine.
    pub over_ssh: bool,
    /// `TMUX`: the socket, process and session of the tmux that this program runs in.
    pub tmux: Option<String>,
    /// `DISPLAY`: the X11 display.
    pub display: Option<String>,
    /// `WAYLAND_DISPLAY`: the Wayland display.
    pub wayland_display: Option<String>,
    /// True if the terminal probably supports OSC 52.
    pub supports_osc52: bool,
}

impl Environment {
    /// Reads the facts from environment variables; an empty variable counts as unset.
    pub fn read(variable: impl Fn(&str) -> Option<String>) -> Self {
        Self::of(Os::current(), variable)
    }

    fn of(os: Os, variable: impl Fn(&str) -> Option<String>) -> Self {
        let set = |name: &str| variable(name).filter(|value| !value.is_empty());
        // GNU screen swallows the sequence, the Linux console and `dumb` terminals do not know it, and Terminal.app
        // ignores it. Windows sets no `TERM`, and its terminal supports the sequence.
        let knows_osc52 = match set("TERM").as_deref() {
            None => os == Os::Windows,
            Some(terminal) => !matches!(terminal, "dumb" | "linux" | "unknown" | "vt100" | "vt220"),
        };
        let is_swallowed = set("STY").is_some() || set("TERM_PROGRAM").as_deref() == Some("Apple_Terminal");
        Self {
            os,
            over_ssh: ["SSH_CONNECTION", "SSH_TTY", "SSH_CLIENT"].iter().any(|name| set(name).is_some()),
            tmux: set("TMUX"),
            display: set("DISPLAY"),
            wayland_display: set("WAYLAND_DISPLAY"),
            supports_osc52: knows_osc52 && !is_swallowed,
        }
    }
}

/// The backend that the user prefers: `--clipboard auto|native|tmux|osc52|off`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Preference {
    /// Whatever fits the environment.
    #[default]
    Auto,
    /// Only the system's clipboard.
    Native,
    /// Only through tmux.
    Tmux,
    /// Only the escape sequence OSC 52.
    Osc52,
    /// Never copy.
    Off,
}

/// One way to copy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum ClipboardBackend {
    /// The system's clipboard, read back.
    Native,
    /// `tmux load-buffer -w`.
    Tmux,
    /// The escape sequence OSC 52.
    Osc52,
}

/// Returns the backends to try, best first; none if no backend fits, or the user wants none. The only backend that can
/// be verified comes before those of the terminal, which never confirms a copy.
///
/// A backend that the user names is tried even if it looks hopeless, so that the user sees its error.
fn select_backend(environment: &Environment, preference: Preference) -> Vec<ClipboardBackend> {
    let candidates = [
        (can_trust_native_clipboard(environment), ClipboardBackend::Native),
        (environment.tmux.is_some(), ClipboardBackend::Tmux),
        // A fallback for tmux, too, whose server may be gone or belong to another user.
        (environment.supports_osc52, ClipboardBackend::Osc52),
    ];
    match preference {
        Preference::Auto => {
            candidates.into_iter().filter_map(|(fits, backend)| fits.then_some(backend)).collect()
        }
        Preference::Native => vec![ClipboardBackend::Native],
        Preference::Tmux => vec![ClipboardBackend::Tmux],
        Preference::Osc52 => vec![ClipboardBackend::Osc52],
        Preference::Off => Vec::new(),
    }
}

/// Over SSH the native clipboard is on the wrong machine, and reading it back would even seem to prove the copy. The
/// exception is a forwarded X11 display.
fn can_trust_native_clipboard(environment: &Environment) -> bool {
    if environment.over_ssh {
        return has_forwarded_display(environment);
    }
    match environment.os {
        Os::MacOs | Os::Windows => true,
        Os::Xdg => environment.display.is_some() || environment.wayland_display.is_some(),
    }
}

/// A display that names a host (`localhost:10.0`) is reached over the network; `:0` is the screen of this machine. SSH
/// never forwards a Wayland display, and the clipboard library prefers it to the forwarded X11 display: if both are
/// set, the native clipboard cannot be trusted.
fn has_forwarded_display(environment: &Environment) -> bool {
    let Some(display) = environment.display.as_deref() else {
        return false;
    };
    let names_a_host = !display.starts_with([':', '/']) && !display.starts_with("unix:");
    names_a_host && environment.os == Os::Xdg && environment.wayland_display.is_none()
}

/// The result of copying. It only claims what was proved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CopyOutcome {
    /// The value was copied to the system's clipboard.
    Copied {
        /// False if it could not be read back within a second.
        is_verified: bool,
        /// The time until the clipboard is cleared; `None` if the copy stays until something else is copied.
        clears_in: Option<Duration>,
    },
    /// The value was sent to the terminal, which never confirms it.
    Sent(TerminalRoute),
    Failed {
        /// One message per backend that was tried.
        reasons: Vec<ServerText>,
    },
}

/// How a value gets to the clipboard of the terminal in which this program runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TerminalRoute {
    /// Through tmux (`tmux load-buffer -w`).
    Tmux,
    Osc52,
    /// By OSC 52, because the server in `TMUX` cannot be used.
    Osc52Instead(CopyError),
}

impl TerminalRoute {
    /// The user-facing name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Tmux => "tmux",
            Self::Osc52 | Self::Osc52Instead(_) => "OSC 52",
        }
    }
}

/// Why a backend could not copy. The messages are our own, because the clipboard library reports a missing display as a
/// connection timeout.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq, Serialize, thiserror::Error)]
pub enum CopyError {
    #[error("Copying is turned off (--clipboard off).")]
    SwitchedOff,
    /// No backend suits the environment.
    #[error("There is no display and no terminal to copy to.")]
    NoBackend,
    #[error("There is no display to copy to.")]
    NoDisplay,
    #[error("The clipboard did not accept the value.")]
    ClipboardRefused,
    #[error("The display did not answer within 2 s.")]
    DisplayTimedOut,
    /// The clipboard process could not be started, or ended without a report.
    #[error("The clipboard process failed.")]
    ProcessFailed,
    /// `TMUX` is not set, so the value would go to the clients of some other server.
    #[error("This program is not running inside tmux.")]
    NotInsideTmux,
    #[error("tmux could not be started.")]
    TmuxNotStarted,
    #[error("The tmux server that TMUX names is not running.")]
    TmuxGone,
    /// The server in `TMUX` belongs to another user, as after `sudo` or `su`.
    #[error("The tmux server that TMUX names belongs to another user.")]
    TmuxOtherUser,
    /// `tmux` failed; versions before 3.2 have no `load-buffer -w`.
    #[error("tmux did not accept the value; it needs version 3.2 or newer.")]
    TmuxRefused,
    #[error("tmux did not answer within 2 s.")]
    TmuxTimedOut,
    #[error("The value is too long to send to the terminal.")]
    TooLong,
    #[error("Writing to the terminal failed.")]
    TerminalNotWritable,
}

/// What the system's clipboard contains now.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq, Serialize)]
pub enum ClipboardContent {
    Ours {
        /// The time until it is cleared; `None` if it stays.
        clears_in: Option<Duration>,
    },
    /// Something else or nothing, because another program has copied or cleared.
    Overwritten,
    /// Nothing: it was cleared when its time was up, or nothing was ever copied.
    Cleared,
    /// The value again: it was cleared, and another program, such as a clipboard manager, has put it back, there or in
    /// the primary selection.
    PutBack,
    /// Unknown, because the copy is lost.
    Lost(LostCopy),
    Unreadable,
}

/// Why a copy is lost, so that it no longer proves a delivery.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq, Serialize, thiserror::Error)]
pub enum LostCopy {
    #[error("The clipboard process has ended.")]
    ProcessEnded,
    #[error("The display is gone.")]
    DisplayGone,
    #[error("It should have been cleared by now, and the clipboard process does not answer.")]
    DeadlinePassed,
}

#[cfg(test)]
mod tests {
    use super::*;
    use ClipboardBackend::{Native, Osc52, Tmux};
    use Os::{MacOs, Windows, Xdg};

    fn environment(os: Os, variables: &str) -> Environment {
        let lookup = |name: &str| {
            variables
                .split_whitespace()
                .filter_map(|pair| pair.split_once('='))
                .find_map(|(known, value)| (known == name).then(|| value.to_owned()))
        };
        Environment::of(os, lookup)
    }

    /// Name, operating system, the backends in order, the variables that are set.
    const TABLE: &str = "
        X11                                | Unix    | Native Osc52 | DISPLAY=:0 TERM=xterm-256color
        Wayland                            | Unix    | Native Osc52 | WAYLAND_DISPLAY=wayland-0 TERM=foot
        tmux on X11                        | Unix    | Native Tmux Osc52 | DISPLAY=:0 TMUX=/s,1,0 TERM=tmux-256color
        screen on X11                      | Unix    | Native       | DISPLAY=:0 STY=1.x TERM=screen
        no display                         | Unix    | Osc52        | TERM=xterm-256color
        no display, tmux                   | Unix    | Tmux Osc52 | TMUX=/s,1,0 TERM=tmux-256color
        the Linux console                  | Unix    |              | TERM=linux
        tmux on the console                | Unix    | Tmux         | TERM=linux TMUX=/s,1,0
        an editor's shell                  | Unix    |              | TERM=dumb
        an editor's shell on X11           | Unix    | Native       | TERM=dumb DISPLAY=:0
        nothing is known                   | Unix    |              |
        SSH                                | Unix    | Osc52        | SSH_CONNECTION=c TERM=xterm-256color
        SSH, tty only                      | Unix    | Osc52        | SSH_TTY=/dev/pts/1 DISPLAY=:0 TERM=xterm
        SSH, the machine's own X11         | Unix    | Osc52        | SSH_CONNECTION=c DISPLAY=:0 TERM=xterm
        SSH, the same by its path          | Unix    | Osc52        | SSH_CLIENT=c DISPLAY=unix:0 TERM=xterm
        SSH, its own Wayland               | Unix    | Osc52        | SSH_CLIENT=c WAYLAND_DISPLAY=w TERM=xterm
        SSH, forwarded                     | Unix    | Native Osc52 | SSH_CONNECTION=c DISPLAY=localhost:10.0 TERM=xterm
        SSH, forwarded by name             | Unix    | Native Osc52 | SSH_TTY=t DISPLAY=host:10 TERM=xterm
        SSH, forwarded, Wayland in the way | Unix    | Osc52        | SSH_CONNECTION=c DISPLAY=localhost:10.0 WAYLAND_DISPLAY=w TERM=xterm
        SSH, tmux                          | Unix    | Tmux         | SSH_CONNECTION=c TMUX=/s,1,0 DISPLAY=:0
        SSH, tmux, forwarded               | Unix    | Native Tmux  | SSH_CONNECTION=c TMUX=/s,1,0 DISPLAY=localhost:10.0
        SSH, screen                        | Unix    |              | SSH_CONNECTION=c STY=1.x TERM=screen
        SSH, dumb                          | Unix    |              | SSH_CONNECTION=c TERM=dumb
        Terminal.app                       | MacOs   | Native       | TERM_PROGRAM=Apple_Terminal TERM=xterm-256color
        iTerm2                             | MacOs   | Native Osc52 | TERM_PROGRAM=iTerm.app TERM=xterm-256color
        macOS, tmux                        | MacOs   | Native Tmux Osc52 | TMUX=/s,1,0 TERM_PROGRAM=tmux TERM=tmux-256color
        macOS over SSH                     | MacOs   | Osc52        | SSH_CONNECTION=c TERM=xterm-256color
        macOS over SSH, XQuartz            | MacOs   | Osc52        | SSH_CONNECTION=c DISPLAY=localhost:10.0 TERM=xterm
        Windows                            | Windows | Native Osc52 |
        Windows over SSH                   | Windows | Osc52        | SSH_CONNECTION=c
    ";

    #[test]
    fn the_backends_fit_the_environment() {
        let rows: Vec<&str> = TABLE.lines().filter(|row| !row.trim().is_empty()).collect();
        for row in &rows {
            let cells: Vec<&str> = row.split('|').map(str::trim).collect();
            let [name, operating_system, expected, variables] = cells[..] else {
                panic!("{row} has four cells");
            };
            let operating_system = match operating_system {
                "Unix" => Xdg,
                "MacOs" => MacOs,
                "Windows" => Windows,
                _ => panic!("unknown operating system {operating_system}"),
            };
            let backends: Vec<String> =
                select_backend(&environment(operating_system, variables), Preference::Auto)
                    .iter()
                    .map(|backend| format!("{backend:?}"))
                    .collect();
            assert_eq!(backends.join(" "), expected, "{name}: {variables}");
        }
        assert_eq!(rows.len(), 30);
    }

    #[test]
    fn a_preference_is_followed() {
        let nothing = environment(Xdg, "");
        assert_eq!(select_backend(&nothing, Preference::Native), [Native]);
        assert_eq!(select_backend(&nothing, Preference::Tmux), [Tmux]);
        assert_eq!(select_backend(&nothing, Preference::Osc52), [Osc52]);
        assert_eq!(select_backend(&environment(Xdg, "DISPLAY=:0 TERM=xterm"), Preference::Off), []);
    }
}
