//! The terminal, taken and given back.

use std::fs::File;
use std::io::{self, Write};
use std::sync::Arc;

use crossterm::cursor::Show;
use crossterm::event::{DisableBracketedPaste, EnableBracketedPaste};
use crossterm::terminal::{EnterAlternateScreen, LeaveAlternateScreen, disable_raw_mode, enable_raw_mode};
use crossterm::{execute, queue};
use ratatui::backend::CrosstermBackend;
use ratatui::{Frame, Terminal};

use super::terminal::FrameWriter;

/// The terminal in raw mode, on its alternate screen, with bracketed paste. Dropping it gives everything back.
pub(super) struct Screen {
    terminal: Terminal<CrosstermBackend<FrameWriter>>,
    /// True while the terminal is ours, so that it is given back once.
    is_taken: bool,
}

impl Screen {
    /// Takes the terminal.
    pub fn enter(terminal: Arc<File>) -> io::Result<Self> {
        let terminal = Terminal::new(CrosstermBackend::new(FrameWriter::new(terminal)))?;
        let mut screen = Self { terminal, is_taken: false };
        screen.take()?;
        Ok(screen)
    }

    /// Draws one frame.
    pub fn draw(&mut self, paint: impl FnOnce(&mut Frame)) -> io::Result<()> {
        self.terminal.draw(paint).map(|_| ())
    }

    /// Forgets what is on the terminal, so that the next frame paints all of it. `Terminal::clear` would ask
    /// the terminal for its cursor and wait for an answer that the input stream eats.
    pub fn forget(&mut self) -> io::Result<()> {
        let size = self.terminal.size()?;
        self.terminal.resize(size.into())
    }

    /// Takes the terminal again after [`Screen::leave`]; the next frame paints all of it.
    pub fn enter_again(&mut self) -> io::Result<()> {
        self.take()?;
        self.forget()
    }

    /// Gives the terminal back, for a while or for good. Errors are swallowed: the terminal may be gone, and
    /// there is nobody left to tell.
    pub fn leave(&mut self) {
        if !std::mem::replace(&mut self.is_taken, false) {
            return;
        }
        let backend = self.terminal.backend_mut();
        let _ = queue!(backend, DisableBracketedPaste, Show, LeaveAlternateScreen);
        let _ = Write::flush(backend);
        let _ = disable_raw_mode();
    }

    fn take(&mut self) -> io::Result<()> {
        enable_raw_mode()?;
        self.is_taken = true;
        execute!(self.terminal.backend_mut(), EnterAlternateScreen, EnableBracketedPaste)
            .inspect_err(|_| self.leave())
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        self.leave();
    }
}
