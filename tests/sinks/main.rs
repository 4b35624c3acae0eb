//! Saving, printing and piping in a separate process: with another umask, as another user, on a full disk, with
//! different kinds of standard output, and under the job control of a real shell.

#![cfg(unix)]
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "helpers panic on failure, and the program under test responds on its stderr"
)]

#[path = "../support/mod.rs"]
pub mod support;

mod commands;
mod printing;
mod program;
mod saving;

/// The secret of every test, plainly fake.
const VALUE: &str = "mdb_sa_sk_FAKEfakeFAKEfakeFAKEfakeFAKEfakeFAKE9f3a";
