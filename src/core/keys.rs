//! Which key does what, now: one table a situation. The footer and the help are made from the same tables.

use crossterm::event::{KeyCode, KeyModifiers};

use super::{Guard, KeyPress, Leaving, Link, Model, Screen};

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

const NONE: KeyModifiers = KeyModifiers::NONE;
const CONTROL: KeyModifiers = KeyModifiers::CONTROL;
const ESC: (KeyCode, KeyModifiers) = (KeyCode::Esc, NONE);
const CTRL_C: (KeyCode, KeyModifiers) = (KeyCode::Char('c'), CONTROL);

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

const LIST: Binding = Binding::new(&[(KeyCode::Char('o'), CONTROL)], "Ctrl-O", "list", Action::List);

const CHOOSING: &[Binding] = &[
    Binding::new(&[(KeyCode::Enter, NONE)], "Enter", "choose", Action::Choose),
    Binding::new(&[(KeyCode::Down, NONE), (KeyCode::Tab, NONE)], "Down", "next", Action::NextChoice),
    Binding::new(
        &[(KeyCode::Up, NONE), (KeyCode::BackTab, NONE), (KeyCode::BackTab, KeyModifiers::SHIFT)],
        "Up",
        "previous",
        Action::PreviousChoice,
    )
    .only_in_help(),
    Binding::new(&[(KeyCode::PageDown, NONE)], "Page Down", "ten on", Action::LeapDown).only_in_help(),
    Binding::new(&[(KeyCode::PageUp, NONE)], "Page Up", "ten back", Action::LeapUp).only_in_help(),
    Binding::new(&[(KeyCode::Char('r'), CONTROL)], "Ctrl-R", "ask again", Action::Retry).only_in_help(),
    Binding::new(&[ESC, CTRL_C], "Esc", "back", Action::Leave),
    Binding::new(&[(KeyCode::F(1), NONE)], "F1", "help", Action::Help),
    SUSPEND,
    REPAINT,
];

const FORM: &[Binding] = &[
    Binding::new(&[(KeyCode::Tab, NONE), (KeyCode::Down, NONE)], "Tab", "next", Action::Next),
    Binding::new(
        &[(KeyCode::BackTab, KeyModifiers::SHIFT), (KeyCode::BackTab, NONE), (KeyCode::Up, NONE)],
        "Shift-Tab",
        "previous",
        Action::Previous,
    )
    .only_in_help(),
    Binding::new(&[(KeyCode::Enter, NONE)], "Enter", "next, or create at the end", Action::Confirm)
        .only_in_help(),
    Binding::new(&[(KeyCode::Char('s'), CONTROL)], "Ctrl-S", "create", Action::Submit),
    Binding::new(&[ESC], "Esc", "take the message away", Action::Dismiss).only_in_help(),
    HELP,
    SUSPEND,
    REPAINT,
    QUIT,
    LIST,
];

const ON_BUTTON: &[Binding] = &[
    Binding::new(&[(KeyCode::Enter, NONE)], "Enter", "create", Action::Confirm),
    Binding::new(&[(KeyCode::Tab, NONE), (KeyCode::Down, NONE)], "Tab", "next", Action::Next),
    Binding::new(
        &[(KeyCode::BackTab, KeyModifiers::SHIFT), (KeyCode::BackTab, NONE), (KeyCode::Up, NONE)],
        "Shift-Tab",
        "previous",
        Action::Previous,
    )
    .only_in_help(),
    Binding::new(&[(KeyCode::Char('s'), CONTROL)], "Ctrl-S", "create, from anywhere", Action::Submit)
        .only_in_help(),
    Binding::new(&[ESC], "Esc", "take the message away", Action::Dismiss).only_in_help(),
    HELP,
    SUSPEND,
    REPAINT,
    QUIT,
];

/// Where a way to sign in is chosen.
const SIGN_IN: &[Binding] = &[
    Binding::new(&[(KeyCode::Enter, NONE)], "Enter", "choose", Action::Choose),
    Binding::new(&[(KeyCode::Down, NONE), (KeyCode::Tab, NONE)], "Down", "next", Action::NextChoice),
    Binding::new(
        &[(KeyCode::Up, NONE), (KeyCode::BackTab, NONE), (KeyCode::BackTab, KeyModifiers::SHIFT)],
        "Up",
        "previous",
        Action::PreviousChoice,
    )
    .only_in_help(),
    HELP,
    Binding::new(&[(KeyCode::Char('q'), NONE), ESC, CTRL_C], "q", "quit", Action::Leave),
    SUSPEND,
    REPAINT,
];

/// Where credentials are typed: every character is text.
const SIGN_IN_TYPING: &[Binding] = &[
    Binding::new(&[(KeyCode::Enter, NONE)], "Enter", "next, and sign in", Action::Choose),
    Binding::new(&[ESC, CTRL_C], "Esc", "back", Action::Leave),
    Binding::new(&[(KeyCode::Tab, NONE), (KeyCode::Down, NONE)], "Tab", "next", Action::Next),
    Binding::new(
        &[(KeyCode::BackTab, KeyModifiers::SHIFT), (KeyCode::BackTab, NONE), (KeyCode::Up, NONE)],
        "Shift-Tab",
        "previous",
        Action::Previous,
    )
    .only_in_help(),
    Binding::new(&[(KeyCode::F(1), NONE)], "F1", "help", Action::Help),
    SUSPEND,
    REPAINT,
];

const SIGN_IN_TRYING: &[Binding] = &[Binding::new(&[ESC, CTRL_C], "Esc", "stop", Action::Leave), REPAINT];

const BEFORE_POSTING: &[Binding] =
    &[Binding::new(&[ESC, CTRL_C], "Esc", "stop, nothing is sent", Action::Leave), HELP, SUSPEND, REPAINT];

const POSTING: &[Binding] =
    &[Binding::new(&[ESC, CTRL_C], "Esc", "stop waiting", Action::Leave), HELP, SUSPEND, REPAINT];

const ASKING_BEFORE: &[Binding] =
    &[YES, NO, Binding::new(&[CTRL_C], "Ctrl-C", "no", Action::No).only_in_help()];

const ASKING_TO_STOP: &[Binding] =
    &[YES, NO, Binding::new(&[CTRL_C], "Ctrl-C", "yes", Action::Yes).only_in_help(), SUSPEND];

const WAITING_OUT: &[Binding] =
    &[Binding::new(&[ESC, CTRL_C], "Esc", "back to the form", Action::Leave), HELP, SUSPEND, REPAINT];

const CREATED: &[Binding] = &[
    Binding::new(&[(KeyCode::Char('c'), NONE)], "c", "copy", Action::Copy),
    Binding::new(&[(KeyCode::Char('r'), NONE)], "r", "reveal", Action::Reveal),
    Binding::new(&[(KeyCode::Char('n'), NONE)], "n", "new", Action::Another),
    Binding::new(&[(KeyCode::Char('q'), NONE), ESC, CTRL_C], "q", "quit", Action::Leave),
    HELP,
    SUSPEND,
    REPAINT,
];

const GUARD_YES_NO: &[Binding] =
    &[YES, NO, Binding::new(&[CTRL_C], "Ctrl-C", "leave at once", Action::Leave).only_in_help()];

const GUARD_CHOICE: &[Binding] = &[
    Binding::new(&[(KeyCode::Enter, NONE)], "Enter", "choose", Action::Choose),
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
];

const GUARD_BUSY: &[Binding] = &[Binding::new(&[CTRL_C], "Ctrl-C", "leave at once", Action::Leave)];

const UNKNOWN: &[Binding] = &[
    Binding::new(&[(KeyCode::Char('b'), NONE)], "b", "back to the form", Action::BackToForm),
    Binding::new(&[(KeyCode::Char('q'), NONE), ESC, CTRL_C], "q", "quit", Action::Leave),
    HELP,
    SUSPEND,
    REPAINT,
];

const HELP_OPEN: &[Binding] = &[
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

/// The keys that work now, the most wanted ones first.
pub fn bindings(model: &Model) -> &'static [Binding] {
    if model.shows_help { HELP_OPEN } else { bindings_below_help(model) }
}

/// The keys of the screen that the help explains.
pub(super) fn bindings_below_help(model: &Model) -> &'static [Binding] {
    match &model.screen {
        Screen::Form if model.form.focus == super::Focus::Button => ON_BUTTON,
        Screen::Form => FORM,
        Screen::Choosing(_) => CHOOSING,
        Screen::SignIn(sign_in) if sign_in.trying.is_some() => SIGN_IN_TRYING,
        Screen::SignIn(sign_in) if sign_in.typing.is_some() => SIGN_IN_TYPING,
        Screen::SignIn(_) => SIGN_IN,
        Screen::Sending(sending) if sending.asks_to_stop => ASKING_TO_STOP,
        Screen::Sending(sending) => match sending.link {
            Link::SigningIn(_) | Link::Looking(_) => BEFORE_POSTING,
            Link::Asking(_) => ASKING_BEFORE,
            Link::Posting => POSTING,
            Link::WaitingOutLimit { .. } => WAITING_OUT,
        },
        Screen::Created(created) => match &created.leaving {
            None => CREATED,
            Some(Leaving { guard: Guard::Confirm { .. }, .. }) => GUARD_YES_NO,
            Some(Leaving { guard: Guard::Choose { .. }, .. }) => GUARD_CHOICE,
            Some(Leaving { guard: Guard::Checking(_) | Guard::Deleting { .. }, .. }) => GUARD_BUSY,
        },
        Screen::Unknown(unknown) if unknown.asks_to_leave => GUARD_YES_NO,
        Screen::Unknown(_) => UNKNOWN,
    }
}

/// What a key asks for now; `None` when it is text, or means nothing here.
pub(super) fn action_for(model: &Model, key: KeyPress) -> Option<Action> {
    bindings(model).iter().find(|binding| binding.matches(key)).map(|binding| binding.action)
}

/// Ctrl-C, which works even where nothing can be drawn.
pub(super) fn is_ctrl_c(key: KeyPress) -> bool {
    (key.code, key.modifiers) == CTRL_C
}

impl Model {
    /// Every key of the current screen, for the help.
    pub fn keys_for_help(&self) -> &'static [Binding] {
        bindings_below_help(self)
    }
}
