//! Saving to a new file that only its owner can read.

#[cfg(unix)]
mod private;
#[cfg(unix)]
use private::store;
#[cfg(not(unix))]
mod plain;
#[cfg(not(unix))]
use plain::store;
#[cfg(test)]
mod tests;

use std::io;
use std::path::{Path, PathBuf, absolute};

use secrecy::SecretString;

use crate::domain::{Format, SaveFailure, SavedFile, SecretPayload, ServerText};

use super::format::render;
use super::os::os_error_message;

/// Saves `payload` as `path`, in the format that the name asks for. A leading `~` is `home`.
///
/// The file is new, only its owner can read it, and it is on the disk together with its name before this says
/// `Saved`. Nothing is overwritten and no link is followed; after a failure nothing is left. A save that no one
/// waits for any more is finished all the same.
pub async fn save(
    path: &str,
    home: Option<&Path>,
    payload: &SecretPayload,
) -> Result<SavedFile, SaveFailure> {
    let target = Target::named(path, home)?;
    let format = Format::for_file(path);
    let text = render(format, payload);
    let saving = tokio::task::spawn_blocking(move || save_text(&target, &text));
    let interrupted = |_| SaveFailure::Other(ServerText::new("saving was interrupted"));
    let path = saving.await.map_err(interrupted)??;
    Ok(SavedFile { path, format })
}

fn save_text(target: &Target, text: &SecretString) -> Result<ServerText, SaveFailure> {
    store(target, text)?;
    Ok(shown(&target.folder.join(&target.name)))
}

/// The path as it is, or escaped where a terminal would not show it as it is; the words then say so.
fn shown(path: &Path) -> ServerText {
    let exact = path.to_str().map(ServerText::new).filter(|text| Some(text.as_str()) == path.to_str());
    exact.unwrap_or_else(|| {
        let escaped = path.as_os_str().as_encoded_bytes().escape_ascii().to_string();
        ServerText::new(&format!("{} (shown escaped)", escaped.replace("  ", r" \x20")))
    })
}

/// A file to be: a whole path, in two parts.
#[derive(Debug, PartialEq, Eq)]
struct Target {
    folder: PathBuf,
    name: PathBuf,
}

impl Target {
    fn named(path: &str, home: Option<&Path>) -> Result<Self, SaveFailure> {
        // `dir/` and `dir/.` name a folder, which the parts of a path no longer show.
        if path.trim().is_empty() || path.ends_with(std::path::is_separator) || path.ends_with("/.") {
            return Err(SaveFailure::NoName);
        }
        let whole = absolute(resolved(path, home)?).map_err(|error| failure_of(&error))?;
        match (whole.parent(), whole.file_name()) {
            (Some(folder), Some(name)) => Ok(Self { folder: folder.to_owned(), name: name.into() }),
            _ => Err(SaveFailure::NoName),
        }
    }
}

/// `~` alone is a folder; `~name`, the home of another user, is left as it stands.
fn resolved(path: &str, home: Option<&Path>) -> Result<PathBuf, SaveFailure> {
    let Some(below) = path.strip_prefix('~') else {
        return Ok(path.into());
    };
    match below.strip_prefix(std::path::is_separator) {
        Some(below) => {
            Ok(home.ok_or(SaveFailure::NoHome)?.join(below.trim_start_matches(std::path::is_separator)))
        }
        None if below.is_empty() => Err(SaveFailure::NoName),
        None => Ok(path.into()),
    }
}

/// What a failure means, whichever step it came from. That something exists already is told apart from a folder
/// of that name where it is known.
fn failure_of(error: &io::Error) -> SaveFailure {
    use io::ErrorKind;
    match error.kind() {
        ErrorKind::AlreadyExists => SaveFailure::Exists,
        ErrorKind::NotFound | ErrorKind::NotADirectory => SaveFailure::NoFolder,
        ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem => SaveFailure::NotAllowed,
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded => SaveFailure::Full,
        _ => SaveFailure::Other(os_error_message(error)),
    }
}
