//! A copy outlives the program, but not its time.

use crate::{
    VALUE,
    display::Display,
    program::copied,
    tools::{have, wait_for},
};

const TOOLS: &[&str] = &["Xvfb", "xclip"];

#[test]
fn a_copy_can_be_pasted_after_the_program_has_left() {
    if !have(TOOLS) {
        return;
    }
    let display = Display::start();
    let left = copied(&display, "60").leave();
    assert_eq!(display.paste().as_deref(), Some(VALUE));
    assert!(display.formats().unwrap().contains("x-kde-passwordManagerHint"));
    assert!(left.0.is_running(), "and whoever read the program's stdout has not waited for this");
}

#[test]
fn a_copy_can_be_pasted_after_the_program_was_killed() {
    if !have(TOOLS) {
        return;
    }
    let display = Display::start();
    let left = copied(&display, "60").kill();
    assert_eq!(display.paste().as_deref(), Some(VALUE));
    assert!(left.0.is_running());
}

#[test]
fn when_its_time_has_come_nothing_is_left_of_it() {
    if !have(TOOLS) {
        return;
    }
    let display = Display::start();
    let left = copied(&display, "1").kill();
    wait_for("the holder to end", || (!left.0.is_running()).then_some(()));
    assert_eq!(display.paste(), None);
}

#[test]
fn what_another_program_has_copied_since_is_left_alone() {
    if !have(TOOLS) {
        return;
    }
    let display = Display::start();
    let program = copied(&display, "3");
    let _owner = display.copied_elsewhere("a shopping list");
    wait_for("the other program's copy", || {
        (display.paste().as_deref() == Some("a shopping list")).then_some(())
    });
    let left = program.kill();
    wait_for("the holder to end", || (!left.0.is_running()).then_some(()));
    assert_eq!(display.paste().as_deref(), Some("a shopping list"));
}

#[test]
fn a_display_that_hangs_at_the_end_does_not_keep_the_holder() {
    if !have(TOOLS) {
        return;
    }
    let display = Display::start();
    let left = copied(&display, "1").kill();
    display.freeze();
    wait_for("the watchdog", || (!left.0.is_running()).then_some(()));
}
