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

use crate::delivery::os::{close_inherited_descriptors, forbid_core_dumps};
use crate::domain::{ClipboardContent, LostCopy};

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

/// How often to check whether another program has taken the clipboard over, which it does not report. The value is not
/// needed from then on. Where the system itself keeps the clipboard there is no hurry.
const CHECK_INTERVAL: Duration =
    Duration::from_secs(if cfg!(any(target_os = "macos", windows)) { 10 } else { 1 });

/// How long to watch a cleared clipboard: managers put a value back within half a second, when they notice.
const WATCH_TIME: Duration = Duration::from_secs(2);

/// How often to check it meanwhile.
const WATCH_INTERVAL: Duration = Duration::from_millis(100);

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
            Some(_) => {
                let found = self.selection.check();
                self.content_of(found)
            }
        }
    }

    fn content_of(&self, found: Found) -> ClipboardContent {
        match found {
            Found::Ours => ClipboardContent::Ours {
                clears_in: self.lease.and_then(|lease| lease.clears_in(Instant::now())),
            },
            Found::Foreign => ClipboardContent::Overwritten,
            Found::Unreadable => ClipboardContent::Unreadable,
            Found::DisplayGone => ClipboardContent::Lost(LostCopy::DisplayGone),
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
            Some(Due::Check) => match self.selection.check() {
                Found::Ours | Found::Unreadable => ControlFlow::Continue(()),
                lost => self.end(None, self.content_of(lost)),
            },
            None => ControlFlow::Continue(()),
        }
    }

    /// Clears the clipboard if it still holds the value, and watches it from then on.
    fn clear(&mut self, answers: Option<RequestNumber>) -> ControlFlow<()> {
        self.watchdog.set(Instant::now() + GRACE);
        let found = self.selection.clear();
        if found != Found::Ours {
            // Another program's clipboard is left alone, but not its copy of the value in the primary selection.
            let _ = found == Found::Foreign && self.selection.clear_put_back();
            return self.end(answers, self.content_of(found));
        }
        self.watch_from_now(LeaseState::Cleared { by_request: answers.is_some(), was_put_back: false });
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
        self.watch_from_now(LeaseState::Cleared { by_request, was_put_back: true });
        ControlFlow::Continue(())
    }

    fn watch_from_now(&mut self, state: LeaseState) {
        let now = Instant::now();
        self.lease = Some(Lease { state, end: now + WATCH_TIME, next_check: now + WATCH_INTERVAL });
        self.watchdog.set(now + WATCH_TIME + GRACE);
    }

    /// Forgets the value, and reports what is on the clipboard.
    fn end(&mut self, answers: Option<RequestNumber>, content: ClipboardContent) -> ControlFlow<()> {
        self.selection.forget();
        send(&mut self.reports, answers, Report::Ended(content));
        ControlFlow::Break(())
    }
}

/// How long a value stays on the clipboard, or, once it was cleared, how long that is watched.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Lease {
    state: LeaseState,
    end: Instant,
    next_check: Instant,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum LeaseState {
    /// The value is cleared at the end.
    Limited,
    /// The value stays until another program copies; the end only keeps it from staying for good.
    Unlimited,
    /// The value was cleared.
    Cleared {
        /// True when the program asked for it.
        by_request: bool,
        /// True once another program has put the value back, and it was cleared again.
        was_put_back: bool,
    },
}

/// What to do when the next time of a lease comes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Due {
    /// Check the clipboard.
    Check,
    /// End the lease.
    End,
}

impl Lease {
    fn begin(clear_after: Option<Duration>, now: Instant) -> Self {
        let (state, time) = match clear_after {
            Some(time) => (LeaseState::Limited, time),
            None => (LeaseState::Unlimited, MAX_LEASE),
        };
        Self { state, end: add(now, time), next_check: now + CHECK_INTERVAL }
    }

    /// Extends a lease with a time limit. One without is long enough.
    fn extend(&mut self, by: Duration) {
        if self.state == LeaseState::Limited {
            self.end = add(self.end, by);
        }
    }

    /// When the clipboard will be cleared, from now; `None` for a lease without a time limit.
    fn clears_in(self, now: Instant) -> Option<Duration> {
        (self.state == LeaseState::Limited).then(|| self.end.saturating_duration_since(now))
    }

    /// When something is due next.
    fn next(self) -> Instant {
        self.next_check.min(self.end)
    }

    /// What is due now, if anything. A check that is due is scheduled again.
    fn take_due(&mut self, now: Instant) -> Option<Due> {
        if now >= self.end {
            return Some(Due::End);
        }
        if now < self.next_check {
            return None;
        }
        let is_cleared = matches!(self.state, LeaseState::Cleared { .. });
        self.next_check = now + if is_cleared { WATCH_INTERVAL } else { CHECK_INTERVAL };
        Some(Due::Check)
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
    fn a_lease_with_a_limit_is_checked_and_ends_there() {
        let start = Instant::now();
        let mut lease = Lease::begin(Some(SECOND * 60), start);
        assert_eq!(lease.next(), start + CHECK_INTERVAL);
        assert_eq!(lease.take_due(start + CHECK_INTERVAL / 2), None);
        assert_eq!(lease.take_due(start + SECOND * 59), Some(Due::Check));
        assert_eq!(lease.take_due(start + SECOND * 59), None, "once per interval");
        assert_eq!(lease.clears_in(start + SECOND * 59), Some(SECOND));
        assert_eq!(lease.next(), start + SECOND * 60);
        assert_eq!(lease.take_due(start + SECOND * 60), Some(Due::End));
        assert_eq!(lease.clears_in(start + SECOND * 61), Some(Duration::ZERO));
    }

    #[test]
    fn extending_moves_the_end() {
        let start = Instant::now();
        let mut lease = Lease::begin(Some(SECOND * 60), start);
        lease.extend(SECOND * 60);
        assert_eq!(lease.take_due(start + SECOND * 60), Some(Due::Check));
        assert_eq!(lease.take_due(start + SECOND * 120), Some(Due::End));
        lease.extend(Duration::MAX);
        assert_eq!(lease.end, start + SECOND * 120 + MAX_LEASE);
    }

    #[test]
    fn a_lease_without_a_limit_checks_the_clipboard_and_ends_after_12_hours() {
        let start = Instant::now();
        let mut lease = Lease::begin(None, start);
        assert_eq!(lease.clears_in(start), None);
        assert_eq!(lease.next(), start + CHECK_INTERVAL);
        assert_eq!(lease.take_due(start + SECOND * 11), Some(Due::Check));
        assert_eq!(lease.next(), start + SECOND * 11 + CHECK_INTERVAL);
        let before = lease;
        lease.extend(SECOND * 60);
        assert_eq!(lease, before);
        assert_eq!(lease.take_due(start + MAX_LEASE), Some(Due::End));
    }

    #[test]
    fn a_cleared_clipboard_is_checked_often_and_cannot_be_extended() {
        let start = Instant::now();
        let state = LeaseState::Cleared { by_request: false, was_put_back: false };
        let mut lease = Lease { state, end: start + WATCH_TIME, next_check: start + WATCH_INTERVAL };
        lease.extend(SECOND * 60);
        assert_eq!(lease.take_due(start + WATCH_INTERVAL), Some(Due::Check));
        assert_eq!(lease.next(), start + WATCH_INTERVAL * 2);
        assert_eq!(lease.take_due(start + WATCH_TIME), Some(Due::End));
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
