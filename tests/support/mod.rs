//! What the integration tests share.
//!
//! Declare it as `pub mod support;`: every test file uses another part of it, and what is public is never
//! reported as dead code.

pub mod atlas;
pub mod fixtures;
pub mod raw_server;
pub mod terminal;
