//! The program itself, in a real pseudo-terminal, against a real HTTP server: what a person does and sees.
//!
//! Every wait is for something on the screen or in the server, with a deadline. How long things take is
//! never tested here, except where a wait of the program's own has to end at all.

#![cfg(unix)]
#![expect(clippy::unwrap_used, reason = "a test fails by a panic, also in its helpers")]
#![expect(clippy::missing_panics_doc, reason = "the helpers panic when something is not as it should be")]
#![expect(clippy::print_stdout, reason = "a test without its tool says so")]

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
mod refusals;
mod replies;
mod saving;
mod settings_file;
mod signals;
mod signing_in;
mod ssh;
mod starting;
mod submitting;
mod waiting;
