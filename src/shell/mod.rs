//! The thin shell around the core: the terminal, the loop, the signals, and the work that effects ask for.
//! All input and output of the program is here or in the rooms that this one calls.

mod connection;
mod effects;
mod event_loop;
mod input;
mod log;
mod notes;
mod outlet;
mod panics;
mod patience;
#[cfg(debug_assertions)]
mod rehearsal;
mod run;
mod screen;
mod settings;
mod signals;
mod signing_in;
mod surface;
mod terminal;

pub use crate::delivery::forbid_core_dumps;
pub use log::{LogError, start_log};
pub use outlet::OutletError;
pub use run::{RunError, run};
pub use settings::{Settings, SettingsError, Source};
