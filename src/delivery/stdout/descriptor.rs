//! Standard output by its descriptor: which open files may get the secret, and writing it past the buffer that Rust keeps
//! before standard output.

use std::os::fd::{AsFd, BorrowedFd};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::fs::{Dev, FileType, Mode, OFlags, SeekFrom};
use rustix::io::{Errno, retry_on_intr};

use super::StdoutProblem;

/// What the system reports about standard output.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct StdoutStat {
    /// True when it can be written to.
    pub writable: bool,
    /// The kind of file.
    pub kind: FileType,
    /// The permissions.
    pub mode: Mode,
    /// Device and inode, which identify the journal's socket.
    pub identity: (Dev, u64),
    /// The device, if it is a known one.
    pub device: Option<Device>,
    /// True when no process reads the other end.
    pub has_no_reader: bool,
}

/// A character device that is treated in its own way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Device {
    /// `/dev/null`, under any name.
    Null,
    /// `/dev/full`, under any name.
    Full,
}

impl StdoutStat {
    /// Asks the system (fstat(2), fcntl(2), poll(2)).
    pub fn of(descriptor: BorrowedFd<'_>) -> rustix::io::Result<Self> {
        let stat = rustix::fs::fstat(descriptor)?;
        let access = rustix::fs::fcntl_getfl(descriptor)? & OFlags::RWMODE;
        let kind = FileType::from_raw_mode(stat.st_mode);
        Ok(Self {
            writable: access != OFlags::RDONLY,
            kind,
            mode: Mode::from_raw_mode(stat.st_mode),
            identity: (stat.st_dev, stat.st_ino),
            device: if kind == FileType::CharacterDevice { known_device(stat.st_rdev) } else { None },
            has_no_reader: has_no_reader(descriptor)?,
        })
    }

    /// Checks that a secret may be written there.
    pub fn validate(&self, journal_stream: Option<&str>) -> Result<(), StdoutProblem> {
        if self.device == Some(Device::Null) {
            return Err(StdoutProblem::Discarded);
        }
        if !self.writable {
            return Err(StdoutProblem::ReadOnly);
        }
        if journal_stream.and_then(journal_identity) == Some(self.identity) {
            return Err(StdoutProblem::Journal);
        }
        match self.kind {
            FileType::RegularFile if self.others_can_read() => Err(StdoutProblem::Readable),
            // An unnamed pipe belongs to its user alone; the mode of a named one counts.
            FileType::Fifo if self.others_can_read() => Err(StdoutProblem::ReadableFifo),
            FileType::Fifo | FileType::Socket if self.has_no_reader => Err(StdoutProblem::NoReader),
            FileType::RegularFile | FileType::Fifo | FileType::Socket => Ok(()),
            // Every write to it fails, so nothing is lost without a message.
            _ if self.device == Some(Device::Full) => Ok(()),
            _ => Err(StdoutProblem::Device),
        }
    }

    fn others_can_read(&self) -> bool {
        self.mode.intersects(Mode::RGRP | Mode::ROTH)
    }
}

/// A pipe whose reading end is closed reports an error, a socket a hang-up (poll(2)).
fn has_no_reader(descriptor: BorrowedFd<'_>) -> rustix::io::Result<bool> {
    let at_once = Timespec { tv_sec: 0, tv_nsec: 0 };
    Ok(poll_output(descriptor, Some(&at_once))?.intersects(PollFlags::ERR | PollFlags::HUP))
}

fn poll_output(descriptor: BorrowedFd<'_>, timeout: Option<&Timespec>) -> rustix::io::Result<PollFlags> {
    let mut polled = [PollFd::from_borrowed_fd(descriptor, PollFlags::OUT)];
    retry_on_intr(|| poll(&mut polled, timeout))?;
    Ok(polled[0].revents())
}

/// Linux gives the null device the numbers 1 and 3, the full one 1 and 7 (Documentation/admin-guide/devices.txt).
#[cfg(any(target_os = "linux", target_os = "android"))]
fn known_device(device: Dev) -> Option<Device> {
    match (rustix::fs::major(device), rustix::fs::minor(device)) {
        (1, 3) => Some(Device::Null),
        (1, 7) => Some(Device::Full),
        _ => None,
    }
}

/// Elsewhere the numbers differ: compare with the devices of the usual names.
#[cfg(not(any(target_os = "linux", target_os = "android")))]
fn known_device(device: Dev) -> Option<Device> {
    let is = |path: &str| rustix::fs::stat(path).is_ok_and(|known| known.st_rdev == device);
    if is("/dev/null") {
        return Some(Device::Null);
    }
    is("/dev/full").then_some(Device::Full)
}

/// `JOURNAL_STREAM` is the journal socket's device and inode in decimal, with a colon between (systemd.exec(5)).
fn journal_identity(value: &str) -> Option<(Dev, u64)> {
    let (device, inode) = value.split_once(':')?;
    Some((device.parse().ok()?, inode.parse().ok()?))
}

/// Writes all of `bytes`, and waits for the disk if it is a file.
pub fn write_to(descriptor: impl AsFd, bytes: &[u8]) -> Result<(), String> {
    let descriptor = descriptor.as_fd();
    let done = match length_of_file(descriptor) {
        Some(before) => write_file(descriptor, before, bytes),
        None => write_all(descriptor, bytes),
    };
    done.map_err(|error| super::failure_of(&error.into()))
}

/// The length of a regular file; `None` for anything else.
fn length_of_file(descriptor: BorrowedFd<'_>) -> Option<u64> {
    let stat = rustix::fs::fstat(descriptor).ok()?;
    let is_file = FileType::from_raw_mode(stat.st_mode) == FileType::RegularFile;
    is_file.then(|| u64::try_from(stat.st_size).ok())?
}

/// A file that was `before` bytes long is as long again after a failure.
fn write_file(descriptor: BorrowedFd<'_>, before: u64, bytes: &[u8]) -> rustix::io::Result<()> {
    let start = rustix::fs::tell(descriptor)?;
    let done = write_all(descriptor, bytes).and_then(|()| rustix::fs::fsync(descriptor));
    if done.is_err() {
        // Only the first failure is reported; nothing can be done about this one.
        let _ = rustix::fs::ftruncate(descriptor, before);
        let _ = rustix::fs::seek(descriptor, SeekFrom::Start(start));
    }
    done
}

fn write_all(descriptor: BorrowedFd<'_>, mut bytes: &[u8]) -> rustix::io::Result<()> {
    while !bytes.is_empty() {
        match rustix::io::write(descriptor, bytes) {
            Ok(0) => return Err(Errno::IO),
            Ok(written) => bytes = bytes.get(written..).unwrap_or_default(),
            Err(Errno::INTR) => {}
            // A pipe can be non-blocking because another of its users has made it so.
            Err(Errno::AGAIN) => {
                poll_output(descriptor, None)?;
            }
            Err(error) => return Err(error),
        }
    }
    Ok(())
}
