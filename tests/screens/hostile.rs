//! Text from outside that wants to be more than text: nothing on the screen is anything a terminal obeys.

use std::time::Duration;

use atlas_secret::domain::{
    ApiError, Cause, CommandOutcome, CommandOutput, CommandReport, CopyOutcome, CreatedSecret,
    FieldViolation, ServerText, ServiceAccount,
};
use atlas_secret::tui::Event;
use crossterm::event::KeyCode;

use crate::picture::Picture;
use crate::stage::{Stage, secret};
use crate::states::rejection;

/// Erases the screen, writes the clipboard, sets the title, turns the reading direction, hides, breaks lines.
const HOSTILE: &str = "before\u{1b}[2J\u{1b}]52;c;RkFLRQ==\u{7}\u{1b}]0;FAKE\u{1b}\\\u{9b}31m\u{202e}evil\u{2066}\
                       \u{200b}\u{feff}\r\n\t\u{8}\u{0}\u{7f}after";

/// What is left of it.
const HARMLESS: &str = "before[2J]52;c;RkFLRQ==]0;FAKE\\31mevil after";

fn hostile() -> ServerText {
    ServerText::new(HOSTILE)
}

fn stages() -> Vec<(&'static str, Stage)> {
    let mut refused = rejection(400, HOSTILE, HOSTILE);
    refused.fields =
        vec![FieldViolation { field: ServerText::new("secretExpiresAfterHours"), description: hostile() }];
    let mut field = Stage::posting();
    field.answered(Err(ApiError::rejected(refused)));

    let mut limited = Stage::posting();
    limited.answered(Err(ApiError::rejected(rejection(429, HOSTILE, HOSTILE))));

    let mut sign_in = Stage::filled();
    sign_in.press(KeyCode::Enter);
    sign_in.signed_in(Err(ApiError::not_sent(Cause::SignInRefused(hostile()))));

    let mut shortens = Stage::filled();
    shortens.press(KeyCode::Enter);
    shortens.signed_in(Ok(()));
    let mut existing = crate::states::existing("9f3a", "2027-03-01T12:00:00Z");
    // Of a mask only the end is drawn.
    existing.mask = Some(ServerText::new(&format!("{HOSTILE}\u{202e}9\u{7}f\u{1b}3a")));
    shortens.account_read(Ok(ServiceAccount { secrets: vec![existing], ..ServiceAccount::default() }));

    let mut unknown = Stage::posting();
    unknown.wait(Duration::from_secs(1));
    unknown.answered(Err(ApiError::sent(Cause::Interrupted(hostile()))));

    let mut copy = Stage::created();
    copy.press(KeyCode::Char('c'));
    let outcome = CopyOutcome::Failed { reasons: vec![hostile()] };

    copy.send(Event::CopyFinished(outcome));
    let mut command = Stage::created();
    command.press(KeyCode::Char('p'));
    command.type_in("false");
    command.press(KeyCode::Enter);
    let output = CommandOutput { had_secret: false, lines: vec![hostile(), hostile()], left_out: 0 };
    let outcome = CommandOutcome::Exited { code: 1, last_line: ServerText::new("failed") };
    command.command_reported(CommandReport { outcome, output });
    vec![
        ("command", command),
        ("field", field),
        ("limited", limited),
        ("sign-in", sign_in),
        ("mask", shortens),
        ("unknown", unknown),
        ("copy", copy),
    ]
}

/// Control characters of both sets, and what turns the reading direction or cannot be seen.
fn is_obeyed(character: char) -> bool {
    character.is_control()
        || matches!(character, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
}

#[test]
fn nothing_that_a_terminal_obeys_is_drawn() {
    for (name, stage) in stages() {
        let picture = Picture::of(&stage.app, 100, 40);
        for cell in &picture.buffer.content {
            assert!(!cell.symbol().contains(is_obeyed), "{name}: {:?}", cell.symbol());
        }
        let expected = if name == "mask" { "…er9f3a expires" } else { HARMLESS };
        assert!(picture.words().contains(expected), "{name}:\n{}", picture.text());
    }
}

/// The value is Atlas's text too.
#[test]
fn a_hostile_value_is_revealed_as_harmless_text() {
    let mut stage = Stage::created_as(CreatedSecret { value: HOSTILE.into(), ..secret() });
    for key in [None, Some('r')] {
        key.map(|key| stage.press(KeyCode::Char(key)));
        let picture = Picture::of(&stage.app, 100, 40);
        for cell in &picture.buffer.content {
            assert!(!cell.symbol().contains(is_obeyed), "{:?}", cell.symbol());
        }
    }
}

/// What is typed or pasted is drawn as text as well.
#[test]
fn a_hostile_paste_is_harmless() {
    let mut stage = Stage::empty();
    stage.paste(HOSTILE);
    let picture = Picture::of(&stage.app, 100, 40);
    for cell in &picture.buffer.content {
        assert!(!cell.symbol().contains(is_obeyed), "{:?}", cell.symbol());
    }
}
