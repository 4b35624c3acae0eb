//! The work behind every request of the user. A *job* is one `async fn` that reads from top to bottom; it talks to
//! whoever started it through an [`Operator`] and never draws, prints or reads a key.
//!
//! The interface starts jobs in tasks and turns what they report into events; `headless` awaits them directly.

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
use std::time::Duration;

use jiff::Timestamp;
use secrecy::SecretString;

use crate::domain::{
    AccountEntry, AccountRef, ApiError, ApiResult, ClientId, Consequences, CreatedSecret, NewSecret,
    OrganizationId, OrganizationSettings, Page, Project, ProjectEntry, ProjectId, Rejection, SecretId,
    ServiceAccount,
};

pub use connection::{Connections, Source};
pub use create::{Created, MOST_RESTARTS, NotCreated, Outcome, Reason, create};
pub use delete::{Deletion, Recheck, delete};
pub use reads::{all_pages, pause_before_restart, with_retries};
pub use records::Records;
pub use recover::{Before, PAUSES, Recovered, recover};
pub use sign_in::{Authenticator, SignInWith, SignedIn, profile_session};

/// What jobs ask of Atlas.
///
/// **Invariant:** the future of `create_secret` may be dropped, but a request that has begun still runs to its end.
pub trait AtlasApi: Send + Sync {
    /// Makes sure that there is a token with some life left.
    fn sign_in(&self) -> impl Future<Output = ApiResult<()>> + Send;
    /// Fetches an account with its secrets.
    fn account(&self, of: &AccountRef) -> impl Future<Output = ApiResult<ServiceAccount>> + Send;
    /// Fetches a project.
    fn project(&self, id: &ProjectId) -> impl Future<Output = ApiResult<Project>> + Send;
    /// Fetches what an organization allows.
    fn settings(&self, of: &OrganizationId) -> impl Future<Output = ApiResult<OrganizationSettings>> + Send;
    /// Fetches a page of the projects that the credentials can see, from 1.
    fn projects(&self, page: u32) -> impl Future<Output = ApiResult<Page<ProjectEntry>>> + Send;
    /// Fetches a page of a project's service accounts, from 1.
    fn accounts(
        &self,
        of: &ProjectId,
        page: u32,
    ) -> impl Future<Output = ApiResult<Page<AccountEntry>>> + Send;
    /// Sends the creating POST once.
    fn create_secret(&self, new_secret: &NewSecret) -> impl Future<Output = ApiResult<CreatedSecret>> + Send;
    /// Deletes a secret.
    fn delete_secret(&self, of: &AccountRef, id: &SecretId) -> impl Future<Output = ApiResult<()>> + Send;
    /// Signs in with a new secret to prove that it works.
    fn verify(&self, client: &ClientId, secret: &SecretString) -> impl Future<Output = ApiResult<()>> + Send;
}

/// Where pending creations are recorded. Errors are sentences for the user: a full disk is no reason not to create.
pub trait Journal: Send + Sync {
    /// Records that a secret is about to be created.
    fn begin(
        &self,
        new_secret: &NewSecret,
        begun_at: Timestamp,
        ids_before: Option<Vec<SecretId>>,
    ) -> impl Future<Output = Result<(), String>> + Send;
    /// Removes the record: nothing was created.
    fn settle(&self) -> impl Future<Output = Result<(), String>> + Send;
}

/// Who started a job: the terminal interface, or a run without one.
pub trait Operator: Send {
    /// Takes note of what the job does now.
    fn progress(&mut self, step: Step);
    /// Answers a question; only `true` goes on.
    fn confirm(&mut self, question: Question) -> impl Future<Output = bool> + Send;
}

/// What a creating job does now.
#[derive(Clone, Debug)]
pub enum Step {
    /// Getting a token.
    SigningIn,
    /// Fetching the account and its secrets.
    FetchingAccount,
    /// The account was fetched.
    Fetched(ServiceAccount),
    /// Deleting an expired secret, so that a new one can be created.
    DeletingExpired,
    /// Recording the creation on the disk.
    Recording,
    /// The creation could not be recorded, as a sentence.
    NotRecorded(String),
    /// The POST is being sent; this is what was known before it.
    Creating(Before),
    /// Atlas had too many requests; the job starts again after this long.
    RateLimited(Duration, Rejection),
    /// The user stopped waiting; the POST runs on.
    StoppedWaiting,
}

/// What is asked before the POST.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Question {
    /// Creating changes the account's other secrets.
    Consequences(Consequences),
    /// The account could not be fetched.
    AccountUnknown(ApiError),
}
