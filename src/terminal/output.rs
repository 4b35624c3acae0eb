//! The terminal as a file: opening it, its size, and writing to it without waiting for long.

use std::fs::File;
use std::io::{self, IsTerminal, Write};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use zeroize::Zeroize;

/// The size of a terminal that reports none.
const USUAL_SIZE: (u16, u16) = (80, 24);

/// A larger reported size is cut to this, because every cell takes memory.
const MAX_SIZE: (u16, u16) = (1000, 400);

/// The controlling terminal of the process.
const CONTROLLING: &str = if cfg!(unix) { "/dev/tty" } else { "CONOUT$" };

/// How long writing a whole sequence may take.
const SEQUENCE_LIMIT: Duration = Duration::from_secs(1);

/// The terminal, open for writing, with a queue for what it does not take at once.
///
/// **Invariant:** what was written is wiped, because a frame can show the secret.
#[derive(Clone)]
pub(crate) struct TerminalOutput {
    file: Arc<File>,
    queue: Arc<Mutex<Queue>>,
}

/// `bytes[sent..]` is not written yet.
#[derive(Default)]
struct Queue {
    bytes: Vec<u8>,
    sent: usize,
}

impl Queue {
    /// Wipes the queue. Removing only its front would leave a copy of the rest behind.
    fn clear(&mut self) {
        self.bytes.as_mut_slice().zeroize();
        self.bytes.clear();
        self.sent = 0;
    }
}

impl TerminalOutput {
    /// Opens the terminal to draw on: standard output if that is one, else the controlling terminal, so that standard
    /// output stays free for the secret.
    pub fn open() -> io::Result<Self> {
        #[cfg(unix)]
        if io::stdout().is_terminal() {
            return reopen(&io::stdout()).map(Self::new);
        }
        open_path(CONTROLLING).map(Self::new)
    }

    pub(super) fn new(file: File) -> Self {
        Self { file: Arc::new(file), queue: Arc::default() }
    }

    pub fn file(&self) -> &File {
        &self.file
    }

    /// Columns and rows of the terminal.
    pub fn size(&self) -> (u16, u16) {
        plausible_size(reported_size(&self.file), |name| std::env::var(name).ok())
    }

    /// True while something waits in the queue.
    pub(super) fn has_pending_output(&self) -> bool {
        !self.queue().bytes.is_empty()
    }

    pub(super) fn push(&self, bytes: &[u8]) {
        self.queue().bytes.extend_from_slice(bytes);
    }

    /// Writes the queue, and waits for at most `limit`. True if everything was written. An error means that the terminal
    /// is gone.
    pub(super) fn send(&self, limit: Duration) -> io::Result<bool> {
        let deadline = Instant::now() + limit;
        let mut queue = self.queue();
        while queue.sent < queue.bytes.len() {
            match self.write_some(&queue.bytes[queue.sent..]) {
                Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
                Ok(count) => queue.sent += count,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                    let left = deadline.saturating_duration_since(Instant::now());
                    if left.is_zero() {
                        return Ok(false);
                    }
                    self.wait_until_writable(left)?;
                }
                Err(error) => return Err(error),
            }
        }
        queue.clear();
        Ok(true)
    }

    #[cfg(unix)]
    fn write_some(&self, bytes: &[u8]) -> io::Result<usize> {
        (&*self.file).write(bytes)
    }

    /// A Windows console takes UTF-8 only from the standard streams, which convert it. Standard output would keep a copy
    /// of the frame in its buffer.
    #[cfg(not(unix))]
    fn write_some(&self, bytes: &[u8]) -> io::Result<usize> {
        if io::stderr().is_terminal() {
            io::stderr().write(bytes)
        } else if io::stdout().is_terminal() {
            io::stdout().write_all(bytes)?;
            io::stdout().flush().map(|()| bytes.len())
        } else {
            (&*self.file).write(bytes)
        }
    }

    /// Discards what is not written yet, in the queue and in the kernel.
    pub(super) fn discard(&self) {
        self.queue().clear();
        #[cfg(unix)]
        let _ = rustix::termios::tcflush(&*self.file, rustix::termios::QueueSelector::OFlush);
    }

    #[cfg(unix)]
    fn wait_until_writable(&self, limit: Duration) -> io::Result<()> {
        use rustix::event::{PollFd, PollFlags, Timespec, poll};
        let limit = Timespec::try_from(limit).map_err(io::Error::other)?;
        match poll(&mut [PollFd::new(&*self.file, PollFlags::OUT)], Some(&limit)) {
            Ok(_) | Err(rustix::io::Errno::INTR) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }

    #[cfg(not(unix))]
    fn wait_until_writable(&self, _: Duration) -> io::Result<()> {
        Ok(())
    }

    fn queue(&self) -> MutexGuard<'_, Queue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Writes whole sequences, after the queue.
impl Write for TerminalOutput {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if !self.send(SEQUENCE_LIMIT)? {
            return Err(io::ErrorKind::TimedOut.into());
        }
        self.push(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        if self.send(SEQUENCE_LIMIT)? { Ok(()) } else { Err(io::ErrorKind::TimedOut.into()) }
    }
}

/// True when the terminal was closed.
#[cfg(unix)]
pub(super) fn is_gone(terminal: &File) -> bool {
    use rustix::event::{PollFd, PollFlags, Timespec, poll};
    let mut polled = [PollFd::new(terminal, PollFlags::IN)];
    let at_once = Timespec { tv_sec: 0, tv_nsec: 0 };
    poll(&mut polled, Some(&at_once)).is_err()
        || polled[0].revents().intersects(PollFlags::HUP | PollFlags::ERR)
}

/// A Windows console does not go away by itself.
#[cfg(not(unix))]
pub(super) fn is_gone(_: &File) -> bool {
    false
}

/// Adds frames to the queue. It never fails, because ratatui's destructor would print an error.
pub(super) struct FrameWriter(pub TerminalOutput);

impl Write for FrameWriter {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.push(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Opens the terminal to read from: standard input if that is one, else the one that is drawn on.
#[cfg(unix)]
pub(super) fn open_input(output: &File) -> io::Result<File> {
    if io::stdin().is_terminal() { reopen(&io::stdin()) } else { reopen(output) }
}

/// Opens the terminal of this descriptor again. Non-blocking mode belongs to the open file, and the inherited one is
/// shared with the shell.
#[cfg(unix)]
fn reopen(terminal: &impl std::os::fd::AsFd) -> io::Result<File> {
    use std::ffi::OsStr;
    use std::os::fd::AsRawFd;
    use std::os::unix::ffi::OsStrExt;
    // This name works even after `su`, when the terminal's own name belongs to another user. But macOS cannot poll it
    // with kqueue.
    if !cfg!(target_os = "macos") && rustix::termios::tcgetsid(terminal).is_ok() {
        return open_path(CONTROLLING);
    }
    let by_name = || open_path(OsStr::from_bytes(rustix::termios::ttyname(terminal, Vec::new())?.as_bytes()));
    // A terminal from outside a container has no name in it; Linux can open it by its descriptor.
    by_name().or_else(|_| open_path(format!("/dev/fd/{}", terminal.as_fd().as_raw_fd())))
}

fn open_path(path: impl AsRef<std::path::Path>) -> io::Result<File> {
    let mut options = File::options();
    options.read(true).write(true);
    #[cfg(unix)]
    {
        use rustix::fs::OFlags;
        use std::os::unix::fs::OpenOptionsExt;
        let flags = OFlags::NONBLOCK | OFlags::NOCTTY;
        options.custom_flags(flags.bits().cast_signed());
    }
    options.open(path)
}

#[cfg(unix)]
fn reported_size(terminal: &File) -> (u16, u16) {
    rustix::termios::tcgetwinsize(terminal).map_or((0, 0), |size| (size.ws_col, size.ws_row))
}

#[cfg(not(unix))]
fn reported_size(_: &File) -> (u16, u16) {
    crossterm::terminal::size().unwrap_or((0, 0))
}

/// The size to use. A pseudo-terminal whose size was never set reports 0: then `COLUMNS` and `LINES` count.
fn plausible_size(reported: (u16, u16), variable: impl Fn(&str) -> Option<String>) -> (u16, u16) {
    let one = |reported: u16, name: &str, usual: u16, largest: u16| {
        let of_variable =
            || variable(name)?.trim().parse().ok().filter(|number| (1..=largest).contains(number));
        if reported > 0 { reported.min(largest) } else { of_variable().unwrap_or(usual) }
    };
    (one(reported.0, "COLUMNS", USUAL_SIZE.0, MAX_SIZE.0), one(reported.1, "LINES", USUAL_SIZE.1, MAX_SIZE.1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(unix)]
    #[test]
    fn a_reader_that_does_not_read_is_not_waited_for() {
        use std::io::Read;
        let (mut reader, writer) = io::pipe().unwrap();
        rustix::io::ioctl_fionbio(&writer, true).unwrap();
        let mut output = TerminalOutput::new(File::from(std::os::fd::OwnedFd::from(writer)));
        let frame = vec![b'f'; 200_000];
        output.push(&frame);
        let begun = Instant::now();
        assert!(!output.send(Duration::from_millis(10)).unwrap());
        assert!(begun.elapsed() < Duration::from_secs(5) && output.has_pending_output());
        assert_eq!(output.write(b"x").unwrap_err().kind(), io::ErrorKind::TimedOut, "it would cut the frame");

        let reading = std::thread::spawn(move || {
            let mut read = Vec::new();
            reader.read_to_end(&mut read).unwrap();
            read
        });
        assert!(output.send(Duration::from_secs(20)).unwrap());
        output.write_all(b"after").unwrap();
        output.flush().unwrap();
        drop(output);
        assert_eq!(reading.join().unwrap(), [&frame[..], b"after"].concat());
    }

    #[test]
    fn a_size_that_cannot_be_is_replaced() {
        type Row = ((u16, u16), &'static str, &'static str, (u16, u16));
        let rows: [Row; 10] = [
            ((80, 24), "", "", (80, 24)),
            ((213, 61), "10", "10", (213, 61)),
            ((0, 0), "", "", (80, 24)),
            ((0, 0), " 132\n", "43", (132, 43)),
            ((0, 0), "0", "0", (80, 24)),
            ((0, 0), "-5", "2.5", (80, 24)),
            ((0, 0), "65535", "401", (80, 24)),
            ((0, 0), "1000", "400", (1000, 400)),
            ((0, 50), "100", "30", (100, 50)),
            ((65535, 65535), "", "", (1000, 400)),
        ];
        for (reported, columns, lines, expected) in rows {
            let variable = |name: &str| {
                let value = if name == "COLUMNS" { columns } else { lines };
                (!value.is_empty()).then(|| value.to_owned())
            };
            assert_eq!(plausible_size(reported, variable), expected, "{reported:?} {columns:?} {lines:?}");
        }
    }
}
