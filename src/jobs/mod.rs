//! The work behind the user's requests. A *job* is one `async fn` that reads from top to bottom. It communicates with
//! its caller through an [`Operator`], and never draws, prints or reads a key.
//!
//! The interface runs jobs in tasks and turns their reports into events; `headless` awaits them directly.

mod connection;
mod create;
mod delete;
mod reads;
mod records;
mod recover;
mod sign_in;
#[cfg(debug_assertions)]
pub(crate) mod test_hooks;

use std::future::Future;

use jiff::Timestamp;
use secrecy::SecretString;

use crate::domain::{
    AccountEntry, AccountRef, ApiError, ApiResult, ClientId, Consequences, CreatedSecret, NewSecret,
    OrganizationId, OrganizationSettings, Page, Project, ProjectEntry, ProjectId, SecretId, ServiceAccount,
};

pub use connection::{Connections, Source};
pub use create::{NotCreated, Outcome, Reason, create};
pub use delete::{Deletion, Recheck, delete};
pub use reads::{MAX_RETRIES, Retry, read_pages};
pub use records::Records;
pub use recover::{AccountBefore, PAUSES, Recovered, recover};
pub use sign_in::{Authenticator, SignInWith, SignedIn, profile_session, read_profiles};

/// The requests to Atlas that jobs need.
///
/// **Invariant:** if the future of `create_secret` is dropped after the request has begun, the request still runs to
/// its end.
pub trait AtlasApi: Send + Sync {
    /// Makes sure that there is a token that does not expire soon.
    fn sign_in(&self) -> impl Future<Output = ApiResult<()>> + Send;
    fn account(&self, of: &AccountRef) -> impl Future<Output = ApiResult<ServiceAccount>> + Send;
    fn project(&self, id: &ProjectId) -> impl Future<Output = ApiResult<Project>> + Send;
    fn settings(&self, of: &OrganizationId) -> impl Future<Output = ApiResult<OrganizationSettings>> + Send;
    /// Fetches a page of the projects that the credentials can see. Pages count from 1.
    fn projects(&self, page: u32) -> impl Future<Output = ApiResult<Page<ProjectEntry>>> + Send;
    /// Fetches a page of a project's service accounts. Pages count from 1.
    fn accounts(
        &self,
        of: &ProjectId,
        page: u32,
    ) -> impl Future<Output = ApiResult<Page<AccountEntry>>> + Send;
    /// Sends the creating POST once.
    fn create_secret(&self, new_secret: &NewSecret) -> impl Future<Output = ApiResult<CreatedSecret>> + Send;
    fn delete_secret(&self, of: &AccountRef, id: &SecretId) -> impl Future<Output = ApiResult<()>> + Send;
    /// Signs in with a new secret to prove that it works.
    fn verify(&self, client: &ClientId, secret: &SecretString) -> impl Future<Output = ApiResult<()>> + Send;
}

/// Records pending creations. Errors are sentences for the user, because a full disk is no reason not to create.
pub trait Journal: Send + Sync {
    /// Records that a secret is about to be created.
    fn begin(
        &self,
        new_secret: &NewSecret,
        begun_at: Timestamp,
        ids_before: Option<Vec<SecretId>>,
    ) -> impl Future<Output = Result<(), String>> + Send;
    /// Removes the record, because the secret was delivered or was not created.
    fn remove(&self) -> impl Future<Output = Result<(), String>> + Send;
}

/// The caller of a job: the interface, or a run without one.
pub trait Operator: Send {
    fn progress(&mut self, step: Step);
    /// True if the creating job must ask even if creating has no consequences.
    fn must_be_asked(&self) -> bool {
        false
    }
    /// Asks a question. The job only continues if the result is true.
    fn confirm(&mut self, question: Question) -> impl Future<Output = bool> + Send;
}

/// A step of a creating job.
#[derive(Clone, Debug)]
pub enum Step {
    SigningIn,
    FetchingAccount,
    Fetched(ServiceAccount),
    /// Deleting an expired secret, so that a new one can be created.
    DeletingExpired,
    Recording,
    /// The creation could not be recorded. Contains a sentence that says why.
    NotRecorded(String),
    /// Sending the POST. Contains the account's state before it.
    Creating(AccountBefore),
    /// Waiting after a temporary error of a read, or after a rate limit, before trying again.
    Retrying(Retry),
    /// The user has stopped waiting, but the POST continues.
    StoppedWaiting,
}

/// A question before the POST.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Question {
    /// Creating changes the account's other secrets.
    Consequences(Consequences),
    AccountUnknown(ApiError),
}
