//! A terminal that is closed, and one that is not read.

use std::fs::{self, File};
use std::io::{Read as _, Write as _};
use std::os::fd::{AsFd as _, OwnedFd};
use std::path::PathBuf;
use std::process::Child;
use std::time::{Duration, Instant};

use pty_process::Size;
use pty_process::blocking::{Command, Pty, open};
use rustix::process::{Pid, Signal, kill_process};
use rustix::termios::{Action, tcflow};

use crate::atlas::{Atlas, PLAIN, PROJECT, SLOW};

/// The program in a terminal whose other end belongs to the test.
struct Started {
    pty: Pty,
    /// The program's end of the terminal.
    end: OwnedFd,
    child: Child,
    /// The file with the standard error, unless it is the terminal.
    stderr: Option<PathBuf>,
}

fn start(atlas: &Atlas, client: &str, stderr: Option<&str>) -> Started {
    let (pty, pts) = open().unwrap();
    pty.resize(Size::new(24, 80)).unwrap();
    let end = pts.as_fd().try_clone_to_owned().unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_atlas-secret"))
        .args(["--project-id", PROJECT, "--client-id", client])
        .env_clear()
        .envs([("TERM", "xterm"), ("LANG", "C.UTF-8")])
        .envs(atlas.with_token());
    let stderr = stderr
        .map(|name| std::env::temp_dir().join(format!("atlas-secret-hang-up-{name}-{}", std::process::id())));
    if let Some(path) = &stderr {
        command = command.stderr(File::create(path).unwrap());
    }
    Started { pty, end, child: command.spawn(pts).unwrap(), stderr }
}

impl Started {
    /// Reads until the footer is shown.
    fn wait_for_form(&mut self) {
        let mut shown = Vec::new();
        let mut buffer = [0; 4096];
        while !String::from_utf8_lossy(&shown).contains("quit") {
            let count = self.pty.read(&mut buffer).unwrap();
            shown.extend_from_slice(&buffer[..count]);
        }
    }

    /// Creates a secret, and waits until Atlas has the request. The spinner writes ten times a second, so that
    /// reading never blocks for long.
    fn create(&mut self, atlas: &Atlas) {
        self.wait_for_form();
        self.pty.write_all(b"\r").unwrap();
        let mut buffer = [0; 4096];
        while atlas.creates() == 0 {
            let _ = self.pty.read(&mut buffer).unwrap();
        }
    }

    fn signal(&self, signal: Signal) {
        kill_process(Pid::from_child(&self.child), signal).unwrap();
    }

    /// The terminal accepts no more output, as after Ctrl-S or if the terminal program hangs.
    fn stop_reading(&self) {
        tcflow(&self.end, Action::OOff).unwrap();
    }

    fn hang_up(mut self) -> (Option<i32>, String) {
        drop((self.pty, self.end));
        let status = self.child.wait().unwrap();
        (status.code(), read_stderr(self.stderr))
    }

    fn end(mut self) -> (Option<i32>, String) {
        let status = self.child.wait().unwrap();
        (status.code(), read_stderr(self.stderr))
    }
}

fn read_stderr(stderr: Option<PathBuf>) -> String {
    let Some(path) = stderr else { return String::new() };
    let text = fs::read_to_string(&path).unwrap();
    fs::remove_file(&path).unwrap();
    text
}

/// The message if nothing was created, if standard error is a file.
fn nothing_created(stderr: Option<&str>) -> String {
    stderr.map_or("", |_| "atlas-secret: Nothing was created.\n").to_owned()
}

#[test]
fn closing_the_terminal_on_the_form_exits_with_129() {
    let atlas = Atlas::start();
    for stderr in [None, Some("form")] {
        let mut started = start(&atlas, PLAIN, stderr);
        started.wait_for_form();
        assert_eq!(started.hang_up(), (Some(129), nothing_created(stderr)), "{stderr:?}");
    }
}

#[test]
fn closing_the_terminal_during_the_post_waits_a_little_for_the_response() {
    for (delay, expected) in [(30, "may have been created"), (1, "never delivered")] {
        let atlas = Atlas::with_delay(delay);
        let mut started = start(&atlas, SLOW, Some(expected));
        started.create(&atlas);
        let begun = Instant::now();
        let (code, stderr) = started.hang_up();
        assert_eq!(code, Some(3), "{stderr}");
        assert!(stderr.contains(SLOW) && stderr.contains(expected), "{stderr}");
        assert!(delay == 1 || begun.elapsed() >= Duration::from_secs(2), "it did not wait");
        assert_eq!(atlas.creates(), 1);
    }
}

#[test]
fn a_terminal_that_is_not_read_blocks_neither_a_signal_nor_a_response() {
    let atlas = Atlas::start();
    for stderr in [None, Some("unread-form")] {
        let mut started = start(&atlas, PLAIN, stderr);
        started.wait_for_form();
        started.stop_reading();
        started.pty.write_all(b"1234").unwrap();
        started.signal(Signal::TERM);
        assert_eq!(started.end(), (Some(143), nothing_created(stderr)), "{stderr:?}");
    }
    let atlas = Atlas::with_delay(1);
    let mut started = start(&atlas, SLOW, Some("unread-post"));
    started.create(&atlas);
    started.stop_reading();
    started.signal(Signal::TERM);
    let (code, stderr) = started.end();
    assert_eq!(code, Some(3), "{stderr}");
    assert!(stderr.contains("atlas-secret: Secret ") && stderr.contains("never delivered"), "{stderr}");
}
