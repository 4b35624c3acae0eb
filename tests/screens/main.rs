//! Every screen in every state: its appearance at all sizes and in all colors, and what it never shows.
//!
//! The states are reached by events through `App::update`, as a user reaches them. See `states`.

#![expect(clippy::unwrap_used, clippy::panic, reason = "tests and their helpers panic on failure")]

mod clocks;
mod colors;
mod cursor;
mod footer;
mod help;
mod hostile;
mod picture;
mod secrecy;
mod sizes;
mod snapshots;
#[expect(dead_code, reason = "other tests use more of it")]
#[path = "../support/stage.rs"]
mod stage;
mod states;
mod timeline;
