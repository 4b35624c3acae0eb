//! Any sequence of keys, pastes, sizes, signals, time and answers keeps the promises that matter most: one
//! create at a time, no secret lost, no secret seen where it does not belong.
//!
//! A simulated shell stands in for the world: it answers the core's effects in any order, with any outcome,
//! early or late, and draws after every event.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::time::Duration;

use atlas_secret::core::{
    Effect, Event, Form, FormNotice, KeyPress, Model, Output, PastedText, Screen, Signal, Size, update,
    wake_at,
};
use atlas_secret::domain::{
    BaseUrl, ClientId, ClipboardContent, CommandOutcome, CopyFailure, CopyOutcome, CreateOutcome,
    CreatedSecret, DeleteOutcome, ExistingSecret, Exit, Farewell, Fate, Format, HeldCopy, JournalEntry,
    LeftOver, Login, LostAnswer, Moment, OrganizationId, OrganizationSettings, Page, PrintFailure, Project,
    ProjectEntry, ProjectId, ReadProblem, Rejection, RequestId, SaveFailure, SaveOutcome, SecretId,
    ServerText, ServiceAccount, Session, TerminalRoute, TransportProblem, Tried, TriedSession, VerifyOutcome,
};
use atlas_secret::view::{Glyphs, Theme, draw};
use crossterm::event::{KeyCode, KeyModifiers};
use jiff::Timestamp;
use proptest::prelude::*;
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use secrecy::SecretString;

const PROJECT: &str = "32b6e34b3d91647abb20e7b8";
const CLIENT: &str = "mdb_sa_id_1234567890abcdef12345678";

/// What no frame, no `Debug` and no text may hold. The tail is left out: a mask shows four characters of it.
const CANARY: &str = "FAKEcanaryFAKEcanaryFAKEcanary";
const VALUE: &str = "mdb_sa_sk_FAKEcanaryFAKEcanaryFAKEcanary9f3a";

/// One thing that happens to the program.
#[derive(Clone, Debug)]
enum Step {
    Keys(Vec<u8>),
    Paste(u8),
    Resize(u16, u16),
    Signal(u8),
    Wait(u32),
    /// Lets exactly as much time pass as the core asked for.
    Wake,
    /// Earlier runs turn out to have left something behind, or the disk fails, or the login is known.
    News(u8),
    /// Answers one of the effects that wait, with one of the outcomes.
    Answer {
        which: usize,
        outcome: u8,
    },
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        10 => prop::collection::vec(any::<u8>(), 1..4).prop_map(Step::Keys),
        1 => prop::collection::vec(any::<u8>(), 4..20).prop_map(Step::Keys),
        1 => any::<u8>().prop_map(Step::Paste),
        1 => (0_u16..120, 0_u16..45).prop_map(|(columns, rows)| Step::Resize(columns, rows)),
        1 => Just(Step::Resize(80, 24)),
        1 => (0_u8..200).prop_map(Step::Signal),
        2 => (0_u32..70_000).prop_map(Step::Wait),
        2 => Just(Step::Wake),
        1 => any::<u8>().prop_map(Step::News),
        12 => (any::<usize>(), any::<u8>()).prop_map(|(which, outcome)| Step::Answer { which, outcome }),
    ]
}

/// Half of the keys are those that move a run on, so that a run gets somewhere.
fn key(choice: u8) -> KeyPress {
    let plain = |code| KeyPress { code, modifiers: KeyModifiers::NONE };
    let control = |letter| KeyPress { code: KeyCode::Char(letter), modifiers: KeyModifiers::CONTROL };
    let typed: Vec<char> = "cnqrdlgb?x0f_9é漢sp+vk".chars().collect();
    if choice == 29 {
        // Rare, for it ends most runs.
        return control('c');
    }
    match choice % 64 {
        0..=12 => plain(KeyCode::Enter),
        13..=20 => plain(KeyCode::Char('y')),
        21..=25 => control('s'),
        26..=29 => plain(KeyCode::Esc),
        30 => control('z'),
        31 => control('l'),
        32 => control('u'),
        33 => plain(KeyCode::F(1)),
        34..=36 => plain(KeyCode::Tab),
        37..=38 => KeyPress { code: KeyCode::BackTab, modifiers: KeyModifiers::SHIFT },
        39 => plain(KeyCode::Up),
        40 => plain(KeyCode::Down),
        41 => plain(KeyCode::Left),
        42 => plain(KeyCode::Backspace),
        43 => plain(KeyCode::Delete),
        48 => plain(KeyCode::F(2)),
        44 => control('w'),
        45 => control('k'),
        46..=47 => control('o'),
        other => plain(KeyCode::Char(typed[usize::from(other) % typed.len()])),
    }
}

fn pasted(choice: u8) -> String {
    match choice % 8 {
        0 | 1 => format!("{PROJECT}\n{CLIENT}\n"),
        2 => format!("https://cloud.mongodb.com/v2/{PROJECT}#/access"),
        3 => VALUE.to_owned(),
        4 => format!("{CLIENT} {VALUE}\n\n"),
        5 => "2147483647".to_owned(),
        6 => "\u{1b}[2J漢e\u{301}\u{202e} 12w".to_owned(),
        _ => PROJECT[..usize::from(choice) % 24].to_owned(),
    }
}

/// How a run begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Start {
    Empty,
    Filled,
    /// Something waits for standard output.
    Sink,
    /// `--yes` on a terminal.
    Submitted,
    /// `--yes`, and no terminal.
    Alone,
}

fn start() -> impl Strategy<Value = Start> {
    prop_oneof![
        2 => Just(Start::Empty),
        5 => Just(Start::Filled),
        1 => Just(Start::Sink),
        1 => Just(Start::Submitted),
        1 => Just(Start::Alone),
    ]
}

/// The world around the core, and what it has seen.
struct World {
    model: Model,
    waiting: Vec<Effect>,
    creates_in_flight: usize,
    /// How many POSTs got an answer that says nothing.
    lost: usize,
    /// Ids of the secrets that Atlas created.
    created: Vec<SecretId>,
    exit: Option<Exit>,
}

impl World {
    fn new(start: Start) -> Self {
        let filled = start != Start::Empty;
        let now = Moment { wall: "2026-11-23T18:14:10Z".parse().unwrap(), uptime: Duration::ZERO };
        let form = if filled { Form::new(PROJECT, CLIENT, "720") } else { Form::new("", "", "720") };
        let size = Size { columns: 80, rows: 24 };
        let mut model = Model::new(Session::Demo, form, size, now);
        if matches!(start, Start::Sink | Start::Alone) {
            model.output = Output::Sink(Format::Env);
        }
        model.beforehand.submits = matches!(start, Start::Submitted | Start::Alone);
        model.has_terminal = start != Start::Alone;
        let mut world = Self {
            model,
            waiting: Vec::new(),
            creates_in_flight: 0,
            lost: 0,
            created: Vec::new(),
            exit: None,
        };
        if world.model.beforehand.submits {
            world.event(Event::SubmittedBeforehand);
        }
        world
    }

    /// Does what the shell would do with an event, checking on the way.
    fn event(&mut self, event: Event) {
        hides(&event);
        let now = self.model.now;
        for effect in update(&mut self.model, now, event) {
            hides(&effect);
            match effect {
                // What comes after it is never looked at.
                Effect::Quit(exit) => {
                    self.exit = Some(exit);
                    break;
                }
                Effect::Suspend => assert_eq!(self.creates_in_flight, 0, "stopped with a POST in flight"),
                Effect::Repaint => {}
                effect => {
                    self.creates_in_flight += usize::from(matches!(effect, Effect::CreateSecret { .. }));
                    assert!(self.creates_in_flight <= 1, "two creates in flight");
                    self.waiting.push(effect);
                }
            }
        }
        self.check();
    }

    fn step(&mut self, step: Step) {
        match step {
            Step::Keys(choices) => {
                self.event(Event::KeysPressed(choices.into_iter().map(key).collect()));
            }
            Step::Paste(choice) if choice.is_multiple_of(2) => {
                self.event(Event::Pasted(PastedText(pasted(choice / 2))));
            }
            Step::Paste(choice) => {
                let as_key = |character| match character {
                    '\n' => KeyPress { code: KeyCode::Enter, modifiers: KeyModifiers::NONE },
                    character => KeyPress { code: KeyCode::Char(character), modifiers: KeyModifiers::NONE },
                };
                self.event(Event::KeysPressed(pasted(choice / 2).chars().map(as_key).collect()));
            }
            Step::Resize(columns, rows) => self.event(Event::Resized { columns, rows }),
            Step::Signal(choice) => {
                // Most runs are to get further than the first signal.
                let signal = match choice {
                    0 => Signal::HangUp,
                    1 => Signal::Interrupt,
                    2 => Signal::Terminate,
                    _ => return,
                };
                self.event(Event::SignalReceived(signal));
            }
            Step::Wait(milliseconds) => self.wait(Duration::from_millis(milliseconds.into())),
            Step::Wake => {
                if let Some(duration) = wake_at(&self.model) {
                    self.wait(duration);
                }
            }
            Step::News(choice) => self.news(choice),
            Step::Answer { which, outcome } => self.answer(which, outcome),
        }
    }

    fn news(&mut self, choice: u8) {
        let client = ClientId::parse(CLIENT).unwrap();
        match choice % 4 {
            0 => self.event(Event::NoteFailed("The note could not be removed.".to_owned())),
            1 => self.event(Event::LoginKnown(Login { client, ends_with: ServerText::new("abcd") })),
            _ => {
                let entry = JournalEntry {
                    base_url: BaseUrl::parse(BaseUrl::CLOUD).unwrap(),
                    identity: ServerText::new("access token"),
                    project: ProjectId::parse(PROJECT).unwrap(),
                    client,
                    begun_at: "2026-11-20T10:00:00Z".parse().unwrap(),
                    ids_before: choice.is_multiple_of(3).then(Vec::new),
                    secret_id: SecretId::from_server("earlier").filter(|_| choice.is_multiple_of(5)),
                    expires_at: None,
                };
                self.event(Event::LeftOversFound(vec![LeftOver { number: 0, entry }]));
            }
        }
    }

    fn wait(&mut self, duration: Duration) {
        self.model.now = self.model.now.plus(duration);
        self.event(Event::TimePassed);
    }

    fn answer(&mut self, which: usize, outcome: u8) {
        if self.waiting.is_empty() {
            return;
        }
        let effect = self.waiting.remove(which % self.waiting.len());
        match effect {
            Effect::SignIn { request } => {
                let result = if outcome.is_multiple_of(8) { Err(problem(outcome / 8)) } else { Ok(()) };
                self.event(Event::SignedIn { request, result });
            }
            Effect::ReadAccount { request, .. } => {
                self.event(Event::AccountRead { request, result: account(outcome) });
            }
            Effect::TryCredentials { request, .. }
            | Effect::TryProfile { request, .. }
            | Effect::OpenDemo { request } => {
                let tried = match outcome % 3 {
                    0 => Tried::Refused(problem(outcome / 3)),
                    1 => Tried::AddressNotListed,
                    _ => Tried::Accepted,
                };
                let (project, client) = (Some(PROJECT.to_owned()), Some(CLIENT.to_owned()));
                let outcome = TriedSession { tried, session: Session::Demo, project, client };
                self.event(Event::SignInTried { request, outcome });
            }
            Effect::ReadProjects { request, page } => {
                let entry =
                    ProjectEntry { id: ProjectId::parse(PROJECT).unwrap(), name: ServerText::new("one") };
                let read = Page { entries: vec![entry; 3], is_last: page > 2, about: Some(1200) };
                let result = if outcome.is_multiple_of(5) { Err(problem(outcome / 5)) } else { Ok(read) };
                self.event(Event::ProjectsRead { request, result });
            }
            Effect::ReadAccounts { request, .. } => {
                let page = Page { entries: Vec::new(), is_last: true, about: None };
                self.event(Event::AccountsRead { request, result: Ok(page) });
            }
            Effect::CreateSecret { request, .. } => self.answer_create(request, outcome),
            Effect::DeleteSecret { request, .. } => {
                let gone = outcome.is_multiple_of(2);
                let outcome =
                    if gone { DeleteOutcome::Gone } else { DeleteOutcome::Failed(problem(outcome / 2)) };
                self.event(Event::DeleteAnswered { request, outcome });
            }
            other => self.answer_more(other, outcome),
        }
    }

    /// What is read beside the chain, and what this machine answers.
    fn answer_more(&mut self, effect: Effect, outcome: u8) {
        match effect {
            Effect::CopyToClipboard { request, .. } => {
                let held =
                    HeldCopy { clears_in: outcome.is_multiple_of(4).then_some(Duration::from_secs(60)) };
                let outcome = match outcome % 3 {
                    0 if outcome.is_multiple_of(2) => CopyOutcome::Unverified(held),
                    0 => CopyOutcome::Copied(held),
                    1 => CopyOutcome::Sent(TerminalRoute::Osc52),
                    _ => CopyOutcome::Failed(CopyFailure { reasons: vec![ServerText::new("no display")] }),
                };
                self.event(Event::CopyFinished { request, outcome });
            }
            Effect::ReadSettings { request, .. } => {
                let longest_secret_hours = outcome.is_multiple_of(4).then_some(700);
                let settings = OrganizationSettings { longest_secret_hours, requires_access_list: false };
                let result = if outcome.is_multiple_of(3) { Err(problem(outcome / 3)) } else { Ok(settings) };
                self.event(Event::SettingsRead { request, result });
            }
            Effect::NoteCreation { request, .. } => {
                let result =
                    if outcome.is_multiple_of(3) { Err("It could not be noted.".to_owned()) } else { Ok(()) };
                self.event(Event::CreationNoted { request, result });
            }
            Effect::VerifySecret { request, .. } => {
                let outcomes = [
                    VerifyOutcome::Accepted { at: None },
                    VerifyOutcome::Refused(ServerText::new("invalid_client")),
                    VerifyOutcome::CouldNotCheck(problem(outcome)),
                ];
                let outcome = outcomes[usize::from(outcome) % 3].clone();
                self.event(Event::SecretVerified { request, outcome });
            }
            Effect::CopyText { request, .. } => {
                let outcome = CopyOutcome::Sent(TerminalRoute::Osc52);
                self.event(Event::CopyFinished { request, outcome });
            }
            Effect::ReadProject { request, .. } => {
                let organization = OrganizationId::from_server(&"4".repeat(24));
                let project = Project { name: ServerText::new("one"), organization };
                let result = if outcome.is_multiple_of(3) { Err(problem(outcome / 3)) } else { Ok(project) };
                self.event(Event::ProjectRead { request, result });
            }
            Effect::CheckClipboard { request } | Effect::ExtendClipboard { request, .. } => {
                let contents = [
                    ClipboardContent::Ours { clears_in: Some(Duration::from_secs(30)) },
                    ClipboardContent::Ours { clears_in: None },
                    ClipboardContent::Overwritten,
                    ClipboardContent::Cleared,
                    ClipboardContent::Unreadable,
                ];
                self.event(Event::ClipboardChecked { request, content: contents[usize::from(outcome) % 5] });
            }
            Effect::SaveToFile { request, .. } => {
                let path = ServerText::new("/saved");
                let format = Format::ALL[usize::from(outcome) % Format::ALL.len()];
                let saved = SaveOutcome::Saved { path, format };
                let failed = SaveOutcome::Failed(SaveFailure::Full);
                let outcome = if outcome.is_multiple_of(2) { saved } else { failed };
                self.event(Event::FileSaved { request, outcome });
            }
            Effect::PipeToCommand { request, .. } => {
                let outcomes =
                    [CommandOutcome::Succeeded, CommandOutcome::ClosedEarly, CommandOutcome::Exited(1)];
                let outcome = outcomes[usize::from(outcome) % 3].clone();
                self.event(Event::CommandEnded { request, outcome });
            }
            Effect::PrintSecret { request, .. } => {
                let result = if outcome.is_multiple_of(2) { Ok(()) } else { Err(PrintFailure::Closed) };
                self.event(Event::SecretPrinted { request, result });
            }
            Effect::TakeTerminal => self.event(Event::TerminalTaken { is_taken: outcome.is_multiple_of(2) }),
            other => assert_eq!(other.request(), None, "an effect that this world does not answer"),
        }
    }

    fn answer_create(&mut self, request: RequestId, choice: u8) {
        self.creates_in_flight -= 1;
        let outcome = create_outcome(choice, self.created.len());
        self.lost += usize::from(matches!(outcome, CreateOutcome::Unknown(_)));
        let id = match &outcome {
            CreateOutcome::Created(secret) => secret.id.clone(),
            _ => None,
        };
        self.created.extend(id.clone());
        self.event(Event::CreateAnswered { request, outcome });
        let Some(id) = id else { return };
        let told = self.model.farewells.iter().any(|farewell| farewell.secret_id.as_ref() == Some(&id));
        let shown = self.shows(&id);
        assert!(if self.exit.is_some() { told } else { shown }, "a secret that came was dropped");
    }

    fn shows(&self, id: &SecretId) -> bool {
        matches!(&self.model.screen, Screen::Created(created) if created.secret.id.as_ref() == Some(id))
    }

    /// What must be true after every event.
    fn check(&self) {
        hides(&self.model);
        let model = &self.model;
        let form = &model.form;
        for field in [&form.project, &form.client, &form.lifetime] {
            assert!(!field.line.text().contains("mdb_sa_sk_"), "a field keeps a secret");
        }
        if let Some(FormNotice::Failed(failure)) = &form.notice {
            assert!(!failure.explanation.meaning.contains(CANARY));
        }
        for id in &self.created {
            let told =
                model.farewells.iter().filter(|farewell| farewell.secret_id.as_ref() == Some(id)).count();
            let shown = usize::from(self.shows(id) && self.exit.is_none());
            assert_eq!(told + shown, 1, "each secret is shown or has its one farewell");
        }
        let losses = model.farewells.iter().any(|farewell| farewell.fate.is_loss());
        if let Some(exit) = self.exit {
            let broken = model.output == Output::Broken;
            assert_eq!(exit == Exit::NotHandedOver, losses || broken, "the exit code tells a loss");
        }
        // A lost answer that was found out about is told as what became of it.
        let found_out = |farewell: &&Farewell| match farewell.fate {
            Fate::PerhapsCreated | Fate::Kept => true,
            Fate::Deleted => farewell.secret_id.as_ref().is_none_or(|id| !self.created.contains(id)),
            _ => false,
        };
        let perhaps = model.farewells.iter().filter(found_out).count();
        let most = self.lost + self.creates_in_flight;
        let least = if self.exit.is_some() { most } else { self.lost };
        assert!((least..=most).contains(&perhaps), "each lost answer is told once, and no other");
    }

    fn draw(&self, size: Size, theme: &Theme) {
        let mut terminal = Terminal::new(TestBackend::new(size.columns, size.rows)).unwrap();
        terminal.draw(|frame| draw(&self.model, theme, frame)).unwrap();
        let revealed =
            matches!(&self.model.screen, Screen::Created(created) if created.is_revealed(self.model.now));
        if !revealed {
            let text: String =
                terminal.backend().buffer().content().iter().map(ratatui::buffer::Cell::symbol).collect();
            assert!(!text.contains("FAKEcanary"), "a frame shows a masked secret");
        }
    }
}

fn hides(thing: &impl std::fmt::Debug) {
    assert!(!format!("{thing:?}").contains("FAKEcanary"), "a Debug shows the secret");
}

fn rejection(choice: u8) -> Rejection {
    let rows = [
        (401, "UNAUTHORIZED"),
        (403, "IP_ADDRESS_NOT_ON_ACCESS_LIST"),
        (404, "GROUP_NOT_FOUND"),
        (404, "SERVICE_ACCOUNT_NOT_FOUND"),
        (429, "RATE_LIMITED"),
        (429, "RATE_LIMITED"),
        (400, "VALIDATION_ERROR"),
        (500, "UNEXPECTED_ERROR"),
    ];
    let (status, error_code) = rows[usize::from(choice) % rows.len()];
    let retry_after = choice.is_multiple_of(2).then(|| Duration::from_millis(u64::from(choice) * 90));
    let (error_code, detail) = (ServerText::new(error_code), ServerText::new("漢 words of the server"));
    Rejection { status, error_code, detail, fields: Vec::new(), retry_after }
}

fn problem(choice: u8) -> ReadProblem {
    match choice % 4 {
        0 => ReadProblem::Transport(TransportProblem::ConnectTimeout),
        1 => ReadProblem::TimedOut(Duration::from_secs(3)),
        2 => ReadProblem::Unexpected { status: 502 },
        _ => ReadProblem::Rejected(rejection(choice / 4)),
    }
}

fn account(choice: u8) -> Result<ServiceAccount, ReadProblem> {
    let existing = |expires_at: &str| ExistingSecret {
        id: SecretId::from_server("bbbb").unwrap(),
        created_at: None,
        expires_at: Some(expires_at.parse().unwrap()),
        last_used_at: None,
        mask: Some(ServerText::new("mdb_sa_sk_...abcd")),
    };
    let long = "2029-11-23T18:14:00Z";
    let secrets = match choice % 8 {
        0..=3 => Vec::new(),
        4 if choice > 128 => vec![ExistingSecret {
            id: SecretId::from_server(&format!("new-{choice}")).unwrap(),
            created_at: Some("2026-11-23T18:14:20Z".parse().unwrap()),
            ..existing(long)
        }],
        4 => vec![existing(long)],
        5 => vec![existing("2025-01-01T00:00:00Z")],
        6 => vec![existing(long), existing(long)],
        _ => return Err(problem(choice / 8)),
    };
    Ok(ServiceAccount { secrets, ..ServiceAccount::default() })
}

fn create_outcome(choice: u8, number: usize) -> CreateOutcome {
    match choice % 6 {
        0 => CreateOutcome::NotSent(TransportProblem::ConnectTimeout),
        1 => CreateOutcome::Rejected(rejection(choice / 6)),
        2 => CreateOutcome::Unknown(LostAnswer::Unexpected { status: 502 }),
        _ => CreateOutcome::Created(CreatedSecret {
            value: SecretString::from(VALUE),
            id: SecretId::from_server(&format!("secret-{number}")),
            created_at: None,
            expires_at: Some(Timestamp::MAX),
        }),
    }
}

/// One run from the first event to the last, or to the end of the program.
fn run(start: Start, steps: Vec<Step>) {
    let mut world = World::new(start);
    let theme = Theme::colour(Glyphs::UNICODE);
    for step in steps {
        world.step(step);
        world.draw(world.model.size, &theme);
        if world.exit.is_some() {
            break;
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_run_keeps_the_promises(start in start(), steps in prop::collection::vec(step(), 1..200)) {
        run(start, steps);
    }
}
