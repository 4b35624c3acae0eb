//! The thin shell around the core: the terminal, the loop, the signals, and the work that effects ask for.
//! All input and output of the program is here or in the rooms that this one calls.

mod connection;
mod effects;
mod event_loop;
mod input;
mod log;
mod panics;
mod patience;
#[cfg(debug_assertions)]
mod rehearsal;
mod run;
mod screen;
mod settings;
mod signals;
mod signing_in;

pub use crate::handoff::forbid_core_dumps;
pub use log::{LogError, start_log};
pub use run::run;
pub use settings::{Settings, SettingsError, Source};
