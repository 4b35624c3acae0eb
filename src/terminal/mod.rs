//! The terminal: setting it up and restoring it, drawing, reading keys, and its signals.
//!
//! ```text
//! bytes ──decoder──▶ keys, pastes ──input──▶ events          frame ──▶ output ──▶ bytes
//! ```
//!
//! **Invariant:** nothing here waits for long for a terminal that does not respond.

#[cfg(unix)]
mod decoder;
mod input;
#[cfg(unix)]
mod keys;
mod output;
#[cfg(unix)]
mod saved;
mod signals;

use std::future::pending;
use std::io;
use std::time::{Duration, Instant};

use crossterm::cursor::{MoveTo, Show};
use crossterm::event::{DisableBracketedPaste, EnableBracketedPaste};
use crossterm::queue;
use crossterm::terminal::{
    Clear, ClearType, EnterAlternateScreen, LeaveAlternateScreen, disable_raw_mode, enable_raw_mode,
};
use ratatui::backend::CrosstermBackend;
use ratatui::layout::Rect;
use ratatui::{Frame, Terminal, TerminalOptions, Viewport};

use crate::tui::{Command, DeliveryTask, Event};

use input::Input;
use output::FrameWriter;

pub(crate) use output::TerminalOutput;
pub(crate) use signals::Signals;

/// How long writing a frame may take before the event loop goes on.
const FRAME_LIMIT: Duration = Duration::from_millis(20);

/// How long to wait before sending the rest of a frame again.
const RETRY: Duration = Duration::from_millis(50);

/// How long each of the two writes that restore the terminal may take.
const RESTORE_LIMIT: Duration = Duration::from_millis(300);

/// CAN: ends an incomplete sequence (ECMA-48).
const CANCEL: &[u8] = b"\x18";

/// Turns off modes that a killed program may have left on: kitty's keyboard protocol, in which Ctrl with a non-Latin
/// letter is not recognized; Windows's key codes, of which none is; and the mouse, whose reports in UTF-8 look like
/// text.
#[cfg(unix)]
const PLAIN_KEYS: &[u8] = b"\x1b[=0u\x1b[?9001l\x1b[?9l\x1b[?1000l\x1b[?1002l\x1b[?1003l\x1b[?1005l";

/// Turns off modes that binary output may have turned on: line drawing instead of letters, insertion, and rows that are
/// counted from a margin.
#[cfg(unix)]
const PLAIN_TEXT: &[u8] = b"\x0f\x1b(B\x1b[4l\x1b[?6l";

/// SIGCONT arrives within this time after the program continues.
const CONTINUE_DELAY: Duration = Duration::from_millis(200);

/// The terminal in raw mode, with the alternate screen and bracketed paste. Dropping it restores everything.
pub(crate) struct TerminalHandle {
    output: TerminalOutput,
    screen: Terminal<CrosstermBackend<FrameWriter>>,
    user: User,
    /// The state of the terminal before the command that now has it.
    #[cfg(unix)]
    saved: Option<saved::SavedState>,
    input: Option<Input>,
    /// SIGCONT and SIGWINCH.
    changes: Signals,
    /// When the terminal was last resumed.
    resumed_at: Option<Instant>,
}

/// Who uses the terminal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum User {
    /// This program: the screen is set up.
    Program,
    /// The shell: before, after, and while this program is stopped.
    Shell,
    /// A command that reads the keys itself.
    Command,
    /// Writing to standard output, which may end up on the same terminal.
    Printing,
    /// No one: the terminal is gone.
    NoOne,
}

impl TerminalHandle {
    pub fn enter(output: TerminalOutput) -> io::Result<Self> {
        let screen = new_screen(&output)?;
        let changes = Signals::of_terminal()?;
        let mut terminal = Self {
            output,
            screen,
            user: User::Shell,
            #[cfg(unix)]
            saved: None,
            input: None,
            changes,
            resumed_at: None,
        };
        terminal.set_up()?;
        terminal.drop_input();
        Ok(terminal)
    }

    /// The terminal's size as an event, for changes without a signal: while another program had the terminal.
    pub fn resized(&self) -> Event {
        let (columns, rows) = self.output.size();
        Event::Resized { columns, rows }
    }

    /// Starts reading the keyboard. A terminal that is gone is not an error here: [`Self::next`] reports it.
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

    /// Waits for the next events of the terminal; `None` when it is gone.
    pub async fn next(&mut self) -> Option<Vec<Event>> {
        let Some(input) = &mut self.input else {
            return if matches!(self.user, User::Program | User::Shell) { None } else { pending().await };
        };
        let signal = tokio::select! {
            events = input.next() => return events,
            signal = self.changes.next() => signal,
            // The next draw sends the rest first.
            () = tokio::time::sleep(RETRY), if self.output.has_pending_output() => return Some(Vec::new()),
        };
        if !signals::is_continue(signal) {
            return Some(vec![self.resized()]);
        }
        // It came late: `resume` has already dealt with it.
        if self.resumed_at.is_some_and(|at| at.elapsed() < CONTINUE_DELAY) {
            return Some(Vec::new());
        }
        // Another program may have had the terminal. Input is kept: some of it may already be for this program.
        self.set_up_again().ok()?;
        Some(vec![self.resized(), Event::TimePassed])
    }

    /// Draws a frame, unless another program has the terminal, or has not taken the previous frame yet.
    pub fn draw(&mut self, paint: impl FnOnce(&mut Frame)) -> io::Result<()> {
        if self.user == User::Program && self.output.send(Duration::ZERO)? {
            if self.screen.get_frame().area() != whole(&self.output) {
                self.repaint()?;
            }
            self.screen.draw(paint)?;
            self.output.send(FRAME_LIMIT)?;
        }
        Ok(())
    }

    /// Makes the next draw paint the whole screen.
    pub fn repaint(&mut self) -> io::Result<()> {
        self.erase_rows();
        self.screen = new_screen(&self.output)?;
        queue!(FrameWriter(self.output.clone()), Clear(ClearType::All))
    }

    /// Notes that the terminal is gone. True the first time.
    pub fn lose(&mut self) -> bool {
        self.restore();
        std::mem::replace(&mut self.user, User::NoOne) != User::NoOne
    }

    /// Gives the terminal away if this command needs it.
    pub fn suspend_for(&mut self, command: &Command) {
        let user = match command {
            Command::Deliver(DeliveryTask::Run(_), _) => User::Command,
            Command::Print(..) => User::Printing,
            _ => return,
        };
        self.restore();
        if self.user == User::Shell {
            self.user = user;
            #[cfg(unix)]
            {
                self.saved = Some(saved::SavedState::of(self.output.file()));
            }
        }
    }

    /// True while a command has the terminal.
    pub fn is_for_command(&self) -> bool {
        self.user == User::Command
    }

    /// Takes the terminal back if this event says that the other user is done, and then returns true. After printing,
    /// the screen is only needed for an error: otherwise the program ends.
    pub fn resume_after(&mut self, event: &Event) -> io::Result<bool> {
        let is_done = match event {
            Event::Delivered(..) => self.user == User::Command,
            Event::Printed(result) => self.user == User::Printing && result.is_err(),
            _ => false,
        };
        if is_done {
            self.undo_command();
            self.resume()?;
        }
        Ok(is_done)
    }

    /// Undoes what a command has changed in the terminal.
    fn undo_command(&mut self) {
        #[cfg(unix)]
        if let Some(saved) = self.saved.take() {
            saved.restore(self.output.file());
        }
    }

    /// Suspends the program. It stops the whole process group, because stopping only this process would leave the
    /// shell of a pipeline hanging.
    pub fn stop(&mut self) -> io::Result<()> {
        self.restore();
        if self.user == User::NoOne {
            return Ok(());
        }
        // Does nothing in an orphaned process group, which cannot be stopped.
        #[cfg(unix)]
        let _ = rustix::process::kill_current_process_group(rustix::process::Signal::TSTP);
        self.resume()
    }

    /// Sets up the terminal after another program had it. Input meant for that program is dropped.
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
        let clear = Clear(ClearType::All);
        queue!(FrameWriter(self.output.clone()), EnterAlternateScreen, EnableBracketedPaste, clear)?;
        #[cfg(unix)]
        self.output.push(&[PLAIN_KEYS, PLAIN_TEXT].concat());
        self.output.send(FRAME_LIMIT).map(|_| ()).inspect_err(|_| self.restore())
    }

    /// Gives the terminal back to the shell, and stops reading it. Errors are ignored: the terminal may be gone.
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
        // The Linux console and GNU screen have no alternate screen: the secret must not stay there.
        self.erase_rows();
        let mut output = FrameWriter(self.output.clone());
        let _ = queue!(output, DisableBracketedPaste, MoveTo(0, 0), Show, LeaveAlternateScreen);
        let _ = self.output.send(RESTORE_LIMIT);
        let _ = disable_raw_mode();
    }

    /// Erases the screen row by row. Without an alternate screen, GNU screen and tmux move a screen that is cleared as a
    /// whole to their history, and the secret with it.
    fn erase_rows(&mut self) {
        let rows = whole(&self.output).height.max(self.screen.get_frame().area().height);
        let mut output = FrameWriter(self.output.clone());
        for row in 0..rows {
            let _ = queue!(output, MoveTo(0, row), Clear(ClearType::CurrentLine));
        }
    }

    /// Drops input that was typed before, and the terminal's replies to another program.
    fn drop_input(&self) {
        #[cfg(unix)]
        let _ = rustix::termios::tcflush(self.output.file(), rustix::termios::QueueSelector::IFlush);
    }
}

impl Drop for TerminalHandle {
    fn drop(&mut self) {
        self.undo_command();
        self.restore();
    }
}

/// An empty screen of a fixed size. Where a terminal reports no size, ratatui's automatic sizing would run `tput`.
fn new_screen(output: &TerminalOutput) -> io::Result<Terminal<CrosstermBackend<FrameWriter>>> {
    let viewport = Viewport::Fixed(whole(output));
    Terminal::with_options(CrosstermBackend::new(FrameWriter(output.clone())), TerminalOptions { viewport })
}

fn whole(output: &TerminalOutput) -> Rect {
    let (columns, rows) = output.size();
    Rect::new(0, 0, columns, rows)
}
