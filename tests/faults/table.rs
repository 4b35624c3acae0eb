//! The table as Markdown.

use std::fmt::Write as _;

use crate::row::{End, Journal, Row};

const ABOVE: &str = "\
# What can go wrong, and what is said then

Each row is run by `cargo test --test faults`: the program itself in a pseudo-terminal, against a server on raw
sockets that does what the row says. This file is written from the rows (`UPDATE_FAULTS=1`); a test compares the two.

*POSTs sent* counts the creating requests that reached the server completely, *executed* those that created a secret.
*Journal* is what is left in the folder of notes once the program has ended. For every row the test also looks for the
secret's value in all that was written to the terminal and in every file, and does not find it.
";

const BELOW: &str = "
- Where no connection can be made, the look before the POST fails as well. The program asks, and the person answers
  `y`: only so is the POST itself tried.
- Unless the row says otherwise the person ends as the screen offers it: Ctrl-C on the form, `q` where the outcome is
  unknown, `c`, `q`, `y` where there is a secret. Without a desktop it is sent to the terminal's own clipboard.
- Only a 429 in Atlas's own words is repeated, after its countdown: that is the one fault with more than one POST.
  `Retry-After` counts when it is at most a day; otherwise the countdown has a minute.
- In a debug build the limits of a connection (10 s) and of the POST (60 s) are shortened for the rows that wait for
  them. A release build cannot be told so.
";

/// The whole file.
pub fn markdown(rows: &[Row]) -> String {
    let mut text = ABOVE.to_owned();
    text += "\n| fault | what the screen says | POSTs sent | executed | journal | exit code |\n";
    text += "|---|---|---|---|---|---|\n";
    for row in rows {
        let says: Vec<String> = row.says().map(cell).collect();
        let says = if says.is_empty() { "nothing any more".to_owned() } else { says.join("<br>") };
        let (fault, posts, executed) = (cell(row.fault), row.posts, row.executed);
        let (journal, end) = (journal(row.journal), end(row.end));
        // Writing to a string cannot fail.
        let _ = writeln!(text, "| {fault} | {says} | {posts} | {executed} | {journal} | {end} |");
    }
    text + BELOW
}

fn cell(text: &str) -> String {
    text.replace('|', "\\|")
}

fn journal(journal: Journal) -> &'static str {
    match journal {
        Journal::Nothing => "empty",
        Journal::WithoutId => "a note without id",
        Journal::WithId => "a note with the id",
    }
}

fn end(end: End) -> String {
    match end {
        End::Code(code) => code.to_string(),
        End::Killed => "killed".to_owned(),
    }
}
