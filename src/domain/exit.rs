//! How the program ends.

use jiff::Timestamp;

use super::{ClientId, SecretId};

/// Why the program left, and the exit code that tells it to a shell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    /// The secret was handed over, or nothing was created and nobody waits for output.
    Done,
    /// Nothing was created although something was to be.
    NothingCreated,
    /// The arguments or the environment do not make sense.
    Usage,
    /// A secret was created, or perhaps was, and was not handed over.
    NotHandedOver,
    /// A signal of this number ended the program and nothing was lost.
    Signal(u8),
}

impl Exit {
    /// The process's exit code; a signal's is 128 and its number, as shells have it.
    pub fn code(self) -> u8 {
        match self {
            Self::Done => 0,
            Self::NothingCreated => 1,
            Self::Usage => 2,
            Self::NotHandedOver => 3,
            Self::Signal(number) => 128 + number,
        }
    }
}

/// What is said on standard error after the program has left the screen: the facts of a secret that was
/// created, or perhaps was, and never its value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Farewell {
    /// Whose secret it is.
    pub client: ClientId,
    /// The secret's id, where Atlas gave one.
    pub secret_id: Option<SecretId>,
    /// When the secret stops to work, where Atlas said so.
    pub expires_at: Option<Timestamp>,
    /// What became of it.
    pub fate: Fate,
}

/// What became of a secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// It was copied, and the copy was read back.
    Copied,
    /// It was copied, and the clipboard ended with the program before anybody said that it was pasted.
    CopyEnded,
    /// It was sent to the terminal, which never answers.
    SentToTerminal,
    /// It was deleted in Atlas again.
    Deleted,
    /// It was created and left without having been handed over.
    NeverHandedOver,
    /// Nobody can tell whether it was created.
    PerhapsCreated,
}

impl Fate {
    /// True when somebody has to clean up in Atlas.
    pub fn is_loss(self) -> bool {
        matches!(self, Self::NeverHandedOver | Self::CopyEnded | Self::PerhapsCreated)
    }

    /// The fate in words, to follow what it is said of.
    pub fn words(self) -> &'static str {
        match self {
            Self::Copied => "copied to the clipboard, which leaving empties",
            Self::CopyEnded => "its copy ended with the program: unless you pasted it, delete it in Atlas",
            Self::SentToTerminal => "sent to your terminal's clipboard",
            Self::Deleted => "deleted in Atlas",
            Self::NeverHandedOver => "never handed over: delete it in Atlas",
            Self::PerhapsCreated => "perhaps created, its value lost: look in Atlas",
        }
    }
}
