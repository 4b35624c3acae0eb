//! Which key a control sequence or a control character stands for: the forms that xterm, the Linux console, rxvt,
//! tmux, screen, kitty and Terminal.app send, modifyOtherKeys and CSI u.
//!
//! **Invariant:** a sequence with a private marker or an intermediate byte is a report, never a key.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

/// The key of `ESC [ parameters last`.
pub(super) fn of_control_sequence(parameters: &[u8], last: u8) -> Option<KeyEvent> {
    let parameters = parse(parameters)?;
    let first = parameters.first().map(|parameter| parameter.value);
    let modified = |code| {
        // `ESC [ 5 A` of old xterms: the only number is the modifier.
        let place = usize::from(parameters.len() != 1 || first == Some(1));
        with_modifiers(code, parameters.get(place))
    };
    match last {
        b'A' => modified(KeyCode::Up),
        b'B' => modified(KeyCode::Down),
        b'C' => modified(KeyCode::Right),
        b'D' => modified(KeyCode::Left),
        b'F' => modified(KeyCode::End),
        b'H' => modified(KeyCode::Home),
        b'P' => modified(KeyCode::F(1)),
        b'Q' => modified(KeyCode::F(2)),
        b'S' => modified(KeyCode::F(4)),
        // Missing: `R`, F3, since `ESC [ 1 ; 5 R` also reports where the cursor is; and `c`, rxvt's Shift and Right.
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
        b'~' if first == Some(27) => of_character_code(parameters.get(2)?, parameters.get(1)),
        b'~' => with_modifiers(numbered(first?)?, parameters.get(1)),
        b'u' => of_character_code(parameters.first()?, parameters.get(1)),
        _ => None,
    }
}

/// True when `ESC [ digits $` is a key of rxvt and not the middle of a report.
pub(super) fn is_rxvt_shift(digits: &[u8]) -> bool {
    of_control_sequence(digits, b'$').is_some()
}

/// The key of `ESC O byte`, which the arrows send in application mode and the number pad may.
pub(super) fn of_single_shift(byte: u8) -> Option<KeyEvent> {
    let plain = |code| Some(KeyEvent::new(code, KeyModifiers::NONE));
    match byte {
        b'A' => plain(KeyCode::Up),
        b'B' => plain(KeyCode::Down),
        b'C' => plain(KeyCode::Right),
        b'D' => plain(KeyCode::Left),
        b'F' => plain(KeyCode::End),
        b'H' => plain(KeyCode::Home),
        b'M' => plain(KeyCode::Enter),
        b'P'..=b'S' => plain(KeyCode::F(byte - b'P' + 1)),
        b'X' => plain(KeyCode::Char('=')),
        // rxvt's arrows with Control.
        b'a'..=b'd' => {
            let code = [KeyCode::Up, KeyCode::Down, KeyCode::Right, KeyCode::Left][usize::from(byte - b'a')];
            Some(KeyEvent::new(code, KeyModifiers::CONTROL))
        }
        // The number pad: `*+,-./` and the digits, in the order of ASCII.
        b'j'..=b'y' => plain(KeyCode::Char(char::from(byte - b'j' + b'*'))),
        _ => None,
    }
}

/// The key of `ESC [ [ byte`, F1 to F5 of the Linux console.
pub(super) fn of_linux_console(byte: u8) -> Option<KeyEvent> {
    matches!(byte, b'A'..=b'E').then(|| KeyEvent::new(KeyCode::F(byte - b'A' + 1), KeyModifiers::NONE))
}

/// The key of a control character. Escape is not among them.
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

/// A number, and the one after a colon: the kind of event beside modifiers, the shifted character beside a
/// character.
#[derive(Clone, Copy)]
struct Parameter {
    value: u32,
    detail: Option<u32>,
}

/// `None` for what is not made of numbers: markers, intermediate bytes, numbers out of range.
fn parse(parameters: &[u8]) -> Option<Vec<Parameter>> {
    if parameters.is_empty() {
        return Some(Vec::new());
    }
    let number = |text: &str| if text.is_empty() { Some(0) } else { text.parse().ok() };
    std::str::from_utf8(parameters)
        .ok()?
        .split(';')
        .map(|parameter| {
            if !parameter.bytes().all(|byte| byte.is_ascii_digit() || byte == b':') {
                return None;
            }
            let mut parts = parameter.split(':');
            let value = number(parts.next()?)?;
            let detail = parts.next().filter(|part| !part.is_empty());
            Some(Parameter { value, detail: detail.map(str::parse).transpose().ok()? })
        })
        .collect()
}

/// `None` for a key that was let go.
fn with_modifiers(code: KeyCode, modifiers: Option<&Parameter>) -> Option<KeyEvent> {
    const RELEASE: Option<u32> = Some(3);
    let Some(modifiers) = modifiers else { return Some(code.into()) };
    if modifiers.detail == RELEASE {
        return None;
    }
    let mask = u8::try_from(modifiers.value).ok()?.saturating_sub(1);
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

/// The keys of `ESC [ number ~`.
fn numbered(number: u32) -> Option<KeyCode> {
    let function = |offset| u8::try_from(number - offset).ok().map(KeyCode::F);
    match number {
        1 | 7 => Some(KeyCode::Home),
        2 => Some(KeyCode::Insert),
        3 => Some(KeyCode::Delete),
        4 | 8 => Some(KeyCode::End),
        5 => Some(KeyCode::PageUp),
        6 => Some(KeyCode::PageDown),
        11..=15 => function(10),
        17..=21 => function(11),
        23..=26 => function(12),
        28..=29 => function(15),
        31..=34 => function(17),
        _ => None,
    }
}

/// A key named by its character.
fn of_character_code(character: &Parameter, modifiers: Option<&Parameter>) -> Option<KeyEvent> {
    let key = with_modifiers(KeyCode::Null, modifiers)?;
    let (shift, control) = (KeyModifiers::SHIFT, KeyModifiers::CONTROL);
    let code = match character.value {
        9 if key.modifiers.contains(shift) => KeyCode::BackTab,
        9 => KeyCode::Tab,
        13 => KeyCode::Enter,
        27 => KeyCode::Esc,
        8 | 127 => KeyCode::Backspace,
        code @ 0..32 => return Some(of_control_character(u8::try_from(code).ok()?)),
        // C1 controls, and kitty's numbers for keys that type nothing.
        code @ 57_399..=57_426 => of_number_pad(code)?,
        0x80..0xA0 | 0xE000..=0xF8FF => return None,
        code => {
            let base = char::from_u32(code)?;
            let shifted = character.detail.and_then(char::from_u32).unwrap_or(base.to_ascii_uppercase());
            let is_shifted = key.modifiers.contains(shift) && !key.modifiers.contains(control);
            KeyCode::Char(if is_shifted { shifted } else { base })
        }
    };
    Some(KeyEvent { code, ..key })
}

/// The number pad in kitty's numbers.
fn of_number_pad(code: u32) -> Option<KeyCode> {
    const NAMED: [KeyCode; 10] = [
        KeyCode::Left,
        KeyCode::Right,
        KeyCode::Up,
        KeyCode::Down,
        KeyCode::PageUp,
        KeyCode::PageDown,
        KeyCode::Home,
        KeyCode::End,
        KeyCode::Insert,
        KeyCode::Delete,
    ];
    match code {
        57_414 => Some(KeyCode::Enter),
        57_399..=57_416 => {
            let place = usize::try_from(code - 57_399).ok()?;
            "0123456789./*-+\n=,".chars().nth(place).map(KeyCode::Char)
        }
        _ => NAMED.get(usize::try_from(code - 57_417).ok()?).copied(),
    }
}
