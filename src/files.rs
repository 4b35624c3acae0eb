//! Opens and examines files where other users may have access.
//!
//! **Invariant:** the file that is examined is the one that was opened: between examining a name and opening it,
//! another user could replace the file.

use std::fs::{File, Metadata, OpenOptions, symlink_metadata};
use std::io::{self, ErrorKind, Read};
use std::path::Path;
use std::time::SystemTime;

use zeroize::Zeroizing;

/// Opens a file. Does not follow a link, wait for the other end of a pipe, or make a terminal the controlling one. Only
/// its owner can read a new file.
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

/// Returns the content of a file; `None` if it has more bytes than `limit`.
pub fn read_at_most(file: &File, limit: u64) -> io::Result<Option<Zeroizing<Vec<u8>>>> {
    let mut content = Zeroizing::new(Vec::new());
    file.take(limit + 1).read_to_end(&mut content)?;
    Ok((content.len() as u64 <= limit).then_some(content))
}

/// The metadata of a file. On a system without owners and modes, the folder decides who may open the file, so it counts
/// as private and as this user's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FileStat {
    /// Device and inode.
    pub identity: (u64, u64),
    pub owner: u32,
    pub group: u32,
    pub mode: u32,
    pub links: u64,
    pub length: u64,
    modified: Option<SystemTime>,
}

impl FileStat {
    pub fn of(file: &File) -> io::Result<Self> {
        file.metadata().map(|metadata| Self::from(&metadata))
    }

    pub fn is_ours(self) -> bool {
        self.owner == user_id()
    }

    /// True if its group or other users have any access.
    pub fn is_open_to_others(self) -> bool {
        self.mode & 0o077 != 0
    }
}

impl From<&Metadata> for FileStat {
    fn from(metadata: &Metadata) -> Self {
        let stat = Self {
            identity: (0, 0),
            owner: user_id(),
            group: 0,
            mode: 0o600,
            links: 1,
            length: metadata.len(),
            modified: metadata.modified().ok(),
        };
        #[cfg(unix)]
        let stat = {
            use std::os::unix::fs::MetadataExt;
            Self {
                identity: (metadata.dev(), metadata.ino()),
                owner: metadata.uid(),
                group: metadata.gid(),
                mode: metadata.mode() & 0o7777,
                links: metadata.nlink(),
                ..stat
            }
        };
        stat
    }
}

/// Returns the owner of a link that another user has put in the place of this file or of its folder (the folders above
/// are not examined): it leads wherever that user wants, perhaps to a file of our own. Ignores root.
pub fn owner_of_foreign_link(path: &Path) -> Option<u32> {
    let places = [Some(path), path.parent()].into_iter().flatten();
    let links = places.filter_map(|place| symlink_metadata(place).ok()).filter(Metadata::is_symlink);
    let mut owners =
        links.map(|link| FileStat::from(&link)).filter(|link| !link.is_ours() && link.owner != 0);
    owners.next().map(|link| link.owner)
}

/// The effective user ID of this process; 0 is root.
pub fn user_id() -> u32 {
    #[cfg(unix)]
    return rustix::process::geteuid().as_raw();
    #[cfg(not(unix))]
    return 0;
}

/// Sets the permissions of a file, if the system supports them.
pub fn set_mode(file: &File, mode: u32) -> io::Result<()> {
    #[cfg(unix)]
    file.set_permissions(std::os::unix::fs::PermissionsExt::from_mode(mode))?;
    #[cfg(not(unix))]
    let _ = (file, mode);
    Ok(())
}

/// An open folder. Windows cannot open it as a file, and does not need to sync it.
pub struct Folder(Option<File>);

impl Folder {
    pub fn open(path: &Path) -> io::Result<Self> {
        Ok(Self(if cfg!(unix) { Some(File::open(path)?) } else { None }))
    }

    /// Writes the folder's entries to disk: until then, a new one can be lost (fsync(2)). Some file systems do not
    /// support this for folders.
    pub fn sync(&self) -> io::Result<()> {
        match self.0.as_ref().map_or(Ok(()), File::sync_all) {
            Err(error) if matches!(error.kind(), ErrorKind::InvalidInput | ErrorKind::Unsupported) => Ok(()),
            done => done,
        }
    }
}
