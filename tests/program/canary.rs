//! Where the values of secrets get to: what signs in nowhere, what was created only where it was sent.

use std::fs::File;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;

use crate::atlas::{Atlas, PLAIN, PROJECT, ROBOT, ROBOT_SECRET};
use crate::program::{contains, create, files_below, program, sent_by_osc_52};
use crate::support::terminal::Terminal;

/// What all secrets of the embedded Atlas start with; only the rest tells one from another.
const COMMON: &str = "mdb_sa_sk_DEMO";

#[test]
fn a_secret_is_on_the_screen_only_while_it_is_revealed_and_in_no_file() {
    let atlas = Atlas::start();
    let program = program()
        .env("MONGODB_ATLAS_BASE_URL", atlas.url())
        .env("MONGODB_ATLAS_CLIENT_ID", ROBOT)
        .env("MONGODB_ATLAS_CLIENT_SECRET", ROBOT_SECRET)
        .args(["--project-id", PROJECT, "--client-id", PLAIN]);
    let stderr = program.home().join("stderr");
    let mut terminal = program.stderr_to(File::create(&stderr).unwrap()).start();
    create(&mut terminal);
    assert!(!contains(&terminal.output(), COMMON), "masked at first");

    terminal.send("r");
    terminal.wait_for(COMMON);
    let screen = terminal.screen();
    let value = screen.lines().map(str::trim).find(|line| line.starts_with(COMMON)).unwrap().to_owned();
    // Alone on its line and whole, so that it can be selected with the mouse as it is.
    assert_eq!(value.len(), 50, "not what a secret looks like");
    terminal.send("r");
    terminal.wait_gone(&value);

    // Leaving hides it too, and going back does not show it.
    terminal.send("r");
    terminal.wait_for(&value);
    terminal.send("q");
    let guard = terminal.wait_for("Quit anyway?");
    assert!(!guard.contains(&value), "hidden before the question");
    terminal.send("n");
    terminal.wait_gone("Quit anyway?");
    assert!(!terminal.screen().contains(&value), "and still hidden after it");

    terminal.send("c");
    terminal.wait_for("Sent to your terminal");
    assert_eq!(sent_by_osc_52(&terminal.output()).as_deref(), Some(value.as_str()));
    assert!(!terminal.screen().contains(&value), "copying does not reveal");
    assert_not_told_by_the_system(&terminal, &value);

    terminal.send("q");
    terminal.wait_for("Did it arrive?   y quit");
    terminal.send("y");
    assert_eq!(terminal.wait_exit().code(), Some(0));
    assert!(!terminal.screen().contains(&value[10..]), "not left behind on the shell's screen");
    assert!(!contains(&terminal.output(), ROBOT_SECRET), "what signs in is never shown");
    let files = files_below(terminal.home());
    assert!(files.iter().any(|(name, bytes)| name.ends_with("stderr") && contains(bytes, PLAIN)));
    for (name, bytes) in files {
        for canary in [value.as_str(), ROBOT_SECRET] {
            assert_absent(&name, &bytes, canary);
        }
    }
}

/// Neither as it is nor as its base64, at whichever of the three offsets it starts.
#[track_caller]
fn assert_absent(place: &str, bytes: &[u8], canary: &str) {
    // The common start would hide that only the part that matters got out.
    let tail = &canary[canary.len() - 20..];
    assert!(!contains(bytes, tail), "{place} holds the secret");
    for offset in 0..3 {
        let shifted = STANDARD_NO_PAD.encode([&b"\0\0\0"[..offset], tail.as_bytes()].concat());
        // The first and the last group depend on what stands beside it.
        let core = &shifted[4..shifted.len() - 4];
        assert!(!contains(bytes, core), "{place} holds the secret in base64");
    }
}

/// The command line and the environment of a process are there for others to read.
fn assert_not_told_by_the_system(terminal: &Terminal, value: &str) {
    for name in ["cmdline", "environ"] {
        let path = format!("/proc/{}/{name}", terminal.pid());
        // Unreadable, because the process forbids its memory to be read, is as good as absent; and there
        // are systems without these files.
        if let Ok(bytes) = std::fs::read(&path) {
            assert_absent(&path, &bytes, value);
        }
    }
    if let Ok(arguments) = std::fs::read(format!("/proc/{}/cmdline", terminal.pid())) {
        assert_absent("the command line", &arguments, ROBOT_SECRET);
    }
}
