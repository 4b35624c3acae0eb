//! After a lost response: the search, deleting, and the exit message.

use std::time::Duration;

use atlas_secret::domain::{ApiError, Cause, Disposition, ExistingSecret, Exit, ServerText, ServiceAccount};
use atlas_secret::jobs::{PAUSES, Recheck};
use atlas_secret::tui::Command;
use atlas_secret::tui::screens::FieldName;

use crate::stage::{SECRET_ID, Stage, time};
use crate::*;

const FOUND: &str = " appeared after the request (created 18:14:01 by Atlas's clock).";
const PAUSING: &str = "No new secret yet.";
const QUESTION: &str = " in Atlas? y delete n back";

/// The response was lost. The account had one secret before, and is being fetched.
fn searching() -> Stage {
    Stage::fetching().then(|stage| stage.account(&[short_lived()]).post_finished(lost()))
}

/// The search found a new secret.
fn found() -> Stage {
    searching().then(|stage| stage.account(&[short_lived(), new(NEW)]))
}

/// The account was read once after the response was lost.
fn searched(secrets: &[ExistingSecret]) -> Stage {
    searching().then(|stage| stage.account(secrets))
}

/// The search found a new secret, which is in use.
fn in_use() -> Stage {
    found().then(|stage| stage.keys("d y").account(&[used()]))
}

/// Atlas created the secret, but its value could not be read.
fn unreadable_value() -> Stage {
    Stage::posting().then(|stage| {
        stage.post_finished(Err(ApiError::sent(Cause::ValueUnreadable(
            ServerText::new("it is larger than 1 MiB"),
            None,
        ))))
    })
}

fn used() -> ExistingSecret {
    ExistingSecret { last_used_at: Some(time("2026-11-23T17:15:00Z")), ..new(NEW) }
}

fn created_at(text: &str) -> ExistingSecret {
    ExistingSecret { created_at: Some(time(text)), ..new(NEW) }
}

/// The number of times that this run changed or removed its record.
fn changes(stage: &Stage) -> usize {
    stage.count(|command| matches!(command, Command::RecordSecret(..) | Command::RemoveRecord))
}

#[test]
fn the_account_is_fetched_at_once_and_after_each_pause() {
    let mut stage = searching();
    for pause in PAUSES {
        stage.account(&[short_lived()]).shows(PAUSING);
        stage.wake_after(pause.as_secs() - 1).shows(PAUSING);
        stage.wake_after(1).shows("Reading the account's secrets");
    }
    stage.account(&[short_lived()]).shows("No new secret has appeared in 17 s. One may still appear.");
    assert_eq!(stage.posts(), 1);
    stage.keys("l").account(&[short_lived()]).shows(PAUSING);
    for pause in PAUSES {
        stage.wake_after(pause.as_secs()).account(&[short_lived()]);
    }
    stage.shows("No new secret has appeared in 34 s. One may still appear.");
}

#[test]
fn a_single_new_unused_secret_is_recorded_and_reported_on_exit() {
    let mut stage = found();
    stage.shows(FOUND);
    assert!(
        matches!(stage.commands.last(), Some(Command::RecordSecret(Some(found), _)) if *found == id(NEW))
    );
    stage.keys("q y");
    assert_eq!(stage.exit(), Some(Exit::NotDelivered), "no response can arrive any more");
    assert_eq!(stage.app.shared.summaries[0].secret_id, Some(id(NEW)));
}

#[test]
fn quitting_while_a_secret_may_exist_asks_once_and_ctrl_c_twice_always_quits() {
    type Row = (&'static str, fn() -> Stage, &'static str);
    let rows: [Row; 7] = [
        ("searching", searching, "A secret may exist in Atlas. Quit?"),
        ("none", || searched(&[short_lived()]), "A secret may exist in Atlas. Quit?"),
        (
            "several",
            || searched(&[new(NEW), new("dddddddddddddddddddddddd")]),
            "A secret may exist in Atlas.",
        ),
        ("found", found, "The secret stays in Atlas, and its value is lost. Quit?"),
        ("used", in_use, "The secret stays in Atlas, and its value is lost. Quit?"),
        ("running", Stage::stopped_waiting, "The response may still arrive and would be lost. Quit?"),
        ("unreadable", unreadable_value, "The secret stays in Atlas, and its value is lost. Quit?"),
    ];
    for (name, start, question) in rows {
        for first in ["q", "esc", "<ctrl-c>"] {
            let mut stage = start().after(first);
            assert_eq!(stage.exit(), None, "{name} {first}");
            stage.shows(question);
            stage.keys("n").hides(question);
            assert_eq!(stage.exit(), None, "{name}: canceled");
            stage.keys(first).keys("y");
            assert_eq!(stage.exit(), Some(Exit::NotDelivered), "{name} {first}");
        }
        let stage = start().after("<ctrl-c> <ctrl-c>");
        assert_eq!(stage.exit(), Some(Exit::NotDelivered), "{name}");
    }
}

#[test]
fn an_id_in_a_response_without_a_value_is_shown_recorded_and_reported() {
    let id = own_id();
    let lost = ApiError::sent(Cause::ValueUnreadable(ServerText::new("x"), Some(id.clone())));
    let mut stage = Stage::posting().then(|stage| stage.post_finished(Err(lost)));
    stage.shows(&format!("Secret ID {id}"));
    assert_eq!(stage.count(|command| matches!(command, Command::RecordSecret(Some(_), None))), 1);
    // The account's list may be older than the response.
    stage.account(&[]).hides("no longer in this account");
    assert_eq!(stage.app.shared.summaries[0].secret_id, Some(id.clone()));
    stage.keys("k").shows(&format!("Secret {id} stays in Atlas. Its value is still lost."));
}

#[test]
fn once_the_secret_is_known_the_screen_does_not_say_unknown() {
    const UNKNOWN: &str = "does not say whether the secret was created";
    let certain: [fn() -> Stage; 3] = [found, in_use, unreadable_value];
    for start in certain {
        let stage = start();
        stage.shows("created, ");
        stage.hides("may have been created");
        stage.hides(UNKNOWN);
    }
    for stage in [searching(), searched(&[short_lived()])] {
        stage.shows("A secret may have been created");
        stage.shows(UNKNOWN);
    }
}

#[test]
fn deleting_says_that_it_does_not_undo_the_early_expiry() {
    for stage in [found(), found().after("d")] {
        stage.shows("Deleting it does not restore the expiry of other secrets.");
    }
}

#[test]
fn several_new_secrets_are_listed_with_details_and_advice() {
    let other = ExistingSecret { id: id("dddddddddddddddddddddddd"), ..used() };
    for (columns, rows) in [(80, 24), (56, 16)] {
        let mut stage = searching();
        stage.size(columns, rows).account(&[short_lived(), new(NEW), other.clone()]);
        for text in [
            "…cccccc, created 18:14:01, never used",
            "…dddddd, created 18:14:01, used just now",
            "Several new secrets appeared. The program cannot tell which one is yours.",
            "The project's Activity Feed shows which is yours. Delete it on the service account's page in Atlas.",
        ] {
            stage.shows(text);
        }
    }
}

#[test]
fn an_uncertain_match_is_not_offered_for_deletion() {
    let several: [&[ExistingSecret]; 3] =
        [&[used()], &[created_at("2026-11-23T17:12:59Z")], &[new(NEW), new("dddddddddddddddddddddddd")]];
    for secrets in several {
        let mut stage = Stage::posting();
        stage.post_finished(lost()).account(secrets).keys("d y");
        let message = match secrets {
            [_] => {
                "A new secret appeared, but it is in use or was created at another time. It may not be yours."
            }
            _ => "Several new secrets appeared. The program cannot tell which one is yours.",
        };
        stage.shows(message);
        assert_eq!(deletions(&stage), 0, "{secrets:?}");
    }
}

#[test]
fn the_record_has_the_time_of_atlas_when_the_question_was_answered() {
    let mut stage = Stage::fetching();
    let read_at = Some(time("2026-11-23T19:30:00Z"));
    let secrets = vec![existing("2026-12-28T18:14:00Z")];
    stage.account_read(Ok(ServiceAccount { read_at, secrets, ..ServiceAccount::default() }));
    stage.advance(Duration::from_secs(40)).keys("y");
    let begun = stage.journal.disk().last_begin.clone();
    assert_eq!(begun.map(|(at, _)| at), Some(time("2026-11-23T19:30:40Z")));
}

#[test]
fn without_an_earlier_list_the_creation_time_identifies_the_secret() {
    let mut stage = Stage::fetching();
    stage
        .account_fails(&ApiError::sent(Cause::TimedOut(Duration::from_secs(3))))
        .keys("y")
        .post_finished(lost());
    let old = ExistingSecret { created_at: Some(time("2026-10-01T00:00:00Z")), ..short_lived() };
    stage.account(&[old, new(NEW)]).shows(FOUND);
}

#[test]
fn a_search_that_fails_is_repeated_and_then_reported() {
    let mut stage = searching();
    for pause in PAUSES {
        stage.account_read(Err(unreadable())).wake_after(pause.as_secs());
    }
    stage.account_read(Err(ApiError::sent(Cause::Unexpected { status: 503 })));
    stage.shows("Could not check the account's secrets. Unexpected response (503).");
}

#[test]
fn deleting_asks_first_and_fetches_the_account_again() {
    let mut stage = found().after("d enter");
    stage.shows(QUESTION);
    stage.keys("y");
    assert!(matches!(stage.commands.last(), Some(Command::Delete(_, of, Recheck::Yes)) if *of == id(NEW)));
    stage.shows("Checking whether it is in use");
    stage.account(&[short_lived(), new(NEW)]).shows("Deleting …cccccc in Atlas");
    assert_eq!(stage.wake_in(), Some(Duration::from_millis(150)), "the spinner will start");
    stage.keys("esc y d").deleted(Ok(()));
    assert_eq!((stage.dispositions(), deletions(&stage)), (vec![Disposition::Deleted], 1));
    assert_eq!(stage.count(|command| matches!(command, Command::RemoveRecord)), 1);
    stage.shows(&format!("\u{2713} Deleted secret {NEW}. You can create a secret now."));
    stage.keys("<ctrl-c>");
    assert_eq!(stage.exit(), Some(Exit::Done));
}

#[test]
fn a_secret_that_is_in_use_or_gone_is_not_deleted() {
    let mut in_use = found();
    in_use.keys("d y").account(&[used()]);
    in_use.shows("It has been used since, so a client has its value. It was not deleted.");
    assert_eq!(in_use.dispositions(), [Disposition::PerhapsCreated]);
    let mut gone = found();
    gone.keys("d y").account(&[]);
    assert_eq!(gone.dispositions(), [Disposition::Deleted]);
    for stage in [in_use, gone] {
        let sent = stage.atlas.take_waiting();
        assert!(!sent.iter().any(|call| matches!(call, stage::Call::Delete(..))), "no deletion may be sent");
    }
}

#[test]
fn a_failed_deletion_is_reported_and_can_be_retried() {
    let mut stage = found();
    stage.keys("d y").account(&[new(NEW)]).deleted(Err(ApiError::not_sent(unreadable().cause)));
    stage.shows("Not deleted.");
    stage.keys("d").shows(QUESTION);
}

#[test]
fn deleting_the_found_secret_can_be_canceled() {
    for no in ["n", "esc", "<ctrl-c>"] {
        let mut stage = found().after("y d");
        stage.shows(QUESTION);
        stage.keys(no).shows(FOUND);
        assert_eq!((stage.exit(), deletions(&stage)), (None, 0), "{no}");
    }
}

#[test]
fn keeping_the_found_secret_still_counts_as_not_delivered() {
    let mut stage = found().after("k");
    assert_eq!((stage.is_on_form(), stage.dispositions()), (true, vec![Disposition::Kept]));
    assert_eq!(stage.count(|command| matches!(command, Command::RemoveRecord)), 1);
    let before = stage.text(FieldName::Project).to_owned();
    stage.keys("q");
    assert_eq!(stage.text(FieldName::Project), before, "a letter for the last screen replaces no ID");
    stage.keys("<ctrl-c>");
    assert_eq!(stage.exit(), Some(Exit::NotDelivered));
}

#[test]
fn while_the_post_is_running_its_secret_cannot_be_deleted() {
    let mut stage = Stage::stopped_waiting();
    stage.account(&[new(NEW)]).keys("d k").shows("its value may still arrive");
    assert_eq!((changes(&stage), deletions(&stage)), (0, 0));
    assert_eq!(stage.app.shared.summaries[0].secret_id, Some(id(NEW)), "the exit message names it");
    stage.post_finished(Ok(secret()));
    assert_eq!(stage.created_screen().secret.id, Some(id(SECRET_ID)), "the value has arrived");
}

#[test]
fn after_the_response_is_lost_the_search_starts_again() {
    let mut stage = Stage::stopped_waiting();
    stage.account(&[]).post_finished(lost()).shows("Reading the account's secrets");
    stage.account(&[new(NEW)]).keys("d").shows(QUESTION);
}

#[test]
fn the_search_continues_while_the_help_is_open() {
    let mut stage = searching();
    stage.account(&[]).keys("?").advance(PAUSES[0]).account(&[short_lived(), new(NEW)]).keys("?");
    stage.shows(FOUND);
}

#[test]
fn returning_to_the_form_discards_the_account() {
    let stage = found().after("b");
    assert!(stage.is_on_form() && stage.app.shared.account().is_none(), "the known state is outdated");
}

#[test]
fn a_request_in_doubt_stays_on_the_form_and_another_one_asks_first() {
    let in_doubt = "may have created a secret for this account. If so, its value is lost.";
    let mut stage = searched(&[short_lived()]).after("b");
    stage.shows(&format!("An earlier request at 18:14:00 {in_doubt}"));
    for (keys, posts) in [("enter", 1), ("n", 1), ("enter", 1), ("y", 2)] {
        stage.keys(keys);
        if keys == "enter" {
            stage.signed_in(Ok(())).account(&[short_lived()]);
            stage.shows("Create a secret for").shows(in_doubt).shows("y create n back");
        }
        if keys == "n" {
            stage.shows("Stopped. Nothing more was created.").shows(in_doubt);
        }
        assert_eq!(stage.posts(), posts, "{keys}");
    }
}

#[test]
fn a_lost_secret_that_was_found_kept_or_deleted_is_not_in_doubt() {
    let deleted = || found().then(|stage| stage.keys("d y").account(&[]));
    for (name, mut stage) in
        [("found", found().after("b")), ("kept", found().after("k")), ("deleted", deleted())]
    {
        stage.hides("An earlier request");
        stage.keys("enter").signed_in(Ok(())).account(&[]);
        assert_eq!(stage.posts(), 2, "{name}");
    }
}

#[test]
fn after_a_panic_a_deletion_may_have_happened() {
    let mut stage = found();
    stage.keys("d y").account(&[new(NEW)]);
    // Dropping the request makes the fake Atlas panic, and the job with it.
    drop(stage.atlas.take_waiting());
    stage.settle();
    stage.shows("The secret may have been deleted.");
    assert_eq!(stage.dispositions(), [Disposition::PerhapsCreated]);
}
