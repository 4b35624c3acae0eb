//! A program that owns a `Copier` and executes commands from its standard input.
//!
//! The clipboard library reads `DISPLAY` from the environment of its own process, which cannot be changed safely. So
//! the tests start this test binary again, with another environment.

use std::collections::HashMap;
use std::ffi::OsString;
use std::io::{BufRead, BufReader, Write};
use std::path::PathBuf;
use std::process::{ChildStdin, ChildStdout, Command, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use atlas_secret::delivery::{ClipboardContent, Copier, CopyOutcome, Environment, Preference};
use secrecy::SecretString;

use crate::VALUE;
use crate::display::Display;
use crate::holder::{ClipboardProcess, LeftBehind};
use crate::tools::{DEADLINE, Running, wait_for};

const MARK: &str = "ATLAS_SECRET_TEST_PROGRAM";
const ANSWER: &str = "answer: ";
const ARGUMENTS: [&str; 4] = ["--exact", "program::the_program", "--ignored", "--nocapture"];

/// A new display, and a program that has copied the value to it. It is cleared after this many seconds.
pub fn copied(clear_after: &str) -> Option<(Display, Program)> {
    let display = Display::start()?;
    let program = copied_on(&display, clear_after);
    Some((display, program))
}

pub fn copied_on(display: &Display, clear_after: &str) -> Program {
    let mut program = Program::start(&[("DISPLAY", &display.name), (CLEAR_AFTER, clear_after)]);
    program.copy();
    program
}

/// The number of seconds after which copies are cleared: 0 for never. The default is a minute.
pub const CLEAR_AFTER: &str = "ATLAS_SECRET_TEST_CLEAR_AFTER";

#[test]
#[ignore = "not a test, but the program that the tests start"]
fn the_program() {
    if std::env::var_os(MARK).is_none() {
        println!("skipped: {MARK} is not set");
        return;
    }
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let mut copier = Some(copier());
    // The runtime has to run to notice that a child has ended.
    let (sender, mut lines) = tokio::sync::mpsc::unbounded_channel();
    thread::spawn(move || {
        std::io::stdin().lines().map_while(Result::ok).try_for_each(|line| sender.send(line))
    });
    while let Some(line) = runtime.block_on(lines.recv()) {
        let (verb, value) = line.split_once(' ').unwrap_or((&line, ""));
        if verb == "drop" {
            copier = None;
            println!("{ANSWER}dropped");
            continue;
        }
        let answer = runtime.block_on(execute(copier.as_ref().unwrap(), verb, value));
        println!("{ANSWER}{answer}");
    }
}

fn copier() -> Copier {
    let environment = Environment::read(|name| std::env::var(name).ok());
    let clear_after = match std::env::var(CLEAR_AFTER).map(|seconds| seconds.parse().unwrap()) {
        Ok(0) => None,
        Ok(seconds) => Some(Duration::from_secs(seconds)),
        Err(_) => Some(Duration::from_secs(60)),
    };
    let program = PathBuf::from(env!("CARGO_BIN_EXE_atlas-secret"));
    Copier::new(environment, Preference::Auto, clear_after, program)
}

async fn execute(copier: &Copier, verb: &str, value: &str) -> String {
    match verb {
        "copy" => {
            let mut terminal = Vec::new();
            let outcome = copier.copy(&SecretString::from(value), &mut terminal).await;
            let outcome = match outcome {
                CopyOutcome::Copied { is_verified: true, .. } => "Copied".to_owned(),
                CopyOutcome::Copied { is_verified: false, .. } => "Unverified".to_owned(),
                other => format!("{other:?}"),
            };
            format!("{outcome} {}", terminal.escape_ascii())
        }
        "copy-until" => match copier.copy(&SecretString::from(value), &mut Vec::new()).await {
            CopyOutcome::Copied { clears_in, .. } => milliseconds(clears_in),
            other => format!("{other:?}"),
        },
        "content" => name(copier.content().await),
        "until" => until(copier.content().await),
        "extend" => until(copier.extend(Duration::from_secs(value.parse().unwrap())).await),
        "clear" => name(copier.clear().await),
        "debug" => format!("{copier:?}"),
        _ => panic!("unknown verb {verb}"),
    }
}

fn name(content: ClipboardContent) -> String {
    match content {
        ClipboardContent::Ours { .. } => "Ours".to_owned(),
        other => format!("{other:?}"),
    }
}

fn until(content: ClipboardContent) -> String {
    match content {
        ClipboardContent::Ours { clears_in } => milliseconds(clears_in),
        other => format!("{other:?}"),
    }
}

fn milliseconds(time: Option<Duration>) -> String {
    time.map_or_else(|| "never".to_owned(), |time| time.as_millis().to_string())
}

/// A handle for the program. Dropping it kills its clipboard processes, too.
pub struct Program {
    /// Dropped first: once its input ends, the program exits, and its clipboard processes are no longer its children.
    process: ProcessGroup,
    input: ChildStdin,
    answers: mpsc::Receiver<String>,
}

/// The running program and its clipboard processes.
struct ProcessGroup(Running);

impl Drop for ProcessGroup {
    fn drop(&mut self) {
        for holder in ClipboardProcess::children_of(self.0.0.id()) {
            holder.kill();
        }
    }
}

impl Program {
    /// Starts the program with these variables and no others that affect copying.
    pub fn start(variables: &[(&str, &str)]) -> Self {
        Self::start_by(&[], variables)
    }

    /// Like [`Self::start`], but `starter` execs the program.
    pub fn start_by(starter: &[&str], variables: &[(&str, &str)]) -> Self {
        let arguments = starter.iter().map(OsString::from);
        let mut arguments = arguments.chain([std::env::current_exe().unwrap().into_os_string()]);
        let mut process = Command::new(arguments.next().unwrap())
            .args(arguments)
            .args(ARGUMENTS)
            .env_clear()
            .envs(variables_of_the_program(variables))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .map(Running)
            .unwrap();
        let pipes = (process.0.stdin.take().unwrap(), process.0.stdout.take().unwrap());
        Self::attached(process, pipes)
    }

    /// Like [`Self::start`], with `terminal` as the controlling terminal and standard error.
    pub fn start_on(terminal: pty_process::blocking::Pts, variables: &[(&str, &str)]) -> Self {
        let mut process = pty_process::blocking::Command::new(std::env::current_exe().unwrap())
            .args(ARGUMENTS)
            .env_clear()
            .envs(variables_of_the_program(variables))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn(terminal)
            .map(Running)
            .unwrap();
        let pipes = (process.0.stdin.take().unwrap(), process.0.stdout.take().unwrap());
        Self::attached(process, pipes)
    }

    fn attached(process: Running, (input, output): (ChildStdin, ChildStdout)) -> Self {
        let (sender, answers) = mpsc::channel();
        thread::spawn(move || {
            for line in BufReader::new(output).lines().map_while(Result::ok) {
                // The test harness prints the name of the test first, on the same line.
                if let Some((_, answer)) = line.split_once(ANSWER) {
                    sender.send(answer.to_owned()).ok();
                }
            }
        });
        Self { input, answers, process: ProcessGroup(process) }
    }

    /// Sends a command and waits for the response.
    pub fn ask(&mut self, line: &str) -> String {
        writeln!(self.input, "{line}").unwrap();
        self.answers.recv_timeout(DEADLINE).unwrap()
    }

    /// Copies the value to a native clipboard.
    #[track_caller]
    pub fn copy(&mut self) {
        assert_eq!(self.ask(&format!("copy {VALUE}")), "Copied ");
    }

    /// The clipboard processes that are children of the program.
    pub fn clipboard_processes(&self) -> Vec<ClipboardProcess> {
        ClipboardProcess::children_of(self.process.0.0.id())
    }

    /// The only clipboard process.
    pub fn clipboard_process(&self) -> ClipboardProcess {
        let mut processes = self.clipboard_processes();
        assert_eq!(processes.len(), 1, "one clipboard process");
        processes.remove(0)
    }

    /// Kills the program, so that it cannot clean up.
    pub fn kill(mut self) -> LeftBehind {
        let left = LeftBehind(self.clipboard_process());
        self.process.0.0.kill().unwrap();
        self.process.0.0.wait().unwrap();
        left
    }

    /// Lets the program exit, and waits until its stdout is closed everywhere.
    pub fn leave(self) -> LeftBehind {
        let left = LeftBehind(self.clipboard_process());
        let Self { input, answers, mut process } = self;
        drop(input);
        assert_eq!(answers.recv_timeout(DEADLINE), Err(mpsc::RecvTimeoutError::Disconnected), "its stdout");
        let status = wait_for("the program to end", || process.0.0.try_wait().unwrap());
        assert!(status.success());
        left
    }
}

fn variables_of_the_program(variables: &[(&str, &str)]) -> HashMap<String, String> {
    let mut all: HashMap<String, String> = ["PATH", "HOME"]
        .into_iter()
        .filter_map(|name| Some((name.to_owned(), std::env::var(name).ok()?)))
        .collect();
    all.insert(MARK.to_owned(), "1".to_owned());
    for (name, value) in variables {
        all.insert((*name).to_owned(), (*value).to_owned());
    }
    all
}
