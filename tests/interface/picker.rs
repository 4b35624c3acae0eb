//! Lists: opening, fetching pages, filtering and choosing.

use std::time::Duration;

use atlas_secret::domain::{
    AccountEntry, ApiError, Cause, ClientId, OrganizationId, OrganizationSettings, Page, ProjectEntry,
    ProjectId, Rejection, ServerText, Session,
};
use atlas_secret::tui::Screen;
use atlas_secret::tui::screens::{FieldName, Focus, Form};

use crate::stage::{CLIENT, Call, PROJECT, Stage, VALUE};
use crate::*;

fn named(number: usize, name: &str) -> ProjectEntry {
    ProjectEntry {
        id: ProjectId::parse(&format!("{number:024x}")).unwrap(),
        name: ServerText::new(name),
        organization: None,
    }
}

fn page(first: usize, count: usize, is_last: bool) -> Page<ProjectEntry> {
    let entries = (first..first + count).map(|number| named(number, &format!("project-{number}"))).collect();
    Page { entries, is_last, about: Some(4000) }
}

fn account(client: &str, name: &str) -> AccountEntry {
    AccountEntry {
        client: ClientId::parse(client).unwrap(),
        name: ServerText::new(name),
        secrets: Vec::new(),
    }
}

/// The pages that are being fetched.
fn requested(stage: &Stage) -> Vec<u32> {
    let calls = stage.atlas.take_waiting();
    let page = |call: &Call| if let Call::Projects(page, _) = call { Some(*page) } else { None };
    let pages = calls.iter().filter_map(page).collect();
    stage.atlas.put_back(calls);
    pages
}

/// Responds to the waiting request for a page of projects.
#[track_caller]
fn respond(stage: &mut Stage, number: u32, result: Result<Page<ProjectEntry>, ApiError>) {
    assert_eq!(requested(stage), [number]);
    stage.projects_page(result);
}

/// The list of projects before its first page has loaded.
fn opening() -> Stage {
    Stage::empty().after("<ctrl-o>")
}

/// The list of projects with its first page.
fn open() -> Stage {
    let mut stage = opening();
    respond(&mut stage, 1, Ok(page(0, 500, false)));
    stage
}

/// Asserts the number of items, or of matches, above the list.
#[track_caller]
fn assert_count(stage: &Stage, count: &str) {
    stage.shows(&format!("Choose a project {count} projects ›"));
}

#[track_caller]
fn assert_selected(stage: &Stage, name: &str) {
    stage.shows(&format!("› {name} "));
}

#[test]
fn pages_are_fetched_one_after_another_until_the_last_whatever_the_estimate() {
    let mut stage = open();
    assert_count(&stage, "500");
    stage.shows("1 of 8 pages");
    respond(&mut stage, 2, Ok(Page { about: Some(10), ..page(500, 500, false) }));
    stage.shows("2 of 3 pages");
    respond(&mut stage, 3, Ok(page(1000, 3, true)));
    assert_eq!(requested(&stage), [0; 0]);
    assert!(!stage.drawn().contains("pages"), "nothing is loading");
}

#[test]
fn a_failed_page_is_reported_and_can_be_reloaded() {
    let mut stage = open();
    assert_eq!(requested(&stage), [2]);
    stage.projects_page_fails(&ApiError::sent(Cause::TimedOut(Duration::from_secs(20))));
    stage.shows("Could not load page 2. ");
    stage.shows("Ctrl-R reload");
    assert_eq!(requested(&stage), [0; 0], "no further request until the user reloads");
    stage.keys("<ctrl-r>");
    assert!(!stage.drawn().contains("Could not load") && !stage.drawn().contains("Ctrl-R reload"));
    respond(&mut stage, 2, Ok(page(500, 500, true)));
    stage.shows("1000 projects");
}

#[test]
fn leaving_a_list_stops_its_requests() {
    let mut stage = open().after("esc");
    assert!(stage.atlas.take_waiting().is_empty());
    stage.keys("<ctrl-o>").shows("Choose a project ›");
}

/// Responds to requests that were taken earlier and may have been abandoned.
fn respond_late(stage: &mut Stage, calls: Vec<Call>, result: &Result<Page<ProjectEntry>, ApiError>) {
    for call in calls {
        let Call::Projects(_, reply) = call else { panic!("only pages are requested") };
        let _ = reply.send(result.clone());
    }
    stage.settle();
}

#[test]
fn late_responses_for_a_closed_list_are_ignored() {
    let mut stage = open();
    let earlier = stage.atlas.take_waiting();
    stage.keys("esc <ctrl-o>");
    respond(&mut stage, 1, Ok(page(0, 500, false)));
    respond_late(&mut stage, earlier, &Ok(page(1500, 500, false)));
    assert_count(&stage, "500");

    let mut stage = open();
    let earlier = stage.atlas.take_waiting();
    stage.keys("esc <ctrl-o>");
    respond_late(&mut stage, earlier, &Err(limited()));
    stage.hides("Rate limited");
}

#[test]
fn typing_filters_and_enter_chooses_the_best_match() {
    let mut stage = open();
    stage.type_in("t-499");
    assert_selected(&stage, "project-499");
    stage.keys("enter");
    assert_eq!(stage.text(FieldName::Project), format!("{:024x}", 499));
    assert_eq!(stage.app.shared.form.focus, Focus::Field(FieldName::Client), "the next incomplete field");
}

#[test]
fn the_selection_moves_and_stays_within_the_list() {
    let mut stage = open();
    for (key, selected) in [("up", 0), ("down", 1), ("tab", 2), ("up", 1)] {
        stage.keys(key);
        assert_selected(&stage, &format!("project-{selected}"));
    }
    // A page is as many items as fit: 14 on 24 rows, 6 on 16.
    let leaps = [("page-down", 15), ("page-down", 29), ("page-up", 15), ("page-up", 1), ("page-up", 0)];
    for (key, selected) in leaps {
        stage.keys(key);
        assert_selected(&stage, &format!("project-{selected}"));
    }
    stage.shows("… 486 more projects");
    stage.size(56, 16).keys("page-down");
    assert_selected(&stage, "project-6");
    stage.shows("… 6 projects above, 488 below");
    stage.type_in("no such project").keys("down enter");
    assert_count(&stage, "0 of 500");
    stage.shows("No project matches \"no such project\".");
}

/// An account with a secret that expires at this time.
fn expiring(tail: &str, name: &str, expires_at: Option<&str>) -> AccountEntry {
    let client = format!("mdb_sa_id_aaaaaaaaaaaaaaaaaaaa{tail}");
    AccountEntry { secrets: expires_at.map(existing).into_iter().collect(), ..account(&client, name) }
}

fn accounts_page(entries: Vec<AccountEntry>, is_last: bool) -> Page<AccountEntry> {
    Page { entries, is_last, about: Some(1000) }
}

/// The names on the screen, from top to bottom.
fn order(stage: &Stage, names: &[&str]) -> Vec<String> {
    let drawn = stage.drawn();
    let shown = drawn.split(' ').filter(|text| names.contains(text));
    shown.map(str::to_owned).collect()
}

/// The list of accounts of the project in the form, whose client ID is `client`.
fn accounts_of(client: &str) -> Stage {
    let mut stage = Stage::new(Session::Demo, Form::new(PROJECT, client, "720"));
    stage.app.shared.form.focus = Focus::Field(FieldName::Client);
    stage.keys("<ctrl-o>");
    stage
}

#[test]
fn accounts_are_sorted_by_expiry_and_tab_sorts_by_name() {
    const NAMES: [&str; 4] = ["alpha", "beta", "gamma", "delta"];
    let mut stage = accounts_of("");
    stage.accounts_page(Ok(accounts_page(
        vec![
            expiring("0001", "alpha", None),
            expiring("0002", "beta", Some(LONG)),
            expiring("0003", "gamma", Some(SHORT)),
            expiring("0004", "delta", Some(EXPIRED)),
        ],
        true,
    )));
    assert_eq!(order(&stage, &NAMES), ["delta", "gamma", "beta", "alpha"]);
    assert_selected(&stage, "delta");
    stage.shows("1 of 2 ! expired");
    stage.shows("1 of 2 ! in 31 hours");
    stage.shows("0 of 2 no secret");
    stage.shows("Tab sort by name");
    stage.keys("down tab");
    assert_eq!(order(&stage, &NAMES), ["alpha", "beta", "delta", "gamma"]);
    assert_selected(&stage, "gamma");
    stage.shows("Tab sort by expiry");
    stage.keys("tab");
    assert_selected(&stage, "gamma");
    stage.keys("end");
    assert_selected(&stage, "alpha");
    stage.keys("home");
    assert_selected(&stage, "delta");
}

#[test]
fn the_selection_stays_on_its_account_when_earlier_ones_are_inserted() {
    let mut stage = accounts_of("");
    stage.accounts_page(Ok(accounts_page(vec![expiring("0001", "alpha", Some(LONG))], false)));
    assert_selected(&stage, "alpha");
    stage.accounts_page(Ok(accounts_page(vec![expiring("0002", "beta", Some(SHORT))], true)));
    assert_eq!(order(&stage, &["alpha", "beta"]), ["beta", "alpha"]);
    assert_selected(&stage, "alpha");
}

#[test]
fn a_list_selects_the_value_of_the_field() {
    let mut stage = accounts_of(CLIENT);
    let entries = vec![account(CLIENT, "own"), expiring("0001", "other", Some(SHORT))];
    stage.accounts_page(Ok(accounts_page(entries, true)));
    assert_eq!(order(&stage, &["own", "other"]), ["other", "own"], "it keeps its place");
    assert_selected(&stage, "own");

    let stage = Stage::filled().after("up <ctrl-o>");
    assert_selected(&stage, "30d");
}

#[test]
fn at_the_button_the_list_for_the_first_incomplete_field_opens() {
    let stage = Stage::filled().after("<ctrl-o>");
    stage.shows("Choose a service account");
    for (project, client, lifetime, title) in [
        ("", CLIENT, "720", "Choose a project"),
        (PROJECT, "", "720", "Choose a service account"),
        (PROJECT, CLIENT, "x", "Choose a lifetime"),
    ] {
        let mut stage = Stage::new(Session::Demo, Form::new(project, client, lifetime));
        stage.app.shared.form.focus = Focus::Button;
        stage.keys("<ctrl-o>").shows(title);
    }
}

/// The list of projects with one entry, over a form with these IDs.
fn projects_over(project: &str, client: &str) -> Stage {
    let mut stage = Stage::new(Session::Demo, Form::new(project, client, "720"));
    stage.app.shared.form.focus = Focus::Field(FieldName::Project);
    stage.keys("<ctrl-o>");
    let entry = ProjectEntry { id: ProjectId::parse(PROJECT).unwrap(), ..named(0, "payments-prod") };
    respond(&mut stage, 1, Ok(Page { entries: vec![entry], is_last: true, about: Some(1) }));
    stage
}

#[test]
fn choosing_a_project_continues_with_its_accounts() {
    let other = "000000000000000000000001";
    for (project, client) in [("", ""), (other, CLIENT), (PROJECT, "mdb_"), (PROJECT, CLIENT)] {
        let mut stage = projects_over(project, client).after("enter");
        assert_eq!(stage.text(FieldName::Project), PROJECT);
        stage.shows("Choose a service account");
        stage.accounts_page(Ok(accounts_page(vec![expiring("0001", "alpha", None)], true)));
        stage.keys("enter");
        assert_eq!(stage.text(FieldName::Client), "mdb_sa_id_aaaaaaaaaaaaaaaaaaaa0001");
        assert_eq!(stage.app.shared.form.focus, Focus::Button);
    }
}

#[test]
fn esc_in_the_accounts_of_a_chosen_project_returns_to_the_form() {
    let stage = projects_over("", "").after("enter esc");
    assert!(stage.is_on_form());
    assert_eq!(stage.text(FieldName::Project), PROJECT);
    assert_eq!(stage.app.shared.form.focus, Focus::Field(FieldName::Client));
    assert!(!stage.atlas.take_waiting().iter().any(|call| matches!(call, Call::Accounts(..))));
}

#[test]
fn a_lifetime_above_the_organizations_limit_cannot_be_chosen() {
    let mut stage = Stage::filled();
    stage.lookups_finished(&[]).settings_read(OrganizationSettings { longest_secret_hours: Some(720) });
    stage.keys("up <ctrl-o>").shows("90d 90 days above the limit of 30 days");
    stage.shows("30d 30 days expires 23 Dec 2026");
    stage.keys("down enter").shows("Choose a lifetime").hides("Enter choose");
    assert_eq!(stage.text(FieldName::Lifetime), "720");
    stage.keys("up up enter");
    assert_eq!(stage.text(FieldName::Lifetime), "7d");
}

#[test]
fn organizations_are_shown_if_there_are_several() {
    let [first, second] = ["4888442a3354817a7320eb61", "5fa3b1c8d2e94f7061728394"];
    let of = |number, organization: &str| ProjectEntry {
        organization: OrganizationId::from_server(organization),
        ..named(number, "payments")
    };
    for (entries, is_named) in
        [(vec![of(1, first), of(2, first)], false), (vec![of(1, first), of(2, second)], true)]
    {
        let mut stage = opening();
        respond(&mut stage, 1, Ok(Page { entries, is_last: true, about: Some(2) }));
        assert_eq!(stage.drawn().contains(first), is_named);
        stage.size(56, 16);
        assert!(!stage.drawn().contains(first), "there is only space for the project IDs");
    }
}

#[test]
fn names_use_the_width_that_other_columns_do_not_need() {
    let name = "a-name-of-an-account-that-is-much-longer";
    let mut stage = accounts_of("");
    stage.accounts_page(Ok(accounts_page(vec![expiring("0001", name, None)], true)));
    stage.shows(&format!("› {name} …0001 0 of 2 no secret"));
    assert!(!stage.drawn().contains("Last used"), "an empty column is omitted");
    stage.size(56, 16).shows("› a-name-of-an-account-that-i… 0 of 2 no secret");

    let mut stage = accounts_of("");
    stage.accounts_page(Ok(accounts_page(vec![expiring("0001", "short", Some(SHORT))], true)));
    stage.shows("Name Client Secrets Expires Last used");
    stage.shows("› short …0001 1 of 2 ! in 31 hours");
}

#[test]
fn listing_accounts_needs_a_project() {
    let stage = Stage::empty().after("tab <ctrl-o>");
    assert!(stage.is_on_form());
    assert_eq!(stage.app.shared.form.focus, Focus::Field(FieldName::Project));
    stage.shows("Choose a project first.");
}

#[test]
fn a_common_lifetime_can_be_chosen() {
    let mut stage = Stage::filled();
    stage.keys("up <ctrl-o>").type_in("90").keys("enter");
    assert_eq!(stage.text(FieldName::Lifetime), "90d");
    assert_eq!(stage.app.shared.form.focus, Focus::Button);
}

#[test]
fn pasted_text_filters_unless_it_is_a_secret() {
    let mut stage = open();
    stage.paste(VALUE).paste_unbracketed(VALUE);
    assert_count(&stage, "500");
    stage.paste(" \u{1b}[32mt-499\u{1b}[0m ");
    assert_selected(&stage, "project-499");
}

#[test]
fn a_late_secret_replaces_an_open_list() {
    let mut stage = Stage::stopped_waiting().after("b shift-tab <ctrl-o>");
    assert!(matches!(stage.app.screen, Screen::Picker(_)));
    stage.post_finished(Ok(secret()));
    stage.created_screen();
}

#[test]
fn the_selected_item_stays_selected_when_better_matches_arrive() {
    let mut stage = opening();
    let first = vec![named(1, "repay"), named(2, "old-pay")];
    respond(&mut stage, 1, Ok(Page { entries: first, is_last: false, about: Some(1000) }));
    stage.type_in("pay").keys("down");
    let names = ["repay", "old-pay"];
    let is_chosen = |stage: &Stage, name: &str| stage.drawn().contains(&format!("› {name} "));
    let chosen = names.into_iter().find(|name| is_chosen(&stage, name)).unwrap();
    respond(&mut stage, 2, Ok(Page { entries: vec![named(3, "pay")], is_last: true, about: None }));
    assert!(is_chosen(&stage, chosen));
}

/// A rate limit. The retry comes after two to three seconds.
fn limited() -> ApiError {
    ApiError::rejected(Rejection {
        address: None,
        retry_after: Some(Duration::from_secs(2)),
        ..rejection(429, "RATE_LIMITED")
    })
}

#[test]
fn a_rate_limited_page_counts_down_and_is_fetched_again() {
    let mut stage = opening();
    respond(&mut stage, 1, Err(limited()));
    stage.shows("Rate limited by Atlas (429). Retrying in 2 s.");
    assert!(
        stage.wake_in().is_some_and(|step| step <= Duration::from_secs(1)),
        "the countdown changes every second"
    );
    stage.wait(Duration::from_secs(3));
    respond(&mut stage, 1, Ok(page(0, 3, true)));
    assert_count(&stage, "3");
    assert_eq!(stage.wake_in(), None);
}
