//! Names in the ID fields: when a list is fetched, when an entry is chosen, and when the text stays as typed.

use std::time::Duration;

use atlas_secret::domain::{
    AccountEntry, ApiError, BaseUrl, Cause, ClientId, Page, ProjectEntry, ProjectId, RejectionKind,
    ServerText, Session,
};
use atlas_secret::tui::screens::FieldName::{Client, Project};
use atlas_secret::tui::screens::{FieldName, Focus, Form};
use atlas_secret::tui::{Command, Screen};

use crate::stage::{CLIENT, PROJECT, Stage};
use crate::*;

const OTHER: &str = "000000000000000000000002";

/// Two of the names only differ in case, and one looks like the beginning of an ID.
const PROJECTS: [(&str, &str); 6] = [
    (PROJECT, "payments-prod"),
    (OTHER, "payments-staging"),
    ("000000000000000000000003", "Search"),
    ("000000000000000000000004", "search"),
    ("000000000000000000000005", "cafe"),
    ("000000000000000000000006", "Zahlungen: für (漢字)"),
];

/// The requested lists and projects so far.
fn requests(stage: &Stage) -> Vec<String> {
    let name = |command: &Command| match command {
        Command::FetchProjects(first) => Some(format!("projects {first}")),
        Command::FetchAccounts(project, first) => Some(format!("accounts of {project} {first}")),
        Command::FetchProject(_) => Some("project".to_owned()),
        _ => None,
    };
    stage.commands.iter().filter_map(name).collect()
}

#[track_caller]
fn projects_loaded(stage: &mut Stage) {
    let entry = |(id, name): &(&str, &str)| ProjectEntry {
        id: ProjectId::parse(id).unwrap(),
        name: ServerText::new(name),
        organization: None,
    };
    let entries = PROJECTS.iter().map(entry).collect();
    stage.projects_page(Ok(Page { entries, is_last: true, about: Some(6) }));
}

#[track_caller]
fn accounts_loaded(stage: &mut Stage) {
    let account = |client: &str, name: &str| AccountEntry {
        client: ClientId::parse(client).unwrap(),
        name: ServerText::new(name),
        secrets: Vec::new(),
    };
    let entries =
        vec![account(CLIENT, "ci-deployer"), account("mdb_sa_id_00000000000000000000000a", "nightly")];
    stage.accounts_page(Ok(Page { entries, is_last: true, about: Some(2) }));
}

/// A form with this text as the project, after the list of projects has loaded.
fn typed(text: &str) -> Stage {
    let mut stage = Stage::empty();
    stage.type_in(text);
    projects_loaded(&mut stage);
    stage
}

fn focus(stage: &Stage) -> Focus {
    stage.app.shared.form.focus
}

#[test]
fn a_project_and_its_account_are_chosen_by_name_without_a_lookup() {
    let mut stage = Stage::empty();
    stage.type_in("pay");
    assert_eq!(requests(&stage), ["projects 1"], "only one request");
    stage.shows("Loading projects");
    projects_loaded(&mut stage);
    stage.shows("› payments-prod 32b6e34b3d91647abb20e7b8");
    stage.shows("2 of 6 projects");
    stage.keys("down enter");
    assert_eq!((stage.text(Project), focus(&stage)), (OTHER, Focus::Field(Client)));
    assert_eq!(requests(&stage), ["projects 1".to_owned(), format!("accounts of {OTHER} 1")]);
    accounts_loaded(&mut stage);
    stage.shows("nightly mdb_sa_id_00000000000000000000000a 2 service accounts");
    stage.keys("n enter");
    assert_eq!(stage.text(Client), "mdb_sa_id_00000000000000000000000a");
    assert_eq!(focus(&stage), Focus::Button);
    stage.shows("✓ payments-staging");
    stage.wait(Duration::from_secs(1));
    assert!(!requests(&stage).contains(&"project".to_owned()), "the name is known from the list");
}

#[test]
fn no_list_is_fetched_for_ids() {
    for text in ["", &PROJECT[..23], PROJECT, &PROJECT.to_uppercase(), "'quoted'"] {
        let mut stage = Stage::empty();
        stage.paste(text).keys("tab").paste("mdb_sa_id_12").keys("tab").wait(Duration::from_secs(5));
        let lists = requests(&stage).into_iter().filter(|request| request != "project").count();
        assert_eq!(lists, 0, "{text:?}");
    }
    let mut stage = Stage::empty();
    stage.app.shared.session = Session::signed_out(&BaseUrl::parse(BaseUrl::CLOUD).unwrap());
    stage.type_in("pay").wait(Duration::from_secs(5));
    assert_eq!(requests(&stage), [""; 0], "not signed in");
    let mut stage = Stage::empty();
    stage.keys("tab").type_in("ci").wait(Duration::from_secs(5));
    assert_eq!(requests(&stage), [""; 0], "no accounts without a project");
    stage.shows("Choose a project first.");
}

#[test]
fn leaving_or_submitting_a_unique_full_name_chooses_it() {
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
                    projects_loaded(&mut stage);
                }
                stage.keys(keys);
                if is_late {
                    projects_loaded(&mut stage);
                }
                assert_eq!(stage.text(Project), expected, "{name} {keys} {is_late}");
                assert!(stage.is_on_form());
            }
        }
    }
}

#[test]
fn hex_digits_are_a_name_until_they_look_like_an_id() {
    for name in ["cafe", "caf", "c"] {
        let mut stage = typed(name);
        stage.shows("› cafe 000000000000000000000005");
        stage.keys("tab");
        assert_eq!((stage.text(Project), focus(&stage)), ("000000000000000000000005", Focus::Field(Client)));
    }
    let stage = typed("cafe").after("<ctrl-s>");
    assert_eq!((stage.text(Project), focus(&stage)), ("000000000000000000000005", Focus::Field(Client)));
    let stage = typed("beef");
    stage.shows("No project matches \"beef\", and it is not an ID: 4 of 24 hex digits.");
    let stage = typed("beefbeefbee").after("f");
    stage.shows("· 12 of 24 hex digits");
    stage.hides("No project matches");
    let mut stage = Stage::new(Session::Demo, Form::new(PROJECT, "", "720"));
    stage.type_in("m");
    accounts_loaded(&mut stage);
    stage.shows("No service account matches \"m\", and it is not an ID: a client ID starts with mdb_sa_id_.");
    stage.type_in("db_sa_").shows("· A client ID starts with mdb_sa_id_.");
}

#[test]
fn a_name_matches_in_every_unicode_form() {
    for name in ["zahlungen: fu\u{308}r (漢字)", "ZAHLUNGEN: FÜR (漢字)"] {
        let stage = typed(name).after("esc tab");
        assert_eq!(stage.text(Project), "000000000000000000000006", "{name}");
    }
}

#[test]
fn initial_names_are_looked_up_one_after_the_other() {
    let mut stage = Stage::new(Session::Demo, Form::new("Payments-Prod", "ci-deployer", "720"));
    stage.event(TIME_PASSED);
    assert_eq!(requests(&stage), ["projects 1"]);
    projects_loaded(&mut stage);
    accounts_loaded(&mut stage);
    assert_eq!((stage.text(Project), stage.text(Client)), (PROJECT, CLIENT));
    assert_eq!(focus(&stage), Focus::Button);
    stage.keys("enter");
    assert!(!stage.is_on_form(), "no key chose the names, so an Enter is not the second one");
    let mut stage = Stage::new(Session::Demo, Form::new("search", "ci-deployer", "720"));
    stage.event(TIME_PASSED);
    projects_loaded(&mut stage);
    assert_eq!((stage.text(Project), focus(&stage)), ("search", Focus::Field(Project)));
    // None is selected, so that a key cannot choose one by accident.
    stage.shows("Search 000000000000000000000003 search 000000000000000000000004");
    stage.shows("2 projects have this name: choose one.");
    stage.keys("enter");
    assert_eq!(stage.text(Project), "search");
    stage.keys("shift-tab down down enter");
    assert_eq!(stage.text(Project), "000000000000000000000004");
}

#[test]
fn submitting_a_full_name_chooses_it_and_creates() {
    let mut stage = Stage::new(Session::Demo, Form::new(PROJECT, "", "720"));
    stage.type_in("ci-deployer");
    accounts_loaded(&mut stage);
    stage.keys("<ctrl-s>");
    assert!(matches!(stage.app.screen, Screen::Progress(_)), "{:?}", stage.app.screen);
    let created = stage.commands.iter().find_map(|command| match command {
        Command::Create { new_secret, .. } => Some(new_secret.account.clone()),
        _ => None,
    });
    assert_eq!(created.unwrap().client.as_str(), CLIENT);
}

#[test]
fn submitting_with_an_open_list_chooses_or_says_what_is_missing() {
    const MISSING: &str = "Not created: complete or correct this field first.";
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
        projects_loaded(&mut stage);
        stage.keys(keys);
        assert_eq!(stage.text(Project), expected, "{text} {keys}");
        assert_eq!(stage.drawn().contains(MISSING), is_missing, "{text} {keys}: {}", stage.drawn());
        assert_eq!(stage.is_on_form(), is_missing, "{text} {keys}");
    }
}

/// The keys before the list is loaded, and the keys after that.
#[test]
fn a_name_typed_before_the_list_is_loaded_is_matched_afterwards() {
    let rows = [
        // If one entry matches, it is chosen, and nothing is created yet.
        ("prod enter", "", PROJECT, Focus::Field(Client)),
        ("prod tab", "", PROJECT, Focus::Field(Client)),
        ("prod enter enter", "", PROJECT, Focus::Field(FieldName::Lifetime)),
        ("prod <ctrl-s>", "", PROJECT, Focus::Field(Client)),
        ("prod tab tab enter", "", PROJECT, Focus::Field(Client)),
        ("prod <ctrl-s>", "enter", PROJECT, Focus::Field(FieldName::Lifetime)),
        // Moving backwards does not choose.
        ("prod shift-tab", "", "prod", Focus::Button),
        ("prod", "", "prod", Focus::Field(Project)),
        ("prod", "enter", PROJECT, Focus::Field(Client)),
        // Several entries match, or none.
        ("pay enter", "", "pay", Focus::Field(Client)),
        ("pay <ctrl-s>", "", "pay", Focus::Field(Project)),
        ("pay <ctrl-s>", "enter", PROJECT, Focus::Field(Client)),
        ("xyz enter", "", "xyz", Focus::Field(Client)),
        ("search enter", "", "search", Focus::Field(Client)),
        // Text that is typed later is kept.
        ("prod enter shift-tab x", "", "prodx", Focus::Field(Project)),
        ("pay enter shift-tab ments-prod", "", "payments-prod", Focus::Field(Project)),
    ];
    for (before, after, expected, expected_focus) in rows {
        let mut stage = Stage::with(Project, "x").after("<ctrl-u>");
        for key in before.split(' ') {
            match key {
                "enter" | "tab" | "shift-tab" | "<ctrl-s>" => stage.keys(key),
                text => stage.type_in(text),
            };
        }
        projects_loaded(&mut stage);
        if !after.is_empty() {
            stage.advance(Duration::from_millis(500)).keys(after);
        }
        assert_eq!((stage.text(Project), focus(&stage)), (expected, expected_focus), "{before}, {after}");
        assert!(stage.is_on_form() && stage.posts() == 0, "{before}, {after}");
    }
    let mut stage = Stage::with(Client, "x");
    stage.keys("<ctrl-u>").type_in("night").keys("<ctrl-s>");
    accounts_loaded(&mut stage);
    stage.keys("enter");
    assert!(stage.is_on_form(), "this Enter was meant for the list");
    stage.advance(Duration::from_millis(500)).keys("enter");
    assert!(!stage.is_on_form(), "a later Enter submits");
    for key in ["enter", "tab"] {
        let mut stage = Stage::empty();
        stage.burst(&format!("p r o d {key}"));
        projects_loaded(&mut stage);
        assert_eq!(stage.text(Project), PROJECT, "{key} in the same read as the text");
    }
    let mut stage = Stage::empty();
    stage.type_in("prod").keys("enter").type_in("night").keys("enter");
    projects_loaded(&mut stage);
    accounts_loaded(&mut stage);
    assert_eq!((stage.text(Project), stage.text(Client)), (PROJECT, "mdb_sa_id_00000000000000000000000a"));
    let mut stage = Stage::empty();
    stage.type_in("pay").keys("enter");
    projects_loaded(&mut stage);
    stage.shows("! 2 of 6 projects match: choose one");
}

#[test]
fn an_empty_field_shows_and_fetches_no_list() {
    typed("pay").after("<ctrl-u>").hides("payments-prod").shows("Enter a project ID or name.");
    let stage = Stage::with(Project, PROJECT).after("<ctrl-u>");
    stage.shows("Enter a project ID or name.");
    assert_eq!(requests(&stage), [""; 0]);
}

#[test]
fn esc_hides_the_suggestions_until_the_text_changes() {
    let mut stage = typed("pay").after("esc");
    stage.hides("› payments-prod");
    stage.shows("2 of 6 projects match");
    stage.keys("m").shows("› payments-prod");
    stage.keys("shift-tab");
    assert_eq!((stage.text(Project), focus(&stage)), ("paym", Focus::Button));
    let stage = typed("pay").after("down down up up up tab");
    assert_eq!(stage.text(Project), PROJECT, "the selection stops at both ends");
}

#[test]
fn a_key_in_the_same_read_as_text_chooses_no_old_suggestion() {
    for key in ["enter", "tab"] {
        let mut stage = typed("pay");
        stage.burst(&format!("m e n t s - {key}"));
        assert_eq!((stage.text(Project), focus(&stage)), ("payments-", Focus::Field(Client)), "{key}");
    }
}

#[test]
fn a_late_enter_chooses_the_first_account_but_an_early_one_does_not() {
    let chosen = || {
        let mut stage = Stage::empty();
        stage.app.shared.form.set(FieldName::Lifetime, "720");
        stage.type_in("payments-prod");
        projects_loaded(&mut stage);
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
        stage.advance(late);
        accounts_loaded(&mut stage);
        stage.shows("› ci-deployer");
        stage.advance(wait).keys(keys);
        assert_eq!((stage.text(Client), focus(&stage)), expected, "{wait:?} {keys}");
        assert!(stage.is_on_form(), "an Enter that chooses does not create");
    }
    let mut stage = chosen();
    stage.advance(late);
    accounts_loaded(&mut stage);
    stage.keys("down tab");
    assert_ne!(stage.text(Client), "", "the entry was selected by a key");
}

#[test]
fn a_list_that_cannot_be_loaded_shows_why_and_is_retried_for_the_next_name() {
    let rows = [
        (
            rejected_read(401, "USER_UNAUTHORIZED"),
            "You don't have permission to list projects (401). The signed-in account needs a role",
        ),
        (
            rejected_read(403, "IP_ADDRESS_NOT_ON_ACCESS_LIST"),
            "Could not load the projects. This machine's IP address is not on the API access list.",
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
        stage.type_in("pay").projects_page_fails(&error).shows(text);
        // An ID does not help on a machine whose address Atlas refuses.
        let is_about_address = error.rejection_kind() == Some(RejectionKind::AddressNotAllowed);
        stage.shows(if is_about_address { "Add this machine's address" } else { "Type the ID instead." });
        stage.keys("m");
        assert_eq!(requests(&stage), ["projects 1"], "no request for every key");
        assert_eq!(stage.wake_in().map(|wake| wake.as_secs() > 1), Some(true), "no timer is running");
        stage.keys("<ctrl-u>").type_in("pay");
        assert_eq!(requests(&stage), ["projects 1", "projects 1"]);
        projects_loaded(&mut stage);
        stage.shows("› payments-prod");
    }
}

#[test]
fn a_list_is_kept_until_an_id_is_in_the_field() {
    let mut stage = typed("pay");
    stage.wait(Duration::from_secs(90)).keys("m <ctrl-u>").type_in("pay");
    assert_eq!(requests(&stage), ["projects 1"]);
    stage.keys("enter shift-tab <ctrl-u>").type_in("pay");
    let projects = requests(&stage).iter().filter(|request| *request == "projects 1").count();
    assert_eq!(projects, 2);
}

#[test]
fn the_error_for_a_mistyped_id_names_the_wrong_character() {
    typed("xyz").shows("✗ No project matches \"xyz\".");
    assert!(!typed("xyz").drawn().contains("hex digit"));
    let stage = typed("32b6e34g");
    stage.shows("✗ No project matches \"32b6e34g\", and it is not an ID: \"g\" is not a hex digit.");
}

#[test]
fn the_picker_takes_over_the_requests_and_each_project_has_its_own_list() {
    let mut stage = Stage::empty();
    stage.type_in("pay").keys("<ctrl-o>");
    assert_eq!(requests(&stage), ["projects 1", "projects 1"]);
    assert_eq!(stage.count(|command| matches!(command, Command::StopPages)), 1);
    projects_loaded(&mut stage);
    stage.shows("Choose a project 6 projects");
    let mut stage = Stage::new(Session::Demo, Form::new(PROJECT, "", "720"));
    stage.type_in("ci").keys("up <ctrl-u>").paste(OTHER).keys("down");
    let expected = [format!("accounts of {PROJECT} 1"), format!("accounts of {OTHER} 1")];
    let requests = requests(&stage);
    let lists: Vec<_> = requests.iter().filter(|request| request.starts_with("accounts")).collect();
    assert_eq!(lists, expected.iter().collect::<Vec<_>>());
}

#[test]
fn a_list_that_another_one_replaced_is_fetched_again() {
    let mut stage = Stage::empty();
    stage.type_in("pay").paste(OTHER).keys("tab").type_in("ci");
    accounts_loaded(&mut stage);
    stage.keys("shift-tab <ctrl-u>").type_in("sea");
    assert_eq!(
        requests(&stage).into_iter().filter(|request| request != "project").collect::<Vec<_>>(),
        ["projects 1".to_owned(), format!("accounts of {OTHER} 1"), "projects 1".to_owned()]
    );
    projects_loaded(&mut stage);
    stage.shows("2 of 6 projects");
}

#[test]
fn the_selected_suggestion_stays_selected_when_pages_arrive() {
    let page = |first: usize, is_last| {
        let entry = |number| ProjectEntry {
            id: ProjectId::parse(&format!("{number:024x}")).unwrap(),
            name: ServerText::new(&format!("team-{number}")),
            organization: None,
        };
        Page { entries: (first..first + 500).map(entry).collect(), is_last, about: Some(1000) }
    };
    let mut stage = Stage::empty();
    stage.type_in("team").projects_page(Ok(page(500, false))).shows("› team-500");
    stage.keys("down").shows("› team-501");
    stage.projects_page(Ok(page(0, true))).shows("1000 of 1000 projects");
    stage.shows("› team-501");
    stage.keys("enter");
    assert_eq!(stage.text(Project), format!("{:024x}", 501));
}

#[test]
fn a_double_enter_that_chooses_does_not_create_but_a_later_one_does() {
    let mut stage = Stage::empty();
    stage.app.shared.form.set(FieldName::Lifetime, "720");
    stage.type_in("prod");
    projects_loaded(&mut stage);
    stage.keys("enter");
    accounts_loaded(&mut stage);
    stage.keys("n enter enter");
    assert_eq!(focus(&stage), Focus::Button);
    assert!(stage.is_on_form(), "an Enter right after choosing does not create");
    stage.advance(Duration::from_millis(500)).keys("enter");
    assert!(!stage.is_on_form());
}

#[test]
fn text_typed_at_the_button_shows_a_message_and_does_not_submit() {
    let mut stage = Stage::filled();
    assert_eq!(focus(&stage), Focus::Button);
    stage.keys("p a y enter").shows("Letters do nothing here. Shift-Tab goes to the fields, Ctrl-C quits.");
    assert!(stage.is_on_form());
    stage.advance(Duration::from_millis(500)).keys("enter");
    assert!(!stage.is_on_form(), "a later Enter creates");
}
