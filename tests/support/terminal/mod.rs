//! Runs a program in a pseudo-terminal and reads its screen.
//!
//! ```ignore
//! let mut terminal = Terminal::run(env!("CARGO_BIN_EXE_atlas-secret")).arg("--demo").start();
//! terminal.wait_for("Project ID");
//! terminal.send(key::CTRL_C);
//! assert_eq!(terminal.wait_exit().code(), Some(130));
//! ```
//!
//! Each terminal has two threads: one passes the program's output to a terminal emulator, the other waits for the
//! program to exit. Both wake the test, so every wait is for a condition with a deadline, and none is a sleep.
#![expect(missing_docs, reason = "most names say enough")]
#![expect(clippy::expect_used, clippy::panic, reason = "a failed test panics, in this harness, too")]
#![expect(clippy::missing_panics_doc, reason = "everything panics if the terminal misbehaves")]

pub mod key;
mod program;
mod shared;

use std::ffi::OsStr;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::ExitStatus;
use std::sync::Arc;
use std::time::{Duration, Instant};

use pty_process::Size;
use pty_process::blocking::Pty;
pub use rustix::process::Signal;
use rustix::process::{Pid, kill_process};

pub use program::Program;
use shared::{Shared, State, extent};

/// The time limit of a wait: far more than a slow and busy machine needs.
const DEADLINE: Duration = Duration::from_secs(20);

/// The time limit for cleaning up after a program that was killed.
const CLEANUP_DEADLINE: Duration = Duration::from_secs(5);

/// The prompt of [`Terminal::shell`].
pub const PROMPT: &str = "shell> ";

/// A terminal that runs a program. Dropping it kills the program.
pub struct Terminal {
    pty: Arc<Pty>,
    shared: Arc<Shared>,
    process: Pid,
    number: u32,
    started: Instant,
    home: PathBuf,
}

impl Terminal {
    /// Prepares a program to run in a new terminal.
    pub fn run(program: impl AsRef<OsStr>) -> Program {
        Program::new(program.as_ref())
    }

    /// Prepares an interactive shell with job control and the prompt [`PROMPT`].
    ///
    /// A program can only suspend itself under a shell: in an orphaned process group, the system ignores SIGTSTP.
    pub fn shell() -> Program {
        // Without its line editor the shell does not change the terminal's modes.
        Self::run("bash").args(["--noprofile", "--norc", "--noediting", "-i"]).env("PS1", PROMPT)
    }

    #[track_caller]
    pub fn send(&mut self, keys: &str) {
        let sent = (&*self.pty).write_all(keys.as_bytes());
        if let Err(error) = sent {
            panic!("the terminal does not take {keys:?}: {error}\n{}", self.shared.state().picture());
        }
    }

    /// Types these bytes, waits until the screen contains the text, and returns the screen.
    #[track_caller]
    pub fn press(&mut self, keys: &str, text: &str) -> String {
        self.send(keys);
        self.wait_for(text)
    }

    /// Types these bytes, and waits until the screen does not contain the text.
    #[track_caller]
    pub fn press_until_gone(&mut self, keys: &str, text: &str) {
        self.send(keys);
        self.wait_gone(text);
    }

    /// Types these bytes, and waits until the program exits with this code.
    #[track_caller]
    pub fn leave(&mut self, keys: &str, code: i32) {
        self.send(keys);
        assert_eq!(self.wait_exit().code(), Some(code), "{}", self.screen());
    }

    /// Pastes the text as a terminal with bracketed paste does.
    #[track_caller]
    pub fn paste(&mut self, text: &str) {
        self.send(&format!("\x1b[200~{text}\x1b[201~"));
    }

    /// Resizes the terminal. The program gets a SIGWINCH.
    pub fn resize(&mut self, rows: u16, columns: u16) {
        // Resize the emulator first: the program redraws for the new size at once.
        let (new_rows, new_columns) = (extent(rows), extent(columns));
        self.shared.state().emulator.set_size(new_rows, new_columns);
        self.pty.resize(Size::new(rows, columns)).expect("the terminal takes its size");
    }

    /// Makes the terminal report a size that it does not have.
    pub fn set_reported_size(&mut self, rows: u16, columns: u16) {
        self.pty.resize(Size::new(rows, columns)).expect("the terminal takes its size");
    }

    /// Waits until the screen contains the text, and returns the screen.
    #[track_caller]
    pub fn wait_for(&mut self, text: &str) -> String {
        let mut seen = String::new();
        self.wait_until(&format!("{text:?} on the screen"), |screen| {
            seen = screen.contents();
            seen.contains(text)
        });
        seen
    }

    /// Asserts that the screen contains the text.
    #[track_caller]
    pub fn shows(&self, text: &str) {
        let screen = self.screen();
        assert!(screen.contains(text), "{text:?} is not in\n{screen}");
    }

    /// Waits until the screen does not contain the text.
    #[track_caller]
    pub fn wait_gone(&mut self, text: &str) {
        self.wait_until(&format!("{text:?} gone from the screen"), |screen| {
            !screen.contents().contains(text)
        });
    }

    /// Waits until a shell owns the terminal again.
    #[track_caller]
    pub fn wait_for_prompt(&mut self) {
        self.wait_until("the prompt of the shell", |screen| {
            !screen.alternate_screen() && screen.contents().trim_end().ends_with(PROMPT.trim())
        });
    }

    /// Waits until the condition holds. `what` describes it in the error.
    #[track_caller]
    pub fn wait_until(&mut self, what: &str, mut condition: impl FnMut(&vt100::Screen) -> bool) {
        self.shared.wait(what, DEADLINE, |state| condition(state.emulator.screen()).then_some(()));
    }

    /// Waits until the program has written nothing for this long. Only for benchmarks: a test waits for what it
    /// expects to see.
    #[track_caller]
    pub fn wait_quiet(&mut self, window: Duration) {
        let deadline = Instant::now() + DEADLINE;
        let mut state = self.shared.state();
        loop {
            let last = state.arrivals.last().map_or(self.started, |arrival| arrival.at);
            let now = Instant::now();
            let Some(left) = window.checked_sub(now.duration_since(last)).filter(|left| !left.is_zero())
            else {
                return;
            };
            assert!(now < deadline, "the program never stops writing\n{}", state.picture());
            state = self.shared.sleep(state, left);
        }
    }

    /// Waits until the program has written more than `length` bytes in all, and returns when that happened.
    #[track_caller]
    pub fn wait_output_beyond(&mut self, length: usize) -> Instant {
        self.shared.wait(&format!("more than {length} bytes of output"), DEADLINE, |state| {
            state
                .arrivals
                .iter()
                .rev()
                .take_while(|arrival| arrival.total > length)
                .last()
                .map(|first| first.at)
        })
    }

    /// Waits until the program has exited and all its output has been read.
    #[track_caller]
    pub fn wait_exit(&mut self) -> ExitStatus {
        self.shared
            .wait("the end of the program", DEADLINE, |state| state.exit.filter(|_| state.output_ended))
    }

    pub fn screen(&self) -> String {
        self.inspect(vt100::Screen::contents)
    }

    /// The row and column of the cursor, from zero.
    pub fn cursor(&self) -> (u16, u16) {
        self.inspect(vt100::Screen::cursor_position)
    }

    pub fn is_alternate_screen(&self) -> bool {
        self.inspect(vt100::Screen::alternate_screen)
    }

    pub fn hides_cursor(&self) -> bool {
        self.inspect(vt100::Screen::hide_cursor)
    }

    pub fn bracketed_paste(&self) -> bool {
        self.inspect(vt100::Screen::bracketed_paste)
    }

    /// Whether any cell matches: `any_cell(vt100::Cell::bold)`.
    pub fn any_cell(&self, is_like_this: impl Fn(&vt100::Cell) -> bool) -> bool {
        self.inspect(|screen| {
            let (rows, columns) = screen.size();
            let mut places =
                (0..rows.get()).flat_map(|row| (0..columns.get()).map(move |column| (row, column)));
            places.any(|(row, column)| screen.cell(row, column).is_some_and(&is_like_this))
        })
    }

    pub fn has_color(&self) -> bool {
        self.any_cell(|cell| [cell.fgcolor(), cell.bgcolor()] != [vt100::Color::Default; 2])
    }

    pub fn inspect<T>(&self, read: impl FnOnce(&vt100::Screen) -> T) -> T {
        read(self.shared.state().emulator.screen())
    }

    /// All bytes that the program has written to the terminal.
    pub fn output(&self) -> Vec<u8> {
        self.shared.state().output.clone()
    }

    pub fn output_length(&self) -> usize {
        self.shared.state().output.len()
    }

    pub fn started(&self) -> Instant {
        self.started
    }

    /// The home directory of the program. It is removed with the terminal.
    pub fn home(&self) -> &Path {
        &self.home
    }

    pub fn pid(&self) -> u32 {
        self.number
    }

    /// Sends the program a signal, unless it has exited.
    pub fn signal(&self, signal: Signal) {
        // The lock keeps the process from being reaped, so that the ID stays valid.
        let state = self.shared.state();
        if state.exit.is_none() {
            kill_process(self.process, signal).expect("the program takes a signal");
        }
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        let state = self.shared.state();
        if state.exit.is_none() {
            // Ignore an error: a panic here would hide the original one.
            let _ = kill_process(self.process, Signal::KILL);
        }
        let still_busy = |state: &mut State| state.exit.is_none() || !state.output_ended;
        drop(self.shared.changed.wait_timeout_while(state, CLEANUP_DEADLINE, still_busy));
        let _ = fs::remove_dir_all(&self.home);
    }
}
