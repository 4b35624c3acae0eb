//! Choosing from lists that are fetched by HTTP.

use crate::atlas::{Atlas, PROJECT};
use crate::program::{demo, program, signed_in};
use crate::support::terminal::key;

#[test]
fn two_thousand_projects_are_fetched_and_filtered() {
    let mut terminal = demo().args(["--demo-projects", "2000"]).start_showing("[ Create secret ]");
    terminal.press(key::TAB, "Project ID ›");
    terminal.press(key::CTRL_O, "2003");
    terminal.press("payprod", "› payments-prod");
    terminal.press(key::ENTER, "32b6e34b3d91647abb20e7b8");
}

#[test]
fn an_account_of_the_entered_project_can_be_chosen() {
    let atlas = Atlas::start();
    let mut terminal = signed_in(&atlas).args(["--project-id", PROJECT]).start_showing("Client ID ›");
    terminal.press(key::CTRL_O, "plain ");
    terminal.wait_for("Tab sort by name");
    terminal.shows("no secret");
    terminal.press("slow", "› slow");
    terminal.press(key::ENTER, "mdb_sa_id_00000000000000000000000d");
    let list = format!("GET /api/atlas/v2/groups/{PROJECT}/serviceAccounts?itemsPerPage=500&pageNum=1");
    assert!(atlas.requests().contains(&list), "{:?}", atlas.requests());
}

#[test]
fn a_list_that_cannot_be_loaded_can_be_reloaded() {
    let atlas = Atlas::start();
    let mut terminal = program()
        .env("MONGODB_ATLAS_BASE_URL", atlas.url())
        .env("MONGODB_ATLAS_ACCESS_TOKEN", "FAKE-token-that-opens-nothing")
        .start_showing("Project ID ›");
    terminal.press(key::CTRL_O, "Ctrl-R reload");
    let before = atlas.requests().len();
    terminal.send(key::CTRL_R);
    terminal.wait_until("another request", |_| atlas.requests().len() > before);
    terminal.press(key::ESC, "New service account secret");
}
