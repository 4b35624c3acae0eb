//! Copies with a real X11 display, a real Wayland compositor, a real tmux and a pseudo-terminal. The clipboard
//! process is the real program.
//!
//! The tests need Xvfb, xclip, sway, wl-paste and tmux. A test whose tool is missing prints a line and passes.

#![cfg(target_os = "linux")]
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "helpers panic on failure, and the program under test responds on its stdout"
)]

mod display;
mod holder;
mod losing;
mod managers;
mod program;
mod starting;
mod staying;
mod tmux;
mod tools;
mod wayland;
mod x11;

/// The value that every test copies, and its base64, encoded by hand.
const VALUE: &str = "mdb_sa_sk_fake";
const VALUE_IN_BASE64: &str = "bWRiX3NhX3NrX2Zha2U=";
