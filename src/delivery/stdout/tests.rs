//! Checks and writes with real descriptors. Tests of this process's own standard output are in `tests/sinks/`.
#![cfg(unix)]

use std::fs::{self, File};
use std::io::{IsTerminal, PipeReader, Read, pipe};
use std::os::fd::AsFd;
use std::os::unix::fs::{MetadataExt, PermissionsExt, fchown};
use std::thread;
use std::time::{Duration, Instant};

use rustix::fs::{FileType, Mode};

use super::unix::{check, write};
use super::{StdoutError, StdoutKind};

const FAKE: &[u8] = b"mdb_sa_sk_FAKE";

#[cfg(target_os = "linux")]
#[test]
fn devices_that_lose_the_secret_are_refused() {
    let rows = [
        ("/dev/null", StdoutError::Discarded),
        ("/dev/zero", StdoutError::Device),
        ("/dev/random", StdoutError::Device),
        ("/dev/urandom", StdoutError::Device),
        ("/dev/kmsg", StdoutError::Device),
        ("/dev/ptmx", StdoutError::Device),
        ("/dev/fuse", StdoutError::Device),
        ("/dev/loop0", StdoutError::Device),
    ];
    let full = File::options().write(true).open("/dev/full").unwrap();
    assert_eq!(check(&full, None), Ok(StdoutKind::Sink), "writing to it fails, so nothing is lost");
    let mut tried = 0;
    for (path, expected) in rows {
        // Not every machine has each of them, or lets all users write to it.
        let Ok(device) = File::options().write(true).open(path) else { continue };
        if device.is_terminal() {
            continue;
        }
        assert_eq!(check(&device, None), Err(expected), "{path}");
        tried += 1;
    }
    assert!(tried >= 4, "{tried}");
}

#[test]
fn a_pipe_or_a_socket_without_a_reader_is_refused() {
    let (reader, writer) = pipe().unwrap();
    assert_eq!(check(&writer, None), Ok(StdoutKind::Sink));
    drop(reader);
    // A process that another test is just starting has a copy of the read end until it runs its program.
    let start = Instant::now();
    while check(&writer, None) != Err(StdoutError::NoReader) {
        assert!(start.elapsed() < Duration::from_secs(20), "the pipe was never closed");
        thread::yield_now();
    }
    let (socket, peer) = std::os::unix::net::UnixStream::pair().unwrap();
    assert_eq!(check(&socket, None), Ok(StdoutKind::Sink));
    drop(peer);
    let start = Instant::now();
    while check(&socket, None) != Err(StdoutError::NoReader) {
        assert!(start.elapsed() < Duration::from_secs(20), "the socket was never closed");
        thread::yield_now();
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_named_pipe_that_others_can_read_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("fifo");
    rustix::fs::mknodat(rustix::fs::CWD, &path, FileType::Fifo, Mode::from_bits_retain(0o600), 0).unwrap();
    // Opened for both, so that it has a reader.
    let fifo = File::options().read(true).write(true).open(&path).unwrap();
    for (mode, expected) in [
        (0o600, Ok(StdoutKind::Sink)),
        (0o622, Ok(StdoutKind::Sink)),
        (0o640, Err(StdoutError::ReadableFifo)),
        (0o604, Err(StdoutError::ReadableFifo)),
        (0o644, Err(StdoutError::ReadableFifo)),
        (0o666, Err(StdoutError::ReadableFifo)),
    ] {
        fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
        assert_eq!(check(&fifo, None), expected, "{mode:o}");
    }
}

#[test]
fn descriptors_of_the_system_are_checked() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("file");
    let file = File::create_new(&path).unwrap();
    let with_mode = |mode| {
        file.set_permissions(fs::Permissions::from_mode(mode)).unwrap();
        check(&file, None)
    };
    for mode in [0o600, 0o700, 0o622] {
        assert_eq!(with_mode(mode), Ok(StdoutKind::Sink), "{mode:o}");
    }
    for mode in [0o640, 0o604, 0o644] {
        assert_eq!(with_mode(mode), Err(StdoutError::Readable), "{mode:o}");
    }
    assert_eq!(check(File::open(&path).unwrap(), None), Err(StdoutError::ReadOnly));

    let null = File::options().read(true).write(true).open("/dev/null").unwrap();
    assert_eq!(check(&null, None), Err(StdoutError::Discarded));
    let (_reader, writer) = pipe().unwrap();
    assert_eq!(check(&writer, None), Ok(StdoutKind::Sink));
    let terminal = pty_process::blocking::open().unwrap();
    assert_eq!(check(&terminal.0, None), Ok(StdoutKind::Terminal));
}

#[cfg(target_os = "linux")]
#[test]
fn another_users_file_is_refused_but_not_the_pipe_of_a_user_who_ran_sudo() {
    let folder = tempfile::tempdir().unwrap();
    let file = File::create_new(folder.path().join("file")).unwrap();
    file.set_permissions(fs::Permissions::from_mode(0o600)).unwrap();
    if fchown(&file, Some(65533), None).is_err() {
        println!("skipped: only root can give a file away");
        return;
    }
    for mode in [0o600, 0o644] {
        file.set_permissions(fs::Permissions::from_mode(mode)).unwrap();
        assert_eq!(check(&file, None), Err(StdoutError::OtherOwner), "{mode:o}");
    }
    let fifo = folder.path().join("fifo");
    rustix::fs::mknodat(rustix::fs::CWD, &fifo, FileType::Fifo, Mode::from_bits_retain(0o600), 0).unwrap();
    let fifo = File::options().read(true).write(true).open(&fifo).unwrap();
    fchown(&fifo, Some(65533), None).unwrap();
    assert_eq!(check(&fifo, None), Err(StdoutError::OtherOwner));
    let (_reader, writer) = pipe().unwrap();
    fchown(&writer, Some(65533), None).unwrap();
    assert_eq!(check(&writer, None), Ok(StdoutKind::Sink));
}

#[test]
fn the_journal_is_recognized_by_its_socket() {
    let folder = tempfile::tempdir().unwrap();
    let (socket, _peer) = std::os::unix::net::UnixStream::pair().unwrap();
    let stat = rustix::fs::fstat(&socket).unwrap();
    let journal_stream = format!("{}:{}", stat.st_dev, stat.st_ino);
    assert_eq!(check(&socket, Some(&journal_stream)), Err(StdoutError::Journal));
    let (device, inode) = (stat.st_dev, stat.st_ino);
    for other in [
        None,
        Some(""),
        Some(&*format!("{device}:{}", inode + 1)),
        Some(&*format!("{}:{inode}", device + 1)),
        Some(&*format!("{device}:{inode}:1")),
    ] {
        assert_eq!(check(&socket, other), Ok(StdoutKind::Sink), "{other:?}");
    }

    let other = fs::metadata(folder.path()).unwrap();
    let journal_stream = format!("{}:{}", other.dev(), other.ino());
    assert_eq!(check(&socket, Some(&journal_stream)), Ok(StdoutKind::Sink));
}

#[test]
fn every_error_has_advice() {
    use StdoutError::{Device, Discarded, Journal, NoReader, OtherOwner, ReadOnly, Readable, ReadableFifo};
    for error in [Discarded, ReadOnly, Journal, Device] {
        assert!(error.to_string().contains("Send it to a pipe or a file"), "{error}");
    }
    assert!(ReadableFifo.to_string().contains("`mkfifo -m 600`"));
    assert!(OtherOwner.to_string().contains("Send it to a new file of your own."));
    assert!(NoReader.to_string().contains("Start the reader again."));
    assert!(Readable.to_string().contains("Run `umask 077`, and send it to a new file."));
}

#[test]
fn a_pipe_gets_exactly_the_text() {
    let (mut reader, writer) = pipe().unwrap();
    assert_eq!(write(&writer, FAKE), Ok(()));
    drop(writer);
    let mut read = Vec::new();
    reader.read_to_end(&mut read).unwrap();
    assert_eq!(read, FAKE);
}

#[test]
fn a_reader_that_has_exited_is_a_failure_and_not_a_signal() {
    let (reader, writer) = pipe().unwrap();
    drop(reader);
    assert_eq!(write(&writer, FAKE), Err("No program reads standard output anymore.".to_owned()));
}

#[test]
fn a_full_device_is_a_failure() {
    let Ok(full) = File::options().write(true).open("/dev/full") else {
        println!("skipped: there is no /dev/full");
        return;
    };
    assert_eq!(write(&full, FAKE), Err("No space left for standard output.".to_owned()));
}

#[test]
fn a_read_only_file_is_a_failure() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("file");
    fs::write(&path, "older").unwrap();
    let failure = write(File::open(&path).unwrap(), FAKE).unwrap_err();
    assert!(failure.starts_with("Standard output could not be written: "), "{failure}");
    assert_eq!(fs::read(&path).unwrap(), b"older");
}

#[test]
fn a_file_gets_the_text_after_what_it_has() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("file");
    fs::write(&path, "older\n").unwrap();
    let file = File::options().append(true).open(&path).unwrap();
    assert_eq!(write(&file, FAKE), Ok(()));
    assert_eq!(fs::read(&path).unwrap(), [b"older\n", FAKE].concat());
}

/// More than any pipe takes at once, so that writes are short and must wait.
fn long_text() -> Vec<u8> {
    b"fake ".repeat(1_000_000)
}

fn read_all(mut reader: PipeReader) -> thread::JoinHandle<Vec<u8>> {
    thread::spawn(move || {
        let mut read = Vec::new();
        reader.read_to_end(&mut read).unwrap();
        read
    })
}

#[test]
fn short_writes_and_full_pipes_are_continued() {
    for non_blocking in [false, true] {
        let (reader, writer) = pipe().unwrap();
        rustix::io::ioctl_fionbio(&writer, non_blocking).unwrap();
        let text = long_text();
        let reading = read_all(reader);
        assert_eq!(write(writer.as_fd(), &text), Ok(()));
        drop(writer);
        assert!(reading.join().unwrap() == text, "non_blocking: {non_blocking}");
    }
}

#[test]
fn a_reader_that_exits_while_the_pipe_is_full_is_a_failure() {
    let (mut reader, writer) = pipe().unwrap();
    rustix::io::ioctl_fionbio(&writer, true).unwrap();
    let reading = thread::spawn(move || reader.read_exact(&mut [0; 10]).unwrap());
    assert_eq!(
        write(writer.as_fd(), &long_text()),
        Err("No program reads standard output anymore.".to_owned())
    );
    reading.join().unwrap();
}
