//! What the clipboard process inherits, and what it must not.

use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::process::{Command, Stdio};

use crate::display::Display;
use crate::program::Program;
use crate::tools::{Running, have, wait_for};

/// An unprivileged user, for what cannot be tested as root.
pub const AS_NOBODY: [&str; 6] =
    ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "--no-new-privs", "--"];

/// Whether the tests run as root.
pub fn is_root() -> bool {
    rustix::process::geteuid().is_root()
}

#[test]
fn the_clipboard_process_has_no_secrets_in_arguments_or_variables() {
    let Some(display) = Display::start() else { return };
    let mut program = Program::start(&[
        ("DISPLAY", &display.name),
        ("MONGODB_ATLAS_CLIENT_SECRET", "mdb_sa_sk_fake_credential"),
        ("MONGODB_ATLAS_PRIVATE_API_KEY", "fake-key"),
    ]);
    program.copy();
    let holder = program.clipboard_process();
    assert_eq!(holder.read("cmdline").unwrap(), b"atlas-secret\0hold-clipboard\0");
    let Some(variables) = holder.read("environ") else {
        return println!("skipped: only root can read the environment of the process");
    };
    let variables = String::from_utf8(variables).unwrap();
    assert!(variables.contains(&format!("DISPLAY={}", display.name)), "{variables}");
    assert!(!variables.contains("MONGODB_ATLAS"), "{variables}");
    assert!(!variables.contains("fake"), "{variables}");
}

#[test]
fn the_clipboard_process_has_its_own_session_and_no_inherited_files() {
    let Some(display) = Display::start() else { return };
    let (_terminal, other_end) = pty_process::blocking::open().unwrap();
    let mut program = Program::start_on(other_end, &[("DISPLAY", &display.name)]);
    program.copy();
    let holder = program.clipboard_process();
    assert!(holder.leads_a_session());
    let Some(folder) = holder.link("cwd") else {
        return println!("skipped: only root can see the open files of the process");
    };
    assert_eq!(folder, Path::new("/"));
    for output in ["fd/1", "fd/2"] {
        assert_eq!(holder.link(output).unwrap(), Path::new("/dev/null"), "{output}");
    }
    assert!(holder.link("fd/0").unwrap().to_string_lossy().starts_with("socket:"));
}

#[test]
fn other_programs_of_the_user_cannot_read_the_memory_of_the_clipboard_process() {
    let Some(display) = Display::start().filter(|_| !is_root() || have(&["setpriv"])) else { return };
    let starter: &[&str] = if is_root() { &AS_NOBODY } else { &[] };
    let mut program = Program::start_by(starter, &[("DISPLAY", &display.name)]);
    program.copy();
    // The `/proc` files of an undumpable process belong to root (`proc(5)`).
    let owner = program.clipboard_process().file("environ").metadata().unwrap().uid();
    assert_eq!(owner, 0);
}

#[test]
fn a_user_cannot_start_the_clipboard_process() {
    let (_terminal, other_end) = pty_process::blocking::open().unwrap();
    let by_hand = pty_process::blocking::Command::new(env!("CARGO_BIN_EXE_atlas-secret"))
        .arg("hold-clipboard")
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn(other_end)
        .unwrap();
    refused(by_hand);
    let from_nowhere = Command::new(env!("CARGO_BIN_EXE_atlas-secret"))
        .arg("hold-clipboard")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    refused(from_nowhere);
}

fn refused(child: std::process::Child) {
    let mut running = Running(child);
    let status = wait_for("the program to end", || running.0.try_wait().unwrap());
    assert_eq!(status.code(), Some(2));
    let message = std::io::read_to_string(running.0.stderr.take().unwrap()).unwrap();
    assert_eq!(message, "atlas-secret: hold-clipboard is internal: atlas-secret starts it by itself\n");
    assert_eq!(std::io::read_to_string(running.0.stdout.take().unwrap()).unwrap(), "");
}
