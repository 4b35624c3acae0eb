//! Splits the terminal's input into keys, pastes and reports, as ECMA-48 frames them, with 7-bit and 8-bit controls.
//!
//! A parser of terminal *output* does not fit: it reads `ESC a` as an escape sequence instead of Alt+A, `ESC O A` as two
//! units, and does not end an incomplete sequence at a control character.
//!
//! **Invariant:** a report of the terminal is never a key, wherever reads cut it. Nothing but a paste that is still
//! arriving blocks the keyboard for longer than [`UNIT_LIMIT`], and Ctrl-C ends whatever is incomplete.

use std::time::{Duration, Instant};

use crossterm::event::{Event, KeyCode, KeyEvent, KeyModifiers};

use super::keys;

/// An ESC that nothing follows for this long is the Escape key. A slow line may cut the sequence of another key after
/// its ESC, and Escape stops things, so the wait is not shorter.
const ESCAPE_LIMIT: Duration = Duration::from_millis(50);

/// A sequence that is incomplete after this time is dropped, and a paste ends when nothing comes for this long.
const UNIT_LIMIT: Duration = Duration::from_secs(2);

/// No key sends more bytes.
const MAX_KEY_LENGTH: usize = 16;

/// A longer paste is cut here.
const MAX_PASTE_LENGTH: usize = 1 << 20;

/// No control string in a paste is longer, in bytes: terminals report names, colors and versions.
const MAX_REPORT_LENGTH: usize = 1024;

/// No key has a longer sequence.
const MAX_SEQUENCE_LENGTH: usize = 64;

/// The length of `1;8` and `1;16`, the longest modifiers of `ESC O`.
const MAX_MODIFIERS: usize = 4;

/// What follows an ESC that begins a sequence or a control string.
const INTRODUCERS: &[u8] = b"[O]PX^_";

const ESCAPE: u8 = 0x1B;
const CTRL_C: u8 = 0x03;
const BELL: u8 = 0x07;
/// The string terminator in eight bits.
const TERMINATOR: u8 = 0x9C;
const PASTE_END: &[u8] = b"\x1b[201~";

/// Turns bytes into events.
#[derive(Debug)]
pub(super) struct Decoder {
    mode: Mode,
    /// An incomplete paste, or the beginning of a unit.
    pending: Vec<u8>,
    /// When `pending` began.
    since: Instant,
    /// When a lone ESC was taken for the Escape key.
    lone_escape: Option<Instant>,
}

/// What the next bytes belong to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Mode {
    /// Characters, control characters or sequences.
    Units,
    /// A control string: OSC, DCS, APC, PM or SOS.
    String,
    Paste,
    /// The rest of a paste that was too long.
    PasteRest,
}

/// The first unit of some bytes: its length, its event, and the mode after it.
struct Unit {
    length: usize,
    event: Option<Event>,
    next: Mode,
}

impl Unit {
    fn new(length: usize, key: Option<KeyEvent>) -> Self {
        Self { length, event: key.map(Event::Key), next: Mode::Units }
    }

    /// A part without an event; `None` if it is empty.
    fn of(length: usize, next: Mode) -> Option<Self> {
        (length > 0).then_some(Self { length, event: None, next })
    }

    /// The same unit after an `ESC`, which means Alt.
    fn with_alt(mut self) -> Self {
        self.length += 1;
        if let Some(Event::Key(key)) = &mut self.event {
            key.modifiers |= KeyModifiers::ALT;
        }
        self
    }
}

impl Decoder {
    pub fn new(now: Instant) -> Self {
        Self { mode: Mode::Units, pending: Vec::new(), since: now, lone_escape: None }
    }

    /// Decodes the bytes of one read.
    pub fn feed(&mut self, bytes: &[u8], now: Instant) -> Vec<Event> {
        let lone_escape = self.lone_escape.take();
        if lone_escape.is_some_and(|at| now.duration_since(at) < UNIT_LIMIT) && is_cut_off_tail(bytes) {
            self.pending.push(ESCAPE);
        }
        // The limit starts again for a paste, which a slow line delivers in small pieces.
        if bytes.len() > MAX_KEY_LENGTH || self.is_in_paste() || self.is_escape() {
            self.since = now;
        }
        self.pending.extend_from_slice(bytes);
        let mut events = Vec::new();
        let mut start = 0;
        while let Some(unit) = self.mode.first_unit(&self.pending[start..]) {
            start += unit.length;
            if (self.mode, unit.next) != (Mode::String, Mode::String) {
                self.since = now;
            }
            self.mode = unit.next;
            events.extend(unit.event);
        }
        if start > 0 {
            // A new buffer, so that the allocator wipes what was typed or pasted.
            self.pending = self.pending.split_off(start);
        }
        if self.mode == Mode::Units {
            self.pending.truncate(2 * MAX_SEQUENCE_LENGTH);
        }
        // A Ctrl-C at the end of a read was typed: a pasted one is followed by more of the paste, or by its end.
        if self.is_in_paste() && bytes.last() == Some(&CTRL_C) {
            self.pending.pop();
            events.extend(self.abandon());
            events.extend(self.feed(&[CTRL_C], now));
        }
        events
    }

    /// When to call [`Decoder::expire`] if nothing comes before.
    pub fn deadline(&self) -> Option<Instant> {
        if self.mode != Mode::Units {
            return Some(self.since + UNIT_LIMIT);
        }
        let limit = if self.is_escape() { ESCAPE_LIMIT } else { UNIT_LIMIT };
        (!self.pending.is_empty()).then(|| self.since + limit)
    }

    /// Ends what is incomplete, if its time is up.
    pub fn expire(&mut self, now: Instant) -> Vec<Event> {
        if self.deadline().is_none_or(|deadline| now < deadline) {
            return Vec::new();
        }
        let is_lone = self.is_escape();
        let events = self.abandon();
        self.lone_escape = is_lone.then_some(now);
        events
    }

    fn is_in_paste(&self) -> bool {
        matches!(self.mode, Mode::Paste | Mode::PasteRest)
    }

    fn is_escape(&self) -> bool {
        self.mode == Mode::Units && self.pending.iter().all(|byte| *byte == ESCAPE)
    }

    /// Ends what is incomplete, and returns the events it already has.
    fn abandon(&mut self) -> Vec<Event> {
        let pending = std::mem::take(&mut self.pending);
        match std::mem::replace(&mut self.mode, Mode::Units) {
            Mode::Paste => vec![paste(&pending)],
            Mode::PasteRest => Vec::new(),
            Mode::Units | Mode::String => {
                let escapes = pending.iter().take_while(|byte| **byte == ESCAPE).count();
                // An ESC that begins a sequence is not a key.
                let keys = if escapes == pending.len() { escapes } else { escapes.saturating_sub(1) };
                vec![Event::Key(KeyCode::Esc.into()); keys]
            }
        }
    }
}

impl Mode {
    /// The first unit of these bytes; `None` if it is incomplete.
    fn first_unit(self, bytes: &[u8]) -> Option<Unit> {
        match self {
            Self::Units => unit(bytes),
            Self::String => part_of_string(bytes),
            Self::Paste => part_of_paste(bytes),
            Self::PasteRest => match end_of_paste(bytes) {
                Some(end) => Some(Unit::new(end + PASTE_END.len(), None)),
                None => Unit::of(bytes.len().saturating_sub(PASTE_END.len()), self),
            },
        }
    }
}

fn end_of_paste(bytes: &[u8]) -> Option<usize> {
    bytes.windows(PASTE_END.len()).position(|window| window == PASTE_END)
}

/// The pasted text, without the reports that the terminal sent in the middle of it.
fn paste(content: &[u8]) -> Event {
    let (mut text, mut rest) = (Vec::with_capacity(content.len()), content);
    let is_control = |rest: &[u8]| matches!(rest, [ESCAPE | 0x80..0xA0, ..] | [0xC2, 0x80..0xA0, ..]);
    while let Some(first) = unit(rest) {
        let length = match rest {
            // Text in a wrong encoding has these characters without being a control string.
            [0xC2, ..] if first.next == Mode::String => first.length,
            _ if first.next == Mode::String => first.length + string_length(&rest[first.length..]),
            // A pasted ESC does not belong to the character after it.
            [ESCAPE, second, ..] if !INTRODUCERS.contains(second) => 1,
            _ => first.length,
        };
        text.extend_from_slice(if is_control(rest) { &[] } else { &rest[..length] });
        rest = &rest[length..];
    }
    if !is_control(rest) {
        text.extend_from_slice(rest);
    }
    Event::Paste(String::from_utf8_lossy(&text).into_owned())
}

/// The length of the rest of a control string; 0 if it does not end soon. A longer search for each of many strings would
/// block the keyboard.
fn string_length(bytes: &[u8]) -> usize {
    let start = &bytes[..bytes.len().min(MAX_REPORT_LENGTH)];
    part_of_string(start).filter(|part| part.next == Mode::Units).map_or(0, |part| part.length)
}

fn part_of_paste(bytes: &[u8]) -> Option<Unit> {
    let (content, length, next) = match end_of_paste(bytes) {
        Some(end) if end <= MAX_PASTE_LENGTH => (&bytes[..end], end + PASTE_END.len(), Mode::Units),
        _ if bytes.len() < MAX_PASTE_LENGTH + PASTE_END.len() => return None,
        _ => (&bytes[..MAX_PASTE_LENGTH], MAX_PASTE_LENGTH, Mode::PasteRest),
    };
    Some(Unit { length, event: Some(paste(content)), next })
}

/// A control string to its end, or the part of it that cannot belong to its terminator.
fn part_of_string(bytes: &[u8]) -> Option<Unit> {
    let mut length = 0;
    for chunk in bytes.utf8_chunks() {
        let ends = ['\x03', '\x07', '\x18', '\x1A', '\x1B', '\u{9C}'];
        if let Some(end) = chunk.valid().find(ends) {
            length += end;
            match bytes[length..] {
                [ESCAPE] => break,
                [BELL, ..] => length += 1,
                [0xC2, ..] | [ESCAPE, b'\\', ..] => length += 2,
                // It was cut, or cancelled by CAN, SUB or Ctrl-C. What follows is a unit of its own.
                _ => {}
            }
            return Some(Unit::new(length, None));
        }
        length += chunk.valid().len();
        match chunk.invalid() {
            [TERMINATOR, ..] => return Some(Unit::new(length + 1, None)),
            invalid if length + invalid.len() == bytes.len() => break,
            invalid => length += invalid.len(),
        }
    }
    Unit::of(length, Mode::String)
}

/// The first unit; `None` if it is incomplete.
fn unit(bytes: &[u8]) -> Option<Unit> {
    let escape = || Some(Unit::new(1, Some(KeyCode::Esc.into())));
    match bytes {
        [] | [ESCAPE] | [ESCAPE, ESCAPE] => None,
        [ESCAPE, ESCAPE, b'[' | b'O', ..] => match unit(&bytes[1..])? {
            key @ Unit { event: Some(_), .. } => Some(key.with_alt()),
            _ => escape(),
        },
        // Escape followed by Ctrl-C is two keys.
        [ESCAPE, ESCAPE | CTRL_C, ..] => escape(),
        [ESCAPE, first, rest @ ..] if INTRODUCERS.contains(first) => control_function(*first, 2, rest),
        [ESCAPE, 0x80..0xA0, ..] | [ESCAPE, 0xC2, 0x80..0xA0, ..] => Some(Unit::new(1, None)),
        [ESCAPE, rest @ ..] => character(rest).map(Unit::with_alt),
        [control @ 0x80..0xA0, rest @ ..] => control_function(control - 0x40, 1, rest),
        // In UTF-8, terminals send 8-bit controls as characters.
        [0xC2, control @ 0x80..0xA0, rest @ ..] => control_function(control - 0x40, 2, rest),
        _ => character(bytes),
    }
}

/// The control function that begins with `ESC introducer`, or with the 8-bit form; `length` is that of the beginning.
fn control_function(introducer: u8, length: usize, rest: &[u8]) -> Option<Unit> {
    let mut unit = match (introducer, rest) {
        (b'[', _) => control_sequence(rest)?,
        (b'O', _) => single_shift(rest)?,
        (b']' | b'P' | b'X' | b'^' | b'_', _) => Unit { next: Mode::String, ..Unit::new(0, None) },
        _ => Unit::new(0, None),
    };
    unit.length += length;
    Some(unit)
}

/// What follows `ESC O`. Konsole and old xterms put modifiers before the letter: `ESC O 2 P`.
fn single_shift(bytes: &[u8]) -> Option<Unit> {
    let is_parameter = |byte: &&u8| matches!(**byte, b'0'..=b'9' | b';');
    let count = bytes.iter().take(MAX_MODIFIERS).take_while(is_parameter).count();
    Some(match (count, bytes.get(count)?) {
        (0, last @ 0x20..0x7F) => Unit::new(1, keys::of_single_shift(*last)),
        (_, last @ 0x20..0x7F) => Unit::new(count + 1, keys::of_control_sequence(&bytes[..count], *last)),
        // It was cut, and the next unit begins here.
        _ => Unit::new(count, None),
    })
}

/// What follows `ESC [`.
fn control_sequence(bytes: &[u8]) -> Option<Unit> {
    let is_last = |(index, byte): (usize, &u8)| match byte {
        // rxvt's Shift, or the middle of a report.
        b'$' => keys::of_control_sequence(&bytes[..index], b'$').is_some(),
        byte => !matches!(byte, 0x20..0x40),
    };
    let end = bytes.iter().enumerate().position(is_last)?;
    let (parameters, rest) = bytes.split_at(end);
    match (parameters, rest) {
        (b"200", [b'~', ..]) => Unit::of(end + 1, Mode::Paste),
        (b"", [b'[']) => None,
        (b"", [b'[', byte @ 0x20..0x7F, ..]) => Some(Unit::new(2, keys::of_linux_console(*byte))),
        // An X10 mouse report: three bytes from 0x20 up, or NUL for a place beyond column or row 223.
        (b"", [b'M', coordinates @ ..]) => {
            let count = coordinates.iter().take(3).take_while(|byte| matches!(**byte, 0 | 0x20..)).count();
            let is_report = count == 3;
            if count == coordinates.len() && !is_report {
                return None;
            }
            Some(Unit::new(if is_report { 4 } else { 1 }, None))
        }
        // A sequence never contains these bytes: it was cut, and the next unit begins here.
        (_, [..0x20 | 0x7F.., ..]) => Some(Unit::new(end, None)),
        (_, [last, ..]) if end < MAX_SEQUENCE_LENGTH => {
            Some(Unit::new(end + 1, keys::of_control_sequence(parameters, *last)))
        }
        _ => Some(Unit::new(end + 1, None)),
    }
}

/// A character or a control character.
fn character(bytes: &[u8]) -> Option<Unit> {
    let first = *bytes.first()?;
    if matches!(first, ..0x20 | 0x7F) {
        return Some(Unit::new(1, Some(keys::of_control_character(first))));
    }
    // No character is longer than 4 bytes.
    let bytes = &bytes[..bytes.len().min(4)];
    let Some(character) = bytes.utf8_chunks().next()?.valid().chars().next() else {
        // It is incomplete, or not UTF-8.
        let length = std::str::from_utf8(bytes).err()?.error_len()?;
        return Some(Unit::new(length, None));
    };
    Some(Unit::new(character.len_utf8(), Some(keys::of_character(character))))
}

/// True for what is probably the rest of a sequence whose `ESC` came long before, in a read of its own: after Escape,
/// no one types this in one go. It may be incomplete, too.
fn is_cut_off_tail(bytes: &[u8]) -> bool {
    match bytes {
        [b'[', _, ..]
        | [b'O', _]
        | [b'O', b'0'..=b'9', _]
        | [b']' | b'P', b'0'..=b'9' | b'>' | b'!' | b'=', _, ..]
        | [b'_', b'G', _, ..] => true,
        [b']' | b'P' | b'X' | b'^' | b'_', rest @ ..] => {
            rest.contains(&BELL) || rest.contains(&TERMINATOR) || rest.ends_with(b"\x1b\\")
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests;
