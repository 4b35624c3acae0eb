//! Finding out whether a POST whose answer was lost created a secret: compares the account's secrets before and after.
//!
//! There is no idempotency key and nothing in the request to tag with, so a new id is all there is to see. The
//! protocol follows "orphan mitigation" of the Open Service Broker API.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use tokio::time::sleep;

use crate::domain::{AccountRef, ApiError, ExistingSecret, SecretId, ServiceAccount};

use super::AtlasApi;

/// The account is fetched at once, and again after each of these pauses: a stuck POST can be executed late.
pub const PAUSES: [Duration; 3] = [Duration::from_secs(2), Duration::from_secs(5), Duration::from_secs(10)];

/// How far two clocks of Atlas may be apart (its `Date` header against `createdAt`).
const SKEW: SignedDuration = SignedDuration::from_secs(60);

/// What the account looked like before the POST, and when that was.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Before {
    /// The ids of its secrets; `None` when they are not known.
    pub ids: Option<Vec<SecretId>>,
    /// By Atlas's clock; by this machine's where Atlas's is not known.
    pub at: Timestamp,
    /// When the POST was over at the latest; `None` while it may still be executed.
    pub latest: Option<Timestamp>,
}

/// What a search has shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Recovered {
    /// No secret is new.
    NoneAppeared,
    /// One secret is new, unused, and was created in that time.
    Found(ExistingSecret),
    /// Several secrets are new, and it is not known which is this one.
    Several(Vec<ExistingSecret>),
    /// The account could not be fetched.
    Failed(ApiError),
}

/// Searches the account until a new secret appears or the pauses are used up. `report` is called before each
/// fetch (`None`) and before each pause.
pub async fn recover(
    atlas: &impl AtlasApi,
    account: &AccountRef,
    before: &Before,
    pauses: &[Duration],
    mut report: impl FnMut(Option<Duration>) + Send,
) -> Recovered {
    let mut pauses = pauses.iter();
    loop {
        report(None);
        let found = match atlas.account(account).await {
            Ok(fetched) => judge(&fetched, before),
            Err(error) => Recovered::Failed(error),
        };
        if matches!(found, Recovered::Found(_) | Recovered::Several(_)) {
            return found;
        }
        let Some(pause) = pauses.next() else { return found };
        report(Some(*pause));
        sleep(*pause).await;
    }
}

fn judge(fetched: &ServiceAccount, before: &Before) -> Recovered {
    let is_new = |secret: &&ExistingSecret| match &before.ids {
        Some(ids) => !ids.contains(&secret.id) && !is_of_later(secret, before),
        None => is_in_time(secret, before),
    };
    let mut new: Vec<ExistingSecret> = fetched.secrets.iter().filter(is_new).cloned().collect();
    match new.len() {
        0 => Recovered::NoneAppeared,
        1 if new[0].last_used_at.is_none() && is_in_time(&new[0], before) => Recovered::Found(new.remove(0)),
        _ => Recovered::Several(new),
    }
}

/// Created after the POST was over, so by another request.
fn is_of_later(secret: &ExistingSecret, before: &Before) -> bool {
    secret.created_at.zip(before.latest).is_some_and(|(created_at, latest)| is_after(created_at, latest))
}

fn is_after(created_at: Timestamp, latest: Timestamp) -> bool {
    latest.checked_add(SKEW).is_ok_and(|latest| created_at > latest)
}

fn is_in_time(secret: &ExistingSecret, before: &Before) -> bool {
    let earliest = before.at.checked_sub(SKEW).unwrap_or(before.at);
    let is_too_late = |created_at| before.latest.is_some_and(|latest| is_after(created_at, latest));
    match secret.created_at {
        Some(created_at) => created_at >= earliest && !is_too_late(created_at),
        None => before.latest.is_none(),
    }
}
