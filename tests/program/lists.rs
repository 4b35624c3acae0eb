//! Choosing from lists that are fetched by HTTP.

use crate::atlas::{Atlas, PROJECT};
use crate::program::{demo, program, signed_in};
use crate::support::terminal::key;

#[test]
fn two_thousand_projects_are_fetched_and_filtered() {
    let mut terminal = demo().args(["--demo-projects", "2000"]).start();
    terminal.wait_for("[ Create secret ]");
    terminal.send(key::TAB);
    terminal.wait_for("Project ID ›");
    terminal.send(key::CTRL_O);
    terminal.wait_for("2003");
    terminal.send("payprod");
    terminal.wait_for("› payments-prod");
    terminal.send(key::ENTER);
    terminal.wait_for("32b6e34b3d91647abb20e7b8");
}

#[test]
fn an_account_of_the_entered_project_can_be_chosen() {
    let atlas = Atlas::start();
    let mut terminal = signed_in(&atlas).args(["--project-id", PROJECT]).start();
    terminal.wait_for("Client ID ›");
    terminal.send(key::CTRL_O);
    terminal.wait_for("plain ");
    terminal.wait_for("Tab sort by name");
    assert!(terminal.screen().contains("no secret"), "{}", terminal.screen());
    terminal.send("slow");
    terminal.wait_for("› slow");
    terminal.send(key::ENTER);
    terminal.wait_for("mdb_sa_id_00000000000000000000000d");
    let list = format!("GET /api/atlas/v2/groups/{PROJECT}/serviceAccounts?itemsPerPage=500&pageNum=1");
    assert!(atlas.requests().contains(&list), "{:?}", atlas.requests());
}

#[test]
fn a_list_that_cannot_be_loaded_can_be_reloaded() {
    let atlas = Atlas::start();
    let mut terminal = program()
        .env("MONGODB_ATLAS_BASE_URL", atlas.url())
        .env("MONGODB_ATLAS_ACCESS_TOKEN", "FAKE-token-that-opens-nothing")
        .start();
    terminal.wait_for("Project ID ›");
    terminal.send(key::CTRL_O);
    terminal.wait_for("Ctrl-R reload");
    let before = atlas.requests().len();
    terminal.send("\x12");
    terminal.wait_until("another request", |_| atlas.requests().len() > before);
    terminal.send(key::ESC);
    terminal.wait_for("New service account secret");
}
