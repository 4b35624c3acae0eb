//! The program itself, in a real pseudo-terminal, against a real HTTP server: what a person does and sees.
//!
//! Every wait is for something on the screen or in the server, with a deadline. How long things take is
//! never tested here, except where a wait of the program's own has to end at all.

#![cfg(unix)]
#![expect(clippy::unwrap_used, reason = "a test fails by a panic, also in its helpers")]

#[path = "../support/mod.rs"]
pub mod support;

mod atlas;
mod canary;
mod creating;
mod hang_up;
mod job_control;
mod leaving;
mod lists;
mod log;
mod looks;
mod panics;
mod paste;
mod program;
mod refusals;
mod signals;
mod signing_in;
mod starting;
mod waiting;
