//! While Atlas does not respond, the screen reacts to keys, nothing is sent twice, and a late response is not lost.

use crate::atlas::{Atlas, SLOW};
use crate::program::{created, filled};
use crate::support::terminal::{Terminal, key};

const QUESTION: &str = "Stop waiting? Atlas may already have created the secret.";
/// This is shown, whatever the lookup of the account found.
const STOPPED: &str = "The request is still running. If Atlas answers, the secret is shown.";

/// Submits the form, and waits until Atlas has created the secret and holds back the response.
#[track_caller]
pub fn wait_for_post(terminal: &mut Terminal, atlas: &Atlas) {
    terminal.wait_for("[ Create secret ]");
    terminal.send(key::ENTER);
    // The spinner changes the screen while the request is running, so the condition is checked again.
    terminal.wait_until("the request to wait for its response", |screen| {
        screen.contents().contains("stop waiting") && atlas.secrets_created() == 1
    });
}

#[test]
fn keys_work_while_atlas_does_not_respond() {
    let atlas = Atlas::with_delay(30);
    let mut terminal = filled(&atlas, SLOW).start();
    wait_for_post(&mut terminal, &atlas);
    let silent_since = std::time::Instant::now();
    terminal.press(key::ESC, QUESTION);
    terminal.press_until_gone("n", QUESTION);
    terminal.press(key::CTRL_Z, "Cannot suspend while Atlas is answering.");
    terminal.press(key::CTRL_C, QUESTION);
    assert!(silent_since.elapsed().as_secs() < 30, "all keys were handled before the response");
    let screen = terminal.press("y", "b back");
    assert!(screen.contains(STOPPED), "{screen}");
    assert!(screen.contains("Still waiting for the response"), "{screen}");
    assert!(screen.contains(SLOW), "{screen}");

    // The help also works while the request is running.
    terminal.press("?", "Keys ");
    terminal.press(key::ESC, STOPPED);

    terminal.press("q", "The response may still arrive and would be lost. Quit?");
    terminal.press_until_gone("n", "would be lost. Quit?");
    terminal.press("q", "The response may still arrive and would be lost. Quit?");
    terminal.leave("y", 3);
    terminal.shows("this run probably created it, but its value is lost.");
    assert_eq!(atlas.creates(), 1);
}

#[test]
fn shortening_a_secret_asks_first() {
    let atlas = Atlas::start();
    let mut terminal = created(filled(&atlas, crate::atlas::PLAIN));
    terminal.press("n", "Continue without it?");
    terminal.press("y", "[ Create secret ]");
    terminal.press(key::ENTER, "This cannot be undone.");
    // Enter does not confirm, so key repeat cannot.
    terminal.send(key::ENTER);
    terminal.press("n", "Stopped. Nothing was created.");
    assert_eq!(atlas.creates(), 1);
    terminal.press(key::ENTER, "This cannot be undone.");
    terminal.press("y", "Secret created");
    assert_eq!(atlas.creates(), 2);
}
