//! The clipboard process: it holds a value on the clipboard until its lease ends.
//!
//! On X11 and Wayland the program that sets a clipboard must keep running to serve it. The process is this very
//! program, started again. It needs no runtime and takes no value as an argument. One thread serves, one reads
//! requests, one is the watchdog.
//!
//! A request is a frame: its length in eight bytes, big-endian, then a line of JSON, then, for a request to hold, the
//! value as it is. A report is a line of JSON.
//!
//! **Invariant:** whatever becomes of the program or of the display, the process does not outlive its lease. A value
//! travels only in a request to hold, and never as JSON, whose buffers leave copies.

use std::io::{self, Read, Write};
use std::ops::ControlFlow;
use std::process::ExitCode;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::{Duration, Instant};

use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use crate::delivery::os::{close_inherited_descriptors, forbid_core_dumps};
use crate::domain::{ClipboardContent, CopyError};

use super::lease::{Due, Lease, LeaseState, Watchdog};
use super::selection::{OURS, Selection};

/// The longest frame in bytes. Nothing that is copied comes near it.
const MAX_FRAME: usize = 1 << 20;

/// The number of a request, repeated in its report: the program stops waiting for some, and their reports come late.
pub(super) type RequestNumber = u32;

/// The subcommand that makes this program a clipboard process. The help does not show it.
pub const HOLD_CLIPBOARD: &str = "hold-clipboard";

/// How long one operation may take: opening, setting, clearing, and waiting for a value. The program gives up long
/// before, and kills the process if it still can.
const WORK_TIMEOUT: Duration = Duration::from_secs(10);

/// How long after the end of its lease the process is killed if it still has not cleared the clipboard.
const GRACE: Duration = Duration::from_secs(5);

/// What the program asks for.
#[derive(Debug, Deserialize, Serialize)]
pub(super) enum Request {
    /// Put a value on the clipboard in place of the one that is held.
    Hold {
        #[serde(skip)]
        value: SecretString,
        /// When to clear the clipboard, counted from setting it; `None` keeps the value until another program copies.
        clear_after: Option<Duration>,
    },
    /// Report what the clipboard holds.
    Check,
    /// Clear the clipboard that much later than planned, and report what it holds.
    Extend(Duration),
    /// Clear the clipboard if it still holds the value, and exit.
    Clear,
}

/// What the clipboard process reports.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq, Serialize)]
pub(super) enum Report {
    /// The clipboard is open. The first report of every process.
    Opened,
    /// The value is on the clipboard.
    Set {
        /// True when it was read back.
        is_verified: bool,
        /// When the clipboard will be cleared, from now.
        clears_in: Option<Duration>,
    },
    /// Nothing is on the clipboard, and the process exits.
    Failed(CopyError),
    /// What the clipboard holds.
    Content(ClipboardContent),
    /// What the process left on the clipboard. It has forgotten the value and exits.
    Ended(ClipboardContent),
}

impl Request {
    /// Encodes the frame in a buffer of its final size: one that grows would leave copies of the value behind.
    pub fn encode(&self, number: RequestNumber) -> io::Result<Zeroizing<Vec<u8>>> {
        let header = serde_json::to_string(&(number, self))?;
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

    /// Reads one frame.
    ///
    /// # Errors
    /// At the end of the input, also in the middle of a frame, and for anything that is not a frame.
    pub fn read(input: &mut impl Read) -> io::Result<(RequestNumber, Self)> {
        let mut length = [0; 8];
        input.read_exact(&mut length)?;
        let length = usize::try_from(u64::from_be_bytes(length)).unwrap_or(usize::MAX);
        if length > MAX_FRAME {
            return Err(io::ErrorKind::InvalidData.into());
        }
        let mut frame = Zeroizing::new(vec![0; length]);
        input.read_exact(&mut frame)?;
        Self::decode(&frame).ok_or_else(|| io::ErrorKind::InvalidData.into())
    }

    fn decode(frame: &[u8]) -> Option<(RequestNumber, Self)> {
        let (header, sent) = std::str::from_utf8(frame).ok()?.split_once('\n')?;
        let (number, mut request) = serde_json::from_str(header).ok()?;
        match &mut request {
            Self::Hold { value, .. } => *value = SecretString::from(sent),
            _ if sent.is_empty() => {}
            _ => return None,
        }
        Some((number, request))
    }
}

impl Report {
    /// Encodes the line, with its end. `None` as the number marks a report that no one asked for.
    pub fn encode(self, answers: Option<RequestNumber>) -> io::Result<String> {
        Ok(serde_json::to_string(&(answers, self))? + "\n")
    }

    /// Decodes a line without its end.
    pub fn decode(line: &str) -> Option<(Option<RequestNumber>, Self)> {
        serde_json::from_str(line).ok()
    }
}

/// Holds the clipboard for the program that started this process, and returns when that is over.
///
/// Does not look at the arguments: the caller has.
pub fn hold_clipboard() -> ExitCode {
    close_inherited_descriptors();
    let Some((requests, reports)) = inherited_channel() else {
        let message = format!(
            "atlas-secret: {HOLD_CLIPBOARD} is what atlas-secret starts by itself; it is not for people"
        );
        // If standard error is closed, nothing can be done.
        let _ = writeln!(io::stderr(), "{message}");
        return ExitCode::from(2);
    };
    forbid_core_dumps();
    detach_from_terminal();
    match run(requests, reports) {
        Ok(()) => ExitCode::SUCCESS,
        Err(_) => ExitCode::FAILURE,
    }
}

/// The process's end of the channel: where requests are read and reports written. `None` when standard input is not
/// a socket, so that something other than the program started this process.
#[cfg(unix)]
fn inherited_channel() -> Option<(std::os::unix::net::UnixStream, std::os::unix::net::UnixStream)> {
    use rustix::fs::{FileType, fstat};
    use std::os::fd::AsFd;

    // Not through `Stdin`, whose own buffer would keep a copy of the value.
    let input = io::stdin().as_fd().try_clone_to_owned().ok()?;
    if FileType::from_raw_mode(fstat(&input).ok()?.st_mode) != FileType::Socket {
        return None;
    }
    let input = std::os::unix::net::UnixStream::from(input);
    let output = input.try_clone().ok()?;
    Some((input, output))
}

/// The process's end of the channel: where requests are read and reports written. `None` when a user started this
/// process.
#[cfg(windows)]
fn inherited_channel() -> Option<(std::fs::File, std::fs::File)> {
    use std::io::IsTerminal;
    use std::os::windows::io::AsHandle;

    let (input, output) = (io::stdin(), io::stdout());
    if input.is_terminal() || output.is_terminal() {
        return None;
    }
    // Not through `Stdin`, whose own buffer would keep a copy of the value.
    let input = input.as_handle().try_clone_to_owned().ok()?;
    let output = output.as_handle().try_clone_to_owned().ok()?;
    Some((input.into(), output.into()))
}

/// Starts a session: neither a hang-up of the terminal nor a key on it reaches the process (setsid(2)). The process
/// does not lead a group yet, so this does not fail; if it did, the copy would only be less safe from the terminal.
fn detach_from_terminal() {
    #[cfg(unix)]
    let _ = rustix::process::setsid();
    // Started from `/proc/self/exe` it would be listed as `exe`.
    #[cfg(any(target_os = "linux", target_os = "android"))]
    let _ = rustix::thread::set_name(c"atlas-secret");
}

fn run(requests: impl Read + Send + 'static, mut reports: impl Write) -> io::Result<()> {
    let watchdog = Watchdog::start(Instant::now() + WORK_TIMEOUT)?;
    let selection = match Selection::open() {
        Ok(selection) => selection,
        Err(error) => {
            send(&mut reports, None, Report::Failed(error));
            return Ok(());
        }
    };
    let requests = read_in_background(requests)?;
    send(&mut reports, None, Report::Opened);
    ClipboardServer { selection, reports, watchdog, lease: None, requests: Some(requests) }.serve();
    Ok(())
}

/// Reads requests until the program is gone, or sends one that cannot be understood.
fn read_in_background(
    mut input: impl Read + Send + 'static,
) -> io::Result<mpsc::Receiver<(RequestNumber, Request)>> {
    let (sender, requests) = mpsc::channel();
    thread::Builder::new().name("requests".to_owned()).spawn(move || {
        while let Ok(request) = Request::read(&mut input) {
            if sender.send(request).is_err() {
                break;
            }
        }
    })?;
    Ok(requests)
}

/// A program that is gone reads no report, and that is no reason to stop.
fn send(reports: &mut impl Write, answers: Option<RequestNumber>, report: Report) {
    if let Ok(line) = report.encode(answers) {
        let _ = reports.write_all(line.as_bytes()).and_then(|()| reports.flush());
    }
}

struct ClipboardServer<W> {
    selection: Selection,
    reports: W,
    watchdog: Watchdog,
    /// `None` as long as no value is held.
    lease: Option<Lease>,
    /// `None` once the program is gone.
    requests: Option<mpsc::Receiver<(RequestNumber, Request)>>,
}

impl<W: Write> ClipboardServer<W> {
    /// Returns when there is nothing left to hold.
    fn serve(mut self) {
        loop {
            // As long as no value is held, the watchdog limits the wait.
            let timeout = self
                .lease
                .map_or(WORK_TIMEOUT, |lease| lease.next().saturating_duration_since(Instant::now()));
            let woken = if let Some(requests) = &self.requests {
                requests.recv_timeout(timeout)
            } else {
                thread::sleep(timeout);
                Err(RecvTimeoutError::Timeout)
            };
            let flow = match woken {
                Ok((number, request)) => self.answer(number, request),
                Err(RecvTimeoutError::Timeout) => self.after_time(),
                Err(RecvTimeoutError::Disconnected) if self.lease.is_none() => ControlFlow::Break(()),
                Err(RecvTimeoutError::Disconnected) => {
                    self.requests = None;
                    ControlFlow::Continue(())
                }
            };
            if flow.is_break() {
                return;
            }
        }
    }

    fn answer(&mut self, number: RequestNumber, request: Request) -> ControlFlow<()> {
        match request {
            Request::Hold { value, clear_after } => return self.hold(number, value, clear_after),
            Request::Check => {}
            Request::Extend(by) => self.extend(by),
            Request::Clear => match &mut self.lease {
                Some(Lease { state: LeaseState::Cleared { by_request, .. }, .. }) => *by_request = true,
                _ => return self.clear(Some(number)),
            },
        }
        match self.content() {
            // Nothing is left to hold: the value is not kept a moment longer.
            lost @ (ClipboardContent::Overwritten | ClipboardContent::Lost(_)) => {
                self.end(Some(number), lost)
            }
            content => {
                send(&mut self.reports, Some(number), Report::Content(content));
                ControlFlow::Continue(())
            }
        }
    }

    fn hold(
        &mut self,
        number: RequestNumber,
        value: SecretString,
        clear_after: Option<Duration>,
    ) -> ControlFlow<()> {
        self.watchdog.set(Instant::now() + WORK_TIMEOUT);
        if let Err(error) = self.selection.set(value) {
            send(&mut self.reports, Some(number), Report::Failed(error));
            return ControlFlow::Break(());
        }
        let lease = Lease::begin(clear_after, Instant::now());
        self.lease = Some(lease);
        // Before anything else that may hang.
        self.watchdog.set(lease.end + GRACE);
        let is_verified = self.selection.reads_back();
        let clears_in = lease.clears_in(Instant::now());
        send(&mut self.reports, Some(number), Report::Set { is_verified, clears_in });
        ControlFlow::Continue(())
    }

    fn extend(&mut self, by: Duration) {
        if let Some(lease) = &mut self.lease {
            lease.extend(by);
            self.watchdog.set(lease.end + GRACE);
        }
    }

    fn content(&mut self) -> ClipboardContent {
        match self.lease.map(|lease| lease.state) {
            None | Some(LeaseState::Cleared { by_request: true, .. }) => ClipboardContent::Cleared,
            // Not "cleared" before it is certain that it stays so.
            Some(LeaseState::Cleared { .. }) => ClipboardContent::Ours { clears_in: Some(Duration::ZERO) },
            Some(_) => self.check(),
        }
    }

    fn check(&mut self) -> ClipboardContent {
        match self.selection.check() {
            OURS => {
                let clears_in = self.lease.and_then(|lease| lease.clears_in(Instant::now()));
                ClipboardContent::Ours { clears_in }
            }
            content => content,
        }
    }

    fn after_time(&mut self) -> ControlFlow<()> {
        let Some(lease) = &mut self.lease else {
            return ControlFlow::Continue(());
        };
        let due = lease.take_due(Instant::now());
        let is_cleared = matches!(lease.state, LeaseState::Cleared { .. });
        match due {
            Some(Due::End) if is_cleared => self.end(None, ClipboardContent::Cleared),
            Some(Due::End) => self.clear(None),
            Some(Due::Check) if is_cleared => self.watch(),
            Some(Due::Check) => match self.check() {
                ClipboardContent::Ours { .. } | ClipboardContent::Unreadable => ControlFlow::Continue(()),
                lost => self.end(None, lost),
            },
            None => ControlFlow::Continue(()),
        }
    }

    /// Clears the clipboard if it still holds the value, and watches it from then on.
    fn clear(&mut self, answers: Option<RequestNumber>) -> ControlFlow<()> {
        self.watchdog.set(Instant::now() + GRACE);
        let found = self.selection.clear();
        if found != OURS {
            // Another program's clipboard is left alone, but not its copy of the value in the primary selection.
            let _ = found == ClipboardContent::Overwritten && self.selection.clear_put_back();
            return self.end(answers, found);
        }
        self.watch_from_now(answers.is_some(), false);
        if answers.is_some() {
            send(&mut self.reports, answers, Report::Content(ClipboardContent::Cleared));
        }
        ControlFlow::Continue(())
    }

    /// Looks for the value after clearing. What another program has put back once is cleared again; one that does it
    /// again keeps the value, and all that is left is to report it.
    fn watch(&mut self) -> ControlFlow<()> {
        let Some(Lease { state: LeaseState::Cleared { by_request, was_put_back }, .. }) = self.lease else {
            return ControlFlow::Continue(());
        };
        if !self.selection.clear_put_back() {
            return ControlFlow::Continue(());
        }
        if was_put_back {
            return self.end(None, ClipboardContent::PutBack);
        }
        self.watch_from_now(by_request, true);
        ControlFlow::Continue(())
    }

    fn watch_from_now(&mut self, by_request: bool, was_put_back: bool) {
        let lease = Lease::watched(by_request, was_put_back, Instant::now());
        self.lease = Some(lease);
        self.watchdog.set(lease.end + GRACE);
    }

    /// Forgets the value, and reports what is on the clipboard.
    fn end(&mut self, answers: Option<RequestNumber>, content: ClipboardContent) -> ControlFlow<()> {
        self.selection.forget();
        send(&mut self.reports, answers, Report::Ended(content));
        ControlFlow::Break(())
    }
}

#[cfg(test)]
mod tests;
