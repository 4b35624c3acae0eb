//! Leaving the secret: what is asked depends on what is true at that moment.

use ratatui::style::Style;
use ratatui::text::{Line, Span};

use crate::domain::{Delivery, Disposition, Exit, Format, Now};
use crate::jobs::{DeleteError, Deletion, Recheck};
use crate::tui::Theme;
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
        /// Which one Enter takes.
        choice: Choice,
        /// Why deleting did not work.
        problem: Option<DeleteError>,
    },
    /// The secret is being deleted in Atlas since then.
    Deleting(Now),
}

/// The ways on when it was not delivered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Choice {
    /// Stay with the secret.
    GoBack,
    /// Write it to standard output, which waits for it, and quit.
    Write,
    /// Delete the secret in Atlas, then leave.
    Delete,
    /// Leave; the secret stays in Atlas without anyone who has it.
    LeaveAnyway,
}

impl Choice {
    /// The choices on the way to `target`. Only who aborts keeps the secret from an output that waits for it.
    fn all(target: Target) -> &'static [Self] {
        match target {
            Target::Abort => &[Self::GoBack, Self::Write, Self::Delete, Self::LeaveAnyway],
            Target::Quit | Target::Another => &[Self::GoBack, Self::Delete, Self::LeaveAnyway],
        }
    }

    /// The choice `by` places on; one that cannot be taken is skipped.
    fn step(self, by: isize, target: Target, can_be_deleted: bool) -> Self {
        let all = Self::all(target);
        let index = all.iter().position(|choice| *choice == self).unwrap_or(0);
        let next = index.checked_add_signed(by).unwrap_or(all.len() - 1) % all.len();
        match all[next] {
            Self::Delete if !can_be_deleted => Self::Delete.step(by, target, can_be_deleted),
            choice => choice,
        }
    }
}

/// Out of the program, whatever was asked.
const LEAVE_AT_ONCE: Binding = Binding::new("Ctrl-C", "quit at once", Action::Leave);

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

const CONFIRM_QUIT: &[Binding] = &confirm_keys("quit");
const CONFIRM_ANOTHER: &[Binding] = &confirm_keys("new secret");

const BACK: Binding = Binding::new("Esc, g", "go back", Action::No);
const WRITE: Binding = Binding::new("w", "write", Action::Write);
const DELETE: Binding = Binding::new("d", "delete", Action::Delete);
const LEAVE: Binding = Binding::new("l", "leave", Action::LeaveAnyway);
const GO_ON: Binding = Binding::new("l", "go on", Action::LeaveAnyway);

/// The ways on for a secret that was not delivered: to quit, to abort, and to create another one.
const CHOICE_QUIT: &[Binding] =
    &[CHOOSE, CHOICE_NEXT, CHOICE_PREVIOUS, BACK, DELETE, LEAVE, LEAVE_AT_ONCE.only_in_help(), HELP];
const CHOICE_ABORT: &[Binding] =
    &[CHOOSE, CHOICE_NEXT, CHOICE_PREVIOUS, BACK, WRITE, DELETE, LEAVE, LEAVE_AT_ONCE.only_in_help(), HELP];
const CHOICE_ANOTHER: &[Binding] =
    &[CHOOSE, CHOICE_NEXT, CHOICE_PREVIOUS, BACK, DELETE, GO_ON, LEAVE_AT_ONCE.only_in_help(), HELP];

/// The clipboard is being read, or the secret deleted.
const LEAVE_BUSY: &[Binding] = &[LEAVE_AT_ONCE];

impl Leaving {
    pub(super) fn keys(&self) -> &'static [Binding] {
        match self.confirmation {
            LeaveConfirmation::Confirm if self.target == Target::Another => CONFIRM_ANOTHER,
            LeaveConfirmation::Confirm => CONFIRM_QUIT,
            LeaveConfirmation::Choose { .. } => match self.target {
                Target::Quit => CHOICE_QUIT,
                Target::Abort => CHOICE_ABORT,
                Target::Another => CHOICE_ANOTHER,
            },
            LeaveConfirmation::Checking | LeaveConfirmation::Printing | LeaveConfirmation::Deleting(_) => {
                LEAVE_BUSY
            }
        }
    }
}

impl LeaveConfirmation {
    fn choose(problem: Option<DeleteError>) -> Self {
        Self::Choose { choice: Choice::GoBack, problem }
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

    pub(super) fn chooses_deletion(&self) -> bool {
        matches!(self.confirmation(), Some(LeaveConfirmation::Choose { choice: Choice::Delete, .. }))
    }

    /// A program that waits for standard output gets the secret now. A secret that was delivered needs no question,
    /// but the clipboard is read again first.
    pub(super) fn want_to_leave(&mut self, app: &mut Shared, target: Target) -> Transition {
        self.revealed_until = None;
        if let (Target::Quit, Output::Sink(format)) = (target, app.output) {
            self.leaving = Some(Leaving { target, confirmation: LeaveConfirmation::Printing });
            app.send(Command::Print(format, self.payload(app)));
            return Transition::Stay;
        }
        if !self.delivered.is_empty() {
            return self.leave(app, target, None);
        }
        let is_given = self.copy.delivery(app.now).is_some();
        let confirmation = match self.copy {
            CopyState::Held(_) if is_given => {
                app.send(Command::CheckClipboard);
                LeaveConfirmation::Checking
            }
            _ if is_given || self.was_copied => LeaveConfirmation::Confirm,
            _ => LeaveConfirmation::choose(None),
        };
        self.leaving = Some(Leaving { target, confirmation });
        Transition::Stay
    }

    /// True when `want_to_leave` will ask, as far as is known before the clipboard is read again.
    pub(super) fn asks_to_leave(&self, now: Now) -> bool {
        let can_be_read = matches!(&self.copy, CopyState::Held(copy) if copy.can_be_read);
        let is_copied = can_be_read && matches!(self.copy.delivery(now), Some(Delivery::Copied { .. }));
        self.delivered.is_empty() && !is_copied
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
        match (&mut leaving.confirmation, action) {
            (LeaveConfirmation::Printing, _) => {}
            // The first Ctrl-C would only lead to the form: it asks again, the second gets out.
            (_, Action::Leave) if target == Target::Another => leaving.target = Target::Quit,
            (LeaveConfirmation::Confirm, Action::Yes) => {
                let delivered = Disposition::Delivered(self.deliveries(app.now));
                return self.leave(app, target, Some(delivered));
            }
            (LeaveConfirmation::Confirm, Action::Copy) => {
                self.leaving = None;
                self.copy(app, Format::Secret);
            }
            (_, Action::Leave) | (LeaveConfirmation::Choose { .. }, Action::LeaveAnyway) => {
                return self.leave(app, target, None);
            }
            (LeaveConfirmation::Deleting(_), _) => {}
            (_, Action::No) => self.leaving = None,
            (LeaveConfirmation::Choose { choice, .. }, Action::NextChoice) => {
                *choice = choice.step(1, target, can_be_deleted);
            }
            (LeaveConfirmation::Choose { choice, .. }, Action::PreviousChoice) => {
                *choice = choice.step(-1, target, can_be_deleted);
            }
            (LeaveConfirmation::Choose { choice, .. }, Action::Choose) => match *choice {
                Choice::GoBack => self.leaving = None,
                Choice::Write => return self.want_to_leave(app, Target::Quit),
                Choice::Delete => self.delete(app),
                Choice::LeaveAnyway => return self.leave(app, target, None),
            },
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
        let target = leaving.target;
        match deletion {
            Deletion::Deleted => return self.leave(app, target, Some(Disposition::Deleted)),
            Deletion::Failed(problem) => leaving.confirmation = LeaveConfirmation::choose(Some(problem)),
            Deletion::Used(_) | Deletion::Cancelled => leaving.confirmation = LeaveConfirmation::choose(None),
        }
        Transition::Stay
    }

    /// Leaves the screen, which drops the secret. A deleted one has no business on a clipboard any more.
    fn leave(&mut self, app: &mut Shared, target: Target, fate: Option<Disposition>) -> Transition {
        if matches!(self.copy, CopyState::Held(_)) && fate == Some(Disposition::Deleted) {
            app.send(Command::ClearClipboard);
        }
        let fate = fate.unwrap_or_else(|| self.fate(app.now));
        if !fate.is_loss() {
            app.send(Command::SettleRecord);
        }
        app.summaries.push(self.summary(fate));
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
        let asks = self.asks_to_leave(app.now);
        let was_given = self.was_copied || self.copy.delivery(app.now).is_some();
        let Some(Leaving { confirmation, target }) = &mut self.leaving else { return Transition::Stay };
        match confirmation {
            LeaveConfirmation::Checking if !asks => {
                let target = *target;
                return self.leave(app, target, None);
            }
            LeaveConfirmation::Checking | LeaveConfirmation::Confirm if !was_given => {
                *confirmation = LeaveConfirmation::choose(None);
            }
            LeaveConfirmation::Checking => *confirmation = LeaveConfirmation::Confirm,
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
                canvas.warning(&what, Style::new());
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
                canvas.warning(&format!("{what} It cannot be shown again."), theme.strong);
                if let Some(problem) = problem {
                    canvas.words(2, &problem.sentence(), theme.bad);
                }
                self.draw_choices(*choice, leaving.target, canvas);
            }
        }
    }

    /// Why only the user knows whether the copy has arrived, and the question.
    fn confirm_question(&self) -> (String, &'static str) {
        match &self.copy {
            copy if copy.format().is_some_and(|format| !format.holds_the_secret()) => {
                ("The clipboard no longer holds it.".to_owned(), "Already pasted?")
            }
            CopyState::Sent(route, _) => {
                let name = route.name();
                (
                    format!("Sent to your terminal ({name}), which does not confirm it. Paste to check."),
                    "Did it arrive?",
                )
            }
            CopyState::Held(copy) if !copy.is_verified => (
                "Sent to the clipboard, but it could not be read back. Paste to check.".to_owned(),
                "Did it arrive?",
            ),
            CopyState::Held(copy) if !copy.can_be_read => {
                ("The clipboard could not be read again.".to_owned(), "Already pasted?")
            }
            CopyState::Held(_) => ("The clipboard holds it.".to_owned(), "Already pasted?"),
            CopyState::Lost(content) => (lost_message(*content), "Already pasted?"),
            _ => ("The clipboard no longer holds it.".to_owned(), "Already pasted?"),
        }
    }

    /// Side by side, or where that is too wide below each other.
    fn draw_choices(&self, chosen: Choice, target: Target, canvas: &mut Canvas) {
        let theme = canvas.theme;
        let choices = Choice::all(target).iter();
        let choices: Vec<Line> =
            choices.map(|choice| self.choice_line(*choice, target, *choice == chosen, theme)).collect();
        let in_one: Line = choices.iter().flat_map(|choice| choice.spans.clone()).collect();
        if in_one.width() <= usize::from(canvas.width()) {
            return canvas.line(in_one);
        }
        for choice in choices {
            canvas.line(choice);
        }
    }

    fn choice_line(&self, choice: Choice, target: Target, is_chosen: bool, theme: &Theme) -> Line<'static> {
        let can_be_taken = choice != Choice::Delete || self.can_be_deleted();
        let label = match choice {
            Choice::GoBack => " go back ",
            Choice::Delete if can_be_taken => " delete it in Atlas ",
            Choice::Delete => " delete it (ID unknown) ",
            Choice::Write => " write it and quit ",
            Choice::LeaveAnyway if target == Target::Another => " go on without it ",
            Choice::LeaveAnyway => " leave anyway ",
        };
        let style = match (is_chosen, can_be_taken) {
            (true, _) => theme.selected,
            (false, true) => Style::new(),
            (false, false) => theme.faint,
        };
        let (open, close) = if is_chosen { ("[", "]") } else { (" ", " ") };
        Line::from(vec![Span::raw(format!("  {open}")), Span::styled(label, style), Span::raw(close)])
    }
}
