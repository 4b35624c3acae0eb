//! Copying to the clipboard of an X11 display, and to the terminal without one.

use std::io::Read;
use std::net::TcpListener;
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use crate::display::Display;
use crate::program::Program;
use crate::tools::{DEADLINE, wait_for};
use crate::{VALUE, VALUE_IN_BASE64};

fn start_on(display: &Display) -> Program {
    Program::start(&[("DISPLAY", &display.name), ("TERM", "xterm-256color")])
}

/// The response to `copy` if the value was sent to the terminal by OSC 52.
fn sent_by_osc52() -> String {
    format!(r"Sent(Osc52) \x1b]52;c;{VALUE_IN_BASE64}\x1b\\")
}

/// The length in bytes of a text that another program copies: the clipboard process must not read all of it.
pub const LONG: usize = 100_000_000;

#[test]
fn a_copy_can_be_pasted_and_is_marked_as_sensitive() {
    let Some(display) = Display::start() else { return };
    let mut program = start_on(&display);
    program.copy();
    assert_eq!(display.paste().as_deref(), Some(VALUE));
    let formats = display.formats().unwrap();
    assert!(formats.contains("x-kde-passwordManagerHint"), "{formats}");
    assert!(!program.ask("debug").contains("fake"), "the value is not in Debug output");
}

#[test]
fn clearing_removes_the_copy_and_ends_its_process() {
    let Some(display) = Display::start() else { return };
    let mut program = start_on(&display);
    program.copy();
    let holder = program.clipboard_process();
    assert_eq!(program.ask("clear"), "Cleared");
    assert_eq!(display.paste(), None);
    wait_for("the process to be collected", || holder.is_collected().then_some(()));
    assert_eq!(program.ask("content"), "Cleared");
    program.copy();
    assert_eq!(display.paste().as_deref(), Some(VALUE));
}

#[test]
fn a_long_text_of_another_program_is_not_read_to_its_end() {
    let Some(display) = Display::start() else { return };
    let mut program = start_on(&display);
    program.copy();
    let holder = program.clipboard_process();
    let before = holder.peak_memory().unwrap();
    let mut owner = display.copy_elsewhere(&"long ".repeat(LONG / 5));
    assert!(holder.peak_memory_at_its_end() < before + LONG / 5, "most of it was read");
    assert_eq!(program.ask("content"), "Overwritten");
    assert!(
        owner.0.try_wait().unwrap().is_none() && display.formats().is_some(),
        "it stays on the clipboard"
    );
}

#[test]
fn without_a_display_the_terminal_is_next() {
    let mut program = Program::start(&[("TERM", "xterm-256color")]);
    assert_eq!(program.ask(&format!("copy {VALUE}")), sent_by_osc52());
    assert_eq!(program.ask("content"), "Cleared");
    assert_eq!(program.ask("clear"), "Cleared");
}

#[test]
fn a_missing_display_is_reported() {
    let nowhere = ("DISPLAY", "unix:/nonexistent/display");
    let mut program = Program::start(&[nowhere, ("TERM", "xterm-256color")]);
    assert_eq!(program.ask(&format!("copy {VALUE}")), sent_by_osc52());

    let mut program = Program::start(&[nowhere, ("TERM", "dumb")]);
    let response = program.ask(&format!("copy {VALUE}"));
    assert_eq!(response, r#"Failed { reasons: [ServerText("There is no display to copy to.")] } "#);
}

#[test]
fn a_display_that_hangs_times_out_after_two_seconds() {
    // The kernel accepts the connection, but no one ever responds.
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let number = silent.local_addr().unwrap().port() - 6000;
    let display = format!("127.0.0.1:{number}");
    let mut program = Program::start(&[("DISPLAY", &display), ("TERM", "xterm-256color")]);

    let start = Instant::now();
    assert_eq!(program.ask(&format!("copy {VALUE}")), sent_by_osc52());
    let waited = start.elapsed();
    assert!(waited >= Duration::from_secs(2), "gave up after {waited:?}");
    assert!(waited < Duration::from_secs(5), "gave up after {waited:?}");

    assert_eq!(program.clipboard_processes(), [], "or it could still set the value");
    assert_eq!(program.ask("content"), "Cleared", "nothing was copied there");
    assert_eq!(program.ask("clear"), "Cleared");
    drop(silent);
}

#[test]
fn copying_writes_nothing_to_the_terminal_and_does_not_block_the_exit() {
    let Some(display) = Display::start() else { return };
    let (mut terminal, other_end) = pty_process::blocking::open().unwrap();
    let variables = [("DISPLAY", display.name.as_str()), ("TERM", "xterm-256color")];
    let mut program = Program::start_on(other_end, &variables);
    program.copy();
    assert_eq!(program.ask("drop"), "dropped");
    let left = program.leave();

    // Reading fails once no process has the terminal open.
    let (sender, written) = mpsc::channel();
    thread::spawn(move || {
        let mut bytes = Vec::new();
        terminal.read_to_end(&mut bytes).ok();
        sender.send(bytes).ok();
    });
    let bytes = written.recv_timeout(DEADLINE).unwrap();
    assert_eq!(bytes.escape_ascii().to_string(), "");
    assert_eq!(display.paste().as_deref(), Some(VALUE));
    assert!(left.0.is_running());
}
