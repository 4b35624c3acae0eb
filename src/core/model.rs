//! What the program knows.

use std::collections::VecDeque;

use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::domain::{
    ClientId, Disposition, ExistingSecret, ExitSummary, Login, NewSecret, Now, PendingRecord, QueryFlags,
    RequestId, SecretId, ServerText, Session,
};

use super::{
    AtlasClock, Before, Certainty, Choosing, Context, Created, Form, Output, Recipes, Retiring, Sending,
    SignIn, TellLeftOver, UnknownOutcome,
};

/// Everything that decides what is on the screen and what a key does.
#[derive(Clone, Debug)]
pub struct Model {
    /// Where requests go, and as whom.
    pub session: Session,
    /// When the last event happened.
    pub now: Now,
    /// The user's time zone, once it has been read.
    pub zone: Option<TimeZone>,
    /// The terminal's size.
    pub size: Size,
    /// The form; it is kept while other screens are shown.
    pub form: Form,
    /// What is known of the ids in the form.
    pub context: Context,
    /// What is shown.
    pub screen: Screen,
    /// True while help covers the screen.
    pub shows_help: bool,
    /// The one POST that may be running, whatever screen is shown. While it is there, no other is sent.
    pub in_flight: Option<InFlight>,
    /// What became of the secrets of this run that are no longer shown, to be said after leaving.
    pub farewells: Vec<ExitSummary>,
    /// What is worth knowing about the credentials: what else was set, and what is wrong with a file.
    pub credential_notes: Vec<ServerText>,
    /// Which secret this session signed in with, once that is known.
    pub login: Option<Login>,
    /// Where that secret lies, in words: a profile or a variable; `None` when it was typed.
    pub login_holder: Option<ServerText>,
    /// What earlier runs left behind and has not been told yet.
    pub left_over: VecDeque<PendingRecord>,
    /// What could not be kept on the disk about this creation.
    pub not_noted: Option<String>,
    /// The endpoint's two query flags, for the commands that write the request down.
    pub query_flags: QueryFlags,
    /// Atlas's own clock, once an answer has told it.
    pub atlas_clock: Option<AtlasClock>,
    /// What standard output is.
    pub output: Output,
    /// What was said on the command line.
    pub beforehand: Beforehand,
    /// False when nobody can be asked and nothing is drawn.
    pub has_terminal: bool,
    /// Which step was told last, where there is no screen to show it.
    pub(super) told: Option<&'static str>,
    pub(super) ending: Option<Ending>,
    pub(super) requests: Requests,
}

/// What a person has agreed to before the screen was there.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Beforehand {
    /// Submit without the form, and shorten the other secrets without a question (`--yes`).
    pub submits: bool,
    /// Delete a secret that has expired, where it holds the place that is needed (`--replace-expired`).
    pub replaces_expired: bool,
    /// Prove a new secret without a key (`--verify`).
    pub verifies: bool,
}

/// The terminal's size in character cells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Size {
    /// Width.
    pub columns: u16,
    /// Height.
    pub rows: u16,
}

impl Size {
    /// Below this nothing is drawn but a line that says so, and keys but Ctrl-C wait.
    pub const SMALLEST: Self = Self { columns: 56, rows: 16 };

    /// True when the screens do not fit.
    pub fn is_too_small(self) -> bool {
        self.columns < Self::SMALLEST.columns || self.rows < Self::SMALLEST.rows
    }
}

/// What is shown. The secret lives inside the one screen that shows it: leaving that screen drops it.
#[derive(Clone, Debug)]
pub enum Screen {
    /// The form.
    Form,
    /// Nobody is signed in yet.
    SignIn(Box<SignIn>),
    /// A list to choose a field's value from.
    Choosing(Box<Choosing>),
    /// The chain that leads to the POST, and the waiting for its answer.
    Sending(Box<Sending>),
    /// The new secret.
    Created(Box<Created>),
    /// Nobody knows whether a secret was created.
    Unknown(Box<UnknownOutcome>),
    /// Both places are taken: an older secret is to go.
    Retiring(Box<Retiring>),
    /// The request as a command.
    Recipes(Box<Recipes>),
    /// A secret of an earlier run that was perhaps never handed over.
    PendingRecord(Box<TellLeftOver>),
}

/// Numbers the requests of a run.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Requests {
    last: u64,
}

impl Requests {
    pub fn next(&mut self) -> RequestId {
        self.last += 1;
        RequestId(self.last)
    }
}

/// A POST whose answer has not come yet.
#[derive(Clone, Debug)]
pub struct InFlight {
    /// Its id.
    pub request: RequestId,
    /// What it asks for.
    pub new_secret: NewSecret,
    /// When it was sent.
    pub since: Now,
    /// What the account looked like before.
    pub before: Before,
    /// The secrets that it had then, where they are known.
    pub existing: Vec<ExistingSecret>,
    /// True once a person stopped waiting for it.
    pub is_given_up: bool,
    /// What is certain if it turns out that it never left: an earlier round's POST may have been refused.
    pub(super) certainty_before: Certainty,
}

/// A signal told the program to end while a POST was running: its answer gets a little longer.
#[derive(Clone, Copy, Debug)]
pub(super) struct Ending {
    pub signal: u8,
    pub until: Now,
}

impl Model {
    /// The model of a program that has just started.
    pub fn new(session: Session, form: Form, size: Size, now: Now) -> Self {
        Self {
            session,
            now,
            zone: None,
            size,
            form,
            context: Context::default(),
            screen: Screen::Form,
            shows_help: false,
            in_flight: None,
            farewells: Vec::new(),
            credential_notes: Vec::new(),
            login: None,
            login_holder: None,
            left_over: VecDeque::new(),
            not_noted: None,
            query_flags: QueryFlags::default(),
            atlas_clock: None,
            output: Output::Terminal,
            beforehand: Beforehand::default(),
            has_terminal: true,
            told: None,
            ending: None,
            requests: Requests::default(),
        }
    }

    pub(super) fn next_request(&mut self) -> RequestId {
        self.requests.next()
    }

    /// True when the form's account is the one that is signed in.
    pub fn rotates_itself(&self) -> bool {
        let client = self.form.client_id();
        self.login.as_ref().zip(client.as_ref()).is_some_and(|(login, client)| login.client == *client)
    }

    /// True when this session signed in with that secret of the form's account.
    pub fn is_login(&self, secret: &ExistingSecret) -> bool {
        let client = self.form.client_id();
        self.login
            .as_ref()
            .zip(client.as_ref())
            .is_some_and(|(login, client)| login.is_behind(client, secret))
    }

    /// Replaces what was said of a secret that was perhaps created by what is known now.
    pub(super) fn replace_farewell(
        &mut self,
        client: &ClientId,
        secret_id: Option<SecretId>,
        expires_at: Option<Timestamp>,
        fate: Disposition,
    ) {
        let of_this = |farewell: &&mut ExitSummary| {
            farewell.fate == Disposition::PerhapsCreated && farewell.client == *client
        };
        if let Some(farewell) = self.farewells.iter_mut().rev().find(of_this) {
            *farewell = ExitSummary { client: client.clone(), secret_id, expires_at, fate };
        }
    }

    pub(super) fn say_farewell(&mut self, new_secret: &NewSecret, fate: Disposition) {
        self.farewells.push(ExitSummary {
            client: new_secret.client.clone(),
            secret_id: None,
            expires_at: None,
            fate,
        });
    }
}
