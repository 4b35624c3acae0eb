//! What the system says about an open file, and what follows for a secret.

use std::os::fd::BorrowedFd;

use rustix::fs::{Dev, FileType, Mode, OFlags};

use super::StdoutProblem;

/// The facts of an open file that the decision needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Facts {
    /// True when it can be written to.
    pub writable: bool,
    /// What it is.
    pub kind: FileType,
    /// Who may do what with it.
    pub mode: Mode,
    /// The file system and the number of the file on it, by which the journal's socket is known.
    pub identity: (Dev, u64),
    /// True for `/dev/null`, whatever its name.
    pub is_null: bool,
}

impl Facts {
    /// Asks the system (fstat(2), fcntl(2)).
    pub fn of(descriptor: BorrowedFd<'_>) -> rustix::io::Result<Self> {
        let stat = rustix::fs::fstat(descriptor)?;
        let access = rustix::fs::fcntl_getfl(descriptor)? & OFlags::RWMODE;
        let kind = FileType::from_raw_mode(stat.st_mode);
        Ok(Self {
            writable: access != OFlags::RDONLY,
            kind,
            mode: Mode::from_raw_mode(stat.st_mode),
            identity: (stat.st_dev, stat.st_ino),
            is_null: kind == FileType::CharacterDevice && is_null_device(stat.st_rdev),
        })
    }

    /// Whether a secret may go there.
    pub fn judge(&self, journal_stream: Option<&str>) -> Result<(), StdoutProblem> {
        if self.is_null {
            return Err(StdoutProblem::Discarded);
        }
        if !self.writable {
            return Err(StdoutProblem::ReadOnly);
        }
        if journal_stream.and_then(journal_identity) == Some(self.identity) {
            return Err(StdoutProblem::Journal);
        }
        if self.kind == FileType::RegularFile && self.mode.intersects(Mode::RGRP | Mode::ROTH) {
            return Err(StdoutProblem::Readable);
        }
        Ok(())
    }
}

/// Linux gives the null device the numbers 1 and 3 (Documentation/admin-guide/devices.txt).
#[cfg(any(target_os = "linux", target_os = "android"))]
fn is_null_device(device: Dev) -> bool {
    device == rustix::fs::makedev(1, 3)
}

/// Elsewhere the numbers differ, so that the device by its usual name is asked.
#[cfg(not(any(target_os = "linux", target_os = "android")))]
fn is_null_device(device: Dev) -> bool {
    rustix::fs::stat("/dev/null").is_ok_and(|null| null.st_rdev == device)
}

/// `JOURNAL_STREAM` is the journal socket's device and inode in decimal, with a colon between (systemd.exec(5)).
fn journal_identity(value: &str) -> Option<(Dev, u64)> {
    let (device, inode) = value.split_once(':')?;
    Some((device.parse().ok()?, inode.parse().ok()?))
}
