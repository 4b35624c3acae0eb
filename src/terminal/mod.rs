//! The terminal: set up and restored, drawn on, read from, and the signals that come with it.
//!
//! ```text
//! bytes ──decoder──▶ keys, pastes ──input──▶ events          frame ──▶ output ──▶ bytes
//! ```
//!
//! **Invariant:** nothing here waits for a terminal that does not read or write, except for a short time that is
//! limited.

#[cfg(unix)]
mod decoder;
mod input;
#[cfg(unix)]
mod keys;
mod output;
mod signals;

use std::future::pending;
use std::io;
use std::time::{Duration, Instant};

use crossterm::cursor::Show;
use crossterm::event::{DisableBracketedPaste, EnableBracketedPaste};
use crossterm::queue;
use crossterm::terminal::{
    Clear, ClearType, EnterAlternateScreen, LeaveAlternateScreen, disable_raw_mode, enable_raw_mode,
};
use ratatui::backend::CrosstermBackend;
use ratatui::layout::Rect;
use ratatui::{Frame, Terminal, TerminalOptions, Viewport};

use crate::tui::{Command, Event};

use input::Input;
use output::FrameWriter;

pub(crate) use output::TerminalOutput;
pub(crate) use signals::Signals;

/// How long a frame may take before the event loop goes on without it.
const FRAME_LIMIT: Duration = Duration::from_millis(20);

/// How often a terminal that does not take its frame is tried again.
const RETRY: Duration = Duration::from_millis(50);

/// How long restoring the terminal may take, twice.
const RESTORE_LIMIT: Duration = Duration::from_millis(300);

/// CAN ends a sequence that was cut.
const CANCEL: &[u8] = b"\x18";

/// SIGCONT is reported within this time after the program goes on.
const CONTINUE_DELAY: Duration = Duration::from_millis(200);

/// The screen and the keyboard: raw mode, the alternate screen and bracketed paste. Dropping it restores everything.
pub(crate) struct TerminalHandle {
    output: TerminalOutput,
    screen: Terminal<CrosstermBackend<FrameWriter>>,
    /// What the screen was made for.
    size: (u16, u16),
    user: User,
    input: Option<Input>,
    changes: Signals,
    /// When the terminal was last resumed.
    resumed_at: Option<Instant>,
}

/// Who uses the terminal now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum User {
    /// This program: the screen is set up.
    Program,
    /// The shell that started it, before, after and while this program is stopped.
    Shell,
    /// A command, which reads the keys itself.
    Command,
    /// Standard output, which may be the same terminal.
    Printing,
    /// The terminal is gone.
    NoOne,
}

impl TerminalHandle {
    pub fn enter(output: TerminalOutput) -> io::Result<Self> {
        let size = output.size();
        let screen = new_screen(&output, size)?;
        let changes = Signals::of_terminal()?;
        let mut terminal =
            Self { output, screen, size, user: User::Shell, input: None, changes, resumed_at: None };
        terminal.set_up()?;
        terminal.drop_input();
        Ok(terminal)
    }

    /// The size of the terminal as an event. A program that was stopped or suspended gets no signal when it changes.
    pub fn resized(&self) -> Event {
        let (columns, rows) = self.output.size();
        Event::Resized { columns, rows }
    }

    /// Starts to listen to the keyboard. A terminal that went away is no error: [`Self::next`] reports it.
    pub fn listen(&mut self) -> io::Result<()> {
        if self.user == User::Program {
            self.input =
                Input::open(&self.output).map(Some).or_else(|error| self.unless_gone(error, None))?;
        }
        Ok(())
    }

    fn unless_gone<T>(&self, error: io::Error, otherwise: T) -> io::Result<T> {
        if output::is_gone(self.output.file()) { Ok(otherwise) } else { Err(error) }
    }

    /// The next reports of the terminal; `None` when it is gone.
    pub async fn next(&mut self) -> Option<Vec<Event>> {
        let Some(input) = &mut self.input else {
            return if matches!(self.user, User::Program | User::Shell) { None } else { pending().await };
        };
        let signal = tokio::select! {
            events = input.next() => return events,
            signal = self.changes.next() => signal,
            // Drawing again sends what is left first.
            () = tokio::time::sleep(RETRY), if self.output.is_behind() => return Some(Vec::new()),
        };
        if !signals::is_continue(signal) {
            return Some(vec![self.resized()]);
        }
        // Reported late, after `resume` has dealt with it.
        if self.resumed_at.is_some_and(|at| at.elapsed() < CONTINUE_DELAY) {
            return Some(Vec::new());
        }
        // Another program may have had the terminal meanwhile. What was typed is kept: this may be reported after the
        // program has drawn again, and been answered.
        self.set_up_again().ok()?;
        Some(vec![self.resized(), Event::TimePassed])
    }

    /// Draws one frame, unless another program has the terminal. As long as the terminal has not taken the frame
    /// before, nothing is drawn: the newest frame is the one that counts.
    pub fn draw(&mut self, paint: impl FnOnce(&mut Frame)) -> io::Result<()> {
        if self.user == User::Program && self.output.send(Duration::ZERO)? {
            if self.size != self.output.size() {
                self.repaint()?;
            }
            self.screen.draw(paint)?;
            self.output.send(FRAME_LIMIT)?;
        }
        Ok(())
    }

    /// Paints the next frame whole.
    pub fn repaint(&mut self) -> io::Result<()> {
        self.size = self.output.size();
        self.screen = new_screen(&self.output, self.size)?;
        queue!(FrameWriter(self.output.clone()), Clear(ClearType::All))
    }

    /// The terminal is gone. True the first time.
    pub fn lose(&mut self) -> bool {
        self.restore();
        std::mem::replace(&mut self.user, User::NoOne) != User::NoOne
    }

    /// Restores the terminal for a command that wants it.
    pub fn suspend_for(&mut self, command: &Command) {
        let user = match command {
            Command::Run(..) => User::Command,
            Command::Print(..) => User::Printing,
            _ => return,
        };
        self.restore();
        if self.user == User::Shell {
            self.user = user;
        }
    }

    /// True while what is typed is for a command.
    pub fn is_for_command(&self) -> bool {
        self.user == User::Command
    }

    /// Resumes when an event says that the other user of the terminal is done. True if it did. What was printed needs
    /// no screen any more: the program ends.
    pub fn resume_after(&mut self, event: &Event) -> io::Result<bool> {
        let is_done = match event {
            Event::CommandEnded(..) => self.user == User::Command,
            Event::Printed(result) => self.user == User::Printing && result.is_err(),
            _ => false,
        };
        if is_done {
            self.resume()?;
        }
        Ok(is_done)
    }

    /// Job control: restores the terminal, stops the whole process group (stopping only this process would leave
    /// a pipeline's shell hanging), and resumes when it is continued.
    pub fn stop(&mut self) -> io::Result<()> {
        self.restore();
        if self.user == User::NoOne {
            return Ok(());
        }
        // An orphaned process group cannot be stopped; then nothing happens, which is right.
        #[cfg(unix)]
        let _ = rustix::process::kill_current_process_group(rustix::process::Signal::TSTP);
        self.resume()
    }

    /// Sets the terminal up after another program had it: what was typed for that one is dropped.
    fn resume(&mut self) -> io::Result<()> {
        self.set_up_again()?;
        self.drop_input();
        Ok(())
    }

    fn set_up_again(&mut self) -> io::Result<()> {
        self.restore();
        if let Err(error) = self.set_up().and_then(|()| self.repaint()) {
            return self.unless_gone(error, ());
        }
        self.resumed_at = Some(Instant::now());
        self.listen()
    }

    fn set_up(&mut self) -> io::Result<()> {
        self.user = User::Shell;
        enable_raw_mode()?;
        self.user = User::Program;
        queue!(FrameWriter(self.output.clone()), EnterAlternateScreen, EnableBracketedPaste)?;
        self.output.send(FRAME_LIMIT).map(|_| ()).inspect_err(|_| self.restore())
    }

    /// Gives the terminal back to the shell if it was set up. Errors are dropped: the terminal may be gone, and then
    /// there is no one to report to. The next reader of the terminal must not find this program reading it, too.
    fn restore(&mut self) {
        self.input = None;
        if self.user != User::Program {
            return;
        }
        self.user = User::Shell;
        if !matches!(self.output.send(RESTORE_LIMIT), Ok(true)) {
            self.output.discard();
            self.output.push(CANCEL);
        }
        let _ = queue!(FrameWriter(self.output.clone()), DisableBracketedPaste, Show, LeaveAlternateScreen);
        let _ = self.output.send(RESTORE_LIMIT);
        let _ = disable_raw_mode();
    }

    /// What was typed before is not for this screen, nor are answers of the terminal to another program.
    fn drop_input(&self) {
        #[cfg(unix)]
        let _ = rustix::termios::tcflush(self.output.file(), rustix::termios::QueueSelector::IFlush);
    }
}

impl Drop for TerminalHandle {
    fn drop(&mut self) {
        self.restore();
    }
}

/// A screen of which nothing is painted. Its size is fixed: ratatui's own way to follow the terminal runs `tput` where
/// the terminal reports no size.
fn new_screen(
    output: &TerminalOutput,
    (columns, rows): (u16, u16),
) -> io::Result<Terminal<CrosstermBackend<FrameWriter>>> {
    let viewport = Viewport::Fixed(Rect::new(0, 0, columns, rows));
    Terminal::with_options(CrosstermBackend::new(FrameWriter(output.clone())), TerminalOptions { viewport })
}
