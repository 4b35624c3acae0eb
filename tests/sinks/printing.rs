//! Printing to standard output of every kind.
//!
//! The test harness writes to standard output before the program does, so a file does not begin with the secret, but
//! ends with it.

use std::fs::{self, File};
use std::io::{Read, pipe};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::process::Stdio;
use std::time::Instant;

use tempfile::tempdir;

use crate::VALUE;
use crate::program::{DEADLINE, Program};

#[test]
fn a_closed_standard_output_and_the_null_device_are_errors() {
    for prelude in ["exec >&-", "exec >/dev/null"] {
        let mut program = Program::start(prelude, Stdio::inherit()).unwrap();
        assert_eq!(program.ask("check"), "Err(Discarded)", "{prelude}");
    }
}

#[test]
fn a_file_that_others_can_read_is_an_error() {
    let folder = tempdir().unwrap();
    let path = folder.path().join("file");
    let file = File::create_new(&path).unwrap();
    file.set_permissions(fs::Permissions::from_mode(0o644)).unwrap();
    let mut program = Program::start("", file.try_clone().unwrap()).unwrap();
    assert_eq!(program.ask("check"), "Err(Readable)");
    file.set_permissions(fs::Permissions::from_mode(0o600)).unwrap();
    assert_eq!(program.ask("check"), "Ok(Sink)");
}

#[test]
fn the_systemd_journal_is_an_error() {
    let prelude = "JOURNAL_STREAM=$(stat -L -c %d:%i /proc/self/fd/3) && export JOURNAL_STREAM";
    let (_reader, writer) = pipe().unwrap();
    let Some(mut program) = Program::start(&format!("exec 3>&1\n{prelude}"), writer) else {
        println!("skipped: stat does not show the inode of a pipe");
        return;
    };
    assert_eq!(program.ask("check"), "Err(Journal)");
}

#[test]
fn a_file_gets_exactly_the_text() {
    let folder = tempdir().unwrap();
    let path = folder.path().join("file");
    let file = File::options().write(true).create_new(true).mode(0o600).open(&path).unwrap();
    let mut program = Program::start("", file).unwrap();
    let before = fs::read_to_string(&path).unwrap();
    assert_eq!(program.ask("print secret"), "Ok(())");
    assert_eq!(fs::read_to_string(&path).unwrap(), format!("{before}{VALUE}"));
    assert_eq!(program.ask("print env"), "Ok(())");
    assert!(fs::read_to_string(&path).unwrap().ends_with(&format!("MONGODB_ATLAS_CLIENT_SECRET={VALUE}\n")));
}

#[test]
fn a_partial_write_is_undone_and_can_be_retried() {
    let folder = tempdir().unwrap();
    let path = folder.path().join("file");
    let file = File::options().write(true).create_new(true).mode(0o600).open(&path).unwrap();
    let mut program = Program::start("trap '' XFSZ", file).unwrap();
    let before = fs::read_to_string(&path).unwrap();
    assert_eq!(program.ask(&format!("limit {}", before.len() + 20)), "Ok(())");
    assert_eq!(program.ask("print secret"), "Err(\"Standard output could not be written: File too large.\")");
    assert_eq!(fs::read_to_string(&path).unwrap(), before);
    assert_eq!(program.ask(&format!("limit {}", before.len() + VALUE.len())), "Ok(())");
    assert_eq!(program.ask("print secret"), "Ok(())");
    assert_eq!(fs::read_to_string(&path).unwrap(), format!("{before}{VALUE}"));
}

#[test]
fn a_pipe_gets_the_text() {
    let (mut reader, writer) = pipe().unwrap();
    let mut program = Program::start("", writer).unwrap();
    assert_eq!(program.ask("check"), "Ok(Sink)");
    assert_eq!(program.ask("print secret"), "Ok(())");
    let mut buffer = [0; 4096];
    let length = reader.read(&mut buffer).unwrap();
    assert!(std::str::from_utf8(&buffer[..length]).unwrap().ends_with(VALUE));
}

#[test]
fn a_closed_pipe_is_an_error_and_does_not_kill_the_process() {
    let (reader, writer) = pipe().unwrap();
    let mut program = Program::start("", writer).unwrap();
    drop(reader);
    // Another test that is just starting a process holds a copy of the reading end until the exec.
    let start = Instant::now();
    while program.ask("print secret") != "Err(\"No program reads standard output anymore.\")" {
        assert!(start.elapsed() < DEADLINE, "the pipe was never closed");
    }
    // The process is still running and reports it.
    assert_eq!(program.ask("print json"), "Err(\"No program reads standard output anymore.\")");
}
