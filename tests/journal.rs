//! The journal with several processes: one that is killed, one that is running, and a full disk.

#![cfg(unix)]
#![expect(clippy::unwrap_used, reason = "a test panics on failure")]

pub mod support;

use std::env;
use std::fs;
use std::io::{BufRead, BufReader, ErrorKind, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use atlas_secret::domain::{BaseUrl, JournalEntry, SecretId, ServerText};
use atlas_secret::journal::{RecordFile, RecordFolder};
use support::fixtures::account_ref;

/// The folder for a test that runs in a new process.
const FOLDER: &str = "ATLAS_SECRET_TEST_JOURNAL";

fn entry(secrets_before: usize) -> JournalEntry {
    let id = |number| SecretId::from_server(&format!("{number:024x}")).unwrap();
    JournalEntry {
        base_url: BaseUrl::parse("https://cloud.mongodb.com").unwrap(),
        identity: ServerText::new("access token"),
        account: account_ref(),
        begun_at: "2026-11-23T18:14:02Z".parse().unwrap(),
        ids_before: Some((0..secrets_before).map(id).collect()),
        secret_id: None,
        expires_at: None,
    }
}

fn new_id() -> Option<SecretId> {
    SecretId::from_server("32b6e34b3d91647abb20e7b9")
}

fn reported(journal: &RecordFolder) -> Vec<JournalEntry> {
    journal.pending().unwrap().iter().map(|left| left.entry().unwrap().clone()).collect()
}

/// The folder that the parent test passes.
fn named_folder() -> PathBuf {
    env::var_os(FOLDER).unwrap().into()
}

/// A command that runs one of the tests below in a new process.
fn run(mut command: Command, test: &str, folder: &Path) -> Command {
    command.arg(env::current_exe().unwrap()).args(["--exact", "--ignored", "--nocapture", test]);
    command.env(FOLDER, folder);
    command
}

/// Starts a program that has written a record with a secret's ID, and now waits.
fn start_program(folder: &Path) -> Child {
    let mut command = run(Command::new("env"), "a_program_that_waits_to_be_killed", folder);
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    assert!(lines.any(|line| line.unwrap().ends_with("begun")), "the program did not write its record");
    child
}

#[test]
fn only_the_record_of_a_killed_program_is_reported() {
    let home = tempfile::tempdir().unwrap();
    let folder = home.path().join("atlas-secret");
    let journal = RecordFolder::new(folder.clone());
    let mut killed = start_program(&folder);
    let mut running = start_program(&folder);
    assert_eq!(reported(&journal), []);
    killed.kill().unwrap();
    killed.wait().unwrap();
    let expected = JournalEntry { secret_id: new_id(), ..entry(1) };
    assert_eq!(reported(&journal), [expected]);
    running.kill().unwrap();
    running.wait().unwrap();
    assert_eq!(reported(&journal).len(), 2);
}

#[test]
#[ignore = "the test above runs it in a new process, and kills it"]
fn a_program_that_waits_to_be_killed() {
    let record = RecordFolder::new(named_folder()).begin(&entry(1)).unwrap();
    record.created(new_id(), None).unwrap();
    println!("begun");
    // Wait until the test that started this process ends.
    std::io::stdin().read_to_end(&mut Vec::new()).unwrap();
}

/// The disk has two pages of memory. It is mounted in a namespace that ends with the process.
#[test]
fn a_full_disk_is_an_error_and_leaves_valid_records() {
    let home = tempfile::tempdir().unwrap();
    let mount =
        "mount -t tmpfs -o mode=700,size=8k tmpfs \"$ATLAS_SECRET_TEST_JOURNAL\" || exit 77; exec \"$@\"";
    let mut unshare = Command::new("unshare");
    unshare.args(["--user", "--map-root-user", "--mount", "sh", "-c", mount, "sh"]);
    let Ok(output) = run(unshare, "on_a_small_disk", home.path()).output() else {
        println!("skipped: unshare is not installed");
        return;
    };
    let report = String::from_utf8_lossy(&output.stdout);
    if !report.contains("running 1 test") {
        println!("skipped: cannot mount a disk: {}", String::from_utf8_lossy(&output.stderr));
        return;
    }
    assert!(report.contains("1 passed"), "{report}{}", String::from_utf8_lossy(&output.stderr));
}

#[test]
#[ignore = "the test above runs it on a small disk"]
fn on_a_small_disk() {
    let journal = RecordFolder::new(named_folder());
    let fill = |name: &str| {
        let mut file = fs::File::create(named_folder().join(name)).unwrap();
        while file.write_all(&[0; 512]).is_ok() {}
    };

    // Long enough that the ID needs a second page.
    let long = entry(130);
    let record: RecordFile = journal.begin(&long).unwrap();
    fill("first");
    for error in [record.created(new_id(), None).unwrap_err(), journal.begin(&entry(1)).unwrap_err()] {
        assert_eq!(error.kind(), ErrorKind::StorageFull);
    }
    let names: Vec<_> = fs::read_dir(named_folder()).unwrap().map(|it| it.unwrap().file_name()).collect();
    assert_eq!(names.len(), 2, "{names:?}");

    // With free space again, the truncated line breaks neither reading nor writing.
    fs::remove_file(named_folder().join("first")).unwrap();
    let copies = tempfile::tempdir().unwrap();
    for file in fs::read_dir(named_folder()).unwrap().map(Result::unwrap) {
        fs::copy(file.path(), copies.path().join(file.file_name())).unwrap();
    }
    assert_eq!(reported(&RecordFolder::new(copies.path().to_owned())), std::slice::from_ref(&long));
    record.created(new_id(), None).unwrap();
    drop(record);
    assert_eq!(reported(&journal), [JournalEntry { secret_id: new_id(), ..long }]);
}
