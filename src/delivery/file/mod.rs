//! Saves the secret: to a new file that only its owner can read, or to two lines of an existing `.env` file.

mod env;
#[cfg(test)]
mod tests;
mod write;

use std::io;
use std::path::{Path, PathBuf, absolute};

use secrecy::ExposeSecret;
use zeroize::Zeroizing;

use crate::domain::{
    ClientId, Delivery, ENV_VARIABLES, Format, SecretPayload, ServerText, is_example_env, os_error_message,
    path_text,
};
use crate::files::user_id;

use super::format::render;
use super::{blocking, with_home};

use env::EnvText;
pub(super) use write::ExistingFile;
use write::store;

/// Why a file was not saved, and what to do. A partly written file has been removed, and an existing file is unchanged.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SaveFailure {
    #[error("Not a file name. Type a path such as ~/prod.env.")]
    NoName,
    #[error("That is a folder. Add the name of a file.")]
    IsFolder,
    #[error("File already exists. Choose another name.")]
    Exists,
    /// It is an `.env` file whose two variables can be updated if the user agrees.
    #[error("File already exists.")]
    CanUpdate(EnvFile),
    #[error("The file's name says that it is an example, which may be shared. Choose another name.")]
    Example,
    #[error("That is a link to a file that does not exist.")]
    BrokenLink,
    #[error("The file has another name (a hard link), which would keep the old secret. Remove that name.")]
    HardLinked,
    #[error("You have no permission to read and write the file. Make it writable.")]
    ReadOnly,
    /// The existing file belongs to another user, and would not after the update.
    #[error("The file belongs to another user.")]
    NotOwned,
    #[error("Another program changed the file at the same time. It was not updated. Try again.")]
    Changed,
    #[error(
        "Another user replaced the file while it was written. The secret is not in it. Choose another folder."
    )]
    Swapped,
    #[error("Another program has locked the file. It was not updated. Try again.")]
    Locked,
    #[error("The file is larger than 1 MiB.")]
    TooLarge,
    #[error("The file is binary or UTF-16. Save it as UTF-8, or choose another name.")]
    NotText,
    /// This line, counting from 1, is ambiguous for this reason.
    #[error("Nothing was changed. Line {0} is ambiguous: {1}. Edit the line, or choose another name.")]
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
    #[error("The home folder is not known. Type the whole path.")]
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

/// What a system error means for saving.
impl From<io::Error> for SaveFailure {
    fn from(error: io::Error) -> Self {
        use io::ErrorKind;
        match error.kind() {
            ErrorKind::AlreadyExists => Self::Exists,
            ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem => Self::NotAllowed,
            ErrorKind::StorageFull | ErrorKind::QuotaExceeded => Self::Full,
            _ => Self::Other(os_error_message(&error)),
        }
    }
}

/// Saves `payload` as `path`, in the format that fits the name. A leading `~` is replaced by `home`.
///
/// The file is new and only its owner can read it; the file and its name are on disk before this returns. Nothing is
/// overwritten and no link is followed; after a failure no file is left. If this future is dropped, the save still
/// finishes. If the path is an existing `.env` file, the failure says that it can be updated.
pub async fn save(path: &str, home: Option<&Path>, payload: &SecretPayload) -> Result<Delivery, SaveFailure> {
    let format = Format::for_file(path);
    if is_example_env(path) {
        return Err(SaveFailure::Example);
    }
    let path = absolute_path(path, home)?;
    let (text, payload) = (render(format, payload), payload.clone());
    blocking(move || match store(&path, text.expose_secret().as_bytes()) {
        Ok(()) => Ok(Delivery::Saved { path: path_text(&path) }),
        Err(SaveFailure::Exists) if format == Format::Env => {
            let (question, _) = update(&path, &ExistingFile::open(&path)?, &payload)?;
            Err(SaveFailure::CanUpdate(question))
        }
        Err(SaveFailure::Exists) if path.is_symlink() && !path.exists() => Err(SaveFailure::BrokenLink),
        Err(failure) => Err(failure),
    })
    .await
}

/// Changes the two variables in the existing `.env` file `path`. The whole file is replaced but keeps everything else;
/// it is on disk before this returns. The user has agreed to update `agreed`: if there is another file now, or it has
/// become readable by others, or has another owner or other variables, the failure asks for agreement again.
pub async fn update_env(
    path: &str,
    home: Option<&Path>,
    payload: &SecretPayload,
    agreed: &EnvFile,
) -> Result<Delivery, SaveFailure> {
    let path = absolute_path(path, home)?;
    let (payload, agreed) = (payload.clone(), agreed.clone());
    blocking(move || {
        let file = ExistingFile::open(&path)?;
        let (question, text) = update(&path, &file, &payload)?;
        if question != (EnvFile { is_open: question.is_open && agreed.is_open, ..agreed }) {
            return Err(SaveFailure::CanUpdate(question));
        }
        file.replace(&text)?;
        Ok(Delivery::Updated { place: path_text(&file.path) })
    })
    .await
}

/// Returns the facts that the user must agree to before the file is updated, and its content with the new secret.
fn update(
    path: &Path,
    file: &ExistingFile,
    payload: &SecretPayload,
) -> Result<(EnvFile, Zeroizing<Vec<u8>>), SaveFailure> {
    let content = file.read()?;
    let env = EnvText::parse(&content);
    let [id, secret] = ENV_VARIABLES;
    let client = payload.new_secret.account.client.as_str();
    let text = env.with_values(&[(id, client), (secret, payload.secret.value.expose_secret())])?;
    let mut others = env.values(id);
    others.retain(|value| !value.is_empty() && value != client);
    let account = others.iter().find_map(|value| ClientId::parse(value).ok()).map(OtherClient::Account);
    let question = EnvFile {
        is_open: file.stat.is_open_to_others(),
        // Only root could give the new file that owner; for any other user, the update fails later and replaces nothing.
        other_owner: (user_id() == 0 && !file.stat.is_ours()).then_some(file.stat.owner),
        link_to: path.is_symlink().then(|| path_text(&file.path)),
        other_client: account.or((!others.is_empty()).then_some(OtherClient::Unknown)),
        missing: ENV_VARIABLES.into_iter().filter(|name| env.is_missing(name)).collect(),
    };
    Ok((question, text))
}

/// Returns the absolute path of a file.
fn absolute_path(path: &str, home: Option<&Path>) -> Result<PathBuf, SaveFailure> {
    if path.trim().is_empty() {
        return Err(SaveFailure::NoName);
    }
    // `dir/` and `dir/.` name a folder, which the components of a path no longer show.
    if path.ends_with(std::path::is_separator) || path.ends_with("/.") {
        return Err(SaveFailure::IsFolder);
    }
    let path = absolute(with_home(path, home).ok_or(SaveFailure::NoHome)?)?;
    if path.file_name().is_some() { Ok(path) } else { Err(SaveFailure::IsFolder) }
}
