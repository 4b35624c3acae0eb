//! The program `atlas-secret`: reads arguments and settings, runs, and returns the exit code.

use std::error::Error;
use std::io::Write;
use std::process::ExitCode;
use std::time::Instant;

use atlas_secret::cli::{self, Arguments};
use atlas_secret::delivery::{HOLD_CLIPBOARD, hold_clipboard};
use atlas_secret::domain::{Certainty, Exit, os_error_message, text, without_secrets, without_tokens};
use atlas_secret::process;
use atlas_secret::shell::{self, Settings};

/// Wipes memory when it is freed, so that no copy of a secret remains.
#[global_allocator]
static ALLOCATOR: zeroizing_alloc::ZeroAlloc<std::alloc::System> =
    zeroizing_alloc::ZeroAlloc(std::alloc::System);

fn main() -> ExitCode {
    let started = Instant::now();
    shell::forbid_core_dumps();
    shell::survive_file_size_limit();
    let mut arguments = std::env::args_os().skip(1);
    match arguments.next() {
        Some(first) if first == HOLD_CLIPBOARD && arguments.len() == 0 => return hold_clipboard(),
        #[cfg(unix)]
        Some(first) if first == process::IN_OWN_SESSION => return process::run_in_own_session(arguments),
        _ => {}
    }
    let arguments = match Arguments::read(std::env::args_os()) {
        Ok(arguments) => arguments,
        Err(error) => return reject(&error),
    };
    if let Some(shell) = arguments.completions {
        return ExitCode::from(print(&cli::completions(shell)).code());
    }
    if let Some(address) = arguments.demo_server {
        let served = shell::serve_demo(address).unwrap_or_else(|error| report_error(error, false));
        return ExitCode::from(served.code());
    }
    let creates = arguments.yes && !arguments.print_config;
    if let Some(path) = arguments.log_file.as_ref().filter(|_| !arguments.print_config)
        && let Err(error) = process::start_log(path)
    {
        let message = format!("--log-file {}: {}", path.display(), os_error_message(&error));
        return ExitCode::from(report_error(message, creates).code());
    }
    let exit = match Settings::gather(&arguments, |name| std::env::var_os(name)) {
        Ok(Settings { report: Some(report), .. }) => print(report.as_bytes()),
        Ok(settings) => shell::run(settings, started).unwrap_or_else(|error| report_error(error, creates)),
        Err(error) => report_error(error, creates),
    };
    ExitCode::from(exit.code())
}

/// Prints clap's help or its error. Removes secrets and tokens that were pasted by mistake, because standard error may
/// be a log.
fn reject(error: &clap::Error) -> ExitCode {
    if !error.use_stderr() {
        error.exit();
    }
    let message = without_tokens(&without_secrets(&error.to_string()));
    process::say(message.strip_prefix("error: ").unwrap_or(&message).trim_end());
    ExitCode::from(Exit::Usage.code())
}

fn print(text: &[u8]) -> Exit {
    std::io::stdout().write_all(text).map_or_else(|error| report_error(error, false), |()| Exit::Done)
}

/// Reports why the program cannot start, and what that means for a run that `creates` a secret without asking.
fn report_error(error: impl Into<Box<dyn Error>>, creates: bool) -> Exit {
    let error = text::sentence(&without_secrets(&error.into().to_string()));
    let prefix = if creates { format!("{} ", Certainty::NotDone.message()) } else { String::new() };
    process::say(&format!("{prefix}{error}"));
    Exit::Usage
}
