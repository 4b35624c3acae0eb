//! Deleting an older secret: with a question, and with a warning if it may end the session.

use std::time::Duration;

use atlas_secret::domain::{
    ApiError, BaseUrl, Cause, ClientId, ExistingSecret, Exit, Identity, Login, PairKind, ProfileName,
    PublicKey, ServerText, Session,
};
use atlas_secret::tui::Event;
use jiff::SignedDuration;

use crate::stage::{SECRET_ID, Stage, client};
use crate::*;

const OWN: &str = "You are signed in with it: deleting it ends this session.";
const PERHAPS: &str = "This session may have signed in with it: deleting it then ends this session.";
const WARNING: &str = "? It was never used. Clients that have it will fail to authenticate.";

fn two() -> [ExistingSecret; 2] {
    [with_mask("9f3a"), with_mask("k7qd")]
}

fn signed_in_with(stage: &mut Stage, tail: &str) {
    let login = Login { client: client(), ends_with: ServerText::new(tail) };
    stage.event(Event::LoginKnown(login));
}

/// The list for a full account, in a session that signed in with a secret that ends like this.
fn full(login: &str) -> Stage {
    let mut stage = Stage::fetching();
    signed_in_with(&mut stage, login);
    stage.account(&two()).account(&two());
    stage
}

/// The list on the screen of a new secret.
fn prompt(login: &str) -> Stage {
    let mut stage = Stage::created();
    signed_in_with(&mut stage, login);
    stage.keys("d").account(&two());
    stage
}

/// The list on the screen of a new secret, if the login secret is unknown.
fn prompt_of(identity: Identity) -> Stage {
    let mut stage = Stage::created();
    stage.app.shared.session = Session::remote(&BaseUrl::parse(BaseUrl::CLOUD).unwrap(), identity);
    stage.keys("d").account(&two());
    stage
}

/// Asserts which of the two is selected.
#[track_caller]
fn assert_selected(stage: &Stage, tail: &str) {
    stage.shows(&format!("\u{203a} …{tail}"));
}

#[test]
fn a_sign_in_with_a_secret_that_was_deleted_here_says_so() {
    let mut stage = prompt("9f3a").after("d y");
    stage.deleted(Ok(())).keys("n y enter");
    stage.signed_in(Err(ApiError::not_sent(Cause::SignInRefused {
        status: 401,
        message: ServerText::new("invalid_client"),
    })));
    stage.shows("You have deleted the secret that this session signed in with.");
    stage.shows("Ctrl-P to sign in with the new one.");
}

#[test]
fn the_selected_secret_is_deleted_after_a_question() {
    let mut stage = full("none").after("down d enter");
    stage.shows("Delete …k7qd?");
    stage.hides("signed in with it");
    assert_eq!(deletions(&stage), 0, "Enter does not confirm");
    stage.keys("y").deleted(Ok(()));
    assert!(stage.is_on_form());
    stage.shows("Deleted …k7qd. You can create a secret now.");
    assert_eq!((deletions(&stage), stage.posts()), (1, 0), "deleting does not create");
}

#[test]
fn the_list_and_the_question_say_whether_a_secret_is_in_use() {
    let (mut expired, mut used) = (with_mask("9f3a"), with_mask("k7qd"));
    let now = Stage::created().now().wall;
    expired.expires_at = Some(now - SignedDuration::from_hours(1));
    used.last_used_at = Some(now - SignedDuration::from_hours(2));
    let mut stage = Stage::created();
    stage.keys("d").account(&[expired, used]).shows("…9f3a expired");
    stage.shows("…k7qd in use");
    stage.keys("d").shows("Delete …9f3a? It has expired: no client can use it.");
    stage.keys("n down d");
    stage.shows("Delete …k7qd? It was used 2 hours ago. Clients that have it will fail to authenticate.");
}

/// Atlas lists the newest secret first.
#[test]
fn the_list_selects_an_expired_or_the_least_used_secret() {
    let now = Stage::created().now().wall;
    let aged = |tail: &str, minutes: i64, is_expired: bool| ExistingSecret {
        created_at: (minutes > 0).then(|| now - SignedDuration::from_mins(minutes)),
        expires_at: Some(now + SignedDuration::from_hours(if is_expired { -1 } else { 99 })),
        ..with_mask(tail)
    };
    let (new, old, expired, unknown) =
        (aged("aaaa", 5, false), aged("bbbb", 9999, false), aged("cccc", 60, true), aged("dddd", 0, false));
    let used = ExistingSecret { last_used_at: Some(now), ..aged("eeee", 6, false) };
    let rows = [
        (
            [new.clone(), old.clone()],
            "Delete …bbbb? It was never used. Clients that have it will fail to authenticate.",
        ),
        ([new.clone(), expired], "Delete …cccc? It has expired: no client can use it."),
        (
            [new.clone(), unknown],
            "Delete …dddd? It was never used. Clients that have it will fail to authenticate.",
        ),
        (
            [new.clone(), aged("ffff", 7, false)],
            "Delete …ffff? It was created 7 minutes ago: it may be the new one.",
        ),
        ([aged("abcd", 8000, false), ExistingSecret { last_used_at: Some(now), ..old }], "Delete …abcd?"),
        ([new, used], "Delete …eeee? It was used just now. Clients that have it will fail to authenticate."),
    ];
    for (secrets, question) in rows {
        let mut stage = Stage::fetching();
        let valid = secrets.clone().map(|secret| ExistingSecret {
            expires_at: Some(now + SignedDuration::from_hours(99)),
            ..secret
        });
        stage.account(&valid).account(&secrets).keys("d").shows(question);
    }
}

/// The smallest size with a question has 4 rows for secrets, if no row is blank.
#[test]
fn a_secret_whose_row_fits_is_drawn() {
    let four = ["aaaa", "bbbb", "cccc", "dddd"].map(with_mask);
    let mut stage = Stage::fetching();
    stage.account(&four).account(&four).size(56, 16).keys("d");
    stage.shows("…dddd never");
    stage.hides("more line");
}

#[test]
fn the_login_secret_cannot_be_deleted_before_a_new_one_exists() {
    let mut stage = full("9f3a").after("d");
    stage.shows("You are signed in with this secret and need it to create a new one.");
    stage.keys("y");
    assert_eq!(deletions(&stage), 0);

    for (mut stage, warning) in [(prompt("9f3a"), OWN), (prompt_of(Identity::AccessToken), PERHAPS)] {
        stage.keys("d enter").shows(warning);
        stage.shows("Delete …9f3a?");
        stage.shows("Press y (delete) or n (back).");
        assert_eq!(deletions(&stage), 0, "Enter does not confirm");
        stage.keys("y");
        assert_eq!(deletions(&stage), 1);
    }
}

#[test]
fn if_the_login_secret_is_unknown_any_secret_of_its_account_warns() {
    let other = ClientId::parse("mdb_sa_id_ffffffffffffffffffffffff").unwrap();
    let in_keyring = |kind| Identity::Profile { name: ProfileName::new("work").unwrap(), kind };
    let rows = [
        (Identity::ServiceAccount(client()), true),
        (Identity::ServiceAccount(other), false),
        (in_keyring(PairKind::ServiceAccount), true),
        (in_keyring(PairKind::ApiKey), false),
        (Identity::ApiKey(PublicKey::parse("abcdefgh").unwrap()), false),
    ];
    for (identity, is_perhaps_own) in rows {
        let stage = prompt_of(identity.clone()).after("d");
        stage.shows(WARNING);
        assert_eq!(stage.drawn().contains(PERHAPS), is_perhaps_own, "{identity:?}");
    }
}

#[test]
fn the_new_secret_is_not_listed() {
    let mut stage = Stage::created();
    let own = ExistingSecret { id: id(SECRET_ID), ..with_mask("aaaa") };
    stage.keys("d").account(&[own, with_mask("9f3a")]);
    assert_selected(&stage, "9f3a");
    stage.hides("…aaaa");
    stage.keys("d y").deleted(Ok(()));
    assert!(stage.created_screen().prompt.is_none());
    stage.shows("Deleted \u{2026}9f3a");
    // The other secrets are only fetched again on request.
    stage.hides("Delete old");
}

#[test]
fn if_the_new_id_is_unknown_no_secret_is_listed() {
    let mut stage = Stage::fetching();
    stage
        .account(&[with_mask("9f3a")])
        .post_finished(Ok(without_id()))
        .account(&[with_mask("9f3a")])
        .keys("d");
    assert!(stage.created_screen().prompt.is_none());
    stage.shows("Atlas's response has no secret ID. Delete older secrets in Atlas.");
    stage.hides("…9f3a");
}

#[test]
fn a_failed_deletion_is_reported_and_keeps_the_list() {
    let mut stage = full("none");
    stage.keys("d y").deleted(Err(ApiError::not_sent(unreadable().cause)));
    stage.shows(&format!("Not deleted. Sign-in failed. {}", unreadable().title()));
    assert_selected(&stage, "9f3a");
    stage.shows("…k7qd never");
}

#[test]
fn going_back_deletes_nothing() {
    for keys in ["esc", "q", "<ctrl-c>", "d n esc", "d esc esc"] {
        let stage = full("none").after(keys);
        assert!(stage.is_on_form(), "{keys}");
        assert_eq!((deletions(&stage), stage.exit()), (0, None::<Exit>), "{keys}");
    }
}

#[test]
fn the_selection_wraps_and_the_question_can_be_canceled() {
    for mut stage in [full("none"), prompt("none")] {
        assert_selected(&stage, "9f3a");
        for (key, expected) in [("down", "k7qd"), ("down", "9f3a"), ("up", "k7qd"), ("up", "9f3a")] {
            stage.keys(key);
            assert_selected(&stage, expected);
        }
        for no in ["n", "esc", "<ctrl-c>"] {
            stage.keys("d").shows(WARNING);
            stage.keys(no).hides(WARNING);
            assert_selected(&stage, "9f3a");
        }
        assert_eq!(deletions(&stage), 0);
    }
}

#[test]
fn during_a_deletion_keys_are_ignored_and_the_spinner_runs() {
    let mut stage = prompt("none").after("d y");
    assert_eq!(stage.wake_in(), Some(Duration::from_millis(150)));
    stage.keys("down esc d y").shows("Deleting …9f3a");
    assert_eq!(deletions(&stage), 1);
}

#[test]
fn an_unreadable_account_is_explained_by_what_was_not_allowed() {
    let mut stage = Stage::created();
    let refused = || Err(rejected_read(401, "USER_UNAUTHORIZED"));
    let why = "You don't have permission to read this service account (401).";
    stage.account_read(refused()).shows(&format!("Could not load the older secrets. {why}"));
    stage.keys("d").account_read(refused());
    stage.shows(&format!("Could not load the account's secrets. {why}"));
    stage.shows("Ask a Project Owner of this project for it");
}
