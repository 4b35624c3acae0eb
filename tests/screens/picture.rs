//! A drawn frame, as a user sees it.

use atlas_secret::tui::{App, Glyphs, Size, Theme};
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::buffer::{Buffer, Cell};
use ratatui::layout::Position;

pub struct Picture {
    pub buffer: Buffer,
    /// The position of the cursor; `None` if it is hidden.
    pub cursor: Option<Position>,
}

impl Picture {
    /// Draws with colors and Unicode glyphs.
    pub fn of(app: &App, columns: u16, rows: u16) -> Self {
        Self::with(app, &Theme::color(Glyphs::UNICODE), columns, rows)
    }

    pub fn with(app: &App, theme: &Theme, columns: u16, rows: u16) -> Self {
        let mut app = app.clone();
        app.shared.size = Size { columns, rows };
        let mut terminal = Terminal::new(TestBackend::new(columns, rows)).unwrap();
        let mut cursor = None;
        terminal
            .draw(|frame| {
                app.draw(theme, frame);
            })
            .unwrap();
        if terminal.backend().cursor_visible() {
            cursor = Some(terminal.backend().cursor_position());
        }
        Self { buffer: terminal.backend().buffer().clone(), cursor }
    }

    /// The lines without trailing blanks.
    pub fn lines(&self) -> Vec<String> {
        let width = usize::from(self.buffer.area.width).max(1);
        let line = |cells: &[Cell]| cells.iter().map(Cell::symbol).collect::<String>().trim_end().to_owned();
        self.buffer.content.chunks(width).map(line).collect()
    }

    /// The lines as one text.
    pub fn text(&self) -> String {
        self.lines().join("\n")
    }

    /// The text on the screen without line breaks and repeated blanks, to search for sentences that may be wrapped.
    pub fn unwrapped_text(&self) -> String {
        self.lines().iter().flat_map(|line| line.split_whitespace()).collect::<Vec<_>>().join(" ")
    }

    /// The cell where `text` starts, if it is on the screen.
    pub fn find(&self, text: &str) -> Option<Position> {
        (0u16..).zip(self.lines()).find_map(|(y, line)| {
            let before = line.find(text)?;
            let x = ratatui::text::Line::raw(&line[..before]).width();
            Some(Position { x: u16::try_from(x).unwrap(), y })
        })
    }
}
