//! Leaving the secret: what is asked depends on what is true at that moment.

use crossterm::event::KeyCode;
use ratatui::style::Style;
use ratatui::text::{Line, Span};

use crate::domain::{ClipboardContent, Delivery, Disposition, Exit, Format, Now, PrintFailure, ReadProblem};
use crate::jobs::{Deletion, Recheck};
use crate::tui::Theme;
use crate::tui::app::{Output, Shared, Transition};
use crate::tui::canvas::Canvas;
use crate::tui::event::{Command, Signal};
use crate::tui::keys::{
    Action, Binding, CHOICE_NEXT, CHOICE_PREVIOUS, CHOOSE, CTRL_C, ESC, HELP, NO, NONE, YES,
};

use super::{ClipboardLost, CopyState, CreatedScreen};

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
    Confirm(Doubt),
    /// It was not delivered: three ways on, the harmless one first.
    Choose {
        /// Which one Enter takes.
        choice: Choice,
        /// Why deleting did not work.
        problem: Option<ReadProblem>,
    },
    /// The secret is being deleted in Atlas since then.
    Deleting(Now),
}

/// Why only the user knows whether a copy has arrived.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Doubt {
    /// It was sent to a terminal, or to a clipboard that did not give it back.
    NotAnswered,
    /// The clipboard no longer holds it.
    NoLongerThere,
    /// The clipboard could not be read again.
    Unreadable,
}

/// The ways on when it was not delivered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Choice {
    /// Stay with the secret.
    GoBack,
    /// Delete the secret in Atlas, then leave.
    Delete,
    /// Leave; the secret stays in Atlas without anyone who has it.
    LeaveAnyway,
}

impl Choice {
    const ALL: [Self; 3] = [Self::GoBack, Self::Delete, Self::LeaveAnyway];

    /// The choice `by` places on; one that cannot be taken is skipped.
    fn step(self, by: usize, can_be_deleted: bool) -> Self {
        let index = Self::ALL.iter().position(|choice| *choice == self).unwrap_or(0);
        match Self::ALL[(index + by) % Self::ALL.len()] {
            Self::Delete if !can_be_deleted => Self::Delete.step(by, can_be_deleted),
            choice => choice,
        }
    }
}

/// One question before leaving.
pub(in crate::tui::screens) const LEAVE_YES_NO: &[Binding] =
    &[YES, NO, Binding::new(&[CTRL_C], "Ctrl-C", "leave at once", Action::Leave).only_in_help(), HELP];

/// Did the copy arrive?
const LEAVE_COPIED: &[Binding] = &[
    YES,
    NO,
    Binding::new(&[(KeyCode::Char('c'), NONE)], "c", "copy again", Action::Copy),
    Binding::new(&[CTRL_C], "Ctrl-C", "leave at once", Action::Leave).only_in_help(),
    HELP,
];

/// Three ways on, for a secret that was not delivered.
const LEAVE_CHOICE: &[Binding] = &[
    CHOOSE,
    CHOICE_NEXT,
    CHOICE_PREVIOUS,
    Binding::new(&[(KeyCode::Char('g'), NONE), ESC], "Esc", "go back", Action::No),
    Binding::new(&[(KeyCode::Char('d'), NONE)], "d", "delete", Action::Delete),
    Binding::new(&[(KeyCode::Char('l'), NONE)], "l", "leave", Action::LeaveAnyway),
    Binding::new(&[CTRL_C], "Ctrl-C", "leave at once", Action::Leave).only_in_help(),
    HELP,
];

/// The clipboard is being read, or the secret deleted.
const LEAVE_BUSY: &[Binding] = &[Binding::new(&[CTRL_C], "Ctrl-C", "leave at once", Action::Leave)];

impl Leaving {
    pub(super) fn keys(&self) -> &'static [Binding] {
        match self.confirmation {
            LeaveConfirmation::Confirm(_) => LEAVE_COPIED,
            LeaveConfirmation::Choose { .. } => LEAVE_CHOICE,
            LeaveConfirmation::Checking | LeaveConfirmation::Printing | LeaveConfirmation::Deleting(_) => {
                LEAVE_BUSY
            }
        }
    }
}

impl LeaveConfirmation {
    fn choose(problem: Option<ReadProblem>) -> Self {
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
        let confirmation = match (&self.copy, self.copy.delivery(app.now)) {
            (CopyState::Held(_), Some(_)) => {
                app.send(Command::CheckClipboard);
                LeaveConfirmation::Checking
            }
            (_, Some(_)) => LeaveConfirmation::Confirm(Doubt::NotAnswered),
            (_, None) if self.was_copied => LeaveConfirmation::Confirm(Doubt::NoLongerThere),
            (_, None) => LeaveConfirmation::choose(None),
        };
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
        match (&mut leaving.confirmation, action) {
            (LeaveConfirmation::Printing, _) => {}
            // The first Ctrl-C would only lead to the form: it asks again, the second gets out.
            (_, Action::Leave) if target == Target::Another => leaving.target = Target::Quit,
            (LeaveConfirmation::Confirm(_), Action::Yes) => {
                let delivered = Disposition::Delivered(self.deliveries(app.now));
                return self.leave(app, target, Some(delivered));
            }
            (LeaveConfirmation::Confirm(_), Action::Copy) => {
                self.leaving = None;
                self.copy(app, Format::Secret);
            }
            (_, Action::Leave) | (LeaveConfirmation::Choose { .. }, Action::LeaveAnyway) => {
                return self.leave(app, target, None);
            }
            (LeaveConfirmation::Deleting(_), _) => {}
            (_, Action::No) => self.leaving = None,
            (LeaveConfirmation::Choose { choice, .. }, Action::NextChoice) => {
                *choice = choice.step(1, can_be_deleted);
            }
            (LeaveConfirmation::Choose { choice, .. }, Action::PreviousChoice) => {
                *choice = choice.step(2, can_be_deleted);
            }
            (LeaveConfirmation::Choose { choice, .. }, Action::Choose) => match *choice {
                Choice::GoBack => self.leaving = None,
                Choice::Delete => self.delete(app),
                Choice::LeaveAnyway => return self.leave(app, target, None),
            },
            (LeaveConfirmation::Choose { .. }, Action::Delete) => self.delete(app),
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
                Exit::Done | Exit::NothingCreated => Exit::Signal(Signal::Interrupt.number()),
                exit => exit,
            }),
            Target::Another => Transition::form(),
        }
    }

    /// The clipboard was read: a copy that is there lets the user leave, any other one is a question.
    pub(super) fn leave_after_check(&mut self, app: &mut Shared, content: ClipboardContent) -> Transition {
        let copy = self.copy.delivery(app.now);
        let was_copied = self.was_copied;
        let Some(Leaving { confirmation, target }) = &mut self.leaving else { return Transition::Stay };
        let is_checking = matches!(confirmation, LeaveConfirmation::Checking);
        if !is_checking && !matches!(confirmation, LeaveConfirmation::Confirm(_)) {
            return Transition::Stay;
        }
        *confirmation = match copy {
            None if was_copied => LeaveConfirmation::Confirm(Doubt::NoLongerThere),
            None => LeaveConfirmation::choose(None),
            Some(Delivery::Unverified) => LeaveConfirmation::Confirm(Doubt::NotAnswered),
            Some(_) if content == ClipboardContent::Unreadable => {
                LeaveConfirmation::Confirm(Doubt::Unreadable)
            }
            Some(_) if is_checking => {
                let target = *target;
                return self.leave(app, target, None);
            }
            Some(_) => return Transition::Stay,
        };
        Transition::Stay
    }

    pub(super) fn printed(&mut self, app: &mut Shared, result: Result<(), PrintFailure>) -> Transition {
        if !self.is_being_printed() {
            return Transition::Stay;
        }
        match result {
            Ok(()) => {
                self.delivered.push(Delivery::Printed);
                self.leave(app, Target::Quit, None)
            }
            Err(failure) => {
                self.leaving = None;
                self.not_printed = Some(failure.sentence());
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
            LeaveConfirmation::Checking => canvas.line(Line::styled("Looking at the clipboard", theme.faint)),
            LeaveConfirmation::Deleting(since) => {
                canvas.running(app.now, *since, "Deleting the secret in Atlas");
            }
            LeaveConfirmation::Confirm(doubt) => self.draw_confirm(*doubt, canvas),
            LeaveConfirmation::Choose { choice, problem } => {
                let what = match self.copy {
                    _ if self.is_on_its_way() => "Whether somebody has this secret is not known yet.",
                    CopyState::Lost(_) => "The clipboard no longer holds this secret.",
                    _ => "This secret was not copied or saved.",
                };
                canvas.warning(&format!("{what} It cannot be shown again."), theme.strong);
                if let Some(problem) = problem {
                    let title = problem.after_deleting("It could not be deleted.");
                    canvas.words(2, &title, theme.bad);
                }
                self.draw_choices(*choice, canvas);
            }
        }
    }

    fn draw_confirm(&self, doubt: Doubt, canvas: &mut Canvas) {
        let (words, question) = match (doubt, &self.copy) {
            (Doubt::NotAnswered, CopyState::Held(_)) => {
                ("The clipboard took it, but did not give it back.", "Did it arrive?")
            }
            (Doubt::NotAnswered, _) => {
                ("It was sent to your terminal, which does not answer. Paste it to see.", "Did it arrive?")
            }
            (Doubt::NoLongerThere, CopyState::Lost(ClipboardLost::PutBack)) => {
                ("The clipboard was cleared, but another program has put the secret back.", "Already pasted?")
            }
            (Doubt::NoLongerThere, _) => ("The clipboard no longer holds it.", "Already pasted?"),
            (Doubt::Unreadable, _) => ("The clipboard could not be read again.", "Already pasted?"),
        };
        canvas.words(0, words, Style::new());
        canvas.ask(question);
    }

    /// Side by side, or where that is too wide below each other.
    fn draw_choices(&self, chosen: Choice, canvas: &mut Canvas) {
        let theme = canvas.theme;
        let choices = Choice::ALL.map(|choice| self.choice_line(choice, choice == chosen, theme));
        let in_one: Line = choices.iter().flat_map(|choice| choice.spans.clone()).collect();
        if in_one.width() <= usize::from(canvas.width()) {
            return canvas.line(in_one);
        }
        for choice in choices {
            canvas.line(choice);
        }
    }

    fn choice_line(&self, choice: Choice, is_chosen: bool, theme: &Theme) -> Line<'static> {
        let can_be_taken = choice != Choice::Delete || self.can_be_deleted();
        let label = match choice {
            Choice::GoBack => " go back ",
            Choice::Delete if can_be_taken => " delete it in Atlas ",
            Choice::Delete => " delete it (its id is not known) ",
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
