//! Copying to the clipboard of an X11 display, and to the terminal without one.

use std::{
    io::Read,
    net::TcpListener,
    sync::mpsc,
    thread,
    time::{Duration, Instant},
};

use crate::{
    VALUE, VALUE_IN_BASE64,
    display::Display,
    program::Program,
    tools::{DEADLINE, have, wait_for},
};

const TOOLS: &[&str] = &["Xvfb", "xclip"];

fn start_on(display: &Display) -> Program {
    Program::start(&[("DISPLAY", &display.name), ("TERM", "xterm-256color")])
}

/// The response to `copy` if the value was sent to the terminal by OSC 52.
fn sent_by_osc52() -> String {
    format!(r"Sent(Osc52) \x1b]52;c;{VALUE_IN_BASE64}\x1b\\")
}

#[test]
fn a_copy_can_be_pasted_and_is_marked_as_sensitive() {
    if !have(TOOLS) {
        return;
    }
    let display = Display::start();
    let mut program = start_on(&display);
    assert_eq!(program.ask(&format!("copy {VALUE}")), "Copied ");
    assert_eq!(display.paste().as_deref(), Some(VALUE));
    let formats = display.formats().unwrap();
    assert!(formats.contains("x-kde-passwordManagerHint"), "{formats}");

    assert_eq!(program.ask("copy mdb_sa_sk_another_fake"), "Copied ");
    assert_eq!(display.paste().as_deref(), Some("mdb_sa_sk_another_fake"));
    assert!(!program.ask("debug").contains("fake"), "the value is not in Debug output");
}

#[test]
fn another_programs_copy_is_noticed_and_not_cleared() {
    if !have(TOOLS) {
        return;
    }
    let display = Display::start();
    let mut program = start_on(&display);
    assert_eq!(program.ask("content"), "Cleared", "nothing was copied yet");
    assert_eq!(program.ask(&format!("copy {VALUE}")), "Copied ");
    assert_eq!(program.ask("content"), "Ours");

    let _owner = display.copy_elsewhere("a shopping list");
    wait_for("the other program's copy", || (program.ask("content") == "Overwritten").then_some(()));
    assert_eq!(program.ask("clear"), "Overwritten");
    assert_eq!(display.paste().as_deref(), Some("a shopping list"));
}

#[test]
fn clearing_removes_the_copy() {
    if !have(TOOLS) {
        return;
    }
    let display = Display::start();
    let mut program = start_on(&display);
    assert_eq!(program.ask(&format!("copy {VALUE}")), "Copied ");
    assert_eq!(program.ask("clear"), "Cleared");
    assert_eq!(display.paste(), None);
    assert_eq!(program.ask("content"), "Cleared");

    assert_eq!(program.ask(&format!("copy {VALUE}")), "Copied ", "a second time");
    assert_eq!(display.paste().as_deref(), Some(VALUE));
}

#[test]
fn a_long_text_of_another_program_is_noticed_and_stays() {
    if !have(TOOLS) {
        return;
    }
    let display = Display::start();
    let mut program = start_on(&display);
    assert_eq!(program.ask(&format!("copy {VALUE}")), "Copied ");
    let mut owner = display.copy_elsewhere(&"long ".repeat(2_000_000));
    wait_for("the other program's copy", || (program.ask("content") == "Overwritten").then_some(()));
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
    if !have(TOOLS) {
        return;
    }
    let display = Display::start();
    let (mut terminal, other_end) = pty_process::blocking::open().unwrap();
    let variables = [("DISPLAY", display.name.as_str()), ("TERM", "xterm-256color")];
    let mut program = Program::start_on(other_end, &variables);
    assert_eq!(program.ask(&format!("copy {VALUE}")), "Copied ");
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
