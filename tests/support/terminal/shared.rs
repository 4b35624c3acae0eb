//! The state that a test shares with the two threads of a terminal.

use std::io::{ErrorKind, Read as _};
use std::num::NonZeroU16;
use std::os::fd::OwnedFd;
use std::process::{Child, ExitStatus};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use pty_process::blocking::Pty;
use rustix::process::{Pid, WaitId, WaitIdOptions, waitid};

pub(super) struct Shared {
    pub(super) state: Mutex<State>,
    pub(super) changed: Condvar,
}

pub(super) struct State {
    pub(super) emulator: vt100::Parser,
    pub(super) output: Vec<u8>,
    pub(super) arrivals: Vec<Arrival>,
    pub(super) output_ended: bool,
    pub(super) exit: Option<ExitStatus>,
}

/// A piece of output: when it arrived, and the length of the output with it.
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

    /// Takes the lock, also after a panic: the state is still worth printing.
    pub(super) fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Releases the lock until something has changed or the time is over.
    pub(super) fn sleep<'state>(
        &self,
        state: MutexGuard<'state, State>,
        time: Duration,
    ) -> MutexGuard<'state, State> {
        self.changed.wait_timeout(state, time).unwrap_or_else(PoisonError::into_inner).0
    }

    /// Waits until `read` returns a value. Fails with the screen at the deadline, or as soon as the program has
    /// exited and nothing can change any more.
    #[track_caller]
    pub(super) fn wait<T>(&self, what: &str, time: Duration, mut read: impl FnMut(&State) -> Option<T>) -> T {
        let deadline = Instant::now() + time;
        let mut state = self.state();
        loop {
            if let Some(value) = read(&state) {
                return value;
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
                // Once the last program has closed the terminal, Linux reports EIO instead of the end of the file.
                Ok(0) | Err(_) => break,
                Ok(length) => length,
            };
            self.state().append_output(&buffer[..length]);
            self.changed.notify_all();
        }
        self.state().output_ended = true;
        self.changed.notify_all();
    }

    /// Waits until the program exits, closes its terminal, and stores its exit status.
    pub(super) fn await_exit(&self, mut child: Child, held_open: OwnedFd) {
        // Wait without reaping, then reap under the lock: no one can signal an ID that is no longer the child's.
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
    pub(super) fn append_output(&mut self, bytes: &[u8]) {
        let at = Instant::now();
        self.emulator.process(bytes);
        self.output.extend_from_slice(bytes);
        self.arrivals.push(Arrival { at, total: self.output.len() });
    }

    /// What a failed test prints: the screen in a frame, the cursor, and whether the program is running.
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

/// A number of rows or columns for the emulator, which has no empty screen.
pub(super) fn extent(number: u16) -> NonZeroU16 {
    NonZeroU16::new(number).unwrap_or(NonZeroU16::MIN)
}
