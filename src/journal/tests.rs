use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use proptest::collection::vec;
use proptest::prelude::*;
use tempfile::TempDir;

use super::*;
use crate::domain::{AccountRef, BaseUrl, ClientId, ProjectId, SecretId, ServerText};

/// Long enough for a busy machine; only a failing test reaches it.
const DEADLINE: Duration = Duration::from_secs(20);

/// A creation that has just begun.
pub(super) fn entry() -> JournalEntry {
    JournalEntry {
        base_url: BaseUrl::parse("https://cloud.mongodb.com").unwrap(),
        identity: ServerText::new("access token"),
        account: AccountRef {
            project: ProjectId::parse("32b6e34b3d91647abb20e7b8").unwrap(),
            client: ClientId::parse("mdb_sa_id_1234567890abcdef12345678").unwrap(),
        },
        begun_at: "2026-11-23T18:14:02Z".parse().unwrap(),
        ids_before: Some(vec![SecretId::from_server("5f9c6a3e1d2b4c0012345678").unwrap()]),
        secret_id: None,
        expires_at: None,
    }
}

/// The same creation after Atlas's response.
pub(super) fn with_response() -> JournalEntry {
    JournalEntry {
        secret_id: SecretId::from_server("32b6e34b3d91647abb20e7b9"),
        expires_at: Some("2026-12-23T18:14:03Z".parse().unwrap()),
        ..entry()
    }
}

struct Fixture {
    journal: RecordFolder,
    folder: PathBuf,
    _home: TempDir,
}

fn fixture() -> Fixture {
    let home = tempfile::tempdir().unwrap();
    let folder = home.path().join("state").join("atlas-secret");
    Fixture { journal: RecordFolder::new(folder.clone()), folder, _home: home }
}

impl Fixture {
    /// Returns the paths of everything in the folder, in order.
    fn files(&self) -> Vec<PathBuf> {
        let mut files: Vec<PathBuf> =
            fs::read_dir(&self.folder).unwrap().map(|entry| entry.unwrap().path()).collect();
        files.sort();
        files
    }

    /// Returns the entries of the pending records.
    fn reported(&self) -> Vec<JournalEntry> {
        let left = self.journal.pending().unwrap();
        left.iter().map(|left| left.entry().unwrap().clone()).collect()
    }

    /// Returns these entries once there are `count` of them. A child process that another test is just starting has
    /// every descriptor of this process, including locks, until it runs its program.
    fn reported_eventually(&self, count: usize) -> Vec<JournalEntry> {
        let start = Instant::now();
        loop {
            let reported = self.reported();
            if reported.len() == count || start.elapsed() > DEADLINE {
                return reported;
            }
            thread::sleep(Duration::from_millis(5));
        }
    }

    fn plant(&self, name: &str, text: &str) -> PathBuf {
        fs::create_dir_all(&self.folder).unwrap();
        let path = self.folder.join(name);
        fs::write(&path, text).unwrap();
        path
    }
}

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o7777
}

#[test]
fn only_its_owner_can_read_a_record() {
    let fixture = fixture();
    let _record = fixture.journal.begin(&entry()).unwrap();
    assert_eq!(mode(&fixture.folder), 0o700);
    assert_eq!(mode(fixture.folder.parent().unwrap()), 0o700);
    assert_eq!(fixture.files().len(), 1, "{:?}", fixture.files());
    let file = &fixture.files()[0];
    let name = file.file_stem().unwrap().to_str().unwrap();
    assert!(name.starts_with("creation-20261123T181402Z-"), "{name}");
    assert_eq!(file.extension().unwrap(), "jsonl");
    assert_eq!(mode(&fixture.files()[0]), 0o600);
}

#[test]
fn an_existing_folder_stays_as_it_is() {
    let fixture = fixture();
    fs::create_dir_all(&fixture.folder).unwrap();
    fs::set_permissions(&fixture.folder, fs::Permissions::from_mode(0o750)).unwrap();
    let _record = fixture.journal.begin(&entry()).unwrap();
    assert_eq!(mode(&fixture.folder), 0o750);
}

#[test]
fn a_removed_record_is_gone() {
    let fixture = fixture();
    fixture.journal.begin(&entry()).unwrap().remove().unwrap();
    assert!(fixture.files().is_empty());
    let record = fixture.journal.begin(&entry()).unwrap();
    fs::remove_file(&fixture.files()[0]).unwrap();
    record.remove().expect("another program has removed it already");
}

#[test]
fn records_are_reported_in_their_order() {
    let fixture = fixture();
    let later = JournalEntry { begun_at: "2026-11-24T00:00:00Z".parse().unwrap(), ..entry() };
    drop(fixture.journal.begin(&later).unwrap());
    drop(fixture.journal.begin(&entry()).unwrap());
    assert_eq!(fixture.reported_eventually(2), [entry(), later]);
}

#[test]
fn a_damaged_record_is_named_and_kept() {
    let fixture = fixture();
    let cut = fixture.plant("creation-20261123T181402Z-1.jsonl", "{\"version\":1,\"baseUrl\":\"htt");
    let newer = fixture.plant("creation-20261123T181402Z-2.jsonl", "{\"version\":2}\n");
    let huge = fixture.plant("creation-20261123T181402Z-3.jsonl", &"\n".repeat(70_000));
    fixture.plant("notes.txt", "of another program");
    let left = fixture.journal.pending().unwrap();
    let damaged: Vec<(&Path, &str)> =
        left.iter().map(|record| (record.path(), record.entry().unwrap_err())).collect();
    let expected = [(cut.as_path(), DAMAGED), (&newer, OTHER_VERSION), (&huge, DAMAGED)];
    assert_eq!(damaged, expected);
    drop(left);
    assert_eq!(fixture.files().len(), 4, "nothing is deleted by itself");
    fixture.journal.pending().unwrap().remove(0).remove().unwrap();
    assert_eq!(fixture.files().len(), 3, "a person may delete it");
}

#[test]
fn anything_but_a_file_is_not_even_opened() {
    let fixture = fixture();
    let victim = fixture.plant("victim", "precious");
    symlink(&victim, fixture.folder.join("creation-1.jsonl")).unwrap();
    symlink("nowhere", fixture.folder.join("creation-2.jsonl")).unwrap();
    fs::create_dir(fixture.folder.join("creation-3.jsonl")).unwrap();
    let pipe = fixture.folder.join("creation-4.jsonl");
    assert!(Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    assert!(fixture.journal.pending().unwrap().is_empty());
    assert_eq!(fixture.files().len(), 5);
}

#[test]
fn programs_that_begin_and_read_records_at_once_do_not_disturb_each_other() {
    let fixture = fixture();
    let done = AtomicBool::new(false);
    thread::scope(|scope| {
        let looking = scope.spawn(|| {
            let mut looks = 0;
            while !done.load(Ordering::Relaxed) || looks == 0 {
                assert!(fixture.reported().is_empty(), "a record of a running program was reported");
                looks += 1;
            }
        });
        let writers: Vec<_> = (0..2)
            .map(|_| {
                scope.spawn(|| (0..50).map(|_| fixture.journal.begin(&entry()).unwrap()).collect::<Vec<_>>())
            })
            .collect();
        for record in writers.into_iter().flat_map(|writer| writer.join().unwrap()) {
            record.remove().unwrap();
        }
        done.store(true, Ordering::Relaxed);
        looking.join().unwrap();
    });
}

#[test]
fn a_thousand_records_do_not_use_up_the_descriptors() {
    let fixture = fixture();
    fs::create_dir_all(&fixture.folder).unwrap();
    drop(fixture.journal.begin(&entry()).unwrap());
    let names =
        || fs::read_dir(&fixture.folder).unwrap().map(|entry| entry.unwrap().path()).collect::<Vec<_>>();
    let content = fs::read(&names()[0]).unwrap();
    for number in 0..1100 {
        fs::write(fixture.folder.join(format!("creation-20200101T000000Z-{number:016x}.jsonl")), &content)
            .unwrap();
    }
    let found = fixture.journal.pending().unwrap();
    assert_eq!(found.len(), 16);
    let open = fs::read_dir("/proc/self/fd").map_or(0, Iterator::count);
    assert!(open < 200, "{open} open files");
    drop(found);
    assert_eq!(names().len(), 1101, "all are kept");
    fixture.journal.begin(&entry()).unwrap();
}

#[test]
fn records_that_other_users_wrote_or_can_write_are_not_trusted() {
    use std::os::unix::fs::{chown, lchown};
    let fixture = fixture();
    drop(fixture.journal.begin(&entry()).unwrap());
    assert_eq!(fixture.reported_eventually(1), [entry()]);
    let set_mode = |mode| fs::set_permissions(&fixture.folder, fs::Permissions::from_mode(mode)).unwrap();
    for mode in [0o770, 0o702, 0o777, 0o1777] {
        set_mode(mode);
        let error = fixture.journal.pending().unwrap_err();
        let expected = format!(
            "other users can write to {}; make it your own, and run chmod 700 on it",
            fixture.folder.display()
        );
        assert_eq!(why_failed(&error), expected, "{mode:o}");
    }
    set_mode(0o755);
    assert_eq!(fixture.reported(), [entry()]);
    if chown(&fixture.files()[0], Some(65533), None).is_err() {
        println!("skipped: only root can give a file away");
        return;
    }
    let left = fixture.journal.pending().unwrap();
    assert_eq!(left[0].entry(), Err(OTHER_OWNER));
    drop(left);
    // A link that another user has placed leads to a folder of our own.
    let moved = fixture.folder.with_extension("moved");
    fs::rename(&fixture.folder, &moved).unwrap();
    symlink(&moved, &fixture.folder).unwrap();
    assert!(fixture.journal.pending().is_ok());
    lchown(&fixture.folder, Some(65533), None).unwrap();
    assert!(fixture.journal.pending().is_err());
    fs::remove_file(&fixture.folder).unwrap();
    fs::rename(&moved, &fixture.folder).unwrap();
    chown(&fixture.folder, Some(65533), None).unwrap();
    assert!(fixture.journal.pending().is_err());
}

#[test]
fn each_error_has_a_message() {
    let rows = [
        (ErrorKind::StorageFull, "the disk is full"),
        (ErrorKind::QuotaExceeded, "the disk is full"),
        (ErrorKind::PermissionDenied, "the folder for records is not writable"),
        (ErrorKind::ReadOnlyFilesystem, "the folder for records is not writable"),
        (ErrorKind::NotFound, "the folder for records does not exist and cannot be created"),
        (ErrorKind::TimedOut, "the disk did not answer in time"),
    ];
    for (kind, expected) in rows {
        assert_eq!(why_failed(&kind.into()), expected, "{kind:?}");
    }
    assert_eq!(why_failed(&io::Error::other("the disk\u{7} burns")), "the disk burns");
}

const GOOD: &str = r#"{"version":1,"baseUrl":"https://cloud.mongodb.com","identity":"access token","projectId":"32b6e34b3d91647abb20e7b8","clientId":"mdb_sa_id_1234567890abcdef12345678","begunAt":"2026-11-23T18:14:02Z","idsBefore":["5f9c6a3e1d2b4c0012345678"],"secretId":null,"expiresAt":null}"#;

fn damage_of(line: &str) -> Option<&'static str> {
    read(format!("{line}\n").as_bytes()).err()
}

#[test]
fn a_handwritten_record_is_read() {
    assert_eq!(String::from_utf8(line(&entry())).unwrap(), format!("\n{GOOD}\n"));
    assert_eq!(read(format!("{GOOD}\n").as_bytes()), Ok(entry()));
}

#[test]
fn a_line_cut_off_by_a_full_disk_does_no_harm() {
    let mut text = line(&entry());
    text.extend(&line(&entry())[..40]);
    assert_eq!(read(&text), Ok(entry()));
    text.extend(line(&with_response()));
    assert_eq!(read(&text), Ok(with_response()));
}

#[test]
fn unknown_fields_are_ignored_and_unknown_versions_are_refused() {
    let later = GOOD.replace("\"version\":1", "\"version\":1,\"color\":[1,{\"a\":2}]");
    assert_eq!(read(format!("{later}\n").as_bytes()), Ok(entry()));
    let other = GOOD.replace("\"version\":1", "\"version\":2");
    assert_eq!(damage_of(&other), Some(OTHER_VERSION));
    assert_eq!(damage_of(r#"{"version":7,"pages":[]}"#), Some(OTHER_VERSION));
}

#[test]
fn an_invalid_id_is_damage() {
    let rows = [
        ("32b6e34b3d91647abb20e7b8", "../../../etc/passwd"),
        ("mdb_sa_id_1234567890abcdef12345678", "mdb_sa_sk_FAKEfakeFAKE"),
        ("5f9c6a3e1d2b4c0012345678", "a/b"),
        ("\"secretId\":null", "\"secretId\":\"a?b\""),
        ("\"secretId\":null", "\"secretId\":7"),
        ("https://cloud.mongodb.com", "http://cloud.mongodb.com"),
        ("2026-11-23T18:14:02Z", "yesterday"),
        ("\"version\":1,", ""),
        ("{", "["),
    ];
    for (good, bad) in rows {
        assert!(GOOD.contains(good), "{good}");
        assert_eq!(damage_of(&GOOD.replace(good, bad)), Some(DAMAGED), "{bad}");
    }
}

#[test]
fn anything_but_a_record_is_damage() {
    for text in [&b""[..], b"\n", b"\n\n\n", b"\xff\xfe\n", b"null\n", GOOD.as_bytes()] {
        assert_eq!(read(text), Err(DAMAGED), "{text:?}");
    }
}

#[test]
fn text_from_a_file_is_safe_to_show() {
    let line = GOOD.replace("access token", "\\u001b[31maccess\\u202e token");
    assert_eq!(read(format!("{line}\n").as_bytes()).unwrap().identity.as_str(), "[31maccess token");
}

/// An entry with any values that a creation can leave in it.
fn any_entry() -> impl Strategy<Value = JournalEntry> {
    let id = || "[0-9a-zA-Z_-]{1,64}".prop_map(|text| SecretId::from_server(&text).unwrap());
    let time = || (0_i64..4_000_000_000).prop_map(|second| Timestamp::from_second(second).unwrap());
    let ids = "[0-9a-f]{24}";
    (
        ids,
        ids,
        any::<String>(),
        time(),
        prop::option::of(vec(id(), 0..4)),
        prop::option::of(id()),
        prop::option::of(time()),
    )
        .prop_map(|(project, client, identity, begun_at, ids_before, secret_id, expires_at)| {
            JournalEntry {
                base_url: BaseUrl::parse("http://127.0.0.1:4010").unwrap(),
                identity: ServerText::new(&identity),
                account: AccountRef {
                    project: ProjectId::parse(&project).unwrap(),
                    client: ClientId::from_digits(&client).unwrap(),
                },
                begun_at,
                ids_before,
                secret_id,
                expires_at,
            }
        })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 10_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn records_are_read_back(
        first in any_entry(), last in any_entry(), cut in any::<prop::sample::Index>(), more in vec(any::<u8>(), 0..20),
    ) {
        let mut text = line(&first);
        let begun = text.len();
        text.extend(line(&last));
        prop_assert_eq!(read(&text), Ok(last));
        // Whatever a crash or a full disk leaves behind the first line does not corrupt it.
        let cut = begun + cut.index(text.len() - begun - 1);
        prop_assert_eq!(read(&text[..cut]), Ok(first.clone()));
        text.truncate(begun);
        text.extend(more.iter().filter(|byte| **byte != b'\n'));
        prop_assert_eq!(read(&text), Ok(first));
    }

    #[test]
    fn any_bytes_are_a_record_or_damage(
        bytes in prop_oneof![
            vec(any::<u8>(), 0..200),
            (any::<prop::sample::Index>(), any::<u8>()).prop_map(|(at, byte)| {
                let mut line = GOOD.as_bytes().to_vec();
                line[at.index(GOOD.len())] = byte;
                line
            }),
        ],
    ) {
        let text = [bytes, vec![b'\n']].concat();
        if let Ok(read) = read(&text) {
            prop_assert_eq!(super::read(&line(&read)), Ok(read));
        }
    }
}
