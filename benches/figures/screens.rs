//! Each screen: the time for a key, the activity while idle, and the memory.

use std::thread;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use crate::atlas::{Atlas, LOST};
use crate::display::Display;
use crate::process::{resident, switches};
use crate::table::{Table, mebibytes, median, milliseconds, quantile};
use crate::terminal::{Program, Terminal, key};

/// The number of keys.
const KEYS: usize = 200;
/// The response to a key is complete once nothing was written for this long.
const QUIET: Duration = Duration::from_millis(30);
/// A screen is complete, including looked-up names, once nothing was written for this long.
const SETTLED: Duration = Duration::from_millis(600);
/// How long the idle screens are observed, all at the same time.
const IDLE: Duration = Duration::from_secs(30);

/// A screen: the program, the keys that lead to the screen with the text to wait for, and two keys that change the
/// screen and change it back.
struct Screen {
    name: &'static str,
    program: Program,
    steps: &'static [(&'static str, &'static str)],
    keys: [&'static str; 2],
    /// True if the screen shows the time left, to the second.
    counts_down: bool,
}

/// The figures for each key: the time to the first byte of output, and the number of bytes.
pub struct Keys {
    pub times: Vec<Duration>,
    pub bytes: Vec<usize>,
}

const TO_CREATED: (&str, &str) = (key::ENTER, "Secret created");

fn all(atlas: &Atlas, display: Option<&Display>) -> Vec<Screen> {
    let screen = |name, steps, keys| Screen {
        name,
        program: atlas.program(&atlas.fresh_account()),
        steps,
        keys,
        counts_down: false,
    };
    let sign_in = Terminal::run(env!("CARGO_BIN_EXE_atlas-secret"));
    let mut screens = vec![
        Screen { program: sign_in, ..screen("sign-in", &[], [key::DOWN, key::UP]) },
        screen("form", &[(key::SHIFT_TAB, "Expires after ›")], ["1", key::BACKSPACE]),
        screen(
            "list",
            &[(key::SHIFT_TAB, "›"), (key::SHIFT_TAB, "Client ID ›"), ("\x0f", "one")],
            ["o", key::BACKSPACE],
        ),
        screen("help", &[("?", "redraw the screen")], [key::ESC, "?"]),
        screen("as a command", &[(key::F2, "as a command")], [key::TAB, key::SHIFT_TAB]),
        screen("secret created", &[TO_CREATED], ["f", key::ESC]),
        screen("the question before leaving", &[TO_CREATED, ("q", "have not copied")], [key::DOWN, key::UP]),
        Screen {
            program: atlas.program(LOST),
            ..screen("lost answer", &[(key::ENTER, "its value is lost")], ["?", key::ESC])
        },
    ];
    if let Some(display) = display {
        let copied = screen("copied, counting down", &[TO_CREATED, ("c", "Copied")], ["f", key::ESC]);
        let program = atlas.program(&atlas.fresh_account()).env("DISPLAY", &display.name);
        screens.push(Screen { program, counts_down: true, ..copied });
    }
    screens
}

/// Opens every screen, types on one after the other, and then leaves all of them idle at the same time.
pub fn report(table: &mut Table, atlas: &Atlas, bare_key: Duration) {
    let display = Display::start();
    let mut shown = Vec::new();
    for screen in all(atlas, display.as_ref()) {
        let mut terminal = screen.program.start();
        terminal.wait_for("quit");
        terminal.wait_quiet(SETTLED);
        for (keys, then) in screen.steps {
            terminal.send(keys);
            terminal.wait_for(then);
            if !screen.counts_down {
                terminal.wait_quiet(SETTLED);
            }
        }
        let keys = type_keys(&mut terminal, screen.keys);
        report_keys(table, screen.name, &keys, bare_key);
        shown.push((screen.name, screen.counts_down, terminal));
    }
    await_a_whole_minute();
    let before: Vec<_> =
        shown.iter().map(|(_, _, terminal)| (switches(terminal), terminal.output_length())).collect();
    thread::sleep(IDLE);
    for ((name, counts_down, terminal), (wakes, bytes)) in shown.iter().zip(before) {
        let wakes = switches(terminal) - wakes;
        let bytes = terminal.output_length() - bytes;
        let goal = if *counts_down { "bounded" } else { "0" };
        let what = format!("{name}: wake-ups and bytes in {} s of idling", IDLE.as_secs());
        table.add(what, format!("{wakes}, {bytes}"), "", goal);
    }
    for (name, _, terminal) in &shown {
        table.add(format!("{name}: resident memory"), mebibytes(resident(terminal.pid())), "", "< 10 MB");
    }
}

fn report_keys(table: &mut Table, name: &str, keys: &Keys, bare: Duration) {
    let slow = quantile(&keys.times, 99);
    let more = (slow.as_secs_f64() - bare.as_secs_f64()) * 1e3;
    table.add(
        format!("{name}: a key to its output, {KEYS} keys"),
        format!(
            "{} p50, {} p99, {} bytes (most {})",
            milliseconds(median(&keys.times)),
            milliseconds(slow),
            median(&keys.bytes),
            quantile(&keys.bytes, 100),
        ),
        &format!("p99 {more:+.2} ms against bare"),
        "p99 < +1 ms",
    );
}

/// Types the two keys alternately.
pub fn type_keys(terminal: &mut Terminal, keys: [&str; 2]) -> Keys {
    // Output from before could still arrive with the first keys.
    for key in keys {
        type_key(terminal, key);
    }
    let (times, bytes) = (0..KEYS).map(|turn| type_key(terminal, keys[turn % 2])).unzip();
    Keys { times, bytes }
}

fn type_key(terminal: &mut Terminal, key: &str) -> (Duration, usize) {
    let before = terminal.output_length();
    let sent = Instant::now();
    terminal.send(key);
    let responded = terminal.wait_output_beyond(before);
    terminal.wait_quiet(QUIET);
    (responded.duration_since(sent), terminal.output_length() - before)
}

/// A screen with a clock wakes up when the minute changes, and only then. Waits until the whole observation fits into
/// one minute.
fn await_a_whole_minute() {
    let second = SystemTime::now().duration_since(UNIX_EPOCH).expect("a time after 1970").as_secs() % 60;
    if second > 58 - IDLE.as_secs() {
        thread::sleep(Duration::from_secs(61 - second));
    }
}
