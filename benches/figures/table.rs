//! The table of figures, and the statistics for its rows.

use std::fs;
use std::time::Duration;

/// Notes for readers of the table.
const NOTES: &str = "\
A wake-up is a context switch of any of the process's threads. A screen that has read from Atlas is woken once \
more, some 2 s after its last read, when the idle connection is closed; a form also when the minute turns. A copy is \
compared with the clipboard once a second while it is shown. Where nothing else is said, a run talks to an embedded \
Atlas on this machine without TLS: what the network and Atlas itself take comes on top. Every escape sequence begins \
with Esc, so Esc alone counts as a key only after 50 ms: that is what the slow keys of some screens are.";

#[derive(Default)]
pub struct Table {
    rows: Vec<Row>,
}

/// A row: what was measured and how often, the figure, what it is compared to, and the goal.
pub struct Row {
    pub what: String,
    pub figure: String,
    pub beside: String,
    pub goal: String,
}

impl Table {
    /// Adds a row, and reports it on standard error.
    pub fn add(&mut self, what: impl Into<String>, figure: impl Into<String>, beside: &str, goal: &str) {
        let row = Row { what: what.into(), figure: figure.into(), beside: beside.into(), goal: goal.into() };
        eprintln!("{}: {}", row.what, row.figure);
        self.rows.push(row);
    }

    /// Prints the table as Markdown.
    pub fn print(&self) {
        println!("# Figures\n");
        println!(
            "Measured by `cargo bench` on {}, {}.\n",
            jiff::Timestamp::now().to_zoned_datetime(jiff::tz::TimeZone::UTC).strftime("%-d %b %Y"),
            machine()
        );
        println!("| what | atlas-secret | beside it | goal |\n|---|---|---|---|");
        for Row { what, figure, beside, goal } in &self.rows {
            println!("| {what} | {figure} | {beside} | {goal} |");
        }
        println!("\n{NOTES}");
    }
}

/// The number and the name of the processors.
fn machine() -> String {
    let about = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = about
        .lines()
        .find_map(|line| line.strip_prefix("model name"))
        .unwrap_or(": a processor without a name");
    let count = std::thread::available_parallelism().map_or(0, usize::from);
    let system = fs::read_to_string("/etc/os-release").unwrap_or_default();
    let system =
        system.lines().find_map(|line| line.strip_prefix("PRETTY_NAME=")).unwrap_or("an unknown system");
    let model = model.trim_start_matches([' ', '\t', ':']);
    format!("{count} × {model}, {}, release build", system.trim_matches('"'))
}

/// The smallest value that is at least as large as this percentage of the values.
pub fn quantile<Value: Ord + Copy>(values: &[Value], percent: usize) -> Value {
    let mut sorted = values.to_vec();
    sorted.sort_unstable();
    let rank = (sorted.len() * percent).div_ceil(100);
    sorted[rank.saturating_sub(1)]
}

pub fn median<Value: Ord + Copy>(values: &[Value]) -> Value {
    quantile(values, 50)
}

pub fn milliseconds(time: Duration) -> String {
    format!("{:.2} ms", time.as_secs_f64() * 1e3)
}

pub fn microseconds(time: Duration) -> String {
    format!("{:.0} µs", time.as_secs_f64() * 1e6)
}

pub fn mebibytes(kibibytes: u64) -> String {
    let tenths = kibibytes * 10 / 1024;
    format!("{}.{} MiB", tenths / 10, tenths % 10)
}

/// How many times as long as `other` this is.
pub fn ratio(this: Duration, other: Duration) -> String {
    format!("{:.2}×", this.as_secs_f64() / other.as_secs_f64())
}
