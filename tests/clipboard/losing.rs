//! When a copy counts as lost, and what the clipboard process releases at once.

use std::fs::File;
use std::time::Duration;

use rustix::fs::FlockOperation;
use rustix::process::Signal;

use crate::VALUE;
use crate::display::Display;
use crate::program::{Program, copied};
use crate::tools::{wait_for, wait_longer_for};

#[test]
fn a_copy_is_lost_when_a_signal_ends_its_process() {
    for signal in [Signal::KILL, Signal::ABORT, Signal::TERM, Signal::HUP] {
        let Some((display, mut program)) = copied("60") else { return };
        let holder = program.clipboard_process();
        assert_eq!(program.ask("content"), "Ours");
        holder.signal(signal);
        wait_for("the process to be collected", || holder.is_collected().then_some(()));
        for request in ["content", "extend 60", "clear"] {
            assert_eq!(program.ask(request), "Lost(ProcessEnded)", "{signal:?} {request}");
        }
        program.copy();
        // Also before the loss is noticed.
        program.clipboard_process().signal(signal);
        program.copy();
        assert_eq!((program.ask("content").as_str(), display.paste().as_deref()), ("Ours", Some(VALUE)));
    }
}

#[test]
fn a_copy_is_lost_when_its_display_is_gone() {
    for clear_after in ["60", "0"] {
        let Some((mut display, mut program)) = copied(clear_after) else { return };
        let holder = program.clipboard_process();
        display.end();
        wait_for("the loss", || (program.ask("content") == "Lost(DisplayGone)").then_some(()));
        wait_for("the process to end", || holder.is_collected().then_some(()));
        assert_eq!(program.ask("content"), "Lost(DisplayGone)", "still the same");
    }
}

#[test]
fn a_process_that_is_stopped_past_its_deadline_is_killed() {
    let Some((display, mut program)) = copied("3") else { return };
    let holder = program.clipboard_process();
    holder.signal(Signal::STOP);
    assert_eq!(program.ask("content"), "Unreadable", "before the deadline");
    wait_for("the deadline", || (program.ask("content") == "Lost(DeadlinePassed)").then_some(()));
    assert!(!holder.is_running());
    assert_eq!(display.paste(), None);
    assert_eq!(program.ask("content"), "Lost(DeadlinePassed)", "still the same");
}

#[test]
fn a_stopped_process_is_not_killed_before_an_extended_deadline() {
    let Some((_display, mut program)) = copied("1") else { return };
    assert!(program.ask("extend 3600").parse::<u64>().unwrap() > 3_000_000);
    let holder = program.clipboard_process();
    holder.signal(Signal::STOP);
    for _ in 0..6 {
        assert_eq!(program.ask("content"), "Unreadable");
    }
    holder.signal(Signal::CONT);
    wait_for("a response", || (program.ask("content") == "Ours").then_some(()));
}

#[test]
fn the_value_is_wiped_as_soon_as_another_program_copies() {
    for clear_after in ["3600", "0"] {
        let Some((display, mut program)) = copied(clear_after) else { return };
        let holder = program.clipboard_process();
        let _owner = display.copy_elsewhere("a shopping list");
        // The program does not ask for the content meanwhile.
        wait_longer_for(Duration::from_secs(8), "the process to end", || holder.is_collected().then_some(()));
        for request in ["content", "clear"] {
            assert_eq!(program.ask(request), "Overwritten");
        }
        assert_eq!(display.paste().as_deref(), Some("a shopping list"));
    }
}

#[test]
fn the_clipboard_process_does_not_inherit_open_files() {
    let Some(display) = Display::start() else { return };
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("lock");
    let file = File::create_new(&path).unwrap();
    rustix::fs::flock(&file, FlockOperation::LockExclusive).unwrap();
    // The program inherits the lock as descriptors 7 and 9, as from a shell that holds one.
    let script = format!("exec 7<'{0}' 9<'{0}'; exec \"$@\"", path.display());
    let mut program = Program::start_by(&["sh", "-c", &script, "sh"], &[("DISPLAY", &display.name)]);
    program.copy();
    let holder = program.clipboard_process();
    let Ok(entries) = std::fs::read_dir(holder.file("fd")) else {
        return println!("skipped: only root can see the open files of the process");
    };
    let open: Vec<_> = entries.flatten().filter_map(|entry| std::fs::read_link(entry.path()).ok()).collect();
    assert!(open.len() > 2, "{open:?}");
    for link in &open {
        let link = link.to_string_lossy();
        assert!(link.starts_with("socket:") || link == "/dev/null", "{open:?}");
    }
}
