//! Process-wide helpers: this program's path, starting other programs, lines on standard error, the log file, the
//! location of a panic, and the wall clock.
//!
//! **Invariant:** nothing waits for standard error for longer than `LIMIT`: writing may block on a full pipe or a
//! stopped terminal.

use std::ffi::OsStr;
use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::panic;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, Sender};
use std::sync::{LazyLock, Mutex};
use std::thread;
use std::time::{Duration, SystemTime};
#[cfg(unix)]
use std::{ffi::OsString, process::ExitCode};

use jiff::Timestamp;
use jiff::tz::TimeZone;
use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::{Layer, registry};

#[cfg(unix)]
use crate::domain::os_error_message;
use crate::domain::text::with_unbroken_dates;
use crate::domain::{ServerText, is_atlas_variable};
use crate::files::{self, FileStat};

/// Returns the path of the running program. On Linux that is `/proc/self/exe` (proc(5)), because an upgrade may have
/// put another version at the original path.
pub fn this_program() -> PathBuf {
    if cfg!(any(target_os = "linux", target_os = "android")) {
        return PathBuf::from("/proc/self/exe");
    }
    // An empty path cannot be started, and the caller reports that.
    std::env::current_exe().unwrap_or_default()
}

/// Returns the program of this name in the first folder of `path`, the value of `PATH`, that has it. Relative folders
/// are skipped: they depend on the current folder, where another user may have put files.
pub fn find_program(name: &str, path: &OsStr) -> Option<PathBuf> {
    let suffix = std::env::consts::EXE_SUFFIX;
    let name = format!("{}{suffix}", name.strip_suffix(suffix).unwrap_or(name));
    let folders = std::env::split_paths(path).filter(|folder| folder.is_absolute());
    folders.map(|folder| folder.join(&name)).find(|file| is_program(file))
}

fn is_program(file: &Path) -> bool {
    #[cfg(unix)]
    let is_executable = rustix::fs::access(file, rustix::fs::Access::EXEC_OK).is_ok();
    #[cfg(not(unix))]
    let is_executable = true;
    file.is_file() && is_executable
}

/// The first argument of this program if it is to become a command.
pub const IN_OWN_SESSION: &str = "in-own-session";

/// Returns a command that runs `program` in its own session: it has no terminal to write to or to prompt on, and its
/// child processes can be ended with it. No safe function does that for a child, so this program starts itself, and
/// then becomes the command. Windows has no such sessions.
pub fn in_own_session(program: &Path) -> Command {
    if cfg!(not(unix)) {
        return Command::new(program);
    }
    let mut command = Command::new(this_program());
    command.arg(IN_OWN_SESSION).arg(program);
    command
}

/// Becomes this command, in a new session.
#[cfg(unix)]
pub fn run_in_own_session(mut command: impl Iterator<Item = OsString>) -> ExitCode {
    use std::os::unix::process::CommandExt;
    let program = command.next().unwrap_or_default();
    let error = match rustix::process::setsid() {
        Ok(_) => Command::new(program).args(command).exec(),
        Err(error) => error.into(),
    };
    // The parent process reads it.
    let _ = writeln!(io::stderr(), "{}", os_error_message(&error));
    // As in shells.
    ExitCode::from(126)
}

/// Forbids core dumps. On Linux, also keeps other processes of the same user from reading this process's memory
/// (`PR_SET_DUMPABLE`, prctl(2)), which stops dumps even if cores are piped to a program. Child processes, which may
/// have read the secret, inherit only the limit. Nothing depends on it, so an error is ignored.
pub fn forbid_core_dumps() {
    limit_core_dumps();
    #[cfg(any(target_os = "linux", target_os = "android"))]
    {
        use rustix::process::{DumpableBehavior, set_dumpable_behavior};
        let _ = set_dumpable_behavior(DumpableBehavior::NotDumpable);
    }
}

/// Sets only the soft limit: a command may raise its own up to the hard limit.
fn limit_core_dumps() {
    #[cfg(unix)]
    {
        use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
        // 1 byte is too small for a file, and on Linux it is the only limit that also applies to a pipe (core(5)).
        let current = u64::from(cfg!(target_os = "linux"));
        let maximum = getrlimit(Resource::Core).maximum;
        if maximum != Some(0) {
            let _ = setrlimit(Resource::Core, Rlimit { current: Some(current), maximum });
        }
    }
}

/// Makes a write beyond the file size limit fail instead of ending the process (SIGXFSZ, `ulimit -f`). The signal is
/// caught, not ignored: an ignored one stays ignored in the commands that the user runs.
pub fn survive_file_size_limit() {
    #[cfg(unix)]
    let _ = signal_hook::flag::register(signal_hook::consts::SIGXFSZ, std::sync::Arc::default());
}

/// Removes the variables that sign in to Atlas from the environment of a child process.
pub fn remove_credentials(command: &mut Command) {
    for (name, _) in std::env::vars_os() {
        if is_atlas_variable(&name) {
            command.env_remove(name);
        }
    }
}

/// Returns the time of day. A clock beyond the year 9999, where the range of dates ends, is clamped to that.
pub fn wall_clock() -> Timestamp {
    timestamp(SystemTime::now())
}

/// Returns the system's time zone; UTC if `TZ` names a device or a pipe, because reading it would never end.
pub fn time_zone() -> TimeZone {
    let name = std::env::var("TZ").unwrap_or_default();
    let path = Path::new(name.trim_start_matches(':'));
    let is_endless = path.metadata().is_ok_and(|file| !file.is_file() && !file.is_dir());
    if is_endless { TimeZone::UTC } else { TimeZone::system() }
}

fn timestamp(time: SystemTime) -> Timestamp {
    let limit = if time < SystemTime::UNIX_EPOCH { Timestamp::MIN } else { Timestamp::MAX };
    Timestamp::try_from(time).unwrap_or(limit)
}

static PANIC_LOCATION: Mutex<Option<String>> = Mutex::new(None);

/// Stores the location of a panic instead of printing it, but never the message, which could contain anything. The hook
/// cannot distinguish a panic that ends the program from one that ends a task, and must not write to the screen:
/// unwinding restores the terminal, and the failure of a task is reported through its join handle.
pub fn keep_panic_place() {
    panic::set_hook(Box::new(|info| {
        let place = info.location().map(|location| format!("{}:{}", location.file(), location.line()));
        if let Ok(mut kept) = PANIC_LOCATION.lock() {
            *kept = place;
        }
    }));
}

/// Returns the source file and line of the last panic, and forgets them.
pub fn take_panic_place() -> String {
    let kept = PANIC_LOCATION.lock().ok().and_then(|mut kept| kept.take());
    kept.unwrap_or_else(|| "an unknown place".to_owned())
}

/// Returns the message for a task of this program that panicked.
pub fn internal_error() -> ServerText {
    ServerText::new(&format!("internal error at {}", take_panic_place()))
}

/// How long writing a line may take.
const LIMIT: Duration = Duration::from_millis(500);

/// A line, and the channel that reports that it was written.
type Line = (String, Sender<()>);

/// The thread that writes lines, because a write to a file shared with other programs cannot time out.
static WRITER: LazyLock<Option<Sender<Line>>> = LazyLock::new(start_writer);

/// True after a line took too long: the next ones wait in the queue, and the caller does not wait for them.
static IS_STUCK: AtomicBool = AtomicBool::new(false);

/// Writes a line to standard error, after the program's name. A terminal would break it inside words and dates.
pub fn say(message: &str) {
    let (written, is_written) = mpsc::channel();
    let mut line = format!("atlas-secret: {message}\n");
    if let Some(columns) = columns_of_standard_error() {
        line = wrapped(&line, columns);
    }
    let Some(writer) = &*WRITER else {
        // No thread can be started.
        let _ = io::stderr().write_all(line.as_bytes());
        return;
    };
    let is_sent = writer.send((line, written)).is_ok();
    if is_sent && !IS_STUCK.load(Ordering::Relaxed) && is_written.recv_timeout(LIMIT).is_err() {
        IS_STUCK.store(true, Ordering::Relaxed);
    }
}

/// The width of the terminal that standard error is; `None` if it is no terminal, or has no size.
fn columns_of_standard_error() -> Option<usize> {
    #[cfg(unix)]
    return Some(rustix::termios::tcgetwinsize(io::stderr()).ok()?.ws_col.into())
        .filter(|columns| *columns > 0);
    #[cfg(not(unix))]
    None
}

fn wrapped(text: &str, columns: usize) -> String {
    let options = textwrap::Options::new(columns)
        .subsequent_indent("    ")
        .break_words(false)
        .word_splitter(textwrap::WordSplitter::NoHyphenation);
    let text = with_unbroken_dates(text);
    let lines: Vec<String> = text.split('\n').map(|line| textwrap::fill(line, &options)).collect();
    lines.join("\n").replace('\u{a0}', " ")
}

fn start_writer() -> Option<Sender<Line>> {
    let (lines, queue) = mpsc::channel::<Line>();
    let work = move || {
        for (line, written) in queue {
            // If standard error is closed, nothing can be done.
            let _ = io::stderr().write_all(line.as_bytes());
            let _ = written.send(());
        }
    };
    thread::Builder::new().name("standard error".to_owned()).spawn(work).ok().map(|_| lines)
}

/// Starts the log: events are appended to the file at `path`, which from then on only its owner can read. Only events
/// of this crate are logged, so that no library can write a header, a body, a key or a secret.
///
/// # Errors
/// Returns an error if the file cannot be opened, or cannot be made private.
pub fn start_log(path: &Path) -> io::Result<()> {
    let file = open_log(path)?;
    // Errors of the log are not written to standard error, which may be the screen.
    let lines =
        tracing_subscriber::fmt::layer().with_ansi(false).log_internal_errors(false).with_writer(file);
    let own = Targets::new().with_target(env!("CARGO_CRATE_NAME"), LevelFilter::TRACE);
    // If the process already has a log, that one continues.
    let _ = tracing::subscriber::set_global_default(registry().with(lines.with_filter(own)));
    Ok(())
}

fn open_log(path: &Path) -> io::Result<File> {
    let file = match files::open(path, OpenOptions::new().create(true).append(true)) {
        Ok(file) if file.metadata()?.is_file() => file,
        Err(_) if path.is_symlink() => return Err(io::Error::other("a symbolic link, not a regular file")),
        Err(error) if !path.exists() || path.is_file() => return Err(error),
        // Writing to a pipe or a terminal could block the program.
        _ => return Err(io::Error::other("not a regular file")),
    };
    let stat = FileStat::of(&file)?;
    if is_standard_output(&stat) {
        return Err(io::Error::other(
            "standard output goes to this file, and the secret would be mixed with the log",
        ));
    }
    if !stat.is_ours() {
        return Err(io::Error::other("the file belongs to another user"));
    }
    // An existing file keeps its mode when it is opened.
    files::set_mode(&file, 0o600)?;
    Ok(file)
}

#[cfg(unix)]
fn is_standard_output(file: &FileStat) -> bool {
    use std::os::fd::AsFd;
    let stdout = io::stdout().as_fd().try_clone_to_owned().map(File::from);
    stdout.and_then(|stdout| FileStat::of(&stdout)).is_ok_and(|stdout| stdout.identity == file.identity)
}

#[cfg(not(unix))]
fn is_standard_output(_: &FileStat) -> bool {
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_broken_neither_in_a_word_nor_in_a_date() {
        let text = "Secret of the-one-account, expires Wed 30 Dec 2026 23:49 UTC:\n  lost\n";
        let expected =
            "Secret of\n    the-one-account,\n    expires\n    Wed 30 Dec 2026 23:49 UTC:\n  lost\n";
        assert_eq!(wrapped(text, 20), expected);
        assert_eq!(wrapped(text, 80), text);
    }

    #[test]
    fn a_clock_beyond_all_dates_is_clamped() {
        let epoch = SystemTime::UNIX_EPOCH;
        let years = |years: u64| Duration::from_secs(years * 366 * 24 * 3600);
        assert_eq!(timestamp(epoch), Timestamp::UNIX_EPOCH);
        assert_eq!(timestamp(epoch + Duration::from_secs(7)).as_second(), 7);
        assert_eq!(timestamp(epoch - Duration::from_secs(7)).as_second(), -7);
        assert_eq!(timestamp(epoch + years(9000)), Timestamp::MAX);
        assert_eq!(timestamp(epoch - years(20_000)), Timestamp::MIN);
    }

    #[cfg(unix)]
    #[test]
    fn a_command_that_has_read_the_secret_leaves_no_core() {
        use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
        let maximum = getrlimit(Resource::Core).maximum;
        if maximum == Some(0) {
            println!("skipped: no cores are allowed here");
            return;
        }
        setrlimit(Resource::Core, Rlimit { current: maximum, maximum }).unwrap();
        limit_core_dumps();
        let child = Command::new("sh").args(["-c", "ulimit -S -c; ulimit -H -c"]).output().unwrap();
        let limits = String::from_utf8(child.stdout).unwrap();
        let (soft, hard) = limits.split_once('\n').unwrap();
        assert_eq!(soft, "0", "in blocks");
        assert_eq!(hard.trim() == "unlimited", maximum.is_none());
    }

    #[cfg(unix)]
    #[test]
    fn only_a_file_of_this_user_can_be_the_log() {
        let folder = tempfile::tempdir().unwrap();
        let (file, link) = (folder.path().join("file"), folder.path().join("link"));
        std::fs::write(&file, "kept").unwrap();
        std::os::unix::fs::symlink(&file, &link).unwrap();
        let refused = |path: &Path| open_log(path).map(drop).unwrap_err().to_string();
        assert_eq!(refused(&link), "a symbolic link, not a regular file");
        assert!(open_log(&file).is_ok());
        if std::os::unix::fs::chown(&file, Some(65533), None).is_ok() {
            assert_eq!(refused(&file), "the file belongs to another user");
        }
        assert_eq!(std::fs::read_to_string(&file).unwrap(), "kept");
    }

    #[cfg(unix)]
    #[test]
    fn a_program_is_an_executable_file_in_an_absolute_folder() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir_in(".").unwrap();
        let whole = folder.path().canonicalize().unwrap();
        for (name, mode) in [("tool", 0o700), ("text", 0o600)] {
            std::fs::write(whole.join(name), "#!/bin/sh\n").unwrap();
            std::fs::set_permissions(whole.join(name), std::fs::Permissions::from_mode(mode)).unwrap();
        }
        std::fs::create_dir(whole.join("folder")).unwrap();
        let relative = whole.strip_prefix(std::env::current_dir().unwrap()).unwrap();
        let path = |folder: &Path| format!(":.:{}:/nonexistent", folder.display());
        assert_eq!(find_program("tool", path(relative).as_ref()), None);
        assert_eq!(find_program("tool", path(&whole).as_ref()), Some(whole.join("tool")));
        for name in ["text", "folder", "missing"] {
            assert_eq!(find_program(name, path(&whole).as_ref()), None, "{name}");
        }
    }
}
