//! The keys of the new secret: handing it over, and the questions before it goes.

use crossterm::event::{KeyCode, KeyModifiers};

use super::super::{Action, Binding};
use super::shared::{
    CHOICE_ABOVE, CHOICE_BELOW, CHOOSE, CLOSE_PANEL, CTRL_C, ESC, HELP, HELP_BESIDE_TEXT, LEAVE_FROM_PANEL,
    NO, NONE, QUIT_BY_LETTER, REPAINT, SUSPEND, YES,
};

/// The new secret.
pub(in crate::core::keys) const CREATED: &[Binding] = &[
    Binding::new(&[(KeyCode::Char('c'), NONE)], "c", "copy", Action::Copy),
    Binding::new(&[(KeyCode::Char('+'), NONE)], "+", "60 s", Action::Extend),
    Binding::new(&[(KeyCode::Char('f'), NONE)], "f", "copy as", Action::CopyAs),
    Binding::new(&[(KeyCode::Char('s'), NONE)], "s", "save", Action::Save),
    Binding::new(&[(KeyCode::Char('p'), NONE)], "p", "pipe", Action::Pipe),
    QUIT_BY_LETTER,
    Binding::new(&[(KeyCode::Char('r'), NONE)], "r", "reveal", Action::Reveal),
    HELP,
    Binding::new(&[(KeyCode::Char('v'), NONE)], "v", "verify", Action::Verify),
    Binding::new(&[(KeyCode::Char('d'), NONE)], "d", "delete older", Action::Retire),
    Binding::new(&[(KeyCode::Char('n'), NONE)], "n", "another", Action::Another),
    SUSPEND,
    REPAINT,
];

/// The formats to copy in.
pub(in crate::core::keys) const FORMATS: &[Binding] = &[
    Binding::new(&[(KeyCode::Enter, NONE)], "Enter", "copy", Action::Choose),
    CHOICE_BELOW,
    CHOICE_ABOVE,
    CLOSE_PANEL,
    LEAVE_FROM_PANEL,
    HELP,
];

/// The path of a file: every character is text.
pub(in crate::core::keys) const SAVE: &[Binding] = &[
    Binding::new(&[(KeyCode::Enter, NONE)], "Enter", "save", Action::Choose),
    CLOSE_PANEL,
    HELP_BESIDE_TEXT,
    LEAVE_FROM_PANEL,
];

/// A command line: every character is text.
pub(in crate::core::keys) const PIPE: &[Binding] = &[
    Binding::new(&[(KeyCode::Enter, NONE)], "Enter", "run", Action::Choose),
    CLOSE_PANEL,
    HELP_BESIDE_TEXT,
    LEAVE_FROM_PANEL,
];

/// One question before leaving.
pub(in crate::core::keys) const GUARD_YES_NO: &[Binding] =
    &[YES, NO, Binding::new(&[CTRL_C], "Ctrl-C", "leave at once", Action::Leave).only_in_help(), HELP];

/// Three ways on, for a secret that was not handed over.
pub(in crate::core::keys) const GUARD_CHOICE: &[Binding] = &[
    CHOOSE,
    Binding::new(
        &[(KeyCode::Down, NONE), (KeyCode::Right, NONE), (KeyCode::Tab, NONE)],
        "Tab",
        "next",
        Action::NextChoice,
    ),
    Binding::new(
        &[
            (KeyCode::Up, NONE),
            (KeyCode::Left, NONE),
            (KeyCode::BackTab, NONE),
            (KeyCode::BackTab, KeyModifiers::SHIFT),
        ],
        "Shift-Tab",
        "previous",
        Action::PreviousChoice,
    )
    .only_in_help(),
    Binding::new(&[(KeyCode::Char('g'), NONE), ESC], "Esc", "go back", Action::No),
    Binding::new(&[(KeyCode::Char('d'), NONE)], "d", "delete", Action::Delete),
    Binding::new(&[(KeyCode::Char('l'), NONE)], "l", "leave", Action::LeaveAnyway),
    Binding::new(&[CTRL_C], "Ctrl-C", "leave at once", Action::Leave).only_in_help(),
    HELP,
];

/// The guard is looking or deleting.
pub(in crate::core::keys) const GUARD_BUSY: &[Binding] =
    &[Binding::new(&[CTRL_C], "Ctrl-C", "leave at once", Action::Leave)];
