//! Clipboard managers that restore a value after it was cleared.

use std::process::{Command, Stdio};

use crate::{
    VALUE,
    display::Display,
    program::{Program, copied},
    tools::{Running, have, wait_for},
};

const TOOLS: &[&str] = &["Xvfb", "xclip", "sh"];

/// A manager that runs `script` in a loop. The file `value` holds its copy of the clipboard.
fn manager(display: &Display, script: &str) -> Running {
    let folder = tempfile::tempdir().unwrap().keep();
    let script = format!("cd '{}'; while sleep 0.2; do {script}; done", folder.display());
    Command::new("sh")
        .args(["-c", &script])
        .env("DISPLAY", &display.name)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .map(Running)
        .unwrap()
}

/// The state of the clipboard once the program no longer holds it.
fn final_content(program: &mut Program) -> String {
    wait_for("the end", || {
        let content = program.ask("content");
        (content != "Ours" && content != "Unreadable").then_some(content)
    })
}

const KEEP: &str = "xclip -o -selection clipboard >new 2>/dev/null && [ -s new ] && mv new value";
const PUT_BACK: &str = "[ -s value ] && xclip -selection clipboard value";

#[test]
fn a_value_that_a_manager_always_restores_is_reported() {
    if !have(TOOLS) {
        return;
    }
    let display = Display::start();
    let mut program = copied(&display, "2");
    let _manager = manager(&display, &format!("{{ {KEEP}; }} || {{ {PUT_BACK}; }}"));
    assert_eq!(final_content(&mut program), "PutBack");
    assert_eq!(program.ask("content"), "PutBack", "still the same");
}

#[test]
fn a_value_that_a_manager_restores_once_is_cleared_again() {
    if !have(TOOLS) {
        return;
    }
    let display = Display::start();
    let mut program = copied(&display, "2");
    let _manager =
        manager(&display, &format!("[ -e done ] || {{ {KEEP}; }} || {{ {PUT_BACK} && touch done; }}"));
    assert_eq!(final_content(&mut program), "Cleared");
    assert_eq!(display.paste(), None);
}

#[test]
fn a_copy_in_the_primary_selection_is_cleared_too() {
    if !have(TOOLS) {
        return;
    }
    let display = Display::start();
    let mut program = copied(&display, "2");
    let _manager = manager(
        &display,
        &format!("[ -e done ] || {{ {KEEP} && xclip -selection primary value && touch done; }}"),
    );
    wait_for("the copy of the manager", || (display.primary().as_deref() == Some(VALUE)).then_some(()));
    assert_eq!(final_content(&mut program), "Cleared");
    assert_eq!((display.paste(), display.primary()), (None, None));
}

#[test]
fn a_copy_that_remains_in_the_primary_selection_is_reported() {
    if !have(TOOLS) {
        return;
    }
    let display = Display::start();
    let mut program = copied(&display, "2");
    let _manager = manager(&display, &format!("{KEEP}; [ -s value ] && xclip -selection primary value"));
    wait_for("the copy of the manager", || (display.primary().as_deref() == Some(VALUE)).then_some(()));
    assert_eq!(final_content(&mut program), "PutBack");
}

#[test]
fn a_mouse_selection_is_not_cleared() {
    if !have(TOOLS) {
        return;
    }
    let display = Display::start();
    let mut program = copied(&display, "1");
    let _owner = manager(&display, "echo -n selected >s; xclip -selection primary s");
    assert_eq!(final_content(&mut program), "Cleared");
    wait_for("the selection", || (display.primary().as_deref() == Some("selected")).then_some(()));
}

#[test]
fn a_value_that_a_real_manager_keeps_is_not_reported_as_cleared() {
    const MANAGERS: [(&str, &[&str]); 3] =
        [("autocutsel", &[]), ("autocutsel", &["-selection", "PRIMARY"]), ("parcellite", &["-n"])];
    if !have(TOOLS) {
        return;
    }
    // Run them in parallel, because each test waits for the copy to end.
    std::thread::scope(|scope| {
        for (name, arguments) in MANAGERS {
            scope.spawn(move || check_real_manager(name, arguments));
        }
    });
}

fn check_real_manager(name: &str, arguments: &[&str]) {
    if !have(&[name]) {
        return;
    }
    let display = Display::start();
    let folder = tempfile::tempdir().unwrap();
    let running = Command::new(name)
        .args(arguments)
        .env("DISPLAY", &display.name)
        .env("HOME", folder.path())
        .env_remove("XDG_CONFIG_HOME")
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn();
    let _running = running.map(Running).unwrap();
    let mut program = copied(&display, "2");
    let content = final_content(&mut program);
    let is_there = [display.paste(), display.primary()].contains(&Some(VALUE.to_owned()));
    match content.as_str() {
        "Cleared" | "Overwritten" => assert!(!is_there, "{name} {arguments:?}: {content}"),
        _ => assert_eq!(content, "PutBack", "{name} {arguments:?}"),
    }
}
