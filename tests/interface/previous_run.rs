//! Records of an earlier run: shown at the start, then deleted, kept, searched for, or left for later.

use atlas_secret::domain::{
    AccountRef, BaseUrl, Disposition, ExistingSecret, Exit, Identity, JournalEntry, PendingRecord, ProjectId,
    SecretId, ServerText, Session,
};
use atlas_secret::tui::screens::Form;
use atlas_secret::tui::{Command, Event, Screen};

use crate::stage::{CLIENT, PROJECT, SECRET_ID, Stage, client, time};
use crate::*;

const OTHER_HOST: &str = "https://atlas.example.com";
const USED: &str = "It has been used since, so a client has its value. It was not deleted.";

fn start_with_record(secret_id: Option<&str>, base_url: &str) -> Stage {
    start_with(vec![record(0, secret_id, base_url)])
}

fn record(number: usize, secret_id: Option<&str>, base_url: &str) -> PendingRecord {
    let entry = JournalEntry {
        base_url: BaseUrl::parse(base_url).unwrap(),
        identity: ServerText::new("access token"),
        account: AccountRef { project: ProjectId::parse(PROJECT).unwrap(), client: client() },
        begun_at: time("2026-11-20T10:00:00Z"),
        ids_before: Some(Vec::new()),
        secret_id: secret_id.and_then(SecretId::from_server),
        expires_at: None,
    };
    PendingRecord { number, entry }
}

fn start_with(records: Vec<PendingRecord>) -> Stage {
    let session = Session::remote(&BaseUrl::parse(BaseUrl::CLOUD).unwrap(), Identity::AccessToken);
    let mut stage = Stage::new(session, Form::new(PROJECT, CLIENT, "720"));
    stage.event(Event::PendingRecordsFound(records));
    assert!(matches!(stage.app.screen, Screen::Recovery(_)));
    stage
}

/// The record of a secret that was created.
fn with_id() -> Stage {
    start_with_record(Some(SECRET_ID), BaseUrl::CLOUD)
}

/// The record of a POST whose response was lost.
fn without_id() -> Stage {
    start_with_record(None, BaseUrl::CLOUD)
}

fn own() -> ExistingSecret {
    ExistingSecret { id: own_id(), ..existing("2026-12-20T10:00:00Z") }
}

fn used() -> ExistingSecret {
    ExistingSecret { last_used_at: Some(time("2026-11-21T10:00:00Z")), ..own() }
}

fn secret_created_at(created_at: &str) -> ExistingSecret {
    ExistingSecret { created_at: Some(time(created_at)), ..existing("2026-12-20T10:00:00Z") }
}

fn settled(stage: &Stage) -> usize {
    stage.count(|command| matches!(command, Command::RemovePrevious(0)))
}

/// The number of waiting requests, and how many of them are deletions.
fn sent(stage: &Stage) -> (usize, usize) {
    let waiting = stage.atlas.take_waiting();
    let deletions = waiting.iter().filter(|call| matches!(call, stage::Call::Delete(..))).count();
    let count = waiting.len();
    stage.atlas.put_back(waiting);
    (count, deletions)
}

#[test]
fn a_record_can_be_deleted_kept_or_left_for_later() {
    let mut stage = with_id().after("d enter");
    assert_eq!(deletions(&stage), 0, "Enter does not confirm");
    stage.keys("y").account(&[own()]).deleted(Ok(()));
    assert_eq!((settled(&stage), stage.is_on_form()), (1, true));
    stage.shows(&format!("Deleted secret {}.", own_id()));
    assert_eq!(stage.dispositions(), [Disposition::Deleted], "it is reported on the way out, too");

    for (keys, exit, settles) in [("k", None, 1), ("esc", None, 0), ("q", Some(Exit::Done), 0)] {
        let stage = with_id().after(keys);
        assert_eq!((settled(&stage), stage.exit()), (settles, exit), "{keys}");
        assert!(stage.is_on_form() || exit.is_some(), "{keys}");
        if keys == "k" {
            stage.shows("stays in Atlas. It will not be reported again.");
        }
    }
}

#[test]
fn several_records_are_numbered_and_the_kept_secret_is_named() {
    let mut stage =
        start_with(vec![record(0, Some(SECRET_ID), BaseUrl::CLOUD), record(1, None, BaseUrl::CLOUD)]);
    stage.shows("! 1 of 2: A previous run created a secret");
    stage.keys("esc").shows("! 2 of 2: A previous run may have created a secret");
    stage.keys("k").shows("If the secret was created, it stays in Atlas. It will not be reported again.");
    let mut stage = with_id();
    stage.hides("1 of 1");
    stage.keys("k");
    stage.shows(&format!("Secret {SECRET_ID} stays in Atlas. It will not be reported again."));
}

/// Before and after a search, the screen says the same about the value.
#[test]
fn a_search_does_not_contradict_the_message_about_the_value() {
    const KEEP: &str = "If you have its value, press k.";
    let (delivered, lost) = ("It may not have been delivered.", "its value is lost.");
    for (mut stage, text, other) in [(with_id(), delivered, lost), (without_id(), lost, delivered)] {
        let has_id = text == delivered;
        let found = ExistingSecret { created_at: Some(time("2026-11-20T10:00:01Z")), ..own() };
        for secrets in [None, Some([].as_slice()), Some(&[found])] {
            if let Some(secrets) = secrets {
                stage.keys("l").account(secrets);
            }
            stage.shows(text);
            stage.hides(other);
            let is_gone = has_id && secrets.is_some_and(<[_]>::is_empty);
            assert_eq!(stage.drawn().contains(KEEP), has_id && !is_gone);
            assert_eq!(stage.drawn().contains("It is no longer in this account."), is_gone);
        }
    }
}

#[test]
fn the_account_is_fetched_right_before_deleting() {
    let mut stage = with_id();
    stage.keys("d y").account(&[used()]);
    assert_eq!((settled(&stage), sent(&stage)), (0, (0, 0)), "the secret is in use");
    stage.shows(USED);
    stage.keys("d n").shows(USED);

    let mut stage = with_id();
    stage.keys("d y").account(&[]);
    assert_eq!((settled(&stage), stage.is_on_form()), (1, true), "it no longer exists");

    let stage = with_id().after("d y esc");
    assert_eq!(sent(&stage), (0, 0), "the deletion was canceled in time");
    assert!(!stage.is_on_form() && settled(&stage) == 0);
}

#[test]
fn deleting_asks_first_and_can_be_canceled() {
    let asks = |stage: &Stage| stage.drawn().contains("Delete this secret in Atlas?");
    let mut stage = with_id().after("y");
    assert_eq!(deletions(&stage), 0, "there was no question");
    for no in ["n", "esc", "<ctrl-c>"] {
        stage.keys("d");
        assert!(asks(&stage), "{no}");
        stage.keys(no);
        assert!(!asks(&stage) && stage.exit().is_none(), "{no}");
    }
    stage.keys("d y k y");
    assert!(!asks(&stage) && stage.exit().is_none(), "keys other than Esc are ignored while fetching");
    assert_eq!((settled(&stage), sent(&stage)), (0, (1, 0)));
}

#[test]
fn a_record_without_an_id_is_searched_for_like_a_lost_response() {
    let mut stage = without_id().after("d");
    assert_eq!(deletions(&stage), 0);
    let found = secret_created_at("2026-11-20T10:00:01Z");
    stage.keys("l").account(std::slice::from_ref(&found)).keys("d y").account(&[found]).deleted(Ok(()));
    assert_eq!(settled(&stage), 1);
    stage.shows("\u{2713} Deleted secret");
    assert!(stage.is_on_form());
}

#[test]
fn a_record_of_another_host_cannot_be_deleted_or_searched_for() {
    let stage = start_with_record(Some(SECRET_ID), OTHER_HOST).after("d y l");
    assert!(matches!(stage.app.screen, Screen::Recovery(_)));
    assert_eq!((deletions(&stage), sent(&stage)), (0, (0, 0)));
}

#[test]
fn a_secret_created_well_after_the_lost_post_does_not_match() {
    // One minute for the request, and one for the difference between Atlas's clocks.
    let rows =
        [("2026-11-20T10:02:00Z", true), ("2026-11-20T10:02:01Z", false), ("2026-11-20T10:05:00Z", false)];
    for (created_at, is_this_one) in rows {
        let mut stage = without_id();
        stage.keys("l").account(&[secret_created_at(created_at)]);
        let text = if is_this_one {
            " appeared after the request"
        } else {
            "No new secret has appeared since then."
        };
        stage.shows(text);
    }
}

#[test]
fn several_records_can_be_left_for_later() {
    let three = || (0..3).map(|number| record(number, None, BaseUrl::CLOUD)).collect();
    let mut stage = start_with(three());
    stage.shows("1 of 3: A previous run may have created a secret on Fri 20 Nov 2026 11:00.");
    stage.shows("k forget").shows("Esc later");
    stage.keys("esc").shows("2 of 3: ");
    stage.keys("esc esc");
    assert!(stage.is_on_form());
    assert_eq!(stage.count(|command| matches!(command, Command::RemovePrevious(_))), 0, "all stay recorded");
}
