//! Runs a program in a real pseudo-terminal and looks at its screen the way a person does.
//!
//! ```ignore
//! let mut terminal = Terminal::run(env!("CARGO_BIN_EXE_atlas-secret")).arg("--demo").start();
//! terminal.wait_for("Project ID");
//! terminal.send(key::CTRL_C);
//! assert_eq!(terminal.wait_exit().code(), Some(130));
//! ```
//!
//! Two threads stand behind each terminal: one feeds what the program writes to a terminal emulator, one
//! waits for the program's end. Both wake the waiting test, so every wait is for a condition with a deadline
//! and none is a sleep.
#![expect(clippy::expect_used, clippy::panic, reason = "a test fails by a panic, also inside its harness")]
#![expect(clippy::missing_panics_doc, reason = "all of it panics when the terminal does not do as it should")]

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

/// How long a wait may take before it fails: far more than a slow and busy machine needs.
const DEADLINE: Duration = Duration::from_secs(20);

/// How long the end of a terminal may take to clean up after a program that was killed.
const FAREWELL: Duration = Duration::from_secs(5);

/// What [`Terminal::shell`] writes when it is ready for a command line.
pub const PROMPT: &str = "shell> ";

/// A terminal in which a program runs. The program is killed when this is dropped.
pub struct Terminal {
    pty: Arc<Pty>,
    shared: Arc<Shared>,
    process: Pid,
    number: u32,
    started: Instant,
    home: PathBuf,
}

impl Terminal {
    /// Prepares a program to run in a terminal of its own.
    pub fn run(program: impl AsRef<OsStr>) -> Program {
        Program::new(program.as_ref())
    }

    /// Prepares an interactive shell with job control, which says [`PROMPT`] when it is ready.
    ///
    /// A program that suspends itself needs a shell above it: in a process group that no one can continue,
    /// the system ignores SIGTSTP.
    pub fn shell() -> Program {
        // Without its line editor the shell leaves the terminal's modes to the program under test.
        Self::run("bash").args(["--noprofile", "--norc", "--noediting", "-i"]).env("PS1", PROMPT)
    }

    /// Types these bytes.
    #[track_caller]
    pub fn send(&mut self, keys: &str) {
        let sent = (&*self.pty).write_all(keys.as_bytes());
        if let Err(error) = sent {
            panic!("the terminal does not take {keys:?}: {error}\n{}", self.shared.state().picture());
        }
    }

    /// Pastes the text as a terminal with bracketed paste does: as one piece, marked at both ends.
    #[track_caller]
    pub fn paste(&mut self, text: &str) {
        self.send(&format!("\x1b[200~{text}\x1b[201~"));
    }

    /// Changes the size of the terminal, which the program hears of by SIGWINCH.
    pub fn resize(&mut self, rows: u16, columns: u16) {
        // First here: what the program draws in answer has to meet a screen of the new size.
        let (new_rows, new_columns) = (extent(rows), extent(columns));
        self.shared.state().emulator.set_size(new_rows, new_columns);
        self.pty.resize(Size::new(rows, columns)).expect("the terminal takes its size");
    }

    /// Lets the terminal report another size than it has.
    pub fn set_reported_size(&mut self, rows: u16, columns: u16) {
        self.pty.resize(Size::new(rows, columns)).expect("the terminal takes its size");
    }

    /// Waits until the screen contains the text, and gives the screen as it was then.
    #[track_caller]
    pub fn wait_for(&mut self, text: &str) -> String {
        let mut seen = String::new();
        self.wait_until(&format!("{text:?} on the screen"), |screen| {
            seen = screen.contents();
            seen.contains(text)
        });
        seen
    }

    /// Waits until the screen does not contain the text.
    #[track_caller]
    pub fn wait_gone(&mut self, text: &str) {
        self.wait_until(&format!("{text:?} gone from the screen"), |screen| {
            !screen.contents().contains(text)
        });
    }

    /// Waits until the condition holds for the screen; `what` names it when it never does.
    #[track_caller]
    pub fn wait_until(&mut self, what: &str, mut condition: impl FnMut(&vt100::Screen) -> bool) {
        self.shared.wait(what, DEADLINE, |state| condition(state.emulator.screen()).then_some(()));
    }

    /// Waits until the program has written nothing for this long. For measuring only: a test waits for what
    /// it expects to see.
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

    /// Waits until the program has written more than `length` bytes in all, and says when that arrived.
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

    /// Waits for the end of the program, by which time all that it wrote has been read.
    #[track_caller]
    pub fn wait_exit(&mut self) -> ExitStatus {
        self.shared
            .wait("the end of the program", DEADLINE, |state| state.exit.filter(|_| state.output_ended))
    }

    /// The text on the screen.
    pub fn screen(&self) -> String {
        self.look(vt100::Screen::contents)
    }

    /// The row and column of the cursor, from zero.
    pub fn cursor(&self) -> (u16, u16) {
        self.look(vt100::Screen::cursor_position)
    }

    /// Whether the program has put its own screen in front of the shell's.
    pub fn is_alternate_screen(&self) -> bool {
        self.look(vt100::Screen::alternate_screen)
    }

    /// Whether the cursor is hidden.
    pub fn hides_cursor(&self) -> bool {
        self.look(vt100::Screen::hide_cursor)
    }

    /// Whether the program has asked for pastes to be marked.
    pub fn bracketed_paste(&self) -> bool {
        self.look(vt100::Screen::bracketed_paste)
    }

    /// Whether a cell of the screen is like this: `any_cell(vt100::Cell::bold)`.
    pub fn any_cell(&self, is_like_this: impl Fn(&vt100::Cell) -> bool) -> bool {
        self.look(|screen| {
            let (rows, columns) = screen.size();
            let mut places =
                (0..rows.get()).flat_map(|row| (0..columns.get()).map(move |column| (row, column)));
            places.any(|(row, column)| screen.cell(row, column).is_some_and(&is_like_this))
        })
    }

    /// Whether a cell of the screen has a colour other than the terminal's own two.
    pub fn has_colour(&self) -> bool {
        self.any_cell(|cell| [cell.fgcolor(), cell.bgcolor()] != [vt100::Color::Default; 2])
    }

    /// Looks at whatever else the emulator knows of the screen.
    pub fn look<Answer>(&self, question: impl FnOnce(&vt100::Screen) -> Answer) -> Answer {
        question(self.shared.state().emulator.screen())
    }

    /// Every byte that the program wrote to the terminal so far.
    pub fn output(&self) -> Vec<u8> {
        self.shared.state().output.clone()
    }

    /// How many bytes the program wrote to the terminal so far.
    pub fn output_length(&self) -> usize {
        self.shared.state().output.len()
    }

    /// When the program was started.
    pub fn started(&self) -> Instant {
        self.started
    }

    /// The directory that is the program's home. It goes when the terminal does.
    pub fn home(&self) -> &Path {
        &self.home
    }

    /// The number of the process.
    pub fn pid(&self) -> u32 {
        self.number
    }

    /// Sends the program a signal; one that has ended already gets none.
    pub fn signal(&self, signal: Signal) {
        // Under the lock the process cannot be reaped, so the number is still its own.
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
            // A failure leaves nothing to do here: a panic would hide the one that is under way.
            let _ = kill_process(self.process, Signal::KILL);
        }
        let still_busy = |state: &mut State| state.exit.is_none() || !state.output_ended;
        drop(self.shared.changed.wait_timeout_while(state, FAREWELL, still_busy));
        let _ = fs::remove_dir_all(&self.home);
    }
}
