//! The terminal: set up and restored, drawn on, read from, and the signals that come with it.
//!
//! ```text
//! bytes ──decoder──▶ keys, pastes ──input──▶ events          frame ──screen──▶ output ──▶ bytes
//! ```
//!
//! **Invariant:** nothing here waits for a terminal that does not read or write, except for a short time that is
//! limited.

#[cfg(unix)]
mod decoder;
mod handle;
mod input;
#[cfg(unix)]
mod keys;
mod output;
mod screen;
mod signals;

pub(crate) use handle::{TerminalHandle, Wake};
pub(crate) use output::TerminalOutput;
pub(crate) use signals::Signals;
