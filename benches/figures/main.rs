//! What the program costs, as one table beside what else could be used: the time to the first frame and of a
//! key, an idle screen, memory, creating a secret, lists, copying. Asserts nothing.
//!
//! `cargo bench` prints the table as Markdown, ready to stand in `assets/figures.md`. It takes some four
//! minutes, wants a machine that does nothing else, and measures copying only where Xvfb and xclip are
//! installed.
#![cfg(unix)]
#![expect(
    clippy::expect_used,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a bench prints, and has no caller"
)]

/// The harness of the tests; its whole interface is public so that no part of it counts as unused here.
#[path = "../../tests/support/terminal/mod.rs"]
pub mod terminal;

mod atlas;
mod clipboard;
mod creating;
mod deciding;
mod far;
mod process;
mod screens;
mod starting;
mod table;

use atlas::Atlas;
use table::Table;

fn main() {
    let is_asked_for = |mode: &str| std::env::args().any(|argument| argument == mode);
    if is_asked_for(starting::BARE) {
        return starting::bare();
    }
    if !is_asked_for("--bench") {
        // `cargo test --all-targets` runs this too, and has no use for minutes of measuring.
        return println!("measures only as `cargo bench`");
    }
    if clipboard::is_on_display() {
        return clipboard::measure();
    }
    let atlas = Atlas::start();
    let mut table = Table::default();
    starting::report(&mut table);
    let bare_key = starting::report_bare_key(&mut table);
    screens::report(&mut table, &atlas, bare_key);
    creating::report(&mut table, &atlas);
    far::report(&mut table, &atlas);
    deciding::report(&mut table);
    clipboard::report(&mut table);
    table.print();
}
