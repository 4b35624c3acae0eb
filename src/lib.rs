//! Creates one secret for one MongoDB Atlas project service account and hands it over, once.

pub mod atlas;
pub mod core;
pub mod demo;
pub mod domain;
pub mod handoff;
