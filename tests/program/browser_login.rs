//! Profiles of users who signed in with a browser: a fake `atlas` prints their token or fails.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process, test_kill_process};
use tempfile::TempDir;

use crate::atlas::{Atlas, PLAIN, PROJECT};
use crate::program::{PROGRAM, Run, contains, create, created, in_own_session, is_value, program, run};
use crate::support::terminal::{Program, key};
use crate::tools::wait_for;
use atlas_secret::process::IN_OWN_SESSION;

/// A home with such a profile, and a folder for the PATH.
struct Home {
    folder: TempDir,
    config: PathBuf,
    profile: String,
}

impl Home {
    fn new(atlas: &Atlas) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let config = folder.path().join(".config/atlascli/config.toml");
        let profile = format!(
            "version = 2\n[ci]\nauth_type = 'user_account'\nbase_url = '{}'\nproject_id = '{PROJECT}'\n",
            atlas.url()
        );
        fs::create_dir_all(config.parent().unwrap()).unwrap();
        fs::create_dir(folder.path().join("bin")).unwrap();
        fs::write(&config, &profile).unwrap();
        Self { folder, config, profile }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Puts an `atlas` into that folder. The script has the usual PATH.
    fn install(&self, script: &str) {
        let file = self.path("bin/atlas");
        let path = std::env::var("PATH").unwrap();
        fs::write(&file, format!("#!/bin/sh\nPATH='{path}'\n{script}\n")).unwrap();
        fs::set_permissions(&file, fs::Permissions::from_mode(0o755)).unwrap();
    }

    /// A run without the form, with this PATH.
    fn command(&self, path: &str) -> Command {
        let mut command = in_own_session();
        command.args(["--yes", "--format", "secret", "--client-id", PLAIN]).env_clear();
        command.env("HOME", self.folder.path()).env("PATH", path).current_dir(self.path("bin"));
        command.stdin(Stdio::null());
        command
    }

    /// Runs without the form.
    #[track_caller]
    fn run(&self, code: i32) -> Run {
        run(&mut self.command(&self.bin()), code)
    }

    fn bin(&self) -> String {
        self.path("bin").display().to_string()
    }

    fn assert_untouched(&self) {
        assert_eq!(fs::read_to_string(&self.config).unwrap(), self.profile, "the file must not change");
    }
}

/// A command that prints the token from a file.
fn print_token(file: &Path) -> String {
    format!("cat '{}'", file.display())
}

#[test]
fn the_token_that_the_atlas_cli_prints_signs_in_and_is_not_revoked() {
    let atlas = Atlas::start();
    let home = Home::new(&atlas);
    let token = atlas.access_token();
    fs::write(home.path("token"), format!("{token}\r\n")).unwrap();
    let seen = home.path("seen");
    // A background process keeps the pipes open, and there is more on standard error than is kept.
    home.install(&format!(
        "{{ echo \"$@\"; env; cat; }} > '{}'\nprintf '%200000s' >&2\nsleep 20 &\n{}",
        seen.display(),
        print_token(&home.path("token"))
    ));
    let begun = Instant::now();
    let Run { stdout, stderr } = home.run(0);
    assert!(begun.elapsed() < Duration::from_secs(4), "it waited for a background process");
    assert!(is_value(&stdout));
    let seen = fs::read_to_string(seen).unwrap();
    assert!(seen.starts_with("auth token --profile ci\n"), "{seen}");
    assert!(seen.contains("DO_NOT_TRACK=1\n"), "{seen}");
    assert!(!stderr.contains(&token), "{stderr}");
    assert_eq!(atlas.live_tokens(), 1, "the token belongs to the Atlas CLI");
    home.assert_untouched();
}

#[test]
fn named_by_a_variable_it_gets_no_credential_of_the_environment() {
    let atlas = Atlas::start();
    let home = Home::new(&atlas);
    fs::write(home.path("token"), atlas.access_token()).unwrap();
    let seen = home.path("seen");
    home.install(&format!("env > '{}'\n{}", seen.display(), print_token(&home.path("token"))));
    for arguments in [&["-P", "ci"][..], &["--profile", "CI"]] {
        let mut command = home.command(&home.bin());
        command.args(arguments);
        command
            .envs([("MONGODB_ATLAS_ACCESS_TOKEN", "FAKE-canary"), ("MCLI_PRIVATE_API_KEY", "FAKE-canary")]);
        run(&mut command, 0);
        let seen = fs::read_to_string(&seen).unwrap();
        let of_atlas = seen.lines().filter(|line| line.contains("MONGODB_ATLAS") || line.contains("MCLI"));
        assert_eq!(of_atlas.collect::<Vec<_>>(), ["MONGODB_ATLAS_SKIP_UPDATE_CHECK=yes"]);
        assert!(!seen.contains("canary"), "{seen}");
    }
}

#[test]
fn each_way_to_fail_has_its_own_sentence_and_a_way_out() {
    let atlas = Atlas::start();
    let home = Home::new(&atlas);
    let sign_in = "run `atlas auth login --profile ci`";
    let failed = "`atlas auth token --profile ci` failed";
    let no_token = "`atlas auth token --profile ci` printed no token: update the Atlas CLI";
    let rows = [
        ("exit 0", format!("`atlas auth token --profile ci` printed nothing: {sign_in}")),
        ("echo '  '", format!("`atlas auth token --profile ci` printed nothing: {sign_in}")),
        ("exit 3", format!("{failed}: {sign_in}")),
        (
            "echo 'Error: no access token found for profile ci' >&2; exit 1",
            format!("{failed} (no access token found for profile ci): {sign_in}"),
        ),
        (
            "printf 'Error: session expired\\n\\nTo login, run: atlas auth login\\n' >&2; exit 1",
            format!("{failed} (session expired): {sign_in}"),
        ),
        (
            "printf '\\033[31mbad\\033[0m eyJFAKE-token\\n' >&2; exit 1",
            format!("{failed} (bad ...): {sign_in}"),
        ),
        ("printf 'Manage the state.\\n\\nUsage:\\n  atlas auth [command]\\n'", no_token.to_owned()),
        ("echo 'Error: unknown command \"auth\" for \"atlas\"' >&2; exit 1", no_token.to_owned()),
        (
            "echo 'Error: access_token=eyJFAKE.eyJFAKE expired' >&2; exit 1",
            format!("{failed} (access_token=... expired): {sign_in}"),
        ),
        (
            "printf '%30000s\\nnot\\033[1m signed\\033[0m in\\n' >&2; exit 1",
            format!("{failed} (not signed in): {sign_in}"),
        ),
        ("head -c 30000 /dev/zero | tr '\\0' x", no_token.to_owned()),
        ("printf '%30000s' eyJFAKE", no_token.to_owned()),
        ("printf '\\377\\376'", no_token.to_owned()),
        (
            "echo \"'quoted'\"",
            "the output of `atlas auth token --profile ci`: remove the quotes around it".to_owned(),
        ),
        ("kill -9 $$", format!("{failed}: {sign_in}")),
    ];
    for (script, expected) in rows {
        home.install(script);
        let Run { stdout, stderr } = home.run(1);
        assert_eq!(stdout, "", "{script}: {stderr}");
        let expected = format!("Nothing was created. These credentials cannot be used: {expected}");
        assert_eq!(stderr.matches(&expected).count(), 1, "{script}: {expected}: {stderr}");
        assert!(!stderr.contains('\x1b') && !stderr.contains("eyJ"), "{stderr}");
    }
    assert_eq!(atlas.requests(), Vec::<String>::new());
    home.assert_untouched();
}

#[test]
fn an_atlas_in_the_current_folder_or_without_the_right_to_run_is_none() {
    let atlas = Atlas::start();
    let home = Home::new(&atlas);
    let marker = home.path("ran");
    home.install(&format!("touch '{}'", marker.display()));
    let other_folder = home.path("other_folder");
    fs::create_dir_all(other_folder.join("atlas")).unwrap();
    for path in ["", ".", "bin", "::", &other_folder.display().to_string()] {
        run(&mut home.command(path), 1).says("there is no `atlas` on the PATH: install the Atlas CLI");
    }
    fs::set_permissions(home.path("bin/atlas"), fs::Permissions::from_mode(0o644)).unwrap();
    home.run(1).says("there is no `atlas` on the PATH");
    assert!(!marker.exists());
    // A file that the system cannot execute.
    fs::write(home.path("bin/atlas"), "#!/no/such/interpreter\n").unwrap();
    fs::set_permissions(home.path("bin/atlas"), fs::Permissions::from_mode(0o755)).unwrap();
    home.run(1).says("failed (No such file or directory)");
}

#[test]
fn the_atlas_cli_has_no_terminal() {
    let atlas = Atlas::start();
    let home = Home::new(&atlas);
    fs::write(home.path("token"), atlas.access_token()).unwrap();
    let found = home.path("found");
    home.install(&format!(
        "if (: > /dev/tty) 2>/dev/null; then echo FAKE-question > /dev/tty; echo a terminal > '{0}'; else echo none > '{0}'; fi\n{1}",
        found.display(),
        print_token(&home.path("token"))
    ));
    let terminal = created(interface(&home).args(["--client-id", PLAIN]));
    assert_eq!(fs::read_to_string(found).unwrap(), "none\n");
    assert!(!contains(&terminal.output(), "FAKE-question"));
}

#[test]
fn one_that_leaves_its_output_open_does_not_hold_the_run() {
    let atlas = Atlas::start();
    let home = Home::new(&atlas);
    let (token, left) = (home.path("token"), home.path("left"));
    fs::write(&token, atlas.access_token()).unwrap();
    // In a session of its own, nothing that ends the command reaches it.
    let leaving =
        format!("'{PROGRAM}' {IN_OWN_SESSION} sh -c 'echo $$ >> \"{}\"; exec sleep 60' &\n", left.display());
    let printing = print_token(&token);
    let rows = [
        (format!("{leaving}{printing}"), 0),
        (format!("{leaving}{printing} & wait $!"), 0),
        (format!("{printing}; {leaving}exec sleep 60"), 1),
        (format!("{leaving}exec sleep 60 >/dev/null 2>&1"), 1),
        (format!("{leaving}kill -STOP $$"), 1),
        ("while :; do printf xxxxxxxxxxxxxxxx; done".to_owned(), 1),
    ];
    for (script, code) in rows {
        home.install(&script);
        let begun = Instant::now();
        let Run { stderr, .. } = home.run(code);
        let elapsed = begun.elapsed();
        let limit = if code == 0 { 4 } else { 10 };
        assert!(elapsed < Duration::from_secs(limit), "{script}: {elapsed:?}");
        assert_eq!(
            stderr.contains("took more than 5 seconds and was stopped"),
            code == 1,
            "{script}: {stderr}"
        );
    }
    for pid in fs::read_to_string(left).unwrap().split_whitespace() {
        let _ = kill_process(Pid::from_raw(pid.parse().unwrap()).unwrap(), Signal::KILL);
    }
}

#[test]
fn one_that_takes_too_long_is_stopped_with_all_that_it_started() {
    let atlas = Atlas::start();
    let home = Home::new(&atlas);
    let pids = home.path("pids");
    home.install(&format!("sleep 60 &\necho $! $$ > '{}'\nwait", pids.display()));
    let begun = Instant::now();
    home.run(1).says("took more than 5 seconds and was stopped");
    assert!(begun.elapsed() < Duration::from_secs(15), "{:?}", begun.elapsed());
    for pid in fs::read_to_string(pids).unwrap().split_whitespace() {
        let pid = Pid::from_raw(pid.parse().unwrap()).unwrap();
        wait_for("the end of the processes", || test_kill_process(pid).is_err().then_some(()));
    }
}

#[test]
fn a_token_that_atlas_refuses_says_how_to_renew_it() {
    let atlas = Atlas::start();
    let home = Home::new(&atlas);
    home.install("echo FAKE-expired-token");
    let run = home.run(1);
    run.says("Nothing was created. Sign-in failed: Atlas refused the token of profile ci (401).");
    run.says("Run any atlas command with that profile, or atlas auth login --profile ci");
    assert!(!run.stderr.contains("FAKE-expired"), "{}", run.stderr);
    assert_eq!(atlas.creates(), 0);
}

/// The interface with that PATH and home.
fn interface(home: &Home) -> Program {
    let program = program().env("PATH", home.bin());
    let folder = program.home().join(".config/atlascli");
    fs::create_dir_all(&folder).unwrap();
    fs::write(folder.join("config.toml"), &home.profile).unwrap();
    program
}

#[test]
fn the_only_profile_signs_in_automatically_and_a_new_token_is_read() {
    let atlas = Atlas::start();
    let home = Home::new(&atlas);
    let token = home.path("token");
    fs::write(&token, "FAKE-expired-token").unwrap();
    home.install(&print_token(&token));
    let mut terminal = interface(&home).args(["--client-id", PLAIN]).start_showing("profile ci");
    terminal.wait_for("Atlas refused the token of profile ci (401).");
    fs::write(&token, atlas.access_token()).unwrap();
    create(&mut terminal);
    terminal.shows("profile ci");
    assert_eq!(atlas.creates(), 1);
}

#[test]
fn a_browser_profile_can_be_chosen_and_shows_why_it_fails() {
    let atlas = Atlas::start();
    let home = Home::new(&atlas);
    home.install("exit 0");
    let mut terminal = interface(&home)
        .envs(atlas.with_token())
        .args(["--project-id", PROJECT, "--client-id", PLAIN])
        .start_showing("[ Create secret ]");
    terminal.press(key::CTRL_P, "› Atlas CLI profile ci");
    terminal.press(key::ENTER, "printed nothing");
    home.install("echo FAKE-expired-token");
    terminal.press(key::ENTER, "Atlas refused the token of profile ci (401)");
    home.install(&format!("echo {}", atlas.access_token()));
    terminal.send(key::ENTER);
    create(&mut terminal);
    terminal.shows("profile ci");
}
