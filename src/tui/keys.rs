//! Keys and what they ask for. Each screen has tables of them; the footer and the help are drawn from the same
//! tables.

use crossterm::event::{KeyCode, KeyModifiers};

use super::KeyPress;

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
    /// Ctrl-C: get out, and write nothing to standard output.
    Abort,
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
    /// Sign in again, with other credentials.
    SignIn,
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
    pub(super) const fn new(
        chords: &'static [(KeyCode, KeyModifiers)],
        keys: &'static str,
        label: &'static str,
        action: Action,
    ) -> Self {
        Self { chords, keys, label, action, is_in_footer: true }
    }

    pub(super) const fn only_in_help(mut self) -> Self {
        self.is_in_footer = false;
        self
    }

    /// The key and what it does: `y quit`.
    pub(super) fn hint(&self) -> String {
        format!("{} {}", self.keys, self.label)
    }

    /// True for a letter, which only a keyboard with a Latin layout types.
    pub(super) fn is_letter(&self) -> bool {
        self.chords.iter().any(|(code, modifiers)| {
            modifiers.is_empty() && matches!(code, KeyCode::Char(letter) if letter.is_ascii_alphabetic())
        })
    }

    pub(super) fn matches(&self, key: KeyPress) -> bool {
        self.chords.iter().any(|(code, modifiers)| match code {
            // A typed character carries Shift or not, as the terminal likes.
            KeyCode::Char(wanted) if modifiers.is_empty() => key.text() == Some(*wanted),
            _ => *code == key.code && *modifiers == key.modifiers,
        })
    }
}

/// Ctrl-C, which works even where nothing can be drawn.
pub(super) fn is_ctrl_c(key: KeyPress) -> bool {
    (key.code, key.modifiers) == CTRL_C
}

pub(super) const NONE: KeyModifiers = KeyModifiers::NONE;
pub(super) const CONTROL: KeyModifiers = KeyModifiers::CONTROL;
pub(super) const ESC: (KeyCode, KeyModifiers) = (KeyCode::Esc, NONE);
pub(super) const CTRL_C: (KeyCode, KeyModifiers) = (KeyCode::Char('c'), CONTROL);

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

pub(super) const SIGN_IN: Binding =
    Binding::new(&[(KeyCode::Char('p'), CONTROL)], "Ctrl-P", "sign in again", Action::SignIn).only_in_help();

pub(super) const CLOSE_PANEL: Binding = Binding::new(&[ESC], "Esc", "back", Action::No);
pub(super) const LEAVE_FROM_PANEL: Binding =
    Binding::new(&[CTRL_C], "Ctrl-C", "quit", Action::Leave).only_in_help();
pub(super) const HELP_BESIDE_TEXT: Binding =
    Binding::new(&[(KeyCode::F(1), NONE)], "F1", "help", Action::Help);
pub(super) const QUIT_BY_LETTER: Binding =
    Binding::new(&[(KeyCode::Char('q'), NONE), ESC, CTRL_C], "q", "quit", Action::Leave);

/// A question that Ctrl-C answers with no.
pub(super) const YES_NO: &[Binding] =
    &[YES, NO, Binding::new(&[CTRL_C], "Ctrl-C", "no", Action::No).only_in_help(), HELP];

/// Something is being deleted; that cannot be taken back, and is over soon.
pub(super) const BUSY: &[Binding] = &[HELP, REPAINT];

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

/// The next of several choices that may stand side by side.
pub(super) const CHOICE_NEXT: Binding = Binding::new(
    &[(KeyCode::Down, NONE), (KeyCode::Right, NONE), (KeyCode::Tab, NONE)],
    "Tab",
    "next",
    Action::NextChoice,
);
/// The one before it.
pub(super) const CHOICE_PREVIOUS: Binding = Binding::new(
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
.only_in_help();

/// Something is being fetched, or could not be: there is only the way back.
pub(super) const ONLY_BACK: &[Binding] = &[
    Binding::new(&[ESC, (KeyCode::Char('q'), NONE), CTRL_C], "Esc", "back", Action::No),
    HELP,
    SUSPEND,
    REPAINT,
];
