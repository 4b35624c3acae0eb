//! The main path: create a secret and copy it, with few keys.

use crate::atlas::{Atlas, PLAIN, PROJECT};
use crate::program::{
    as_service_account, assert_restored, contains, create, demo, labeled, program, sent_by_osc_52, signed_in,
    type_slowly,
};
use crate::support::terminal::{Program, key};

#[test]
fn four_keys_create_copy_and_quit_in_the_demo() {
    let mut terminal = demo().start_showing("DEMO");
    create(&mut terminal);
    let secret_id = labeled(&terminal.screen(), "Secret ID");
    assert_eq!(secret_id.len(), 24, "{secret_id}");
    terminal.shows("mdb_sa_sk_••••••••");
    terminal.send("c");
    // Without a display and tmux, only the terminal is left, and it never responds.
    let screen = terminal.wait_for("Sent to your terminal");
    assert!(!screen.contains("Copied"), "{screen}");
    terminal.press("q", "Did it arrive?   y quit");
    terminal.leave("y", 0);

    assert_restored(&terminal);
    let value = sent_by_osc_52(&terminal.output()).expect("the value was sent to the terminal");
    assert!(value.starts_with("mdb_sa_sk_DEMO") && value.len() == 50, "not a whole secret");
    let screen = terminal.screen();
    let line = screen.trim().replace("\n    ", " ");
    assert_eq!(line.lines().count(), 1, "{screen}");
    assert!(line.starts_with(&format!("atlas-secret: Secret {secret_id} for mdb_sa_id_")), "{screen}");
    assert!(line.ends_with("which does not confirm it; you confirmed that it arrived."), "{screen}");
    assert!(!contains(&terminal.output(), &value), "the value is never printed");
}

#[test]
fn typed_ids_work_with_a_service_account() {
    let atlas = Atlas::start();
    let (id, secret) = atlas.service_account();
    let output = type_everything(as_service_account(&atlas));
    assert!(!contains(&output, &secret), "the login secret is never printed");
    assert!(!contains(&output, &id), "the header shortens the ID that signed in");
    assert_eq!(
        changes(&atlas),
        [
            "POST /api/oauth/token".to_owned(),
            format!("POST /api/atlas/v2/groups/{PROJECT}/serviceAccounts/{PLAIN}/secrets"),
            "POST /api/oauth/revoke".to_owned(),
        ]
    );
    assert_eq!(atlas.live_tokens(), 0, "the token of the run was revoked");
}

#[test]
fn typed_ids_work_with_an_access_token() {
    let atlas = Atlas::start();
    let token = atlas.access_token();
    let program =
        program().env("MONGODB_ATLAS_BASE_URL", atlas.url()).env("MONGODB_ATLAS_ACCESS_TOKEN", &token);
    let output = type_everything(program);
    assert!(!contains(&output, &token), "the token is never printed");
    assert_eq!(
        changes(&atlas),
        [format!("POST /api/atlas/v2/groups/{PROJECT}/serviceAccounts/{PLAIN}/secrets"),]
    );
    assert_eq!(atlas.live_tokens(), 1, "a token from the environment is not revoked");
}

#[test]
fn the_environment_sets_the_project_but_not_the_account() {
    let atlas = Atlas::start();
    let mut terminal = signed_in(&atlas).env("MONGODB_ATLAS_PROJECT_ID", PROJECT).start();
    // The focus is on the first field that is not valid.
    terminal.wait_for("Client ID ›");
    assert!(labeled(&terminal.screen(), "Project ID").starts_with(PROJECT));
    assert_eq!(labeled(&terminal.screen(), "Client ID"), "ID or name");
    terminal.leave(key::CTRL_C, 0);
    let project = format!("GET /api/atlas/v2/groups/{PROJECT}");
    assert!(atlas.requests().iter().all(|request| *request == project), "{:?}", atlas.requests());
}

/// The requests other than reads, whose order depends on timing. Asserts that the account is read before creating.
fn changes(atlas: &Atlas) -> Vec<String> {
    let requests = atlas.requests();
    let is_create = |request: &String| request.ends_with("/secrets");
    let read = format!("GET /api/atlas/v2/groups/{PROJECT}/serviceAccounts/{PLAIN}");
    let before = requests.iter().take_while(|request| !is_create(request));
    assert!(before.into_iter().any(|request| *request == read), "{requests:?}");
    requests.into_iter().filter(|request| !request.starts_with("GET ")).collect()
}

/// Types both IDs and a lifetime, creates, copies and quits. Returns the terminal output.
fn type_everything(program: Program) -> Vec<u8> {
    let mut terminal = program.start_showing("Project ID ›");
    type_slowly(&mut terminal, "Project ID", &PROJECT[..18], 0);
    terminal.wait_for("18 of 24 hex digits");
    terminal.press("g", "and it is not an ID: \"g\" is not");
    terminal.press(key::BACKSPACE, "18 of 24 hex digits");
    type_slowly(&mut terminal, "Project ID", PROJECT, 18);
    terminal.wait_gone("of 24 hex digits");
    terminal.press(key::ENTER, "Client ID ›");
    type_slowly(&mut terminal, "Client ID", PLAIN, 0);
    terminal.wait_gone("of 24 hex digits");
    terminal.press(key::ENTER, "Expires after ›");
    terminal.press_until_gone(key::CTRL_U, "30 days");
    type_slowly(&mut terminal, "Expires after", "36h", 0);
    terminal.wait_for("36 hours");
    // Enter submits from the last field.
    terminal.press(key::ENTER, "Secret created");
    assert_eq!(labeled(&terminal.screen(), "Client ID"), PLAIN);
    terminal.press("c", "Sent to your terminal");
    terminal.press("q", "Did it arrive?   y quit");
    terminal.leave("y", 0);
    terminal.output()
}
