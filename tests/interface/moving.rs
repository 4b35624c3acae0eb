//! Small actions that several screens share, and what `--yes` approves.

use atlas_secret::domain::Exit;
use atlas_secret::tui::screens::{FieldName, Focus, Notice};
use atlas_secret::tui::{Command, Event, Screen};

use crate::stage::{CLIENT, PROJECT, Stage};
use crate::*;

const LONG: &str = "2027-11-23T18:14:00Z";

#[test]
fn tab_cycles_through_the_recipes() {
    let recipes = ["atlas-secret", "Atlas CLI", "curl (token)", "curl (digest)", "Go"];
    let rows = [("f2", 0), ("f2 tab", 1), ("f2 tab tab tab tab tab", 0), ("f2 shift-tab", 4)];
    for (keys, expected) in rows {
        let stage = Stage::filled().after(keys);
        stage.shows(&format!("[{}]", recipes[expected]));
    }
}

#[test]
fn a_long_recipe_scrolls_and_the_next_one_starts_at_its_top() {
    let mut stage = Stage::filled().after("f2");
    stage.hides("more lines");
    stage.keys("shift-tab").shows("package main");
    stage.shows("more lines");
    stage.keys("down down").hides("package main");
    stage.shows("2 lines above");
    stage.keys("end").shows("fmt.Println(secret.GetSecret())");
    stage.hides("below");
    stage.keys("shift-tab tab").shows("package main");
}

#[test]
fn each_recipe_is_copied_separately() {
    let copies = |stage: &Stage| stage.count(|command| matches!(command, Command::CopyText(_)));
    let mut stage = Stage::filled().after("f2 c c");
    assert_eq!(copies(&stage), 1);
    stage.copied(COPIED).shows("Copied");
    stage.keys("tab").hides("Copied");
    stage.copied(COPIED).hides("Copied");
    stage.keys("c");
    assert_eq!(copies(&stage), 2);
}

#[test]
fn a_terminal_that_is_too_small_only_accepts_ctrl_c() {
    let mut stage = Stage::filled();
    stage.size(40, 10).keys("enter").paste("x");
    assert_eq!((stage.commands.len(), stage.text(FieldName::Lifetime)), (0, "720"));
    stage.keys("<ctrl-c>");
    assert_eq!(stage.exit(), Some(Exit::Done));
}

#[test]
fn a_failed_record_does_not_replace_another_message() {
    type Row = (fn() -> Stage, bool);
    let error_on_form = || Stage::posting().then(|stage| stage.post_finished(refused(401, "UNAUTHORIZED")));
    let rows: [Row; 3] = [(Stage::filled, true), (error_on_form, false), (Stage::created, false)];
    for (make, is_shown) in rows {
        let mut stage = make();
        stage.event(Event::RecordFailed("There is no room left.".to_owned()));
        let warns = matches!(stage.app.shared.form.notice, Some(Notice::Warning(_)));
        assert_eq!((warns, stage.app.shared.not_recorded.is_some()), (is_shown, true));
    }
}

#[test]
fn esc_dismisses_a_message() {
    let mut stage = Stage::posting();
    stage.post_finished(refused(401, "UNAUTHORIZED"));
    assert!(stage.app.shared.form.notice.is_some());
    stage.keys("esc");
    assert!(stage.app.shared.form.notice.is_none() && stage.exit().is_none());
}

#[test]
fn ctrl_l_repaints_the_screen() {
    let stage = Stage::filled().after("<ctrl-l>");
    assert!(matches!(stage.commands[..], [Command::Repaint]));
}

/// `--yes` on a terminal, until the account is fetched.
fn preapproved() -> Stage {
    Stage::filled().then(|stage| stage.submit_preapproved().signed_in(Ok(())))
}

#[test]
fn yes_skips_the_form_and_reports_shortened_secrets() {
    let mut stage = preapproved();
    stage.account(&[existing(LONG)]);
    assert_eq!((stage.posts(), stage.count(|command| matches!(command, Command::Report(_)))), (1, 1));
    stage.post_finished(Ok(secret()));
    assert!(stage.exit().is_none() && leaving(&stage).is_none(), "the secret is on the screen");
}

#[test]
fn with_yes_two_valid_secrets_lead_to_the_form_and_exit_code_1() {
    let mut stage = preapproved();
    stage.account(&[existing(LONG), existing(LONG)]);
    assert!(stage.is_on_form() && stage.exit().is_none());
    assert_eq!(stage.app.shared.form.focus, Focus::Button);
    stage.shows("[ Delete one first… ]").shows("Enter delete one").shows("23 Nov 2027");
    stage.keys("tab").shows("Ctrl-S delete one");
    stage.keys("<ctrl-c>");
    assert_eq!(stage.exit(), Some(Exit::NothingCreated));
}

#[test]
fn yes_deletes_an_expired_secret_only_with_replace_expired() {
    for replaces in [false, true] {
        let mut stage = Stage::filled();
        stage.app.shared.flags.replace_expired = replaces;
        stage
            .submit_preapproved()
            .signed_in(Ok(()))
            .account(&[existing("2026-01-01T00:00:00Z"), existing(LONG)]);
        let waiting = stage.atlas.take_waiting();
        let deletes = waiting.iter().any(|call| matches!(call, stage::Call::Delete(..)));
        assert_eq!((deletes, stage.is_on_form(), stage.posts()), (replaces, !replaces, 0));
    }
}

#[test]
fn yes_still_applies_after_a_rate_limit() {
    let mut stage = preapproved();
    stage.account(&[]).post_finished(refused(429, "RATE_LIMITED")).wake_after(60);
    stage.signed_in(Ok(())).account(&[existing(LONG)]);
    assert_eq!((stage.posts(), stage.exit()), (2, None));
}

#[test]
fn yes_applies_to_one_secret() {
    let mut stage = preapproved();
    stage
        .account(&[])
        .post_finished(Ok(secret()))
        .keys("n y enter")
        .signed_in(Ok(()))
        .account(&[existing(LONG)]);
    assert!(matches!(&stage.app.screen, Screen::Progress(progress) if progress.question.is_some()));
}

#[test]
fn the_search_works_in_a_terminal_without_a_size() {
    let mut stage = Stage::posting();
    stage.size(0, 0).post_finished(lost()).account(&[]).advance(Duration::from_secs(2)).account(&[new(NEW)]);
    stage.size(80, 24).shows(" appeared after the request");
}

#[test]
fn the_request_is_shown_as_a_command_and_copied_without_credentials() {
    let mut stage = Stage::filled().after("f2");
    assert!(matches!(stage.app.screen, Screen::Command(_)));
    stage.shows("atlas-secret --yes");
    stage.shows("Contains no credentials. c copies it.");
    stage.keys("tab c");
    let Some(Command::CopyText(text)) = stage.commands.last() else { panic!("nothing is copied") };
    assert!(text.contains(PROJECT) && text.contains(CLIENT) && text.contains("720"), "{text}");
    stage.copied(COPIED).keys("esc");
    assert!(stage.is_on_form());
}
