//! The real store without a Secret Service. The address of the session's D-Bus is a variable of the whole
//! process, so that each test runs its part in a process of its own.

use std::os::unix::net::UnixListener;
use std::path::Path;
use std::process::Command;

use tokio::sync::oneshot::error::TryRecvError;

use super::*;
use crate::domain::{PairKind, ProfileName};

const SOCKET: &str = "ATLAS_SECRET_TEST_SOCKET";

fn request() -> KeyringRequest {
    KeyringRequest { profile: ProfileName::new("ci").unwrap(), kind: PairKind::ServiceAccount }
}

/// Runs one of the ignored tests below in a process whose session bus is at `socket`.
fn passes_with_bus_at(socket: &Path, test: &str) -> bool {
    let output = Command::new(std::env::current_exe().unwrap())
        .args(["--ignored", "--exact", &format!("config::keyring::tests::{test}")])
        .env("DBUS_SESSION_BUS_ADDRESS", format!("unix:path={}", socket.display()))
        .env(SOCKET, socket)
        .output()
        .unwrap();
    // A name that fits no test would be a success too.
    output.status.success() && String::from_utf8_lossy(&output.stdout).contains("1 passed")
}

#[test]
fn no_session_bus_is_a_sentence() {
    let folder = tempfile::tempdir().unwrap();
    assert!(passes_with_bus_at(&folder.path().join("bus"), "without_a_bus"));
}

#[test]
fn a_keyring_that_never_answers_keeps_nobody_waiting() {
    let folder = tempfile::tempdir().unwrap();
    assert!(passes_with_bus_at(&folder.path().join("bus"), "with_a_silent_bus"));
}

#[test]
#[ignore = "run by the tests above, in a process of its own"]
fn without_a_bus() {
    let error = request().read().blocking_recv().unwrap().unwrap_err();
    assert!(matches!(error, KeyringError::Unavailable(_)), "{error:?}");
    assert!(error.to_string().starts_with("the system's keyring cannot be opened ("), "{error}");
}

#[test]
#[ignore = "run by the tests above, in a process of its own"]
fn with_a_silent_bus() {
    let bus = UnixListener::bind(std::env::var(SOCKET).unwrap()).unwrap();
    let mut receiver = request().read();
    // From here on the thread waits for a greeting that never comes.
    let _silent = bus.accept().unwrap();
    assert_eq!(receiver.try_recv().unwrap_err(), TryRecvError::Empty);
}
