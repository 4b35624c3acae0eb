//! Delivers the secret: to the clipboard, a file, the standard input of a command, standard output, or the profiles of
//! the Atlas CLI that use the account.
//!
//! **Invariant:** no outcome claims more than was proved: "copied" after reading back, "saved" once file and folder are
//! on disk, "succeeded" once a command has read everything and exited with 0.

mod clipboard;
mod command;
mod file;
#[cfg(test)]
mod fixtures;
mod format;
mod profile;
mod stdout;

use std::io::Write;
use std::ops::Range;
use std::path::{Path, PathBuf, is_separator};

use zeroize::Zeroizing;

use crate::domain::{Delivery, SecretPayload, ServerText};

pub use clipboard::{
    ClipboardContent, Copier, CopyError, CopyOutcome, Environment, HOLD_CLIPBOARD, LostCopy, Preference,
    TerminalRoute, hold_clipboard,
};
pub use command::{CommandOutcome, CommandOutput, KnownCommand, check_line, find_presets, pipe_to};
pub use file::{EnvFile, OtherClient, SaveFailure, save, update_env};
pub use format::render;
pub use profile::{ProfileUpdate, profiles_of, update_profiles};
pub use stdout::{StdoutError, StdoutKind, check_stdout, write_secret};

/// A delivery whose path or command line the user types. One of them runs at a time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DeliveryTask {
    /// Save to a new file, whose extension decides the format, or update the `.env` file as the user agreed to.
    Save { path: String, agreed: Option<EnvFile> },
    /// Give the terminal to a command that reads the secret from standard input.
    Run(KnownCommand),
}

/// Why a task did not deliver the secret, or may not have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DeliveryFailure {
    /// The file exists, and can be updated if the user agrees.
    CanUpdate(EnvFile),
    /// A command was rejected or could not be started. The text is a sentence for the user.
    NotStarted(String),
    /// Any other failure, as a sentence for the user.
    Failed(String),
}

impl DeliveryFailure {
    /// The failure of a task that panicked.
    pub fn interrupted(why: &ServerText) -> Self {
        Self::Failed(format!("It is not known how it ended ({why}). Check whether the secret has arrived."))
    }
}

impl From<SaveFailure> for DeliveryFailure {
    fn from(failure: SaveFailure) -> Self {
        match failure {
            SaveFailure::CanUpdate(file) => Self::CanUpdate(file),
            failure => Self::Failed(failure.to_string()),
        }
    }
}

/// Saves the secret, or runs a command with it. A leading `~` stands for `home`. A command writes to `terminal`.
pub async fn deliver(
    task: &DeliveryTask,
    home: Option<&Path>,
    payload: &SecretPayload,
    terminal: Box<dyn Write + Send>,
) -> (Result<Delivery, DeliveryFailure>, CommandOutput) {
    let saved = match task {
        DeliveryTask::Save { path, agreed: None } => save(path, home, payload).await,
        DeliveryTask::Save { path, agreed: Some(file) } => update_env(path, home, payload, file).await,
        DeliveryTask::Run(command) => {
            let (outcome, output) = pipe_to(&command.line, home, command.format, payload, terminal).await;
            return command.result(outcome, output);
        }
    };
    (saved.map_err(DeliveryFailure::from), CommandOutput::default())
}

/// Runs work that may block on a thread for blocking work. If it panics, so does the caller.
async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    match tokio::task::spawn_blocking(work).await.map_err(tokio::task::JoinError::try_into_panic) {
        Ok(done) => done,
        Err(Ok(panic)) => std::panic::resume_unwind(panic),
        // The runtime is shutting down, and nothing waits for this future.
        Err(Err(_)) => std::future::pending().await,
    }
}

/// A range of a text, and what replaces it.
type Edit = (Range<usize>, Zeroizing<String>);

/// Returns the text with these changes, in a buffer of its exact length.
fn edited(text: &[u8], mut edits: Vec<Edit>) -> Zeroizing<Vec<u8>> {
    edits.sort_by_key(|(range, _)| range.start);
    let added: usize = edits.iter().map(|(_, new)| new.len()).sum();
    let mut edited = Zeroizing::new(Vec::with_capacity(text.len() + added));
    let mut copied = 0;
    for (range, new) in edits {
        edited.extend_from_slice(&text[copied..range.start]);
        edited.extend_from_slice(new.as_bytes());
        copied = range.end;
    }
    edited.extend_from_slice(&text[copied..]);
    edited
}

/// Replaces a leading `~` by `home`; `None` if that is not known. `~name`, the home of another user, stays.
fn with_home(path: &str, home: Option<&Path>) -> Option<PathBuf> {
    match path.strip_prefix('~') {
        Some("") => home.map(Path::to_owned),
        Some(below) if below.starts_with(is_separator) => {
            Some(home?.join(below.trim_start_matches(is_separator)))
        }
        _ => Some(path.into()),
    }
}
