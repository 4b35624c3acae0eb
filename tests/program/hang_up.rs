//! A terminal that really goes away, not only its signal.

use std::fs::{self, File};
use std::io::{Read as _, Write as _};

use pty_process::Size;
use pty_process::blocking::{Command, open};

use crate::atlas::{Atlas, PROJECT, SLOW};

#[test]
fn a_request_that_runs_then_is_told_as_perhaps_created() {
    let atlas = Atlas::with_delay(30);
    let said = std::env::temp_dir().join(format!("atlas-secret-hang-up-{}", std::process::id()));
    let (mut pty, pts) = open().unwrap();
    pty.resize(Size::new(24, 80)).unwrap();
    let mut child = Command::new(env!("CARGO_BIN_EXE_atlas-secret"))
        .args(["--project-id", PROJECT, "--client-id", SLOW])
        .env_clear()
        .envs([("TERM", "xterm"), ("LANG", "C.UTF-8")])
        .envs([("MONGODB_ATLAS_BASE_URL", atlas.url()), ("MONGODB_ATLAS_ACCESS_TOKEN", atlas.access_token())])
        .stderr(File::create(&said).unwrap())
        .spawn(pts)
        .unwrap();
    let mut shown = Vec::new();
    let mut buffer = [0; 4096];
    // The spinner writes ten times a second, so that reading never waits for long.
    while atlas.creates() == 0 {
        let count = pty.read(&mut buffer).unwrap();
        let was_ready = String::from_utf8_lossy(&shown).contains("quit");
        shown.extend_from_slice(&buffer[..count]);
        if !was_ready && String::from_utf8_lossy(&shown).contains("quit") {
            pty.write_all(b"\r").unwrap();
        }
    }
    drop(pty);
    let status = child.wait().unwrap();
    let last_words = fs::read_to_string(&said).unwrap();
    fs::remove_file(&said).unwrap();
    assert_eq!(status.code(), Some(3), "{last_words}");
    assert!(last_words.contains(SLOW) && last_words.contains("perhaps created"), "{last_words}");
    assert_eq!(atlas.creates(), 1);
}
