//! Why a run cannot start, or cannot go on: one message each, and exit code 2.

use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;

use thiserror::Error;

use crate::atlas::ProxyError;
use crate::config::CredentialsError;
use crate::delivery::StdoutError;
use crate::domain::{BaseUrlError, ServerText};

/// Why a run cannot start, or cannot go on.
#[derive(Debug, Error)]
pub enum StartError {
    /// Credentials were given and cannot be used.
    #[error("{0}")]
    Credentials(#[from] CredentialsError),
    /// This program's own file of settings is wrong.
    #[error("{0}")]
    SettingsFile(String),
    /// Ignoring the variable could use another account or another folder.
    #[error("{0} is not valid UTF-8: correct or unset it")]
    NotUtf8(&'static str),
    /// `--base-url` is none. What was given is without a user or password.
    #[error("--base-url{0}: {1}")]
    BaseUrl(ServerText, BaseUrlError),
    /// A proxy variable cannot be read.
    #[error("{0}")]
    Proxy(#[from] ProxyError),
    /// The log file cannot be opened, or not be closed to others.
    #[error("--log-file {path}: {error}", path = .0.display(), error = .1)]
    LogFile(PathBuf, io::Error),
    /// The demo's data cannot be read: an internal error.
    #[error("--demo: {0}")]
    Demo(#[from] serde_json::Error),
    /// The port, the random bytes or the standard output of the embedded Atlas.
    #[error("--demo-server {0}: {1}")]
    DemoServer(SocketAddr, ServerText),
    /// Standard output would lose the secret or show it to others, or does not fit the arguments.
    #[error("{0}")]
    Stdout(#[from] StdoutError),
    /// `--yes` with a field that is empty or wrong, or with a name that no entry of Atlas's list has, or several.
    #[error("{0}")]
    Name(String),
    /// `--yes` with a name whose list could not be read. It ends the run with exit code 1.
    #[error("{0}")]
    ListUnreadable(String),
    /// `--yes`, and no one to sign in as.
    #[error("--yes: no credentials found; use --profile, or set the variables listed in atlas-secret --help")]
    NoCredentials,
    /// `--yes`, and the credentials that would be used cannot be.
    #[error("--yes: the credentials cannot be used: {0}")]
    Unusable(ServerText),
    /// There is no terminal.
    #[error("no terminal found. To run without one, use --yes and --format, and redirect standard output")]
    NoTerminal(io::Error),
    /// The terminal failed while it was used; it has been restored.
    #[error("terminal error: {0}")]
    Terminal(io::Error),
    /// `TERM=dumb`: what it is sent it prints, so that a screen cannot be drawn there.
    #[error(
        "this terminal cannot show a screen (TERM=dumb). \
         To run without one, use --yes and --format, and redirect standard output"
    )]
    DumbTerminal,
    /// The limit on open files is too low.
    #[error("the limit on open files is too low ({0}); raise it with ulimit -n")]
    OpenFiles(io::Error),
    /// A panic before anything was sent.
    #[error("Nothing was created. Internal error at {0}: please report it with this line.")]
    Panicked(String),
    /// The system refused what the program is made of.
    #[error("{0}")]
    System(#[from] io::Error),
}
