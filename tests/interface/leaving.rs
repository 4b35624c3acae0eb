//! Leaving the screen of an undelivered secret.

use std::time::Duration;

use atlas_secret::delivery::{ClipboardContent, CopyOutcome, LostCopy, TerminalRoute};
use atlas_secret::domain::{ApiError, Delivery, Disposition, Exit, Format, ServerText};
use atlas_secret::tui::Command;
use atlas_secret::tui::screens::{LeaveConfirmation, LeaveQuestion, Target};

use crate::stage::{SECRET_ID, Stage};
use crate::*;

const SENT: CopyOutcome = CopyOutcome::Sent(TerminalRoute::Osc52);

fn not_copied() -> CopyOutcome {
    CopyOutcome::Failed { reasons: vec![ServerText::new("no display")] }
}

fn copying() -> Stage {
    Stage::created().after("c")
}

fn overwritten() -> Stage {
    after_copy(COPIED).then(|stage| stage.keys("q").clipboard(ClipboardContent::Overwritten).keys("esc"))
}

#[test]
fn each_way_to_leave_asks_according_to_the_copy() {
    type Case = (&'static str, fn() -> Stage, &'static str);
    let cases: [Case; 6] = [
        ("never copied", Stage::created, "anyway"),
        ("copying", copying, "anyway"),
        ("not copied", || after_copy(not_copied()), "anyway"),
        ("overwritten", overwritten, "confirm"),
        ("sent", || after_copy(SENT), "confirm"),
        ("copied", || after_copy(COPIED), "checking"),
    ];
    let keys =
        [("q", Target::Quit), ("esc", Target::Quit), ("<ctrl-c>", Target::Quit), ("n", Target::Another)];
    for (key, target) in keys {
        for (name, make, expected) in cases {
            let stage = make().after(key);
            let question = match leaving(&stage) {
                // There is no question in this case, so Esc does not leave.
                None if (key, name) == ("esc", "copied") => continue,
                Some(LeaveConfirmation::Asking(LeaveQuestion::LeaveAnyway, None)) => "anyway",
                Some(LeaveConfirmation::Asking(_, None)) => "confirm",
                Some(LeaveConfirmation::Checking) => "checking",
                other => panic!("{key} {name}: {other:?}"),
            };
            assert_eq!(question, expected, "{key} {name}");
            assert_eq!(stage.created_screen().leaving.as_ref().unwrap().target, target, "{key} {name}");
            assert_eq!(stage.exit(), None);
        }
    }
}

#[test]
fn leaving_checks_the_clipboard_before_asking() {
    let mut stage = after_copy(COPIED).after("q y enter");
    assert!(matches!(leaving(&stage), Some(LeaveConfirmation::Checking)), "there is no question yet");
    stage.clipboard(OURS);
    let copied = Delivery::Copied { clears_in: Some(Duration::from_secs(60)) };
    stage.left(Exit::Done, &[Disposition::Delivered(vec![copied])]);
}

#[test]
fn each_question_says_what_is_known_then_asks_then_names_its_keys() {
    let rows: Vec<(Stage, &str, &str)> = vec![
        (
            Stage::created(),
            "q",
            "cannot be shown again. Quit anyway? y quit n back c copy d delete this secret",
        ),
        (
            Stage::created(),
            "n",
            "shown again. Continue without it? y continue n back c copy d delete this secret",
        ),
        (Stage::created_as(without_id()), "q", "Quit anyway? y quit n back c copy"),
        (
            Stage::created().with_output(Format::Json),
            "<ctrl-c>",
            "Quit anyway? y quit without writing n back c copy d delete this secret",
        ),
        // Someone may have it in a moment, so it cannot be deleted.
        (
            copying(),
            "q",
            "cannot be shown again. Quit anyway? y quit n back c copy y quit n back c copy ? help",
        ),
        (after_copy(SENT), "q", "paste to check. Did it arrive? y quit n back c copy"),
        (after_copy(SENT), "n", "paste to check. Did it arrive? y continue n back c copy"),
        (overwritten(), "q", "holds something else now. Already pasted? y quit n back c copy"),
    ];
    for (mut stage, key, expected) in rows {
        stage.keys(key).shows(expected);
        // Neither Enter nor any other key answers the question.
        stage.keys("enter tab l").shows(expected);
    }
}

/// A secret that may have arrived somewhere is not offered for deletion.
#[test]
fn only_a_secret_that_no_one_has_is_deleted_before_leaving() {
    for mut stage in [after_copy(SENT), overwritten()] {
        stage.keys("q d");
        assert!(leaving(&stage).is_some() && deletions(&stage) == 0);
    }
}

#[test]
fn a_question_that_would_be_another_by_now_is_taken_away() {
    let unverified = || after_copy(CopyOutcome::Copied { is_verified: false, clears_in: None });
    let mut proved = unverified();
    proved.keys("q").clipboard(ClipboardContent::Unreadable).shows("Did it arrive?");
    proved.wake_after(10).clipboard(OURS);
    assert!(leaving(&proved).is_none() && proved.exit().is_none());
    let mut lost = unverified();
    lost.keys("q").clipboard(ClipboardContent::Unreadable);
    lost.wake_after(10).clipboard(ClipboardContent::Lost(LostCopy::DisplayGone));
    assert!(leaving(&lost).is_none(), "a yes would be an answer to another question");
}

#[test]
fn going_back_keeps_the_secret() {
    for keys in ["q esc", "q n", "n n", "n esc", "<ctrl-c> n"] {
        let stage = Stage::created().after(keys);
        assert!(
            leaving(&stage).is_none() && stage.dispositions().is_empty() && stage.exit().is_none(),
            "{keys}"
        );
    }
}

#[test]
fn c_copies_in_every_question_before_leaving() {
    for mut stage in [Stage::created(), after_copy(SENT), overwritten()] {
        stage.size(100, 24).keys("q").shows("Ctrl-C quit now");
        stage.keys("c");
        assert!(leaving(&stage).is_none() && matches!(stage.commands.last(), Some(Command::Copy(..))));
    }
}

#[test]
fn a_deleted_secret_is_no_loss() {
    let mut stage = Stage::created().after("q d y");
    assert!(matches!(stage.commands.last(), Some(Command::Delete(_, id, _)) if id.as_str() == SECRET_ID));
    stage.keys("esc y enter");
    assert!(matches!(leaving(&stage), Some(LeaveConfirmation::Deleting(_))));
    stage.deleted(Ok(()));
    stage.left(Exit::Done, &[Disposition::Deleted]);
}

/// On the screen behind the question, the same key deletes the old secret.
#[test]
fn deleting_the_new_secret_asks_and_is_reported() {
    for no in ["n", "esc", "<ctrl-c>"] {
        let mut stage = Stage::created().after("q d");
        stage.shows("Delete the new secret? It was not delivered. y delete n back");
        stage.keys("d enter").keys(no).shows("Quit anyway?");
        assert_eq!((deletions(&stage), stage.exit()), (0, None), "{no}");
    }
    let mut stage = Stage::created().after("n d y");
    stage.deleted(Ok(())).shows("Deleted secret 6650f0aa12bc34de56f07890.");
    assert!(stage.is_on_form());
}

#[test]
fn a_second_q_says_which_keys_answer() {
    for key in ["q", "enter"] {
        let mut stage = Stage::created().after("q");
        stage.keys(key).shows("Press y (quit) or n (back).");
        assert!(stage.exit().is_none());
    }
}

#[test]
fn a_failed_deletion_keeps_the_secret_and_shows_why() {
    let mut stage = Stage::created();
    stage.keys("q d y").deleted(Err(ApiError::not_sent(unreadable().cause)));
    stage.shows(&format!("Not deleted. Sign-in failed. {}", unreadable().title()));
    stage.shows("Quit anyway?");
    assert!(stage.dispositions().is_empty());
}

#[test]
fn a_secret_without_an_id_cannot_be_deleted() {
    let stage = Stage::created_as(without_id()).after("q d");
    stage.shows("Quit anyway?");
    assert_eq!(deletions(&stage), 0);
}

#[test]
fn ctrl_c_quits_even_during_a_deletion() {
    let stage = Stage::created().after("q d y <ctrl-c>");
    stage.left(Exit::NotDelivered, &[Disposition::NotDelivered]);
}

#[test]
fn ctrl_c_in_the_question_before_another_secret_asks_first() {
    let mut stage = Stage::created().after("n <ctrl-c>");
    assert!(asks_to_choose(&stage) && stage.exit().is_none());
    stage.keys("<ctrl-c>");
    stage.left(Exit::NotDelivered, &[Disposition::NotDelivered]);
}

/// The question and the message after quitting describe the same outcome.
#[test]
fn the_question_and_the_exit_message_agree() {
    const NEVER: &str = "never delivered. Delete it in Atlas";
    const SENT_AWAY: &str = "sent to your terminal, which does not confirm it";
    const LATER: &str = "You copied it before. The clipboard may no longer hold it. Already pasted?";
    let unverified = || after_copy(CopyOutcome::Copied { is_verified: false, clears_in: None });
    let copied_again = |outcome: Option<CopyOutcome>| {
        let mut stage = after_copy(COPIED).after("c");
        if let Some(outcome) = outcome {
            stage.copied(outcome);
        }
        stage
    };
    let rows: Vec<(Stage, &str, &str, String)> = vec![
        (
            Stage::created(),
            "q y",
            "You have not copied or saved this secret. After you quit, it cannot be shown again. Quit anyway?",
            NEVER.to_owned(),
        ),
        (
            copying(),
            "q y",
            "This secret is still being delivered.",
            "it was being delivered when the program ended. Check where it was going before you delete it in Atlas"
                .to_owned(),
        ),
        (
            after_copy(SENT),
            "q y",
            "Sent to your terminal (OSC 52). Terminals do not confirm it: paste to check. Did it arrive?",
            format!("{SENT_AWAY}; you confirmed that it arrived"),
        ),
        (
            after_copy(SENT),
            "<ctrl-c> <ctrl-c>",
            "Did it arrive?",
            format!("{SENT_AWAY}. Delete it in Atlas if it did not arrive"),
        ),
        (
            unverified(),
            "q y",
            "Sent to the clipboard, but it could not be read back: paste to check. Did it arrive?",
            "sent to the clipboard, which could not be read back; you confirmed that it arrived".to_owned(),
        ),
        (
            overwritten(),
            "q y",
            "The clipboard holds something else now. Already pasted?",
            "copied to the clipboard earlier".to_owned(),
        ),
        (copied_again(None), "q y", LATER, "copied to the clipboard earlier".to_owned()),
        (copied_again(Some(not_copied())), "q y", LATER, "copied to the clipboard earlier".to_owned()),
        (
            copied_again(Some(SENT)),
            "q y",
            "Sent to your terminal (OSC 52). Terminals do not confirm it: paste to check.",
            format!("{SENT_AWAY}; you confirmed that it arrived"),
        ),
    ];
    for (mut stage, keys, question, last_line) in rows {
        let (ask, answer) = keys.split_once(' ').unwrap();
        stage.keys(ask);
        if matches!(leaving(&stage), Some(LeaveConfirmation::Checking)) {
            stage.clipboard(ClipboardContent::Unreadable);
        }
        stage.shows(question);
        stage.keys(answer);
        let messages = stage.dispositions().last().map(Disposition::message);
        assert_eq!(messages, Some(format!("{last_line}.")), "{question}");
    }
}

#[test]
fn ctrl_c_in_a_small_terminal_closes_nothing_and_quits_after_a_warning() {
    type Row = (Stage, &'static str, &'static str, Exit);
    const UNSENT: &str = "Secret not delivered.";
    let open = |mut stage: Stage, keys: &str| {
        stage.keys(keys);
        stage
    };
    let older = || Stage::created().then(|stage| stage.keys("d").account(&[with_mask("9f3a")]));
    let rows: Vec<Row> = vec![
        (Stage::created(), UNSENT, "Deliver", Exit::NotDelivered),
        (older(), UNSENT, "Older secrets", Exit::NotDelivered),
        (open(older(), "d"), UNSENT, "Delete …9f3a?", Exit::NotDelivered),
        (open(Stage::created(), "s"), UNSENT, "Save to", Exit::NotDelivered),
        (open(Stage::created(), "p"), UNSENT, "Run", Exit::NotDelivered),
        (open(Stage::created(), "f"), UNSENT, "Copy as", Exit::NotDelivered),
        (open(Stage::created(), "n"), UNSENT, "Continue without it?", Exit::NotDelivered),
        (open(Stage::created(), "?"), UNSENT, "copy the secret", Exit::NotDelivered),
        (after_copy(SENT), "The secret's delivery is not confirmed.", "Sent to your", Exit::NotDelivered),
        (Stage::stopped_waiting(), "A secret is being created.", "Still waiting", Exit::NotDelivered),
        (open(Stage::posting(), "esc"), "A secret is being created.", "Stop waiting?", Exit::NotDelivered),
    ];
    for (mut stage, line, beneath, exit) in rows {
        stage.shows(beneath);
        let before = stage.commands.len();
        stage.size(55, 15).keys("x <ctrl-c>").shows(&format!("{line} Ctrl-C again quits."));
        stage.size(80, 24).shows(beneath);
        assert_eq!(stage.commands.len(), before, "{beneath}");
        stage.size(55, 15);
        let warning = format!("{line} Enlarge the terminal to 56 columns × 16 rows. Ctrl-C twice quits.");
        stage.shows(&warning);
        stage.keys("<ctrl-c> <ctrl-c>").wake_after(3);
        assert_eq!(stage.exit(), Some(exit), "{beneath}");
    }
    for (mut stage, keys) in [(after_copy(COPIED), "s"), (Stage::filled(), "f2"), (Stage::filled(), "?")] {
        stage.keys(keys).size(55, 15).shows("Nothing is lost.");
        stage.keys("<ctrl-c>");
        assert_eq!(stage.exit(), Some(Exit::Done), "{keys}");
    }
}
