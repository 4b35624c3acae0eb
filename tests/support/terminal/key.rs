//! The bytes that a terminal sends for special keys.

/// Enter.
pub const ENTER: &str = "\r";
/// Escape.
pub const ESC: &str = "\x1b";
/// Tab.
pub const TAB: &str = "\t";
/// Shift and Tab.
pub const SHIFT_TAB: &str = "\x1b[Z";
/// Backspace.
pub const BACKSPACE: &str = "\x7f";
/// Delete.
pub const DELETE: &str = "\x1b[3~";
/// Arrow up.
pub const UP: &str = "\x1b[A";
/// Arrow down.
pub const DOWN: &str = "\x1b[B";
/// Arrow right.
pub const RIGHT: &str = "\x1b[C";
/// Arrow left.
pub const LEFT: &str = "\x1b[D";
/// Home.
pub const HOME: &str = "\x1b[H";
/// End.
pub const END: &str = "\x1b[F";
/// Page up.
pub const PAGE_UP: &str = "\x1b[5~";
/// Page down.
pub const PAGE_DOWN: &str = "\x1b[6~";
/// F1.
pub const F1: &str = "\x1bOP";
/// F2.
pub const F2: &str = "\x1bOQ";
/// Control and A.
pub const CTRL_A: &str = "\x01";
/// Control and C.
pub const CTRL_C: &str = "\x03";
/// Control and D.
pub const CTRL_D: &str = "\x04";
/// Control and E.
pub const CTRL_E: &str = "\x05";
/// Control and K.
pub const CTRL_K: &str = "\x0b";
/// Control and L.
pub const CTRL_L: &str = "\x0c";
/// Control and O.
pub const CTRL_O: &str = "\x0f";
/// Control and S.
pub const CTRL_S: &str = "\x13";
/// Control and U.
pub const CTRL_U: &str = "\x15";
/// Control and W.
pub const CTRL_W: &str = "\x17";
/// Control and Z.
pub const CTRL_Z: &str = "\x1a";
