//! What is known about the clipboard.

use std::time::Duration;

use super::{HeldCopy, ServerText};

/// How a copy went, claiming no more than was proved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CopyOutcome {
    /// The system's clipboard was read back and held the value.
    Copied(HeldCopy),
    /// The system's clipboard took the value, but did not give it back within a second.
    Unverified(HeldCopy),
    /// The value was handed to the terminal, which never answers.
    Sent(TerminalRoute),
    /// No way worked.
    Failed(CopyFailure),
}

/// How a value gets to the clipboard of the terminal that shows this program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TerminalRoute {
    /// Through tmux (`tmux load-buffer -w`).
    Tmux,
    /// By the escape sequence OSC 52.
    Osc52,
}

impl TerminalRoute {
    /// What the way is called on the screen.
    pub fn name(self) -> &'static str {
        match self {
            Self::Tmux => "tmux",
            Self::Osc52 => "OSC 52",
        }
    }
}

/// Why nothing could be copied: a sentence for each way that was tried, in our own words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CopyFailure {
    /// One sentence a way.
    pub reasons: Vec<ServerText>,
}

/// What the system's clipboard holds when it is looked at again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ClipboardContent {
    /// The value that was copied.
    Ours {
        /// When it will be emptied, from now; `None` when it will not be.
        clears_in: Option<Duration>,
    },
    /// Something else, or nothing: another program has copied or cleared.
    Overwritten,
    /// It was emptied when its time had come, or nothing was ever copied.
    Cleared,
    /// It could not be read.
    Unreadable,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ways_are_called_what_people_call_them() {
        assert_eq!([TerminalRoute::Tmux, TerminalRoute::Osc52].map(TerminalRoute::name), ["tmux", "OSC 52"]);
    }
}
