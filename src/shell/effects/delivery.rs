//! How the secret leaves this process.

use std::io;
use std::sync::{Arc, PoisonError};
use std::time::Duration;

use crate::core::Event;
use crate::delivery::{self, CommandOutput, render};
use crate::domain::{
    ClipboardContent, CommandOutcome, CopyFailure, CopyOutcome, Format, PrintFailure, RequestId, SaveFailure,
    SaveOutcome, SecretPayload, ServerText,
};

use super::{Executor, internal_error};

impl Executor {
    pub(super) fn copy(&self, request: RequestId, format: Format, payload: Box<SecretPayload>) {
        let (copier, terminal) = (Arc::clone(&self.copier), self.terminal.clone());
        let work = async move {
            let value = render(format, &payload);
            match terminal {
                Some(terminal) => copier.copy(&value, &mut &*terminal).await,
                None => copier.copy(&value, &mut NoTerminal).await,
            }
        };
        let failed = || {
            let reasons = vec![ServerText::new(internal_error().cause())];
            CopyOutcome::Failed(CopyFailure { reasons })
        };
        self.answer(work, move |outcome| Event::CopyFinished { request, outcome }, failed);
    }

    /// A text that is no secret stays until something else is copied.
    pub(super) fn copy_text(&self, request: RequestId, text: String) {
        let (copier, terminal) = (Arc::clone(&self.copier), self.terminal.clone());
        let work = async move {
            match terminal {
                Some(terminal) => copier.copy_text(text, &mut &*terminal).await,
                None => copier.copy_text(text, &mut NoTerminal).await,
            }
        };
        let failed = || {
            let reasons = vec![ServerText::new(internal_error().cause())];
            CopyOutcome::Failed(CopyFailure { reasons })
        };
        self.answer(work, move |outcome| Event::CopyFinished { request, outcome }, failed);
    }

    pub(super) fn check_clipboard(&self, request: RequestId) {
        let copier = Arc::clone(&self.copier);
        let work = async move { copier.content().await };
        let answer = move |content| Event::ClipboardChecked { request, content };
        self.answer(work, answer, || ClipboardContent::Unreadable);
    }

    pub(super) fn extend_clipboard(&self, request: RequestId, by: Duration) {
        let copier = Arc::clone(&self.copier);
        let work = async move { copier.extend(by).await };
        let answer = move |content| Event::ClipboardChecked { request, content };
        self.answer(work, answer, || ClipboardContent::Unreadable);
    }

    /// Leaving waits for it: see [`Executor::settle`].
    pub(super) fn clear_clipboard(&self) {
        let copier = Arc::clone(&self.copier);
        let clearing = tokio::spawn(async move {
            copier.clear().await;
        });
        self.unfinished.lock().unwrap_or_else(PoisonError::into_inner).push(clearing);
    }

    /// Waits for what must not be cut off by leaving.
    pub async fn settle(&self) {
        let unfinished = std::mem::take(&mut *self.unfinished.lock().unwrap_or_else(PoisonError::into_inner));
        for task in unfinished {
            // Each has a limit of its own, and there is nobody left to tell how it went.
            let _ = task.await;
        }
    }

    pub(super) fn save(&self, request: RequestId, path: String, payload: Box<SecretPayload>) {
        let home = self.home.clone();
        let work = async move { delivery::save(&path, home.as_deref(), &payload).await };
        let answer = move |outcome| Event::FileSaved { request, outcome };
        self.answer(work, answer, || SaveOutcome::Failed(SaveFailure::Other(mistake())));
    }

    /// The caller has given the terminal back: the command has it until the answer comes.
    pub(super) fn pipe(&self, request: RequestId, line: String, payload: Box<SecretPayload>) {
        let home = self.home.clone();
        let work = async move {
            match CommandOutput::on_terminal() {
                Ok(output) => delivery::pipe_to(&line, home.as_deref(), &payload, output).await,
                Err(error) => CommandOutcome::NotStarted(ServerText::new(&error.to_string())),
            }
        };
        let answer = move |outcome| Event::CommandEnded { request, outcome };
        self.answer(work, answer, || CommandOutcome::Lost(mistake()));
    }

    /// The caller has given the terminal back, which may be where standard output leads in the end.
    pub(super) fn print(&self, request: RequestId, format: Format, payload: Box<SecretPayload>) {
        let work = async move {
            let written = tokio::task::spawn_blocking(move || delivery::write_secret(format, &payload));
            written.await.unwrap_or_else(|_| Err(PrintFailure::Other(mistake())))
        };
        let answer = move |result| Event::SecretPrinted { request, result };
        self.answer(work, answer, || Err(PrintFailure::Other(mistake())));
    }
}

/// Where no terminal is, nothing can be sent to it.
struct NoTerminal;

impl io::Write for NoTerminal {
    fn write(&mut self, _: &[u8]) -> io::Result<usize> {
        Err(io::ErrorKind::NotConnected.into())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn mistake() -> ServerText {
    ServerText::new(internal_error().cause())
}
