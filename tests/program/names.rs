//! Names instead of ids, with an HTTP server.

use std::process::Stdio;

use crate::atlas::{Atlas, PLAIN, PROJECT};
use crate::program::{demo, in_own_session, is_value, labeled, signed_in};
use crate::support::terminal::key;

/// Runs without the form. Returns the exit code, standard output and standard error.
fn alone(atlas: &Atlas, arguments: &[&str]) -> (Option<i32>, String, String) {
    run(atlas, &atlas.access_token(), arguments)
}

fn run(atlas: &Atlas, token: &str, arguments: &[&str]) -> (Option<i32>, String, String) {
    let output = in_own_session()
        .args(["--yes", "--format", "secret"])
        .args(arguments)
        .env_clear()
        .env("MONGODB_ATLAS_BASE_URL", atlas.url())
        .env("MONGODB_ATLAS_ACCESS_TOKEN", token)
        .stdin(Stdio::null())
        .output()
        .unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (output.status.code(), text(output.stdout), text(output.stderr))
}

#[test]
fn without_the_form_names_are_replaced_by_ids_before_anything_else() {
    let atlas = Atlas::start();
    let (code, secret, stderr) =
        alone(&atlas, &["--project-id", " Of-A-\u{200B}TEST ", "--client-id", "Plain\u{AD}\r"]);
    assert_eq!(code, Some(0), "{stderr}");
    assert!(is_value(&secret) && atlas.accepts(PLAIN, &secret));
    assert!(stderr.contains(&format!("--project-id Of-A-TEST: {PROJECT}\n")), "{stderr}");
    assert!(stderr.contains(&format!("--client-id Plain: {PLAIN}\n")), "{stderr}");
    assert!(
        stderr.starts_with("atlas-secret: Signing in\natlas-secret: Reading the list of projects\n"),
        "{stderr}"
    );
    assert_eq!(stderr.matches("Signing in").count(), 1, "{stderr}");
    let lists: Vec<String> = atlas.requests().into_iter().take(2).collect();
    let accounts = format!("GET /api/atlas/v2/groups/{PROJECT}/serviceAccounts?itemsPerPage=500&pageNum=1");
    assert_eq!(lists, ["GET /api/atlas/v2/groups?itemsPerPage=500&pageNum=1".to_owned(), accounts]);
}

#[test]
fn a_name_that_is_not_clear_ends_the_run_with_the_candidates() {
    let atlas = Atlas::start();
    let project = PROJECT;
    let similar = format!(
        "--project-id tes: no project with this name is visible to these credentials. Similar:\n  {PROJECT}  of-a-test\n"
    );
    let plain = format!("  {PLAIN}  plain\n");
    let rows: [(&[&str], &str); 6] = [
        (&["--project-id", "tes", "--client-id", PLAIN], &similar),
        (&["--project-id", "32b6", "--client-id", PLAIN], "it is not an ID: 4 of 24 hex digits"),
        (&["--project-id", project, "--client-id", "pla"], &plain),
        (
            &["--project-id", project, "--client-id", "xyz"],
            "the project has no service account with this name",
        ),
        (
            &["--project-id", project, "--client-id", "twin"],
            "2 service accounts have this name. Give the ID instead:\n",
        ),
        (
            &["--project-id", "'test'", "--client-id", PLAIN],
            "--project-id 'test': remove the quotes around it",
        ),
    ];
    for (arguments, expected) in rows {
        let (code, secret, stderr) = alone(&atlas, arguments);
        assert_eq!((code, secret.as_str()), (Some(2), ""), "{stderr}");
        assert!(stderr.contains(expected), "{expected:?} is not in {stderr}");
    }
    assert_eq!(atlas.creates(), 0);
}

#[test]
fn an_id_that_atlas_does_not_know_ends_the_run_as_such_a_name_does() {
    let atlas = Atlas::start();
    let rows = [
        ("0000000000000000000000aa", PLAIN, "There is no project with this ID (404)."),
        (
            PROJECT,
            "mdb_sa_id_0000000000000000000000aa",
            "The project has no service account with this client ID (404).",
        ),
    ];
    for (project, client, expected) in rows {
        let (code, secret, stderr) = alone(&atlas, &["--project-id", project, "--client-id", client]);
        assert_eq!((code, secret.as_str()), (Some(2), ""), "{stderr}");
        assert!(stderr.contains(expected), "{stderr}");
    }
    assert_eq!(atlas.creates(), 0);
}

#[test]
fn a_name_on_a_late_page_is_found_and_a_long_list_names_ten() {
    let demo = |arguments: &[&str]| {
        let mut command = in_own_session();
        command.args(["--demo", "--demo-projects", "2000"]);
        let output = command.args(["--yes", "--format", "secret"]).args(arguments).output().unwrap();
        assert_eq!(output.status.code(), Some(2));
        String::from_utf8(output.stderr).unwrap()
    };
    let stderr = demo(&["--project-id", "SEARCH-STAGING-1983", "--client-id", "ci"]);
    assert!(stderr.contains("--project-id SEARCH-STAGING-1983: 5eed000000000000000007bf\n"), "{stderr}");
    assert!(
        stderr.contains("--client-id ci: the project has no service account with this name.\n"),
        "{stderr}"
    );
    let stderr = demo(&["--project-id", "search", "--client-id", "ci"]);
    assert_eq!(stderr.matches("  search-").count(), 10, "{stderr}");
    assert!(stderr.contains("\n  and 240 more\n"), "{stderr}");
}

#[test]
fn a_list_that_cannot_be_read_ends_the_run_and_says_what_to_do() {
    let atlas = Atlas::start();
    let refused = ["--project-id", "of-a-test", "--client-id", PLAIN];
    let output = run(&atlas, "FAKE-token-that-opens-nothing", &refused);
    assert_eq!(output.0, Some(1), "{}", output.2);
    assert!(
        output.2.contains("Nothing was created. Could not load the projects. Sign-in failed (401)."),
        "{}",
        output.2
    );
    let missing = ["--project-id", "0000000000000000000000aa", "--client-id", "plain"];
    let (code, _, stderr) = alone(&atlas, &missing);
    assert_eq!(code, Some(2), "{stderr}");
    assert!(
        stderr.contains("Could not load the service accounts. There is no project with this ID (404)."),
        "{stderr}"
    );
}

#[test]
fn initial_names_in_the_form_are_resolved() {
    let atlas = Atlas::start();
    let mut terminal = signed_in(&atlas)
        .args(["--project-id", "of-a-test", "--client-id", "plain"])
        .start_showing("[ Create secret ]");
    terminal.wait_for(PLAIN);
    assert!(labeled(&terminal.screen(), "Project ID").starts_with(PROJECT), "{}", terminal.screen());
    terminal.wait_for("Enter create");
    terminal.press(key::ENTER, "Secret created");
}

#[test]
fn a_project_among_thousands_is_found_by_name() {
    let mut terminal = demo().args(["--demo-projects", "5000"]).start_showing("[ Create secret ]");
    terminal.send(key::TAB);
    terminal.press(key::CTRL_U, "Enter a project ID or name.");
    // Send single keys, because several characters in one read are a paste.
    for character in "payprod".chars() {
        terminal.send(&character.to_string());
    }
    terminal.wait_for("1 of 5003 projects");
    terminal.press(key::ENTER, "✓ payments-prod");
}
