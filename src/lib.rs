//! Creates one secret for one MongoDB Atlas project service account and delivers it safely, once.
//!
//! [`jobs`] is the engine: creating, recovering and deleting a secret are one `async fn` each. There are two front
//! ends, [`tui`] and the private module `headless` (`--yes`). `ARCHITECTURE.md` has the whole picture.
//!
//! ```text
//! main ── cli ── shell ──┬── tui ──────┐
//!                        └── headless ─┴─ jobs ── atlas, journal
//! ```

pub mod atlas;
pub mod cli;
pub mod config;
pub mod delivery;
pub mod demo;
pub mod domain;
pub(crate) mod files;
mod headless;
pub mod jobs;
pub mod journal;
pub mod process;
pub mod shell;
pub(crate) mod terminal;
pub mod tui;
