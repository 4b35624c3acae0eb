//! A model that is driven by events, with a clock that moves only when it is told to.

use std::time::Duration;

use atlas_secret::core::{Effect, Event, Form, KeyPress, Model, Size, update, wake_at};
use atlas_secret::domain::{
    ClipboardContent, CopyOutcome, CreateOutcome, CreatedSecret, ExistingSecret, HeldCopy, Now,
    OrganizationId, Project, RequestId, SecretId, ServerText, ServiceAccount, Session,
};
use crossterm::event::{KeyCode, KeyModifiers};
use jiff::tz::TimeZone;

pub const PROJECT: &str = "32b6e34b3d91647abb20e7b8";
pub const CLIENT: &str = "mdb_sa_id_1234567890abcdef12345678";

/// Plainly fake, in the shape and length of a real one.
const VALUE: &str = "mdb_sa_sk_FAKEfakeFAKEfakeFAKEfakeFAKEfakeFAKE9f3a";

/// The page of every picture; a README shows it at about this width.
const SIZE: Size = Size { columns: 80, rows: 22 };

/// What a person, Atlas and the shell do to the model, one after the other.
pub struct Stage {
    pub model: Model,
    now: Now,
    asked: Vec<Effect>,
}

impl Stage {
    pub fn new(session: Session, form: Form) -> Self {
        let now = Now { wall: "2026-11-23T17:14:00Z".parse().unwrap(), uptime: Duration::from_secs(1) };
        let mut stage = Self { model: Model::new(session, form, SIZE, now), now, asked: Vec::new() };
        stage.send(Event::ZoneLoaded(TimeZone::posix("CET-1CEST,M3.5.0,M10.5.0/3").unwrap()));
        stage
    }

    pub fn send(&mut self, event: Event) {
        let effects = update(&mut self.model, self.now, event);
        // The disk takes each note at once.
        let noting = effects.iter().find(|effect| matches!(effect, Effect::NoteCreation { .. }));
        let noting = noting.and_then(Effect::request);
        self.asked.extend(effects);
        if let Some(request) = noting {
            self.send(Event::CreationNoted { request, result: Ok(()) });
        }
    }

    /// What the form looks up by itself comes.
    pub fn looked_up(&mut self, secrets: Vec<ExistingSecret>) {
        self.wait(250);
        let request = self.request(|effect| matches!(effect, Effect::ReadProject { .. }));
        let organization = OrganizationId::from_server("4888442a3354817a7320eb61");
        let project = Project { name: ServerText::new("payments-prod"), organization };
        self.send(Event::ProjectRead { request, result: Ok(project) });
        let name = ServerText::new("ci-deployer");
        self.account_read(ServiceAccount { name, secrets, ..ServiceAccount::default() });
    }

    /// The newest request of a kind, which an answer names.
    pub fn request(&self, is_it: impl Fn(&Effect) -> bool) -> RequestId {
        self.asked.iter().rev().filter(|effect| is_it(effect)).find_map(Effect::request).unwrap()
    }

    /// Lets time pass; the model is woken as often as it asks to be.
    pub fn wait(&mut self, milliseconds: u64) {
        let until = self.now.plus(Duration::from_millis(milliseconds));
        while let Some(step) = wake_at(&self.model)
            && !step.is_zero()
            && step < until.since(self.now)
        {
            self.now = self.now.plus(step);
            self.send(Event::TimePassed);
        }
        self.now = until;
        self.send(Event::TimePassed);
    }

    pub fn press(&mut self, code: KeyCode) {
        self.send(Event::KeysPressed(vec![KeyPress { code, modifiers: KeyModifiers::NONE }]));
    }

    pub fn control(&mut self, character: char) {
        let key = KeyPress { code: KeyCode::Char(character), modifiers: KeyModifiers::CONTROL };
        self.send(Event::KeysPressed(vec![key]));
    }

    /// Types text, one key after the other.
    pub fn type_in(&mut self, text: &str) {
        text.chars().for_each(|character| self.press(KeyCode::Char(character)));
    }

    /// Atlas takes the sign-in.
    pub fn signed_in(&mut self) {
        let request = self.request(|effect| matches!(effect, Effect::SignIn { .. }));
        self.send(Event::SignedIn { request, result: Ok(()) });
    }

    /// Atlas shows the account.
    pub fn account_read(&mut self, account: ServiceAccount) {
        let request = self.request(|effect| matches!(effect, Effect::ReadAccount { .. }));
        self.send(Event::AccountRead { request, result: Ok(account) });
    }

    /// Atlas answers the POST, or its answer is lost.
    pub fn answered(&mut self, outcome: CreateOutcome) {
        let request = self.request(|effect| matches!(effect, Effect::CreateSecret { .. }));
        self.send(Event::CreateAnswered { request, outcome });
    }

    /// Atlas answers with the new secret.
    pub fn created(&mut self) {
        self.answered(CreateOutcome::Created(CreatedSecret {
            value: VALUE.into(),
            id: Some(SecretId::from_server("6650f0aa12bc34de56f07890").unwrap()),
            created_at: Some("2026-11-23T17:14:00Z".parse().unwrap()),
            expires_at: Some("2026-12-23T17:14:00Z".parse().unwrap()),
        }));
    }

    /// The clipboard has it, read back, and will be emptied in a minute.
    pub fn copied(&mut self) {
        let request = self.request(|effect| matches!(effect, Effect::CopyToClipboard { .. }));
        let held = HeldCopy { clears_in: Some(Duration::from_secs(60)) };
        self.send(Event::CopyFinished { request, outcome: CopyOutcome::Copied(held) });
    }

    /// The clipboard is looked at, and still has it.
    pub fn still_there(&mut self, seconds: u64) {
        let request = self.request(|effect| matches!(effect, Effect::CheckClipboard { .. }));
        let content = ClipboardContent::Ours { clears_in: Some(Duration::from_secs(seconds)) };
        self.send(Event::ClipboardChecked { request, content });
    }
}
