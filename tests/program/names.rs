//! Names instead of IDs, with an HTTP server.

use crate::atlas::{Atlas, PLAIN, PROJECT};
use crate::program::{Run, demo, headless, in_own_session, is_value, labeled, run, signed_in};
use crate::support::terminal::key;

/// Runs without the form.
fn alone(atlas: &Atlas, arguments: &[&str], code: i32) -> Run {
    run(headless(&atlas.url(), &atlas.access_token()).args(["--format", "secret"]).args(arguments), code)
}

#[test]
fn without_the_form_names_are_replaced_by_ids_before_anything_else() {
    let atlas = Atlas::start();
    let arguments = ["--project-id", " Of-A-\u{200B}TEST ", "--client-id", "Plain\u{AD}\r"];
    let run = alone(&atlas, &arguments, 0);
    assert!(is_value(&run.stdout) && atlas.accepts(PLAIN, &run.stdout));
    run.says(&format!("--project-id Of-A-TEST is {PROJECT}\n"));
    run.says(&format!("--client-id Plain is {PLAIN}\n"));
    let stderr = run.stderr;
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
fn a_name_that_is_not_clear_and_an_unknown_id_end_the_run() {
    let atlas = Atlas::start();
    let project = PROJECT;
    let similar = format!(
        "--project-id tes: no project with this name is visible to these credentials. Similar:\n  {PROJECT}  of-a-test\n"
    );
    let plain = format!("  {PLAIN}  plain\n");
    let rows: [(&[&str], &str); 8] = [
        (
            &["--project-id", "0000000000000000000000aa", "--client-id", PLAIN],
            "No project with this ID is visible to these credentials (404).",
        ),
        (
            &["--project-id", project, "--client-id", "mdb_sa_id_0000000000000000000000aa"],
            "The project has no service account with this client ID (404).",
        ),
        (&["--project-id", "tes", "--client-id", PLAIN], &similar),
        (&["--project-id", "32b6", "--client-id", PLAIN], "--project-id 32b6: no project with this name"),
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
        let run = alone(&atlas, arguments, 2);
        run.says(expected);
        assert_eq!(run.stdout, "");
    }
    assert_eq!(atlas.creates(), 0);
}

#[test]
fn a_name_on_a_late_page_is_found_and_a_long_list_names_ten() {
    let demo = |arguments: &[&str]| {
        let mut command = in_own_session();
        command.args(["--demo", "--demo-projects", "2000"]);
        run(command.args(["--yes", "--format", "secret"]).args(arguments), 2)
    };
    let run = demo(&["--project-id", "SEARCH-STAGING-1983", "--client-id", "ci"]);
    run.says("--project-id SEARCH-STAGING-1983 is 5eed000000000000000007bf\n");
    run.says("--client-id ci: the project has no service account with this name.\n");
    let run = demo(&["--project-id", "search", "--client-id", "ci"]);
    assert_eq!(run.stderr.matches("  search-").count(), 10, "{}", run.stderr);
    run.says("\n  and 240 more\n");
}

#[test]
fn a_list_that_cannot_be_read_ends_the_run_and_says_what_to_do() {
    let atlas = Atlas::start();
    let mut refused = headless(&atlas.url(), "FAKE-token-that-opens-nothing");
    refused.args(["--format", "secret", "--project-id", "of-a-test", "--client-id", PLAIN]);
    run(&mut refused, 1).says("Nothing was created. Could not load the projects. Sign-in failed (401).");
    alone(&atlas, &["--project-id", "0000000000000000000000aa", "--client-id", "plain"], 2).says(
        "Could not load the service accounts. No project with this ID is visible to these credentials (404).",
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
    terminal.press(key::CTRL_U, "Enter a project ID or name");
    // Send single keys, because several characters in one read are a paste.
    for character in "payprod".chars() {
        terminal.send(&character.to_string());
    }
    terminal.wait_for("1 of 5003 projects");
    terminal.press(key::ENTER, "✓ payments-prod");
}
