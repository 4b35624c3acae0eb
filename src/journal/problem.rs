//! From the system's errors to the journal's.

use std::io::{self, ErrorKind};

use crate::domain::{JournalProblem, ServerText};

/// What an error of the file work means.
pub(super) fn of(error: &io::Error) -> JournalProblem {
    match error.kind() {
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded => JournalProblem::Full,
        ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem => JournalProblem::NotAllowed,
        ErrorKind::NotFound => JournalProblem::NoFolder,
        _ => JournalProblem::Other(ServerText::new(&error.to_string())),
    }
}

/// What an error of making the folder means. Something else than a folder may stand in its way.
pub(super) fn of_folder(error: &io::Error) -> JournalProblem {
    match error.kind() {
        ErrorKind::NotADirectory | ErrorKind::AlreadyExists => JournalProblem::NoFolder,
        _ => of(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_error_is_said_as_what_it_means() {
        let rows = [
            (ErrorKind::StorageFull, JournalProblem::Full),
            (ErrorKind::QuotaExceeded, JournalProblem::Full),
            (ErrorKind::PermissionDenied, JournalProblem::NotAllowed),
            (ErrorKind::ReadOnlyFilesystem, JournalProblem::NotAllowed),
            (ErrorKind::NotFound, JournalProblem::NoFolder),
        ];
        for (kind, expected) in rows {
            assert_eq!(of(&kind.into()), expected, "{kind:?}");
        }
        let other = io::Error::other("the disk\u{7} burns");
        assert_eq!(of(&other), JournalProblem::Other(ServerText::new("the disk burns")));
        assert_eq!(of_folder(&ErrorKind::AlreadyExists.into()), JournalProblem::NoFolder);
        assert_eq!(of_folder(&ErrorKind::StorageFull.into()), JournalProblem::Full);
    }
}
