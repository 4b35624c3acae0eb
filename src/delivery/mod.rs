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

pub use clipboard::{Copier, Environment, HOLD_CLIPBOARD, Preference, hold_clipboard};
pub use command::{check_line, find_presets, pipe_to};
pub use file::{save, update_env};
pub use format::render;
pub use profile::{profiles_of, update_profiles};
pub use stdout::{StdoutError, StdoutKind, check_stdout, write_secret};

use std::io::Write;
use std::path::Path;

use crate::domain::{CommandOutput, Delivery, DeliveryFailure, DeliveryTask, SecretPayload};

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
