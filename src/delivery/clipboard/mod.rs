//! Copies to the clipboard, by the first backend that works.
//!
//! ```text
//! Copier ── ClipboardClient ═══ a socket pair ═══ ClipboardServer ── Selection ── the display
//!   │       in the program       protocol.rs      in the clipboard process
//!   └── terminal.rs: tmux, OSC 52
//! ```
//!
//! **Invariant:** what can be proved comes first, unless the clipboard that would prove it is on another machine than
//! the user: over SSH only the terminal is certain to be where the user is.

mod backend;
mod client;
mod protocol;
mod selection;
mod server;
mod terminal;

use std::io;
use std::path::PathBuf;
use std::time::Duration;

use secrecy::SecretString;

use crate::domain::{ClipboardContent, CopyError, CopyOutcome, ServerText, TerminalRoute};

pub use backend::{ClipboardBackend, Environment, Preference, select_backend};
pub use server::{HOLD_CLIPBOARD, hold_clipboard};

use client::ClipboardClient;
use protocol::Request;

/// Copies secrets.
///
/// On X11 and Wayland the program that sets a clipboard must serve it. So a process of its own holds what is copied to
/// the system's clipboard, and outlives the `Copier` and the program. Nothing starts before the first copy.
#[derive(Debug)]
pub struct Copier {
    environment: Environment,
    preference: Preference,
    clear_after: Option<Duration>,
    client: ClipboardClient,
}

impl Copier {
    /// A copier for this environment and preference. The system's clipboard is cleared after `clear_after`, or when
    /// another program copies (`None`; after 12 h at the latest). `program` is started as the clipboard process: it
    /// must call [`hold_clipboard`] when its only argument is [`HOLD_CLIPBOARD`].
    pub fn new(
        environment: Environment,
        preference: Preference,
        clear_after: Option<Duration>,
        program: PathBuf,
    ) -> Self {
        Self { environment, preference, clear_after, client: ClipboardClient::new(program) }
    }

    /// Copies `value`: tries the backends in order and returns the outcome of the first that works.
    ///
    /// `terminal` is the terminal that shows this program; OSC 52 is written to it and flushed. Takes at most 2 s to
    /// open the clipboard, 2 s to fill it and 3 s for tmux.
    pub async fn copy(&self, value: &SecretString, terminal: &mut (dyn io::Write + Send)) -> CopyOutcome {
        self.copy_for(self.clear_after, value, terminal).await
    }

    /// Copies a text that is not a secret in the same way; it stays until something else is copied.
    pub async fn copy_text(&self, text: &SecretString, terminal: &mut (dyn io::Write + Send)) -> CopyOutcome {
        self.copy_for(None, text, terminal).await
    }

    /// Checks what the system's clipboard holds of what was copied to it: `Cleared` when nothing ever was, `Unreadable`
    /// when there is no answer within 500 ms, `Lost` when there is none and the time was up, or no one to answer.
    ///
    /// The clipboard does not report when another program takes it over, so this is the only way to know.
    pub async fn content(&self) -> ClipboardContent {
        self.client.ask(&Request::Check).await
    }

    /// Clears the system's clipboard that much later than planned, and checks it. A copy that stays until it is
    /// replaced is not changed. Returns after at most 500 ms.
    pub async fn extend(&self, by: Duration) -> ClipboardContent {
        self.client.ask(&Request::Extend(by)).await
    }

    /// Clears the system's clipboard if it still holds what was copied, and forgets the value. Returns what is left:
    /// `Cleared` when it was cleared, now or before. The clipboard process goes on to watch whether another program puts
    /// the value back; `content` reports that.
    ///
    /// The content of other programs stays. A clipboard behind the terminal is never cleared: it cannot be read, so
    /// something else could be lost. Returns after at most 500 ms.
    pub async fn clear(&self) -> ClipboardContent {
        self.client.ask(&Request::Clear).await
    }

    async fn copy_for(
        &self,
        clear_after: Option<Duration>,
        value: &SecretString,
        terminal: &mut (dyn io::Write + Send),
    ) -> CopyOutcome {
        let environment = self.current_environment().await;
        let mut errors = Vec::new();
        for backend in select_backend(&environment, self.preference) {
            match self.copy_by(backend, clear_after, &environment, value, terminal).await {
                Ok(CopyOutcome::Sent(TerminalRoute::Osc52)) => {
                    let is_of_tmux =
                        |error: &CopyError| matches!(error, CopyError::TmuxGone | CopyError::TmuxForeign);
                    let failed = errors.last().copied().filter(is_of_tmux);
                    return CopyOutcome::Sent(
                        failed.map_or(TerminalRoute::Osc52, TerminalRoute::Osc52Instead),
                    );
                }
                Ok(outcome) => return outcome,
                Err(error) => errors.push(error),
            }
        }
        if errors.is_empty() {
            let is_off = self.preference == Preference::Off;
            errors.push(if is_off { CopyError::SwitchedOff } else { CopyError::NoBackend });
        }
        let reasons = errors.iter().map(|error| ServerText::new(&error.to_string())).collect();
        CopyOutcome::Failed { reasons }
    }

    /// The environment now: the one that a tmux session was started with may be long out of date.
    async fn current_environment(&self) -> Environment {
        let mut environment = self.environment.clone();
        if self.preference == Preference::Auto
            && let Some(session) = environment.tmux.clone()
        {
            terminal::refresh_from_tmux(&mut environment, &session).await;
        }
        environment
    }

    async fn copy_by(
        &self,
        backend: ClipboardBackend,
        clear_after: Option<Duration>,
        environment: &Environment,
        value: &SecretString,
        terminal: &mut (dyn io::Write + Send),
    ) -> Result<CopyOutcome, CopyError> {
        match backend {
            ClipboardBackend::Native => self.client.copy(value, clear_after).await,
            ClipboardBackend::Tmux => {
                terminal::send_through_tmux(value, environment.tmux.as_deref()).await?;
                Ok(CopyOutcome::Sent(TerminalRoute::Tmux))
            }
            ClipboardBackend::Osc52 => {
                terminal::send_osc52(value, terminal)?;
                Ok(CopyOutcome::Sent(TerminalRoute::Osc52))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_task_can_copy() {
        fn is_send<T: Send>(_: &T) {}

        let environment = Environment::read(|_| None);
        let copier = Copier::new(environment, Preference::Auto, None, crate::process::this_program());
        let value = SecretString::from("fake");
        let mut terminal = Vec::new();
        is_send(&copier.copy(&value, &mut terminal));
        is_send(&copier.content());
        is_send(&copier.extend(Duration::ZERO));
        is_send(&copier.clear());
    }
}
