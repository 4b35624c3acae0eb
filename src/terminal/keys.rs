//! Maps control sequences and control characters to keys: the forms that xterm, the Linux console, rxvt, tmux, screen,
//! kitty and Terminal.app send by default, modifyOtherKeys, and CSI u.
//!
//! **Invariant:** a sequence with a private marker or an intermediate byte is a report, never a key.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

/// The key of `ESC [ parameters last`.
pub(super) fn of_control_sequence(parameters: &[u8], last: u8) -> Option<KeyEvent> {
    let parameters = parse(parameters)?;
    let first = parameters.first().copied();
    let modified = |code| {
        // `ESC [ 5 A` of old xterms: the only number is the modifier.
        let place = usize::from(parameters.len() != 1 || first == Some(1));
        with_modifiers(code, parameters.get(place))
    };
    match last {
        // `ESC [ 1 ; 5 R` also reports where the cursor is.
        b'R' => None,
        // Not `c`: rxvt's Shift-Right, but also the end of a report.
        b'A'..=b'S' => modified(named(last)?),
        b'Z' => with_modifiers(KeyCode::BackTab, parameters.get(1))
            .map(|key| KeyEvent { modifiers: key.modifiers | KeyModifiers::SHIFT, ..key }),
        // rxvt's numbered keys with Shift, Control, and both.
        b'$' | b'^' | b'@' if parameters.len() == 1 => {
            let modifiers = match last {
                b'$' => KeyModifiers::SHIFT,
                b'^' => KeyModifiers::CONTROL,
                _ => KeyModifiers::SHIFT | KeyModifiers::CONTROL,
            };
            Some(KeyEvent::new(numbered(first?)?, modifiers))
        }
        // modifyOtherKeys: `ESC [ 27 ; modifiers ; character ~`.
        b'~' if first == Some(27) => of_character_code(*parameters.get(2)?, parameters.get(1)),
        b'~' => with_modifiers(numbered(first?)?, parameters.get(1)),
        b'u' => of_character_code(first?, parameters.get(1)),
        _ => None,
    }
}

/// The keys of `ESC [ letter` and `ESC O letter`.
fn named(letter: u8) -> Option<KeyCode> {
    Some(match letter {
        b'A' => KeyCode::Up,
        b'B' => KeyCode::Down,
        b'C' => KeyCode::Right,
        b'D' => KeyCode::Left,
        b'F' => KeyCode::End,
        b'H' => KeyCode::Home,
        b'P'..=b'S' => KeyCode::F(letter - b'P' + 1),
        _ => return None,
    })
}

/// The key of `ESC O byte`: arrows in application mode, and the keypad.
pub(super) fn of_single_shift(byte: u8) -> Option<KeyEvent> {
    let code = match byte {
        b'M' => KeyCode::Enter,
        b'X' => KeyCode::Char('='),
        // rxvt's arrows with Control.
        b'a'..=b'd' => {
            return Some(KeyEvent::new(named(byte.to_ascii_uppercase())?, KeyModifiers::CONTROL));
        }
        // The keypad: `*+,-./` and the digits, in the order of ASCII.
        b'j'..=b'y' => KeyCode::Char(char::from(byte - b'j' + b'*')),
        letter => named(letter)?,
    };
    Some(code.into())
}

/// The key of `ESC [ [ byte`, F1 to F5 of the Linux console.
pub(super) fn of_linux_console(byte: u8) -> Option<KeyEvent> {
    matches!(byte, b'A'..=b'E').then(|| KeyCode::F(byte - b'A' + 1).into())
}

/// The key of a control character other than ESC.
pub(super) fn of_control_character(byte: u8) -> KeyEvent {
    let control = |character| KeyEvent::new(KeyCode::Char(character), KeyModifiers::CONTROL);
    match byte {
        0 => control(' '),
        b'\t' => KeyCode::Tab.into(),
        b'\r' => KeyCode::Enter.into(),
        1..=26 => control(char::from(byte - 1 + b'a')),
        28..=31 => control(char::from(byte - 28 + b'4')),
        _ => KeyCode::Backspace.into(),
    }
}

/// The key that types this character.
pub(super) fn of_character(character: char) -> KeyEvent {
    let modifiers = if character.is_uppercase() { KeyModifiers::SHIFT } else { KeyModifiers::NONE };
    KeyEvent::new(KeyCode::Char(character), modifiers)
}

/// The parameters as numbers. `None` for markers, intermediate bytes, numbers out of range, and the details that kitty's
/// protocol puts after a colon: it is turned off at the start, and they include keys that were released.
fn parse(parameters: &[u8]) -> Option<Vec<u32>> {
    if parameters.is_empty() {
        return Some(Vec::new());
    }
    let number = |digits: &str| match digits {
        "" => Some(0),
        digits if digits.bytes().all(|byte| byte.is_ascii_digit()) => digits.parse().ok(),
        _ => None,
    };
    std::str::from_utf8(parameters).ok()?.split(';').map(number).collect()
}

fn with_modifiers(code: KeyCode, modifiers: Option<&u32>) -> Option<KeyEvent> {
    let Some(modifiers) = modifiers else { return Some(code.into()) };
    let mask = u8::try_from(*modifiers).ok()?.saturating_sub(1);
    let of_bits = [
        KeyModifiers::SHIFT,
        KeyModifiers::ALT,
        KeyModifiers::CONTROL,
        KeyModifiers::SUPER,
        KeyModifiers::HYPER,
        KeyModifiers::META,
    ];
    let held = of_bits.into_iter().enumerate().filter(|(bit, _)| mask & (1 << bit) != 0);
    Some(KeyEvent::new(code, held.map(|(_, modifier)| modifier).collect()))
}

/// The keys of `ESC [ number ~`. Of the function keys, this program uses only the first two.
fn numbered(number: u32) -> Option<KeyCode> {
    Some(match number {
        1 | 7 => KeyCode::Home,
        3 => KeyCode::Delete,
        4 | 8 => KeyCode::End,
        5 => KeyCode::PageUp,
        6 => KeyCode::PageDown,
        11 => KeyCode::F(1),
        12 => KeyCode::F(2),
        _ => return None,
    })
}

/// The key of a character code.
fn of_character_code(character: u32, modifiers: Option<&u32>) -> Option<KeyEvent> {
    let key = with_modifiers(KeyCode::Null, modifiers)?;
    let (shift, control) = (KeyModifiers::SHIFT, KeyModifiers::CONTROL);
    let code = match character {
        9 if key.modifiers.contains(shift) => KeyCode::BackTab,
        9 => KeyCode::Tab,
        // 57414 is the keypad's Enter in kitty's protocol.
        13 | 57414 => KeyCode::Enter,
        27 => KeyCode::Esc,
        8 | 127 => KeyCode::Backspace,
        code @ 0..32 => return Some(of_control_character(u8::try_from(code).ok()?)),
        // C1 controls, and kitty's codes for keys without a character.
        0x80..0xA0 | 0xE000..=0xF8FF => return None,
        code => {
            let typed = char::from_u32(code)?;
            let is_shifted = key.modifiers.contains(shift) && !key.modifiers.contains(control);
            KeyCode::Char(if is_shifted { typed.to_ascii_uppercase() } else { typed })
        }
    };
    Some(KeyEvent { code, ..key })
}
