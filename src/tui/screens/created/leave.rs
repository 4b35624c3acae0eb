//! Leaving the screen. The question before leaving depends on the deliveries and on the clipboard at that moment.

use ratatui::style::Style;
use ratatui::text::Line;

use crate::domain::{DeleteError, Delivery, Disposition, Exit, ExitSummary, Format, LoginRisk};
use crate::jobs::{Deletion, Recheck};
use crate::tui::keys::{BACK_BUT_CTRL_C, HELP, Shown, yes};
use crate::tui::{Action, Binding, Canvas, Command, Event, Output, Remote, Shared, Signal, Transition};

use super::super::Notice;
use super::super::secret_list::DeletePrompt;
use super::{ClipboardCopy, CopyState, CreatedScreen};

#[derive(Clone, Debug)]
pub struct Leaving {
    pub target: Target,
    pub confirmation: LeaveConfirmation,
}

/// Where the user goes from this screen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Target {
    /// Out of the program. The secret is written to standard output if that waits for it.
    Quit,
    /// Out of the program, without writing to standard output.
    Abort,
    /// Back to the form, for another secret.
    Another,
}

/// What happens before the user leaves, so that the secret is not lost.
#[derive(Clone, Debug)]
pub enum LeaveConfirmation {
    /// The clipboard is being read: the question depends on it.
    Checking,
    /// Standard output is being written, with the terminal restored.
    Printing,
    /// The question is on the screen, and `y` leaves. The error says why deleting failed.
    Asking(LeaveQuestion, Option<DeleteError>),
    /// The question whether to delete the secret in Atlas, and then the deletion.
    Deleting(DeletePrompt),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LeaveQuestion {
    /// It was copied, and only the user knows whether that arrived.
    DidItArrive,
    /// It was on the clipboard, and only the user knows whether it was pasted.
    AlreadyPasted,
    /// No one has it.
    LeaveAnyway,
}

impl CreatedScreen {
    /// True while standard output is being written. Until that ends, it is not known whether it has the secret.
    pub(in crate::tui) fn is_being_printed(&self) -> bool {
        matches!(self.leaving, Some(Leaving { confirmation: LeaveConfirmation::Printing, .. }))
    }

    /// What to ask before leaving. `None` if the secret has certainly been delivered.
    pub(super) fn leave_question(&self) -> Option<LeaveQuestion> {
        let holds_the_secret = self.copy.holds_the_secret();
        match &self.copy {
            _ if !self.delivered.is_empty() => None,
            CopyState::Held(ClipboardCopy { is_verified: true, can_be_read, .. }) if holds_the_secret => {
                (!can_be_read).then_some(LeaveQuestion::AlreadyPasted)
            }
            CopyState::Held(_) | CopyState::Sent(..) if holds_the_secret => Some(LeaveQuestion::DidItArrive),
            _ if self.copied_before.is_some() => Some(LeaveQuestion::AlreadyPasted),
            _ => Some(LeaveQuestion::LeaveAnyway),
        }
    }

    /// Why leaving asks.
    fn reason_to_ask(&self) -> String {
        let is_lost = matches!(self.copy, CopyState::Lost(_));
        let reason = match self.copy.doubt().filter(|_| is_lost || self.copy.holds_the_secret()) {
            _ if !self.delivered.is_empty() => "The secret was delivered.",
            Some(doubt) => return doubt,
            None if self.copied_before.is_some() => {
                "You copied it before. The clipboard may no longer hold it."
            }
            None if self.is_being_delivered() => "This secret is still being delivered.",
            None => "You have not copied or saved this secret.",
        };
        reason.to_owned()
    }

    /// Leaves, or starts what must happen first. If standard output waits for the secret, it gets it when the user
    /// quits.
    pub(super) fn start_leaving(&mut self, app: &mut Shared, target: Target) -> Transition {
        self.revealed_until = None;
        let is_held = matches!(self.copy, CopyState::Held(_)) && self.copy.holds_the_secret();
        let confirmation = match (target, app.output) {
            (Target::Quit, Output::Sink(format)) => {
                app.send(Command::Print(format, self.payload(app)));
                LeaveConfirmation::Printing
            }
            _ if is_held && self.delivered.is_empty() => {
                app.send(Command::CheckClipboard);
                LeaveConfirmation::Checking
            }
            _ => return self.leave_or_ask(app, target),
        };
        self.leaving = Some(Leaving { target, confirmation });
        Transition::Stay
    }

    pub(super) fn leave_or_ask(&mut self, app: &mut Shared, target: Target) -> Transition {
        let Some(question) = self.leave_question() else { return self.leave(app, target, None) };
        self.leaving = Some(Leaving { target, confirmation: LeaveConfirmation::Asking(question, None) });
        Transition::Stay
    }

    /// Handles Ctrl-C. A script that waits for standard output must see that it got nothing.
    pub(super) fn abort(&mut self, app: &mut Shared) -> Transition {
        let output_waits = matches!(app.output, Output::Sink(_));
        self.start_leaving(app, if output_waits { Target::Abort } else { Target::Quit })
    }

    /// The keys while leaving. A secret that someone may have cannot be deleted.
    pub(super) fn leave_keys(&self, app: &Shared, leaving: &Leaving) -> Vec<Binding> {
        let quit_now = Binding::new("Ctrl-C", "quit now", Action::Leave);
        let question = match &leaving.confirmation {
            LeaveConfirmation::Asking(question, _) => question,
            LeaveConfirmation::Deleting(prompt) if prompt.is_asking() => return prompt.keys(),
            _ => return vec![quit_now],
        };
        let (leave, quit) = match leaving.target {
            Target::Quit => ("quit", quit_now),
            Target::Abort => ("quit without writing", quit_now),
            // Leaving leads only to the form: Ctrl-C asks about quitting.
            Target::Another => ("continue", Binding::new("Ctrl-C", "quit…", Action::Leave)),
        };
        vec![
            yes(leave),
            BACK_BUT_CTRL_C,
            Binding::new("c", "copy", Action::Copy).only_if(!app.flags.never_copy),
            Binding::new("d", "delete this secret", Action::Delete).only_if(self.can_delete(*question)),
            HELP,
            quit,
        ]
    }

    pub(super) fn on_leaving_action(&mut self, app: &mut Shared, action: Action) -> Transition {
        let Some(Leaving { target, confirmation }) = &mut self.leaving else { return Transition::Stay };
        match (confirmation, action) {
            (LeaveConfirmation::Printing, _) => {}
            (LeaveConfirmation::Deleting(prompt), action) if prompt.is_asking() => {
                let is_declined = !prompt.on_action(app, action);
                if is_declined {
                    self.ask_again(None);
                }
            }
            // Ctrl-C would only lead to the form: the first one asks about quitting, the second one quits.
            (_, Action::Leave) if *target == Target::Another => *target = Target::Quit,
            (_, Action::Leave) => {
                let target = *target;
                return self.leave(app, target, None);
            }
            (LeaveConfirmation::Deleting(_), _) => {}
            (_, Action::No) => self.leaving = None,
            (LeaveConfirmation::Asking(question, _), Action::Yes) => {
                let (target, has_arrived) = (*target, *question != LeaveQuestion::LeaveAnyway);
                let delivered = has_arrived.then(|| Disposition::Delivered(self.deliveries(app.now)));
                return self.leave(app, target, delivered);
            }
            (LeaveConfirmation::Asking(..), Action::Copy) => {
                self.leaving = None;
                self.copy(app, Format::Secret);
            }
            (LeaveConfirmation::Asking(question, _), Action::Delete) => {
                let question = *question;
                self.ask_to_delete(question);
            }
            _ => {}
        }
        Transition::Stay
    }

    /// False for a secret that someone may have.
    fn can_delete(&self, question: LeaveQuestion) -> bool {
        question == LeaveQuestion::LeaveAnyway && self.secret.id.is_some() && !self.is_being_delivered()
    }

    fn ask_to_delete(&mut self, question: LeaveQuestion) {
        let can_delete = self.can_delete(question);
        if let (Some(leaving), Some(id), true) = (&mut self.leaving, &self.secret.id, can_delete) {
            let account = self.new_secret.account.clone();
            let prompt = DeletePrompt::new(account, id.clone(), Recheck::No, LoginRisk::None);
            leaving.confirmation = LeaveConfirmation::Deleting(prompt);
        }
    }

    /// Shows the question again, and why deleting failed.
    fn ask_again(&mut self, error: Option<DeleteError>) {
        if let Some(leaving) = &mut self.leaving {
            leaving.confirmation = LeaveConfirmation::Asking(LeaveQuestion::LeaveAnyway, error);
        }
    }

    /// Handles an event of the deletion before leaving.
    pub(super) fn on_leaving_event(&mut self, app: &mut Shared, event: Event) -> Transition {
        let Some(Leaving { target, confirmation: LeaveConfirmation::Deleting(prompt) }) = &mut self.leaving
        else {
            return Transition::Stay;
        };
        match prompt.on_event(app.now, event) {
            Some(Deletion::Deleted) => {
                let deleted = |id| Notice::Done(format!("Deleted secret {id}."));
                app.form.notice = self.secret.id.as_ref().map(deleted);
                let target = *target;
                return self.leave(app, target, Some(Disposition::Deleted));
            }
            Some(Deletion::Failed(error)) => self.ask_again(Some(error)),
            Some(Deletion::Used(_) | Deletion::Cancelled) => self.ask_again(None),
            None => {}
        }
        Transition::Stay
    }

    /// Removes a question that no longer applies, so that a key meant for it does not answer the next one. An error
    /// stays until the user has read it.
    pub(super) fn remove_stale_question(&mut self) {
        let current = self.leave_question();
        self.leaving.take_if(|leaving| {
            matches!(leaving.confirmation, LeaveConfirmation::Asking(question, None) if Some(question) != current)
        });
    }

    /// Leaves the screen, which drops the secret. A deleted secret is also cleared from the clipboard.
    fn leave(&mut self, app: &mut Shared, target: Target, disposition: Option<Disposition>) -> Transition {
        if matches!(self.copy, CopyState::Held(_)) && disposition == Some(Disposition::Deleted) {
            app.send(Command::ClearClipboard);
        }
        self.add_summary(app, disposition.unwrap_or_else(|| self.disposition(app.now)));
        match target {
            Target::Quit => Transition::Quit(app.exit()),
            Target::Abort => Transition::Quit(match app.exit() {
                Exit::Done | Exit::NothingCreated => Exit::Signal(Signal::INTERRUPT.0),
                exit => exit,
            }),
            Target::Another => {
                app.lookups.account = Remote::NotAsked;
                Transition::form()
            }
        }
    }

    /// Adds the exit message about the secret. The record stays only if the secret is lost.
    pub(in crate::tui) fn add_summary(&self, app: &mut Shared, disposition: Disposition) {
        if !disposition.is_loss() {
            app.send(Command::RemoveRecord);
        }
        for secret in &self.deleted_older {
            app.add_deleted_summary(&self.new_secret.account.client, secret);
        }
        app.summaries.push(ExitSummary::of(&self.new_secret.account.client, &self.secret, disposition));
    }

    pub(super) fn printed(&mut self, app: &mut Shared, result: Result<(), String>) -> Transition {
        if !self.is_being_printed() {
            return Transition::Stay;
        }
        match result {
            Ok(()) => {
                self.delivered.push(Delivery::Printed);
                self.leave(app, Target::Quit, None)
            }
            Err(why) => {
                self.leaving = None;
                self.not_printed = Some(why);
                app.output = Output::Broken;
                Transition::Stay
            }
        }
    }

    pub(super) fn draw_leaving(&self, app: &Shared, leaving: &Leaving, canvas: &mut Canvas) {
        let theme = canvas.theme;
        self.draw_pasted(canvas);
        let (question, error) = match &leaving.confirmation {
            LeaveConfirmation::Printing => {
                return canvas.line(Line::styled("Writing to standard output", theme.faint));
            }
            LeaveConfirmation::Checking => {
                return canvas.line(Line::styled("Checking the clipboard", theme.faint));
            }
            LeaveConfirmation::Deleting(prompt) => {
                return prompt.draw(app, "the new secret", "It was not delivered.", canvas);
            }
            LeaveConfirmation::Asking(question, error) => (*question, error),
        };
        let (question, consequence) = match (question, leaving.target) {
            (LeaveQuestion::DidItArrive, _) => ("Did it arrive?", ""),
            (LeaveQuestion::AlreadyPasted, _) => ("Already pasted?", ""),
            (LeaveQuestion::LeaveAnyway, Target::Another) => {
                ("Continue without it?", " After you continue, it cannot be shown again.")
            }
            (LeaveQuestion::LeaveAnyway, _) => ("Quit anyway?", " After you quit, it cannot be shown again."),
        };
        canvas.warning(&(self.reason_to_ask() + consequence), Style::new());
        if let Some(error) = error {
            canvas.text(2, &error.sentence(), theme.bad);
        }
        canvas.blank();
        let keys = self.leave_keys(app, leaving).into_iter();
        let answers = keys
            .filter(|key| key.shown != Shown::Nowhere && !matches!(key.action, Action::Help | Action::Leave));
        let answers: Vec<_> = answers.map(|key| key.hint().replace(' ', "\u{a0}")).collect();
        canvas.ask_with(question, &answers.join("   "));
    }
}
