//! The memory of the program itself, read by the system's own means: once a secret has been left, no copy of it
//! is anywhere, neither as it is nor in base64.

#![cfg(target_os = "linux")]

use std::fs::{self, File};
use std::os::unix::fs::FileExt as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;

use crate::atlas::{Atlas, PLAIN};
use crate::clipboard::{beside, copy};
use crate::display::Display;
use crate::piping::{pipe_to, wait_for_whole_screen};
use crate::program::{contains, create, filled, is_value};
use crate::saving::save;
use crate::support::terminal::Terminal;
use crate::tools::have;

/// Parts of an address space that are the kernel's and cannot be read (proc(5)).
const KERNELS: [&str; 3] = ["[vvar]", "[vvar_vclock]", "[vsyscall]"];

/// Reading the memory of a process that forbids it takes the superuser.
fn may_read_memory() -> bool {
    let may = rustix::process::geteuid().is_root();
    if !may {
        println!("skipped: only the superuser may read the memory of the program");
    }
    may
}

/// Shows the value, and gives it while it stands there.
#[track_caller]
fn reveal(terminal: &mut Terminal) -> String {
    terminal.send("r");
    let mut value = None;
    terminal.wait_until("the whole value", |screen| {
        value = screen.contents().lines().map(str::trim).find(|row| is_value(row)).map(str::to_owned);
        value.is_some()
    });
    value.unwrap()
}

/// What is looked for: the part that differs from secret to secret, as it is and in base64 at whichever of the
/// three offsets it starts.
fn traces(value: &str) -> [(&'static str, Vec<u8>); 4] {
    let tail = &value[value.len() - 24..];
    let encoded = |offset| {
        let text = STANDARD_NO_PAD.encode([&b"\0\0\0"[..offset], tail.as_bytes()].concat());
        // The first and the last group depend on what stands beside it.
        text.as_bytes()[4..text.len() - 4].to_vec()
    };
    [
        ("as it is", tail.as_bytes().to_vec()),
        ("in base64", encoded(0)),
        ("in base64, one on", encoded(1)),
        ("in base64, two on", encoded(2)),
    ]
}

#[test]
fn every_trace_is_one_that_can_be_found() {
    let value = "mdb_sa_sk_FAKE-0123456789-abcdefghijklmnopqrst";
    let traces = traces(value);
    for before in ["", ".", ".."] {
        let text = STANDARD_NO_PAD.encode(format!("{before}{value}."));
        let found =
            traces.iter().filter(|(_, trace)| contains(text.as_bytes(), std::str::from_utf8(trace).unwrap()));
        assert_eq!(found.count(), 1, "{before:?}");
    }
}

/// Where the value stands in the memory of that process.
fn copies_of(value: &str, process: u32) -> Vec<String> {
    let traces = traces(value);
    let memory = File::open(format!("/proc/{process}/mem")).unwrap();
    let maps = fs::read_to_string(format!("/proc/{process}/maps")).unwrap();
    let (mut found, mut read) = (Vec::new(), 0);
    for line in maps.lines() {
        let Some((start, end)) = readable_range(line) else { continue };
        let bytes = readable(&memory, start, usize::try_from(end - start).unwrap());
        read += bytes.len();
        for (how, trace) in &traces {
            let places = bytes.windows(trace.len()).enumerate().filter(|(_, window)| window == trace);
            found.extend(places.map(|(at, _)| format!("{how} at {:x} of {line}", start + at as u64)));
        }
    }
    assert!(read > 1_000_000, "the memory was read");
    found
}

/// What can be read from there on. The end of a block, of the heap above all, may have been given back since its
/// line was read; what stands before it still counts.
fn readable(memory: &File, start: u64, length: usize) -> Vec<u8> {
    let mut bytes = vec![0; length];
    let mut read = 0;
    while read < length {
        match memory.read_at(&mut bytes[read..], start + read as u64) {
            Ok(0) | Err(_) => break,
            Ok(more) => read += more,
        }
    }
    bytes.truncate(read);
    bytes
}

/// The addresses in a line of `/proc/PID/maps`, where they can be read.
fn readable_range(line: &str) -> Option<(u64, u64)> {
    let mut words = line.split_whitespace();
    let (start, end) = words.next()?.split_once('-')?;
    let is_readable = words.next()?.starts_with('r') && !KERNELS.iter().any(|name| line.ends_with(name));
    let number = |digits| u64::from_str_radix(digits, 16).ok();
    is_readable.then_some((number(start)?, number(end)?))
}

/// Waits until the tasks that worked with the value have ended and nothing of it is left.
#[track_caller]
fn assert_forgotten(value: &str, process: u32) {
    let mut left = Vec::new();
    let start = std::time::Instant::now();
    while start.elapsed() < std::time::Duration::from_secs(5) {
        left = copies_of(value, process);
        if left.is_empty() {
            return;
        }
    }
    assert!(left.is_empty(), "{left:#?}");
}

#[test]
fn a_secret_that_was_shown_copied_and_saved_is_forgotten() {
    if !have(&["Xvfb", "xclip"]) || !may_read_memory() {
        return;
    }
    let (display, atlas) = (Display::start(), Atlas::start());
    let mut terminal = beside(&display, &atlas).start();
    create(&mut terminal);
    let value = reveal(&mut terminal);
    assert_ne!(copies_of(&value, terminal.pid()), [""; 0], "it is found while it is shown");
    terminal.send("r");
    terminal.wait_gone(&value);
    let _holder = copy(&mut terminal);
    save(&mut terminal, "secret");
    terminal.wait_for("Saved to ");
    terminal.send("v");
    terminal.wait_for("Atlas accept");
    assert_ne!(copies_of(&value, terminal.pid()), [""; 0], "it is found while it is masked");
    terminal.send("n");
    terminal.wait_for("[ Create secret ]");
    assert_forgotten(&value, terminal.pid());
}

#[test]
fn a_secret_that_was_only_copied_is_forgotten_while_the_clipboard_holds_it() {
    if !have(&["Xvfb", "xclip"]) || !may_read_memory() {
        return;
    }
    let (display, atlas) = (Display::start(), Atlas::start());
    let mut terminal = beside(&display, &atlas).start();
    create(&mut terminal);
    let value = reveal(&mut terminal);
    let _holder = copy(&mut terminal);
    terminal.send("n");
    terminal.wait_for("[ Create secret ]");
    assert_forgotten(&value, terminal.pid());
    assert_eq!(display.paste(), Some(value), "the clipboard is another process's");
}

#[test]
fn a_secret_that_was_sent_and_piped_is_forgotten() {
    if !may_read_memory() {
        return;
    }
    let atlas = Atlas::start();
    let mut terminal = filled(&atlas, PLAIN).start();
    create(&mut terminal);
    let value = reveal(&mut terminal);
    terminal.send("c");
    terminal.wait_for("Sent to your terminal");
    pipe_to(&mut terminal, "sh -c 'cat >/dev/null'");
    wait_for_whole_screen(&mut terminal, "sh read it and exited with 0");
    assert_ne!(copies_of(&value, terminal.pid()), [""; 0], "it is found while it is there");
    terminal.send("n");
    terminal.wait_for("[ Create secret ]");
    assert_forgotten(&value, terminal.pid());
}
