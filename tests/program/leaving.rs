//! The question before a secret is lost.

use crate::atlas::{Atlas, PLAIN, PROJECT};
use crate::piping::pipe_to;
use crate::program::{created, demo, filled, labeled};
use crate::saving::save;
#[cfg(target_os = "linux")]
use crate::tools::wait_for;

const WARNING: &str = "You have not copied or saved this secret. After you quit, it cannot be shown again.";

#[test]
fn the_secret_can_be_deleted_in_atlas() {
    let atlas = Atlas::start();
    let mut terminal = created(filled(&atlas, PLAIN));
    let secret_id = labeled(&terminal.screen(), "Secret ID");
    terminal.press("q", WARNING);
    terminal.press("d", "Delete the new secret? It was not delivered.");
    terminal.leave("y", 0);
    let delete = format!("DELETE /api/atlas/v2/groups/{PROJECT}/serviceAccounts/{PLAIN}/secrets/{secret_id}");
    assert_eq!(atlas.requests().last(), Some(&delete));
    terminal.shows(&format!("Secret {secret_id} for {PLAIN}"));
    terminal.shows("deleted in Atlas");
}

#[test]
fn nothing_has_to_be_deleted_after_the_demo() {
    let mut terminal = created(demo());
    terminal.press("q", WARNING);
    terminal.leave("y", 3);
    terminal.shows("never delivered. There is nothing to do: that was the demo.");
    assert!(!terminal.screen().contains("in Atlas"));
}

/// With no file descriptor left, the program cannot take the terminal back after the command.
#[cfg(target_os = "linux")]
#[test]
fn a_terminal_error_after_the_delivery_exits_with_0() {
    use std::fs;

    use rustix::process::{Pid, Resource, Rlimit, prlimit};

    let atlas = Atlas::start();
    let mut terminal = created(filled(&atlas, PLAIN));
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
