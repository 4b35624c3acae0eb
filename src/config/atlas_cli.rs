//! Gets the access token of a browser login from `atlas auth token`. Only the Atlas CLI can renew such a login: another
//! program that used up its refresh token would sign the CLI out.
//!
//! **Invariant:** the command gets no credentials and no terminal, and does not run for longer than its limit.

use std::env;
use std::io;
use std::path::Path;
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use anstream::adapter::strip_bytes;
use tokio::io::{AsyncRead, AsyncReadExt};
use tokio::process::{Child, Command};
use tokio::time::timeout;
use zeroize::Zeroizing;

use crate::domain::{
    Credentials, ProfileName, ServerText, os_error_message, trim_visible, without_secrets, without_tokens,
};
use crate::process::{find_program, in_own_session, remove_credentials};

use super::CredentialsError;

/// How long the command may take.
const LIMIT: Duration = Duration::from_secs(5);

/// How long to wait for the end of the output once the command has ended. A process that it left running may never
/// close it.
const END_TIMEOUT: Duration = Duration::from_millis(100);

/// The advice if the Atlas CLI does not work.
const OR_TOKEN: &str = "or set MONGODB_ATLAS_ACCESS_TOKEN";

/// More bytes than any token has.
const MAX_TOKEN_SIZE: usize = 16 * 1024;

/// The output of a command, and how it ended.
struct Finished {
    status: ExitStatus,
    output: Zeroizing<Vec<u8>>,
    errors: Zeroizing<Vec<u8>>,
}

/// Asks the Atlas CLI for the token of a profile with a browser login. The CLI prints the token that it has, and does
/// not renew it.
pub(super) async fn read_token(profile: &ProfileName) -> Result<Credentials, CredentialsError> {
    let token = token(profile).await?;
    Credentials::access_token((*token).clone())
        .map_err(|error| CredentialsError::value(format!("the output of {}", command_line(profile)), error))
}

fn command_line(profile: &ProfileName) -> String {
    format!("`atlas auth token --profile {profile}`")
}

async fn token(profile: &ProfileName) -> Result<Zeroizing<String>, String> {
    let path = env::var_os("PATH").unwrap_or_default();
    let program = find_program("atlas", &path).ok_or_else(|| {
        format!(
            "profile `{profile}` is a browser login, whose token the Atlas CLI keeps, and there is no `atlas` on the \
             PATH: install the Atlas CLI, {OR_TOKEN}"
        )
    })?;
    let command = command_line(profile);
    let not_started = |error: io::Error| {
        let why = os_error_message(&error);
        format!("{command} could not be started ({why}): correct that, {OR_TOKEN}")
    };
    let mut child = start(&program, profile).map_err(not_started)?;
    let Ok(ended) = timeout(LIMIT, wait(&mut child)).await else {
        kill_group(&child);
        return Err(format!(
            "{command} took more than 5 seconds and was stopped: run it in a terminal to see why, {OR_TOKEN}"
        ));
    };
    ended.map_err(not_started)?.token(profile)
}

/// Starts the command in its own session: it has no terminal to write to or to prompt on, and its child processes can
/// be killed with it.
fn start(program: &Path, profile: &ProfileName) -> io::Result<Child> {
    let mut command = Command::from(in_own_session(program));
    command.args(["auth", "token", "--profile", profile.as_str()]);
    // A token in the environment would take precedence over that of the profile.
    remove_credentials(command.as_std_mut());
    // The command should only print the token.
    command.env("DO_NOT_TRACK", "1").env("MONGODB_ATLAS_SKIP_UPDATE_CHECK", "yes");
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).kill_on_drop(true);
    command.spawn()
}

impl Finished {
    fn token(&self, name: &ProfileName) -> Result<Zeroizing<String>, String> {
        let command = command_line(name);
        let no_token = || {
            format!(
                "{command} printed no token: update the Atlas CLI (older versions have no `auth token`), {OR_TOKEN}"
            )
        };
        let with_login = |what: &str| format!("{command} {what}: run `atlas auth login --profile {name}`");
        if !self.status.success() {
            let line = error_line(&self.errors);
            return Err(match line.as_str() {
                text if ["unknown command", "unknown flag"].iter().any(|start| text.contains(start)) => {
                    no_token()
                }
                "" => with_login("failed"),
                line => with_login(&format!("failed ({line})")),
            });
        }
        let text = std::str::from_utf8(&self.output).map_err(|_| no_token())?;
        let text = trim_visible(text);
        if text.is_empty() {
            return Err(with_login("printed nothing"));
        }
        // An older version prints its help and exits with 0.
        if text.contains(char::is_whitespace) || self.output.len() > MAX_TOKEN_SIZE {
            return Err(no_token());
        }
        Ok(Zeroizing::new(text.to_owned()))
    }
}

/// Waits until the command has ended, and meanwhile reads its output.
async fn wait(child: &mut Child) -> io::Result<Finished> {
    let (mut output, mut errors) = (Zeroizing::new(Vec::new()), Zeroizing::new(Vec::new()));
    let (from_output, from_errors) = (child.stdout.take(), child.stderr.take());
    let status = {
        let mut reading = std::pin::pin!(async {
            tokio::join!(read(from_output, &mut output), read(from_errors, &mut errors));
        });
        tokio::select! {
            () = &mut reading => child.wait().await?,
            status = child.wait() => {
                // Only what has arrived by then counts.
                let _ = timeout(END_TIMEOUT, reading).await;
                status?
            }
        }
    };
    Ok(Finished { status, output, errors })
}

/// Reads everything, so that the command can write it, and keeps the end: one byte more than the longest token, so that a
/// longer text is noticed. The buffer is never reallocated.
async fn read(source: Option<impl AsyncRead + Unpin>, into: &mut Vec<u8>) {
    let Some(mut source) = source else { return };
    let mut chunk = Zeroizing::new([0; 4096]);
    into.reserve_exact(MAX_TOKEN_SIZE + 1 + chunk.len());
    // Bytes that were read before an error are checked like any others.
    while let Ok(count @ 1..) = source.read(&mut chunk[..]).await {
        into.extend_from_slice(&chunk[..count]);
        into.drain(..into.len().saturating_sub(MAX_TOKEN_SIZE + 1));
    }
}

/// Returns the line with the reason, safe to show: the one that the Atlas CLI marks as the error, or else the last.
/// Possible tokens are removed.
fn error_line(errors: &[u8]) -> ServerText {
    let plain = Zeroizing::new(strip_bytes(errors).into_vec());
    let text = Zeroizing::new(String::from_utf8_lossy(&plain).into_owned());
    let mut lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    let line = lines.clone().find_map(|line| line.strip_prefix("Error: ")).or_else(|| lines.next_back());
    ServerText::new(&without_tokens(&without_secrets(line.unwrap_or_default())))
}

/// Kills the command and all that it started. Windows has no such process groups: there, dropping the child kills it
/// alone.
fn kill_group(child: &Child) {
    #[cfg(unix)]
    {
        use rustix::process::{Pid, Signal, kill_process_group};
        let leader = child.id().and_then(|id| i32::try_from(id).ok()).and_then(Pid::from_raw);
        // The last process of the group may have ended just now.
        let _ = leader.map(|leader| kill_process_group(leader, Signal::KILL));
    }
    #[cfg(not(unix))]
    let _ = child;
}
