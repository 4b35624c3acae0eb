//! The rooms of the crate and who may import whom. The direction of the arrows may not turn.

#![expect(clippy::expect_used, reason = "a source that cannot be read ends the test")]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// Each room and the rooms that it may use. `lib.rs` shows the same to readers.
const ARROWS: [(&str, &[&str]); 10] = [
    ("domain", &[]),
    ("core", &["domain"]),
    ("view", &["core", "domain"]),
    ("atlas", &["domain"]),
    ("config", &["domain"]),
    ("delivery", &["domain"]),
    ("journal", &["domain"]),
    ("demo", &["domain"]),
    ("cli", &["domain", "delivery"]),
    ("shell", &["domain", "core", "view", "atlas", "config", "delivery", "journal", "demo", "cli"]),
];

/// What only rooms with input and output may name.
const IMPURE: [&str; 12] = [
    "tokio",
    "reqwest",
    "hyper",
    "arboard",
    "rustix",
    "std::fs",
    "std::env",
    "std::net",
    "std::process",
    "std::thread",
    "std::sync",
    "EventStream",
];

fn sources() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src")
}

fn rust_files(room: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![sources().join(room)];
    let single = sources().join(format!("{room}.rs"));
    if single.is_file() {
        found.push(single);
    }
    while let Some(folder) = folders.pop() {
        let Ok(entries) = fs::read_dir(&folder) else { continue };
        for entry in entries {
            let path = entry.expect("a readable folder").path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                found.push(path);
            }
        }
    }
    found
}

/// The source without comments: what they say is no import.
fn code_of(path: &Path) -> String {
    let text = fs::read_to_string(path).expect("a readable source file");
    text.lines().map(|line| line.split("//").next().unwrap_or_default()).collect::<Vec<_>>().join("\n")
}

/// The rooms that a source names after `crate::`, also in a list in braces.
fn rooms_named(code: &str) -> BTreeSet<String> {
    let mut rooms = BTreeSet::new();
    for after in code.split("crate::").skip(1) {
        let names = match after.strip_prefix('{') {
            Some(list) => list.split('}').next().unwrap_or_default(),
            None => after,
        };
        let listed = after.starts_with('{');
        for name in names.split(',').take(if listed { usize::MAX } else { 1 }) {
            let name: String =
                name.trim().chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '_').collect();
            rooms.insert(name);
        }
    }
    rooms
}

#[test]
fn every_room_stands_in_the_table() {
    let mut rooms = BTreeSet::new();
    for entry in fs::read_dir(sources()).expect("src") {
        let path = entry.expect("a readable folder").path();
        rooms.insert(path.file_stem().expect("a name").to_string_lossy().into_owned());
    }
    let known: BTreeSet<String> =
        ARROWS.iter().map(|(room, _)| *room).chain(["lib", "main"]).map(str::to_owned).collect();
    assert_eq!(rooms, known);
}

#[test]
fn no_arrow_turns() {
    let mut seen = 0;
    for (room, allowed) in ARROWS {
        for path in rust_files(room) {
            for named in rooms_named(&code_of(&path)) {
                let is_room = ARROWS.iter().any(|(known, _)| *known == named);
                seen += usize::from(is_room);
                let may = named == room || allowed.contains(&named.as_str()) || !is_room;
                assert!(may, "{} may not use {named}", path.display());
            }
        }
    }
    assert!(seen > 50, "only {seen} imports were found: the test no longer sees them");
}

#[test]
fn the_pure_rooms_name_nothing_impure() {
    for room in ["domain", "core", "view"] {
        for path in rust_files(room) {
            let code = code_of(&path);
            for word in IMPURE {
                assert!(!code.contains(word), "{} names {word}", path.display());
            }
        }
    }
}

#[test]
fn the_pure_rooms_deny_what_clippy_lists() {
    for room in ["domain", "core", "view"] {
        let code = code_of(&sources().join(room).join("mod.rs"));
        assert!(code.contains("#![deny(clippy::disallowed_methods, clippy::disallowed_types)]"), "{room}");
    }
}

#[test]
fn imports_are_seen_in_every_form() {
    let code = "use crate::core::Model;\nuse crate::{view, domain::Exit};\nlet x = crate::atlas::Client;";
    let expected = ["atlas", "core", "domain", "view"].map(str::to_owned);
    assert_eq!(rooms_named(code), BTreeSet::from(expected));
}
