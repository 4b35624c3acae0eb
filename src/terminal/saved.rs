//! What a command may change in the terminal: its modes and its foreground process group. They are kept before a command
//! gets the terminal, and put back after it, because a command that is killed leaves them as they are.
//!
//! **Invariant:** a terminal that another process group uses by now, such as the shell's after `bg`, is not touched.

use std::fs::File;

use nix::sys::signal::{SigSet, Signal};
use rustix::process::{Pid, getpgid, getpgrp, getsid, test_kill_process_group};
use rustix::termios::{OptionalActions, Termios, tcgetattr, tcgetpgrp, tcsetattr, tcsetpgrp};

/// False in the process group of the session's leader: no shell above it can move it to the background.
fn has_shell_with_job_control() -> bool {
    getsid(None).and_then(|leader| getpgid(Some(leader))) != Ok(getpgrp())
}

pub(super) struct SavedState {
    modes: Option<Termios>,
    /// This process group, if it was in the foreground.
    foreground: Option<Pid>,
}

impl SavedState {
    pub fn of(terminal: &File) -> Self {
        let own = getpgrp();
        let foreground = tcgetpgrp(terminal).ok().filter(|group| *group == own);
        Self { modes: tcgetattr(terminal).ok(), foreground }
    }

    /// Errors are ignored: the terminal may be gone.
    pub fn restore(&self, terminal: &File) {
        let is_free = |group| {
            group == getpgrp() || test_kill_process_group(group).is_err() || !has_shell_with_job_control()
        };
        if !tcgetpgrp(terminal).map_or(true, is_free) {
            return;
        }
        // A process in the background that changes its terminal gets SIGTTOU, which would stop it.
        let stop = SigSet::from(Signal::SIGTTOU);
        let is_blocked = stop.thread_block().is_ok();
        if let Some(group) = self.foreground {
            let _ = tcsetpgrp(terminal, group);
        }
        if let Some(modes) = &self.modes {
            let _ = tcsetattr(terminal, OptionalActions::Now, modes);
        }
        if is_blocked {
            let _ = stop.thread_unblock();
        }
    }
}
