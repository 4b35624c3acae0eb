//! A secret may have been created.

use std::time::Duration;

use atlas_secret::domain::{ApiError, Cause, ExistingSecret, SecretId, ServerText, ServiceAccount};
use atlas_secret::jobs::PAUSES;

use crate::stage::{Stage, time};

use super::{State, state};

pub fn states() -> Vec<State> {
    let broken = Cause::Interrupted(ServerText::new("connection reset by peer"));
    let unreadable = Cause::ValueUnreadable(ServerText::new("it is larger than 1 MiB"), None);
    let unexpected = || Cause::Unexpected { status: 502 };
    let timed_out = || Cause::TimedOut(Duration::from_secs(60));
    let not_read = || Err(ApiError::not_sent(Cause::ConnectTimeout));
    let mut none = searched(Vec::new());
    let mut search_failed = lost(unexpected()).then(|stage| stage.account_read(not_read()));
    for pause in PAUSES {
        none.wait(pause).account_read(Ok(account(Vec::new())));
        search_failed.wait(pause).account_read(not_read());
    }
    let found = || searched(vec![new("9f3a")]);
    let rechecked = |secrets| found().then(|stage| stage.keys("d y").account_read(Ok(account(secrets))));
    let last_used_at = Some(time("2026-11-23T17:14:30Z"));
    let used = ExistingSecret { last_used_at, ..new("9f3a") };
    vec![
        state("recovery_pausing", searched(Vec::new())),
        state("recovery_none_appeared", none),
        state("recovery_found", found()),
        state("recovery_several", searched(vec![new("9f3a"), new("k7Qd")])),
        state("recovery_check_failed", search_failed),
        state("recovery_asks_to_delete", found().after("d")),
        state("recovery_deleted", rechecked(Vec::new())),
        state("recovery_used", rechecked(vec![used])),
        state("recovery_timed_out", lost(timed_out())),
        state("recovery_broken", lost(broken)),
        state("recovery_value_unreadable", lost(unreadable)),
        state("recovery_unexpected", lost(unexpected())),
        state("recovery_stopped_waiting", stopped_waiting()),
        state(
            "recovery_stopped_waiting_and_timed_out",
            stopped_waiting().then(|stage| stage.post_finished(Err(ApiError::sent(timed_out())))),
        ),
        state("recovery_asks_to_leave", stopped_waiting().after("q")),
        state("recovery_refuses_ctrl_z", stopped_waiting().after("<ctrl-z>")),
        state("recovery_left_in_doubt", lost(unexpected()).after("b")),
        state("recovery_in_doubt_asks_to_create", lost(unexpected()).then(again)),
    ]
}

fn late() -> Stage {
    Stage::posting().then(|stage| stage.wait(Duration::from_secs(12)))
}

/// The response to the POST was lost, after a while.
fn lost(cause: Cause) -> Stage {
    late().then(|stage| stage.post_finished(Err(ApiError::sent(cause))))
}

/// The response was lost, and the account was fetched once.
fn searched(secrets: Vec<ExistingSecret>) -> Stage {
    lost(Cause::Unexpected { status: 502 }).then(|stage| stage.account_read(Ok(account(secrets))))
}

/// Another request for the same account.
fn again(stage: &mut Stage) -> &mut Stage {
    stage.keys("b enter").signed_in(Ok(())).account_read(Ok(account(Vec::new())))
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
    late().after("esc y")
}
