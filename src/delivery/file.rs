//! Saving: to a new file that only its owner can read, or to two lines of an existing `.env` file.

mod env;
#[cfg(unix)]
mod existing;
#[cfg(unix)]
mod private;
#[cfg(unix)]
pub(super) use existing::ExistingFile;
#[cfg(unix)]
use private::store;
#[cfg(not(unix))]
mod plain;
#[cfg(not(unix))]
pub(super) use plain::ExistingFile;
#[cfg(not(unix))]
use plain::store;
#[cfg(test)]
mod tests;

use std::io;
use std::path::{Path, PathBuf, absolute};

use secrecy::ExposeSecret;
use zeroize::Zeroizing;

use crate::domain::{
    ENV_VARIABLES, Format, SaveFailure, SavedFile, SecretPayload, ServerText, os_error_message,
};

use super::format::render;

/// Saves `payload` as `path`, in the format that the name asks for. A leading `~` is `home`.
///
/// The file is new, only its owner can read it, and it is on the disk together with its name before this says
/// `Saved`. Nothing is overwritten and no link is followed; after a failure nothing is left. A save that no one
/// waits for any more is finished all the same. For an `.env` file that exists, the failure says that it can be updated.
pub async fn save(
    path: &str,
    home: Option<&Path>,
    payload: &SecretPayload,
) -> Result<SavedFile, SaveFailure> {
    let target = Target::named(path, home)?;
    let format = Format::for_file(path);
    let (text, payload) = (render(format, payload), payload.clone());
    let path = in_background(move || match store(&target, &text) {
        Ok(()) => Ok(shown(&target.path())),
        Err(SaveFailure::Exists) if format == Format::Env => {
            let file = ExistingFile::open(&target.path())?;
            with_secret(&file, &payload)?;
            Err(file.question(&target))
        }
        Err(failure) => Err(failure),
    });
    Ok(SavedFile { path: path.await?, format })
}

/// Changes the two variables in the existing `.env` file `path`. The file is replaced as a whole and keeps everything
/// else; it is on the disk before this says so. One that others can read becomes private, if `may_make_private`.
pub async fn update_env(
    path: &str,
    home: Option<&Path>,
    payload: &SecretPayload,
    may_make_private: bool,
) -> Result<ServerText, SaveFailure> {
    let target = Target::named(path, home)?;
    let payload = payload.clone();
    in_background(move || {
        let file = ExistingFile::open(&target.path())?;
        if file.is_open_to_others() && !may_make_private {
            return Err(file.question(&target));
        }
        file.replace(&with_secret(&file, &payload)?)?;
        Ok(shown(&file.path))
    })
    .await
}

async fn in_background<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, SaveFailure> + Send + 'static,
) -> Result<T, SaveFailure> {
    let interrupted = |_| SaveFailure::Other(ServerText::new("saving was interrupted"));
    tokio::task::spawn_blocking(work).await.map_err(interrupted)?
}

/// The content of an `.env` file with the new secret.
fn with_secret(file: &ExistingFile, payload: &SecretPayload) -> Result<Zeroizing<Vec<u8>>, SaveFailure> {
    let text = file.read()?;
    // UTF-16 has them, too.
    if text.contains(&0) {
        return Err(SaveFailure::NotText);
    }
    let [id, secret] = ENV_VARIABLES;
    let values = [(id, payload.new_secret.client.as_str()), (secret, payload.secret.value.expose_secret())];
    env::with_values(&text, &values).map_err(SaveFailure::NotPlain)
}

impl ExistingFile {
    /// What to ask before it is updated, said as the failure to create it.
    fn question(&self, target: &Target) -> SaveFailure {
        let is_link = target.path().is_symlink();
        SaveFailure::CanUpdate {
            is_open: self.is_open_to_others(),
            link_to: is_link.then(|| shown(&self.path)),
        }
    }
}

/// The path as it is, or escaped where a terminal would not show it as it is; the words then say so.
fn shown(path: &Path) -> ServerText {
    let exact = path.to_str().map(ServerText::new).filter(|text| Some(text.as_str()) == path.to_str());
    exact.unwrap_or_else(|| {
        let escaped = path.as_os_str().as_encoded_bytes().escape_ascii().to_string();
        ServerText::new(&format!("{} (shown escaped)", escaped.replace("  ", r" \x20")))
    })
}

/// The largest file that is read to be changed.
const LARGEST: u64 = 1024 * 1024;

/// A name beside a file, for the one that is going to replace it.
fn temporary_name() -> Result<PathBuf, SaveFailure> {
    let mut random = [0; 8];
    getrandom::fill(&mut random).map_err(|error| SaveFailure::Other(ServerText::new(&error.to_string())))?;
    Ok(PathBuf::from(format!(".atlas-secret-{:016x}", u64::from_ne_bytes(random))))
}

/// A file to be: a whole path, in two parts.
#[derive(Debug, PartialEq, Eq)]
struct Target {
    folder: PathBuf,
    name: PathBuf,
}

impl Target {
    fn path(&self) -> PathBuf {
        self.folder.join(&self.name)
    }

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
