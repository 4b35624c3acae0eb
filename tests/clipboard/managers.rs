//! Clipboard managers that restore a value after it was cleared.

use std::process::{Command, Stdio};
use std::thread;

use crate::VALUE;
use crate::display::Display;
use crate::program::{Program, copied, copied_on};
use crate::tools::{Running, have, wait_for};

/// A program on the display that runs until the returned value is dropped.
fn run(command: &mut Command, display: &Display) -> Running {
    command.env("DISPLAY", &display.name).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    command.spawn().map(Running).unwrap()
}

/// The state of the clipboard once the program no longer holds it.
fn final_content(program: &mut Program) -> String {
    wait_for("the end", || {
        let content = program.ask("content");
        (content != "Ours" && content != "Unreadable").then_some(content)
    })
}

/// The file `value` holds the manager's copy of the clipboard.
const KEEP: &str = "xclip -o -selection clipboard >new 2>/dev/null && [ -s new ] && mv new value";
const PUT_BACK: &str = "[ -s value ] && xclip -selection clipboard value";

/// A row has the script that a manager runs in a loop, the text in the primary selection before the copy ends, the
/// content of the clipboard afterwards, and what the primary selection holds then if the clipboard was cleared.
#[test]
fn what_a_manager_restores_once_is_cleared_again_and_otherwise_reported() {
    let rows = [
        (format!("{{ {KEEP}; }} || {{ {PUT_BACK}; }}"), None, "PutBack", None),
        (format!("[ -e done ] || {{ {KEEP}; }} || {{ {PUT_BACK} && touch done; }}"), None, "Cleared", None),
        (
            format!("[ -e done ] || {{ {KEEP} && xclip -selection primary value && touch done; }}"),
            Some(VALUE),
            "Cleared",
            None,
        ),
        (format!("{KEEP}; [ -s value ] && xclip -selection primary value"), Some(VALUE), "PutBack", None),
        // What the user has selected with the mouse stays.
        (
            "[ -e s ] || { echo -n selected >s; xclip -selection primary s; }".to_owned(),
            Some("selected"),
            "Cleared",
            Some("selected"),
        ),
    ];
    // Run them in parallel, because each one waits for the copy to end.
    thread::scope(|scope| {
        for row in rows {
            scope.spawn(move || check_manager(row));
        }
    });
}

fn check_manager((script, primary, content, left): (String, Option<&str>, &str, Option<&str>)) {
    let Some((display, mut program)) = copied("3") else { return };
    let folder = tempfile::tempdir().unwrap();
    let looped = format!("while sleep 0.2; do {script}; done");
    let _manager = run(Command::new("sh").args(["-c", &looped]).current_dir(folder.path()), &display);
    if primary.is_some() {
        wait_for("the primary selection", || (display.primary().as_deref() == primary).then_some(()));
    }
    assert_eq!(final_content(&mut program), content, "{script}");
    assert_eq!(program.ask("content"), content, "still the same: {script}");
    if content == "Cleared" {
        assert_eq!((display.paste(), display.primary().as_deref()), (None, left), "{script}");
    }
}

#[test]
fn a_value_that_a_real_manager_keeps_is_not_reported_as_cleared() {
    const MANAGERS: [(&str, &[&str]); 3] =
        [("autocutsel", &[]), ("autocutsel", &["-selection", "PRIMARY"]), ("parcellite", &["-n"])];
    thread::scope(|scope| {
        for (name, arguments) in MANAGERS.into_iter().filter(|(name, _)| have(&[name])) {
            scope.spawn(move || check_real_manager(name, arguments));
        }
    });
}

fn check_real_manager(name: &str, arguments: &[&str]) {
    let Some(display) = Display::start() else { return };
    let folder = tempfile::tempdir().unwrap();
    let mut manager = Command::new(name);
    manager.args(arguments).env("HOME", folder.path()).env_remove("XDG_CONFIG_HOME");
    let _manager = run(&mut manager, &display);
    let content = final_content(&mut copied_on(&display, "2"));
    let is_there = [display.paste(), display.primary()].contains(&Some(VALUE.to_owned()));
    match content.as_str() {
        "Cleared" | "Overwritten" => assert!(!is_there, "{name} {arguments:?}: {content}"),
        _ => assert_eq!(content, "PutBack", "{name} {arguments:?}"),
    }
}
