//! A model that is driven by events alone, with a clock that moves only when it is told to.

use std::time::Duration;

use atlas_secret::core::{
    Context, Effect, Event, FieldName, Focus, Form, KeyPress, LOOK_AFTER, Looked, Model, PastedText, Size,
    update, wake_at,
};
use atlas_secret::domain::{
    ClientId, CreateOutcome, CreatedSecret, ExistingSecret, Now, OrganizationId, OrganizationSettings,
    Project, ReadProblem, RequestId, SecretId, ServerText, ServiceAccount, Session,
};
use crossterm::event::{KeyCode, KeyModifiers};
use jiff::Timestamp;
use jiff::tz::TimeZone;

pub const PROJECT: &str = "32b6e34b3d91647abb20e7b8";
pub const CLIENT: &str = "mdb_sa_id_1234567890abcdef12345678";
pub const SECRET_ID: &str = "6650f0aa12bc34de56f07890";

/// Plainly fake, in the shape and length of a real one.
pub const VALUE: &str = "mdb_sa_sk_FAKEfakeFAKEfakeFAKEfakeFAKEfakeFAKE9f3a";

/// A Monday in winter, so that Berlin is one hour ahead.
const START: &str = "2026-11-23T17:14:00Z";

/// What a person and the shell do to the model, one after the other.
pub struct Stage {
    pub model: Model,
    now: Now,
    request: Option<RequestId>,
}

impl Stage {
    pub fn new(session: Session, form: Form) -> Self {
        let now = Now { wall: START.parse().unwrap(), uptime: Duration::from_secs(1) };
        let mut stage = Self {
            model: Model::new(session, form, Size { columns: 80, rows: 24 }, now),
            now,
            request: None,
        };
        stage.send(Event::ZoneLoaded(TimeZone::posix("CET-1CEST,M3.5.0,M10.5.0/3").unwrap()));
        stage
    }

    /// The demo with nothing typed yet.
    pub fn empty() -> Self {
        Self::new(Session::Demo, Form::new("", "", "720"))
    }

    /// The demo with every field right, and the focus on the button.
    pub fn filled() -> Self {
        Self::new(Session::Demo, Form::new(PROJECT, CLIENT, "720"))
    }

    /// A filled form with something else in one of its fields; the focus is where the form puts it.
    pub fn with(name: FieldName, text: &str) -> Self {
        let mut texts = [PROJECT, CLIENT, "720"];
        texts[FieldName::ALL.into_iter().position(|field| field == name).unwrap()] = text;
        let [project, client, lifetime] = texts;
        let mut stage = Self::new(Session::Demo, Form::new(project, client, lifetime));
        stage.model.form.focus = Focus::Field(name);
        stage
    }

    pub fn send(&mut self, event: Event) -> Vec<Effect> {
        let effects = self.update(event);
        // The project is read beside the chain; nobody waits for it.
        let beside =
            |effect: &&Effect| matches!(effect, Effect::ReadProject { .. } | Effect::ReadSettings { .. });
        let mut awaited = effects.iter().filter(|effect| !beside(effect));
        self.request = awaited.find_map(Effect::request).or(self.request);
        effects
    }

    /// The disk takes each note at once.
    fn update(&mut self, event: Event) -> Vec<Effect> {
        let mut effects = update(&mut self.model, self.now, event);
        let noting = effects.iter().find(|effect| matches!(effect, Effect::NoteCreation { .. }));
        if let Some(request) = noting.and_then(Effect::request) {
            effects = update(&mut self.model, self.now, Event::CreationNoted { request, result: Ok(()) });
        }
        effects
    }

    /// Lets time pass; the model is woken as often as it asked for.
    pub fn wait(&mut self, duration: Duration) {
        let until = self.now.plus(duration);
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

    pub fn press(&mut self, code: KeyCode) -> Vec<Effect> {
        self.send(Event::KeysPressed(vec![KeyPress { code, modifiers: KeyModifiers::NONE }]))
    }

    pub fn control(&mut self, character: char) -> Vec<Effect> {
        let (code, modifiers) = (KeyCode::Char(character), KeyModifiers::CONTROL);
        self.send(Event::KeysPressed(vec![KeyPress { code, modifiers }]))
    }

    /// Types text, one key after the other.
    pub fn type_in(&mut self, text: &str) {
        for character in text.chars() {
            self.press(KeyCode::Char(character));
        }
    }

    pub fn paste(&mut self, text: &str) {
        self.send(Event::Pasted(PastedText(text.to_owned())));
    }

    /// The request that was made last.
    pub fn request(&self) -> RequestId {
        self.request.unwrap()
    }

    pub fn signed_in(&mut self, result: Result<(), ReadProblem>) {
        let request = self.request();
        self.send(Event::SignedIn { request, result });
    }

    pub fn account_read(&mut self, result: Result<ServiceAccount, ReadProblem>) {
        let request = self.request();
        self.send(Event::AccountRead { request, result });
    }

    /// What the form looks up by itself comes, and this account with it.
    pub fn looked_up(&mut self, secrets: &[ExistingSecret]) {
        self.wait(LOOK_AFTER);
        let effects = self.send(Event::TimePassed);
        assert!(effects.is_empty(), "asked once");
        for looked in [FieldName::Project, FieldName::Client] {
            self.answer_look(looked, secrets.to_vec());
        }
    }

    fn answer_look(&mut self, field: FieldName, secrets: Vec<ExistingSecret>) {
        match (field, &self.model.context) {
            (FieldName::Project, Context { project: Looked::Asked { request, .. }, .. }) => {
                let organization = OrganizationId::from_server("4888442a3354817a7320eb61");
                let project = Project { name: ServerText::new("payments-prod"), organization };
                let request = *request;
                self.send(Event::ProjectRead { request, result: Ok(project) });
            }
            (FieldName::Client, Context { account: Looked::Asked { request, .. }, .. }) => {
                let request = *request;
                let account = ServiceAccount {
                    name: ServerText::new("ci-deployer"),
                    roles: vec![ServerText::new("GROUP_OWNER")],
                    secrets,
                    ..ServiceAccount::default()
                };
                self.send(Event::AccountRead { request, result: Ok(account) });
            }
            _ => {}
        }
    }

    /// The project that is read beside the chain cannot be.
    pub fn project_unread(&mut self) {
        if let Looked::Asked { request, .. } = &self.model.context.project {
            let request = *request;
            self.send(Event::ProjectRead { request, result: Err(ReadProblem::Unexpected { status: 502 }) });
        }
    }

    /// The organization's settings, which are asked for as soon as it is known.
    pub fn settings_read(&mut self, settings: OrganizationSettings) {
        if let Looked::Asked { request, .. } = &self.model.context.settings {
            let request = *request;
            self.send(Event::SettingsRead { request, result: Ok(settings) });
        }
    }

    pub fn answered(&mut self, outcome: CreateOutcome) {
        let request = self.request();
        self.send(Event::CreateAnswered { request, outcome });
    }

    /// From the filled form to the POST, with nothing in the way.
    pub fn posting() -> Self {
        let mut stage = Self::filled();
        stage.press(KeyCode::Enter);
        stage.signed_in(Ok(()));
        stage.account_read(Ok(ServiceAccount::default()));
        stage
    }

    /// The new secret, just arrived.
    pub fn created() -> Self {
        Self::created_as(secret())
    }

    pub fn created_as(secret: CreatedSecret) -> Self {
        let mut stage = Self::posting();
        stage.answered(CreateOutcome::Created(secret));
        stage
    }
}

/// The answer to a POST.
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
