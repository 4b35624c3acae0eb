//! Starts a program in a terminal.

#![expect(missing_docs, reason = "most names say enough")]
use std::ffi::OsStr;
use std::fs;
use std::os::fd::AsFd as _;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread;
use std::time::Instant;

use pty_process::Size;
use pty_process::blocking::{Command, open};
use rustix::process::Pid;

use super::Terminal;
use super::shared::Shared;

/// A program to be started in a new terminal.
///
/// Its environment is clean: `PATH`, `TERM`, `LANG`, `TZ`, and a `HOME` that is an empty directory, in which it also
/// runs.
#[must_use]
pub struct Program {
    command: Command,
    home: PathBuf,
    rows: u16,
    columns: u16,
}

/// The program with default signal handling, as a shell starts it. Tests that run in the background may ignore some
/// signals, which children inherit.
fn with_default_signals(program: &OsStr) -> Command {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let ignored = status.lines().find_map(|line| line.strip_prefix("SigIgn:\t"));
    let ignored = ignored.and_then(|mask| u64::from_str_radix(mask, 16).ok()).unwrap_or_default();
    // HUP, INT, QUIT and TERM. Rust's runtime ignores SIGPIPE, and resets it in its children.
    if ignored & 0b100_0000_0000_0111 == 0 {
        return Command::new(program);
    }
    // By its full path, because a test may set another PATH.
    Command::new("/usr/bin/env").arg("--default-signal").arg(program)
}

impl Program {
    pub(super) fn new(program: &OsStr) -> Self {
        let home = empty_directory();
        let command = with_default_signals(program)
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_else(|| "/usr/bin:/bin".into()))
            .env("HOME", &home)
            .env("TERM", "xterm-256color")
            .env("LANG", "C.UTF-8")
            .env("TZ", "Europe/Berlin")
            .current_dir(&home);
        Self { command, home, rows: 24, columns: 80 }
    }

    pub fn arg(mut self, argument: impl AsRef<OsStr>) -> Self {
        self.command = self.command.arg(argument);
        self
    }

    pub fn args<Argument: AsRef<OsStr>>(mut self, arguments: impl IntoIterator<Item = Argument>) -> Self {
        self.command = self.command.args(arguments);
        self
    }

    pub fn env(mut self, name: &str, value: impl AsRef<OsStr>) -> Self {
        self.command = self.command.env(name, value);
        self
    }

    pub fn envs<Value: AsRef<OsStr>>(
        self,
        variables: impl IntoIterator<Item = (&'static str, Value)>,
    ) -> Self {
        variables.into_iter().fold(self, |program, (name, value)| program.env(name, value))
    }

    /// Sets the size of the terminal. The default is 24 rows of 80 columns.
    pub fn size(mut self, rows: u16, columns: u16) -> Self {
        (self.rows, self.columns) = (rows, columns);
        self
    }

    /// Redirects standard input. The controlling terminal stays the same.
    pub fn stdin_from(mut self, source: impl Into<Stdio>) -> Self {
        self.command = self.command.stdin(source);
        self
    }

    /// Redirects standard output. The controlling terminal stays the same.
    pub fn stdout_to(mut self, target: impl Into<Stdio>) -> Self {
        self.command = self.command.stdout(target);
        self
    }

    /// Redirects standard error, so that it does not appear on the screen.
    pub fn stderr_to(mut self, target: impl Into<Stdio>) -> Self {
        self.command = self.command.stderr(target);
        self
    }

    /// The home directory of the program, to put files into it before the start.
    pub fn home(&self) -> &Path {
        &self.home
    }

    /// Starts the program, and waits until the screen contains the text.
    #[track_caller]
    pub fn start_showing(self, text: &str) -> Terminal {
        let mut terminal = self.start();
        terminal.wait_for(text);
        terminal
    }

    pub fn start(self) -> Terminal {
        let (pty, program_side) = open().expect("a pseudo-terminal");
        pty.resize(Size::new(self.rows, self.columns)).expect("the size is set before the program can ask");
        let shared = Arc::new(Shared::new(self.rows, self.columns));
        let pty = Arc::new(pty);

        // Kept open until the program exits. Without an open descriptor the terminal would count as closed, and the
        // reader would be gone before a program opens its terminal.
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

/// Creates an empty directory in the build's directory for temporary files.
fn empty_directory() -> PathBuf {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let name = format!("home-{}-{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
    let directory = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    // An earlier process with the same ID may have been killed and left its directory.
    let _ = fs::remove_dir_all(&directory);
    fs::create_dir_all(&directory).expect("an empty directory");
    directory
}
