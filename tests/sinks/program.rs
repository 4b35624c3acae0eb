//! A process that saves, prints and pipes on command.
//!
//! A umask, a limit and standard output belong to a whole process. So the tests start this test binary again, under a
//! shell script that sets them up.

use std::fs;
use std::io::{self, BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use atlas_secret::delivery::{EnvFile, SaveFailure, check_stdout, pipe_to, save, update_env, write_secret};
use atlas_secret::domain::{
    AccountRef, ClientId, CreatedSecret, Format, Lifetime, NewSecret, ProjectId, SecretId, SecretPayload,
};
use rustix::process::{Resource, Rlimit, setrlimit};
use secrecy::SecretString;

use crate::VALUE;

/// Long enough for a busy machine. Only a failing test reaches it.
pub const DEADLINE: Duration = Duration::from_secs(20);

/// A single order, or `-` to read orders from standard input.
pub const ORDER: &str = "ATLAS_SECRET_TEST_ORDER";
const ANSWER: &str = "answer: ";
pub const ARGUMENTS: [&str; 4] = ["--exact", "program::the_program", "--ignored", "--nocapture"];

#[test]
#[ignore = "not a test, but the program that the tests start"]
fn the_program() {
    let Ok(order) = std::env::var(ORDER) else {
        println!("skipped: {ORDER} is not set");
        return;
    };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    if order != "-" {
        eprintln!("{ANSWER}{}", runtime.block_on(execute(&order)));
        return;
    }
    // The test harness has written its header to standard output by now.
    eprintln!("{ANSWER}ready");
    for line in io::stdin().lines() {
        eprintln!("{ANSWER}{}", runtime.block_on(execute(&line.unwrap())));
    }
}

async fn execute(order: &str) -> String {
    let (verb, rest) = order.split_once(' ').unwrap_or((order, ""));
    match verb {
        "save" => format!("{:?}", save(rest, None, &payload()).await),
        "update" => {
            let first = update_env(rest, None, &payload(), &EnvFile::default()).await;
            // Confirms the question.
            let result = match first {
                Err(SaveFailure::CanUpdate(about)) => update_env(rest, None, &payload(), &about).await,
                other => other,
            };
            format!("{result:?}")
        }
        "list" => names_in(rest),
        "check" => format!("{:?}", check_stdout(std::env::var("JOURNAL_STREAM").ok().as_deref())),
        "print" => format!("{:?}", write_secret(Format::named(rest).unwrap(), &payload())),
        "pipe" => {
            let (outcome, output) =
                pipe_to(rest, None, Format::Secret, &payload(), Box::new(io::sink())).await;
            format!("{outcome:?}, printed {:?}", output.lines)
        }
        "limit" => {
            let limit = Rlimit { current: Some(rest.parse().unwrap()), maximum: None };
            format!("{:?}", setrlimit(Resource::Fsize, limit))
        }
        _ => panic!("unknown verb {verb}"),
    }
}

fn names_in(folder: &str) -> String {
    let mut names: Vec<String> = fs::read_dir(Path::new(folder))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names.join(" ")
}

fn payload() -> SecretPayload {
    SecretPayload {
        new_secret: NewSecret {
            account: AccountRef {
                project: ProjectId::parse("32b6e34b3d91647abb20e7b8").unwrap(),
                client: ClientId::parse("mdb_sa_id_1234567890abcdef12345678").unwrap(),
            },
            lifetime: Lifetime::parse("720").unwrap(),
        },
        secret: CreatedSecret {
            value: SecretString::from(VALUE),
            id: SecretId::from_server("5a6b7c8d9e0f1a2b3c4d5e6f"),
            created_at: None,
            expires_at: None,
        },
        organization: None,
    }
}

/// A handle for the program.
pub struct Program {
    process: Child,
    answers: mpsc::Receiver<String>,
}

impl Program {
    /// Starts the program after the shell script `prelude`; `None` if it does not start.
    pub fn start(prelude: &str, stdout: impl Into<Stdio>) -> Option<Self> {
        Self::start_under(&["sh"], prelude, stdout)
    }

    /// Like [`Self::start`], under another program than the shell alone: `["unshare", "-m", "sh"]`.
    pub fn start_under(parent: &[&str], prelude: &str, stdout: impl Into<Stdio>) -> Option<Self> {
        let mut process = Command::new(parent[0])
            .args(&parent[1..])
            .args(["-c", &format!("{prelude}\nexec \"$0\" \"$@\"")])
            .arg(std::env::current_exe().unwrap())
            .args(ARGUMENTS)
            .env(ORDER, "-")
            .env_remove("JOURNAL_STREAM")
            .stdin(Stdio::piped())
            .stdout(stdout)
            .stderr(Stdio::piped())
            .spawn()
            .ok()?;
        let errors = process.stderr.take().unwrap();
        let (sender, answers) = mpsc::channel();
        thread::spawn(move || {
            for line in BufReader::new(errors).lines().map_while(Result::ok) {
                if let Some((_, answer)) = line.split_once(ANSWER) {
                    sender.send(answer.to_owned()).ok();
                }
            }
        });
        let program = Self { process, answers };
        (program.answers.recv_timeout(DEADLINE).ok()? == "ready").then_some(program)
    }

    /// Sends an order and waits for the response.
    pub fn ask(&mut self, order: &str) -> String {
        writeln!(self.process.stdin.as_mut().unwrap(), "{order}").unwrap();
        self.answers.recv_timeout(DEADLINE).unwrap()
    }

    /// Sends an order and kills the program after this time.
    pub fn kill_after(&mut self, order: &str, time: Duration) {
        writeln!(self.process.stdin.as_mut().unwrap(), "{order}").unwrap();
        thread::sleep(time);
        self.process.kill().unwrap();
        self.process.wait().unwrap();
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        self.process.kill().ok();
        self.process.wait().ok();
    }
}
