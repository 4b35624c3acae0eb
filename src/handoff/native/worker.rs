//! What the clipboard's thread does.

use std::{
    io,
    sync::mpsc,
    thread,
    time::{Duration, Instant},
};

use arboard::{Clipboard, Error, Set};
use secrecy::{ExposeSecret, SecretString};
use tokio::sync::oneshot;
use zeroize::Zeroizing;

use crate::domain::ClipboardContent;

use super::NativeProblem;

/// How long reading back is tried: a clipboard may need a moment after it was set.
const READ_BACK_BUDGET: Duration = Duration::from_secs(1);

/// How long clearing tries to read what it is about to clear.
const CLEAR_BUDGET: Duration = Duration::from_millis(400);

/// The pause between two tries to read.
const PAUSE: Duration = Duration::from_millis(20);

/// How long the clipboard stays open after it was set. Debug builds of the clipboard library write to
/// the terminal, over our screen, when it is closed within 100 ms.
const SHORTEST_STAY: Duration = Duration::from_millis(150);

/// What the thread can be asked. Each carries where the answer goes.
pub(super) enum Request {
    Open(oneshot::Sender<Result<(), NativeProblem>>),
    Copy(SecretString, oneshot::Sender<Result<(), NativeProblem>>),
    Look(oneshot::Sender<ClipboardContent>),
    Clear(oneshot::Sender<()>),
}

/// The clipboard and what was put on it. Lives on the thread, ends when nobody can ask any more.
#[derive(Default)]
pub(super) struct Worker {
    clipboard: Option<Clipboard>,
    copied: Option<SecretString>,
    set_at: Option<Instant>,
}

impl Worker {
    /// Starts the thread. It ends when the last sender is gone.
    pub(super) fn start() -> io::Result<mpsc::Sender<Request>> {
        let (sender, requests) = mpsc::channel();
        thread::Builder::new()
            .name("clipboard".to_owned())
            .spawn(move || Self::default().serve(&requests))?;
        Ok(sender)
    }

    fn serve(mut self, requests: &mpsc::Receiver<Request>) {
        for request in requests {
            self.answer(request);
        }
        if let Some(set_at) = self.set_at {
            thread::sleep(SHORTEST_STAY.saturating_sub(set_at.elapsed()));
        }
    }

    fn answer(&mut self, request: Request) {
        // An answer that nobody waits for any more is no problem, save after a copy.
        match request {
            Request::Open(reply) => {
                let _ = reply.send(self.open());
            }
            Request::Copy(value, reply) => self.copy_unless_given_up(value, reply),
            Request::Look(reply) => {
                if !reply.is_closed() {
                    let _ = reply.send(self.look());
                }
            }
            Request::Clear(reply) => {
                self.clear();
                let _ = reply.send(());
            }
        }
    }

    fn open(&mut self) -> Result<(), NativeProblem> {
        if self.clipboard.is_none() {
            self.clipboard = Some(Clipboard::new().map_err(|_| NativeProblem::Unopened)?);
        }
        Ok(())
    }

    /// Whoever has given up waiting has told the person that this way failed and has tried the next:
    /// the value must not turn up on this clipboard later.
    fn copy_unless_given_up(
        &mut self,
        value: SecretString,
        reply: oneshot::Sender<Result<(), NativeProblem>>,
    ) {
        if reply.is_closed() {
            return;
        }
        let copied = self.copy(value);
        if reply.send(copied).is_err() {
            self.clear();
        }
    }

    fn copy(&mut self, value: SecretString) -> Result<(), NativeProblem> {
        let clipboard = self.clipboard.as_mut().ok_or(NativeProblem::Unopened)?;
        self.set_at = Some(Instant::now());
        marked_as_sensitive(clipboard.set()).text(value.expose_secret()).map_err(
            |problem| match problem {
                Error::ClipboardOccupied => NativeProblem::Occupied,
                _ => NativeProblem::Refused,
            },
        )?;
        // Kept even if it cannot be read back now, so that it can be cleared should it be there later.
        self.copied = Some(value);
        match self.look_until(READ_BACK_BUDGET, |content| content == (ClipboardContent::Ours { clears_in: None })) {
            ClipboardContent::Ours { clears_in: None } => Ok(()),
            _ => Err(NativeProblem::NotReadBack),
        }
    }

    fn clear(&mut self) {
        let content = self.look_until(CLEAR_BUDGET, |content| content != ClipboardContent::Unreadable);
        if content == (ClipboardContent::Ours { clears_in: None })
            && let Some(clipboard) = &mut self.clipboard
        {
            // There is nobody to tell, and nothing else to try.
            let _ = clipboard.clear();
        }
        self.copied = None;
    }

    fn look_until(
        &mut self,
        budget: Duration,
        is_enough: impl Fn(ClipboardContent) -> bool,
    ) -> ClipboardContent {
        let start = Instant::now();
        loop {
            let content = self.look();
            if is_enough(content) || start.elapsed() >= budget {
                return content;
            }
            thread::sleep(PAUSE);
        }
    }

    fn look(&mut self) -> ClipboardContent {
        let (Some(clipboard), Some(copied)) = (&mut self.clipboard, &self.copied) else {
            return ClipboardContent::Overwritten;
        };
        match clipboard.get_text().map(Zeroizing::new) {
            Ok(text) if text.as_str() == copied.expose_secret() => ClipboardContent::Ours { clears_in: None },
            // Empty, a picture, or not even text: in any case not what was copied.
            Ok(_) | Err(Error::ContentNotAvailable | Error::ConversionFailure) => ClipboardContent::Overwritten,
            Err(_) => ClipboardContent::Unreadable,
        }
    }
}

/// Asks clipboard managers not to keep the value in their history.
#[cfg(all(unix, not(target_os = "macos")))]
fn marked_as_sensitive(set: Set<'_>) -> Set<'_> {
    use arboard::SetExtLinux;
    set.exclude_from_history()
}

/// Asks clipboard managers not to keep the value in their history.
#[cfg(target_os = "macos")]
fn marked_as_sensitive(set: Set<'_>) -> Set<'_> {
    use arboard::SetExtApple;
    set.exclude_from_history()
}

/// Asks Windows not to keep the value in its history nor send it to other machines.
#[cfg(windows)]
fn marked_as_sensitive(set: Set<'_>) -> Set<'_> {
    use arboard::SetExtWindows;
    set.exclude_from_monitoring()
}
