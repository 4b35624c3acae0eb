//! The terminal, set up and restored.

use std::io;
use std::time::Duration;

use crossterm::cursor::Show;
use crossterm::event::{DisableBracketedPaste, EnableBracketedPaste};
use crossterm::queue;
use crossterm::terminal::{EnterAlternateScreen, LeaveAlternateScreen, disable_raw_mode, enable_raw_mode};
use ratatui::backend::{Backend, ClearType, CrosstermBackend, WindowSize};
use ratatui::buffer::Cell;
use ratatui::layout::{Position, Size};
use ratatui::{Frame, Terminal};

use super::output::{FrameWriter, TerminalOutput};

/// How long a frame may take before the event loop goes on without it.
const FRAME_LIMIT: Duration = Duration::from_millis(20);

/// How long restoring the terminal may take, twice.
const LEAVE_LIMIT: Duration = Duration::from_millis(300);

/// CAN ends a sequence that was cut.
const CANCEL: &[u8] = b"\x18";

/// The terminal in raw mode, on its alternate screen, with bracketed paste. Dropping it restores everything.
pub(super) struct Screen {
    terminal: Terminal<SizedBackend>,
    output: TerminalOutput,
    /// True while the terminal is ours, so that it is restored once.
    is_taken: bool,
}

impl Screen {
    /// Takes the terminal.
    pub fn enter(output: TerminalOutput) -> io::Result<Self> {
        let backend = SizedBackend {
            backend: CrosstermBackend::new(FrameWriter(output.clone())),
            output: output.clone(),
        };
        let mut screen = Self { terminal: Terminal::new(backend)?, output, is_taken: false };
        screen.take()?;
        screen.drop_input();
        Ok(screen)
    }

    /// Draws one frame. As long as the terminal has not taken the one before, nothing is drawn: the newest frame is
    /// the one that counts.
    pub fn draw(&mut self, paint: impl FnOnce(&mut Frame)) -> io::Result<()> {
        if self.output.send(Duration::ZERO)? {
            self.terminal.draw(paint)?;
            self.output.send(FRAME_LIMIT)?;
        }
        Ok(())
    }

    /// True while the terminal has not taken all of the last frame.
    pub fn is_behind(&self) -> bool {
        self.output.is_behind()
    }

    /// The size of the terminal in columns and rows.
    pub fn size(&self) -> (u16, u16) {
        self.output.size()
    }

    /// Forgets what is on the terminal, so that the next frame paints all of it. `Terminal::clear` would ask the
    /// terminal for its cursor and wait for the answer.
    pub fn forget(&mut self) -> io::Result<()> {
        let size = self.terminal.size()?;
        self.terminal.resize(size.into())
    }

    /// Takes the terminal again after [`Screen::leave`], or after someone else had it unasked; the next frame
    /// paints all of it.
    pub fn enter_again(&mut self) -> io::Result<()> {
        self.leave();
        self.take()?;
        self.forget()
    }

    /// Restores the terminal, for a while or for good. Errors are dropped: the terminal may be gone, and then no
    /// one is left to be told.
    pub fn leave(&mut self) {
        if !std::mem::replace(&mut self.is_taken, false) {
            return;
        }
        if !matches!(self.output.send(LEAVE_LIMIT), Ok(true)) {
            self.output.discard();
            self.output.push(CANCEL);
        }
        let _ = queue!(FrameWriter(self.output.clone()), DisableBracketedPaste, Show, LeaveAlternateScreen);
        let _ = self.output.send(LEAVE_LIMIT);
        let _ = disable_raw_mode();
    }

    /// What was typed before is not for this screen, nor are answers of the terminal to another program.
    pub fn drop_input(&self) {
        #[cfg(unix)]
        let _ = rustix::termios::tcflush(self.output.file(), rustix::termios::QueueSelector::IFlush);
    }

    fn take(&mut self) -> io::Result<()> {
        enable_raw_mode()?;
        self.is_taken = true;
        queue!(FrameWriter(self.output.clone()), EnterAlternateScreen, EnableBracketedPaste)?;
        self.output.send(FRAME_LIMIT).map(|_| ()).inspect_err(|_| self.leave())
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        self.leave();
    }
}

/// Crossterm's backend with a size that can be drawn on.
struct SizedBackend {
    backend: CrosstermBackend<FrameWriter>,
    output: TerminalOutput,
}

impl Backend for SizedBackend {
    type Error = io::Error;

    fn size(&self) -> io::Result<Size> {
        let (width, height) = self.output.size();
        Ok(Size { width, height })
    }

    fn window_size(&mut self) -> io::Result<WindowSize> {
        Ok(WindowSize { columns_rows: self.size()?, pixels: Size::ZERO })
    }

    fn draw<'a, Cells>(&mut self, cells: Cells) -> io::Result<()>
    where
        Cells: Iterator<Item = (u16, u16, &'a Cell)>,
    {
        self.backend.draw(cells)
    }

    fn hide_cursor(&mut self) -> io::Result<()> {
        self.backend.hide_cursor()
    }

    fn show_cursor(&mut self) -> io::Result<()> {
        self.backend.show_cursor()
    }

    /// Asking the terminal would take the keys of its answer.
    fn get_cursor_position(&mut self) -> io::Result<Position> {
        Ok(Position::ORIGIN)
    }

    fn set_cursor_position<At: Into<Position>>(&mut self, position: At) -> io::Result<()> {
        self.backend.set_cursor_position(position)
    }

    fn clear(&mut self) -> io::Result<()> {
        self.backend.clear()
    }

    fn clear_region(&mut self, region: ClearType) -> io::Result<()> {
        self.backend.clear_region(region)
    }

    fn flush(&mut self) -> io::Result<()> {
        Backend::flush(&mut self.backend)
    }
}
