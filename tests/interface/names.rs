//! Names in the id fields: when a list is fetched, what is taken from it, and what stays as it was typed.

use std::time::Duration;

use atlas_secret::domain::{
    AccountEntry, ApiError, BaseUrl, Cause, ClientId, Page, ProjectEntry, ProjectId, ServerText, Session,
};
use atlas_secret::tui::screens::FieldName::{Client, Project};
use atlas_secret::tui::screens::{FieldName, Focus, Form};
use atlas_secret::tui::{Command, Screen};

use crate::stage::{CLIENT, PROJECT, Stage, VALUE};
use crate::*;

const OTHER: &str = "000000000000000000000002";

/// Two of these have the same name, in whatever case; one looks like the beginning of an id.
const PROJECTS: [(&str, &str); 6] = [
    (PROJECT, "payments-prod"),
    (OTHER, "payments-staging"),
    ("000000000000000000000003", "Search"),
    ("000000000000000000000004", "search"),
    ("000000000000000000000005", "cafe"),
    ("000000000000000000000006", "Zahlungen: für (漢字)"),
];

/// The lists and projects that were requested so far.
fn requests(stage: &Stage) -> Vec<String> {
    let name = |command: &Command| match command {
        Command::FetchProjects(page) => Some(format!("projects {page}")),
        Command::FetchAccounts(project, page) => Some(format!("accounts of {project} {page}")),
        Command::FetchProject(_) => Some("project".to_owned()),
        _ => None,
    };
    stage.commands.iter().filter_map(name).collect()
}

#[track_caller]
fn listed(stage: &mut Stage) {
    let entry = |(id, name): &(&str, &str)| ProjectEntry {
        id: ProjectId::parse(id).unwrap(),
        name: ServerText::new(name),
        organization: None,
    };
    let entries = PROJECTS.iter().map(entry).collect();
    stage.projects_page(Ok(Page { entries, is_last: true, about: Some(6) }));
}

#[track_caller]
fn accounts_listed(stage: &mut Stage) {
    let account = |client: &str, name: &str| AccountEntry {
        client: ClientId::parse(client).unwrap(),
        name: ServerText::new(name),
        secrets: Vec::new(),
    };
    let entries =
        vec![account(CLIENT, "ci-deployer"), account("mdb_sa_id_00000000000000000000000a", "nightly")];
    stage.accounts_page(Ok(Page { entries, is_last: true, about: Some(2) }));
}

/// An empty form with this in Project ID, and the list.
fn typed(text: &str) -> Stage {
    let mut stage = Stage::empty();
    stage.type_in(text);
    listed(&mut stage);
    stage
}

fn focus(stage: &Stage) -> Focus {
    stage.app.shared.form.focus
}

#[test]
fn a_project_and_its_account_are_chosen_by_name_with_two_keys_and_without_a_look_up_of_the_project() {
    let mut stage = Stage::empty();
    stage.type_in("pay");
    assert_eq!(requests(&stage), ["projects 1"], "once");
    assert_drawn(&stage, "Loading projects");
    listed(&mut stage);
    assert_drawn(&stage, "› payments-prod 32b6e34b3d91647abb20e7b8");
    assert_drawn(&stage, "2 of 6 projects");
    stage.keys("down enter");
    assert_eq!((stage.text(Project), focus(&stage)), (OTHER, Focus::Field(Client)));
    assert_eq!(requests(&stage), ["projects 1".to_owned(), format!("accounts of {OTHER} 1")]);
    accounts_listed(&mut stage);
    assert_drawn(&stage, "nightly mdb_sa_id_00000000000000000000000a 2 service accounts");
    stage.keys("n enter");
    assert_eq!(stage.text(Client), "mdb_sa_id_00000000000000000000000a");
    assert_eq!(focus(&stage), Focus::Button);
    assert_drawn(&stage, "✓ payments-staging");
    stage.wait(Duration::from_secs(1));
    assert!(!requests(&stage).contains(&"project".to_owned()), "the list has its name");
}

#[test]
fn no_list_is_fetched_for_ids_nor_for_a_text_that_is_like_one() {
    for text in ["", &PROJECT[..23], PROJECT, &PROJECT.to_uppercase(), "'quoted'"] {
        let mut stage = Stage::empty();
        stage.paste(text).keys("tab").paste("mdb_sa_id_12").keys("tab").wait(Duration::from_secs(5));
        let lists = requests(&stage).into_iter().filter(|request| request != "project").count();
        assert_eq!(lists, 0, "{text:?}");
    }
    let mut stage = Stage::empty();
    stage.app.shared.session = Session::signed_out(&BaseUrl::parse(BaseUrl::CLOUD).unwrap());
    stage.type_in("pay").wait(Duration::from_secs(5));
    assert_eq!(requests(&stage), [""; 0], "no one is signed in");
    let mut stage = Stage::empty();
    stage.keys("tab").type_in("ci").wait(Duration::from_secs(5));
    assert_eq!(requests(&stage), [""; 0], "no project, no accounts");
    assert_drawn(&stage, "choose a project first");
}

#[test]
fn a_whole_name_is_taken_when_it_is_left_or_submitted_and_only_if_it_is_the_only_one() {
    let rows = [
        ("payments-prod", PROJECT),
        (" Payments-PROD ", PROJECT),
        ("zahlungen: für (漢字)", "000000000000000000000006"),
        ("search", "search"),
        ("payments", "payments"),
        ("nothing of the kind", "nothing of the kind"),
    ];
    for (name, expected) in rows {
        for keys in ["shift-tab", "esc tab", "<ctrl-s>"] {
            for is_late in [false, true] {
                let mut stage = Stage::empty();
                stage.type_in(name);
                if !is_late {
                    listed(&mut stage);
                }
                stage.keys(keys);
                if is_late {
                    listed(&mut stage);
                }
                assert_eq!(stage.text(Project), expected, "{name} {keys} {is_late}");
                assert!(stage.is_on_form());
            }
        }
    }
}

#[test]
fn a_text_of_hexadecimal_digits_is_a_name_until_it_is_like_an_id() {
    for name in ["cafe", "caf", "c"] {
        let mut stage = typed(name);
        assert_drawn(&stage, "› cafe 000000000000000000000005");
        stage.keys("tab");
        assert_eq!((stage.text(Project), focus(&stage)), ("000000000000000000000005", Focus::Field(Client)));
    }
    let mut stage = typed("cafe");
    stage.keys("<ctrl-s>");
    assert_eq!((stage.text(Project), focus(&stage)), ("000000000000000000000005", Focus::Field(Client)));
    let stage = typed("beef");
    assert_drawn(&stage, "No project matches \"beef\", and it is not an ID: 4 of 24 hex digits.");
    let mut stage = typed("beefbeefbee");
    stage.keys("f");
    assert_drawn(&stage, "· 12 of 24 hex digits");
    assert!(!drawn(&stage).contains("No project matches"));
    let mut stage = Stage::new(Session::Demo, Form::new(PROJECT, "", "720"));
    stage.type_in("m");
    accounts_listed(&mut stage);
    assert_drawn(
        &stage,
        "No service account matches \"m\", and it is not an ID: a client ID starts with mdb_sa_id_.",
    );
    stage.type_in("db_sa_");
    assert_drawn(&stage, "· a client ID starts with mdb_sa_id_");
}

#[test]
fn a_name_is_found_in_every_unicode_form() {
    for name in ["zahlungen: fu\u{308}r (漢字)", "ZAHLUNGEN: FÜR (漢字)"] {
        let mut stage = typed(name);
        stage.keys("esc tab");
        assert_eq!(stage.text(Project), "000000000000000000000006", "{name}");
    }
}

#[test]
fn names_that_the_form_starts_with_are_looked_up_one_after_the_other() {
    let mut stage = Stage::new(Session::Demo, Form::new("Payments-Prod", "ci-deployer", "720"));
    stage.event(TIME_PASSED);
    assert_eq!(requests(&stage), ["projects 1"]);
    listed(&mut stage);
    accounts_listed(&mut stage);
    assert_eq!((stage.text(Project), stage.text(Client)), (PROJECT, CLIENT));
    assert_eq!(focus(&stage), Focus::Button);
    let mut stage = Stage::new(Session::Demo, Form::new("search", "ci-deployer", "720"));
    stage.event(TIME_PASSED);
    listed(&mut stage);
    assert_eq!((stage.text(Project), focus(&stage)), ("search", Focus::Field(Project)));
    // Neither is marked, so that no key takes one of them unseen.
    assert_drawn(&stage, "Search 000000000000000000000003 search 000000000000000000000004");
    assert_drawn(&stage, "2 projects have this name: choose one.");
    stage.keys("enter");
    assert_eq!(stage.text(Project), "search");
    stage.keys("shift-tab down down enter");
    assert_eq!(stage.text(Project), "000000000000000000000004");
}

#[test]
fn submitting_names_creates_once_both_are_known() {
    let mut stage = Stage::new(Session::Demo, Form::new(PROJECT, "", "720"));
    stage.type_in("ci-deployer");
    accounts_listed(&mut stage);
    stage.keys("<ctrl-s>");
    assert!(matches!(stage.app.screen, Screen::Progress(_)), "{:?}", stage.app.screen);
    let created = stage.commands.iter().find_map(|command| match command {
        Command::Create(new_secret) => Some(new_secret.account()),
        _ => None,
    });
    assert_eq!(created.unwrap().client.as_str(), CLIENT);
}

#[test]
fn submitting_beside_an_open_list_takes_what_is_clear_and_else_says_what_is_missing() {
    const MISSING: &str = "Not created: no project is chosen yet.";
    let rows = [
        ("pay", "<ctrl-s>", "pay", true),
        ("prod", "<ctrl-s>", "prod", true),
        ("search", "<ctrl-s>", "search", true),
        ("xyz", "<ctrl-s>", "xyz", true),
        ("pay", "esc <ctrl-s>", "pay", true),
        ("pay", "shift-tab enter", "pay", true),
        ("pay", "down <ctrl-s>", OTHER, false),
        ("search", "down down <ctrl-s>", "000000000000000000000004", false),
        ("payments-prod", "<ctrl-s>", PROJECT, false),
    ];
    for (text, keys, expected, is_missing) in rows {
        let mut stage = Stage::with(Project, "x");
        stage.keys("<ctrl-u>").type_in(text);
        listed(&mut stage);
        stage.keys(keys);
        assert_eq!(stage.text(Project), expected, "{text} {keys}");
        assert_eq!(drawn(&stage).contains(MISSING), is_missing, "{text} {keys}: {}", drawn(&stage));
        assert_eq!(stage.is_on_form(), is_missing, "{text} {keys}");
    }
    let mut stage = Stage::with(Client, "x");
    stage.keys("<ctrl-u>").type_in("n");
    accounts_listed(&mut stage);
    stage.keys("<ctrl-s>");
    assert_drawn(&stage, "Not created: no service account is chosen yet.");
}

/// Keys that come before the list, the list, and keys that come after it.
#[test]
fn a_name_that_is_typed_before_the_list_is_there_is_matched_when_it_comes() {
    let rows = [
        // One entry matches: it is taken, and nothing is created at once.
        ("prod enter", "", PROJECT, Focus::Field(Client)),
        ("prod tab", "", PROJECT, Focus::Field(Client)),
        ("prod enter enter", "", PROJECT, Focus::Field(FieldName::Lifetime)),
        ("prod <ctrl-s>", "", PROJECT, Focus::Field(Client)),
        ("prod tab tab enter", "", PROJECT, Focus::Field(Client)),
        ("prod <ctrl-s>", "enter", PROJECT, Focus::Field(FieldName::Lifetime)),
        // Whoever went back did not choose.
        ("prod shift-tab", "", "prod", Focus::Button),
        ("prod", "", "prod", Focus::Field(Project)),
        ("prod", "enter", PROJECT, Focus::Field(Client)),
        // Several match, or none.
        ("pay enter", "", "pay", Focus::Field(Client)),
        ("pay <ctrl-s>", "", "pay", Focus::Field(Project)),
        ("pay <ctrl-s>", "enter", PROJECT, Focus::Field(Client)),
        ("xyz enter", "", "xyz", Focus::Field(Client)),
        ("search enter", "", "search", Focus::Field(Client)),
        // What is typed afterwards counts.
        ("prod enter shift-tab x", "", "prodx", Focus::Field(Project)),
        ("pay enter shift-tab ments-prod", "", "payments-prod", Focus::Field(Project)),
    ];
    for (before, after, expected, expected_focus) in rows {
        let mut stage = Stage::with(Project, "x");
        stage.keys("<ctrl-u>");
        for key in before.split(' ') {
            match key {
                "enter" | "tab" | "shift-tab" | "<ctrl-s>" => stage.keys(key),
                text => stage.type_in(text),
            };
        }
        listed(&mut stage);
        if !after.is_empty() {
            stage.later(Duration::from_millis(500)).keys(after);
        }
        assert_eq!((stage.text(Project), focus(&stage)), (expected, expected_focus), "{before}, {after}");
        assert!(stage.is_on_form() && stage.posts() == 0, "{before}, {after}");
    }
    let mut stage = Stage::with(Client, "x");
    stage.keys("<ctrl-u>").type_in("night").keys("<ctrl-s>");
    accounts_listed(&mut stage);
    stage.keys("enter");
    assert!(stage.is_on_form(), "an Enter that was meant for the list");
    stage.later(Duration::from_millis(500)).keys("enter");
    assert!(!stage.is_on_form(), "an Enter of its own");
    for key in ["enter", "tab"] {
        let mut stage = Stage::empty();
        stage.burst(&format!("p r o d {key}"));
        listed(&mut stage);
        assert_eq!(stage.text(Project), PROJECT, "{key} in one read with the text");
    }
    let mut stage = Stage::empty();
    stage.type_in("prod").keys("enter").type_in("night").keys("enter");
    listed(&mut stage);
    accounts_listed(&mut stage);
    assert_eq!((stage.text(Project), stage.text(Client)), (PROJECT, "mdb_sa_id_00000000000000000000000a"));
    let mut stage = Stage::empty();
    stage.type_in("pay").keys("enter");
    listed(&mut stage);
    assert_drawn(&stage, "! 2 projects match: choose one");
}

#[test]
fn an_emptied_field_shows_the_whole_list_if_that_is_there_already() {
    let mut stage = typed("pay");
    stage.keys("<ctrl-u>");
    assert_drawn(&stage, "payments-prod 32b6e34b3d91647abb20e7b8 payments-staging");
    assert_drawn(&stage, "6 projects");
    assert_drawn(&stage, "Client ID");
    stage.wait(Duration::from_secs(90));
    assert_drawn(&stage, "6 projects");
    assert_eq!(requests(&stage), ["projects 1"]);
    stage.keys("down enter");
    assert_eq!(stage.text(Project), PROJECT);
    let mut stage = typed("pay");
    stage.keys("<ctrl-u> tab");
    assert_eq!((stage.text(Project), focus(&stage)), ("", Focus::Field(Client)));
    assert!(!drawn(&stage).contains("6 projects"));
    stage.keys("shift-tab");
    assert_drawn(&stage, "6 projects");
    stage.keys("esc");
    assert_drawn(&stage, "Enter a project ID or name.");
    stage.keys("x <ctrl-u>").paste(VALUE);
    assert!(!drawn(&stage).contains("6 projects"), "the reason for the empty field is shown");
    let mut stage = Stage::with(Project, PROJECT);
    stage.keys("<ctrl-u>");
    assert_drawn(&stage, "Enter a project ID or name.");
    assert_eq!(requests(&stage), [""; 0], "no list is fetched for it");
}

#[test]
fn a_name_that_matches_nothing_is_replaced_by_what_is_typed_over_it() {
    let rows = [
        ("xyz", "tab shift-tab p", "p"),
        ("xyz", "<ctrl-s> p", "p"),
        ("xyz", "tab shift-tab left p", "xypz"),
        ("xyz", "p", "xyzp"),
        ("pay", "shift-tab tab m", "paym"),
    ];
    for (text, keys, expected) in rows {
        let mut stage = typed(text);
        stage.keys(keys);
        assert_eq!(stage.text(Project), expected, "{text} {keys}");
    }
}

#[test]
fn escape_closes_the_entries_until_the_text_changes_and_shift_tab_leaves() {
    let mut stage = typed("pay");
    stage.keys("esc");
    assert!(!drawn(&stage).contains("› payments-prod"));
    assert_drawn(&stage, "2 projects match");
    stage.keys("m");
    assert_drawn(&stage, "› payments-prod");
    stage.keys("shift-tab");
    assert_eq!((stage.text(Project), focus(&stage)), ("paym", Focus::Button));
    let mut stage = typed("pay");
    stage.keys("down down up up up tab");
    assert_eq!(stage.text(Project), PROJECT, "the marks stop at both ends");
}

#[test]
fn a_key_that_comes_in_one_read_with_text_chooses_nothing_that_stood_there_before() {
    for key in ["enter", "tab"] {
        let mut stage = typed("pay");
        stage.burst(&format!("m e n t s - {key}"));
        assert_eq!((stage.text(Project), focus(&stage)), ("payments-", Focus::Field(Client)), "{key}");
    }
}

#[test]
fn once_the_accounts_of_a_chosen_project_are_listed_enter_takes_the_first_but_no_key_that_came_too_early() {
    let chosen = || {
        let mut stage = Stage::empty();
        stage.app.shared.form.set(FieldName::Lifetime, "720");
        stage.type_in("payments-prod");
        listed(&mut stage);
        stage.keys("enter");
        stage
    };
    let late = Duration::from_millis(500);
    let rows: [(Duration, &str, (&str, Focus)); 4] = [
        (late, "enter", (CLIENT, Focus::Button)),
        (late, "enter enter enter", (CLIENT, Focus::Button)),
        (Duration::ZERO, "enter enter", ("", Focus::Field(Client))),
        (late, "tab", ("", Focus::Field(FieldName::Lifetime))),
    ];
    for (wait, keys, expected) in rows {
        let mut stage = chosen();
        stage.later(late);
        accounts_listed(&mut stage);
        assert_drawn(&stage, "› ci-deployer");
        stage.later(wait).keys(keys);
        assert_eq!((stage.text(Client), focus(&stage)), expected, "{wait:?} {keys}");
        assert!(stage.is_on_form(), "an Enter that belongs to the choice creates nothing");
    }
    let mut stage = chosen();
    stage.later(late);
    accounts_listed(&mut stage);
    stage.keys("down tab");
    assert_ne!(stage.text(Client), "", "a key marked it");
}

#[test]
fn an_emptied_client_id_closes_its_entries_while_no_list_is_there() {
    let mut entered = Stage::new(Session::Demo, Form::new(PROJECT, "", "720"));
    entered.type_in("ci").keys("backspace backspace");
    assert!(!drawn(&entered).contains("ci-deployer"), "closed again");
}

#[test]
fn a_list_that_cannot_be_loaded_says_why_and_is_tried_again_for_the_next_name() {
    let rows = [
        (
            rejected_read(401, "USER_UNAUTHORIZED"),
            "You don't have permission to list projects (401). The signed-in account needs a role",
        ),
        (
            rejected_read(403, "SOME_RULE"),
            "Could not load the projects. Atlas refused the request (403 SOME_RULE).",
        ),
        (
            ApiError::sent(Cause::Unexpected { status: 502 }),
            "Could not load the projects. Unexpected response (502).",
        ),
    ];
    for (error, text) in rows {
        let mut stage = Stage::empty();
        stage.type_in("pay").projects_page(Err(error));
        assert_drawn(&stage, text);
        assert_drawn(&stage, "Type the ID instead.");
        stage.keys("m");
        assert_eq!(requests(&stage), ["projects 1"], "not for every key");
        assert_eq!(stage.app.wake_in().map(|wake| wake.as_secs() > 1), Some(true), "nothing moves");
        stage.keys("<ctrl-u>").type_in("pay");
        assert_eq!(requests(&stage), ["projects 1", "projects 1"]);
        listed(&mut stage);
        assert_drawn(&stage, "› payments-prod");
    }
}

#[test]
fn a_list_is_kept_for_a_minute_and_for_as_long_as_its_name_is_typed() {
    let mut stage = typed("pay");
    stage.wait(Duration::from_secs(90)).keys("m <ctrl-u>").type_in("pay");
    assert_eq!(
        requests(&stage),
        ["projects 1", "projects 1"],
        "while it was typed, it was not fetched again"
    );
    listed(&mut stage);
    stage.wait(Duration::from_secs(50)).keys("<ctrl-u>").type_in("pay");
    assert_eq!(requests(&stage).len(), 2);
    stage.keys("enter").wait(Duration::from_secs(90)).keys("up <ctrl-u>").type_in("pay");
    let projects = requests(&stage).iter().filter(|request| *request == "projects 1").count();
    assert_eq!(projects, 3);
}

#[test]
fn what_matches_nothing_is_an_error_that_names_the_character_where_an_id_was_meant() {
    assert_drawn(&typed("xyz"), "✗ No project matches \"xyz\".");
    assert!(!drawn(&typed("xyz")).contains("hex digit"));
    let stage = typed("32b6e34g");
    assert_drawn(&stage, "✗ No project matches \"32b6e34g\", and it is not an ID: \"g\" is not a hex digit.");
}

#[test]
fn the_whole_list_takes_the_requests_over_and_another_project_has_other_accounts() {
    let mut stage = Stage::empty();
    stage.type_in("pay").keys("<ctrl-o>");
    assert_eq!(requests(&stage), ["projects 1", "projects 1"]);
    assert_eq!(stage.count(|command| matches!(command, Command::StopPages)), 1);
    listed(&mut stage);
    assert_drawn(&stage, "Choose a project 6 projects");
    let mut stage = Stage::new(Session::Demo, Form::new(PROJECT, "", "720"));
    stage.type_in("ci");
    stage.keys("up <ctrl-u>").paste(OTHER).keys("down");
    let expected = [format!("accounts of {PROJECT} 1"), format!("accounts of {OTHER} 1")];
    let requests = requests(&stage);
    let lists: Vec<_> = requests.iter().filter(|request| request.starts_with("accounts")).collect();
    assert_eq!(lists, expected.iter().collect::<Vec<_>>());
}

#[test]
fn pages_come_in_while_a_name_is_typed_and_the_mark_stays_on_its_entry() {
    let page = |first: usize, is_last| {
        let entry = |number| ProjectEntry {
            id: ProjectId::parse(&format!("{number:024x}")).unwrap(),
            name: ServerText::new(&format!("team-{number}")),
            organization: None,
        };
        Page { entries: (first..first + 500).map(entry).collect(), is_last, about: Some(1000) }
    };
    let mut stage = Stage::empty();
    stage.type_in("team").projects_page(Ok(page(500, false)));
    assert_drawn(&stage, "› team-500");
    stage.keys("down");
    assert_drawn(&stage, "› team-501");
    stage.projects_page(Ok(page(0, true)));
    assert_drawn(&stage, "1000 of 1000 projects");
    assert_drawn(&stage, "› team-501");
    stage.keys("enter");
    assert_eq!(stage.text(Project), format!("{:024x}", 501));
}

#[test]
fn a_second_enter_after_a_choice_does_not_create_but_a_later_one_does() {
    let mut stage = Stage::empty();
    stage.app.shared.form.set(FieldName::Lifetime, "720");
    stage.type_in("prod");
    listed(&mut stage);
    stage.keys("enter");
    accounts_listed(&mut stage);
    stage.keys("n enter enter");
    assert_eq!(focus(&stage), Focus::Button);
    assert!(stage.is_on_form(), "the second Enter belongs to the choice");
    stage.later(Duration::from_millis(500)).keys("enter");
    assert!(!stage.is_on_form());
}

#[test]
fn text_that_no_field_takes_is_not_lost_silently_and_its_enter_creates_nothing() {
    let mut stage = Stage::filled();
    assert_eq!(focus(&stage), Focus::Button);
    stage.keys("p a y enter");
    assert_drawn(&stage, "To type in a field, go back to it with Shift-Tab.");
    assert!(stage.is_on_form());
    stage.later(Duration::from_millis(500)).keys("enter");
    assert!(!stage.is_on_form(), "an Enter of its own");
}
