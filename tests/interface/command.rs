//! The screen that shows the request as a command.

use atlas_secret::domain::{BaseUrl, Format, Identity, PairKind, ProfileName, QueryFlags, Session, Template};
use atlas_secret::tui::screens::Form;
use atlas_secret::tui::{Event, Flags, KeyPress, Output, Screen};
use crossterm::event::{KeyCode, KeyModifiers};

use crate::stage::{CLIENT, PROJECT, Stage};
use crate::*;

#[test]
fn arrows_tab_and_shift_tab_change_the_recipe_and_alt_is_no_such_key() {
    let mut stage = Stage::filled();
    stage.keys("f2");
    let (none, shift, alt) = (KeyModifiers::NONE, KeyModifiers::SHIFT, KeyModifiers::ALT);
    let rows = [
        (KeyCode::Right, none, "[Atlas CLI]"),
        (KeyCode::Right, alt, "[Atlas CLI]"),
        (KeyCode::Char('q'), alt, "[Atlas CLI]"),
        (KeyCode::Left, none, "[atlas-secret]"),
        (KeyCode::Tab, none, "[Atlas CLI]"),
        (KeyCode::BackTab, shift, "[atlas-secret]"),
        (KeyCode::BackTab, none, "[Go]"),
        (KeyCode::BackTab, alt, "[Go]"),
    ];
    for (code, modifiers, tab) in rows {
        stage.event(Event::KeysPressed(vec![KeyPress { code, modifiers }]));
        stage.shows(tab);
    }
}

#[test]
fn a_copy_is_not_claimed_for_another_recipe() {
    let mut stage = Stage::filled();
    stage.keys("f2 c tab").copied(SENT);
    stage.shows("Contains no credentials, but prints the new secret.");
}

/// The text of F2 in this session, and the note above it, for each recipe.
fn text_of(session: Session, output: Output) -> (String, Vec<String>) {
    let mut stage = Stage::new(session, Form::new(PROJECT, CLIENT, "36h"));
    stage.app.shared.output = output;
    stage.app.shared.flags = Flags { replace_expired: true, verify: true, ..Flags::default() };
    stage.app.shared.query_flags = QueryFlags { envelope: true, pretty: true };
    stage.keys("f2");
    let Screen::Command(view) = &stage.app.screen else { panic!("no command is shown") };
    let text = view.text(&stage.app.shared);
    let remarks = (0..5).map(|_| {
        let remark = stage.drawn();
        stage.keys("tab");
        remark
    });
    (text, remarks.collect())
}

#[test]
fn the_command_has_the_options_of_the_session() {
    let remote = |url| Session::remote(&BaseUrl::parse(url).unwrap(), Identity::AccessToken);
    let profile = |name: &str| ProfileName::new(name).unwrap();
    let named = remote("https://a$(id).example").with_profile(profile("it's mine"));
    let (text, drawn) = text_of(named, Output::Sink(Format::Json));
    assert!(drawn[1].contains(r"--profile 'it'\''s mine' \ --groupId"), "{}", drawn[1]);
    let expected = [
        "atlas-secret --yes",
        r"--profile 'it'\''s mine'",
        "--base-url 'https://a$(id).example'",
        "--replace-expired",
        "--verify",
        "--envelope",
        "--pretty",
        "--format json",
        "--project-id 32b6e34b3d91647abb20e7b8",
        "--client-id mdb_sa_id_1234567890abcdef12345678",
        "--expires-after 36h\n",
    ];
    assert_eq!(text, expected.join(" \\\n  "));
    let template = Output::Sink(Format::Template(Template::parse("it's {secret}").unwrap()));
    let kept = Identity::Profile { name: ProfileName::new("ci").unwrap(), kind: PairKind::ServiceAccount };
    let in_keyring = Session::remote(&BaseUrl::parse(BaseUrl::CLOUD).unwrap(), kept);
    let rows = [
        (Session::Demo, template, r"--template 'it'\''s {secret}'", true),
        (in_keyring.clone(), Output::Terminal, "--profile ci \\\n", true),
        (in_keyring, Output::Terminal, "--base-url", false),
        (remote(BaseUrl::CLOUD), Output::Terminal, "--profile", false),
    ];
    for (session, output, part, is_there) in rows {
        let (text, _) = text_of(session, output);
        assert_eq!(text.contains(part), is_there, "{part}: {text}");
    }
}

#[test]
fn in_the_demo_every_command_but_its_own_says_to_replace_the_ids() {
    let remote = Session::remote(&BaseUrl::parse(BaseUrl::CLOUD).unwrap(), Identity::AccessToken);
    for (session, is_demo) in [(Session::Demo, true), (remote, false)] {
        let (_, remarks) = text_of(session, Output::Terminal);
        for (index, remark) in remarks.iter().enumerate() {
            assert_eq!(remark.contains("The IDs exist in the demo only"), is_demo && index > 0, "{remark}");
        }
    }
}
