//! The animated picture: the main path, from the filled form to the copied secret.

use std::time::Duration;

use atlas_secret::domain::Session;
use atlas_secret::tui::screens::Form;
use atlas_secret::tui::{Glyphs, Theme};
use crossterm::event::KeyCode;

use super::frame::Frame;
use super::scenes::{account, arrived, copied_for_a_minute, stage};
use super::stage::{CLIENT, PROJECT, Stage};

/// For those who cannot see it.
pub const ABOUT: &str =
    "A filled form. Enter creates the secret. c copies it, and the clipboard was read back.";

/// How long a spinner's picture stands here; as in the program.
const TURN: u32 = 100;

/// A frame, and how long it is seen.
pub struct Shot {
    pub frame: Frame,
    pub milliseconds: u32,
    /// True for the one that is shown where nothing moves.
    pub is_poster: bool,
}

/// The whole path.
pub fn shots() -> Vec<Shot> {
    let mut shots = Vec::new();
    let mut stage = stage(Session::Demo, Form::new(PROJECT, CLIENT, "30d"));
    stage.looked_up(&[]);
    take(&mut shots, &stage, 2400);
    stage.press(KeyCode::Enter);
    turn(&mut shots, &mut stage, 4);
    stage.signed_in(Ok(()));
    turn(&mut shots, &mut stage, 3);
    account(&mut stage, &[]);
    turn(&mut shots, &mut stage, 9);
    arrived(&mut stage);
    take(&mut shots, &stage, 2000);
    stage.press(KeyCode::Char('c'));
    take(&mut shots, &stage, 200);
    copied_for_a_minute(&mut stage);
    shots.push(Shot { is_poster: true, ..shot(&stage, 1000) });
    for _ in 0..2 {
        stage.wait(Duration::from_secs(1));
        take(&mut shots, &stage, 1000);
    }
    shots
}

/// The spinner turns for a while.
fn turn(shots: &mut Vec<Shot>, stage: &mut Stage, times: u32) {
    // Nothing turns before SPINNER_AFTER.
    take(shots, stage, 150);
    stage.wait(Duration::from_millis(150));
    for _ in 0..times {
        take(shots, stage, TURN);
        stage.wait(Duration::from_millis(TURN.into()));
    }
}

/// What looks like the shot before only makes that one longer.
fn take(shots: &mut Vec<Shot>, stage: &Stage, milliseconds: u32) {
    let shot = shot(stage, milliseconds);
    match shots.last_mut() {
        Some(last) if last.frame == shot.frame => last.milliseconds += milliseconds,
        _ => shots.push(shot),
    }
}

fn shot(stage: &Stage, milliseconds: u32) -> Shot {
    let frame = Frame::draw(&stage.app, &Theme::color(Glyphs::UNICODE));
    Shot { frame, milliseconds, is_poster: false }
}
