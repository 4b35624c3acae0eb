//! Runs a creating job against a script, and cancels it at the place that the test chooses.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use atlas_secret::domain::{
    AccountRef, ApiError, CreatedSecret, Lifetime, NewSecret, ProjectId, ServiceAccount,
};
use atlas_secret::jobs::{Operator, Outcome, Question, Step, create};
use tokio::sync::oneshot;
use tokio_util::sync::CancellationToken;

use crate::stage::{Call, FakeAtlas, FakeJournal, PROJECT, START, client, time};

/// The responses. The last one of a list is also the response to all further requests.
#[derive(Clone)]
pub struct Script {
    pub sign_in: Result<(), ApiError>,
    pub accounts: Vec<Result<ServiceAccount, ApiError>>,
    pub delete: Result<(), ApiError>,
    pub says_yes: bool,
    pub record: Option<String>,
    pub posts: Vec<Result<CreatedSecret, ApiError>>,
}

/// The place where the job is cancelled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cancel {
    Never,
    /// While it waits for the nth time.
    Waiting(usize),
    /// Together with the nth response.
    Responded(usize),
    /// When it reports the nth step.
    Step(usize),
}

/// The result of a run.
pub struct Ran {
    pub outcome: Outcome,
    pub steps: Vec<Step>,
    pub questions: Vec<Question>,
    /// The calls of the journal.
    pub calls: Vec<&'static str>,
    pub posts: usize,
    /// The response to the last POST.
    pub response: Option<Result<CreatedSecret, ApiError>>,
    /// The number of POSTs sent, and of responses received, when the job was cancelled.
    pub at_cancel: Option<(usize, usize)>,
    /// The number of times that the job waited.
    pub waits: usize,
}

#[derive(Default)]
struct Seen {
    steps: Vec<Step>,
    questions: Vec<Question>,
    asking: Option<oneshot::Sender<bool>>,
}

struct FakeOperator {
    seen: Arc<Mutex<Seen>>,
    cancel: CancellationToken,
    at: Cancel,
}

impl Operator for FakeOperator {
    fn progress(&mut self, step: Step) {
        let mut seen = self.seen.lock().unwrap();
        if self.at == Cancel::Step(seen.steps.len()) {
            self.cancel.cancel();
        }
        seen.steps.push(step);
    }

    async fn confirm(&mut self, question: Question) -> bool {
        let (answer, answered) = oneshot::channel();
        {
            let mut seen = self.seen.lock().unwrap();
            seen.questions.push(question);
            seen.asking = Some(answer);
        }
        answered.await.unwrap_or(false)
    }
}

pub fn new_secret() -> NewSecret {
    NewSecret {
        account: AccountRef { project: ProjectId::parse(PROJECT).unwrap(), client: client() },
        lifetime: Lifetime::parse("720").unwrap(),
    }
}

/// The nth response of a list.
fn nth<T: Clone>(responses: &[T], number: usize) -> T {
    responses[number.min(responses.len() - 1)].clone()
}

pub fn run(script: &Script, at: Cancel) -> Ran {
    let mut builder = tokio::runtime::Builder::new_current_thread();
    builder.enable_time().start_paused(true).build().unwrap().block_on(run_to_end(script, at))
}

async fn idle() {
    for _ in 0..16 {
        tokio::task::yield_now().await;
    }
}

async fn run_to_end(script: &Script, at: Cancel) -> Ran {
    let (atlas, journal, cancel) = (FakeAtlas::default(), FakeJournal::default(), CancellationToken::new());
    journal.disk().hangs = true;
    journal.disk().fails.clone_from(&script.record);
    let seen = Arc::new(Mutex::new(Seen::default()));
    let mut operator = FakeOperator { seen: Arc::clone(&seen), cancel: cancel.clone(), at };
    let job = tokio::spawn({
        let (atlas, journal, cancel) = (atlas.clone(), journal.clone(), cancel.clone());
        async move { create(&atlas, &journal, &|| time(START), &mut operator, &cancel, &new_secret()).await }
    });
    let (mut waits, mut fetched, mut responded) = (0, 0, 0);
    let (mut response, mut at_cancel) = (None, None);
    loop {
        idle().await;
        if cancel.is_cancelled() && at_cancel.is_none() {
            at_cancel = Some((atlas.posts(), responded));
        }
        if job.is_finished() {
            break;
        }
        assert!(waits < 100, "the job never ends");
        if at == Cancel::Waiting(waits) {
            cancel.cancel();
            at_cancel = Some((atlas.posts(), responded));
            idle().await;
            if job.is_finished() {
                break;
            }
        }
        if at == Cancel::Responded(waits) {
            cancel.cancel();
            at_cancel = Some((atlas.posts(), responded));
        }
        waits += 1;
        let asking = seen.lock().unwrap().asking.take();
        if let Some(asking) = asking {
            let _ = asking.send(script.says_yes);
            continue;
        }
        match atlas.take_waiting().pop() {
            Some(Call::SignIn(reply)) => reply.send(script.sign_in.clone()).unwrap(),
            Some(Call::Account(_, reply)) => {
                reply.send(nth(&script.accounts, fetched)).unwrap();
                fetched += 1;
            }
            Some(Call::Delete(_, _, reply)) => reply.send(script.delete.clone()).unwrap(),
            Some(Call::Create(_, reply)) => {
                assert_eq!(journal.disk().calls.last(), Some(&"begin"), "the record comes first");
                let outcome = nth(&script.posts, responded);
                responded += 1;
                response = Some(outcome.clone());
                assert!(reply.send(outcome).is_ok(), "no one waits for the response");
            }
            Some(_) => panic!("unexpected request"),
            // It waits for the disk or for the rate limit.
            None => {
                journal.release();
                idle().await;
                tokio::time::advance(Duration::from_secs(1)).await;
            }
        }
    }
    let outcome = job.await.unwrap();
    let (seen, calls) = (std::mem::take(&mut *seen.lock().unwrap()), journal.disk().calls.clone());
    Ran {
        outcome,
        steps: seen.steps,
        questions: seen.questions,
        calls,
        posts: atlas.posts(),
        response,
        at_cancel,
        waits,
    }
}
