//! Starts the program, and reads its screen.

use std::path::Path;
use std::process::{Command, Stdio};

use atlas_secret::process::IN_OWN_SESSION;
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD};

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

/// The program, in a terminal so wide that every sentence fits on one line.
pub fn program() -> Program {
    Terminal::run(env!("CARGO_BIN_EXE_atlas-secret")).size(30, 120)
}

/// The program with its own embedded Atlas.
pub fn demo() -> Program {
    program().arg("--demo")
}

/// The program with an access token for that Atlas and an empty form.
pub fn signed_in(atlas: &Atlas) -> Program {
    program().envs(atlas.with_token())
}

/// The program with the service account of that Atlas and an empty form.
pub fn as_service_account(atlas: &Atlas) -> Program {
    let (id, secret) = atlas.service_account();
    program()
        .env("MONGODB_ATLAS_BASE_URL", atlas.url())
        .env("MONGODB_ATLAS_CLIENT_ID", id)
        .env("MONGODB_ATLAS_CLIENT_SECRET", secret)
}

/// The program with an access token and a filled form, so that Enter creates.
pub fn filled(atlas: &Atlas, client: &str) -> Program {
    signed_in(atlas).args(["--project-id", PROJECT, "--client-id", client])
}

/// Starts the program with a filled form, and creates a secret.
#[track_caller]
pub fn created(program: Program) -> Terminal {
    let mut terminal = program.start();
    create(&mut terminal);
    terminal
}

/// Creates a secret from a filled form, and waits for it.
#[track_caller]
pub fn create(terminal: &mut Terminal) {
    terminal.wait_for("[ Create secret ]");
    terminal.send(key::ENTER);
    // A frame may arrive in pieces, from top to bottom. The footer is the last one.
    terminal.wait_until("the footer", |screen| {
        let screen = screen.contents();
        screen.contains("q quit") || screen.contains("q write and quit")
    });
    terminal.shows("Secret created");
}

/// Quits without delivering the secret. Two letters in one write would be text.
pub fn quit_anyway(terminal: &mut Terminal) {
    terminal.press("q", "Quit anyway?");
    terminal.send("y");
}

/// The value of the secret. Reveals it for a moment.
#[track_caller]
pub fn peek(terminal: &mut Terminal) -> String {
    let value = reveal(terminal);
    terminal.press_until_gone("r", &value);
    value
}

/// Reveals the value and returns it, while it is still shown.
#[track_caller]
pub fn reveal(terminal: &mut Terminal) -> String {
    terminal.send("r");
    // The footer is below the value and never changes, so it does not show that the value is complete; the value's own
    // row does.
    let mut value = None;
    terminal.wait_until("the whole value", |screen| {
        value = screen.contents().lines().map(str::trim).find(|row| is_value(row)).map(str::to_owned);
        value.is_some()
    });
    value.unwrap()
}

/// Whether the text has the form of a secret of the embedded Atlas.
pub fn is_value(text: &str) -> bool {
    text.starts_with("mdb_sa_sk_DEMO") && text.len() == 50
}

/// Types the rest of the text, one key at a time, and waits after each key until the labeled row shows it.
#[track_caller]
pub fn type_slowly(terminal: &mut Terminal, label: &str, text: &str, typed: usize) {
    for end in typed + 1..=text.len() {
        terminal.send(&text[end - 1..end]);
        let so_far = format!("{:?} in {label}", &text[..end]);
        terminal.wait_until(&so_far, |screen| labeled(&screen.contents(), label).starts_with(&text[..end]));
    }
}

/// The content of the row with this label.
pub fn labeled(screen: &str, label: &str) -> String {
    let row = screen.lines().find_map(|line| line.trim_start().strip_prefix(label));
    row.unwrap_or_default().trim_start_matches([' ', '›', '>']).trim_end().to_owned()
}

/// The last value that was sent to the terminal's clipboard by OSC 52.
pub fn sent_by_osc_52(output: &[u8]) -> Option<String> {
    let start = b"\x1b]52;c;";
    let at = output.windows(start.len()).rposition(|window| window == start)?;
    let rest = &output[at + start.len()..];
    let end = rest.windows(2).position(|window| window == b"\x1b\\")?;
    String::from_utf8(STANDARD.decode(&rest[..end]).ok()?).ok()
}

pub fn contains(bytes: &[u8], text: impl AsRef<[u8]>) -> bool {
    let text = text.as_ref();
    bytes.windows(text.len()).any(|window| window == text)
}

/// The unique part of the value to search for, plain and in base64 at each of the three offsets.
pub fn traces(value: &str) -> [(&'static str, Vec<u8>); 4] {
    let tail = &value[value.len() - 24..];
    let encoded = |offset| {
        let text = STANDARD_NO_PAD.encode([&b"\0\0\0"[..offset], tail.as_bytes()].concat());
        // The first and the last group depend on adjacent bytes.
        text.as_bytes()[4..text.len() - 4].to_vec()
    };
    [
        ("plain", tail.as_bytes().to_vec()),
        ("in base64", encoded(0)),
        ("in base64, offset 1", encoded(1)),
        ("in base64, offset 2", encoded(2)),
    ]
}

/// Asserts that the terminal's modes are restored.
#[track_caller]
pub fn assert_restored(terminal: &Terminal) {
    assert!(!terminal.is_alternate_screen(), "the alternate screen is still on");
    assert!(!terminal.hides_cursor(), "the cursor is hidden");
    assert!(!terminal.bracketed_paste(), "bracketed paste is still on");
    // Some terminals have no alternate screen: nothing of the last frame may stay, nor of what was there before.
    let output = terminal.output();
    let has_screen = contains(&output, "\x1b[?1049h");
    assert_eq!(contains(&output, "\x1b[?1049h\x1b[?2004h\x1b[2J"), has_screen);
    assert_eq!(contains(&output, "\x1b[2K\x1b[?2004l\x1b[1;1H\x1b[?25h\x1b[?1049l"), has_screen);
}

/// Every file below the directory, with its content.
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

/// A run without a terminal, with this Atlas.
pub fn headless(url: &str, token: &str) -> Command {
    let mut command = in_own_session();
    let variables = [("MONGODB_ATLAS_BASE_URL", url), ("MONGODB_ATLAS_ACCESS_TOKEN", token)];
    command.arg("--yes").env_clear().envs(variables).stdin(Stdio::null());
    command
}

/// What a run without a terminal printed.
pub struct Run {
    pub stdout: String,
    pub stderr: String,
}

/// Runs the program, which must end with this code. A run that fails must print an error.
#[track_caller]
pub fn run(command: &mut Command, code: i32) -> Run {
    let output = command.output().unwrap();
    let (stdout, stderr) =
        (String::from_utf8(output.stdout).unwrap(), String::from_utf8(output.stderr).unwrap());
    assert_eq!(output.status.code(), Some(code), "{stderr}");
    assert!(code == 0 || !stderr.is_empty(), "{code} without an error");
    Run { stdout, stderr }
}

impl Run {
    /// Asserts that standard error contains the text.
    #[track_caller]
    pub fn says(&self, text: &str) {
        assert!(self.stderr.contains(text), "{text:?} is not in {}", self.stderr);
    }
}
