//! Standard output as a destination of the secret: checks whether it is safe, and writes to it.

#[cfg(test)]
mod tests;

use std::io;
#[cfg(not(unix))]
use std::io::IsTerminal;

use secrecy::ExposeSecret;

use crate::domain::{Format, SecretPayload, ServerText, os_error_message};

use super::format::render;

/// What standard output is, if it is acceptable.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StdoutKind {
    /// A terminal. The secret is never printed there.
    Terminal,
    /// A pipe, a socket or a file that takes the secret.
    Sink,
}

/// Why standard output must not or cannot get the secret. Each message says what to do.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StdoutError {
    #[error("Standard output is closed or /dev/null, which loses the secret. Use a pipe or a file.")]
    Discarded,
    #[error("Standard output cannot be written to. Redirect it to a pipe or a file, or not at all.")]
    ReadOnly,
    #[error("Standard output begins in the middle of a file, whose rest would follow. Use a new file.")]
    InsideFile,
    #[error("The limit on the size of files (`ulimit -f`) leaves no room. Raise it, or use a pipe.")]
    NoRoom,
    #[error("Other users can read the file that standard output goes to. Use a new one after `umask 077`.")]
    Readable,
    #[error("Other users can read the named pipe of standard output. Make one with `mkfifo -m 600`.")]
    ReadableFifo,
    #[error("Standard output goes to a file or named pipe of another user. Use a new one of your own.")]
    OtherOwner,
    #[error("No program reads standard output anymore. Start that program again.")]
    NoReader,
    #[error("Standard output is a device, which would lose or show the secret. Use a pipe or a file.")]
    Device,
    #[error("Standard output is a datagram socket, which may have no reader. Use a pipe or a file.")]
    Datagrams,
    #[error("Standard output goes to the system's journal, which keeps it. Use a pipe or a file.")]
    Journal,
    #[error("Standard output and standard error go to the same place, such as a log. Separate them.")]
    Mixed,
    #[error("--format: standard output is a terminal, which never gets a secret; redirect it")]
    FormatOnTerminal,
    #[error(
        "With --yes and redirected output, add --format (secret, env, json, kubernetes, aws, terraform, mcp) or \
         --template."
    )]
    NoFormat,
    #[error("Standard output could not be checked: {0}.")]
    Unknown(ServerText),
}

/// Checks this process's standard output before anything is sent to Atlas. `journal_stream` is the value of
/// `JOURNAL_STREAM`: device and inode of the journal's socket (systemd.exec(5)).
pub fn check_stdout(journal_stream: Option<&str>) -> Result<StdoutKind, StdoutError> {
    #[cfg(unix)]
    return match unix::check(io::stdout(), journal_stream) {
        Ok(StdoutKind::Sink) if unix::are_same(io::stdout(), io::stderr()) => Err(StdoutError::Mixed),
        checked => checked,
    };
    // Systems without file descriptors have no journal, and no permissions to check.
    #[cfg(not(unix))]
    return match (io::stdout().is_terminal(), journal_stream) {
        (true, _) => Ok(StdoutKind::Terminal),
        (false, _) => Ok(StdoutKind::Sink),
    };
}

/// Writes `payload` in `format` to this process's standard output and, if that is a file, waits until it is on disk. A
/// partial write to a file is undone, so that the user can try again.
///
/// Blocks while the reader does not read. A reader that has exited is an error, not a signal: Rust ignores SIGPIPE.
pub fn write_secret(format: Format, payload: &SecretPayload) -> Result<(), String> {
    let text = render(format, payload);
    let bytes = text.expose_secret().as_bytes();
    #[cfg(unix)]
    return unix::write(io::stdout(), bytes);
    #[cfg(not(unix))]
    {
        use std::io::Write;
        let mut output = io::stdout().lock();
        output.write_all(bytes).and_then(|()| output.flush()).map_err(|error| failure_of(&error))
    }
}

/// The failure as a sentence.
fn failure_of(error: &io::Error) -> String {
    use io::ErrorKind;
    match error.kind() {
        ErrorKind::BrokenPipe | ErrorKind::ConnectionReset => {
            "No program reads standard output anymore.".to_owned()
        }
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded => "No space left for standard output.".to_owned(),
        _ => format!("Standard output could not be written: {}.", os_error_message(error)),
    }
}

/// Writes to the descriptor of standard output, which bypasses Rust's buffer.
#[cfg(unix)]
mod unix {
    use std::io::IsTerminal;
    use std::os::fd::{AsFd, BorrowedFd};

    use rustix::event::{PollFd, PollFlags, Timespec, poll};
    use rustix::fs::{FileType, Mode, OFlags, SeekFrom};
    use rustix::io::{Errno, retry_on_intr};
    use rustix::net::sockopt::socket_type;
    use rustix::net::{SendFlags, SocketType, send};
    use rustix::process::{Resource, getrlimit};

    use crate::domain::os_error_message;
    use crate::files::user_id;

    use super::{StdoutError, StdoutKind};

    /// The file system of unnamed pipes (linux/magic.h).
    #[cfg(any(target_os = "linux", target_os = "android"))]
    const PIPEFS_MAGIC: rustix::fs::FsWord = 0x5049_5045;

    /// How many bytes of room a file must have: more than any format needs.
    const NEEDED_ROOM: u64 = 4096;

    pub fn check(descriptor: impl AsFd, journal_stream: Option<&str>) -> Result<StdoutKind, StdoutError> {
        let descriptor = descriptor.as_fd();
        if descriptor.is_terminal() {
            return Ok(StdoutKind::Terminal);
        }
        let unknown = |error: Errno| StdoutError::Unknown(os_error_message(&error.into()));
        let stat = rustix::fs::fstat(descriptor).map_err(unknown)?;
        let kind = FileType::from_raw_mode(stat.st_mode);
        let is_device = |path: &str| {
            kind == FileType::CharacterDevice
                && rustix::fs::stat(path).is_ok_and(|known| known.st_rdev == stat.st_rdev)
        };
        // Rust also opens it in place of a closed output.
        if is_device("/dev/null") {
            return Err(StdoutError::Discarded);
        }
        let flags = rustix::fs::fcntl_getfl(descriptor).map_err(unknown)?;
        if flags & OFlags::RWMODE == OFlags::RDONLY {
            return Err(StdoutError::ReadOnly);
        }
        if journal_stream.is_some_and(|journal| journal == format!("{}:{}", stat.st_dev, stat.st_ino)) {
            return Err(StdoutError::Journal);
        }
        let can_others_read = Mode::from_raw_mode(stat.st_mode).intersects(Mode::RGRP | Mode::ROTH);
        let can_be_of_others = matches!(kind, FileType::RegularFile | FileType::Fifo) && has_name(descriptor);
        if can_be_of_others && stat.st_uid != user_id() {
            return Err(StdoutError::OtherOwner);
        }
        // A pipe whose read end is closed reports an error, a socket a hang-up (poll(2)).
        let at_once = Timespec { tv_sec: 0, tv_nsec: 0 };
        let events = poll_for(descriptor, PollFlags::OUT, Some(&at_once)).map_err(unknown)?;
        let has_no_reader = events.intersects(PollFlags::ERR | PollFlags::HUP) || takes_no_bytes(descriptor);
        let length = u64::try_from(stat.st_size).unwrap_or_default();
        let offset = rustix::fs::tell(descriptor).unwrap_or_default();
        let limit = getrlimit(Resource::Fsize).current;
        match kind {
            FileType::RegularFile if can_others_read => Err(StdoutError::Readable),
            FileType::RegularFile if !flags.contains(OFlags::APPEND) && offset < length => {
                Err(StdoutError::InsideFile)
            }
            FileType::RegularFile if limit.is_some_and(|limit| limit < length.max(offset) + NEEDED_ROOM) => {
                Err(StdoutError::NoRoom)
            }
            // An unnamed pipe belongs to its user alone; for a named one, the mode counts.
            FileType::Fifo if can_others_read => Err(StdoutError::ReadableFifo),
            FileType::Fifo | FileType::Socket if has_no_reader => Err(StdoutError::NoReader),
            FileType::Socket if socket_type(descriptor) == Ok(SocketType::DGRAM) => {
                Err(StdoutError::Datagrams)
            }
            FileType::RegularFile | FileType::Fifo | FileType::Socket => Ok(StdoutKind::Sink),
            // Every write to it fails, so nothing is lost without a message.
            _ if is_device("/dev/full") => Ok(StdoutKind::Sink),
            _ => Err(StdoutError::Device),
        }
    }

    /// True for a socket that is not connected, or whose other end has stopped reading: even nothing cannot be sent.
    fn takes_no_bytes(descriptor: BorrowedFd<'_>) -> bool {
        let is_stream = socket_type(descriptor) == Ok(SocketType::STREAM);
        is_stream && matches!(send(descriptor, &[], SendFlags::DONTWAIT), Err(Errno::PIPE | Errno::NOTCONN))
    }

    pub fn are_same(one: impl AsFd, other: impl AsFd) -> bool {
        let identity = |descriptor| rustix::fs::fstat(descriptor).map(|stat| (stat.st_dev, stat.st_ino));
        identity(one.as_fd()).is_ok_and(|one| identity(other.as_fd()) == Ok(one))
    }

    /// False for the pipe between two commands: with sudo it belongs to the user who typed them.
    #[cfg(any(target_os = "linux", target_os = "android"))]
    fn has_name(descriptor: BorrowedFd<'_>) -> bool {
        rustix::fs::fstatfs(descriptor).is_ok_and(|about| about.f_type != PIPEFS_MAGIC)
    }

    /// On other systems an unnamed pipe has no links.
    #[cfg(not(any(target_os = "linux", target_os = "android")))]
    fn has_name(descriptor: BorrowedFd<'_>) -> bool {
        rustix::fs::fstat(descriptor).is_ok_and(|about| about.st_nlink > 0)
    }

    fn poll_for(
        descriptor: BorrowedFd<'_>,
        flags: PollFlags,
        timeout: Option<&Timespec>,
    ) -> rustix::io::Result<PollFlags> {
        let mut polled = [PollFd::from_borrowed_fd(descriptor, flags)];
        retry_on_intr(|| poll(&mut polled, timeout))?;
        Ok(polled[0].revents())
    }

    /// Writes all of `bytes`, and waits for the disk if it is a file. After a failure, a file has its old length again.
    pub fn write(descriptor: impl AsFd, bytes: &[u8]) -> Result<(), String> {
        let descriptor = descriptor.as_fd();
        let written = match rustix::fs::fstat(descriptor) {
            Ok(stat) if FileType::from_raw_mode(stat.st_mode) == FileType::RegularFile => {
                write_file(descriptor, u64::try_from(stat.st_size).unwrap_or_default(), bytes)
            }
            _ => write_all(descriptor, bytes).and_then(|()| find_reset(descriptor)),
        };
        written.map_err(|error| super::failure_of(&error.into()))
    }

    fn write_file(descriptor: BorrowedFd<'_>, length: u64, bytes: &[u8]) -> rustix::io::Result<()> {
        let offset = rustix::fs::tell(descriptor)?;
        let written = write_all(descriptor, bytes).and_then(|()| rustix::fs::fsync(descriptor));
        if written.is_err() {
            // Only the first failure is reported; nothing can be done about this one.
            let _ = rustix::fs::ftruncate(descriptor, length);
            let _ = rustix::fs::seek(descriptor, SeekFrom::Start(offset));
        }
        written
    }

    /// Returns an error if the other end of a TCP connection was closed before the write, in which case it replies with
    /// a reset. Until then, such a connection looks like one whose other end has only stopped sending.
    #[cfg(target_os = "linux")]
    fn find_reset(descriptor: BorrowedFd<'_>) -> rustix::io::Result<()> {
        use rustix::net::{AddressFamily, sockopt::socket_domain};
        const LIMIT: Timespec = Timespec { tv_sec: 1, tv_nsec: 0 };
        let at_once = Timespec { tv_sec: 0, tv_nsec: 0 };
        let is_tcp = matches!(socket_domain(descriptor), Ok(AddressFamily::INET | AddressFamily::INET6));
        let is_closed = is_tcp && !poll_for(descriptor, PollFlags::RDHUP, Some(&at_once))?.is_empty();
        // Without flags, `poll` waits for errors only.
        if is_closed && !poll_for(descriptor, PollFlags::empty(), Some(&LIMIT))?.is_empty() {
            return Err(Errno::PIPE);
        }
        Ok(())
    }

    #[cfg(not(target_os = "linux"))]
    fn find_reset(_: BorrowedFd<'_>) -> rustix::io::Result<()> {
        Ok(())
    }

    fn write_all(descriptor: BorrowedFd<'_>, mut bytes: &[u8]) -> rustix::io::Result<()> {
        while !bytes.is_empty() {
            match rustix::io::write(descriptor, bytes) {
                Ok(0) => return Err(Errno::IO),
                Ok(written) => bytes = bytes.get(written..).unwrap_or_default(),
                Err(Errno::INTR) => {}
                // A pipe is non-blocking if another process that shares it has made it so.
                Err(Errno::AGAIN) => drop(poll_for(descriptor, PollFlags::OUT, None)?),
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }
}
