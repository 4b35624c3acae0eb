//! Lists: opening, reading page by page, filtering, choosing.

use super::*;
use crate::domain::{AccountEntry, ClientId, Identity, Page, ProjectEntry, ProjectId};

fn project(number: usize) -> ProjectEntry {
    ProjectEntry {
        id: ProjectId::parse(&format!("{number:024x}")).unwrap(),
        name: ServerText::new(&format!("project-{number}")),
    }
}

fn page(first: usize, count: usize, is_last: bool) -> Page<ProjectEntry> {
    Page { entries: (first..first + count).map(project).collect(), is_last, about: Some(4000) }
}

fn account(client: &str, name: &str) -> AccountEntry {
    let client = ClientId::parse(client).unwrap();
    AccountEntry { client, name: ServerText::new(name), secrets: Vec::new() }
}

/// The pages that were asked for so far, with their requests.
fn asked(run: &Run) -> Vec<(RequestId, u32)> {
    let pages = run.effects.iter().filter_map(|effect| match effect {
        Effect::ReadProjects { request, page } | Effect::ReadAccounts { request, page, .. } => {
            Some((*request, *page))
        }
        _ => None,
    });
    pages.collect()
}

fn pages_asked(run: &Run) -> Vec<u32> {
    asked(run).into_iter().map(|(_, page)| page).collect()
}

fn answer_page(run: &mut Run, number: u32, result: Result<Page<ProjectEntry>, ReadProblem>) {
    let (request, _) = asked(run).into_iter().rev().find(|(_, page)| *page == number).unwrap();
    run.event(Event::ProjectsRead { request, result });
}

fn choosing(run: &Run) -> &Choosing {
    match &run.model.screen {
        Screen::Choosing(choosing) => choosing,
        other => panic!("no list is open: {other:?}"),
    }
}

fn chosen_name(run: &Run) -> String {
    match choosing(run).choice(choosing(run).selected) {
        Some(Choice::Project(entry)) => entry.name.to_string(),
        Some(Choice::Account { entry, .. }) => entry.name.to_string(),
        Some(Choice::Lifetime { text, .. }) => (*text).to_owned(),
        None => "nothing".to_owned(),
    }
}

/// The list of projects, its first page read.
fn open() -> Run {
    let mut run = Run::empty();
    run.keys("<ctrl-o>");
    answer_page(&mut run, 1, Ok(page(0, 500, false)));
    run
}

#[test]
fn after_the_first_page_four_are_read_at_a_time() {
    let mut run = Run::empty();
    run.keys("<ctrl-o>");
    assert_eq!(pages_asked(&run), [1], "how many there are is not known yet");
    answer_page(&mut run, 1, Ok(page(0, 500, false)));
    assert_eq!(pages_asked(&run), [1, 2, 3, 4, 5]);
    answer_page(&mut run, 3, Ok(page(1000, 500, false)));
    assert_eq!(pages_asked(&run), [1, 2, 3, 4, 5, 6]);
    assert_eq!((choosing(&run).count(), choosing(&run).reading.about_pages), (1000, Some(8)));
}

#[test]
fn the_last_page_ends_it_whatever_the_estimate_says() {
    let mut run = Run::empty();
    run.keys("<ctrl-o>");
    answer_page(&mut run, 1, Ok(page(0, 3, true)));
    assert_eq!((pages_asked(&run), choosing(&run).reading.is_under_way()), (vec![1], false));
}

#[test]
fn past_a_low_estimate_pages_come_one_by_one() {
    let mut run = Run::empty();
    run.keys("<ctrl-o>");
    let low = Page { about: Some(10), ..page(0, 500, false) };
    answer_page(&mut run, 1, Ok(low));
    assert_eq!(pages_asked(&run), [1, 2]);
}

#[test]
fn a_page_that_fails_is_told_and_asked_for_again() {
    let mut run = open();
    let problem = ReadProblem::TimedOut(Duration::from_secs(20));
    answer_page(&mut run, 2, Err(problem.clone()));
    answer_page(&mut run, 3, Ok(page(1000, 500, false)));
    assert_eq!(choosing(&run).reading.problem, Some(problem));
    assert_eq!(pages_asked(&run), [1, 2, 3, 4, 5], "nothing more until a person says so");
    run.keys("<ctrl-r>");
    assert_eq!(choosing(&run).reading.problem, None);
    assert!(pages_asked(&run)[5..].contains(&2));
}

#[test]
fn pages_of_a_list_that_was_left_are_dropped() {
    let mut run = open();
    run.keys("esc <ctrl-o>");
    assert_eq!(choosing(&run).count(), 0);
    answer_page(&mut run, 4, Ok(page(1500, 500, false)));
    assert_eq!(choosing(&run).count(), 0);
}

#[test]
fn typing_filters_and_enter_takes_the_best() {
    let mut run = open();
    run.typed("t-499");
    assert_eq!(chosen_name(&run), "project-499");
    assert!(choosing(&run).matching() < 10);
    run.keys("enter");
    assert_eq!(run.text(FieldName::Project), format!("{:024x}", 499));
    assert_eq!(run.model.form.focus, Focus::Field(FieldName::Client), "the next thing that is missing");
}

#[test]
fn the_choice_moves_and_stays_within_the_list() {
    let mut run = open();
    let rows = [("up", 0), ("down", 1), ("tab", 2), ("up", 1)];
    for (key, selected) in rows {
        run.keys(key);
        assert_eq!(choosing(&run).selected, selected, "{key}");
    }
    run.typed("no such project");
    run.keys("down enter");
    assert_eq!(choosing(&run).matching(), 0, "nothing was there to be taken, so the list stays");
}

#[test]
fn the_account_that_is_signed_in_comes_first() {
    let mut run = Run::with(PROJECT, "", "720");
    let own = ClientId::parse(CLIENT).unwrap();
    let base_url = crate::domain::BaseUrl::parse("https://cloud.mongodb.com").unwrap();
    run.model.session = Session::remote(&base_url, Identity::ServiceAccount(own));
    run.keys("<ctrl-o>");
    let request = run.last_request();
    let other = account("mdb_sa_id_aaaaaaaaaaaaaaaaaaaaaaaa", "other");
    let page = Page { entries: vec![other, account(CLIENT, "own")], is_last: true, about: Some(2) };
    run.event(Event::AccountsRead { request, result: Ok(page) });
    assert_eq!(chosen_name(&run), "own");
}

#[test]
fn accounts_are_listed_of_a_project_only() {
    let mut run = Run::empty();
    run.keys("tab <ctrl-o>");
    assert!(run.is_on_form());
    assert_eq!(run.model.form.focus, Focus::Field(FieldName::Project));
    assert!(matches!(run.model.form.notice, Some(FormNotice::Word(_))));
}

#[test]
fn a_usual_lifetime_can_be_chosen() {
    let mut run = Run::filled();
    run.keys("up <ctrl-o>").typed("90");
    run.keys("enter");
    assert_eq!(run.text(FieldName::Lifetime), "90d");
    assert_eq!(run.model.form.focus, Focus::Button);
}

#[test]
fn a_secret_pasted_into_the_filter_is_not_kept() {
    let mut run = open();
    run.paste(FAKE);
    assert_eq!(choosing(&run).filter.text(), "");
    run.unbracketed(FAKE);
    assert_eq!(choosing(&run).filter.text(), "");
}

#[test]
fn a_late_secret_opens_over_a_list() {
    let mut run = Run::given_up();
    run.keys("b shift-tab <ctrl-o>");
    assert!(matches!(run.model.screen, Screen::Choosing(_)));
    run.answer(created());
    assert!(matches!(run.model.screen, Screen::Created(_)));
}

#[test]
fn the_choice_stays_on_its_row_when_better_matches_come_in() {
    let mut run = Run::empty();
    run.keys("<ctrl-o>");
    let named = |number: usize, name: &str| ProjectEntry { name: ServerText::new(name), ..project(number) };
    let first = vec![named(1, "pXaXy"), named(2, "ppXayX")];
    answer_page(&mut run, 1, Ok(Page { entries: first, is_last: false, about: Some(1000) }));
    run.typed("pay");
    run.keys("down");
    let chosen = chosen_name(&run);
    answer_page(&mut run, 2, Ok(Page { entries: vec![named(3, "pay")], is_last: true, about: None }));
    assert_eq!(chosen_name(&run), chosen);
}

#[test]
fn a_page_that_has_to_wait_counts_down_and_then_comes() {
    let mut run = Run::empty();
    run.keys("<ctrl-o>");
    let (request, _) = asked(&run)[0];
    run.event(Event::ListDelayed { request, wait: Duration::from_millis(2500) });
    assert_eq!(wake_at(&run.model), Some(Duration::from_millis(500)), "its number changes then");
    run.wake_after(1);
    assert!(choosing(&run).reading.waits_until.is_some());
    answer_page(&mut run, 1, Ok(page(0, 3, true)));
    assert_eq!((choosing(&run).reading.waits_until, wake_at(&run.model)), (None, None));
}

#[test]
fn a_delay_of_a_list_that_was_left_is_dropped() {
    let mut run = open();
    let (request, _) = asked(&run)[1];
    run.keys("esc <ctrl-o>").event(Event::ListDelayed { request, wait: Duration::from_secs(9) });
    assert_eq!(choosing(&run).reading.waits_until, None);
}

#[test]
fn pages_of_ten_are_leapt() {
    let mut run = open();
    let leap = |run: &mut Run, code| {
        run.event(Event::KeysPressed(vec![KeyPress { code, modifiers: KeyModifiers::NONE }]));
        choosing(run).selected
    };
    assert_eq!(leap(&mut run, KeyCode::PageDown), 10);
    assert_eq!(leap(&mut run, KeyCode::PageDown), 20);
    assert_eq!(leap(&mut run, KeyCode::PageUp), 10);
    assert_eq!([leap(&mut run, KeyCode::PageUp), leap(&mut run, KeyCode::PageUp)], [0, 0]);
}

#[test]
fn what_is_pasted_filters() {
    let mut run = open();
    let all = choosing(&run).matching();
    run.paste(" 17 ");
    let some = choosing(&run).matching();
    assert!(0 < some && some < all, "{some} of {all}");
}
