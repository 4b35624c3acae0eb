//! The form: validation while typing, the focus, pasting, and where text must not end up.

use atlas_secret::domain::{ApiError, BaseUrl, Cause, Exit, Session};
use atlas_secret::tui::screens::FieldName::{Client, Lifetime, Project};
use atlas_secret::tui::screens::{FieldName, Focus, Form, Notice, SignIn, Validation};
use atlas_secret::tui::{Command, PastedText, Screen};

use crate::stage::{CLIENT, PROJECT, Stage, VALUE, key};

const URL: &str = "https://cloud.mongodb.com/v2/32b6e34b3d91647abb20e7b8#/clusters";

fn form(project: &str, client: &str, lifetime: &str) -> Stage {
    Stage::new(Session::Demo, Form::new(project, client, lifetime))
}

/// An empty form with the focus on this field.
fn focus_on(name: FieldName) -> Stage {
    let mut stage = Stage::empty();
    stage.app.shared.form.focus = Focus::Field(name);
    stage
}

/// The message beside a field.
fn message(stage: &Stage, name: FieldName) -> String {
    match stage.app.shared.form.validation(name) {
        Validation::Id(note) => note.unwrap_or("right").to_owned(),
        Validation::Lifetime { warning, .. } => warning.unwrap_or("right").to_owned(),
        Validation::Silent => "silent".to_owned(),
        Validation::Incomplete(message) | Validation::Name { message, .. } | Validation::Wrong(message) => {
            message
        }
        Validation::Refused(refused) => refused.to_string(),
    }
}

#[test]
fn the_footer_offers_to_create_only_if_all_values_can_be_sent() {
    let mut stage = form(PROJECT, CLIENT, "30d");
    stage.shows("Enter create");
    stage.keys("shift-tab").type_in("soon").hides("Enter create");
    stage.keys("enter").shows("Not created: complete or correct this field first.");
    stage.keys("tab tab").hides("Ctrl-S create");
}

#[test]
fn a_letter_at_the_button_keeps_the_error() {
    let mut stage = Stage::filled();
    stage.keys("enter").sign_in_fails(&ApiError::not_sent(Cause::ConnectTimeout));
    stage.keys("q").shows("Nothing was created.").hides("Letters do nothing here.");
}

fn creates(stage: &Stage) -> usize {
    stage.count(|command| matches!(command, Command::Create { .. }))
}

#[test]
fn a_field_is_validated_while_typing() {
    let mut stage = Stage::empty();
    assert_eq!(message(&stage, Project), "silent", "the field is untouched");
    stage.keys("a backspace");
    assert_eq!(message(&stage, Project), "enter a project ID or name");
    let rows = [
        (Project, "32b6e34b3d91647abb", "18 of 24 hex digits"),
        (Project, PROJECT, "right"),
        (Project, "aAAaAAaAAaAAaAAaAAaAAaAA", "changed to lower case"),
        (Client, "mdb_sa", "a client ID starts with mdb_sa_id_"),
        (Client, "mdb_sa_id_12", "2 of 24 hex digits"),
        (Client, CLIENT, "right"),
        (Lifetime, "", "use 36h, 30d, 12w, 1y or a date"),
        (Lifetime, "soon", "use 36h, 30d, 12w, 1y or a date"),
        (Lifetime, "0", "too short; the minimum is 8 hours"),
        (Lifetime, "-1", "too short; the minimum is 8 hours"),
        (Lifetime, "2147483648", "too long; the maximum is 365 days"),
        (Lifetime, "7", "Atlas's documented range is 8 hours to 365 days"),
        (Lifetime, "2y", "Atlas's documented range is 8 hours to 365 days"),
        (Lifetime, "1y", "right"),
    ];
    for (name, text, expected) in rows {
        let mut stage = focus_on(name);
        stage.keys("x <ctrl-u>").type_in(text);
        assert_eq!(message(&stage, name), expected, "{text:?}");
    }
}

#[test]
fn the_focus_starts_on_the_first_invalid_field() {
    let rows = [
        ("", "", "720", Focus::Field(Project)),
        (PROJECT, "", "720", Focus::Field(Client)),
        (PROJECT, CLIENT, "soon", Focus::Field(Lifetime)),
        (PROJECT, CLIENT, "1h", Focus::Button),
        (PROJECT, CLIENT, "720", Focus::Button),
    ];
    for (project, client, lifetime, expected) in rows {
        assert_eq!(Form::new(project, client, lifetime).focus, expected);
    }
}

#[test]
fn keys_move_the_focus_from_valid_and_invalid_fields() {
    let rows = [
        ("tab", Focus::Field(Client)),
        ("down tab", Focus::Field(Lifetime)),
        ("enter", Focus::Field(Client)),
        ("tab tab tab", Focus::Button),
        ("tab tab tab tab", Focus::Field(Project)),
        ("shift-tab", Focus::Button),
        ("tab x up", Focus::Field(Project)),
        ("tab tab x shift-tab", Focus::Field(Client)),
    ];
    for (keys, expected) in rows {
        let stage = Stage::empty().after(keys);
        assert_eq!(stage.app.shared.form.focus, expected, "{keys}");
    }
}

#[test]
fn the_last_field_the_button_and_ctrl_s_submit() {
    let rows =
        [("enter", 1), ("up enter", 1), ("up up enter", 0), ("up up <ctrl-s>", 1), ("tab <ctrl-s>", 1)];
    for (keys, expected) in rows {
        let stage = Stage::filled().after(keys);
        assert_eq!(creates(&stage), expected, "{keys}");
    }
    let unusual = form(PROJECT, CLIENT, "1h").after("enter");
    assert_eq!(creates(&unusual), 1, "an unusual lifetime only warns");
}

#[test]
fn submitting_an_invalid_form_focuses_the_first_error_and_sends_nothing() {
    let stage = form(PROJECT, "", "soon").after("tab <ctrl-s>");
    assert_eq!(stage.app.shared.form.focus, Focus::Field(Client));
    assert!(stage.commands.is_empty() && stage.is_on_form());
}

#[test]
fn two_enters_in_one_read_create_once() {
    for before in ["tab shift-tab", "up"] {
        let mut stage = Stage::filled();
        stage.keys(before).burst("enter enter");
        assert_eq!(creates(&stage), 1, "{before}");
    }
}

#[test]
fn enter_and_ctrl_s_in_the_same_read_as_text_never_submit() {
    let bursts = [
        "3 enter",
        "enter 3",
        "3 tab enter enter",
        "1 2 3 4 5 6 7 8 enter",
        "enter enter 1",
        "3 0 d <ctrl-s>",
        "x <ctrl-s>",
        "7 2 0 <blank> <ctrl-s>",
    ];
    for burst in bursts {
        for before in ["tab shift-tab", "up"] {
            let mut stage = Stage::filled();
            stage.keys(before).burst(burst);
            assert!(stage.commands.is_empty() && stage.is_on_form(), "{before} {burst}");
        }
    }
}

#[test]
fn help_covers_the_form() {
    for (open, close) in
        [("?", "?"), ("f1", "esc"), ("?", "enter"), ("f1", "f1"), ("?", "q"), ("?", "<ctrl-c>")]
    {
        let mut stage = Stage::empty().after(open);
        assert!(stage.app.shared.shows_help, "{open}");
        stage.keys("x").keys(close);
        let is_open = stage.app.shared.shows_help;
        assert!(!is_open && stage.text(Project).is_empty() && stage.exit().is_none(), "{close}");
    }
}

#[test]
fn a_paste_goes_to_its_field_with_a_note() {
    let both = format!("{PROJECT} {CLIENT}");
    let bare = "1234567890abcdef12345678";
    let within = format!("the project is {PROJECT}, please");
    let rows: [(FieldName, &str, &str, &str, FieldName, &str); 10] = [
        (Project, PROJECT, PROJECT, "", Project, "right"),
        (Project, URL, PROJECT, "", Project, "from the pasted text"),
        (Client, URL, PROJECT, "", Project, "from the pasted text"),
        (Client, PROJECT, PROJECT, "", Project, "moved here"),
        (Project, CLIENT, "", CLIENT, Client, "moved here"),
        (Lifetime, bare, bare, "", Project, "moved here"),
        (Lifetime, &both, PROJECT, CLIENT, Client, "right"),
        (Lifetime, &both, PROJECT, CLIENT, Project, "right"),
        (Project, &within, PROJECT, "", Project, "right"),
        (Client, &within, PROJECT, "", Project, "moved here"),
    ];
    for (focus, text, project, client, says, expected) in rows {
        for paste in [Stage::paste, Stage::paste_unbracketed] {
            let mut stage = focus_on(focus);
            paste(&mut stage, text);
            assert_eq!((stage.text(Project), stage.text(Client)), (project, client), "{text} into {focus:?}");
            assert_eq!(message(&stage, says), expected, "{text} into {focus:?}");
        }
    }
}

#[test]
fn a_paste_never_submits() {
    for text in ["720\n\n\n", PROJECT, URL, "\r\n\n", "720\r"] {
        let mut stage = Stage::filled();
        stage.keys("up").paste(text).paste_unbracketed(&format!("{text}\n\n 12345678\n"));
        assert!(stage.commands.is_empty() && stage.is_on_form(), "{text:?}");
    }
}

#[test]
fn a_pasted_id_replaces_the_field_and_other_text_is_inserted() {
    let mut stage = form("aaaa", "", "720");
    stage.keys("<ctrl-a>").paste("32b6");
    assert_eq!(stage.text(Project), "32b6aaaa");
    stage.paste(PROJECT);
    assert_eq!(stage.text(Project), PROJECT);
}

#[test]
fn typing_replaces_a_complete_value_and_other_keys_edit_it() {
    let other = "ffffffffffffffffffffffff";
    let edited = &PROJECT[..23];
    let digits = &CLIENT["mdb_sa_id_".len()..];
    let rows: [(&str, FieldName, String); 17] = [
        ("tab x", Project, "x".to_owned()),
        ("down x y", Project, "xy".to_owned()),
        ("tab tab a", Client, "a".to_owned()),
        ("shift-tab 3 0 d", Lifetime, "30d".to_owned()),
        ("tab enter enter 8", Lifetime, "8".to_owned()),
        ("tab backspace", Project, edited.to_owned()),
        ("tab backspace a", Project, format!("{edited}a")),
        ("tab left a", Project, format!("{edited}a8")),
        ("tab <ctrl-a> a", Project, format!("a{PROJECT}")),
        ("tab <ctrl-a> <ctrl-e> a", Project, format!("{PROJECT}a")),
        ("tab <ctrl-u>", Project, String::new()),
        ("tab tab shift-tab x", Project, "x".to_owned()),
        ("tab left tab shift-tab x", Project, "x".to_owned()),
        ("shift-tab", Lifetime, "720".to_owned()),
        ("tab f1 f1 x", Project, "x".to_owned()),
        ("tab backspace tab shift-tab a", Project, format!("{edited}a")),
        ("tab tab <ctrl-a> <ctrl-k> tab tab tab tab a", Client, "a".to_owned()),
    ];
    for (keys, field, expected) in rows {
        let stage = Stage::filled().after(keys);
        assert_eq!(stage.text(field), expected, "{keys}");
    }
    let pastes: [(&str, &str, FieldName, String); 6] = [
        ("tab", other, Project, other.to_owned()),
        ("tab", "pay", Project, "pay".to_owned()),
        ("tab left", "pay", Project, format!("{edited}pay8")),
        ("tab tab", "ci-\n", Client, "ci-".to_owned()),
        ("shift-tab", "12", Lifetime, "12".to_owned()),
        ("tab tab", "\n\n", Client, format!("mdb_sa_id_{digits}")),
    ];
    for (keys, pasted, field, expected) in pastes {
        for paste in [Stage::paste, Stage::paste_unbracketed] {
            let mut stage = Stage::filled();
            paste(stage.keys(keys), pasted);
            assert_eq!(stage.text(field), expected, "{keys} {pasted:?}");
        }
    }
}

#[test]
fn an_incomplete_or_just_pasted_value_is_edited() {
    let mut stage = form("32b6", "", "720").after("tab shift-tab a");
    assert_eq!(stage.text(Project), "32b6a");
    stage.keys("<ctrl-u>").paste(PROJECT).keys("a");
    assert_eq!(stage.text(Project), format!("{PROJECT}a"), "pasted text is not selected");
}

#[test]
fn a_secret_is_rejected_and_not_kept() {
    let inputs: [fn(&mut Stage) -> &mut Stage; 5] = [
        |stage| stage.paste(VALUE),
        |stage| stage.paste(&format!("{CLIENT} {VALUE}\n")),
        |stage| stage.paste_unbracketed(&format!("{VALUE}\n")),
        |stage| stage.type_in("mdb_sa_sk_"),
        |stage| stage.type_in("mdb_sa_").paste("sk_FAKEfake"),
    ];
    for name in FieldName::ALL {
        for (index, input) in inputs.into_iter().enumerate() {
            let mut stage = focus_on(name);
            input(&mut stage);
            let notice = match stage.app.shared.form.notice {
                Some(Notice::Info(text)) => text,
                _ => "",
            };
            let text = format!("{} {notice}", message(&stage, name));
            let noun = ["project ID", "client ID", "lifetime"][name as usize];
            let reports = [
                &*format!("this is a secret, not a {noun}"),
                "The pasted text is a secret",
                "also contained a secret",
            ];
            let is_reported = reports.iter().any(|report| text.contains(report));
            assert!(is_reported, "{name:?} {index}: {text}");
            let debug = format!("{:?}", stage.app);
            assert!(!debug.contains("sa_sk_") && !debug.contains("FAKE"), "{name:?} {index}");
        }
    }
}

#[test]
fn the_rest_of_a_typed_secret_is_dropped_too() {
    let mut stage = focus_on(Client);
    stage.type_in(VALUE);
    assert_eq!(stage.text(Client), "");
    stage.keys("backspace").type_in("mdb");
    assert_eq!(stage.text(Client), "mdb");
}

#[test]
fn a_pasted_secret_does_not_change_a_valid_id() {
    let mut stage = Stage::filled();
    stage.keys("tab").paste(VALUE);
    assert!(matches!(stage.app.shared.form.notice, Some(Notice::Info(_))));
    assert!(stage.app.shared.form.new_secret().is_some());
}

#[test]
fn ctrl_c_quits_and_ctrl_z_suspends() {
    let mut stage = Stage::empty().after("<ctrl-z>");
    assert!(matches!(stage.commands[..], [Command::Suspend]));
    stage.keys("<ctrl-c>");
    assert_eq!(stage.exit(), Some(Exit::Done));
}

#[test]
fn an_unbracketed_paste_may_contain_line_ends_but_a_tab_is_a_key() {
    let mut stage = Stage::empty();
    stage.paste_unbracketed("32b6e34b\n3d91");
    assert_eq!(stage.app.shared.form.focus, Focus::Field(Project));
    assert_eq!(stage.text(Client), "");
    let mut stage = Stage::empty();
    stage.burst("3 2 b 6 e 3 4 b tab");
    assert_eq!(stage.app.shared.form.focus, Focus::Field(Client));
    assert_eq!(stage.text(Project), "32b6e34b");
}

#[test]
fn a_paste_over_the_help_or_into_a_small_terminal_is_ignored() {
    let mut stage = Stage::empty();
    stage.keys("f1").paste(PROJECT).keys("esc");
    assert_eq!(stage.text(Project), "");
    stage.size(20, 5).paste(PROJECT).size(80, 24);
    assert_eq!(stage.text(Project), "");
}

#[test]
fn typed_and_pasted_text_is_not_in_debug_output() {
    assert_eq!(format!("{:?}", key("x")), "KeyPress(..)");
    assert_eq!(format!("{:?}", PastedText("secret".to_owned())), "PastedText(6 bytes)");
}

#[test]
fn the_prefix_of_a_secret_typed_into_a_visible_field_is_removed() {
    let mut stage = Stage::empty();
    stage.app.shared.session = Session::signed_out(&BaseUrl::parse(BaseUrl::CLOUD).unwrap());
    stage.app.screen = Screen::SignIn(Box::new(SignIn::new(Vec::new())));
    stage.keys("enter").type_in(VALUE);
    let drawn = stage.drawn();
    assert!(!drawn.contains("mdb_sa_sk_"), "the prefix was removed, and the rest is not a secret: {drawn}");
}
