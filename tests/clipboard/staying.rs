//! How long a copy stays, and what is reported about it.

use std::time::Duration;

use crate::{
    VALUE,
    display::Display,
    program::{Program, copied},
    tools::{have, wait_for, wait_longer_for},
};

const TOOLS: &[&str] = &["Xvfb", "xclip"];

/// Parses a response in milliseconds.
fn milliseconds(answer: &str) -> u64 {
    answer.parse().unwrap_or_else(|_| panic!("{answer} is not a time"))
}

#[test]
fn a_cleared_clipboard_is_reported() {
    if !have(TOOLS) {
        return;
    }
    let display = Display::start();
    let mut program = copied(&display, "1");
    let holder = program.clipboard_process();
    wait_for("the copy to be cleared", || (program.ask("content") == "Cleared").then_some(()));
    assert_eq!(display.paste(), None);
    wait_for("the process to be collected", || holder.is_collected().then_some(()));
    assert_eq!(program.ask("content"), "Cleared", "still the same");
    assert_eq!(program.ask("extend 60"), "Cleared", "too late");

    assert_eq!(program.ask(&format!("copy {VALUE}")), "Copied ", "a second time");
}

#[test]
fn an_overwritten_clipboard_is_reported_after_the_process_has_ended() {
    if !have(TOOLS) {
        return;
    }
    let display = Display::start();
    let mut program = copied(&display, "5");
    let holder = program.clipboard_process();
    let _owner = display.copy_elsewhere("a shopping list");
    wait_for("the other program's copy", || (program.ask("content") == "Overwritten").then_some(()));
    wait_for("the process to be collected", || holder.is_collected().then_some(()));
    assert_eq!(program.ask("content"), "Overwritten");
}

#[test]
fn the_time_left_is_reported_and_can_be_extended() {
    if !have(TOOLS) {
        return;
    }
    let display = Display::start();
    let mut program = copied(&display, "5");
    let at_first = milliseconds(&program.ask(&format!("copy-until {VALUE}")));
    assert!(at_first <= 5000, "{at_first}");
    let extended = milliseconds(&program.ask("extend 3600"));
    assert!((3_600_000..=3_605_000).contains(&extended), "{extended}");
    wait_for("the original time to pass", || (milliseconds(&program.ask("until")) < 3_600_000).then_some(()));
    assert_eq!(display.paste().as_deref(), Some(VALUE));
}

#[test]
fn a_second_copy_replaces_the_first_in_the_same_process() {
    if !have(TOOLS) {
        return;
    }
    let display = Display::start();
    let mut program = copied(&display, "60");
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
fn a_copy_without_a_limit_stays_until_another_program_copies() {
    if !have(TOOLS) {
        return;
    }
    let display = Display::start();
    let mut program = copied(&display, "0");
    assert_eq!(program.ask(&format!("copy-until {VALUE}")), "never");
    assert_eq!(program.ask("extend 60"), "never");
    let holder = program.clipboard_process();

    let _owner = display.copy_elsewhere("a shopping list");
    wait_longer_for(Duration::from_secs(40), "the process to notice", || holder.is_collected().then_some(()));
    assert_eq!(program.ask("content"), "Overwritten");
    assert_eq!(display.paste().as_deref(), Some("a shopping list"));
}

#[test]
fn a_copy_without_a_limit_outlives_the_program() {
    if !have(TOOLS) {
        return;
    }
    let display = Display::start();
    let left = copied(&display, "0").kill();
    assert_eq!(display.paste().as_deref(), Some(VALUE));
    let _owner = display.copy_elsewhere("a shopping list");
    wait_longer_for(Duration::from_secs(40), "the process to notice", || {
        (!left.0.is_running()).then_some(())
    });
}

#[test]
fn clearing_ends_the_clipboard_process() {
    if !have(TOOLS) {
        return;
    }
    let display = Display::start();
    let mut program = copied(&display, "60");
    let holder = program.clipboard_process();
    assert_eq!(program.ask("clear"), "Cleared");
    assert_eq!(display.paste(), None);
    wait_for("the process to be collected", || holder.is_collected().then_some(()));
}

#[test]
fn a_killed_process_is_noticed_and_the_next_copy_starts_a_new_one() {
    if !have(TOOLS) {
        return;
    }
    let display = Display::start();
    let mut program = copied(&display, "60");
    let holder = program.clipboard_process();
    holder.kill();
    wait_for("the process to be collected", || holder.is_collected().then_some(()));
    assert_eq!(program.ask("content"), "Lost(ProcessEnded)");

    assert_eq!(program.ask(&format!("copy {VALUE}")), "Copied ");
    assert_eq!(display.paste().as_deref(), Some(VALUE));

    program.clipboard_process().kill();
    assert_eq!(program.ask(&format!("copy {VALUE}")), "Copied ", "also before the loss is noticed");
    assert_eq!(program.ask("content"), "Ours");
}

#[test]
fn a_display_that_does_not_respond_is_reported() {
    if !have(TOOLS) {
        return;
    }
    let display = Display::start();
    let mut program = Program::start(&[("DISPLAY", &display.name), ("TERM", "dumb")]);
    assert_eq!(program.ask(&format!("copy {VALUE}")), "Copied ");
    let holder = program.clipboard_process();
    display.freeze();
    assert_eq!(program.ask("content"), "Unreadable");
    let silent = r#"Failed { reasons: [ServerText("The display did not answer within 2 s.")] } "#;
    assert_eq!(program.ask(&format!("copy {VALUE}")), silent);
    assert!(holder.is_collected(), "or it could still set the value");
}
