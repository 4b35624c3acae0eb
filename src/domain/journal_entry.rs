//! What the journal records of a creation until its secret is delivered.
//!
//! **Invariant:** ids only; no type here can hold a secret.

use jiff::Timestamp;

use super::{BaseUrl, ClientId, ProjectId, SecretId, ServerText};

/// One creation: enough to find the secret in Atlas again, and nothing that signs in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JournalEntry {
    /// Where the request went.
    pub base_url: BaseUrl,
    /// Who was signed in: the kind of credential and its public half.
    pub identity: ServerText,
    /// The project of the account.
    pub project: ProjectId,
    /// The account that gets the secret.
    pub client: ClientId,
    /// When the creation began, by Atlas's clock; by this machine's where Atlas's was not known.
    pub begun_at: Timestamp,
    /// The ids of the secrets that the account had just before; `None` when the account could not be fetched.
    pub ids_before: Option<Vec<SecretId>>,
    /// The new secret's id, once Atlas has answered with a readable one.
    pub secret_id: Option<SecretId>,
    /// When the new secret stops to work, once Atlas has said so.
    pub expires_at: Option<Timestamp>,
}

/// A record that a previous run left. While this run holds it, no other run reports it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PendingRecord {
    /// Which of the records found at the start it is.
    pub number: usize,
    /// What was recorded.
    pub entry: JournalEntry,
}
