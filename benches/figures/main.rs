//! Measures the program and prints a table that compares it with alternatives: the time to the first frame and of a
//! key, an idle screen, memory, creating a secret, lists, copying. Asserts nothing.
//!
//! `cargo bench` prints the table as Markdown, for `assets/figures.md`. It takes about four minutes, needs an
//! otherwise idle machine, and measures copying only if Xvfb and xclip are installed.
#![cfg(unix)]
#![expect(
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::missing_panics_doc,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a benchmark prints its figures"
)]

/// The terminal harness of the tests. It is public so that unused parts are not reported as dead code.
#[path = "../../tests/support/terminal/mod.rs"]
pub mod terminal;

#[path = "../../tests/clipboard/display.rs"]
pub mod display;
#[path = "../../tests/clipboard/tools.rs"]
pub mod tools;

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
        // `cargo test --all-targets` runs this, too, and must not spend minutes on it.
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
