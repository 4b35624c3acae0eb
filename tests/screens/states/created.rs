//! The new secret.

use std::time::Duration;

use atlas_secret::core::Event;
use atlas_secret::domain::{
    ClipboardContent, CopyFailure, CopyOutcome, CreatedSecret, ServerText, TerminalRoute,
};
use crossterm::event::KeyCode;

use crate::stage::{Stage, secret};

use super::{State, state};

pub fn states() -> Vec<State> {
    let mut revealed = Stage::created();
    revealed.press(KeyCode::Char('r'));
    let mut hidden_again = Stage::created();
    hidden_again.press(KeyCode::Char('r'));
    hidden_again.wait(Duration::from_secs(30));
    let mut copying = Stage::created();
    copying.press(KeyCode::Char('c'));
    let mut long = Stage::created_as(CreatedSecret { value: "FAKE".repeat(40).into(), ..secret() });
    long.press(KeyCode::Char('r'));
    let bare = CreatedSecret { id: None, created_at: None, expires_at: None, ..secret() };
    vec![
        state("created_masked", Stage::created()),
        state("created_revealed", revealed),
        state("created_hidden_again", hidden_again),
        state("created_revealed_too_long", long),
        state("created_value_only", Stage::created_as(bare)),
        state("created_copying", copying),
        state("created_copied", copied()),
        state("created_sent_by_osc52", sent(TerminalRoute::Osc52)),
        state("created_sent_by_tmux", sent(TerminalRoute::Tmux)),
        state("created_not_copied", not_copied()),
        state("created_overwritten", overwritten()),
    ]
}

fn copy(outcome: CopyOutcome) -> Stage {
    let mut stage = Stage::created();
    stage.press(KeyCode::Char('c'));
    let request = stage.request();
    stage.send(Event::CopyFinished { request, outcome });
    stage
}

pub fn copied() -> Stage {
    copy(CopyOutcome::Copied)
}

pub fn sent(route: TerminalRoute) -> Stage {
    copy(CopyOutcome::Sent(route))
}

fn not_copied() -> Stage {
    let reasons = [
        "There is no display to copy to: neither WAYLAND_DISPLAY nor DISPLAY is set.",
        "tmux could not take it: no server is running at the socket that TMUX names.",
    ];
    copy(CopyOutcome::Failed(CopyFailure { reasons: reasons.map(ServerText::new).into() }))
}

/// Copied, then something else was: the guard finds that out, and the person goes back.
fn overwritten() -> Stage {
    let mut stage = found_overwritten();
    stage.press(KeyCode::Esc);
    stage
}

pub fn found_overwritten() -> Stage {
    let mut stage = copied();
    stage.press(KeyCode::Char('q'));
    checked(stage, ClipboardContent::NotOurs)
}

pub fn checked(mut stage: Stage, content: ClipboardContent) -> Stage {
    let request = stage.request();
    stage.send(Event::ClipboardChecked { request, content });
    stage
}
