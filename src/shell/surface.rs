//! The screen and the keyboard together: there, lent to somebody else for a while, or not there at all.

use std::fs::File;
use std::future::pending;
use std::io;
use std::sync::Arc;

use ratatui::Frame;

use crate::tui::{Command, Event};

use super::input::{Input, next_events};
use super::screen::Screen;

/// How the terminal's reports are opened: once at the start, and again after each time that the terminal was
/// given back.
pub type OpenInput = fn() -> Input;

/// What the loop draws on and listens to.
pub(super) struct TerminalHandle {
    screen: Option<Screen>,
    input: Option<Input>,
    open_input: OpenInput,
    lent: Option<Suspended>,
}

/// Who has the terminal meanwhile.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Suspended {
    /// A command, whose keys are its own.
    ForCommand,
    /// Standard output, which may be the same terminal.
    ForPrinting,
}

/// What came from the terminal.
pub(super) enum Wake {
    Events(Vec<Event>),
    Gone,
}

impl TerminalHandle {
    /// Takes the terminal and draws on it.
    pub fn shown(terminal: Arc<File>, open_input: OpenInput) -> io::Result<Self> {
        Ok(Self { screen: Some(Screen::enter(terminal)?), ..Self::absent(open_input) })
    }

    /// No terminal: nothing is drawn, and nobody types.
    pub fn absent(open_input: OpenInput) -> Self {
        Self { screen: None, input: None, open_input, lent: None }
    }

    /// True while there is a terminal, lent or not.
    pub fn has_screen(&self) -> bool {
        self.screen.is_some()
    }

    /// Starts to listen to the keyboard.
    pub fn listen(&mut self) {
        self.input = self.screen.as_ref().map(|_| (self.open_input)());
    }

    /// The next reports of the terminal; never, while there is none.
    pub async fn next(&mut self) -> Wake {
        match &mut self.input {
            Some(input) => next_events(input).await.map_or(Wake::Gone, Wake::Events),
            None => pending().await,
        }
    }

    /// Draws one frame, unless the terminal is somebody else's.
    pub fn draw(&mut self, paint: impl FnOnce(&mut Frame)) -> io::Result<()> {
        match &mut self.screen {
            Some(screen) if self.lent.is_none() => screen.draw(paint),
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

    /// Gives the terminal back for a command that wants it.
    pub fn lend_for(&mut self, command: &Command) {
        let suspended = match command {
            Command::Run(..) => Suspended::ForCommand,
            Command::Print(..) => Suspended::ForPrinting,
            _ => return,
        };
        // Whoever reads the terminal next must not find this program reading it too.
        self.input = None;
        if let Some(screen) = &mut self.screen {
            screen.leave();
            self.lent = Some(suspended);
        }
    }

    /// True while what is typed is for a command.
    pub fn is_lent_to_command(&self) -> bool {
        self.lent == Some(Suspended::ForCommand)
    }

    /// Takes the terminal back when an event says that its borrower is done. What was printed needs no screen
    /// any more: the program ends. True when it was taken back.
    pub fn note(&mut self, event: &Event) -> io::Result<bool> {
        let (returned, is_last) = match event {
            Event::CommandEnded(_) => (Suspended::ForCommand, false),
            Event::Printed(result) => (Suspended::ForPrinting, result.is_ok()),
            _ => return Ok(false),
        };
        if self.lent != Some(returned) || is_last {
            return Ok(false);
        }
        self.lent = None;
        let Some(screen) = &mut self.screen else { return Ok(false) };
        screen.enter_again()?;
        self.listen();
        Ok(true)
    }

    /// Job control: gives the terminal back, stops the whole process group (stopping only this process would
    /// leave a pipeline's shell hanging), and takes the terminal again when it is continued.
    pub fn suspend(&mut self) -> io::Result<()> {
        self.input = None;
        let Some(screen) = &mut self.screen else { return Ok(()) };
        screen.leave();
        stop_process_group();
        screen.enter_again()?;
        self.listen();
        Ok(())
    }
}

#[cfg(unix)]
fn stop_process_group() {
    // An orphaned process group cannot be stopped; then nothing happens, which is right.
    let _ = rustix::process::kill_current_process_group(rustix::process::Signal::TSTP);
}

#[cfg(not(unix))]
fn stop_process_group() {}
