//! The bytes that a terminal sends for special keys.

#![expect(missing_docs, reason = "each name says which key it is")]

pub const ENTER: &str = "\r";
pub const ESC: &str = "\x1b";
pub const TAB: &str = "\t";
pub const SHIFT_TAB: &str = "\x1b[Z";
pub const BACKSPACE: &str = "\x7f";
pub const UP: &str = "\x1b[A";
pub const DOWN: &str = "\x1b[B";
pub const F1: &str = "\x1bOP";
pub const F2: &str = "\x1bOQ";
pub const CTRL_C: &str = "\x03";
pub const CTRL_L: &str = "\x0c";
pub const CTRL_O: &str = "\x0f";
pub const CTRL_P: &str = "\x10";
pub const CTRL_R: &str = "\x12";
pub const CTRL_S: &str = "\x13";
pub const CTRL_U: &str = "\x15";
pub const CTRL_Z: &str = "\x1a";
