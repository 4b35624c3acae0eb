//! What makes a copy a lost one, and what the clipboard process gives back at once.

use std::fs::File;
use std::time::Duration;

use rustix::fs::FlockOperation;
use rustix::process::Signal;

use crate::{
    VALUE,
    display::Display,
    program::{Program, copied},
    tools::{have, wait_for, wait_longer_for},
};

const TOOLS: &[&str] = &["Xvfb", "xclip"];

#[test]
fn a_process_that_has_died_is_a_loss_whatever_killed_it() {
    if !have(TOOLS) {
        return;
    }
    for signal in [Signal::KILL, Signal::ABORT, Signal::TERM, Signal::HUP] {
        let display = Display::start();
        let mut program = copied(&display, "60");
        let holder = program.holder();
        assert_eq!(program.ask("content"), "Ours");
        holder.signal(signal);
        wait_for("the process to be collected", || holder.is_collected().then_some(()));
        for request in ["content", "extend 60", "clear"] {
            assert_eq!(program.ask(request), "Lost(ProcessEnded)", "{signal:?} {request}");
        }
    }
}

#[test]
fn a_display_that_has_gone_is_a_loss_with_and_without_a_limit() {
    if !have(TOOLS) {
        return;
    }
    for clear_after in ["60", "0"] {
        let mut display = Display::start();
        let mut program = copied(&display, clear_after);
        let holder = program.holder();
        display.end();
        wait_for("the loss", || (program.ask("content") == "Lost(DisplayGone)").then_some(()));
        wait_for("the process to end", || holder.is_collected().then_some(()));
        assert_eq!(program.ask("content"), "Lost(DisplayGone)", "it stays so");
    }
}

#[test]
fn a_process_that_is_stopped_past_its_deadline_is_killed_and_is_a_loss() {
    if !have(TOOLS) {
        return;
    }
    let display = Display::start();
    let mut program = copied(&display, "3");
    let holder = program.holder();
    holder.signal(Signal::STOP);
    assert_eq!(program.ask("content"), "Unreadable", "its time is not up yet");
    wait_for("the deadline", || (program.ask("content") == "Lost(DeadlinePassed)").then_some(()));
    assert!(!holder.is_running());
    assert_eq!(display.paste(), None);
    assert_eq!(program.ask("content"), "Lost(DeadlinePassed)", "it stays so");
}

#[test]
fn an_extended_deadline_counts() {
    if !have(TOOLS) {
        return;
    }
    let display = Display::start();
    let mut program = copied(&display, "1");
    assert!(program.ask("extend 3600").parse::<u64>().unwrap() > 3_000_000);
    let holder = program.holder();
    holder.signal(Signal::STOP);
    for _ in 0..6 {
        assert_eq!(program.ask("content"), "Unreadable");
    }
    holder.signal(Signal::CONT);
    wait_for("an answer", || (program.ask("content") == "Ours").then_some(()));
}

#[test]
fn the_value_is_wiped_as_soon_as_another_program_copies() {
    if !have(TOOLS) {
        return;
    }
    for clear_after in ["3600", "0"] {
        let display = Display::start();
        let mut program = copied(&display, clear_after);
        let holder = program.holder();
        let _owner = display.copied_elsewhere("a shopping list");
        // No one asks.
        wait_longer_for(Duration::from_secs(8), "the process to end", || holder.is_collected().then_some(()));
        assert_eq!(program.ask("content"), "Overwritten");
        assert_eq!(display.paste().as_deref(), Some("a shopping list"));
    }
}

#[test]
fn an_inherited_lock_is_not_held_by_the_clipboard_process() {
    if !have(TOOLS) || !have(&["sh"]) {
        return;
    }
    let display = Display::start();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("lock");
    let file = File::create_new(&path).unwrap();
    rustix::fs::flock(&file, FlockOperation::LockExclusive).unwrap();
    // The program gets the lock as its descriptors 7 and 42, as from a shell that holds one.
    let script = format!("exec 7<'{0}' 9<'{0}'; exec \"$@\"", path.display());
    let mut program = Program::start_by(&["sh", "-c", &script, "sh"], &[("DISPLAY", &display.name)]);
    assert_eq!(program.ask(&format!("copy {VALUE}")), "Copied ");
    let holder = program.holder();
    let Ok(entries) = std::fs::read_dir(holder.file("fd")) else {
        return println!("skipped: only the superuser may see what the process has open");
    };
    let open: Vec<_> = entries.flatten().filter_map(|entry| std::fs::read_link(entry.path()).ok()).collect();
    assert!(open.len() > 2, "{open:?}");
    for link in &open {
        let link = link.to_string_lossy();
        assert!(link.starts_with("socket:") || link == "/dev/null", "{open:?}");
    }
}
