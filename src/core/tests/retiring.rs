//! Deleting an older secret: after a `y`, and what the session needs only when it no longer does.

use super::*;
use crate::domain::{BaseUrl, ClientId, Identity, Login, LoginRisk, PairKind, ProfileName, PublicKey};

fn masked(tail: &str) -> ExistingSecret {
    let mask = Some(ServerText::new(&format!("mdb_sa_sk_...{tail}")));
    ExistingSecret { mask, ..existing("2026-11-28T18:14:00Z") }
}

fn retiring(run: &Run) -> &Retiring {
    match &run.model.screen {
        Screen::Retiring(retiring) => retiring,
        Screen::Created(created) => match &created.panel {
            Some(Panel::Retire(retiring)) => retiring,
            other => panic!("{other:?}"),
        },
        other => panic!("{other:?}"),
    }
}

/// The list that a full account leads to.
fn full(login: &str) -> Run {
    let mut run = Run::looking();
    let client = run.model.form.client_id().unwrap();
    run.event(Event::LoginKnown(Login { client, ends_with: ServerText::new(login) }));
    run.look(Ok(account_of("9f3a", "k7Qd"))).look(Ok(account_of("9f3a", "k7Qd")));
    run
}

fn account_of(one: &str, other: &str) -> ServiceAccount {
    ServiceAccount { secrets: vec![masked(one), masked(other)], ..ServiceAccount::default() }
}

/// The panel on the screen of a new secret.
fn panel(login: &str) -> Run {
    let mut run = Run::created();
    let client = run.model.form.client_id().unwrap();
    run.event(Event::LoginKnown(Login { client, ends_with: ServerText::new(login) }));
    run.keys("d").look(Ok(account_of("9f3a", "k7Qd")));
    run
}

fn deletes(run: &Run) -> usize {
    run.count(|effect| matches!(effect, Effect::DeleteSecret { .. }))
}

#[test]
fn one_is_chosen_asked_about_and_deleted() {
    let mut run = full("none");
    assert_eq!(retiring(&run).secrets.len(), 2);
    run.keys("down d enter");
    assert!(
        matches!(retiring(&run).stage, RetireStage::Asking { stake: LoginRisk::None, .. }),
        "never by Enter"
    );
    run.keys("y").deleted(DeleteOutcome::Gone);
    assert!(run.is_on_form());
    assert_eq!((deletes(&run), run.posts()), (1, 0), "making room is not creating");
}

#[test]
fn what_the_session_needs_is_kept_until_a_new_one_exists() {
    let mut run = full("9f3a");
    run.keys("d y");
    assert_eq!(deletes(&run), 0);
    assert_eq!(retiring(&run).stage, RetireStage::Choosing { said: Some(RetireWord::InUse) });

    let mut run = panel("9f3a");
    run.keys("d y");
    assert!(matches!(retiring(&run).stage, RetireStage::Asking { stake: LoginRisk::Own, is_second: true }));
    assert_eq!(deletes(&run), 0, "asked twice");
    run.keys("y");
    assert_eq!(deletes(&run), 1);
}

#[test]
fn of_an_access_token_nobody_knows_whose_it_is() {
    let mut run = Run::created();
    let base_url = BaseUrl::parse(BaseUrl::CLOUD).unwrap();
    run.model.session = Session::remote(&base_url, Identity::AccessToken);
    run.keys("d").look(Ok(account_of("9f3a", "k7Qd"))).keys("d y");
    assert!(matches!(
        retiring(&run).stage,
        RetireStage::Asking { stake: LoginRisk::Perhaps, is_second: true }
    ));
    assert_eq!(deletes(&run), 0);
}

#[test]
fn without_a_tail_to_compare_any_secret_of_ones_own_account_may_be_ones_own() {
    let base_url = BaseUrl::parse(BaseUrl::CLOUD).unwrap();
    let own = Run::created().model.form.client_id().unwrap();
    let other = ClientId::parse("mdb_sa_id_ffffffffffffffffffffffff").unwrap();
    let key = PublicKey::parse("abcdefgh").unwrap();
    let in_keyring = |kind| Identity::Profile { name: ProfileName::new("work").unwrap(), kind };
    let rows = [
        (Identity::ServiceAccount(own), LoginRisk::Perhaps),
        (Identity::ServiceAccount(other), LoginRisk::None),
        (in_keyring(PairKind::ServiceAccount), LoginRisk::Perhaps),
        (in_keyring(PairKind::ApiKey), LoginRisk::None),
        (Identity::ApiKey(key), LoginRisk::None),
    ];
    for (identity, expected) in rows {
        let mut run = Run::created();
        run.model.session = Session::remote(&base_url, identity);
        run.keys("d").look(Ok(account_of("9f3a", "k7Qd"))).keys("d");
        let RetireStage::Asking { stake, .. } = retiring(&run).stage else { panic!("it is asked") };
        assert_eq!(stake, expected);
    }
}

#[test]
fn the_new_secret_is_not_in_the_list_and_stays_on_its_screen() {
    let mut run = Run::created();
    let own = ExistingSecret { id: SecretId::from_server(SECRET_ID).unwrap(), ..masked("aaaa") };
    let secrets = vec![own, masked("9f3a")];
    run.keys("d").look(Ok(ServiceAccount { secrets, ..ServiceAccount::default() }));
    assert_eq!(retiring(&run).secrets, [masked("9f3a")]);
    run.keys("d y").deleted(DeleteOutcome::Gone);
    assert_eq!(
        retiring(&run).stage,
        RetireStage::Choosing { said: Some(RetireWord::Deleted(masked("9f3a"))) }
    );
    run.keys("esc");
    assert!(run.shown().panel.is_none());
}

#[test]
fn a_delete_that_fails_is_told_and_the_list_stays() {
    let mut run = full("none");
    let problem = ReadProblem::Unexpected { status: 502 };
    run.keys("d y").deleted(DeleteOutcome::Failed(problem.clone()));
    assert_eq!(retiring(&run).stage, RetireStage::Choosing { said: Some(RetireWord::NotDeleted(problem)) });
    assert_eq!(retiring(&run).secrets.len(), 2);
}

#[test]
fn going_back_deletes_nothing() {
    for keys in ["esc", "q", "<ctrl-c>", "d n esc", "d esc esc"] {
        let mut run = full("none");
        run.keys(keys);
        assert!(run.is_on_form(), "{keys}");
        assert_eq!((deletes(&run), run.exit()), (0, None), "{keys}");
    }
}

#[test]
fn without_the_new_ones_id_only_what_was_there_before_is_listed() {
    let mut run = Run::looking();
    run.account(&[masked("9f3a")]).answer(CreateOutcome::Created(secret(None)));
    let new = ExistingSecret { id: SecretId::from_server("dddd").unwrap(), ..masked("aaaa") };
    run.keys("d")
        .look(Ok(ServiceAccount { secrets: vec![masked("9f3a"), new], ..ServiceAccount::default() }));
    assert_eq!(retiring(&run).secrets, [masked("9f3a")]);
}

#[test]
fn the_choice_goes_round_and_a_question_can_be_taken_back() {
    for mut run in [full("none"), panel("none")] {
        let mut selected = vec![retiring(&run).selected];
        for key in ["down", "down", "up", "up"] {
            run.keys(key);
            selected.push(retiring(&run).selected);
        }
        assert_eq!(selected, [0, 1, 0, 1, 0]);
        for no in ["n", "esc", "<ctrl-c>"] {
            run.keys("d");
            assert!(matches!(retiring(&run).stage, RetireStage::Asking { .. }), "{no}");
            run.keys(no);
            assert!(matches!(retiring(&run).stage, RetireStage::Choosing { said: None }), "{no}");
        }
        assert_eq!(deletes(&run), 0);
    }
}

#[test]
fn while_one_is_deleted_no_key_counts_and_its_spinner_turns() {
    let mut run = panel("none");
    run.keys("d y");
    assert_eq!(wake_at(&run.model), Some(Duration::from_millis(100)));
    run.keys("down esc d y");
    assert!(matches!(retiring(&run).stage, RetireStage::Deleting { .. }));
    assert_eq!(deletes(&run), 1);
}

#[test]
fn what_could_not_be_deleted_makes_no_room() {
    let mut run = full("none");
    run.keys("d y").deleted(DeleteOutcome::Failed(ReadProblem::Unexpected { status: 502 }));
    assert!(!run.is_on_form(), "the list stays");
}
