//! The process that holds the clipboard, inspected by way of `/proc`.

use std::{fs, io, path::PathBuf, time::Instant};

use rustix::process::{Pid, Signal, kill_process};

use crate::tools::DEADLINE;

/// A clipboard process. It may have ended already.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ClipboardProcess {
    id: u32,
}

/// A clipboard process whose parent has ended. Dropping this kills it.
pub struct LeftBehind(pub ClipboardProcess);

impl Drop for LeftBehind {
    fn drop(&mut self) {
        self.0.kill();
    }
}

impl ClipboardProcess {
    /// The clipboard processes among the children of a process.
    pub fn children_of(parent: u32) -> Vec<Self> {
        let mut found = Vec::new();
        for entry in fs::read_dir("/proc").unwrap().flatten() {
            let Ok(id) = entry.file_name().to_string_lossy().parse() else { continue };
            let process = Self { id };
            if process.is_clipboard_process()
                && process.fields().is_some_and(|fields| fields[1] == parent.to_string())
            {
                found.push(process);
            }
        }
        found
    }

    /// Whether the process is running. A zombie is not.
    pub fn is_running(self) -> bool {
        self.fields().is_some_and(|fields| fields[0] != "Z" && fields[0] != "X")
    }

    /// Whether the process has ended and was reaped.
    pub fn is_collected(self) -> bool {
        !self.file("stat").exists()
    }

    /// Whether the process leads a session without a terminal.
    pub fn leads_a_session(self) -> bool {
        let fields = self.fields().unwrap();
        fields[3] == self.id.to_string() && fields[4] == "0"
    }

    /// The content of one of its files in `/proc`; `None` if only root may read it.
    pub fn read(self, name: &str) -> Option<Vec<u8>> {
        allowed(fs::read(self.file(name)))
    }

    /// The target of one of its links in `/proc`; `None` if only root may read it.
    pub fn link(self, name: &str) -> Option<PathBuf> {
        allowed(fs::read_link(self.file(name)))
    }

    /// The path of one of its files in `/proc`.
    pub fn file(self, name: &str) -> PathBuf {
        PathBuf::from(format!("/proc/{}/{name}", self.id))
    }

    /// The peak memory of the process so far, in bytes; `None` once it has ended.
    pub fn peak_memory(self) -> Option<usize> {
        let status = fs::read_to_string(self.file("status")).ok()?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
        line.trim().strip_suffix(" kB")?.parse::<usize>().ok().map(|kilobytes| kilobytes * 1024)
    }

    /// Waits until the process has ended. Returns the largest peak that was seen, in bytes.
    pub fn peak_memory_at_its_end(self) -> usize {
        let (mut peak, deadline) = (0, Instant::now() + DEADLINE);
        while let Some(now) = self.peak_memory() {
            assert!(Instant::now() < deadline, "it does not end");
            peak = now;
        }
        peak
    }

    /// Sends the process this signal, if it is still a clipboard process.
    pub fn signal(self, signal: Signal) {
        if self.is_clipboard_process() {
            kill_process(Pid::from_raw(self.id.cast_signed()).unwrap(), signal).ok();
        }
    }

    /// Kills the process if it is still a clipboard process.
    pub fn kill(self) {
        // Another process may have the same ID by now.
        if self.is_clipboard_process() {
            kill_process(Pid::from_raw(self.id.cast_signed()).unwrap(), Signal::KILL).ok();
        }
    }

    fn is_clipboard_process(self) -> bool {
        fs::read(self.file("cmdline")).is_ok_and(|line| line.ends_with(b"\0hold-clipboard\0"))
    }

    /// State, parent, group, session, terminal and so on (`proc(5)`); `None` if the process is gone.
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
