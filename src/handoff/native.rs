//! The system's clipboard, held by a thread of its own.
//!
//! A display that hangs must not hang the program, and on X11 and Wayland whoever set the clipboard
//! has to stay to serve it. So one thread opens the clipboard, keeps it open and does what it is asked;
//! those who ask wait for a limited time. A thread that hangs is left behind.

mod worker;

use std::{
    fmt,
    sync::{Mutex, PoisonError, mpsc},
    time::Duration,
};

use secrecy::SecretString;
use tokio::{sync::oneshot, time::timeout};

use crate::domain::ClipboardContent;

use worker::{Request, Worker};

/// How long opening the clipboard may take; a dead forwarded display never answers.
const OPEN_BUDGET: Duration = Duration::from_secs(2);

/// How long setting the value and reading it back may take: 1 s of reading back, and slack.
const COPY_BUDGET: Duration = Duration::from_secs(2);

/// How long looking at the clipboard, or clearing it, may take.
const LOOK_BUDGET: Duration = Duration::from_millis(500);

/// Why the system's clipboard does not hold the value for certain. The clipboard library's own words
/// are not used: for "no display" they speak of a connection that timed out.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum NativeProblem {
    /// It could not be opened.
    #[error("{}", unopened())]
    Unopened,
    /// Opening it took longer than the budget.
    #[error("The display did not answer within 2 s.")]
    Silent,
    /// Another program is using it.
    #[error("Another program is holding the clipboard.")]
    Occupied,
    /// Setting the value failed.
    #[error("The clipboard did not take the value.")]
    Refused,
    /// The value was set, but could not be read back.
    #[error("The clipboard did not give the value back.")]
    NotReadBack,
    /// The thread could not be started, or has ended.
    #[error("The clipboard could not be used.")]
    Unusable,
}

fn unopened() -> &'static str {
    if cfg!(any(target_os = "macos", windows)) {
        "The system's clipboard could not be opened."
    } else {
        "There is no display to copy to."
    }
}

/// The near end of the clipboard's thread, which is started by the first copy.
#[derive(Default)]
pub(super) struct NativeClipboard {
    requests: Mutex<Option<mpsc::Sender<Request>>>,
}

impl fmt::Debug for NativeClipboard {
    /// What the thread holds is nobody's business.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NativeClipboard").finish_non_exhaustive()
    }
}

impl NativeClipboard {
    /// Puts `value` on the clipboard and proves it by reading back.
    pub(super) async fn copy(&self, value: &SecretString) -> Result<(), NativeProblem> {
        let requests = self.started()?;
        // The value is handed over only once the clipboard is open: behind a display that hangs it
        // would wait in the queue for as long as the program runs.
        ask(&requests, OPEN_BUDGET, Request::Open).await.ok_or(NativeProblem::Silent)??;
        let value = value.clone();
        ask(&requests, COPY_BUDGET, |reply| Request::Copy(value, reply))
            .await
            .ok_or(NativeProblem::NotReadBack)?
    }

    /// Whether the clipboard holds what was copied.
    pub(super) async fn content(&self) -> ClipboardContent {
        let Some(requests) = self.running() else {
            return ClipboardContent::Cleared;
        };
        ask(&requests, LOOK_BUDGET, Request::Look).await.unwrap_or(ClipboardContent::Unreadable)
    }

    /// Clears the clipboard if it holds what was copied, and forgets the value.
    pub(super) async fn clear(&self) {
        if let Some(requests) = self.running() {
            ask(&requests, LOOK_BUDGET, Request::Clear).await;
        }
    }

    fn running(&self) -> Option<mpsc::Sender<Request>> {
        self.requests.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn started(&self) -> Result<mpsc::Sender<Request>, NativeProblem> {
        let mut requests = self.requests.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(running) = &*requests {
            return Ok(running.clone());
        }
        let started = Worker::start().map_err(|_| NativeProblem::Unusable)?;
        *requests = Some(started.clone());
        Ok(started)
    }
}

/// Asks the thread and waits for its answer; `None` when there is none within `budget`.
async fn ask<Answer>(
    requests: &mpsc::Sender<Request>,
    budget: Duration,
    request: impl FnOnce(oneshot::Sender<Answer>) -> Request,
) -> Option<Answer> {
    let (reply, answer) = oneshot::channel();
    requests.send(request(reply)).ok()?;
    timeout(budget, answer).await.ok()?.ok()
}
