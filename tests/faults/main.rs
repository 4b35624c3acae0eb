//! The table of faults between this machine and Atlas, as tests: each row runs the program in a pseudo-terminal, with
//! a server on raw sockets that behaves as the row says.
//!
//! `UPDATE_FAULTS=1 cargo test --test faults` writes the table to `assets/faults.md`. `FAULT="201 without secret"
//! cargo test --test faults` runs a single row.

// A release build has no setting for shorter limits, and the longest one is a minute.
#![cfg(all(unix, debug_assertions))]
#![expect(clippy::unwrap_used, reason = "tests and their helpers panic on failure")]
#![expect(clippy::print_stdout, reason = "the test prints rows that fail or are skipped")]

#[path = "../support/mod.rs"]
pub mod support;

mod account;
mod atlas;
mod fault;
mod host;
mod row;
mod rows;
mod running;
mod table;

use std::collections::BTreeSet;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};

use row::Row;

/// How many rows run at the same time. Most of the time they wait.
const AT_ONCE: usize = 8;

#[test]
fn every_fault_ends_as_the_table_says() {
    let wanted = std::env::var("FAULT").ok();
    let is_wanted = |row: &Row| wanted.as_deref().is_none_or(|wanted| wanted == row.fault);
    let rows: Vec<Row> = rows::all().into_iter().filter(is_wanted).collect();
    let next = AtomicUsize::new(0);
    let run_some = || {
        let mut failed = Vec::new();
        while let Some(row) = rows.get(next.fetch_add(1, Ordering::Relaxed)) {
            // The panic has printed the screen. Run the other rows anyway.
            if catch_unwind(AssertUnwindSafe(|| running::run(row))).is_err() {
                println!("failed:{}", row.fault);
                failed.push(row.fault);
            }
        }
        failed
    };
    let failed: Vec<&str> = std::thread::scope(|scope| {
        let workers: Vec<_> = (0..AT_ONCE).map(|_| scope.spawn(run_some)).collect();
        workers.into_iter().flat_map(|worker| worker.join().unwrap()).collect()
    });
    assert!(!rows.is_empty(), "no row has this name");
    assert_eq!(failed, [""; 0], "rows that failed");
}

#[test]
fn no_row_expects_a_second_secret() {
    let rows = rows::all();
    let names: BTreeSet<&str> = rows.iter().map(|row| row.fault).collect();
    assert_eq!(names.len(), rows.len(), "two rows have the same name");
    for row in rows {
        assert!(row.executed <= 1, "{}", row.fault);
        assert!(row.executed <= row.posts, "{}", row.fault);
    }
}

#[test]
fn the_table_in_assets_is_up_to_date() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("assets").join("faults.md");
    let table = table::markdown(&rows::all());
    if std::env::var("UPDATE_FAULTS").is_ok_and(|update| update == "1") {
        std::fs::write(&path, &table).unwrap();
    }
    let kept = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(kept == table, "assets/faults.md is out of date: UPDATE_FAULTS=1 cargo test --test faults");
}
