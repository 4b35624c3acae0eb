//! What the test and the two threads behind a terminal share.

use std::io::{ErrorKind, Read as _};
use std::num::NonZeroU16;
use std::os::fd::OwnedFd;
use std::process::{Child, ExitStatus};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use pty_process::blocking::Pty;
use rustix::process::{Pid, WaitId, WaitIdOptions, waitid};

/// What the test and the two threads behind a terminal share.
pub(super) struct Shared {
    pub(super) state: Mutex<State>,
    pub(super) changed: Condvar,
}

/// All that is known of the program and its screen.
pub(super) struct State {
    pub(super) emulator: vt100::Parser,
    pub(super) output: Vec<u8>,
    pub(super) arrivals: Vec<Arrival>,
    pub(super) output_ended: bool,
    pub(super) exit: Option<ExitStatus>,
}

/// One piece of output: when it arrived, and how much there was with it.
pub(super) struct Arrival {
    pub(super) at: Instant,
    pub(super) total: usize,
}

impl Shared {
    pub(super) fn new(rows: u16, columns: u16) -> Self {
        let state = State {
            emulator: vt100::Parser::new(extent(rows), extent(columns), 0),
            output: Vec::new(),
            arrivals: Vec::new(),
            output_ended: false,
            exit: None,
        };
        Self { state: Mutex::new(state), changed: Condvar::new() }
    }

    /// Takes the lock, also after a panic: the state stays worth printing.
    pub(super) fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Gives the lock away until something has changed or the time is over.
    pub(super) fn sleep<'state>(
        &self,
        state: MutexGuard<'state, State>,
        time: Duration,
    ) -> MutexGuard<'state, State> {
        self.changed.wait_timeout(state, time).unwrap_or_else(PoisonError::into_inner).0
    }

    /// Waits until there is an answer. Fails with the screen at the deadline, or as soon as the program has
    /// ended and nothing can change any more.
    #[track_caller]
    pub(super) fn wait<Answer>(
        &self,
        what: &str,
        time: Duration,
        mut answer: impl FnMut(&State) -> Option<Answer>,
    ) -> Answer {
        let deadline = Instant::now() + time;
        let mut state = self.state();
        loop {
            if let Some(answer) = answer(&state) {
                return answer;
            }
            let left = deadline.saturating_duration_since(Instant::now());
            let is_over = state.output_ended && state.exit.is_some();
            assert!(!left.is_zero() && !is_over, "waited in vain for {what}\n{}", state.picture());
            state = self.sleep(state, left);
        }
    }

    /// Feeds the emulator until the program's side of the terminal is closed.
    pub(super) fn read_output(&self, mut pty: &Pty) {
        let mut buffer = [0; 16 * 1024];
        loop {
            let length = match pty.read(&mut buffer) {
                Err(error) if error.kind() == ErrorKind::Interrupted => continue,
                // Linux reports EIO, not the end of a file, once the last program has left the terminal.
                Ok(0) | Err(_) => break,
                Ok(length) => length,
            };
            self.state().take_in(&buffer[..length]);
            self.changed.notify_all();
        }
        self.state().output_ended = true;
        self.changed.notify_all();
    }

    /// Waits for the end of the program, lets go of its terminal, and keeps its exit status.
    pub(super) fn await_exit(&self, mut child: Child, held_open: OwnedFd) {
        // Look first and reap under the lock, so that no one signals a number that is no longer the child's.
        let ended = WaitIdOptions::EXITED | WaitIdOptions::NOWAIT;
        while waitid(WaitId::Pid(Pid::from_child(&child)), ended).err() == Some(rustix::io::Errno::INTR) {}
        drop(held_open);
        let mut state = self.state();
        state.exit = Some(child.wait().expect("the program is a child of the test"));
        drop(state);
        self.changed.notify_all();
    }
}

impl State {
    pub(super) fn take_in(&mut self, bytes: &[u8]) {
        let at = Instant::now();
        self.emulator.process(bytes);
        self.output.extend_from_slice(bytes);
        self.arrivals.push(Arrival { at, total: self.output.len() });
    }

    /// What a failed test shows: the screen in a frame, the cursor, and whether the program still runs.
    pub(super) fn picture(&self) -> String {
        let screen = self.emulator.screen();
        let (row, column) = screen.cursor_position();
        let (_, columns) = screen.size();
        let width = usize::from(columns.get());
        let edge = format!("+{}+", "-".repeat(width));
        let lines: Vec<String> =
            screen.rows(0, columns.get()).map(|line| format!("|{line:width$}|")).collect();
        let program = self.exit.map_or_else(|| "the program runs".to_owned(), |exit| exit.to_string());
        format!("{edge}\n{}\n{edge}\ncursor at {row}, {column}; {program}", lines.join("\n"))
    }
}

/// A number of rows or columns for the emulator, which knows no empty screen.
pub(super) fn extent(number: u16) -> NonZeroU16 {
    NonZeroU16::new(number).unwrap_or(NonZeroU16::MIN)
}
