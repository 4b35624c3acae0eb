//! What the core wants done. The shell does it and answers with an event.

use secrecy::SecretString;

use crate::domain::{ClientId, Credentials, Exit, NewSecret, ProjectId, RequestId, SecretId, ServerText};

/// Work for the shell, as data. The value that [`Effect::CopyToClipboard`] carries is redacted in `Debug`.
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
        name: ServerText,
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
    /// Copy a value. Answered by `CopyFinished`.
    CopyToClipboard {
        /// To be named in the answer.
        request: RequestId,
        /// What to copy.
        value: SecretString,
    },
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
            | Self::CopyToClipboard { request, .. }
            | Self::CheckClipboard { request } => Some(*request),
            Self::UseSession { .. } | Self::Suspend | Self::Repaint | Self::Quit(_) => None,
        }
    }
}
