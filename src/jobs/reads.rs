//! Repeats reads, and reads whole lists. POSTs are not repeated here, because their countdown is on the screen.

use std::future::Future;
use std::time::Duration;

use tokio::time::sleep;

use crate::domain::{ApiError, ApiResult, Cause, Page, RejectionKind};

const MAX_TRIES: u8 = 4;

/// The most pages that are read of a list, 50,000 entries: a server might never end it.
const MAX_PAGES: u32 = 100;

/// The wait if Atlas sends no `Retry-After`.
const DEFAULT_WAIT: Duration = Duration::from_secs(5);

/// The pauses of a run without an interface after a read that may work soon.
const RESTART_PAUSES: [Duration; 3] =
    [Duration::from_secs(1), Duration::from_secs(2), Duration::from_secs(4)];

/// If the wait is longer than this, the read fails.
const MAX_WAIT: Duration = Duration::from_secs(120);

/// Repeats a read after a 429. It waits as long as `Retry-After` says. `report` is called before each wait.
pub async fn with_retries<T, Work>(
    mut read: impl FnMut() -> Work,
    mut report: impl FnMut(Duration),
) -> ApiResult<T>
where
    Work: Future<Output = ApiResult<T>>,
{
    let mut tried = 0;
    loop {
        let result = read().await;
        tried += 1;
        let limit = result.as_ref().err().and_then(rate_limit_wait).filter(|_| tried < MAX_TRIES);
        let Some(wait) = limit else { return result };
        report(wait);
        sleep(wait).await;
    }
}

/// The wait of a rate limit, unless it is too long.
fn rate_limit_wait(error: &ApiError) -> Option<Duration> {
    let rejection = error.rejection().filter(|rejection| rejection.kind() == RejectionKind::RateLimited)?;
    Some(rejection.retry_after.unwrap_or(DEFAULT_WAIT)).filter(|wait| *wait <= MAX_WAIT)
}

/// How long a run without an interface waits before it starts again after this error of a read. `tried` counts from 0.
/// `None` if waiting does not help, or has been tried often enough.
pub fn pause_before_restart(error: &ApiError, tried: usize) -> Option<Duration> {
    let usual = RESTART_PAUSES.get(tried).copied()?;
    match &error.cause {
        Cause::Rejected(rejection) if rejection.kind() == RejectionKind::RateLimited => {
            rate_limit_wait(error)
        }
        Cause::Rejected(rejection) => (rejection.status >= 500).then_some(usual),
        Cause::Unexpected { status } => matches!(status, 429 | 502..=504).then_some(usual),
        Cause::TimedOut(_) | Cause::Connect(_) | Cause::ConnectTimeout | Cause::Interrupted(_) => Some(usual),
        _ => None,
    }
}

/// Reads all entries of a list. `report` is called before each wait after a failed read.
pub async fn all_pages<T, Work>(
    read: impl Fn(u32) -> Work,
    report: impl Fn(&ApiError, Duration),
) -> ApiResult<Vec<T>>
where
    Work: Future<Output = ApiResult<Page<T>>>,
{
    let (mut entries, mut number, mut tried) = (Vec::new(), 1, 0);
    loop {
        match read(number).await {
            Ok(page) => {
                entries.extend(page.entries);
                if page.is_last {
                    return Ok(entries);
                }
                if number == MAX_PAGES {
                    return Err(ApiError::sent(Cause::ListTooLong { pages: MAX_PAGES }));
                }
                (number, tried) = (number + 1, 0);
            }
            Err(error) => {
                let Some(pause) = pause_before_restart(&error, tried) else { return Err(error) };
                report(&error, pause);
                sleep(pause).await;
                tried += 1;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{Rejection, ServerText};

    fn limited(retry_after: Duration) -> ApiError {
        ApiError::rejected(Rejection { retry_after: Some(retry_after), ..Rejection::of_status(429) })
    }

    #[tokio::test(start_paused = true)]
    async fn a_read_is_repeated_after_a_short_rate_limit_but_not_for_ever() {
        let unavailable = Rejection { retry_after: Some(Duration::ZERO), ..Rejection::of_status(503) };
        let rows = [
            (limited(MAX_WAIT), MAX_TRIES),
            (limited(MAX_WAIT + Duration::from_secs(1)), 1),
            (ApiError::rejected(unavailable), 1),
        ];
        for (error, expected) in rows {
            let (mut tries, mut waits) = (0, Vec::new());
            let read = || {
                tries += 1;
                std::future::ready(Err::<(), _>(error.clone()))
            };
            assert_eq!(with_retries(read, |wait| waits.push(wait)).await, Err(error.clone()));
            assert_eq!((tries, waits), (expected, vec![MAX_WAIT; usize::from(expected) - 1]), "{error:?}");
        }
    }

    #[test]
    fn a_run_starts_again_after_a_temporary_error() {
        let seconds = Duration::from_secs;
        let refused = |status| {
            let retry_after = Some(seconds(9));
            ApiError::rejected(Rejection { retry_after, ..Rejection::of_status(status) })
        };
        let cause = || ServerText::new("cause");
        let rows = [
            (limited(seconds(9)), Some(9)),
            (ApiError::rejected(Rejection::of_status(429)), Some(5)),
            (limited(seconds(120)), Some(120)),
            (limited(seconds(121)), None),
            (refused(499), None),
            (refused(500), Some(2)),
            (ApiError::sent(Cause::Unexpected { status: 429 }), Some(2)),
            (ApiError::sent(Cause::Unexpected { status: 502 }), Some(2)),
            (ApiError::sent(Cause::Unexpected { status: 504 }), Some(2)),
            (ApiError::sent(Cause::Unexpected { status: 407 }), None),
            (ApiError::sent(Cause::TimedOut(seconds(10))), Some(2)),
            (ApiError::not_sent(Cause::SignInRefused(cause())), None),
            (ApiError::not_sent(Cause::Connect(cause())), Some(2)),
            (ApiError::not_sent(Cause::ConnectTimeout), Some(2)),
            (ApiError::sent(Cause::Interrupted(cause())), Some(2)),
            (ApiError::not_sent(Cause::Tls(cause())), None),
        ];
        for (error, pause) in rows {
            assert_eq!(pause_before_restart(&error, 1), pause.map(seconds), "{error:?}");
            assert_eq!(pause_before_restart(&error, 3), None, "{error:?}: not for ever");
        }
    }
}
