//! What copying costs on a local X11 server: from asking to `Copied` with a fresh holder each time, beside the
//! time that `xclip` needs to own the selection; and what the holder costs while it waits. Asserts nothing.
//!
//! `cargo bench --bench clipboard`, with Xvfb and xclip installed.
#![expect(clippy::expect_used, clippy::print_stdout, reason = "a bench prints its table and has no caller")]

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use atlas_secret::domain::CopyOutcome;
use atlas_secret::handoff::{Copier, Environment, HolderProgram, Preference};
use secrecy::SecretString;

/// How often each is measured.
const ROUNDS: usize = 30;
/// Set for the half of this program that measures: the clipboard library reads `DISPLAY` from its process.
const MARK: &str = "ATLAS_SECRET_BENCH_ON_DISPLAY";
/// What is copied; plainly fake, in the length of a real one.
const VALUE: &str = "mdb_sa_sk_FAKEfakeFAKEfakeFAKEfakeFAKEfakeFAKE9f3a";

fn main() {
    if !std::env::args().any(|argument| argument == "--bench") {
        return println!("measures only as `cargo bench --bench clipboard`");
    }
    if std::env::var_os(MARK).is_some() {
        return measure();
    }
    let Some((mut server, display)) = start_display() else {
        return println!("skipped: Xvfb is not installed");
    };
    let this = std::env::current_exe().expect("this program");
    let status = Command::new(this).arg("--bench").env("DISPLAY", display).env(MARK, "1").status();
    status.expect("the measuring half runs");
    server.kill().expect("Xvfb ends");
    server.wait().expect("Xvfb is collected");
}

fn start_display() -> Option<(Child, String)> {
    let mut server = Command::new("Xvfb")
        .args(["-displayfd", "1", "-screen", "0", "64x64x8", "-noreset", "-nolisten", "tcp"])
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .ok()?;
    let mut number = String::new();
    BufReader::new(server.stdout.take()?).read_line(&mut number).ok()?;
    Some((server, format!(":{}", number.trim())))
}

fn measure() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let mut copies = Vec::new();
    let mut resident = Vec::new();
    let mut others = Vec::new();
    for _ in 0..ROUNDS {
        // Alternating, so that whatever else the machine does meets both.
        let (took, rss) = runtime.block_on(copy_once());
        copies.push(took);
        resident.push(rss);
        others.push(xclip_once());
    }
    println!("asking to Copied      {}", milliseconds(&mut copies));
    println!("xclip owns            {}", milliseconds(&mut others));
    resident.sort_unstable();
    println!("holder at rest        {} kB resident (median of {ROUNDS})", resident[resident.len() / 2]);
}

/// A copy by a holder of its own, and that holder's resident memory in kB.
async fn copy_once() -> (Duration, u64) {
    let environment = Environment::read(|name| std::env::var(name).ok());
    let holder = HolderProgram::at(env!("CARGO_BIN_EXE_atlas-secret").into());
    let copier = Copier::new(environment, Preference::Native, Some(Duration::from_secs(60)), holder);
    let value = SecretString::from(VALUE);
    let start = Instant::now();
    let outcome = copier.copy(&value, &mut std::io::sink()).await;
    let took = start.elapsed();
    assert!(matches!(outcome, CopyOutcome::Copied(_)), "{outcome:?}");
    let rss = resident_of_holder();
    copier.clear().await;
    (took, rss)
}

/// The resident memory of this process's youngest child, in kB (`VmRSS`, `proc_pid_status(5)`).
fn resident_of_holder() -> u64 {
    let own = std::process::id().to_string();
    let children = fs::read_to_string(format!("/proc/{own}/task/{own}/children")).unwrap_or_default();
    let Some(child) = children.split_whitespace().last() else { return 0 };
    let status = fs::read_to_string(format!("/proc/{child}/status")).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap_or_default();
    line.trim().trim_end_matches("kB").trim().parse().unwrap_or(0)
}

/// xclip goes into the background once it owns the selection: that is when it has ended, as far as its caller
/// can see.
fn xclip_once() -> Duration {
    let start = Instant::now();
    let mut xclip = Command::new("xclip")
        .args(["-selection", "clipboard", "-i"])
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("xclip is installed");
    let mut input = xclip.stdin.take().expect("its input");
    input.write_all(VALUE.as_bytes()).expect("xclip reads");
    drop(input);
    xclip.wait().expect("xclip ends");
    start.elapsed()
}

fn milliseconds(samples: &mut [Duration]) -> String {
    samples.sort_unstable();
    let at = |index: usize| samples[index].as_secs_f64() * 1000.0;
    let last = samples.len() - 1;
    format!("{:.2} ms median, {:.2} best, {:.2} worst of {}", at(last / 2), at(0), at(last), samples.len())
}
