//! Saving with any umask, without permission, and on a full disk.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use tempfile::tempdir;

use crate::VALUE;
use crate::program::Program;

#[test]
fn a_file_is_private_with_any_umask() {
    let folder = tempdir().unwrap();
    for umask in ["000", "022", "077", "277", "777"] {
        let path = folder.path().join(umask);
        let mut program = Program::start(&format!("umask {umask}"), Stdio::null()).unwrap();
        let answer = program.ask(&format!("save {}", path.display()));
        assert!(answer.starts_with("Ok(Saved"), "{answer}");
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o7777, 0o600, "umask {umask}");
        assert_eq!(fs::read_to_string(path).unwrap(), VALUE);
    }
}

#[test]
fn a_path_is_relative_to_the_current_folder() {
    let folder = tempdir().unwrap();
    let folder = folder.path().canonicalize().unwrap();
    let mut program = Program::start(&format!("cd {}", folder.display()), Stdio::null()).unwrap();
    let answer = program.ask("save atlas.env");
    let path = folder.join("atlas.env");
    assert_eq!(answer, format!("Ok(Saved {{ path: ServerText({path:?}) }})"));
    assert!(
        fs::read_to_string(path).unwrap().starts_with("MONGODB_ATLAS_CLIENT_ID="),
        "the format is that of the extension"
    );
}

#[test]
fn a_file_that_cannot_grow_is_removed() {
    let folder = tempdir().unwrap();
    let mut program = Program::start("trap '' XFSZ", Stdio::null()).unwrap();
    assert_eq!(program.ask("limit 20"), "Ok(())");
    let answer = program.ask(&format!("save {}", folder.path().join("secret").display()));
    assert_eq!(answer, "Err(Other(ServerText(\"File too large\")))");
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);

    let path = folder.path().join(".env");
    fs::write(&path, "A=1\n").unwrap();
    let answer = program.ask(&format!("update {}", path.display()));
    assert_eq!(answer, "Err(Other(ServerText(\"File too large\")))");
    assert_eq!(fs::read_to_string(&path).unwrap(), "A=1\n");
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
}

#[test]
fn a_full_disk_is_an_error_and_no_file_is_left() {
    let folder = tempdir().unwrap();
    let folder = folder.path().display();
    let prelude = format!(
        "mount -t tmpfs -o size=16k,nr_inodes=8 tmpfs {folder} || exit 77
        echo A=1 >{folder}/.env
        head -c 100000 /dev/zero >{folder}/filling 2>/dev/null"
    );
    let parent: &[&str] = if rustix::process::geteuid().is_root() {
        &["unshare", "-m", "sh"]
    } else {
        &["unshare", "-r", "-m", "sh"]
    };
    let Some(mut program) = Program::start_under(parent, &prelude, Stdio::null()) else {
        println!("skipped: cannot mount a file system");
        return;
    };
    assert_eq!(program.ask(&format!("save {folder}/secret")), "Err(Full)");
    assert_eq!(program.ask(&format!("update {folder}/.env")), "Err(Full)");
    assert_eq!(program.ask(&format!("list {folder}")), ".env filling");
}

#[test]
fn a_folder_without_write_permission_is_reported() {
    let folder = tempdir().unwrap();
    let path = folder.path().join(".env");
    fs::write(&path, "A=1\n").unwrap();
    let owned = folder.path().join("owned");
    fs::create_dir(&owned).unwrap();
    fs::write(owned.join(".env"), "A=1\n").unwrap();
    for (path, mode) in [(&path, 0o666), (&owned, 0o777), (&owned.join(".env"), 0o666)] {
        fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
    }
    fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o555)).unwrap();
    let parent: &[&str] = if rustix::process::geteuid().is_root() {
        &["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "sh"]
    } else {
        &["sh"]
    };
    let Some(mut program) = Program::start_under(parent, "", Stdio::null()) else {
        println!("skipped: root can write anywhere, and cannot switch to another user");
        return;
    };
    let answer = program.ask(&format!("save {}/secret", folder.path().display()));
    assert_eq!(answer, "Err(NotAllowed)");
    assert_eq!(program.ask(&format!("update {}", path.display())), "Err(NotAllowed)");
    if rustix::process::geteuid().is_root() {
        // The file belongs to root, and would change its owner.
        let answer = program.ask(&format!("update {}/.env", owned.display()));
        assert_eq!(answer, "Err(NotOwned)");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o444)).unwrap();
        assert_eq!(program.ask(&format!("update {}", path.display())), "Err(ReadOnly)");
    }
    assert_eq!(fs::read_to_string(&path).unwrap(), "A=1\n");
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 2);
    assert_eq!(fs::read_dir(&owned).unwrap().count(), 1);
}

/// Kills the program during `order`, a little later each time, so that some processes die while writing.
fn kill_during(order: &str, mut arrange: impl FnMut()) {
    for round in 0..40 {
        arrange();
        let mut program = Program::start("", Stdio::null()).unwrap();
        program.kill_after(order, Duration::from_micros(round * 50));
    }
}

fn names_in(folder: &Path) -> Vec<String> {
    let names = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let mut names: Vec<String> = names.collect();
    names.sort();
    names
}

/// Whether the file system has files without a name (open(2), `O_TMPFILE`).
fn can_be_nameless(folder: &Path) -> bool {
    use rustix::fs::{Mode, OFlags, open};
    open(folder, OFlags::TMPFILE | OFlags::RDWR, Mode::RUSR | Mode::WUSR).is_ok()
}

#[test]
fn a_killed_process_leaves_a_complete_file_and_the_next_one_cleans_up() {
    let folder = tempdir().unwrap();
    let (env, new) = (folder.path().join(".env"), folder.path().join("secret"));
    fs::write(&env, "A=1\n").unwrap();
    fs::set_permissions(&env, fs::Permissions::from_mode(0o600)).unwrap();
    kill_during(&format!("update {}", env.display()), || {
        let text = fs::read_to_string(&env).unwrap();
        assert!(text == "A=1\n" || text.contains(VALUE) && text.ends_with('\n'), "{text}");
    });
    let has_nameless_files = can_be_nameless(folder.path());
    kill_during(&format!("save {}", new.display()), || {
        if has_nameless_files {
            let left = names_in(folder.path()).into_iter().find(|name| name.starts_with("secret."));
            assert_eq!(left, None, "of a new file");
        }
        assert!(fs::read_to_string(&new).is_err() || fs::read_to_string(&new).unwrap() == VALUE);
        fs::remove_file(&new).ok();
    });
    fs::remove_file(&new).ok();
    let mut program = Program::start("", Stdio::null()).unwrap();
    assert!(program.ask(&format!("update {}", env.display())).starts_with("Ok("));
    assert!(program.ask(&format!("save {}", new.display())).starts_with("Ok("));
    assert_eq!(names_in(folder.path()), [".env", "secret"]);
}
