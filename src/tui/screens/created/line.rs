//! The line of a prompt, and what a command that was typed there printed.

use ratatui::text::Line;

use crate::domain::CommandOutput;
use crate::tui::canvas::{Canvas, cut};
use crate::tui::event::{DeliveryId, KeyPress};
use crate::tui::text_line::field_label;
use crate::tui::{TextLine, paste};

use super::{LOW, TALL};

/// A line that is typed and then run: the path of a file, or a command.
#[derive(Clone, Debug)]
pub struct PromptLine {
    line: TextLine,
    /// What is typed: a path or a command.
    content: &'static str,
    pub is_running: bool,
    /// Why it did not work the last time.
    pub error: Option<String>,
    /// True after a secret that is typed was refused: what follows is the rest of it.
    drops_text: bool,
}

impl PromptLine {
    pub fn new(content: &'static str) -> Self {
        Self { line: TextLine::roomy(), content, is_running: false, error: None, drops_text: false }
    }

    pub fn text(&self) -> &str {
        self.line.text().trim()
    }

    /// True once a blank ends the first word.
    pub fn has_blank(&self) -> bool {
        self.line.text().trim_start().contains(' ')
    }

    /// The text of the line, to be saved to or run now. `None` when there is none, or while an earlier delivery has not
    /// ended: the line then says why.
    pub fn start(&mut self, delivering: Option<DeliveryId>) -> Option<String> {
        let text = self.text().to_owned();
        self.drops_text = false;
        self.error = if delivering.is_some() {
            Some("An earlier save or command is still running. Wait until it ends, or press Esc and copy the secret.".to_owned())
        } else if text.is_empty() {
            Some(format!("Type a {} first.", self.content))
        } else {
            None
        };
        self.is_running = self.error.is_none();
        self.is_running.then_some(text)
    }

    /// Handles a key. True when the line was changed.
    pub fn press(&mut self, key: KeyPress) -> bool {
        if self.drops_text && key.text().is_some_and(|character| !character.is_whitespace()) {
            return false;
        }
        self.drops_text = false;
        let is_changed = self.edit(|line| line.press(key) == Some(true));
        self.drops_text = is_changed && self.error.is_some();
        is_changed
    }

    /// Changes the line unless it is running. True when it was changed.
    ///
    /// A secret does not belong in a name or an argument, where others can read it: it is not kept.
    pub fn edit(&mut self, change: impl FnOnce(&mut TextLine) -> bool) -> bool {
        if self.is_running || !change(&mut self.line) {
            return false;
        }
        self.error = None;
        if paste::contains_secret(self.line.text()) {
            self.line.set("");
            self.error = Some(format!("You pasted a secret, not a {}. It was dropped.", self.content));
        }
        true
    }

    /// Draws the label and the line, and something in so many columns beside it.
    pub(super) fn draw(&self, label: &str, columns: u16, beside: Line, canvas: &mut Canvas) {
        self.line.row(field_label(label, true, canvas.theme)).draw(columns, beside, canvas);
    }

    /// What is being done, what can be done, or why it did not work and what the command printed.
    pub(super) fn draw_below(&self, doing: &str, advice: &str, output: &CommandOutput, canvas: &mut Canvas) {
        let theme = canvas.theme;
        if let Some(error) = &self.error {
            canvas.marked(theme.glyphs.cross, error, theme.bad);
            // The last line often says why.
            draw_output(output, 2, canvas);
            return canvas.words(2, "Your new secret is still here.", theme.faint);
        }
        canvas.words(2, if self.is_running { doing } else { advice }, theme.faint);
    }
}

/// How many rows a line of a command's output takes at most where it is tall.
const ROWS_WHERE_TALL: u16 = 4;

/// What a command printed, in few rows: a row a line, and so many for the last one.
pub(super) fn draw_output(output: &CommandOutput, rows_of_last: u16, canvas: &mut Canvas) {
    let theme = canvas.theme;
    let ellipsis = theme.glyphs.ellipsis;
    let is_low = canvas.height() < LOW;
    let first = if is_low { output.lines.len().saturating_sub(2) } else { 0 };
    let left_out = output.left_out + first;
    if left_out > 0 && !is_low {
        let lines = if left_out == 1 { "line" } else { "lines" };
        canvas.words(2, &format!("{ellipsis} {left_out} earlier {lines} not shown"), theme.faint);
    }
    for (index, line) in output.lines.iter().enumerate().skip(first) {
        // Where a row counts, the mark stands before the line.
        let mark =
            if is_low && left_out > 0 && index == first { format!("{ellipsis} ") } else { String::new() };
        let rows = match index + 1 {
            _ if canvas.height() >= TALL => ROWS_WHERE_TALL,
            end if end == output.lines.len() => rows_of_last,
            _ => 1,
        };
        let text = cut(&format!("{mark}{line}"), canvas.width(), 2, rows, ellipsis);
        canvas.words(2, &text, theme.faint);
    }
}
