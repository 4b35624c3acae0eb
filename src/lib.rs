//! Creates one secret for one MongoDB Atlas project service account and hands it over safely, once.
//!
//! # The screen
//!
//! ```text
//!  atlas-secret   cloud.mongodb.com   service account mdb_sa_id_…5678   ← view::header: where, and as whom
//!  ──────────────────────────────────────────────────────────────────
//!
//!    New service account secret                                         ← one Screen of core::Model,
//!                                                                         drawn by one file of view
//!    Project ID      32b6e34b3d91647abb20e7b8            ✓              ← core::Field and its core::Verdict
//!    Client ID ›     mdb_sa_id_1234567890abcd            · 12 of 24 digits
//!    Expires after   30d                                 ✓ 720 hours, Wed 23 Dec 2026 18:14 +01:00
//!
//!                                                    [ Create secret ]
//!
//!  Tab next   Ctrl-S create   Ctrl-C quit   Ctrl-O list   ? help        ← view::footer, from core::bindings
//! ```
//!
//! # How it flows
//!
//! ```text
//! keys, paste, resize, signals, answers, time ──Event──▶ core::update(&mut Model, Now, Event) ─▶ Vec<Effect>
//!        ▲                                                    │ Model                                  │
//!        │                                               view::draw(&Model, &Theme, &mut Frame)        │
//!        └───────────────────────────────── shell: runs each effect, answers with an event ◀───────────┘
//! ```
//!
//! [`core`] and [`view`] are pure: no clock, file, network, environment or task. The [`shell`] owns all of it.
//!
//! # Who may import whom
//!
//! | room | may use |
//! |---|---|
//! | [`domain`] | no other room |
//! | [`core`] | `domain` |
//! | [`view`] | `core`, `domain` |
//! | [`atlas`], [`credentials`], [`delivery`], [`journal`], [`demo`] | `domain` |
//! | [`cli`] | `domain`, `delivery`, for the names of formats and of the ways to copy |
//! | [`shell`] | all of the above |
//!
//! The test `tests/rooms.rs` keeps these arrows.

pub mod atlas;
pub mod cli;
pub mod config;
pub mod core;
pub mod delivery;
pub mod demo;
pub mod domain;
pub mod journal;
pub mod shell;
pub mod view;
