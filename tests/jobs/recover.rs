//! Searching after a lost response: which secret counts as the new one, and when the account is fetched.

use std::time::Duration;

use atlas_secret::domain::Operation;
use atlas_secret::jobs::{AccountBefore, PAUSES, Recovered, recover};

use crate::run::new_secret;
use crate::stage::{Call, FakeAtlas, START};
use crate::*;

/// Runs a search. The last account is the response to all further requests. Also returns the reports.
async fn search(
    before: &AccountBefore,
    accounts: &[Result<ServiceAccount, ApiError>],
) -> (Recovered, Vec<Option<Duration>>) {
    let (atlas, mut reports) = (FakeAtlas::default(), Vec::new());
    let account = new_secret().account;
    let job = recover(&atlas, &account, before, &PAUSES, |pause| reports.push(pause));
    let world = async {
        let mut fetched = 0;
        loop {
            tokio::time::sleep(Duration::from_millis(1)).await;
            if let Some(Call::Account(_, reply)) = atlas.take_waiting().pop() {
                reply.send(accounts[fetched.min(accounts.len() - 1)].clone()).unwrap();
                fetched += 1;
            }
        }
    };
    let recovered = tokio::select! {
        recovered = job => recovered,
        () = world => panic!("the server never stops"),
    };
    (recovered, reports)
}

fn created(name: &str, created_at: &str) -> ExistingSecret {
    ExistingSecret { created_at: Some(time(created_at)), ..existing(name, LONG) }
}

#[tokio::test(start_paused = true)]
async fn each_account_has_its_result() {
    let before = |ids: Option<&[&str]>| AccountBefore {
        ids: ids.map(|ids| ids.iter().map(|name| id(name)).collect()),
        at: time(START),
        latest: None,
    };
    let new = created("new", "2026-11-23T17:14:20Z");
    let older = created("older", "2026-11-23T17:10:00Z");
    let used = ExistingSecret { last_used_at: Some(time(START)), ..new.clone() };
    let undated = existing("new", LONG);
    let found = |secret: &ExistingSecret| Recovered::Found(secret.clone());
    let several =
        |secrets: &[&ExistingSecret]| Recovered::Several(secrets.iter().copied().cloned().collect());
    let late = |ids| AccountBefore { latest: Some(time("2026-11-23T17:14:10Z")), ..before(ids) };
    let [too_early, first] = ["2026-11-23T17:12:59Z", "2026-11-23T17:13:00Z"].map(|at| created("early", at));
    let [last, too_late] = ["2026-11-23T17:15:10Z", "2026-11-23T17:15:11Z"].map(|at| created("late", at));
    let later = created("new", "2026-11-23T17:30:00Z");
    let rows = [
        (before(Some(&["older"])), vec![&older, &new], found(&new)),
        (before(None), vec![&older, &new], found(&new)),
        (before(Some(&["older"])), vec![&older], Recovered::NoneAppeared),
        (before(Some(&[])), vec![&undated], found(&undated)),
        (before(Some(&[])), vec![&used], several(&[&used])),
        (before(Some(&[])), vec![&older], several(&[&older])),
        (before(Some(&[])), vec![&older, &new], several(&[&older, &new])),
        (late(Some(&[])), vec![&later], Recovered::NoneAppeared),
        (late(Some(&[])), vec![&new], found(&new)),
        // Atlas's clocks may differ by a minute.
        (late(Some(&[])), vec![&last], found(&last)),
        (late(Some(&[])), vec![&too_late], Recovered::NoneAppeared),
        (before(Some(&[])), vec![&first], found(&first)),
        (before(Some(&[])), vec![&too_early], several(&[&too_early])),
        // Without the IDs from before, only the time shows which secret is new.
        (late(None), vec![&first, &too_late], found(&first)),
        (late(None), vec![&too_early, &last], found(&last)),
        (late(None), vec![&undated], Recovered::NoneAppeared),
        (before(None), vec![&undated, &too_early], found(&undated)),
    ];
    for (before, secrets, expected) in rows {
        let secrets: Vec<ExistingSecret> = secrets.into_iter().cloned().collect();
        let (recovered, _) = search(&before, &[Ok(account(&secrets))]).await;
        assert_eq!(recovered, expected, "{before:?} {secrets:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn the_account_is_fetched_until_a_secret_appears_or_the_pauses_are_over() {
    let before = AccountBefore { ids: Some(Vec::new()), at: time(START), latest: None };
    let [first, second, third] = PAUSES.map(Some);
    let (recovered, reports) = search(&before, &[Err(unreachable())]).await;
    assert_eq!(recovered, Recovered::Failed(unreachable().of(Operation::ReadAccount)));
    assert_eq!(reports, [None, first, None, second, None, third, None]);
    let new = created("new", "2026-11-23T17:14:20Z");
    let accounts = [Err(unreachable()), Ok(account(&[])), Ok(account(std::slice::from_ref(&new)))];
    let (recovered, reports) = search(&before, &accounts).await;
    assert_eq!(recovered, Recovered::Found(new));
    assert_eq!(reports, [None, first, None, second, None]);
}
