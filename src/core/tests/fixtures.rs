//! Keys by name, and answers of a made-up Atlas.

use super::*;
use crate::domain::{HeldCopy, LostAnswer, TransportProblem};

/// A copy that was read back and stays a minute.
pub(super) const COPIED: CopyOutcome =
    CopyOutcome::Copied(HeldCopy { clears_in: Some(Duration::from_secs(60)) });

/// The clipboard still holds it.
pub(super) const OURS: ClipboardContent = ClipboardContent::Ours { clears_in: Some(Duration::from_secs(60)) };

pub(super) fn typed_key(character: char) -> KeyPress {
    let code = if character == '\n' { KeyCode::Enter } else { KeyCode::Char(character) };
    KeyPress { code, modifiers: KeyModifiers::NONE }
}

pub(super) fn press(name: &str) -> KeyPress {
    let plain = |code| KeyPress { code, modifiers: KeyModifiers::NONE };
    match name {
        "enter" => plain(KeyCode::Enter),
        "esc" => plain(KeyCode::Esc),
        "tab" => plain(KeyCode::Tab),
        "up" => plain(KeyCode::Up),
        "down" => plain(KeyCode::Down),
        "f1" => plain(KeyCode::F(1)),
        "backspace" => plain(KeyCode::Backspace),
        "shift-tab" => KeyPress { code: KeyCode::BackTab, modifiers: KeyModifiers::SHIFT },
        _ => {
            let (letter, modifiers) = match name.strip_prefix("<ctrl-").and_then(|key| key.strip_suffix('>'))
            {
                Some(letter) => (letter, KeyModifiers::CONTROL),
                None => (name, KeyModifiers::NONE),
            };
            let letter: char = letter.parse().unwrap();
            KeyPress { code: KeyCode::Char(letter), modifiers }
        }
    }
}

pub(super) fn created() -> CreateOutcome {
    CreateOutcome::Created(secret(SecretId::from_server(SECRET_ID)))
}

pub(super) fn secret(id: Option<SecretId>) -> CreatedSecret {
    CreatedSecret { value: SecretString::from(FAKE), id, created_at: None, expires_at: None }
}

pub(super) fn rejection(status: u16, error_code: &str) -> Rejection {
    let error_code = ServerText::new(error_code);
    Rejection { status, error_code, detail: ServerText::default(), fields: Vec::new(), retry_after: None }
}

pub(super) fn existing(expires_at: &str) -> ExistingSecret {
    let expires_at: Timestamp = expires_at.parse().unwrap();
    ExistingSecret {
        id: SecretId::from_server("bbbbbbbbbbbbbbbbbbbbbbbb").unwrap(),
        created_at: None,
        expires_at: Some(expires_at),
        last_used_at: None,
        mask: None,
    }
}

pub(super) fn lost() -> CreateOutcome {
    CreateOutcome::Unknown(LostAnswer::Broken(TransportProblem::Interrupted(ServerText::new("reset"))))
}

pub(super) fn refused(status: u16, code: &str) -> CreateOutcome {
    CreateOutcome::Rejected(rejection(status, code))
}

pub(super) fn not_sent() -> CreateOutcome {
    CreateOutcome::NotSent(TransportProblem::ConnectTimeout)
}
