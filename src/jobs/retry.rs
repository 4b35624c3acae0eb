//! Retrying a read after Atlas's rate limit. A POST is never retried here: its countdown is on the screen.

use std::future::Future;
use std::time::Duration;

use crate::domain::{ReadProblem, RejectionKind};

/// How often a read is tried.
const TRIES: u8 = 4;

/// How long to wait when Atlas does not say.
const USUAL_WAIT: Duration = Duration::from_secs(5);

/// A longer wait is an error.
const LONGEST_WAIT: Duration = Duration::from_secs(120);

/// Runs a read again after a 429, as late as `Retry-After` says and up to a second later, so that parallel reads
/// spread out. `tell` hears of each wait before it begins.
pub async fn with_retries<T, Work>(
    mut read: impl FnMut() -> Work,
    mut tell: impl FnMut(Duration),
) -> Result<T, ReadProblem>
where
    Work: Future<Output = Result<T, ReadProblem>>,
{
    let mut tried = 0;
    loop {
        let result = read().await;
        tried += 1;
        match result {
            Err(ReadProblem::Rejected(rejection))
                if rejection.kind() == RejectionKind::RateLimited && tried < TRIES =>
            {
                let wait = rejection.retry_after.unwrap_or(USUAL_WAIT);
                if wait > LONGEST_WAIT {
                    return Err(ReadProblem::Rejected(rejection));
                }
                let wait = wait + jitter();
                tell(wait);
                tokio::time::sleep(wait).await;
            }
            result => return result,
        }
    }
}

fn jitter() -> Duration {
    let mut random = [0_u8; 2];
    // Without random bytes the reads come back together, which does no harm.
    let _ = getrandom::fill(&mut random);
    Duration::from_millis(u64::from(u16::from_le_bytes(random)) % 1000)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{Rejection, ServerText};

    fn limited(retry_after: Duration) -> ReadProblem {
        ReadProblem::Rejected(Rejection {
            status: 429,
            error_code: ServerText::new("RATE_LIMITED"),
            detail: ServerText::default(),
            fields: Vec::new(),
            retry_after: Some(retry_after),
        })
    }

    fn run<T>(work: impl Future<Output = T>) -> T {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
        runtime.block_on(work)
    }

    #[test]
    fn a_limit_is_waited_out() {
        let mut told = 0;
        let mut answers = vec![Ok("page"), Err(limited(Duration::ZERO))];
        let read = with_retries(|| std::future::ready(answers.pop().unwrap()), |_| told += 1);
        assert_eq!(run(read), Ok("page"));
        assert_eq!(told, 1);
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
        assert_eq!(tries, TRIES);
    }

    #[test]
    fn a_wait_that_is_too_long_is_told() {
        let hour = Duration::from_secs(3600);
        let read = with_retries(|| std::future::ready(Err::<(), _>(limited(hour))), |_| {});
        assert_eq!(run(read), Err(limited(hour)));
    }
}
