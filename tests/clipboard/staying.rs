//! How long a copy stays, and what is reported about it.

use std::time::Duration;

use crate::VALUE;
use crate::display::Display;
use crate::program::{Program, copied};
use crate::tools::{wait_for, wait_longer_for};

/// Parses a response in milliseconds.
fn milliseconds(answer: &str) -> u64 {
    answer.parse().unwrap_or_else(|_| panic!("{answer} is not a time"))
}

#[test]
fn a_cleared_clipboard_is_reported() {
    let Some((display, mut program)) = copied("1") else { return };
    let holder = program.clipboard_process();
    wait_for("the copy to be cleared", || (program.ask("content") == "Cleared").then_some(()));
    assert_eq!(display.paste(), None);
    wait_for("the process to be collected", || holder.is_collected().then_some(()));
    assert_eq!(program.ask("content"), "Cleared", "still the same");
    assert_eq!(program.ask("extend 60"), "Cleared", "too late");
    program.copy();
}

#[test]
fn the_time_left_is_reported_and_can_be_extended() {
    let Some((display, mut program)) = copied("5") else { return };
    let at_first = milliseconds(&program.ask(&format!("copy-until {VALUE}")));
    assert!(at_first <= 5000, "{at_first}");
    let extended = milliseconds(&program.ask("extend 3600"));
    assert!((3_600_000..=3_605_000).contains(&extended), "{extended}");
    wait_for("the original time to pass", || (milliseconds(&program.ask("until")) < 3_600_000).then_some(()));
    assert_eq!(display.paste().as_deref(), Some(VALUE));
}

#[test]
fn a_second_copy_replaces_the_first_in_the_same_process() {
    let Some((display, mut program)) = copied("60") else { return };
    let holder = program.clipboard_process();
    assert!(milliseconds(&program.ask("extend 3600")) > 3_600_000);
    assert!(
        milliseconds(&program.ask("copy-until mdb_sa_sk_another_fake")) <= 60_000,
        "with a new time limit"
    );
    assert_eq!(display.paste().as_deref(), Some("mdb_sa_sk_another_fake"));
    assert_eq!(program.clipboard_process(), holder);
}

#[test]
fn a_display_that_does_not_respond_is_reported() {
    let Some(display) = Display::start() else { return };
    let mut program = Program::start(&[("DISPLAY", &display.name), ("TERM", "dumb")]);
    program.copy();
    let holder = program.clipboard_process();
    display.freeze();
    assert_eq!(program.ask("content"), "Unreadable");
    let silent = r#"Failed { reasons: [ServerText("The display did not answer within 2 s.")] } "#;
    assert_eq!(program.ask(&format!("copy {VALUE}")), silent);
    assert!(holder.is_collected(), "or it could still set the value");
}

#[test]
fn a_copy_without_a_limit_outlives_the_program_until_another_program_copies() {
    let Some((display, mut program)) = copied("0") else { return };
    assert_eq!(program.ask(&format!("copy-until {VALUE}")), "never");
    assert_eq!(program.ask("extend 60"), "never");
    let left = program.kill();
    assert_eq!(display.paste().as_deref(), Some(VALUE));
    let _owner = display.copy_elsewhere("a shopping list");
    wait_longer_for(Duration::from_secs(40), "the end", || (!left.0.is_running()).then_some(()));
    assert_eq!(display.paste().as_deref(), Some("a shopping list"));
}

#[test]
fn the_clipboard_process_ends_even_if_the_display_hangs() {
    let Some((display, program)) = copied("1") else { return };
    let left = program.kill();
    display.freeze();
    wait_for("the watchdog", || (!left.0.is_running()).then_some(()));
}
