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

use std::ffi::OsStr;
use std::fs;
use std::io::{ErrorKind, Read as _, Write as _};
use std::num::NonZeroU16;
use std::os::fd::{AsFd as _, OwnedFd};
use std::path::{Path, PathBuf};
use std::process::{Child, ExitStatus, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use pty_process::Size;
use pty_process::blocking::{Command, Pty, open};
pub use rustix::process::Signal;
use rustix::process::{Pid, WaitId, WaitIdOptions, kill_process, waitid};

/// How long a wait may take before it fails: far more than a slow and busy machine needs.
const DEADLINE: Duration = Duration::from_secs(20);

/// How long the end of a terminal may take to clean up after a program that was killed.
const FAREWELL: Duration = Duration::from_secs(5);

/// What [`Terminal::shell`] writes when it is ready for a command line.
pub const PROMPT: &str = "shell> ";

/// What a terminal sends for the keys that have no character of their own.
pub mod key {
    /// Enter.
    pub const ENTER: &str = "\r";
    /// Escape.
    pub const ESC: &str = "\x1b";
    /// Tab.
    pub const TAB: &str = "\t";
    /// Shift and Tab.
    pub const SHIFT_TAB: &str = "\x1b[Z";
    /// Backspace.
    pub const BACKSPACE: &str = "\x7f";
    /// Delete.
    pub const DELETE: &str = "\x1b[3~";
    /// Arrow up.
    pub const UP: &str = "\x1b[A";
    /// Arrow down.
    pub const DOWN: &str = "\x1b[B";
    /// Arrow right.
    pub const RIGHT: &str = "\x1b[C";
    /// Arrow left.
    pub const LEFT: &str = "\x1b[D";
    /// Home.
    pub const HOME: &str = "\x1b[H";
    /// End.
    pub const END: &str = "\x1b[F";
    /// Page up.
    pub const PAGE_UP: &str = "\x1b[5~";
    /// Page down.
    pub const PAGE_DOWN: &str = "\x1b[6~";
    /// F1.
    pub const F1: &str = "\x1bOP";
    /// F2.
    pub const F2: &str = "\x1bOQ";
    /// Control and A.
    pub const CTRL_A: &str = "\x01";
    /// Control and C.
    pub const CTRL_C: &str = "\x03";
    /// Control and D.
    pub const CTRL_D: &str = "\x04";
    /// Control and E.
    pub const CTRL_E: &str = "\x05";
    /// Control and K.
    pub const CTRL_K: &str = "\x0b";
    /// Control and L.
    pub const CTRL_L: &str = "\x0c";
    /// Control and O.
    pub const CTRL_O: &str = "\x0f";
    /// Control and S.
    pub const CTRL_S: &str = "\x13";
    /// Control and U.
    pub const CTRL_U: &str = "\x15";
    /// Control and W.
    pub const CTRL_W: &str = "\x17";
    /// Control and Z.
    pub const CTRL_Z: &str = "\x1a";
}

/// A program about to be started in a terminal of its own.
///
/// Its environment is clean: `PATH`, `TERM`, `LANG`, `TZ`, and a `HOME` that is an empty directory, which is
/// also where it runs.
#[must_use]
pub struct Program {
    command: Command,
    home: PathBuf,
    rows: u16,
    columns: u16,
}

impl Program {
    fn new(program: &OsStr) -> Self {
        let home = empty_directory();
        let command = Command::new(program)
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_else(|| "/usr/bin:/bin".into()))
            .env("HOME", &home)
            .env("TERM", "xterm-256color")
            .env("LANG", "C.UTF-8")
            .env("TZ", "Europe/Berlin")
            .current_dir(&home);
        Self { command, home, rows: 24, columns: 80 }
    }

    /// Adds one argument.
    pub fn arg(mut self, argument: impl AsRef<OsStr>) -> Self {
        self.command = self.command.arg(argument);
        self
    }

    /// Adds several arguments.
    pub fn args<Argument: AsRef<OsStr>>(mut self, arguments: impl IntoIterator<Item = Argument>) -> Self {
        self.command = self.command.args(arguments);
        self
    }

    /// Sets an environment variable.
    pub fn env(mut self, name: &str, value: impl AsRef<OsStr>) -> Self {
        self.command = self.command.env(name, value);
        self
    }

    /// Takes one of the few environment variables away again.
    pub fn env_remove(mut self, name: &str) -> Self {
        self.command = self.command.env_remove(name);
        self
    }

    /// Gives the terminal another size than 24 rows of 80 columns.
    pub fn size(mut self, rows: u16, columns: u16) -> Self {
        (self.rows, self.columns) = (rows, columns);
        self
    }

    /// Connects standard input to something else; the terminal stays the controlling one.
    pub fn stdin_from(mut self, source: impl Into<Stdio>) -> Self {
        self.command = self.command.stdin(source);
        self
    }

    /// Connects standard output to something else; the terminal stays the controlling one.
    pub fn stdout_to(mut self, target: impl Into<Stdio>) -> Self {
        self.command = self.command.stdout(target);
        self
    }

    /// Connects standard error to something else, so that it does not end up on the screen.
    pub fn stderr_to(mut self, target: impl Into<Stdio>) -> Self {
        self.command = self.command.stderr(target);
        self
    }

    /// The directory that is the program's home, for files that have to lie there beforehand.
    pub fn home(&self) -> &Path {
        &self.home
    }

    /// Starts the program.
    pub fn start(self) -> Terminal {
        let (pty, program_side) = open().expect("a pseudo-terminal");
        pty.resize(Size::new(self.rows, self.columns)).expect("the size is set before the program can ask");
        let shared = Arc::new(Shared::new(self.rows, self.columns));
        let pty = Arc::new(pty);

        // Held until the program's end, or a program that opens its terminal only later would find the reader
        // gone: without one open descriptor a terminal counts as closed.
        let held_open = program_side.as_fd().try_clone_to_owned().expect("another descriptor");

        let started = Instant::now();
        let child = self.command.spawn(program_side).expect("the program starts");
        let terminal = Terminal {
            pty: Arc::clone(&pty),
            shared: Arc::clone(&shared),
            process: Pid::from_child(&child),
            number: child.id(),
            started,
            home: self.home,
        };
        let for_exit = Arc::clone(&shared);
        thread::spawn(move || shared.read_output(&pty));
        thread::spawn(move || for_exit.await_exit(child, held_open));
        terminal
    }
}

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
    /// A program that suspends itself needs a shell above it: in a process group that nobody can continue,
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

/// What the test and the two threads behind a terminal share.
struct Shared {
    state: Mutex<State>,
    changed: Condvar,
}

/// All that is known of the program and its screen.
struct State {
    emulator: vt100::Parser,
    output: Vec<u8>,
    arrivals: Vec<Arrival>,
    output_ended: bool,
    exit: Option<ExitStatus>,
}

/// One piece of output: when it arrived, and how much there was with it.
struct Arrival {
    at: Instant,
    total: usize,
}

impl Shared {
    fn new(rows: u16, columns: u16) -> Self {
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
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Gives the lock away until something has changed or the time is over.
    fn sleep<'state>(&self, state: MutexGuard<'state, State>, time: Duration) -> MutexGuard<'state, State> {
        self.changed.wait_timeout(state, time).unwrap_or_else(PoisonError::into_inner).0
    }

    /// Waits until there is an answer. Fails with the screen at the deadline, or as soon as the program has
    /// ended and nothing can change any more.
    #[track_caller]
    fn wait<Answer>(
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
    fn read_output(&self, mut pty: &Pty) {
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
    fn await_exit(&self, mut child: Child, held_open: OwnedFd) {
        // Look first and reap under the lock, so that nobody signals a number that is no longer the child's.
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
    fn take_in(&mut self, bytes: &[u8]) {
        let at = Instant::now();
        self.emulator.process(bytes);
        self.output.extend_from_slice(bytes);
        self.arrivals.push(Arrival { at, total: self.output.len() });
    }

    /// What a failed test shows: the screen in a frame, the cursor, and whether the program still runs.
    fn picture(&self) -> String {
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
fn extent(number: u16) -> NonZeroU16 {
    NonZeroU16::new(number).unwrap_or(NonZeroU16::MIN)
}

/// A new empty directory below the build's directory for temporary files.
fn empty_directory() -> PathBuf {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let name = format!("home-{}-{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
    let directory = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    // An earlier process that was killed may have had the same number and left its directory.
    let _ = fs::remove_dir_all(&directory);
    fs::create_dir_all(&directory).expect("an empty directory");
    directory
}
