//! Which program holds the clipboard, and how it is started.

use std::{env, io, path::PathBuf, process::Stdio};

use tokio::process::Command;

use crate::delivery::child::keep_credentials_from;

use super::channel::{self, Started};

/// The subcommand that makes this program the holder of a clipboard. People are not shown it.
pub const HOLD_CLIPBOARD: &str = "hold-clipboard";

/// The program that is started to hold the clipboard: one that calls
/// [`hold_clipboard`](super::hold_clipboard) when its only argument is [`HOLD_CLIPBOARD`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HolderProgram(Place);

#[derive(Clone, Debug, PartialEq, Eq)]
enum Place {
    ThisProgram,
    At(PathBuf),
}

impl HolderProgram {
    /// The program that is running.
    pub fn this_program() -> Self {
        Self(Place::ThisProgram)
    }

    /// Another one, by its absolute path.
    pub fn at(path: PathBuf) -> Self {
        Self(Place::At(path))
    }

    /// On Linux the running program is named by what it runs, not by its path, where an upgrade may just have put
    /// another version (`/proc/self/exe`, proc(5)).
    fn path(&self) -> io::Result<PathBuf> {
        match &self.0 {
            Place::At(path) => Ok(path.clone()),
            Place::ThisProgram if cfg!(any(target_os = "linux", target_os = "android")) => {
                Ok(PathBuf::from("/proc/self/exe"))
            }
            Place::ThisProgram => env::current_exe(),
        }
    }

    /// Starts it. It keeps the environment, which names the display, but not what signs in at Atlas; no folder, so
    /// that none is kept busy; and neither output, so that nobody who reads the program's waits for the holder.
    pub(super) fn start(&self) -> io::Result<Started> {
        let mut command = Command::new(self.path()?);
        #[cfg(unix)]
        command.arg0(env!("CARGO_PKG_NAME")).current_dir("/");
        command.arg(HOLD_CLIPBOARD).stderr(Stdio::null());
        keep_credentials_from(&mut command);
        channel::start(command)
    }
}
