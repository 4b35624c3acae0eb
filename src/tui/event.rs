//! What happens to the interface, and what it wants done: data in both directions.

use std::fmt;
use std::time::Duration;

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use secrecy::SecretString;

use crate::domain::{
    AccountEntry, AccountRef, ApiResult, ClientId, ClipboardContent, CommandReport, CopyOutcome, EnvFile,
    Exit, Format, KnownCommand, Login, NewSecret, OrganizationId, OrganizationSettings, Page, PendingRecord,
    ProfileName, ProfileUpdate, Project, ProjectEntry, ProjectId, SaveFailure, SavedFile, SecretId,
    SecretPayload, ServerText, ServiceAccount, Signal,
};
use crate::jobs::{Before, Deletion, Outcome, Question, Recheck, Recovered, SignInWith, SignedIn, Step};

/// Something that happened outside of the interface. No event's `Debug` shows what was typed, pasted or created.
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
    /// The time that `App::wake_in` asked for has passed.
    TimePassed,
    /// The time zone was read from the system.
    ZoneLoaded(TimeZone),
    /// A signal asks the program to end.
    SignalReceived(Signal),
    /// The creating job does something new.
    CreateStep(Step),
    /// The creating job asks.
    CreateAsked(Question),
    /// The creating job has ended. This event is never dropped.
    CreateFinished(Outcome),
    /// A search after a lost answer: the account is being fetched (`None`), or this pause has begun.
    RecoverStep(Option<Duration>),
    /// The search has ended.
    RecoverFinished(Recovered),
    /// A deletion was sent to Atlas.
    DeleteSent,
    /// A deletion has ended.
    DeleteFinished(Deletion),
    /// An account was fetched.
    AccountFetched(Reader, AccountRef, ApiResult<ServiceAccount>),
    /// A project was fetched.
    ProjectFetched(ProjectId, ApiResult<Project>),
    /// An organization's settings were fetched.
    SettingsFetched(OrganizationId, ApiResult<OrganizationSettings>),
    /// A page of the projects was fetched.
    ProjectsPage(u32, ApiResult<Page<ProjectEntry>>),
    /// A page of a project's service accounts was fetched.
    AccountsPage(ProjectId, u32, ApiResult<Page<AccountEntry>>),
    /// Atlas had too many requests: pages are asked for again after this long.
    PagesDelayed(Duration),
    /// The client is set up, and it is known which secret signs in.
    LoginKnown(Login),
    /// What the user should know about the credentials, now that they have been read.
    CredentialNote(ServerText),
    /// Credentials were tried.
    SignInTried(ApiResult<SignedIn>),
    /// A new secret was tried at Atlas's token endpoint.
    Verified(ApiResult<()>),
    /// These profiles of the Atlas CLI use the account.
    ProfilesFound(ClientId, Vec<ProfileName>),
    /// The secret was written to profiles, or not.
    ProfilesUpdated(Vec<ProfileUpdate>),
    /// A later change of a record failed, as a sentence.
    RecordFailed(String),
    /// Earlier runs left these records.
    PendingRecordsFound(Vec<PendingRecord>),
    /// A copy has ended.
    CopyFinished(CopyOutcome),
    /// The clipboard was read.
    ClipboardChecked(ClipboardContent),
    /// Saving to a file has ended.
    Saved(DeliveryId, Result<SavedFile, SaveFailure>),
    /// Updating a file has ended; its whole path.
    FileUpdated(DeliveryId, Result<ServerText, SaveFailure>),
    /// The command that got the secret has ended, and the terminal is ours again.
    CommandEnded(DeliveryId, CommandReport),
    /// These command lines are for tools that are installed.
    PresetsFound(Vec<KnownCommand>),
    /// Standard output was written, or why not, as a sentence.
    Printed(Result<(), String>),
}

/// Numbers the saves and commands of a run, so that a late result is not taken for that of another one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct DeliveryId(pub u64);

/// Who asked for an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reader {
    /// The form, for the account that it names.
    Form,
    /// The screen of the new secret, for the account's other secrets.
    Created,
    /// The list of secrets to delete from.
    SecretList,
}

/// Work for the event loop. The secret that a [`SecretPayload`] carries is redacted in `Debug`.
///
/// At most one job of a kind runs: starting another replaces it, and what the replaced one reports is dropped. The
/// creating job is never replaced.
#[derive(Clone, Debug)]
pub enum Command {
    /// Start the creating job.
    Create(NewSecret),
    /// Cancel it; what that means is the job's to decide.
    CancelCreate,
    /// Answer its question.
    Answer(bool),
    /// Search the account for a secret whose value was lost, with these pauses.
    Recover(AccountRef, Before, &'static [Duration]),
    /// Stop that search.
    StopRecover,
    /// Delete a secret.
    Delete(AccountRef, SecretId, Recheck),
    /// Stop a deletion that has not been sent.
    CancelDelete,
    /// Fetch an account.
    FetchAccount(Reader, AccountRef),
    /// Fetch a project.
    FetchProject(ProjectId),
    /// Fetch what an organization allows.
    FetchSettings(OrganizationId),
    /// Fetch a page of the projects, from 1.
    FetchProjects(u32),
    /// Fetch a page of a project's service accounts, from 1.
    FetchAccounts(ProjectId, u32),
    /// Stop fetching pages: their list was left.
    StopPages,
    /// Try to sign in.
    SignIn(SignInWith),
    /// Use what was tried last from now on.
    UseSession,
    /// Prove that a secret works.
    Verify(ClientId, SecretString),
    /// Look up which profiles of the Atlas CLI use an account.
    FindProfiles(ClientId),
    /// Write the secret to these profiles, whatever they have now.
    UpdateProfiles(Vec<ProfileName>, Box<SecretPayload>),
    /// Add what Atlas said of the new secret to the record of its creation.
    RecordSecret(Option<SecretId>, Option<Timestamp>),
    /// Remove that record: nothing was created, or the secret is delivered or deleted.
    SettleRecord,
    /// Remove a record of an earlier run, by its number.
    SettlePrevious(usize),
    /// Copy a text that is no secret.
    CopyText(String),
    /// Copy the secret.
    Copy(Format, Box<SecretPayload>),
    /// Read whether the clipboard still holds the copy.
    CheckClipboard,
    /// Keep the copy on the clipboard for this much longer.
    ExtendClipboard(Duration),
    /// Empty the clipboard if it still holds the copy.
    ClearClipboard,
    /// Save the secret to a file; the extension of the path decides the format.
    Save(DeliveryId, String, Box<SecretPayload>),
    /// Update the two variables in an existing `.env` file; true when it may be made private for that.
    UpdateEnv(DeliveryId, String, Box<SecretPayload>, EnvFile),
    /// Look for the tools that command lines are known for.
    FindPresets,
    /// Give the terminal to a command that reads the secret in this format from its standard input.
    Run(DeliveryId, String, Format, Box<SecretPayload>),
    /// Restore the terminal and write the secret to standard output.
    Print(Format, Box<SecretPayload>),
    /// Say this on standard error once the screen is gone.
    Report(String),
    /// Restore the terminal and stop until job control continues the program.
    Suspend,
    /// Draw the whole screen again.
    Repaint,
    /// Leave.
    Quit(Exit),
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

    /// True for what a terminal without bracketed paste sends of a pasted text.
    pub(super) fn is_typed(&self) -> bool {
        self.text().is_some() || self.is_enter()
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
