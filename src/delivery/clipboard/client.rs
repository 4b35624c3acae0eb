//! The program's side of the clipboard process.
//!
//! **Invariant:** a process that died, or that is silent past its deadline, counts as a lost copy; and after a copy has
//! failed no clipboard process is left that could still set the value.

use std::io;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::{Duration, Instant};

use secrecy::SecretString;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader, Lines};
use tokio::process::{Child, Command};
use tokio::sync::{Mutex, oneshot};
use tokio::task::JoinHandle;
use tokio::time::timeout;

use crate::delivery::os::remove_credentials;
use crate::domain::{ClipboardContent, CopyError, CopyOutcome, HeldCopy, LostCopy};

use super::protocol::{Report, Request, RequestNumber};
use super::server::HOLD_CLIPBOARD;

/// How long the process may take to start and to open the clipboard; a dead forwarded display never answers.
const OPEN_TIMEOUT: Duration = Duration::from_secs(2);

/// How long setting the value and reading it back may take: 1 s of reading back, and slack.
const COPY_TIMEOUT: Duration = Duration::from_secs(2);

/// How long every other request may take.
const REQUEST_TIMEOUT: Duration = Duration::from_millis(500);

/// How long after its deadline the process may still be busy clearing the clipboard.
const DEADLINE_SLACK: Duration = Duration::from_secs(1);

/// How long a killed process may take to end.
const KILL_TIMEOUT: Duration = Duration::from_millis(500);

/// Starts a clipboard process at the first copy, and talks to it.
#[derive(Debug)]
pub(super) struct ClipboardClient {
    program: PathBuf,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    /// The process that runs, as far as is known.
    process: Option<ClipboardProcess>,
    /// What the last process left on the clipboard.
    left: ClipboardContent,
    /// When the process clears the clipboard at the latest; `None` as long as that is not known.
    deadline: Option<Instant>,
}

impl ClipboardClient {
    /// A client that starts `program`, which must call [`hold_clipboard`](super::server::hold_clipboard) when its
    /// only argument is [`HOLD_CLIPBOARD`].
    pub(super) fn new(program: PathBuf) -> Self {
        // "Nothing was ever copied" is the same as "cleared".
        let left = ClipboardContent::Cleared;
        Self { program, state: Mutex::new(State { process: None, left, deadline: None }) }
    }

    /// Puts `value` on the clipboard. A running process takes it over; otherwise a new one starts.
    pub(super) async fn copy(
        &self,
        value: &SecretString,
        clear_after: Option<Duration>,
    ) -> Result<CopyOutcome, CopyError> {
        let request = Request::Hold { value: value.clone(), clear_after };
        let mut state = self.state.lock().await;
        if let Some(outcome) = state.hold(&request).await {
            return outcome;
        }
        state.process = Some(ClipboardProcess::start(&self.program).await?);
        state.hold(&request).await.unwrap_or(Err(CopyError::ProcessFailed))
    }

    /// Sends a request that asks for the content of the clipboard.
    pub(super) async fn ask(&self, request: &Request) -> ClipboardContent {
        let answer = async { self.state.lock().await.ask(request).await };
        match timeout(REQUEST_TIMEOUT, answer).await {
            Ok(content) => content,
            Err(_) => self.state.lock().await.after_silence().await,
        }
    }
}

impl State {
    /// Hands the value to the running process; `None` when there is none any more.
    async fn hold(&mut self, request: &Request) -> Option<Result<CopyOutcome, CopyError>> {
        let process = self.process.as_mut()?;
        let error = match timeout(COPY_TIMEOUT, process.ask(request)).await {
            Ok(Response::Report(Report::Set { is_verified, clears_in })) => {
                self.deadline = clears_in.map(|left| Instant::now() + left);
                let copy = HeldCopy { clears_in };
                let outcome =
                    if is_verified { CopyOutcome::Copied(copy) } else { CopyOutcome::Unverified(copy) };
                return Some(Ok(outcome));
            }
            Ok(Response::Report(Report::Failed(error))) => error,
            Ok(Response::Report(_)) => CopyError::ProcessFailed,
            Ok(Response::Ended(content)) => {
                self.ended(content);
                return None;
            }
            Err(_) => CopyError::DisplaySilent,
        };
        // The user is told that this backend failed, and the next is tried: the value must not turn up here later.
        if let Some(process) = self.process.take() {
            process.kill().await;
        }
        self.left = ClipboardContent::Unreadable;
        Some(Err(error))
    }

    async fn ask(&mut self, request: &Request) -> ClipboardContent {
        let Some(process) = &mut self.process else {
            return self.left;
        };
        match process.ask(request).await {
            Response::Report(Report::Content(content)) => {
                if let ClipboardContent::Ours { clears_in } = content {
                    self.deadline = clears_in.map(|left| Instant::now() + left);
                }
                content
            }
            Response::Report(_) => self.ended(ClipboardContent::Unreadable),
            Response::Ended(content) => self.ended(content),
        }
    }

    /// No answer came in time. A process that should have cleared the clipboard by now, but was stopped or hangs, is
    /// killed: the value goes with it.
    async fn after_silence(&mut self) -> ClipboardContent {
        let is_late = self.deadline.is_some_and(|deadline| Instant::now() >= deadline + DEADLINE_SLACK);
        let Some(process) = self.process.take_if(|_| is_late) else {
            return ClipboardContent::Unreadable;
        };
        process.kill().await;
        self.ended(ClipboardContent::Lost(LostCopy::DeadlinePassed))
    }

    fn ended(&mut self, content: ClipboardContent) -> ClipboardContent {
        self.process = None;
        self.left = content;
        content
    }
}

/// The response to a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Response {
    /// The process reports.
    Report(Report),
    /// The process has ended and left this on the clipboard.
    Ended(ClipboardContent),
}

/// A running clipboard process. Dropping it leaves the process alone.
#[derive(Debug)]
struct ClipboardProcess {
    requests: RequestWriter,
    reports: Lines<BufReader<ReportReader>>,
    last_request: RequestNumber,
    kill: oneshot::Sender<()>,
    /// Collects the process when it ends.
    wait: JoinHandle<()>,
}

impl ClipboardProcess {
    /// Starts a process and waits until it has the clipboard open. One that takes too long is killed.
    ///
    /// The value is sent only after this: behind a display that hangs it would wait as long as the process does.
    async fn start(program: &Path) -> Result<Self, CopyError> {
        let (mut child, requests, reports) = spawn(program).map_err(|_| CopyError::ProcessFailed)?;
        let (kill, killed) = oneshot::channel();
        let wait = tokio::spawn(async move {
            // A sender that is merely dropped does not kill.
            tokio::select! {
                _ = child.wait() => {}
                Ok(()) = killed => {
                    // It fails only for a process that has ended.
                    let _ = child.kill().await;
                }
            }
        });
        let mut process =
            Self { requests, reports: BufReader::new(reports).lines(), last_request: 0, kill, wait };
        match timeout(OPEN_TIMEOUT, process.next_report()).await {
            Ok(Some((_, Report::Opened))) => Ok(process),
            Ok(Some((_, Report::Failed(error)))) => Err(error),
            Ok(_) => Err(CopyError::ProcessFailed),
            Err(_) => {
                process.kill().await;
                Err(CopyError::DisplaySilent)
            }
        }
    }

    /// Sends a request and waits for its report, however long that takes. Safe to cancel: a late report is ignored.
    async fn ask(&mut self, request: &Request) -> Response {
        self.last_request = self.last_request.wrapping_add(1);
        // A process that has ended takes no request, but its last report can still be read.
        if let Ok(frame) = request.encode(self.last_request) {
            let _ = self.requests.write_all(&frame).await;
        }
        while let Some((answers, report)) = self.next_report().await {
            match report {
                Report::Ended(content) => return Response::Ended(content),
                report if answers == Some(self.last_request) => return Response::Report(report),
                _ => {}
            }
        }
        Response::Ended(ClipboardContent::Lost(LostCopy::ProcessEnded))
    }

    /// `None` when the process has closed its end, or sent something that is not a report.
    async fn next_report(&mut self) -> Option<(Option<RequestNumber>, Report)> {
        let line = self.reports.next_line().await.ok()??;
        Report::decode(&line)
    }

    /// Kills the process and waits until it is gone. On X11 and Wayland the clipboard loses the value with it.
    async fn kill(self) {
        // Both fail only when the process has been collected already.
        let _ = self.kill.send(());
        let _ = timeout(KILL_TIMEOUT, self.wait).await;
    }
}

#[cfg(unix)]
type RequestWriter = tokio::net::unix::OwnedWriteHalf;
#[cfg(unix)]
type ReportReader = tokio::net::unix::OwnedReadHalf;
#[cfg(windows)]
type RequestWriter = tokio::process::ChildStdin;
#[cfg(windows)]
type ReportReader = tokio::process::ChildStdout;

/// Starts the process with a pair of connected sockets; its end is its standard input, for both directions.
#[cfg(unix)]
fn spawn(program: &Path) -> io::Result<(Child, RequestWriter, ReportReader)> {
    use std::os::{fd::OwnedFd, unix::net::UnixStream};

    let (near, far) = UnixStream::pair()?;
    near.set_nonblocking(true)?;
    let (reports, requests) = tokio::net::UnixStream::from_std(near)?.into_split();
    let mut command = command(program);
    // `/` so that no folder is kept busy. The command is dropped here: it would keep the far end open.
    command.arg0(env!("CARGO_PKG_NAME")).current_dir("/");
    let child = command.stdin(OwnedFd::from(far)).stdout(Stdio::null()).spawn()?;
    Ok((child, requests, reports))
}

/// Starts the process with two pipes, its standard input and output.
#[cfg(windows)]
fn spawn(program: &Path) -> io::Result<(Child, RequestWriter, ReportReader)> {
    let mut child = command(program).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
    let (Some(requests), Some(reports)) = (child.stdin.take(), child.stdout.take()) else {
        return Err(io::ErrorKind::BrokenPipe.into());
    };
    Ok((child, requests, reports))
}

/// The process keeps the environment, which names the display, but not the credentials; and neither output, so that
/// a reader of the program's output does not wait for the process.
fn command(program: &Path) -> Command {
    let mut command = Command::new(program);
    command.arg(HOLD_CLIPBOARD).stderr(Stdio::null());
    remove_credentials(command.as_std_mut());
    command
}
