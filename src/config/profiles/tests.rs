use std::fs;

use super::*;

/// What loading a file with these bytes comes to, without the path.
fn outcome(content: &[u8]) -> String {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("config.toml");
    fs::write(&path, content).unwrap();
    close(&path, 0o600);
    described(&path)
}

fn described(path: &Path) -> String {
    let words = match Profiles::load(path) {
        Ok(profiles) => {
            let names: Vec<_> = profiles.all().iter().map(|profile| profile.name().as_str()).collect();
            let warnings: Vec<_> = profiles.warnings().iter().map(ToString::to_string).collect();
            [names.join(" "), warnings.join(" ")].join("|")
        }
        Err(error) => error.to_string(),
    };
    words.replace(&path.to_string_lossy().into_owned(), "FILE")
}

#[cfg(unix)]
fn close(path: &Path, mode: u32) {
    use std::os::unix::fs::PermissionsExt;
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
}

#[cfg(not(unix))]
fn close(_: &Path, _: u32) {}

#[test]
fn a_file_gives_profiles_or_a_sentence() {
    let older = "|FILE has an older version than 2: run any `atlas` command to update it";
    let huge = [b"# ".to_vec(), vec![b'x'; 1024 * 1024]].concat();
    let rows: [(&[u8], String); 14] = [
        (b"", "|".to_owned()),
        (b" \n# nothing\n", "|".to_owned()),
        (b"version = 2\n[ci]\n[Default]\n", "ci default|".to_owned()),
        (b"\xef\xbb\xbfversion = 2\r\n[ci]\r\n", "ci|".to_owned()),
        (b"version = 2\nmongosh_path = 'x'\n[plugins]\n[ci.inner]\n", "ci plugins|".to_owned()),
        (b"version = 1\n[ci]\n", format!("ci{older}")),
        (b"[ci]\n", format!("ci{older}")),
        (b"skip_update_check = true\n", "|".to_owned()),
        (b"version = 7\n", "|".to_owned()),
        (
            b"version = 3\n[ci]\n",
            "FILE has version 3, but this program reads version 2: update atlas-secret, or set the variables that \
             atlas-secret --help names"
                .to_owned(),
        ),
        (
            b"version = 'two'\n[ci]\n",
            "FILE has a version that is not a number: write version = 2".to_owned(),
        ),
        (b"version = 2\n[ci\n", "FILE is not valid TOML: see line 2".to_owned()),
        (
            b"[ci]\nclient_id = '\xff\xfe'\n",
            "FILE is not UTF-8 text: save it as UTF-8, or create it again with `atlas auth login`".to_owned(),
        ),
        (&huge, "FILE is larger than 1 MiB: it is not a configuration file".to_owned()),
    ];
    for (content, expected) in rows {
        let shown = String::from_utf8_lossy(&content[..content.len().min(60)]);
        assert_eq!(outcome(content), expected, "{shown}");
    }
}

#[test]
fn what_is_no_file_is_named() {
    let folder = tempfile::tempdir().unwrap();
    assert_eq!(described(&folder.path().join("missing.toml")), "|");
    fs::write(folder.path().join("file"), "").unwrap();
    assert_eq!(described(&folder.path().join("file").join("config.toml")), "|");
    assert_eq!(described(folder.path()), "FILE is a directory, not a file");
}

#[cfg(unix)]
#[test]
fn a_file_that_others_can_read_or_change_gets_a_warning() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("config.toml");
    let warning = "|FILE contains credentials, and other users can read it: run chmod 600 on it";
    let changed = "FILE can be changed by other users, who could send your credentials to a host of theirs: run \
                   chmod 600 on it";
    let with_secret = "version = 2\n[ci]\nclient_secret = 'canary'\n";
    let rows = [
        (with_secret, 0o600, "ci|"),
        (with_secret, 0o640, &format!("ci{warning}")),
        (with_secret, 0o604, &format!("ci{warning}")),
        (with_secret, 0o620, &format!("ci|{changed}")),
        (with_secret, 0o602, &format!("ci|{changed}")),
        (with_secret, 0o622, &format!("ci|{changed}")),
        (with_secret, 0o666, &format!("ci{warning} {changed}")),
        ("version = 2\n[ci]\nproject_id = 'p'\n", 0o644, "ci|"),
        ("version = 2\n[ci]\nproject_id = 'p'\n", 0o664, &format!("ci|{changed}")),
        ("version = 2\n[ci]\nproject_id = 'p'\n", 0o622, &format!("ci|{changed}")),
        ("version = 2\n", 0o666, "|"),
    ];
    for (content, mode, expected) in rows {
        fs::write(&path, content).unwrap();
        close(&path, mode);
        assert_eq!(described(&path), expected, "{mode:o}");
    }
}

#[cfg(unix)]
#[test]
fn a_device_is_not_read() {
    assert_eq!(described(Path::new("/dev/zero")), "FILE is not a regular file");
}

#[test]
fn a_failure_to_read_is_named() {
    let denied = problem_of(&io::Error::from(ErrorKind::PermissionDenied));
    assert!(denied.starts_with("cannot be read (permission denied)"), "{denied}");
    let other = problem_of(&io::Error::from(ErrorKind::TimedOut));
    assert_eq!(other, "cannot be read: timed out");
}

#[test]
fn broken_toml_is_placed_and_not_quoted() {
    let rows = [
        ("[ci\n", 1),
        ("version = 2\n[ci]\nclient_secret = canary\n", 3),
        ("client_secret = 'canary", 1),
        ("a = 1\na = 2\n", 2),
    ];
    for (text, line) in rows {
        let problem = parse(text).unwrap_err();
        assert_eq!(problem, format!("is not valid TOML: see line {line}"), "{text:?}");
        assert!(!problem.contains("canary"));
    }
}
