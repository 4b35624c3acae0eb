//! Every screen in every state: what it looks like, at which sizes, in which colours, and what it never shows.
//!
//! The states are reached as a person reaches them, by events through `core::update`; see `states`.

#![expect(clippy::unwrap_used, clippy::panic, reason = "helpers of tests fail by panicking")]

mod clocks;
mod colours;
mod cursor;
mod footer;
mod help;
mod hostile;
mod picture;
mod secrecy;
mod sizes;
mod smallest;
mod snapshots;
#[expect(dead_code, reason = "shared with other tests, which need more of it")]
#[path = "../support/stage.rs"]
mod stage;
mod states;
mod timeline;
