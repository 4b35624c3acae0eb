//! A terminal that really goes away, not only its signal, and one that does not read.

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

/// The program in a terminal whose other end is the test's.
struct Started {
    pty: Pty,
    /// The program's end of the terminal.
    end: OwnedFd,
    child: Child,
    /// What standard error got, where it is not the terminal.
    said: Option<PathBuf>,
}

fn start(atlas: &Atlas, client: &str, said: Option<&str>) -> Started {
    let (pty, pts) = open().unwrap();
    pty.resize(Size::new(24, 80)).unwrap();
    let end = pts.as_fd().try_clone_to_owned().unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_atlas-secret"))
        .args(["--project-id", PROJECT, "--client-id", client])
        .env_clear()
        .envs([("TERM", "xterm"), ("LANG", "C.UTF-8")])
        .envs([
            ("MONGODB_ATLAS_BASE_URL", atlas.url()),
            ("MONGODB_ATLAS_ACCESS_TOKEN", atlas.access_token()),
        ]);
    let said = said
        .map(|name| std::env::temp_dir().join(format!("atlas-secret-hang-up-{name}-{}", std::process::id())));
    if let Some(path) = &said {
        command = command.stderr(File::create(path).unwrap());
    }
    Started { pty, end, child: command.spawn(pts).unwrap(), said }
}

impl Started {
    /// Reads until the footer is there.
    fn wait_for_form(&mut self) {
        let mut shown = Vec::new();
        let mut buffer = [0; 4096];
        while !String::from_utf8_lossy(&shown).contains("quit") {
            let count = self.pty.read(&mut buffer).unwrap();
            shown.extend_from_slice(&buffer[..count]);
        }
    }

    /// Creates, and waits until Atlas has the request. The spinner writes ten times a second, so that reading never
    /// waits for long.
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

    /// The terminal takes nothing more, as after Ctrl-S or when a window's program hangs.
    fn stop_reading(&self) {
        tcflow(&self.end, Action::OOff).unwrap();
    }

    /// Closes the terminal.
    fn hang_up(mut self) -> (Option<i32>, String) {
        drop((self.pty, self.end));
        let status = self.child.wait().unwrap();
        (status.code(), last_words(self.said))
    }

    fn end(mut self) -> (Option<i32>, String) {
        let status = self.child.wait().unwrap();
        (status.code(), last_words(self.said))
    }
}

fn last_words(said: Option<PathBuf>) -> String {
    let Some(path) = said else { return String::new() };
    let words = fs::read_to_string(&path).unwrap();
    fs::remove_file(&path).unwrap();
    words
}

/// The last words where nothing was created, if they were kept.
fn nothing_created(said: Option<&str>) -> String {
    said.map_or("", |_| "atlas-secret: Nothing was created.\n").to_owned()
}

#[test]
fn on_the_form_it_is_a_hang_up_and_no_mistake() {
    let atlas = Atlas::start();
    for said in [None, Some("form")] {
        let mut started = start(&atlas, PLAIN, said);
        started.wait_for_form();
        assert_eq!(started.hang_up(), (Some(129), nothing_created(said)), "{said:?}");
    }
}

#[test]
fn a_request_that_runs_then_is_told_as_perhaps_created() {
    let atlas = Atlas::with_delay(30);
    let mut started = start(&atlas, SLOW, Some("running"));
    started.create(&atlas);
    let begun = Instant::now();
    let (code, said) = started.hang_up();
    assert_eq!(code, Some(3), "{said}");
    assert!(said.contains(SLOW) && said.contains("may have been created"), "{said}");
    assert!(begun.elapsed() >= Duration::from_secs(2), "it waits a little for the answer");
    assert_eq!(atlas.creates(), 1);
}

#[test]
fn an_answer_that_comes_a_little_later_is_taken() {
    let atlas = Atlas::with_delay(1);
    let mut started = start(&atlas, SLOW, Some("late"));
    started.create(&atlas);
    let (code, said) = started.hang_up();
    assert_eq!(code, Some(3), "{said}");
    assert!(said.contains("atlas-secret: Secret ") && said.contains("never delivered"), "{said}");
}

#[test]
fn a_terminal_that_does_not_read_stops_neither_a_signal_nor_an_answer() {
    let atlas = Atlas::start();
    for said in [None, Some("unread-form")] {
        let mut started = start(&atlas, PLAIN, said);
        started.wait_for_form();
        started.stop_reading();
        started.pty.write_all(b"1234").unwrap();
        started.signal(Signal::TERM);
        assert_eq!(started.end(), (Some(143), nothing_created(said)), "{said:?}");
    }
    let atlas = Atlas::with_delay(1);
    let mut started = start(&atlas, SLOW, Some("unread-post"));
    started.create(&atlas);
    started.stop_reading();
    started.signal(Signal::TERM);
    let (code, said) = started.end();
    assert_eq!(code, Some(3), "{said}");
    assert!(said.contains("atlas-secret: Secret ") && said.contains("never delivered"), "{said}");
}
