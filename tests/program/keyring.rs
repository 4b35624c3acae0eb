//! A real GNOME Keyring on a session bus of its own, with the entries of the Atlas CLI.

use std::fs;
use std::process::{Command, Output, Stdio};

use crate::atlas::{Atlas, PLAIN, PROJECT};
use crate::tools::have;

const TOOLS: [&str; 5] = ["dbus-run-session", "dbus-send", "gnome-keyring-daemon", "secret-tool", "setsid"];

/// Unlocks a new keyring, fills it as `$CLIENT_ID` and `$CLIENT_SECRET` say, locks it if `$LOCK` is set, and runs the
/// arguments. Without a display no one can be asked to unlock it.
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
if [ -n "$LOCK" ]; then
    bus --dest=org.freedesktop.secrets /org/freedesktop/secrets org.freedesktop.Secret.Service.Lock \
        array:objpath:/org/freedesktop/secrets/collection/login >/dev/null
fi
exec "$@"
"#;

fn run(atlas: &Atlas, (id, secret): (&str, &str), lock: &str) -> Output {
    let home = tempfile::tempdir().unwrap();
    let folder = home.path().join(".config").join("atlascli");
    fs::create_dir_all(&folder).unwrap();
    let profile = format!("version = 2\n[ci]\nauth_type = 'service_account'\nbase_url = '{}'\n", atlas.url());
    fs::write(folder.join("config.toml"), profile).unwrap();
    Command::new("dbus-run-session")
        .args([
            "--",
            "sh",
            "-c",
            SESSION,
            "sh",
            "setsid",
            "--wait",
            env!("CARGO_BIN_EXE_atlas-secret"),
            "--yes",
        ])
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
fn the_entries_of_the_atlas_cli_sign_in_or_say_why_not() {
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
        let output = run(&atlas, entries, lock);
        let said = String::from_utf8(output.stderr).unwrap();
        assert_ne!(output.status.code(), Some(77), "the keyring did not start: {said}");
        assert_eq!(said.matches(expected).count(), 1, "{expected}: {said}");
        assert!(!said.contains(&secret), "{said}");
    }
    assert_eq!(atlas.creates(), 1);
}
