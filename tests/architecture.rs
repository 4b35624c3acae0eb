//! Checks which modules of the crate import which.

#![expect(clippy::expect_used, reason = "a test fails if a source file cannot be read")]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

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

/// Each module and the modules that it may use, from the table in `ARCHITECTURE.md`.
fn dependencies() -> Vec<(String, Vec<String>)> {
    let names = |cell: &str| cell.split('`').skip(1).step_by(2).map(str::to_owned).collect::<Vec<_>>();
    let rows = include_str!("../ARCHITECTURE.md").lines().filter(|line| line.starts_with("| `"));
    let mut table: Vec<(String, Vec<String>)> = Vec::new();
    for row in rows {
        let cells: Vec<&str> = row.split('|').collect();
        let allowed = match cells[3].trim() {
            "all" => table.iter().map(|(module, _)| module.clone()).collect(),
            cell => names(cell),
        };
        table.push((names(cells[1]).remove(0), allowed));
    }
    table
}

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
    let table = dependencies().into_iter().map(|(module, _)| module);
    assert_eq!(modules, table.chain(["lib", "main"].map(str::to_owned)).collect());
}

#[test]
fn modules_use_only_what_the_table_allows() {
    let (table, mut seen) = (dependencies(), 0);
    for (module, allowed) in &table {
        for path in rust_files(module) {
            for named in imported_modules(&code_of(&path)) {
                let is_module = table.iter().any(|(known, _)| *known == named);
                seen += usize::from(is_module);
                let may = named == *module || allowed.contains(&named) || !is_module;
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

/// The functions of `delivery` deliver the secret. Only the executor of the interface's commands may call
/// them.
#[test]
fn the_interface_uses_only_types_of_delivery() {
    let mut types = 0;
    for path in rust_files("tui") {
        for after in code_of(&path).split("delivery::").skip(1) {
            let names =
                after.strip_prefix('{').map_or(after, |list| list.split('}').next().unwrap_or_default());
            let listed = if after.starts_with('{') { usize::MAX } else { 1 };
            for name in names.split(',').map(str::trim).filter(|name| !name.is_empty()).take(listed) {
                assert!(
                    name.starts_with(|first: char| first.is_ascii_uppercase()),
                    "{}: {name}",
                    path.display()
                );
                types += 1;
            }
        }
    }
    assert!(types > 10, "only {types} types were found: the test no longer sees them");
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
