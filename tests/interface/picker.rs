//! Lists: opening, fetching page by page, filtering, choosing.

use std::time::Duration;

use atlas_secret::domain::{
    AccountEntry, BaseUrl, ClientId, Identity, Page, ProjectEntry, ProjectId, ReadProblem, Rejection,
    ServerText, Session,
};
use atlas_secret::tui::screens::{FieldName, Focus, Form, Notice};
use atlas_secret::tui::{Command, Screen};
use crossterm::event::KeyCode;

use crate::stage::{CLIENT, Call, PROJECT, Stage, VALUE};
use crate::*;

fn named(number: usize, name: &str) -> ProjectEntry {
    ProjectEntry { id: ProjectId::parse(&format!("{number:024x}")).unwrap(), name: ServerText::new(name) }
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

/// The pages that were asked for so far.
fn asked(stage: &Stage) -> Vec<u32> {
    let page = |command: &Command| match command {
        Command::FetchProjects(page) | Command::FetchAccounts(_, page) => Some(*page),
        _ => None,
    };
    stage.commands.iter().filter_map(page).collect()
}

/// Answers the waiting request for a page of projects.
#[track_caller]
fn answer(stage: &mut Stage, number: u32, result: Result<Page<ProjectEntry>, ReadProblem>) {
    let (mut these, others): (Vec<Call>, Vec<Call>) = stage
        .atlas
        .take_waiting()
        .into_iter()
        .partition(|call| matches!(call, Call::Projects(page, _) if *page == number));
    stage.atlas.put_back(others);
    let Some(Call::Projects(_, reply)) = these.pop() else { panic!("page {number} is not asked for") };
    reply.send(result).unwrap();
    stage.settle();
}

/// The list of projects before its first page.
fn opened() -> Stage {
    let mut stage = Stage::empty();
    stage.keys("<ctrl-o>");
    stage
}

/// The list of projects with its first page.
fn open() -> Stage {
    let mut stage = opened();
    answer(&mut stage, 1, Ok(page(0, 500, false)));
    stage
}

/// What stands above the list: how many items there are, or match.
#[track_caller]
fn assert_count(stage: &Stage, count: &str) {
    assert_drawn(stage, &format!("Choose a project {count} ›"));
}

#[track_caller]
fn assert_selected(stage: &Stage, name: &str) {
    assert_drawn(stage, &format!("› {name} "));
}

#[test]
fn after_the_first_page_four_are_fetched_at_a_time() {
    let mut stage = opened();
    assert_eq!(asked(&stage), [1], "how many there are is not known yet");
    answer(&mut stage, 1, Ok(page(0, 500, false)));
    assert_eq!(asked(&stage), [1, 2, 3, 4, 5]);
    answer(&mut stage, 3, Ok(page(1000, 500, false)));
    assert_eq!(asked(&stage), [1, 2, 3, 4, 5, 6]);
    assert_count(&stage, "1000");
    assert_drawn(&stage, "2 of 8 pages");
}

#[test]
fn the_last_page_ends_it_whatever_the_estimate_says() {
    let mut stage = opened();
    answer(&mut stage, 1, Ok(page(0, 3, true)));
    assert_eq!(asked(&stage), [1]);
    assert!(!drawn(&stage).contains("pages"), "nothing is awaited");
}

#[test]
fn past_a_low_estimate_pages_come_one_by_one() {
    let mut stage = opened();
    answer(&mut stage, 1, Ok(Page { about: Some(10), ..page(0, 500, false) }));
    assert_eq!(asked(&stage), [1, 2]);
}

#[test]
fn a_page_that_fails_is_told_and_asked_for_again() {
    let mut stage = open();
    answer(&mut stage, 2, Err(ReadProblem::TimedOut(Duration::from_secs(20))));
    answer(&mut stage, 3, Ok(page(1000, 500, false)));
    assert_drawn(&stage, "Page 2 did not come. Ctrl-R asks again.");
    assert_eq!(asked(&stage), [1, 2, 3, 4, 5], "nothing more until the user says so");
    stage.keys("<ctrl-r>");
    assert!(!drawn(&stage).contains("did not come"));
    assert!(asked(&stage)[5..].contains(&2));
}

#[test]
fn a_list_that_was_left_is_not_fetched_on() {
    let mut stage = open();
    stage.keys("esc");
    assert!(stage.atlas.take_waiting().is_empty());
    stage.keys("<ctrl-o>");
    assert_count(&stage, "0");
}

/// Answers requests that were taken before; no one may wait for them any more.
fn answer_late(stage: &mut Stage, calls: Vec<Call>, result: &Result<Page<ProjectEntry>, ReadProblem>) {
    for call in calls {
        let Call::Projects(_, reply) = call else { panic!("only pages are asked for") };
        let _ = reply.send(result.clone());
    }
    stage.settle();
}

#[test]
fn pages_and_waits_of_a_list_that_was_left_are_dropped() {
    let mut stage = open();
    let earlier = stage.atlas.take_waiting();
    stage.keys("esc <ctrl-o>");
    answer(&mut stage, 1, Ok(page(0, 500, false)));
    answer_late(&mut stage, earlier, &Ok(page(1500, 500, false)));
    assert_count(&stage, "500");

    let mut stage = open();
    let earlier = stage.atlas.take_waiting();
    stage.keys("esc <ctrl-o>");
    answer_late(&mut stage, earlier, &Err(limited()));
    assert!(!drawn(&stage).contains("too many requests"));
}

#[test]
fn typing_filters_and_enter_takes_the_best() {
    let mut stage = open();
    stage.type_in("t-499");
    assert_selected(&stage, "project-499");
    stage.keys("enter");
    assert_eq!(stage.text(FieldName::Project), format!("{:024x}", 499));
    assert_eq!(
        stage.app.shared.form.focus,
        Focus::Field(FieldName::Client),
        "the next thing that is missing"
    );
}

#[test]
fn the_choice_moves_and_stays_within_the_list() {
    let mut stage = open();
    for (key, selected) in [("up", 0), ("down", 1), ("tab", 2), ("up", 1)] {
        stage.keys(key);
        assert_selected(&stage, &format!("project-{selected}"));
    }
    let leaps = [KeyCode::PageDown, KeyCode::PageDown, KeyCode::PageUp, KeyCode::PageUp, KeyCode::PageUp];
    for (code, selected) in leaps.into_iter().zip([11, 21, 11, 1, 0]) {
        stage.press(code);
        assert_selected(&stage, &format!("project-{selected}"));
    }
    stage.type_in("no such project").keys("down enter");
    assert_count(&stage, "0 of 500");
}

#[test]
fn the_account_that_is_signed_in_comes_first() {
    let base_url = BaseUrl::parse(BaseUrl::CLOUD).unwrap();
    let session = Session::remote(&base_url, Identity::ServiceAccount(ClientId::parse(CLIENT).unwrap()));
    let mut stage = Stage::new(session, Form::new(PROJECT, "", "720"));
    stage.keys("<ctrl-o>");
    let other = account("mdb_sa_id_aaaaaaaaaaaaaaaaaaaaaaaa", "other");
    stage.accounts_page(Ok(Page {
        entries: vec![other, account(CLIENT, "own")],
        is_last: true,
        about: Some(2),
    }));
    assert_selected(&stage, "own");
}

#[test]
fn accounts_are_listed_of_a_project_only() {
    let mut stage = Stage::empty();
    stage.keys("tab <ctrl-o>");
    assert!(stage.is_on_form());
    assert_eq!(stage.app.shared.form.focus, Focus::Field(FieldName::Project));
    assert!(matches!(stage.app.shared.form.notice, Some(Notice::Word(_))));
}

#[test]
fn a_usual_lifetime_can_be_chosen() {
    let mut stage = Stage::filled();
    stage.keys("up <ctrl-o>").type_in("90").keys("enter");
    assert_eq!(stage.text(FieldName::Lifetime), "90d");
    assert_eq!(stage.app.shared.form.focus, Focus::Button);
}

#[test]
fn what_is_pasted_filters_unless_it_is_a_secret() {
    let mut stage = open();
    stage.paste(VALUE).unbracketed(VALUE);
    assert_count(&stage, "500");
    stage.paste(" t-499 ");
    assert_selected(&stage, "project-499");
}

#[test]
fn a_late_secret_opens_over_a_list() {
    let mut stage = Stage::given_up();
    stage.keys("b shift-tab <ctrl-o>");
    assert!(matches!(stage.app.screen, Screen::Picker(_)));
    stage.answered(created());
    stage.shown();
}

#[test]
fn the_choice_stays_on_its_item_when_better_matches_come_in() {
    let mut stage = opened();
    let first = vec![named(1, "pXaXy"), named(2, "ppXayX")];
    answer(&mut stage, 1, Ok(Page { entries: first, is_last: false, about: Some(1000) }));
    stage.type_in("pay").keys("down");
    let names = ["pXaXy", "ppXayX"];
    let is_chosen = |stage: &Stage, name: &str| drawn(stage).contains(&format!("› {name} "));
    let chosen = names.into_iter().find(|name| is_chosen(&stage, name)).unwrap();
    answer(&mut stage, 2, Ok(Page { entries: vec![named(3, "pay")], is_last: true, about: None }));
    assert!(is_chosen(&stage, chosen));
}

/// Atlas wants to be left alone for two to three seconds.
fn limited() -> ReadProblem {
    ReadProblem::Rejected(Rejection {
        address: None,
        retry_after: Some(Duration::from_secs(2)),
        ..rejection(429, "RATE_LIMITED")
    })
}

#[test]
fn a_page_that_has_to_wait_counts_down_and_then_comes() {
    let mut stage = opened();
    answer(&mut stage, 1, Err(limited()));
    assert_drawn(&stage, "Atlas has had too many requests. Going on in");
    assert!(
        stage.app.wake_in().is_some_and(|step| step <= Duration::from_secs(1)),
        "its number changes then"
    );
    stage.wait(Duration::from_secs(3));
    answer(&mut stage, 1, Ok(page(0, 3, true)));
    assert_count(&stage, "3");
    assert_eq!(stage.app.wake_in(), None);
}
