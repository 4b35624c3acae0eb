//! Mistakes of the program's own. Only a build with debug assertions can be made to make one.

#![cfg(debug_assertions)]

use crate::atlas::{Atlas, PLAIN, PROJECT};
use crate::headless::alone;
use crate::program::{as_service_account, assert_given_back, contains};
use crate::support::terminal::{Terminal, key};

/// What the panic says, which must not get out.
const MESSAGE: &str = "FAKE-in-the-message";

fn start_with_panic(atlas: &Atlas, place: &str) -> Terminal {
    let program = as_service_account(atlas).args(["--project-id", PROJECT, "--client-id", PLAIN]);
    let mut terminal = program.env("ATLAS_SECRET_TEST_PANIC", place).start();
    terminal.wait_for("[ Create secret ]");
    terminal.send(key::ENTER);
    terminal
}

#[test]
fn a_panic_gives_the_terminal_back_and_names_its_place() {
    let atlas = Atlas::start();
    let mut terminal = start_with_panic(&atlas, "draw");
    assert_eq!(terminal.wait_exit().code(), Some(3), "a secret exists that nobody has");
    assert_given_back(&terminal);
    let last_words = terminal.screen();
    assert!(last_words.contains("Internal error at src/jobs/test_hooks.rs"), "{last_words}");
    assert_eq!(last_words.matches(&format!("for {PLAIN}")).count(), 1, "said once\n{last_words}");
    assert!(last_words.contains("never delivered"), "{last_words}");
    assert!(!contains(&terminal.output(), MESSAGE), "{last_words}");
    assert!(!contains(&terminal.output(), "mdb_sa_sk_DEMO"), "{last_words}");
    assert_eq!(atlas.live_tokens(), 0, "the token was given back all the same");
}

#[test]
fn a_panic_of_a_task_is_a_failure_on_the_screen() {
    let atlas = Atlas::start();
    let mut terminal = start_with_panic(&atlas, "sign in");
    let screen = terminal.wait_for("Nothing was created.");
    assert!(screen.contains(PLAIN), "everything typed is still there\n{screen}");
    terminal.send(key::CTRL_C);
    assert_eq!(terminal.wait_exit().code(), Some(0));
    assert!(!contains(&terminal.output(), MESSAGE), "{screen}");
    assert_eq!(atlas.creates(), 0);
}

#[test]
fn a_panic_around_the_request_leaves_its_outcome_unknown() {
    let atlas = Atlas::start();
    let mut terminal = start_with_panic(&atlas, "create");
    let screen = terminal.wait_for("src/jobs/test_hooks.rs");
    assert!(screen.contains("A secret may have been created"), "{screen}");
    terminal.send("q");
    terminal.wait_for("A secret may exist in Atlas. Quit?");
    terminal.send("y");
    assert_eq!(terminal.wait_exit().code(), Some(3));
    assert!(terminal.screen().contains("may have been created"), "{}", terminal.screen());
    assert!(!contains(&terminal.output(), MESSAGE), "{screen}");
}

#[test]
fn a_panic_once_the_post_may_run_claims_nothing_without_a_terminal() {
    let atlas = Atlas::start();
    let mut command = alone(&atlas, PLAIN);
    command.args(["--format", "env"]).env("ATLAS_SECRET_TEST_PANIC", "progress");
    let output = command.output().unwrap();
    let errors = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(3), "{errors}");
    assert!(errors.contains("Internal error at src/jobs/test_hooks.rs"), "{errors}");
    assert!(errors.contains(&format!("for {PLAIN}: it may have been created")), "{errors}");
    assert!(!errors.contains("Nothing was created") && !errors.contains(MESSAGE), "{errors}");
}
