//! The form.

use std::time::Duration;

use atlas_secret::domain::{AccountEntry, ApiError, ClientId, Page, ProjectEntry, ProjectId, ServerText};
use atlas_secret::tui::screens::FieldName;
use crossterm::event::KeyCode;

use crate::stage::{CLIENT, PROJECT, Stage, VALUE};

use super::{State, rejection, state, unknown};

pub fn states() -> Vec<State> {
    let mut states = vec![
        state("form_empty", Stage::empty()),
        state("form_filled", Stage::filled()),
        state("form_submitted_empty", submitted(Stage::empty())),
    ];
    states.extend(typed());
    states.extend(names());
    states.extend(focused());
    states.extend(with_notes());
    states.extend(while_an_earlier_request_runs());
    states
}

fn submitted(mut stage: Stage) -> Stage {
    stage.control('s');
    stage
}

fn typed() -> Vec<State> {
    let half = |name, half: &str| {
        let mut stage = Stage::with(name, "");
        stage.type_in(half);
        stage
    };
    vec![
        state("form_project_half_typed", half(FieldName::Project, "32b6e34b3d91647abb")),
        state("form_client_half_typed", half(FieldName::Client, "mdb_sa_id_1234567890ab")),
        state("form_project_wrong_character", named("32b6g34b", true)),
        state("form_client_wrong_character", half(FieldName::Client, "mdb_sa_id_12z4")),
        state("form_client_wrong_prefix", account_named("mdb_xa")),
        state("form_project_too_long", Stage::with(FieldName::Project, &format!("{PROJECT}ab"))),
        state("form_project_is_far_too_long", Stage::with(FieldName::Project, &"a1".repeat(40))),
        state("form_project_is_a_client_id", half(FieldName::Project, CLIENT)),
        state("form_lifetime_empty", Stage::with(FieldName::Lifetime, "")),
        state("form_lifetime_with_unit", Stage::with(FieldName::Lifetime, "12w")),
        state("form_lifetime_unusual", Stage::with(FieldName::Lifetime, "2y")),
        state("form_lifetime_longest", Stage::with(FieldName::Lifetime, "2147483647")),
        state("form_lifetime_not_a_number", Stage::with(FieldName::Lifetime, "soon")),
        state("form_lifetime_too_long", Stage::with(FieldName::Lifetime, "9999999999")),
    ]
}

/// A name as the project, with or without the list of projects.
fn named(name: &str, is_listed: bool) -> Stage {
    let mut stage = Stage::with(FieldName::Project, "");
    stage.type_in(name);
    if is_listed {
        let names = ["payments-prod", "payments-staging", "search", "platform-sandbox", "Zahlungen für 漢字"];
        let entry = |(number, name): (usize, &&str)| ProjectEntry {
            id: ProjectId::parse(&format!("{number:024x}")).unwrap(),
            name: ServerText::new(name),
            organization: None,
        };
        let mut entries: Vec<_> = names.iter().enumerate().map(entry).collect();
        entries.extend((5..214).map(|number| entry((number, &"another-project-with-a-rather-long-name"))));
        stage.projects_page(Ok(Page { entries, is_last: true, about: Some(214) }));
    }
    stage
}

fn account_named(name: &str) -> Stage {
    let mut stage = Stage::with(FieldName::Client, "");
    stage.type_in(name);
    let account = |client: &str, name: &str| AccountEntry {
        client: ClientId::parse(client).unwrap(),
        name: ServerText::new(name),
        secrets: Vec::new(),
    };
    let entries = vec![
        account(CLIENT, "ci-deployer"),
        account("mdb_sa_id_5b1f09c2e7a84d6390c1d2e3", "nightly-backup-of-all-the-clusters"),
    ];
    stage.accounts_page(Ok(Page { entries, is_last: true, about: Some(2) }));
    stage
}

fn names() -> Vec<State> {
    let mut chosen = named("staging", true);
    chosen.press(KeyCode::Enter);
    let mut failed = named("pay", false);
    failed.projects_page(Err(ApiError::rejected(rejection(
        401,
        "USER_UNAUTHORIZED",
        "Current user is not authorized to perform this action.",
    ))));
    let mut left = named("pay", true);
    left.keys("esc tab");
    let mut late = named("pay", false);
    late.wait(Duration::from_secs(2));
    vec![
        state("form_names_projects", named("pay", true)),
        state("form_names_many_projects", named("o", true)),
        state("form_names_project_chosen", chosen),
        state("form_names_accounts", account_named("e")),
        state("form_names_loading", late),
        state("form_names_failed", failed),
        state("form_names_left", left),
    ]
}

fn focused() -> Vec<State> {
    let [mut project, mut client, mut lifetime] = [Stage::filled(), Stage::filled(), Stage::filled()];
    project.press(KeyCode::Tab);
    client.press(KeyCode::Tab);
    client.press(KeyCode::Tab);
    client.press(KeyCode::Home);
    lifetime.press(KeyCode::BackTab);
    vec![
        state("form_focus_on_project", project),
        state("form_focus_on_client", client),
        state("form_focus_on_lifetime", lifetime),
    ]
}

/// Notes about pasted text, and messages about keys.
fn with_notes() -> Vec<State> {
    let pasted = |mut stage: Stage, text: &str| {
        stage.paste(text);
        stage
    };
    let mut stopped = Stage::filled();
    stopped.press(KeyCode::Enter);
    stopped.press(KeyCode::Esc);
    let url = format!("https://cloud.mongodb.com/v2/{PROJECT}#/overview");
    vec![
        state("form_pasted_url", pasted(Stage::empty(), &url)),
        state("form_pasted_upper_case", pasted(Stage::empty(), &PROJECT.to_uppercase())),
        state("form_pasted_bare_client", pasted(Stage::with(FieldName::Client, ""), &CLIENT[10..])),
        state("form_pasted_other_kind", pasted(Stage::empty(), CLIENT)),
        state("form_pasted_secret", pasted(Stage::with(FieldName::Client, ""), VALUE)),
        state("form_pasted_on_button", pasted(Stage::filled(), "plain words")),
        state("form_stopped_before_posting", stopped),
    ]
}

fn while_an_earlier_request_runs() -> Vec<State> {
    let mut back = unknown::stopped_waiting();
    back.press(KeyCode::Char('b'));
    let mut again = unknown::stopped_waiting();
    again.press(KeyCode::Char('b'));
    again.press(KeyCode::Enter);
    let mut refused_to_stop = unknown::stopped_waiting();
    refused_to_stop.press(KeyCode::Char('b'));
    refused_to_stop.control('z');
    vec![
        state("form_earlier_request_runs", back),
        state("form_earlier_request_runs_and_submitted", again),
        state("form_earlier_request_runs_and_ctrl_z", refused_to_stop),
    ]
}
