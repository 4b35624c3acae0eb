//! The time from the start of the process to the first frame, compared to a minimal ratatui program (this benchmark,
//! started with [`BARE`]) and `echo`.

use std::ffi::OsString;
use std::path::PathBuf;
use std::time::Duration;

use ratatui::crossterm::event::{Event, KeyCode, read};
use ratatui::widgets::Paragraph;

use crate::screens::{Keys, type_keys};
use crate::table::{Table, median, milliseconds, quantile, ratio};
use crate::terminal::{Program, Terminal};

/// The argument that makes this benchmark the minimal program.
pub const BARE: &str = "--bare";
/// The text to wait for.
const LABEL: &str = "Project ID";
/// How often each program is started.
const STARTS: usize = 60;

/// A minimal ratatui program: draws the label, counts keys, and quits with `q`.
pub fn bare() {
    let mut terminal = ratatui::init();
    let mut count = 0;
    loop {
        let text = format!("{LABEL}\n{count} keys");
        terminal.draw(|frame| frame.render_widget(Paragraph::new(text), frame.area())).expect("a frame");
        let Event::Key(pressed) = read().expect("a key") else {
            continue;
        };
        if pressed.code == KeyCode::Char('q') {
            break;
        }
        count += 1;
    }
    ratatui::restore();
}

/// A program to compare.
struct Subject {
    path: PathBuf,
    argument: OsString,
}

impl Subject {
    fn of(path: impl Into<PathBuf>, argument: &str) -> Self {
        Self { path: path.into(), argument: argument.into() }
    }

    fn bare() -> Self {
        Self::of(std::env::current_exe().expect("the path of this bench"), BARE)
    }

    fn prepare(&self) -> Program {
        Terminal::run(&self.path).arg(&self.argument)
    }

    fn time_to_label(&self) -> Duration {
        let mut terminal = self.prepare().start();
        terminal.wait_for(LABEL);
        terminal.started().elapsed()
    }
}

/// Starts the programs in turn, in a different order in each round, so that load on the machine affects all of them.
pub fn report(table: &mut Table) {
    let subjects = [
        Subject::of(env!("CARGO_BIN_EXE_atlas-secret"), "--demo"),
        Subject::bare(),
        Subject::of("/bin/echo", LABEL),
    ];
    let mut times = [const { Vec::new() }; 3];
    for turn in 0..STARTS * subjects.len() {
        let which = (turn + turn / subjects.len()) % subjects.len();
        times[which].push(subjects[which].time_to_label());
    }
    let [program, bare, echo] = times.each_ref().map(|times| median(times));
    table.add(
        format!("start to the first frame, median of {STARTS}"),
        format!("{} = {} bare", milliseconds(program), ratio(program, bare)),
        &format!("bare ratatui {}, `echo` {}", milliseconds(bare), milliseconds(echo)),
        "≤ 1.2× bare",
    );
}

/// The time of a key in the minimal program at the 99th percentile. Every screen is compared to it.
pub fn report_bare_key(table: &mut Table) -> Duration {
    let mut terminal = Subject::bare().prepare().start();
    terminal.wait_for(LABEL);
    let Keys { times, bytes } = type_keys(&mut terminal, ["1", "2"]);
    table.add(
        format!("a key to its output, bare ratatui, {} keys", times.len()),
        "",
        &format!(
            "{} p50, {} p99, {} bytes",
            milliseconds(median(&times)),
            milliseconds(quantile(&times, 99)),
            median(&bytes)
        ),
        "",
    );
    quantile(&times, 99)
}
