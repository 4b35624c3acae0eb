//! Saves the secret: to a new file that only its owner can read, or to two lines of an existing `.env` file.

mod env;
mod failure;
#[cfg(test)]
mod tests;
mod write;

use std::path::{Path, PathBuf, absolute};

use secrecy::ExposeSecret;
use zeroize::Zeroizing;

use crate::domain::{
    ClientId, Delivery, ENV_VARIABLES, Format, SecretPayload, ServerText, is_example_env, path_text,
};
use crate::files::user_id;

use super::format::render;
use super::{blocking, with_home};

use env::EnvText;
pub use failure::{EnvFile, OtherClient, SaveFailure};
pub(super) use write::ExistingFile;
use write::store;

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
        // The system does not say which folder. Some, such as /proc, exist but take no new files.
        Err(SaveFailure::NoFolder(_)) => Err(match path.parent().unwrap_or(&path) {
            folder if folder.is_dir() => {
                SaveFailure::Other(ServerText::new("files cannot be created in this folder"))
            }
            folder => SaveFailure::NoFolder(path_text(folder)),
        }),
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
