//! Finds out whether a POST with a lost response created a secret, by comparing the account's secrets before and after.
//!
//! There is no idempotency key, and nothing in the request can be tagged, so only a new ID can show it. The procedure
//! follows "orphan mitigation" in the Open Service Broker API.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use tokio::time::sleep;

use crate::domain::{AccountRef, ApiError, ExistingSecret, SecretId, ServiceAccount};

use super::AtlasApi;

/// The account is fetched at once, and again after each of these pauses: a stuck POST may be executed late.
pub const PAUSES: [Duration; 3] = [Duration::from_secs(2), Duration::from_secs(5), Duration::from_secs(10)];

/// How far apart two of Atlas's clocks may be (its `Date` header and `createdAt`).
const SKEW: SignedDuration = SignedDuration::from_secs(60);

/// The state of the account before the POST, and the time of the POST.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccountBefore {
    /// The IDs of its secrets; `None` if they are not known.
    pub ids: Option<Vec<SecretId>>,
    /// The time before the POST by Atlas's clock, or by this machine's if Atlas's is not known.
    pub at: Timestamp,
    /// The latest time at which Atlas can have executed the POST; `None` while it may still do so.
    pub latest: Option<Timestamp>,
}

/// The result of a search.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Recovered {
    NoneAppeared,
    /// One secret is new and unused, and was created at the time of the POST.
    Found(ExistingSecret),
    /// Several secrets are new, or it is not clear if a new one is from this POST.
    Several(Vec<ExistingSecret>),
    Failed(ApiError),
}

/// Searches the account until a new secret appears or there are no more pauses. `report` is called with `None` before
/// each fetch, and with the pause before each pause.
pub async fn recover(
    atlas: &impl AtlasApi,
    account: &AccountRef,
    before: &AccountBefore,
    pauses: &[Duration],
    mut report: impl FnMut(Option<Duration>) + Send,
) -> Recovered {
    let mut pauses = pauses.iter();
    loop {
        report(None);
        let found = match atlas.account(account).await {
            Ok(fetched) => compare(&fetched, before),
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

fn compare(fetched: &ServiceAccount, before: &AccountBefore) -> Recovered {
    let is_new = |secret: &&ExistingSecret| match &before.ids {
        Some(ids) => !ids.contains(&secret.id) && !was_created_later(secret, before),
        None => is_in_time(secret, before),
    };
    let mut new: Vec<ExistingSecret> = fetched.secrets.iter().filter(is_new).cloned().collect();
    match new.len() {
        0 => Recovered::NoneAppeared,
        1 if new[0].last_used_at.is_none() && is_in_time(&new[0], before) => Recovered::Found(new.remove(0)),
        _ => Recovered::Several(new),
    }
}

/// True if the secret was created after the POST had ended, so by another request.
fn was_created_later(secret: &ExistingSecret, before: &AccountBefore) -> bool {
    let latest = before.latest.and_then(|latest| latest.checked_add(SKEW).ok());
    secret.created_at.zip(latest).is_some_and(|(created_at, latest)| created_at > latest)
}

fn is_in_time(secret: &ExistingSecret, before: &AccountBefore) -> bool {
    let earliest = before.at.checked_sub(SKEW).unwrap_or(before.at);
    match secret.created_at {
        Some(created_at) => created_at >= earliest && !was_created_later(secret, before),
        None => before.latest.is_none(),
    }
}
