//! The screen that shows the request as a command.

use atlas_secret::tui::{Command, Screen};

use crate::stage::{CLIENT, PROJECT, Stage};
use crate::*;

#[test]
fn the_request_is_shown_as_a_command_and_copied_without_credentials() {
    let mut stage = Stage::filled();
    stage.keys("f2");
    assert!(matches!(stage.app.screen, Screen::Command(_)));
    assert_drawn(&stage, "atlas-secret --yes");
    assert_drawn(&stage, "Contains no credentials. c copies it.");
    stage.keys("tab c");
    let Some(Command::CopyText(text)) = stage.commands.last() else { panic!("nothing is copied") };
    assert!(text.contains(PROJECT) && text.contains(CLIENT) && text.contains("720"), "{text}");
    stage.copied(COPIED).keys("esc");
    assert!(stage.is_on_form());
}
