//! tmux with its default options, observed from the terminal in which it runs.

use std::io::Read;
use std::process::Command;
use std::sync::{
    Arc, Mutex,
    atomic::{AtomicU32, Ordering},
};
use std::thread;

use atlas_secret::delivery::{Copier, CopyError, CopyOutcome, Environment, Preference, TerminalRoute};
use atlas_secret::domain::ServerText;
use atlas_secret::process::this_program;
use secrecy::SecretString;

use crate::display::Display;
use crate::program::Program;
use crate::tools::{Running, have, output, wait_for};
use crate::{VALUE, VALUE_IN_BASE64};

/// A new tmux server with one terminal attached.
struct Tmux {
    name: String,
    /// The value of `TMUX` inside the server.
    variable: String,
    /// All bytes that the outer terminal received.
    outer_output: Arc<Mutex<Vec<u8>>>,
    terminal: Option<Running>,
}

impl Tmux {
    fn start() -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let name = format!("atlas-secret-test-{}-{count}", std::process::id());
        let mut tmux = Self { name, variable: String::new(), outer_output: Arc::default(), terminal: None };
        tmux.run(&["-f", "/dev/null", "new-session", "-d", "-s", "inside", "cat"]);
        let variable = tmux.run(&["display-message", "-p", "#{socket_path},#{pid},0"]);
        variable.trim_end().clone_into(&mut tmux.variable);
        tmux.attach();
        tmux
    }

    fn attach(&mut self) {
        let (mut outer, inner) = pty_process::blocking::open().unwrap();
        outer.resize(pty_process::Size::new(24, 80)).unwrap();
        let attached = pty_process::blocking::Command::new("tmux")
            .args(["-L", &self.name, "attach"])
            .env("TERM", "xterm-256color")
            .env_remove("TMUX")
            .spawn(inner)
            .unwrap();
        self.terminal = Some(Running(attached));
        let outer_output = Arc::clone(&self.outer_output);
        thread::spawn(move || {
            let mut piece = [0; 4096];
            while let Ok(length @ 1..) = outer.read(&mut piece) {
                outer_output.lock().unwrap().extend_from_slice(&piece[..length]);
            }
        });
        wait_for("the terminal to be attached", || (!self.run(&["list-clients"]).is_empty()).then_some(()));
    }

    fn run(&self, arguments: &[&str]) -> String {
        let mut command = Command::new("tmux");
        command.args(["-L", &self.name]).args(arguments).env_remove("TMUX").env_remove("TMUX_PANE");
        output(&mut command).unwrap()
    }

    fn outer_terminal_received(&self, text: &str) -> bool {
        let sent = self.outer_output.lock().unwrap();
        sent.windows(text.len()).any(|window| window == text.as_bytes())
    }
}

impl Drop for Tmux {
    fn drop(&mut self) {
        drop(self.terminal.take());
        Command::new("tmux").args(["-L", &self.name, "kill-server"]).status().ok();
        let (socket, _) = self.variable.split_once(',').unwrap_or_default();
        std::fs::remove_file(socket).ok();
    }
}

async fn copy_inside(variable: &str, preference: Preference) -> CopyOutcome {
    let (outcome, sent) = copy_from(&[("TMUX", variable), ("TERM", "dumb")], preference).await;
    assert!(sent.is_empty(), "tmux would discard it");
    outcome
}

/// Copies with these variables. Returns the outcome and the bytes sent to the terminal.
async fn copy_from(variables: &[(&str, &str)], preference: Preference) -> (CopyOutcome, Vec<u8>) {
    let variable = |wanted: &str| variables.iter().find(|(name, _)| *name == wanted);
    let environment = Environment::read(|name| variable(name).map(|(_, value)| (*value).to_owned()));
    let mut terminal = Vec::new();
    let copier = Copier::new(environment, preference, None, this_program());
    let outcome = copier.copy(&SecretString::from(VALUE), &mut terminal).await;
    (outcome, terminal)
}

fn reasons(outcome: &CopyOutcome) -> Vec<&str> {
    match outcome {
        CopyOutcome::Failed { reasons } => reasons.iter().map(ServerText::as_str).collect(),
        _ => panic!("{outcome:?} is not a failure"),
    }
}

#[tokio::test]
async fn tmux_passes_the_value_to_its_terminal_and_keeps_no_buffer() {
    if !have(&["tmux"]) {
        return;
    }
    let tmux = Tmux::start();
    let outcome = copy_inside(&tmux.variable, Preference::Auto).await;
    assert_eq!(outcome, CopyOutcome::Sent(TerminalRoute::Tmux));
    wait_for("OSC 52 on the terminal outer_output", || {
        tmux.outer_terminal_received(VALUE_IN_BASE64).then_some(())
    });
    assert!(tmux.outer_terminal_received("\u{1b}]52;"));
    assert_eq!(tmux.run(&["list-buffers"]), "");
}

#[tokio::test]
async fn a_missing_tmux_server_is_reported() {
    if !have(&["tmux"]) {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let dead = folder.path().join("socket");
    drop(std::os::unix::net::UnixListener::bind(&dead).unwrap());
    for socket in ["/nonexistent/socket", "", dead.to_str().unwrap(), "/dev/null", "no socket at all"] {
        let session = format!("{socket},1,0");
        let outcome = copy_inside(&session, Preference::Tmux).await;
        assert_eq!(reasons(&outcome), ["The tmux server that TMUX names is not running."], "{socket:?}");
        // The terminal may accept OSC 52 anyway.
        let (outcome, sent) =
            copy_from(&[("TMUX", &session), ("TERM", "xterm-256color")], Preference::Auto).await;
        let route = TerminalRoute::Osc52Instead(CopyError::TmuxGone);
        assert_eq!((outcome, sent.is_empty()), (CopyOutcome::Sent(route), false), "{socket:?}");
    }
    let outcome = copy_inside("", Preference::Tmux).await;
    assert_eq!(reasons(&outcome), ["This program is not running inside tmux."]);
}

#[tokio::test]
async fn copying_that_is_turned_off_is_reported() {
    let outcome = copy_inside("", Preference::Off).await;
    assert_eq!(reasons(&outcome), ["Copying is turned off (--clipboard off)."]);
}

#[test]
fn the_environment_of_the_tmux_session_beats_a_stale_one() {
    let Some(display) = Display::start().filter(|_| have(&["tmux"])) else { return };
    let tmux = Tmux::start();
    let here = [("DISPLAY", display.name.as_str()), ("TMUX", &tmux.variable)];
    let copy = format!("copy {VALUE}");

    tmux.run(&["set-environment", "-t", "inside", "DISPLAY", &display.name]);
    tmux.run(&["set-environment", "-t", "inside", "SSH_CONNECTION", "192.0.2.1 5 192.0.2.2 22"]);
    let mut started_locally = Program::start(&here);
    assert_eq!(started_locally.ask(&copy), "Sent(Tmux) ", "since attached over SSH");
    assert_eq!(display.paste(), None, "that display belongs to another machine");

    tmux.run(&["set-environment", "-t", "inside", "-r", "SSH_CONNECTION"]);
    let mut started_over_ssh =
        Program::start(&[here[0], here[1], ("SSH_CONNECTION", "192.0.2.1 5 192.0.2.2 22")]);
    assert_eq!(started_over_ssh.ask(&copy), "Copied ", "since attached locally");

    tmux.run(&["set-environment", "-t", "inside", "DISPLAY", "localhost:10.0"]);
    assert_eq!(started_over_ssh.ask(&copy), "Sent(Tmux) ", "since attached from another display");
}
