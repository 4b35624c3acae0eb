//! What is known after copying, and later about the copy.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::domain::ServerText;

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
    #[error("{}", no_display_message())]
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

fn no_display_message() -> &'static str {
    if cfg!(any(target_os = "macos", windows)) {
        "The system's clipboard could not be opened."
    } else {
        "There is no display to copy to."
    }
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
