//! The system's clipboard, held by a process of its own, so that a copy outlives the program.
//!
//! ```text
//! Copier ── Holder ── Connection ═══ a socket pair ═══ process::hold_clipboard ── HeldClipboard ── the display
//!           state     asks, with          requests in,      serves one at a time,    sets, reads,
//!           of ours   time limits         reports out       ends when the Lease does   compares, clears
//! ```
//!
//! On X11 and Wayland whoever set a clipboard has to stay to serve it. The holder is this very program, started
//! again; it stays until its time has come, empties the clipboard if that still holds the value, and ends. Whatever
//! becomes of the program, and even if a display hangs, a watchdog keeps the holder from staying longer.

mod channel;
mod clipboard;
mod connection;
mod problem;
mod process;
mod protocol;
mod start;
mod state;
mod stay;
mod watchdog;

pub use process::hold_clipboard;
pub use start::{HOLD_CLIPBOARD, HolderProgram};

pub(super) use state::Holder;
