//! The clipboard process: holds a value on the clipboard until its lease ends.
//!
//! On X11 and Wayland the program that sets a clipboard must keep running to serve it. The process is this same
//! program, started again. It needs no runtime and takes no value as an argument. One thread serves, one reads
//! requests, one is the watchdog.
//!
//! **Invariant:** whatever happens to the program or the display, the process does not outlive its lease.

use std::io::{self, Read, Write};
use std::ops::ControlFlow;
use std::process::ExitCode;
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::thread;
use std::time::{Duration, Instant};

#[cfg(not(all(unix, not(target_os = "macos"))))]
use arboard::Error;
#[cfg(all(unix, not(target_os = "macos")))]
use arboard::LinuxClipboardKind;
use arboard::{Clipboard, Set};
use secrecy::{ExposeSecret, SecretString};
#[cfg(not(all(unix, not(target_os = "macos"))))]
use zeroize::Zeroizing;

use crate::process::{forbid_core_dumps, say};

use super::process::{
    ClipboardRequest, HOLD_CLIPBOARD, Report, close_inherited_descriptors, detach_from_terminal,
    inherited_channel,
};
use super::{ClipboardContent, CopyError, LostCopy};

#[cfg(all(unix, not(target_os = "macos")))]
use super::reader::Reader;

/// The longest lease: a value must not stay in memory forever.
const MAX_LEASE: Duration = Duration::from_secs(12 * 60 * 60);

/// How often to check whether another program has taken over the clipboard, which is not reported. The value is not
/// needed from then on. Where the system itself stores the clipboard, there is no hurry.
const CHECK_INTERVAL: Duration =
    Duration::from_secs(if cfg!(any(target_os = "macos", windows)) { 10 } else { 1 });

/// How long to watch a cleared clipboard: if a clipboard manager puts a value back, it does so within half a second.
const WATCH_TIME: Duration = Duration::from_secs(2);

/// How often to check a cleared clipboard.
const WATCH_INTERVAL: Duration = Duration::from_millis(100);

/// How long to try reading back: a clipboard may need a moment after it was set.
const READ_BACK_TIMEOUT: Duration = Duration::from_secs(1);

/// How long to try reading the clipboard before clearing it.
const CLEAR_TIMEOUT: Duration = Duration::from_millis(400);

/// The pause between two attempts.
const PAUSE: Duration = Duration::from_millis(20);

/// How long one operation may take: opening, setting, clearing, and waiting for a value. The program gives up long
/// before, and kills the process if it still can.
const WORK_TIMEOUT: Duration = Duration::from_secs(10);

/// How long after the end of its lease the process is killed if it still has not cleared the clipboard.
const GRACE: Duration = Duration::from_secs(5);

/// Holds the clipboard for the program that started this process, and returns when that is over.
pub fn hold_clipboard() -> ExitCode {
    close_inherited_descriptors();
    let Some((requests, reports)) = inherited_channel() else {
        say(&format!("{HOLD_CLIPBOARD} is internal: atlas-secret starts it by itself"));
        return ExitCode::from(2);
    };
    forbid_core_dumps();
    detach_from_terminal();
    if run(requests, reports).is_ok() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn run(requests: impl Read + Send + 'static, mut reports: impl Write) -> io::Result<()> {
    let watchdog = start_watchdog(Instant::now() + WORK_TIMEOUT)?;
    let Ok(selection) = Selection::open() else {
        send(&mut reports, Report::Failed(CopyError::NoDisplay));
        return Ok(());
    };
    // It stays open after the program has exited.
    let (sender, received) = mpsc::channel();
    read_in_background(requests, sender.clone())?;
    send(&mut reports, Report::Opened);
    // Both senders are kept until the end: closing the display may hang, too.
    let deadlines = watchdog.clone();
    ClipboardServer { selection, reports, watchdog: deadlines, lease: None, requests: received }.serve();
    drop((sender, watchdog));
    Ok(())
}

/// Ends the process at its deadline, even if other threads hang: a display that no longer responds must not keep a
/// secret in memory. The channel takes new deadlines.
fn start_watchdog(mut deadline: Instant) -> io::Result<Sender<Instant>> {
    let (sender, deadlines) = mpsc::channel();
    let watch = move || {
        loop {
            match deadlines.recv_timeout(deadline.saturating_duration_since(Instant::now())) {
                Ok(moved) => deadline = moved,
                // Not by returning from main, which may hang.
                Err(RecvTimeoutError::Timeout) => std::process::exit(1),
                Err(RecvTimeoutError::Disconnected) => return,
            }
        }
    };
    thread::Builder::new().name("watchdog".to_owned()).spawn(watch).map(|_| sender)
}

/// Passes on the requests, and `None` once the program has exited or has sent something invalid.
fn read_in_background(
    mut input: impl Read + Send + 'static,
    requests: Sender<Option<ClipboardRequest>>,
) -> io::Result<()> {
    let read = move || {
        while let Ok(request) = ClipboardRequest::read(&mut input) {
            let _ = requests.send(Some(request));
        }
        let _ = requests.send(None);
    };
    thread::Builder::new().name("requests".to_owned()).spawn(read).map(|_| ())
}

/// Ignores errors: once the program has exited, no one reads reports, but the process must go on.
fn send(reports: &mut impl Write, report: Report) {
    if let Ok(line) = serde_json::to_string(&report) {
        let _ = reports.write_all((line + "\n").as_bytes()).and_then(|()| reports.flush());
    }
}

/// How long a value stays on the clipboard, or how long a cleared clipboard is watched.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Lease {
    state: LeaseState,
    end: Instant,
    /// When to check the clipboard next. Requests do not change it, because a program may send many.
    next_check: Instant,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum LeaseState {
    /// The value is cleared at the end.
    Limited,
    /// The value stays until another program copies; the end only keeps it from staying forever.
    Unlimited,
    /// The value was cleared.
    Cleared {
        /// True if the program requested it.
        by_request: bool,
        /// True once another program has put the value back, and it was cleared again.
        was_put_back: bool,
    },
}

impl Lease {
    fn begin(clear_after: Option<Duration>, now: Instant) -> Self {
        let (state, time) = match clear_after {
            Some(time) => (LeaseState::Limited, time.min(MAX_LEASE)),
            None => (LeaseState::Unlimited, MAX_LEASE),
        };
        Self { state, end: now + time, next_check: now + CHECK_INTERVAL }
    }

    /// Watches a clipboard that was just cleared.
    fn watch(by_request: bool, was_put_back: bool, now: Instant) -> Self {
        let state = LeaseState::Cleared { by_request, was_put_back };
        Self { state, end: now + WATCH_TIME, next_check: now + WATCH_INTERVAL }
    }

    /// The time until the clipboard is cleared; `None` for a lease without a time limit.
    fn clears_in(self, now: Instant) -> Option<Duration> {
        (self.state == LeaseState::Limited).then(|| self.end.saturating_duration_since(now))
    }
}

struct ClipboardServer<W> {
    selection: Selection,
    reports: W,
    /// Takes a new time at which to end the process.
    watchdog: Sender<Instant>,
    /// `None` while no value is held.
    lease: Option<Lease>,
    requests: mpsc::Receiver<Option<ClipboardRequest>>,
}

impl<W: Write> ClipboardServer<W> {
    /// Serves requests until there is nothing left to hold.
    fn serve(mut self) {
        let last = loop {
            // While no value is held, the watchdog limits the wait.
            let timeout = self.lease.map_or(WORK_TIMEOUT, |lease| {
                lease.next_check.min(lease.end).saturating_duration_since(Instant::now())
            });
            let flow = match self.requests.recv_timeout(timeout) {
                Ok(Some(request)) => self.handle(request),
                Ok(None) if self.lease.is_none() => return,
                Ok(None) => ControlFlow::Continue(()),
                Err(_) => self.after_timeout(),
            };
            if let ControlFlow::Break(last) = flow {
                break last;
            }
        };
        self.selection.value = None;
        send(&mut self.reports, last);
    }

    fn handle(&mut self, request: ClipboardRequest) -> ControlFlow<Report> {
        match request {
            ClipboardRequest::Hold { value, clear_after } => return self.hold(value, clear_after),
            ClipboardRequest::Check => {}
            // The leases without a time limit are long enough.
            ClipboardRequest::Extend(by) => {
                if let Some(lease) = self.lease.filter(|lease| lease.state == LeaseState::Limited) {
                    self.begin(Lease { end: lease.end + by.min(MAX_LEASE), ..lease });
                }
            }
            ClipboardRequest::Clear => match &mut self.lease {
                Some(Lease { state: LeaseState::Cleared { by_request, .. }, .. }) => *by_request = true,
                _ => self.clear(true)?,
            },
        }
        match self.content() {
            // Nothing is left to hold, so forget the value at once.
            lost @ (ClipboardContent::Overwritten | ClipboardContent::Lost(_)) => end(lost),
            content => {
                send(&mut self.reports, Report::Content(content));
                ControlFlow::Continue(())
            }
        }
    }

    fn hold(&mut self, value: SecretString, clear_after: Option<Duration>) -> ControlFlow<Report> {
        self.end_at(Instant::now() + WORK_TIMEOUT);
        if let Err(error) = self.selection.set(value) {
            return ControlFlow::Break(Report::Failed(error));
        }
        let lease = Lease::begin(clear_after, Instant::now());
        // First, because what follows may hang.
        self.begin(lease);
        let is_verified = self.selection.reads_back();
        let clears_in = lease.clears_in(Instant::now());
        send(&mut self.reports, Report::Set { is_verified, clears_in });
        ControlFlow::Continue(())
    }

    fn begin(&mut self, lease: Lease) {
        self.lease = Some(lease);
        self.end_at(lease.end + GRACE);
    }

    /// Moves the time at which the watchdog ends the process. The watchdog runs for as long as the process does.
    fn end_at(&self, deadline: Instant) {
        let _ = self.watchdog.send(deadline);
    }

    fn content(&mut self) -> ClipboardContent {
        match self.lease.map(|lease| lease.state) {
            None | Some(LeaseState::Cleared { by_request: true, .. }) => ClipboardContent::Cleared,
            // Not `Cleared` until it is certain to stay cleared.
            Some(LeaseState::Cleared { .. }) => ClipboardContent::Ours { clears_in: Some(Duration::ZERO) },
            Some(LeaseState::Limited | LeaseState::Unlimited) => match self.selection.check() {
                OURS => {
                    let clears_in = self.lease.and_then(|lease| lease.clears_in(Instant::now()));
                    ClipboardContent::Ours { clears_in }
                }
                content => content,
            },
        }
    }

    fn after_timeout(&mut self) -> ControlFlow<Report> {
        let Some(lease) = &mut self.lease else {
            return ControlFlow::Continue(());
        };
        let now = Instant::now();
        let is_cleared = matches!(lease.state, LeaseState::Cleared { .. });
        lease.next_check = now + if is_cleared { WATCH_INTERVAL } else { CHECK_INTERVAL };
        let is_over = now >= lease.end;
        match lease.state {
            LeaseState::Cleared { .. } if is_over => return end(ClipboardContent::Cleared),
            LeaseState::Cleared { by_request, was_put_back } => {
                if self.selection.clear_put_back() {
                    // A program that puts it back twice keeps the value; all that is left is to report it.
                    if was_put_back {
                        return end(ClipboardContent::PutBack);
                    }
                    self.begin(Lease::watch(by_request, true, Instant::now()));
                }
            }
            LeaseState::Limited | LeaseState::Unlimited if is_over => return self.clear(false),
            LeaseState::Limited | LeaseState::Unlimited => match self.selection.check() {
                OURS | ClipboardContent::Unreadable => {}
                lost => return end(lost),
            },
        }
        ControlFlow::Continue(())
    }

    /// Clears the clipboard if it still holds the value, and watches it from then on.
    fn clear(&mut self, by_request: bool) -> ControlFlow<Report> {
        self.end_at(Instant::now() + GRACE);
        let found = self.selection.clear();
        if found != OURS {
            // The content of other programs stays, but not their copy of the value in the primary selection.
            let _ = found == ClipboardContent::Overwritten && self.selection.clear_put_back();
            return end(found);
        }
        self.begin(Lease::watch(by_request, false, Instant::now()));
        ControlFlow::Continue(())
    }
}

fn end(content: ClipboardContent) -> ControlFlow<Report> {
    ControlFlow::Break(Report::Ended(content))
}

/// The value that was set. This does not say how long it stays.
const OURS: ClipboardContent = ClipboardContent::Ours { clears_in: None };

const DISPLAY_GONE: ClipboardContent = ClipboardContent::Lost(LostCopy::DisplayGone);

/// An open clipboard. It stays open while a value is held, because it serves the value.
struct Selection {
    clipboard: Clipboard,
    #[cfg(all(unix, not(target_os = "macos")))]
    reader: Reader,
    value: Option<SecretString>,
}

impl Selection {
    /// Opens the system's clipboard. May hang if a display does not respond.
    fn open() -> Result<Self, Box<dyn std::error::Error>> {
        Ok(Self {
            clipboard: Clipboard::new()?,
            #[cfg(all(unix, not(target_os = "macos")))]
            reader: Reader::open()?,
            value: None,
        })
    }

    /// Puts `value` on the clipboard, marked as sensitive.
    fn set(&mut self, value: SecretString) -> Result<(), CopyError> {
        let set = marked_as_sensitive(self.clipboard.set()).text(value.expose_secret());
        set.map_err(|_| CopyError::ClipboardRefused)?;
        self.value = Some(value);
        Ok(())
    }

    /// True once the value that was just set can be read.
    fn reads_back(&mut self) -> bool {
        self.read_until(READ_BACK_TIMEOUT, |found| found == OURS) == OURS
    }

    /// Reads the clipboard and compares it with the value. A single error does not mean that the display is gone.
    fn check(&mut self) -> ClipboardContent {
        self.read_until(PAUSE * 3, |found| found != DISPLAY_GONE)
    }

    #[cfg(all(unix, not(target_os = "macos")))]
    fn read(&mut self) -> ClipboardContent {
        self.compare(LinuxClipboardKind::Clipboard)
    }

    #[cfg(all(unix, not(target_os = "macos")))]
    fn compare(&self, kind: LinuxClipboardKind) -> ClipboardContent {
        let Some(value) = &self.value else {
            return ClipboardContent::Overwritten;
        };
        let value = value.expose_secret().as_bytes();
        match self.reader.read(kind, value.len() + 1) {
            Ok(Some(text)) if *text == value => OURS,
            // Empty, a picture, or not even text: not the value.
            Ok(_) => ClipboardContent::Overwritten,
            Err(_) => DISPLAY_GONE,
        }
    }

    #[cfg(not(all(unix, not(target_os = "macos"))))]
    fn read(&mut self) -> ClipboardContent {
        let Some(value) = &self.value else {
            return ClipboardContent::Overwritten;
        };
        match self.clipboard.get_text().map(Zeroizing::new) {
            Ok(text) if text.as_str() == value.expose_secret() => OURS,
            // Empty, a picture, or not even text: not the value.
            Ok(_) | Err(Error::ContentNotAvailable | Error::ConversionFailure) => {
                ClipboardContent::Overwritten
            }
            // Another program has it open, on Windows.
            Err(_) => ClipboardContent::Unreadable,
        }
    }

    /// Clears the clipboard if it still holds the value. Returns what it held; the content of other programs stays.
    fn clear(&mut self) -> ClipboardContent {
        match self.read_until(CLEAR_TIMEOUT, |found| found != ClipboardContent::Unreadable) {
            OURS if self.clipboard.clear().is_err() => ClipboardContent::Unreadable,
            found => found,
        }
    }

    /// Clears copies of the value that another program has made or put back: on the clipboard, or in the primary
    /// selection, which clipboard managers keep in step. True if there was one.
    fn clear_put_back(&mut self) -> bool {
        let is_on_clipboard = self.read() == OURS;
        if is_on_clipboard {
            let _ = self.clipboard.clear();
        }
        self.clear_primary() || is_on_clipboard
    }

    #[cfg(all(unix, not(target_os = "macos")))]
    fn clear_primary(&mut self) -> bool {
        use arboard::ClearExtLinux;

        let is_ours = self.compare(LinuxClipboardKind::Primary) == OURS;
        if is_ours {
            let _ = self.clipboard.clear_with().clipboard(LinuxClipboardKind::Primary);
        }
        is_ours
    }

    #[cfg(not(all(unix, not(target_os = "macos"))))]
    fn clear_primary(&mut self) -> bool {
        false
    }

    fn read_until(
        &mut self,
        timeout: Duration,
        is_enough: impl Fn(ClipboardContent) -> bool,
    ) -> ClipboardContent {
        let start = Instant::now();
        loop {
            let found = self.read();
            if is_enough(found) || start.elapsed() >= timeout {
                return found;
            }
            thread::sleep(PAUSE);
        }
    }
}

/// Asks clipboard managers, and Windows, not to keep the value in their history or send it to other machines.
fn marked_as_sensitive(set: Set<'_>) -> Set<'_> {
    #[cfg(all(unix, not(target_os = "macos")))]
    return arboard::SetExtLinux::exclude_from_history(set);
    #[cfg(target_os = "macos")]
    return arboard::SetExtApple::exclude_from_history(set);
    #[cfg(windows)]
    return arboard::SetExtWindows::exclude_from_monitoring(set);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_copy_stays_for_longer_than_12_hours() {
        let now = Instant::now();
        for clear_after in [None, Some(Duration::MAX)] {
            assert_eq!(Lease::begin(clear_after, now).end, now + MAX_LEASE);
        }
    }
}
