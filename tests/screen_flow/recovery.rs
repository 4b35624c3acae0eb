//! After a lost answer: what the search finds, what is deleted, and what the exit line says.

use std::time::Duration;

use atlas_secret::domain::{ApiError, Cause, Disposition, ExistingSecret, Exit, ServerText, ServiceAccount};
use atlas_secret::jobs::{PAUSES, Recheck};
use atlas_secret::tui::Command;

use crate::stage::{SECRET_ID, Stage, time};
use crate::*;

const FOUND: &str = " is new: created at 18:14:01 by Atlas's clock.";
const PAUSING: &str = "No new secret yet.";
const ASKED: &str = " in Atlas? y delete n back";

/// The answer was lost; the account held one secret before, and is being fetched.
fn lost_stage() -> Stage {
    let mut stage = Stage::fetching();
    stage.account(&[short_lived()]).answered(lost());
    stage
}

/// One secret is new.
fn found() -> Stage {
    let mut stage = lost_stage();
    stage.account(&[short_lived(), new(NEW)]);
    stage
}

/// The account was read once since the answer was lost.
fn searched(secrets: &[ExistingSecret]) -> Stage {
    let mut stage = lost_stage();
    stage.account(secrets);
    stage
}

/// One is new, and a client uses it.
fn in_use() -> Stage {
    let mut stage = found();
    stage.keys("d y").account(&[used()]);
    stage
}

/// Atlas said that it created the secret, and its value could not be read.
fn unreadable_value() -> Stage {
    let mut stage = Stage::posting();
    stage.answered(Err(ApiError::sent(Cause::ValueUnreadable(ServerText::new("it is larger than 1 MiB")))));
    stage
}

fn used() -> ExistingSecret {
    ExistingSecret { last_used_at: Some(time("2026-11-23T17:15:00Z")), ..new(NEW) }
}

fn created_at(text: &str) -> ExistingSecret {
    ExistingSecret { created_at: Some(time(text)), ..new(NEW) }
}

/// How often a record of this run was changed or removed.
fn changes(stage: &Stage) -> usize {
    stage.count(|command| matches!(command, Command::RecordSecret(..) | Command::SettleRecord))
}

#[test]
fn the_account_is_fetched_at_once_and_after_each_pause() {
    let mut stage = lost_stage();
    for pause in PAUSES {
        stage.account(&[short_lived()]);
        assert_drawn(&stage, PAUSING);
        stage.wake_after(pause.as_secs() - 1);
        assert_drawn(&stage, PAUSING);
        stage.wake_after(1);
        assert_drawn(&stage, "Reading the account's secrets");
    }
    stage.account(&[short_lived()]);
    assert_drawn(&stage, "No new secret has appeared in 17 s. One may still appear.");
    assert_not_drawn(&stage, "no change");
    assert_eq!(stage.posts(), 1);
    stage.keys("l").account(&[short_lived()]);
    assert_drawn(&stage, PAUSING);
    for pause in PAUSES {
        stage.wake_after(pause.as_secs()).account(&[short_lived()]);
    }
    assert_drawn(&stage, "Checked at 18:14:34: no change.");
    stage.keys("l").account(&[short_lived(), new(NEW)]);
    assert_not_drawn(&stage, "no change");
}

#[test]
fn one_new_unused_secret_of_that_time_is_recorded_and_named_on_the_way_out() {
    let mut stage = found();
    assert_drawn(&stage, FOUND);
    assert!(
        matches!(stage.commands.last(), Some(Command::RecordSecret(Some(found), _)) if *found == id(NEW))
    );
    stage.keys("q y");
    assert_eq!(stage.exit(), Some(Exit::NotDelivered), "nothing is on its way any more");
    assert_eq!(stage.app.shared.summaries[0].secret_id, Some(id(NEW)));
}

#[test]
fn quitting_while_a_secret_may_exist_asks_once_and_ctrl_c_twice_always_quits() {
    type Row = (&'static str, fn() -> Stage, &'static str);
    let rows: [Row; 7] = [
        ("searching", lost_stage, "A secret may exist in Atlas. Quit?"),
        ("none", || searched(&[short_lived()]), "A secret may exist in Atlas. Quit?"),
        (
            "several",
            || searched(&[new(NEW), new("dddddddddddddddddddddddd")]),
            "A secret may exist in Atlas.",
        ),
        ("found", found, "The secret stays in Atlas, and its value is lost. Quit?"),
        ("used", in_use, "The secret stays in Atlas, and its value is lost. Quit?"),
        ("running", Stage::given_up, "The response may still arrive and would be lost. Quit?"),
        ("unreadable", unreadable_value, "The secret stays in Atlas, and its value is lost. Quit?"),
    ];
    for (name, start, question) in rows {
        for first in ["q", "esc", "<ctrl-c>"] {
            let mut stage = start();
            stage.keys(first);
            assert_eq!(stage.exit(), None, "{name} {first}");
            assert_drawn(&stage, question);
            stage.keys("n");
            assert_not_drawn(&stage, question);
            assert_eq!(stage.exit(), None, "{name}: taken back");
            stage.keys(first).keys("y");
            assert_eq!(stage.exit(), Some(Exit::NotDelivered), "{name} {first}");
        }
        let mut stage = start();
        stage.keys("<ctrl-c> <ctrl-c>");
        assert_eq!(stage.exit(), Some(Exit::NotDelivered), "{name}");
    }
}

#[test]
fn nothing_says_that_it_is_unknown_what_is_known_by_now() {
    const UNKNOWN: &str = "does not say whether the secret was created";
    let certain: [fn() -> Stage; 3] = [found, in_use, unreadable_value];
    for start in certain {
        let stage = start();
        assert_drawn(&stage, "created, ");
        assert_not_drawn(&stage, "may have been created");
        assert_not_drawn(&stage, UNKNOWN);
    }
    for stage in [lost_stage(), searched(&[short_lived()])] {
        assert_drawn(&stage, "A secret may have been created");
        assert_drawn(&stage, UNKNOWN);
    }
}

#[test]
fn the_expiry_of_other_secrets_is_mentioned_only_where_there_may_be_some() {
    type Row = (fn() -> Stage, Option<&'static str>);
    let alone = || {
        let mut stage = Stage::posting();
        stage.answered(lost()).account(&[new(NEW)]);
        stage
    };
    let unread = || {
        let mut stage = Stage::fetching();
        stage.account_read(Err(unreadable())).keys("y").answered(lost()).account(&[new(NEW)]);
        stage
    };
    let rows: [Row; 3] = [
        (alone, None),
        (found, Some("does not restore the expiry of the account's other secrets.")),
        (unread, Some("does not restore the expiry of any other secret.")),
    ];
    for (start, expected) in rows {
        let mut deleted = start();
        deleted.keys("d y").account(&[]);
        let mut asked = start();
        asked.keys("d");
        for stage in [start(), asked, deleted] {
            match expected {
                Some(text) => assert_drawn(&stage, text),
                None => assert_not_drawn(&stage, "expiry"),
            }
        }
    }
}

#[test]
fn of_several_new_ones_each_is_listed_with_what_tells_them_apart_and_what_to_do() {
    let other = ExistingSecret { id: id("dddddddddddddddddddddddd"), ..used() };
    for (columns, rows) in [(80, 24), (56, 16)] {
        let mut stage = lost_stage();
        stage.size(columns, rows).account(&[short_lived(), new(NEW), other.clone()]);
        for text in [
            "…cccccc, created 18:14:01, never used",
            "…dddddd, created 18:14:01, last used just now",
            "Several new secrets appeared. The program cannot tell which one is yours.",
            "The project's Activity Feed shows which is yours. Delete it on the service account's page in Atlas.",
        ] {
            assert_drawn(&stage, text);
        }
    }
}

#[test]
fn what_is_not_certain_is_not_guessed() {
    let several: [&[ExistingSecret]; 3] =
        [&[used()], &[created_at("2026-11-23T17:12:59Z")], &[new(NEW), new("dddddddddddddddddddddddd")]];
    for secrets in several {
        let mut stage = Stage::posting();
        stage.answered(lost()).account(secrets).keys("d y");
        let message = match secrets {
            [_] => {
                "A new secret appeared, but it is in use or was created at another time. It may not be yours."
            }
            _ => "Several new secrets appeared. The program cannot tell which one is yours.",
        };
        assert_drawn(&stage, message);
        assert_eq!(deletions(&stage), 0, "{secrets:?}");
    }
}

#[test]
fn two_clocks_of_atlas_may_be_a_minute_apart() {
    let mut stage = Stage::fetching();
    let read_at = Some(time("2026-11-23T17:14:40Z"));
    stage.account_read(Ok(ServiceAccount { read_at, ..ServiceAccount::default() }));
    stage.answered(lost()).account(&[new(NEW)]);
    assert_drawn(&stage, FOUND);
}

#[test]
fn the_record_has_the_time_of_atlas_own_clock_and_of_the_question() {
    let mut stage = Stage::fetching();
    let read_at = Some(time("2026-11-23T19:30:00Z"));
    let secrets = vec![existing("2026-12-28T18:14:00Z")];
    stage.account_read(Ok(ServiceAccount { read_at, secrets, ..ServiceAccount::default() }));
    stage.later(Duration::from_secs(40)).keys("y");
    let begun = stage.journal.disk().begun.clone();
    assert_eq!(begun.map(|(at, _)| at), Some(time("2026-11-23T19:30:40Z")));
}

#[test]
fn where_the_account_could_not_be_fetched_before_the_time_alone_decides() {
    let mut stage = Stage::fetching();
    stage
        .account_read(Err(ApiError::sent(Cause::TimedOut(Duration::from_secs(3)))))
        .keys("y")
        .answered(lost());
    let old = ExistingSecret { created_at: Some(time("2026-10-01T00:00:00Z")), ..short_lived() };
    stage.account(&[old, new(NEW)]);
    assert_drawn(&stage, FOUND);
}

#[test]
fn a_search_that_fails_is_repeated_and_then_reported() {
    let mut stage = lost_stage();
    for pause in PAUSES {
        stage.account_read(Err(unreadable())).wake_after(pause.as_secs());
    }
    stage.account_read(Err(ApiError::sent(Cause::Unexpected { status: 503 })));
    assert_drawn(&stage, "Could not check the account's secrets. Unexpected response (503).");
}

#[test]
fn deleting_takes_y_and_one_more_fetch() {
    let mut stage = found();
    stage.keys("d enter");
    assert_drawn(&stage, ASKED);
    stage.keys("y");
    assert!(matches!(stage.commands.last(), Some(Command::Delete(_, of, Recheck::Yes)) if *of == id(NEW)));
    assert_drawn(&stage, "Checking whether it is in use");
    stage.account(&[short_lived(), new(NEW)]);
    assert_drawn(&stage, "Deleting …cccccc in Atlas");
    assert_eq!(stage.app.wake_in(), Some(Duration::from_millis(150)), "its spinner will turn");
    stage.keys("esc y d").deleted(Ok(()));
    assert_eq!((stage.dispositions(), deletions(&stage)), (vec![Disposition::Deleted], 1));
    assert!(matches!(stage.commands.last(), Some(Command::SettleRecord)));
    stage.keys("l");
    assert_drawn(&stage, "\u{2713} Deleted …cccccc, the secret whose value was lost");
    stage.keys("q");
    assert_eq!(stage.exit(), Some(Exit::Done));
}

#[test]
fn the_fetch_right_before_deleting_decides() {
    let mut in_use = found();
    in_use.keys("d y").account(&[used()]);
    assert_drawn(&in_use, "It has been used since, so a client has its value. It was not deleted.");
    assert_eq!(in_use.dispositions(), [Disposition::PerhapsCreated]);
    let mut gone = found();
    gone.keys("d y").account(&[]);
    assert_eq!(gone.dispositions(), [Disposition::Deleted]);
    for stage in [in_use, gone] {
        let sent = stage.atlas.take_waiting();
        assert!(
            !sent.iter().any(|call| matches!(call, stage::Call::Delete(..))),
            "nothing was to be deleted"
        );
    }
}

#[test]
fn a_deletion_that_fails_is_reported_and_can_be_tried_again() {
    let mut stage = found();
    stage.keys("d y").account(&[new(NEW)]).deleted(Err(ApiError::not_sent(unreadable().cause)));
    assert_drawn(&stage, "Not deleted.");
    stage.keys("d");
    assert_drawn(&stage, ASKED);
}

#[test]
fn deleting_what_was_found_can_be_taken_back() {
    for no in ["n", "esc", "<ctrl-c>"] {
        let mut stage = found();
        stage.keys("y d");
        assert_drawn(&stage, ASKED);
        stage.keys(no);
        assert_drawn(&stage, FOUND);
        assert_eq!((stage.exit(), deletions(&stage)), (None, 0), "{no}");
    }
}

#[test]
fn keeping_it_is_a_decision_and_still_a_loss() {
    let mut stage = found();
    stage.keys("k");
    assert_eq!((stage.is_on_form(), stage.dispositions()), (true, vec![Disposition::Kept]));
    assert_eq!(stage.count(|command| matches!(command, Command::SettleRecord)), 1);
    stage.keys("<ctrl-c>");
    assert_eq!(stage.exit(), Some(Exit::NotDelivered));
}

#[test]
fn while_the_post_runs_nothing_that_it_made_is_touched() {
    let mut stage = Stage::given_up();
    stage.account(&[new(NEW)]).keys("d k");
    assert_drawn(&stage, "its value may still arrive");
    assert_eq!((changes(&stage), deletions(&stage)), (0, 0));
    stage.answered(Ok(secret()));
    assert_eq!(stage.shown().secret.id, Some(id(SECRET_ID)), "the value came after all");
}

#[test]
fn once_no_answer_can_come_the_search_starts_again() {
    let mut stage = Stage::given_up();
    stage.account(&[]).answered(lost());
    assert_drawn(&stage, "Reading the account's secrets");
    stage.account(&[new(NEW)]).keys("d");
    assert_drawn(&stage, ASKED);
}

#[test]
fn the_next_fetch_comes_although_help_covers_it() {
    let mut stage = lost_stage();
    stage.account(&[]).keys("?").later(PAUSES[0]).account(&[short_lived(), new(NEW)]).keys("?");
    assert_drawn(&stage, FOUND);
}

#[test]
fn back_on_the_form_the_account_is_read_again() {
    let mut stage = found();
    stage.keys("b");
    assert!(stage.is_on_form() && stage.app.shared.account().is_none(), "what was known is from before");
}

#[test]
fn a_deletion_that_ends_in_a_panic_is_not_called_undone() {
    let mut stage = found();
    stage.keys("d y").account(&[new(NEW)]);
    // Without its answer the fake Atlas panics, and the job with it.
    drop(stage.atlas.take_waiting());
    stage.settle();
    assert_drawn(&stage, "It may have been deleted.");
    assert_eq!(stage.dispositions(), [Disposition::Lost]);
}
