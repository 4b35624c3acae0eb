//! What the program costs in a real terminal: the time to the first label, the bytes and the time of a key,
//! an idle form, memory. Prints one table and asserts nothing.
//!
//! `cargo bench --bench terminal` measures the program's demo beside a bare ratatui program (this very file,
//! started with `--bare`) and `echo`. `ATLAS_SECRET_BENCH_PROGRAM="/path/to/program argument …"` measures
//! another program in its place.
#![expect(clippy::expect_used, clippy::print_stdout, reason = "a bench prints its table and has no caller")]

/// The harness of the tests; its whole interface is public so that no part of it counts as unused here.
#[path = "../tests/support/terminal.rs"]
pub mod terminal;

use std::ffi::OsString;
use std::fs;
use std::path::PathBuf;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use ratatui::crossterm::event::{Event, KeyCode, read};
use ratatui::widgets::Paragraph;
use terminal::{Program, Terminal, key};

/// The text whose appearance is the first sign of life.
const LABEL: &str = "Project ID";
/// How often each program is started.
const STARTS: usize = 40;
/// How many keys are typed.
const KEYS: usize = 200;
/// From the field in focus at the start to the field "Expires after".
const TO_THE_FIELD: [&str; 3] = [key::TAB, key::TAB, key::TAB];
/// Typed there in turn, so that the field stays as it was.
const TYPED: [&str; 2] = ["1", key::BACKSPACE];
/// A key is answered in full once nothing was written for this long.
const QUIET: Duration = Duration::from_millis(50);
/// The form has settled, names looked up and all, once nothing was written for this long.
const SETTLED: Duration = Duration::from_secs(1);
/// How long the idle form is watched.
const IDLE: Duration = Duration::from_secs(10);

fn main() {
    if std::env::args().any(|argument| argument == "--bare") {
        return bare();
    }
    if !std::env::args().any(|argument| argument == "--bench") {
        // `cargo test --all-targets` runs this too, and has no use for half a minute of measuring.
        return println!("measures only as `cargo bench --bench terminal`");
    }
    let subjects = [Subject::program(), Subject::bare(), Subject::echo()];
    print_row("", &subjects.each_ref().map(|subject| subject.name.to_owned()));
    report_starts(&subjects);
    let [program, bare, _] = &subjects;
    report_form(&[program.look_at_form(&TO_THE_FIELD), bare.look_at_form(&[])]);
    report_sizes(&subjects);
}

/// The least that a ratatui program can do: draws the label, counts keys, and leaves with `q`.
fn bare() {
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

/// One of the programs that are compared.
struct Subject {
    name: &'static str,
    path: PathBuf,
    arguments: Vec<OsString>,
}

impl Subject {
    fn program() -> Self {
        let Ok(line) = std::env::var("ATLAS_SECRET_BENCH_PROGRAM") else {
            let path = PathBuf::from(env!("CARGO_BIN_EXE_atlas-secret"));
            return Self { name: "atlas-secret", path, arguments: vec!["--demo".into()] };
        };
        let mut words = line.split_whitespace();
        let path = PathBuf::from(words.next().expect("ATLAS_SECRET_BENCH_PROGRAM names a program"));
        Self { name: "replacement", path, arguments: words.map(OsString::from).collect() }
    }

    fn bare() -> Self {
        let path = std::env::current_exe().expect("the path of this bench");
        Self { name: "bare ratatui", path, arguments: vec!["--bare".into()] }
    }

    fn echo() -> Self {
        Self { name: "echo", path: "/bin/echo".into(), arguments: vec![LABEL.into()] }
    }

    fn prepare(&self) -> Program {
        Terminal::run(&self.path).args(&self.arguments)
    }

    /// From the start of the process to the label on the screen.
    fn time_to_label(&self) -> Duration {
        let mut terminal = self.prepare().start();
        terminal.wait_for(LABEL);
        terminal.started().elapsed()
    }

    /// Types on the form, then leaves it alone.
    fn look_at_form(&self, way: &[&str]) -> Form {
        let mut terminal = self.prepare().start();
        terminal.wait_for(LABEL);
        terminal.wait_quiet(SETTLED);
        // Each key's own answer is waited for: quiet alone was there before it.
        for key in way {
            type_key(&mut terminal, key);
        }
        let (times, bytes) = (0..KEYS).map(|turn| type_key(&mut terminal, TYPED[turn % TYPED.len()])).unzip();
        terminal.wait_quiet(SETTLED);
        Form { times, bytes, idle: watch_idle(&terminal), memory: Memory::of(&terminal) }
    }
}

/// What was measured on a form.
struct Form {
    times: Vec<Duration>,
    bytes: Vec<usize>,
    idle: Idle,
    memory: Memory,
}

/// What a program did while nobody touched it.
struct Idle {
    bytes: usize,
    wakes: u64,
    processor: Duration,
    minute_turned: bool,
}

/// The memory of a process in KiB.
struct Memory {
    resident: u64,
    proportional: u64,
    private: u64,
}

impl Memory {
    fn of(terminal: &Terminal) -> Self {
        let process = PathBuf::from(format!("/proc/{}", terminal.pid()));
        let status = read_file(process.join("status"));
        let mapped = read_file(process.join("smaps_rollup"));
        Self {
            resident: number_after(&status, "VmRSS:"),
            proportional: number_after(&mapped, "Pss:"),
            private: number_after(&mapped, "Private_Clean:") + number_after(&mapped, "Private_Dirty:"),
        }
    }
}

/// Types one key: the time to the first byte of the answer, and how many bytes there are in all.
fn type_key(terminal: &mut Terminal, key: &str) -> (Duration, usize) {
    let before = terminal.output_length();
    let sent = Instant::now();
    terminal.send(key);
    let answered = terminal.wait_output_beyond(before);
    terminal.wait_quiet(QUIET);
    (answered.duration_since(sent), terminal.output_length() - before)
}

fn watch_idle(terminal: &Terminal) -> Idle {
    let (bytes, minute, activity) = (terminal.output_length(), minute_now(), Activity::of(terminal));
    std::thread::sleep(IDLE);
    let later = Activity::of(terminal);
    Idle {
        bytes: terminal.output_length() - bytes,
        wakes: later.switches - activity.switches,
        processor: later.processor.saturating_sub(activity.processor),
        minute_turned: minute_now() != minute,
    }
}

/// How much all threads of a process have run so far.
struct Activity {
    switches: u64,
    processor: Duration,
}

impl Activity {
    fn of(terminal: &Terminal) -> Self {
        let mut sum = Self { switches: 0, processor: Duration::ZERO };
        let threads = fs::read_dir(format!("/proc/{}/task", terminal.pid())).expect("the list of threads");
        for thread in threads {
            let thread = thread.expect("a thread").path();
            let status = read_file(thread.join("status"));
            sum.switches += number_after(&status, "\nvoluntary_ctxt_switches:");
            sum.switches += number_after(&status, "\nnonvoluntary_ctxt_switches:");
            let nanoseconds = number_after(&read_file(thread.join("schedstat")), "");
            sum.processor += Duration::from_nanos(nanoseconds);
        }
        sum
    }
}

/// Starts the programs in turn, another one first in each round, so that a busy moment of the machine and the
/// end of the one before meet all of them.
fn report_starts(subjects: &[Subject; 3]) {
    let mut times = [const { Vec::new() }; 3];
    for turn in 0..STARTS * subjects.len() {
        let which = (turn + turn / subjects.len()) % subjects.len();
        times[which].push(subjects[which].time_to_label());
    }
    let [middle, slow] = [50, 90].map(|percent| times.each_ref().map(|times| quantile(times, percent)));
    print_row(&format!("start to \"{LABEL}\", median of {STARTS}"), &middle.map(milliseconds));
    print_row(&format!("start to \"{LABEL}\", p90 of {STARTS}"), &slow.map(milliseconds));
    for (other, subject) in subjects.iter().enumerate().skip(1) {
        let more = (middle[0].as_secs_f64() - middle[other].as_secs_f64()) * 1e3;
        print_row(&format!("  median, more than {}", subject.name), &[format!("{more:+.2} ms")]);
    }
}

fn report_form(forms: &[Form; 2]) {
    let print = |what: &str, show: &dyn Fn(&Form) -> String| print_row(what, &forms.each_ref().map(show));
    print(&format!("bytes a key sends, median of {KEYS}"), &|form| quantile(&form.bytes, 50).to_string());
    print(&format!("bytes a key sends, most of {KEYS}"), &|form| quantile(&form.bytes, 100).to_string());
    print(&format!("key to output, median of {KEYS}"), &|form| milliseconds(quantile(&form.times, 50)));
    print(&format!("key to output, p99 of {KEYS}"), &|form| milliseconds(quantile(&form.times, 99)));
    let idle = format!("idle for {} s", IDLE.as_secs());
    print(&format!("{idle}, bytes written"), &|form| form.idle.bytes.to_string());
    print(&format!("{idle}, context switches"), &|form| form.idle.wakes.to_string());
    print(&format!("{idle}, processor time"), &|form| milliseconds(form.idle.processor));
    // A clock that is shown may wake the program then, and only then.
    print(&format!("{idle}, the minute turned"), &|form| yes_or_no(form.idle.minute_turned));
    print("memory, resident", &|form| mebibytes(form.memory.resident * 1024));
    print("memory, proportional", &|form| mebibytes(form.memory.proportional * 1024));
    print("memory, private", &|form| mebibytes(form.memory.private * 1024));
}

fn report_sizes(subjects: &[Subject]) {
    let size = |subject: &Subject| fs::metadata(&subject.path).expect("the program is a file").len();
    let sizes: Vec<String> = subjects.iter().map(|subject| mebibytes(size(subject))).collect();
    print_row("size of the executable", &sizes);
}

fn print_row(what: &str, cells: &[String]) {
    print!("{what:<40}");
    for cell in cells {
        print!("{cell:>14}");
    }
    println!();
}

/// The smallest value that this share of the values does not exceed.
fn quantile<Value: Ord + Copy>(values: &[Value], percent: usize) -> Value {
    let mut sorted = values.to_vec();
    sorted.sort_unstable();
    let rank = (sorted.len() * percent).div_ceil(100);
    sorted[rank.saturating_sub(1)]
}

fn milliseconds(time: Duration) -> String {
    format!("{:.2} ms", time.as_secs_f64() * 1e3)
}

fn mebibytes(bytes: u64) -> String {
    let hundredths = bytes * 100 / (1024 * 1024);
    format!("{}.{:02} MiB", hundredths / 100, hundredths % 100)
}

fn yes_or_no(is_so: bool) -> String {
    if is_so { "yes" } else { "no" }.to_owned()
}

fn minute_now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).expect("a time after 1970").as_secs() / 60
}

fn read_file(path: PathBuf) -> String {
    fs::read_to_string(path).expect("a file that describes the process")
}

/// The first number behind a label of a file below /proc.
fn number_after(text: &str, label: &str) -> u64 {
    let (_, rest) = text.split_once(label).expect("the label is in the file");
    let number = rest.split_whitespace().next().and_then(|word| word.parse().ok());
    number.expect("a number stands behind the label")
}
