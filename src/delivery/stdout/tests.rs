//! Checks and writes with real descriptors. Devices, terminals, pipes, and this process's own standard output are
//! tested in `tests/sinks/` and `tests/program/`.
#![cfg(unix)]

use std::fs::{self, File};
use std::io::{Read, Seek, SeekFrom, pipe};
use std::net::UdpSocket;
#[cfg(target_os = "linux")]
use std::net::{Shutdown, TcpListener, TcpStream};
use std::os::fd::AsFd;
use std::os::unix::fs::{PermissionsExt, fchown};
use std::os::unix::net::{UnixDatagram, UnixStream};
use std::thread;
use std::time::{Duration, Instant};

use super::unix::{check, write};
use super::{StdoutError, StdoutKind};

#[test]
fn a_socket_without_a_reader_is_refused() {
    let (socket, peer) = UnixStream::pair().unwrap();
    assert_eq!(check(&socket, None), Ok(StdoutKind::Sink));
    drop(peer);
    // A process that another test is just starting keeps a copy of the other end until its own program runs.
    let start = Instant::now();
    while check(&socket, None) != Err(StdoutError::NoReader) {
        assert!(start.elapsed() < Duration::from_secs(20), "the socket was never closed");
        thread::yield_now();
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_socket_that_takes_no_bytes_is_refused() {
    let (socket, peer) = UnixStream::pair().unwrap();
    peer.shutdown(Shutdown::Read).unwrap();
    assert_eq!(check(&socket, None), Err(StdoutError::NoReader));
    assert_eq!(check(TcpListener::bind("127.0.0.1:0").unwrap(), None), Err(StdoutError::NoReader));
}

#[test]
fn a_file_with_text_after_the_start_is_refused() {
    let path = tempfile::NamedTempFile::new().unwrap().into_temp_path();
    fs::write(&path, "a longer text").unwrap();
    let opened = |options: &mut fs::OpenOptions| options.open(&path).unwrap();
    let mut file = opened(File::options().write(true));
    assert_eq!(check(&file, None), Err(StdoutError::InsideFile));
    file.seek(SeekFrom::End(0)).unwrap();
    assert_eq!(check(&file, None), Ok(StdoutKind::Sink));
    assert_eq!(check(opened(File::options().append(true)), None), Ok(StdoutKind::Sink));
    assert_eq!(check(opened(File::options().write(true).truncate(true)), None), Ok(StdoutKind::Sink));
}

#[test]
fn a_socket_for_datagrams_is_refused() {
    let udp = UdpSocket::bind("127.0.0.1:0").unwrap();
    udp.connect("127.0.0.1:9").unwrap();
    let (socket, _peer) = UnixDatagram::pair().unwrap();
    assert_eq!(check(&udp, None), Err(StdoutError::Datagrams));
    assert_eq!(check(&socket, None), Err(StdoutError::Datagrams));
}

/// A connection to this machine: both ends.
#[cfg(target_os = "linux")]
fn connection() -> (TcpStream, TcpStream) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let stream = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
    (stream, listener.accept().unwrap().0)
}

#[cfg(target_os = "linux")]
#[test]
fn a_connection_whose_other_end_was_closed_is_noticed_after_the_write() {
    let (stream, mut peer) = connection();
    // The other end sends nothing more, but still reads.
    peer.shutdown(Shutdown::Write).unwrap();
    assert_eq!(check(&stream, None), Ok(StdoutKind::Sink));
    assert_eq!(write(&stream, b"fake"), Ok(()));
    drop(stream);
    let mut read = String::new();
    peer.read_to_string(&mut read).unwrap();
    assert_eq!(read, "fake");

    let (mut stream, peer) = connection();
    drop(peer);
    // The end of the stream has arrived.
    assert_eq!(stream.read(&mut [0]).unwrap(), 0);
    assert_eq!(write(&stream, b"fake").unwrap_err(), "No program reads standard output anymore.");
}

#[test]
fn a_file_that_others_can_read_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let file = File::create_new(folder.path().join("file")).unwrap();
    let readable = Err(StdoutError::Readable);
    let sink = Ok(StdoutKind::Sink);
    for (mode, expected) in
        [(0o600, &sink), (0o700, &sink), (0o622, &sink), (0o640, &readable), (0o604, &readable)]
    {
        file.set_permissions(fs::Permissions::from_mode(mode)).unwrap();
        assert_eq!(&check(&file, None), expected, "{mode:o}");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn another_users_file_is_refused_but_not_the_pipe_of_a_user_who_ran_sudo() {
    use rustix::fs::{CWD, FileType, Mode, mknodat};

    let folder = tempfile::tempdir().unwrap();
    let file = File::create_new(folder.path().join("file")).unwrap();
    if fchown(&file, Some(65533), None).is_err() {
        println!("skipped: only root can give a file away");
        return;
    }
    let path = folder.path().join("fifo");
    mknodat(CWD, &path, FileType::Fifo, Mode::RUSR | Mode::WUSR, 0).unwrap();
    let fifo = File::options().read(true).write(true).open(&path).unwrap();
    fchown(&fifo, Some(65533), None).unwrap();
    for named in [file, fifo] {
        assert_eq!(check(&named, None), Err(StdoutError::OtherOwner), "{named:?}");
    }
    let (_reader, writer) = pipe().unwrap();
    fchown(&writer, Some(65533), None).unwrap();
    assert_eq!(check(&writer, None), Ok(StdoutKind::Sink));
}

#[test]
fn only_the_socket_of_the_journal_is_the_journal() {
    let (socket, _peer) = UnixStream::pair().unwrap();
    let stat = rustix::fs::fstat(&socket).unwrap();
    let (device, inode) = (stat.st_dev, stat.st_ino);
    assert_eq!(check(&socket, Some(&format!("{device}:{inode}"))), Err(StdoutError::Journal));
    for other in ["", &format!("{device}:{}", inode + 1), &format!("{}:{inode}", device + 1)] {
        assert_eq!(check(&socket, Some(other)), Ok(StdoutKind::Sink), "{other:?}");
    }
}

#[test]
fn a_read_only_file_is_a_failure() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("file");
    fs::write(&path, "older").unwrap();
    let failure = write(File::open(&path).unwrap(), b"fake").unwrap_err();
    assert!(failure.starts_with("Standard output could not be written: "), "{failure}");
    assert_eq!(fs::read(&path).unwrap(), b"older");
}

#[test]
fn short_writes_and_full_pipes_are_continued() {
    for non_blocking in [false, true] {
        let (mut reader, writer) = pipe().unwrap();
        rustix::io::ioctl_fionbio(&writer, non_blocking).unwrap();
        // More than any pipe takes at once.
        let text = b"fake ".repeat(1_000_000);
        let reading = thread::spawn(move || {
            let mut read = Vec::new();
            reader.read_to_end(&mut read).map(|_| read).unwrap()
        });
        assert_eq!(write(writer.as_fd(), &text), Ok(()));
        drop(writer);
        assert!(reading.join().unwrap() == text, "non_blocking: {non_blocking}");
    }
}
