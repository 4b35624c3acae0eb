//! Saving, on a real disk. What takes another process (a umask, another user, a full disk) is in `tests/sinks/`.

use std::fs;

use secrecy::ExposeSecret;

use super::*;
use crate::delivery::fixtures::{VALUE, payload};

async fn save_to(path: &Path) -> Result<SavedFile, SaveFailure> {
    save(path.to_str().unwrap(), None, &payload()).await
}

fn failed(failure: SaveFailure) -> Result<SavedFile, SaveFailure> {
    Err(failure)
}

#[tokio::test]
async fn the_format_follows_the_name() {
    let folder = tempfile::tempdir().unwrap();
    let rows = [
        ("secret.txt", Format::Secret),
        (".env", Format::Env),
        ("prod.ENV", Format::Env),
        ("atlas.json", Format::Json),
        ("atlas.auto.TFVARS.json", Format::Terraform),
        ("atlas.yml", Format::Kubernetes),
    ];
    for (name, format) in rows {
        let path = folder.path().join(name);
        let saved = Ok(SavedFile { path: ServerText::new(path.to_str().unwrap()), format });
        assert_eq!(save_to(&path).await, saved);
        assert_eq!(fs::read_to_string(&path).unwrap(), render(format, &payload()).expose_secret());
    }
    assert_eq!(fs::read_to_string(folder.path().join("secret.txt")).unwrap(), VALUE);
}

#[cfg(unix)]
#[tokio::test]
async fn only_the_owner_can_read_it() {
    use std::os::unix::fs::PermissionsExt;

    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("secret");
    save_to(&path).await.unwrap();
    assert_eq!(fs::metadata(path).unwrap().permissions().mode() & 0o7777, 0o600);
}

#[tokio::test]
async fn nothing_is_overwritten() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("secret");
    fs::write(&path, "older").unwrap();
    assert_eq!(save_to(&path).await, failed(SaveFailure::Exists));
    assert_eq!(fs::read_to_string(&path).unwrap(), "older");
}

#[cfg(unix)]
#[tokio::test]
async fn no_link_is_followed() {
    let folder = tempfile::tempdir().unwrap();
    let target = folder.path().join("target");
    let link = folder.path().join("link");
    std::os::unix::fs::symlink(&target, &link).unwrap();
    assert_eq!(save_to(&link).await, failed(SaveFailure::Exists));
    assert!(!target.exists());
    assert_eq!(fs::read_link(&link).unwrap(), target);

    fs::write(&target, "older").unwrap();
    assert_eq!(save_to(&link).await, failed(SaveFailure::Exists));
    assert_eq!(fs::read_to_string(&target).unwrap(), "older");
    assert_eq!(save_to(Path::new("/dev/full")).await, failed(SaveFailure::Exists));
}

#[tokio::test]
async fn what_is_no_file_name_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let below = |name: &str| format!("{}/{name}", folder.path().display());
    let home = Some(folder.path());
    let rows = [
        (String::new(), SaveFailure::NoName),
        (" ".to_owned(), SaveFailure::NoName),
        ("/".to_owned(), SaveFailure::NoName),
        (".".to_owned(), SaveFailure::NoName),
        ("..".to_owned(), SaveFailure::NoName),
        ("~".to_owned(), SaveFailure::NoName),
        ("~/".to_owned(), SaveFailure::NoName),
        (below(""), SaveFailure::NoName),
        (below("."), SaveFailure::NoName),
        (below("new/"), SaveFailure::NoName),
        (folder.path().to_str().unwrap().to_owned(), SaveFailure::NoName),
        (below("missing/secret"), SaveFailure::NoFolder),
        ("~/missing/secret".to_owned(), SaveFailure::NoFolder),
    ];
    for (path, failure) in rows {
        assert_eq!(save(&path, home, &payload()).await, failed(failure), "{path:?}");
    }
    fs::write(folder.path().join("file"), "").unwrap();
    assert_eq!(save(&below("file/secret"), home, &payload()).await, failed(SaveFailure::NoFolder));
    let long = save(&below(&"x".repeat(300)), home, &payload()).await;
    assert_eq!(long, failed(SaveFailure::Other(ServerText::new("File name too long"))));
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
}

#[tokio::test]
async fn a_tilde_is_the_home() {
    let home = tempfile::tempdir().unwrap();
    let outcome = save("~//secret", Some(home.path()), &payload()).await;
    let path = home.path().join("secret");
    let saved = Ok(SavedFile { path: ServerText::new(path.to_str().unwrap()), format: Format::Secret });
    assert_eq!(outcome, saved);
    assert_eq!(fs::read_to_string(path).unwrap(), VALUE);
    assert_eq!(save("~/secret", None, &payload()).await, failed(SaveFailure::NoHome));
    // The home of another user is nothing that we could know.
    assert_eq!(resolved("~root/secret", Some(home.path())), Ok(PathBuf::from("~root/secret")));
}

#[test]
fn a_path_is_made_whole() {
    let target = Target::named("secret", None).unwrap();
    assert_eq!(target.folder, std::env::current_dir().unwrap());
    assert_eq!(target.name, Path::new("secret"));
}

#[cfg(unix)]
mod half_written {
    use std::fs::File;
    use std::io::Write;

    use super::*;
    use crate::delivery::file::private::store_by;

    fn half_then_full(file: &mut File) -> io::Result<()> {
        file.write_all(b"half of a fake")?;
        Err(io::ErrorKind::StorageFull.into())
    }

    fn target(folder: &Path) -> Target {
        Target { folder: folder.to_owned(), name: "secret".into() }
    }

    #[test]
    fn is_taken_away() {
        let folder = tempfile::tempdir().unwrap();
        let target = target(folder.path());
        assert_eq!(store_by(&target, half_then_full), Err(SaveFailure::Full));
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
        // And the name is free for another try.
        assert_eq!(store_by(&target, |file| file.write_all(b"fake")), Ok(()));
    }

    #[test]
    fn is_empty_where_it_has_gone_elsewhere_and_what_took_its_name_stays() {
        let folder = tempfile::tempdir().unwrap();
        let (name, moved) = (folder.path().join("secret"), folder.path().join("moved"));
        let outcome = store_by(&target(folder.path()), |file| {
            fs::rename(&name, &moved)?;
            fs::write(&name, "another program's")?;
            half_then_full(file)
        });
        assert_eq!(outcome, Err(SaveFailure::Full));
        assert_eq!(fs::read_to_string(name).unwrap(), "another program's");
        assert_eq!(fs::read_to_string(moved).unwrap(), "");
    }

    #[test]
    fn is_taken_from_the_right_folder() {
        let parent = tempfile::tempdir().unwrap();
        let (folder, moved) = (parent.path().join("folder"), parent.path().join("moved"));
        fs::create_dir(&folder).unwrap();
        let outcome = store_by(&target(&folder), |file| {
            fs::rename(&folder, &moved)?;
            half_then_full(file)
        });
        assert_eq!(outcome, Err(SaveFailure::Full));
        assert_eq!(fs::read_dir(moved).unwrap().count(), 0);
    }
}

#[test]
fn every_failure_has_its_meaning() {
    use io::ErrorKind;
    let rows = [
        (ErrorKind::AlreadyExists, SaveFailure::Exists),
        (ErrorKind::NotFound, SaveFailure::NoFolder),
        (ErrorKind::NotADirectory, SaveFailure::NoFolder),
        (ErrorKind::PermissionDenied, SaveFailure::NotAllowed),
        (ErrorKind::ReadOnlyFilesystem, SaveFailure::NotAllowed),
        (ErrorKind::StorageFull, SaveFailure::Full),
        (ErrorKind::QuotaExceeded, SaveFailure::Full),
    ];
    for (kind, failure) in rows {
        assert_eq!(failure_of(kind), failure, "{kind:?}");
    }
}

#[test]
fn a_path_is_shown_as_it_is_or_said_to_be_escaped() {
    for exact in ["/tmp/secret.env", "/tmp/with a blank/s", "/tmp/ü/密", "/tmp/'quoted'", "/tmp/\\back"] {
        assert_eq!(shown(Path::new(exact)).as_str(), exact);
    }
    for (path, escaped) in [
        ("/tmp/a\nb", r"/tmp/a\nb (shown escaped)"),
        ("/tmp/a\tb", r"/tmp/a\tb (shown escaped)"),
        ("/tmp/a\u{1b}[31m", r"/tmp/a\x1b[31m (shown escaped)"),
        ("/tmp/a\u{202e}b", r"/tmp/a\xe2\x80\xaeb (shown escaped)"),
        ("/tmp/a\u{200b}b", r"/tmp/a\xe2\x80\x8bb (shown escaped)"),
        ("/tmp/two  blanks", r"/tmp/two \x20blanks (shown escaped)"),
    ] {
        assert_eq!(shown(Path::new(path)).as_str(), escaped, "{path:?}");
    }
}
