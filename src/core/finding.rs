//! Finding out what became of a POST whose answer was lost: the account's secrets before against after.
//!
//! There is no idempotency key and nothing in the request to tag with, so a new id is all there is to see. The
//! protocol is modelled on "orphan mitigation" of the Open Service Broker API.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use crate::domain::{ExistingSecret, Now, ReadProblem, RequestId, SecretId, ServiceAccount};

/// When it is looked: at once, and then after each of these pauses. A stuck POST can be executed late.
pub const PAUSES: [Duration; 3] = [Duration::from_secs(2), Duration::from_secs(5), Duration::from_secs(10)];

/// How far two clocks of Atlas may be apart (its `Date` header against `createdAt`).
const SKEW: SignedDuration = SignedDuration::from_secs(60);

/// What the account looked like before the POST, and when that was.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Before {
    /// The ids of its secrets; `None` when nobody could look.
    pub ids: Option<Vec<SecretId>>,
    /// What Atlas's clock said then; this machine's, where Atlas's is not known.
    pub at: Timestamp,
    /// When the POST was over at the latest; `None` while it may still be executed.
    pub latest: Option<Timestamp>,
}

/// How far finding out is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Search {
    /// The account is being read.
    Looking {
        /// The request that reads it.
        request: RequestId,
        /// How many pauses there were before it.
        round: usize,
    },
    /// It is looked again when this pause is over.
    Pausing {
        /// When.
        until: Now,
        /// How many pauses there were before this one.
        round: usize,
    },
    /// Looked as often as makes sense, and nothing new was there.
    NoneAppeared {
        /// How long after the POST it was looked for the last time.
        after: Duration,
    },
    /// One secret is new, unused, and was created in that time.
    Found(ExistingSecret),
    /// Secrets are new, but which of them is this one is anybody's guess.
    Several(Vec<ExistingSecret>),
    /// The account could not be read.
    CouldNotLook(ReadProblem),
    /// The one found is to be deleted: `y` does it.
    Asking(ExistingSecret),
    /// It is read once more right before it is deleted.
    Rechecking {
        /// The request that reads the account.
        request: RequestId,
        /// The secret.
        secret: ExistingSecret,
    },
    /// It is being deleted.
    Deleting {
        /// The request that deletes it.
        request: RequestId,
        /// The secret.
        secret: ExistingSecret,
        /// Since when.
        since: Now,
    },
    /// It is gone.
    Deleted(ExistingSecret),
    /// It was used since, so somebody has it: it is not deleted.
    Used(ExistingSecret),
    /// It could not be deleted.
    NotDeleted {
        /// The secret.
        secret: ExistingSecret,
        /// Why not.
        problem: ReadProblem,
    },
}

impl Search {
    /// True when nothing more comes by itself.
    pub fn is_settled(&self) -> bool {
        !matches!(
            self,
            Self::Looking { .. } | Self::Pausing { .. } | Self::Rechecking { .. } | Self::Deleting { .. }
        )
    }

    /// The one secret that is this one, as far as anybody can tell.
    pub fn found(&self) -> Option<&ExistingSecret> {
        match self {
            Self::Found(secret)
            | Self::Asking(secret)
            | Self::Used(secret)
            | Self::Rechecking { secret, .. }
            | Self::Deleting { secret, .. }
            | Self::NotDeleted { secret, .. } => Some(secret),
            _ => None,
        }
    }

    /// What an answer to a look says; `round` pauses have passed before it, `elapsed` since the POST.
    pub(super) fn after_look(
        result: Result<ServiceAccount, ReadProblem>,
        before: &Before,
        round: usize,
        elapsed: Duration,
        now: Now,
    ) -> Self {
        let verdict = match result {
            Ok(account) => Self::of_new(new_since(&account, before), before),
            Err(problem) => Some(Self::CouldNotLook(problem)),
        };
        match verdict {
            Some(found @ (Self::Found(_) | Self::Several(_))) => found,
            unsure => match PAUSES.get(round) {
                Some(pause) => Self::Pausing { until: now.plus(*pause), round },
                None => unsure.unwrap_or(Self::NoneAppeared { after: elapsed }),
            },
        }
    }

    fn of_new(mut new: Vec<ExistingSecret>, before: &Before) -> Option<Self> {
        match new.len() {
            0 => None,
            1 if fits(&new[0], before) => new.pop().map(Self::Found),
            _ => Some(Self::Several(new)),
        }
    }
}

/// The secrets that were not there before; where nobody knows what was, those created since.
fn new_since(account: &ServiceAccount, before: &Before) -> Vec<ExistingSecret> {
    let is_new = |secret: &&ExistingSecret| match &before.ids {
        Some(ids) => !ids.contains(&secret.id) && !is_of_later(secret, before),
        None => is_in_time(secret, before),
    };
    account.secrets.iter().filter(is_new).cloned().collect()
}

/// Created after the POST was over: it is another one's.
fn is_of_later(secret: &ExistingSecret, before: &Before) -> bool {
    secret.created_at.zip(before.latest).is_some_and(|(created_at, latest)| is_after(created_at, latest))
}

fn is_after(created_at: Timestamp, latest: Timestamp) -> bool {
    latest.checked_add(SKEW).is_ok_and(|latest| created_at > latest)
}

/// One that was used already is somebody's.
fn fits(secret: &ExistingSecret, before: &Before) -> bool {
    secret.last_used_at.is_none() && is_in_time(secret, before)
}

fn is_in_time(secret: &ExistingSecret, before: &Before) -> bool {
    let earliest = before.at.checked_sub(SKEW).unwrap_or(before.at);
    let is_too_late = |created_at| before.latest.is_some_and(|latest| is_after(created_at, latest));
    match secret.created_at {
        Some(created_at) => created_at >= earliest && !is_too_late(created_at),
        None => before.latest.is_none(),
    }
}
