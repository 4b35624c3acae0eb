//! Waits for conditions, and runs other programs with a deadline.

use std::io::Read;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

/// Long enough for a busy machine. Only a failing test reaches it.
pub const DEADLINE: Duration = Duration::from_secs(20);

/// Kills and reaps a process when the test ends.
pub struct Running(pub Child);

impl Drop for Running {
    fn drop(&mut self) {
        self.0.kill().ok();
        self.0.wait().ok();
    }
}

/// Waits until `condition` returns a value.
pub fn wait_for<T>(what: &str, condition: impl FnMut() -> Option<T>) -> T {
    wait_longer_for(DEADLINE, what, condition)
}

/// Like [`wait_for`], with another deadline, for slow operations.
pub fn wait_longer_for<T>(deadline: Duration, what: &str, mut condition: impl FnMut() -> Option<T>) -> T {
    let start = Instant::now();
    loop {
        if let Some(found) = condition() {
            return found;
        }
        assert!(start.elapsed() < deadline, "timed out waiting for {what}");
        thread::sleep(Duration::from_millis(10));
    }
}

/// The stdout of a program that succeeds; `None` if it fails.
pub fn output(command: &mut Command) -> Option<String> {
    let child = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    let mut running = Running(child);
    let status = wait_for("a program to end", || running.0.try_wait().unwrap());
    let mut text = String::new();
    running.0.stdout.take().unwrap().read_to_string(&mut text).unwrap();
    status.success().then_some(text)
}

/// Whether all `tools` are installed. Prints which one is missing.
pub fn have(tools: &[&str]) -> bool {
    let path = std::env::var_os("PATH").unwrap_or_default();
    for tool in tools {
        if !std::env::split_paths(&path).any(|folder| folder.join(tool).is_file()) {
            println!("skipped: {tool} is not installed");
            return false;
        }
    }
    true
}
