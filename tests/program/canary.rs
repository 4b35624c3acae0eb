//! Where secrets appear: the login secret nowhere, and a new one only where it was sent.

use std::fs::File;

use crate::atlas::{Atlas, PLAIN, PROJECT, ROBOT, ROBOT_SECRET};
use crate::program::{contains, created, files_below, program, sent_by_osc_52, traces};
use crate::support::terminal::Terminal;

/// The prefix of all secrets of the embedded Atlas. Only the rest is unique.
const COMMON: &str = "mdb_sa_sk_DEMO";

#[test]
fn a_secret_is_only_on_the_screen_while_revealed_and_in_no_file() {
    let atlas = Atlas::start();
    let program = program()
        .env("MONGODB_ATLAS_BASE_URL", atlas.url())
        .env("MONGODB_ATLAS_CLIENT_ID", ROBOT)
        .env("MONGODB_ATLAS_CLIENT_SECRET", ROBOT_SECRET)
        .args(["--project-id", PROJECT, "--client-id", PLAIN]);
    let stderr = program.home().join("stderr");
    let mut terminal = created(program.stderr_to(File::create(&stderr).unwrap()));
    assert!(!contains(&terminal.output(), COMMON), "the value is masked at first");

    terminal.press("r", COMMON);
    let screen = terminal.screen();
    let value = screen.lines().map(str::trim).find(|line| line.starts_with(COMMON)).unwrap().to_owned();
    // The value is alone on its line, so that it can be selected with the mouse.
    assert_eq!(value.len(), 50, "not a whole secret");
    terminal.press_until_gone("r", &value);

    // Leaving hides the value, and going back does not show it again.
    terminal.press("r", &value);
    let guard = terminal.press("q", "Quit anyway?");
    assert!(!guard.contains(&value), "hidden before the question");
    terminal.press_until_gone("n", "Quit anyway?");
    assert!(!terminal.screen().contains(&value), "and still hidden after it");

    terminal.press("c", "Sent to your terminal");
    assert_eq!(sent_by_osc_52(&terminal.output()).as_deref(), Some(value.as_str()));
    assert!(!terminal.screen().contains(&value), "copying does not reveal the value");
    assert_not_in_proc(&terminal, &value);

    terminal.press("q", "Did it arrive?   y quit");
    terminal.leave("y", 0);
    assert!(!terminal.screen().contains(&value[10..]), "the value is not left on the shell's screen");
    assert!(!contains(&terminal.output(), ROBOT_SECRET), "the login secret is never shown");
    let files = files_below(terminal.home());
    assert!(files.iter().any(|(name, bytes)| name.ends_with("stderr") && contains(bytes, PLAIN)));
    for (name, bytes) in files {
        for canary in [value.as_str(), ROBOT_SECRET] {
            assert_absent(&name, &bytes, canary);
        }
    }
}

/// Asserts that neither the value nor its base64 is in the bytes.
#[track_caller]
fn assert_absent(place: &str, bytes: &[u8], canary: &str) {
    for (how, trace) in traces(canary) {
        assert!(!contains(bytes, trace), "{place} holds the secret {how}");
    }
}

/// Other processes can read the command line and the environment of a process.
fn assert_not_in_proc(terminal: &Terminal, value: &str) {
    for name in ["cmdline", "environ"] {
        let path = format!("/proc/{}/{name}", terminal.pid());
        // A file may be unreadable, because the process protects its memory, or may not exist on this system.
        if let Ok(bytes) = std::fs::read(&path) {
            assert_absent(&path, &bytes, value);
        }
    }
    if let Ok(arguments) = std::fs::read(format!("/proc/{}/cmdline", terminal.pid())) {
        assert_absent("the command line", &arguments, ROBOT_SECRET);
    }
}
