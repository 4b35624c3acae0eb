//! The screen that shows the form's request as a command, for a runbook.

mod recipe;

use ratatui::style::Style;
use ratatui::text::Line;
use textwrap::{WordSeparator, WordSplitter, WrapAlgorithm};

use crate::delivery::CopyOutcome;
use crate::domain::{BaseUrl, NewSecret, Session};
use crate::tui::canvas::rows_of;
use crate::tui::keys::{HELP, REPAINT, SUSPEND, scrolling};
use crate::tui::scroll::{Scroll, overflows};
use crate::tui::{
    Action, Binding, Canvas, Command, Component, Event, Output, Screen, Shared, Tone, Transition,
};

pub use recipe::{Recipe, RecipeInput};

use super::{Notice, SubmitAction};

const CONTINUATION_INDENT: usize = 4;

/// The note on this program's own command, which has no `--format` unless this run has one.
const NO_FORMAT: &str = " Running it opens the secret's screen; for a pipe or a file, add --format secret.";

/// The note on every command while the account is full.
const FULL: &str = " It fails until a secret of this account is deleted.";

/// The note on commands that call Atlas itself: only this program's own command reaches the demo.
const IDS_OF_THE_DEMO: &str = " The IDs exist in the demo only: replace them with your own.";

/// The screen that shows the request as a command.
#[derive(Clone, Debug)]
pub struct CommandView {
    new_secret: NewSecret,
    recipe: Recipe,
    scroll: Scroll,
    is_copying: bool,
    copied: Option<CopyOutcome>,
}

impl CommandView {
    /// Handles F2 on the form. Shows the command only if the request could be sent.
    pub(super) fn open(app: &mut Shared) -> Transition {
        if let Some(new_secret) = app.form.new_secret() {
            let view = Self {
                new_secret,
                recipe: Recipe::default(),
                scroll: Scroll::default(),
                is_copying: false,
                copied: None,
            };
            return Transition::Show(Screen::Command(Box::new(view)));
        }
        app.form.touch_all();
        app.form.notice =
            Some(Notice::Info("Complete or correct the form first. F2 then shows it as a command."));
        Transition::Stay
    }

    /// The text to show and to copy. The address of the embedded Atlas means nothing in a runbook, so the commands of
    /// other programs get the public one.
    pub fn text(&self, app: &Shared) -> String {
        let base_url = app.session.base_url().cloned().or_else(|| BaseUrl::parse(BaseUrl::CLOUD).ok());
        let Some(base_url) = base_url else { return String::new() };
        let (new_secret, query_flags) = (self.new_secret.clone(), app.query_flags);
        let options = recipe::session_options(app);
        self.recipe.text(&RecipeInput { base_url, new_secret, query_flags, options })
    }

    fn step(&mut self, by: usize) {
        let at = Recipe::ALL.iter().position(|recipe| *recipe == self.recipe).unwrap_or(0);
        self.recipe = Recipe::ALL[(at + by) % Recipe::ALL.len()];
        self.scroll = Scroll::default();
        // A copy in progress is of another recipe.
        self.is_copying = false;
        self.copied = None;
    }

    fn text_rows(&self, app: &Shared) -> (usize, u16) {
        let body = app.body();
        let (_, note) = self.note(app);
        let head = rows_of(&note, body.width, 2) + rows_of(&self.tabs(), body.width, 0) + 2;
        let rows = rows(&self.text(app), usize::from(body.width), "");
        (rows.len(), body.height.saturating_sub(head))
    }

    fn note(&self, app: &Shared) -> (Tone, String) {
        let has_format = matches!(app.output, Output::Sink(_));
        let remark = match self.recipe {
            _ if app.submit_action() == SubmitAction::ListSecrets => FULL,
            Recipe::AtlasSecret if self.copied.is_none() && !has_format => NO_FORMAT,
            Recipe::AtlasSecret => "",
            _ if app.session == Session::Demo => IDS_OF_THE_DEMO,
            _ => "",
        };
        let (tone, copied) = match &self.copied {
            None if self.recipe == Recipe::AtlasSecret => {
                (Tone::Neutral, "Contains no credentials. c copies it.".to_owned())
            }
            None => {
                let text = "Contains no credentials, but prints the new secret. c copies it.";
                (Tone::Neutral, text.to_owned())
            }
            Some(CopyOutcome::Copied { is_verified: true, .. }) => {
                (Tone::Good, "Copied to the clipboard.".to_owned())
            }
            Some(CopyOutcome::Copied { .. }) => {
                (Tone::Warning, "Sent to the clipboard, which could not be read back.".to_owned())
            }
            Some(CopyOutcome::Sent(_)) => (Tone::Neutral, "Sent to your terminal.".to_owned()),
            Some(CopyOutcome::Failed { reasons }) => {
                let reasons = reasons.iter().map(|reason| format!(" {reason}"));
                (Tone::Bad, format!("Not copied.{}", reasons.collect::<String>()))
            }
        };
        (tone, copied + remark)
    }

    /// The recipes as tabs. Brackets mark the current one. Rows are broken only between the tabs.
    fn tabs(&self) -> String {
        let tabs = Recipe::ALL.map(|recipe| {
            let [left, right] = if recipe == self.recipe { ["[", "]"] } else { ["\u{a0}", "\u{a0}"] };
            format!("{left}{}{right}", recipe.title().replace(' ', "\u{a0}"))
        });
        tabs.join(" ")
    }
}

impl Component for CommandView {
    fn on_action(&mut self, app: &mut Shared, action: Action) -> Transition {
        match action {
            Action::NextChoice => self.step(1),
            Action::PreviousChoice => self.step(Recipe::ALL.len() - 1),
            Action::CopyCommand if !self.is_copying => {
                self.is_copying = true;
                let text = self.text(app);
                app.send(Command::CopyText(text));
            }
            Action::No | Action::Leave => return Transition::form(),
            _ => {
                let (rows, height) = self.text_rows(app);
                self.scroll.on_action(action, rows, height);
            }
        }
        Transition::Stay
    }

    fn on_event(&mut self, _app: &mut Shared, event: Event) -> Transition {
        if let Event::CopyFinished(outcome) = event
            && self.is_copying
        {
            self.is_copying = false;
            self.copied = Some(outcome);
        }
        Transition::Stay
    }

    fn keys(&self, app: &Shared) -> Vec<Binding> {
        let (rows, height) = self.text_rows(app);
        let first = [
            Binding::new("c", "copy", Action::CopyCommand).only_if(!self.is_copying),
            Binding::new("Tab, Right", "next", Action::NextChoice),
            Binding::new("Shift-Tab, Left", "previous", Action::PreviousChoice).only_in_help(),
        ];
        let back = Binding::new("Esc, q, F2, Ctrl-C", "back", Action::No);
        let scrolling = scrolling(overflows(rows, height), self.scroll.is_at_end(rows, height));
        first.into_iter().chain(scrolling).chain([back, HELP, SUSPEND, REPAINT]).collect()
    }

    fn about(&self) -> &'static [&'static str] {
        &[
            "The same request for a script or a runbook: with this program, the Atlas CLI, curl or Go.",
            "Credentials come from the profile or from the variables that the text names.",
        ]
    }

    fn draw(&self, app: &Shared, canvas: &mut Canvas) {
        let theme = canvas.theme;
        canvas.line(Line::styled("This request as a command", theme.strong));
        canvas.text(0, &self.tabs(), Style::new());
        let (tone, note) = self.note(app);
        let (glyph, style) = theme.mark(tone);
        canvas.marked(glyph, &note, style);
        canvas.blank();
        let rows = rows(&self.text(app), usize::from(canvas.width()), theme.glyphs.ellipsis);
        self.scroll.draw(rows.into_iter().map(Line::from).collect(), canvas);
    }
}

/// Wraps the text into rows of `width` columns. Rows that continue a line begin with the ellipsis. Tabs become spaces,
/// because the terminal library would drop them; the copied text keeps them.
fn rows(text: &str, width: usize, ellipsis: &str) -> Vec<String> {
    let continuation = format!("{ellipsis:<CONTINUATION_INDENT$}");
    let wrap = |line: &str| -> Vec<String> {
        let line = line.replace('\t', "    ");
        let code = line.trim_start();
        let options = textwrap::Options::new(width)
            .initial_indent(&line[..line.len() - code.len()])
            .subsequent_indent(&continuation)
            .word_separator(WordSeparator::AsciiSpace)
            .word_splitter(WordSplitter::NoHyphenation)
            .wrap_algorithm(WrapAlgorithm::FirstFit);
        textwrap::wrap(code, options).iter().map(ToString::to_string).collect()
    };
    text.lines().flat_map(wrap).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_line_is_wrapped_and_no_text_is_lost() {
        assert_eq!(rows("ab\n\n\tcdefgh漢字\n", 8, "…"), ["ab", "", "    cdef", "…   gh漢", "…   字"]);
    }
}
