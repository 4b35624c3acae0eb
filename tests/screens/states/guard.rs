//! The question before leaving an undelivered secret.

use std::time::Duration;

use atlas_secret::domain::{ApiError, Cause, ClipboardContent, CreatedSecret, LostCopy, TerminalRoute};
use crossterm::event::KeyCode;

use crate::stage::{Stage, secret};

use super::created::{checked, copied, sent};
use super::{State, rejection, state};

pub fn states() -> Vec<State> {
    let mut states = choices();
    states.extend(questions());
    states.extend(deleting());
    states
}

fn leaving(mut stage: Stage, key: char) -> Stage {
    stage.press(KeyCode::Char(key));
    stage
}

/// The user wants to leave, and the clipboard has this content.
fn after_check(key: char, content: ClipboardContent) -> Stage {
    checked(leaving(copied(), key), content)
}

fn choices() -> Vec<State> {
    let no_id = Stage::created_as(CreatedSecret { id: None, ..secret() });
    vec![
        state("guard_anyway", leaving(Stage::created(), 'q')),
        state("guard_anyway_for_another", leaving(Stage::created(), 'n')),
        state("guard_anyway_lost", after_check('q', ClipboardContent::Lost(LostCopy::ProcessEnded))),
        state("guard_anyway_no_id", leaving(no_id, 'q')),
    ]
}

fn questions() -> Vec<State> {
    vec![
        state("guard_checking", leaving(copied(), 'q')),
        state("guard_overwritten", after_check('q', ClipboardContent::Overwritten)),
        state("guard_put_back", after_check('q', ClipboardContent::PutBack)),
        state("guard_unreadable", after_check('q', ClipboardContent::Unreadable)),
        state("guard_unreadable_for_another", after_check('n', ClipboardContent::Unreadable)),
        state("guard_sent", leaving(sent(TerminalRoute::Osc52), 'q')),
        state("guard_sent_for_another", leaving(sent(TerminalRoute::Tmux), 'n')),
    ]
}

fn deleting() -> Vec<State> {
    let deleting = || {
        let mut stage = leaving(Stage::created(), 'q');
        stage.press(KeyCode::Char('d'));
        stage
    };
    let failed = |error| {
        let mut stage = deleting();
        stage.deleted(Err(error));
        stage
    };
    let mut later = deleting();
    later.wait(Duration::from_secs(2));
    let refused = rejection(403, "ORG_REQUIRES_ACCESS_LIST", "This organization requires access lists.");
    vec![
        state("guard_deleting_at_once", deleting()),
        state("guard_deleting", later),
        state("guard_delete_failed", failed(ApiError::not_sent(Cause::ConnectTimeout))),
        state("guard_delete_refused", failed(ApiError::rejected(refused))),
    ]
}
