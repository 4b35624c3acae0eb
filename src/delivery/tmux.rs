//! Copying through tmux, which by default drops OSC 52 from the programs inside it but sends its own
//! to the terminal outside.
//!
//! `load-buffer -w` succeeds even when no terminal is attached, so a value is only ever *sent* this way.

use std::{
    process::{ExitStatus, Stdio},
    time::Duration,
};

use secrecy::{ExposeSecret, SecretString};
use tokio::{io::AsyncWriteExt, process::Command, time::timeout};

use super::{Environment, child::keep_credentials_from};

/// How long handing the value over may take.
const SEND_BUDGET: Duration = Duration::from_secs(2);

/// How long a short question to tmux, or taking the buffer away, may take.
const SHORT_BUDGET: Duration = Duration::from_millis(500);

/// Why tmux did not take the value.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum TmuxProblem {
    /// There is no `TMUX`, so whoever is attached to some server would get the value.
    #[error("This program does not run inside tmux.")]
    NotInside,
    /// The command could not be started.
    #[error("tmux could not be started.")]
    NotStarted,
    /// The command failed; before version 3.2 it knows no `-w`.
    #[error("tmux did not take the value; it needs version 3.2 or newer.")]
    Refused,
    /// No answer within the budget.
    #[error("tmux did not answer within 2 s.")]
    Silent,
}

/// Hands `value` to the tmux of `session` (the content of `TMUX`), which sends it to the terminal.
///
/// The value goes through standard input, never through an argument that other users could read. The
/// buffer that it needs on its way is deleted again, also after a failure: it may have been filled.
pub(super) async fn send(value: &SecretString, session: Option<&str>) -> Result<(), TmuxProblem> {
    let session = session.ok_or(TmuxProblem::NotInside)?;
    let buffer = format!("atlas-secret-{}", std::process::id());
    let loaded = timeout(SEND_BUDGET, load(value, session, &buffer)).await;
    delete(session, &buffer).await;
    let status = loaded.map_err(|_| TmuxProblem::Silent)??;
    if status.success() { Ok(()) } else { Err(TmuxProblem::Refused) }
}

async fn load(value: &SecretString, session: &str, buffer: &str) -> Result<ExitStatus, TmuxProblem> {
    let mut child = tmux(session, &["load-buffer", "-w", "-b", buffer, "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .spawn()
        .map_err(|_| TmuxProblem::NotStarted)?;
    if let Some(mut input) = child.stdin.take() {
        let written = input.write_all(value.expose_secret().as_bytes()).await;
        written.map_err(|_| TmuxProblem::Refused)?;
    }
    child.wait().await.map_err(|_| TmuxProblem::Refused)
}

async fn delete(session: &str, buffer: &str) {
    let mut command = tmux(session, &["delete-buffer", "-b", buffer]);
    // What tmux still holds when even this fails is out of our hands, and the value is on its way.
    let _ = timeout(SHORT_BUDGET, command.stdout(Stdio::null()).status()).await;
}

/// Brings `environment` up to date with the terminal that is attached to tmux now.
///
/// The variables of a program inside tmux are those of the terminal that started the session. tmux
/// itself keeps `SSH_CONNECTION` and `DISPLAY` current whenever a terminal attaches. What it does not
/// know, or does not tell within 500 ms, stays as it was.
pub(super) async fn refresh(environment: &mut Environment, session: &str) {
    let (connection, display) =
        tokio::join!(session_variable(session, "SSH_CONNECTION"), session_variable(session, "DISPLAY"),);
    match connection {
        SessionVariable::Set(_) => environment.over_ssh = true,
        SessionVariable::Removed => environment.over_ssh = false,
        SessionVariable::Unknown => {}
    }
    let is_stale = match display {
        SessionVariable::Set(current) => environment.display.as_ref() != Some(&current),
        SessionVariable::Removed => true,
        SessionVariable::Unknown => false,
    };
    // This process can only reach the display that it was started with.
    if is_stale {
        environment.display = None;
    }
}

/// What tmux says about a variable of its session.
#[derive(Debug, PartialEq, Eq)]
enum SessionVariable {
    Set(String),
    /// The terminal that attached last did not have it.
    Removed,
    Unknown,
}

async fn session_variable(session: &str, name: &str) -> SessionVariable {
    let mut command = tmux(session, &["show-environment", name]);
    match timeout(SHORT_BUDGET, command.output()).await {
        Ok(Ok(output)) if output.status.success() => {
            parse_variable(&String::from_utf8_lossy(&output.stdout), name)
        }
        _ => SessionVariable::Unknown,
    }
}

/// tmux writes `NAME=value`, or `-NAME` for a variable that it takes away.
fn parse_variable(line: &str, name: &str) -> SessionVariable {
    let line = line.trim_end();
    if line.strip_prefix('-') == Some(name) {
        return SessionVariable::Removed;
    }
    match line.split_once('=') {
        Some((known, value)) if known == name => SessionVariable::Set(value.to_owned()),
        _ => SessionVariable::Unknown,
    }
}

/// A tmux command that talks to the server of `session`, shows nothing, and dies when it is given up.
fn tmux(session: &str, arguments: &[&str]) -> Command {
    let mut command = Command::new("tmux");
    keep_credentials_from(&mut command);
    command
        .args(arguments)
        .env("TMUX", session)
        .stdin(Stdio::null())
        .stderr(Stdio::null())
        .kill_on_drop(true);
    command
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_tmux_writes_about_a_variable_is_read() {
        let rows = [
            (
                "SSH_CONNECTION=192.0.2.1 5 192.0.2.2 22\n",
                SessionVariable::Set("192.0.2.1 5 192.0.2.2 22".to_owned()),
            ),
            ("-SSH_CONNECTION\n", SessionVariable::Removed),
            ("", SessionVariable::Unknown),
            ("SSH_CONNECTION_OLD=x\n", SessionVariable::Unknown),
        ];
        for (line, expected) in rows {
            assert_eq!(parse_variable(line, "SSH_CONNECTION"), expected, "{line:?}");
        }
    }
}
