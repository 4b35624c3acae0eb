//! The program's side of the clipboard process, and the channel between the two: requests over a socket pair, and
//! reports back.
//!
//! A request is a frame: its length in eight bytes, big-endian, then a line of JSON, then, for a request to hold, the
//! raw value. A report is a line of JSON. Each request gets one report, in order; `Ended` may come at any time.
//!
//! **Invariant:** a process that died, or does not report past its deadline, counts as a lost copy. After a failed copy
//! no process is left that could still set the value. A value travels only in a request to hold, and never as JSON,
//! whose buffers leave copies.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::{Duration, Instant};

use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader, Lines};
use tokio::process::{Child, Command};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use tokio::time::timeout;
use zeroize::Zeroizing;

use crate::process::remove_credentials;

use super::{ClipboardContent, CopyError, CopyOutcome, LostCopy};

/// The subcommand that makes this program a clipboard process. The help does not list it.
pub const HOLD_CLIPBOARD: &str = "hold-clipboard";

/// The longest frame, in bytes; far more than any copy needs.
const MAX_FRAME: usize = 1 << 20;

/// How long the process may take to start and to open the clipboard; a dead forwarded display never responds.
const OPEN_TIMEOUT: Duration = Duration::from_secs(2);

/// How long setting the value and reading it back may take: 1 s for reading back, and slack.
const COPY_TIMEOUT: Duration = Duration::from_secs(2);

/// How long the process may take to check, extend or clear.
const REQUEST_TIMEOUT: Duration = Duration::from_millis(500);

/// How long past its deadline the process may still be clearing the clipboard.
const DEADLINE_SLACK: Duration = Duration::from_secs(1);

/// How long a killed process may take to end.
const KILL_TIMEOUT: Duration = Duration::from_millis(500);

/// Holds the system's clipboard through a process, while one runs. Dropping the client leaves the process running.
#[derive(Debug)]
pub(super) struct ClipboardClient {
    /// The program to start as the process.
    program: PathBuf,
    running: Option<ClipboardProcess>,
    /// The content that the last process left on the clipboard.
    left: ClipboardContent,
    /// When the process clears the clipboard at the latest; `None` if unknown, or if the copy has no time limit.
    deadline: Option<Instant>,
}

impl ClipboardClient {
    pub fn new(program: PathBuf) -> Self {
        // "Never copied" is the same as "cleared".
        Self { program, running: None, left: ClipboardContent::Cleared, deadline: None }
    }

    /// Puts `value` on the system's clipboard, through the running process or a new one.
    pub async fn hold(
        &mut self,
        value: &SecretString,
        clear_after: Option<Duration>,
    ) -> Result<CopyOutcome, CopyError> {
        let request = ClipboardRequest::Hold { value: value.clone(), clear_after };
        if let Some(outcome) = self.ask_to_hold(&request).await {
            return outcome;
        }
        self.running = Some(ClipboardProcess::start(&self.program).await?);
        self.ask_to_hold(&request).await.unwrap_or(Err(CopyError::ProcessFailed))
    }

    /// Sends a request to hold; `None` if no process is running.
    async fn ask_to_hold(&mut self, request: &ClipboardRequest) -> Option<Result<CopyOutcome, CopyError>> {
        let error = match timeout(COPY_TIMEOUT, self.running.as_mut()?.ask(request)).await {
            Ok(Report::Set { is_verified, clears_in }) => {
                self.set_deadline(clears_in);
                return Some(Ok(CopyOutcome::Copied { is_verified, clears_in }));
            }
            Ok(Report::Failed(error)) => error,
            Ok(Report::Ended(content)) => {
                self.ended(content);
                return None;
            }
            Ok(Report::Opened | Report::Content(_)) => CopyError::ProcessFailed,
            Err(_) => CopyError::DisplayTimedOut,
        };
        // This backend is reported as failed and the next one is tried, so the value must not appear here later.
        if let Some(process) = self.running.take() {
            process.kill().await;
        }
        self.left = ClipboardContent::Unreadable;
        Some(Err(error))
    }

    /// Returns the content of the clipboard after this request. Safe to cancel.
    pub async fn ask(&mut self, request: &ClipboardRequest) -> ClipboardContent {
        let Some(process) = &mut self.running else {
            return self.left;
        };
        match timeout(REQUEST_TIMEOUT, process.ask(request)).await {
            Ok(Report::Content(content)) => {
                if let ClipboardContent::Ours { clears_in } = content {
                    self.set_deadline(clears_in);
                }
                content
            }
            Ok(Report::Ended(content)) => self.ended(content),
            Ok(Report::Opened | Report::Set { .. } | Report::Failed(_)) => {
                self.ended(ClipboardContent::Unreadable)
            }
            Err(_) => self.after_timeout().await,
        }
    }

    /// Kills a process that should have cleared the clipboard by now, but was stopped or hangs. The value disappears
    /// with it.
    async fn after_timeout(&mut self) -> ClipboardContent {
        let is_late = self.deadline.is_some_and(|deadline| Instant::now() >= deadline + DEADLINE_SLACK);
        let Some(process) = self.running.take_if(|_| is_late) else {
            return ClipboardContent::Unreadable;
        };
        process.kill().await;
        self.ended(ClipboardContent::Lost(LostCopy::DeadlinePassed))
    }

    fn set_deadline(&mut self, clears_in: Option<Duration>) {
        self.deadline = clears_in.map(|left| Instant::now() + left);
    }

    fn ended(&mut self, content: ClipboardContent) -> ClipboardContent {
        self.running = None;
        self.left = content;
        content
    }
}

#[derive(Debug)]
struct ClipboardProcess {
    /// Takes requests, and yields reports.
    channel: Lines<BufReader<Channel>>,
    /// The number of requests whose reports have not been read.
    outstanding: usize,
    kill: oneshot::Sender<()>,
    /// Reaps the process when it ends.
    wait: JoinHandle<()>,
}

impl ClipboardProcess {
    /// Starts a process and waits until it has opened the clipboard. Kills it if that takes too long.
    ///
    /// The value is sent only after that: if the display hangs, it would otherwise stay in the socket for as long as
    /// the process does.
    async fn start(program: &Path) -> Result<Self, CopyError> {
        let (mut child, channel) = spawn(program).map_err(|_| CopyError::ProcessFailed)?;
        let (kill, killed) = oneshot::channel();
        let wait = tokio::spawn(async move {
            // A sender that is merely dropped does not kill.
            tokio::select! {
                _ = child.wait() => {}
                Ok(()) = killed => drop(child.kill().await),
            }
        });
        let mut process = Self { channel: BufReader::new(channel).lines(), outstanding: 0, kill, wait };
        match timeout(OPEN_TIMEOUT, process.next_report()).await {
            Ok(Some(Report::Opened)) => Ok(process),
            Ok(Some(Report::Failed(error))) => Err(error),
            Ok(_) => Err(CopyError::ProcessFailed),
            Err(_) => {
                process.kill().await;
                Err(CopyError::DisplayTimedOut)
            }
        }
    }

    /// Sends a request and waits for its report, or for the process to end, however long that takes. Safe to cancel: a
    /// late report is ignored.
    async fn ask(&mut self, request: &ClipboardRequest) -> Report {
        self.outstanding += 1;
        // A process that has ended takes no request, but its last report can still be read.
        if let Ok(frame) = request.encode() {
            let _ = self.channel.get_mut().write_all(&frame).await;
        }
        while let Some(report) = self.next_report().await {
            self.outstanding = self.outstanding.saturating_sub(1);
            if matches!(report, Report::Ended(_)) || self.outstanding == 0 {
                return report;
            }
        }
        Report::Ended(ClipboardContent::Lost(LostCopy::ProcessEnded))
    }

    /// Reads the next report; `None` if the process has closed its end, or sent something else.
    async fn next_report(&mut self) -> Option<Report> {
        let line = self.channel.next_line().await.ok()??;
        serde_json::from_str(&line).ok()
    }

    /// Kills the process and waits until it is gone. On X11 and Wayland the clipboard loses the value with it.
    async fn kill(self) {
        // Both fail only if the process has been reaped already.
        let _ = self.kill.send(());
        let _ = timeout(KILL_TIMEOUT, self.wait).await;
    }
}

#[cfg(unix)]
type Channel = tokio::net::UnixStream;
#[cfg(windows)]
type Channel = tokio::io::Join<tokio::process::ChildStdout, tokio::process::ChildStdin>;

/// Starts the process with a socket pair; the far end is its standard input, for both directions.
#[cfg(unix)]
fn spawn(program: &Path) -> io::Result<(Child, Channel)> {
    let (near, far) = std::os::unix::net::UnixStream::pair()?;
    near.set_nonblocking(true)?;
    let mut command = command(program);
    // In `/`, so that it keeps no folder busy. The command is dropped here: it would keep the far end open.
    command.arg0(env!("CARGO_PKG_NAME")).current_dir("/");
    let child = command.stdin(std::os::fd::OwnedFd::from(far)).stdout(Stdio::null()).spawn()?;
    Ok((child, Channel::from_std(near)?))
}

/// Starts the process with two pipes, its standard input and output.
#[cfg(windows)]
fn spawn(program: &Path) -> io::Result<(Child, Channel)> {
    let mut child = command(program).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
    let pipes = child.stdout.take().zip(child.stdin.take());
    let (reports, requests) = pipes.ok_or(io::ErrorKind::BrokenPipe)?;
    Ok((child, tokio::io::join(reports, requests)))
}

/// The process keeps the environment, which names the display, but not the credentials. It gets neither output, so that
/// a reader of the program's output does not wait for the process.
fn command(program: &Path) -> Command {
    let mut command = Command::new(program);
    command.arg(HOLD_CLIPBOARD).stderr(Stdio::null());
    remove_credentials(command.as_std_mut());
    command
}

/// The process's end of the channel: where it reads requests and writes reports. `None` if this program did not start
/// the process. Not through `Stdin`, whose buffer would keep a copy of the value.
#[cfg(unix)]
pub(super) fn inherited_channel() -> Option<(File, File)> {
    use std::os::fd::AsFd;
    use std::os::unix::fs::FileTypeExt;

    let input = File::from(io::stdin().as_fd().try_clone_to_owned().ok()?);
    let is_socket = input.metadata().ok()?.file_type().is_socket();
    is_socket.then_some((input.try_clone().ok()?, input))
}

/// The process's end of the channel: two pipes.
#[cfg(windows)]
pub(super) fn inherited_channel() -> Option<(File, File)> {
    use std::io::IsTerminal;
    use std::os::windows::io::AsHandle;

    let (input, output) = (io::stdin(), io::stdout());
    if input.is_terminal() || output.is_terminal() {
        return None;
    }
    let input = input.as_handle().try_clone_to_owned().ok()?;
    Some((input.into(), output.as_handle().try_clone_to_owned().ok()?.into()))
}

/// Starts a session, so that neither a hang-up of the terminal nor a key on it reaches the process (setsid(2)). The
/// process does not lead a group yet, so this does not fail; if it did, the terminal could still end the copy.
pub(super) fn detach_from_terminal() {
    #[cfg(unix)]
    let _ = rustix::process::setsid();
    // Started from `/proc/self/exe`, it would be listed as `exe`.
    #[cfg(any(target_os = "linux", target_os = "android"))]
    let _ = rustix::thread::set_name(c"atlas-secret");
}

/// Closes every descriptor but the three standard ones. Call it before this process opens any: an inherited lock or
/// pipe would be held for as long as the process runs.
pub(super) fn close_inherited_descriptors() {
    #[cfg(unix)]
    {
        let folder =
            if cfg!(any(target_os = "linux", target_os = "android")) { "/proc/self/fd" } else { "/dev/fd" };
        let Ok(entries) = std::fs::read_dir(folder) else { return };
        // Collected first: the list is read through a descriptor in it, which is closed by then.
        let open: Vec<i32> =
            entries.flatten().filter_map(|entry| entry.file_name().to_str()?.parse().ok()).collect();
        for descriptor in open.into_iter().filter(|descriptor| *descriptor > 2) {
            let _ = nix::unistd::close(descriptor);
        }
    }
}

/// A request of the program.
#[derive(Debug, Deserialize, Serialize)]
pub(super) enum ClipboardRequest {
    /// Put a value on the clipboard in place of the current one.
    Hold {
        #[serde(skip)]
        value: SecretString,
        /// When to clear the clipboard, counted from setting it; `None` keeps the value until another program copies.
        clear_after: Option<Duration>,
    },
    /// Report what the clipboard holds.
    Check,
    /// Postpone clearing the clipboard by this time, and report what it holds.
    Extend(Duration),
    /// Clear the clipboard if it still holds the value, and report what it holds then.
    Clear,
}

/// A report of the clipboard process.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq, Serialize)]
pub(super) enum Report {
    /// The clipboard is open. The first report of every process.
    Opened,
    /// The value is on the clipboard.
    Set {
        /// True if it was read back.
        is_verified: bool,
        /// The time until the clipboard is cleared.
        clears_in: Option<Duration>,
    },
    /// Nothing is on the clipboard, and the process exits.
    Failed(CopyError),
    Content(ClipboardContent),
    /// The process left this on the clipboard, has forgotten the value, and exits.
    Ended(ClipboardContent),
}

impl ClipboardRequest {
    /// Encodes the frame in a buffer of its final size: one that grows would leave copies of the value behind.
    pub fn encode(&self) -> io::Result<Zeroizing<Vec<u8>>> {
        let header = serde_json::to_string(self)?;
        let value = match self {
            Self::Hold { value, .. } => value.expose_secret(),
            Self::Check | Self::Extend(_) | Self::Clear => "",
        };
        let length = header.len() + 1 + value.len();
        let mut frame = Zeroizing::new(Vec::with_capacity(8 + length));
        frame.extend_from_slice(&(length as u64).to_be_bytes());
        frame.extend_from_slice(header.as_bytes());
        frame.push(b'\n');
        frame.extend_from_slice(value.as_bytes());
        Ok(frame)
    }

    /// Reads one frame. Anything else is an error, also the end of the input.
    pub fn read(input: &mut impl Read) -> io::Result<Self> {
        let invalid = || io::Error::from(io::ErrorKind::InvalidData);
        let mut length = [0; 8];
        input.read_exact(&mut length)?;
        let length = usize::try_from(u64::from_be_bytes(length)).unwrap_or(usize::MAX);
        if length > MAX_FRAME {
            return Err(invalid());
        }
        let mut frame = Zeroizing::new(vec![0; length]);
        input.read_exact(&mut frame)?;
        let frame = std::str::from_utf8(&frame).map_err(|_| invalid())?;
        let (header, sent) = frame.split_once('\n').ok_or_else(invalid)?;
        let mut request = serde_json::from_str(header)?;
        if let Self::Hold { value, .. } = &mut request {
            *value = SecretString::from(sent);
        }
        Ok(request)
    }
}

#[cfg(test)]
mod tests {
    use proptest::collection::vec;
    use proptest::prelude::*;

    use super::*;

    fn hold(value: &str, clear_after: Option<Duration>) -> ClipboardRequest {
        ClipboardRequest::Hold { value: SecretString::from(value), clear_after }
    }

    #[test]
    fn debug_shows_no_value() {
        assert!(!format!("{:?}", hold("mdb_sa_sk_fake", None)).contains("fake"));
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 10_000, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn any_value_survives_a_round_trip(value in any::<String>(), seconds in prop::option::of(0_u64..100_000)) {
            let clear_after = seconds.map(Duration::from_secs);
            let frame = hold(&value, clear_after).encode().unwrap();
            prop_assert_eq!(frame.capacity(), frame.len(), "it never grew");
            let both = [&frame[..], &ClipboardRequest::Clear.encode().unwrap()].concat();
            let mut input = &both[..];
            let ClipboardRequest::Hold { value: read, clear_after: read_time } = ClipboardRequest::read(&mut input).unwrap() else {
                return Err(TestCaseError::fail("another request"));
            };
            prop_assert_eq!((read.expose_secret(), read_time), (&value[..], clear_after));
            prop_assert!(matches!(ClipboardRequest::read(&mut input), Ok(ClipboardRequest::Clear)));
            // A frame is incomplete if its writer died.
            prop_assert!(ClipboardRequest::read(&mut &frame[..frame.len() - 1]).is_err());
        }

        #[test]
        fn other_bytes_are_an_error(length in prop_oneof![0_u64..60, any::<u64>()], body in vec(any::<u8>(), 0..60)) {
            prop_assert!(ClipboardRequest::read(&mut &[&length.to_be_bytes()[..], &body].concat()[..]).is_err());
        }
    }
}
