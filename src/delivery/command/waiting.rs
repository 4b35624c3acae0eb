//! Waiting for the command, as a shell's job control wants it: when it is stopped, so are we.

use std::thread;
use std::time::Duration;

use rustix::io::retry_on_intr;
use rustix::process::{Pid, Signal, WaitOptions, WaitStatus, kill_current_process_group, waitpid};

/// How long a signal that was sent to the child and to us alike may take to stop us too. No one notices it.
const TIME_FOR_OUR_OWN_STOP: Duration = Duration::from_millis(25);

/// How a process ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ending {
    /// By itself, with this code.
    Code(i32),
    /// By a signal of this number.
    Signal(i32),
}

/// Waits until `child` has ended. Blocks.
pub(super) fn wait_for_end(child: Pid) -> rustix::io::Result<Ending> {
    loop {
        if let Some(status) = wait(child, WaitOptions::UNTRACED)? {
            if let Some(ending) = ending_of(status) {
                return Ok(ending);
            }
            if let Some(ending) = stop_with(child)? {
                return Ok(ending);
            }
        }
    }
}

/// Stops our process group, so that the shell above us takes the terminal back; its `fg` continues us and the
/// child alike. In a group that no one could continue the system ignores the signal, and the waiting goes on.
///
/// Ctrl-Z stops both at once, and we may hear of the child's stop a moment before our own comes, or only after
/// both were continued. To stop once more then would be a surprise. So our own stop gets time to come, twice:
/// after it the child does not stand any more.
fn stop_with(child: Pid) -> rustix::io::Result<Option<Ending>> {
    for _ in 0..2 {
        thread::sleep(TIME_FOR_OUR_OWN_STOP);
        if let Some(status) = wait(child, WaitOptions::CONTINUED | WaitOptions::NOHANG)? {
            return Ok(ending_of(status));
        }
    }
    kill_current_process_group(Signal::TSTP)?;
    Ok(None)
}

fn wait(child: Pid, options: WaitOptions) -> rustix::io::Result<Option<WaitStatus>> {
    let news = retry_on_intr(|| waitpid(Some(child), options))?;
    Ok(news.map(|(_, status)| status))
}

/// `None` while it only stopped or was continued.
fn ending_of(status: WaitStatus) -> Option<Ending> {
    status.exit_status().map(Ending::Code).or_else(|| status.terminating_signal().map(Ending::Signal))
}
