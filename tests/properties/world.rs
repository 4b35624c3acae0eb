//! The environment of the interface. It checks the invariants after every step.

use std::time::Duration;

use atlas_secret::domain::{
    AccountRef, ApiError, BaseUrl, Certainty, ClientId, Disposition, Exit, ExitSummary, Format, JournalEntry,
    Login, PendingRecord, ProfileName, ProjectId, SecretId, ServerText,
};
use atlas_secret::tui::screens::{FieldName, Notice};
use atlas_secret::tui::{Command, Event, KeyPress, Output, PastedText, Screen, Signal, Size, Theme};
use crossterm::event::{KeyCode, KeyModifiers};
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::buffer::Cell;

use crate::answers::{report_for, respond};
use crate::outcomes::create_outcome;
use crate::stage::{CLIENT, Call, PROJECT, Stage};
use crate::steps::{Start, Step, key, pasted};

/// A text that no frame, `Debug` output or message may contain. It lacks the end of the value, of which a mask shows
/// four characters.
pub const CANARY: &str = "FAKEcanaryFAKEcanaryFAKEcanary";
pub const VALUE: &str = "mdb_sa_sk_FAKEcanaryFAKEcanaryFAKEcanary9f3a";

/// The interface with its jobs, and what happened so far.
pub struct World {
    stage: Stage,
    /// The number of the stage's commands that were handled.
    handled: usize,
    /// The commands that wait for a report.
    waiting: Vec<Command>,
    /// The number of POSTs in flight after the last step.
    in_flight: usize,
    /// The number of POSTs with an inconclusive response.
    lost: usize,
    /// The IDs of the secrets that Atlas created.
    created: Vec<SecretId>,
    /// The number of events sent to the interface.
    pub events: usize,
}

impl World {
    pub fn new(start: Start) -> Self {
        let mut stage = if start == Start::Empty { Stage::empty() } else { Stage::filled() };
        if start == Start::Sink {
            stage = stage.with_output(Format::Env);
        }
        if start == Start::Preapproved {
            stage.submit_preapproved();
        }
        Self { stage, handled: 0, waiting: Vec::new(), in_flight: 0, lost: 0, created: Vec::new(), events: 0 }
    }

    pub fn exit(&self) -> Option<Exit> {
        self.stage.exit()
    }

    fn event(&mut self, event: Event) {
        self.events += 1;
        assert_hidden(&event);
        self.stage.send(event);
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
                // Most runs should get further than the first signal.
                let signal = match choice {
                    0 => Signal::HANG_UP,
                    1 => Signal::INTERRUPT,
                    2 => Signal::TERMINATE,
                    _ => return,
                };
                self.event(Event::SignalReceived(signal));
            }
            Step::Wait(milliseconds) => self.wait(Duration::from_millis(milliseconds.into())),
            Step::Wake => {
                if let Some(duration) = self.stage.wake_in() {
                    self.wait(duration);
                }
            }
            Step::Report(choice) => self.report(choice),
            Step::Respond { which, outcome } => self.respond(which, outcome),
        }
        self.check();
    }

    fn report(&mut self, choice: u8) {
        let client = ClientId::parse(CLIENT).unwrap();
        match choice % 5 {
            0 => self.event(Event::RecordFailed("The record could not be removed.".to_owned())),
            1 => self.event(Event::LoginKnown(Login { client, ends_with: ServerText::new("abcd") })),
            2 => {
                let names = ["ci", "prod"].map(|name| ProfileName::new(name).unwrap());
                self.event(Event::ProfilesFound(client, names[usize::from(choice) % 2..].to_vec()));
            }
            _ => {
                let entry = JournalEntry {
                    base_url: BaseUrl::parse(BaseUrl::CLOUD).unwrap(),
                    identity: ServerText::new("access token"),
                    account: AccountRef { project: ProjectId::parse(PROJECT).unwrap(), client },
                    begun_at: "2026-11-20T10:00:00Z".parse().unwrap(),
                    ids_before: choice.is_multiple_of(3).then(Vec::new),
                    secret_id: SecretId::from_server("earlier").filter(|_| choice.is_multiple_of(5)),
                    expires_at: None,
                };
                self.event(Event::PendingRecordsFound(vec![PendingRecord { number: 0, entry }]));
            }
        }
    }

    fn wait(&mut self, duration: Duration) {
        self.stage.advance(duration);
        self.event(Event::TimePassed);
    }

    /// Responds to one of the waiting requests and commands.
    fn respond(&mut self, which: usize, outcome: u8) {
        let mut calls = self.stage.atlas.take_waiting();
        let count = calls.len() + self.waiting.len();
        if count == 0 {
            return;
        }
        let index = which % count;
        if index >= calls.len() {
            let command = self.waiting.remove(index - calls.len());
            self.stage.atlas.put_back(calls);
            if let Some(event) = report_for(&command, outcome) {
                self.event(event);
            }
            return;
        }
        let call = calls.remove(index);
        self.stage.atlas.put_back(calls);
        match call {
            Call::Create(_, reply) => {
                let response = create_outcome(outcome, self.created.len());
                let is_lost = |error: &ApiError| error.certainty() != Certainty::NotDone;
                self.lost += usize::from(response.as_ref().err().is_some_and(is_lost));
                if let Ok(secret) = &response {
                    self.created.extend(secret.id.clone());
                }
                drop(reply.send(response));
            }
            call => respond(call, outcome),
        }
        self.stage.settle();
    }

    fn posts_in_flight(&self) -> usize {
        let calls = self.stage.atlas.take_waiting();
        let posts = calls.iter().filter(|call| matches!(call, Call::Create(..))).count();
        self.stage.atlas.put_back(calls);
        posts
    }

    fn shows(&self, id: &SecretId) -> bool {
        matches!(&self.stage.app.screen, Screen::Created(created) if created.secret.id.as_ref() == Some(id))
    }

    /// Checks the invariants.
    fn check(&mut self) {
        let in_flight = self.posts_in_flight();
        assert!(in_flight <= 1, "two POSTs in flight");
        for command in &self.stage.commands[self.handled..] {
            assert_hidden(command);
            if matches!(command, Command::Suspend) {
                assert_eq!(self.in_flight, 0, "suspended with a POST in flight");
            }
            if report_for(command, 1).is_some() {
                self.waiting.push(command.clone());
            }
        }
        self.handled = self.stage.commands.len();
        self.in_flight = in_flight;
        let app = &self.stage.app;
        assert_hidden(app);
        let form = &app.shared.form;
        for name in FieldName::ALL {
            assert!(!form.text(name).contains("mdb_sa_sk_"), "a field keeps a secret");
        }
        if let Some(Notice::Failed(_, explanation)) = &form.notice {
            assert!(!explanation.meaning.contains(CANARY));
        }
        let (summaries, exit) = (&app.shared.summaries, self.exit());
        for id in &self.created {
            let reported = summaries.iter().filter(|summary| summary.secret_id.as_ref() == Some(id)).count();
            let shown = usize::from(self.shows(id) && exit.is_none());
            assert_eq!(reported + shown, 1, "each secret is shown, or reported once");
        }
        if let Some(exit) = exit {
            let is_loss = summaries.iter().any(|summary| summary.disposition.is_loss());
            let is_broken = app.shared.output == Output::Broken;
            assert_eq!(exit == Exit::NotDelivered, is_loss || is_broken, "the exit code reports a loss");
        }
        // A lost response whose secret was found later is reported by what happened to that secret.
        let was_lost = |summary: &&ExitSummary| match summary.disposition {
            Disposition::PerhapsCreated | Disposition::Lost | Disposition::Kept => true,
            // The other deleted secrets are older ones, or arrived before they were deleted.
            Disposition::Deleted => summary.sent_at.is_some(),
            _ => false,
        };
        let reported = summaries.iter().filter(was_lost).count();
        let most = self.lost + in_flight;
        let least = if exit.is_some() { most } else { self.lost };
        assert!((least..=most).contains(&reported), "each lost response is reported once, and no other");
    }

    pub fn draw(&self, theme: &Theme) {
        let app = &self.stage.app;
        let Size { columns, rows } = app.shared.size;
        let mut terminal = Terminal::new(TestBackend::new(columns, rows)).unwrap();
        terminal.draw(|frame| _ = app.draw(theme, frame)).unwrap();
        if !matches!(&app.screen, Screen::Created(created) if created.is_revealed(app.shared.now)) {
            let text: String = terminal.backend().buffer().content().iter().map(Cell::symbol).collect();
            assert!(!text.contains("FAKEcanary"), "a frame shows a masked secret");
        }
    }
}

fn assert_hidden(thing: &impl std::fmt::Debug) {
    assert!(!format!("{thing:?}").contains("FAKEcanary"), "Debug output contains the secret");
}
