//! The terminal that the interface is drawn on: standard output where that is one, else the terminal that
//! controls this process, so that standard output stays free for the secret.

use std::fs::File;
use std::io::{self, IsTerminal, Write};
use std::sync::Arc;

use zeroize::Zeroize;

/// More than a frame of a large terminal, so that each frame is one write.
const FRAME_BYTES: usize = 64 * 1024;

/// The terminal, open for writing.
///
/// # Errors
/// When this process has none.
pub(super) fn open() -> io::Result<Arc<File>> {
    if io::stdout().is_terminal() {
        return of_stdout().map(Arc::new);
    }
    File::options().read(true).write(true).open(CONTROLLING).map(Arc::new)
}

/// The terminal that controls the process, by the name that it has everywhere.
#[cfg(unix)]
const CONTROLLING: &str = "/dev/tty";

#[cfg(not(unix))]
const CONTROLLING: &str = "CONOUT$";

#[cfg(unix)]
fn of_stdout() -> io::Result<File> {
    use std::os::fd::AsFd;
    Ok(File::from(io::stdout().as_fd().try_clone_to_owned()?))
}

#[cfg(not(unix))]
fn of_stdout() -> io::Result<File> {
    File::options().read(true).write(true).open(CONTROLLING)
}

/// Collects a frame and sends it in one piece. What was sent is wiped at once: a frame can show the secret, and
/// the buffer lives as long as the program.
pub(super) struct FrameWriter {
    terminal: Arc<File>,
    frame: Vec<u8>,
}

impl FrameWriter {
    pub fn new(terminal: Arc<File>) -> Self {
        Self { terminal, frame: Vec::with_capacity(FRAME_BYTES) }
    }
}

impl Write for FrameWriter {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        // A buffer that grew would leave its first half behind unwiped.
        if self.frame.len() + bytes.len() > self.frame.capacity() {
            self.flush()?;
        }
        let room = self.frame.capacity() - self.frame.len();
        let taken = &bytes[..bytes.len().min(room)];
        self.frame.extend_from_slice(taken);
        Ok(taken.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        let sent = (&*self.terminal).write_all(&self.frame);
        self.frame.as_mut_slice().zeroize();
        self.frame.clear();
        sent
    }
}

#[cfg(test)]
mod tests {
    use std::io::{Read, Seek};

    use super::*;

    #[test]
    fn a_frame_is_sent_whole_and_wiped() {
        let mut file = tempfile::tempfile().unwrap();
        let mut writer = FrameWriter::new(Arc::new(file.try_clone().unwrap()));
        let long = vec![b'x'; FRAME_BYTES + 5];
        writer.write_all(b"mdb_sa_sk_FAKE").unwrap();
        writer.write_all(&long).unwrap();
        writer.flush().unwrap();
        let mut sent = Vec::new();
        file.rewind().unwrap();
        file.read_to_end(&mut sent).unwrap();
        assert_eq!(sent, [&b"mdb_sa_sk_FAKE"[..], &long].concat());
        assert!(writer.frame.is_empty() && writer.frame.capacity() == FRAME_BYTES);
    }
}
