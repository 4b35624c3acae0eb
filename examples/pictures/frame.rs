//! One drawn frame, cut into words: what has to be painted, and where.

use atlas_secret::tui::{App, Theme};
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::buffer::{Buffer, Cell};
use ratatui::layout::Position;
use ratatui::style::{Color, Modifier};
use ratatui::text::Span;

/// A frame that was drawn.
#[derive(PartialEq, Eq)]
pub struct Frame {
    buffer: Buffer,
    /// Where the cursor stands, unless it is hidden.
    pub cursor: Option<Position>,
}

/// Neighbouring cells of a row that look the same.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Run {
    /// The column of the first cell.
    pub column: u16,
    /// How many cells.
    pub columns: u16,
    /// What they say.
    pub text: String,
    /// How they look.
    pub look: Look,
}

/// How a cell looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Look {
    /// The colour of the letters.
    pub foreground: Color,
    /// The colour behind them.
    pub background: Color,
    /// Bold, dim, reversed and the like.
    pub modifier: Modifier,
}

impl Look {
    fn of(cell: &Cell) -> Self {
        Self { foreground: cell.fg, background: cell.bg, modifier: cell.modifier }
    }

    /// True when blanks can be seen too.
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
        terminal.draw(|frame| app.draw(theme, frame)).unwrap();
        let backend = terminal.backend();
        let cursor = backend.cursor_visible().then(|| backend.cursor_position());
        Self { buffer: backend.buffer().clone(), cursor }
    }

    /// How many columns and rows.
    pub fn size(&self) -> (u16, u16) {
        (self.buffer.area.width, self.buffer.area.height)
    }

    /// The words of a row, each where it stands; of blanks only those that can be seen.
    pub fn words(&self, row: u16) -> Vec<Run> {
        self.runs(row).into_iter().flat_map(words_of).collect()
    }

    fn runs(&self, row: u16) -> Vec<Run> {
        let mut runs: Vec<Run> = Vec::new();
        let mut column = 0;
        while column < self.buffer.area.width {
            let cell = &self.buffer[(column, row)];
            // What is two columns wide covers the next cell.
            let columns = u16::try_from(Span::raw(cell.symbol()).width()).unwrap().max(1);
            match runs.last_mut() {
                Some(run) if run.look == Look::of(cell) => {
                    run.text.push_str(cell.symbol());
                    run.columns += columns;
                }
                _ => {
                    let text = cell.symbol().to_owned();
                    runs.push(Run { column, columns, text, look: Look::of(cell) });
                }
            }
            column += columns;
        }
        runs
    }
}

/// No two fonts have the same widths, so each word gets a place of its own.
fn words_of(run: Run) -> Vec<Run> {
    if run.look.paints_blanks() {
        return vec![run];
    }
    let mut words = Vec::new();
    let mut column = run.column;
    for part in run.text.split(' ') {
        let columns = u16::try_from(Span::raw(part).width()).unwrap();
        if !part.is_empty() {
            words.push(Run { column, columns, text: part.to_owned(), look: run.look });
        }
        column += columns + 1;
    }
    words
}
