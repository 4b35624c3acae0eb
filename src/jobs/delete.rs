//! Deletes a secret, for every screen and for the creating job.

use tokio_util::sync::CancellationToken;

use crate::domain::{AccountRef, Certainty, DeleteError, ExistingSecret, SecretId};

use super::AtlasApi;

/// Whether to fetch the account right before deleting.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Recheck {
    /// The user has just selected the secret in the account's list.
    No,
    /// The secret was found by its ID. If it has been used since, a client has it, so it is kept.
    Yes,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Deletion {
    Deleted,
    /// The secret is in use, so it was not deleted.
    Used(ExistingSecret),
    Failed(DeleteError),
    /// The user stopped before the request was sent.
    Cancelled,
}

/// Deletes a secret. `deleting` is called when the request is sent. From then on it cannot be cancelled.
pub async fn delete(
    atlas: &impl AtlasApi,
    account: &AccountRef,
    id: &SecretId,
    recheck: Recheck,
    cancel: &CancellationToken,
    deleting: impl FnOnce() + Send,
) -> Deletion {
    if recheck == Recheck::Yes {
        let fetched = tokio::select! {
            biased;
            () = cancel.cancelled() => return Deletion::Cancelled,
            fetched = atlas.account(account) => fetched,
        };
        let found = match fetched {
            Ok(fetched) => fetched.secrets.into_iter().find(|secret| secret.id == *id),
            Err(error) => return Deletion::Failed(DeleteError::AccountNotRead(error)),
        };
        match found {
            None => return Deletion::Deleted,
            Some(secret) if secret.last_used_at.is_some() => return Deletion::Used(secret),
            Some(_) => {}
        }
    }
    deleting();
    match delete_and_confirm(atlas, account, id).await {
        Ok(()) => Deletion::Deleted,
        Err(error) => Deletion::Failed(error),
    }
}

/// Sends the request. If the response does not say whether the secret was deleted, fetches the account to check.
pub(super) async fn delete_and_confirm(
    atlas: &impl AtlasApi,
    account: &AccountRef,
    id: &SecretId,
) -> Result<(), DeleteError> {
    let Err(error) = atlas.delete_secret(account, id).await else { return Ok(()) };
    if error.certainty() == Certainty::NotDone {
        return Err(DeleteError::NotDeleted(error));
    }
    match atlas.account(account).await {
        Ok(fetched) if fetched.secrets.iter().all(|secret| secret.id != *id) => Ok(()),
        Ok(_) => Err(DeleteError::StillThere(error)),
        Err(error) => Err(DeleteError::PerhapsDeleted(error)),
    }
}
