//! Creating a secret, from signing in to the answer.
//!
//! **Invariant:** one POST a round, and a new round begins only after Atlas refused the one before. Once the POST
//! has begun, the job ends with its answer and with nothing else.

use std::pin::pin;
use std::time::Duration;

use jiff::Timestamp;
use tokio::time::{Instant, sleep};
use tokio_util::sync::CancellationToken;

use crate::domain::{
    AccountRef, ApiError, Certainty, Consequences, CreatedSecret, DeleteError, Explanation, NewSecret,
    RejectionKind, Request, SecretId,
};

use super::delete::delete_and_confirm;
use super::{AtlasApi, Before, Journal, Operator, Question, Step};

/// How often the job starts again after a rate limit.
pub const MOST_RESTARTS: u8 = 3;

/// How long to wait when Atlas sends no `Retry-After`.
const USUAL_WAIT: Duration = Duration::from_secs(60);

/// No one waits longer in front of a screen, and no script should.
const LONGEST_WAIT: Duration = Duration::from_secs(600);

/// How a creating job ended.
#[derive(Clone, Debug)]
pub enum Outcome {
    /// The secret.
    Created(Box<Created>),
    /// Certainly no secret.
    NotCreated(Box<NotCreated>),
    /// The value is lost, and a secret may exist or does, as the error says: search the account, see
    /// [`super::recover`].
    Unknown(ApiError, Before),
}

/// A new secret, and what was known before it.
#[derive(Clone, Debug)]
pub struct Created {
    /// What Atlas returned.
    pub secret: CreatedSecret,
    /// What was known of the account before.
    pub before: Before,
}

/// Why there is no secret, and what the job had done by then.
#[derive(Clone, Debug)]
pub struct NotCreated {
    /// Why.
    pub reason: Reason,
    /// True once an expired secret was deleted to free a slot.
    pub has_replaced: bool,
}

/// Why there is no secret.
#[derive(Clone, Debug)]
pub enum Reason {
    /// The user stopped the job.
    Cancelled,
    /// The user answered this question with no.
    Declined(Question),
    /// Signing in or fetching the account failed, and the POST would fail in the same way.
    Preflight(ApiError),
    /// The account has so many secrets, and can have no more.
    Full(usize),
    /// It still has so many after an expired one was deleted, and one of them has expired.
    StillFull(usize),
    /// The expired secret could not be deleted.
    NotDeleted(DeleteError),
    /// The POST never left, or Atlas refused it.
    Post(ApiError),
}

impl Reason {
    /// What it means to the user, if `who` is signed in; `None` when the user stopped the job.
    pub fn explain(&self, who: &str) -> Option<Explanation> {
        Some(match self {
            Self::Cancelled => return None,
            Self::Full(secrets) => Explanation::account_full(*secrets, false),
            Self::StillFull(secrets) => Explanation::account_full(*secrets, true),
            // Only `--yes` without `--replace-expired` gets here: a user who says no has stopped the job.
            Self::Declined(Question::Consequences(consequences)) => {
                Explanation::expired_secret_in_the_way(consequences.secrets)
            }
            Self::Preflight(error) | Self::Declined(Question::AccountUnknown(error)) => {
                error.explain_request(Request::ReadAccount, who)
            }
            Self::Post(error) => error.explain_request(Request::CreateSecret, who),
            Self::NotDeleted(error) => error.explain(),
        })
    }
}

/// What the rounds have in common.
struct Round {
    number: u8,
    /// What the user agreed to.
    agreed: Consequences,
    has_replaced: bool,
}

impl Round {
    fn not_created(&self, reason: Reason) -> Outcome {
        Outcome::NotCreated(Box::new(NotCreated { reason, has_replaced: self.has_replaced }))
    }
}

/// Signs in, fetches the account, asks about the consequences, and creates the secret. `clock` is this machine's.
///
/// Cancelling before the POST means that nothing is created. Cancelling while it runs means that the user
/// stops waiting: the job reports that and goes on until the answer arrives.
pub async fn create(
    atlas: &impl AtlasApi,
    journal: &impl Journal,
    clock: &(impl Fn() -> Timestamp + Sync),
    operator: &mut impl Operator,
    cancel: &CancellationToken,
    new_secret: &NewSecret,
) -> Outcome {
    let account = new_secret.account();
    let mut round = Round { number: 0, agreed: Consequences::default(), has_replaced: false };
    loop {
        let ready = tokio::select! {
            biased;
            () = cancel.cancelled() => return round.not_created(Reason::Cancelled),
            ready = preflight(atlas, clock, operator, &mut round, &account) => ready,
        };
        let before = match ready {
            Ok(Preflight::Ready(before)) => before,
            // Cancelling does not cut it off: whether the secret is gone would not be known.
            Ok(Preflight::DeleteFirst(expired)) => {
                operator.progress(Step::DeletingExpired);
                if let Err(error) = delete_and_confirm(atlas, &account, &expired).await {
                    return round.not_created(Reason::NotDeleted(error));
                }
                round.has_replaced = true;
                continue;
            }
            Err(reason) => return round.not_created(reason),
        };

        operator.progress(Step::Recording);
        if let Err(why) = journal.begin(new_secret, before.at, before.ids.clone()).await {
            operator.progress(Step::NotRecorded(why));
        }
        if cancel.is_cancelled() {
            settle(journal, operator).await;
            return round.not_created(Reason::Cancelled);
        }

        operator.progress(Step::Creating(before.clone()));
        let mut answer = pin!(atlas.create_secret(new_secret));
        let result = tokio::select! {
            biased;
            result = &mut answer => result,
            () = cancel.cancelled() => {
                operator.progress(Step::StoppedWaiting);
                answer.await
            }
        };

        let error = match result {
            Ok(secret) => return Outcome::Created(Box::new(Created { secret, before })),
            Err(error) => match error.certainty() {
                // Also when the answer says that a secret exists, without a value: the search finds which one it is.
                Certainty::Unknown | Certainty::Done => return Outcome::Unknown(error, before),
                Certainty::NotDone => error,
            },
        };
        settle(journal, operator).await;
        let refused = round.not_created(Reason::Post(error.clone()));
        let Some(limit) = error.rejection().filter(|no| no.kind() == RejectionKind::RateLimited) else {
            return refused;
        };
        let wait = limit.retry_after.unwrap_or(USUAL_WAIT);
        if round.number == MOST_RESTARTS || wait > LONGEST_WAIT || cancel.is_cancelled() {
            return refused;
        }
        operator.progress(Step::RateLimited(wait, limit.clone()));
        tokio::select! {
            () = sleep(wait) => round.number += 1,
            () = cancel.cancelled() => return refused,
        }
    }
}

/// What a fetch of the account leads to.
enum Preflight {
    Ready(Before),
    /// Both slots are in use: this expired secret is deleted first.
    DeleteFirst(SecretId),
}

/// Everything before the POST: nothing here changes anything, so all of it may be cancelled at any time. All
/// consequences are one question; it is asked again only if a later fetch shows more of them.
async fn preflight(
    atlas: &impl AtlasApi,
    clock: &(impl Fn() -> Timestamp + Sync),
    operator: &mut impl Operator,
    round: &mut Round,
    account: &AccountRef,
) -> Result<Preflight, Reason> {
    operator.progress(Step::SigningIn);
    atlas.sign_in().await.map_err(Reason::Preflight)?;

    operator.progress(Step::FetchingAccount);
    let fetched = match atlas.account(account).await {
        Ok(fetched) => fetched,
        Err(error) if post_would_fail_too(&error) => return Err(Reason::Preflight(error)),
        Err(error) => {
            confirm(operator, Question::AccountUnknown(error)).await?;
            return Ok(Preflight::Ready(Before { ids: None, at: clock(), latest: None }));
        }
    };
    let (fetched_at, arrived) = (fetched.read_at.unwrap_or_else(clock), Instant::now());
    operator.progress(Step::Fetched(fetched.clone()));

    let consequences = fetched.consequences(fetched_at);
    let expired = consequences.deletes.clone();
    if fetched.is_full() && expired.is_none() {
        return Err(Reason::Full(consequences.secrets));
    }
    if expired.is_some() && round.has_replaced {
        return Err(Reason::StillFull(consequences.secrets));
    }
    if !round.agreed.include(&consequences) {
        confirm(operator, Question::Consequences(consequences.clone())).await?;
        round.agreed = consequences;
    }
    if let Some(expired) = expired {
        return Ok(Preflight::DeleteFirst(expired.id));
    }
    // The user may have taken minutes to answer.
    let at = fetched_at.checked_add(arrived.elapsed()).unwrap_or(fetched_at);
    let ids = fetched.secrets.into_iter().map(|secret| secret.id).collect();
    Ok(Preflight::Ready(Before { ids: Some(ids), at, latest: None }))
}

async fn confirm(operator: &mut impl Operator, question: Question) -> Result<(), Reason> {
    if operator.confirm(question.clone()).await { Ok(()) } else { Err(Reason::Declined(question)) }
}

/// Nothing was created, so the record is removed.
async fn settle(journal: &impl Journal, operator: &mut impl Operator) {
    if let Err(why) = journal.settle().await {
        operator.progress(Step::NotRecorded(why));
    }
}

/// True when the POST would be refused in the same way: credentials that cannot read cannot create either.
fn post_would_fail_too(error: &ApiError) -> bool {
    let meets_it_too = |kind| {
        matches!(
            kind,
            RejectionKind::RoleTooLow
                | RejectionKind::AddressNotAllowed
                | RejectionKind::AccessListMissing
                | RejectionKind::Forbidden
                | RejectionKind::ProjectNotFound
                | RejectionKind::AccountNotFound
                | RejectionKind::VersionGone
        )
    };
    error.is_about_signing_in() || error.rejection_kind().is_some_and(meets_it_too)
}
