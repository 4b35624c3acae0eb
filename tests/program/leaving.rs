//! The guard between a secret and its loss.

use crate::atlas::{Atlas, PLAIN, PROJECT};
use crate::piping::pipe_to;
use crate::program::{assert_given_back, create, filled, labelled};
use crate::saving::save;
use crate::support::terminal::{Terminal, key};
#[cfg(target_os = "linux")]
use crate::tools::wait_for;

const WARNING: &str = "You have not copied or saved this secret. After you quit, it cannot be shown again.";

/// A secret on the screen, and its id.
fn with_secret(atlas: &Atlas) -> (Terminal, String) {
    let mut terminal = filled(atlas, PLAIN).start();
    create(&mut terminal);
    let secret_id = labelled(&terminal.screen(), "Secret ID");
    (terminal, secret_id)
}

#[test]
fn leaving_without_a_copy_asks_and_enter_answers_nothing() {
    let atlas = Atlas::start();
    let (mut terminal, _) = with_secret(&atlas);
    for back in [key::ESC, "n"] {
        terminal.send("q");
        let screen = terminal.wait_for("Quit anyway?   y quit   n back   c copy   d delete");
        assert!(screen.contains(WARNING), "{screen}");
        terminal.send(key::ENTER);
        terminal.wait_for("Press y (quit) or n (back).");
        terminal.send(back);
        terminal.wait_gone(WARNING);
        assert!(terminal.screen().contains("Secret created"), "{}", terminal.screen());
    }
}

#[test]
fn the_secret_can_be_deleted_in_atlas() {
    let atlas = Atlas::start();
    let (mut terminal, secret_id) = with_secret(&atlas);
    terminal.send("q");
    terminal.wait_for(WARNING);
    terminal.send("d");
    assert_eq!(terminal.wait_exit().code(), Some(0), "nothing is left behind");
    let delete = format!("DELETE /api/atlas/v2/groups/{PROJECT}/serviceAccounts/{PLAIN}/secrets/{secret_id}");
    assert_eq!(atlas.requests().last(), Some(&delete));
    assert!(terminal.screen().contains(&format!("Secret {secret_id} for {PLAIN}")), "{}", terminal.screen());
    assert!(terminal.screen().contains("deleted in Atlas"), "{}", terminal.screen());
}

#[test]
fn leaving_anyway_says_what_is_left_behind() {
    let atlas = Atlas::start();
    let (mut terminal, secret_id) = with_secret(&atlas);
    terminal.send("q");
    terminal.wait_for(WARNING);
    terminal.send("y");
    assert_eq!(terminal.wait_exit().code(), Some(3));
    assert_given_back(&terminal);
    let last_words = terminal.screen();
    assert!(last_words.contains(&format!("Secret {secret_id} for {PLAIN}")), "{last_words}");
    assert!(last_words.contains("never delivered"), "{last_words}");
}

#[test]
fn a_second_ctrl_c_always_leaves() {
    let atlas = Atlas::start();
    let (mut terminal, secret_id) = with_secret(&atlas);
    terminal.send(key::CTRL_C);
    terminal.wait_for(WARNING);
    terminal.send(key::CTRL_C);
    assert_eq!(terminal.wait_exit().code(), Some(3));
    assert!(terminal.screen().contains(&secret_id), "{}", terminal.screen());
}

#[test]
fn another_secret_is_guarded_like_leaving() {
    let atlas = Atlas::start();
    let (mut terminal, first) = with_secret(&atlas);
    terminal.send("n");
    terminal
        .wait_for("You have not copied or saved this secret. After you continue, it cannot be shown again.");
    terminal.send("y");
    terminal.wait_for("[ Create secret ]");
    terminal.send(key::CTRL_C);
    // The loss is not forgotten because the program went on after it.
    assert_eq!(terminal.wait_exit().code(), Some(3));
    assert!(terminal.screen().contains(&first), "{}", terminal.screen());
}

/// The terminal cannot be taken back from a command when no file can be opened.
#[cfg(target_os = "linux")]
#[test]
fn an_error_of_the_terminal_after_the_delivery_ends_with_0() {
    use std::fs;

    use rustix::process::{Pid, Resource, Rlimit, prlimit};

    let atlas = Atlas::start();
    let mut terminal = filled(&atlas, PLAIN).start();
    create(&mut terminal);
    save(&mut terminal, "saved.env");
    terminal.wait_for("Saved to");
    pipe_to(&mut terminal, "sh -c 'cat >/dev/null; touch started; while [ ! -e go ]; do sleep 0.05; done'");
    let home = terminal.home().to_owned();
    wait_for("the command", || home.join("started").exists().then_some(()));
    let program = Pid::from_raw(i32::try_from(terminal.pid()).unwrap());
    prlimit(program, Resource::Nofile, Rlimit { current: Some(3), maximum: Some(3) }).unwrap();
    fs::write(home.join("go"), "").unwrap();
    assert_eq!(terminal.wait_exit().code(), Some(0), "{}", terminal.screen());
    let screen = terminal.screen();
    assert!(screen.contains("Terminal error: ") && screen.contains("saved to "), "{screen}");
}
