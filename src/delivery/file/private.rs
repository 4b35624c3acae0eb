//! The steps of saving where the system knows owners and permissions.

use std::fs::File;
use std::io::{self, Write};
use std::os::fd::OwnedFd;
use std::path::Path;

use rustix::fs::{AtFlags, CWD, FileType, Mode, OFlags, Stat};
use rustix::io::Errno;
use secrecy::{ExposeSecret, SecretString};

use crate::domain::SaveFailure;

use super::{Target, failure_of};

/// Read and write for the owner, nothing for others.
const OWNER_ONLY: Mode = Mode::from_bits_retain(0o600);

/// What no one but the owner may do with the file.
const OTHERS: Mode = Mode::RWXG.union(Mode::RWXO);

/// Stores `text` as the new file `target`.
pub(super) fn store(target: &Target, text: &SecretString) -> Result<(), SaveFailure> {
    store_by(target, |file| file.write_all(text.expose_secret().as_bytes()))
}

/// The same with another way of writing. Everything happens below one open folder, so that a folder that is
/// moved meanwhile takes the file along and nothing is removed in the wrong place.
pub(super) fn store_by(
    target: &Target,
    write: impl FnOnce(&mut File) -> io::Result<()>,
) -> Result<(), SaveFailure> {
    let folder = open_folder(&target.folder).map_err(failure_of)?;
    let mut file = create(&folder, &target.name)?;
    let filled = fill(&folder, &mut file, write);
    if filled.is_err() {
        take_away(&folder, &target.name, &file);
    }
    filled
}

pub(super) fn open_folder(path: &Path) -> rustix::io::Result<OwnedFd> {
    rustix::fs::openat(CWD, path, OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC, Mode::empty())
}

/// Creates the file, or fails where anything has its name, also a link to nowhere (open(2), `O_EXCL`).
pub(super) fn create(folder: &OwnedFd, name: &Path) -> Result<File, SaveFailure> {
    let flags = OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    match rustix::fs::openat(folder, name, flags, OWNER_ONLY) {
        Ok(file) => Ok(File::from(file)),
        Err(Errno::EXIST) if is_folder(folder, name) => Err(SaveFailure::NoName),
        Err(error) => Err(failure_of(error)),
    }
}

fn is_folder(folder: &OwnedFd, name: &Path) -> bool {
    let found = rustix::fs::statat(folder, name, AtFlags::SYMLINK_NOFOLLOW);
    found.is_ok_and(|stat| FileType::from_raw_mode(stat.st_mode) == FileType::Directory)
}

fn fill(
    folder: &OwnedFd,
    file: &mut File,
    write: impl FnOnce(&mut File) -> io::Result<()>,
) -> Result<(), SaveFailure> {
    make_private(file)?;
    write(file).and_then(|()| file.sync_all()).map_err(failure_of)?;
    sync_folder(folder).map_err(failure_of)
}

/// A umask can only have taken permissions away, also from the owner. Where permissions are not kept the file
/// is as open as the whole disk, and setting them may fail or do nothing: what counts is what it has afterwards.
pub(super) fn make_private(file: &File) -> Result<(), SaveFailure> {
    let _ = rustix::fs::fchmod(file, OWNER_ONLY);
    let stat = rustix::fs::fstat(file).map_err(failure_of)?;
    if Mode::from_raw_mode(stat.st_mode).intersects(OTHERS) {
        return Err(SaveFailure::NotPrivate);
    }
    Ok(())
}

/// A new name is on the disk when its folder is (fsync(2)). Some file systems know no such thing for a folder
/// and say so by `EINVAL`.
pub(super) fn sync_folder(folder: &OwnedFd) -> rustix::io::Result<()> {
    match rustix::fs::fsync(folder) {
        Err(Errno::INVAL | Errno::NOTSUP) => Ok(()),
        done => done,
    }
}

/// Empties the file, then removes its name, unless the name stands for another file by now. Only the failure that led
/// here is reported; nothing can be done about another.
pub(super) fn take_away(folder: &OwnedFd, name: &Path, file: &File) {
    let _ = file.set_len(0);
    let named = rustix::fs::statat(folder, name, AtFlags::SYMLINK_NOFOLLOW);
    if let (Ok(named), Ok(ours)) = (named, rustix::fs::fstat(file))
        && is_same_file(&named, &ours)
    {
        let _ = rustix::fs::unlinkat(folder, name, AtFlags::empty());
    }
}

fn is_same_file(one: &Stat, other: &Stat) -> bool {
    one.st_dev == other.st_dev && one.st_ino == other.st_ino
}
