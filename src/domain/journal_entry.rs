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
#[error(
    "The record {file} of an earlier run cannot be read: {damage}. Check the account's secrets in Atlas, then delete \
     the file."
)]
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
    /// There is no folder for records, and none can be made.
    #[error("the folder for records does not exist and cannot be created")]
    NoFolder,
    /// The folder may not be written to.
    #[error("the folder for records is not writable")]
    NotAllowed,
    /// The disk is full.
    #[error("the disk is full")]
    Full,
    /// The disk did not answer in time.
    #[error("the disk did not answer in time")]
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
    /// To remove the record, because nothing is left to remember.
    Settled,
    /// To read the records of earlier runs.
    LookBack,
}

impl JournalProblem {
    /// What failed and why, as a sentence or two.
    pub fn sentence(&self, step: JournalStep) -> String {
        let what = match step {
            JournalStep::Begin => "This creation is not recorded on disk",
            JournalStep::Answered => "The new secret's ID is not recorded on disk",
            JournalStep::Settled => "The record of this secret was not removed from the disk",
            JournalStep::LookBack => "The records of earlier runs cannot be read",
        };
        let meaning = match step {
            JournalStep::Begin => " If the program is killed, the next start cannot report the secret.",
            _ => "",
        };
        format!("{what}: {self}.{meaning}")
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
                "This creation is not recorded on disk: the disk is full. If the program is killed, the next start \
                 cannot report the secret.",
            ),
            (
                JournalProblem::NotAllowed,
                JournalStep::Answered,
                "The new secret's ID is not recorded on disk: the folder for records is not writable.",
            ),
            (
                JournalProblem::NoFolder,
                JournalStep::Settled,
                "The record of this secret was not removed from the disk: the folder for records does not exist and \
                 cannot be created.",
            ),
            (other, JournalStep::LookBack, "The records of earlier runs cannot be read: the disk[31m burns."),
        ];
        for (problem, step, expected) in rows {
            assert_eq!(problem.sentence(step), expected);
        }
    }
}
