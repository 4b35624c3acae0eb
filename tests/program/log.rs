//! The log: it has the requests to Atlas, but no secrets.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use crate::atlas::{Atlas, PLAIN, PROJECT};
use crate::program::{as_service_account, created, quit_anyway};
use crate::support::terminal::Terminal;

#[test]
fn only_a_regular_file_can_be_the_log() {
    for (prepare, path, error) in [
        ("mkfifo log", "log", "not a regular file"),
        ("mkfifo log; (cat log &)", "log", "not a regular file"),
        ("mkdir log", "log", "not a regular file"),
        ("true", "/dev/tty", "not a regular file"),
        ("true", "/dev/null", "not a regular file"),
        ("true", "/dev/full", "not a regular file"),
        ("true", "/dev/stderr", "not a regular file"),
        ("exec >log", "log", "standard output goes to this file"),
        ("exec >out; ln out log", "log", "standard output goes to this file"),
        ("true", "missing/log", "No such file or directory"),
    ] {
        let line = format!("{prepare}; exec \"$0\" --demo --log-file {path}");
        let arguments = ["-c", &line, env!("CARGO_BIN_EXE_atlas-secret")];
        let mut terminal = Terminal::run("bash").args(arguments).size(30, 120).start();
        // Do not wait for the exit: the reader of the pipe outlives the program.
        terminal.wait_for(error);
        terminal.shows(&format!("--log-file {path}: "));
        assert!(!terminal.is_alternate_screen());
    }
}

#[test]
fn the_log_contains_requests_but_no_secrets() {
    let atlas = Atlas::start();
    let (_, login) = atlas.service_account();
    let program = as_service_account(&atlas).args(["--project-id", PROJECT, "--client-id", PLAIN]);
    let path = program.home().join("requests.log");
    fs::write(&path, "").unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
    let mut terminal = created(program.args(["--log-file", path.to_str().unwrap()]));
    let shown = terminal.press("r", "mdb_sa_sk_DEMO");
    let value = shown.split_whitespace().find(|word| word.starts_with("mdb_sa_sk_DEMO")).unwrap();
    quit_anyway(&mut terminal);
    terminal.wait_exit();
    let log = fs::read_to_string(&path).unwrap();
    for line in
        ["method=POST path=\"/api/oauth/token\"", "method=POST path=\"/api/atlas/v2/groups/", "status=201"]
    {
        assert!(log.contains(line), "{line} is missing in\n{log}");
    }
    for secret in [value, login.as_str(), "Bearer", "Basic", "Authorization"] {
        assert!(!log.contains(secret), "{log}");
    }
    assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
}
