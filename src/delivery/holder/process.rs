//! The holder: the process that keeps a value on the clipboard until its time has come.
//!
//! No runtime and no arguments: it starts in the time of a key press and stays small. One thread does what it is
//! asked, one reads the requests, one is the watchdog.

use std::{
    io::{self, Read, Write},
    ops::ControlFlow,
    process::ExitCode,
    sync::mpsc::{self, RecvTimeoutError},
    thread,
    time::{Duration, Instant},
};

use secrecy::SecretString;

use crate::{delivery::forbid_core_dumps, domain::ClipboardContent};

use super::{
    channel,
    clipboard::{Emptied, Found, HeldClipboard},
    protocol::{Number, Report, Request},
    start::HOLD_CLIPBOARD,
    stay::{Due, Lease},
    watchdog::Watchdog,
};

/// How long a single piece of work may take: opening, setting, emptying, and the wait for a value. The program gives
/// up long before, and ends the holder if it still can.
const WORK_LIMIT: Duration = Duration::from_secs(10);

/// How long after the end of a stay the process is ended if it still has not emptied the clipboard.
const GRACE: Duration = Duration::from_secs(5);

type Numbered = (Number, Request);

/// Holds the clipboard for the program that has started this process, and returns when that is over.
///
/// Does not look at the arguments; whoever calls has.
pub fn hold_clipboard() -> ExitCode {
    let Some((requests, reports)) = channel::inherited() else {
        let words = format!(
            "atlas-secret: {HOLD_CLIPBOARD} is what atlas-secret starts by itself; it is not for people"
        );
        // Where standard error is closed there is nobody to tell.
        let _ = writeln!(io::stderr(), "{words}");
        return ExitCode::from(2);
    };
    forbid_core_dumps();
    leave_the_terminal();
    match hold(requests, reports) {
        Ok(()) => ExitCode::SUCCESS,
        Err(_) => ExitCode::FAILURE,
    }
}

/// A session of its own: neither the end of the terminal nor a key on it reaches the holder (setsid(2)). It is no
/// leader of a group yet, so this does not fail; if it did, the copy would only be less safe from the terminal.
fn leave_the_terminal() {
    #[cfg(unix)]
    let _ = rustix::process::setsid();
    // Started from `/proc/self/exe` it would be listed as `exe`.
    #[cfg(any(target_os = "linux", target_os = "android"))]
    let _ = rustix::thread::set_name(c"atlas-secret");
}

fn hold(requests: impl Read + Send + 'static, reports: impl Write) -> io::Result<()> {
    let watchdog = Watchdog::start(Instant::now() + WORK_LIMIT)?;
    let mut reports = Reports(reports);
    let clipboard = match HeldClipboard::open() {
        Ok(clipboard) => clipboard,
        Err(problem) => {
            reports.send(None, Report::Failed(problem));
            return Ok(());
        }
    };
    let requests = read_in_background(requests)?;
    reports.send(None, Report::Opened);
    ClipboardServer { clipboard, reports, watchdog, stay: None, requests: Some(requests) }.serve();
    Ok(())
}

/// Reads requests until there is no program any more, or none that can be understood.
fn read_in_background(mut input: impl Read + Send + 'static) -> io::Result<mpsc::Receiver<Numbered>> {
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

struct Reports<W>(W);

impl<W: Write> Reports<W> {
    /// A program that is gone hears nothing, and that is no reason to stop.
    fn send(&mut self, answers: Option<Number>, report: Report) {
        let _ = self.0.write_all(report.encode(answers).as_bytes()).and_then(|()| self.0.flush());
    }
}

/// Who keeps the clipboard.
struct ClipboardServer<W> {
    clipboard: HeldClipboard,
    reports: Reports<W>,
    watchdog: Watchdog,
    /// `None` as long as nothing is held.
    stay: Option<Lease>,
    /// `None` once the program is gone.
    requests: Option<mpsc::Receiver<Numbered>>,
}

/// Why the keeper wakes.
enum Wake {
    Asked(Number, Request),
    ProgramGone,
    Time,
}

impl<W: Write> ClipboardServer<W> {
    /// Returns when there is nothing to hold any more.
    fn serve(mut self) {
        loop {
            let goes_on = match self.wait() {
                Wake::Asked(number, request) => self.answer(number, request),
                Wake::ProgramGone => self.go_on_alone(),
                Wake::Time => self.keep_time(),
            };
            if goes_on.is_break() {
                return;
            }
        }
    }

    fn wait(&self) -> Wake {
        let until_next = |stay: Lease| stay.next().saturating_duration_since(Instant::now());
        // As long as nothing is held, it is the watchdog who says how long to wait.
        let time = self.stay.map_or(WORK_LIMIT, until_next);
        let Some(requests) = &self.requests else {
            thread::sleep(time);
            return Wake::Time;
        };
        match requests.recv_timeout(time) {
            Ok((number, request)) => Wake::Asked(number, request),
            Err(RecvTimeoutError::Timeout) => Wake::Time,
            Err(RecvTimeoutError::Disconnected) => Wake::ProgramGone,
        }
    }

    fn go_on_alone(&mut self) -> ControlFlow<()> {
        self.requests = None;
        if self.stay.is_none() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    }

    fn answer(&mut self, number: Number, request: Request) -> ControlFlow<()> {
        match request {
            Request::Hold { value, clear_after } => return self.hold(number, value, clear_after),
            Request::Look => {}
            Request::Extend(by) => self.extend(by),
            Request::Clear => return self.end(Some(number)),
        }
        let content = self.content();
        self.reports.send(Some(number), Report::Content(content));
        ControlFlow::Continue(())
    }

    fn hold(
        &mut self,
        number: Number,
        value: SecretString,
        clear_after: Option<Duration>,
    ) -> ControlFlow<()> {
        self.watchdog.set(Instant::now() + WORK_LIMIT);
        if let Err(problem) = self.clipboard.set(value) {
            self.reports.send(Some(number), Report::Failed(problem));
            return ControlFlow::Break(());
        }
        let stay = Lease::begin(clear_after, Instant::now());
        self.stay = Some(stay);
        // Not before the stay is known, and before anything else that may hang.
        self.watchdog.set(stay.end() + GRACE);
        let is_verified = self.clipboard.reads_back();
        let clears_in = stay.clears_in(Instant::now());
        let report =
            if is_verified { Report::Verified { clears_in } } else { Report::Unverified { clears_in } };
        self.reports.send(Some(number), report);
        ControlFlow::Continue(())
    }

    fn extend(&mut self, by: Duration) {
        if let Some(stay) = &mut self.stay {
            stay.extend(by);
            self.watchdog.set(stay.end() + GRACE);
        }
    }

    fn content(&mut self) -> ClipboardContent {
        let Some(stay) = self.stay else {
            return ClipboardContent::Cleared;
        };
        match self.clipboard.look() {
            Found::Ours => ClipboardContent::Ours { clears_in: stay.clears_in(Instant::now()) },
            Found::Foreign => ClipboardContent::Overwritten,
            Found::Nothing => ClipboardContent::Unreadable,
        }
    }

    fn keep_time(&mut self) -> ControlFlow<()> {
        match self.stay.as_mut().and_then(|stay| stay.take_due(Instant::now())) {
            Some(Due::End) => self.end(None),
            Some(Due::Look) if self.clipboard.look() == Found::Foreign => self.end(None),
            Some(Due::Look) | None => ControlFlow::Continue(()),
        }
    }

    /// Empties the clipboard if it still holds the value, forgets the value, and says so.
    fn end(&mut self, answers: Option<Number>) -> ControlFlow<()> {
        self.watchdog.set(Instant::now() + GRACE);
        let content = match self.clipboard.empty() {
            Emptied::Done => ClipboardContent::Cleared,
            Emptied::WasForeign => ClipboardContent::Overwritten,
            Emptied::Unknown => ClipboardContent::Unreadable,
        };
        self.reports.send(answers, Report::Ended(content));
        ControlFlow::Break(())
    }
}
