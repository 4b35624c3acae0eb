//! Keys and their actions. Each screen has tables of bindings, from which the footer and the help are drawn, too.

use crossterm::event::{KeyCode, KeyModifiers};

use super::KeyPress;

/// What a key does; [`Binding::explanation`] describes it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    Next,
    Previous,
    Confirm,
    Submit,
    Dismiss,
    Help,
    CloseHelp,
    Leave,
    Abort,
    Suspend,
    Repaint,
    Yes,
    No,
    Copy,
    CopyCommand,
    Reveal,
    Hide,
    Extend,
    CopyAs,
    Save,
    Pipe,
    Verify,
    UpdateProfiles,
    DeleteOlder,
    CheckAgain,
    Keep,
    AsCommand,
    Another,
    BackToForm,
    NextChoice,
    PreviousChoice,
    PageDown,
    PageUp,
    ScrollDown,
    ScrollUp,
    ToStart,
    ToEnd,
    Sort,
    Retry,
    SignIn,
    List,
    Choose,
    TakeKnown,
    ClearFilter,
    NextFormat,
    Delete,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Group {
    Act,
    Move,
    Program,
}

impl Action {
    pub(super) fn group(self) -> Group {
        use Action::{
            Abort, CloseHelp, Help, Leave, Next, NextChoice, PageDown, PageUp, Previous, PreviousChoice,
            Repaint, ScrollDown, ScrollUp, SignIn, Suspend, ToEnd, ToStart,
        };
        match self {
            Next | Previous | NextChoice | PreviousChoice | PageDown | PageUp | ScrollDown | ScrollUp
            | ToStart | ToEnd => Group::Move,
            Help | CloseHelp | Leave | Abort | Suspend | Repaint | SignIn => Group::Program,
            _ => Group::Act,
        }
    }

    /// True for actions that cannot be undone: their keys are ignored in text, or right after a paste.
    pub(super) fn must_come_alone(self) -> bool {
        use Action::{Another, Delete, Keep, UpdateProfiles, Yes};
        matches!(self, Yes | Another | Keep | Delete | UpdateProfiles)
    }

    pub(super) fn is_way_out(self) -> bool {
        matches!(self, Self::Leave | Self::No | Self::CloseHelp)
    }
}

/// Where a key is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shown {
    FooterAndHelp,
    Help,
    /// It would do nothing now. It still reaches its screen, which may say why.
    Nowhere,
}

/// One key, or several, and what they do.
#[derive(Clone, Copy, Debug)]
pub struct Binding {
    /// All keys, as the help shows them: `Tab, Down`.
    pub all: &'static str,
    /// The first key, which the footer shows.
    pub keys: &'static str,
    /// What they do, in a word or two, for the footer.
    pub label: &'static str,
    pub action: Action,
    pub shown: Shown,
}

impl Binding {
    pub(super) const fn new(all: &'static str, label: &'static str, action: Action) -> Self {
        let mut end = 0;
        while end < all.len() && all.as_bytes()[end] != b',' {
            end += 1;
        }
        Self { all, keys: all.split_at(end).0, label, action, shown: Shown::FooterAndHelp }
    }

    pub(super) const fn only_in_help(mut self) -> Self {
        self.shown = Shown::Help;
        self
    }

    /// The footer shows it only if `is_useful`; the help shows it always.
    pub(super) fn in_footer_if(self, is_useful: bool) -> Self {
        Self { shown: if is_useful { Shown::FooterAndHelp } else { Shown::Help }, ..self }
    }

    /// Shows it only if it does something now.
    pub(super) fn only_if(self, works: bool) -> Self {
        Self { shown: if works { self.shown } else { Shown::Nowhere }, ..self }
    }

    pub fn explanation(&self) -> &'static str {
        match self.action {
            Action::Next => "next field",
            Action::Previous => "previous field",
            Action::Dismiss => "close the message or the list",
            Action::Suspend => "suspend (fg resumes)",
            Action::Repaint => "redraw the screen",
            Action::CloseHelp => "close the help",
            Action::NextFormat => "change the format that the command reads",
            Action::Copy => "copy the secret",
            Action::CopyCommand => "copy the command",
            Action::Reveal => "show the secret",
            Action::Hide => "hide the secret",
            Action::Extend => "keep the clipboard copy 60 s longer",
            Action::CopyAs => "copy the secret in another format",
            Action::Save => "save the secret to a file",
            Action::Pipe => "run a command that reads the secret",
            Action::Verify => "check that Atlas accepts the secret",
            Action::UpdateProfiles => "update your Atlas CLI profiles",
            Action::DeleteOlder => "delete an older secret in Atlas",
            Action::CheckAgain => "check the account's secrets again",
            Action::Keep => "keep the secret in Atlas",
            Action::AsCommand => "show the request as a command",
            Action::Another => "create another secret",
            Action::BackToForm => "back to the form; decide later",
            Action::NextChoice => "next entry",
            Action::PreviousChoice => "previous entry",
            Action::ScrollUp => "scroll up",
            Action::Retry => "reload the list",
            Action::SignIn => "sign in with other credentials",
            Action::List => "choose from a list",
            Action::TakeKnown => "copy the selected command to the input line",
            Action::Delete => "delete the secret in Atlas",
            _ => self.label,
        }
    }

    pub(super) fn hint(&self) -> String {
        format!("{} {}", self.keys, self.label)
    }

    fn names(&self) -> impl Iterator<Item = &'static str> {
        self.all.split(", ")
    }

    /// True if a letter is among the keys: only a Latin layout types it.
    pub(super) fn is_letter(&self) -> bool {
        self.names().any(|name| name.len() == 1 && name.as_bytes()[0].is_ascii_alphabetic())
    }

    pub(super) fn matches(&self, key: KeyPress) -> bool {
        self.names().any(|name| is_called(key, name))
    }
}

/// True if this is the name of the key.
pub(super) fn is_called(key: KeyPress, name: &str) -> bool {
    let code = match name {
        "Enter" => KeyCode::Enter,
        "Esc" => KeyCode::Esc,
        "Tab" => KeyCode::Tab,
        // Some terminals report Shift with it.
        "Shift-Tab" => {
            return key.code == KeyCode::BackTab && (key.modifiers - KeyModifiers::SHIFT).is_empty();
        }
        "Up" => KeyCode::Up,
        "Down" => KeyCode::Down,
        "Left" => KeyCode::Left,
        "Right" => KeyCode::Right,
        "Home" => KeyCode::Home,
        "End" => KeyCode::End,
        "Page Up" => KeyCode::PageUp,
        "Page Down" => KeyCode::PageDown,
        "F1" => KeyCode::F(1),
        "F2" => KeyCode::F(2),
        _ => {
            // Some terminals report Shift with a typed character.
            let Some(letter) = name.strip_prefix("Ctrl-") else {
                return key.text().is_some_and(|character| name.chars().eq([character]));
            };
            let letter = letter.chars().next().unwrap_or_default().to_ascii_lowercase();
            return (key.code, key.modifiers) == (KeyCode::Char(letter), KeyModifiers::CONTROL);
        }
    };
    key.code == code && key.modifiers.is_empty()
}

pub(super) const HELP: Binding = Binding::new("?, F1", "help", Action::Help);
pub(super) const QUIT: Binding = Binding::new("Ctrl-C", "quit", Action::Leave);
pub(super) const SUSPEND: Binding = Binding::new("Ctrl-Z", "suspend", Action::Suspend).only_in_help();
pub(super) const REPAINT: Binding = Binding::new("Ctrl-L", "redraw", Action::Repaint).only_in_help();
pub(super) const fn yes(label: &'static str) -> Binding {
    Binding::new("y", label, Action::Yes)
}
/// The keys for no at a question that Ctrl-C answers with yes.
pub(super) const BACK_BUT_CTRL_C: Binding = Binding::new("n, Esc", "back", Action::No);
pub(super) const BACK: Binding = Binding::new("n, Esc, Ctrl-C", "back", Action::No);

pub(super) const NEXT_FIELD: Binding = Binding::new("Tab, Down", "next", Action::Next);
pub(super) const PREVIOUS_FIELD: Binding =
    Binding::new("Shift-Tab, Up", "previous", Action::Previous).only_in_help();
pub(super) const CHOOSE: Binding = Binding::new("Enter", "choose", Action::Choose);
pub(super) const CHOICE_BELOW: Binding = Binding::new("Down, Tab", "next", Action::NextChoice);
pub(super) const CHOICE_ABOVE: Binding =
    Binding::new("Up, Shift-Tab", "previous", Action::PreviousChoice).only_in_help();
pub(super) const DISMISS: Binding = Binding::new("Esc", "dismiss", Action::Dismiss).only_in_help();
pub(super) const AS_COMMAND: Binding = Binding::new("F2", "as a command", Action::AsCommand);
pub(super) const LIST: Binding = Binding::new("Ctrl-O", "list", Action::List);

pub(super) const SIGN_IN: Binding = Binding::new("Ctrl-P", "sign in again", Action::SignIn).only_in_help();

pub(super) const CLOSE_PROMPT: Binding = Binding::new("Esc", "back", Action::No);
pub(super) const LEAVE_FROM_PROMPT: Binding = Binding::new("Ctrl-C", "quit", Action::Leave).only_in_help();
pub(super) const HELP_BESIDE_TEXT: Binding = Binding::new("F1", "help", Action::Help);
pub(super) const QUIT_BY_LETTER: Binding = Binding::new("q, Esc, Ctrl-C", "quit", Action::Leave);

/// The answers to a question. `yes_does` is the label of yes.
pub(super) fn question(yes_does: &'static str) -> Vec<Binding> {
    vec![yes(yes_does), BACK, HELP, SUSPEND, REPAINT]
}

/// While a secret is being deleted. That cannot be undone, and does not take long.
pub(super) fn busy() -> Vec<Binding> {
    vec![HELP, REPAINT]
}

pub(super) const SCROLL_DOWN: Binding = Binding::new("Down", "scroll", Action::ScrollDown);
pub(super) const SCROLL_UP: Binding = Binding::new("Up", "scroll", Action::ScrollUp).only_in_help();
pub(super) const PAGE_DOWN: Binding =
    Binding::new("Page Down", "move by a page", Action::PageDown).only_in_help();
pub(super) const PAGE_UP: Binding = Binding::new("Page Up", "move by a page", Action::PageUp).only_in_help();
pub(super) const TO_START: Binding = Binding::new("Home", "to the start", Action::ToStart).only_in_help();
pub(super) const TO_END: Binding = Binding::new("End", "to the end", Action::ToEnd).only_in_help();

/// The keys that scroll a text, if it does not fit.
pub(super) fn scrolling(can_scroll: bool, is_at_end: bool) -> impl Iterator<Item = Binding> {
    let (down, up) = (SCROLL_DOWN.in_footer_if(!is_at_end), SCROLL_UP.in_footer_if(is_at_end));
    let keys = [down, up, PAGE_DOWN, PAGE_UP, TO_START, TO_END];
    keys.into_iter().map(move |key| key.only_if(can_scroll))
}

pub(super) fn help_open(can_scroll: bool, is_at_end: bool) -> Vec<Binding> {
    let close = Binding::new("Esc, Ctrl-C, ?, F1, Enter, q", "close", Action::CloseHelp);
    scrolling(can_scroll, is_at_end).chain([close, REPAINT]).collect()
}

pub(super) const BACK_BY_LETTER: Binding = Binding::new("Esc, q, Ctrl-C", "back", Action::No);

/// While something is being fetched, and after that failed.
pub(super) fn only_back() -> Vec<Binding> {
    vec![BACK_BY_LETTER, HELP, SUSPEND, REPAINT]
}
