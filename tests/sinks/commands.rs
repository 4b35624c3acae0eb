//! Commands that own the terminal, under the job control of a real shell.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};

use rustix::process::{Pid, kill_process};
use tempfile::tempdir;

use crate::VALUE;
use crate::program::{ARGUMENTS, DEADLINE, ORDER};
use crate::support::terminal::{PROMPT, Program, Signal, Terminal, key};

/// Writes a script to the program's home that pipes the secret to `child`. `sh run` starts it.
fn install_child(program: &Program, child: &str) {
    fs::write(program.home().join("child"), child).unwrap();
    let binary = std::env::current_exe().unwrap();
    let run = format!("{ORDER}='pipe sh child' exec {} {}\n", binary.display(), ARGUMENTS.join(" "));
    fs::write(program.home().join("run"), run).unwrap();
}

/// A shell that has started such a command.
fn shell_running(child: &str) -> Terminal {
    let program = Terminal::shell().size(40, 120);
    install_child(&program, child);
    let mut terminal = program.start_showing(PROMPT);
    terminal.send("sh run\r");
    terminal
}

#[test]
fn a_stopped_command_stops_the_program_too() {
    let mut terminal = shell_running("kill -STOP $$; cat >out; echo it goes on >/dev/tty");
    terminal.wait_for("Stopped");
    terminal.wait_for_prompt();
    terminal.press("fg\r", "it goes on");
    terminal.wait_for("answer: Succeeded");
    assert_eq!(fs::read_to_string(terminal.home().join("out")).unwrap(), VALUE);
}

#[test]
fn after_ctrl_z_one_fg_is_enough() {
    let mut terminal = shell_running(
        "echo $$ >pid; for turn in 1 2 3 4 5; do echo \"turn $turn\" >/dev/tty; read line </dev/tty; done; cat >/dev/null",
    );
    for turn in 1..=5 {
        terminal.wait_for(&format!("turn {turn}"));
        terminal.send(key::CTRL_Z);
        terminal.wait_for_prompt();
        // On a busy machine, the shell may prompt before the command has stopped reading.
        wait_for_stopped(&terminal.home().join("pid"));
        // If the command stopped twice, the shell would read the line, and the next turn would never come.
        terminal.send("fg\r");
        terminal.wait_until("the shell to hand the terminal over", |screen| {
            screen.contents().trim_end().ends_with("sh run")
        });
        terminal.send("go on\r");
    }
    terminal.wait_for("answer: Succeeded");
}

#[test]
fn sigint_and_sigquit_end_only_the_command() {
    for (key, response) in [("\x03", "answer: Killed(2)"), ("\x1c", "answer: Killed(3)")] {
        let mut terminal = shell_running("echo started >/dev/tty; exec sleep 60");
        terminal.wait_for("started");
        terminal.press(key, response);
    }
}

#[test]
fn in_an_orphaned_process_group_the_wait_continues() {
    // The first process of a session has no parent in the session, so the system ignores SIGTSTP for it.
    let folder = tempdir().unwrap();
    let pid_file = folder.path().join("pid");
    let program = Terminal::run(std::env::current_exe().unwrap()).args(ARGUMENTS);
    let child =
        format!("echo $$ >{0}.new; mv {0}.new {0}; kill -STOP $$; cat >/dev/null", pid_file.display());
    install_child(&program, &child);
    let mut terminal = program.env(ORDER, "pipe sh child").start();
    let pid = wait_for_stopped(&pid_file);
    kill_process(pid, Signal::CONT).unwrap();
    terminal.wait_for("answer: Succeeded");
}

/// Waits until the process in this file is stopped, which ps(1) shows as `T`.
fn wait_for_stopped(pid_file: &Path) -> Pid {
    let start = Instant::now();
    loop {
        let pid = fs::read_to_string(pid_file).unwrap_or_default();
        let pid = pid.trim();
        let state = Command::new("ps").args(["-o", "stat=", "-p", pid]).output().unwrap().stdout;
        if !pid.is_empty() && state.starts_with(b"T") {
            return Pid::from_raw(pid.parse().unwrap()).unwrap();
        }
        assert!(start.elapsed() < DEADLINE, "the command was never stopped");
        thread::sleep(Duration::from_millis(10));
    }
}

#[test]
fn a_command_inherits_no_credentials() {
    let credentials = [
        "MONGODB_ATLAS_CLIENT_SECRET",
        "MONGODB_ATLAS_CLIENT_ID",
        "MONGODB_ATLAS_PRIVATE_API_KEY",
        "MONGODB_ATLAS_PRIVATE_KEY",
        "MONGODB_ATLAS_PUBLIC_API_KEY",
        "MONGODB_ATLAS_ACCESS_TOKEN",
        "MCLI_PRIVATE_API_KEY",
        "MCLI_PUBLIC_API_KEY",
        "MONGODB_ATLAS_REFRESH_TOKEN",
        "MCLI_CLIENT_SECRET",
        "mongodb_atlas_client_secret",
    ];
    let mut program = Terminal::run(std::env::current_exe().unwrap())
        .args(ARGUMENTS)
        .env(ORDER, "pipe sh child")
        .env("UNRELATED", "kept")
        .env("MONGODB_URI", "kept")
        .env("MY_MONGODB_ATLAS_X", "kept");
    for name in credentials {
        program = program.env(name, "fake-credential");
    }
    install_child(&program, "cat >/dev/null; env >seen.new; mv seen.new seen");
    let terminal = program.start_showing("answer: Succeeded");
    let seen = fs::read_to_string(terminal.home().join("seen")).unwrap();
    for name in ["UNRELATED", "MONGODB_URI", "MY_MONGODB_ATLAS_X"] {
        assert!(seen.contains(&format!("{name}=kept")), "{seen}");
    }
    assert!(!seen.contains("fake-credential"), "{seen}");
}

#[test]
fn the_output_of_a_command_is_not_in_the_programs_standard_output() {
    let folder = tempdir().unwrap();
    let path = folder.path().join("stdout");
    let program = Terminal::run(std::env::current_exe().unwrap())
        .args(ARGUMENTS)
        .env(ORDER, "pipe sh child")
        .stdout_to(fs::File::create_new(&path).unwrap());
    install_child(&program, "cat >/dev/null; echo from the command");
    let mut terminal = program.start_showing("answer: Succeeded, printed [ServerText(\"from the command\")]");
    terminal.wait_exit();
    assert!(!fs::read_to_string(path).unwrap().contains("from the command"));
}
