//! Draws the pictures of the README from the real screens, and writes the man page and the completions.
//!
//! `cargo run --example pictures` writes what is in `assets`; with `-- --check` it writes nothing, names every
//! file that is no longer what would be written, and ends with 1.
//!
//! A picture is a [`scenes::Scene`]: what a person and Atlas do, one after the other, to the real interface with
//! demo data and a clock that stands still. So the same source always gives the same files.

#![expect(clippy::unwrap_used, reason = "a tool at build time: demo data that does not parse ends it")]

mod film;
mod frame;
mod ink;
mod manual;
mod scenes;
#[expect(dead_code, clippy::panic, reason = "the stage of the tests, which need more of it")]
#[path = "../../tests/support/stage.rs"]
mod stage;
mod svg;

use std::collections::BTreeMap;
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// What each file below `assets` should hold, by its path there.
type Files = BTreeMap<PathBuf, Vec<u8>>;

/// The folders below `assets` that hold nothing but what is written here.
const OWN_FOLDERS: [&str; 2] = ["pictures", "completions"];

fn main() -> io::Result<ExitCode> {
    let assets = Path::new(env!("CARGO_MANIFEST_DIR")).join("assets");
    let files = files()?;
    let stale = stale(&assets, &files)?;
    let only_checks = std::env::args().skip(1).any(|argument| argument == "--check");
    let mut words = io::stderr().lock();
    for path in &stale {
        let what = match files.contains_key(path) {
            _ if only_checks => "stale:",
            true => "wrote",
            false => "removed",
        };
        writeln!(words, "{what} assets/{}", path.display())?;
    }
    if only_checks {
        let is_fresh = stale.is_empty();
        if !is_fresh {
            writeln!(
                words,
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

/// The files that differ, are missing, or that nothing makes any more.
fn stale(assets: &Path, files: &Files) -> io::Result<Vec<PathBuf>> {
    let mut stale: Vec<PathBuf> = files
        .iter()
        // Git may have checked a text file out with other line ends.
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
