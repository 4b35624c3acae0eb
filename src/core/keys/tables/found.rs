//! The keys where other secrets stand: one that was found after a lost answer or left over by an earlier run, and
//! older ones.

use crossterm::event::KeyCode;

use super::super::{Action, Binding};
use super::shared::{CHOICE_ABOVE, CHOICE_BELOW, CTRL_C, ESC, HELP, NONE, QUIT_BY_LETTER, REPAINT, SUSPEND};

const BACK_TO_FORM: Binding =
    Binding::new(&[(KeyCode::Char('b'), NONE)], "b", "back to the form", Action::BackToForm);
const DELETE_IT: Binding = Binding::new(&[(KeyCode::Char('d'), NONE)], "d", "delete it", Action::Delete);
const KEEP_IT: Binding = Binding::new(&[(KeyCode::Char('k'), NONE)], "k", "keep it", Action::Keep);
const LOOK_AGAIN: Binding = Binding::new(&[(KeyCode::Char('l'), NONE)], "l", "look again", Action::LookAgain);

/// Nobody knows the outcome.
pub(in crate::core::keys) const UNKNOWN: &[Binding] =
    &[LOOK_AGAIN, BACK_TO_FORM, QUIT_BY_LETTER, HELP, SUSPEND, REPAINT];

/// One secret is new, and its value is lost.
pub(in crate::core::keys) const FOUND: &[Binding] =
    &[DELETE_IT, KEEP_IT, LOOK_AGAIN, BACK_TO_FORM, QUIT_BY_LETTER, HELP, SUSPEND, REPAINT];

/// The new one turned out to be in use.
pub(in crate::core::keys) const KEPT: &[Binding] =
    &[KEEP_IT, BACK_TO_FORM, QUIT_BY_LETTER, HELP, SUSPEND, REPAINT];

/// A secret of an earlier run.
pub(in crate::core::keys) const LEFT_OVER: &[Binding] = &[
    DELETE_IT,
    KEEP_IT,
    Binding::new(&[(KeyCode::Char('l'), NONE)], "l", "look", Action::LookAgain),
    Binding::new(&[ESC], "Esc", "later", Action::BackToForm),
    Binding::new(&[(KeyCode::Char('q'), NONE), CTRL_C], "q", "quit", Action::Leave),
    HELP,
    SUSPEND,
    REPAINT,
];

/// Older secrets to choose from.
pub(in crate::core::keys) const RETIRING: &[Binding] = &[
    Binding::new(&[(KeyCode::Char('d'), NONE)], "d", "delete", Action::Delete),
    CHOICE_BELOW,
    CHOICE_ABOVE,
    Binding::new(&[ESC, (KeyCode::Char('q'), NONE), CTRL_C], "Esc", "back", Action::No),
    HELP,
    SUSPEND,
    REPAINT,
];

/// The account is being read, or could not be: there is the way back.
pub(in crate::core::keys) const ONLY_BACK: &[Binding] = &[
    Binding::new(&[ESC, (KeyCode::Char('q'), NONE), CTRL_C], "Esc", "back", Action::No),
    HELP,
    SUSPEND,
    REPAINT,
];
