//! Leaving the secret: what is asked depends on what is true at that moment.

use ratatui::style::Style;
use ratatui::text::{Line, Span};

use crate::domain::{Delivery, Disposition, Exit, Format, Now};
use crate::jobs::{DeleteError, Deletion, Recheck};
use crate::tui::app::{Output, Shared, Transition};
use crate::tui::canvas::Canvas;
use crate::tui::event::{Command, Signal};
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
        problem: Option<DeleteError>,
    },
    /// The secret is being deleted in Atlas since then.
    Deleting(Now),
}

/// The choices when it was not delivered.
const CHOICES: [Action; 4] = [Action::No, Action::Write, Action::Delete, Action::LeaveAnyway];

/// Out of the program, whatever was asked.
const LEAVE_AT_ONCE: Binding = Binding::new("Ctrl-C", "quit now", Action::Leave);

/// Did the copy arrive? `leave` says where `y` leads.
const fn confirm_keys(leave: &'static str) -> [Binding; 5] {
    [
        yes(leave),
        BACK_BUT_CTRL_C,
        Binding::new("c", "copy again", Action::Copy),
        LEAVE_AT_ONCE.only_in_help(),
        HELP,
    ]
}

/// The ways on for a secret that was not delivered. `leave` says what it is to leave anyway.
const fn choice_keys(leave: &'static str) -> [Binding; 9] {
    [
        CHOOSE,
        CHOICE_NEXT,
        CHOICE_PREVIOUS,
        Binding::new("Esc, g", "go back", Action::No),
        Binding::new("w", "write", Action::Write),
        Binding::new("d", "delete", Action::Delete),
        Binding::new("l", leave, Action::LeaveAnyway),
        LEAVE_AT_ONCE.only_in_help(),
        HELP,
    ]
}

const CONFIRM_QUIT: &[Binding] = &confirm_keys("quit");
const CONFIRM_ANOTHER: &[Binding] = &confirm_keys("new secret");
const CHOOSE_QUIT: &[Binding] = &choice_keys("quit");
const CHOOSE_ANOTHER: &[Binding] = &choice_keys("continue");

/// The clipboard is being read, or the secret deleted.
const BUSY: &[Binding] = &[LEAVE_AT_ONCE];

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

    /// False for what Enter or a letter would not do. Only who aborts keeps the secret from an output that waits for it.
    pub(super) fn works(&self, action: Action, can_be_deleted: bool) -> bool {
        match (action, &self.confirmation) {
            (Action::Write, _) => self.target == Target::Abort,
            (Action::Delete, _)
            | (Action::Choose, LeaveConfirmation::Choose { choice: Action::Delete, .. }) => can_be_deleted,
            _ => true,
        }
    }
}

impl LeaveConfirmation {
    fn choose(problem: Option<DeleteError>) -> Self {
        Self::Choose { choice: Action::No, problem }
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

    /// What is asked before leaving, as far as is known: `None` when leaving loses nothing. A secret that was delivered
    /// needs no question, but what the clipboard holds has to be read again first.
    fn question(&self, now: Now, is_checked: bool) -> Option<LeaveConfirmation> {
        if !self.delivered.is_empty() {
            return None;
        }
        match (&self.copy, self.copy.delivery(now)) {
            (CopyState::Held(_), Some(_)) if !is_checked => Some(LeaveConfirmation::Checking),
            (CopyState::Held(copy), Some(Delivery::Copied { .. })) if copy.can_be_read => None,
            (CopyState::PastedBack(..), _) => None,
            (_, Some(_)) => Some(LeaveConfirmation::Confirm),
            _ if self.was_copied => Some(LeaveConfirmation::Confirm),
            _ => Some(LeaveConfirmation::choose(None)),
        }
    }

    /// True when leaving will ask, as far as is known before the clipboard is read again.
    pub(super) fn asks_to_leave(&self, now: Now) -> bool {
        self.question(now, true).is_some()
    }

    /// A program that waits for standard output gets the secret now.
    pub(super) fn want_to_leave(&mut self, app: &mut Shared, target: Target) -> Transition {
        self.revealed_until = None;
        let confirmation = match (target, app.output) {
            (Target::Quit, Output::Sink(format)) => {
                app.send(Command::Print(format, self.payload(app)));
                LeaveConfirmation::Printing
            }
            _ => match self.question(app.now, false) {
                Some(confirmation) => confirmation,
                None => return self.leave(app, target, None),
            },
        };
        if matches!(confirmation, LeaveConfirmation::Checking) {
            app.send(Command::CheckClipboard);
        }
        self.leaving = Some(Leaving { target, confirmation });
        Transition::Stay
    }

    /// Ctrl-C. A script that waits for standard output must see that it got nothing.
    pub(super) fn abort(&mut self, app: &mut Shared) -> Transition {
        let waits = matches!(app.output, Output::Sink(_));
        self.want_to_leave(app, if waits { Target::Abort } else { Target::Quit })
    }

    pub(super) fn on_leaving_action(&mut self, app: &mut Shared, action: Action) -> Transition {
        let can_be_deleted = self.can_be_deleted();
        let Some(leaving) = &mut self.leaving else { return Transition::Stay };
        let target = leaving.target;
        if !leaving.works(action, can_be_deleted) {
            return Transition::Stay;
        }
        let choices: Vec<Action> =
            CHOICES.into_iter().filter(|choice| leaving.works(*choice, can_be_deleted)).collect();
        match (&mut leaving.confirmation, action) {
            (LeaveConfirmation::Printing, _) => {}
            // The first Ctrl-C would only lead to the form: it asks again, the second gets out.
            (_, Action::Leave) if target == Target::Another => leaving.target = Target::Quit,
            (_, Action::Leave) | (LeaveConfirmation::Choose { .. }, Action::LeaveAnyway) => {
                return self.leave(app, target, None);
            }
            (LeaveConfirmation::Deleting(_), _) => {}
            (_, Action::No) => self.leaving = None,
            (LeaveConfirmation::Confirm, Action::Yes) => {
                let delivered = Disposition::Delivered(self.deliveries(app.now));
                return self.leave(app, target, Some(delivered));
            }
            (LeaveConfirmation::Confirm, Action::Copy) => {
                self.leaving = None;
                self.copy(app, Format::Secret);
            }
            (LeaveConfirmation::Choose { choice, .. }, Action::NextChoice | Action::PreviousChoice) => {
                let at = choices.iter().position(|other| other == choice).unwrap_or(0);
                let by = if action == Action::NextChoice { 1 } else { choices.len() - 1 };
                *choice = choices[(at + by) % choices.len()];
            }
            (LeaveConfirmation::Choose { choice, .. }, Action::Choose) => {
                let choice = *choice;
                return self.on_leaving_action(app, choice);
            }
            (LeaveConfirmation::Choose { .. }, Action::Delete) => self.delete(app),
            (LeaveConfirmation::Choose { .. }, Action::Write) => {
                return self.want_to_leave(app, Target::Quit);
            }
            _ => {}
        }
        Transition::Stay
    }

    fn delete(&mut self, app: &mut Shared) {
        if let (Some(id), Some(leaving)) = (self.secret.id.clone(), &mut self.leaving) {
            leaving.confirmation = LeaveConfirmation::Deleting(app.now);
            app.send(Command::Delete(self.new_secret.account(), id, Recheck::No));
        }
    }

    pub(super) fn deleted(&mut self, app: &mut Shared, deletion: Deletion) -> Transition {
        let Some(leaving) = &mut self.leaving else { return Transition::Stay };
        let problem = match deletion {
            Deletion::Deleted => {
                let target = leaving.target;
                return self.leave(app, target, Some(Disposition::Deleted));
            }
            Deletion::Failed(problem) => Some(problem),
            Deletion::Used(_) | Deletion::Cancelled => None,
        };
        leaving.confirmation = LeaveConfirmation::choose(problem);
        Transition::Stay
    }

    /// Leaves the screen, which drops the secret. A deleted one has no business on a clipboard any more.
    fn leave(&mut self, app: &mut Shared, target: Target, disposition: Option<Disposition>) -> Transition {
        if matches!(self.copy, CopyState::Held(_)) && disposition == Some(Disposition::Deleted) {
            app.send(Command::ClearClipboard);
        }
        let disposition = disposition.unwrap_or_else(|| self.disposition(app.now));
        if !disposition.is_loss() {
            app.send(Command::SettleRecord);
        }
        app.summaries.push(self.summary(disposition));
        match target {
            Target::Quit => Transition::Quit(app.exit()),
            Target::Abort => Transition::Quit(match app.exit() {
                Exit::Done | Exit::NothingCreated => Exit::Signal(Signal::INTERRUPT.0),
                exit => exit,
            }),
            Target::Another => Transition::form(),
        }
    }

    /// The clipboard was read: a copy that is there lets the user leave, any other one is a question.
    pub(super) fn leave_after_check(&mut self, app: &mut Shared) -> Transition {
        let question = self.question(app.now, true);
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
        match &leaving.confirmation {
            LeaveConfirmation::Printing => {
                canvas.line(Line::styled("Writing to standard output", theme.faint));
            }
            LeaveConfirmation::Checking => canvas.line(Line::styled("Checking the clipboard", theme.faint)),
            LeaveConfirmation::Deleting(since) => {
                canvas.running(app.now, *since, "Deleting the secret in Atlas");
            }
            LeaveConfirmation::Confirm => {
                let (what, question) = self.confirm_question();
                canvas.warning(&format!("{what}{}", self.only_secret()), Style::new());
                canvas.blank();
                let hints: Vec<String> = leaving.keys()[..3].iter().map(Binding::hint).collect();
                canvas.words(0, &format!("{question}   {}", hints.join("   ")), theme.strong);
            }
            LeaveConfirmation::Choose { choice, problem } => {
                let what = match &self.copy {
                    _ if self.is_on_its_way() => "This secret is still being delivered.",
                    CopyState::Lost(_) => "The clipboard no longer holds this secret.",
                    _ => "You have not copied or saved this secret.",
                };
                let leave = if leaving.target == Target::Another { "continue" } else { "quit" };
                let only = self.only_secret();
                let text = format!("{what} After you {leave}, it cannot be shown again.{only}");
                canvas.warning(&text, theme.strong);
                if let Some(problem) = problem {
                    canvas.words(2, &problem.sentence(), theme.bad);
                }
                self.draw_choices(*choice, leaving, canvas);
            }
        }
    }

    /// What it means to leave without the secret when the older ones were deleted here.
    fn only_secret(&self) -> &'static str {
        let is_only = !self.deleted_older.is_empty() && self.has_no_older_secret();
        if is_only { " It is the account's only secret now." } else { "" }
    }

    /// Why only the user knows whether the copy has arrived, and the question.
    fn confirm_question(&self) -> (String, &'static str) {
        let (arrived, pasted) = ("Did it arrive?", "Already pasted?");
        match &self.copy {
            CopyState::Sent(route, format) if format.holds_the_secret() => {
                let name = route.name();
                let text =
                    format!("Sent to your terminal ({name}), which does not confirm it. Paste to check.");
                (text, arrived)
            }
            CopyState::Held(copy) if copy.format.holds_the_secret() => {
                if !copy.is_verified {
                    let text = "Sent to the clipboard, but it could not be read back. Paste to check.";
                    return (text.to_owned(), arrived);
                }
                let text = if copy.can_be_read {
                    "The clipboard holds it."
                } else {
                    "The clipboard could not be read again."
                };
                (text.to_owned(), pasted)
            }
            CopyState::Lost(content) => (lost_message(*content), pasted),
            CopyState::Copying(_) | CopyState::Failed(_) => {
                ("You copied it before. The clipboard may no longer hold it.".to_owned(), pasted)
            }
            _ => ("The clipboard no longer holds it.".to_owned(), pasted),
        }
    }

    /// Side by side, or where that is too wide below each other.
    fn draw_choices(&self, chosen: Action, leaving: &Leaving, canvas: &mut Canvas) {
        let theme = canvas.theme;
        let choice_line = |choice: &Action| {
            let can_be_taken = *choice != Action::Delete || self.can_be_deleted();
            let label = match choice {
                Action::Write => " write it and quit ",
                Action::Delete if can_be_taken => " delete it in Atlas ",
                Action::Delete => " delete it (ID unknown) ",
                Action::LeaveAnyway if leaving.target == Target::Another => " continue without it ",
                Action::LeaveAnyway => " quit anyway ",
                _ => " go back ",
            };
            let (open, close, style) = match (*choice == chosen, can_be_taken) {
                (true, _) => ("[", "]", theme.selected),
                (false, true) => (" ", " ", Style::new()),
                (false, false) => (" ", " ", theme.faint),
            };
            Line::from(vec![Span::raw(format!("  {open}")), Span::styled(label, style), Span::raw(close)])
        };
        let shown = CHOICES.iter().filter(|choice| leaving.works(**choice, true));
        let choices: Vec<Line> = shown.map(choice_line).collect();
        let in_one: Line = choices.iter().flat_map(|choice| choice.spans.clone()).collect();
        if in_one.width() <= usize::from(canvas.width()) {
            return canvas.line(in_one);
        }
        for choice in choices {
            canvas.line(choice);
        }
    }
}
