//! A real GNOME Keyring on a new session bus, with the entries of the Atlas CLI.

use std::fs;
use std::io::Write as _;
use std::os::unix::net::UnixListener;
use std::process::{Command, Output, Stdio};

use crate::atlas::{Atlas, PLAIN, PROJECT, ROBOT, ROBOT_SECRET};
use crate::program::{PROGRAM, peek, quit_anyway};
use crate::support::terminal::{Program, Terminal, key};
use crate::tools::have;
use atlas_secret::process::IN_OWN_SESSION;

const TOOLS: [&str; 4] = ["dbus-run-session", "dbus-send", "gnome-keyring-daemon", "secret-tool"];

/// Unlocks a new keyring, stores `$CLIENT_ID` and `$CLIENT_SECRET`, locks it if `$LOCK` is set, and runs the
/// arguments. Without a display, no prompt can unlock it.
const SESSION: &str = r#"
export XDG_RUNTIME_DIR="$HOME/run" XDG_DATA_HOME="$HOME/data"
mkdir -m 700 "$XDG_RUNTIME_DIR"
printf password | gnome-keyring-daemon --unlock --components=secrets >/dev/null 2>&1
bus() { dbus-send --session --print-reply "$@"; }
tries=0
until bus --dest=org.freedesktop.DBus / org.freedesktop.DBus.NameHasOwner string:org.freedesktop.secrets |
    grep -q 'boolean true'; do
    tries=$((tries + 1)); [ $tries -lt 100 ] || exit 77
    sleep 0.1
done
store() { printf %s "$2" | secret-tool store --label=test service atlascli_ci username "$1"; }
if [ -n "$CLIENT_ID" ]; then store client_id "$CLIENT_ID"; store client_secret "$CLIENT_SECRET"; fi
if [ -n "$TOKEN" ]; then store access_token "$TOKEN"; fi
if [ -n "$LOCK" ]; then
    bus --dest=org.freedesktop.secrets /org/freedesktop/secrets org.freedesktop.Secret.Service.Lock \
        array:objpath:/org/freedesktop/secrets/collection/login >/dev/null
fi
exec "$@"
"#;

const IN_SESSION: [&str; 6] = ["dbus-run-session", "--", "sh", "-c", SESSION, "sh"];

fn run(atlas: &Atlas, in_file: &str, entries: (&str, &str), lock: &str) -> Output {
    run_in(&IN_SESSION, atlas, in_file, entries, lock)
}

fn run_in(starter: &[&str], atlas: &Atlas, in_file: &str, (id, secret): (&str, &str), lock: &str) -> Output {
    let home = tempfile::tempdir().unwrap();
    let folder = home.path().join(".config").join("atlascli");
    fs::create_dir_all(&folder).unwrap();
    fs::write(folder.join("config.toml"), profile(atlas, in_file)).unwrap();
    Command::new(starter[0])
        .args(&starter[1..])
        .args([PROGRAM, IN_OWN_SESSION, PROGRAM, "--yes"])
        .args(["--project-id", PROJECT, "--client-id", PLAIN, "--format", "json"])
        .env_clear()
        .env("PATH", std::env::var_os("PATH").unwrap())
        .env("HOME", home.path())
        .envs([("CLIENT_ID", id), ("CLIENT_SECRET", secret), ("LOCK", lock)])
        .stdin(Stdio::null())
        .output()
        .unwrap()
}

#[test]
fn the_keyring_entries_of_the_atlas_cli_sign_in_or_say_why_not() {
    if !have(&TOOLS) {
        return;
    }
    let atlas = Atlas::start();
    let (id, secret) = atlas.service_account();
    let rows = [
        ((id.as_str(), secret.as_str()), "", "written to standard output"),
        (
            (id.as_str(), secret.as_str()),
            "yes",
            "the system's keyring is locked (its prompt was dismissed): try again",
        ),
        (("", ""), "", "client_id of profile `ci` in the system's keyring is missing: run `atlas auth login"),
    ];
    for (entries, lock, expected) in rows {
        let output = run(&atlas, "", entries, lock);
        let stderr = String::from_utf8(output.stderr).unwrap();
        assert_ne!(output.status.code(), Some(77), "the keyring did not start: {stderr}");
        assert_eq!(stderr.matches(expected).count(), 1, "{expected}: {stderr}");
        assert!(!stderr.contains(&secret), "{stderr}");
    }
    assert_eq!(atlas.creates(), 1);
}

fn profile(atlas: &Atlas, in_file: &str) -> String {
    format!("version = 2\n[ci]\nauth_type = 'service_account'\nbase_url = '{}'\n{in_file}\n", atlas.url())
}

fn pair((id, secret): (&str, &str)) -> String {
    format!("client_id = '{id}'\nclient_secret = '{secret}'")
}

#[test]
fn without_a_keyring_that_responds_only_the_file_signs_in() {
    let folder = tempfile::tempdir().unwrap();
    let silent = folder.path().join("silent");
    let _silent = UnixListener::bind(&silent).unwrap();
    let atlas = Atlas::start();
    let (id, secret) = atlas.service_account();
    let in_file = pair((&id, &secret));
    let rows = [
        (folder.path().join("missing"), "", "the system's keyring cannot be opened ("),
        (folder.path().join("missing"), &in_file, "written to standard output"),
        (silent, &in_file, "written to standard output"),
    ];
    for (bus, in_file, expected) in rows {
        let bus = format!("DBUS_SESSION_BUS_ADDRESS=unix:path={}", bus.display());
        let output = run_in(&["timeout", "20", "env", &bus], &atlas, in_file, ("", ""), "");
        let stderr = String::from_utf8(output.stderr).unwrap();
        assert!(stderr.contains(expected), "{stderr}");
    }
}

/// A secret that can sign in, and one that no longer can.
const RIGHT: Option<bool> = Some(true);
const STALE: Option<bool> = Some(false);

#[test]
fn the_keyring_takes_precedence_over_the_file_as_in_the_atlas_cli() {
    if !have(&TOOLS) {
        return;
    }
    let note = "client_secret in profile `ci` is not used: the system's keyring has another one";
    let rows = [
        ("the file is stale", STALE, RIGHT, "", 0, 1),
        ("the keyring is stale", RIGHT, STALE, "", 1, 1),
        ("both are the same", RIGHT, RIGHT, "", 0, 0),
        ("the keyring has nothing", RIGHT, None, "", 0, 0),
        ("the keyring stays locked", RIGHT, STALE, "yes", 0, 0),
    ];
    for (row, in_file, in_keyring, lock, code, notes) in rows {
        let atlas = Atlas::start();
        let (id, secret) = atlas.service_account();
        let entries = |is_right| match is_right {
            RIGHT => (id.as_str(), secret.as_str()),
            STALE => (id.as_str(), "mdb_sa_sk_FAKE-stale"),
            None => ("", ""),
        };
        let output = run(&atlas, &pair(entries(in_file)), entries(in_keyring), lock);
        let stderr = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(code), "{row}: {stderr}");
        assert_eq!(stderr.matches(note).count(), notes, "{row}: {stderr}");
        assert!(!stderr.contains(&secret) && !stderr.contains("FAKE"), "{row}: {stderr}");
    }
}

#[test]
fn a_new_secret_is_written_where_the_atlas_cli_reads_it() {
    if !have(&TOOLS) {
        return;
    }
    let atlas = Atlas::start();
    let program = Terminal::run("dbus-run-session").size(40, 120);
    let in_file = pair((ROBOT, "mdb_sa_sk_FAKE-stale"));
    let mut terminal = in_keyring(program, &atlas, &in_file, &["-P", "ci", "--client-id", ROBOT]);
    terminal.wait_for("✓ robot");
    terminal
        .press(key::F1, "client_secret in profile `ci` is not used: the system's keyring has another one");
    terminal.press(key::ESC, "[ Create secret ]");
    terminal.press(key::ENTER, "u write it to profile ci");
    terminal.press("u", "Updated profile ci (keyring)");
    terminal.send("q");
    assert!(terminal.wait_exit().success());
}

/// Prints the entries of the profile, one per line, after the program has ended.
const PRINT_ENTRIES: &str = r#"
echo "$DBUS_SESSION_BUS_ADDRESS" >"$HOME/bus"
"$@"
echo "exit $?"
for user in client_id client_secret access_token; do
    echo "$user is $(secret-tool lookup service atlascli_ci username $user)."
done
secret-tool search --all service atlascli_ci 2>&1 | grep -c '^label = test'
"#;

/// The program with this Atlas and with a profile whose entries are in a keyring.
fn in_keyring(program: Program, atlas: &Atlas, in_file: &str, arguments: &[&str]) -> Terminal {
    let folder = program.home().join(".config").join("atlascli");
    fs::create_dir_all(&folder).unwrap();
    fs::write(folder.join("config.toml"), profile(atlas, in_file)).unwrap();
    program
        .args(["--", "sh", "-c", SESSION, "sh", "sh", "-c", PRINT_ENTRIES, "sh"])
        .args([env!("CARGO_BIN_EXE_atlas-secret"), "--project-id", PROJECT])
        .args(arguments)
        .env("CLIENT_ID", ROBOT)
        .env("CLIENT_SECRET", ROBOT_SECRET)
        .env("TOKEN", "cached")
        .start()
}

#[test]
fn the_profile_in_the_keyring_gets_the_new_secret() {
    if !have(&TOOLS) {
        return;
    }
    let atlas = Atlas::start();
    let program = Terminal::run("dbus-run-session").size(40, 120);
    let mut terminal = in_keyring(program, &atlas, "", &["-P", "ci", "--client-id", ROBOT]);
    terminal.wait_for("· signed in");
    terminal.press(key::ENTER, "u write it to profile ci");
    terminal.wait_for("Still in use by profile ci");
    let value = peek(&mut terminal);
    terminal.press("u", "Updated profile ci (keyring)");
    terminal.wait_gone("Still in use by profile ci");
    terminal.send("q");
    let status = terminal.wait_exit();
    assert!(status.success(), "{status}");
    let screen = terminal.screen();
    for expected in [
        "exit 0",
        &format!("client_id is {ROBOT}."),
        &format!("client_secret is {value}."),
        "access_token is .",
    ] {
        assert!(screen.contains(expected), "{expected}: {screen}");
    }
    assert!(screen.lines().any(|line| line.trim() == "2"), "the same two entries: {screen}");
}

#[test]
fn a_changed_or_locked_keyring_is_reported() {
    if !have(&TOOLS) {
        return;
    }
    let atlas = Atlas::start();
    let program = Terminal::run("dbus-run-session").size(40, 120).envs(atlas.with_token());
    // The profile is found although other credentials sign in.
    let mut terminal = in_keyring(program, &atlas, "", &["--client-id", ROBOT]);
    terminal.wait_for("✓ robot");
    terminal.press(key::ENTER, "u write it to profile ci");
    let bus = fs::read_to_string(terminal.home().join("bus")).unwrap();
    let mut other = Command::new("secret-tool")
        .args(["store", "--label=test", "service", "atlascli_ci", "username", "client_id"])
        .env("DBUS_SESSION_BUS_ADDRESS", bus.trim())
        .stdin(Stdio::piped())
        .spawn()
        .unwrap();
    other.stdin.take().unwrap().write_all(PLAIN.as_bytes()).unwrap();
    assert!(other.wait().unwrap().success());
    terminal.press("u", "Not written to profile ci. Profile `ci` now belongs to another account.");
    let locked = Command::new("dbus-send")
        .args(["--session", "--print-reply", "--dest=org.freedesktop.secrets", "/org/freedesktop/secrets"])
        .args(["org.freedesktop.Secret.Service.Lock"])
        .arg("array:objpath:/org/freedesktop/secrets/collection/login")
        .env("DBUS_SESSION_BUS_ADDRESS", bus.trim())
        .output()
        .unwrap();
    assert!(locked.status.success());
    terminal.send("u");
    terminal
        .wait_for("Not written to profile ci. The system's keyring is locked (its prompt was dismissed).");
    quit_anyway(&mut terminal);
    let screen = terminal.wait_for("exit 3");
    assert!(!screen.contains("mdb_sa_sk_DEMO"), "{screen}");
    terminal.wait_exit();
}
