//! The decision as a table, and the writing over descriptors. What takes this process's own standard output is
//! in `tests/sinks/`.
#![cfg(unix)]

use std::fs::{self, File};
use std::io::{PipeReader, Read, pipe};
use std::os::fd::AsFd;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::thread;

use rustix::fs::{FileType, Mode};

use super::facts::Facts;
use super::write::on_unix::write_to;
use super::{StdoutKind, StdoutProblem, check_descriptor};
use crate::domain::PrintFailure;

const FAKE: &[u8] = b"mdb_sa_sk_FAKE";

fn facts(kind: FileType, mode: u32) -> Facts {
    Facts { writable: true, kind, mode: Mode::from_bits_retain(mode), identity: (9, 4711), is_null: false }
}

#[test]
fn the_decision_is_a_table() {
    use FileType::{CharacterDevice, Fifo, RegularFile, Socket};
    let null = Facts { is_null: true, ..facts(CharacterDevice, 0o666) };
    let read_only = Facts { writable: false, ..facts(RegularFile, 0o600) };
    let journal = Err(StdoutProblem::Journal);
    let readable = Err(StdoutProblem::Readable);
    let rows = [
        (facts(Fifo, 0o600), None, Ok(())),
        (facts(Fifo, 0o666), None, Ok(())),
        (facts(Socket, 0o777), None, Ok(())),
        (facts(CharacterDevice, 0o666), None, Ok(())),
        (facts(RegularFile, 0o600), None, Ok(())),
        (facts(RegularFile, 0o700), None, Ok(())),
        (facts(RegularFile, 0o622), None, Ok(())),
        (facts(RegularFile, 0o640), None, readable.clone()),
        (facts(RegularFile, 0o604), None, readable.clone()),
        (facts(RegularFile, 0o644), None, readable),
        (null, None, Err(StdoutProblem::Discarded)),
        (read_only, None, Err(StdoutProblem::ReadOnly)),
        (facts(Socket, 0o777), Some("9:4711"), journal.clone()),
        (facts(Fifo, 0o600), Some("9:4711"), journal),
        (facts(Socket, 0o777), Some("9:4712"), Ok(())),
        (facts(Socket, 0o777), Some("8:4711"), Ok(())),
        (facts(Socket, 0o777), Some(""), Ok(())),
        (facts(Socket, 0o777), Some("9:4711:1"), Ok(())),
    ];
    for (facts, journal_stream, expected) in rows {
        assert_eq!(facts.judge(journal_stream), expected, "{facts:?} {journal_stream:?}");
    }
}

#[test]
fn the_system_is_asked_for_the_facts() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("file");
    let file = File::create_new(&path).unwrap();
    let with_mode = |mode| {
        file.set_permissions(fs::Permissions::from_mode(mode)).unwrap();
        check_descriptor(&file, None)
    };
    assert_eq!(with_mode(0o600), Ok(StdoutKind::Sink));
    assert_eq!(with_mode(0o644), Err(StdoutProblem::Readable));
    assert_eq!(with_mode(0o620), Ok(StdoutKind::Sink));
    assert_eq!(check_descriptor(File::open(&path).unwrap(), None), Err(StdoutProblem::ReadOnly));

    let null = File::options().read(true).write(true).open("/dev/null").unwrap();
    assert_eq!(check_descriptor(&null, None), Err(StdoutProblem::Discarded));
    let (_reader, writer) = pipe().unwrap();
    assert_eq!(check_descriptor(&writer, None), Ok(StdoutKind::Sink));
    let terminal = pty_process::blocking::open().unwrap();
    assert_eq!(check_descriptor(&terminal.0, None), Ok(StdoutKind::Terminal));
}

#[test]
fn the_journal_is_known_by_its_socket() {
    let folder = tempfile::tempdir().unwrap();
    let (socket, _peer) = std::os::unix::net::UnixStream::pair().unwrap();
    let stat = rustix::fs::fstat(&socket).unwrap();
    let journal_stream = format!("{}:{}", stat.st_dev, stat.st_ino);
    assert_eq!(check_descriptor(&socket, Some(&journal_stream)), Err(StdoutProblem::Journal));
    assert_eq!(check_descriptor(&socket, None), Ok(StdoutKind::Sink));

    let other = fs::metadata(folder.path()).unwrap();
    let journal_stream = format!("{}:{}", other.dev(), other.ino());
    assert_eq!(check_descriptor(&socket, Some(&journal_stream)), Ok(StdoutKind::Sink));
}

#[test]
fn every_problem_says_the_way_out() {
    use StdoutProblem::{Discarded, Journal, ReadOnly, Readable};
    for problem in [Discarded, ReadOnly, Journal] {
        assert!(problem.to_string().contains("Send it to a pipe or a file"), "{problem}");
    }
    assert!(Readable.to_string().contains("`chmod 600`") && Readable.to_string().contains("`umask 077`"));
}

#[test]
fn a_pipe_gets_exactly_the_text() {
    let (mut reader, writer) = pipe().unwrap();
    assert_eq!(write_to(&writer, FAKE), Ok(()));
    drop(writer);
    let mut read = Vec::new();
    reader.read_to_end(&mut read).unwrap();
    assert_eq!(read, FAKE);
}

#[test]
fn a_reader_that_has_gone_is_a_failure_and_no_signal() {
    let (reader, writer) = pipe().unwrap();
    drop(reader);
    assert_eq!(write_to(&writer, FAKE), Err(PrintFailure::Closed));
}

#[test]
fn a_full_device_is_a_failure() {
    let Ok(full) = File::options().write(true).open("/dev/full") else {
        println!("skipped: there is no /dev/full");
        return;
    };
    assert_eq!(write_to(&full, FAKE), Err(PrintFailure::Full));
}

#[test]
fn what_cannot_be_written_to_is_a_failure() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("file");
    fs::write(&path, "older").unwrap();
    let failure = write_to(File::open(&path).unwrap(), FAKE).unwrap_err();
    assert!(matches!(failure, PrintFailure::Other(_)), "{failure:?}");
    assert_eq!(fs::read(&path).unwrap(), b"older");
}

#[test]
fn a_file_gets_the_text_after_what_it_has() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("file");
    fs::write(&path, "older\n").unwrap();
    let file = File::options().append(true).open(&path).unwrap();
    assert_eq!(write_to(&file, FAKE), Ok(()));
    assert_eq!(fs::read(&path).unwrap(), [b"older\n", FAKE].concat());
}

/// More than any pipe takes at once, so that writes are short and have to wait.
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
fn short_writes_and_full_pipes_are_gone_on_with() {
    for non_blocking in [false, true] {
        let (reader, writer) = pipe().unwrap();
        rustix::io::ioctl_fionbio(&writer, non_blocking).unwrap();
        let text = long_text();
        let reading = read_all(reader);
        assert_eq!(write_to(writer.as_fd(), &text), Ok(()));
        drop(writer);
        assert!(reading.join().unwrap() == text, "non_blocking: {non_blocking}");
    }
}

#[test]
fn a_reader_that_goes_while_a_full_pipe_is_waited_for_is_a_failure() {
    let (mut reader, writer) = pipe().unwrap();
    rustix::io::ioctl_fionbio(&writer, true).unwrap();
    let reading = thread::spawn(move || reader.read_exact(&mut [0; 10]).unwrap());
    assert_eq!(write_to(writer.as_fd(), &long_text()), Err(PrintFailure::Closed));
    reading.join().unwrap();
}
