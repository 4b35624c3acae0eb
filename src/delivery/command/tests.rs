//! Commands that every system has, each of which behaves differently. Tests that need a terminal are in `tests/sinks/`.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use secrecy::ExposeSecret;
use tempfile::TempDir;

use super::*;
use crate::delivery::fixtures::{payload, payload_of};
use crate::domain::ServerText;

/// Long enough for a busy machine; only a failing test reaches it.
const DEADLINE: Duration = Duration::from_secs(20);

/// A folder for the files that a command writes. `{}` in a line is replaced by its path.
struct Folder(TempDir);

impl Folder {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    async fn run(&self, line: &str) -> CommandOutcome {
        self.run_with(line, Format::Secret, &payload()).await.0
    }

    async fn run_with(
        &self,
        line: &str,
        format: Format,
        payload: &SecretPayload,
    ) -> (CommandOutcome, CommandOutput) {
        let line = line.replace("{}", self.0.path().to_str().unwrap());
        tokio::time::timeout(DEADLINE, pipe_to(&line, None, format, payload, Box::new(io::sink())))
            .await
            .unwrap()
    }

    /// Returns the output of a command that succeeds.
    async fn printed(&self, line: &str) -> String {
        let (outcome, output) = self.run_with(line, Format::Secret, &payload()).await;
        assert_eq!(outcome, CommandOutcome::Succeeded, "{output:?}");
        let lines: Vec<&str> = output.lines.iter().map(ServerText::as_str).collect();
        lines.join("\n")
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap()
    }
}

async fn wait_for_file(path: &Path) {
    let start = Instant::now();
    while !path.exists() {
        assert!(start.elapsed() < DEADLINE, "{} never came", path.display());
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

#[tokio::test]
async fn a_command_gets_the_secret_in_its_format() {
    let folder = Folder::new();
    for format in Format::ALL {
        let ended = folder.run_with("sh -c 'cat > {}/out'", format, &payload()).await;
        assert_eq!(ended, (CommandOutcome::Succeeded, CommandOutput::default()));
        assert_eq!(folder.read("out"), render(format, &payload()).expose_secret(), "{format:?}");
    }
}

#[tokio::test]
async fn output_is_captured_without_the_secret() {
    let folder = Folder::new();
    let line = "sh -c 'cat >/dev/null; echo stored; sleep 0.1; echo a warning >&2'";
    assert_eq!(folder.printed(line).await, "stored\na warning");
    let hidden = "(not shown: it contains the secret)";
    assert_eq!(folder.printed("sh -c cat").await, hidden);
    assert_eq!(folder.printed("sh -c 'cat | base64'").await, hidden);
    assert_eq!(folder.printed("sh -c 'cat >&2'").await, hidden);
    let (_, output) = folder.run_with("sh -c cat", Format::Env, &payload()).await;
    let lines: Vec<&str> = output.lines.iter().map(ServerText::as_str).collect();
    assert_eq!(lines, [hidden]);
}

#[tokio::test]
async fn an_unread_secret_is_reported() {
    let folder = Folder::new();
    for line in ["true", "head -c 5", "sh -c 'exec <&-; exit 0'", "sh -c 'head -c 49'"] {
        assert_eq!(folder.run(line).await, CommandOutcome::ClosedEarly, "{line}");
    }
    assert_eq!(folder.run("head -c 50").await, CommandOutcome::Succeeded);
}

#[tokio::test]
async fn the_end_of_a_command_is_reported() {
    let folder = Folder::new();
    assert_eq!(folder.run("false").await, CommandOutcome::Exited(1));
    assert_eq!(folder.run("sh -c 'cat >/dev/null; exit 7'").await, CommandOutcome::Exited(7));
    let ended =
        folder.run_with("sh -c 'echo first >&2; echo last; exit 7'", Format::Secret, &payload()).await;
    let lines = ["first", "last"].map(ServerText::new).into();
    assert_eq!(ended, (CommandOutcome::Exited(7), CommandOutput { lines, ..CommandOutput::default() }));
    assert_eq!(folder.run("sh -c 'kill -9 $$'").await, CommandOutcome::Killed(9));
    assert_eq!(folder.run("sh -c 'cat >/dev/null; kill -TERM $$'").await, CommandOutcome::Killed(15));
}

#[tokio::test]
async fn only_a_line_that_can_be_run_is_announced() {
    let (mut reader, terminal) = io::pipe().unwrap();
    for line in ["sh -c true", "cat | cat", "sh 'open", "cat {nothing}", "vi:q!", "/no/vi"] {
        let terminal = Box::new(terminal.try_clone().unwrap());
        pipe_to(line, None, Format::Secret, &payload(), terminal).await;
    }
    drop(terminal);
    assert_eq!(io::read_to_string(&mut reader).unwrap(), "atlas-secret: Running sh. Ctrl-C stops it.\n");
}

#[tokio::test]
async fn a_command_that_cannot_be_started_is_reported() {
    let folder = Folder::new();
    let missing = CommandOutcome::NotFound(ServerText::new("no-such-program-anywhere"));
    assert_eq!(folder.run("no-such-program-anywhere {client_id}").await, missing);
    fs::write(folder.path("text"), "no program").unwrap();
    let denied = CommandOutcome::NotStarted(ServerText::new("Permission denied"));
    assert_eq!(folder.run("{}/text").await, denied);
    fs::write(folder.path("script"), "#!/bin/sh\r\n").unwrap();
    fs::set_permissions(folder.path("script"), fs::Permissions::from_mode(0o700)).unwrap();
    let without_interpreter = "the interpreter that its first line names does not exist";
    let not_started = CommandOutcome::NotStarted(ServerText::new(without_interpreter));
    assert_eq!(folder.run("{}/script").await, not_started);
    fs::write(folder.path("script"), "cat >/dev/null\n").unwrap();
    let not_started = CommandOutcome::NotStarted(ServerText::new("Exec format error"));
    assert_eq!(folder.run("{}/script").await, not_started);
    assert!(matches!(folder.run("sh -c 'open").await, CommandOutcome::Malformed(_)));
    assert!(matches!(folder.run("echo {nothing}").await, CommandOutcome::UnknownPlaceholder(_)));
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn the_secret_is_in_no_argument_and_no_variable() {
    let folder = Folder::new();
    let line = "sh -c 'cat >/dev/null; cat /proc/$$/cmdline /proc/$$/environ >{}/seen' sh {client_id}";
    assert_eq!(folder.run(line).await, CommandOutcome::Succeeded);
    let seen = folder.read("seen");
    assert!(seen.contains("mdb_sa_id_1234567890abcdef12345678") && !seen.contains("FAKEfake"));
}

#[tokio::test]
async fn background_processes_of_a_command_are_not_waited_for() {
    let folder = Folder::new();
    let script = "exec 3<&0; cat >/dev/null; sleep 60 <&3 >/dev/null 2>&1 & echo $!";
    fs::write(folder.path("script"), script).unwrap();
    let left: i32 = folder.printed("sh {}/script").await.parse().unwrap();
    let left = rustix::process::Pid::from_raw(left).unwrap();
    // It is still running, so it was not waited for.
    rustix::process::kill_process(left, rustix::process::Signal::KILL).unwrap();
}

#[tokio::test]
async fn the_unread_rest_is_not_left_for_others() {
    let folder = Folder::new();
    let script = "exec 3<&0; cd \"$1\"; \
        (until [ -e go ]; do sleep 0.05; done; cat <&3 >found; mv found done) >/dev/null 2>&1 & exit 0";
    fs::write(folder.path("script"), script).unwrap();
    assert_eq!(folder.run("sh {}/script {}").await, CommandOutcome::ClosedEarly);
    fs::write(folder.path("go"), "").unwrap();
    wait_for_file(&folder.path("done")).await;
    assert_eq!(folder.read("done"), "");
}

#[tokio::test]
async fn half_a_secret_is_never_delivered() {
    let folder = Folder::new();
    let long = payload_of(&"fake".repeat(300_000));
    let refused = CommandOutcome::NotStarted(ServerText::new("the secret is too long for a pipe"));
    let ended = folder.run_with("sh -c 'cat > {}/out'", Format::Secret, &long).await;
    assert_eq!(ended, (refused, CommandOutput::default()));
    assert!(!folder.path("out").exists());
}
