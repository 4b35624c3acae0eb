//! The screen and the keyboard together: there, lent to another program for a while, or not there at all.

use std::future::pending;
use std::io;
use std::time::{Duration, Instant};

use ratatui::Frame;

use crate::tui::{Command, Event};

use super::input::Input;
use super::output::TerminalOutput;
use super::screen::Screen;

/// How often a terminal that does not take its frame is tried again.
const RETRY: Duration = Duration::from_millis(50);

/// SIGCONT is reported within this time after the program goes on.
const CONTINUE_DELAY: Duration = Duration::from_millis(200);

/// What the event loop draws on and listens to. By default there is no terminal: nothing is drawn, and no one types.
#[derive(Default)]
pub(crate) struct TerminalHandle {
    output: Option<TerminalOutput>,
    screen: Option<Screen>,
    input: Option<Input>,
    changes: Option<Changes>,
    suspended: Option<Suspended>,
    /// When the terminal was last taken back.
    restored: Option<Instant>,
    /// True when the terminal was found to be gone, until that is reported.
    is_gone: bool,
}

/// Who has the terminal meanwhile.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Suspended {
    /// A command, which reads the keys itself.
    ForCommand,
    /// Standard output, which may be the same terminal.
    ForPrinting,
}

/// What woke the event loop.
pub(crate) enum Wake {
    /// Input, a signal, or what a job reported.
    Events(Vec<Event>),
    /// There is no terminal any more.
    Gone,
}

impl TerminalHandle {
    /// Takes the terminal and draws on it.
    pub fn shown(output: TerminalOutput) -> io::Result<Self> {
        let screen = Screen::enter(output.clone())?;
        let changes = Some(Changes::listen()?);
        Ok(Self { output: Some(output), screen: Some(screen), changes, ..Self::default() })
    }

    /// True when the program was started with a terminal, even if it is gone by now.
    pub fn has_terminal(&self) -> bool {
        self.output.is_some()
    }

    /// The size of the terminal as an event; nothing where there is none. A program that was stopped, or has lent
    /// its terminal, gets no signal when the size changes.
    pub fn resized(&self) -> Vec<Event> {
        let size = self.screen.as_ref().map(Screen::size);
        size.map(|(columns, rows)| Event::Resized { columns, rows }).into_iter().collect()
    }

    /// Starts to listen to the keyboard.
    pub fn listen(&mut self) -> io::Result<()> {
        let Some(output) = self.output.as_ref().filter(|_| self.screen.is_some()) else { return Ok(()) };
        let opened = Input::open(output);
        self.input = self.unless_gone(opened)?;
        Ok(())
    }

    /// A terminal that went away is no error: [`TerminalHandle::next`] reports it.
    fn unless_gone<T>(&mut self, result: io::Result<T>) -> io::Result<Option<T>> {
        match result {
            Err(_) if self.output.as_ref().is_some_and(TerminalOutput::is_gone) => {
                self.is_gone = true;
                Ok(None)
            }
            result => result.map(Some),
        }
    }

    /// The next reports of the terminal; never, while there is none.
    pub async fn next(&mut self) -> Wake {
        if std::mem::take(&mut self.is_gone) {
            return Wake::Gone;
        }
        let (Some(input), Some(changes)) = (&mut self.input, &mut self.changes) else {
            return pending().await;
        };
        let is_behind = self.screen.as_ref().is_some_and(Screen::is_behind);
        let change = tokio::select! {
            events = input.next() => return events.map_or(Wake::Gone, Wake::Events),
            change = changes.next() => change,
            // Drawing again sends what is left first.
            () = tokio::time::sleep(RETRY), if is_behind => return Wake::Events(Vec::new()),
        };
        match change {
            Change::Size => Wake::Events(self.resized()),
            // Told late of what `restore` has dealt with.
            Change::Continued if self.restored.is_some_and(|at| at.elapsed() < CONTINUE_DELAY) => {
                Wake::Events(Vec::new())
            }
            // Another program may have had the terminal meanwhile. What was typed is kept: this may be reported
            // after the program has drawn again, and been answered.
            Change::Continued => match self.restore() {
                Ok(()) => Wake::Events(self.resized().into_iter().chain([Event::TimePassed]).collect()),
                Err(_) => Wake::Gone,
            },
        }
    }

    /// Draws one frame, unless another program has the terminal.
    pub fn draw(&mut self, paint: impl FnOnce(&mut Frame)) -> io::Result<()> {
        match &mut self.screen {
            Some(screen) if self.suspended.is_none() => screen.draw(paint),
            _ => Ok(()),
        }
    }

    /// Paints the next frame whole.
    pub fn forget(&mut self) -> io::Result<()> {
        self.screen.as_mut().map_or(Ok(()), Screen::forget)
    }

    /// The terminal is gone. True the first time.
    pub fn lose(&mut self) -> bool {
        self.input = None;
        self.screen.take().is_some()
    }

    /// Restores the terminal for a command that wants it.
    pub fn lend_for(&mut self, command: &Command) {
        let suspended = match command {
            Command::Run(..) => Suspended::ForCommand,
            Command::Print(..) => Suspended::ForPrinting,
            _ => return,
        };
        // The next reader of the terminal must not find this program reading it, too.
        self.input = None;
        if let Some(screen) = &mut self.screen {
            screen.leave();
            self.suspended = Some(suspended);
        }
    }

    /// True while what is typed is for a command.
    pub fn is_lent_to_command(&self) -> bool {
        self.suspended == Some(Suspended::ForCommand)
    }

    /// Takes the terminal back when an event says that its borrower is done. What was printed needs no screen any
    /// more: the program ends. True when it was taken back.
    pub fn note(&mut self, event: &Event) -> io::Result<bool> {
        let (returned, is_last) = match event {
            Event::CommandEnded(..) => (Suspended::ForCommand, false),
            Event::Printed(result) => (Suspended::ForPrinting, result.is_ok()),
            _ => return Ok(false),
        };
        if self.suspended != Some(returned) || is_last {
            return Ok(false);
        }
        self.suspended = None;
        self.restore_after_another()?;
        Ok(self.screen.is_some())
    }

    /// Job control: restores the terminal, stops the whole process group (stopping only this process would leave
    /// a pipeline's shell hanging), and takes the terminal again when it is continued.
    pub fn suspend(&mut self) -> io::Result<()> {
        self.input = None;
        let Some(screen) = &mut self.screen else { return Ok(()) };
        screen.leave();
        stop_process_group();
        self.restore_after_another()
    }

    /// Takes the terminal after another program had it: what was typed for that one is dropped.
    fn restore_after_another(&mut self) -> io::Result<()> {
        self.restore()?;
        if let Some(screen) = &self.screen {
            screen.drop_input();
        }
        Ok(())
    }

    /// Takes the terminal again.
    fn restore(&mut self) -> io::Result<()> {
        self.input = None;
        let Some(screen) = &mut self.screen else { return Ok(()) };
        let entered = screen.enter_again();
        if self.unless_gone(entered)?.is_none() {
            return Ok(());
        }
        self.restored = Some(Instant::now());
        self.listen()
    }
}

/// What the system says of the terminal by signals.
enum Change {
    /// It has another size.
    Size,
    /// The program was stopped and goes on.
    Continued,
}

#[cfg(unix)]
struct Changes {
    size: tokio::signal::unix::Signal,
    continued: tokio::signal::unix::Signal,
}

#[cfg(unix)]
impl Changes {
    fn listen() -> io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        let continued = rustix::process::Signal::CONT.as_raw();
        Ok(Self {
            size: signal(SignalKind::window_change())?,
            continued: signal(SignalKind::from_raw(continued))?,
        })
    }

    async fn next(&mut self) -> Change {
        tokio::select! {
            biased;
            _ = self.continued.recv() => Change::Continued,
            _ = self.size.recv() => Change::Size,
        }
    }
}

/// Windows reports the size among the keys.
#[cfg(not(unix))]
struct Changes;

#[cfg(not(unix))]
impl Changes {
    fn listen() -> io::Result<Self> {
        Ok(Self)
    }

    async fn next(&mut self) -> Change {
        pending().await
    }
}

#[cfg(unix)]
fn stop_process_group() {
    // An orphaned process group cannot be stopped; then nothing happens, which is right.
    let _ = rustix::process::kill_current_process_group(rustix::process::Signal::TSTP);
}

#[cfg(not(unix))]
fn stop_process_group() {}
