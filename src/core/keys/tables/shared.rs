//! The bindings that several tables hold, and the few tables that several screens have.

use crossterm::event::{KeyCode, KeyModifiers};

use super::super::{Action, Binding};

pub(super) const NONE: KeyModifiers = KeyModifiers::NONE;
pub(super) const CONTROL: KeyModifiers = KeyModifiers::CONTROL;
pub(super) const ESC: (KeyCode, KeyModifiers) = (KeyCode::Esc, NONE);
pub(in crate::core::keys) const CTRL_C: (KeyCode, KeyModifiers) = (KeyCode::Char('c'), CONTROL);

pub(super) const HELP: Binding =
    Binding::new(&[(KeyCode::Char('?'), NONE), (KeyCode::F(1), NONE)], "?", "help", Action::Help);
pub(super) const QUIT: Binding = Binding::new(&[CTRL_C], "Ctrl-C", "quit", Action::Leave);
pub(super) const SUSPEND: Binding =
    Binding::new(&[(KeyCode::Char('z'), CONTROL)], "Ctrl-Z", "suspend", Action::Suspend).only_in_help();
pub(super) const REPAINT: Binding =
    Binding::new(&[(KeyCode::Char('l'), CONTROL)], "Ctrl-L", "paint the screen anew", Action::Repaint)
        .only_in_help();
pub(super) const YES: Binding = Binding::new(&[(KeyCode::Char('y'), NONE)], "y", "yes", Action::Yes);
pub(super) const NO: Binding = Binding::new(&[(KeyCode::Char('n'), NONE), ESC], "n", "no", Action::No);

pub(super) const NEXT_FIELD: Binding =
    Binding::new(&[(KeyCode::Tab, NONE), (KeyCode::Down, NONE)], "Tab", "next", Action::Next);
pub(super) const PREVIOUS_FIELD: Binding = Binding::new(
    &[(KeyCode::BackTab, KeyModifiers::SHIFT), (KeyCode::BackTab, NONE), (KeyCode::Up, NONE)],
    "Shift-Tab",
    "previous",
    Action::Previous,
)
.only_in_help();
pub(super) const CHOOSE: Binding = Binding::new(&[(KeyCode::Enter, NONE)], "Enter", "choose", Action::Choose);
pub(super) const CHOICE_BELOW: Binding =
    Binding::new(&[(KeyCode::Down, NONE), (KeyCode::Tab, NONE)], "Down", "next", Action::NextChoice);
pub(super) const CHOICE_ABOVE: Binding = Binding::new(
    &[(KeyCode::Up, NONE), (KeyCode::BackTab, NONE), (KeyCode::BackTab, KeyModifiers::SHIFT)],
    "Up",
    "previous",
    Action::PreviousChoice,
)
.only_in_help();
pub(super) const DISMISS: Binding =
    Binding::new(&[ESC], "Esc", "take the message away", Action::Dismiss).only_in_help();
pub(super) const AS_COMMAND: Binding =
    Binding::new(&[(KeyCode::F(2), NONE)], "F2", "as a command", Action::AsCommand);
pub(super) const LIST: Binding =
    Binding::new(&[(KeyCode::Char('o'), CONTROL)], "Ctrl-O", "list", Action::List);

pub(super) const CLOSE_PANEL: Binding = Binding::new(&[ESC], "Esc", "back", Action::No);
pub(super) const LEAVE_FROM_PANEL: Binding =
    Binding::new(&[CTRL_C], "Ctrl-C", "quit", Action::Leave).only_in_help();
pub(super) const HELP_BESIDE_TEXT: Binding =
    Binding::new(&[(KeyCode::F(1), NONE)], "F1", "help", Action::Help);
pub(super) const QUIT_BY_LETTER: Binding =
    Binding::new(&[(KeyCode::Char('q'), NONE), ESC, CTRL_C], "q", "quit", Action::Leave);

/// A question that Ctrl-C answers with no.
pub(in crate::core::keys) const YES_NO: &[Binding] =
    &[YES, NO, Binding::new(&[CTRL_C], "Ctrl-C", "no", Action::No).only_in_help(), HELP];

/// Something is being deleted; that cannot be taken back, and is over soon.
pub(in crate::core::keys) const BUSY: &[Binding] = &[HELP, REPAINT];

/// The help.
pub(in crate::core::keys) const HELP_OPEN: &[Binding] = &[
    Binding::new(
        &[
            ESC,
            CTRL_C,
            (KeyCode::Char('?'), NONE),
            (KeyCode::F(1), NONE),
            (KeyCode::Enter, NONE),
            (KeyCode::Char('q'), NONE),
        ],
        "Esc",
        "close",
        Action::CloseHelp,
    ),
    REPAINT,
];
