//! The program around the interface: its settings, the terminal, the event loop, signals, and what is said at the
//! end.

mod demo_server;
mod error;
mod event_loop;
mod executor;
mod log;
mod names;
mod run;
mod settings;

pub use crate::process::{forbid_core_dumps, survive_file_size_limit};
pub use demo_server::serve_demo;
pub use error::StartError;
pub use log::start_log;
pub use run::run;
pub use settings::Settings;
