//! The question before leaving an undelivered secret.

use std::time::Duration;

use atlas_secret::delivery::{ClipboardContent, CopyOutcome, LostCopy, TerminalRoute};
use atlas_secret::domain::{ApiError, Cause, CreatedSecret};

use crate::stage::{Stage, secret};

use super::created::{copied, copy};
use super::{State, rejection, state};

pub fn states() -> Vec<State> {
    let no_id = CreatedSecret { id: None, ..secret() };
    let refused = rejection(403, "ORG_REQUIRES_ACCESS_LIST", "This organization requires access lists.");
    // The user wants to leave, and the clipboard has this content.
    let checked = |key, content| copied().then(|stage| stage.keys(key).clipboard(content));
    let sent = |route| copy(CopyOutcome::Sent(route));
    let deleting = || Stage::created().after("q d y");
    let failed = |error| deleting().then(|stage| stage.deleted(Err(error)));
    vec![
        state("leave_anyway", Stage::created().after("q")),
        state("leave_anyway_for_another", Stage::created().after("n")),
        state("leave_anyway_lost", checked("q", ClipboardContent::Lost(LostCopy::ProcessEnded))),
        state("leave_anyway_no_id", Stage::created_as(no_id).after("q")),
        state("leave_checking", copied().after("q")),
        state("leave_overwritten", checked("q", ClipboardContent::Overwritten)),
        state("leave_put_back", checked("q", ClipboardContent::PutBack)),
        state("leave_unreadable", checked("q", ClipboardContent::Unreadable)),
        state("leave_unreadable_for_another", checked("n", ClipboardContent::Unreadable)),
        state("leave_sent", sent(TerminalRoute::Osc52).after("q")),
        state("leave_sent_for_another", sent(TerminalRoute::Tmux).after("n")),
        state("leave_asks_to_delete", Stage::created().after("q d")),
        state("leave_deleting_at_once", deleting()),
        state("leave_deleting", deleting().then(|stage| stage.wait(Duration::from_secs(2)))),
        state("leave_delete_failed", failed(ApiError::not_sent(Cause::ConnectTimeout))),
        state("leave_delete_refused", failed(ApiError::rejected(refused))),
    ]
}
