//! Typing and pasting into the form, and where text must not end up.

use atlas_secret::domain::{BaseUrl, Session};
use atlas_secret::tui::screens::{FieldName, Focus, SignIn, Validation};
use atlas_secret::tui::{Command, Event, PastedText, Screen};

use crate::{assert_drawn, drawn};

use crate::stage::{CLIENT, PROJECT, Stage, VALUE, key};

#[test]
fn fields_have_the_names_that_atlas_uses() {
    assert_eq!(FieldName::ALL.map(FieldName::label), ["Project ID", "Client ID", "Expires after"]);
}

#[test]
fn submitting_validates_every_field() {
    let mut stage = Stage::empty();
    assert_eq!(stage.app.shared.form.validation(FieldName::Client), Validation::Silent);
    stage.keys("<ctrl-s>");
    assert_ne!(stage.app.shared.form.validation(FieldName::Client), Validation::Silent);
}

#[test]
fn an_unbracketed_paste_may_contain_line_ends_but_a_tab_is_a_key() {
    let mut stage = Stage::empty();
    stage.paste_unbracketed("32b6e34b\n3d91");
    assert_eq!(stage.app.shared.form.focus, Focus::Field(FieldName::Project));
    assert_eq!(stage.text(FieldName::Client), "");
    let mut stage = Stage::empty();
    stage.burst("3 2 b 6 e 3 4 b tab");
    assert_eq!(stage.app.shared.form.focus, Focus::Field(FieldName::Client));
    assert_eq!(stage.text(FieldName::Project), "32b6e34b");
}

#[test]
fn a_paste_over_the_help_or_into_a_small_terminal_is_ignored() {
    let mut stage = Stage::empty();
    stage.keys("f1").paste(PROJECT).keys("esc");
    assert_eq!(stage.text(FieldName::Project), "");
    stage.size(20, 5).paste(PROJECT).size(80, 24);
    assert_eq!(stage.text(FieldName::Project), "");
}

#[test]
fn an_id_pasted_into_another_field_goes_to_its_own_field_with_a_note() {
    for (focus, has_note) in [(FieldName::Client, false), (FieldName::Project, true)] {
        let mut stage = Stage::empty();
        stage.app.shared.form.focus = Focus::Field(focus);
        stage.paste(&format!("the account is {CLIENT}, please"));
        assert_eq!(stage.text(FieldName::Client), CLIENT);
        let Validation::Id(note) = stage.app.shared.form.validation(FieldName::Client) else {
            panic!("not valid")
        };
        assert_eq!(note.is_some(), has_note, "{focus:?}");
    }
}

#[test]
fn the_error_for_a_secret_in_a_field_names_what_belongs_there() {
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
fn a_time_that_is_rounded_to_whole_hours_is_marked() {
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
    let drawn = drawn(&stage);
    assert!(!drawn.contains("mdb_sa_sk_"), "the prefix was removed, and the rest is not a secret: {drawn}");
}

#[test]
fn ctrl_s_in_the_same_read_as_text_does_not_submit() {
    for before in ["30d", "x", "720 "] {
        let mut keys: Vec<_> =
            before.chars().map(|character| key(&character.to_string().replace(' ', "<blank>"))).collect();
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
