//! Leaving the secret: what is asked depends on what is true at that moment.

use ratatui::style::Style;
use ratatui::text::{Line, Span};

use crate::domain::{DeleteError, Delivery, Disposition, Exit, Format, Now};
use crate::jobs::{Deletion, Recheck};
use crate::tui::Signal;
use crate::tui::app::{Output, Shared, Transition};
use crate::tui::canvas::Canvas;
use crate::tui::event::Command;
use crate::tui::keys::{Action, BACK_BUT_CTRL_C, Binding, CHOICE_NEXT, CHOICE_PREVIOUS, CHOOSE, HELP, yes};

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
    /// It was copied, and only the user knows whether it arrived: `y` leaves, `c` copies again.
    Confirm,
    /// It was not delivered: three ways on, the harmless one first.
    Choose {
        /// What Enter does.
        choice: Action,
        /// Why deleting did not work.
        error: Option<DeleteError>,
    },
    /// The secret is being deleted in Atlas since then.
    Deleting(Now),
}

/// Out of the program, whatever was asked.
const QUIT_NOW: Binding = Binding::new("Ctrl-C", "quit now", Action::Leave);

/// The question was about another secret: asks about quitting.
const QUIT: Binding = Binding::new("Ctrl-C", "quit…", Action::Leave);

/// Did the copy arrive? `leave` says where `y` leads.
const fn confirm_keys(leave: &'static str, quit: Binding) -> [Binding; 5] {
    [yes(leave), BACK_BUT_CTRL_C, Binding::new("c", "copy again", Action::Copy), HELP, quit]
}

/// The ways on for a secret that was not delivered. `leave` says what it is to leave anyway.
const fn choice_keys(leave: &'static str, quit: Binding) -> [Binding; 10] {
    [
        CHOOSE,
        CHOICE_NEXT,
        CHOICE_PREVIOUS,
        Binding::new("Esc, n, g", "go back", Action::No),
        Binding::new("c", "copy", Action::Copy),
        Binding::new("w", "write", Action::Write),
        Binding::new("d", "delete", Action::Delete),
        Binding::new("l", leave, Action::LeaveAnyway),
        HELP,
        quit,
    ]
}

const CONFIRM_QUIT: &[Binding] = &confirm_keys("quit", QUIT_NOW);
const CONFIRM_ANOTHER: &[Binding] = &confirm_keys("new secret", QUIT);
const CHOOSE_QUIT: &[Binding] = &choice_keys("quit", QUIT_NOW);
const CHOOSE_ANOTHER: &[Binding] = &choice_keys("continue", QUIT);

/// The clipboard is being read, or the secret deleted.
const BUSY: &[Binding] = &[QUIT_NOW];

const DID_IT_ARRIVE: &str = "Did it arrive?";
const ALREADY_PASTED: &str = "Already pasted?";

impl Leaving {
    pub(super) fn keys(&self) -> &'static [Binding] {
        match (&self.confirmation, self.target) {
            (LeaveConfirmation::Confirm, Target::Another) => CONFIRM_ANOTHER,
            (LeaveConfirmation::Confirm, _) => CONFIRM_QUIT,
            (LeaveConfirmation::Choose { .. }, Target::Another) => CHOOSE_ANOTHER,
            (LeaveConfirmation::Choose { .. }, _) => CHOOSE_QUIT,
            _ => BUSY,
        }
    }
}

impl LeaveConfirmation {
    fn choose(error: Option<DeleteError>) -> Self {
        Self::Choose { choice: Action::No, error }
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

    /// What is known of the delivery if the secret is left now, and the question that only the user can answer; without
    /// one the secret would be lost. `None` when it is certainly delivered.
    fn doubt(&self) -> Option<(String, Option<&'static str>)> {
        if !self.delivered.is_empty() {
            return None;
        }
        let was_copied = self.copied_before.is_some();
        let (known, question) = match &self.copy {
            CopyState::PastedBack(_) => return None,
            CopyState::Held(copy) if copy.format.holds_the_secret() => {
                match (copy.is_verified, copy.can_be_read) {
                    (true, true) => return None,
                    (true, false) => ("The clipboard could not be read again.", Some(ALREADY_PASTED)),
                    (false, _) => (
                        "Sent to the clipboard, but it could not be read back. Paste to check.",
                        Some(DID_IT_ARRIVE),
                    ),
                }
            }
            CopyState::Sent(route, format) if format.holds_the_secret() => {
                let route = route.name();
                let known =
                    format!("Sent to your terminal ({route}), which does not confirm it. Paste to check.");
                return Some((known, Some(DID_IT_ARRIVE)));
            }
            CopyState::Lost(content) if was_copied => {
                return Some((lost_message(*content), Some(ALREADY_PASTED)));
            }
            copy if was_copied && copy.format() == Some(Format::ClientId) => (
                "Your last copy was the client ID; the secret is no longer on the clipboard.",
                Some(ALREADY_PASTED),
            ),
            CopyState::Copying(_) | CopyState::Failed(_) if was_copied => {
                ("You copied it before. The clipboard may no longer hold it.", Some(ALREADY_PASTED))
            }
            _ if self.is_on_its_way() => ("This secret is still being delivered.", None),
            CopyState::Lost(_) => ("The clipboard no longer holds this secret.", None),
            _ => ("You have not copied or saved this secret.", None),
        };
        Some((known.to_owned(), question))
    }

    /// What is asked before leaving, as far as is known before the clipboard is read again.
    fn question(&self) -> Option<LeaveConfirmation> {
        let (_, question) = self.doubt()?;
        Some(question.map_or_else(|| LeaveConfirmation::choose(None), |_| LeaveConfirmation::Confirm))
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
            _ => match self.question() {
                Some(question) => question,
                None => return self.leave(app, target, None),
            },
        };
        self.leaving = Some(Leaving { target, confirmation });
        Transition::Stay
    }

    /// Ctrl-C. A script that waits for standard output must see that it got nothing.
    pub(super) fn abort(&mut self, app: &mut Shared) -> Transition {
        let waits = matches!(app.output, Output::Sink(_));
        self.want_to_leave(app, if waits { Target::Abort } else { Target::Quit })
    }

    /// The ways on for a secret that was not delivered. Only who aborts keeps it from an output that waits for it.
    fn choices(&self, target: Target) -> Vec<(Action, &'static str)> {
        let delete = if self.can_be_deleted() { " delete it in Atlas " } else { " delete it (ID unknown) " };
        let leave = if target == Target::Another { " continue without it " } else { " quit anyway " };
        let mut choices =
            vec![(Action::No, " go back "), (Action::Delete, delete), (Action::LeaveAnyway, leave)];
        if target == Target::Abort {
            choices.insert(1, (Action::Write, " write it and quit "));
        }
        choices
    }

    /// False for what Enter or a letter would not do.
    pub(super) fn leaving_works(&self, leaving: &Leaving, action: Action) -> bool {
        match (action, &leaving.confirmation) {
            (Action::Write, _) => leaving.target == Target::Abort,
            (Action::Delete, _)
            | (Action::Choose, LeaveConfirmation::Choose { choice: Action::Delete, .. }) => {
                self.can_be_deleted()
            }
            _ => true,
        }
    }

    pub(super) fn on_leaving_action(&mut self, app: &mut Shared, action: Action) -> Transition {
        let Some(leaving) = self.leaving.as_ref().filter(|leaving| self.leaving_works(leaving, action))
        else {
            return Transition::Stay;
        };
        let target = leaving.target;
        match (&leaving.confirmation, action) {
            (LeaveConfirmation::Printing, _) => {}
            // The first Ctrl-C would only lead to the form: it asks again, the second gets out.
            (_, Action::Leave) if target == Target::Another => {
                self.leaving = Some(Leaving { target: Target::Quit, ..leaving.clone() });
            }
            (_, Action::Leave) | (LeaveConfirmation::Choose { .. }, Action::LeaveAnyway) => {
                return self.leave(app, target, None);
            }
            (LeaveConfirmation::Deleting(_), _) => {}
            (_, Action::No) => self.leaving = None,
            (LeaveConfirmation::Confirm, Action::Yes) => {
                let delivered = Disposition::Delivered(self.deliveries(app.now));
                return self.leave(app, target, Some(delivered));
            }
            (LeaveConfirmation::Confirm | LeaveConfirmation::Choose { .. }, Action::Copy) => {
                self.leaving = None;
                self.copy(app, Format::Secret);
            }
            (LeaveConfirmation::Choose { choice, error }, Action::NextChoice | Action::PreviousChoice) => {
                let mut choices: Vec<Action> =
                    self.choices(target).into_iter().map(|(choice, _)| choice).collect();
                choices.retain(|choice| self.leaving_works(leaving, *choice));
                let at = choices.iter().position(|other| other == choice).unwrap_or(0);
                let by = if action == Action::NextChoice { 1 } else { choices.len() - 1 };
                let (choice, error) = (choices[(at + by) % choices.len()], error.clone());
                self.leaving =
                    Some(Leaving { target, confirmation: LeaveConfirmation::Choose { choice, error } });
            }
            (LeaveConfirmation::Choose { choice, .. }, Action::Choose) => {
                return self.on_leaving_action(app, *choice);
            }
            (LeaveConfirmation::Choose { .. }, Action::Write) => {
                return self.want_to_leave(app, Target::Quit);
            }
            (LeaveConfirmation::Choose { .. }, Action::Delete) => {
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
        leaving.confirmation = LeaveConfirmation::choose(error);
        Transition::Stay
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
        app.summaries.push(self.summary(disposition));
    }

    /// The clipboard was read: a copy that is there lets the user leave, any other one is a question.
    pub(super) fn leave_after_check(&mut self, app: &mut Shared) -> Transition {
        let question = self.question();
        let Some(Leaving { confirmation, target }) = &mut self.leaving else { return Transition::Stay };
        match (&confirmation, question) {
            (LeaveConfirmation::Checking, None) => {
                let target = *target;
                return self.leave(app, target, None);
            }
            (LeaveConfirmation::Checking | LeaveConfirmation::Confirm, Some(question)) => {
                *confirmation = question;
            }
            _ => {}
        }
        Transition::Stay
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
        let (known, question) = self.doubt().unwrap_or(("The clipboard holds it.".to_owned(), None));
        let is_only = !self.deleted_older.is_empty() && self.has_older_secret() == Some(false);
        let only = if is_only { " It is the account's only secret now." } else { "" };
        match &leaving.confirmation {
            LeaveConfirmation::Printing => {
                canvas.line(Line::styled("Writing to standard output", theme.faint));
            }
            LeaveConfirmation::Checking => canvas.line(Line::styled("Checking the clipboard", theme.faint)),
            LeaveConfirmation::Deleting(since) => {
                canvas.running(app.now, *since, "Deleting the secret in Atlas");
            }
            LeaveConfirmation::Confirm => {
                canvas.warning(&format!("{known}{only}"), Style::new());
                canvas.blank();
                let hints: Vec<String> = leaving.keys()[..3].iter().map(Binding::hint).collect();
                let question = question.unwrap_or(ALREADY_PASTED);
                canvas.ask_with(question, &hints.join("   "));
            }
            LeaveConfirmation::Choose { choice, error } => {
                let leave = if leaving.target == Target::Another { "continue" } else { "quit" };
                let text = format!("{known} After you {leave}, it cannot be shown again.{only}");
                canvas.warning(&text, theme.strong);
                if let Some(error) = error {
                    canvas.words(2, &error.sentence(), theme.bad);
                }
                self.draw_choices(*choice, leaving, canvas);
            }
        }
    }

    /// Side by side, or where that is too wide below each other.
    fn draw_choices(&self, chosen: Action, leaving: &Leaving, canvas: &mut Canvas) {
        let theme = canvas.theme;
        let choice_line = |(choice, label): (Action, &'static str)| {
            let (open, close, style) = match choice {
                _ if choice == chosen => ("[", "]", theme.selected),
                Action::Delete if !self.can_be_deleted() => (" ", " ", theme.faint),
                _ => (" ", " ", Style::new()),
            };
            Line::from(vec![Span::raw(format!("  {open}")), Span::styled(label, style), Span::raw(close)])
        };
        let choices: Vec<Line> = self.choices(leaving.target).into_iter().map(choice_line).collect();
        let in_one: Line = choices.iter().flat_map(|choice| choice.spans.clone()).collect();
        if in_one.width() <= usize::from(canvas.width()) {
            return canvas.line(in_one);
        }
        for choice in choices {
            canvas.line(choice);
        }
    }
}
