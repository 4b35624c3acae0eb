//! Lines on standard error. Writing may block: a full pipe, a stopped terminal.
//!
//! **Invariant:** nothing waits for standard error for longer than [`LIMIT`].

use std::io::{self, Write};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, Sender};
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::Duration;

/// How long a line may take to be written.
const LIMIT: Duration = Duration::from_millis(500);

static LINES: Lines = Lines { writer: Mutex::new(None), is_stuck: AtomicBool::new(false) };

/// Writes a line to standard error, after the program's name.
pub fn say(message: &str) {
    LINES.write(format!("atlas-secret: {message}\n"), io::stderr);
}

/// A line, and the channel that reports that it was written.
type Line = (String, Sender<()>);

/// A thread that writes, since a write to what is shared with other programs cannot be made to give up.
struct Lines {
    writer: Mutex<Option<Sender<Line>>>,
    /// True after a line took too long: the ones after it wait in the queue, and no one waits for them.
    is_stuck: AtomicBool,
}

impl Lines {
    fn write<Target: Write>(&'static self, line: String, target: impl FnOnce() -> Target + Send + 'static) {
        let (written, is_written) = mpsc::channel();
        let mut writer = self.writer.lock().unwrap_or_else(PoisonError::into_inner);
        if writer.is_none() {
            *writer = start(target);
        }
        // Without a thread nothing can be written safely.
        let is_sent = writer.as_ref().is_some_and(|writer| writer.send((line, written)).is_ok());
        drop(writer);
        if is_sent && !self.is_stuck.load(Ordering::Relaxed) && is_written.recv_timeout(LIMIT).is_err() {
            self.is_stuck.store(true, Ordering::Relaxed);
        }
    }
}

fn start<Target: Write>(target: impl FnOnce() -> Target + Send + 'static) -> Option<Sender<Line>> {
    let (lines, queue) = mpsc::channel::<Line>();
    let work = move || {
        let mut target = target();
        for (line, written) in queue {
            // If standard error is closed, nothing can be done.
            let _ = target.write_all(line.as_bytes()).and_then(|()| target.flush());
            let _ = written.send(());
        }
    };
    thread::Builder::new().name("standard error".to_owned()).spawn(work).ok().map(|_| lines)
}

#[cfg(test)]
mod tests {
    use std::io::Read;
    use std::time::Instant;

    use super::*;

    fn lines() -> &'static Lines {
        Box::leak(Box::new(Lines { writer: Mutex::new(None), is_stuck: AtomicBool::new(false) }))
    }

    #[test]
    fn lines_are_written_before_the_program_goes_on() {
        let (mut reader, target) = io::pipe().unwrap();
        let lines = lines();
        let unused = target.try_clone().unwrap();
        lines.write("one\n".to_owned(), move || target);
        lines.write("two\n".to_owned(), move || unused);
        let mut read = [0; 8];
        reader.read_exact(&mut read).unwrap();
        assert_eq!(&read, b"one\ntwo\n");
        assert!(!lines.is_stuck.load(Ordering::Relaxed));
    }

    #[test]
    fn a_pipe_that_no_one_reads_costs_the_limit_once() {
        let (mut reader, target) = io::pipe().unwrap();
        let lines = lines();
        let begun = Instant::now();
        lines.write("x".repeat(1 << 20), move || target);
        assert!(begun.elapsed() >= LIMIT && lines.is_stuck.load(Ordering::Relaxed));
        for _ in 0..1000 {
            lines.write("y".to_owned(), io::sink);
        }
        assert!(begun.elapsed() < Duration::from_secs(20), "a thousand limits are more than that");
        // What waits is written as soon as someone reads.
        let mut read = vec![0; (1 << 20) + 1000];
        reader.read_exact(&mut read).unwrap();
        assert!(read.ends_with(b"yy"));
    }
}
