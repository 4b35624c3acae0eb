//! A process that owns a `Copier` and does what it is told, line by line.
//!
//! The clipboard library reads `DISPLAY` from its own process, and a process cannot change its
//! environment safely. So the tests start this very file again, as a program with another environment.

use std::{
    collections::HashMap,
    io::{BufRead, BufReader, Write},
    process::{ChildStdin, ChildStdout, Command, Stdio},
    sync::mpsc,
    thread,
};

use atlas_secret::handoff::{Copier, Environment, Preference};
use secrecy::SecretString;

use crate::tools::{DEADLINE, Running};

const MARK: &str = "ATLAS_SECRET_TEST_PROGRAM";
const ANSWER: &str = "answer: ";
const ARGUMENTS: [&str; 4] = ["--exact", "program::the_program", "--ignored", "--nocapture"];

#[test]
#[ignore = "not a test: the program that the tests start"]
fn the_program() {
    if std::env::var_os(MARK).is_none() {
        println!("skipped: {MARK} is not set");
        return;
    }
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let environment = Environment::read(|name| std::env::var(name).ok());
    let mut copier = Some(Copier::new(environment, Preference::Auto));
    for line in std::io::stdin().lines() {
        let line = line.unwrap();
        let (verb, value) = line.split_once(' ').unwrap_or((&line, ""));
        if verb == "drop" {
            copier = None;
            println!("{ANSWER}dropped");
            continue;
        }
        let answer = runtime.block_on(obey(copier.as_ref().unwrap(), verb, value));
        println!("{ANSWER}{answer}");
    }
}

async fn obey(copier: &Copier, verb: &str, value: &str) -> String {
    match verb {
        "copy" => {
            let mut terminal = Vec::new();
            let outcome = copier.copy(&SecretString::from(value), &mut terminal).await;
            format!("{outcome:?} {}", terminal.escape_ascii())
        }
        "content" => format!("{:?}", copier.content().await),
        "clear" => {
            copier.clear().await;
            "cleared".to_owned()
        }
        "debug" => format!("{copier:?}"),
        _ => panic!("unknown verb {verb}"),
    }
}

/// The near end of the program.
pub struct Program {
    input: ChildStdin,
    answers: mpsc::Receiver<String>,
    _process: Running,
}

impl Program {
    /// Starts it with these variables and no others that matter to copying.
    pub fn start(variables: &[(&str, &str)]) -> Self {
        let mut process = Command::new(std::env::current_exe().unwrap())
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

    /// The same with `terminal` as its controlling terminal and its stderr.
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
                // The test harness writes the name of the test on the same line, before it.
                if let Some((_, answer)) = line.split_once(ANSWER) {
                    sender.send(answer.to_owned()).ok();
                }
            }
        });
        Self { input, answers, _process: process }
    }

    /// Tells it one line and waits for the answer.
    pub fn ask(&mut self, line: &str) -> String {
        writeln!(self.input, "{line}").unwrap();
        self.answers.recv_timeout(DEADLINE).unwrap()
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
