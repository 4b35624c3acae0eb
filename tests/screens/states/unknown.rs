//! A secret may have been created.

use std::time::Duration;

use atlas_secret::domain::{ApiError, Cause, ExistingSecret, SecretId, ServerText, ServiceAccount};
use atlas_secret::jobs::PAUSES;
use crossterm::event::KeyCode;

use crate::stage::{Stage, time};

use super::{State, state};

pub fn states() -> Vec<State> {
    let broken = ApiError::sent(Cause::Interrupted(ServerText::new("connection reset by peer")));
    let unreadable = ApiError::sent(Cause::ValueUnreadable(ServerText::new("it is larger than 1 MiB")));
    let mut asks = stopped_waiting();
    asks.press(KeyCode::Char('q'));
    let mut suspend = stopped_waiting();
    suspend.control('z');
    let mut timed_out_later = stopped_waiting();
    timed_out_later.post_finished(Err(ApiError::sent(Cause::TimedOut(Duration::from_secs(60)))));
    let mut asks_to_delete = searched(vec![new("9f3a")]);
    asks_to_delete.press(KeyCode::Char('d'));
    let mut none = searched(Vec::new());
    for pause in PAUSES {
        none.wait(pause);
        none.account_read(Ok(account(Vec::new())));
    }
    let mut search_failed = lost(ApiError::sent(Cause::Unexpected { status: 502 }));
    for pause in PAUSES {
        search_failed.account_read(Err(ApiError::not_sent(Cause::ConnectTimeout)));
        search_failed.wait(pause);
    }
    search_failed.account_read(Err(ApiError::not_sent(Cause::ConnectTimeout)));
    let mut deleted = searched(vec![new("9f3a")]);
    deleted.press(KeyCode::Char('d'));
    deleted.press(KeyCode::Char('y'));
    deleted.account_read(Ok(account(Vec::new())));
    let mut used = searched(vec![new("9f3a")]);
    used.press(KeyCode::Char('d'));
    used.press(KeyCode::Char('y'));
    let last_used_at = Some(time("2026-11-23T17:14:30Z"));
    used.account_read(Ok(account(vec![ExistingSecret { last_used_at, ..new("9f3a") }])));
    vec![
        state("unknown_pausing", searched(Vec::new())),
        state("unknown_none_appeared", none),
        state("unknown_found", searched(vec![new("9f3a")])),
        state("unknown_several", searched(vec![new("9f3a"), new("k7Qd")])),
        state("unknown_could_not_look", search_failed),
        state("unknown_asks_to_delete", asks_to_delete),
        state("unknown_deleted", deleted),
        state("unknown_used", used),
        state("unknown_timed_out", lost(ApiError::sent(Cause::TimedOut(Duration::from_secs(60))))),
        state("unknown_broken", lost(broken)),
        state("unknown_value_unreadable", lost(unreadable)),
        state("unknown_unexpected", lost(ApiError::sent(Cause::Unexpected { status: 502 }))),
        state("unknown_stopped_waiting", stopped_waiting()),
        state("unknown_stopped_waiting_and_timed_out", timed_out_later),
        state("unknown_asks_to_leave", asks),
        state("unknown_refuses_ctrl_z", suspend),
    ]
}

/// The response to the POST was lost, after a while.
fn lost(lost: ApiError) -> Stage {
    let mut stage = Stage::posting();
    stage.wait(Duration::from_secs(12));
    stage.post_finished(Err(lost));
    stage
}

/// The response was lost, and the account was fetched once.
fn searched(secrets: Vec<ExistingSecret>) -> Stage {
    let mut stage = lost(ApiError::sent(Cause::Unexpected { status: 502 }));
    stage.account_read(Ok(account(secrets)));
    stage
}

fn account(secrets: Vec<ExistingSecret>) -> ServiceAccount {
    ServiceAccount { secrets, ..ServiceAccount::default() }
}

fn new(tail: &str) -> ExistingSecret {
    ExistingSecret {
        id: SecretId::from_server(&format!("6650f0aa12bc34de5600{tail}")).unwrap(),
        created_at: Some(time("2026-11-23T17:14:02Z")),
        expires_at: Some(time("2026-12-23T17:14:02Z")),
        last_used_at: None,
        mask: Some(ServerText::new(&format!("mdb_sa_sk_...{tail}"))),
    }
}

/// The user stopped waiting. The POST is still running.
pub fn stopped_waiting() -> Stage {
    let mut stage = Stage::posting();
    stage.wait(Duration::from_secs(12));
    stage.press(KeyCode::Esc);
    stage.press(KeyCode::Char('y'));
    stage
}
