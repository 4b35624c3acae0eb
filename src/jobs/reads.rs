//! Repeats reads, and reads whole lists. POSTs are not repeated here, because their countdown is on the screen.

use std::future::Future;
use std::time::Duration;

use tokio::time::sleep;

use crate::domain::{ApiError, ApiResult, Cause, Page, RejectionKind};

/// The most pages that are read of a list, 50,000 entries: a server might never end it.
const MAX_PAGES: u32 = 100;

/// The wait if Atlas sends no `Retry-After`.
const DEFAULT_WAIT: Duration = Duration::from_secs(5);

/// The pauses of a run without an interface after a read that may work soon.
const RESTART_PAUSES: [Duration; 3] =
    [Duration::from_secs(1), Duration::from_secs(2), Duration::from_secs(4)];

/// If the wait is longer than this, the read fails.
const MAX_WAIT: Duration = Duration::from_secs(120);

/// Repeats a read as long as `pause_after` returns a pause for its error and the number of earlier pauses.
async fn with_retries<T, Work>(
    mut read: impl FnMut() -> Work,
    pause_after: fn(&ApiError, usize) -> Option<Duration>,
    mut on_pause: impl FnMut(&ApiError, Duration),
) -> ApiResult<T>
where
    Work: Future<Output = ApiResult<T>>,
{
    let mut tried = 0;
    loop {
        let result = read().await;
        let pause = result.as_ref().err().and_then(|error| Some((error, pause_after(error, tried)?)));
        let Some((error, pause)) = pause else { return result };
        on_pause(error, pause);
        sleep(pause).await;
        tried += 1;
    }
}

/// How long the interface waits before it repeats a read after a 429: as long as `Retry-After` says.
pub fn pause_after_rate_limit(error: &ApiError, tried: usize) -> Option<Duration> {
    rate_limit_wait(error).filter(|_| tried < RESTART_PAUSES.len())
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

/// Reads the pages of a list from page `first` on, one after another. Returns the last page; the others go to `on_page`.
/// `on_pause` is called before each pause after an error.
///
/// # Errors
/// A page could not be read, or there are too many pages.
pub async fn read_pages<T, Work>(
    first: u32,
    read: impl Fn(u32) -> Work,
    pause_after: fn(&ApiError, usize) -> Option<Duration>,
    mut on_page: impl FnMut(Page<T>),
    on_pause: impl Fn(&ApiError, Duration),
) -> ApiResult<Page<T>>
where
    Work: Future<Output = ApiResult<Page<T>>>,
{
    let mut number = first;
    loop {
        let page = with_retries(|| read(number), pause_after, &on_pause).await?;
        if page.is_last {
            return Ok(page);
        }
        if number >= MAX_PAGES {
            return Err(ApiError::sent(Cause::ListTooLong { pages: MAX_PAGES }));
        }
        on_page(page);
        number += 1;
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
            (limited(MAX_WAIT), 4),
            (limited(MAX_WAIT + Duration::from_secs(1)), 1),
            (ApiError::rejected(unavailable), 1),
        ];
        for (error, expected) in rows {
            let (mut tries, mut waits) = (0, Vec::new());
            let read = || {
                tries += 1;
                std::future::ready(Err::<(), _>(error.clone()))
            };
            let read = with_retries(read, pause_after_rate_limit, |_, wait| waits.push(wait));
            assert_eq!(read.await, Err(error.clone()));
            assert_eq!((tries, waits), (expected, vec![MAX_WAIT; expected - 1]), "{error:?}");
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
