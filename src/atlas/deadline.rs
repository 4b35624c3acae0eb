//! Waiting no longer than a limit, without losing what has arrived.

use std::pin::Pin;
use std::time::Duration;

use tokio::time::sleep;

/// How long an answer that lies in the socket already may still be read after the limit. It counts
/// from when the limit was noticed, so that a process that was stopped past its limit (Ctrl-Z, a lid
/// that was closed) reads what came meanwhile before it gives up. Polling the answer first is not enough for
/// that: the connection's own task hands head and body over in several turns.
const DRAINING: Duration = Duration::from_millis(250);

/// Ends when `limit` is over and what had arrived by then could be read.
pub(super) async fn deadline(limit: Duration) {
    sleep(limit).await;
    sleep(DRAINING).await;
}

/// The output of `work`, or nothing when `deadline` ends first. The work is polled before the
/// deadline: when both are ready, the work has won.
pub(super) async fn before<T>(
    work: impl Future<Output = T>,
    deadline: Pin<&mut impl Future<Output = ()>>,
) -> Option<T> {
    tokio::select! {
        biased;
        output = work => Some(output),
        () = deadline => None,
    }
}

#[cfg(test)]
mod tests {
    use std::future::ready;
    use std::pin::pin;

    use super::*;

    #[tokio::test]
    async fn work_that_is_ready_beats_a_deadline_that_is_over() {
        assert_eq!(before(ready("answer"), pin!(ready(()))).await, Some("answer"));
    }

    #[tokio::test]
    async fn the_deadline_ends_work_that_never_does() {
        let never = std::future::pending::<()>();
        assert_eq!(before(never, pin!(deadline(Duration::ZERO))).await, None);
    }
}
