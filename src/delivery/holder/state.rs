//! What the program knows about its holder.

use std::time::Duration;

use secrecy::SecretString;
use tokio::{sync::Mutex, time::timeout};

use crate::domain::{ClipboardContent, CopyOutcome, HeldCopy};

use super::{
    connection::{Connection, Response},
    problem::NativeProblem,
    protocol::{Report, Request},
    start::HolderProgram,
};

/// How long setting the value and reading it back may take: 1 s of reading back, and slack.
const COPY_BUDGET: Duration = Duration::from_secs(2);

/// How long looking at the clipboard, or changing how long it is held, may take.
const LOOK_BUDGET: Duration = Duration::from_millis(500);

/// The holder of this program's copies; the first copy starts it.
#[derive(Debug)]
pub(in crate::delivery) struct Holder {
    program: HolderProgram,
    state: Mutex<State>,
}

#[derive(Debug)]
enum State {
    /// Nothing is held, and the clipboard was left so.
    Idle(ClipboardContent),
    /// A holder runs, as far as is known.
    Running(Connection),
}

impl Holder {
    pub(in crate::delivery) fn new(program: HolderProgram) -> Self {
        // "Nothing was ever copied" is the same as "cleared".
        Self { program, state: Mutex::new(State::Idle(ClipboardContent::Cleared)) }
    }

    /// Puts `value` on the clipboard. A holder that runs takes it over; else one is started.
    pub(in crate::delivery) async fn copy(
        &self,
        value: &SecretString,
        clear_after: Option<Duration>,
    ) -> Result<CopyOutcome, NativeProblem> {
        let request = Request::Hold { value: value.clone(), clear_after };
        let mut state = self.state.lock().await;
        if let Some(outcome) = state.hold(&request).await {
            return outcome;
        }
        *state = State::Running(Connection::open(&self.program).await?);
        state.hold(&request).await.unwrap_or(Err(NativeProblem::Unusable))
    }

    /// What the clipboard holds.
    pub(in crate::delivery) async fn content(&self) -> ClipboardContent {
        self.ask(&Request::Look).await
    }

    /// Empties the clipboard later than planned.
    pub(in crate::delivery) async fn extend(&self, by: Duration) -> ClipboardContent {
        self.ask(&Request::Extend(by)).await
    }

    /// Clears the clipboard if it holds what was copied, and forgets the value.
    pub(in crate::delivery) async fn clear(&self) -> ClipboardContent {
        self.ask(&Request::Clear).await
    }

    async fn ask(&self, request: &Request) -> ClipboardContent {
        let answer = async { self.state.lock().await.ask(request).await };
        timeout(LOOK_BUDGET, answer).await.unwrap_or(ClipboardContent::Unreadable)
    }
}

impl State {
    /// Has the running holder hold the value; `None` when there is no holder any more.
    async fn hold(&mut self, request: &Request) -> Option<Result<CopyOutcome, NativeProblem>> {
        let Self::Running(connection) = self else {
            return None;
        };
        let problem = match timeout(COPY_BUDGET, connection.ask(request)).await {
            Ok(Response::Answer(Report::Verified { clears_in })) => {
                return Some(Ok(CopyOutcome::Copied(HeldCopy { clears_in })));
            }
            Ok(Response::Answer(Report::Unverified { clears_in })) => {
                return Some(Ok(CopyOutcome::Unverified(HeldCopy { clears_in })));
            }
            Ok(Response::Answer(Report::Failed(problem))) => problem.into(),
            Ok(Response::Answer(_)) => NativeProblem::Unusable,
            Ok(Response::LastWord(content)) => {
                *self = Self::Idle(content);
                return None;
            }
            Ok(Response::Nothing) => {
                *self = Self::Idle(ClipboardContent::Unreadable);
                return None;
            }
            Err(_) => NativeProblem::Silent,
        };
        // The person is told that this way failed, and the next is tried: the value must not turn up here later.
        if let Self::Running(connection) = std::mem::replace(self, Self::Idle(ClipboardContent::Unreadable)) {
            connection.end().await;
        }
        Some(Err(problem))
    }

    async fn ask(&mut self, request: &Request) -> ClipboardContent {
        let connection = match self {
            Self::Idle(content) => return *content,
            Self::Running(connection) => connection,
        };
        let content = match connection.ask(request).await {
            Response::Answer(Report::Content(content)) => return content,
            Response::LastWord(content) => content,
            Response::Answer(_) | Response::Nothing => ClipboardContent::Unreadable,
        };
        *self = Self::Idle(content);
        content
    }
}
