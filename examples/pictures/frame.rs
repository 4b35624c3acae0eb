//! A drawn frame, split into words with their positions and styles.

use atlas_secret::tui::{App, Theme};
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::buffer::{Buffer, Cell};
use ratatui::layout::Position;
use ratatui::style::{Color, Modifier};
use ratatui::text::Span;

#[derive(PartialEq, Eq)]
pub struct Frame {
    buffer: Buffer,
    /// The position of the cursor, unless it is hidden.
    pub cursor: Option<Position>,
}

/// Adjacent cells of a row with the same style.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Run {
    pub column: u16,
    pub columns: u16,
    pub text: String,
    pub style: Style,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Style {
    pub foreground: Color,
    pub background: Color,
    pub modifier: Modifier,
}

impl Style {
    fn of(cell: &Cell) -> Self {
        Self { foreground: cell.fg, background: cell.bg, modifier: cell.modifier }
    }

    /// True if blanks are visible.
    fn paints_blanks(self) -> bool {
        self.background != Color::Reset || self.modifier.intersects(Modifier::REVERSED | Modifier::UNDERLINED)
    }
}

impl Frame {
    /// Draws the interface as the program does.
    pub fn draw(app: &App, theme: &Theme) -> Self {
        let size = app.shared.size;
        let backend = TestBackend::new(size.columns, size.rows);
        let mut terminal = Terminal::new(backend).unwrap();
        terminal.draw(|frame| _ = app.draw(theme, frame)).unwrap();
        let backend = terminal.backend();
        let cursor = backend.cursor_visible().then(|| backend.cursor_position());
        Self { buffer: backend.buffer().clone(), cursor }
    }

    /// The number of columns and rows.
    pub fn size(&self) -> (u16, u16) {
        (self.buffer.area.width, self.buffer.area.height)
    }

    /// The words of a row with their positions, and visible blanks.
    pub fn words(&self, row: u16) -> Vec<Run> {
        self.runs(row).into_iter().flat_map(words_of).collect()
    }

    fn runs(&self, row: u16) -> Vec<Run> {
        let mut runs: Vec<Run> = Vec::new();
        let mut column = 0;
        while column < self.buffer.area.width {
            let cell = &self.buffer[(column, row)];
            // A wide character also covers the next cell.
            let columns = u16::try_from(Span::raw(cell.symbol()).width()).unwrap().max(1);
            match runs.last_mut() {
                Some(run) if run.style == Style::of(cell) => {
                    run.text.push_str(cell.symbol());
                    run.columns += columns;
                }
                _ => {
                    let text = cell.symbol().to_owned();
                    runs.push(Run { column, columns, text, style: Style::of(cell) });
                }
            }
            column += columns;
        }
        runs
    }
}

/// Splits a run into words: fonts differ in width, so each word gets its own position.
fn words_of(run: Run) -> Vec<Run> {
    if run.style.paints_blanks() {
        return vec![run];
    }
    let mut words = Vec::new();
    let mut column = run.column;
    for part in run.text.split(' ') {
        let columns = u16::try_from(Span::raw(part).width()).unwrap();
        if !part.is_empty() {
            words.push(Run { column, columns, text: part.to_owned(), style: run.style });
        }
        column += columns + 1;
    }
    words
}
