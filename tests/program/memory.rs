//! The memory of the program: after a secret is closed, no copy of it is left, neither plain nor in base64.

#![cfg(target_os = "linux")]

use std::fs::{self, File};
use std::os::unix::fs::FileExt as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;

use crate::atlas::{Atlas, PLAIN};
use crate::clipboard::{copy, on_display};
use crate::display::Display;
use crate::piping::{pipe_to, wait_for_whole_screen};
use crate::program::{contains, created, filled, reveal, traces};
use crate::saving::save;

/// Mappings of the kernel that cannot be read (`proc(5)`).
const KERNEL_MAPPINGS: [&str; 3] = ["[vvar]", "[vvar_vclock]", "[vsyscall]"];

/// Only root can read the memory of a process that protects it.
fn can_read_memory() -> bool {
    let is_root = rustix::process::geteuid().is_root();
    if !is_root {
        println!("skipped: only root can read the memory of the program");
    }
    is_root
}

#[test]
fn each_encoding_of_the_value_can_be_found() {
    let value = "mdb_sa_sk_FAKE-0123456789-abcdefghijklmnopqrst";
    let traces = traces(value);
    for before in ["", ".", ".."] {
        let text = STANDARD_NO_PAD.encode(format!("{before}{value}."));
        let found = traces.iter().filter(|(_, trace)| contains(text.as_bytes(), trace));
        assert_eq!(found.count(), 1, "{before:?}");
    }
}

/// Where the value is in the memory of the process.
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

/// The readable bytes of a mapping. Its end, especially of the heap, may have been unmapped since the list of
/// mappings was read.
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

/// The addresses in a line of `/proc/PID/maps`, if they can be read.
fn readable_range(line: &str) -> Option<(u64, u64)> {
    let mut fields = line.split_whitespace();
    let (start, end) = fields.next()?.split_once('-')?;
    let is_readable =
        fields.next()?.starts_with('r') && !KERNEL_MAPPINGS.iter().any(|name| line.ends_with(name));
    let number = |digits| u64::from_str_radix(digits, 16).ok();
    is_readable.then_some((number(start)?, number(end)?))
}

/// Waits until the tasks that used the value have ended and no copy is left.
#[track_caller]
fn assert_wiped(value: &str, process: u32) {
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
fn a_secret_that_was_revealed_copied_and_saved_is_wiped() {
    let Some(display) = Display::start().filter(|_| can_read_memory()) else { return };
    let atlas = Atlas::start();
    let mut terminal = created(on_display(&display, &atlas));
    let value = reveal(&mut terminal);
    assert_ne!(copies_of(&value, terminal.pid()), [""; 0], "the search finds a revealed value");
    terminal.press_until_gone("r", &value);
    let _holder = copy(&mut terminal);
    save(&mut terminal, "secret");
    terminal.wait_for("Saved to ");
    terminal.press("v", "Atlas accept");
    assert_ne!(copies_of(&value, terminal.pid()), [""; 0], "the search finds a masked value");
    terminal.press("n", "[ Create secret ]");
    assert_wiped(&value, terminal.pid());
}

#[test]
fn a_copied_secret_is_wiped_although_the_clipboard_holds_it() {
    let Some(display) = Display::start().filter(|_| can_read_memory()) else { return };
    let atlas = Atlas::start();
    let mut terminal = created(on_display(&display, &atlas));
    let value = reveal(&mut terminal);
    let _holder = copy(&mut terminal);
    terminal.press("n", "[ Create secret ]");
    assert_wiped(&value, terminal.pid());
    assert_eq!(display.paste(), Some(value), "the clipboard belongs to another process");
}

#[test]
fn a_secret_that_was_sent_and_piped_is_wiped() {
    if !can_read_memory() {
        return;
    }
    let atlas = Atlas::start();
    let mut terminal = created(filled(&atlas, PLAIN));
    let value = reveal(&mut terminal);
    terminal.press("c", "Sent to your terminal");
    pipe_to(&mut terminal, "sh -c 'cat >/dev/null'");
    wait_for_whole_screen(&mut terminal, "sh read it and exited with 0");
    assert_ne!(copies_of(&value, terminal.pid()), [""; 0], "the search finds the value");
    terminal.press("n", "[ Create secret ]");
    assert_wiped(&value, terminal.pid());
}
