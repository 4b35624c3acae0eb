//! How a secret gets to a clipboard.
//!
//! ```text
//! Environment ──select_backend──▶ [ClipboardBackend, …] ──Copier tries them in order──▶ CopyOutcome
//!                              Native   held by a process of its own and read back: Copied
//!                              Tmux     handed on: Sent(Tmux)
//!                              Osc52    handed on: Sent(Osc52)
//! ```
//!
//! What can be proved comes first, unless the clipboard that would prove it is on another machine
//! than the person: over SSH the terminal is the only thing that is certain to be where they sit.

mod backend;
mod child;
mod command;
mod environment;
mod file;
#[cfg(test)]
mod fixtures;
mod format;
mod harden;
mod holder;
mod os_error_message;
mod osc52;
mod stdout;
mod tmux;

use std::{io, time::Duration};

use secrecy::SecretString;

use crate::domain::{ClipboardContent, CopyFailure, CopyOutcome, ServerText, TerminalRoute};

pub use backend::{ClipboardBackend, Preference, select_backend};
pub use command::{CommandOutput, pipe_to};
pub use environment::{Environment, OperatingSystem};
pub use file::save;
pub use format::render;
pub use harden::forbid_core_dumps;
pub use holder::{HOLD_CLIPBOARD, HolderProgram, hold_clipboard};
pub use stdout::{StdoutKind, StdoutProblem, check_stdout, write_secret};

use holder::Holder;

/// Copies secrets.
///
/// On X11 and Wayland whoever set a clipboard serves it, so what is copied natively is held by a process of its own,
/// which outlives the `Copier` and the program. Nothing is started before the first copy.
#[derive(Debug)]
pub struct Copier {
    environment: Environment,
    preference: Preference,
    clear_after: Option<Duration>,
    holder: Holder,
}

impl Copier {
    /// A copier for this environment and this wish. What it copies natively is taken from the clipboard
    /// after `clear_after`, or stays until another program copies (`None`; 12 h at most), and is held by `holder`.
    pub fn new(
        environment: Environment,
        preference: Preference,
        clear_after: Option<Duration>,
        holder: HolderProgram,
    ) -> Self {
        Self { environment, preference, clear_after, holder: Holder::new(holder) }
    }

    /// Copies `value`: the ways are tried in order and the first that works is the outcome.
    ///
    /// `terminal` is the terminal that shows this program; OSC 52 is written to it and flushed.
    /// Takes at most 2 s to open the clipboard, 2 s to fill it and 3 s for tmux.
    pub async fn copy(&self, value: &SecretString, terminal: &mut (dyn io::Write + Send)) -> CopyOutcome {
        self.copy_for(self.clear_after, value, terminal).await
    }

    /// Copies a text that is no secret likewise; it stays until something else is copied.
    pub async fn copy_text(&self, text: String, terminal: &mut (dyn io::Write + Send)) -> CopyOutcome {
        self.copy_for(None, &SecretString::from(text), terminal).await
    }

    async fn copy_for(
        &self,
        clear_after: Option<Duration>,
        value: &SecretString,
        terminal: &mut (dyn io::Write + Send),
    ) -> CopyOutcome {
        if self.preference == Preference::Off {
            return failed(["Copying is switched off with --clipboard off.".to_owned()]);
        }
        let environment = self.current_environment().await;
        let ways = select_backend(&environment, self.preference);
        if ways.is_empty() {
            return failed(["There is no display to copy to, and no terminal that takes a copy.".to_owned()]);
        }
        let mut reasons = Vec::new();
        for way in ways {
            match self.copy_by(way, clear_after, &environment, value, terminal).await {
                Ok(outcome) => return outcome,
                Err(reason) => reasons.push(reason),
            }
        }
        failed(reasons)
    }

    /// What the system's clipboard holds of what was copied to it, looked up now: `Cleared` when nothing ever was,
    /// `Unreadable` when there is no answer within 500 ms.
    ///
    /// The clipboard tells nobody when another program takes it over, so this is the only way to know.
    pub async fn content(&self) -> ClipboardContent {
        self.holder.content().await
    }

    /// Has the system's clipboard emptied that much later than planned, and looks at it. A copy that stays until
    /// it is replaced stays so. Returns after 500 ms at the latest.
    pub async fn extend(&self, by: Duration) -> ClipboardContent {
        self.holder.extend(by).await
    }

    /// Empties the system's clipboard if it still holds what was copied, and forgets the value. Says what it was
    /// left with: `Cleared` when it has been emptied, or was before.
    ///
    /// What another program has put there stays. A clipboard behind the terminal is never cleared: it
    /// cannot be read, so something else could be lost. Returns after 500 ms at the latest.
    pub async fn clear(&self) -> ClipboardContent {
        self.holder.clear().await
    }

    /// The environment as it is now: what a tmux session was started with may be long out of date.
    async fn current_environment(&self) -> Environment {
        let mut environment = self.environment.clone();
        if self.preference == Preference::Auto
            && let Some(session) = environment.tmux.clone()
        {
            tmux::refresh(&mut environment, &session).await;
        }
        environment
    }

    async fn copy_by(
        &self,
        way: ClipboardBackend,
        clear_after: Option<Duration>,
        environment: &Environment,
        value: &SecretString,
        terminal: &mut (dyn io::Write + Send),
    ) -> Result<CopyOutcome, String> {
        match way {
            ClipboardBackend::Native => {
                self.holder.copy(value, clear_after).await.map_err(|problem| problem.to_string())
            }
            ClipboardBackend::Tmux => tmux::send(value, environment.tmux.as_deref())
                .await
                .map(|()| CopyOutcome::Sent(TerminalRoute::Tmux))
                .map_err(|problem| problem.to_string()),
            ClipboardBackend::Osc52 => osc52::send(value, terminal)
                .map(|()| CopyOutcome::Sent(TerminalRoute::Osc52))
                .map_err(|problem| problem.to_string()),
        }
    }
}

fn failed(reasons: impl IntoIterator<Item = String>) -> CopyOutcome {
    CopyOutcome::Failed(CopyFailure {
        reasons: reasons.into_iter().map(|reason| ServerText::new(&reason)).collect(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_copy_can_be_made_by_a_task_of_its_own() {
        fn is_send<T: Send>(_: &T) {}

        let environment = Environment::read(|_| None);
        let copier = Copier::new(environment, Preference::Auto, None, HolderProgram::this_program());
        let value = SecretString::from("fake");
        let mut terminal = Vec::new();
        is_send(&copier.copy(&value, &mut terminal));
        is_send(&copier.content());
        is_send(&copier.extend(Duration::ZERO));
        is_send(&copier.clear());
    }
}
