//! Events and commands: what happens to the interface, and what it wants done.

use std::fmt;
use std::time::Duration;

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use secrecy::SecretString;

use crate::delivery::{
    ClipboardContent, CommandOutput, CopyOutcome, DeliveryFailure, DeliveryTask, KnownCommand, ProfileUpdate,
};
use crate::domain::{
    AccountEntry, AccountRef, ApiResult, ClientId, Delivery, Exit, Format, Login, NewSecret, OrganizationId,
    OrganizationSettings, Page, PendingRecord, ProfileName, Project, ProjectEntry, ProjectId, SecretId,
    SecretPayload, ServerText, ServiceAccount, Signal,
};
use crate::jobs::{
    AccountBefore, Deletion, Outcome, Question, Recheck, Recovered, Retry, SignInWith, SignedIn, Step,
};

/// Something that happened outside the interface. `Debug` never shows what was typed, pasted or created.
#[derive(Clone, Debug)]
pub enum Event {
    /// Keys from one read of the terminal: usually one, many when a terminal without bracketed paste sends a paste.
    KeysPressed(Vec<KeyPress>),
    Pasted(PastedText),
    Resized {
        columns: u16,
        rows: u16,
    },
    /// Something drawn changes, or the time of `App::due_in` has passed.
    TimePassed,
    ZoneLoaded(TimeZone),
    SignalReceived(Signal),
    CreateStep(Step),
    CreateAsked(Question),
    /// The creating job ended. This event is never dropped.
    CreateFinished(Outcome),
    /// The search after a lost response fetches the account (`None`), or pauses for this long.
    RecoverStep(Option<Duration>),
    RecoverFinished(Recovered),
    DeleteSent,
    DeleteFinished(Deletion),
    AccountFetched(AccountRef, ApiResult<ServiceAccount>),
    ProjectFetched(ProjectId, ApiResult<Project>),
    SettingsFetched(OrganizationId, ApiResult<OrganizationSettings>),
    ProjectsPage(ApiResult<Page<ProjectEntry>>),
    AccountsPage(ProjectId, ApiResult<Page<AccountEntry>>),
    /// The page is requested again after a pause.
    PageRetried(Retry),
    /// The secret that this session signs in with is known.
    LoginKnown(Login),
    CredentialNote(ServerText),
    SignInTried(ApiResult<SignedIn>),
    /// A new secret was tried at Atlas's token endpoint.
    Verified(ApiResult<()>),
    ProfilesFound(ClientId, Vec<ProfileName>),
    ProfilesUpdated(Vec<ProfileUpdate>),
    /// A record could not be changed. The text is a sentence for the user.
    RecordFailed(String),
    /// Earlier runs left these records of secrets that may be undelivered.
    PendingRecordsFound(Vec<PendingRecord>),
    CopyFinished(CopyOutcome),
    ClipboardChecked(ClipboardContent),
    /// A save or a command ended, with this output of the command.
    Delivered(Result<Delivery, DeliveryFailure>, CommandOutput),
    PresetsFound(Vec<KnownCommand>),
    /// Writing to standard output ended. An error is a sentence.
    Printed(Result<(), String>),
}

/// Work that the interface wants done. `Debug` redacts the secret in a [`SecretPayload`].
#[derive(Clone, Debug)]
pub enum Command {
    /// Create a secret, after a question if `must_ask` or if creating has consequences.
    Create {
        new_secret: NewSecret,
        must_ask: bool,
    },
    /// Cancel the creation. The job decides what that means.
    CancelCreate,
    Answer(bool),
    /// Search the account for a secret whose value was lost, with these pauses between reads.
    Recover(AccountRef, AccountBefore, &'static [Duration]),
    StopRecover,
    Delete(AccountRef, SecretId, Recheck),
    /// Stop a deletion that has not been sent.
    CancelDelete,
    FetchAccount(AccountRef),
    FetchProject(ProjectId),
    FetchSettings(OrganizationId),
    /// Fetch the projects, from this page on. Pages count from 1.
    FetchProjects(u32),
    /// Fetch a project's service accounts, from this page on. Pages count from 1.
    FetchAccounts(ProjectId, u32),
    StopPages,
    SignIn(SignInWith),
    /// From now on, use the credentials that were tried last.
    UseSession,
    Verify(ClientId, SecretString),
    FindProfiles(ClientId),
    UpdateProfiles(Vec<ProfileName>, Box<SecretPayload>),
    /// Add the new secret's ID and expiry to the record of its creation.
    RecordSecret(Option<SecretId>, Option<Timestamp>),
    /// Remove that record: the secret is delivered or deleted.
    RemoveRecord,
    /// Remove a record of an earlier run, by its number.
    RemovePrevious(usize),
    CopyText(String),
    Copy(Format, Box<SecretPayload>),
    CheckClipboard,
    /// Keep the copy on the clipboard for this much longer.
    ExtendClipboard(Duration),
    /// Empty the clipboard if it still holds the copy.
    ClearClipboard,
    Deliver(DeliveryTask, Box<SecretPayload>),
    FindPresets,
    /// Restore the terminal and write the secret to standard output.
    Print(Format, Box<SecretPayload>),
    /// Print a line on standard error after the screen is gone.
    Report(String),
    /// Restore the terminal and stop, as Ctrl-Z asks.
    Suspend,
    Repaint,
    Quit(Exit),
}

/// A key press. `Debug` does not show which key.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct KeyPress {
    pub code: KeyCode,
    pub modifiers: KeyModifiers,
}

impl KeyPress {
    /// The character that this key types, if any.
    pub fn text(self) -> Option<char> {
        let plain = self.modifiers.difference(KeyModifiers::SHIFT).is_empty();
        match self.code {
            KeyCode::Char(character) if plain => Some(character),
            _ => None,
        }
    }

    /// True for keys that a terminal without bracketed paste sends for pasted text.
    pub(super) fn is_typed(&self) -> bool {
        self.text().is_some() || self.code == KeyCode::Enter && self.modifiers.is_empty()
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

/// Pasted text. `Debug` shows only its length: people paste secrets by mistake.
#[derive(Clone, PartialEq, Eq)]
pub struct PastedText(pub String);

impl fmt::Debug for PastedText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PastedText({} bytes)", self.0.len())
    }
}
