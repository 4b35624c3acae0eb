//! The input line of a prompt, and the output of the command that was typed there.

use ratatui::text::Line;

use crate::domain::CommandOutput;
use crate::tui::canvas::{Canvas, cut};
use crate::tui::event::{DeliveryId, KeyPress};
use crate::tui::text_line::field_label;
use crate::tui::{TextLine, paste};

use super::{LOW, TALL};

/// An input line for the path of a file or for a command.
#[derive(Clone, Debug)]
pub struct PromptLine {
    line: TextLine,
    /// The noun in messages: `path` or `command`.
    noun: &'static str,
    pub is_running: bool,
    /// Why the last attempt failed.
    pub error: Option<String>,
    /// True after a typed secret was dropped: the next characters are the rest of it.
    drops_text: bool,
}

impl PromptLine {
    pub fn new(noun: &'static str) -> Self {
        Self { line: TextLine::long(), noun, is_running: false, error: None, drops_text: false }
    }

    pub fn text(&self) -> &str {
        self.line.text().trim()
    }

    /// True once a space follows the first word.
    pub fn has_space(&self) -> bool {
        self.line.text().trim_start().contains(' ')
    }

    /// Marks the line as running, and returns its text. `None` if the line is empty or an earlier delivery is still
    /// running; the line then shows why.
    pub fn start(&mut self, delivering: Option<DeliveryId>) -> Option<String> {
        let text = self.text().to_owned();
        self.drops_text = false;
        self.error = if delivering.is_some() {
            Some("An earlier save or command is still running. Wait until it ends, or press Esc and copy the secret.".to_owned())
        } else if text.is_empty() {
            Some(format!("Type a {} first.", self.noun))
        } else {
            None
        };
        self.is_running = self.error.is_none();
        self.is_running.then_some(text)
    }

    /// Handles a key. Returns true if the line changed.
    pub fn press(&mut self, key: KeyPress) -> bool {
        if self.drops_text && key.text().is_some_and(|character| !character.is_whitespace()) {
            return false;
        }
        self.drops_text = false;
        let is_changed = self.edit(|line| line.press(key) == Some(true));
        self.drops_text = is_changed && self.error.is_some();
        is_changed
    }

    /// Changes the line unless it is running. Returns true if the line changed.
    ///
    /// A secret in the line is dropped, because others can read file names and arguments.
    pub fn edit(&mut self, change: impl FnOnce(&mut TextLine) -> bool) -> bool {
        if self.is_running || !change(&mut self.line) {
            return false;
        }
        self.error = None;
        if paste::contains_secret(self.line.text()) {
            self.line.set("");
            self.error = Some(format!("You pasted a secret, not a {}. It was dropped.", self.noun));
        }
        true
    }

    /// Draws the label and the line, and `beside` next to it in `columns` columns.
    pub(super) fn draw(&self, label: &str, columns: u16, beside: Line, canvas: &mut Canvas) {
        self.line.row(field_label(label, true, canvas.theme)).draw(columns, beside, canvas);
    }

    /// Draws `doing` while the line is running, the error and the command's output if it failed, or else the advice.
    pub(super) fn draw_below(&self, doing: &str, advice: &str, output: &CommandOutput, canvas: &mut Canvas) {
        let theme = canvas.theme;
        if let Some(error) = &self.error {
            canvas.marked(theme.glyphs.cross, error, theme.bad);
            // The last line often says why.
            draw_output(output, 2, canvas);
            return canvas.text(2, "Your new secret is still here.", theme.faint);
        }
        canvas.text(2, if self.is_running { doing } else { advice }, theme.faint);
    }
}

/// The most rows for each line of a command's output on a tall screen.
const ROWS_IF_TALL: u16 = 4;

/// Draws the output of a command. Unless the screen is tall, each line takes one row, and the last line up to
/// `rows_of_last`.
pub(super) fn draw_output(output: &CommandOutput, rows_of_last: u16, canvas: &mut Canvas) {
    let theme = canvas.theme;
    let ellipsis = theme.glyphs.ellipsis;
    let is_low = canvas.height() < LOW;
    let first = if is_low { output.lines.len().saturating_sub(2) } else { 0 };
    let left_out = output.left_out + first;
    if left_out > 0 && !is_low {
        let lines = if left_out == 1 { "line" } else { "lines" };
        canvas.text(2, &format!("{ellipsis} {left_out} earlier {lines} not shown"), theme.faint);
    }
    for (index, line) in output.lines.iter().enumerate().skip(first) {
        // On a low screen, the ellipsis is before the line, to save a row.
        let mark =
            if is_low && left_out > 0 && index == first { format!("{ellipsis} ") } else { String::new() };
        let rows = match index + 1 {
            _ if canvas.height() >= TALL => ROWS_IF_TALL,
            end if end == output.lines.len() => rows_of_last,
            _ => 1,
        };
        let text = cut(&format!("{mark}{line}"), canvas.width(), 2, rows, ellipsis);
        canvas.text(2, &text, theme.faint);
    }
}
