//! Deleting one secret, wherever that is asked for.

use tokio_util::sync::CancellationToken;

use crate::domain::{AccountRef, ApiError, Certainty, ExistingSecret, Explanation, Request, SecretId};

use super::AtlasApi;

/// Whether the account is fetched right before deleting.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Recheck {
    /// The user has just chosen the secret from the account's list.
    No,
    /// The secret was found by its id: if it was used since, a client has it, and it is kept.
    Yes,
}

/// How a deletion ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Deletion {
    /// It is gone.
    Deleted,
    /// It is in use, so it was not deleted.
    Used(ExistingSecret),
    /// It was not deleted.
    Failed(DeleteError),
    /// The user stopped before the request was sent.
    Cancelled,
}

/// Why a secret was not deleted, or perhaps not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DeleteError {
    /// The account could not be read before, so that nothing was sent.
    AccountUnread(ApiError),
    /// It was certainly not deleted.
    NotDeleted(ApiError),
    /// Atlas did not confirm the deletion, and the account still has the secret.
    StillThere,
    /// Atlas did not confirm the deletion, and the account could not be fetched to see.
    PerhapsDeleted(ApiError),
}

impl DeleteError {
    /// What happened, what it means and what to do.
    pub fn explain(&self) -> Explanation {
        match self {
            Self::AccountUnread(error) => Explanation::account_unread(error),
            Self::NotDeleted(error) => error.explain_request(Request::DeleteSecret, "The signed-in account"),
            Self::StillThere => Explanation::still_there(),
            Self::PerhapsDeleted(error) => Explanation::perhaps_deleted(error),
        }
    }

    /// What is known of the secret, in a sentence or two.
    pub fn sentence(&self) -> String {
        match self {
            Self::AccountUnread(_) => {
                let Explanation { title, meaning: cause, .. } = self.explain();
                format!("{title} {cause}")
            }
            Self::PerhapsDeleted(error) => format!("It may have been deleted. {}", error.explain().title),
            error => format!("Not deleted. {}", error.explain().title),
        }
    }
}

/// Deletes a secret. `deleting` is called when the request is sent; from then on it is not cancelled.
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
            Err(error) => return Deletion::Failed(DeleteError::AccountUnread(error)),
        };
        match found {
            None => return Deletion::Deleted,
            Some(secret) if secret.last_used_at.is_some() => return Deletion::Used(secret),
            Some(_) if cancel.is_cancelled() => return Deletion::Cancelled,
            Some(_) => {}
        }
    }
    deleting();
    match delete_and_confirm(atlas, account, id).await {
        Ok(()) => Deletion::Deleted,
        Err(error) => Deletion::Failed(error),
    }
}

/// Sends the request, and fetches the account if the answer does not say whether the secret was deleted.
pub(super) async fn delete_and_confirm(
    atlas: &impl AtlasApi,
    account: &AccountRef,
    id: &SecretId,
) -> Result<(), DeleteError> {
    match atlas.delete_secret(account, id).await {
        Ok(()) => return Ok(()),
        Err(error) if error.certainty() == Certainty::NotDone => return Err(DeleteError::NotDeleted(error)),
        Err(_) => {}
    }
    match atlas.account(account).await {
        Ok(fetched) if fetched.secrets.iter().all(|secret| secret.id != *id) => Ok(()),
        Ok(_) => Err(DeleteError::StillThere),
        Err(error) => Err(DeleteError::PerhapsDeleted(error)),
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::domain::{Cause, Rejection, ServerText};

    #[test]
    fn a_failed_deletion_says_what_is_certain() {
        let role = Rejection {
            status: 401,
            error_code: ServerText::new("NOT_IN_GROUP"),
            ..Rejection::stale_nonce()
        };
        let slow = ApiError::sent(Cause::TimedOut(Duration::from_secs(10)));
        let rows = [
            (
                DeleteError::AccountUnread(ApiError::rejected(role.clone())),
                "Nothing was deleted: the account could not be read. You don't have permission to read this service \
                 account (401).",
            ),
            (
                DeleteError::NotDeleted(ApiError::rejected(role)),
                "Not deleted. You don't have permission to delete secrets in this project (401).",
            ),
            (DeleteError::NotDeleted(slow.clone()), "Not deleted. Atlas did not answer within 10 seconds."),
            (
                DeleteError::StillThere,
                "Not deleted. Atlas did not confirm the deletion, and the secret still exists.",
            ),
            (
                DeleteError::PerhapsDeleted(slow),
                "It may have been deleted. Atlas did not answer within 10 seconds.",
            ),
        ];
        for (error, expected) in rows {
            assert_eq!(error.sentence(), expected);
        }
    }
}
