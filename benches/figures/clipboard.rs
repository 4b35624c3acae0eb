//! The cost of copying on a local X11 server: the time until `Copied` with a new clipboard process each time,
//! compared to the time until `xclip` owns the selection, and the memory of the waiting clipboard process.

use std::fs;
use std::io::Write;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use atlas_secret::delivery::{Copier, CopyOutcome, Environment, Preference};
use secrecy::SecretString;

use crate::display::Display;
use crate::process::resident;
use crate::table::{Table, mebibytes, median, milliseconds};

/// The number of measurements.
const ROUNDS: usize = 30;
/// Set for the process that measures: the clipboard library reads `DISPLAY` from its environment.
const MARK: &str = "ATLAS_SECRET_BENCH_ON_DISPLAY";
/// The copied value: plainly fake, as long as a real one.
const VALUE: &str = "mdb_sa_sk_FAKEfakeFAKEfakeFAKEfakeFAKEfakeFAKE9f3a";

/// True in the process that measures.
pub fn is_on_display() -> bool {
    std::env::var_os(MARK).is_some()
}

/// Runs this benchmark again on a new display, and adds its figures to the table.
pub fn report(table: &mut Table) {
    let Some(display) = Display::start() else { return };
    let this = std::env::current_exe().expect("this program");
    let output = Command::new(this).arg("--bench").env("DISPLAY", &display.name).env(MARK, "1").output();
    let output = output.expect("the measuring half runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    for line in String::from_utf8_lossy(&output.stdout).lines() {
        let cells: Vec<&str> = line.split('\t').collect();
        let [what, figure, beside, goal] = cells[..] else { continue };
        table.add(what, figure, beside, goal);
    }
}

/// Prints one row per line, with tabs between the cells.
pub fn measure() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let (mut copies, mut holders, mut others) = (Vec::new(), Vec::new(), Vec::new());
    for round in 0..ROUNDS {
        // Alternate, so that other load on the machine affects both.
        let (took, memory) = runtime.block_on(copy_once(round));
        copies.push(took);
        holders.push(memory);
        others.push(xclip_once());
    }
    let [copy, other] = [median(&copies), median(&others)].map(milliseconds);
    println!("`c` to `Copied`, median of {ROUNDS}\t{copy}\t`xclip` owns the selection {other}\t< 50 ms");
    println!("the clipboard process: resident memory\t{}\t\t< 8 MB", mebibytes(median(&holders)));
}

/// Copies once, with a new clipboard process. Returns the time and the memory of that process in KiB.
///
/// Each round has its own value: the process of the round before still watches whether its value is put back, and would
/// clear it.
async fn copy_once(round: usize) -> (Duration, u64) {
    let environment = Environment::read(|name| std::env::var(name).ok());
    let holder = env!("CARGO_BIN_EXE_atlas-secret").into();
    let copier = Copier::new(environment, Preference::Native, Some(Duration::from_secs(60)), holder);
    let value = SecretString::from(format!("{VALUE}{round:02}"));
    let started = Instant::now();
    let outcome = copier.copy(&value, &mut std::io::sink()).await;
    let took = started.elapsed();
    assert!(matches!(outcome, CopyOutcome::Copied { is_verified: true, .. }), "{outcome:?}");
    let memory = youngest_child().map_or(0, resident);
    copier.clear().await;
    (took, memory)
}

/// The process that this one started last.
fn youngest_child() -> Option<u32> {
    let own = std::process::id();
    let children = fs::read_to_string(format!("/proc/{own}/task/{own}/children")).ok()?;
    children.split_whitespace().last()?.parse().ok()
}

/// xclip goes into the background as soon as it owns the selection. Its caller sees that as its end.
fn xclip_once() -> Duration {
    let started = Instant::now();
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
    let took = started.elapsed();
    // Its background process may send the request only now, and would take the selection from the next copy.
    let pasted = || Command::new("xclip").args(["-selection", "clipboard", "-o"]).output();
    let deadline = started + Duration::from_secs(10);
    while pasted().expect("xclip pastes").stdout != VALUE.as_bytes() {
        assert!(Instant::now() < deadline, "xclip does not own the selection");
    }
    took
}
