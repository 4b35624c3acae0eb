//! The animated picture: the main path, from the filled form to the copied secret.

use std::time::Duration;

use atlas_secret::domain::Session;
use atlas_secret::tui::screens::Form;
use atlas_secret::tui::{Glyphs, Theme};

use super::frame::Frame;
use super::scenes::{COPIED, account, stage};
use super::stage::{CLIENT, PROJECT, Stage, secret};

/// The description for screen readers.
pub const ABOUT: &str =
    "A filled form. Enter creates the secret. c copies it, and the clipboard was read back.";

/// The duration of a spinner frame, as in the program.
const SPINNER_FRAME: u32 = 100;

/// A frame and its duration.
pub struct Shot {
    pub frame: Frame,
    pub milliseconds: u32,
    /// True for the picture that is shown without animation.
    pub is_poster: bool,
}

pub fn shots() -> Vec<Shot> {
    let mut shots = Vec::new();
    let mut stage = stage(Session::Demo, Form::new(PROJECT, CLIENT, "30d"));
    stage.lookups_finished(&[]);
    add_shot(&mut shots, &stage, 2400);
    stage.keys("enter");
    spin(&mut shots, &mut stage, 4);
    stage.signed_in(Ok(()));
    spin(&mut shots, &mut stage, 3);
    account(&mut stage, &[]);
    spin(&mut shots, &mut stage, 9);
    stage.post_finished(Ok(secret()));
    add_shot(&mut shots, &stage, 2000);
    stage.keys("c");
    add_shot(&mut shots, &stage, 200);
    stage.copied(COPIED);
    shots.push(Shot { is_poster: true, ..shot(&stage, 1000) });
    for _ in 0..2 {
        stage.wait(Duration::from_secs(1));
        add_shot(&mut shots, &stage, 1000);
    }
    shots
}

/// Shows the spinner for some frames.
fn spin(shots: &mut Vec<Shot>, stage: &mut Stage, times: u32) {
    // There is no spinner before SPINNER_DELAY (150 ms).
    add_shot(shots, stage, 150);
    stage.wait(Duration::from_millis(150));
    for _ in 0..times {
        add_shot(shots, stage, SPINNER_FRAME);
        stage.wait(Duration::from_millis(SPINNER_FRAME.into()));
    }
}

/// Adds a shot. If nothing has changed, the last one gets longer.
fn add_shot(shots: &mut Vec<Shot>, stage: &Stage, milliseconds: u32) {
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
