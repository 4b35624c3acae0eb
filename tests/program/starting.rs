//! Starts that go no further: a sentence on standard error, exit code 2, and a terminal left alone.

use std::fs::File;

use crate::program::program;
use crate::support::terminal::Program;

/// What the program says before it ends with 2 without having touched the screen.
#[track_caller]
fn refused(program: Program) -> String {
    let stderr = program.home().join("stderr");
    let mut terminal = program.stderr_to(File::create(&stderr).unwrap()).start();
    assert_eq!(terminal.wait_exit().code(), Some(2));
    assert_eq!(terminal.output(), b"", "the terminal was left alone");
    std::fs::read_to_string(stderr).unwrap()
}

#[test]
fn a_completion_script_needs_no_terminal() {
    let program = program().args(["--completions", "bash"]);
    let out = program.home().join("script");
    let mut terminal = program.stdout_to(File::create(&out).unwrap()).start();
    assert_eq!(terminal.wait_exit().code(), Some(0));
    assert!(std::fs::read_to_string(out).unwrap().contains("--expires-after"));
}

#[test]
fn a_profile_that_does_not_exist_is_named() {
    let said = refused(program().args(["-P", "nowhere"]));
    assert!(said.contains("nowhere"), "{said}");
}

#[test]
fn half_a_pair_is_named_and_not_echoed() {
    let secret = "mdb_sa_sk_FAKE-half-of-a-pair";
    let said = refused(program().env("MONGODB_ATLAS_CLIENT_SECRET", secret));
    assert!(
        said.contains("MONGODB_ATLAS_CLIENT_SECRET is set, but MONGODB_ATLAS_CLIENT_ID is not"),
        "{said}"
    );
    assert!(!said.contains("FAKE"), "{said}");
}

#[test]
fn a_secret_in_a_wrong_place_is_not_echoed() {
    let secret = "mdb_sa_sk_FAKE-in-a-wrong-place";
    let option = format!("--{secret}");
    let arguments: [&[&str]; 7] = [
        &[secret],
        &[&option],
        &["--clipboard", secret],
        &["--profile", secret],
        &["--base-url", secret],
        &["--log-file", "/nowhere/mdb_sa_sk_FAKE-in-a-path"],
        &["--yes", "--format", "json", "--client-id", secret],
    ];
    for arguments in arguments {
        let said = refused(program().args(arguments));
        assert!(!said.contains("FAKE") && !said.contains("fake"), "{arguments:?}: {said}");
    }
}

#[test]
fn a_terminal_that_cannot_show_a_screen_is_refused() {
    let said = refused(program().arg("--demo").env("TERM", "dumb"));
    assert!(said.contains("TERM=dumb") && said.contains("--yes and --format"), "{said}");
}

#[test]
fn an_unencrypted_host_elsewhere_is_refused() {
    let with_token = || program().env("MONGODB_ATLAS_ACCESS_TOKEN", "fake-token");
    let by_variable = with_token().env("MONGODB_ATLAS_BASE_URL", "http://atlas.example");
    let by_argument = with_token().args(["--base-url", "http://atlas.example"]);
    for said in [refused(by_variable), refused(by_argument)] {
        assert!(said.contains("http"), "{said}");
        assert!(!said.contains("fake-token"), "{said}");
    }
}

#[test]
fn an_argument_that_is_none_is_refused() {
    let said = refused(program().arg("--secret=mdb_sa_sk_FAKE"));
    assert!(said.contains("--secret"), "{said}");
}
