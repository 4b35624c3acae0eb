//! Panics of the program. Only a build with debug assertions can trigger them.

#![cfg(debug_assertions)]

use crate::atlas::{Atlas, PLAIN, PROJECT};
use crate::headless::without_terminal;
use crate::program::{as_service_account, assert_restored, contains, run};
use crate::support::terminal::{Terminal, key};

/// The message of the panic, which must not be printed.
const MESSAGE: &str = "FAKE-in-the-message";

fn start_with_panic(atlas: &Atlas, place: &str) -> Terminal {
    let program = as_service_account(atlas).args(["--project-id", PROJECT, "--client-id", PLAIN]);
    let mut terminal = program.env("ATLAS_SECRET_TEST_PANIC", place).start_showing("[ Create secret ]");
    terminal.send(key::ENTER);
    terminal
}

#[test]
fn a_panic_restores_the_terminal_and_reports_its_location() {
    let atlas = Atlas::start();
    let mut terminal = start_with_panic(&atlas, "draw");
    assert_eq!(terminal.wait_exit().code(), Some(3), "the secret was not delivered");
    assert_restored(&terminal);
    let screen = terminal.screen();
    assert!(screen.contains("Internal error at src/jobs/test_hooks.rs"), "{screen}");
    assert_eq!(screen.matches(&format!("for {PLAIN}")).count(), 1, "reported once\n{screen}");
    assert!(screen.contains("never delivered"), "{screen}");
    assert!(!contains(&terminal.output(), MESSAGE), "{screen}");
    assert!(!contains(&terminal.output(), "mdb_sa_sk_DEMO"), "{screen}");
    assert_eq!(atlas.live_tokens(), 0, "the token was revoked anyway");
}

#[test]
fn a_panic_in_a_task_is_an_error_on_the_screen() {
    let atlas = Atlas::start();
    let mut terminal = start_with_panic(&atlas, "sign in");
    let screen = terminal.wait_for("Nothing was created.");
    assert!(screen.contains(PLAIN), "the form keeps its text\n{screen}");
    terminal.leave(key::CTRL_C, 0);
    assert!(!contains(&terminal.output(), MESSAGE), "{screen}");
    assert_eq!(atlas.creates(), 0);
}

#[test]
fn a_panic_during_the_request_leaves_its_outcome_unknown() {
    let atlas = Atlas::start();
    let mut terminal = start_with_panic(&atlas, "create");
    let screen = terminal.wait_for("src/jobs/test_hooks.rs");
    assert!(screen.contains("A secret may have been created"), "{screen}");
    terminal.press("q", "A secret may exist in Atlas. Quit?");
    terminal.leave("y", 3);
    terminal.shows("may have been created");
    assert!(!contains(&terminal.output(), MESSAGE), "{screen}");
}

#[test]
fn a_panic_after_the_post_has_started_reports_that_a_secret_may_exist() {
    let atlas = Atlas::start();
    let mut command = without_terminal(&atlas, PLAIN);
    command.args(["--format", "env"]).env("ATLAS_SECRET_TEST_PANIC", "progress");
    let run = run(&mut command, 3);
    run.says("Internal error at src/jobs/test_hooks.rs");
    run.says(&format!("for {PLAIN} may have been created"));
    assert!(!run.stderr.contains("Nothing was created") && !run.stderr.contains(MESSAGE), "{}", run.stderr);
}
