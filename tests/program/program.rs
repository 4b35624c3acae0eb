//! Starting the program, and the few things that many tests do with its screen.

use std::path::Path;
use std::process::Command;

use atlas_secret::process::IN_OWN_SESSION;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::atlas::{Atlas, PROJECT};
use crate::support::terminal::{Program, Terminal, key};

/// The program under test.
pub const PROGRAM: &str = env!("CARGO_BIN_EXE_atlas-secret");

/// The program in a session of its own, so that it has no terminal.
pub fn in_own_session() -> Command {
    let mut command = Command::new(PROGRAM);
    command.arg(IN_OWN_SESSION).arg(PROGRAM);
    command
}

/// The program. Its terminal is wide enough for every sentence to stand on one line.
pub fn program() -> Program {
    Terminal::run(env!("CARGO_BIN_EXE_atlas-secret")).size(30, 120)
}

/// The program with the embedded Atlas of its own.
pub fn demo() -> Program {
    program().arg("--demo")
}

/// The program signed in at that Atlas by an access token, with nothing filled in.
pub fn signed_in(atlas: &Atlas) -> Program {
    program()
        .env("MONGODB_ATLAS_BASE_URL", atlas.url())
        .env("MONGODB_ATLAS_ACCESS_TOKEN", atlas.access_token())
}

/// The program signed in at that Atlas by the service account of this run.
pub fn as_service_account(atlas: &Atlas) -> Program {
    let (id, secret) = atlas.service_account();
    program()
        .env("MONGODB_ATLAS_BASE_URL", atlas.url())
        .env("MONGODB_ATLAS_CLIENT_ID", id)
        .env("MONGODB_ATLAS_CLIENT_SECRET", secret)
}

/// The program signed in by token with both ids filled in, so that Enter creates.
pub fn filled(atlas: &Atlas, client: &str) -> Program {
    signed_in(atlas).args(["--project-id", PROJECT, "--client-id", client])
}

/// Creates a secret from a form that is complete, and waits for it.
#[track_caller]
pub fn create(terminal: &mut Terminal) {
    terminal.wait_for("[ Create secret ]");
    terminal.send(key::ENTER);
    // A frame may arrive in pieces, from top to bottom: with the footer the rest is there too.
    terminal.wait_until("the footer", |screen| {
        let screen = screen.contents();
        screen.contains("q quit") || screen.contains("q write and quit")
    });
    assert!(terminal.screen().contains("Secret created"), "{}", terminal.screen());
}

/// Quits without the secret. Two letters in one write would be text.
pub fn quit_anyway(terminal: &mut Terminal) {
    terminal.send("q");
    terminal.wait_for("Quit anyway?");
    terminal.send("y");
}

/// The value on the screen, which shows it for a moment.
#[track_caller]
pub fn peek(terminal: &mut Terminal) -> String {
    terminal.send("r");
    // The value stands above the footer, whose words do not change: it is whole when its row is.
    let mut value = None;
    terminal.wait_until("the whole value", |screen| {
        value = screen.contents().lines().map(str::trim).find(|row| is_value(row)).map(str::to_owned);
        value.is_some()
    });
    terminal.send("r");
    let value = value.unwrap();
    terminal.wait_gone(&value);
    value
}

/// True for what a secret of the embedded Atlas looks like.
pub fn is_value(text: &str) -> bool {
    text.starts_with("mdb_sa_sk_DEMO") && text.len() == 50
}

/// Types what is still missing of the text, key by key, each when the one before has reached the row of
/// that label.
#[track_caller]
pub fn type_slowly(terminal: &mut Terminal, label: &str, text: &str, already_there: usize) {
    for end in already_there + 1..=text.len() {
        terminal.send(&text[end - 1..end]);
        let so_far = format!("{:?} in {label}", &text[..end]);
        terminal.wait_until(&so_far, |screen| labelled(&screen.contents(), label).starts_with(&text[..end]));
    }
}

/// What stands in the row of that label.
pub fn labelled(screen: &str, label: &str) -> String {
    let row = screen.lines().find_map(|line| line.trim_start().strip_prefix(label));
    row.unwrap_or_default().trim_start_matches([' ', '›', '>']).trim_end().to_owned()
}

/// What was sent to the terminal's clipboard by OSC 52, the last one if there are several.
pub fn sent_by_osc_52(output: &[u8]) -> Option<String> {
    let start = b"\x1b]52;c;";
    let at = output.windows(start.len()).rposition(|window| window == start)?;
    let rest = &output[at + start.len()..];
    let end = rest.windows(2).position(|window| window == b"\x1b\\")?;
    String::from_utf8(STANDARD.decode(&rest[..end]).ok()?).ok()
}

/// True when the text stands somewhere in the bytes.
pub fn contains(bytes: &[u8], text: &str) -> bool {
    bytes.windows(text.len()).any(|window| window == text.as_bytes())
}

/// Fails unless the terminal is as a shell wants it.
#[track_caller]
pub fn assert_given_back(terminal: &Terminal) {
    assert!(!terminal.is_alternate_screen(), "the shell's screen is back");
    assert!(!terminal.hides_cursor(), "the cursor is back");
    assert!(!terminal.bracketed_paste(), "pastes are no longer marked");
}

/// Every file below the directory, with what it holds.
pub fn files_below(directory: &Path) -> Vec<(String, Vec<u8>)> {
    let mut found = Vec::new();
    let mut waiting = vec![directory.to_owned()];
    while let Some(next) = waiting.pop() {
        for entry in std::fs::read_dir(next).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                waiting.push(path);
            } else {
                found.push((path.display().to_string(), std::fs::read(&path).unwrap()));
            }
        }
    }
    found
}
