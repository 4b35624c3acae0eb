//! What is typed and pasted into the form, and where it must not end up.

use atlas_secret::domain::{BaseUrl, Session};
use atlas_secret::tui::screens::{FieldName, Focus, SignIn, Validation};
use atlas_secret::tui::{Command, Event, PastedText, Screen};

use crate::{assert_drawn, drawn};

use crate::stage::{CLIENT, PROJECT, Stage, VALUE, key};

#[test]
fn fields_are_called_what_atlas_calls_them() {
    assert_eq!(FieldName::ALL.map(FieldName::label), ["Project ID", "Client ID", "Expires after"]);
}

#[test]
fn submitting_makes_every_field_say_what_it_lacks() {
    let mut stage = Stage::empty();
    assert_eq!(stage.app.shared.form.validation(FieldName::Client), Validation::Silent);
    stage.keys("<ctrl-s>");
    assert_ne!(stage.app.shared.form.validation(FieldName::Client), Validation::Silent);
}

#[test]
fn a_line_end_within_an_unmarked_paste_is_a_part_of_it_and_a_tab_is_a_key() {
    let mut stage = Stage::empty();
    stage.unbracketed("32b6e34b\n3d91");
    assert_eq!(stage.app.shared.form.focus, Focus::Field(FieldName::Project));
    assert_eq!(stage.text(FieldName::Client), "");
    let mut stage = Stage::empty();
    stage.burst("3 2 b 6 e 3 4 b tab");
    assert_eq!(stage.app.shared.form.focus, Focus::Field(FieldName::Client));
    assert_eq!(stage.text(FieldName::Project), "32b6e34b");
}

#[test]
fn what_is_pasted_over_the_help_or_into_a_small_terminal_goes_nowhere() {
    let mut stage = Stage::empty();
    stage.keys("f1").paste(PROJECT).keys("esc");
    assert_eq!(stage.text(FieldName::Project), "");
    stage.size(20, 5).paste(PROJECT).size(80, 24);
    assert_eq!(stage.text(FieldName::Project), "");
}

#[test]
fn an_id_that_is_pasted_for_another_field_says_where_it_came_from() {
    for (focus, has_note) in [(FieldName::Client, false), (FieldName::Project, true)] {
        let mut stage = Stage::empty();
        stage.app.shared.form.focus = Focus::Field(focus);
        stage.paste(&format!("the account is {CLIENT}, please"));
        assert_eq!(stage.text(FieldName::Client), CLIENT);
        let Validation::Id(note) = stage.app.shared.form.validation(FieldName::Client) else {
            panic!("it is valid")
        };
        assert_eq!(note.is_some(), has_note, "{focus:?}");
    }
}

#[test]
fn a_secret_in_a_field_is_refused_by_what_the_field_takes() {
    for (field, noun) in [
        (FieldName::Project, "project ID"),
        (FieldName::Client, "client ID"),
        (FieldName::Lifetime, "lifetime"),
    ] {
        let mut stage = Stage::with(field, "");
        stage.paste(VALUE);
        assert_drawn(&stage, &format!("✗ this is a secret, not a {noun}"));
    }
}

#[test]
fn a_time_that_becomes_another_one_in_whole_hours_says_so() {
    let rows = [
        ("2026-12-24 10:00", "30 days 16 hours, Thu 24 Dec 2026 10:14 (rounded up)"),
        ("2026-12-24 10:14", "✓ 30 days 16 hours, Thu 24 Dec 2026 10:14"),
        ("2026-12-24T09:00:00.5z", "30 days 16 hours, Thu 24 Dec 2026 10:14 (rounded up)"),
        ("36h", "✓ 36 hours, Wed 25 Nov 2026 06:14"),
    ];
    for (text, shown) in rows {
        let mut stage = Stage::with(FieldName::Lifetime, "");
        stage.type_in(text);
        assert_drawn(&stage, shown);
        assert_eq!(drawn(&stage).contains("(rounded up)"), shown.contains("(rounded"), "{text}");
    }
}

#[test]
fn what_is_typed_and_pasted_shows_in_no_debug_output() {
    assert_eq!(format!("{:?}", key("x")), "KeyPress(..)");
    assert_eq!(format!("{:?}", PastedText("secret".to_owned())), "PastedText(6 bytes)");
}

#[test]
fn a_secret_that_is_typed_where_it_can_be_read_is_taken_away() {
    let mut stage = Stage::empty();
    stage.app.shared.session = Session::signed_out(&BaseUrl::parse(BaseUrl::CLOUD).unwrap());
    stage.app.screen = Screen::SignIn(Box::new(SignIn::new(Vec::new())));
    stage.keys("enter").type_in(VALUE);
    let drawn = drawn(&stage);
    assert!(!drawn.contains("mdb_sa_sk_"), "its prefix is gone, and the rest is no secret: {drawn}");
}

#[test]
fn ctrl_s_within_pasted_text_never_submits() {
    for before in ["30d", "x", "720 "] {
        let mut keys: Vec<_> =
            before.chars().map(|character| key(&character.to_string().replace(' ', "_"))).collect();
        keys.push(key("<ctrl-s>"));
        let mut stage = Stage::filled();
        stage.event(Event::KeysPressed(keys));
        assert!(stage.is_on_form() && stage.posts() == 0, "{before:?}");
        assert!(!stage.commands.iter().any(|command| matches!(command, Command::Create(_))), "{before:?}");
    }
    let mut stage = Stage::filled();
    stage.keys("<ctrl-s>");
    assert!(stage.commands.iter().any(|command| matches!(command, Command::Create(_))));
}
