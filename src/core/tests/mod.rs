//! Transitions, without a clock, a network or a task: events go in, the model and the effects are looked at.

mod aftermath;
mod chain;
mod choosing;
mod context;
mod copying;
mod corners;
mod created;
mod ending;
mod finding;
mod fixtures;
mod form;
mod guard;
mod headless;
mod panel;
mod printing;
mod retiring;
mod sign_in;
mod unwatched;
mod waiting;
mod wake;
mod walking;

use std::time::Duration;

use crossterm::event::{KeyCode, KeyModifiers};
use jiff::Timestamp;
use secrecy::SecretString;

use crate::domain::{
    ClipboardContent, CommandOutcome, CopyOutcome, CreateOutcome, CreatedSecret, DeleteOutcome, Disposition,
    ExistingSecret, Exit, Now, PrintFailure, ReadProblem, Rejection, RequestId, SaveOutcome, SecretId,
    ServerText, ServiceAccount, Session,
};

use super::*;
use fixtures::*;

const PROJECT: &str = "32b6e34b3d91647abb20e7b8";
const CLIENT: &str = "mdb_sa_id_1234567890abcdef12345678";
const FAKE: &str = "mdb_sa_sk_FAKEfakeFAKEfakeFAKEfakeFAKEfake9f3a";
const SECRET_ID: &str = "aaaaaaaaaaaaaaaaaaaaaaaa";

/// One run of the program: its model, and everything it wanted done so far.
struct Run {
    model: Model,
    effects: Vec<Effect>,
    disk_answers: bool,
}

impl Run {
    fn with(project: &str, client: &str, lifetime: &str) -> Self {
        let now = Now { wall: "2026-11-23T18:14:10Z".parse().unwrap(), uptime: Duration::from_secs(5) };
        let size = Size { columns: 80, rows: 24 };
        let model = Model::new(Session::Demo, Form::new(project, client, lifetime), size, now);
        Self { model, effects: Vec::new(), disk_answers: true }
    }

    /// Nothing typed yet but the usual lifetime.
    fn empty() -> Self {
        Self::with("", "", "720")
    }

    /// Ready to submit.
    fn filled() -> Self {
        Self::with(PROJECT, CLIENT, "30d")
    }

    fn looking() -> Self {
        let mut run = Self::filled();
        run.keys("enter").sign_in(Ok(()));
        run
    }

    fn posting() -> Self {
        let mut run = Self::looking();
        run.account(&[]);
        run
    }

    fn created() -> Self {
        let mut run = Self::posting();
        run.answer(created());
        run
    }

    /// Given up while the POST runs on.
    fn given_up() -> Self {
        let mut run = Self::posting();
        run.keys("esc y");
        run
    }

    fn event(&mut self, event: Event) -> &mut Self {
        let now = self.model.now;
        let effects = update(&mut self.model, now, event);
        let noting = effects.iter().find(|effect| matches!(effect, Effect::NoteCreation { .. }));
        let noting = noting.and_then(Effect::request).filter(|_| self.disk_answers);
        self.effects.extend(effects);
        // The disk answers at once, unless a test holds it back.
        if let Some(request) = noting {
            self.event(Event::CreationNoted { request, result: Ok(()) });
        }
        self
    }

    /// Each key in a read of its own.
    fn keys(&mut self, keys: &str) -> &mut Self {
        for key in keys.split(' ') {
            self.event(Event::KeysPressed(vec![press(key)]));
        }
        self
    }

    /// All keys in one read.
    fn burst(&mut self, keys: &str) -> &mut Self {
        self.event(Event::KeysPressed(keys.split(' ').map(press).collect()))
    }

    /// Characters, each in a read of its own.
    fn typed(&mut self, text: &str) -> &mut Self {
        for character in text.chars() {
            self.event(Event::KeysPressed(vec![typed_key(character)]));
        }
        self
    }

    /// Characters and line ends in one read, as a terminal without bracketed paste sends them.
    fn unbracketed(&mut self, text: &str) -> &mut Self {
        self.event(Event::KeysPressed(text.chars().map(typed_key).collect()))
    }

    fn paste(&mut self, text: &str) -> &mut Self {
        self.event(Event::Pasted(PastedText(text.to_owned())))
    }

    /// Lets time pass without an event.
    fn later(&mut self, duration: Duration) -> &mut Self {
        self.model.now = self.model.now.plus(duration);
        self
    }

    /// Lets time pass, and says so.
    fn wake_after(&mut self, seconds: u64) -> &mut Self {
        self.later(Duration::from_secs(seconds)).event(Event::TimePassed)
    }

    fn size(&mut self, columns: u16, rows: u16) -> &mut Self {
        self.event(Event::Resized { columns, rows })
    }

    fn sign_in(&mut self, result: Result<(), ReadProblem>) -> &mut Self {
        let request = self.last_request();
        self.event(Event::SignedIn { request, result })
    }

    fn account(&mut self, secrets: &[ExistingSecret]) -> &mut Self {
        self.look(Ok(ServiceAccount { secrets: secrets.to_vec(), ..ServiceAccount::default() }))
    }

    fn look(&mut self, result: Result<ServiceAccount, ReadProblem>) -> &mut Self {
        let request = self.last_request();
        self.event(Event::AccountRead { request, result })
    }

    /// Answers the POST in flight.
    fn answer(&mut self, outcome: CreateOutcome) -> &mut Self {
        let request = self.model.in_flight.as_ref().unwrap().request;
        self.event(Event::CreateAnswered { request, outcome })
    }

    fn copied(&mut self, outcome: CopyOutcome) -> &mut Self {
        let request = self.last_request();
        self.event(Event::CopyFinished { request, outcome })
    }

    fn clipboard(&mut self, content: ClipboardContent) -> &mut Self {
        let request = self.last_request();
        self.event(Event::ClipboardChecked { request, content })
    }

    fn deleted(&mut self, outcome: DeleteOutcome) -> &mut Self {
        let request = self.last_request();
        self.event(Event::DeleteAnswered { request, outcome })
    }

    /// Answers the save, the command or the printing that was asked for last.
    fn saved(&mut self, outcome: SaveOutcome) -> &mut Self {
        let request = self.last_request();
        self.event(Event::FileSaved { request, outcome })
    }

    fn command_ended(&mut self, outcome: CommandOutcome) -> &mut Self {
        let request = self.last_request();
        self.event(Event::CommandEnded { request, outcome })
    }

    fn printed(&mut self, result: Result<(), PrintFailure>) -> &mut Self {
        let request = self.last_request();
        self.event(Event::SecretPrinted { request, result })
    }

    fn last_request(&self) -> RequestId {
        self.effects.iter().rev().find_map(Effect::request).unwrap()
    }

    fn count(&self, wanted: fn(&Effect) -> bool) -> usize {
        self.effects.iter().filter(|effect| wanted(effect)).count()
    }

    fn posts(&self) -> usize {
        self.count(|effect| matches!(effect, Effect::CreateSecret { .. }))
    }

    fn exit(&self) -> Option<Exit> {
        self.effects.iter().find_map(|effect| match effect {
            Effect::Quit(exit) => Some(*exit),
            _ => None,
        })
    }

    fn text(&self, name: FieldName) -> &str {
        self.model.form.field(name).line.text()
    }

    fn is_on_form(&self) -> bool {
        matches!(self.model.screen, Screen::Form)
    }

    fn link(&self) -> &Link {
        match &self.model.screen {
            Screen::Sending(sending) => &sending.link,
            other => panic!("not sending: {other:?}"),
        }
    }

    fn shown(&self) -> &Created {
        match &self.model.screen {
            Screen::Created(created) => created,
            other => panic!("no secret is shown: {other:?}"),
        }
    }

    fn guard(&self) -> Option<&Guard> {
        self.shown().leaving.as_ref().map(|leaving| &leaving.guard)
    }

    fn certainty(&self) -> Option<Certainty> {
        match &self.model.form.notice {
            Some(FormNotice::Failed(failure)) => Some(failure.certainty),
            _ => None,
        }
    }

    fn fates(&self) -> Vec<Disposition> {
        self.model.farewells.iter().map(|farewell| farewell.fate.clone()).collect()
    }
}
