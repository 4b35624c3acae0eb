//! The world around the core, and what it has seen: a simulated shell that checks the promises after every event.

use std::time::Duration;

use atlas_secret::core::{
    Effect, Event, Form, FormNotice, KeyPress, Model, Output, PastedText, Screen, Signal, Size, update,
    wake_at,
};
use atlas_secret::domain::{
    BaseUrl, ClientId, CreateOutcome, Disposition, Exit, ExitSummary, Format, JournalEntry, Login, Now,
    PendingRecord, ProjectId, RequestId, SecretId, ServerText, Session,
};
use atlas_secret::view::{Theme, draw};
use crossterm::event::{KeyCode, KeyModifiers};
use ratatui::Terminal;
use ratatui::backend::TestBackend;

use crate::answers::answer_to;
use crate::outcomes::create_outcome;
use crate::steps::{Start, Step, key, pasted};

pub const PROJECT: &str = "32b6e34b3d91647abb20e7b8";
pub const CLIENT: &str = "mdb_sa_id_1234567890abcdef12345678";

/// What no frame, no `Debug` and no text may hold. The tail is left out: a mask shows four characters of it.
pub const CANARY: &str = "FAKEcanaryFAKEcanaryFAKEcanary";
pub const VALUE: &str = "mdb_sa_sk_FAKEcanaryFAKEcanaryFAKEcanary9f3a";

/// The world around the core, and what it has seen.
pub struct World {
    pub model: Model,
    waiting: Vec<Effect>,
    creates_in_flight: usize,
    /// How many POSTs got an answer that says nothing.
    lost: usize,
    /// Ids of the secrets that Atlas created.
    created: Vec<SecretId>,
    pub exit: Option<Exit>,
    /// How many events the core was given.
    pub events: usize,
}

impl World {
    pub fn new(start: Start) -> Self {
        let filled = start != Start::Empty;
        let now = Now { wall: "2026-11-23T18:14:10Z".parse().unwrap(), uptime: Duration::ZERO };
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
            events: 0,
        };
        if world.model.beforehand.submits {
            world.event(Event::SubmittedBeforehand);
        }
        world
    }

    /// Does what the shell would do with an event, checking on the way.
    fn event(&mut self, event: Event) {
        self.events += 1;
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

    pub fn step(&mut self, step: Step) {
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
                self.event(Event::LeftOversFound(vec![PendingRecord { number: 0, entry }]));
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
        if let Effect::CreateSecret { request, .. } = effect {
            return self.answer_create(request, outcome);
        }
        if let Some(answer) = answer_to(&effect, outcome) {
            self.event(answer);
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
            assert_eq!(exit == Exit::NotDelivered, losses || broken, "the exit code tells a loss");
        }
        // A lost answer that was found out about is told as what became of it.
        let found_out = |farewell: &&ExitSummary| match farewell.fate {
            Disposition::PerhapsCreated | Disposition::Kept => true,
            Disposition::Deleted => farewell.secret_id.as_ref().is_none_or(|id| !self.created.contains(id)),
            _ => false,
        };
        let perhaps = model.farewells.iter().filter(found_out).count();
        let most = self.lost + self.creates_in_flight;
        let least = if self.exit.is_some() { most } else { self.lost };
        assert!((least..=most).contains(&perhaps), "each lost answer is told once, and no other");
    }

    pub fn draw(&self, size: Size, theme: &Theme) {
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
