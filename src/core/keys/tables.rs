//! The tables themselves, one a situation, the most wanted keys first.

use crossterm::event::{KeyCode, KeyModifiers};

use super::{Action, Binding};

const NONE: KeyModifiers = KeyModifiers::NONE;
const CONTROL: KeyModifiers = KeyModifiers::CONTROL;
const ESC: (KeyCode, KeyModifiers) = (KeyCode::Esc, NONE);
pub(super) const CTRL_C: (KeyCode, KeyModifiers) = (KeyCode::Char('c'), CONTROL);

const HELP: Binding =
    Binding::new(&[(KeyCode::Char('?'), NONE), (KeyCode::F(1), NONE)], "?", "help", Action::Help);
const QUIT: Binding = Binding::new(&[CTRL_C], "Ctrl-C", "quit", Action::Leave);
const SUSPEND: Binding =
    Binding::new(&[(KeyCode::Char('z'), CONTROL)], "Ctrl-Z", "suspend", Action::Suspend).only_in_help();
const REPAINT: Binding =
    Binding::new(&[(KeyCode::Char('l'), CONTROL)], "Ctrl-L", "paint the screen anew", Action::Repaint)
        .only_in_help();
const YES: Binding = Binding::new(&[(KeyCode::Char('y'), NONE)], "y", "yes", Action::Yes);
const NO: Binding = Binding::new(&[(KeyCode::Char('n'), NONE), ESC], "n", "no", Action::No);

const NEXT_FIELD: Binding =
    Binding::new(&[(KeyCode::Tab, NONE), (KeyCode::Down, NONE)], "Tab", "next", Action::Next);
const PREVIOUS_FIELD: Binding = Binding::new(
    &[(KeyCode::BackTab, KeyModifiers::SHIFT), (KeyCode::BackTab, NONE), (KeyCode::Up, NONE)],
    "Shift-Tab",
    "previous",
    Action::Previous,
)
.only_in_help();
const CHOOSE: Binding = Binding::new(&[(KeyCode::Enter, NONE)], "Enter", "choose", Action::Choose);
const CHOICE_BELOW: Binding =
    Binding::new(&[(KeyCode::Down, NONE), (KeyCode::Tab, NONE)], "Down", "next", Action::NextChoice);
const CHOICE_ABOVE: Binding = Binding::new(
    &[(KeyCode::Up, NONE), (KeyCode::BackTab, NONE), (KeyCode::BackTab, KeyModifiers::SHIFT)],
    "Up",
    "previous",
    Action::PreviousChoice,
)
.only_in_help();
const DISMISS: Binding = Binding::new(&[ESC], "Esc", "take the message away", Action::Dismiss).only_in_help();
const AS_COMMAND: Binding = Binding::new(&[(KeyCode::F(2), NONE)], "F2", "as a command", Action::AsCommand);
const LIST: Binding = Binding::new(&[(KeyCode::Char('o'), CONTROL)], "Ctrl-O", "list", Action::List);

const CLOSE_PANEL: Binding = Binding::new(&[ESC], "Esc", "back", Action::No);
const LEAVE_FROM_PANEL: Binding = Binding::new(&[CTRL_C], "Ctrl-C", "quit", Action::Leave).only_in_help();
const HELP_BESIDE_TEXT: Binding = Binding::new(&[(KeyCode::F(1), NONE)], "F1", "help", Action::Help);

/// A list to choose from.
pub(super) const CHOOSING: &[Binding] = &[
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

/// A field of the form.
pub(super) const FORM: &[Binding] = &[
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
pub(super) const ON_BUTTON: &[Binding] = &[
    Binding::new(&[(KeyCode::Enter, NONE)], "Enter", "create", Action::Confirm),
    NEXT_FIELD,
    PREVIOUS_FIELD,
    Binding::new(&[(KeyCode::Char('s'), CONTROL)], "Ctrl-S", "create, from anywhere", Action::Submit)
        .only_in_help(),
    QUIT,
    HELP,
    DISMISS,
    SUSPEND,
    REPAINT,
    AS_COMMAND,
];

/// Where a way to sign in is chosen.
pub(super) const SIGN_IN: &[Binding] = &[
    CHOOSE,
    CHOICE_BELOW,
    CHOICE_ABOVE,
    HELP,
    Binding::new(&[(KeyCode::Char('q'), NONE), ESC, CTRL_C], "q", "quit", Action::Leave),
    SUSPEND,
    REPAINT,
];

/// Where credentials are typed: every character is text.
pub(super) const SIGN_IN_TYPING: &[Binding] = &[
    Binding::new(&[(KeyCode::Enter, NONE)], "Enter", "next, and sign in", Action::Choose),
    Binding::new(&[ESC, CTRL_C], "Esc", "back", Action::Leave),
    NEXT_FIELD,
    PREVIOUS_FIELD,
    HELP_BESIDE_TEXT,
    SUSPEND,
    REPAINT,
];

/// Credentials are being tried.
pub(super) const SIGN_IN_TRYING: &[Binding] =
    &[Binding::new(&[ESC, CTRL_C], "Esc", "stop", Action::Leave), REPAINT];

/// The chain, before anything that creates was sent.
pub(super) const BEFORE_POSTING: &[Binding] =
    &[Binding::new(&[ESC, CTRL_C], "Esc", "stop, nothing is sent", Action::Leave), HELP, SUSPEND, REPAINT];

/// The POST is in flight.
pub(super) const POSTING: &[Binding] =
    &[Binding::new(&[ESC, CTRL_C], "Esc", "stop waiting", Action::Leave), HELP, SUSPEND, REPAINT];

/// A question before the POST.
pub(super) const ASKING_BEFORE: &[Binding] =
    &[YES, NO, Binding::new(&[CTRL_C], "Ctrl-C", "no", Action::No).only_in_help(), HELP];

/// "Stop waiting?"
pub(super) const ASKING_TO_STOP: &[Binding] =
    &[YES, NO, Binding::new(&[CTRL_C], "Ctrl-C", "yes", Action::Yes).only_in_help(), HELP, SUSPEND];

/// A limit is waited out.
pub(super) const WAITING_OUT: &[Binding] =
    &[Binding::new(&[ESC, CTRL_C], "Esc", "back to the form", Action::Leave), HELP, SUSPEND, REPAINT];

/// The new secret.
pub(super) const CREATED: &[Binding] = &[
    Binding::new(&[(KeyCode::Char('c'), NONE)], "c", "copy", Action::Copy),
    Binding::new(&[(KeyCode::Char('+'), NONE)], "+", "60 s", Action::Extend),
    Binding::new(&[(KeyCode::Char('f'), NONE)], "f", "copy as", Action::CopyAs),
    Binding::new(&[(KeyCode::Char('s'), NONE)], "s", "save", Action::Save),
    Binding::new(&[(KeyCode::Char('p'), NONE)], "p", "pipe", Action::Pipe),
    Binding::new(&[(KeyCode::Char('q'), NONE), ESC, CTRL_C], "q", "quit", Action::Leave),
    Binding::new(&[(KeyCode::Char('r'), NONE)], "r", "reveal", Action::Reveal),
    HELP,
    Binding::new(&[(KeyCode::Char('v'), NONE)], "v", "verify", Action::Verify),
    Binding::new(&[(KeyCode::Char('d'), NONE)], "d", "delete older", Action::Retire),
    Binding::new(&[(KeyCode::Char('n'), NONE)], "n", "new", Action::Another),
    SUSPEND,
    REPAINT,
];

/// The formats to copy in.
pub(super) const FORMATS: &[Binding] = &[
    Binding::new(&[(KeyCode::Enter, NONE)], "Enter", "copy", Action::Choose),
    CHOICE_BELOW,
    CHOICE_ABOVE,
    CLOSE_PANEL,
    LEAVE_FROM_PANEL,
    HELP,
];

/// The path of a file: every character is text.
pub(super) const SAVE: &[Binding] = &[
    Binding::new(&[(KeyCode::Enter, NONE)], "Enter", "save", Action::Choose),
    CLOSE_PANEL,
    HELP_BESIDE_TEXT,
    LEAVE_FROM_PANEL,
];

/// A command line: every character is text.
pub(super) const PIPE: &[Binding] = &[
    Binding::new(&[(KeyCode::Enter, NONE)], "Enter", "run", Action::Choose),
    CLOSE_PANEL,
    HELP_BESIDE_TEXT,
    LEAVE_FROM_PANEL,
];

/// One question before leaving.
pub(super) const GUARD_YES_NO: &[Binding] =
    &[YES, NO, Binding::new(&[CTRL_C], "Ctrl-C", "leave at once", Action::Leave).only_in_help(), HELP];

/// Three ways on, for a secret that was not handed over.
pub(super) const GUARD_CHOICE: &[Binding] = &[
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
pub(super) const GUARD_BUSY: &[Binding] =
    &[Binding::new(&[CTRL_C], "Ctrl-C", "leave at once", Action::Leave)];

/// Nobody knows the outcome.
pub(super) const UNKNOWN: &[Binding] = &[
    Binding::new(&[(KeyCode::Char('l'), NONE)], "l", "look again", Action::LookAgain),
    Binding::new(&[(KeyCode::Char('b'), NONE)], "b", "back to the form", Action::BackToForm),
    Binding::new(&[(KeyCode::Char('q'), NONE), ESC, CTRL_C], "q", "quit", Action::Leave),
    HELP,
    SUSPEND,
    REPAINT,
];

/// One secret is new, and its value is lost.
pub(super) const FOUND: &[Binding] = &[
    Binding::new(&[(KeyCode::Char('d'), NONE)], "d", "delete it", Action::Delete),
    Binding::new(&[(KeyCode::Char('k'), NONE)], "k", "keep it", Action::Keep),
    Binding::new(&[(KeyCode::Char('l'), NONE)], "l", "look again", Action::LookAgain),
    Binding::new(&[(KeyCode::Char('b'), NONE)], "b", "back to the form", Action::BackToForm),
    Binding::new(&[(KeyCode::Char('q'), NONE), ESC, CTRL_C], "q", "quit", Action::Leave),
    HELP,
    SUSPEND,
    REPAINT,
];

/// The new one turned out to be in use.
pub(super) const KEPT: &[Binding] = &[
    Binding::new(&[(KeyCode::Char('k'), NONE)], "k", "keep it", Action::Keep),
    Binding::new(&[(KeyCode::Char('b'), NONE)], "b", "back to the form", Action::BackToForm),
    Binding::new(&[(KeyCode::Char('q'), NONE), ESC, CTRL_C], "q", "quit", Action::Leave),
    HELP,
    SUSPEND,
    REPAINT,
];

/// A question that Ctrl-C answers with no.
pub(super) const YES_NO: &[Binding] =
    &[YES, NO, Binding::new(&[CTRL_C], "Ctrl-C", "no", Action::No).only_in_help(), HELP];

/// Something is being deleted; that cannot be taken back, and is over soon.
pub(super) const BUSY: &[Binding] = &[HELP, REPAINT];

/// Older secrets to choose from.
pub(super) const RETIRING: &[Binding] = &[
    Binding::new(&[(KeyCode::Char('d'), NONE)], "d", "delete", Action::Delete),
    CHOICE_BELOW,
    CHOICE_ABOVE,
    Binding::new(&[ESC, (KeyCode::Char('q'), NONE), CTRL_C], "Esc", "back", Action::No),
    HELP,
    SUSPEND,
    REPAINT,
];

/// The account is being read, or could not be.
pub(super) const RETIRING_NOTHING: &[Binding] = &[
    Binding::new(&[ESC, (KeyCode::Char('q'), NONE), CTRL_C], "Esc", "back", Action::No),
    HELP,
    SUSPEND,
    REPAINT,
];

/// The request as a command.
pub(super) const RECIPES: &[Binding] = &[
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

/// A secret of an earlier run.
pub(super) const LEFT_OVER: &[Binding] = &[
    Binding::new(&[(KeyCode::Char('d'), NONE)], "d", "delete it", Action::Delete),
    Binding::new(&[(KeyCode::Char('k'), NONE)], "k", "keep it", Action::Keep),
    Binding::new(&[(KeyCode::Char('l'), NONE)], "l", "look", Action::LookAgain),
    Binding::new(&[ESC], "Esc", "later", Action::BackToForm),
    Binding::new(&[(KeyCode::Char('q'), NONE), CTRL_C], "q", "quit", Action::Leave),
    HELP,
    SUSPEND,
    REPAINT,
];

/// The help.
pub(super) const HELP_OPEN: &[Binding] = &[
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
