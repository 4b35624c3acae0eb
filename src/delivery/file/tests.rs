//! Saves to a real disk. Tests that need another process (a umask, another user, a full disk) are in `tests/sinks/`.

use std::fs;

use super::*;
use crate::delivery::fixtures::{VALUE, payload};

async fn save_to(path: &Path) -> Result<Delivery, SaveFailure> {
    save(path.to_str().unwrap(), None, &payload()).await
}

fn failed(failure: SaveFailure) -> Result<Delivery, SaveFailure> {
    Err(failure)
}

#[cfg(unix)]
#[tokio::test]
async fn no_link_is_followed() {
    let folder = tempfile::tempdir().unwrap();
    let target = folder.path().join("target");
    let link = folder.path().join("link");
    std::os::unix::fs::symlink(&target, &link).unwrap();
    assert_eq!(save_to(&link).await, failed(SaveFailure::BrokenLink));
    assert!(!target.exists());
    assert_eq!(fs::read_link(&link).unwrap(), target);

    fs::write(&target, "older").unwrap();
    assert_eq!(save_to(&link).await, failed(SaveFailure::Exists));
    assert_eq!(fs::read_to_string(&target).unwrap(), "older");
    assert_eq!(save_to(Path::new("/dev/full")).await, failed(SaveFailure::Exists));
}

#[tokio::test]
async fn an_example_is_refused_whether_it_exists_or_not() {
    let folder = tempfile::tempdir().unwrap();
    for name in [".env.example", "example.env", ".env.tpl", "prod.template.env"] {
        let path = folder.path().join(name);
        assert_eq!(save_to(&path).await, failed(SaveFailure::Example), "{name}");
        assert!(!path.exists(), "{name}");
        fs::write(&path, "A=1").unwrap();
        assert_eq!(save_to(&path).await, failed(SaveFailure::Example), "{name}");
        assert_eq!(fs::read_to_string(&path).unwrap(), "A=1");
    }
}

#[tokio::test]
async fn anything_but_a_file_name_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let below = |name: &str| format!("{}/{name}", folder.path().display());
    let home = Some(folder.path());
    let rows = [
        (String::new(), SaveFailure::NoName),
        (".".to_owned(), SaveFailure::IsFolder),
        ("..".to_owned(), SaveFailure::IsFolder),
        ("~/".to_owned(), SaveFailure::IsFolder),
        (below(""), SaveFailure::IsFolder),
        (below("."), SaveFailure::IsFolder),
        (below("new/"), SaveFailure::IsFolder),
        (folder.path().to_str().unwrap().to_owned(), SaveFailure::IsFolder),
        (below("missing/secret"), no_folder(&below("missing"))),
        ("~/missing/secret".to_owned(), no_folder(&below("missing"))),
    ];
    for (path, failure) in rows {
        assert_eq!(save(&path, home, &payload()).await, failed(failure), "{path:?}");
    }
    fs::write(folder.path().join("file"), "").unwrap();
    assert_eq!(save(&below("file/secret"), home, &payload()).await, failed(no_folder(&below("file"))));
    let long = save(&below(&"x".repeat(300)), home, &payload()).await;
    assert_eq!(long, failed(SaveFailure::Other(ServerText::new("File name too long"))));
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
}

#[tokio::test]
async fn a_tilde_is_the_home() {
    let home = tempfile::tempdir().unwrap();
    let outcome = save("~//secret", Some(home.path()), &payload()).await;
    let path = home.path().join("secret");
    let saved = Ok(Delivery::Saved { path: ServerText::new(path.to_str().unwrap()) });
    assert_eq!(outcome, saved);
    assert_eq!(fs::read_to_string(path).unwrap(), VALUE);
    assert_eq!(save("~/secret", None, &payload()).await, failed(SaveFailure::NoHome));
    // The home of another user is unknown to us.
    assert_eq!(with_home("~root/secret", Some(home.path())), Some(PathBuf::from("~root/secret")));
}

fn no_folder(folder: &str) -> SaveFailure {
    SaveFailure::NoFolder(ServerText::new(folder))
}

#[test]
fn a_path_is_shown_as_it_is_or_marked_as_escaped() {
    for exact in ["/tmp/secret.env", "/tmp/with a blank/s", "/tmp/ü/密", "/tmp/'quoted'", "/tmp/\\back"] {
        assert_eq!(path_text(Path::new(exact)).as_str(), exact);
    }
    for (path, escaped) in [
        ("/tmp/a\nb", r"/tmp/a\nb (shown escaped)"),
        ("/tmp/a\tb", r"/tmp/a\tb (shown escaped)"),
        ("/tmp/a\u{1b}[31m", r"/tmp/a\x1b[31m (shown escaped)"),
        ("/tmp/a\u{202e}b", r"/tmp/a\xe2\x80\xaeb (shown escaped)"),
        ("/tmp/a\u{200b}b", r"/tmp/a\xe2\x80\x8bb (shown escaped)"),
        ("/tmp/two  blanks", r"/tmp/two \x20blanks (shown escaped)"),
    ] {
        assert_eq!(path_text(Path::new(path)).as_str(), escaped, "{path:?}");
    }
}

#[test]
fn system_errors_become_save_failures() {
    use io::ErrorKind;
    let rows = [
        (ErrorKind::AlreadyExists, SaveFailure::Exists),
        (ErrorKind::PermissionDenied, SaveFailure::NotAllowed),
        (ErrorKind::ReadOnlyFilesystem, SaveFailure::NotAllowed),
        (ErrorKind::StorageFull, SaveFailure::Full),
        (ErrorKind::QuotaExceeded, SaveFailure::Full),
        (ErrorKind::TimedOut, SaveFailure::Other(ServerText::new("timed out"))),
    ];
    for (kind, failure) in rows {
        assert_eq!(SaveFailure::from(io::Error::from(kind)), failure, "{kind:?}");
    }
}
