//! What the journal records of a creation until its secret is delivered.
//!
//! **Invariant:** ids only; no type here can hold a secret.

use jiff::Timestamp;
use thiserror::Error;

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

/// A record that cannot be read. It is reported by name and never deleted automatically.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("The record {file} of an earlier secret cannot be read: {damage}.")]
pub struct DamagedRecord {
    /// The path of its file.
    pub file: ServerText,
    /// What is wrong with it.
    pub damage: Damage,
}

/// What is wrong with a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum Damage {
    /// It is cut off or was changed by something else.
    #[error("it is damaged")]
    Unreadable,
    /// A program with another format wrote it.
    #[error("another version of atlas-secret wrote it")]
    OtherVersion,
}

/// Why something could not be recorded. Creating goes on, and the screen says so.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum JournalProblem {
    /// There is no folder for records, and none can be created.
    #[error("its folder cannot be created")]
    NoFolder,
    /// The folder may not be written to.
    #[error("its folder is not writable")]
    NotAllowed,
    /// The disk is full.
    #[error("the disk is full")]
    Full,
    /// The disk did not answer in time.
    #[error("the disk does not respond")]
    Silent,
    /// Anything else, in the system's words.
    #[error("{0}")]
    Other(ServerText),
}

/// What the journal was to do when a [`JournalProblem`] came up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum JournalStep {
    /// To record that a secret is about to be created.
    Begin,
    /// To record the new secret's id.
    Answered,
    /// To remove the record.
    Settled,
    /// To read the records of previous runs.
    LookBack,
}

impl JournalProblem {
    /// What was not kept and why, as a sentence.
    pub fn sentence(&self, step: JournalStep) -> String {
        let what = match step {
            JournalStep::Begin => "Could not record that a secret is being created",
            JournalStep::Answered => "Could not record the new secret's ID",
            JournalStep::Settled => "Could not remove the record of this secret",
            JournalStep::LookBack => "Could not read the records of earlier secrets",
        };
        format!("{what}: {self}.")
    }
}

/// A record that a previous run left. While this run holds it, no other run reports it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PendingRecord {
    /// Which of the records found at the start it is.
    pub number: usize,
    /// What was recorded.
    pub entry: JournalEntry,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_problem_says_what_was_not_kept_and_why() {
        let other = JournalProblem::Other(ServerText::new("the disk\u{1b}[31m burns"));
        let rows = [
            (
                JournalProblem::Full,
                JournalStep::Begin,
                "Could not record that a secret is being created: the disk is full.",
            ),
            (
                JournalProblem::NotAllowed,
                JournalStep::Answered,
                "Could not record the new secret's ID: its folder is not writable.",
            ),
            (
                JournalProblem::NoFolder,
                JournalStep::Settled,
                "Could not remove the record of this secret: its folder cannot be created.",
            ),
            (
                other,
                JournalStep::LookBack,
                "Could not read the records of earlier secrets: the disk[31m burns.",
            ),
        ];
        for (problem, step, expected) in rows {
            assert_eq!(problem.sentence(step), expected);
        }
    }
}
