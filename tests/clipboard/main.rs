//! Copying, against a real X11 display, a real Wayland compositor, a real tmux and a terminal that is a
//! pseudo-terminal; the process that holds the clipboard is the real program.
//!
//! What these need and a machine may lack: Xvfb, xclip, sway, wl-paste, tmux. A test without its tool says so and
//! ends.

#![cfg(target_os = "linux")]
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "helpers of tests fail by panicking, and the program under test answers on its stdout"
)]

mod display;
mod holder;
mod losing;
mod managers;
mod outliving;
mod program;
mod starting;
mod staying;
mod tmux;
mod tools;
mod wayland;
mod x11;

/// What every test copies, and its base64 written by hand.
const VALUE: &str = "mdb_sa_sk_fake";
const VALUE_IN_BASE64: &str = "bWRiX3NhX3NrX2Zha2U=";
