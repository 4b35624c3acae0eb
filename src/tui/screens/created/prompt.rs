//! What is chosen or typed on the screen of the secret. It stands where the state of the secret stands otherwise.

use crate::domain::{Delivery, Disposition, EnvFile};
use crate::tui::app::{Shared, Transition};
use crate::tui::canvas::Canvas;
use crate::tui::event::{Command, DeliveryId, Event};
use crate::tui::keys::{Action, Binding, CHOICE_ABOVE, CHOICE_BELOW, CLOSE_PROMPT, HELP, LEAVE_FROM_PROMPT};
use crate::tui::screens::SecretList;

use super::line::PromptLine;
use super::run::{ABOUT_RUN, RunPrompt};
use super::save::{self, ABOUT_SAVE};
use super::{CreatedScreen, LeaveConfirmation};

/// What the user is asked for.
#[derive(Clone, Debug)]
pub enum Prompt {
    /// The format to copy in: which one is chosen, from 0.
    Formats(usize),
    /// The path of a file, and the existing file there that may be updated, if the user agrees.
    Save(PromptLine, Option<EnvFile>),
    /// A command.
    Run(Box<RunPrompt>),
    /// An older secret to delete.
    Delete(SecretList),
}

const FORMATS: &[Binding] = &[
    Binding::new("Enter", "copy", Action::Choose),
    CHOICE_BELOW,
    CHOICE_ABOVE,
    CLOSE_PROMPT,
    LEAVE_FROM_PROMPT,
    HELP,
];

impl Prompt {
    /// The line that is being typed.
    fn line(&mut self) -> Option<&mut PromptLine> {
        match self {
            Self::Save(line, None) => Some(line),
            Self::Run(run) => Some(&mut run.line),
            Self::Save(..) | Self::Formats(_) | Self::Delete(_) => None,
        }
    }

    /// True while characters are text.
    pub(super) fn takes_text(&self) -> bool {
        matches!(self, Self::Run(_) | Self::Save(_, None))
    }

    /// Changes the line that is typed.
    pub(super) fn edit(&mut self, change: impl FnOnce(&mut PromptLine) -> bool) {
        let is_changed = self.line().is_some_and(change);
        if let (true, Self::Run(run)) = (is_changed, self) {
            run.changed();
        }
    }

    pub(super) fn keys(&self) -> &'static [Binding] {
        match self {
            Self::Formats(_) => FORMATS,
            Self::Save(_, existing) => save::keys(existing.as_ref()),
            Self::Run(run) => run.keys(),
            Self::Delete(list) => list.list_keys(),
        }
    }

    pub(super) fn about(&self) -> Option<&'static [&'static str]> {
        match self {
            Self::Run(_) => Some(ABOUT_RUN),
            Self::Save(..) => Some(ABOUT_SAVE),
            Self::Formats(_) | Self::Delete(_) => None,
        }
    }
}

impl CreatedScreen {
    pub(super) fn open_secret_list(&mut self, app: &mut Shared) {
        let list = SecretList::open(app, self.new_secret.account(), Some(self.keeps()));
        self.prompt = Some(Prompt::Delete(list));
        if self.account.error(&self.new_secret.account()).is_some() {
            self.fetch_account(app);
        }
    }

    pub(super) fn on_prompt_action(&mut self, app: &mut Shared, action: Action) -> Transition {
        if let Some(Prompt::Delete(list)) = &mut self.prompt {
            if !list.on_list_action(app, action) {
                self.prompt = None;
            }
        } else if action == Action::Leave {
            self.prompt = None;
            return self.abort(app);
        } else {
            match self.prompt {
                Some(Prompt::Formats(_)) => self.on_formats_action(app, action),
                Some(Prompt::Save(..)) => self.on_save_action(app, action),
                Some(Prompt::Run(_)) => self.on_run_action(app, action),
                Some(Prompt::Delete(_)) | None => {}
            }
        }
        Transition::Stay
    }

    /// The screen reports what was deleted, so that the list is not needed for that.
    pub(super) fn on_secret_list_event(&mut self, app: &Shared, event: Event) {
        let Some(Prompt::Delete(list)) = &mut self.prompt else { return };
        if let Some(secret) = list.on_list_event(app, event) {
            self.deleted_older.push(secret);
            self.prompt = None;
        }
    }

    /// Sends the command that delivers the secret.
    pub(super) fn deliver(&mut self, app: &mut Shared, command: impl FnOnce(DeliveryId) -> Command) {
        let id = app.next_delivery();
        self.delivering = Some(id);
        self.revealed_until = None;
        app.send(command(id));
    }

    /// What has worked is kept, whatever is on the screen by now; what has not leaves the line to be changed.
    pub(super) fn delivery_ended(&mut self, app: &mut Shared, result: Result<Delivery, String>) {
        self.delivering = None;
        let line = self.prompt.as_mut().and_then(Prompt::line).filter(|line| line.is_running);
        match (result, line) {
            (Ok(delivery), line) => {
                if line.is_some() {
                    self.prompt = None;
                }
                self.delivered_by(app, delivery);
            }
            (Err(error), Some(line)) => line.fail(error),
            (Err(_), None) => {}
        }
    }

    /// It certainly has arrived somewhere.
    pub(super) fn delivered_by(&mut self, app: &mut Shared, delivery: Delivery) {
        // A question that was asked meanwhile said that it was not saved.
        self.leaving.take_if(|leaving| matches!(leaving.confirmation, LeaveConfirmation::Choose { .. }));
        self.delivered.push(delivery);
        app.send(Command::SettleRecord);
    }

    pub(super) fn draw_prompt(&self, app: &Shared, prompt: &Prompt, canvas: &mut Canvas) {
        match prompt {
            Prompt::Delete(list) => {
                let warning = match self.disposition(app.now) {
                    Disposition::NotDelivered => Some("The new secret is not delivered yet."),
                    Disposition::PerhapsDelivered(_) => {
                        Some("The new secret's copy is not confirmed: paste to check first.")
                    }
                    _ => None,
                };
                list.draw_list(app, warning, canvas);
            }
            Prompt::Formats(selected) => self.draw_formats(app, *selected, canvas),
            Prompt::Save(line, existing) => self.draw_save(app, line, existing.as_ref(), canvas),
            Prompt::Run(run) => run.draw(app, canvas),
        }
    }
}
