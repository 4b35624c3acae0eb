//! The clipboard process: it holds a value on the clipboard until its lease ends.
//!
//! On X11 and Wayland the program that sets a clipboard must keep running to serve it. The process is this very
//! program, started again. It needs no runtime and takes no value as an argument. One thread serves, one reads
//! requests, one is the watchdog.
//!
//! **Invariant:** whatever becomes of the program or of the display, the process does not outlive its lease.

use std::io::{self, Read, Write};
use std::ops::ControlFlow;
use std::process::ExitCode;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use secrecy::SecretString;

use crate::delivery::os::forbid_core_dumps;
use crate::domain::ClipboardContent;

use super::protocol::{Report, Request, RequestNumber};
use super::selection::{Found, Selection};

/// The subcommand that makes this program a clipboard process. The help does not show it.
pub const HOLD_CLIPBOARD: &str = "hold-clipboard";

/// How long one operation may take: opening, setting, clearing, and waiting for a value. The program gives up long
/// before, and kills the process if it still can.
const WORK_TIMEOUT: Duration = Duration::from_secs(10);

/// How long after the end of its lease the process is killed if it still has not cleared the clipboard.
const GRACE: Duration = Duration::from_secs(5);

/// The longest lease: a value must not stay in memory for good.
const MAX_LEASE: Duration = Duration::from_secs(12 * 60 * 60);

/// How often to check a clipboard without a time limit: it does not report when another program takes it over.
const CHECK_INTERVAL: Duration = Duration::from_secs(10);

/// Holds the clipboard for the program that started this process, and returns when that is over.
///
/// Does not look at the arguments: the caller has.
pub fn hold_clipboard() -> ExitCode {
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

fn run(requests: impl Read + Send + 'static, reports: impl Write) -> io::Result<()> {
    let watchdog = Watchdog::start(Instant::now() + WORK_TIMEOUT)?;
    let mut reports = ReportWriter(reports);
    let selection = match Selection::open() {
        Ok(selection) => selection,
        Err(error) => {
            reports.send(None, Report::Failed(error));
            return Ok(());
        }
    };
    let requests = read_in_background(requests)?;
    reports.send(None, Report::Opened);
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

struct ReportWriter<W>(W);

impl<W: Write> ReportWriter<W> {
    /// A program that is gone reads no report, and that is no reason to stop.
    fn send(&mut self, answers: Option<RequestNumber>, report: Report) {
        if let Ok(line) = report.encode(answers) {
            let _ = self.0.write_all(line.as_bytes()).and_then(|()| self.0.flush());
        }
    }
}

struct ClipboardServer<W> {
    selection: Selection,
    reports: ReportWriter<W>,
    watchdog: Watchdog,
    /// `None` as long as no value is held.
    lease: Option<Lease>,
    /// `None` once the program is gone.
    requests: Option<mpsc::Receiver<(RequestNumber, Request)>>,
}

/// Why the server wakes.
enum Wake {
    Request(RequestNumber, Request),
    ProgramGone,
    Time,
}

impl<W: Write> ClipboardServer<W> {
    /// Returns when there is nothing left to hold.
    fn serve(mut self) {
        loop {
            let flow = match self.wait() {
                Wake::Request(number, request) => self.answer(number, request),
                Wake::ProgramGone => self.serve_alone(),
                Wake::Time => self.after_time(),
            };
            if flow.is_break() {
                return;
            }
        }
    }

    fn wait(&self) -> Wake {
        // As long as no value is held, the watchdog limits the wait.
        let timeout =
            self.lease.map_or(WORK_TIMEOUT, |lease| lease.next().saturating_duration_since(Instant::now()));
        let Some(requests) = &self.requests else {
            thread::sleep(timeout);
            return Wake::Time;
        };
        match requests.recv_timeout(timeout) {
            Ok((number, request)) => Wake::Request(number, request),
            Err(RecvTimeoutError::Timeout) => Wake::Time,
            Err(RecvTimeoutError::Disconnected) => Wake::ProgramGone,
        }
    }

    fn serve_alone(&mut self) -> ControlFlow<()> {
        self.requests = None;
        if self.lease.is_none() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    }

    fn answer(&mut self, number: RequestNumber, request: Request) -> ControlFlow<()> {
        match request {
            Request::Hold { value, clear_after } => return self.hold(number, value, clear_after),
            Request::Check => {}
            Request::Extend(by) => self.extend(by),
            Request::Clear => return self.clear_and_end(Some(number)),
        }
        let content = self.content();
        self.reports.send(Some(number), Report::Content(content));
        ControlFlow::Continue(())
    }

    fn hold(
        &mut self,
        number: RequestNumber,
        value: SecretString,
        clear_after: Option<Duration>,
    ) -> ControlFlow<()> {
        self.watchdog.set(Instant::now() + WORK_TIMEOUT);
        if let Err(error) = self.selection.set(value) {
            self.reports.send(Some(number), Report::Failed(error));
            return ControlFlow::Break(());
        }
        let lease = Lease::begin(clear_after, Instant::now());
        self.lease = Some(lease);
        // Before anything else that may hang.
        self.watchdog.set(lease.end() + GRACE);
        let is_verified = self.selection.reads_back();
        let clears_in = lease.clears_in(Instant::now());
        self.reports.send(Some(number), Report::Set { is_verified, clears_in });
        ControlFlow::Continue(())
    }

    fn extend(&mut self, by: Duration) {
        if let Some(lease) = &mut self.lease {
            lease.extend(by);
            self.watchdog.set(lease.end() + GRACE);
        }
    }

    fn content(&mut self) -> ClipboardContent {
        let Some(lease) = self.lease else {
            return ClipboardContent::Cleared;
        };
        match self.selection.read() {
            Found::Ours => ClipboardContent::Ours { clears_in: lease.clears_in(Instant::now()) },
            Found::Foreign => ClipboardContent::Overwritten,
            Found::Unreadable => ClipboardContent::Unreadable,
        }
    }

    fn after_time(&mut self) -> ControlFlow<()> {
        match self.lease.as_mut().and_then(|lease| lease.take_due(Instant::now())) {
            Some(Due::End) => self.clear_and_end(None),
            Some(Due::Check) if self.selection.read() == Found::Foreign => self.clear_and_end(None),
            Some(Due::Check) | None => ControlFlow::Continue(()),
        }
    }

    /// Clears the clipboard if it still holds the value, forgets the value, and reports that.
    fn clear_and_end(&mut self, answers: Option<RequestNumber>) -> ControlFlow<()> {
        self.watchdog.set(Instant::now() + GRACE);
        let content = match self.selection.clear() {
            Found::Ours => ClipboardContent::Cleared,
            Found::Foreign => ClipboardContent::Overwritten,
            Found::Unreadable => ClipboardContent::Unreadable,
        };
        self.reports.send(answers, Report::Ended(content));
        ControlFlow::Break(())
    }
}

/// How long a value stays on the clipboard.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Lease {
    /// Until this time.
    Until(Instant),
    /// Until another program copies.
    UntilReplaced { next_check: Instant, at_latest: Instant },
}

/// What to do when the next time of a lease comes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Due {
    /// Check whether another program has copied.
    Check,
    /// Clear the clipboard.
    End,
}

impl Lease {
    fn begin(clear_after: Option<Duration>, now: Instant) -> Self {
        match clear_after {
            Some(time) => Self::Until(add(now, time)),
            None => Self::UntilReplaced { next_check: now + CHECK_INTERVAL, at_latest: now + MAX_LEASE },
        }
    }

    /// Extends a lease with a time limit. One without is long enough.
    fn extend(&mut self, by: Duration) {
        if let Self::Until(end) = self {
            *end = add(*end, by);
        }
    }

    /// When the clipboard will be cleared, from now; `None` for a lease without a time limit.
    fn clears_in(self, now: Instant) -> Option<Duration> {
        match self {
            Self::Until(end) => Some(end.saturating_duration_since(now)),
            Self::UntilReplaced { .. } => None,
        }
    }

    /// When the lease is over, whatever happens.
    fn end(self) -> Instant {
        match self {
            Self::Until(end) => end,
            Self::UntilReplaced { at_latest, .. } => at_latest,
        }
    }

    /// When something is due next.
    fn next(self) -> Instant {
        match self {
            Self::Until(end) => end,
            Self::UntilReplaced { next_check, at_latest } => next_check.min(at_latest),
        }
    }

    /// What is due now, if anything. A check that is due is scheduled again.
    fn take_due(&mut self, now: Instant) -> Option<Due> {
        if now >= self.end() {
            return Some(Due::End);
        }
        match self {
            Self::UntilReplaced { next_check, .. } if now >= *next_check => {
                *next_check = now + CHECK_INTERVAL;
                Some(Due::Check)
            }
            _ => None,
        }
    }
}

/// A time outside the clock's range counts as the longest lease.
fn add(start: Instant, time: Duration) -> Instant {
    start.checked_add(time).unwrap_or(start + MAX_LEASE)
}

/// Ends the process at its deadline, whatever the other threads hang on: a display that no longer answers must not
/// keep a secret in memory.
struct Watchdog {
    deadline: Arc<Deadline>,
}

struct Deadline {
    at: Mutex<Instant>,
    moved: Condvar,
}

impl Watchdog {
    fn start(at: Instant) -> io::Result<Self> {
        let deadline = Arc::new(Deadline { at: Mutex::new(at), moved: Condvar::new() });
        let watched = Arc::clone(&deadline);
        thread::Builder::new().name("watchdog".to_owned()).spawn(move || {
            watched.wait();
            // Not by returning from main, which may be what hangs.
            std::process::exit(1);
        })?;
        Ok(Self { deadline })
    }

    fn set(&self, at: Instant) {
        *self.deadline.at.lock().unwrap_or_else(PoisonError::into_inner) = at;
        self.deadline.moved.notify_one();
    }
}

impl Deadline {
    /// Returns once the deadline is reached.
    fn wait(&self) {
        let mut at = self.at.lock().unwrap_or_else(PoisonError::into_inner);
        loop {
            let left = at.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return;
            }
            at = self.moved.wait_timeout(at, left).unwrap_or_else(PoisonError::into_inner).0;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    #[test]
    fn a_lease_with_a_limit_ends_there_and_nothing_is_due_before() {
        let start = Instant::now();
        let mut lease = Lease::begin(Some(SECOND * 60), start);
        assert_eq!(lease.next(), start + SECOND * 60);
        assert_eq!(lease.take_due(start + SECOND * 59), None);
        assert_eq!(lease.clears_in(start + SECOND * 59), Some(SECOND));
        assert_eq!(lease.take_due(start + SECOND * 60), Some(Due::End));
        assert_eq!(lease.clears_in(start + SECOND * 61), Some(Duration::ZERO));
    }

    #[test]
    fn extending_moves_the_end() {
        let start = Instant::now();
        let mut lease = Lease::begin(Some(SECOND * 60), start);
        lease.extend(SECOND * 60);
        assert_eq!(lease.take_due(start + SECOND * 60), None);
        assert_eq!(lease.take_due(start + SECOND * 120), Some(Due::End));
        lease.extend(Duration::MAX);
        assert_eq!(lease.end(), start + SECOND * 120 + MAX_LEASE);
    }

    #[test]
    fn a_lease_without_a_limit_checks_the_clipboard_and_ends_after_12_hours() {
        let start = Instant::now();
        let mut lease = Lease::begin(None, start);
        assert_eq!(lease.clears_in(start), None);
        assert_eq!(lease.next(), start + SECOND * 10);
        assert_eq!(lease.take_due(start + SECOND * 9), None);
        assert_eq!(lease.take_due(start + SECOND * 11), Some(Due::Check));
        assert_eq!(lease.take_due(start + SECOND * 12), None, "once per interval");
        assert_eq!(lease.next(), start + SECOND * 21);
        let before = lease;
        lease.extend(SECOND * 60);
        assert_eq!(lease, before);
        assert_eq!(lease.take_due(start + MAX_LEASE), Some(Due::End));
    }

    #[test]
    fn a_deadline_can_be_moved_both_ways() {
        let start = Instant::now();
        let deadline =
            Arc::new(Deadline { at: Mutex::new(start + Duration::from_secs(3600)), moved: Condvar::new() });
        let waiting = {
            let deadline = Arc::clone(&deadline);
            thread::spawn(move || deadline.wait())
        };
        let watchdog = Watchdog { deadline };
        watchdog.set(start + Duration::from_secs(7200));
        assert!(!waiting.is_finished());
        watchdog.set(start + Duration::from_millis(50));
        waiting.join().unwrap();
        assert!(start.elapsed() >= Duration::from_millis(50));
    }
}
