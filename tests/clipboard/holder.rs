//! The process that holds a clipboard, as the system shows it.

use std::{fs, io, path::PathBuf, time::Instant};

use rustix::process::{Pid, Signal, kill_process};

use crate::tools::DEADLINE;

/// One holder. It may have ended already.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HolderProcess {
    id: u32,
}

/// A holder whose program is gone; ended when the test ends.
pub struct LeftBehind(pub HolderProcess);

impl Drop for LeftBehind {
    fn drop(&mut self) {
        self.0.kill();
    }
}

impl HolderProcess {
    /// The holders among the children of a process.
    pub fn children_of(parent: u32) -> Vec<Self> {
        let mut found = Vec::new();
        for entry in fs::read_dir("/proc").unwrap().flatten() {
            let Ok(id) = entry.file_name().to_string_lossy().parse() else { continue };
            let process = Self { id };
            if process.is_holder() && process.fields().is_some_and(|fields| fields[1] == parent.to_string()) {
                found.push(process);
            }
        }
        found
    }

    /// Whether it runs: one that has ended and is still to be collected does not.
    pub fn is_running(self) -> bool {
        self.fields().is_some_and(|fields| fields[0] != "Z" && fields[0] != "X")
    }

    /// Whether nothing is left of it, not even something to collect.
    pub fn is_collected(self) -> bool {
        !self.file("stat").exists()
    }

    /// Whether it leads a session of its own, without a terminal.
    pub fn leads_a_session(self) -> bool {
        let fields = self.fields().unwrap();
        fields[3] == self.id.to_string() && fields[4] == "0"
    }

    /// One of its files below /proc, read; `None` where only the superuser may.
    pub fn read(self, name: &str) -> Option<Vec<u8>> {
        allowed(fs::read(self.file(name)))
    }

    /// Where one of its links below /proc leads; `None` where only the superuser may know.
    pub fn link(self, name: &str) -> Option<PathBuf> {
        allowed(fs::read_link(self.file(name)))
    }

    /// The path of one of its files below /proc.
    pub fn file(self, name: &str) -> PathBuf {
        PathBuf::from(format!("/proc/{}/{name}", self.id))
    }

    /// The most memory that it had so far, in bytes; `None` when it has ended.
    pub fn peak_memory(self) -> Option<usize> {
        let status = fs::read_to_string(self.file("status")).ok()?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
        line.trim().strip_suffix(" kB")?.parse::<usize>().ok().map(|kilobytes| kilobytes * 1024)
    }

    /// The same until it ends, as far as can be seen.
    pub fn peak_memory_at_its_end(self) -> usize {
        let (mut peak, deadline) = (0, Instant::now() + DEADLINE);
        while let Some(now) = self.peak_memory() {
            assert!(Instant::now() < deadline, "it does not end");
            peak = now;
        }
        peak
    }

    /// Sends it this signal, if it still is what it was.
    pub fn signal(self, signal: Signal) {
        if self.is_holder() {
            kill_process(Pid::from_raw(self.id.cast_signed()).unwrap(), signal).ok();
        }
    }

    /// Ends it, if it still is what it was.
    pub fn kill(self) {
        // A number may have been given to another process since.
        if self.is_holder() {
            kill_process(Pid::from_raw(self.id.cast_signed()).unwrap(), Signal::KILL).ok();
        }
    }

    fn is_holder(self) -> bool {
        fs::read(self.file("cmdline")).is_ok_and(|line| line.ends_with(b"\0hold-clipboard\0"))
    }

    /// State, parent, group, session, terminal and so on (proc(5)); `None` when it is gone.
    fn fields(self) -> Option<Vec<String>> {
        let line = fs::read_to_string(self.file("stat")).ok()?;
        let (_, fields) = line.rsplit_once(") ")?;
        Some(fields.split_whitespace().map(str::to_owned).collect())
    }
}

fn allowed<T>(result: io::Result<T>) -> Option<T> {
    match result {
        Err(error) if error.kind() == io::ErrorKind::PermissionDenied => None,
        result => Some(result.unwrap()),
    }
}
