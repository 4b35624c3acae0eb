//! The steps of saving where a new file gets its permissions from its folder.

use std::fs::{self, File};
use std::io::{self, Write};

use secrecy::{ExposeSecret, SecretString};

use crate::domain::SaveFailure;

use super::{Target, failure_of};

/// Stores `text` as the new file `target`.
pub(super) fn store(target: &Target, text: &SecretString) -> Result<(), SaveFailure> {
    let path = target.folder.join(&target.name);
    let mut file = match File::create_new(&path) {
        Ok(file) => file,
        Err(_) if path.is_dir() => return Err(SaveFailure::NoName),
        Err(error) => return Err(failure_of(&error)),
    };
    fill(&mut file, text).map_err(|error| {
        drop(file);
        // The failure that led here is what is told; there is nothing to be done about one more.
        let _ = fs::remove_file(&path);
        failure_of(&error)
    })
}

fn fill(file: &mut File, text: &SecretString) -> io::Result<()> {
    file.write_all(text.expose_secret().as_bytes())?;
    file.sync_all()
}
