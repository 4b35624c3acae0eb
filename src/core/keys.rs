//! Which key does what, now: one table a situation. The footer and the help are made from the same tables.

mod tables;

use crossterm::event::{KeyCode, KeyModifiers};

use super::{
    Guard, KeyPress, Leaving, LeftOverStage, Link, Model, Panel, RetireStage, Retiring, Screen, Search,
};

/// What a key asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// On to the next field.
    Next,
    /// Back to the previous field.
    Previous,
    /// Enter on the form: on to the next field, or submit at the end.
    Confirm,
    /// Submit from anywhere on the form.
    Submit,
    /// Take away what the last try said.
    Dismiss,
    /// Open the help.
    Help,
    /// Close the help.
    CloseHelp,
    /// Get out: of a chain, of a screen, of the program.
    Leave,
    /// Job control's Ctrl-Z.
    Suspend,
    /// Paint everything anew.
    Repaint,
    /// Yes to the question on the screen.
    Yes,
    /// No to it.
    No,
    /// Copy the secret.
    Copy,
    /// Show the secret in full, or hide it again.
    Reveal,
    /// Give the copy more time on the clipboard.
    Extend,
    /// Copy in another format.
    CopyAs,
    /// Save to a file.
    Save,
    /// Hand over to a command.
    Pipe,
    /// Prove that the secret works.
    Verify,
    /// Delete an older secret.
    Retire,
    /// Look at the account again.
    LookAgain,
    /// Leave a secret whose value is lost in Atlas.
    Keep,
    /// Show the request as a command.
    AsCommand,
    /// On to another secret.
    Another,
    /// Back to the form.
    BackToForm,
    /// The next of several choices.
    NextChoice,
    /// The one before.
    PreviousChoice,
    /// Several choices on.
    LeapDown,
    /// Several choices back.
    LeapUp,
    /// Ask again for what did not come.
    Retry,
    /// Open the list for the field in focus.
    List,
    /// Take the choice in focus.
    Choose,
    /// Delete the secret in Atlas.
    Delete,
    /// Leave without having handed the secret over.
    LeaveAnyway,
}

/// One key, or several that do the same.
#[derive(Clone, Copy, Debug)]
pub struct Binding {
    chords: &'static [(KeyCode, KeyModifiers)],
    /// The keys as they are called on the screen.
    pub keys: &'static str,
    /// What they do, in a word or two.
    pub label: &'static str,
    /// What they ask for.
    pub action: Action,
    /// True when the footer names them; the help names all.
    pub is_in_footer: bool,
}

impl Binding {
    const fn new(
        chords: &'static [(KeyCode, KeyModifiers)],
        keys: &'static str,
        label: &'static str,
        action: Action,
    ) -> Self {
        Self { chords, keys, label, action, is_in_footer: true }
    }

    const fn only_in_help(mut self) -> Self {
        self.is_in_footer = false;
        self
    }

    fn matches(&self, key: KeyPress) -> bool {
        self.chords.iter().any(|(code, modifiers)| match code {
            // A typed character carries Shift or not, as the terminal likes.
            KeyCode::Char(wanted) if modifiers.is_empty() => key.text() == Some(*wanted),
            _ => *code == key.code && *modifiers == key.modifiers,
        })
    }
}

/// The keys that work now, the most wanted ones first.
pub fn bindings(model: &Model) -> &'static [Binding] {
    if model.shows_help { tables::HELP_OPEN } else { bindings_below_help(model) }
}

/// The keys of the screen that the help explains.
pub(super) fn bindings_below_help(model: &Model) -> &'static [Binding] {
    match &model.screen {
        Screen::Form if model.form.focus == super::Focus::Button => match model.readiness() {
            super::Readiness::Full => tables::ON_FULL_BUTTON,
            super::Readiness::Create | super::Readiness::ReplaceExpired(_) => tables::ON_BUTTON,
        },
        Screen::Form => tables::FORM,
        Screen::Choosing(_) => tables::CHOOSING,
        Screen::SignIn(sign_in) if sign_in.trying.is_some() => tables::SIGN_IN_TRYING,
        Screen::SignIn(sign_in) if sign_in.typing.is_some() => tables::SIGN_IN_TYPING,
        Screen::SignIn(_) => tables::SIGN_IN,
        Screen::Sending(sending) if sending.asks_to_stop => tables::ASKING_TO_STOP,
        Screen::Sending(sending) => match sending.link {
            Link::SigningIn(_) | Link::Looking(_) | Link::Noting(_) => tables::BEFORE_POSTING,
            Link::Replacing(_) => tables::BUSY,
            Link::Asking(_) => tables::YES_NO,
            Link::Posting => tables::POSTING,
            Link::WaitingOutLimit { .. } => tables::WAITING_OUT,
        },
        Screen::Created(created) => match &created.leaving {
            None => match &created.panel {
                None => tables::CREATED,
                Some(Panel::Formats { .. }) => tables::FORMATS,
                Some(Panel::Save(_)) => tables::SAVE,
                Some(Panel::Pipe(_)) => tables::PIPE,
                Some(Panel::Retire(retiring)) => of_retiring(retiring),
            },
            Some(Leaving { guard: Guard::Confirm { .. }, .. }) => tables::GUARD_YES_NO,
            Some(Leaving { guard: Guard::Choose { .. }, .. }) => tables::GUARD_CHOICE,
            Some(Leaving {
                guard: Guard::Checking(_) | Guard::Printing(_) | Guard::Deleting { .. }, ..
            }) => tables::GUARD_BUSY,
        },
        Screen::Unknown(unknown) if unknown.asks_to_leave => tables::GUARD_YES_NO,
        Screen::Unknown(unknown) => of_search(&unknown.search, model.in_flight.is_some()),
        Screen::Retiring(retiring) => of_retiring(retiring),
        Screen::Recipes(_) => tables::RECIPES,
        Screen::PendingRecord(told) => match told.stage {
            LeftOverStage::Told(_) => tables::LEFT_OVER,
            LeftOverStage::Asking(_) => tables::YES_NO,
            LeftOverStage::Looking { .. } => tables::ONLY_BACK,
            LeftOverStage::Deleting { .. } => tables::BUSY,
        },
    }
}

fn of_retiring(retiring: &Retiring) -> &'static [Binding] {
    match retiring.stage {
        RetireStage::Reading(_) | RetireStage::Unread(_) => tables::ONLY_BACK,
        RetireStage::Choosing { .. } => tables::RETIRING,
        RetireStage::Asking { .. } => tables::YES_NO,
        RetireStage::Deleting { .. } => tables::BUSY,
    }
}

/// While the POST still runs, what it made is left alone: its value may yet come.
fn of_search(search: &Search, is_running: bool) -> &'static [Binding] {
    match search {
        Search::Asking(_) => tables::YES_NO,
        Search::Rechecking { .. } | Search::Deleting { .. } => tables::BUSY,
        Search::Found(_) | Search::NotDeleted { .. } if !is_running => tables::FOUND,
        Search::Used(_) => tables::KEPT,
        _ => tables::UNKNOWN,
    }
}

/// What a key asks for now; `None` when it is text, or means nothing here.
pub(super) fn action_for(model: &Model, key: KeyPress) -> Option<Action> {
    bindings(model).iter().find(|binding| binding.matches(key)).map(|binding| binding.action)
}

/// Ctrl-C, which works even where nothing can be drawn.
pub(super) fn is_ctrl_c(key: KeyPress) -> bool {
    (key.code, key.modifiers) == tables::CTRL_C
}

impl Model {
    /// Every key of the current screen, for the help.
    pub fn keys_for_help(&self) -> &'static [Binding] {
        bindings_below_help(self)
    }
}
