//! The screen that shows the form's request as a command, for a runbook.

mod recipe;

use ratatui::style::Style;
use ratatui::text::{Line, Span};

use crate::delivery::CopyOutcome;
use crate::domain::{BaseUrl, NewSecret, Session};
use crate::tui::canvas::rows_of;
use crate::tui::keys::{HELP, REPAINT, SUSPEND, scrolling};
use crate::tui::scroll::{Scroll, overflows};
use crate::tui::{Action, Binding, Canvas, Command, Component, Event, Output, Screen, Shared, Transition};

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
        let note = rows_of(&self.note(app), body.width, 2);
        let tabs = u16::try_from(self.tabs(body.width, Style::new()).len()).unwrap_or(u16::MAX);
        let head = note.saturating_add(tabs).saturating_add(2);
        (rows(&self.text(app), usize::from(body.width)).len(), body.height.saturating_sub(head))
    }

    fn note(&self, app: &Shared) -> String {
        let has_format = matches!(app.output, Output::Sink(_));
        let remark = match self.recipe {
            _ if app.submit_action() == SubmitAction::ListSecrets => FULL,
            Recipe::AtlasSecret if self.copied.is_none() && !has_format => NO_FORMAT,
            Recipe::AtlasSecret => "",
            _ if app.session == Session::Demo => IDS_OF_THE_DEMO,
            _ => "",
        };
        let copied = match &self.copied {
            None if self.recipe == Recipe::AtlasSecret => "Contains no credentials. c copies it.".to_owned(),
            None => "Contains no credentials, but prints the new secret. c copies it.".to_owned(),
            Some(CopyOutcome::Copied { is_verified: true, .. }) => "Copied to the clipboard.".to_owned(),
            Some(CopyOutcome::Copied { .. }) => {
                "Sent to the clipboard, which could not be read back.".to_owned()
            }
            Some(CopyOutcome::Sent(_)) => "Sent to your terminal.".to_owned(),
            Some(CopyOutcome::Failed { reasons }) => {
                let reasons = reasons.iter().map(|reason| format!(" {reason}"));
                format!("Not copied.{}", reasons.collect::<String>())
            }
        };
        copied + remark
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
        for line in self.tabs(canvas.width(), theme.strong) {
            canvas.line(line);
        }
        let (glyph, style) = match &self.copied {
            None => (theme.glyphs.dot, theme.faint),
            Some(CopyOutcome::Copied { is_verified: true, .. }) => (theme.glyphs.check, theme.good),
            Some(CopyOutcome::Sent(_)) => (theme.glyphs.dot, Style::new()),
            Some(CopyOutcome::Copied { .. }) => (theme.glyphs.warning, theme.warning),
            Some(CopyOutcome::Failed { .. }) => (theme.glyphs.cross, theme.bad),
        };
        canvas.marked(glyph, &self.note(app), style);
        canvas.blank();
        let rows = rows(&self.text(app), usize::from(canvas.width()));
        let lines = rows.into_iter().map(|(is_rest, text)| {
            let ellipsis = theme.glyphs.ellipsis;
            let lead = if is_rest { format!("{ellipsis:<CONTINUATION_INDENT$}") } else { String::new() };
            Line::from(vec![Span::styled(lead, theme.faint), Span::raw(text)])
        });
        self.scroll.draw(lines.collect(), canvas);
    }
}

impl CommandView {
    /// The recipes as tabs, on as many rows as they need. Brackets mark the current one, because color alone is not
    /// enough.
    fn tabs(&self, width: u16, strong: Style) -> Vec<Line<'static>> {
        let mut lines = vec![Line::default()];
        for recipe in Recipe::ALL {
            let tab = if recipe == self.recipe {
                Span::styled(format!("[{}] ", recipe.title()), strong)
            } else {
                Span::raw(format!(" {}  ", recipe.title()))
            };
            match lines.last_mut() {
                // The space after the last tab may be cut.
                Some(line) if line.width() + tab.width() <= usize::from(width) + 1 => line.push_span(tab),
                _ => lines.push(Line::from(tab)),
            }
        }
        lines
    }
}

/// Wraps the text into rows of `width` columns, and says for each row whether it continues a line. Tabs become spaces,
/// because the terminal library would drop them; the copied text keeps them.
fn rows(text: &str, width: usize) -> Vec<(bool, String)> {
    let mut rows = Vec::new();
    for line in text.lines() {
        let (mut row, mut is_rest, mut left) = (String::new(), false, width);
        for character in line.replace('\t', "    ").chars() {
            let columns = Span::raw(character.to_string()).width();
            if columns > left {
                let rest = row.split_off(break_index(&row, width));
                rows.push((is_rest, std::mem::replace(&mut row, rest)));
                (is_rest, left) = (true, width.saturating_sub(CONTINUATION_INDENT + Span::raw(&row).width()));
            }
            left = left.saturating_sub(columns);
            row.push(character);
        }
        rows.push((is_rest, row));
    }
    rows
}

/// Where to break a full row: after its last space, if the rest fits in the next row with a column to spare.
fn break_index(row: &str, width: usize) -> usize {
    let indent = row.len() - row.trim_start().len();
    let after_blank = row[indent..].rfind(' ').map(|blank| indent + blank + 1);
    let fits = |at: &usize| CONTINUATION_INDENT + Span::raw(&row[*at..]).width() < width;
    after_blank.filter(fits).unwrap_or(row.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_line_is_wrapped_and_no_text_is_lost() {
        let shown = rows("ab\n\tcdefgh漢字\n", 8);
        let shown: Vec<_> = shown.iter().map(|(is_rest, text)| (*is_rest, text.as_str())).collect();
        assert_eq!(shown, [(false, "ab"), (false, "    cdef"), (true, "gh漢"), (true, "字")]);
    }
}
