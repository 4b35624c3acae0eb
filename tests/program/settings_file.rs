//! The settings file: read by every run, with lower precedence than flags and variables.

use std::fs;

use crate::program::{created, demo, labeled, program};
use crate::support::terminal::{Program, key};

const FILE: &str = ".config/atlas-secret/config.toml";

fn with_file(program: Program, text: &str) -> Program {
    let path = program.home().join(FILE);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
    program
}

/// The screen and the exit code of a run that ends by itself.
fn printed(program: Program) -> (String, Option<i32>) {
    let mut terminal = program.start();
    let code = terminal.wait_exit().code();
    (terminal.screen(), code)
}

#[test]
fn the_settings_file_sets_the_lifetime_unless_a_flag_does() {
    let file = "expires_after = '12w'\n";
    for (arguments, expected) in [(&["--demo"][..], "12w"), (&["--demo", "--expires-after", "36h"], "36h")] {
        let mut terminal = with_file(program().args(arguments), file).start();
        let screen = terminal.wait_for("[ Create secret ]");
        assert!(labeled(&screen, "Expires after").starts_with(expected), "{screen}");
        terminal.leave(key::CTRL_C, 0);
    }
}

#[test]
fn a_template_of_the_user_can_be_copied() {
    let in_file = with_file(demo(), "template = 'a{secret}'\n");
    for program in [in_file, demo().args(["--template", "a{secret}"])] {
        let mut terminal = created(program);
        terminal.press("f", "Template");
    }
}

#[test]
fn an_invalid_settings_file_is_an_error_at_the_start() {
    for arguments in [&["--demo"][..], &["--yes"], &["--print-config"]] {
        let (screen, code) = printed(with_file(program().args(arguments), "\nclear_after = 'a'\n"));
        let screen = screen.replace("\n    ", " ");
        assert_eq!(code, Some(2), "{screen}");
        assert!(screen.contains("config.toml has an error on line 2: clear_after: must be"), "{screen}");
    }
}

#[test]
fn print_config_shows_every_source_and_no_secrets() {
    let file = "clear_after = 5\n[[sink]]\nname = 'a'\ncommand = 'pass insert -m a'\n";
    let program = with_file(program().size(30, 200), file)
        .args([
            "--print-config",
            "--clipboard",
            "off",
            "--yes",
            "--verify",
            "--log-file",
            "/no/such/folder/log",
            "--template",
            "a\t\u{1b}[1m\n{secret}",
        ])
        .env("MONGODB_ATLAS_BASE_URL", "http://127.0.0.1:9")
        .env("MONGODB_ATLAS_CLIENT_ID", "mdb_sa_id_1234567890abcdef12345678")
        .env("MONGODB_ATLAS_CLIENT_SECRET", "mdb_sa_sk_FAKEfakeFAKE")
        .env("MONGODB_ATLAS_PROJECT_ID", "32b6e34b3d91647abb20e7b8");
    let (screen, code) = printed(program);
    assert_eq!(code, Some(0), "{screen}");
    let rows = [
        ("settings file", "config.toml", "read"),
        ("base URL", "http://127.0.0.1:9", "MONGODB_ATLAS_BASE_URL"),
        ("credentials", "service account", "MONGODB_ATLAS_CLIENT_ID, MONGODB_ATLAS_CLIENT_SECRET"),
        ("project ID", "32b6e34b3d91647abb20e7b8", "MONGODB_ATLAS_PROJECT_ID"),
        ("client ID", "not set", ""),
        ("expires after", "30 days", "default"),
        ("clear after", "5 s", "config.toml"),
        ("clipboard", "off", "--clipboard"),
        ("template", r"a\t\u{1b}[1m\n{secret}", "--template"),
        ("yes", "on", "--yes"),
        ("replace expired", "off", "default"),
        ("verify", "on", "--verify"),
        ("log file", "/no/such/folder/log", "--log-file"),
        ("sink a", "pass insert -m a (reads secret)", "config.toml"),
    ];
    for (name, value, source) in rows {
        let row =
            screen.lines().find(|row| row.starts_with(name)).unwrap_or_else(|| panic!("{name}\n{screen}"));
        assert!(row.contains(value) && row.trim_end().ends_with(source), "{name}\n{screen}");
    }
    assert!(!screen.contains("FAKEfake"), "{screen}");
}

#[test]
fn print_config_says_why_a_profile_is_not_used() {
    let rows = [
        ("[[default]]\nclient_id = 'x'\n", "has [[default]], which is not a profile"),
        ("version = 2\n[default]\nproject_id = 'abc'\n", "project_id in profile `default`: "),
    ];
    for (file, reason) in rows {
        let program = program().size(30, 200);
        let folder = program.home().join(".config/atlascli");
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join("config.toml"), file).unwrap();
        let (screen, code) = printed(program.args(["--print-config"]));
        assert_eq!(code, Some(0), "{screen}");
        assert!(screen.contains(reason), "{screen}");
    }
}

#[test]
fn print_config_says_what_is_wrong_with_a_lifetime() {
    for (lifetime, shown) in [
        ("12w", "84 days  "),
        ("9999-01-01", "9999-01-01  "),
        ("1x", "1x: unknown unit"),
        ("2020-01-01", "2020-01-01: this is in the past"),
    ] {
        let (screen, code) = printed(program().args(["--print-config", "--expires-after", lifetime]));
        assert_eq!(code, Some(0), "{screen}");
        assert!(labeled(&screen, "expires after").starts_with(shown), "{screen}");
    }
}

#[test]
fn print_config_shows_the_profile_and_its_source() {
    let profile = "version = 2\n[ci]\nauth_type = 'api_keys'\npublic_api_key = 'fakekeys'\n\
        private_api_key = 'FAKEfake'\nservice = 'cloudgov'\nproject_id = '32b6e34b3d91647abb20e7b8'\n";
    let rows: [(&[&str], &str, &str); 3] = [
        (&[], "", "profile ci (the only one)"),
        (&[], "ci", "profile ci (MONGODB_ATLAS_PROFILE)"),
        (&["--profile", "ci"], "other", "profile ci (--profile)"),
    ];
    for (arguments, variable, source) in rows {
        let program = program().size(30, 200).arg("--print-config").args(arguments);
        let folder = program.home().join(".config/atlascli");
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join("config.toml"), profile).unwrap();
        let (screen, code) = printed(program.env("MONGODB_ATLAS_PROFILE", variable));
        assert_eq!(code, Some(0), "{screen}");
        for expected in ["API key", source, "https://cloud.mongodbgov.com", "service in profile `ci`"] {
            assert!(screen.contains(expected), "{expected}\n{screen}");
        }
        assert!(screen.contains("project_id in profile `ci`") && !screen.contains("FAKEfake"), "{screen}");
    }
    let broken = program().size(30, 200).arg("--print-config");
    let folder = broken.home().join(".config/atlascli");
    fs::create_dir_all(&folder).unwrap();
    fs::write(folder.join("config.toml"), "version = 2\n[ci]\nauth_type = 'no_auth'\n").unwrap();
    let (screen, code) = printed(broken);
    assert_eq!(code, Some(0), "{screen}");
    assert!(
        screen.contains("none: the sign-in screen opens") && screen.contains("has auth_type `no_auth`"),
        "{screen}"
    );
}
