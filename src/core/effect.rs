//! What the core wants done. The shell does it and answers with an event.

use std::time::Duration;

use jiff::Timestamp;
use secrecy::SecretString;

use crate::domain::{
    ClientId, Credentials, Exit, Format, NewSecret, OrganizationId, ProfileName, ProjectId, RequestId,
    SecretId, SecretPayload,
};

use super::Said;

/// Work for the shell, as data. The secret that a [`SecretPayload`] carries is redacted in `Debug`.
#[derive(Clone, Debug)]
pub enum Effect {
    /// Make sure that there is a token with some life left. Answered by `SignedIn`.
    SignIn {
        /// To be named in the answer.
        request: RequestId,
    },
    /// Try credentials that were typed, and keep them for the session if Atlas takes them. Answered by
    /// `SignInTried`.
    TryCredentials {
        /// To be named in the answer.
        request: RequestId,
        /// What to try.
        credentials: Credentials,
    },
    /// Try a profile of the Atlas CLI, likewise.
    TryProfile {
        /// To be named in the answer.
        request: RequestId,
        /// The profile's name.
        name: ProfileName,
    },
    /// Use what was tried under this request from now on: the core has accepted it.
    UseSession {
        /// The request that tried it.
        request: RequestId,
    },
    /// Go on with the embedded Atlas. Answered by `SignInTried`.
    OpenDemo {
        /// To be named in the answer.
        request: RequestId,
    },
    /// Read the account that is to get the secret. Answered by `AccountRead`.
    ReadAccount {
        /// To be named in the answer.
        request: RequestId,
        /// The account's project.
        project: ProjectId,
        /// The account.
        client: ClientId,
    },
    /// Read a page of the list of projects. Answered by `ProjectsRead`.
    ReadProjects {
        /// To be named in the answer.
        request: RequestId,
        /// Which page, from 1.
        page: u32,
    },
    /// Read a page of the list of a project's service accounts. Answered by `AccountsRead`.
    ReadAccounts {
        /// To be named in the answer.
        request: RequestId,
        /// The project.
        project: ProjectId,
        /// Which page, from 1.
        page: u32,
    },
    /// Send the POST, once; nothing cancels it. Answered by `CreateAnswered`, always.
    CreateSecret {
        /// To be named in the answer.
        request: RequestId,
        /// What to create.
        new_secret: NewSecret,
    },
    /// Delete a secret in Atlas. Answered by `DeleteAnswered`.
    DeleteSecret {
        /// To be named in the answer.
        request: RequestId,
        /// The account's project.
        project: ProjectId,
        /// The account.
        client: ClientId,
        /// The secret to delete.
        secret_id: SecretId,
    },
    /// Read a project. Answered by `ProjectRead`.
    ReadProject {
        /// To be named in the answer.
        request: RequestId,
        /// The project.
        project: ProjectId,
    },
    /// Read what an organization allows. Answered by `SettingsRead`.
    ReadSettings {
        /// To be named in the answer.
        request: RequestId,
        /// The organization.
        organization: OrganizationId,
    },
    /// Note on the disk that a secret is about to be created. Answered by `CreationNoted`.
    NoteCreation {
        /// To be named in the answer.
        request: RequestId,
        /// What is to be created.
        new_secret: NewSecret,
        /// When, by Atlas's clock where that is known: it is compared with what Atlas says of its secrets.
        begun_at: Timestamp,
        /// The ids of the secrets before; `None` when nobody could look.
        ids_before: Option<Vec<SecretId>>,
    },
    /// Add what Atlas said of the new secret to that note.
    NoteSecret {
        /// Its id, where it is known.
        secret_id: Option<SecretId>,
        /// When it stops to work, where that is known.
        expires_at: Option<Timestamp>,
    },
    /// Take that note away: nothing was created, or somebody has the secret, or it is gone.
    ForgetCreation,
    /// Take away the note of an earlier run.
    ForgetLeftOver {
        /// Which of those found at the start.
        number: usize,
    },
    /// Prove that a secret works, at Atlas's token endpoint. Answered by `SecretVerified`.
    VerifySecret {
        /// To be named in the answer.
        request: RequestId,
        /// Whose secret.
        client: ClientId,
        /// The secret.
        value: SecretString,
    },
    /// Copy a text that is no secret. Answered by `CopyFinished`.
    CopyText {
        /// To be named in the answer.
        request: RequestId,
        /// What to copy.
        text: String,
    },
    /// Copy the secret. Answered by `CopyFinished`.
    CopyToClipboard {
        /// To be named in the answer.
        request: RequestId,
        /// In which shape.
        format: Format,
        /// What to copy.
        payload: Box<SecretPayload>,
    },
    /// Give a copy more time on the clipboard. Answered by `ClipboardChecked`.
    ExtendClipboard {
        /// To be named in the answer.
        request: RequestId,
        /// How much more.
        by: Duration,
    },
    /// Empty the clipboard if it still holds what was copied.
    ClearClipboard,
    /// Save the secret to a file. Answered by `FileSaved`.
    SaveToFile {
        /// To be named in the answer.
        request: RequestId,
        /// The path as it was typed; its extension says in which shape.
        path: String,
        /// What to save.
        payload: Box<SecretPayload>,
    },
    /// Lend the terminal to a command that gets the secret on its standard input. Answered by `CommandEnded`.
    PipeToCommand {
        /// To be named in the answer.
        request: RequestId,
        /// The command line as it was typed.
        line: String,
        /// What to hand over.
        payload: Box<SecretPayload>,
    },
    /// Give the terminal back and write the secret to standard output. Answered by `SecretPrinted`.
    PrintSecret {
        /// To be named in the answer.
        request: RequestId,
        /// In which shape.
        format: Format,
        /// What to print.
        payload: Box<SecretPayload>,
    },
    /// Say something on standard error; with a screen, once it is gone.
    Tell(Said),
    /// Show the screen of a run that began without one. Answered by `TerminalTaken`.
    TakeTerminal,
    /// Look whether the clipboard still holds what was copied. Answered by `ClipboardChecked`.
    CheckClipboard {
        /// To be named in the answer.
        request: RequestId,
    },
    /// Give the terminal back and stop until the shell's job control wakes the program.
    Suspend,
    /// Paint the whole screen anew.
    Repaint,
    /// Leave.
    Quit(Exit),
}

impl Effect {
    /// The request that an event will answer; `None` for an effect that is not answered.
    pub fn request(&self) -> Option<RequestId> {
        match self {
            Self::SignIn { request }
            | Self::TryCredentials { request, .. }
            | Self::TryProfile { request, .. }
            | Self::OpenDemo { request }
            | Self::ReadAccount { request, .. }
            | Self::ReadProjects { request, .. }
            | Self::ReadAccounts { request, .. }
            | Self::CreateSecret { request, .. }
            | Self::DeleteSecret { request, .. }
            | Self::ReadProject { request, .. }
            | Self::ReadSettings { request, .. }
            | Self::NoteCreation { request, .. }
            | Self::VerifySecret { request, .. }
            | Self::CopyText { request, .. }
            | Self::CopyToClipboard { request, .. }
            | Self::ExtendClipboard { request, .. }
            | Self::SaveToFile { request, .. }
            | Self::PipeToCommand { request, .. }
            | Self::PrintSecret { request, .. }
            | Self::CheckClipboard { request } => Some(*request),
            Self::UseSession { .. }
            | Self::NoteSecret { .. }
            | Self::ForgetCreation
            | Self::ForgetLeftOver { .. }
            | Self::ClearClipboard
            | Self::Tell(_)
            | Self::TakeTerminal
            | Self::Suspend
            | Self::Repaint
            | Self::Quit(_) => None,
        }
    }
}
