//! Tests the interface screen by screen: events go in; commands, requests and drawn text come out.

#![expect(clippy::unwrap_used, clippy::panic, reason = "tests and their helpers panic on failure")]

mod command;
mod copying;
mod created;
mod creating;
mod form;
mod lookups;
mod names;
mod picker;
mod previous_run;
mod records;
mod runner;
mod sign_in;
mod signals;
#[expect(dead_code, reason = "other tests use more of it")]
#[path = "../support/stage.rs"]
mod stage;
mod waking;

use std::time::Duration;

use atlas_secret::domain::{
    ApiError, Cause, ClipboardContent, CopyOutcome, CreatedSecret, ExistingSecret, SecretId, ServerText,
    TerminalRoute,
};
use atlas_secret::tui::screens::{LeaveConfirmation, LeaveQuestion, Progress};
use atlas_secret::tui::{Command, Event, Glyphs, Screen, Theme};
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::buffer::Cell;

use stage::{SECRET_ID, Stage, rejection, secret, time};

/// A verified copy that will be cleared in a minute.
const COPIED: CopyOutcome = CopyOutcome::Copied { clears_in: Some(Duration::from_secs(60)) };
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
    Err(ApiError::sent(Cause::Interrupted(ServerText::new("reset"))))
}

fn own_id() -> SecretId {
    SecretId::from_server(SECRET_ID).unwrap()
}

fn existing(expires_at: &str) -> ExistingSecret {
    ExistingSecret {
        id: SecretId::from_server("bbbbbbbbbbbbbbbbbbbbbbbb").unwrap(),
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

fn after_copy(outcome: CopyOutcome) -> Stage {
    let mut stage = Stage::created();
    stage.keys("c").copied(outcome);
    stage
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

/// The text on the screen without line breaks.
fn drawn(stage: &Stage) -> String {
    let size = stage.app.shared.size;
    let mut terminal = Terminal::new(TestBackend::new(size.columns, size.rows)).unwrap();
    terminal.draw(|frame| stage.app.draw(&Theme::color(Glyphs::UNICODE), frame)).unwrap();
    let buffer = terminal.backend().buffer();
    let rows = buffer.content.chunks(usize::from(size.columns));
    let rows = rows.map(|cells| cells.iter().map(Cell::symbol).collect::<String>());
    rows.flat_map(|row| row.split_whitespace().map(str::to_owned).collect::<Vec<_>>())
        .collect::<Vec<_>>()
        .join(" ")
}

/// Asserts that the text is on the screen.
#[track_caller]
fn assert_drawn(stage: &Stage, text: &str) {
    let drawn = drawn(stage);
    assert!(drawn.contains(text), "{text:?} is not in {drawn:?}");
}
