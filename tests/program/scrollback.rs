//! The history of a terminal without an alternate screen: a revealed secret must not get into it.

use std::process::Command;

use crate::piping::pipe_to;
use crate::program::{create, quit_anyway, reveal};
use crate::support::terminal::{PROMPT, Terminal, key};
use crate::tools::{have, output};

#[test]
fn a_revealed_secret_does_not_get_into_the_history() {
    if !have(&["tmux"]) {
        return;
    }
    for way in ["resize", key::CTRL_L, key::CTRL_Z, "p", "q"] {
        let server = format!("atlas-secret-history-{}", std::process::id());
        let tmux = |arguments: &[&str]| {
            let mut command = Command::new("tmux");
            output(command.args(["-L", &server]).args(arguments).env_remove("TMUX")).unwrap()
        };
        let shell = format!("PS1='{PROMPT}' bash --noprofile --norc -i");
        let program = Terminal::run("tmux").args(["-L", &server, "-f", "/dev/null", "new-session", &shell]);
        let mut terminal = program.env("TERM", "xterm-256color").size(30, 100).start_showing(PROMPT);
        tmux(&["set", "-g", "alternate-screen", "off"]);
        terminal.send(&format!("env -u TMUX {} --demo\r", env!("CARGO_BIN_EXE_atlas-secret")));
        create(&mut terminal);
        let value = reveal(&mut terminal);
        match way {
            "resize" => {
                terminal.resize(36, 110);
                terminal.wait_until("the new size", |screen| screen.contents().lines().count() > 34);
            }
            key::CTRL_Z => {
                terminal.press(key::CTRL_Z, "Stopped");
                terminal.press("fg\r", "Secret created");
            }
            "p" => {
                pipe_to(&mut terminal, "false");
                terminal.wait_for("false exited with 1");
                terminal.press(key::ESC, "Deliver");
            }
            key::CTRL_L => terminal.send(key::CTRL_L),
            _ => {}
        }
        quit_anyway(&mut terminal);
        terminal.wait_for("never delivered");
        let history = tmux(&["capture-pane", "-p", "-S", "-"]);
        assert!(history.contains("never delivered"), "{history}");
        assert!(!history.contains(&value), "after {way:?}\n{history}");
        tmux(&["kill-server"]);
        terminal.wait_exit();
    }
}
