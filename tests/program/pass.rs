//! A real password store (`pass`) with a real GPG key.

use std::ffi::OsStr;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use crate::atlas::{Atlas, PLAIN};
use crate::piping::{pipe_to, wait_for_whole_screen};
use crate::program::{created, filled, peek};
use crate::tools::have;

/// A store and a key in a new folder. The agent that `gpg` starts ends with them.
struct Store(tempfile::TempDir);

impl Store {
    fn new() -> Self {
        let store = Self(tempfile::tempdir().unwrap());
        let user = "nobody@example.test";
        store.run(
            "gpg",
            &["--batch", "--passphrase", "", "--quick-gen-key", user, "future-default", "default", "0"],
        );
        store.run("pass", &["init", user]);
        store
    }

    fn variables(&self) -> [(&'static str, &Path); 2] {
        [("GNUPGHOME", self.0.path()), ("PASSWORD_STORE_DIR", self.0.path())]
    }

    fn run(&self, program: impl AsRef<OsStr>, arguments: &[&str]) -> String {
        let Output { status, stdout, stderr } = Command::new(program)
            .args(arguments)
            .envs(self.variables())
            .stdin(Stdio::null())
            .output()
            .unwrap();
        assert!(status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&stderr));
        String::from_utf8(stdout).unwrap()
    }
}

impl Drop for Store {
    fn drop(&mut self) {
        let _ = Command::new("gpgconf").args(["--kill", "gpg-agent"]).envs(self.variables()).status();
    }
}

#[test]
fn the_secret_can_be_stored_in_pass() {
    if !have(&["pass", "gpg", "gpgconf"]) {
        return;
    }
    let store = Store::new();
    let atlas = Atlas::start();
    let mut program = filled(&atlas, PLAIN);
    for (name, value) in store.variables() {
        program = program.env(name, value);
    }
    let mut terminal = created(program);
    let value = peek(&mut terminal);
    pipe_to(&mut terminal, "pass insert -m atlas/{client_id}");
    wait_for_whole_screen(&mut terminal, "pass read it and exited with 0");
    assert_eq!(store.run("pass", &["show", &format!("atlas/{PLAIN}")]), value);
    // A store that cannot encrypt fails.
    std::fs::write(store.0.path().join(".gpg-id"), "no-such-key\n").unwrap();
    pipe_to(&mut terminal, "pass insert -m other");
    wait_for_whole_screen(&mut terminal, "pass exited with ");
    assert!(!store.0.path().join("other.gpg").exists());
    terminal.press_until_gone("\x1b", "Run ›");
    terminal.leave("q", 0);
}
