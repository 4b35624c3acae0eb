//! Checks which modules of the crate import which.

#![expect(clippy::expect_used, reason = "a test fails if a source file cannot be read")]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// Each module and the modules that it may use. `ARCHITECTURE.md` shows the same to readers.
const DEPENDENCIES: [(&str, &[&str]); 14] = [
    ("domain", &[]),
    ("files", &[]),
    ("process", &["domain", "files"]),
    ("atlas", &["domain"]),
    ("config", &["domain", "files", "process"]),
    ("delivery", &["domain", "files", "process", "config"]),
    ("journal", &["domain", "files"]),
    ("demo", &["domain", "process"]),
    ("jobs", &["domain", "process", "atlas", "config", "journal", "demo"]),
    ("tui", &["domain", "process", "jobs"]),
    ("terminal", &["domain", "process", "tui"]),
    ("headless", &["domain", "process", "delivery", "jobs"]),
    ("cli", &["domain", "config", "delivery"]),
    (
        "shell",
        &[
            "domain", "process", "atlas", "config", "delivery", "journal", "demo", "jobs", "tui", "terminal",
            "headless", "cli",
        ],
    ),
];

/// Names that only modules with input and output may use.
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

/// This file starts the jobs that the interface requests, as tasks.
const RUNNER: &str = "tui/runner.rs";

fn sources() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src")
}

fn rust_files(module: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![sources().join(module)];
    let single = sources().join(format!("{module}.rs"));
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

/// The source without comments.
fn code_of(path: &Path) -> String {
    let text = fs::read_to_string(path).expect("a readable source file");
    text.lines().map(|line| line.split("//").next().unwrap_or_default()).collect::<Vec<_>>().join("\n")
}

/// The modules after `crate::` in a source, including lists in braces.
fn imported_modules(code: &str) -> BTreeSet<String> {
    let mut modules = BTreeSet::new();
    for after in code.split("crate::").skip(1) {
        let names = match after.strip_prefix('{') {
            Some(list) => list.split('}').next().unwrap_or_default(),
            None => after,
        };
        let listed = after.starts_with('{');
        for name in names.split(',').take(if listed { usize::MAX } else { 1 }) {
            let name: String =
                name.trim().chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '_').collect();
            modules.insert(name);
        }
    }
    modules
}

#[test]
fn every_module_is_in_the_table() {
    let mut modules = BTreeSet::new();
    for entry in fs::read_dir(sources()).expect("src") {
        let path = entry.expect("a readable folder").path();
        modules.insert(path.file_stem().expect("a name").to_string_lossy().into_owned());
    }
    let known: BTreeSet<String> =
        DEPENDENCIES.iter().map(|(module, _)| *module).chain(["lib", "main"]).map(str::to_owned).collect();
    assert_eq!(modules, known);
}

#[test]
fn modules_use_only_what_the_table_allows() {
    let mut seen = 0;
    for (module, allowed) in DEPENDENCIES {
        for path in rust_files(module) {
            for named in imported_modules(&code_of(&path)) {
                let is_module = DEPENDENCIES.iter().any(|(known, _)| *known == named);
                seen += usize::from(is_module);
                let may = named == module || allowed.contains(&named.as_str()) || !is_module;
                assert!(may, "{} may not use {named}", path.display());
            }
        }
    }
    assert!(seen > 50, "only {seen} imports were found: the test no longer sees them");
}

#[test]
fn pure_modules_use_nothing_impure() {
    for module in ["domain", "tui"] {
        for path in rust_files(module).into_iter().filter(|path| !path.ends_with(RUNNER)) {
            let code = code_of(&path);
            for word in IMPURE {
                assert!(!code.contains(word), "{} names {word}", path.display());
            }
        }
    }
}

#[test]
fn pure_modules_deny_the_disallowed_methods_and_types() {
    for module in ["domain", "tui"] {
        let code = code_of(&sources().join(module).join("mod.rs"));
        assert!(code.contains("#![deny(clippy::disallowed_methods, clippy::disallowed_types)]"), "{module}");
    }
}

#[test]
fn imports_are_found_in_every_form() {
    let code = "use crate::jobs::Step;\nuse crate::{tui, domain::Exit};\nlet x = crate::atlas::Client;";
    let expected = ["atlas", "domain", "jobs", "tui"].map(str::to_owned);
    assert_eq!(imported_modules(code), BTreeSet::from(expected));
}
