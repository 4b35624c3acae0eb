//! What happens: everything that can change the model comes in as one of these.

use std::fmt;
use std::time::Duration;

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use jiff::tz::TimeZone;

use crate::domain::{
    AccountEntry, ClipboardContent, CommandOutcome, CopyOutcome, CreateOutcome, DeleteOutcome, Login,
    OrganizationSettings, Page, PendingRecord, PrintFailure, Project, ProjectEntry, ReadProblem, RequestId,
    SaveOutcome, ServiceAccount, TriedSession, VerifyOutcome,
};

/// Something that happened outside of the core. No event's `Debug` shows what was typed, pasted or created.
#[derive(Clone, Debug)]
pub enum Event {
    /// Keys that arrived in one read of the terminal. Usually one; many when text is pasted into a terminal
    /// without bracketed paste.
    KeysPressed(Vec<KeyPress>),
    /// Text was pasted, and the terminal said so.
    Pasted(PastedText),
    /// The terminal has a new size.
    Resized {
        /// Width in columns.
        columns: u16,
        /// Height in rows.
        rows: u16,
    },
    /// The moment that [`super::wake_at`] asked for has come.
    TimePassed,
    /// The time zone was read from the system.
    ZoneLoaded(TimeZone),
    /// The first link of the chain is done.
    SignedIn {
        /// Which request this answers.
        request: RequestId,
        /// Whether there is a token now.
        result: Result<(), ReadProblem>,
    },
    /// The account was looked at before creating.
    AccountRead {
        /// Which request this answers.
        request: RequestId,
        /// The account with its secrets.
        result: Result<ServiceAccount, ReadProblem>,
    },
    /// The project was read.
    ProjectRead {
        /// Which request this answers.
        request: RequestId,
        /// The project.
        result: Result<Project, ReadProblem>,
    },
    /// An organization's settings were read.
    SettingsRead {
        /// Which request this answers.
        request: RequestId,
        /// The settings.
        result: Result<OrganizationSettings, ReadProblem>,
    },
    /// The client is set up, and it is known which secret signs in.
    LoginKnown(Login),
    /// The creation was noted on the disk, or could not be.
    CreationNoted {
        /// Which request this answers.
        request: RequestId,
        /// Why not, as a sentence.
        result: Result<(), String>,
    },
    /// A later note could not be kept, as a sentence.
    NoteFailed(String),
    /// Earlier runs left these behind.
    LeftOversFound(Vec<PendingRecord>),
    /// A new secret was tried at Atlas's token endpoint.
    SecretVerified {
        /// Which request this answers.
        request: RequestId,
        /// What is known.
        outcome: VerifyOutcome,
    },
    /// Credentials were tried.
    SignInTried {
        /// Which request this answers.
        request: RequestId,
        /// How it ended, and how the session goes on.
        outcome: TriedSession,
    },
    /// Atlas had too many requests: a page of a list is asked for again after this long.
    ListDelayed {
        /// The request for the page.
        request: RequestId,
        /// How long it waits.
        wait: Duration,
    },
    /// A page of the list of projects came, or did not.
    ProjectsRead {
        /// Which request this answers.
        request: RequestId,
        /// The page.
        result: Result<Page<ProjectEntry>, ReadProblem>,
    },
    /// A page of the list of a project's service accounts came, or did not.
    AccountsRead {
        /// Which request this answers.
        request: RequestId,
        /// The page.
        result: Result<Page<AccountEntry>, ReadProblem>,
    },
    /// The POST was answered, or its answer was lost. This event is never dropped.
    CreateAnswered {
        /// Which request this answers.
        request: RequestId,
        /// What is known.
        outcome: CreateOutcome,
    },
    /// A secret was deleted, or not.
    DeleteAnswered {
        /// Which request this answers.
        request: RequestId,
        /// What is known.
        outcome: DeleteOutcome,
    },
    /// A copy has ended.
    CopyFinished {
        /// Which request this answers.
        request: RequestId,
        /// How it went.
        outcome: CopyOutcome,
    },
    /// The clipboard was looked at.
    ClipboardChecked {
        /// Which request this answers.
        request: RequestId,
        /// What it holds.
        content: ClipboardContent,
    },
    /// Saving to a file has ended.
    FileSaved {
        /// Which request this answers.
        request: RequestId,
        /// How it went.
        outcome: SaveOutcome,
    },
    /// The command that the secret was handed to has ended, and the terminal is ours again.
    CommandEnded {
        /// Which request this answers.
        request: RequestId,
        /// How it went.
        outcome: CommandOutcome,
    },
    /// Standard output was written, or not.
    SecretPrinted {
        /// Which request this answers.
        request: RequestId,
        /// Why not.
        result: Result<(), PrintFailure>,
    },
    /// A run without a terminal wanted one, and has it now or cannot have it.
    TerminalTaken {
        /// Whether there is one.
        is_taken: bool,
    },
    /// The run was told to submit without the form (`--yes`).
    SubmittedBeforehand,
    /// The system wants the program to end.
    SignalReceived(Signal),
}

/// A signal that ends the program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Signal {
    /// SIGHUP: the terminal went away.
    HangUp,
    /// SIGINT, sent from outside; Ctrl-C is a key.
    Interrupt,
    /// SIGTERM.
    Terminate,
}

impl Signal {
    /// Its number, as POSIX has it.
    pub fn number(self) -> u8 {
        match self {
            Self::HangUp => 1,
            Self::Interrupt => 2,
            Self::Terminate => 15,
        }
    }
}

/// A key that was pressed. Its `Debug` says that there was one, not which.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct KeyPress {
    /// Which key.
    pub code: KeyCode,
    /// What was held with it.
    pub modifiers: KeyModifiers,
}

impl KeyPress {
    /// The character that this key types, if it types one.
    pub fn text(self) -> Option<char> {
        let plain = self.modifiers.difference(KeyModifiers::SHIFT).is_empty();
        match self.code {
            KeyCode::Char(character) if plain => Some(character),
            _ => None,
        }
    }

    /// True for the Enter key alone.
    pub fn is_enter(self) -> bool {
        self.code == KeyCode::Enter && self.modifiers.is_empty()
    }
}

impl From<KeyEvent> for KeyPress {
    fn from(event: KeyEvent) -> Self {
        Self { code: event.code, modifiers: event.modifiers }
    }
}

impl fmt::Debug for KeyPress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("KeyPress(..)")
    }
}

/// Pasted text. Its `Debug` shows the length only: people paste secrets by mistake.
#[derive(Clone, PartialEq, Eq)]
pub struct PastedText(pub String);

impl fmt::Debug for PastedText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PastedText({} bytes)", self.0.len())
    }
}
