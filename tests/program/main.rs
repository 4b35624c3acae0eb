//! The program in a pseudo-terminal with an HTTP server: what a user does and sees.
//!
//! Every wait is for a condition on the screen or in the server, with a deadline. Durations are not tested, except
//! that the program's own waits end.

#![cfg(unix)]
#![expect(clippy::unwrap_used, reason = "tests and their helpers panic on failure")]
#![expect(clippy::missing_panics_doc, reason = "helpers panic on failure")]
#![expect(clippy::print_stdout, reason = "a test prints that its tool is missing")]

#[path = "../support/mod.rs"]
pub mod support;

#[path = "../clipboard/display.rs"]
pub mod display;
#[path = "../clipboard/holder.rs"]
pub mod holder;
#[path = "../clipboard/tools.rs"]
pub mod tools;

mod atlas;
mod browser_login;
mod canary;
mod clipboard;
mod creating;
mod demo_server;
mod formats;
mod hang_up;
mod headless;
mod headless_reads;
mod job_control;
mod keyring;
mod known_commands;
mod leaving;
mod limits;
mod lists;
mod log;
mod looks;
mod memory;
mod names;
mod panics;
mod pass;
mod paste;
mod piping;
mod piping_keys;
mod printing;
mod printing_refused;
mod profiles;
mod program;
mod replies;
mod saving;
mod scrollback;
mod settings_file;
mod signals;
mod signing_in;
mod ssh;
mod starting;
mod submitting;
mod waiting;
