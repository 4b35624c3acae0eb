//! The form's request as a command, for a runbook.

mod go;
mod recipe;
mod shell;
#[cfg(test)]
mod tests;

use crossterm::event::KeyCode;
use ratatui::style::Style;
use ratatui::text::{Line, Span};

use crate::domain::{BaseUrl, CopyOutcome, NewSecret};
use crate::tui::app::{Component, Screen, Shared, Transition};
use crate::tui::canvas::Canvas;
use crate::tui::event::{Command, Event};
use crate::tui::keys::{
    Action, Binding, CHOICE_NEXT, CHOICE_PREVIOUS, CTRL_C, ESC, HELP, NONE, REPAINT, SUSPEND,
};

pub use recipe::Recipe;

use super::Notice;

/// The screen that shows the request as a command.
#[derive(Clone, Debug)]
pub struct CommandView {
    new_secret: NewSecret,
    recipe: Recipe,
    is_copying: bool,
    /// How the last copy went.
    copied: Option<CopyOutcome>,
}

const KEYS: &[Binding] = &[
    Binding::new(&[(KeyCode::Char('c'), NONE)], "c", "copy", Action::Copy),
    CHOICE_NEXT,
    CHOICE_PREVIOUS,
    Binding::new(
        &[ESC, (KeyCode::Char('q'), NONE), (KeyCode::F(2), NONE), CTRL_C],
        "Esc",
        "back",
        Action::No,
    ),
    HELP,
    SUSPEND,
    REPAINT,
];

impl CommandView {
    /// F2 on the form: only a request that could be sent can be written down.
    pub(super) fn open(app: &mut Shared) -> Transition {
        if let Some(new_secret) = app.form.new_secret() {
            let view = Self { new_secret, recipe: Recipe::default(), is_copying: false, copied: None };
            return Transition::Show(Screen::Command(Box::new(view)));
        }
        app.form.touch_all();
        app.form.notice = Some(Notice::Word("Fill the form in first; then F2 shows it as a command."));
        Transition::Stay
    }

    /// The text that is shown and copied. The embedded Atlas's address means nothing in a runbook; there it is the
    /// public one.
    pub fn text(&self, app: &Shared) -> String {
        let base_url = app.session.base_url().cloned().or_else(|| BaseUrl::parse(BaseUrl::CLOUD).ok());
        let text = |base_url| self.recipe.text(&base_url, &self.new_secret, app.query_flags);
        base_url.map(text).unwrap_or_default()
    }

    fn step(&mut self, by: usize) {
        let at = Recipe::ALL.iter().position(|recipe| *recipe == self.recipe).unwrap_or(0);
        self.recipe = Recipe::ALL[(at + by) % Recipe::ALL.len()];
        self.copied = None;
    }
}

impl Component for CommandView {
    fn on_action(&mut self, app: &mut Shared, action: Action) -> Transition {
        match action {
            Action::NextChoice => self.step(1),
            Action::PreviousChoice => self.step(Recipe::ALL.len() - 1),
            Action::Copy if !self.is_copying => {
                self.is_copying = true;
                let text = self.text(app);
                app.send(Command::CopyText(text));
            }
            Action::No | Action::Leave => return Transition::form(),
            _ => {}
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

    fn keys(&self, _app: &Shared) -> &'static [Binding] {
        KEYS
    }

    fn about(&self) -> &'static [&'static str] {
        &["What the form asks for, as the vendor's own page writes it."]
    }

    fn draw(&self, app: &Shared, canvas: &mut Canvas) {
        let theme = canvas.theme;
        canvas.line(Line::styled("This request as a command", theme.strong));
        canvas.line(self.tabs(theme.strong));
        let (glyph, words, style) = match &self.copied {
            None => (theme.glyphs.dot, "No credential stands in it. c copies all of it.", theme.faint),
            Some(CopyOutcome::Copied(_)) => (theme.glyphs.check, "Copied", theme.good),
            Some(CopyOutcome::Unverified(_)) => {
                (theme.glyphs.warning, "The clipboard took it, but did not give it back.", theme.warning)
            }
            Some(CopyOutcome::Sent(_)) => (theme.glyphs.check, "Sent to your terminal", theme.good),
            Some(CopyOutcome::Failed(_)) => (theme.glyphs.cross, "Not copied", theme.bad),
        };
        canvas.marked(glyph, words, style);
        canvas.blank();
        for line in self.text(app).lines() {
            // The terminal library would drop a tab; what is copied keeps it.
            canvas.line(Line::raw(line.replace('\t', "    ")));
        }
    }
}

impl CommandView {
    /// The recipes side by side; brackets set off the one that is shown, not colour alone.
    fn tabs(&self, strong: Style) -> Line<'static> {
        let mut spans = Vec::new();
        for recipe in Recipe::ALL {
            let (title, style) = if recipe == self.recipe {
                (format!("[{}]", recipe.title()), strong)
            } else {
                (format!(" {} ", recipe.title()), Style::new())
            };
            spans.push(Span::styled(title, style));
            spans.push(Span::raw(" "));
        }
        Line::from(spans)
    }
}
