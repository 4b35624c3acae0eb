//! What is written to the terminal, without ever waiting for it for long.

use std::fs::File;
use std::io::{self, Write};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use zeroize::Zeroize;

use super::device;

/// How long a whole sequence that someone waits for may take to be written.
const SEQUENCE_LIMIT: Duration = Duration::from_secs(1);

/// The terminal, open for writing. What it does not take at once waits in a queue.
///
/// **Invariant:** what was written is wiped, since a frame can show the secret.
#[derive(Clone)]
pub(crate) struct TerminalOutput {
    file: Arc<File>,
    queue: Arc<Mutex<Queue>>,
}

/// What the terminal has not taken yet is `bytes[sent..]`.
#[derive(Default)]
struct Queue {
    bytes: Vec<u8>,
    sent: usize,
}

impl Queue {
    /// Wipes all of it. Moving the rest forward instead would leave a copy behind it.
    fn clear(&mut self) {
        self.bytes.as_mut_slice().zeroize();
        self.bytes.clear();
        self.sent = 0;
    }
}

impl TerminalOutput {
    /// Opens the terminal.
    ///
    /// # Errors
    /// When this process has none.
    pub fn open() -> io::Result<Self> {
        device::open().map(Self::new)
    }

    pub(super) fn new(file: File) -> Self {
        Self { file: Arc::new(file), queue: Arc::default() }
    }

    pub fn file(&self) -> &File {
        &self.file
    }

    /// Columns and rows of the terminal.
    pub fn size(&self) -> (u16, u16) {
        device::size(&self.file)
    }

    /// True when the terminal was closed.
    #[cfg(unix)]
    pub(super) fn is_gone(&self) -> bool {
        device::is_gone(&self.file)
    }

    #[cfg(not(unix))]
    #[expect(clippy::unused_self, reason = "a console does not go away by itself")]
    pub(super) fn is_gone(&self) -> bool {
        false
    }

    /// True while the terminal has not taken everything.
    pub(super) fn is_behind(&self) -> bool {
        !self.queue().bytes.is_empty()
    }

    pub(super) fn push(&self, bytes: &[u8]) {
        self.queue().bytes.extend_from_slice(bytes);
    }

    /// Writes what is in the queue, and waits for the terminal to take it for at most `limit`. True when everything
    /// was written.
    ///
    /// # Errors
    /// When the terminal is gone.
    pub(super) fn send(&self, limit: Duration) -> io::Result<bool> {
        let deadline = Instant::now() + limit;
        let mut queue = self.queue();
        while queue.sent < queue.bytes.len() {
            match (&*self.file).write(&queue.bytes[queue.sent..]) {
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

    /// Discards what the terminal has not accepted, here and in the system.
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

/// Whole sequences, after what is in the queue.
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

/// Puts frames into the queue. It never fails: a destructor that writes here has nothing to complain of.
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

#[cfg(test)]
mod tests {
    use std::io::{Read, Seek};

    use super::*;

    #[test]
    fn a_frame_is_sent_whole() {
        let mut file = tempfile::tempfile().unwrap();
        let output = TerminalOutput::new(file.try_clone().unwrap());
        let long = vec![b'x'; 100_000];
        let mut frame = FrameWriter(output.clone());
        frame.write_all(b"mdb_sa_sk_FAKE").unwrap();
        frame.write_all(&long).unwrap();
        assert!(output.is_behind());
        assert!(output.send(Duration::ZERO).unwrap() && !output.is_behind());
        let mut sent = Vec::new();
        file.rewind().unwrap();
        file.read_to_end(&mut sent).unwrap();
        assert_eq!(sent, [&b"mdb_sa_sk_FAKE"[..], &long].concat());
    }

    #[cfg(unix)]
    #[test]
    fn a_reader_that_does_not_read_is_not_waited_for() {
        let (mut reader, writer) = io::pipe().unwrap();
        rustix::io::ioctl_fionbio(&writer, true).unwrap();
        let mut output = TerminalOutput::new(File::from(std::os::fd::OwnedFd::from(writer)));
        let frame = vec![b'f'; 200_000];
        output.push(&frame);
        let begun = Instant::now();
        assert!(!output.send(Duration::from_millis(10)).unwrap());
        assert!(begun.elapsed() < Duration::from_secs(5) && output.is_behind());
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

    #[cfg(unix)]
    #[test]
    fn a_terminal_that_is_gone_is_an_error() {
        let (reader, writer) = io::pipe().unwrap();
        drop(reader);
        let output = TerminalOutput::new(File::from(std::os::fd::OwnedFd::from(writer)));
        output.push(b"x");
        assert!(output.send(Duration::ZERO).is_err());
    }
}
