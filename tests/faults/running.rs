//! Runs one row.

use std::fs;
use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::time::{Duration, Instant};

use serde_json::Value;
use tempfile::TempDir;

use crate::fault::Host;
use crate::host::Running;
use crate::row::{End, Journal, Login, Row, Step};
use crate::support::fixtures::{CLIENT, CLIENT_SECRET, PROJECT, SECRET};
use crate::support::terminal::{Program, Signal, Terminal};

/// The account that signs in. It is not the one that gets the secret.
const LOGIN: &str = "mdb_sa_id_0000000000000000000000aa";

/// Runs the row, and panics if it does not end as expected.
pub fn run(row: &Row) {
    if matches!(row.host, Host::Full) && !cfg!(target_os = "linux") {
        println!("skipped: {}: other systems respond when the queue is full", row.fault);
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let host = Running::start(row.host, folder.path());
    let mut terminal = program(row, &host, &folder).start();
    terminal.wait_for("[ Create secret ]");
    for step in row.steps.iter().copied().flatten() {
        if matches!(step, Step::Restart) {
            assert_hides_the_secret(&mut terminal, row);
            terminal = program(row, &host, &folder).start();
        } else {
            perform(*step, &mut terminal, &host);
        }
    }
    let status = terminal.wait_exit();
    let end = status.code().map_or(End::Killed, End::Code);
    let killed_by = status.signal().unwrap_or(Signal::KILL.as_raw());
    assert_eq!((end, killed_by), (row.end, Signal::KILL.as_raw()), "{}\n{}", row.fault, terminal.screen());
    assert_eq!(journal(folder.path()), row.journal, "the journal of {:?}", row.fault);
    assert!(row.end == End::Killed || !terminal.is_alternate_screen(), "the shell's screen is back");
    if row.end == End::Code(3) {
        assert!(
            terminal.screen().contains(CLIENT),
            "the account is named on the shell's screen: {:?}",
            row.fault
        );
    }
    assert_hides_the_secret(&mut terminal, row);
    let seen = host.atlas.seen();
    assert_eq!((seen.posts, seen.executed), (row.posts, row.executed), "POSTs of {:?}", row.fault);
    assert_eq!(seen.other_host, 0, "no request follows a redirect: {:?}", row.fault);
    let claims_deletion =
        |text: &str| text.to_lowercase().contains("deleted") && !text.contains("Nothing was deleted");
    if row.says().any(claims_deletion) {
        assert_eq!(seen.account.len(), 0, "the secret still exists: {:?}", row.fault);
    }
}

/// The program with a complete form. Every sentence fits on one line of the terminal.
fn program(row: &Row, host: &Running, folder: &TempDir) -> Program {
    let program = Terminal::run(env!("CARGO_BIN_EXE_atlas-secret"))
        .size(30, 120)
        .args(["--project-id", PROJECT, "--client-id", CLIENT])
        .env("XDG_STATE_HOME", folder.path())
        .env("MONGODB_ATLAS_BASE_URL", &host.url)
        .env("ATLAS_SECRET_TEST_LIMITS", row.limits);
    let program = host.variables.iter().fold(program, |program, (name, value)| program.env(name, value));
    match row.login {
        Login::AccessToken => program.env("MONGODB_ATLAS_ACCESS_TOKEN", "FAKE-access-token"),
        Login::ServiceAccount => {
            program.env("MONGODB_ATLAS_CLIENT_ID", LOGIN).env("MONGODB_ATLAS_CLIENT_SECRET", CLIENT_SECRET)
        }
    }
}

#[track_caller]
fn perform(step: Step, terminal: &mut Terminal, host: &Running) {
    match step {
        Step::Press(keys) => terminal.send(keys),
        Step::Says(text) | Step::Shows(text) => {
            // A sentence may continue on the next line.
            let contains =
                |screen: &str| screen.split_whitespace().collect::<Vec<_>>().join(" ").contains(text);
            terminal.wait_until(text, |screen| contains(&screen.contents()));
        }
        Step::Posted => host.atlas.wait_until("the POST", |seen| seen.posts > 0),
        Step::AccountRead(count) => {
            host.atlas.wait_until("a read of the account", |seen| seen.reads_after_post >= count);
        }
        Step::Release => host.atlas.release_responses(),
        Step::WaitAfterPost(milliseconds) => {
            let posted = host.atlas.seen().last_post.unwrap();
            // This waits for time to pass, because the program's limit has to expire.
            let over = posted + Duration::from_millis(milliseconds);
            std::thread::sleep(over.saturating_duration_since(Instant::now()));
        }
        Step::Signal(signal) => terminal.signal(signal),
        Step::Restart => {}
    }
}

/// No row reveals the secret, so it must never be in the terminal's output or in a file.
#[track_caller]
fn assert_hides_the_secret(terminal: &mut Terminal, row: &Row) {
    terminal.wait_exit();
    let tail = &SECRET.as_bytes()[SECRET.len() - 20..];
    let holds = |bytes: &[u8]| bytes.windows(tail.len()).any(|window| window == tail);
    assert!(!holds(&terminal.output()), "the terminal got the secret: {:?}", row.fault);
    assert_eq!(files_with(terminal.home(), &holds), 0, "a file got the secret: {:?}", row.fault);
}

fn files_with(folder: &Path, holds: &impl Fn(&[u8]) -> bool) -> usize {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let of_path = |path: &Path| {
        if path.is_dir() { files_with(path, holds) } else { usize::from(holds(&fs::read(path).unwrap())) }
    };
    entries.map(|path| of_path(&path)).sum()
}

/// The state of the journal. Its record must not contain the secret.
fn journal(state: &Path) -> Journal {
    let Ok(entries) = fs::read_dir(state.join("atlas-secret")) else { return Journal::Nothing };
    let paths: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
    let Some(path) = paths.first() else { return Journal::Nothing };
    assert_eq!(paths.len(), 1, "at most one record: {paths:?}");
    let text = fs::read_to_string(path).unwrap();
    assert!(!text.contains("FAKEfake"), "the journal got the secret");
    let last = text.lines().rfind(|line| !line.is_empty()).unwrap();
    let record: Value = serde_json::from_str(last).unwrap();
    assert_eq!(record["clientId"], CLIENT);
    if record["secretId"].is_null() { Journal::WithoutId } else { Journal::WithId }
}
