//! The terminal's bytes, cut into keys, pastes and reports as ECMA-48 frames them, in seven and in eight bits.
//!
//! Parsers of terminal *output* do not fit: to them `ESC a` is an escape sequence and not Alt+A, `ESC O A` is two
//! units, and a control character does not end a sequence that was cut.
//!
//! **Invariant:** a report of the terminal is never a key, wherever reads cut it, and nothing holds the keyboard for
//! longer than [`UNIT_LIMIT`], but a paste that is still arriving. Ctrl-C ends whatever is unfinished.

use std::time::{Duration, Instant};

use crossterm::event::{Event, KeyCode, KeyEvent, KeyModifiers};

use super::keys;

/// An Escape that nothing follows for this long is the key. Over a slow line a key's own sequence may be cut after it,
/// and Escape stops what is running: a shorter wait would be the worse mistake.
const ESCAPE_LIMIT: Duration = Duration::from_millis(50);

/// What is not complete after this time never will be; neither will a paste of which nothing came for so long.
const UNIT_LIMIT: Duration = Duration::from_secs(2);

/// No key sends more bytes than this at once.
const LONGEST_KEY: usize = 16;

/// A longer paste is cut here.
const LONGEST_PASTE: usize = 1 << 20;

/// No key has a longer sequence.
const LONGEST_SEQUENCE: usize = 64;

const ESCAPE: u8 = 0x1B;
const CTRL_C: u8 = 0x03;
const BELL: u8 = 0x07;
/// The string terminator in eight bits.
const TERMINATOR: u8 = 0x9C;
const PASTE_END: &[u8] = b"\x1b[201~";

/// Where in a unit the next byte stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Ground,
    /// After `ESC`.
    Escape,
    /// After `ESC O`.
    SingleShift,
    /// After `ESC [`.
    Sequence,
    /// After `ESC [ [`.
    LinuxConsole,
    /// The coordinates of an old mouse report: three bytes of almost any value. No program asked for it, so that
    /// fewer bytes are keys.
    Mouse,
    /// In OSC, DCS, APC, PM or SOS.
    String,
    /// After an `ESC` in one of them.
    StringEscape,
    Paste,
    /// The rest of a paste that was too long.
    PasteRest,
}

/// Takes bytes and gives what they mean.
#[derive(Debug)]
pub(super) struct Decoder {
    state: State,
    /// When the unfinished unit began.
    since: Instant,
    /// An `ESC` came before the `ESC` of this unit: rxvt's Alt, or the key Escape.
    has_escape_before: bool,
    /// The parameters of a control sequence so far, or a paste.
    content: Vec<u8>,
    /// An unfinished character, and whether an `ESC` came before it.
    character: Vec<u8>,
    is_alt: bool,
    /// When an Escape without a successor was taken for the key.
    lone_escape: Option<Instant>,
    found: Vec<Event>,
}

impl Decoder {
    pub fn new(now: Instant) -> Self {
        Self {
            state: State::Ground,
            since: now,
            has_escape_before: false,
            content: Vec::new(),
            character: Vec::new(),
            is_alt: false,
            lone_escape: None,
            found: Vec::new(),
        }
    }

    /// What one read of the terminal gave.
    pub fn feed(&mut self, bytes: &[u8], now: Instant) {
        let lone_escape = self.lone_escape.take();
        if lone_escape.is_some_and(|at| now.duration_since(at) < UNIT_LIMIT) && is_cut_off_tail(bytes) {
            self.begin(State::Escape, now);
        }
        // More than a key, or some more of a paste, which a slow line delivers in small pieces.
        if bytes.len() > LONGEST_KEY || matches!(self.state, State::Paste | State::PasteRest) {
            self.since = now;
        }
        for (index, byte) in bytes.iter().enumerate() {
            self.take(*byte, index + 1 == bytes.len(), now);
        }
    }

    /// When [`Decoder::expire`] has to be called, if nothing comes before.
    pub fn deadline(&self) -> Option<Instant> {
        match self.state {
            State::Ground => None,
            State::Escape | State::Mouse => Some(self.since + ESCAPE_LIMIT),
            _ => Some(self.since + UNIT_LIMIT),
        }
    }

    /// Gives up what is unfinished, if its time is over.
    pub fn expire(&mut self, now: Instant) {
        if self.deadline().is_none_or(|deadline| now < deadline) {
            return;
        }
        if self.state == State::Escape {
            self.lone_escape = Some(now);
        }
        self.abandon(now);
    }

    /// What was found since the last call.
    pub fn drain(&mut self) -> Vec<Event> {
        std::mem::take(&mut self.found)
    }

    fn take(&mut self, byte: u8, is_last: bool, now: Instant) {
        match (self.state, byte) {
            (State::Paste | State::PasteRest, _) => self.in_paste(byte, is_last, now),
            (State::String, _) => self.in_string(byte, now),
            (State::StringEscape, b'\\') => self.state = State::Ground,
            (State::StringEscape, _) => {
                self.begin(State::Escape, now);
                self.after_escape(byte, now);
            }
            (State::Ground, _) => self.on_ground(byte, now),
            (State::Escape, _) => self.after_escape(byte, now),
            (State::Mouse, 0x20..) => {
                self.content.push(byte);
                if self.content.len() == 3 {
                    self.state = State::Ground;
                    self.content.clear();
                }
            }
            // A sequence never contains these: it was cut, and this byte is one of its own.
            (State::Mouse, _) | (_, ..0x20 | 0x7F..) => {
                self.abandon(now);
                self.on_ground(byte, now);
            }
            (State::SingleShift, _) => self.end_of_key(keys::of_single_shift(byte)),
            (State::LinuxConsole, _) => self.end_of_key(keys::of_linux_console(byte)),
            (State::Sequence, _) => self.in_sequence(byte, now),
        }
    }

    fn begin(&mut self, state: State, now: Instant) {
        self.state = state;
        self.since = now;
        self.has_escape_before = false;
        self.content.clear();
        self.is_alt = false;
    }

    fn on_ground(&mut self, byte: u8, now: Instant) {
        if !self.character.is_empty() {
            if matches!(byte, 0x80..0xC0) {
                self.character.push(byte);
                return self.end_character(now);
            }
            // The rest of it will not come.
            self.character.clear();
            self.is_alt = false;
        }
        match byte {
            ESCAPE => self.begin(State::Escape, now),
            ..0x20 | 0x7F => self.key(keys::of_control_character(byte)),
            0x20..0x7F => self.key(keys::of_character(char::from(byte))),
            0x80..0xA0 => self.on_c1_control(byte, now),
            0xC2..0xF5 => self.character.push(byte),
            _ => self.is_alt = false,
        }
    }

    fn end_character(&mut self, now: Instant) {
        match std::str::from_utf8(&self.character) {
            Ok(text) => {
                let character = text.chars().next();
                self.character.clear();
                match character {
                    // Terminals that speak UTF-8 send eight-bit controls as characters.
                    Some(control @ '\u{80}'..'\u{A0}') => {
                        self.on_c1_control(u8::try_from(control).unwrap_or_default(), now);
                    }
                    Some(character) => self.key(keys::of_character(character)),
                    None => {}
                }
            }
            Err(error) if error.error_len().is_some() => {
                self.character.clear();
                self.is_alt = false;
            }
            Err(_) => {}
        }
    }

    fn on_c1_control(&mut self, byte: u8, now: Instant) {
        match byte {
            0x8F => self.begin(State::SingleShift, now),
            0x9B => self.begin(State::Sequence, now),
            0x90 | 0x98 | 0x9D..=0x9F => self.begin(State::String, now),
            _ => self.is_alt = false,
        }
    }

    fn after_escape(&mut self, byte: u8, now: Instant) {
        match byte {
            ESCAPE => {
                if self.has_escape_before {
                    self.key(KeyCode::Esc.into());
                }
                self.has_escape_before = true;
                self.since = now;
            }
            b'[' => self.state = State::Sequence,
            b'O' => self.state = State::SingleShift,
            b']' | b'P' | b'X' | b'^' | b'_' => {
                self.escape_before_report();
                self.state = State::String;
            }
            // Escape and then Ctrl-C are two keys.
            CTRL_C => {
                self.abandon(now);
                self.on_ground(byte, now);
            }
            _ => {
                self.escape_before_report();
                self.state = State::Ground;
                self.is_alt = true;
                self.on_ground(byte, now);
            }
        }
    }

    fn in_sequence(&mut self, byte: u8, now: Instant) {
        match byte {
            b'[' if self.content.is_empty() => self.state = State::LinuxConsole,
            b'$' if keys::is_rxvt_shift(&self.content) => self.end_sequence(byte, now),
            0x20..0x40 if self.content.len() < LONGEST_SEQUENCE => self.content.push(byte),
            0x20..0x40 => {}
            _ => self.end_sequence(byte, now),
        }
    }

    fn end_sequence(&mut self, last: u8, now: Instant) {
        match (&self.content[..], last) {
            (b"200", b'~') => {
                self.escape_before_report();
                self.begin(State::Paste, now);
            }
            (b"", b'M') => {
                self.escape_before_report();
                self.begin(State::Mouse, now);
            }
            _ if self.content.len() >= LONGEST_SEQUENCE => self.end_of_key(None),
            _ => self.end_of_key(keys::of_control_sequence(&self.content, last)),
        }
    }

    fn end_of_key(&mut self, key: Option<KeyEvent>) {
        match key {
            Some(key) => {
                self.is_alt = std::mem::take(&mut self.has_escape_before);
                self.key(key);
            }
            None => self.escape_before_report(),
        }
        self.state = State::Ground;
        self.content.clear();
    }

    /// What came before a report, or before a key of its own, was the key Escape.
    fn escape_before_report(&mut self) {
        if std::mem::take(&mut self.has_escape_before) {
            self.key(KeyCode::Esc.into());
        }
    }

    fn in_string(&mut self, byte: u8, now: Instant) {
        if !self.character.is_empty() && matches!(byte, 0x80..0xC0) {
            self.character.push(byte);
            match std::str::from_utf8(&self.character) {
                Ok("\u{9C}") => self.state = State::Ground,
                Err(error) if error.error_len().is_none() => return,
                _ => {}
            }
            self.character.clear();
            return;
        }
        self.character.clear();
        match byte {
            BELL | TERMINATOR => self.state = State::Ground,
            ESCAPE => self.state = State::StringEscape,
            // Ctrl-C, and what cancels a string: CAN and SUB.
            CTRL_C | 0x18 | 0x1A => {
                self.state = State::Ground;
                self.on_ground(byte, now);
            }
            0xC2..0xF5 => self.character.push(byte),
            _ => {}
        }
    }

    fn in_paste(&mut self, byte: u8, is_last: bool, now: Instant) {
        // Typed and not pasted: a paste goes on in the same read, or ends there.
        if byte == CTRL_C && is_last {
            self.abandon(now);
            return self.on_ground(byte, now);
        }
        self.content.push(byte);
        if self.content.ends_with(PASTE_END) {
            self.content.truncate(self.content.len() - PASTE_END.len());
            self.abandon(now);
        } else if self.state == State::PasteRest {
            let surplus = self.content.len().saturating_sub(PASTE_END.len());
            self.content.drain(..surplus);
        } else if self.content.len() >= LONGEST_PASTE + PASTE_END.len() {
            let rest = self.content.split_off(LONGEST_PASTE);
            self.abandon(now);
            self.begin(State::PasteRest, now);
            self.content = rest;
        }
    }

    /// Ends what is unfinished with what is known of it.
    fn abandon(&mut self, now: Instant) {
        match self.state {
            State::Paste => {
                let content = std::mem::take(&mut self.content);
                self.found.push(Event::Paste(String::from_utf8_lossy(&content).into_owned()));
            }
            State::Escape => {
                self.escape_before_report();
                self.key(KeyCode::Esc.into());
            }
            State::StringEscape => self.key(KeyCode::Esc.into()),
            State::Mouse => {
                self.state = State::Ground;
                for byte in std::mem::take(&mut self.content) {
                    self.on_ground(byte, now);
                }
            }
            _ => self.escape_before_report(),
        }
        self.state = State::Ground;
        self.content.clear();
        self.character.clear();
    }

    fn key(&mut self, mut key: KeyEvent) {
        if std::mem::take(&mut self.is_alt) {
            key.modifiers |= KeyModifiers::ALT;
        }
        self.found.push(Event::Key(key));
    }
}

/// True for what no hand types in one go after Escape: the tail of a sequence whose `ESC` came in a read of its own,
/// long before. It may be cut once more.
fn is_cut_off_tail(bytes: &[u8]) -> bool {
    let Some((first, rest)) = bytes.split_first() else { return false };
    let ends_string =
        || rest.iter().any(|byte| matches!(*byte, BELL | TERMINATOR)) || rest.ends_with(b"\x1b\\");
    match first {
        b'[' => match rest {
            [0x40..0x7F] | [b'[', b'A'..=b'E'] | [b'M', _, _, _] => true,
            [0x20..0x40, ..] => {
                let last = rest.iter().find(|byte| !matches!(byte, 0x20..0x40));
                last.is_none_or(|last| matches!(last, 0x40..0x7F))
            }
            _ => false,
        },
        b'O' => matches!(rest, [0x40..0x7F]),
        b']' => {
            let digits = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
            ends_string() || (digits > 0 && rest.get(digits) == Some(&b';'))
        }
        b'P' => ends_string() || matches!(rest, [b'0'..=b'9' | b'>' | b'!' | b'=', _, ..]),
        b'_' => ends_string() || matches!(rest, [b'G', _, ..]),
        b'X' | b'^' => ends_string(),
        _ => false,
    }
}

#[cfg(test)]
mod properties;
#[cfg(test)]
mod tests;
