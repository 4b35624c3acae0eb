//! Runs that end at the start: an error on standard error, exit code 2, and an untouched terminal.

use std::fs::File;

use crate::program::program;
use crate::support::terminal::Program;

/// The error of a program that exits with 2 without writing to the terminal.
#[track_caller]
fn error_of(program: Program) -> String {
    let stderr = program.home().join("stderr");
    let mut terminal = program.stderr_to(File::create(&stderr).unwrap()).start();
    assert_eq!(terminal.wait_exit().code(), Some(2));
    assert_eq!(terminal.output(), b"", "nothing was written to the terminal");
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
fn the_error_names_an_unknown_profile() {
    let error = error_of(program().args(["-P", "nowhere"]));
    assert!(error.contains("nowhere"), "{error}");
}

#[test]
fn an_incomplete_pair_of_credentials_is_reported_without_the_secret() {
    let secret = "mdb_sa_sk_FAKE-half-of-a-pair";
    let error = error_of(program().env("MONGODB_ATLAS_CLIENT_SECRET", secret));
    assert!(
        error.contains("MONGODB_ATLAS_CLIENT_SECRET is set, but MONGODB_ATLAS_CLIENT_ID is not"),
        "{error}"
    );
    assert!(!error.contains("FAKE"), "{error}");
}

#[test]
fn a_misplaced_secret_is_not_printed() {
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
        let error = error_of(program().args(arguments));
        assert!(!error.contains("FAKE") && !error.contains("fake"), "{arguments:?}: {error}");
    }
}

#[test]
fn a_dumb_terminal_is_an_error() {
    let error = error_of(program().arg("--demo").env("TERM", "dumb"));
    assert!(error.contains("TERM=dumb") && error.contains("--yes and --format"), "{error}");
}

#[test]
fn an_unencrypted_remote_host_is_an_error() {
    let with_token = || program().env("MONGODB_ATLAS_ACCESS_TOKEN", "fake-token");
    let by_variable = with_token().env("MONGODB_ATLAS_BASE_URL", "http://atlas.example");
    let by_argument = with_token().args(["--base-url", "http://atlas.example"]);
    for error in [error_of(by_variable), error_of(by_argument)] {
        assert!(error.contains("http"), "{error}");
        assert!(!error.contains("fake-token"), "{error}");
    }
}

#[test]
fn a_variable_that_cannot_be_used_is_an_error() {
    let rows = [
        ("HTTPS_PROXY", "http://CORP\\user:fake@127.0.0.1:3128", "HTTPS_PROXY is not the address of a proxy"),
        (
            "SSL_CERT_FILE",
            "/no/such/ca.pem",
            "SSL_CERT_FILE cannot be read (No such file or directory): /no/such/ca.pem",
        ),
    ];
    for (name, value, expected) in rows {
        let error = error_of(program().env(name, value));
        assert!(error.contains(expected), "{error}");
    }
    // The demo makes no TLS connection.
    program().arg("--demo").env("SSL_CERT_FILE", "/no/such/ca.pem").start_showing("[ Create secret ]");
    let report = program().arg("--print-config").env("SSL_CERT_FILE", "/no/such/ca.pem");
    let mut terminal = report.start_showing("SSL_CERT_FILE cannot be read");
    assert_eq!(terminal.wait_exit().code(), Some(0));
}

#[test]
fn a_certificate_file_that_is_missing_or_empty_is_only_a_warning_beside_a_folder() {
    for (file, warning) in [
        ("", "SSL_CERT_FILE is empty"),
        ("/no/such/ca.pem", "SSL_CERT_FILE cannot be read"),
        ("empty", "SSL_CERT_FILE contains no certificate"),
    ] {
        let program = program();
        let empty = program.home().join("empty");
        File::create(&empty).unwrap();
        let file = if file == "empty" { empty.to_str().unwrap() } else { file };
        program.env("SSL_CERT_FILE", file).env("SSL_CERT_DIR", "/:").start_showing(warning);
    }
    let pipe = program().env("SSL_CERT_FILE", "/dev/null").env("SSL_CERT_DIR", "/");
    assert!(error_of(pipe).contains("is a pipe or a device"));
}

#[test]
fn an_unknown_option_is_an_error() {
    let error = error_of(program().arg("--secret=mdb_sa_sk_FAKE"));
    assert!(error.contains("--secret"), "{error}");
}
