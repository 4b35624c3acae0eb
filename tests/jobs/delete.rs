//! Deleting: a used secret is not deleted, and a request that was sent is not cancelled.

use atlas_secret::domain::{ApiError, DeleteError, Operation};
use atlas_secret::jobs::{Deletion, Recheck, delete};
use tokio_util::sync::CancellationToken;

use crate::run::new_secret;
use crate::stage::{Call, FakeAtlas};
use crate::*;

/// The fetched account, the response to the deletion, the wait at which the job is cancelled, and the expected result.
type Row = (Recheck, Result<ServiceAccount, ApiError>, Result<(), ApiError>, Option<usize>, Deletion, bool);

async fn run((recheck, fetched, deleted, cancel_at, expected, is_sent): Row) {
    let (atlas, cancel) = (FakeAtlas::default(), CancellationToken::new());
    let mut sent = false;
    let account = new_secret().account;
    let found = id("found");
    let job = delete(&atlas, &account, &found, recheck, &cancel, || sent = true);
    let world = async {
        for wait in 0..3 {
            for _ in 0..8 {
                tokio::task::yield_now().await;
            }
            if cancel_at == Some(wait) {
                cancel.cancel();
                tokio::task::yield_now().await;
            }
            match atlas.take_waiting().pop() {
                Some(Call::Account(_, reply)) => reply.send(fetched.clone()).unwrap(),
                Some(Call::Delete(_, _, reply)) => reply.send(deleted.clone()).unwrap(),
                _ => {}
            }
        }
    };
    let (deletion, ()) = tokio::join!(job, world);
    assert_eq!((&deletion, sent), (&expected, is_sent), "{recheck:?} {fetched:?} {cancel_at:?}");
}

#[tokio::test]
async fn each_response_has_its_outcome() {
    let failed = || Deletion::Failed(DeleteError::NotDeleted(unreachable().of(Operation::DeleteSecret)));
    let unread = || Deletion::Failed(DeleteError::AccountNotRead(unreachable().of(Operation::ReadAccount)));
    let unused = || Ok(account(&[existing("found", LONG)]));
    let used = ExistingSecret { last_used_at: Some(time(EXPIRED)), ..existing("found", LONG) };
    let rows: [Row; 9] = [
        (Recheck::No, unused(), Ok(()), None, Deletion::Deleted, true),
        (Recheck::No, unused(), Err(unreachable()), None, failed(), true),
        (Recheck::No, unused(), Ok(()), Some(0), Deletion::Deleted, true),
        (Recheck::Yes, unused(), Ok(()), None, Deletion::Deleted, true),
        (Recheck::Yes, unused(), Ok(()), Some(1), Deletion::Deleted, true),
        (Recheck::Yes, unused(), Ok(()), Some(0), Deletion::Cancelled, false),
        (Recheck::Yes, Ok(account(&[])), Ok(()), None, Deletion::Deleted, false),
        (Recheck::Yes, Ok(account(std::slice::from_ref(&used))), Ok(()), None, Deletion::Used(used), false),
        (Recheck::Yes, Err(unreachable()), Ok(()), None, unread(), false),
    ];
    for row in rows {
        run(row).await;
    }
}
