//! A copy stays available after the program has ended, but not after its time limit.

use crate::{
    VALUE,
    display::Display,
    program::copied,
    tools::{have, wait_for},
};

const TOOLS: &[&str] = &["Xvfb", "xclip"];

#[test]
fn a_copy_can_be_pasted_after_the_program_exits() {
    if !have(TOOLS) {
        return;
    }
    let display = Display::start();
    let left = copied(&display, "60").leave();
    assert_eq!(display.paste().as_deref(), Some(VALUE));
    assert!(display.formats().unwrap().contains("x-kde-passwordManagerHint"));
    assert!(left.0.is_running(), "the process does not keep the program's stdout open");
}

#[test]
fn a_copy_can_be_pasted_after_the_program_is_killed() {
    if !have(TOOLS) {
        return;
    }
    let display = Display::start();
    let left = copied(&display, "60").kill();
    assert_eq!(display.paste().as_deref(), Some(VALUE));
    assert!(left.0.is_running());
}

#[test]
fn a_copy_is_cleared_on_time_after_the_program_is_killed() {
    if !have(TOOLS) {
        return;
    }
    let display = Display::start();
    let left = copied(&display, "1").kill();
    wait_for("the process to end", || (!left.0.is_running()).then_some(()));
    assert_eq!(display.paste(), None);
}

#[test]
fn another_programs_copy_is_not_cleared() {
    if !have(TOOLS) {
        return;
    }
    let display = Display::start();
    let program = copied(&display, "3");
    let _owner = display.copy_elsewhere("a shopping list");
    wait_for("the other program's copy", || {
        (display.paste().as_deref() == Some("a shopping list")).then_some(())
    });
    let left = program.kill();
    wait_for("the process to end", || (!left.0.is_running()).then_some(()));
    assert_eq!(display.paste().as_deref(), Some("a shopping list"));
}

#[test]
fn the_clipboard_process_ends_even_if_the_display_hangs() {
    if !have(TOOLS) {
        return;
    }
    let display = Display::start();
    let left = copied(&display, "1").kill();
    display.freeze();
    wait_for("the watchdog", || (!left.0.is_running()).then_some(()));
}
