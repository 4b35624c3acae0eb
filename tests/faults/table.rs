//! Writes the table as Markdown.

use std::fmt::Write as _;

use crate::row::{End, Journal, Row};

const BEFORE_TABLE: &str = "\
# Faults, and what the program says

Each row is run by `cargo test --test faults`: the program itself in a pseudo-terminal, against a server on raw
sockets that does what the row says. This file is written from the rows (`UPDATE_FAULTS=1`); a test compares the two.

*POSTs sent* counts the creating requests that reached the server completely, *executed* those that created a secret.
*Journal* is what is left in the folder of records after the program has ended. For every row the test also searches for
the secret's value in everything that was written to the terminal and in every file, and does not find it.
";

const AFTER_TABLE: &str = "
- If no connection can be made, reading the account before the POST fails, too. The program asks, and the user answers
  `y`. Only then is the POST tried.
- Unless the row says otherwise, the user quits as the screen offers: Ctrl-C on the form, `q` if the outcome is unknown,
  `c`, `q`, `y` if there is a secret. Without a desktop, the copy is sent to the terminal's own clipboard.
- Only a 429 from Atlas itself is retried, after a countdown. No other fault has more than one POST. `Retry-After` is used
  if it is at most a day; otherwise the countdown is one minute.
- In a debug build, the limits of a connection (10 s) and of the POST (60 s) are shortened for the rows that wait for
  them. A release build has no such setting.
";

/// The whole file.
pub fn markdown(rows: &[Row]) -> String {
    let mut text = BEFORE_TABLE.to_owned();
    text += "\n| fault | what the screen says | POSTs sent | executed | journal | exit code |\n";
    text += "|---|---|---|---|---|---|\n";
    for row in rows {
        let says: Vec<String> = row.says().map(part_of_screen).collect();
        let says = if says.is_empty() { "nothing is printed".to_owned() } else { says.join("<br>") };
        let (fault, posts, executed) = (cell(row.fault), row.posts, row.executed);
        let (journal, end) = (journal(row.journal), end(row.end));
        // Writing to a string cannot fail.
        let _ = writeln!(text, "| {fault} | {says} | {posts} | {executed} | {journal} | {end} |");
    }
    text + AFTER_TABLE
}

/// Adds ellipses where the text is a part of a sentence.
fn part_of_screen(text: &str) -> String {
    let before = if text.starts_with(char::is_lowercase) { "…" } else { "" };
    let is_whole = text.ends_with(['.', '?']) || ["Secret created", "its value is lost"].contains(&text);
    format!("{before}{}{}", cell(text), if is_whole { "" } else { "…" })
}

fn cell(text: &str) -> String {
    text.replace('|', "\\|")
}

fn journal(journal: Journal) -> &'static str {
    match journal {
        Journal::Nothing => "empty",
        Journal::WithoutId => "a record without ID",
        Journal::WithId => "a record with the ID",
    }
}

fn end(end: End) -> String {
    match end {
        End::Code(code) => code.to_string(),
        End::Killed => "killed".to_owned(),
    }
}
