//! System limits, and terminals and pipes that do not read.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::process::Command;

use crate::atlas::{Atlas, PLAIN, PROJECT};
use crate::program::{assert_restored, contains, created, filled, labeled, quit_anyway};
use crate::saving::save;
use crate::support::terminal::{Program, Signal, Terminal, key};
use crate::tools::have;

/// The program with a filled form, started by a shell after this line.
fn after(atlas: &Atlas, line: &str) -> Program {
    Terminal::run("bash")
        .args(["-c", &format!("{line}; exec \"$BINARY\" --project-id {PROJECT} --client-id {PLAIN} \"$@\"")])
        .arg("bash")
        .size(30, 120)
        .env("BINARY", env!("CARGO_BIN_EXE_atlas-secret"))
        .envs(atlas.with_token())
}

#[test]
fn a_file_size_limit_is_an_error_of_the_write() {
    let atlas = Atlas::start();
    let mut terminal = after(&atlas, "ulimit -f 0").start_showing("[ Create secret ]");
    terminal.press(key::ENTER, "File too large");
    terminal.wait_for("Secret created");
    save(&mut terminal, "secret");
    terminal.wait_for("File too large");
    terminal.press_until_gone(key::ESC, "Save to");
    quit_anyway(&mut terminal);
    assert_eq!(terminal.wait_exit().code(), Some(3));
    assert_restored(&terminal);
}

#[test]
fn a_low_limit_of_open_files_is_an_error_before_any_request() {
    let atlas = Atlas::start();
    for limit in [5, 6, 8, 10, 12, 16, 20] {
        for arguments in [&[][..], &["--yes"]] {
            let mut terminal = after(&atlas, &format!("ulimit -n {limit}")).args(arguments).start();
            assert_eq!(terminal.wait_exit().code(), Some(2), "{limit} {arguments:?}\n{}", terminal.screen());
            assert!(terminal.screen().contains("ulimit -n"), "{limit}\n{}", terminal.screen());
            assert_restored(&terminal);
        }
    }
    assert_eq!(atlas.requests(), Vec::<String>::new());
}

/// One process with its first thread is all that a run without an interface needs.
#[test]
fn a_run_needs_one_thread_and_says_so() {
    if !rustix::process::geteuid().is_root() || !have(&["setpriv"]) {
        return println!("skipped: needs root and setpriv, to become a user who has no other process");
    }
    let home = tempfile::tempdir().unwrap();
    fs::set_permissions(home.path(), fs::Permissions::from_mode(0o777)).unwrap();
    for (limit, code, says) in
        [(1, 2, "Nothing was created. No thread can be started;"), (2, 0, "written to")]
    {
        let run = format!("ulimit -u {limit}; exec \"$0\" --demo --yes --format secret");
        let mut command = Command::new("setpriv");
        command.args(["--reuid=65533", "--regid=65533", "--clear-groups", "bash", "-c", &run]);
        command.arg(env!("CARGO_BIN_EXE_atlas-secret")).env_clear().env("HOME", home.path());
        let output = command.output().unwrap();
        let message = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(code), "{limit}: {message}");
        assert!(message.contains(says), "{limit}: {message}");
        assert_eq!(output.stdout.is_empty(), code != 0, "{limit}");
    }
}

#[test]
fn a_time_zone_that_never_ends_does_not_block_the_program() {
    let atlas = Atlas::start();
    let mut terminal = created(filled(&atlas, PLAIN).env("TZ", ":/dev/tty"));
    assert!(terminal.screen().contains("Expires"), "{}", terminal.screen());
    quit_anyway(&mut terminal);
    assert_eq!(terminal.wait_exit().code(), Some(3));
}

#[test]
fn a_full_pipe_on_standard_error_does_not_block_the_program() {
    let atlas = Atlas::start();
    // The pipe is not read until the program has ended.
    let line = "mkfifo p; exec 9<>p; head -c 65536 /dev/zero >&9; exec 2>&9";
    let mut terminal = created(after(&atlas, line));
    terminal.signal(Signal::TERM);
    assert_eq!(terminal.wait_exit().code(), Some(3));
    assert_restored(&terminal);

    let mut terminal =
        after(&atlas, &format!("{line}; umask 077; exec >got")).args(["--yes", "--format", "secret"]).start();
    assert_eq!(terminal.wait_exit().code(), Some(0));
    assert!(fs::read_to_string(terminal.home().join("got")).unwrap().starts_with("mdb_sa_sk_"));
    assert_eq!(atlas.creates(), 2);
}

#[test]
fn an_invalid_terminal_size_is_replaced() {
    let atlas = Atlas::start();
    for (variables, rows, columns) in [("", 24, 80), ("COLUMNS=100 LINES=30", 30, 100)] {
        let line = format!("stty cols 0 rows 0; export {variables}");
        let mut terminal = after(&atlas, &line).start_showing("[ Create secret ]");
        // The footer is on the last row, and the rule is as wide as the screen.
        let lines: Vec<String> = terminal.screen().lines().map(str::to_owned).collect();
        assert_eq!(lines.len(), rows, "{}", terminal.screen());
        assert!(lines[1].trim().chars().count() > columns - 8, "{}", terminal.screen());
        assert!(lines[1].trim().chars().count() <= columns, "{}", terminal.screen());
        terminal.leave(key::CTRL_C, 0);
    }
    let mut terminal = after(&atlas, "stty cols 65535 rows 65535").start();
    create_unseen(&mut terminal);
    let mut terminal = created(after(&atlas, "true"));
    assert_ne!(labeled(&terminal.screen(), "Secret ID"), "");
    terminal.set_reported_size(u16::MAX, u16::MAX);
    let mut length = terminal.output_length();
    terminal.send("q");
    // A y that comes before the question answers nothing.
    while !contains(&terminal.output(), "anyway?") {
        terminal.wait_output_beyond(length);
        length = terminal.output_length();
    }
    terminal.leave("y", 3);
    assert_restored(&terminal);
}

/// The screen is larger than the emulator's, so its content is unknown.
#[track_caller]
fn create_unseen(terminal: &mut Terminal) {
    terminal.wait_output_beyond(1000);
    terminal.leave(key::CTRL_C, 0);
    assert_restored(terminal);
}
