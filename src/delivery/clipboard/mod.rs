//! Copies to the clipboard, by the first backend that works.
//!
//! ```text
//! Copier ═══ a socket pair ═══ ClipboardServer ── Selection ── the display
//!   │                          in the clipboard process
//!   └── terminal.rs: tmux, OSC 52
//! ```
//!
//! **Invariant:** what can be proved comes first, unless the clipboard that would prove it is on another machine than
//! the user: over SSH only the terminal is certain to be where the user is. A clipboard process that died, or that is
//! silent past its deadline, counts as a lost copy; and after a copy has failed no process is left that could still set
//! the value.

mod backend;
mod lease;
mod selection;
mod server;
mod terminal;

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

use crate::domain::{
    ClipboardContent, CopyError, CopyOutcome, HeldCopy, LostCopy, ServerText, TerminalRoute,
};

use super::os::remove_credentials;

pub use backend::{ClipboardBackend, Environment, Preference, select_backend};
pub use server::{HOLD_CLIPBOARD, hold_clipboard};

use server::{Report, Request, RequestNumber};

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

/// Copies secrets.
///
/// On X11 and Wayland the program that sets a clipboard must serve it. So a process of its own holds what is copied to
/// the system's clipboard, and outlives the `Copier` and the program. Nothing starts before the first copy.
#[derive(Debug)]
pub struct Copier {
    environment: Environment,
    preference: Preference,
    clear_after: Option<Duration>,
    program: PathBuf,
    state: Mutex<State>,
}

impl Copier {
    /// A copier for this environment and preference. The system's clipboard is cleared after `clear_after`, or when
    /// another program copies (`None`; after 12 h at the latest). `program` is started as the clipboard process: it
    /// must call [`hold_clipboard`] when its only argument is [`HOLD_CLIPBOARD`].
    pub fn new(
        environment: Environment,
        preference: Preference,
        clear_after: Option<Duration>,
        program: PathBuf,
    ) -> Self {
        // "Nothing was ever copied" is the same as "cleared".
        let state = State { process: None, left: ClipboardContent::Cleared, deadline: None };
        Self { environment, preference, clear_after, program, state: Mutex::new(state) }
    }

    /// Copies `value`: tries the backends in order and returns the outcome of the first that works.
    ///
    /// `terminal` is the terminal that shows this program; OSC 52 is written to it and flushed. Takes at most 2 s to
    /// open the clipboard, 2 s to fill it and 3 s for tmux.
    pub async fn copy(&self, value: &SecretString, terminal: &mut (dyn io::Write + Send)) -> CopyOutcome {
        self.copy_for(self.clear_after, value, terminal).await
    }

    /// Copies a text that is not a secret in the same way; it stays until something else is copied.
    pub async fn copy_text(&self, text: &SecretString, terminal: &mut (dyn io::Write + Send)) -> CopyOutcome {
        self.copy_for(None, text, terminal).await
    }

    /// Checks what the system's clipboard holds of what was copied to it: `Cleared` when nothing ever was, `Unreadable`
    /// when there is no answer within 500 ms, `Lost` when there is none and the time was up, or no one to answer.
    ///
    /// The clipboard does not report when another program takes it over, so this is the only way to know.
    pub async fn content(&self) -> ClipboardContent {
        self.ask(&Request::Check).await
    }

    /// Clears the system's clipboard that much later than planned, and checks it. A copy that stays until it is
    /// replaced is not changed. Returns after at most 500 ms.
    pub async fn extend(&self, by: Duration) -> ClipboardContent {
        self.ask(&Request::Extend(by)).await
    }

    /// Clears the system's clipboard if it still holds what was copied, and forgets the value. Returns what is left:
    /// `Cleared` when it was cleared, now or before. The clipboard process goes on to watch whether another program puts
    /// the value back; `content` reports that.
    ///
    /// The content of other programs stays. A clipboard behind the terminal is never cleared: it cannot be read, so
    /// something else could be lost. Returns after at most 500 ms.
    pub async fn clear(&self) -> ClipboardContent {
        self.ask(&Request::Clear).await
    }

    async fn copy_for(
        &self,
        clear_after: Option<Duration>,
        value: &SecretString,
        terminal: &mut (dyn io::Write + Send),
    ) -> CopyOutcome {
        let mut environment = self.environment.clone();
        // The environment that a tmux session was started with may be long out of date.
        if let (Preference::Auto, Some(session)) = (self.preference, &self.environment.tmux) {
            terminal::refresh_from_tmux(&mut environment, session).await;
        }
        let mut errors = Vec::new();
        for backend in select_backend(&environment, self.preference) {
            let copied = match backend {
                ClipboardBackend::Native => self.copy_natively(value, clear_after).await,
                ClipboardBackend::Tmux => {
                    let sent = terminal::send_through_tmux(value, environment.tmux.as_deref()).await;
                    sent.map(|()| CopyOutcome::Sent(TerminalRoute::Tmux))
                }
                ClipboardBackend::Osc52 => {
                    let route = match errors.last() {
                        Some(gone @ (CopyError::TmuxGone | CopyError::TmuxForeign)) => {
                            TerminalRoute::Osc52Instead(*gone)
                        }
                        _ => TerminalRoute::Osc52,
                    };
                    terminal::send_osc52(value, terminal).map(|()| CopyOutcome::Sent(route))
                }
            };
            match copied {
                Ok(outcome) => return outcome,
                Err(error) => errors.push(error),
            }
        }
        if errors.is_empty() {
            let is_off = self.preference == Preference::Off;
            errors.push(if is_off { CopyError::SwitchedOff } else { CopyError::NoBackend });
        }
        let reasons = errors.iter().map(|error| ServerText::new(&error.to_string())).collect();
        CopyOutcome::Failed { reasons }
    }

    /// Puts `value` on the system's clipboard. A running process takes it over; otherwise a new one starts.
    async fn copy_natively(
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
    async fn ask(&self, request: &Request) -> ClipboardContent {
        let answer = async { self.state.lock().await.ask(request).await };
        match timeout(REQUEST_TIMEOUT, answer).await {
            Ok(content) => content,
            Err(_) => self.state.lock().await.after_silence().await,
        }
    }
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

impl State {
    /// Hands the value to the running process; `None` when there is none any more.
    async fn hold(&mut self, request: &Request) -> Option<Result<CopyOutcome, CopyError>> {
        let process = self.process.as_mut()?;
        let error = match timeout(COPY_TIMEOUT, process.ask(request)).await {
            Ok(Report::Set { is_verified, clears_in }) => {
                self.deadline = clears_in.map(|left| Instant::now() + left);
                let copy = HeldCopy { clears_in };
                let outcome =
                    if is_verified { CopyOutcome::Copied(copy) } else { CopyOutcome::Unverified(copy) };
                return Some(Ok(outcome));
            }
            Ok(Report::Failed(error)) => error,
            Ok(Report::Ended(content)) => {
                self.ended(content);
                return None;
            }
            Ok(_) => CopyError::ProcessFailed,
            Err(_) => CopyError::DisplaySilent,
        };
        // This backend is reported as failed and the next one is tried, so the value must not appear here later.
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
            Report::Content(content) => {
                if let ClipboardContent::Ours { clears_in } = content {
                    self.deadline = clears_in.map(|left| Instant::now() + left);
                }
                content
            }
            Report::Ended(content) => self.ended(content),
            _ => self.ended(ClipboardContent::Unreadable),
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

    /// Sends a request and waits for its report, or for that of the end, however long that takes. Safe to cancel: a late
    /// report is ignored.
    async fn ask(&mut self, request: &Request) -> Report {
        self.last_request = self.last_request.wrapping_add(1);
        // A process that has ended takes no request, but its last report can still be read.
        if let Ok(frame) = request.encode(self.last_request) {
            let _ = self.requests.write_all(&frame).await;
        }
        while let Some((answers, report)) = self.next_report().await {
            if matches!(report, Report::Ended(_)) || answers == Some(self.last_request) {
                return report;
            }
        }
        Report::Ended(ClipboardContent::Lost(LostCopy::ProcessEnded))
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_task_can_copy() {
        fn is_send<T: Send>(_: &T) {}

        let environment = Environment::read(|_| None);
        let copier = Copier::new(environment, Preference::Auto, None, crate::process::this_program());
        let value = SecretString::from("fake");
        let mut terminal = Vec::new();
        is_send(&copier.copy(&value, &mut terminal));
        is_send(&copier.content());
        is_send(&copier.extend(Duration::ZERO));
        is_send(&copier.clear());
    }
}
