//! `--yes` with a terminal: the form is skipped, and the secret is shown.

use crate::atlas::{Atlas, PLAIN, TWO_VALID};
use crate::printing::shell_line;
use crate::program::{contains, filled, labeled, peek};
use crate::support::terminal::key;

#[test]
fn with_a_terminal_the_secret_is_shown_without_a_key() {
    let atlas = Atlas::start();
    let mut terminal = filled(&atlas, PLAIN).arg("--yes").start_showing("q quit");
    terminal.shows("Secret created");
    let secret_id = labeled(&terminal.screen(), "Secret ID");
    assert!(atlas.accepts(PLAIN, &peek(&mut terminal)));
    terminal.press("q", "You have not copied or saved this secret.");
    terminal.leave("y", 3);
    terminal.shows(&secret_id);
    assert!(!contains(&terminal.output(), "[ Create secret ]"), "the form was never shown");
}

#[test]
fn with_a_terminal_an_error_leads_to_the_form_and_exits_with_1() {
    let atlas = Atlas::start();
    let mut terminal = filled(&atlas, TWO_VALID).arg("--yes").start_showing("This account has 2 secrets");
    terminal.wait_for("[ Delete one first… ]");
    terminal.leave(key::CTRL_C, 1);
    assert_eq!(atlas.creates(), 0);
}

#[test]
fn with_a_terminal_a_failed_write_shows_the_secret() {
    let atlas = Atlas::start();
    let mut terminal = shell_line(&atlas, "run --yes --format json >/dev/full")
        .start_showing("Not written. No space left for standard output.");
    terminal.wait_for("q quit");
    let value = peek(&mut terminal);
    assert!(atlas.accepts(PLAIN, &value));
    terminal.press("q", "You have not copied or saved this secret.");
    terminal.leave("y", 3);
}
