//! Writing the secret to standard output, whole and unbuffered.

use secrecy::{ExposeSecret, SecretString};

use crate::delivery::render;
use crate::domain::{Format, SecretPayload, os_error_message};

/// Writes `payload` in `format` to this process's standard output and, if that is a file, waits until it is on
/// the disk. Of a file that takes only a part nothing is left, so that the same can be tried again.
///
/// Blocks for as long as the reader lets it wait. A reader that has gone is an error and no signal: Rust ignores
/// SIGPIPE.
pub fn write_secret(format: Format, payload: &SecretPayload) -> Result<(), String> {
    write_text(&render(format, payload))
}

#[cfg(unix)]
fn write_text(text: &SecretString) -> Result<(), String> {
    on_unix::write_to(std::io::stdout(), text.expose_secret().as_bytes())
}

#[cfg(not(unix))]
fn write_text(text: &SecretString) -> Result<(), String> {
    use std::io::Write;
    let mut output = std::io::stdout().lock();
    let written = output.write_all(text.expose_secret().as_bytes()).and_then(|()| output.flush());
    written.map_err(|error| failure_of(&error))
}

/// What happened, as a sentence.
fn failure_of(error: &std::io::Error) -> String {
    use std::io::ErrorKind;
    match error.kind() {
        ErrorKind::BrokenPipe | ErrorKind::ConnectionReset => {
            "No program reads standard output any more.".to_owned()
        }
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded => "No space left for standard output.".to_owned(),
        _ => format!("Standard output could not be written: {}.", os_error_message(error)),
    }
}

#[cfg(unix)]
pub(super) mod on_unix {
    //! The same by descriptors, past the buffer that Rust keeps before standard output.

    use std::os::fd::{AsFd, BorrowedFd};

    use rustix::event::{PollFd, PollFlags, poll};
    use rustix::fs::{FileType, SeekFrom};
    use rustix::io::{Errno, retry_on_intr};

    /// Writes all of `bytes`, and waits for the disk if it is a file.
    pub fn write_to(descriptor: impl AsFd, bytes: &[u8]) -> Result<(), String> {
        let descriptor = descriptor.as_fd();
        let done = match length_of_file(descriptor) {
            Some(before) => write_file(descriptor, before, bytes),
            None => write_all(descriptor, bytes),
        };
        done.map_err(|error| super::failure_of(&error.into()))
    }

    /// The length of a regular file; `None` for anything else.
    fn length_of_file(descriptor: BorrowedFd<'_>) -> Option<u64> {
        let stat = rustix::fs::fstat(descriptor).ok()?;
        let is_file = FileType::from_raw_mode(stat.st_mode) == FileType::RegularFile;
        is_file.then(|| u64::try_from(stat.st_size).ok())?
    }

    /// A file that was `before` bytes long is as long again after a failure.
    fn write_file(descriptor: BorrowedFd<'_>, before: u64, bytes: &[u8]) -> rustix::io::Result<()> {
        let start = rustix::fs::tell(descriptor)?;
        let done = write_all(descriptor, bytes).and_then(|()| rustix::fs::fsync(descriptor));
        if done.is_err() {
            // Only the first failure is reported; nothing can be done about this one.
            let _ = rustix::fs::ftruncate(descriptor, before);
            let _ = rustix::fs::seek(descriptor, SeekFrom::Start(start));
        }
        done
    }

    fn write_all(descriptor: BorrowedFd<'_>, mut bytes: &[u8]) -> rustix::io::Result<()> {
        while !bytes.is_empty() {
            match rustix::io::write(descriptor, bytes) {
                Ok(0) => return Err(Errno::IO),
                Ok(written) => bytes = bytes.get(written..).unwrap_or_default(),
                Err(Errno::INTR) => {}
                // A pipe can be non-blocking because another of its users has made it so.
                Err(Errno::AGAIN) => wait_for_room(descriptor)?,
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    fn wait_for_room(descriptor: BorrowedFd<'_>) -> rustix::io::Result<()> {
        let mut polled = [PollFd::from_borrowed_fd(descriptor, PollFlags::OUT)];
        retry_on_intr(|| poll(&mut polled, None)).map(|_| ())
    }
}
