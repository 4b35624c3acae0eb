//! Runs the jobs that the interface asks for, and turns their reports into events.
//!
//! **Invariant:** one creating job runs at a time, and it is never aborted. Every other job has a [`Slot`]: starting a
//! job replaces the one in its slot, whose reports are then dropped.
#![expect(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    reason = "the one part of the interface that starts tasks"
)]

use std::collections::BTreeMap;
use std::future::Future;
use std::panic::AssertUnwindSafe;
use std::time::Duration;

use futures_util::FutureExt;
use jiff::Timestamp;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::task::{AbortHandle, JoinHandle};
use tokio_util::sync::CancellationToken;

use crate::domain::{AccountRef, ApiError, ApiResult, DeleteError, NewSecret, Page, SecretId};
use crate::jobs::{
    self, AccountBefore, AtlasApi, Deletion, Journal, Operator, Outcome, Question, Recheck, Step, read_pages,
};

use crate::process;

use super::event::{Command, Event};

/// The kinds of jobs. One of each runs at a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Slot {
    Recover,
    Delete,
    Account,
    Project,
    Settings,
    Verify,
    SignIn,
    Pages,
    Copy,
    /// Reading the clipboard, or extending its time.
    Clipboard,
    /// Saving, or running a command.
    Deliver,
    Presets,
    /// Looking up profiles of the Atlas CLI, or writing to them.
    Profiles,
    Print,
}

/// An event, and the job that reported it.
struct JobReport {
    job: Option<(Slot, u64)>,
    event: Event,
}

/// Runs jobs on tokio.
pub struct JobRunner<Api, Records> {
    atlas: Api,
    journal: Records,
    clock: fn() -> Timestamp,
    sender: UnboundedSender<JobReport>,
    reports: UnboundedReceiver<JobReport>,
    creating: Option<CreateJob>,
    running: BTreeMap<Slot, (u64, AbortHandle)>,
    deletion: CancellationToken,
    started: u64,
}

struct CreateJob {
    cancel: CancellationToken,
    answers: UnboundedSender<bool>,
    task: JoinHandle<()>,
}

/// Sends events, on behalf of a job or of none.
#[derive(Clone)]
pub struct EventSender {
    reports: UnboundedSender<JobReport>,
    job: Option<(Slot, u64)>,
}

impl EventSender {
    /// Sends an event. The receiver is gone only while the program quits.
    pub fn send(&self, event: Event) {
        let _ = self.reports.send(JobReport { job: self.job, event });
    }

    /// Sends the event that this work ends with.
    fn spawn(self, work: impl Future<Output = Event> + Send + 'static) -> JoinHandle<()> {
        tokio::spawn(async move { self.send(work.await) })
    }
}

/// The event of the result of some work; `failed` is the result if it panics.
async fn event_of<T>(
    work: impl Future<Output = T>,
    event: impl FnOnce(T) -> Event,
    failed: impl FnOnce() -> T,
) -> Event {
    event(AssertUnwindSafe(work).catch_unwind().await.unwrap_or_else(|_| failed()))
}

impl<Api, Records> JobRunner<Api, Records>
where
    Api: AtlasApi + Clone + 'static,
    Records: Journal + Clone + 'static,
{
    pub fn new(atlas: Api, journal: Records, clock: fn() -> Timestamp) -> Self {
        let (sender, reports) = unbounded_channel();
        Self {
            atlas,
            journal,
            clock,
            sender,
            reports,
            creating: None,
            running: BTreeMap::new(),
            deletion: CancellationToken::new(),
            started: 0,
        }
    }

    /// A sender for events that belong to no job.
    pub fn sender(&self) -> EventSender {
        EventSender { reports: self.sender.clone(), job: None }
    }

    /// Waits for the next event. Events come one at a time, because handling one may replace the job that reported the
    /// next.
    pub async fn next(&mut self) -> Event {
        loop {
            // The runner keeps a sender, so the channel stays open.
            let report = self.reports.recv().await;
            if let Some(event) = report.and_then(|report| self.accept(report)) {
                return event;
            }
        }
    }

    /// The next event, if there is one.
    pub fn try_next(&mut self) -> Option<Event> {
        loop {
            let report = self.reports.try_recv().ok()?;
            if let Some(event) = self.accept(report) {
                return Some(event);
            }
        }
    }

    /// The event of a report, unless its job was replaced.
    fn accept(&self, report: JobReport) -> Option<Event> {
        let is_current =
            |(slot, number)| self.running.get(&slot).is_some_and(|(current, _)| *current == number);
        report.job.is_none_or(is_current).then_some(report.event)
    }

    /// Starts the job of a command. Returns any other command.
    pub fn start(&mut self, command: Command) -> Option<Command> {
        let atlas = self.atlas.clone();
        match command {
            Command::Create { new_secret, must_ask } => self.create(new_secret, must_ask),
            Command::CancelCreate => {
                if let Some(creating) = &self.creating {
                    creating.cancel.cancel();
                }
            }
            Command::Answer(answer) => {
                if let Some(creating) = &self.creating {
                    // No one receives it if the job has ended.
                    let _ = creating.answers.send(answer);
                }
            }
            Command::Recover(account, before, pauses) => self.recover(account, before, pauses),
            Command::StopRecover => self.stop(Slot::Recover),
            Command::Delete(account, id, recheck) => self.delete(account, id, recheck),
            Command::CancelDelete => self.deletion.cancel(),
            Command::FetchAccount(of) => {
                let account = of.clone();
                let fetched = |result| Event::AccountFetched(of, result);
                self.read(Slot::Account, fetched, async move { atlas.account(&account).await });
            }
            Command::FetchProject(of) => {
                let id = of.clone();
                let fetched = |result| Event::ProjectFetched(of, result);
                self.read(Slot::Project, fetched, async move { atlas.project(&id).await });
            }
            Command::FetchSettings(of) => {
                let id = of.clone();
                let fetched = |result| Event::SettingsFetched(of, result);
                self.read(Slot::Settings, fetched, async move { atlas.settings(&id).await });
            }
            Command::FetchProjects(first) => {
                let read = |atlas: Api, page| async move { atlas.projects(page).await };
                self.fetch_pages(first, read, Event::ProjectsPage);
            }
            Command::FetchAccounts(of, first) => {
                let project = of.clone();
                let read = move |atlas: Api, page| {
                    let project = project.clone();
                    async move { atlas.accounts(&project, page).await }
                };
                self.fetch_pages(first, read, move |page| Event::AccountsPage(of.clone(), page));
            }
            Command::StopPages => self.stop(Slot::Pages),
            Command::Verify(client, value) => {
                self.read(Slot::Verify, Event::Verified, async move { atlas.verify(&client, &value).await });
            }
            other => return Some(other),
        }
        None
    }

    fn create(&mut self, new_secret: NewSecret, must_ask: bool) {
        let (atlas, journal, clock) = (self.atlas.clone(), self.journal.clone(), self.clock);
        let (answers, answered) = unbounded_channel();
        let (cancel, events) = (CancellationToken::new(), self.sender());
        let mut operator = Interface { events: events.clone(), answered, must_ask };
        let token = cancel.clone();
        let job =
            async move { jobs::create(&atlas, &journal, &clock, &mut operator, &token, &new_secret).await };
        let failed = move || {
            Outcome::Unknown(internal_error(), AccountBefore { ids: None, at: clock(), latest: None })
        };
        let task = events.spawn(event_of(job, Event::CreateFinished, failed));
        self.creating = Some(CreateJob { cancel, answers, task });
    }

    fn recover(&mut self, account: AccountRef, before: AccountBefore, pauses: &'static [Duration]) {
        let atlas = self.atlas.clone();
        self.replace(
            Slot::Recover,
            Event::RecoverFinished,
            |report| async move {
                let progress = |pause| report.send(Event::RecoverStep(pause));
                jobs::recover(&atlas, &account, &before, pauses, progress).await
            },
            || jobs::Recovered::Failed(internal_error()),
        );
    }

    fn delete(&mut self, account: AccountRef, id: SecretId, recheck: Recheck) {
        self.deletion = CancellationToken::new();
        let (atlas, cancel) = (self.atlas.clone(), self.deletion.clone());
        self.replace(
            Slot::Delete,
            Event::DeleteFinished,
            |report| async move {
                let sent = || report.send(Event::DeleteSent);
                jobs::delete(&atlas, &account, &id, recheck, &cancel, sent).await
            },
            || Deletion::Failed(DeleteError::PerhapsDeleted(internal_error())),
        );
    }

    /// Starts to fetch a list, from this page on. Each page is an event.
    fn fetch_pages<T, Work>(
        &mut self,
        first: u32,
        read: impl Fn(Api, u32) -> Work + Send + Sync + 'static,
        event: impl Fn(ApiResult<Page<T>>) -> Event + Clone + Send + Sync + 'static,
    ) where
        T: Send + 'static,
        Work: Future<Output = ApiResult<Page<T>>> + Send,
    {
        let (atlas, page_event) = (self.atlas.clone(), event.clone());
        let work = |report: EventSender| async move {
            let on_page = |page| report.send(page_event(Ok(page)));
            let on_retry = |retry| report.send(Event::PageRetried(retry));
            read_pages(first, |page| read(atlas.clone(), page), on_page, on_retry).await
        };
        self.replace(Slot::Pages, event, work, || Err(internal_error()));
    }

    /// Starts a job that is aborted when another one takes its slot.
    pub fn replace<T: 'static, Work>(
        &mut self,
        slot: Slot,
        event: impl FnOnce(T) -> Event + Send + 'static,
        work: impl FnOnce(EventSender) -> Work,
        failed: impl FnOnce() -> T + Send + 'static,
    ) where
        Work: Future<Output = T> + Send + 'static,
    {
        self.stop(slot);
        self.start_in(slot, |report| event_of(work(report), event, failed));
    }

    /// Starts a delivery. It always runs to its end, but is not reported if another one has taken its slot by then.
    pub fn deliver<T: 'static>(
        &mut self,
        slot: Slot,
        event: impl FnOnce(T) -> Event + Send + 'static,
        work: impl Future<Output = T> + Send + 'static,
        failed: impl FnOnce() -> T + Send + 'static,
    ) {
        self.start_in(slot, |_| event_of(work, event, failed));
    }

    /// Starts a read from Atlas.
    fn read<T: 'static>(
        &mut self,
        slot: Slot,
        event: impl FnOnce(ApiResult<T>) -> Event + Send + 'static,
        work: impl Future<Output = ApiResult<T>> + Send + 'static,
    ) {
        self.replace(slot, event, |_| work, || Err(internal_error()));
    }

    /// Starts a job. The reports of the one that was in its slot are dropped from now on.
    fn start_in<Work>(&mut self, slot: Slot, work: impl FnOnce(EventSender) -> Work)
    where
        Work: Future<Output = Event> + Send + 'static,
    {
        self.started += 1;
        let events = EventSender { reports: self.sender.clone(), job: Some((slot, self.started)) };
        let task = events.clone().spawn(work(events)).abort_handle();
        self.running.insert(slot, (self.started, task));
    }

    fn stop(&mut self, slot: Slot) {
        if let Some((_, task)) = self.running.remove(&slot) {
            task.abort();
        }
    }

    /// Cancels the creating job and waits for its end, but not for a POST that has been sent.
    pub async fn close(&mut self) {
        if let Some(creating) = self.creating.take() {
            creating.cancel.cancel();
            drop(creating.answers);
            let _ = tokio::time::timeout(Duration::from_millis(500), creating.task).await;
        }
    }
}

/// The operator of the creating job: sends its reports and questions to the interface.
struct Interface {
    events: EventSender,
    answered: UnboundedReceiver<bool>,
    must_ask: bool,
}

impl Operator for Interface {
    fn progress(&mut self, step: Step) {
        self.events.send(Event::CreateStep(step));
    }

    fn must_be_asked(&self) -> bool {
        self.must_ask
    }

    async fn confirm(&mut self, question: Question) -> bool {
        self.events.send(Event::CreateAsked(question));
        self.answered.recv().await.unwrap_or(false)
    }
}

fn internal_error() -> ApiError {
    ApiError::internal(process::internal_error())
}
