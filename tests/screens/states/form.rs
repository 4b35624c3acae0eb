//! The form.

use std::time::Duration;

use atlas_secret::domain::{
    AccountEntry, ApiError, Cause, ClientId, Page, ProjectEntry, ProjectId, ServerText,
};
use atlas_secret::tui::LOOKUP_DELAY;
use atlas_secret::tui::screens::FieldName::{Client, Lifetime, Project};

use crate::stage::{CLIENT, PROJECT, Stage, VALUE};

use super::{State, recovery, rejection, state};

pub fn states() -> Vec<State> {
    let half = |name, half: &str| Stage::with(name, "").then(|stage| stage.type_in(half));
    let pasted = |stage: Stage, text: &str| stage.then(|stage| stage.paste(text));
    let url = format!("https://cloud.mongodb.com/v2/{PROJECT}#/overview");
    let mut states = vec![
        state("form_empty", Stage::empty()),
        state("form_filled", Stage::filled()),
        state("form_submitted_empty", Stage::empty().after("<ctrl-s>")),
        state("form_project_half_typed", half(Project, "32b6e34b3d91647abb")),
        state("form_client_half_typed", half(Client, "mdb_sa_id_1234567890ab")),
        state("form_project_wrong_character", named("32b6g34b")),
        state("form_client_wrong_character", half(Client, "mdb_sa_id_12z4")),
        state("form_client_wrong_prefix", account_named("mdb_xa")),
        state("form_project_too_long", Stage::with(Project, &format!("{PROJECT}ab"))),
        state("form_project_is_far_too_long", Stage::with(Project, &"a1".repeat(40))),
        state("form_project_is_a_client_id", half(Project, CLIENT)),
        state("form_lifetime_empty", Stage::with(Lifetime, "")),
        state("form_lifetime_with_unit", Stage::with(Lifetime, "12w")),
        state("form_lifetime_unusual", Stage::with(Lifetime, "2y")),
        state("form_lifetime_longest", Stage::with(Lifetime, "2147483647")),
        state("form_lifetime_not_a_number", Stage::with(Lifetime, "soon")),
        state("form_lifetime_too_long", Stage::with(Lifetime, "9999999999")),
        state("form_focus_on_project", Stage::filled().after("tab")),
        state("form_focus_on_client", Stage::filled().after("tab tab home")),
        state("form_focus_on_lifetime", Stage::filled().after("shift-tab")),
        state("form_pasted_url", pasted(Stage::empty(), &url)),
        state("form_pasted_upper_case", pasted(Stage::empty(), &PROJECT.to_uppercase())),
        state("form_pasted_bare_client", pasted(Stage::with(Client, ""), &CLIENT[10..])),
        state("form_pasted_other_kind", pasted(Stage::empty(), CLIENT)),
        state("form_pasted_secret", pasted(Stage::with(Client, ""), VALUE)),
        state("form_pasted_on_button", pasted(Stage::filled(), "plain words")),
        state("form_stopped_before_posting", Stage::filled().after("enter esc")),
        state("form_earlier_request_runs", recovery::stopped_waiting().after("b")),
        state("form_earlier_request_runs_and_submitted", recovery::stopped_waiting().after("b enter")),
        state("form_earlier_request_runs_and_ctrl_z", recovery::stopped_waiting().after("b <ctrl-z>")),
    ];
    states.extend(names());
    states
}

/// A name as the project.
fn unlisted(name: &str) -> Stage {
    Stage::with(Project, "").then(|stage| stage.type_in(name))
}

/// A name as the project, with the list of projects.
fn named(name: &str) -> Stage {
    let names = ["payments-prod", "payments-staging", "search", "platform-sandbox", "Zahlungen für 漢字"];
    let entry = |(number, name): (usize, &&str)| ProjectEntry {
        id: ProjectId::parse(&format!("{number:024x}")).unwrap(),
        name: ServerText::new(name),
        organization: None,
    };
    let mut entries: Vec<_> = names.iter().enumerate().map(entry).collect();
    entries.extend((5..214).map(|number| entry((number, &"another-project-with-a-rather-long-name"))));
    unlisted(name).then(|stage| stage.projects_page(Ok(Page { entries, is_last: true, about: Some(214) })))
}

fn account_named(name: &str) -> Stage {
    let account = |client: &str, name: &str| AccountEntry {
        client: ClientId::parse(client).unwrap(),
        name: ServerText::new(name),
        secrets: Vec::new(),
    };
    let entries = vec![
        account(CLIENT, "ci-deployer"),
        account("mdb_sa_id_5b1f09c2e7a84d6390c1d2e3", "nightly-backup-of-all-the-clusters"),
    ];
    let page = Page { entries, is_last: true, about: Some(2) };
    Stage::with(Client, "").then(|stage| stage.type_in(name).accounts_page(Ok(page)))
}

fn names() -> Vec<State> {
    let unavailable = || Err(ApiError::rejected(rejection(503, "UNAVAILABLE", "")));
    let unreachable = || {
        Err(ApiError::not_sent(Cause::Connect(ServerText::new(
            "atlas.test: the host refused the connection",
        ))))
    };
    let detail = "Current user is not authorized to perform this action.";
    let refused = ApiError::rejected(rejection(401, "USER_UNAUTHORIZED", detail));
    vec![
        state("form_names_projects", named("pay")),
        state("form_names_many_projects", named("o")),
        state("form_names_project_chosen", named("staging").after("enter")),
        state("form_names_accounts", account_named("e")),
        state("form_names_loading", unlisted("pay").then(|stage| stage.wait(Duration::from_secs(2)))),
        state("form_names_failed", unlisted("pay").then(|stage| stage.projects_page(Err(refused)))),
        state(
            "form_lookups_are_retried",
            Stage::filled().then(|stage| {
                stage.wait(LOOKUP_DELAY).project_read(unavailable()).account_read(unreachable())
            }),
        ),
        state("form_names_left", named("pay").after("esc tab")),
    ]
}
