//! What stands between the secret and its loss.

use std::time::Duration;

use atlas_secret::domain::{
    ApiError, ClipboardContent, CopyOutcome, Delivery, Disposition, Exit, ServerText, TerminalRoute,
};
use atlas_secret::tui::Command;
use atlas_secret::tui::screens::{LeaveConfirmation, Target};

use crate::stage::{SECRET_ID, Stage};
use crate::{
    COPIED, OURS, after_copy, asks_to_choose, assert_drawn, deletions, leaving, unreadable, without_id,
};

const SENT: CopyOutcome = CopyOutcome::Sent(TerminalRoute::Osc52);

fn not_copied() -> CopyOutcome {
    CopyOutcome::Failed { reasons: vec![ServerText::new("no display")] }
}

fn copying() -> Stage {
    let mut stage = Stage::created();
    stage.keys("c");
    stage
}

fn overwritten() -> Stage {
    let mut stage = after_copy(COPIED);
    stage.keys("q").clipboard(ClipboardContent::Overwritten).keys("esc");
    stage
}

#[track_caller]
fn assert_lost(stage: &Stage) {
    assert_eq!(
        (stage.exit(), stage.dispositions()),
        (Some(Exit::NotDelivered), vec![Disposition::NotDelivered])
    );
}

#[test]
fn every_key_that_leaves_asks_what_is_true_now() {
    type Case = (&'static str, fn() -> Stage, &'static str);
    let cases: [Case; 6] = [
        ("never copied", Stage::created, "choose"),
        ("copying", copying, "choose"),
        ("not copied", || after_copy(not_copied()), "choose"),
        ("overwritten", overwritten, "confirm"),
        ("sent", || after_copy(SENT), "confirm"),
        ("copied", || after_copy(COPIED), "checking"),
    ];
    let keys =
        [("q", Target::Quit), ("esc", Target::Quit), ("<ctrl-c>", Target::Quit), ("n", Target::Another)];
    for (key, target) in keys {
        for (name, make, expected) in cases {
            let mut stage = make();
            stage.keys(key);
            let asked = match leaving(&stage) {
                // Nothing would be asked, so Esc does not leave.
                None if (key, name) == ("esc", "copied") => continue,
                Some(LeaveConfirmation::Choose { problem: None, .. }) => "choose",
                Some(LeaveConfirmation::Confirm) => "confirm",
                Some(LeaveConfirmation::Checking) => "checking",
                other => panic!("{key} {name}: {other:?}"),
            };
            assert_eq!(asked, expected, "{key} {name}");
            assert_eq!(stage.shown().leaving.as_ref().unwrap().target, target, "{key} {name}");
            assert_eq!(stage.exit(), None);
        }
    }
}

#[test]
fn the_clipboard_is_read_before_the_question() {
    let mut stage = after_copy(COPIED);
    stage.keys("q y enter");
    assert!(matches!(leaving(&stage), Some(LeaveConfirmation::Checking)), "no question, no answer");
    stage.clipboard(OURS);
    let copied = Delivery::Copied { clears_in: Some(Duration::from_secs(60)) };
    assert_eq!(
        (stage.exit(), stage.dispositions()),
        (Some(Exit::Done), vec![Disposition::Delivered(vec![copied])])
    );
}

#[test]
fn the_harmless_choice_comes_first_and_the_others_follow_in_a_ring() {
    let rows = [
        ("q", "[ go back ]"),
        ("q tab", "[ delete it in Atlas ]"),
        ("q tab tab", "[ quit anyway ]"),
        ("q tab tab tab", "[ go back ]"),
        ("q up", "[ quit anyway ]"),
        ("q up up", "[ delete it in Atlas ]"),
    ];
    for (keys, expected) in rows {
        let mut stage = Stage::created();
        stage.keys(keys);
        assert_drawn(&stage, expected);
    }
}

#[test]
fn going_back_keeps_the_secret() {
    for keys in ["q enter", "q esc", "q g", "n esc", "<ctrl-c> enter"] {
        let mut stage = Stage::created();
        stage.keys(keys);
        assert!(
            leaving(&stage).is_none() && stage.dispositions().is_empty() && stage.exit().is_none(),
            "{keys}"
        );
    }
}

#[test]
fn a_deleted_secret_is_no_loss() {
    for keys in ["q d", "q tab enter"] {
        let mut stage = Stage::created();
        stage.keys(keys);
        assert!(matches!(stage.commands.last(), Some(Command::Delete(_, id, _)) if id.as_str() == SECRET_ID));
        stage.keys("esc y enter l");
        assert!(matches!(leaving(&stage), Some(LeaveConfirmation::Deleting(_))), "{keys}");
        stage.deleted(Ok(()));
        assert_eq!(
            (stage.exit(), stage.dispositions()),
            (Some(Exit::Done), vec![Disposition::Deleted]),
            "{keys}"
        );
    }
}

#[test]
fn a_deletion_that_fails_keeps_the_secret_and_says_why() {
    let mut stage = Stage::created();
    stage.keys("q d").deleted(Err(ApiError::not_sent(unreadable().cause)));
    assert_drawn(&stage, &format!("Not deleted. {}", unreadable().explain().title));
    assert_drawn(&stage, "[ go back ]");
    assert!(stage.dispositions().is_empty());
}

#[test]
fn a_secret_without_an_id_cannot_be_deleted() {
    let rows = [("q d", "[ go back ]"), ("q tab", "[ quit anyway ]"), ("q tab up", "[ go back ]")];
    for (keys, expected) in rows {
        let mut stage = Stage::created_as(without_id());
        stage.keys(keys);
        assert_drawn(&stage, expected);
        assert_eq!(deletions(&stage), 0);
    }
}

#[test]
fn ctrl_c_leaves_even_while_something_is_deleted() {
    let mut stage = Stage::created();
    stage.keys("q d <ctrl-c>");
    assert_lost(&stage);
    assert_eq!(stage.dispositions().len(), 1);
}

#[test]
fn ctrl_c_on_the_way_to_another_secret_asks_before_it_gets_out() {
    let mut stage = Stage::created();
    stage.keys("n <ctrl-c>");
    assert!(asks_to_choose(&stage) && stage.exit().is_none());
    stage.keys("<ctrl-c>");
    assert_lost(&stage);
}
