//! Copies through the terminal: by the escape sequence OSC 52, or through tmux, which by default drops OSC 52 from the
//! programs inside it but sends its own to the terminal outside.
//!
//! **Invariant:** neither acknowledges a copy (`load-buffer -w` succeeds even if no terminal is attached), so a value
//! is only ever *sent* this way.

use std::io;
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use base64::{Engine, engine::general_purpose::STANDARD};
use secrecy::{ExposeSecret, SecretString};
use tokio::{io::AsyncWriteExt, process::Command, time::timeout};
use zeroize::Zeroizing;

#[cfg(unix)]
use crate::files::user_id;
use crate::process::{find_program, remove_credentials};

use super::{CopyError, Environment};

/// The longest value, in bytes. Terminals cut or drop a sequence of more than about 100,000 bytes, the length of this
/// many in Base64, and half a secret is worse than none.
const MAX_VALUE: usize = 74_994;

/// `c` is the clipboard, as opposed to the primary selection.
const OSC52_START: &[u8] = b"\x1b]52;c;";

/// The string terminator. If the sequence ended with BEL, some terminals that do not know OSC 52 would beep.
const OSC52_END: &[u8] = b"\x1b\\";

/// How long tmux may take to load the value.
const SEND_TIMEOUT: Duration = Duration::from_secs(2);

/// How long a short command to tmux may take.
const SHORT_TIMEOUT: Duration = Duration::from_millis(500);

/// Writes the sequence for `value` to `terminal` in one piece, and flushes.
pub(super) fn send_osc52(
    value: &SecretString,
    terminal: &mut (dyn io::Write + Send),
) -> Result<(), CopyError> {
    let sequence = osc52_sequence(value)?;
    terminal.write_all(&sequence).and_then(|()| terminal.flush()).map_err(|_| CopyError::TerminalNotWritable)
}

/// Both buffers have their final size from the start: one that grows would leave copies behind.
fn osc52_sequence(value: &SecretString) -> Result<Zeroizing<Vec<u8>>, CopyError> {
    let value = value.expose_secret();
    if value.len() > MAX_VALUE {
        return Err(CopyError::TooLong);
    }
    let encoded = Zeroizing::new(STANDARD.encode(value));
    Ok(Zeroizing::new([OSC52_START, encoded.as_bytes(), OSC52_END].concat()))
}

/// Passes `value` to the tmux of `session` (the content of `TMUX`), which sends it to the terminal.
///
/// The value goes through standard input: other users could read an argument. Its buffer is deleted at once, by the same
/// command: a tmux that is busy later, or a program that is killed, would leave it.
pub(super) async fn send_through_tmux(value: &SecretString, session: Option<&str>) -> Result<(), CopyError> {
    let session = session.ok_or(CopyError::NotInsideTmux)?;
    check_server(session)?;
    let buffer = format!("atlas-secret-{}", std::process::id());
    let loaded = timeout(SEND_TIMEOUT, load_buffer(value, session, &buffer)).await;
    if matches!(&loaded, Ok(Ok(status)) if status.success()) {
        return Ok(());
    }
    // What failed may have filled the buffer. If this fails, too, nothing more can be done.
    if let Some(mut delete) = tmux(session, &["delete-buffer", "-b", &buffer]) {
        let _ = timeout(SHORT_TIMEOUT, delete.stdout(Stdio::null()).status()).await;
    }
    loaded.map_err(|_| CopyError::TmuxTimedOut)??;
    Err(CopyError::TmuxRefused)
}

/// Checks that the server runs and belongs to this user. Another user's server would get the value: after `su`, or if
/// that user set `TMUX`. Its socket is the first part of `TMUX`.
fn check_server(session: &str) -> Result<(), CopyError> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt;
        let socket = session.split(',').next().unwrap_or_default();
        let connected = std::os::unix::net::UnixStream::connect(socket);
        connected.map_err(|error| match error.kind() {
            io::ErrorKind::PermissionDenied => CopyError::TmuxOtherUser,
            _ => CopyError::TmuxGone,
        })?;
        if std::fs::metadata(socket).is_ok_and(|metadata| metadata.uid() != user_id()) {
            return Err(CopyError::TmuxOtherUser);
        }
    }
    #[cfg(not(unix))]
    let _ = session;
    Ok(())
}

async fn load_buffer(value: &SecretString, session: &str, buffer: &str) -> Result<ExitStatus, CopyError> {
    let load = ["load-buffer", "-w", "-b", buffer, "-", ";", "delete-buffer", "-b", buffer];
    let mut child = tmux(session, &load)
        .ok_or(CopyError::TmuxNotStarted)?
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .spawn()
        .map_err(|_| CopyError::TmuxNotStarted)?;
    if let Some(mut input) = child.stdin.take() {
        let written = input.write_all(value.expose_secret().as_bytes()).await;
        written.map_err(|_| CopyError::TmuxRefused)?;
    }
    child.wait().await.map_err(|_| CopyError::TmuxRefused)
}

/// Updates `environment` to the terminal that is attached to tmux now.
///
/// A program inside tmux has the variables of the terminal that started the session, but tmux updates `SSH_CONNECTION`
/// and `DISPLAY` whenever a terminal attaches. A fact that tmux does not know, or does not report within 500 ms, stays
/// as it was.
pub(super) async fn refresh_from_tmux(environment: &mut Environment, session: &str) {
    // Another user's server could name any clipboard.
    if check_server(session).is_err() {
        return;
    }
    let (connection, display) =
        tokio::join!(session_variable(session, "SSH_CONNECTION"), session_variable(session, "DISPLAY"));
    if let Some(connection) = connection {
        environment.over_ssh = !connection.is_empty();
    }
    // This process can only reach the display that it was started with.
    if display.is_some_and(|current| current != environment.display.as_deref().unwrap_or_default()) {
        environment.display = None;
    }
}

/// Returns the value that tmux has for a variable of its session: empty if the terminal that attached last did not have
/// it, `None` if it is unknown. tmux writes `NAME=value`, or `-NAME` for a variable that it removes.
async fn session_variable(session: &str, name: &str) -> Option<String> {
    let mut command = tmux(session, &["show-environment", name])?;
    let output = timeout(SHORT_TIMEOUT, command.output()).await.ok()?.ok()?;
    let line = String::from_utf8(output.stdout).ok()?;
    match line.trim_end().split_once('=') {
        Some((_, value)) => Some(value.to_owned()),
        None => line.starts_with('-').then(String::new),
    }
}

/// A tmux command that connects to the server of `session`, shows nothing, and dies when it is dropped; `None` if there
/// is no tmux.
fn tmux(session: &str, arguments: &[&str]) -> Option<Command> {
    let mut command = Command::new(find_program("tmux", &std::env::var_os("PATH").unwrap_or_default())?);
    remove_credentials(command.as_std_mut());
    command
        .args(arguments)
        .env("TMUX", session)
        .stdin(Stdio::null())
        .stderr(Stdio::null())
        .kill_on_drop(true);
    Some(command)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sent(value: &str) -> Vec<u8> {
        let mut terminal = Vec::new();
        send_osc52(&SecretString::from(value), &mut terminal).unwrap();
        terminal
    }

    #[test]
    fn the_bytes_are_those_of_the_standard() {
        assert_eq!(sent("mdb_sa_sk_fake"), b"\x1b]52;c;bWRiX3NhX3NrX2Zha2U=\x1b\\");
        assert_eq!(sent(""), b"\x1b]52;c;\x1b\\");
    }

    #[test]
    fn a_value_that_is_too_long_is_not_sent_at_all() {
        assert_eq!(sent(&"x".repeat(MAX_VALUE)).len(), 7 + 99_992 + 2);
        let mut terminal = Vec::new();
        let too_long = SecretString::from("x".repeat(MAX_VALUE + 1));
        assert_eq!(send_osc52(&too_long, &mut terminal), Err(CopyError::TooLong));
        assert!(terminal.is_empty());
    }

    #[cfg(unix)]
    #[test]
    fn the_server_of_another_user_gets_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let socket = folder.path().join("socket");
        let _listener = std::os::unix::net::UnixListener::bind(&socket).unwrap();
        let session = format!("{},1,0", socket.display());
        assert_eq!(check_server(&session), Ok(()));
        assert_eq!(check_server("/nonexistent/socket,1,0"), Err(CopyError::TmuxGone));
        if std::os::unix::fs::chown(&socket, Some(65533), None).is_err() {
            println!("skipped: only root can give a socket away");
            return;
        }
        assert_eq!(check_server(&session), Err(CopyError::TmuxOtherUser));
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let sent = runtime.block_on(send_through_tmux(&SecretString::from("fake"), Some(&session)));
        assert_eq!(sent, Err(CopyError::TmuxOtherUser));
    }
}
