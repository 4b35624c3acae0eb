//! What is known about a copy and about the clipboard.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::ServerText;

/// The result of copying. It claims no more than was proved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CopyOutcome {
    /// The system's clipboard was read back and held the value.
    Copied(HeldCopy),
    /// The system's clipboard took the value, but did not give it back within a second.
    Unverified(HeldCopy),
    /// The value was given to the terminal, which never answers.
    Sent(TerminalRoute),
    /// No backend worked.
    Failed {
        /// One message per backend that was tried.
        reasons: Vec<ServerText>,
    },
}

/// A copy on the system's clipboard.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HeldCopy {
    /// When the clipboard will be cleared, from now; `None` for a copy that stays until another one replaces it.
    pub clears_in: Option<Duration>,
}

/// How a value gets to the clipboard of the terminal that shows this program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TerminalRoute {
    /// Through tmux (`tmux load-buffer -w`).
    Tmux,
    /// By the escape sequence OSC 52.
    Osc52,
    /// By OSC 52, because `TMUX` names a server that cannot be used.
    Osc52Instead(CopyError),
}

impl TerminalRoute {
    /// The name that users know.
    pub fn name(self) -> &'static str {
        match self {
            Self::Tmux => "tmux",
            Self::Osc52 | Self::Osc52Instead(_) => "OSC 52",
        }
    }
}

/// Why a backend could not copy. The messages are ours: the clipboard library reports a missing display as a
/// connection that timed out.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq, Serialize, thiserror::Error)]
pub enum CopyError {
    /// The user turned copying off.
    #[error("Copying is turned off (--clipboard off).")]
    SwitchedOff,
    /// No backend fits the environment.
    #[error("There is no display and no terminal to copy to.")]
    NoBackend,
    /// The system's clipboard could not be opened.
    #[error("{}", no_display_message())]
    NoDisplay,
    /// Another program is using the clipboard.
    #[error("Another program is using the clipboard.")]
    ClipboardOccupied,
    /// Setting the value failed.
    #[error("The clipboard did not accept the value.")]
    ClipboardRefused,
    /// The clipboard process did not answer in time.
    #[error("The display did not answer within 2 s.")]
    DisplaySilent,
    /// The clipboard process could not be started, or ended without a report.
    #[error("The clipboard process failed.")]
    ProcessFailed,
    /// There is no `TMUX`: the value would go to the clients of some other server.
    #[error("This program does not run inside tmux.")]
    NotInsideTmux,
    /// The program `tmux` could not be started.
    #[error("tmux could not be started.")]
    TmuxNotStarted,
    /// `TMUX` names a server that is not there: the variable outlived it.
    #[error("The tmux server that TMUX names is not running.")]
    TmuxGone,
    /// `TMUX` names a server of another user, as after `sudo` or `su`.
    #[error("The tmux server that TMUX names belongs to another user.")]
    TmuxForeign,
    /// `tmux` failed; before version 3.2 it has no `load-buffer -w`.
    #[error("tmux did not accept the value; it needs version 3.2 or newer.")]
    TmuxRefused,
    /// tmux did not answer in time.
    #[error("tmux did not answer within 2 s.")]
    TmuxSilent,
    /// The value does not fit in an escape sequence.
    #[error("The value is too long to send to the terminal.")]
    TooLong,
    /// The terminal could not be written to.
    #[error("Writing to the terminal failed.")]
    TerminalNotWritable,
}

fn no_display_message() -> &'static str {
    if cfg!(any(target_os = "macos", windows)) {
        "The system's clipboard could not be opened."
    } else {
        "There is no display to copy to."
    }
}

/// What the system's clipboard holds now.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq, Serialize)]
pub enum ClipboardContent {
    /// The value that was copied.
    Ours {
        /// When it will be cleared, from now; `None` when it will not be.
        clears_in: Option<Duration>,
    },
    /// Something else, or nothing: another program has copied or cleared.
    Overwritten,
    /// It was cleared when its time was up, or nothing was ever copied.
    Cleared,
    /// It was cleared, and another program, such as a clipboard manager, has put the value back, there or in the
    /// primary selection.
    PutBack,
    /// The copy is lost.
    Lost(LostCopy),
    /// It could not be read.
    Unreadable,
}

/// Why a copy is lost: it is no longer proof of a delivery.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq, Serialize, thiserror::Error)]
pub enum LostCopy {
    /// The clipboard process has ended without a report.
    #[error("The clipboard process has ended.")]
    ProcessEnded,
    /// The display has gone.
    #[error("The display is gone.")]
    DisplayGone,
    /// The clipboard process should have cleared the clipboard by now, and does not answer.
    #[error("It should have been cleared by now, and the clipboard process does not answer.")]
    DeadlinePassed,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn routes_have_the_names_that_users_know() {
        assert_eq!([TerminalRoute::Tmux, TerminalRoute::Osc52].map(TerminalRoute::name), ["tmux", "OSC 52"]);
    }
}
