//! Draws the pictures of the README from the real screens, and writes the man page and the completions.
//!
//! `cargo run --example pictures` writes the files in `assets`. With `-- --check` it writes nothing, lists the files
//! that are out of date, and exits with 1 if there are any.
//!
//! A picture is a [`scenes::Scene`]: a sequence of keys and responses for the real interface, with demo data and a
//! fixed clock. The same source always results in the same files.

#![expect(clippy::unwrap_used, reason = "invalid demo data ends this build tool")]

mod film;
mod frame;
mod ink;
mod manual;
mod scenes;
#[expect(dead_code, clippy::panic, reason = "the tests use more of it")]
#[path = "../../tests/support/stage.rs"]
mod stage;
mod svg;

use std::collections::BTreeMap;
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// The content of the files below `assets`, by path.
type Files = BTreeMap<PathBuf, Vec<u8>>;

/// The folders below `assets` that only contain generated files.
const OWN_FOLDERS: [&str; 2] = ["pictures", "completions"];

fn main() -> io::Result<ExitCode> {
    let assets = Path::new(env!("CARGO_MANIFEST_DIR")).join("assets");
    let files = files()?;
    let stale = stale(&assets, &files)?;
    let only_checks = std::env::args().skip(1).any(|argument| argument == "--check");
    let mut stderr = io::stderr().lock();
    for path in &stale {
        let what = match files.contains_key(path) {
            _ if only_checks => "stale:",
            true => "wrote",
            false => "removed",
        };
        writeln!(stderr, "{what} assets/{}", path.display())?;
    }
    if only_checks {
        let is_fresh = stale.is_empty();
        if !is_fresh {
            writeln!(
                stderr,
                "`cargo run --example pictures` makes them anew; look at them before committing."
            )?;
        }
        return Ok(if is_fresh { ExitCode::SUCCESS } else { ExitCode::FAILURE });
    }
    for path in stale {
        let whole = assets.join(&path);
        match files.get(&path) {
            Some(content) => write(&whole, content)?,
            None => fs::remove_file(whole)?,
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn files() -> io::Result<Files> {
    let mut files = manual::files()?;
    let folder = Path::new("pictures");
    for scene in scenes::all() {
        files.insert(folder.join(format!("{}.svg", scene.name)), svg::still(&scene).into_bytes());
    }
    files.insert(folder.join("main-path.svg"), svg::moving(film::ABOUT, &film::shots()).into_bytes());
    Ok(files)
}

/// The files that differ, are missing, or are no longer generated.
fn stale(assets: &Path, files: &Files) -> io::Result<Vec<PathBuf>> {
    let mut stale: Vec<PathBuf> = files
        .iter()
        // Git may have checked out text files with other line endings.
        .filter(|(path, content)| {
            fs::read(assets.join(path)).map(without_returns).ok().as_ref() != Some(content)
        })
        .map(|(path, _)| path.clone())
        .collect();
    for folder in OWN_FOLDERS {
        let Ok(entries) = fs::read_dir(assets.join(folder)) else { continue };
        for entry in entries {
            let path = Path::new(folder).join(entry?.file_name());
            if !files.contains_key(&path) {
                stale.push(path);
            }
        }
    }
    Ok(stale)
}

fn without_returns(content: Vec<u8>) -> Vec<u8> {
    content.into_iter().filter(|byte| *byte != b'\r').collect()
}

fn write(path: &Path, content: &[u8]) -> io::Result<()> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    fs::write(path, content)
}
