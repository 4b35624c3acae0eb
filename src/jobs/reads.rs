//! Reads that are tried again, and whole lists. A POST is never retried here: its countdown is on the screen.

use std::future::Future;
use std::time::Duration;

use tokio::time::sleep;

use crate::domain::{ApiError, ApiResult, Cause, Page, RejectionKind};

/// How often a read is tried.
const TRIES: u8 = 4;

/// How many pages of a list are read: 50,000 entries. A server could go on for ever.
const MOST_PAGES: u32 = 100;

/// How long to wait when Atlas does not say.
const USUAL_WAIT: Duration = Duration::from_secs(5);

/// How long a run without an interface waits after a read that may work soon.
const RESTART_PAUSES: [Duration; 3] =
    [Duration::from_secs(1), Duration::from_secs(2), Duration::from_secs(4)];

/// A longer wait is an error.
const LONGEST_WAIT: Duration = Duration::from_secs(120);

/// Runs a read again after a 429, as late as `Retry-After` says and up to a second later, so that parallel reads
/// spread out. `report` is called before each wait.
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
        let limit = result.as_ref().err().and_then(rate_limit_wait).filter(|_| tried < TRIES);
        let Some(wait) = limit else { return result };
        let wait = wait + jitter();
        report(wait);
        sleep(wait).await;
    }
}

/// How long a rate limit asks to wait, if that is not too long.
fn rate_limit_wait(error: &ApiError) -> Option<Duration> {
    let rejection = error.rejection().filter(|rejection| rejection.kind() == RejectionKind::RateLimited)?;
    Some(rejection.retry_after.unwrap_or(USUAL_WAIT)).filter(|wait| *wait <= LONGEST_WAIT)
}

/// How long to wait before a run without an interface starts again after this read failed, for the `tried`th time from
/// 0; `None` when waiting does not help, or no longer.
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

fn jitter() -> Duration {
    let mut random = [0_u8; 2];
    // Without random bytes the reads come back together, which does no harm.
    let _ = getrandom::fill(&mut random);
    Duration::from_millis(u64::from(u16::from_le_bytes(random)) % 1000)
}

/// All entries of a list. `report` is called before each wait after a read that failed.
///
/// # Errors
/// A page could not be read, also not after trying again, or there are too many.
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
                if number == MOST_PAGES {
                    return Err(ApiError::sent(Cause::ListTooLong { pages: MOST_PAGES }));
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

    fn run<T>(work: impl Future<Output = T>) -> T {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
        runtime.block_on(work)
    }

    #[test]
    fn a_limit_is_waited_out() {
        let mut waits = 0;
        let mut answers = vec![Ok("page"), Err(limited(Duration::ZERO))];
        let read = with_retries(|| std::future::ready(answers.pop().unwrap()), |_| waits += 1);
        assert_eq!(run(read), Ok("page"));
        assert_eq!(waits, 1);
    }

    #[test]
    fn waiting_has_an_end() {
        let mut tries = 0;
        let read = with_retries(
            || {
                tries += 1;
                std::future::ready(Err::<(), _>(limited(Duration::ZERO)))
            },
            |_| {},
        );
        assert_eq!(run(read), Err(limited(Duration::ZERO)));
        assert_eq!(tries, 4);
    }

    #[test]
    fn a_run_starts_again_after_what_may_pass() {
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
            (refused(503), Some(2)),
            (refused(401), None),
            (refused(403), None),
            (refused(404), None),
            (ApiError::sent(Cause::Unexpected { status: 429 }), Some(2)),
            (ApiError::sent(Cause::Unexpected { status: 502 }), Some(2)),
            (ApiError::sent(Cause::Unexpected { status: 503 }), Some(2)),
            (ApiError::sent(Cause::Unexpected { status: 504 }), Some(2)),
            (ApiError::sent(Cause::Unexpected { status: 200 }), None),
            (ApiError::sent(Cause::Unexpected { status: 407 }), None),
            (ApiError::sent(Cause::TimedOut(seconds(10))), Some(2)),
            (ApiError::not_sent(Cause::SignInRefused(cause())), None),
            (ApiError::not_sent(Cause::Connect(cause())), Some(2)),
            (ApiError::not_sent(Cause::ConnectTimeout), Some(2)),
            (ApiError::sent(Cause::Interrupted(cause())), Some(2)),
            (ApiError::not_sent(Cause::Tls(cause())), None),
            (ApiError::not_sent(Cause::Proxy(cause())), None),
            (ApiError::not_sent(Cause::Dns(cause())), None),
            (ApiError::not_sent(Cause::Setup(cause())), None),
            (ApiError::not_sent(Cause::Credentials(cause())), None),
        ];
        for (error, pause) in rows {
            assert_eq!(pause_before_restart(&error, 1), pause.map(seconds), "{error:?}");
            assert_eq!(pause_before_restart(&error, 3), None, "{error:?}: not for ever");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn reads_come_back_when_they_may_and_not_all_at_once() {
        let mut waits = Vec::new();
        for _ in 0..20 {
            let began = tokio::time::Instant::now();
            let mut answers = vec![Ok(()), Err(limited(LONGEST_WAIT))];
            let read = with_retries(|| std::future::ready(answers.pop().unwrap()), |wait| waits.push(wait));
            assert_eq!(read.await, Ok(()));
            assert!(began.elapsed() >= LONGEST_WAIT);
        }
        let may = LONGEST_WAIT..LONGEST_WAIT + Duration::from_secs(1);
        assert!(waits.iter().all(|wait| may.contains(wait)), "{waits:?}");
        let spread = waits.iter().max().unwrap().saturating_sub(*waits.iter().min().unwrap());
        assert!(spread > Duration::from_millis(100), "{waits:?}");
    }

    #[test]
    fn only_a_rate_limit_is_waited_out_and_not_a_long_one() {
        let retry_after = Some(Duration::ZERO);
        let unavailable = Rejection { retry_after, ..Rejection::of_status(503) };
        for error in [limited(Duration::from_secs(3600)), ApiError::rejected(unavailable)] {
            let mut tries = 0;
            let read = with_retries(
                || {
                    tries += 1;
                    std::future::ready(Err::<(), _>(error.clone()))
                },
                |wait| panic!("{wait:?}"),
            );
            assert_eq!(run(read), Err(error.clone()));
            assert_eq!(tries, 1, "{error:?}");
        }
    }
}
