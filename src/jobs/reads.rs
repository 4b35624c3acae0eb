//! Repeats reads after temporary errors, and reads whole lists: the one policy for the form, the lists, `--yes` and what
//! is read before a secret is created. A POST is not repeated here.

use std::future::Future;
use std::time::Duration;

use tokio::time::sleep;

use crate::domain::{ApiError, ApiResult, Cause, Page, RejectionKind, text};

/// The maximum number of pages that are read of a list, 50,000 entries. A faulty server might never end the list.
const MAX_PAGES: u32 = 100;

/// The maximum number of retries of a request.
pub const MAX_RETRIES: usize = 3;

const PAUSES: [Duration; MAX_RETRIES] =
    [Duration::from_secs(1), Duration::from_secs(2), Duration::from_secs(4)];

/// The pause after a rate limit if Atlas sends no `Retry-After`.
const DEFAULT_PAUSE: Duration = Duration::from_secs(5);

/// If the pause would be longer than this, the read fails.
const MAX_PAUSE: Duration = Duration::from_secs(120);

/// A request that failed temporarily and will be repeated.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Retry {
    pub error: ApiError,
    /// The pause before it is repeated.
    pub pause: Duration,
    /// Counted from 1.
    pub number: usize,
}

impl Retry {
    /// Returns the next retry of a read after `earlier` ones, or the error itself if waiting does not help or there
    /// were enough retries.
    pub fn after(error: ApiError, earlier: usize) -> ApiResult<Self> {
        let most = match error.cause {
            // The user has waited for the whole limit, or nothing listens there.
            Cause::TimedOut(_) | Cause::Refused(_) | Cause::ProxyDown(_) => 1,
            _ => MAX_RETRIES,
        };
        let usual = PAUSES[..most].get(earlier);
        let pause = usual.and_then(|usual| pause_after(&error, *usual));
        match pause.filter(|pause| *pause <= MAX_PAUSE) {
            Some(pause) => Ok(Self { error, pause, number: earlier + 1 }),
            None => Err(error),
        }
    }

    /// What failed, and that it is retried after the rest of the pause.
    pub fn message(&self, left: Duration) -> String {
        let title = self.error.title();
        if left.is_zero() {
            return format!("{title} Retrying.");
        }
        format!("{title} Retrying in {}.", text::seconds_left(left))
    }
}

/// The pause that Atlas asks for, or the usual one if the error is temporary; `None` if it is not.
fn pause_after(error: &ApiError, usual: Duration) -> Option<Duration> {
    let is_temporary = match &error.cause {
        Cause::Rejected(rejection) if rejection.kind() == RejectionKind::RateLimited => {
            return Some(rejection.retry_after.unwrap_or(DEFAULT_PAUSE));
        }
        Cause::Rejected(rejection) => rejection.status >= 500,
        Cause::Unexpected { status } => matches!(status, 429 | 502..=504),
        Cause::TimedOut(_)
        | Cause::Refused(_)
        | Cause::Connect(_)
        | Cause::ConnectTimeout
        | Cause::Interrupted(_)
        | Cause::ProxyDown(_) => true,
        _ => false,
    };
    is_temporary.then_some(usual)
}

/// Reads, and repeats the read after a temporary error. `report` is called with `None` before each attempt, and with the
/// retry before each pause.
pub(super) async fn with_retries<T, Work>(
    mut read: impl FnMut() -> Work,
    mut report: impl FnMut(Option<Retry>),
) -> ApiResult<T>
where
    Work: Future<Output = ApiResult<T>>,
{
    let mut retries = 0;
    loop {
        report(None);
        let error = match read().await {
            Ok(value) => return Ok(value),
            Err(error) => error,
        };
        let retry = Retry::after(error, retries)?;
        let pause = retry.pause;
        retries = retry.number;
        report(Some(retry));
        sleep(pause).await;
    }
}

/// Reads the pages of a list from page `first` on, one after another. Returns the last page; the others go to `on_page`.
/// `on_retry` is called before each pause after an error.
///
/// # Errors
/// A page could not be read, or there are too many pages.
pub async fn read_pages<T, Work>(
    first: u32,
    read: impl Fn(u32) -> Work,
    mut on_page: impl FnMut(Page<T>),
    on_retry: impl Fn(Retry),
) -> ApiResult<Page<T>>
where
    Work: Future<Output = ApiResult<Page<T>>>,
{
    let mut number = first;
    loop {
        let page = with_retries(|| read(number), |retry| retry.into_iter().for_each(&on_retry)).await?;
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

    #[test]
    fn only_a_temporary_error_is_retried_and_not_for_ever() {
        let seconds = Duration::from_secs;
        let refused = |status, retry_after: Option<u64>| {
            let retry_after = retry_after.map(seconds);
            ApiError::rejected(Rejection { retry_after, ..Rejection::of_status(status) })
        };
        let cause = || ServerText::new("cause");
        let unexpected = |status| ApiError::sent(Cause::Unexpected { status });
        let rows = [
            (refused(429, Some(9)), Some(9)),
            (refused(429, None), Some(5)),
            (refused(429, Some(120)), Some(120)),
            (refused(429, Some(121)), None),
            (refused(401, None), None),
            (refused(403, None), None),
            (refused(404, None), None),
            (refused(499, Some(9)), None),
            (refused(500, Some(9)), Some(2)),
            (refused(503, None), Some(2)),
            (unexpected(200), None),
            (unexpected(407), None),
            (unexpected(429), Some(2)),
            (unexpected(500), None),
            (unexpected(502), Some(2)),
            (unexpected(504), Some(2)),
            (ApiError::sent(Cause::TimedOut(seconds(10))), None),
            (ApiError::not_sent(Cause::SignInRefused { status: 401, message: cause() }), None),
            (ApiError::not_sent(Cause::Connect(cause())), Some(2)),
            (ApiError::not_sent(Cause::ConnectTimeout), Some(2)),
            (ApiError::sent(Cause::Interrupted(cause())), Some(2)),
            (ApiError::internal(cause()), None),
            (ApiError::not_sent(Cause::Dns(cause())), None),
            (ApiError::not_sent(Cause::Tls(cause())), None),
            (ApiError::not_sent(Cause::Proxy(cause())), None),
            (ApiError::not_sent(Cause::ProxyLogin(cause())), None),
        ];
        for (error, pause) in rows {
            let retry = Retry::after(error.clone(), 1);
            let expected = pause.map(seconds).map(|pause| Retry { error: error.clone(), pause, number: 2 });
            assert_eq!(retry, expected.ok_or(error.clone()));
            assert_eq!(Retry::after(error.clone(), 3), Err(error), "not for ever");
        }
        for cause in [Cause::TimedOut(seconds(10)), Cause::Refused(cause()), Cause::ProxyDown(cause())] {
            assert!(Retry::after(ApiError::not_sent(cause.clone()), 0).is_ok(), "once");
            assert!(Retry::after(ApiError::not_sent(cause), 1).is_err(), "only once");
        }
    }
}
