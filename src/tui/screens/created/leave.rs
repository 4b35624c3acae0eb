//! Leaving the secret: what is asked depends on what is true at that moment.

use ratatui::style::Style;
use ratatui::text::Line;

use crate::domain::{DeleteError, Delivery, Disposition, Exit, ExitSummary, Format, Now};
use crate::jobs::{Deletion, Recheck};
use crate::tui::Signal;
use crate::tui::app::{Output, Shared, Transition};
use crate::tui::canvas::Canvas;
use crate::tui::event::Command;
use crate::tui::keys::{Action, BACK_BUT_CTRL_C, Binding, HELP, yes};

use super::copy::lost_message;
use super::{CopyState, CreatedScreen};

/// The user wants to leave the screen.
#[derive(Clone, Debug)]
pub struct Leaving {
    /// Where to.
    pub target: Target,
    /// What stands between the secret and its loss.
    pub confirmation: LeaveConfirmation,
}

/// Where the user wants to go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Target {
    /// Out of the program; where standard output waits, it gets the secret.
    Quit,
    /// Out of the program, and standard output gets nothing.
    Abort,
    /// Back to the form, for another secret.
    Another,
}

/// What stands between the secret and its loss.
#[derive(Clone, Debug)]
pub enum LeaveConfirmation {
    /// The clipboard is read first; what is asked depends on it.
    Checking,
    /// Standard output is being written; the screen is given back meanwhile.
    Printing,
    /// `y` leaves; the error is why deleting did not work.
    Asking(LeaveQuestion, Option<DeleteError>),
    /// The secret is being deleted in Atlas since then.
    Deleting(Now),
}

/// What is asked before leaving.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LeaveQuestion {
    /// It was copied, and only the user knows whether that arrived.
    DidItArrive,
    /// It was on the clipboard, and only the user knows whether it was pasted.
    AlreadyPasted,
    /// No one has it.
    LeaveAnyway,
}

/// `leave` says where `y` leads.
const fn keys(leave: &'static str, quit: Binding) -> [Binding; 7] {
    [
        yes(leave),
        BACK_BUT_CTRL_C,
        Binding::new("c", "copy", Action::Copy),
        Binding::new("w", "write", Action::Write),
        Binding::new("d", "delete", Action::Delete),
        HELP,
        quit,
    ]
}

/// Out of the program, whatever was asked.
const QUIT_NOW: Binding = Binding::new("Ctrl-C", "quit now", Action::Leave);

const QUIT: &[Binding] = &keys("quit", QUIT_NOW);
const ABORT: &[Binding] = &keys("quit without writing", QUIT_NOW);
/// Ctrl-C would only lead to the form: it asks about quitting.
const ANOTHER: &[Binding] = &keys("new secret", Binding::new("Ctrl-C", "quit…", Action::Leave));

/// The clipboard is being read, or the secret deleted.
const BUSY: &[Binding] = &[QUIT_NOW];

impl Leaving {
    pub(super) fn keys(&self) -> &'static [Binding] {
        match (&self.confirmation, self.target) {
            (LeaveConfirmation::Asking(..), Target::Another) => ANOTHER,
            (LeaveConfirmation::Asking(..), Target::Abort) => ABORT,
            (LeaveConfirmation::Asking(..), Target::Quit) => QUIT,
            _ => BUSY,
        }
    }
}

impl CreatedScreen {
    fn confirmation(&self) -> Option<&LeaveConfirmation> {
        self.leaving.as_ref().map(|leaving| &leaving.confirmation)
    }

    /// True while standard output is being written: whether it has the secret is known in a moment.
    pub(in crate::tui) fn is_being_printed(&self) -> bool {
        matches!(self.confirmation(), Some(LeaveConfirmation::Printing))
    }

    pub(super) fn is_deleting(&self) -> bool {
        matches!(self.confirmation(), Some(LeaveConfirmation::Deleting(_)))
    }

    /// What is known of the delivery if the secret is left now, and what is asked then. `None` when it is certainly
    /// delivered.
    fn doubt(&self) -> Option<(String, LeaveQuestion)> {
        use LeaveQuestion::{AlreadyPasted, DidItArrive, LeaveAnyway};
        if !self.delivered.is_empty() {
            return None;
        }
        let was_copied = self.copied_before.is_some();
        let (known, question) = match &self.copy {
            CopyState::PastedBack(_) => return None,
            CopyState::Held(copy) if copy.format.holds_the_secret() => {
                match (copy.is_verified, copy.can_be_read) {
                    (true, true) => return None,
                    (true, false) => ("The clipboard could not be read again.", AlreadyPasted),
                    (false, _) => {
                        ("Sent to the clipboard, but it could not be read back. Paste to check.", DidItArrive)
                    }
                }
            }
            CopyState::Sent(route, format) if format.holds_the_secret() => {
                let route = route.name();
                let known =
                    format!("Sent to your terminal ({route}), which does not confirm it. Paste to check.");
                return Some((known, DidItArrive));
            }
            CopyState::Lost(content) if was_copied => return Some((lost_message(*content), AlreadyPasted)),
            copy if was_copied && copy.format() == Some(Format::ClientId) => {
                ("Your last copy was the client ID; the secret is no longer on the clipboard.", AlreadyPasted)
            }
            CopyState::Copying(_) | CopyState::Failed(_) if was_copied => {
                ("You copied it before. The clipboard may no longer hold it.", AlreadyPasted)
            }
            _ if self.is_on_its_way() => ("This secret is still being delivered.", LeaveAnyway),
            CopyState::Lost(_) => ("The clipboard no longer holds this secret.", LeaveAnyway),
            _ => ("You have not copied or saved this secret.", LeaveAnyway),
        };
        Some((known.to_owned(), question))
    }

    /// True when leaving will ask.
    pub(super) fn asks_to_leave(&self) -> bool {
        self.doubt().is_some()
    }

    /// A program that waits for standard output gets the secret now.
    pub(super) fn want_to_leave(&mut self, app: &mut Shared, target: Target) -> Transition {
        self.revealed_until = None;
        let is_held = matches!(&self.copy, CopyState::Held(copy) if copy.format.holds_the_secret());
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
        let Some((_, question)) = self.doubt() else { return self.leave(app, target, None) };
        self.leaving = Some(Leaving { target, confirmation: LeaveConfirmation::Asking(question, None) });
        Transition::Stay
    }

    /// Ctrl-C. A script that waits for standard output must see that it got nothing.
    pub(super) fn abort(&mut self, app: &mut Shared) -> Transition {
        let waits = matches!(app.output, Output::Sink(_));
        self.want_to_leave(app, if waits { Target::Abort } else { Target::Quit })
    }

    /// Only who aborts keeps the secret from an output that waits for it. What someone may have is not deleted.
    pub(super) fn leaving_works(&self, leaving: &Leaving, action: Action) -> bool {
        match (action, &leaving.confirmation) {
            (Action::Write, _) => leaving.target == Target::Abort,
            (Action::Delete, LeaveConfirmation::Asking(LeaveQuestion::LeaveAnyway, _)) => {
                self.secret.id.is_some()
            }
            (Action::Delete, _) => false,
            _ => true,
        }
    }

    pub(super) fn on_leaving_action(&mut self, app: &mut Shared, action: Action) -> Transition {
        let Some(leaving) = self.leaving.clone().filter(|leaving| self.leaving_works(leaving, action)) else {
            return Transition::Stay;
        };
        let target = leaving.target;
        match (leaving.confirmation, action) {
            (LeaveConfirmation::Printing, _) => {}
            // The first Ctrl-C would only lead to the form: it asks again, the second gets out.
            (confirmation, Action::Leave) if target == Target::Another => {
                self.leaving = Some(Leaving { target: Target::Quit, confirmation });
            }
            (_, Action::Leave) => return self.leave(app, target, None),
            (LeaveConfirmation::Deleting(_), _) => {}
            (_, Action::No) => self.leaving = None,
            (LeaveConfirmation::Asking(question, _), Action::Yes) => {
                let has_arrived = question != LeaveQuestion::LeaveAnyway;
                let delivered = has_arrived.then(|| Disposition::Delivered(self.deliveries(app.now)));
                return self.leave(app, target, delivered);
            }
            (LeaveConfirmation::Asking(..), Action::Copy) => {
                self.leaving = None;
                self.copy(app, Format::Secret);
            }
            (LeaveConfirmation::Asking(..), Action::Write) => return self.want_to_leave(app, Target::Quit),
            (LeaveConfirmation::Asking(..), Action::Delete) => {
                if let Some(id) = self.secret.id.clone() {
                    app.send(Command::Delete(self.new_secret.account(), id, Recheck::No));
                    let confirmation = LeaveConfirmation::Deleting(app.now);
                    self.leaving = Some(Leaving { target, confirmation });
                }
            }
            _ => {}
        }
        Transition::Stay
    }

    pub(super) fn deleted(&mut self, app: &mut Shared, deletion: Deletion) -> Transition {
        let Some(leaving) = &mut self.leaving else { return Transition::Stay };
        let error = match deletion {
            Deletion::Deleted => {
                let target = leaving.target;
                return self.leave(app, target, Some(Disposition::Deleted));
            }
            Deletion::Failed(error) => Some(error),
            Deletion::Used(_) | Deletion::Cancelled => None,
        };
        leaving.confirmation = LeaveConfirmation::Asking(LeaveQuestion::LeaveAnyway, error);
        Transition::Stay
    }

    /// Takes away a question that would be another one by now, or none: a key that is on its way was meant for it.
    /// An error stays until it was read.
    pub(super) fn drop_old_question(&mut self) {
        let now = self.doubt().map(|(_, question)| question);
        self.leaving.take_if(|leaving| {
            matches!(leaving.confirmation, LeaveConfirmation::Asking(question, None) if Some(question) != now)
        });
    }

    /// Leaves the screen, which drops the secret. A deleted one has no business on a clipboard any more.
    fn leave(&mut self, app: &mut Shared, target: Target, disposition: Option<Disposition>) -> Transition {
        if matches!(self.copy, CopyState::Held(_)) && disposition == Some(Disposition::Deleted) {
            app.send(Command::ClearClipboard);
        }
        self.sum_up(app, disposition.unwrap_or_else(|| self.disposition(app.now)));
        match target {
            Target::Quit => Transition::Quit(app.exit()),
            Target::Abort => Transition::Quit(match app.exit() {
                Exit::Done | Exit::NothingCreated => Exit::Signal(Signal::INTERRUPT.0),
                exit => exit,
            }),
            Target::Another => Transition::form(),
        }
    }

    /// Says on the way out what became of the secret. Only of one that is lost the record stays.
    pub(in crate::tui) fn sum_up(&self, app: &mut Shared, disposition: Disposition) {
        if !disposition.is_loss() {
            app.send(Command::SettleRecord);
        }
        app.summaries.push(ExitSummary::of(&self.new_secret.client, &self.secret, disposition));
    }

    /// Where to, if the clipboard was read to know what to ask.
    pub(super) fn leaving_after_check(&self) -> Option<Target> {
        let is_checking = |leaving: &&Leaving| matches!(leaving.confirmation, LeaveConfirmation::Checking);
        self.leaving.as_ref().filter(is_checking).map(|leaving| leaving.target)
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
            LeaveConfirmation::Deleting(since) => {
                return canvas.running(app.now, *since, "Deleting the secret in Atlas");
            }
            LeaveConfirmation::Asking(question, error) => (*question, error),
        };
        let is_to_another = leaving.target == Target::Another;
        let mut text =
            self.doubt().map_or_else(|| "The secret was delivered.".to_owned(), |(known, _)| known);
        let question = match question {
            LeaveQuestion::DidItArrive => "Did it arrive?",
            LeaveQuestion::AlreadyPasted => "Already pasted?",
            LeaveQuestion::LeaveAnyway if is_to_another => {
                text += " After you continue, it cannot be shown again.";
                "Continue without it?"
            }
            LeaveQuestion::LeaveAnyway => {
                text += " After you quit, it cannot be shown again.";
                "Quit anyway?"
            }
        };
        if !self.deleted_older.is_empty() && self.has_older_secret() == Some(false) {
            text += " It is the account's only secret now.";
        }
        canvas.warning(&text, Style::new());
        if let Some(error) = error {
            canvas.text(2, &error.sentence(), theme.bad);
        }
        canvas.blank();
        let answers = leaving.keys().iter().filter(|key| {
            !matches!(key.action, Action::Help | Action::Leave) && self.leaving_works(leaving, key.action)
        });
        canvas.ask_with(question, &answers.map(Binding::hint).collect::<Vec<_>>().join("   "));
    }
}
