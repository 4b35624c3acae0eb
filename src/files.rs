//! Files in places that other users may reach: how they are opened, and what the system says of them.
//!
//! **Invariant:** what is examined is what was opened: between a look at a name and opening it, another user could put
//! something else there.

use std::fs::{File, Metadata, OpenOptions};
use std::io::{self, ErrorKind, Read};
use std::path::Path;
use std::time::SystemTime;

use zeroize::Zeroizing;

/// Opens a file, but not through a link, without waiting for the other end of a pipe, and without making a terminal this
/// process's own. A new file is readable only by its owner.
pub fn open(path: &Path, options: &mut OpenOptions) -> io::Result<File> {
    #[cfg(unix)]
    {
        use rustix::fs::OFlags;
        use std::os::unix::fs::OpenOptionsExt;
        let flags = OFlags::NONBLOCK | OFlags::NOCTTY | OFlags::NOFOLLOW;
        options.mode(0o600).custom_flags(flags.bits().cast_signed());
    }
    options.open(path)
}

/// The content of a file; `None` if it has more bytes than `limit`.
pub fn read_at_most(file: &File, limit: u64) -> io::Result<Option<Zeroizing<Vec<u8>>>> {
    let mut content = Zeroizing::new(Vec::new());
    file.take(limit + 1).read_to_end(&mut content)?;
    Ok((content.len() as u64 <= limit).then_some(content))
}

/// What the system says of a file. Where it knows neither owners nor modes, the folder of a file decides who may open it,
/// and the file counts as private and this user's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FileStat {
    /// Device and inode.
    pub identity: (u64, u64),
    /// The owner's user ID.
    pub owner: u32,
    /// The group's ID.
    pub group: u32,
    /// The permissions.
    pub mode: u32,
    /// How many names it has.
    pub links: u64,
    /// In bytes.
    pub length: u64,
    modified: Option<SystemTime>,
    /// When its content or anything else here changed: seconds and nanoseconds.
    changed: (i64, i64),
}

impl FileStat {
    /// Asks about an open file.
    pub fn of(file: &File) -> io::Result<Self> {
        file.metadata().map(|about| Self::from(&about))
    }

    /// True if its owner is this user.
    pub fn is_ours(self) -> bool {
        self.owner == user_id()
    }

    /// True if its group or everybody may do anything with it.
    pub fn is_open_to_others(self) -> bool {
        self.mode & 0o077 != 0
    }
}

impl From<&Metadata> for FileStat {
    #[cfg(unix)]
    fn from(about: &Metadata) -> Self {
        use std::os::unix::fs::MetadataExt;
        Self {
            identity: (about.dev(), about.ino()),
            owner: about.uid(),
            group: about.gid(),
            mode: about.mode() & 0o7777,
            links: about.nlink(),
            length: about.len(),
            modified: about.modified().ok(),
            changed: (about.ctime(), about.ctime_nsec()),
        }
    }

    #[cfg(not(unix))]
    fn from(about: &Metadata) -> Self {
        Self {
            identity: (0, 0),
            owner: user_id(),
            group: 0,
            mode: 0o600,
            links: 1,
            length: about.len(),
            modified: about.modified().ok(),
            changed: (0, 0),
        }
    }
}

/// The user whose rights this process has; 0 is root.
#[cfg(unix)]
pub fn user_id() -> u32 {
    rustix::process::geteuid().as_raw()
}

/// Where users have no numbers.
#[cfg(not(unix))]
pub fn user_id() -> u32 {
    0
}

/// Sets the permissions of a file, where the system knows them.
pub fn set_mode(file: &File, mode: u32) -> io::Result<()> {
    #[cfg(unix)]
    file.set_permissions(std::os::unix::fs::PermissionsExt::from_mode(mode))?;
    #[cfg(not(unix))]
    let _ = (file, mode);
    Ok(())
}

/// An open folder. On Windows it cannot be opened like a file, and need not be written to the disk.
pub struct Folder(Option<File>);

impl Folder {
    /// Opens it.
    pub fn open(path: &Path) -> io::Result<Self> {
        Ok(Self(if cfg!(unix) { Some(File::open(path)?) } else { None }))
    }

    /// Writes its names to the disk: until then a new one can be lost (fsync(2)). Some file systems know no such thing for a
    /// folder.
    pub fn sync(&self) -> io::Result<()> {
        match self.0.as_ref().map_or(Ok(()), File::sync_all) {
            Err(error) if matches!(error.kind(), ErrorKind::InvalidInput | ErrorKind::Unsupported) => Ok(()),
            done => done,
        }
    }
}
