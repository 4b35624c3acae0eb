//! Tests the interface screen by screen: events go in; commands, requests and drawn text come out. Also what `--yes`
//! approves.

#![expect(clippy::unwrap_used, clippy::panic, reason = "tests and their helpers panic on failure")]

mod command;
mod copying;
mod created;
mod creating;
mod form;
mod leaving;
mod lookups;
mod moving;
mod names;
mod picker;
mod previous_run;
mod printing;
mod profiles;
mod prompts;
mod records;
mod recovery;
mod runner;
mod secret_list;
mod sign_in;
mod signals;
#[expect(dead_code, reason = "other tests use more of it")]
#[path = "../support/stage.rs"]
mod stage;
mod waiting;
mod waking;

use std::time::Duration;

use atlas_secret::delivery::{ClipboardContent, CopyOutcome, TerminalRoute};
use atlas_secret::domain::{ApiError, Cause, CreatedSecret, ExistingSecret, SecretId, ServerText};
use atlas_secret::tui::screens::{LeaveConfirmation, LeaveQuestion, Progress};
use atlas_secret::tui::{Command, Event, Screen};

use stage::{SECRET_ID, Stage, rejection, secret, time};

/// A secret that appears in the account after the POST.
const NEW: &str = "cccccccccccccccccccccccc";

/// A verified copy that will be cleared in a minute.
const COPIED: CopyOutcome =
    CopyOutcome::Copied { is_verified: true, clears_in: Some(Duration::from_secs(60)) };
const SENT: CopyOutcome = CopyOutcome::Sent(TerminalRoute::Osc52);

/// The clipboard still holds the copy.
const OURS: ClipboardContent = ClipboardContent::Ours { clears_in: Some(Duration::from_secs(60)) };

const TIME_PASSED: Event = Event::TimePassed;

const EXPIRED: &str = "2026-01-01T00:00:00Z";
/// Expires before the time to which creating would shorten it.
const SHORT: &str = "2026-11-25T00:00:00Z";
/// Creating would shorten this lifetime.
const LONG: &str = "2027-11-23T18:14:00Z";

fn refused(status: u16, error_code: &str) -> Result<CreatedSecret, ApiError> {
    Err(ApiError::rejected(rejection(status, error_code)))
}

fn rejected_read(status: u16, error_code: &str) -> ApiError {
    ApiError::rejected(rejection(status, error_code))
}

fn not_sent() -> Result<CreatedSecret, ApiError> {
    Err(ApiError::not_sent(Cause::ConnectTimeout))
}

fn lost() -> Result<CreatedSecret, ApiError> {
    Err(unreadable())
}

fn unreadable() -> ApiError {
    ApiError::sent(Cause::Unexpected { status: 502 })
}

/// A new secret without an ID.
fn without_id() -> CreatedSecret {
    CreatedSecret { id: None, ..secret() }
}

fn id(text: &str) -> SecretId {
    SecretId::from_server(text).unwrap()
}

fn own_id() -> SecretId {
    id(SECRET_ID)
}

fn existing(expires_at: &str) -> ExistingSecret {
    ExistingSecret {
        id: id("bbbbbbbbbbbbbbbbbbbbbbbb"),
        created_at: None,
        expires_at: Some(time(expires_at)),
        last_used_at: None,
        mask: None,
    }
}

/// A secret with a mask.
fn masked(expires_at: &str) -> ExistingSecret {
    ExistingSecret { mask: Some(ServerText::new("mdb_sa_sk_...9f3a")), ..existing(expires_at) }
}

/// A secret whose lifetime creating does not shorten.
fn short_lived() -> ExistingSecret {
    existing("2026-11-28T18:14:00Z")
}

/// A secret with a mask that ends like this.
fn with_mask(tail: &str) -> ExistingSecret {
    ExistingSecret {
        id: id(&format!("bbbbbbbbbbbbbbbbbbbbb{tail}")),
        mask: Some(ServerText::new(&format!("mdb_sa_sk_...{tail}"))),
        ..short_lived()
    }
}

/// A secret that was created right after the POST.
fn new(secret_id: &str) -> ExistingSecret {
    ExistingSecret {
        id: id(secret_id),
        created_at: Some(time("2026-11-23T17:14:01Z")),
        ..existing("2026-12-23T17:14:00Z")
    }
}

fn after_copy(outcome: CopyOutcome) -> Stage {
    Stage::created().then(|stage| stage.keys("c").copied(outcome))
}

#[track_caller]
fn progress(stage: &Stage) -> &Progress {
    match &stage.app.screen {
        Screen::Progress(progress) => progress,
        other => panic!("no creation is running: {other:?}"),
    }
}

/// The question before leaving the screen of the secret.
fn leaving(stage: &Stage) -> Option<&LeaveConfirmation> {
    stage.created_screen().leaving.as_ref().map(|leaving| &leaving.confirmation)
}

fn asks_to_choose(stage: &Stage) -> bool {
    matches!(leaving(stage), Some(LeaveConfirmation::Asking(LeaveQuestion::LeaveAnyway, _)))
}

fn deletions(stage: &Stage) -> usize {
    stage.count(|command| matches!(command, Command::Delete(..)))
}

fn is_recovery(stage: &Stage) -> bool {
    matches!(stage.app.screen, Screen::Recovery(_))
}
