//! A line that is typed on the screen of the secret and then run: the path of a file, or a command.

use ratatui::text::Line;

use crate::domain::CommandOutput;
use crate::tui::area::split_left;
use crate::tui::canvas::{Canvas, LABEL_WIDTH};
use crate::tui::{TextLine, paste};

use super::run::draw_output;

/// A line that is typed and then run.
#[derive(Clone, Debug)]
pub struct PromptLine {
    pub(super) line: TextLine,
    pub(super) is_running: bool,
    /// Why it did not work the last time.
    pub(super) problem: Option<String>,
}

impl PromptLine {
    /// The text of the line, to be saved to or run now; `None` when there is none, and then `ask` is shown.
    pub(super) fn start(&mut self, ask: &str) -> Option<String> {
        let text = self.line.text().trim().to_owned();
        self.is_running = !text.is_empty();
        self.problem = text.is_empty().then(|| ask.to_owned());
        self.is_running.then_some(text)
    }

    pub(super) fn is_running(&self) -> bool {
        self.is_running
    }

    pub(super) fn new() -> Self {
        Self { line: TextLine::roomy(), is_running: false, problem: None }
    }

    /// A secret does not belong in a name or an argument, where others can read it: it is not kept.
    pub(super) fn changed(&mut self) {
        self.problem = None;
        if paste::contains_secret(self.line.text()) {
            self.line.set("");
            self.problem = Some("That is a secret. It was not kept.".to_owned());
        }
    }

    pub(super) fn draw(&self, label: &str, canvas: &mut Canvas) {
        let theme = canvas.theme;
        let row = canvas.take(1);
        let [left, right] = split_left(row, LABEL_WIDTH);
        let label = format!("{label} {}", theme.glyphs.pointer);
        canvas.frame.render_widget(Line::styled(label, theme.strong), left);
        self.line.draw(canvas.frame, right);
    }

    /// What is being done, what can be done, or why it did not work and what the command printed.
    pub(super) fn draw_below(&self, doing: &str, advice: &str, output: &CommandOutput, canvas: &mut Canvas) {
        let theme = canvas.theme;
        if let Some(problem) = &self.problem {
            canvas.marked(theme.glyphs.cross, problem, theme.bad);
            draw_output(output, canvas);
            return canvas.words(2, "The secret is still here.", theme.faint);
        }
        canvas.words(2, if self.is_running { doing } else { advice }, theme.faint);
    }
}
