//! The log file: what was asked of Atlas, and how it answered. This crate's events only, so no library can
//! write a header, a body, a key or a secret into it.

use std::fs::{File, OpenOptions};
use std::io;
use std::path::Path;

use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::{Layer, registry};

use super::error::StartError;

/// Starts the log: what comes is appended to the file at `path`, which only its owner can read from then on.
///
/// # Errors
/// When the file cannot be opened, or not be closed to others.
pub fn start_log(path: &Path) -> Result<(), StartError> {
    let file = open(path).map_err(|error| StartError::LogFile(path.to_owned(), error))?;
    // Errors of the log are not written to standard error, where the screen may be.
    let lines =
        tracing_subscriber::fmt::layer().with_ansi(false).log_internal_errors(false).with_writer(file);
    let own = Targets::new().with_target(env!("CARGO_CRATE_NAME"), LevelFilter::TRACE);
    // A second log in one process is not started; the first goes on.
    let _ = tracing::subscriber::set_global_default(registry().with(lines.with_filter(own)));
    Ok(())
}

#[cfg(unix)]
fn open(path: &Path) -> io::Result<File> {
    use rustix::fs::OFlags;
    use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
    // Without waiting for the reader of a named pipe, and without taking a terminal for this process's own.
    let flags = (OFlags::NONBLOCK | OFlags::NOCTTY).bits().cast_signed();
    let file = OpenOptions::new().create(true).append(true).mode(0o600).custom_flags(flags).open(path);
    let file = match file {
        Ok(file) if file.metadata()?.is_file() => file,
        Err(error) if !path.exists() || path.is_file() => return Err(error),
        // A pipe or a terminal may not take what is written, and the program would wait for it.
        _ => return Err(io::Error::other("not a regular file")),
    };
    // The mode counts for a new file only.
    file.set_permissions(std::fs::Permissions::from_mode(0o600))?;
    Ok(file)
}

#[cfg(not(unix))]
fn open(path: &Path) -> io::Result<File> {
    OpenOptions::new().create(true).append(true).open(path)
}
