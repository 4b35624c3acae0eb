//! The reaction of each screen to keys and events, and what `--yes` approves.

#![expect(clippy::unwrap_used, clippy::panic, reason = "tests and their helpers panic on failure")]

mod form;
mod leaving;
mod moving;
mod printing;
mod profiles;
mod prompts;
mod recovery;
mod secret_list;
mod sign_in;
#[expect(dead_code, reason = "other tests use more of it")]
#[path = "../support/stage.rs"]
mod stage;
mod waiting;

use std::time::Duration;

use atlas_secret::domain::{
    ApiError, Cause, ClipboardContent, CopyOutcome, CreatedSecret, ExistingSecret, Rejection, SecretId,
    ServerText,
};
use atlas_secret::tui::screens::{LeaveConfirmation, LeaveQuestion};
use atlas_secret::tui::{Command, Glyphs, Screen, Theme};
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::buffer::Cell;

use stage::{Stage, rejection, secret, time};

/// A secret that appears in the account after the POST.
const NEW: &str = "cccccccccccccccccccccccc";

/// A verified copy that will be cleared in a minute.
const COPIED: CopyOutcome = CopyOutcome::Copied { clears_in: Some(Duration::from_secs(60)) };

/// The clipboard still holds the copy.
const OURS: ClipboardContent = ClipboardContent::Ours { clears_in: Some(Duration::from_secs(60)) };

fn refused(status: u16, error_code: &str) -> Result<CreatedSecret, ApiError> {
    Err(ApiError::rejected(rejection(status, error_code)))
}

fn not_sent() -> Result<CreatedSecret, ApiError> {
    Err(ApiError::not_sent(Cause::ConnectTimeout))
}

fn lost() -> Result<CreatedSecret, ApiError> {
    Err(ApiError::sent(Cause::Unexpected { status: 502 }))
}

/// A new secret without an id.
fn without_id() -> CreatedSecret {
    CreatedSecret { id: None, ..secret() }
}

fn unreadable() -> ApiError {
    ApiError::sent(Cause::Unexpected { status: 502 })
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

/// A secret whose lifetime creating does not shorten.
fn short_lived() -> ExistingSecret {
    existing("2026-11-28T18:14:00Z")
}

/// A secret with a mask that ends like this.
fn masked(tail: &str) -> ExistingSecret {
    ExistingSecret {
        id: id(&format!("bbbbbbbbbbbbbbbbbbbb{tail}")),
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

fn id(text: &str) -> SecretId {
    SecretId::from_server(text).unwrap()
}

fn after_copy(outcome: CopyOutcome) -> Stage {
    let mut stage = Stage::created();
    stage.keys("c").copied(outcome);
    stage
}

/// The question before leaving the screen of the secret.
fn leaving(stage: &Stage) -> Option<&LeaveConfirmation> {
    stage.created_screen().leaving.as_ref().map(|leaving| &leaving.confirmation)
}

fn asks_to_choose(stage: &Stage) -> bool {
    matches!(leaving(stage), Some(LeaveConfirmation::Asking(LeaveQuestion::LeaveAnyway, _)))
}

fn is_recovery(stage: &Stage) -> bool {
    matches!(stage.app.screen, Screen::Recovery(_))
}

fn deletions(stage: &Stage) -> usize {
    stage.count(|command| matches!(command, Command::Delete(..)))
}

/// The text on the screen without line breaks.
fn drawn(stage: &Stage) -> String {
    let size = stage.app.shared.size;
    let mut terminal = Terminal::new(TestBackend::new(size.columns, size.rows)).unwrap();
    terminal.draw(|frame| stage.app.draw(&Theme::color(Glyphs::UNICODE), frame)).unwrap();
    let cells = &terminal.backend().buffer().content;
    let rows = cells.chunks(usize::from(size.columns).max(1));
    let rows: Vec<String> = rows.map(|row| row.iter().map(Cell::symbol).collect()).collect();
    rows.join(" ").split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Asserts that the text is on the screen.
#[track_caller]
fn assert_drawn(stage: &Stage, text: &str) {
    let drawn = drawn(stage);
    assert!(drawn.contains(text), "{text:?} is not in {drawn:?}");
}

/// Asserts that the text is not on the screen.
#[track_caller]
fn assert_not_drawn(stage: &Stage, text: &str) {
    let drawn = drawn(stage);
    assert!(!drawn.contains(text), "{text:?} is in {drawn:?}");
}
