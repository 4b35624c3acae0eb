//! Runs the jobs that the interface asks for, and turns what they report into events.
//!
//! **Invariant:** one creating job runs at a time, and it is never aborted. Of every other kind at most one counts;
//! starting another replaces it, and a report of a replaced job is dropped.
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

use crate::domain::{LostAnswer, NewSecret, ReadProblem, TransportProblem};
use crate::jobs::{self, AtlasApi, Deletion, Journal, Known, Operator, Outcome, Question, Step};

use crate::process;

use super::event::{Command, Event, Reader};

/// The kinds of jobs of which one runs at a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Slot {
    /// A search after a lost answer.
    Recover,
    /// A deletion.
    Delete,
    /// Fetching an account.
    Account(Reader),
    /// Fetching a project.
    Project,
    /// Fetching an organization's settings.
    Settings,
    /// Verifying a secret.
    Verify,
    /// Trying credentials.
    SignIn,
    /// Fetching a list, several pages at a time.
    Pages,
    /// Copying.
    Copy,
    /// Reading the clipboard, or extending its time.
    Clipboard,
    /// Saving to a file.
    Save,
    /// Running a command with the secret.
    Run,
    /// Looking up profiles of the Atlas CLI, or writing to them.
    Profiles,
}

/// An event, and the job that reported it.
pub struct Report {
    job: Option<(Slot, u64)>,
    event: Event,
}

/// Runs jobs on tokio.
pub struct JobRunner<Api, Records> {
    atlas: Api,
    journal: Records,
    clock: fn() -> Timestamp,
    reports: UnboundedSender<Report>,
    creating: Option<Creating>,
    running: BTreeMap<Slot, (u64, Vec<AbortHandle>)>,
    deletion: CancellationToken,
    started: u64,
}

struct Creating {
    cancel: CancellationToken,
    answers: UnboundedSender<bool>,
    task: JoinHandle<()>,
}

/// Sends events that no job owns.
#[derive(Clone)]
pub struct EventSender(UnboundedSender<Report>);

impl EventSender {
    /// The receiver is gone only when the program is leaving.
    pub fn send(&self, event: Event) {
        let _ = self.0.send(Report { job: None, event });
    }
}

impl<Api, Records> JobRunner<Api, Records>
where
    Api: AtlasApi + Clone + 'static,
    Records: Journal + Clone + 'static,
{
    /// A runner, and where its reports arrive.
    pub fn new(atlas: Api, journal: Records, clock: fn() -> Timestamp) -> (Self, UnboundedReceiver<Report>) {
        let (reports, receiver) = unbounded_channel();
        let runner = Self {
            atlas,
            journal,
            clock,
            reports,
            creating: None,
            running: BTreeMap::new(),
            deletion: CancellationToken::new(),
            started: 0,
        };
        (runner, receiver)
    }

    /// Where other work sends its events.
    pub fn sender(&self) -> EventSender {
        EventSender(self.reports.clone())
    }

    /// The event of a report, unless its job was replaced.
    pub fn accept(&self, report: Report) -> Option<Event> {
        let is_current =
            |(slot, number)| self.running.get(&slot).is_some_and(|(current, _)| *current == number);
        report.job.is_none_or(is_current).then_some(report.event)
    }

    /// Starts what is a job; gives any other command back.
    pub fn start(&mut self, command: Command) -> Option<Command> {
        let atlas = self.atlas.clone();
        match command {
            Command::Create(new_secret) => self.create(new_secret),
            Command::CancelCreate => {
                if let Some(creating) = &self.creating {
                    creating.cancel.cancel();
                }
            }
            Command::Answer(answer) => {
                if let Some(creating) = &self.creating {
                    // The job has ended if nothing receives it.
                    let _ = creating.answers.send(answer);
                }
            }
            Command::Recover(account, before, pauses) => self.replace(
                Slot::Recover,
                |report| async move {
                    let progress = |pause| report.send(Event::RecoverStep(pause));
                    Event::RecoverFinished(jobs::recover(&atlas, &account, &before, pauses, progress).await)
                },
                || Event::RecoverFinished(jobs::Recovered::Failed(internal_error())),
            ),
            Command::StopRecover => self.stop(Slot::Recover),
            Command::Delete(account, id, recheck) => {
                self.deletion = CancellationToken::new();
                let cancel = self.deletion.clone();
                self.replace(
                    Slot::Delete,
                    |report| async move {
                        let sent = || report.send(Event::DeleteSent);
                        Event::DeleteFinished(
                            jobs::delete(&atlas, &account, &id, recheck, &cancel, sent).await,
                        )
                    },
                    || Event::DeleteFinished(Deletion::Failed(internal_error())),
                );
            }
            Command::CancelDelete => self.deletion.cancel(),
            Command::FetchAccount(reader, account) => {
                let of = account.clone();
                self.replace(
                    Slot::Account(reader),
                    |_| async move {
                        let result = atlas.account(&account).await;
                        Event::AccountFetched(reader, account, result)
                    },
                    move || Event::AccountFetched(reader, of, Err(internal_error())),
                );
            }
            Command::FetchProject(id) => {
                let of = id.clone();
                self.replace(
                    Slot::Project,
                    |_| async move {
                        let result = atlas.project(&id).await;
                        Event::ProjectFetched(id, result)
                    },
                    move || Event::ProjectFetched(of, Err(internal_error())),
                );
            }
            Command::FetchSettings(id) => {
                let of = id.clone();
                self.replace(
                    Slot::Settings,
                    |_| async move {
                        let result = atlas.settings(&id).await;
                        Event::SettingsFetched(id, result)
                    },
                    move || Event::SettingsFetched(of, Err(internal_error())),
                );
            }
            Command::FetchProjects(page) => self.join(
                Slot::Pages,
                |report| async move {
                    let delayed = |wait| report.send(Event::PagesDelayed(wait));
                    let result = jobs::with_retries(|| atlas.projects(page), delayed).await;
                    Event::ProjectsPage(page, result)
                },
                move || Event::ProjectsPage(page, Err(internal_error())),
            ),
            Command::FetchAccounts(project, page) => {
                let of = project.clone();
                self.join(
                    Slot::Pages,
                    |report| async move {
                        let delayed = |wait| report.send(Event::PagesDelayed(wait));
                        let result = jobs::with_retries(|| atlas.accounts(&project, page), delayed).await;
                        Event::AccountsPage(project, page, result)
                    },
                    move || Event::AccountsPage(of, page, Err(internal_error())),
                );
            }
            Command::StopPages => self.stop(Slot::Pages),
            Command::Verify(client, value) => self.replace(
                Slot::Verify,
                |_| async move { Event::Verified(atlas.verify(&client, &value).await) },
                || Event::Verified(crate::domain::VerifyOutcome::CouldNotCheck(internal_error())),
            ),
            other => return Some(other),
        }
        None
    }

    fn create(&mut self, new_secret: NewSecret) {
        let (atlas, journal, clock) = (self.atlas.clone(), self.journal.clone(), self.clock);
        let (answers, answered) = unbounded_channel();
        let (cancel, events) = (CancellationToken::new(), self.sender());
        let mut operator = Interface { events: events.clone(), answered };
        let token = cancel.clone();
        let job =
            async move { jobs::create(&atlas, &journal, &clock, &mut operator, &token, &new_secret).await };
        let task = tokio::spawn(async move {
            let outcome = AssertUnwindSafe(job).catch_unwind().await;
            events.send(Event::CreateFinished(outcome.unwrap_or_else(|_| {
                let lost = LostAnswer::Broken(TransportProblem::Interrupted(process::internal_error()));
                Outcome::Unknown(lost, Known { at: clock(), secrets: None })
            })));
        });
        self.creating = Some(Creating { cancel, answers, task });
    }

    /// Runs work until other work takes its slot.
    pub fn replace<Work>(
        &mut self,
        slot: Slot,
        work: impl FnOnce(JobEvents) -> Work,
        failed: impl FnOnce() -> Event + Send + 'static,
    ) where
        Work: Future<Output = Event> + Send + 'static,
    {
        self.stop(slot);
        self.join(slot, work, failed);
    }

    /// Runs work beside what has its slot already.
    fn join<Work>(
        &mut self,
        slot: Slot,
        work: impl FnOnce(JobEvents) -> Work,
        failed: impl FnOnce() -> Event + Send + 'static,
    ) where
        Work: Future<Output = Event> + Send + 'static,
    {
        self.started += 1;
        let (number, tasks) = self.running.entry(slot).or_insert((self.started, Vec::new()));
        let events = JobEvents { reports: self.reports.clone(), job: (slot, *number) };
        tasks.retain(|task| !task.is_finished());
        tasks.push(events.clone().spawn(work(events), failed));
    }

    /// Runs a delivery to its end; its report counts unless a later one has taken its slot by then.
    pub fn deliver(
        &mut self,
        slot: Slot,
        work: impl Future<Output = Event> + Send + 'static,
        failed: impl FnOnce() -> Event + Send + 'static,
    ) {
        self.started += 1;
        self.running.insert(slot, (self.started, Vec::new()));
        JobEvents { reports: self.reports.clone(), job: (slot, self.started) }.spawn(work, failed);
    }

    /// Runs work whose event always counts.
    pub fn run(
        &self,
        work: impl Future<Output = Event> + Send + 'static,
        failed: impl FnOnce() -> Event + Send + 'static,
    ) {
        let events = self.sender();
        tokio::spawn(async move {
            events.send(AssertUnwindSafe(work).catch_unwind().await.unwrap_or_else(|_| failed()));
        });
    }

    fn stop(&mut self, slot: Slot) {
        if let Some((_, tasks)) = self.running.remove(&slot) {
            tasks.iter().for_each(AbortHandle::abort);
        }
    }

    /// Cancels the creating job and waits for its end, but not for a POST that runs on.
    pub async fn close(&mut self) {
        if let Some(creating) = self.creating.take() {
            creating.cancel.cancel();
            drop(creating.answers);
            let _ = tokio::time::timeout(Duration::from_millis(500), creating.task).await;
        }
    }
}

/// Sends the events of one job.
#[derive(Clone)]
pub struct JobEvents {
    reports: UnboundedSender<Report>,
    job: (Slot, u64),
}

impl JobEvents {
    fn send(&self, event: Event) {
        // The receiver is gone only when the program is leaving.
        let _ = self.reports.send(Report { job: Some(self.job), event });
    }

    /// Runs work and reports its event, or that of a panic.
    fn spawn(
        self,
        work: impl Future<Output = Event> + Send + 'static,
        failed: impl FnOnce() -> Event + Send + 'static,
    ) -> AbortHandle {
        let task = tokio::spawn(async move {
            self.send(AssertUnwindSafe(work).catch_unwind().await.unwrap_or_else(|_| failed()));
        });
        task.abort_handle()
    }
}

/// The interface as the operator of the creating job.
struct Interface {
    events: EventSender,
    answered: UnboundedReceiver<bool>,
}

impl Operator for Interface {
    fn progress(&mut self, step: Step) {
        self.events.send(Event::CreateStep(step));
    }

    async fn confirm(&mut self, question: Question) -> bool {
        self.events.send(Event::CreateAsked(question));
        self.answered.recv().await.unwrap_or(false)
    }
}

fn internal_error() -> ReadProblem {
    ReadProblem::Transport(TransportProblem::Interrupted(process::internal_error()))
}
