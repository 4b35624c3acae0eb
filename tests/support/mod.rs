//! Helpers for the integration tests.
//!
//! Declare this as `pub mod support;`: every test file uses a different part of it, and public items are never
//! reported as dead code.

pub mod atlas;
pub mod fixtures;
pub mod raw_server;
pub mod terminal;
