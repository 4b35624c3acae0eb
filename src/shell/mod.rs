//! The program around the interface: its settings, the terminal, the event loop, signals, and what is said at the
//! end.

mod demo_server;
mod event_loop;
mod executor;
mod log;
mod names;
mod run;
mod settings;
mod stdout_plan;

pub use crate::delivery::{forbid_core_dumps, survive_file_size_limit};
pub use demo_server::{DemoServerError, serve_demo};
pub use log::{LogError, start_log};
pub use run::{RunError, run};
pub use settings::{Settings, SettingsError};
pub use stdout_plan::StdoutPlanError;
