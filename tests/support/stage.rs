//! Runs the interface with its real jobs, under the control of the test: a fake Atlas holds every request until the
//! test responds, and both clocks only move when the test moves them.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use atlas_secret::delivery::{
    ClipboardContent, CommandOutcome, CommandOutput, CopyOutcome, DeliveryFailure, DeliveryTask, SaveFailure,
};
use atlas_secret::domain::{
    AccountEntry, AccountRef, ApiError, ApiResult, Cause, Certainty, ClientId, CreatedSecret, Delivery,
    Disposition, ExistingSecret, Exit, Format, NewSecret, Now, Operation, OrganizationId,
    OrganizationSettings, Page, Project, ProjectEntry, ProjectId, Rejection, SecretId, ServerText,
    ServiceAccount, Session,
};
use atlas_secret::jobs::{AtlasApi, Journal, SignedIn};
use atlas_secret::tui::screens::{CreatedScreen, FieldName, Focus, Form, Notice};
use atlas_secret::tui::{
    App, Command, Event, Glyphs, JobRunner, KeyPress, LOOKUP_DELAY, Output, PastedText, Screen, Size, Theme,
};
use crossterm::event::{KeyCode, KeyModifiers};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::buffer::Cell;
use secrecy::SecretString;
use tokio::runtime::{Builder, Runtime};
use tokio::sync::oneshot;

pub const PROJECT: &str = "32b6e34b3d91647abb20e7b8";
pub const CLIENT: &str = "mdb_sa_id_1234567890abcdef12345678";
pub const SECRET_ID: &str = "6650f0aa12bc34de56f07890";

/// Plainly fake, in the shape and length of a real one.
pub const VALUE: &str = "mdb_sa_sk_FAKEfakeFAKEfakeFAKEfakeFAKEfakeFAKE9f3a";

/// A Monday in winter, when Berlin is one hour ahead of UTC.
pub const START: &str = "2026-11-23T17:14:00Z";

type Reply<T> = oneshot::Sender<T>;

/// A request that waits for its response.
pub enum Call {
    SignIn(Reply<Result<(), ApiError>>),
    Account(AccountRef, Reply<Result<ServiceAccount, ApiError>>),
    Project(ProjectId, Reply<Result<Project, ApiError>>),
    Settings(OrganizationId, Reply<Result<OrganizationSettings, ApiError>>),
    Projects(u32, Reply<Result<Page<ProjectEntry>, ApiError>>),
    Accounts(ProjectId, u32, Reply<Result<Page<AccountEntry>, ApiError>>),
    Create(NewSecret, Reply<Result<CreatedSecret, ApiError>>),
    Delete(AccountRef, SecretId, Reply<Result<(), ApiError>>),
    Verify(ClientId, Reply<Result<(), ApiError>>),
}

/// An Atlas that responds when the test tells it to.
#[derive(Clone, Default)]
pub struct FakeAtlas(Arc<Mutex<Requests>>);

#[derive(Default)]
struct Requests {
    waiting: Vec<Call>,
    posts: usize,
}

impl FakeAtlas {
    async fn ask<T>(
        &self,
        operation: Operation,
        call: impl FnOnce(Reply<ApiResult<T>>) -> Call,
    ) -> ApiResult<T> {
        let (reply, response) = oneshot::channel();
        self.0.lock().unwrap().waiting.push(call(reply));
        response.await.unwrap().map_err(|error| error.of(operation))
    }

    /// The number of POSTs that create a secret.
    pub fn posts(&self) -> usize {
        self.0.lock().unwrap().posts
    }

    /// Takes the waiting requests that have not been abandoned.
    pub fn take_waiting(&self) -> Vec<Call> {
        let waiting = std::mem::take(&mut self.0.lock().unwrap().waiting);
        waiting.into_iter().filter(|call| !call.is_abandoned()).collect()
    }

    /// Puts requests back.
    pub fn put_back(&self, calls: Vec<Call>) {
        self.0.lock().unwrap().waiting.splice(0..0, calls);
    }
}

impl Call {
    /// The POST that creates a secret is never abandoned: its response matters even if the job is gone.
    fn is_abandoned(&self) -> bool {
        match self {
            Self::SignIn(reply) | Self::Delete(_, _, reply) | Self::Verify(_, reply) => reply.is_closed(),
            Self::Account(_, reply) => reply.is_closed(),
            Self::Project(_, reply) => reply.is_closed(),
            Self::Settings(_, reply) => reply.is_closed(),
            Self::Projects(_, reply) => reply.is_closed(),
            Self::Accounts(_, _, reply) => reply.is_closed(),
            Self::Create(..) => false,
        }
    }
}

impl AtlasApi for FakeAtlas {
    async fn sign_in(&self) -> Result<(), ApiError> {
        self.ask(Operation::SignIn, Call::SignIn).await
    }

    async fn account(&self, of: &AccountRef) -> Result<ServiceAccount, ApiError> {
        self.ask(Operation::ReadAccount, |reply| Call::Account(of.clone(), reply)).await
    }

    async fn project(&self, id: &ProjectId) -> Result<Project, ApiError> {
        self.ask(Operation::ReadProject, |reply| Call::Project(id.clone(), reply)).await
    }

    async fn settings(&self, of: &OrganizationId) -> Result<OrganizationSettings, ApiError> {
        self.ask(Operation::ReadSettings, |reply| Call::Settings(of.clone(), reply)).await
    }

    async fn projects(&self, page: u32) -> Result<Page<ProjectEntry>, ApiError> {
        self.ask(Operation::ListProjects, |reply| Call::Projects(page, reply)).await
    }

    async fn accounts(&self, of: &ProjectId, page: u32) -> Result<Page<AccountEntry>, ApiError> {
        self.ask(Operation::ListAccounts, |reply| Call::Accounts(of.clone(), page, reply)).await
    }

    async fn create_secret(&self, new_secret: &NewSecret) -> Result<CreatedSecret, ApiError> {
        self.0.lock().unwrap().posts += 1;
        self.ask(Operation::CreateSecret, |reply| Call::Create(new_secret.clone(), reply)).await
    }

    async fn delete_secret(&self, of: &AccountRef, id: &SecretId) -> Result<(), ApiError> {
        self.ask(Operation::DeleteSecret, |reply| Call::Delete(of.clone(), id.clone(), reply)).await
    }

    async fn verify(&self, client: &ClientId, _: &SecretString) -> Result<(), ApiError> {
        self.ask(Operation::SignIn, |reply| Call::Verify(client.clone(), reply)).await
    }
}

/// Records the calls. Writing a record can fail or hang.
#[derive(Clone, Default)]
pub struct FakeJournal(Arc<Mutex<Disk>>);

#[derive(Default)]
pub struct Disk {
    /// The error of the next writes.
    pub fails: Option<String>,
    /// True if writing a record blocks until the test releases it.
    pub hangs: bool,
    held: Vec<oneshot::Sender<()>>,
    /// The calls in order: `begin` or `remove`.
    pub calls: Vec<&'static str>,
    /// The time and the IDs of the last `begin`.
    pub last_begin: Option<(Timestamp, Option<Vec<SecretId>>)>,
}

impl FakeJournal {
    pub fn disk(&self) -> std::sync::MutexGuard<'_, Disk> {
        self.0.lock().unwrap()
    }

    /// Lets blocked writes continue.
    pub fn release(&self) {
        let held = std::mem::take(&mut self.disk().held);
        for held in held {
            held.send(()).unwrap_or_default();
        }
    }
}

impl Journal for FakeJournal {
    async fn begin(
        &self,
        _: &NewSecret,
        begun_at: Timestamp,
        ids_before: Option<Vec<SecretId>>,
    ) -> Result<(), String> {
        let held = {
            let mut disk = self.disk();
            disk.calls.push("begin");
            disk.last_begin = Some((begun_at, ids_before));
            disk.hangs.then(|| {
                let (release, held) = oneshot::channel();
                disk.held.push(release);
                held
            })
        };
        if let Some(held) = held {
            held.await.unwrap_or_default();
        }
        self.disk().fails.clone().map_or(Ok(()), Err)
    }

    async fn remove(&self) -> Result<(), String> {
        self.disk().calls.push("remove");
        Ok(())
    }
}

/// The interface, its jobs, and the commands it issued.
pub struct Stage {
    pub app: App,
    pub atlas: FakeAtlas,
    pub journal: FakeJournal,
    /// Every command so far, jobs included.
    pub commands: Vec<Command>,
    now: Now,
    runner: JobRunner<FakeAtlas, FakeJournal>,
    runtime: Runtime,
}

impl Stage {
    pub fn new(session: Session, form: Form) -> Self {
        let now = Now { wall: time(START), uptime: Duration::from_secs(1) };
        let runtime = Builder::new_current_thread().enable_time().start_paused(true).build().unwrap();
        let (atlas, journal) = (FakeAtlas::default(), FakeJournal::default());
        let runner = JobRunner::new(atlas.clone(), journal.clone(), clock);
        let app = App::new(session, form, Size { columns: 80, rows: 24 }, now);
        let mut stage = Self { app, atlas, journal, commands: Vec::new(), now, runner, runtime };
        stage.send(Event::ZoneLoaded(TimeZone::posix("CET-1CEST,M3.5.0,M10.5.0/3").unwrap()));
        stage
    }

    /// A demo with an empty form.
    pub fn empty() -> Self {
        Self::new(Session::Demo, Form::new("", "", "720"))
    }

    /// A demo with a valid form, and the focus on the button.
    pub fn filled() -> Self {
        Self::new(Session::Demo, Form::new(PROJECT, CLIENT, "720"))
    }

    /// A valid form except for one field, which has the focus.
    pub fn with(name: FieldName, text: &str) -> Self {
        let mut texts = [PROJECT, CLIENT, "720"];
        texts[FieldName::ALL.into_iter().position(|field| field == name).unwrap()] = text;
        let [project, client, lifetime] = texts;
        let mut stage = Self::new(Session::Demo, Form::new(project, client, lifetime));
        stage.app.shared.form.focus = Focus::Field(name);
        stage
    }

    /// The form was submitted, and the account is being fetched.
    pub fn fetching() -> Self {
        let mut stage = Self::filled();
        stage.keys("enter").signed_in(Ok(()));
        stage
    }

    /// The form was submitted, and the POST has been sent.
    pub fn posting() -> Self {
        let mut stage = Self::fetching();
        stage.account(&[]);
        stage
    }

    /// The screen of a new secret.
    pub fn created() -> Self {
        Self::created_as(secret())
    }

    pub fn created_as(secret: CreatedSecret) -> Self {
        let mut stage = Self::posting();
        stage.post_finished(Ok(secret));
        stage
    }

    /// The user stopped waiting. The POST is still running.
    pub fn stopped_waiting() -> Self {
        let mut stage = Self::posting();
        stage.keys("esc y");
        stage
    }

    /// Updates the interface with an event and carries out its commands until nothing is left to do. Returns the
    /// commands.
    pub fn send(&mut self, event: Event) -> Vec<Command> {
        let first = self.commands.len();
        let commands = self.app.update(self.now, event);
        self.carry_out(commands);
        self.settle();
        self.commands[first..].to_vec()
    }

    /// Like [`Self::send`], for chaining.
    pub fn event(&mut self, event: Event) -> &mut Self {
        self.send(event);
        self
    }

    /// Submits as `--yes` does.
    pub fn submit_preapproved(&mut self) -> &mut Self {
        self.app.shared.flags.yes = true;
        let commands = self.app.submit_preapproved();
        self.carry_out(commands);
        self.settle();
        self
    }

    fn carry_out(&mut self, commands: Vec<Command>) {
        let _inside = self.runtime.enter();
        for command in commands {
            self.commands.push(command.clone());
            self.runner.start(command);
        }
    }

    /// Runs the jobs until each waits for Atlas, the clock or the user.
    pub fn settle(&mut self) {
        loop {
            self.runtime.block_on(async {
                for _ in 0..16 {
                    tokio::task::yield_now().await;
                }
            });
            let mut is_idle = true;
            while let Some(event) = self.runner.try_next() {
                is_idle = false;
                let commands = self.app.update(self.now, event);
                self.carry_out(commands);
            }
            if is_idle {
                return;
            }
        }
    }

    pub fn now(&self) -> Now {
        self.now
    }

    /// Sets the wall clock.
    pub fn set_clock(&mut self, wall: Timestamp) -> &mut Self {
        self.now.wall = wall;
        CLOCK.set(wall);
        self.event(Event::TimePassed)
    }

    /// Advances both clocks, without an event for the interface.
    pub fn advance(&mut self, duration: Duration) -> &mut Self {
        self.now = self.now.plus(duration);
        CLOCK.set(self.now.wall);
        self.runtime.block_on(tokio::time::advance(duration));
        self.settle();
        self
    }

    /// Advances both clocks, and wakes the interface whenever it asks for it.
    pub fn wait(&mut self, duration: Duration) -> &mut Self {
        let until = self.now.plus(duration);
        while let Some(step) = self.wake_in()
            && step < until.since(self.now)
        {
            assert!(!step.is_zero(), "the interface would wake for ever");
            self.advance(step).event(Event::TimePassed);
        }
        let rest = until.since(self.now);
        self.advance(rest).event(Event::TimePassed)
    }

    /// Advances both clocks in one step, and wakes the interface once.
    pub fn wake_after(&mut self, seconds: u64) -> &mut Self {
        self.advance(Duration::from_secs(seconds)).event(Event::TimePassed)
    }

    /// This stage after some steps.
    pub fn then(mut self, steps: impl FnOnce(&mut Self) -> &mut Self) -> Self {
        steps(&mut self);
        self
    }

    /// This stage if the secret goes to standard output when the program ends.
    pub fn with_output(mut self, format: Format) -> Self {
        self.app.shared.output = Output::Sink(format);
        self
    }

    /// This stage after some keys.
    pub fn after(self, names: &str) -> Self {
        self.then(|stage| stage.keys(names))
    }

    /// Presses keys (for their names see [`key`]), each in a separate read.
    pub fn keys(&mut self, names: &str) -> &mut Self {
        for name in names.split_whitespace() {
            self.event(Event::KeysPressed(vec![key(name)]));
        }
        self
    }

    /// Presses several keys in one read.
    pub fn burst(&mut self, names: &str) -> &mut Self {
        self.event(Event::KeysPressed(names.split(' ').map(key).collect()))
    }

    /// Types text, each key in a separate read.
    pub fn type_in(&mut self, text: &str) -> &mut Self {
        for character in text.chars() {
            self.event(Event::KeysPressed(vec![typed(character)]));
        }
        self
    }

    /// Pastes text as a terminal without bracketed paste does: as keys in one read.
    pub fn paste_unbracketed(&mut self, text: &str) -> &mut Self {
        self.event(Event::KeysPressed(text.chars().map(typed).collect())).advance(Duration::from_millis(1))
    }

    /// Pastes text. The next key arrives in a later read.
    pub fn paste(&mut self, text: &str) -> &mut Self {
        self.paste_at_once(text).advance(Duration::from_millis(1))
    }

    pub fn paste_at_once(&mut self, text: &str) -> &mut Self {
        self.event(Event::Pasted(PastedText(text.to_owned())))
    }

    pub fn size(&mut self, columns: u16, rows: u16) -> &mut Self {
        self.event(Event::Resized { columns, rows })
    }

    /// Responds to the newest waiting request that `pick` accepts. `pick` returns every other one.
    #[track_caller]
    fn reply<T>(&mut self, pick: impl FnMut(Call) -> Result<Reply<T>, Call>, value: T) -> &mut Self {
        assert!(self.try_reply(pick, value), "no such request waits");
        self
    }

    /// Fails the newest waiting request that `pick` accepts, and all its retries.
    #[track_caller]
    fn fail<T>(
        &mut self,
        pick: fn(Call) -> Result<Reply<ApiResult<T>>, Call>,
        error: &ApiError,
    ) -> &mut Self {
        self.reply(pick, Err(error.clone())).wake_after(5);
        while self.try_reply(pick, Err(error.clone())) {
            self.wake_after(5);
        }
        self
    }

    fn try_reply<T>(&mut self, mut pick: impl FnMut(Call) -> Result<Reply<T>, Call>, value: T) -> bool {
        let mut value = Some(value);
        let mut kept = Vec::new();
        for call in self.atlas.take_waiting().into_iter().rev() {
            if value.is_none() {
                kept.push(call);
                continue;
            }
            match pick(call) {
                Ok(reply) => {
                    let _ = value.take().map(|value| reply.send(value));
                }
                Err(other) => kept.push(other),
            }
        }
        kept.reverse();
        self.atlas.put_back(kept);
        self.settle();
        value.is_none()
    }

    #[track_caller]
    pub fn signed_in(&mut self, result: Result<(), ApiError>) -> &mut Self {
        self.reply(sign_in_call, result)
    }

    #[track_caller]
    pub fn account_read(&mut self, result: Result<ServiceAccount, ApiError>) -> &mut Self {
        self.reply(account_call, result)
    }

    /// The account was fetched with these secrets. Atlas's clock agrees with this machine's.
    #[track_caller]
    pub fn account(&mut self, secrets: &[ExistingSecret]) -> &mut Self {
        let read_at = Some(self.now().wall);
        self.account_read(Ok(ServiceAccount {
            secrets: secrets.to_vec(),
            read_at,
            ..ServiceAccount::default()
        }))
    }

    #[track_caller]
    pub fn post_finished(&mut self, outcome: Result<CreatedSecret, ApiError>) -> &mut Self {
        self.reply(|call| if let Call::Create(_, reply) = call { Ok(reply) } else { Err(call) }, outcome)
    }

    #[track_caller]
    pub fn deleted(&mut self, outcome: Result<(), ApiError>) -> &mut Self {
        self.reply(|call| if let Call::Delete(_, _, reply) = call { Ok(reply) } else { Err(call) }, outcome)
    }

    #[track_caller]
    pub fn project_read(&mut self, result: Result<Project, ApiError>) -> &mut Self {
        self.reply(project_call, result)
    }

    /// The lookup of the project, which runs during the creation, failed.
    #[track_caller]
    pub fn project_failed(&mut self) -> &mut Self {
        self.fail(project_call, &ApiError::sent(Cause::Unexpected { status: 502 }))
    }

    #[track_caller]
    pub fn sign_in_fails(&mut self, error: &ApiError) -> &mut Self {
        self.fail(sign_in_call, error)
    }

    #[track_caller]
    pub fn account_fails(&mut self, error: &ApiError) -> &mut Self {
        self.fail(account_call, error)
    }

    #[track_caller]
    pub fn projects_page_fails(&mut self, error: &ApiError) -> &mut Self {
        self.fail(projects_call, error)
    }

    /// The organization's settings were fetched.
    #[track_caller]
    pub fn settings_read(&mut self, settings: OrganizationSettings) -> &mut Self {
        self.reply(
            |call| if let Call::Settings(_, reply) = call { Ok(reply) } else { Err(call) },
            Ok(settings),
        )
    }

    #[track_caller]
    pub fn projects_page(&mut self, result: Result<Page<ProjectEntry>, ApiError>) -> &mut Self {
        self.reply(projects_call, result)
    }

    #[track_caller]
    pub fn accounts_page(&mut self, result: Result<Page<AccountEntry>, ApiError>) -> &mut Self {
        self.reply(|call| if let Call::Accounts(_, _, reply) = call { Ok(reply) } else { Err(call) }, result)
    }

    #[track_caller]
    pub fn verified(&mut self, outcome: Result<(), ApiError>) -> &mut Self {
        self.reply(|call| if let Call::Verify(_, reply) = call { Ok(reply) } else { Err(call) }, outcome)
    }

    /// The form's lookups finished, and the account has these secrets.
    pub fn lookups_finished(&mut self, secrets: &[ExistingSecret]) -> &mut Self {
        self.wait(LOOKUP_DELAY);
        let commands = self.send(Event::TimePassed);
        assert!(commands.is_empty(), "the lookups start only once");
        let organization = OrganizationId::from_server("4888442a3354817a7320eb61");
        let name = ServerText::new("payments-prod");
        self.try_reply(project_call, Ok(Project { name, organization }));
        let account = ServiceAccount {
            name: ServerText::new("ci-deployer"),
            roles: vec![ServerText::new("GROUP_OWNER")],
            secrets: secrets.to_vec(),
            read_at: Some(self.now.wall),
        };
        self.account_read(Ok(account))
    }

    pub fn copied(&mut self, outcome: CopyOutcome) -> &mut Self {
        self.event(Event::CopyFinished(outcome))
    }

    pub fn clipboard(&mut self, content: ClipboardContent) -> &mut Self {
        self.event(Event::ClipboardChecked(content))
    }

    /// The save or the command that was started last.
    #[track_caller]
    pub fn task(&self) -> &DeliveryTask {
        let deliver = |command: &&Command| matches!(command, Command::Deliver(..));
        match self.commands.iter().rfind(deliver) {
            Some(Command::Deliver(task, _)) => task,
            _ => panic!("nothing was saved or run"),
        }
    }

    /// A save to a new file ended. On success, its whole path.
    pub fn saved(&mut self, outcome: Result<&str, SaveFailure>) -> &mut Self {
        self.delivered(outcome.map(|path| Delivery::Saved { path: ServerText::new(path) }))
    }

    /// An update of a file ended. On success, its whole path.
    pub fn file_updated(&mut self, outcome: Result<&str, SaveFailure>) -> &mut Self {
        self.delivered(outcome.map(|path| Delivery::Updated { place: ServerText::new(path) }))
    }

    fn delivered(&mut self, outcome: Result<Delivery, SaveFailure>) -> &mut Self {
        self.event(Event::Delivered(outcome.map_err(DeliveryFailure::from), CommandOutput::default()))
    }

    #[track_caller]
    pub fn command_ended(&mut self, outcome: CommandOutcome) -> &mut Self {
        self.command_reported(outcome, CommandOutput::default())
    }

    /// A command was run, and ended like this.
    #[track_caller]
    pub fn ran(&mut self, line: &str, outcome: CommandOutcome) -> &mut Self {
        self.keys("p").type_in(line).keys("enter").command_ended(outcome)
    }

    #[track_caller]
    pub fn command_reported(&mut self, outcome: CommandOutcome, output: CommandOutput) -> &mut Self {
        let DeliveryTask::Run(command) = self.task() else { panic!("nothing was run") };
        let (result, output) = command.result(outcome, output);
        self.event(Event::Delivered(result, output))
    }

    pub fn printed(&mut self, result: Result<(), String>) -> &mut Self {
        self.event(Event::Printed(result))
    }

    pub fn sign_in_tried(&mut self, outcome: ApiResult<SignedIn>) -> &mut Self {
        self.event(Event::SignInTried(outcome))
    }

    /// How long the event loop would sleep now; `None` without a limit.
    pub fn wake_in(&self) -> Option<Duration> {
        let Size { columns, rows } = self.app.shared.size;
        let mut terminal = Terminal::new(TestBackend::new(columns, rows)).unwrap();
        let mut wake = None;
        terminal.draw(|frame| wake = self.app.draw(&Theme::color(Glyphs::UNICODE), frame)).unwrap();
        wake.into_iter().chain(self.app.due_in()).min()
    }

    /// The text on the screen without line breaks.
    pub fn drawn(&self) -> String {
        let Size { columns, rows } = self.app.shared.size;
        let mut terminal = Terminal::new(TestBackend::new(columns, rows)).unwrap();
        terminal.draw(|frame| _ = self.app.draw(&Theme::color(Glyphs::UNICODE), frame)).unwrap();
        let cells = &terminal.backend().buffer().content;
        let rows = cells.chunks(usize::from(columns).max(1));
        let rows: Vec<String> = rows.map(|row| row.iter().map(Cell::symbol).collect()).collect();
        rows.join(" ").split_whitespace().collect::<Vec<_>>().join(" ")
    }

    /// Asserts that the text is on the screen.
    #[track_caller]
    pub fn shows(&self, text: &str) -> &Self {
        let drawn = self.drawn();
        assert!(drawn.contains(text), "{text:?} is not in {drawn:?}");
        self
    }

    /// Asserts that the text is not on the screen.
    #[track_caller]
    pub fn hides(&self, text: &str) -> &Self {
        let drawn = self.drawn();
        assert!(!drawn.contains(text), "{text:?} is in {drawn:?}");
        self
    }

    pub fn count(&self, wanted: fn(&Command) -> bool) -> usize {
        self.commands.iter().filter(|command| wanted(command)).count()
    }

    pub fn posts(&self) -> usize {
        self.atlas.posts()
    }

    pub fn exit(&self) -> Option<Exit> {
        self.commands.iter().find_map(|command| match command {
            Command::Quit(exit) => Some(*exit),
            _ => None,
        })
    }

    /// Asserts that the program exits like this, and what it says about the secrets.
    #[track_caller]
    pub fn left(&self, exit: Exit, dispositions: &[Disposition]) {
        assert_eq!((self.exit(), self.dispositions().as_slice()), (Some(exit), dispositions));
    }

    pub fn text(&self, name: FieldName) -> &str {
        self.app.shared.form.field(name).line.text()
    }

    pub fn is_on_form(&self) -> bool {
        matches!(self.app.screen, Screen::Form(_))
    }

    #[track_caller]
    pub fn created_screen(&self) -> &CreatedScreen {
        match &self.app.screen {
            Screen::Created(created) => created,
            other => panic!("no secret is shown: {other:?}"),
        }
    }

    pub fn certainty(&self) -> Option<Certainty> {
        match &self.app.shared.form.notice {
            Some(Notice::Failed(certainty, _)) => Some(*certainty),
            _ => None,
        }
    }

    pub fn dispositions(&self) -> Vec<Disposition> {
        self.app.shared.summaries.iter().map(|summary| summary.disposition.clone()).collect()
    }
}

fn sign_in_call(call: Call) -> Result<Reply<ApiResult<()>>, Call> {
    if let Call::SignIn(reply) = call { Ok(reply) } else { Err(call) }
}

fn account_call(call: Call) -> Result<Reply<ApiResult<ServiceAccount>>, Call> {
    if let Call::Account(_, reply) = call { Ok(reply) } else { Err(call) }
}

fn project_call(call: Call) -> Result<Reply<ApiResult<Project>>, Call> {
    if let Call::Project(_, reply) = call { Ok(reply) } else { Err(call) }
}

fn projects_call(call: Call) -> Result<Reply<ApiResult<Page<ProjectEntry>>>, Call> {
    if let Call::Projects(_, reply) = call { Ok(reply) } else { Err(call) }
}

thread_local! {
    static CLOCK: std::cell::Cell<Timestamp> = std::cell::Cell::new(START.parse().unwrap());
}

/// The wall clock of the jobs.
fn clock() -> Timestamp {
    CLOCK.get()
}

/// A key by its name, as below, `<ctrl-c>`, or the character that it types.
pub fn key(name: &str) -> KeyPress {
    let plain = |code| KeyPress { code, modifiers: KeyModifiers::NONE };
    match name {
        "enter" => plain(KeyCode::Enter),
        "esc" => plain(KeyCode::Esc),
        "tab" => plain(KeyCode::Tab),
        "up" => plain(KeyCode::Up),
        "down" => plain(KeyCode::Down),
        "left" => plain(KeyCode::Left),
        "f1" => plain(KeyCode::F(1)),
        "f2" => plain(KeyCode::F(2)),
        "backspace" => plain(KeyCode::Backspace),
        "page-up" => plain(KeyCode::PageUp),
        "page-down" => plain(KeyCode::PageDown),
        "home" => plain(KeyCode::Home),
        "end" => plain(KeyCode::End),
        "<blank>" => plain(KeyCode::Char(' ')),
        "shift-tab" => KeyPress { code: KeyCode::BackTab, modifiers: KeyModifiers::SHIFT },
        _ => {
            let control = name.strip_prefix("<ctrl-").and_then(|rest| rest.strip_suffix('>'));
            let modifiers = control.map_or(KeyModifiers::NONE, |_| KeyModifiers::CONTROL);
            KeyPress { code: KeyCode::Char(control.unwrap_or(name).parse().unwrap()), modifiers }
        }
    }
}

fn typed(character: char) -> KeyPress {
    let code = if character == '\n' { KeyCode::Enter } else { KeyCode::Char(character) };
    KeyPress { code, modifiers: KeyModifiers::NONE }
}

/// The response to a successful POST.
pub fn secret() -> CreatedSecret {
    CreatedSecret {
        value: VALUE.into(),
        id: Some(SecretId::from_server(SECRET_ID).unwrap()),
        created_at: Some(time("2026-11-23T17:14:00Z")),
        expires_at: Some(time("2026-12-23T17:14:00Z")),
    }
}

pub fn time(text: &str) -> Timestamp {
    text.parse().unwrap()
}

pub fn client() -> ClientId {
    ClientId::parse(CLIENT).unwrap()
}

/// An error response of Atlas without details.
pub fn rejection(status: u16, error_code: &str) -> Rejection {
    let error_code = ServerText::new(error_code);
    Rejection {
        status,
        error_code,
        detail: ServerText::default(),
        fields: Vec::new(),
        retry_after: None,
        address: None,
    }
}
