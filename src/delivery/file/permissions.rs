//! What each system knows of a file's owner, permissions and attributes.

pub(super) use system::*;

#[cfg(unix)]
mod system {
    use std::fs::{File, Metadata, Permissions};
    use std::io;
    use std::os::unix::fs::{MetadataExt, PermissionsExt, fchown};
    use std::path::Path;

    use rustix::fs::Access;

    use crate::delivery::file::failure_of;
    use crate::domain::SaveFailure;

    pub fn is_open_to_others(about: &Metadata) -> bool {
        about.mode() & 0o077 != 0
    }

    pub fn is_private_and_of(about: &Metadata, owners: &Metadata) -> bool {
        !is_open_to_others(about) && about.uid() == owners.uid()
    }

    /// Why an existing file is not replaced.
    pub fn check_replaceable(path: &Path, about: &Metadata) -> Result<(), SaveFailure> {
        match about.nlink() {
            0 | 1 if rustix::fs::access(path, Access::WRITE_OK).is_ok() => Ok(()),
            0 | 1 => Err(SaveFailure::ReadOnly),
            _ => Err(SaveFailure::HardLinked),
        }
    }

    /// True while it is the same file, and no one has written to it.
    pub fn is_unchanged(before: &Metadata, now: &Metadata) -> bool {
        let facts = |about: &Metadata| {
            let changed = (about.mtime(), about.mtime_nsec(), about.ctime(), about.ctime_nsec());
            (about.dev(), about.ino(), about.len(), changed)
        };
        facts(before) == facts(now)
    }

    /// Makes a new file private, and else like the one that it is going to replace. A umask can only have taken
    /// permissions away, also from the owner; a group that cannot be kept has no rights here anyway. Where permissions
    /// are not kept, the file is as open as the whole disk, and setting them may fail or do nothing: what counts is what
    /// it has afterwards.
    pub fn restrict(new: &File, old: Option<&File>) -> Result<(), SaveFailure> {
        let mut mode = 0o600;
        if let Some(old) = old {
            keep_attributes(old, new)?;
            let old = old.metadata().map_err(failure_of)?;
            let kept = fchown(new, Some(old.uid()), Some(old.gid()));
            if kept.is_err() && new.metadata().is_ok_and(|new| new.uid() != old.uid()) {
                return Err(SaveFailure::NotOwned);
            }
            mode = old.mode() & 0o700;
        }
        let _ = new.set_permissions(Permissions::from_mode(mode));
        let is_open = is_open_to_others(&new.metadata().map_err(failure_of)?);
        if is_open { Err(SaveFailure::NotPrivate) } else { Ok(()) }
    }

    /// Copies the extended attributes, which on Linux also hold the access control list: its entries stay, and the mode
    /// that is set afterwards masks them. What only the system sets (`security.`, `trusted.`) may differ.
    #[cfg(any(target_os = "linux", target_os = "android", target_os = "macos"))]
    fn keep_attributes(old: &File, new: &File) -> Result<(), SaveFailure> {
        use rustix::buffer::spare_capacity;
        use rustix::fs::{XattrFlags, fgetxattr, flistxattr, fsetxattr};

        /// Linux allows no more, neither names nor value (xattr(7)).
        const LONGEST: usize = 64 * 1024;

        let mut names = Vec::with_capacity(LONGEST);
        // A file system without attributes has none to lose.
        if flistxattr(old, spare_capacity(&mut names)).is_err() {
            return Ok(());
        }
        for name in names.split(|byte| *byte == 0).filter(|name| !name.is_empty()) {
            let mut value = Vec::with_capacity(LONGEST);
            let copied = fgetxattr(old, name, spare_capacity(&mut value))
                .and_then(|_| fsetxattr(new, name, &value, XattrFlags::empty()));
            let is_of_system = name.starts_with(b"security.") || name.starts_with(b"trusted.");
            if copied.is_err() && !is_of_system {
                return Err(SaveFailure::Attributes);
            }
        }
        Ok(())
    }

    #[cfg(not(any(target_os = "linux", target_os = "android", target_os = "macos")))]
    fn keep_attributes(_old: &File, _new: &File) -> Result<(), SaveFailure> {
        Ok(())
    }

    pub type Folder = File;

    pub fn open_folder(path: &Path) -> io::Result<Folder> {
        File::open(path)
    }

    /// A new name is on the disk when its folder is (fsync(2)). Some file systems know no such thing for a folder.
    pub fn sync_folder(folder: &Folder) -> io::Result<()> {
        match folder.sync_all() {
            Err(error)
                if matches!(error.kind(), io::ErrorKind::InvalidInput | io::ErrorKind::Unsupported) =>
            {
                Ok(())
            }
            done => done,
        }
    }
}

/// A file gets its permissions from its folder here.
#[cfg(not(unix))]
mod system {
    use std::fs::{File, Metadata};
    use std::io;
    use std::path::Path;

    use crate::domain::SaveFailure;

    pub fn is_open_to_others(_about: &Metadata) -> bool {
        false
    }

    pub fn is_private_and_of(_about: &Metadata, _owners: &Metadata) -> bool {
        true
    }

    pub fn check_replaceable(_path: &Path, about: &Metadata) -> Result<(), SaveFailure> {
        if about.permissions().readonly() { Err(SaveFailure::ReadOnly) } else { Ok(()) }
    }

    pub fn is_unchanged(before: &Metadata, now: &Metadata) -> bool {
        before.len() == now.len() && before.modified().ok() == now.modified().ok()
    }

    pub fn restrict(_new: &File, _old: Option<&File>) -> Result<(), SaveFailure> {
        Ok(())
    }

    /// A folder cannot be opened like a file, and need not be written to the disk.
    pub type Folder = ();

    pub fn open_folder(_path: &Path) -> io::Result<Folder> {
        Ok(())
    }

    pub fn sync_folder(_folder: &Folder) -> io::Result<()> {
        Ok(())
    }
}
