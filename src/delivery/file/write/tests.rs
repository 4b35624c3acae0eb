//! Writes to a real disk: which existing files may change, and what must be left. Tests with a full disk, another user
//! or a killed process are in `tests/sinks/`.

use std::fs::Permissions;
use std::os::unix::fs::{MetadataExt, PermissionsExt, chown, symlink};
use std::os::unix::net::UnixListener;
use std::thread;
use std::time::{Duration, Instant};

use rustix::fs::{CWD, FileType, Mode, XattrFlags, getxattr, mknodat, setxattr};

use super::*;
use crate::delivery::file::{save, update_env};
use crate::delivery::fixtures::{VALUE, payload};
use crate::delivery::{EnvFile, OtherClient};
use crate::domain::{ClientId, Delivery, ENV_VARIABLES, ServerText};

const OLD: &str = "A=1\nMONGODB_ATLAS_CLIENT_SECRET=old # mine\n";

fn new() -> String {
    format!(
        "A=1\nMONGODB_ATLAS_CLIENT_SECRET={VALUE} # mine\nMONGODB_ATLAS_CLIENT_ID=mdb_sa_id_1234567890abcdef12345678\n"
    )
}

/// A folder with a private `.env`.
fn folder() -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().canonicalize().unwrap().join(".env");
    fs::write(&path, OLD).unwrap();
    set_mode(&path, 0o600);
    (folder, path)
}

fn set_mode(path: &Path, mode: u32) {
    fs::set_permissions(path, Permissions::from_mode(mode)).unwrap();
}

fn mode_of(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o7777
}

async fn try_save(path: &Path) -> SaveFailure {
    let saved: Result<Delivery, SaveFailure> = save(path.to_str().unwrap(), None, &payload()).await;
    saved.unwrap_err()
}

async fn update(path: &Path, may_make_private: bool) -> Result<Delivery, SaveFailure> {
    let link_to = Some(path).filter(|path| path.is_symlink()).and_then(|path| canonicalize(path).ok());
    let link_to = link_to.map(|target| ServerText::new(target.to_str().unwrap()));
    let agreed = EnvFile { is_open: may_make_private, link_to, missing: vec![ID], ..EnvFile::default() };
    update_env(path.to_str().unwrap(), None, &payload(), &agreed).await
}

fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<String> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

/// The variable that `OLD` does not have.
const ID: &str = ENV_VARIABLES[0];

fn question(is_open: bool) -> SaveFailure {
    question_with(is_open, &[ID])
}

fn question_with(is_open: bool, missing: &[&'static str]) -> SaveFailure {
    SaveFailure::CanUpdate(EnvFile { is_open, missing: missing.to_vec(), ..EnvFile::default() })
}

#[tokio::test]
async fn an_update_needs_agreement_and_makes_the_file_private() {
    for (mode, private) in
        [(0o600, 0o600), (0o700, 0o700), (0o644, 0o600), (0o640, 0o600), (0o604, 0o600), (0o755, 0o700)]
    {
        let (folder, path) = folder();
        set_mode(&path, mode);
        let is_open = mode != private;
        assert_eq!(try_save(&path).await, question(is_open));
        if is_open {
            assert_eq!(update(&path, false).await, Err(question(true)), "it was opened after the question");
        }
        assert_eq!((fs::read_to_string(&path).unwrap().as_str(), mode_of(&path)), (OLD, mode));
        let place = ServerText::new(path.to_str().unwrap());
        assert_eq!(update(&path, is_open).await, Ok(Delivery::Updated { place }));
        assert_eq!((fs::read_to_string(&path).unwrap(), mode_of(&path)), (new(), private));
        assert_eq!(names(folder.path()), [".env"]);
    }
}

#[tokio::test]
async fn another_account_and_missing_variables_need_agreement() {
    let [id, secret] = ENV_VARIABLES;
    let other = "mdb_sa_id_aaaaaaaaaaaaaaaaaaaaaaaa";
    let account = Some(OtherClient::Account(ClientId::parse(other).unwrap()));
    let rows = [
        (format!("{id}={other}\n{secret}=y\n"), account, vec![]),
        (format!("{id}=changeme\n"), Some(OtherClient::Unknown), vec![secret]),
        (format!("{id}=\n{secret}=y\n"), None, vec![]),
        (format!("{id}=mdb_sa_id_1234567890abcdef12345678\n"), None, vec![secret]),
        (format!("# {id}=x\n{secret}=\n"), None, vec![id]),
        ("OTHER=1\n".to_owned(), None, vec![id, secret]),
    ];
    for (content, other_client, missing) in rows {
        let (_folder, path) = folder();
        fs::write(&path, &content).unwrap();
        let about = EnvFile { other_client, missing, ..EnvFile::default() };
        assert_eq!(try_save(&path).await, SaveFailure::CanUpdate(about.clone()));
        let agreed = EnvFile { missing: vec!["ANOTHER"], ..about.clone() };
        let asked_again = update_env(path.to_str().unwrap(), None, &payload(), &agreed).await;
        assert_eq!(asked_again, Err(SaveFailure::CanUpdate(about.clone())), "{content}");
        assert_eq!(fs::read_to_string(&path).unwrap(), content);
        update_env(path.to_str().unwrap(), None, &payload(), &about).await.unwrap();
    }
}

#[tokio::test]
async fn a_link_stays_one_and_its_file_is_updated() {
    let (folder, path) = folder();
    let other = folder.path().join("other");
    fs::create_dir(&other).unwrap();
    let link = other.join("prod.env");
    symlink("../.env", &link).unwrap();
    let link_to = Some(ServerText::new(path.to_str().unwrap()));
    assert_eq!(
        try_save(&link).await,
        SaveFailure::CanUpdate(EnvFile { link_to: link_to.clone(), missing: vec![ID], ..EnvFile::default() })
    );
    assert_eq!(update(&link, false).await.ok(), link_to.map(|place| Delivery::Updated { place }));
    assert_eq!(fs::read_to_string(&path).unwrap(), new());
    assert_eq!(fs::read_link(&link).unwrap(), Path::new("../.env"));
    assert_eq!(names(&other), ["prod.env"]);
}

#[tokio::test]
async fn a_link_with_a_new_target_needs_agreement_again() {
    let (folder, path) = folder();
    let (link, second) = (folder.path().join("prod.env"), folder.path().join("second"));
    fs::copy(&path, &second).unwrap();
    symlink(&path, &link).unwrap();
    let SaveFailure::CanUpdate(agreed) = try_save(&link).await else { panic!("it is asked about") };
    fs::remove_file(&link).unwrap();
    symlink(&second, &link).unwrap();
    let updated = update_env(link.to_str().unwrap(), None, &payload(), &agreed).await;
    let link_to = Some(ServerText::new(second.to_str().unwrap()));
    assert_eq!(updated, Err(SaveFailure::CanUpdate(EnvFile { link_to, ..agreed })));
    assert_ne!(fs::read_to_string(&second).unwrap(), new());
}

/// Checks that saving and updating fail with `failure` and change nothing.
async fn check_refused(row: &str, path: &Path, failure: SaveFailure) {
    let before = (names(path.parent().unwrap()), symlink_metadata(path).unwrap().len());
    assert_eq!(try_save(path).await, failure, "{row}");
    assert_eq!(update(path, true).await, Err(failure), "{row}");
    assert_eq!((names(path.parent().unwrap()), symlink_metadata(path).unwrap().len()), before, "{row}");
}

#[tokio::test]
async fn anything_but_a_file_of_its_own_is_refused() {
    type Arrange = fn(&Path);
    let rows: [(&str, Arrange, SaveFailure); 7] = [
        ("a broken link", |path| symlink("nowhere", path).unwrap(), SaveFailure::BrokenLink),
        ("a folder", |path| fs::create_dir(path).unwrap(), SaveFailure::IsFolder),
        ("a link to a folder", |path| symlink("/tmp", path).unwrap(), SaveFailure::IsFolder),
        ("a device", |path| symlink("/dev/null", path).unwrap(), SaveFailure::Exists),
        ("a socket", |path| drop(UnixListener::bind(path).unwrap()), SaveFailure::Exists),
        (
            "a pipe",
            |path| mknodat(CWD, path, FileType::Fifo, Mode::RUSR | Mode::WUSR, 0).unwrap(),
            SaveFailure::Exists,
        ),
        (
            "a hard link",
            |path| {
                fs::write(path, OLD).unwrap();
                fs::hard_link(path, path.with_file_name("twin")).unwrap();
            },
            SaveFailure::HardLinked,
        ),
    ];
    for (row, arrange, failure) in rows {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x.env");
        arrange(&path);
        check_refused(row, &path, failure).await;
    }
}

#[tokio::test]
async fn a_content_that_cannot_be_changed_safely_is_refused() {
    let too_large = "\n".repeat(1024 * 1024 + 1);
    let rows: [(&str, &[u8], SaveFailure); 14] = [
        ("too large", too_large.as_bytes(), SaveFailure::TooLarge),
        ("a NUL byte", b"A=\0\nB=2\n", SaveFailure::NotText),
        ("UTF-16", b"\xff\xfeA\0=\x001\0", SaveFailure::NotText),
        ("line breaks of old Macs", b"A=1\rB=2\r", SaveFailure::NotPlain(1, "it contains a carriage return")),
        (
            "no plain line",
            b"\nMONGODB_ATLAS_CLIENT_ID=$(x)\n",
            SaveFailure::NotPlain(2, "its value is not one plain word"),
        ),
        ("1Password", b"A=1\nMONGODB_ATLAS_CLIENT_SECRET=op://a/b/c\n", SaveFailure::Protected(2)),
        ("sops", b"# x\nA=ENC[AES256_GCM,data:x]\nsops_version=3.9.0\n", SaveFailure::Protected(2)),
        ("sops in YAML", b"A: ENC[AES256_GCM,data:x]\n", SaveFailure::Protected(1)),
        ("dotenvx", b"A=\"encrypted:BE9Y\"\n", SaveFailure::Protected(1)),
        ("dotenvx in single quotes", b"A=1\nB = 'encrypted:BE9Y'\n", SaveFailure::Protected(2)),
        ("dotenv-vault", b"# .env.vault\nDOTENV_VAULT_CI=\"yf==\"\n", SaveFailure::Protected(2)),
        ("Ansible Vault", b"$ANSIBLE_VAULT;1.1;AES256\n313233\n", SaveFailure::Protected(1)),
        ("age", b"-----BEGIN AGE ENCRYPTED FILE-----\nYWdl\n", SaveFailure::Protected(1)),
        ("OpenPGP", b"\n-----BEGIN PGP MESSAGE-----\n\nhQEM\n", SaveFailure::Protected(2)),
    ];
    for (row, content, failure) in rows {
        let (_folder, path) = folder();
        fs::write(&path, content).unwrap();
        check_refused(row, &path, failure).await;
    }
    for content in [&too_large.as_bytes()[1..], b"A=\xff\xe9\n", b""] {
        let (_folder, path) = folder();
        fs::write(&path, content).unwrap();
        assert_eq!(try_save(&path).await, question_with(false, &ENV_VARIABLES), "it can be changed");
    }
}

#[tokio::test]
async fn a_file_of_another_name_is_never_updated() {
    let (_folder, path) = folder();
    for name in ["secret", "x.json", "x.yaml", "env"] {
        let path = path.with_file_name(name);
        fs::write(&path, OLD).unwrap();
        assert_eq!(try_save(&path).await, SaveFailure::Exists, "{name}");
    }
    assert_eq!(update(&path.with_file_name("gone.env"), true).await, Err(SaveFailure::Changed));
}

#[test]
fn a_change_by_another_program_is_noticed_and_kept() {
    type Change = fn(&Path);
    let rows: [(&str, Change); 5] = [
        ("written", |path| fs::write(path, "A=3\nMONGODB_ATLAS_CLIENT_SECRET=old # mine\n").unwrap()),
        ("appended", |path| fs::write(path, format!("{OLD}B=2\n")).unwrap()),
        ("replaced", |path| {
            fs::write(path.with_file_name("new"), OLD).unwrap();
            fs::rename(path.with_file_name("new"), path).unwrap();
        }),
        ("opened to others", |path| set_mode(path, 0o644)),
        ("removed", |path| fs::remove_file(path).unwrap()),
    ];
    for (row, change) in rows {
        let (folder, path) = folder();
        let file = ExistingFile::open(&path).unwrap();
        let content = file.read().unwrap();
        change(&path);
        let (before, theirs) = (names(folder.path()), fs::read_to_string(&path).ok());
        assert_eq!(file.replace(&content), Err(SaveFailure::Changed), "{row}");
        assert_eq!((names(folder.path()), fs::read_to_string(&path).ok()), (before, theirs), "{row}");
    }
}

#[test]
fn two_instances_keep_each_others_changes() {
    let (_folder, path) = folder();
    let first = ExistingFile::open(&path).unwrap();
    assert_eq!(ExistingFile::open(&path).err(), Some(SaveFailure::Locked));
    first.replace(b"first").unwrap();
    drop(first);
    // A process that another test is starting holds the lock until it runs its program.
    let deadline = Instant::now() + Duration::from_secs(60);
    let second = loop {
        match ExistingFile::open(&path) {
            Err(SaveFailure::Locked) if Instant::now() < deadline => thread::yield_now(),
            other => break other.unwrap(),
        }
    };
    assert_eq!(second.read().unwrap()[..], b"first"[..]);
}

#[test]
fn another_users_file_in_place_of_ours_is_an_error() {
    let folder = tempfile::tempdir().unwrap();
    let (path, moved) = (folder.path().join("secret"), folder.path().join("moved"));
    let new = write_named(folder.path(), "secret.", None, b"fake").unwrap();
    let temporary = new.path().to_owned();
    fs::rename(&temporary, &moved).unwrap();
    fs::write(&temporary, "another user's").unwrap();
    let saved = new.persist_noclobber(&path).unwrap();
    assert_eq!(check_in_place(&saved, &path), Err(SaveFailure::Swapped));
    assert_eq!(fs::read_to_string(&path).unwrap(), "another user's");
    assert_eq!(fs::read_to_string(&moved).unwrap(), "", "the secret is left nowhere");

    fs::remove_file(&path).unwrap();
    fs::rename(&moved, &path).unwrap();
    assert_eq!(check_in_place(&saved, &path), Ok(()));
}

#[test]
fn a_name_of_any_length_can_be_saved() {
    let folder = tempfile::tempdir().unwrap();
    for name in ["x".repeat(255), "密".repeat(85)] {
        assert_eq!(store(&folder.path().join(&name), b"fake"), Ok(()), "{name}");
        assert_eq!(fs::read_to_string(folder.path().join(name)).unwrap(), "fake");
    }
}

#[tokio::test]
async fn only_leftovers_of_killed_runs_are_removed() {
    const FOLDER: &str = ".env.atlas-secret-folderfolderfold";
    const LINK: &str = ".env.atlas-secret-linklinklinklink";
    const PIPE: &str = ".env.atlas-secret-pipepipepipepipe";
    let (folder, path) = folder();
    let of_another_run = write_named(folder.path(), ".env.atlas-secret-", None, b"").unwrap();
    let rows = [
        (".env.atlas-secret-0123456789abcdef", 0o600, false),
        (".env.atlas-secret-ABCDEFGHIJKLMNOP", 0o700, false),
        (".env.atlas-secret-openopenopenopen", 0o644, true),
        // The user's own files.
        (".env.atlas-secret-staging", 0o600, true),
        (".env.atlas-secret-prod-in-november", 0o600, true),
        (".env.atlas-secret-2026-11-30-2000", 0o600, true),
        (".env.atlas-secret0123456789abcdef", 0o600, true),
        ("prod.env.atlas-secret-0123456789abcdef", 0o600, true),
        (".env.other", 0o600, true),
    ];
    for (name, mode, _) in rows {
        fs::write(folder.path().join(name), "half").unwrap();
        set_mode(&folder.path().join(name), mode);
    }
    fs::create_dir(folder.path().join(FOLDER)).unwrap();
    symlink(folder.path().join(".env.other"), folder.path().join(LINK)).unwrap();
    // Opening it in the usual way would wait for a writer.
    mknodat(CWD, folder.path().join(PIPE), FileType::Fifo, Mode::RUSR, 0).unwrap();
    update(&path, false).await.unwrap();
    for (name, _, stays) in rows {
        assert_eq!(folder.path().join(name).exists(), stays, "{name}");
    }
    assert!(of_another_run.path().exists(), "it is still being written");
    assert!(folder.path().join(FOLDER).is_dir());
    assert!(folder.path().join(LINK).is_symlink());
    assert!(folder.path().join(PIPE).exists());

    // Saving a new file removes them, too.
    for name in ["new.env", "config"] {
        let left = folder.path().join(format!("{name}.atlas-secret-leftleftleftleft"));
        fs::write(&left, "half").unwrap();
        set_mode(&left, 0o600);
        store(&folder.path().join(name), b"fake").unwrap();
        assert!(!left.exists(), "{name}");
    }
}

/// `user::rw-`, `user:65534:rw-`, `group::r--`, `other::---` and this mask, as the system stores them (acl(5)).
#[cfg(target_os = "linux")]
fn access_list(mask: u8) -> Vec<u8> {
    let none = [0xFF; 4];
    let entries = [
        (0x01, 6, none),
        (0x02, 6, [0xFE, 0xFF, 0, 0]),
        (0x04, 4, none),
        (0x10, mask, none),
        (0x20, 0, none),
    ];
    let mut list = vec![2, 0, 0, 0];
    for (tag, permissions, id) in entries {
        list.extend([tag, 0, permissions, 0]);
        list.extend(id);
    }
    list
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn no_access_list_opens_the_new_file_to_others() {
    const ACCESS: &str = "system.posix_acl_access";
    let (_folder, path) = folder();
    if setxattr(&path, ACCESS, &access_list(6), XattrFlags::empty()).is_err() {
        println!("skipped: this disk has no access lists");
        return;
    }
    assert_eq!(mode_of(&path), 0o660, "the group's bits are the mask of the list");
    assert_eq!(try_save(&path).await, question(true));
    update(&path, true).await.unwrap();
    assert_eq!(getxattr(&path, ACCESS, &mut [0; 100]), Err(rustix::io::Errno::NODATA));
    assert_eq!((fs::read_to_string(&path).unwrap(), mode_of(&path)), (new(), 0o600));
}

#[tokio::test]
async fn root_keeps_the_owner_and_the_group_of_a_file_if_that_is_agreed() {
    let (folder, path) = folder();
    if chown(&path, Some(65533), Some(65534)).is_err() {
        println!("skipped: only root can give a file away");
        return;
    }
    fs::write(folder.path().join(".env.atlas-secret-leftleftleftleft"), "half").unwrap();
    set_mode(&folder.path().join(".env.atlas-secret-leftleftleftleft"), 0o600);
    let question = EnvFile { other_owner: Some(65533), missing: vec![ID], ..EnvFile::default() };
    assert_eq!(try_save(&path).await, SaveFailure::CanUpdate(question.clone()));
    assert_eq!(
        update(&path, false).await,
        Err(SaveFailure::CanUpdate(question.clone())),
        "it was given away"
    );
    update_env(path.to_str().unwrap(), None, &payload(), &question).await.unwrap();
    let about = fs::metadata(&path).unwrap();
    assert_eq!((about.uid(), about.gid(), mode_of(&path)), (65533, 65534, 0o600));
    assert_eq!(fs::read_to_string(&path).unwrap(), new());
    assert_eq!(names(folder.path()), [".env"]);
}
