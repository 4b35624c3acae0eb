//! Creates a secret, from signing in to the response.
//!
//! **Invariant:** there is one POST per round, and a new round only begins after Atlas refused the last one. Once the
//! POST has begun, the job only ends with its response.

use std::pin::pin;
use std::time::Duration;

use jiff::Timestamp;
use tokio::time::{Instant, sleep};
use tokio_util::sync::CancellationToken;

use crate::domain::{
    AccountRef, ApiError, ApiResult, Certainty, Consequences, CreatedSecret, DeleteError, Explanation,
    NewSecret, RejectionKind, SecretId,
};

use super::delete::delete_and_confirm;
use super::reads::{MAX_RETRIES, with_retries};
use super::{AccountBefore, AtlasApi, Journal, Operator, Question, Retry, Step};

/// The wait if Atlas sends no `Retry-After`.
const DEFAULT_WAIT: Duration = Duration::from_secs(60);

/// The longest wait for a rate limit: a user would give up sooner, and a script should fail rather than hang.
const MAX_WAIT: Duration = Duration::from_secs(600);

/// How a creating job ended.
#[derive(Clone, Debug)]
pub enum Outcome {
    Created(Box<CreatedSecret>),
    /// Certainly no secret was created.
    NotCreated(Box<NotCreated>),
    /// The value is lost, and a secret may exist or certainly does, depending on the error. Search the account with
    /// [`super::recover()`].
    Unknown(ApiError, AccountBefore),
}

/// Why no secret was created, and what the job has done.
#[derive(Clone, Debug)]
pub struct NotCreated {
    pub reason: Reason,
    /// True if an expired secret was deleted to free a slot.
    pub has_replaced: bool,
}

#[derive(Clone, Debug)]
pub enum Reason {
    Cancelled,
    Declined(Question),
    /// Signing in or fetching the account failed, and the POST would fail in the same way.
    Preflight(ApiError),
    /// The account has this many secrets, and cannot have more.
    Full(usize),
    /// The expired secret could not be deleted.
    NotDeleted(DeleteError),
    /// The POST was not sent, or Atlas refused it.
    Post(ApiError),
}

impl NotCreated {
    /// Explains why no secret was created; `None` if the user stopped the job. `signed_in_as` names the user.
    pub fn explain(&self, signed_in_as: &str) -> Option<Explanation> {
        let explanation = match &self.reason {
            Reason::Cancelled => return None,
            Reason::Full(secrets) => Explanation::account_full(*secrets),
            // Only `--yes` without `--replace-expired` leads here: a user who declines has stopped the job.
            Reason::Declined(Question::Consequences(consequences)) => {
                Explanation::expired_secret_blocks(consequences.secrets)
            }
            Reason::Preflight(error)
            | Reason::Post(error)
            | Reason::Declined(Question::AccountUnknown(error)) => error.explain(signed_in_as),
            Reason::NotDeleted(error) => error.explain(signed_in_as),
        };
        if !self.has_replaced {
            return Some(explanation);
        }
        let meaning = format!("The expired secret was deleted. {}", explanation.meaning);
        Some(Explanation { meaning: meaning.trim_end().to_owned().into(), ..explanation })
    }
}

/// The state that rounds share.
struct Round {
    /// How many POSTs Atlas has refused because of its rate limit.
    refused: usize,
    /// What the user agreed to; `None` until then, if the job must ask in any case.
    agreed: Option<Consequences>,
    has_replaced: bool,
}

impl Round {
    fn not_created(&self, reason: Reason) -> Outcome {
        Outcome::NotCreated(Box::new(NotCreated { reason, has_replaced: self.has_replaced }))
    }
}

/// Signs in, fetches the account, asks about the consequences, and creates the secret. `clock` is this machine's clock.
///
/// If the job is cancelled before the POST, nothing is created. If it is cancelled during the POST, the user stops
/// waiting: the job reports that, and continues until the response arrives.
pub async fn create(
    atlas: &impl AtlasApi,
    journal: &impl Journal,
    clock: &(impl Fn() -> Timestamp + Sync),
    operator: &mut impl Operator,
    cancel: &CancellationToken,
    new_secret: &NewSecret,
) -> Outcome {
    let account = &new_secret.account;
    let agreed = (!operator.must_be_asked()).then(Consequences::default);
    let mut round = Round { refused: 0, agreed, has_replaced: false };
    loop {
        let ready = tokio::select! {
            biased;
            () = cancel.cancelled() => return round.not_created(Reason::Cancelled),
            ready = preflight(atlas, clock, operator, &mut round, account) => ready,
        };
        let before = match ready {
            Ok(Preflight::Ready(before)) => before,
            // Cancelling does not interrupt the deletion, because the outcome would then be unknown.
            Ok(Preflight::DeleteFirst(expired)) => {
                operator.progress(Step::DeletingExpired);
                if let Err(error) = delete_and_confirm(atlas, account, &expired).await {
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
            remove_record(journal, operator).await;
            return round.not_created(Reason::Cancelled);
        }

        operator.progress(Step::Creating(before.clone()));
        let error = match post(atlas, operator, cancel, new_secret).await {
            Ok(secret) => return Outcome::Created(Box::new(secret)),
            Err(error) => match error.certainty() {
                // Also if the response says that a secret exists, but has no value: the search finds out which one it
                // is.
                Certainty::Unknown | Certainty::Done => return Outcome::Unknown(error, before),
                Certainty::NotDone => error,
            },
        };
        remove_record(journal, operator).await;
        let refusal_outcome = round.not_created(Reason::Post(error.clone()));
        let Some(retry) = next_round(error, round.refused).filter(|_| !cancel.is_cancelled()) else {
            return refusal_outcome;
        };
        round.refused = retry.number;
        let pause = retry.pause;
        operator.progress(Step::Retrying(retry));
        tokio::select! {
            () = sleep(pause) => {}
            () = cancel.cancelled() => return refusal_outcome,
        }
    }
}

/// Sends the POST and waits for its response. Cancelling only reports that the user has stopped waiting.
async fn post(
    atlas: &impl AtlasApi,
    operator: &mut impl Operator,
    cancel: &CancellationToken,
    new_secret: &NewSecret,
) -> ApiResult<CreatedSecret> {
    let mut response = pin!(atlas.create_secret(new_secret));
    tokio::select! {
        biased;
        result = &mut response => result,
        () = cancel.cancelled() => {
            operator.progress(Step::StoppedWaiting);
            response.await
        }
    }
}

/// The next round, if this refusal was due to a rate limit that does not last too long. `refused` counts the earlier
/// ones.
fn next_round(error: ApiError, refused: usize) -> Option<Retry> {
    let limit = error.rejection().filter(|rejection| rejection.kind() == RejectionKind::RateLimited)?;
    let pause = limit.retry_after.unwrap_or(DEFAULT_WAIT);
    (refused < MAX_RETRIES && pause <= MAX_WAIT).then(|| Retry { error, pause, number: refused + 1 })
}

enum Preflight {
    Ready(AccountBefore),
    /// Both slots are in use, so this expired secret must be deleted first.
    DeleteFirst(SecretId),
}

/// Runs everything before the POST. It changes nothing, so it can be cancelled at any time. All consequences are
/// confirmed with one question, which is only repeated if a later fetch shows more consequences.
async fn preflight(
    atlas: &impl AtlasApi,
    clock: &(impl Fn() -> Timestamp + Sync),
    operator: &mut impl Operator,
    round: &mut Round,
    account: &AccountRef,
) -> Result<Preflight, Reason> {
    let signed_in = with_retries(
        || atlas.sign_in(),
        |retry| operator.progress(retry.map_or(Step::SigningIn, Step::Retrying)),
    );
    signed_in.await.map_err(Reason::Preflight)?;

    let fetched = with_retries(
        || atlas.account(account),
        |retry| operator.progress(retry.map_or(Step::FetchingAccount, Step::Retrying)),
    );
    let fetched = match fetched.await {
        Ok(fetched) => fetched,
        Err(error) if post_would_fail_too(&error) => return Err(Reason::Preflight(error)),
        Err(error) => {
            confirm(operator, Question::AccountUnknown(error)).await?;
            return Ok(Preflight::Ready(AccountBefore { ids: None, at: clock(), latest: None }));
        }
    };
    let (fetched_at, arrived) = (fetched.read_at.unwrap_or_else(clock), Instant::now());
    operator.progress(Step::Fetched(fetched.clone()));

    let consequences = fetched.consequences(fetched_at);
    let expired = consequences.deletes.clone();
    // Only one secret is replaced, whatever the account lists afterwards.
    if fetched.is_full() && (expired.is_none() || round.has_replaced) {
        return Err(Reason::Full(consequences.secrets));
    }
    if !round.agreed.as_ref().is_some_and(|agreed| agreed.include(&consequences)) {
        confirm(operator, Question::Consequences(consequences.clone())).await?;
        round.agreed = Some(consequences);
    }
    if let Some(expired) = expired {
        return Ok(Preflight::DeleteFirst(expired.id));
    }
    // The user may have taken minutes to confirm.
    let at = fetched_at.checked_add(arrived.elapsed()).unwrap_or(fetched_at);
    let ids = fetched.secrets.into_iter().map(|secret| secret.id).collect();
    Ok(Preflight::Ready(AccountBefore { ids: Some(ids), at, latest: None }))
}

async fn confirm(operator: &mut impl Operator, question: Question) -> Result<(), Reason> {
    if operator.confirm(question.clone()).await { Ok(()) } else { Err(Reason::Declined(question)) }
}

async fn remove_record(journal: &impl Journal, operator: &mut impl Operator) {
    if let Err(why) = journal.remove().await {
        operator.progress(Step::NotRecorded(why));
    }
}

/// True if the POST would be refused in the same way: credentials that cannot read cannot create either.
fn post_would_fail_too(error: &ApiError) -> bool {
    let fails_again = |kind| {
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
    error.is_about_signing_in() || error.rejection_kind().is_some_and(fails_again)
}
