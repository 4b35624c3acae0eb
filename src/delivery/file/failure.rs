//! Why a file was not saved, and what the user is asked before it is updated.

use std::io;

use crate::domain::{ClientId, ServerText, os_error_message};

/// Why a file was not saved, and what to do. A partly written file has been removed, and an existing file is unchanged.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SaveFailure {
    #[error("Not a file name.")]
    NoName,
    #[error("That is a folder.")]
    IsFolder,
    #[error("File already exists.")]
    Exists,
    /// It is an `.env` file whose two variables can be updated if the user agrees.
    #[error("File already exists.")]
    CanUpdate(EnvFile),
    #[error("The file's name says that it is an example, which may be shared.")]
    Example,
    #[error("That is a link to a file that does not exist.")]
    BrokenLink,
    #[error("The file has another name (a hard link), which would keep the old secret.")]
    HardLinked,
    #[error("You have no permission to read and write the file.")]
    ReadOnly,
    /// The existing file belongs to another user, and would not after the update.
    #[error("The file belongs to another user.")]
    NotOwned,
    #[error("Another program changed the file at the same time. It was not updated.")]
    Changed,
    #[error("Another user replaced the file while it was being written. The secret is not in it.")]
    Swapped,
    #[error("Another program has locked the file. It was not updated.")]
    Locked,
    #[error("The file is larger than 1 MiB.")]
    TooLarge,
    #[error("The file is binary or UTF-16.")]
    NotText,
    /// This line, counting from 1, is ambiguous for this reason.
    #[error("Nothing was changed. Line {0} is ambiguous: {1}.")]
    NotPlain(usize, &'static str),
    /// The values of the file are encrypted, or the old value on this line refers to a value in a secret manager.
    #[error(
        "Nothing was changed. Line {0} is encrypted or refers to a secret manager; the new secret would be plain text."
    )]
    Protected(usize),
    #[error("The folder does not exist: {0}.")]
    NoFolder(ServerText),
    #[error("You have no permission to write there.")]
    NotAllowed,
    #[error("No space left on that disk.")]
    Full,
    /// The path begins with `~`, and the home folder is not known.
    #[error("The home folder is not known.")]
    NoHome,
    /// The file system has no permissions, so others could read the file: FAT, and some network folders.
    #[error("This file system cannot keep a file private.")]
    NotPrivate,
    /// Any other error, with the system's message.
    #[error("The file could not be written: {0}.")]
    Other(ServerText),
}

/// What the user is asked before an `.env` file is updated.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct EnvFile {
    /// True if others can read it. The update makes it private.
    pub is_open: bool,
    /// The user ID of its owner, if that is another user.
    pub other_owner: Option<u32>,
    /// The target of the name, which is a symbolic link. The update changes the target.
    pub link_to: Option<ServerText>,
    /// The client ID in it, if it is another account's.
    pub other_client: Option<OtherClient>,
    /// Those of the two variables that are missing and will be added.
    pub missing: Vec<&'static str>,
}

/// A value in place of this account's client ID.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OtherClient {
    Account(ClientId),
    /// Something else. It is not shown, because it could be a secret.
    Unknown,
}

/// What a system error means for saving. The caller fills in the folder, and checks for a folder with the file's name.
impl From<io::Error> for SaveFailure {
    fn from(error: io::Error) -> Self {
        use io::ErrorKind;
        match error.kind() {
            ErrorKind::AlreadyExists => Self::Exists,
            ErrorKind::NotFound | ErrorKind::NotADirectory => Self::NoFolder(ServerText::default()),
            ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem => Self::NotAllowed,
            ErrorKind::StorageFull | ErrorKind::QuotaExceeded => Self::Full,
            _ => Self::Other(os_error_message(&error)),
        }
    }
}

impl SaveFailure {
    /// What happened to the user's file, and what to do.
    pub fn sentence(&self) -> String {
        let advice = match self {
            Self::NoName => " Type a path such as ~/prod.env.",
            Self::IsFolder => " Add the name of a file.",
            Self::Exists
            | Self::Example
            | Self::CanUpdate(_)
            | Self::BrokenLink
            | Self::HardLinked
            | Self::NotOwned
            | Self::TooLarge
            | Self::Protected(_) => " Choose another name.",
            Self::ReadOnly => " Make it writable, or choose another name.",
            Self::Changed | Self::Locked => " Try again.",
            Self::NotText => " Save it as UTF-8, or choose another name.",
            Self::NotPlain(..) => " Edit the line, or choose another name.",
            Self::NoHome => " Type the whole path.",
            Self::NotPrivate | Self::Swapped => " Choose another folder.",
            Self::NoFolder(_) | Self::NotAllowed | Self::Full | Self::Other(_) => "",
        };
        format!("{self}{advice}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_save_failure_has_advice() {
        let rows = [
            (SaveFailure::CanUpdate(EnvFile::default()), "File already exists. Choose another name."),
            (
                SaveFailure::Example,
                "The file's name says that it is an example, which may be shared. Choose another name.",
            ),
            (SaveFailure::ReadOnly, "read and write the file. Make it writable, or choose another name."),
            (SaveFailure::Changed, "It was not updated. Try again."),
            (SaveFailure::NotText, "Save it as UTF-8, or choose another name."),
            (
                SaveFailure::NotPlain(3, "a quote is not closed"),
                "Nothing was changed. Line 3 is ambiguous: a quote is not closed. Edit the line",
            ),
            (
                SaveFailure::Protected(3),
                "Line 3 is encrypted or refers to a secret manager; the new secret would",
            ),
            (SaveFailure::NotPrivate, "This file system cannot keep a file private. Choose another folder."),
            (SaveFailure::NoFolder(ServerText::new("/a")), "The folder does not exist: /a."),
            (SaveFailure::Other(ServerText::new("words")), "The file could not be written: words."),
        ];
        for (failure, expected) in rows {
            let sentence = failure.sentence();
            assert!(sentence.contains(expected), "{sentence}");
            assert!(sentence.matches("Choose").count() <= 1, "{sentence}");
        }
    }

    #[test]
    fn system_errors_become_save_failures() {
        use io::ErrorKind;
        let no_folder = || SaveFailure::NoFolder(ServerText::default());
        let rows = [
            (ErrorKind::AlreadyExists, SaveFailure::Exists),
            (ErrorKind::NotFound, no_folder()),
            (ErrorKind::NotADirectory, no_folder()),
            (ErrorKind::PermissionDenied, SaveFailure::NotAllowed),
            (ErrorKind::ReadOnlyFilesystem, SaveFailure::NotAllowed),
            (ErrorKind::StorageFull, SaveFailure::Full),
            (ErrorKind::QuotaExceeded, SaveFailure::Full),
            (ErrorKind::TimedOut, SaveFailure::Other(ServerText::new("timed out"))),
        ];
        for (kind, failure) in rows {
            assert_eq!(SaveFailure::from(io::Error::from(kind)), failure, "{kind:?}");
        }
    }
}
