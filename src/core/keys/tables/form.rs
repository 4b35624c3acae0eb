//! The keys before a secret exists: signing in, the form and its lists, the request as a command, sending.

use crossterm::event::{KeyCode, KeyModifiers};

use super::super::{Action, Binding};
use super::shared::{
    AS_COMMAND, CHOICE_ABOVE, CHOICE_BELOW, CHOOSE, CONTROL, CTRL_C, DISMISS, ESC, HELP, HELP_BESIDE_TEXT,
    LIST, NEXT_FIELD, NO, NONE, PREVIOUS_FIELD, QUIT, QUIT_BY_LETTER, REPAINT, SUSPEND, YES,
};

/// Where a way to sign in is chosen.
pub(in crate::core::keys) const SIGN_IN: &[Binding] =
    &[CHOOSE, CHOICE_BELOW, CHOICE_ABOVE, HELP, QUIT_BY_LETTER, SUSPEND, REPAINT];

/// Where credentials are typed: every character is text.
pub(in crate::core::keys) const SIGN_IN_TYPING: &[Binding] = &[
    Binding::new(&[(KeyCode::Enter, NONE)], "Enter", "next, and sign in", Action::Choose),
    Binding::new(&[ESC, CTRL_C], "Esc", "back", Action::Leave),
    NEXT_FIELD,
    PREVIOUS_FIELD,
    HELP_BESIDE_TEXT,
    SUSPEND,
    REPAINT,
];

/// Credentials are being tried.
pub(in crate::core::keys) const SIGN_IN_TRYING: &[Binding] =
    &[Binding::new(&[ESC, CTRL_C], "Esc", "stop", Action::Leave), REPAINT];

/// A field of the form.
pub(in crate::core::keys) const FORM: &[Binding] = &[
    NEXT_FIELD,
    PREVIOUS_FIELD,
    Binding::new(&[(KeyCode::Enter, NONE)], "Enter", "next, or create at the end", Action::Confirm)
        .only_in_help(),
    Binding::new(&[(KeyCode::Char('s'), CONTROL)], "Ctrl-S", "create", Action::Submit),
    QUIT,
    LIST,
    HELP,
    DISMISS,
    SUSPEND,
    REPAINT,
    AS_COMMAND,
];

/// The button of the form.
pub(in crate::core::keys) const ON_BUTTON: &[Binding] = &on_button("create", "create, from anywhere");

/// The button of the form while both places are taken: it leads to the secrets that take them.
pub(in crate::core::keys) const ON_FULL_BUTTON: &[Binding] =
    &on_button("list the secrets", "list the secrets, from anywhere");

const fn on_button(enter: &'static str, from_anywhere: &'static str) -> [Binding; 10] {
    [
        Binding::new(&[(KeyCode::Enter, NONE)], "Enter", enter, Action::Confirm),
        NEXT_FIELD,
        PREVIOUS_FIELD,
        Binding::new(&[(KeyCode::Char('s'), CONTROL)], "Ctrl-S", from_anywhere, Action::Submit)
            .only_in_help(),
        QUIT,
        HELP,
        DISMISS,
        SUSPEND,
        REPAINT,
        AS_COMMAND,
    ]
}

/// A list to choose from.
pub(in crate::core::keys) const CHOOSING: &[Binding] = &[
    CHOOSE,
    CHOICE_BELOW,
    CHOICE_ABOVE,
    Binding::new(&[(KeyCode::PageDown, NONE)], "Page Down", "ten on", Action::LeapDown).only_in_help(),
    Binding::new(&[(KeyCode::PageUp, NONE)], "Page Up", "ten back", Action::LeapUp).only_in_help(),
    Binding::new(&[(KeyCode::Char('r'), CONTROL)], "Ctrl-R", "ask again", Action::Retry).only_in_help(),
    Binding::new(&[ESC, CTRL_C], "Esc", "back", Action::Leave),
    HELP_BESIDE_TEXT,
    SUSPEND,
    REPAINT,
];

/// The request as a command.
pub(in crate::core::keys) const RECIPES: &[Binding] = &[
    Binding::new(&[(KeyCode::Char('c'), NONE)], "c", "copy", Action::Copy),
    Binding::new(
        &[(KeyCode::Tab, NONE), (KeyCode::Right, NONE), (KeyCode::Down, NONE)],
        "Tab",
        "next",
        Action::NextChoice,
    ),
    Binding::new(
        &[
            (KeyCode::BackTab, NONE),
            (KeyCode::BackTab, KeyModifiers::SHIFT),
            (KeyCode::Left, NONE),
            (KeyCode::Up, NONE),
        ],
        "Shift-Tab",
        "previous",
        Action::PreviousChoice,
    )
    .only_in_help(),
    Binding::new(
        &[ESC, (KeyCode::Char('q'), NONE), (KeyCode::F(2), NONE), CTRL_C],
        "Esc",
        "back",
        Action::No,
    ),
    HELP,
    SUSPEND,
    REPAINT,
];

/// The chain, before anything that creates was sent.
pub(in crate::core::keys) const BEFORE_POSTING: &[Binding] =
    &[Binding::new(&[ESC, CTRL_C], "Esc", "stop, nothing is created", Action::Leave), HELP, SUSPEND, REPAINT];

/// A limit is waited out.
pub(in crate::core::keys) const WAITING_OUT: &[Binding] =
    &[Binding::new(&[ESC, CTRL_C], "Esc", "back to the form", Action::Leave), HELP, SUSPEND, REPAINT];

/// The POST is in flight.
pub(in crate::core::keys) const POSTING: &[Binding] =
    &[Binding::new(&[ESC, CTRL_C], "Esc", "stop waiting", Action::Leave), HELP, SUSPEND, REPAINT];

/// "Stop waiting?"
pub(in crate::core::keys) const ASKING_TO_STOP: &[Binding] =
    &[YES, NO, Binding::new(&[CTRL_C], "Ctrl-C", "yes", Action::Yes).only_in_help(), HELP, SUSPEND];
